//! Checks on the source text itself: rooms, crates, module docs, lengths, leftovers, SQL style.
//!
//! Each rule is a pure function from a file to its complaints, with a test of its own that shows
//! what it refuses. The rules are those of the crate docs; a complaint says where and what to do.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::Path;

#[path = "tidy/rooms.rs"]
mod rooms;
#[path = "tidy/text.rs"]
mod text;

use text::{Source, is_name, item_length};

const FUNCTION_LINES_MAX: usize = 70;
const FILE_LINES_MAX: usize = 450;
const LINE_COLUMNS_MAX: usize = 100;

/// Code that is not finished, or does not belong where it is.
const LEFTOVERS: [&str; 5] = ["todo!", "unimplemented!", "dbg!", "#[ignore", "allow(dead_code"];
/// Words in comments that say so.
const LEFTOVER_WORDS: [&str; 3] = ["TODO", "FIXME", "XXX"];
/// Only the printer prints.
const PRINTS: [&str; 4] = ["print!", "println!", "eprint!", "eprintln!"];
const PRINTER: &str = "src/cli/printer.rs";

/// Words that are keywords wherever they stand, and names nowhere in our SQL.
const SQL_KEYWORDS: &str = "
    and as asc between by case cast create cross delete desc distinct drop else exists from group
    having in index inner insert into is join like limit not null on or order outer over partition
    primary references select strict then union unique update using view when where with";

#[test]
fn rooms_name_only_the_rooms_in_their_row() {
    check_rust("src", rooms::trespasses);
}

#[test]
fn crates_are_named_only_in_their_rooms() {
    check_rust("src", rooms::foreign_crates);
}

#[test]
fn the_folders_of_src_are_the_rooms() {
    let folder = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
    let entries = fs::read_dir(root().join("src")).unwrap().map(|entry| folder(entry.unwrap()));
    let mut found: Vec<_> = entries.filter(|name| name != "main.rs" && name != "lib.rs").collect();
    found.sort();
    let library = Source::rust("src/lib.rs", &read("src/lib.rs"));
    report(rooms::unlisted(&found, &library));
}

#[test]
fn every_file_says_what_it_is_for() {
    check_rust("src", lacks_docs);
    check_rust("tests", lacks_docs);
}

#[test]
fn functions_are_short() {
    check_rust("src", long_functions);
    check_rust("tests", long_functions);
}

#[test]
fn files_are_short() {
    check_rust("src", long_file);
    check_rust("tests", long_file);
}

#[test]
fn lines_are_short() {
    check_rust("src", long_lines);
    check_rust("tests", long_lines);
}

#[test]
fn nothing_is_left_over() {
    check_rust("src", leftovers);
    check_rust("tests", leftovers);
    check_rust("src", prints);
}

#[test]
fn nothing_unwraps_outside_tests() {
    let files = rust_files("src");
    let test_files: Vec<_> = files.iter().flat_map(test_files).collect();
    let product = files.iter().filter(|file| !test_files.contains(&file.path));
    report(product.flat_map(unwraps));
}

#[test]
fn sql_files_have_a_header_and_upper_case_keywords() {
    let files = files("sql", "sql");
    let sources = files.iter().map(|path| Source::sql(path, &read(path)));
    report(sources.flat_map(|file| sql_style(&file)));
}

#[test]
fn reports_name_their_columns_and_are_ordered() {
    let files = files("sql/reports", "sql");
    let sources = files.iter().map(|path| Source::sql(path, &read(path)));
    report(sources.flat_map(|file| report_style(&file)));
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// The files below `folder` with that extension, and at least one.
fn files(folder: &str, extension: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root().join(&folder)).unwrap() {
            let entry = entry.unwrap();
            let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
            match entry.file_type().unwrap().is_dir() {
                true => folders.push(path),
                false if path.ends_with(&format!(".{extension}")) => found.push(path),
                false => {}
            }
        }
    }
    assert!(!found.is_empty(), "no .{extension} file below {folder}");
    found.sort();
    found
}

fn rust_files(folder: &str) -> Vec<Source> {
    files(folder, "rs").iter().map(|path| Source::rust(path, &read(path))).collect()
}

fn check_rust(folder: &str, rule: fn(&Source) -> Vec<String>) {
    report(rust_files(folder).iter().flat_map(rule));
}

