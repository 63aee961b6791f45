//! What `README.md` says of tables, views, formats, reports, checks, metrics, settings and the REPL
//! is what the code says, and its commands run.

mod blocks;

use std::fmt::Write;
use std::{env, fs};

use lookback::cli::{METRICS, Metric, SETTINGS, repl_commands};
use lookback::engine::{Argument, function_name};
use lookback::model::JobKind;
use lookback::output::{ChartKind, Format};
use lookback::reports::{self, Parameter};
use lookback::serve::aws::operation_names;
use lookback::tables::{self, ColumnType, Table};

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
/// Set, it has the test write the file instead of comparing it.
const UPDATE: &str = "LOOKBACK_UPDATE_README";

#[test]
fn readme_says_what_the_code_says() {
    let found = fs::read_to_string(PATH).unwrap();
    let generated = [
        ("charts", charts()),
        ("checks", checks()),
        ("commands", commands()),
        ("formats", formats()),
        ("metrics", metrics()),
        ("reports", reports()),
        ("settings", settings()),
        ("tables", reference()),
    ];
    let expected =
        generated.iter().fold(found.clone(), |readme, (name, text)| filled(&readme, name, text));
    if env::var_os(UPDATE).is_some() {
        fs::write(PATH, expected).unwrap();
        return;
    }
    let differs =
        found.lines().zip(expected.lines()).position(|(found, expected)| found != expected);
    assert!(
        found == expected,
        "README.md is not what the code says, from line {} on; run {UPDATE}=1 cargo test --test it \
         readme",
        differs.map_or(found.lines().count(), |index| index) + 1,
    );
}

#[test]
fn only_the_text_between_the_marks_is_replaced() {
    let readme = "a\n<!-- b:begin -->\nold\n<!-- b:end -->\nc\n";
    let expected = "a\n<!-- b:begin -->\n\nnew\n\n<!-- b:end -->\nc\n";
    assert_eq!(filled(readme, "b", "new\n"), expected);
    assert_eq!(filled(expected, "b", "new\n"), expected);
}

#[test]
#[should_panic(expected = "README.md has no <!-- d:begin -->")]
fn a_mark_that_is_gone_is_missed() {
    filled("a", "d", "new\n");
}

#[test]
fn the_policy_of_the_examples_allows_the_operations_of_jobs_and_no_others() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/iam-policy.json");
    let policy: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let statement = &policy["Statement"][0];
    let allowed: Vec<_> =
        statement["Action"].as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
    let mut expected: Vec<_> =
        operation_names().map(|operation| format!("backup:{operation}")).collect();
    expected.sort();
    assert_eq!(allowed, expected);
    assert_eq!((&statement["Effect"], &statement["Resource"]), (&"Allow".into(), &"*".into()));
}

/// `readme` with `text` between the marks of `name`.
fn filled(readme: &str, name: &str, text: &str) -> String {
    let split = |text: &str, mark: String| match text.split_once(&mark) {
        Some((before, after)) => (before.to_owned() + &mark, mark + after),
        None => panic!("README.md has no {mark}"),
    };
    let (before, rest) = split(readme, format!("<!-- {name}:begin -->"));
    let (_, after) = split(&rest, format!("<!-- {name}:end -->"));
    format!("{before}\n\n{text}\n{after}")
}

fn formats() -> String {
    let mut text = "| format | what it is |\n| --- | --- |\n".to_owned();
    for format in Format::ALL {
        writeln!(text, "| `{format}` | {} |", format.doc()).unwrap();
    }
    text
}

fn reports() -> String {
    let mut text = "| subject | report | question |\n| --- | --- | --- |\n".to_owned();
    for report in reports::all() {
        let (subject, name, question) = (report.subject, report.name, report.question);
        writeln!(text, "| {subject} | `{name}` | {question} |").unwrap();
    }
    text
}

fn checks() -> String {
    let mut text = "| check | what it asks | parameters |\n| --- | --- | --- |\n".to_owned();
    for check in reports::checks() {
        let parameter = |it: &Parameter| {
            let default = it.default.as_ref().map_or(String::new(), |value| format!(" = {value}"));
            format!("`{}{default}`: {}", it.name, it.doc)
        };
        let parameters: Vec<_> = check.parameters.iter().map(parameter).collect();
        let (name, question, parameters) = (check.name, check.question, parameters.join("<br>"));
        writeln!(text, "| `{name}` | {question} | {parameters} |").unwrap();
    }
    text
}

