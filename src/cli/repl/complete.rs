//! What could be meant by the word at the cursor. Pure.

use crate::engine::{KEYWORDS, Member, RelationKind, Vocabulary};
use crate::output::{ChartKind, Format};

use super::super::chart::FITTING;
use super::commands::{COMMANDS, Takes, named};
use super::input::MARK;
use super::report::flag;
use super::session::Known;
use super::sql::{Spot, Statement};

/// What could take the place of a part of a text.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Completion {
    /// The byte where that part begins; it ends at the cursor.
    pub(super) start: usize,
    /// The most likely first.
    pub(super) candidates: Vec<Candidate>,
}

/// What could be meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    pub(super) text: String,
    /// What it is; may be empty.
    pub(super) doc: String,
}

impl Candidate {
    fn new(text: impl Into<String>, doc: impl Into<String>) -> Self {
        Self { text: text.into(), doc: doc.into() }
    }
}

/// What could be meant by what stands before the byte `at`.
pub(super) fn complete(text: &str, at: usize, known: &Known) -> Completion {
    let names = &known.vocabulary;
    if let Some(command) = text[..at].trim_start().strip_prefix(MARK) {
        let space = text[..at].char_indices().rfind(|(_, c)| c.is_whitespace());
        let start = space.map_or(0, |(place, c)| place + c.len_utf8());
        let all = match command.split_once(char::is_whitespace) {
            None => return commands(start, command),
            Some((name, given)) => {
                arguments(named(name).map_or(Takes::Nothing, |it| it.takes), given, known)
            }
        };
        return fitting(start, &text[start..at], all);
    }
    let Some(statement) = Statement::around(text, at) else { return Completion::default() };
    let spot = statement.spot();
    let is_open = matches!(spot, Spot::Expression);
    let all = match spot {
        Spot::Start => keywords(&STARTS),
        Spot::Member(owner) => members_of(&statement, &owner, names),
        Spot::Relation => relations(names),
        Spot::Argument(function) => {
            let arguments = arguments_of(&function, names);
            if arguments.is_empty() { expressions(&statement, names) } else { arguments }
        }
        Spot::Expression => expressions(&statement, names),
    };
    let word = statement.word();
    let mut found = fitting(at - word.len(), word, all);
    if word.is_empty() {
        // Every function and keyword there is helps nobody who has not begun a word.
        found.candidates.retain(|it| it.doc != FUNCTION && it.doc != KEYWORD);
        if is_open && found.candidates.is_empty() {
            found.candidates = keywords(&KEYWORDS);
        }
    }
    if is_lower(word) {
        for candidate in found.candidates.iter_mut().filter(|it| it.doc == KEYWORD) {
            candidate.text.make_ascii_lowercase();
        }
    }
    found
}

const FUNCTION: &str = "function";
const KEYWORD: &str = "keyword";
/// With what a statement can begin.
const STARTS: [&str; 8] =
    ["SELECT", "WITH", "DESCRIBE", "SHOW", "EXPLAIN", "CREATE", "DROP", "SET"];

/// Those that begin with `word`; if none does, those that hold it.
fn fitting(start: usize, word: &str, all: Vec<Candidate>) -> Completion {
    let word = word.to_lowercase();
    let place = |candidate: &Candidate| candidate.text.to_lowercase().find(&word);
    let (begin, others): (Vec<_>, Vec<_>) = all
        .into_iter()
        .filter_map(|candidate| place(&candidate).map(|at| (at, candidate)))
        .partition(|(at, _)| *at == 0);
    let chosen = if begin.is_empty() { others } else { begin };
    let mut candidates: Vec<Candidate> = Vec::new();
    for (_, candidate) in chosen {
        if !candidates.iter().any(|other| other.text == candidate.text) {
            candidates.push(candidate);
        }
    }
    Completion { start, candidates }
}

fn is_lower(word: &str) -> bool {
    !word.is_empty() && !word.contains(char::is_uppercase)
}

/// The commands whose names fit what stands behind the mark.
fn commands(start: usize, name: &str) -> Completion {
    let all = COMMANDS.iter().map(|it| Candidate::new(it.names[0], it.doc));
    let mut found = fitting(start, name, all.collect());
    // The mark is no part of what is looked for, but of what takes its place.
    for candidate in &mut found.candidates {
        candidate.text.insert(0, MARK);
    }
    found
}

/// What an argument of a command could be, where some are given already.
fn arguments(takes: Takes, given: &str, known: &Known) -> Vec<Candidate> {
    match takes {
        Takes::Report => reports(given, known),
        Takes::Relation => relations(&known.vocabulary),
        Takes::Format => {
            let text = Format::ALL.into_iter().filter(|format| !format.is_binary());
            text.map(|format| Candidate::new(format.name(), format.doc())).collect()
        }
        Takes::Chart => {
            let kinds = ChartKind::ALL.map(|kind| Candidate::new(kind.name(), kind.doc()));
            let fitting = Candidate::new(FITTING, "The one that the columns ask for.");
            kinds.into_iter().chain([fitting]).collect()
        }
        Takes::Switch => ["on", "off"].map(|word| Candidate::new(word, "")).to_vec(),
        Takes::State => vec![Candidate::new("latest", "The newest snapshot.")],
        Takes::File | Takes::Nothing => Vec::new(),
    }
}

