//! Memory and time that a query may not exceed.

use insta::assert_snapshot;

use super::Desk;

#[test]
fn a_query_that_needs_more_memory_than_it_may_use_is_told_so() {
    let desk = Desk::with_jobs();
    let query = "SELECT array_agg(a.value || b.value || c.value) AS all_of_them
        FROM (SELECT unnest(range(0, 200))::varchar AS value) AS a,
            (SELECT unnest(range(0, 200))::varchar AS value) AS b,
            (SELECT unnest(range(0, 20))::varchar AS value) AS c";
    let told = desk.run(&["sql", query, "--memory-limit", "1M"]);
    let lines: Vec<_> = told.lines().collect();
    let start = "error: the query needs more memory than it may use: ";
    assert!(lines[2].starts_with(start), "{told}");
    assert_eq!(lines[0], "exit 2");
    assert_eq!(lines.last(), Some(&"hint: ask for less, or raise --memory-limit"));
}

#[test]
fn a_query_that_takes_too_long_is_stopped() {
    let desk = Desk::with_jobs();
    let query = "SELECT sum(a.value * b.value * c.value)
        FROM (SELECT unnest(range(0, 2000)) AS value) AS a,
            (SELECT unnest(range(0, 2000)) AS value) AS b,
            (SELECT unnest(range(0, 2000)) AS value) AS c";
    assert_snapshot!(desk.run(&["sql", query, "--timeout", "0.5"]), @"
    exit 2
    -- stderr
    error: the query did not end within 0.5 s
    hint: ask for less, or raise --timeout
    ");
}
