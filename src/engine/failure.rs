//! DataFusion's errors as ours: who is to blame, which file or name it is about, and the way out.

use datafusion::arrow::error::ArrowError;
use datafusion::common::SchemaError;
use datafusion::error::DataFusionError;
use parquet::errors::ParquetError;

use crate::error::{Error, Kind, Place};

use super::names::nearest;

/// An error of DataFusion as one of ours, with its place in the SQL where DataFusion tells one.
pub(super) fn explain(err: DataFusionError) -> Error {
    let place = place(&err);
    let error = translate(err);
    match (error.place(), place) {
        (None, Some(place)) => error.with_place(place),
        _ => error,
    }
}

fn translate(err: DataFusionError) -> Error {
    if let Some(ours) = find_ours(&err) {
        return ours.restate();
    }
    let root = root(&err);
    match root {
        DataFusionError::SQL(cause, _) => Error::input("the SQL does not parse").with_source(
            std::io::Error::other(cause.to_string().replace("sql parser error: ", "")),
        ),
        DataFusionError::SchemaError(cause, _) => schema(cause),
        DataFusionError::ResourcesExhausted(cause) => {
            Error::new(Kind::Limit, format!("the query needs more memory than it may use: {cause}"))
                .with_hint("ask for less, or raise --memory-limit")
        }
        DataFusionError::Plan(cause) => plan(cause),
        DataFusionError::Execution(cause) => Error::input(first_line(cause)),
        DataFusionError::NotImplemented(cause) => Error::new(Kind::Unsupported, first_line(cause)),
        DataFusionError::ArrowError(cause, _) => Error::input(cause.to_string()),
        DataFusionError::IoError(_) | DataFusionError::ObjectStore(_) => {
            Error::new(Kind::Io, "failed to read or spill").with_source(err)
        }
        DataFusionError::ParquetError(cause) => match filter(&cause.to_string()) {
            Some(why) => Error::input(why),
            None => Error::corrupt("a data file cannot be read").with_source(err),
        },
        _ => Error::internal("run the query").with_source(err),
    }
}

/// Where in the SQL an error is: from a diagnosis, or from the parser's words.
fn place(err: &DataFusionError) -> Option<Place> {
    match err {
        DataFusionError::Context(_, inner) => place(inner),
        DataFusionError::Shared(inner) => place(inner),
        DataFusionError::Collection(errors) => place(errors.first()?),
        DataFusionError::Diagnostic(diagnosis, inner) => match diagnosis.span {
            Some(span) => located(span.start.line, span.start.column),
            None => place(inner),
        },
        DataFusionError::SQL(cause, _) => place_in_words(&cause.to_string()),
        _ => None,
    }
}

/// The parser tells places at the end of its message only: `… at Line: 1, Column: 8`.
fn place_in_words(message: &str) -> Option<Place> {
    let (_, place) = message.rsplit_once("at Line: ")?;
    let (line, column) = place.split_once(", Column: ")?;
    let column = column.split(|c: char| !c.is_ascii_digit()).next()?;
    located(line.parse().ok()?, column.parse().ok()?)
}

/// A place; line 0 stands for none.
pub(super) fn located(line: u64, column: u64) -> Option<Place> {
    let (line, column) = (usize::try_from(line).ok()?, usize::try_from(column).ok()?);
    (line > 0 && column > 0).then_some(Place { line, column })
}