/// The names of reports, or behind one the flags of that report.
fn reports(given: &str, known: &Known) -> Vec<Candidate> {
    let Some((name, _)) = given.trim_start().split_once(char::is_whitespace) else {
        return known.reports.iter().map(|it| Candidate::new(&it.name, &it.title)).collect();
    };
    let report = known.reports.iter().find(|report| report.name == name);
    let parameters = report.map(|it| it.parameters.as_slice()).unwrap_or_default();
    parameters.iter().map(|it| Candidate::new(flag(it), &it.doc)).collect()
}

fn keywords(words: &[&str]) -> Vec<Candidate> {
    words.iter().map(|word| Candidate::new(*word, KEYWORD)).collect()
}

fn relations(names: &Vocabulary) -> Vec<Candidate> {
    let relations = names.relations.iter().map(|it| {
        let doc = if it.doc.is_empty() { it.kind.name() } else { &it.doc };
        Candidate::new(quoted(&it.name), doc)
    });
    let functions = names.table_functions.iter();
    let functions = functions.map(|it| Candidate::new(format!("{}(", it.name), "table function"));
    relations.chain(functions).collect()
}

/// What may stand behind `owner.`: the columns of a table, by its name or its alias, or the tables
/// of a schema.
fn members_of(statement: &Statement<'_>, owner: &str, names: &Vocabulary) -> Vec<Candidate> {
    let source = statement.sources().into_iter().find(|source| source.is_called(owner));
    let relation = source.map_or_else(|| owner.to_owned(), |source| source.relation);
    let found = columns(&relation, names);
    if !found.is_empty() {
        return found;
    }
    let prefix = format!("{owner}.");
    let of_schema = names.relations.iter().filter(|it| it.kind == RelationKind::Ops);
    let of_schema = of_schema
        .filter_map(|it| it.name.strip_prefix(&prefix).map(|name| Candidate::new(name, &it.doc)));
    of_schema.collect()
}

fn arguments_of(function: &str, names: &Vocabulary) -> Vec<Candidate> {
    let function = names.table_functions.iter().find(|it| it.name == function);
    let arguments = function.map(|it| it.arguments.as_slice()).unwrap_or_default();
    arguments.iter().map(|it| Candidate::new(format!("{} => ", it.name), &it.doc)).collect()
}

/// What a value can be: the columns of the statement's tables, their names, functions, keywords.
fn expressions(statement: &Statement<'_>, names: &Vocabulary) -> Vec<Candidate> {
    let sources = statement.sources();
    let mut all: Vec<_> =
        sources.iter().flat_map(|source| columns(&source.relation, names)).collect();
    if sources.is_empty() {
        // Most people write what they select before where it is from.
        let of_ours = names.relations.iter().filter(|it| it.kind != RelationKind::Ops);
        all.extend(of_ours.flat_map(|it| columns(&it.name, names)));
    }
    let aliases = sources.iter().filter_map(|source| {
        source
            .alias
            .clone()
            .map(|alias| Candidate::new(quoted(&alias), format!("alias of {}", source.relation)))
    });
    all.extend(aliases);
    all.extend(keywords(&KEYWORDS));
    all.extend(names.functions.iter().map(|name| Candidate::new(format!("{name}("), FUNCTION)));
    all
}

fn columns(relation: &str, names: &Vocabulary) -> Vec<Candidate> {
    let found = names.relations.iter().find(|it| it.name == relation).map(|it| &it.columns);
    let of_function = || {
        let function = names.table_functions.iter().find(|it| it.name == relation);
        function.map(|it| &it.columns)
    };
    let columns: &[Member] = found.or_else(of_function).map(Vec::as_slice).unwrap_or_default();
    columns.iter().map(|it| Candidate::new(quoted(&it.name), &it.doc)).collect()
}