#[track_caller]
fn report(complaints: impl IntoIterator<Item = String>) {
    let complaints: Vec<_> = complaints.into_iter().collect();
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

/// Files that only tests are compiled with, from the file that declares them.
fn test_files(file: &Source) -> Vec<String> {
    let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    file.test_modules().iter().map(|name| format!("{folder}/{name}.rs")).collect()
}

fn lacks_docs(file: &Source) -> Vec<String> {
    let path = &file.path;
    if !file.text.starts_with("//! ") {
        return vec![format!("{path}:1: begin with `//!` and what the file is for")];
    }
    let docs: String = file.text.lines().take_while(|line| line.starts_with("//!")).collect();
    let is_room = path.starts_with("src/") && path.matches('/').count() == 2;
    let missing = ["Promises", "Refuses"].into_iter().filter(|word| !docs.contains(word));
    if is_room && path.ends_with("/mod.rs") {
        missing.map(|word| format!("{path}:1: say what the room `{word}`")).collect()
    } else {
        vec![]
    }
}

fn long_functions(file: &Source) -> Vec<String> {
    let mut complaints = Vec::new();
    for (start, _) in file.code.match_indices("fn ") {
        if file.code[..start].ends_with(is_name) {
            continue;
        }
        let rest = &file.code[start..];
        let body = &rest[..item_length(rest)];
        let lines = body.lines().filter(|line| !line.trim().is_empty()).count();
        if lines > FUNCTION_LINES_MAX {
            let name: String = rest[3..].chars().take_while(|c| is_name(*c)).collect();
            let line = line_of(&file.code, start);
            complaints.push(format!("{}:{line}: `{name}` has {lines} lines; split it", file.path));
        }
    }
    complaints
}

fn long_file(file: &Source) -> Vec<String> {
    let lines = file.text.lines().count();
    let is_long = lines > FILE_LINES_MAX;
    is_long.then(|| format!("{}: {lines} lines; split it", file.path)).into_iter().collect()
}

/// A line of nothing but text is a quotation, such as a whole output that a test expects: it stays
/// as it was printed.
fn long_lines(file: &Source) -> Vec<String> {
    let said = file.code.lines().zip(file.comments.lines());
    let is_said = said.map(|(code, comment)| !code.trim().is_empty() || !comment.trim().is_empty());
    let lines = file.text.lines().zip(is_said.chain(std::iter::repeat(true))).enumerate();
    let columns = lines.map(|(index, (line, said))| (index + 1, line.chars().count(), said));
    let long = columns.filter(|(_, columns, said)| *said && *columns > LINE_COLUMNS_MAX);
    long.map(|(line, columns, _)| format!("{}:{line}: {columns} columns", file.path)).collect()
}

fn leftovers(file: &Source) -> Vec<String> {
    let mut complaints = places(&file.path, &file.code, &LEFTOVERS);
    complaints.extend(places(&file.path, &file.comments, &LEFTOVER_WORDS));
    complaints
}

fn prints(file: &Source) -> Vec<String> {
    if file.path == PRINTER { vec![] } else { places(&file.path, &file.code, &PRINTS) }
}

fn unwraps(file: &Source) -> Vec<String> {
    places(&file.path, &file.code_without_tests(), &[".unwrap()"])
}

fn sql_style(file: &Source) -> Vec<String> {
    let mut complaints = Vec::new();
    if !file.text.starts_with("-- ") {
        complaints.push(format!("{}:1: begin with a comment that says what it is", file.path));
    }
    for (index, line) in file.code.lines().enumerate() {
        // A parameter may be named like a keyword: `$by`.
        for word in line.split(|c| !is_name(c) && c != '$') {
            if SQL_KEYWORDS.split_whitespace().any(|keyword| keyword == word) {
                let upper = word.to_uppercase();
                complaints.push(format!("{}:{}: write {upper}", file.path, index + 1));
            }
        }
    }
    complaints
}

/// What a report leaves to chance: columns that a later version may add, and the order of rows.
fn report_style(file: &Source) -> Vec<String> {
    let mut complaints = Vec::new();
    for (index, line) in file.code.lines().enumerate() {
        if line.contains("SELECT *") || line.trim() == "*" || line.contains(".*") {
            complaints.push(format!("{}:{}: list the columns", file.path, index + 1));
        }
    }
    if !file.code.lines().any(|line| line.starts_with("ORDER BY")) {
        let line = file.code.lines().count();
        complaints.push(format!("{}:{line}: order the rows", file.path));
    }
    for word in ["now()", "current_date", "current_timestamp", "random()"] {
        if let Some(at) = file.code.to_lowercase().find(word) {
            let line = line_of(&file.code, at);
            complaints.push(format!("{}:{line}: use $now, which --now can tell", file.path));
        }
    }
    complaints
}

/// Where `words` stand in `text`, as words of their own.
fn places(path: &str, text: &str, words: &[&str]) -> Vec<String> {
    let mut complaints = Vec::new();
    for word in words {
        for (at, _) in text.match_indices(word) {
            if !(word.starts_with(is_name) && text[..at].ends_with(is_name)) {
                complaints.push(format!("{path}:{}: no `{word}` here", line_of(text, at)));
            }
        }
    }
    complaints
}

fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

#[track_caller]
fn refuses(rule: fn(&Source) -> Vec<String>, path: &str, text: &str, expected: &[&str]) {
    assert_eq!(rule(&Source::rust(path, text)), expected);
}

#[test]
fn a_file_without_docs_is_refused() {
    refuses(lacks_docs, "src/a/b.rs", "//! For b.\nfn b() {}", &[]);
    let expected = "src/a/b.rs:1: begin with `//!` and what the file is for";
    refuses(lacks_docs, "src/a/b.rs", "fn b() {}", &[expected]);
    let room = "//! Promises: a.\n\n//! Refuses: b.";
    refuses(lacks_docs, "src/a/mod.rs", room, &["src/a/mod.rs:1: say what the room `Refuses`"]);
}

#[test]
fn a_long_function_is_refused() {
    let function =
        |lines| format!("{{}}\n/// Doc.\nfn long() {{\n{}}}", "    a();\n".repeat(lines));
    refuses(long_functions, "a.rs", &function(68), &[]);
    let expected = "a.rs:3: `long` has 71 lines; split it";
    refuses(long_functions, "a.rs", &function(69), &[expected]);
    refuses(long_functions, "a.rs", &function(69).replace("a();", "// a"), &[]);
}

#[test]
fn a_long_file_and_a_long_line_are_refused() {
    refuses(long_file, "a.rs", &"\n".repeat(450), &[]);
    refuses(long_file, "a.rs", &"\n".repeat(451), &["a.rs: 451 lines; split it"]);
    refuses(long_lines, "a.rs", &"é".repeat(100), &[]);
    refuses(long_lines, "a.rs", &format!("\n{}", "é".repeat(101)), &["a.rs:2: 101 columns"]);
    refuses(long_lines, "a.rs", &format!("r\"\n{}\n\";", "é".repeat(101)), &[]);
    refuses(long_lines, "a.rs", &format!("\n// {}", "é".repeat(98)), &["a.rs:2: 101 columns"]);
}

#[test]
fn leftovers_are_refused_in_code_and_in_comments() {
    let text = "fn a() { todo!() } // FIXME: b";
    refuses(leftovers, "a.rs", text, &["a.rs:1: no `todo!` here", "a.rs:1: no `FIXME` here"]);
    refuses(leftovers, "a.rs", "const A: &str = \"todo!() // FIXME\";", &[]);
    refuses(prints, "src/a.rs", "\nprintln!(\"\");", &["src/a.rs:2: no `println!` here"]);
    refuses(prints, PRINTER, "println!(\"\");", &[]);
}

#[test]
fn unwrap_is_refused_outside_tests() {
    let text = "fn a() { b().unwrap() }\n#[cfg(test)]\nmod tests { fn c() { d().unwrap() } }";
    refuses(unwraps, "a.rs", text, &["a.rs:1: no `.unwrap()` here"]);
    let parent = Source::rust("src/a/mod.rs", "#[cfg(test)]\nmod fixture;\nmod b;");
    assert_eq!(test_files(&parent), ["src/a/fixture.rs"]);
}

#[test]
fn sql_in_lower_case_or_without_a_header_is_refused() {
    let check = |text, expected: &[&str]| {
        assert_eq!(sql_style(&Source::sql("a.sql", text)), expected);
    };
    check("-- All.\nSELECT from_state, 'from' FROM a -- from\n", &[]);
    check("-- All.\nSELECT a\nfrom b", &["a.sql:3: write FROM"]);
    check("SELECT 1", &["a.sql:1: begin with a comment that says what it is"]);
    check("-- All.\nSELECT a WHERE a = $by", &[]);
}

#[test]
fn a_report_that_leaves_something_to_chance_is_refused() {
    let check = |text, expected: &[&str]| {
        assert_eq!(report_style(&Source::sql("a.sql", text)), expected);
    };
    check("-- All *.\nSELECT a, count(*), 2 * b FROM c\nORDER BY a", &[]);
    check("SELECT *\nFROM b\nORDER BY a", &["a.sql:1: list the columns"]);
    check("SELECT b.*\nFROM b\nORDER BY a", &["a.sql:1: list the columns"]);
    check("SELECT a\nFROM (\n    SELECT a ORDER BY a\n)", &["a.sql:4: order the rows"]);
    let hint = "a.sql:1: use $now, which --now can tell";
    check("SELECT a FROM b WHERE c < NOW()\nORDER BY a", &[hint]);
}