fn settings() -> String {
    let mut text =
        "| key | flag | variable | default | what it is |\n| --- | --- | --- | --- | --- |\n"
            .to_owned();
    for setting in SETTINGS {
        let key = if setting.is_key { format!("`{}`", setting.name) } else { String::new() };
        let variable = setting.variable.map(|name| format!("`{name}`")).unwrap_or_default();
        let (flag, default, doc) = (setting.flag, setting.default, setting.doc);
        writeln!(text, "| {key} | `--{flag}` | {variable} | {default} | {doc} |").unwrap();
    }
    text
}

fn commands() -> String {
    let mut text = "| command | what it does |\n| --- | --- |\n".to_owned();
    for (command, doc) in repl_commands() {
        let command = command.replace('|', "\\|");
        writeln!(text, "| `{command}` | {doc} |").unwrap();
    }
    text
}

fn charts() -> String {
    let mut text = "| chart | what it is |\n| --- | --- |\n".to_owned();
    for kind in ChartKind::ALL {
        writeln!(text, "| `{kind}` | {} |", kind.doc()).unwrap();
    }
    text
}

fn metrics() -> String {
    let mut text = "| metric | type | labels | its value |\n| --- | --- | --- | --- |\n".to_owned();
    for Metric { name, kind, labels, help } in METRICS {
        let labels: Vec<_> = labels.iter().map(|label| format!("`{label}`")).collect();
        writeln!(text, "| `{name}` | {kind} | {} | {help} |", labels.join(", ")).unwrap();
    }
    text
}

fn reference() -> String {
    let mut text = String::new();
    for table in tables::ALL {
        describe(table.name, table, &mut text);
    }
    text.push_str("### Views\n\n| view | a row is |\n| --- | --- |\n");
    for view in tables::VIEWS {
        writeln!(text, "| `{}` | {} |", view.name, view.doc()).unwrap();
    }
    text.push('\n');
    functions(&mut text);
    for table in tables::OPS {
        describe(&format!("{}.{}", tables::OPS_SCHEMA, table.name), table, &mut text);
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

fn functions(text: &mut String) {
    text.push_str(
        "### Table functions\n\n| function | arguments without a name |\n| --- | --- |\n",
    );
    let mut arguments: Vec<Argument> = Vec::new();
    for kind in JobKind::ALL {
        let names: Vec<_> =
            Argument::of_aws(kind).iter().map(|it| format!("`{}`", it.name())).collect();
        writeln!(text, "| `{}` | {} |", function_name(kind), names.join(", ")).unwrap();
        let of_scans = Argument::of(kind).filter(|_| kind == JobKind::Scan);
        arguments.extend(Argument::of_aws(kind).iter().copied().chain(of_scans));
    }
    text.push_str("\n| argument | what it takes |\n| --- | --- |\n");
    let mut told: Vec<Argument> = Vec::new();
    for argument in arguments {
        if !told.contains(&argument) {
            writeln!(text, "| `{}` | {} |", argument.name(), argument.doc()).unwrap();
            told.push(argument);
        }
    }
    text.push('\n');
}

fn describe(name: &str, table: &Table, text: &mut String) {
    writeln!(text, "### `{name}`\n\n{}\n", table.doc).unwrap();
    text.push_str("| column | type | AWS | meaning |\n| --- | --- | --- | --- |\n");
    for column in table.columns {
        let aws = if column.aws.is_empty() { String::new() } else { format!("`{}`", column.aws) };
        let (name, ty, doc) = (column.name, sql_type(column.ty), column.doc);
        writeln!(text, "| `{name}` | {ty} | {aws} | {doc} |").unwrap();
    }
    text.push('\n');
}

fn sql_type(ty: ColumnType) -> &'static str {
    match ty {
        ColumnType::Text => "text",
        ColumnType::Long => "bigint",
        ColumnType::Bool => "boolean",
        ColumnType::Time => "timestamp, UTC",
        ColumnType::TextMap => "map of text to text",
        ColumnType::LongMap => "map of text to bigint",
    }
}
