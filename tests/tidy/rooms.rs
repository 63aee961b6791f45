//! Which room may name which other, and which crate.

use super::line_of;
use super::text::{Source, is_name};

/// Each room and the rooms it may name; all may name `error`.
const MAY_NAME: &[(&str, &[&str])] = &[
    ("error", &[]),
    ("model", &[]),
    ("tables", &["model"]),
    ("catalog", &["model", "tables"]),
    ("store", &["model", "tables"]),
    ("source", &["model", "tables"]),
    ("lake", &["model", "catalog", "store"]),
    ("ingest", &["model", "tables", "catalog", "store", "lake", "source"]),
    ("upkeep", &["model", "tables", "catalog", "store", "lake"]),
    ("engine", &["model", "tables", "catalog", "store", "lake"]),
    // Of `model`, the reading of instants: parameters can be some.
    ("reports", &["model", "engine"]),
    ("output", &[]),
    ("export", &["model", "tables", "catalog", "lake", "engine", "output"]),
    ("serve", &["model", "tables", "engine"]),
    ("emulator", &["model", "tables", "serve"]),
    ("nights", NIGHTS),
    ("cli", ALL_BELOW_CLI),
];

const NIGHTS: &[&str] = &[
    "ingest", "upkeep", "engine", "reports", "emulator", "model", "tables", "catalog", "store",
    "lake", "source", "serve", "output", "export",
];

const ALL_BELOW_CLI: &[&str] = &[
    "model", "tables", "catalog", "store", "lake", "source", "ingest", "upkeep", "engine",
    "reports", "output", "export", "serve", "emulator", "nights",
];