/// An error of ours below layers of others.
fn find_ours(err: &DataFusionError) -> Option<&Error> {
    let mut next: Option<&(dyn std::error::Error + 'static)> = Some(err);
    while let Some(err) = next {
        if let Some(ours) = err.downcast_ref::<Error>() {
            return Some(ours);
        }
        // These do not give what they box as their source.
        let boxed = match err.downcast_ref() {
            Some(ParquetError::External(cause)) => Some(cause.as_ref()),
            _ => None,
        };
        next = match (boxed, err.downcast_ref()) {
            (None, Some(ArrowError::ExternalError(cause))) => Some(cause.as_ref()),
            (None, _) => err.source(),
            (Some(cause), _) => Some(cause),
        };
    }
    None
}

/// The error below contexts, diagnostics and sharing.
fn root(err: &DataFusionError) -> &DataFusionError {
    match err {
        DataFusionError::Context(_, inner) | DataFusionError::Diagnostic(_, inner) => root(inner),
        DataFusionError::Shared(inner) => root(inner),
        DataFusionError::Collection(errors) => errors.first().map_or(err, root),
        _ => err,
    }
}

/// Why a condition could not be judged that was judged while a file was read: the query is to
/// blame, not the file. DataFusion tells it in words only, and of the cause what `Debug` shows.
fn filter(message: &str) -> Option<String> {
    let (_, cause) = message.split_once("Error evaluating filter predicate: ")?;
    let why = arrow(cause).or_else(|| unquoted(cause.strip_prefix("Execution(")?));
    Some(why.unwrap_or_else(|| format!("a condition cannot be judged: {cause}")))
}

/// What arrow says of one of its errors, from what `Debug` shows of it.
fn arrow(cause: &str) -> Option<String> {
    let cause = cause.strip_prefix("ArrowError(")?;
    if cause.starts_with("DivideByZero") {
        return Some(ArrowError::DivideByZero.to_string());
    }
    let (name, text) = cause.split_once('(')?;
    let of = match name {
        "CastError" => ArrowError::CastError,
        "ParseError" => ArrowError::ParseError,
        "ComputeError" => ArrowError::ComputeError,
        "ArithmeticOverflow" => ArrowError::ArithmeticOverflow,
        "InvalidArgumentError" => ArrowError::InvalidArgumentError,
        _ => return None,
    };
    unquoted(text).map(|text| of(text).to_string())
}

/// The text that a debugged string at the start of `text` shows.
fn unquoted(text: &str) -> Option<String> {
    let mut shown = String::new();
    let mut rest = text.strip_prefix('"')?.chars();
    loop {
        match rest.next()? {
            '"' => return Some(shown),
            '\\' => shown.push(rest.next()?),
            other => shown.push(other),
        }
    }
}

fn schema(err: &SchemaError) -> Error {
    match err {
        SchemaError::FieldNotFound { field, valid_fields } => {
            let error = Error::input(format!("there is no column \"{}\"", field.flat_name()));
            let names = valid_fields.iter().map(|column| column.name.as_str());
            let (name, is_quoted) = (field.name.as_str(), is_quoted(&field.name));
            // In double quotes most are no mistyped columns: COMPLETED is not completion_date.
            let is_meant = |near: &&str| !is_quoted || near.eq_ignore_ascii_case(name);
            match nearest(name, names).filter(is_meant) {
                Some(near) => error.with_hint(format!("did you mean \"{near}\"?")),
                None if is_quoted => {
                    error.with_hint(format!("use single quotes for a text: '{name}'"))
                }
                None => error.with_hint("list the columns of a table with: DESCRIBE table"),
            }
        }
        other => Error::input(first_line(&other.to_string())),
    }
}

/// True for a name that stood in double quotes: without them, it would be in lower case, and a
/// name.
fn is_quoted(name: &str) -> bool {
    let is_odd = |c: char| c.is_ascii() && !matches!(c, 'a'..='z' | '0'..='9' | '_');
    name.starts_with(|c: char| c.is_ascii_digit()) || name.contains(is_odd)
}

/// A function that does not exist is told only in words: `Invalid function .x.` and a second line.
fn plan(cause: &str) -> Error {
    let unknown = cause.strip_prefix("Invalid function '").and_then(|rest| rest.split_once('\''));
    let Some((name, rest)) = unknown else { return Error::input(first_line(cause)) };
    let error = Error::input(format!("there is no function \"{name}\""));
    match rest.split('\'').nth(1) {
        Some(near) => error.with_hint(format!("did you mean \"{near}\"?")),
        None => error.with_hint("list the functions with: SHOW FUNCTIONS"),
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().trim_end_matches('.').to_owned()
}