/// A name as it must be written: in quotes where it would else be read otherwise.
pub(super) fn quoted(name: &str) -> String {
    let is_plain = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
            && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    if name.split('.').all(is_plain) {
        return name.to_owned();
    }
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use crate::engine::{Relation, TableFunction};
    use crate::reports;

    use super::*;

    fn member(name: &str) -> Member {
        Member { name: name.to_owned(), doc: format!("The {name}.") }
    }

    fn relation(name: &str, kind: RelationKind, columns: &[&str]) -> Relation {
        let columns = columns.iter().map(|name| member(name)).collect();
        Relation { name: name.to_owned(), kind, doc: format!("A {name}."), columns }
    }

    fn known() -> Known {
        let vocabulary = Vocabulary {
            relations: vec![
                relation("backup_jobs", RelationKind::Table, &["region", "state", "start_by"]),
                relation("copy_jobs", RelationKind::Table, &["region", "copy_job_id"]),
                relation("jobs", RelationKind::View, &["kind", "outcome"]),
                relation("ops.runs", RelationKind::Ops, &["run_id"]),
                relation("ops.units", RelationKind::Ops, &["unit_id"]),
                relation("Mine", RelationKind::Own, &["A b"]),
            ],
            table_functions: vec![TableFunction {
                name: "list_backup_job_summaries".to_owned(),
                arguments: vec![member("account_id"), member("state")],
                columns: vec![member("count")],
            }],
            functions: ["count", "sqrt", "sum"].map(str::to_owned).to_vec(),
        };
        Known { vocabulary, reports: reports::all() }
    }

    /// `|` is the cursor.
    #[track_caller]
    fn check(typed: &str, expected: &[&str]) {
        let at = typed.find('|').unwrap();
        let found = complete(&typed.replace('|', ""), at, &known());
        let found: Vec<_> = found.candidates.iter().map(|it| it.text.as_str()).collect();
        assert_eq!(found, expected, "{typed}");
    }

    #[test]
    fn a_statement_begins_with_a_keyword() {
        check("se|", &["select", "set"]);
        check("SE|", &["SELECT", "SET"]);
        check("SELECT 1; DES|", &["DESCRIBE"]);
    }

    #[test]
    fn tables_stand_behind_from_and_join() {
        check("SELECT * FROM back|", &["backup_jobs"]);
        check("SELECT * FROM jobs j, copy|", &["copy_jobs"]);
        check("SELECT * FROM jobs JOIN ops.|", &["runs", "units"]);
        check("SELECT * FROM ops.u|", &["units"]);
        check("SELECT * FROM list|", &["list_backup_job_summaries("]);
        check("DESCRIBE Mi|", &["\"Mine\""]);
    }

    #[test]
    fn columns_follow_their_tables_aliases() {
        check("SELECT b.|, c.state FROM backup_jobs AS b", &["region", "state", "start_by"]);
        check("SELECT 1 FROM backup_jobs b JOIN copy_jobs c ON b.region = c.c|", &["copy_job_id"]);
        check("SELECT jobs.o| FROM jobs", &["outcome"]);
        check("SELECT m.| FROM \"Mine\" m", &["\"A b\""]);
        check("SELECT s.| FROM list_backup_job_summaries(state => 'x') s", &["count"]);
        check("SELECT nothing.|", &[]);
    }

    #[test]
    fn columns_of_the_tables_in_from_come_before_functions() {
        check("SELECT st| FROM backup_jobs", &["state", "start_by"]);
        check("SELECT s| FROM jobs", &["select", "semi", "set", "show", "sqrt(", "sum("]);
        check("SELECT | FROM jobs j", &["kind", "outcome", "j"]);
        check("SELECT 1; SELECT outc| FROM jobs", &["outcome"]);
        check("SELECT outc| FROM backup_jobs; SELECT 1 FROM jobs", &[]);
    }

    #[test]
    fn without_a_table_the_columns_of_all_tables_are_offered() {
        check("SELECT copy_|", &["copy_job_id"]);
        check("SELECT reg|", &["region"]);
    }

    #[test]
    fn arguments_of_table_functions_have_names() {
        check("SELECT * FROM list_backup_job_summaries(acc|", &["account_id => "]);
        let both = ["account_id => ", "state => "];
        check("SELECT * FROM list_backup_job_summaries(state => 'A', |", &both);
        check("SELECT * FROM list_backup_job_summaries(upper('a'), sta|", &["state => "]);
    }

    #[test]
    fn nothing_is_offered_inside_texts_comments_and_numbers() {
        for typed in ["SELECT 'sta|", "SELECT 'sta|te'", "SELECT -- sta|", "SELECT 12|"] {
            check(typed, &[]);
        }
    }

    #[test]
    fn commands_and_their_arguments_are_completed() {
        check("\\as|", &["\\as-of"]);
        check("\\s|", &["\\snapshot", "\\status"]);
        check(" \\of|", &["\\as-of"]);
        check("\\d copy|", &["copy_jobs"]);
        check("\\d\u{a0}copy|", &["copy_jobs"]);
        check("\\d \"Mi|", &["\"Mine\""]);
        check("\\format j|", &["json"]);
        check("\\chart c|", &["calendar"]);
        check("\\timing |", &["on", "off"]);
        check("\\status |", &[]);
        check("\\report success|", &["success-rate"]);
        check("\\report success-rate --da|", &["--days"]);
    }

    #[test]
    fn a_word_that_begins_nothing_is_looked_for_within() {
        check("SELECT * FROM units|", &["ops.units"]);
        check("SELECT job_id| FROM copy_jobs", &["copy_job_id"]);
    }
}