/// Each crate that is kept to some rooms, and those rooms.
const MAY_NAME_CRATE: &[(&str, &[&str])] = &[
    ("rusqlite", &["catalog"]),
    // DataFusion reads through a store that `engine` has to register with it.
    ("object_store", &["store", "engine"]),
    // Of `parquet`, `tables` names one key only: that of a field's id.
    ("parquet", &["store", "output", "engine", "tables"]),
    ("datafusion", &["engine"]),
    ("aws_sdk_backup", &["source"]),
    ("aws_config", &["source"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli"]),
    ("reedline", &["cli"]),
    ("ratatui_core", &["output"]),
    ("ratatui_widgets", &["output"]),
    ("hyper", &["serve"]),
    ("hyper_util", &["serve"]),
    ("http_body_util", &["serve"]),
    ("aws_sigv4", &["serve"]),
    ("subtle", &["serve"]),
];

const FIELD_ID_KEY: &str = "parquet::arrow::PARQUET_FIELD_ID_META_KEY";

/// Reports every room that the file names and may not.
pub(crate) fn trespasses(file: &Source) -> Vec<String> {
    let Some(room) = room_of(&file.path) else { return vec![] };
    let allowed = row(MAY_NAME, room);
    let may = |target: &str| target == room || target == "error" || allowed.contains(&target);
    let mut complaints = Vec::new();
    for (line, target) in named_rooms(file) {
        if target.is_empty() {
            complaints.push(format!("{}:{line}: name rooms one by one, without braces", file.path));
        } else if is_room(target) && !may(target) {
            complaints.push(format!("{}:{line}: {room} may not name {target}", file.path));
        }
    }
    complaints
}

/// Reports every crate that the file names and may not.
pub(crate) fn foreign_crates(file: &Source) -> Vec<String> {
    let room = room_of(&file.path).unwrap_or("main");
    let mut complaints = Vec::new();
    for (name, rooms) in MAY_NAME_CRATE {
        for (at, _) in file.code.match_indices(name) {
            let may = rooms.contains(&room) && (room, *name) != ("tables", "parquet")
                || file.code[at..].starts_with(FIELD_ID_KEY) && rooms.contains(&room);
            if is_path_root(&file.code, at, name) && !may {
                let line = line_of(&file.code, at);
                complaints.push(format!("{}:{line}: {room} may not name {name}", file.path));
            }
        }
    }
    complaints
}

/// Reports what lies in `src` and is no room, or is not declared; `found` are names of folders and
/// files there.
pub(crate) fn unlisted(found: &[String], library: &Source) -> Vec<String> {
    let mut complaints = Vec::new();
    for name in found {
        let room = name.trim_end_matches(".rs");
        if !is_room(room) {
            complaints.push(format!("src/{name}: give it a row in tests/tidy/rooms.rs"));
        }
        if !library.code.contains(&format!("mod {room};")) {
            complaints.push(format!("src/{name}: declare it in src/lib.rs"));
        }
    }
    complaints
}

/// The room of a file; `None` for `main.rs` and `lib.rs`.
fn room_of(path: &str) -> Option<&str> {
    let inside = path.strip_prefix("src/")?;
    let room = inside.split_once('/').map_or(inside.trim_end_matches(".rs"), |(room, _)| room);
    (room != "main" && room != "lib").then_some(room)
}

fn is_room(name: &str) -> bool {
    MAY_NAME.iter().any(|(room, _)| *room == name)
}

fn row(table: &'static [(&str, &[&str])], name: &str) -> &'static [&'static str] {
    table.iter().find(|(row, _)| *row == name).map_or(&[], |(_, allowed)| allowed)
}

/// The names that follow `crate::`, or as many `super::` as lead out of the room, with their
/// lines; an empty name for a brace.
fn named_rooms(file: &Source) -> Vec<(usize, &str)> {
    // From `src/room/mod.rs` one `super` leads out, from `src/room/file.rs` two.
    let folders = file.path.matches('/').count() - 1;
    let out = "super::".repeat(folders + usize::from(!file.path.ends_with("/mod.rs")));
    let mut named = Vec::new();
    for prefix in ["crate::", &out] {
        for (at, _) in file.code.match_indices(prefix) {
            if prefix == "crate::" && file.code[..at].ends_with(is_name) {
                continue;
            }
            let rest = &file.code[at + prefix.len()..];
            let name = rest.split(|c| !is_name(c)).next().unwrap_or_default();
            if !name.is_empty() || prefix == "crate::" {
                named.push((line_of(&file.code, at), name));
            }
        }
    }
    named
}

/// True if and only if the name at `at` begins a path, and is not a part of another name.
fn is_path_root(code: &str, at: usize, name: &str) -> bool {
    let before = &code[..at];
    let after = &code[at + name.len()..];
    let is_used = before.trim_end().ends_with("use") && after.starts_with([';', ' ']);
    !before.ends_with(|c| is_name(c) || c == ':' || c == '.')
        && (after.starts_with("::") || is_used)
}

#[track_caller]
fn check(rule: fn(&Source) -> Vec<String>, path: &str, text: &str, expected: &[&str]) {
    assert_eq!(rule(&Source::rust(path, text)), expected);
}

#[test]
fn engine_may_not_name_source() {
    let text = "use crate::catalog::Catalog;\nuse crate::source::Source;\n";
    check(trespasses, "src/engine/a.rs", text, &["src/engine/a.rs:2: engine may not name source"]);
}

#[test]
fn a_room_may_name_itself_and_error() {
    let text = "use crate::model::Instant;\nuse crate::error::Error;\nuse super::row;";
    check(trespasses, "src/model/a.rs", text, &[]);
}

#[test]
fn rooms_in_strings_and_comments_are_not_named() {
    check(trespasses, "src/model/a.rs", "// crate::cli\nlet a = \"crate::cli\";", &[]);
}

#[test]
fn grouped_imports_and_ways_around_are_refused() {
    let braces = "src/model/a.rs:1: name rooms one by one, without braces";
    check(trespasses, "src/model/a.rs", "use crate::{cli, engine};", &[braces]);
    let out = "src/model/a.rs:1: model may not name cli";
    check(trespasses, "src/model/a.rs", "use super::super::cli;", &[out]);
    let out = "src/model/mod.rs:1: model may not name cli";
    check(trespasses, "src/model/mod.rs", "use super::cli;", &[out]);
    check(trespasses, "src/model/a.rs", "use super::cli;", &[]);
}

#[test]
fn crates_stay_in_their_rooms() {
    let text = "use rusqlite::Connection;\nlet a = clap::Arg::new(x);\nuse hyper;";
    let expected = ["a.rs:2: catalog may not name clap", "a.rs:3: catalog may not name hyper"];
    let expected = expected.map(|complaint| format!("src/catalog/{complaint}"));
    check(foreign_crates, "src/catalog/a.rs", text, &expected.each_ref().map(String::as_str));
    check(
        foreign_crates,
        "src/catalog/a.rs",
        "self.clap::<u8>(); my_clap::a(); a::clap::b();",
        &[],
    );
    let key = format!("use {FIELD_ID_KEY};\nuse parquet::file;");
    let expected = "src/tables/a.rs:2: tables may not name parquet";
    check(foreign_crates, "src/tables/a.rs", &key, &[expected]);
}

#[test]
fn a_folder_that_is_no_room_is_refused() {
    let library = Source::rust("src/lib.rs", "pub mod model;");
    let found = ["model", "error.rs", "utils"].map(str::to_owned);
    let expected = [
        "src/error.rs: declare it in src/lib.rs",
        "src/utils: give it a row in tests/tidy/rooms.rs",
        "src/utils: declare it in src/lib.rs",
    ];
    assert_eq!(unlisted(&found, &library), expected);
}
