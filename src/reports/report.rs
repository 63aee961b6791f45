//! A report: a file of one query, checked against its header.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures::{StreamExt, TryStreamExt};

use crate::engine::{Answer, Engine, Template, Value};
use crate::error::{Error, Result};

use super::Noun;
use super::header::{Column, Header, is_name, wrong};
use super::parameter::{NOW, Parameter};

/// A question with a name.
#[derive(Clone, Debug)]
pub struct Report {
    /// Its name: that of its file, without `.sql`.
    pub name: String,
    /// What it is about, in a word: reports are listed by it.
    pub subject: String,
    /// What it is called, in a few words.
    pub title: String,
    /// The question that it answers, in sentences.
    pub question: String,
    /// Its parameters, as the header has them.
    pub parameters: Vec<Parameter>,
    /// The columns of its answer, as the header has them.
    pub columns: Vec<Column>,
    /// The columns that a chart of the answer shows; none if the header does not say.
    pub chart: Vec<String>,
    /// The whole text of its file.
    pub sql: String,
    /// The user's file that it was read from; `None` for one that Lookback brings along.
    pub file: Option<PathBuf>,
    /// What questions of its sort are called.
    noun: Noun,
    /// Its query; for a user's file that is no report, why it is none.
    template: Result<Template, Arc<Error>>,
}

impl Report {
    /// Reads one that Lookback brings along in a file of its source.
    pub(super) fn built_in(file: &str, name: &str, text: &str, noun: Noun) -> Result<Self> {
        Self::parse(name, text, None, noun).map_err(|err| located(file, &err))
    }

    /// Reads one of a user's; a file that is none becomes a broken one.
    pub(super) fn own(path: &Path, noun: Noun) -> Self {
        Self::read(path, noun).unwrap_or_else(|err| Self::broken(path, noun, err))
    }

    fn read(path: &Path, noun: Noun) -> Result<Self> {
        let shown = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|err| Error::io(format!("read the {} \"{shown}\"", noun.one), err))?;
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        if !is_name(&stem.replace('-', "_")) {
            return Err(Error::input(format!(
                "file \"{shown}\": \"{stem}\" is no name of a {}",
                noun.one
            ))
            .with_hint("use letters from a to z, digits and hyphens"));
        }
        Self::parse(&stem, &text, Some(path.to_owned()), noun).map_err(|err| located(&shown, &err))
    }

    /// A user's file that is no report: it is listed as such, hides one of its name that Lookback
    /// brings along, and gives `error` to whoever asks it.
    fn broken(path: &Path, noun: Noun, error: Error) -> Self {
        let text = error.chain();
        Self {
            name: path.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
            subject: "broken".to_owned(),
            title: text.clone(),
            question: text,
            parameters: Vec::new(),
            columns: Vec::new(),
            chart: Vec::new(),
            sql: std::fs::read_to_string(path).unwrap_or_default(),
            file: Some(path.to_owned()),
            noun,
            template: Err(Arc::new(error)),
        }
    }

    fn parse(name: &str, text: &str, file: Option<PathBuf>, noun: Noun) -> Result<Self> {
        let Header { title, subject, question, parameters, columns, chart } = Header::parse(text)?;
        let template = Template::parse(text)?;
        check_parameters(&parameters, &template)?;
        check_columns(&columns, &template)?;
        Ok(Self {
            name: name.to_owned(),
            subject,
            title,
            question,
            parameters,
            columns,
            chart,
            sql: text.to_owned(),
            file,
            noun,
            template: Ok(template),
        })
    }

    /// True if and only if it is a user's file that is no report.
    pub fn is_broken(&self) -> bool {
        self.template.is_err()
    }

    /// Its query.
    fn template(&self) -> Result<&Template> {
        self.template.as_ref().map_err(|err| err.restate())
    }

    /// The parameter with that name.
    ///
    /// # Errors
    /// `Input` if the report has none, and for a file that is no report.
    pub fn parameter(&self, name: &str) -> Result<&Parameter> {
        self.template()?;
        self.parameters.iter().find(|parameter| parameter.name == name).ok_or_else(|| {
            let message = format!("{} has no parameter \"{name}\"", self.called());
            let names: Vec<_> = self.parameters.iter().map(|it| it.name.as_str()).collect();
            let hint = match crate::engine::nearest(name, names.iter().copied()) {
                Some(near) => format!("did you mean \"{near}\"?"),
                None if names.is_empty() => "it has no parameters at all".to_owned(),
                None => format!("its parameters are {}", names.join(", ")),
            };
            Error::input(message).with_hint(hint)
        })
    }

    /// A value for each of its parameters, in their order: of those that are given the last one,
    /// else the default.
    ///
    /// # Errors
    /// `Input` for a parameter that the report does not have, that has a value of another type, or
    /// that has none; for a file that is no report, what is wrong with it.
    pub fn values(&self, given: &[(String, Value)]) -> Result<Vec<(String, Value)>> {
        self.template()?;
        for (name, value) in given {
            self.parameter(name)?.check(value)?;
        }
        let value = |parameter: &Parameter| {
            let given = given.iter().rev().find(|(name, _)| *name == parameter.name);
            let value = given.map(|(_, value)| value).or(parameter.default.as_ref());
            let value = value.ok_or_else(|| self.lacks(parameter))?;
            Ok((parameter.name.clone(), value.clone()))
        };
        self.parameters.iter().map(value).collect()
    }

    /// Whether its answer can be drawn: of those that Lookback brings along, those that say how.
    pub fn has_chart(&self) -> bool {
        self.file.is_some() || !self.chart.is_empty()
    }

    /// The columns by which the answer is ordered.
    pub fn order(&self) -> Vec<String> {
        self.template.as_ref().map(Template::order).unwrap_or_default()
    }

    /// Asks the question of `engine`; parameters that are not given have their defaults, and the
    /// present instant (`$now`) is that of the engine.
    ///
    /// # Errors
    /// As [`Report::values`]; whatever the query fails with, which the answer's rows can do too.
    pub async fn run(&self, engine: &Engine, given: &[(String, Value)]) -> Result<Answer> {
        let template = self.template()?;
        let mut values = self.values(given)?;
        if template.placeholders().iter().any(|it| it.name == NOW) {
            values.push((NOW.to_owned(), Value::Time(engine.present())));
        }
        let Some(file) = self.file.as_ref().map(|file| file.display().to_string()) else {
            return engine.run_bound(template, &values).await;
        };
        let told = move |err: Error| located(&file, &err);
        let Answer { schema, batches } =
            engine.run_bound(template, &values).await.map_err(&told)?;
        Ok(Answer { schema, batches: batches.map_err(told).boxed() })
    }

    fn lacks(&self, parameter: &Parameter) -> Error {
        let Parameter { name, takes, doc, .. } = parameter;
        Error::input(format!("{} needs a value of parameter \"{name}\"", self.called()))
            .with_hint(format!("give one with {}; it takes {takes}: {doc}", self.noun.giving))
    }

    /// What messages call it.
    fn called(&self) -> String {
        format!("{} \"{}\"", self.noun.one, self.name)
    }
}

/// The same error, which is one of that file.
fn located(file: &str, err: &Error) -> Error {
    let separator = if err.to_string().starts_with("line ") { ", " } else { ": " };
    err.behind(&format!("file \"{file}\"{separator}"))
}

fn check_parameters(declared: &[Parameter], template: &Template) -> Result<()> {
    let used = template.placeholders();
    let is_declared = |name: &str| name == NOW || declared.iter().any(|it| it.name == name);
    if let Some(other) = used.iter().find(|it| !is_declared(&it.name)) {
        let name = &other.name;
        return Err(wrong(other.line, &format!("parameter \"${name}\" is not declared"))
            .with_hint(format!("declare it in the header: -- param: {name} bigint 1 -- text")));
    }
    match declared.iter().find(|it| !used.iter().any(|other| other.name == it.name)) {
        Some(Parameter { name, line, .. }) => {
            let what = format!("parameter \"{name}\" is declared, and the query does not use it");
            Err(wrong(*line, &what).with_hint(format!("write ${name} in the query")))
        }
        None => Ok(()),
    }
}

fn check_columns(declared: &[Column], template: &Template) -> Result<()> {
    let produced = template.columns();
    if let Some(other) = produced.iter().find(|it| !declared.iter().any(|own| own.name == it.name))
    {
        let name = &other.name;
        let what = format!("column \"{name}\" of the query is not declared");
        return Err(wrong(other.line, &what)
            .with_hint(format!("say in the header what it means: -- column: {name} -- text")));
    }
    match declared.iter().find(|it| !produced.iter().any(|other| other.name == it.name)) {
        Some(Column { name, line, .. }) => {
            let what = format!("column \"{name}\" is declared, and the query does not have it");
            Err(wrong(*line, &what))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::REPORT;
    use super::*;

    #[track_caller]
    fn check_wrong(header: &str, query: &str, message: &str, hint: Option<&str>) {
        let text = format!("-- title: T\n-- subject: s\n-- question: Why?\n{header}\n{query}\n");
        let err = Report::built_in("x.sql", "x", &text, REPORT).unwrap_err();
        let expected = format!("file \"x.sql\"{message}");
        assert_eq!((err.chain(), err.hint()), (expected, hint));
    }

    #[test]
    fn header_and_query_must_agree() {
        let column = "-- column: a -- A.";
        check_wrong(
            column,
            "SELECT $days AS a",
            ", line 5: parameter \"$days\" is not declared",
            Some("declare it in the header: -- param: days bigint 1 -- text"),
        );
        check_wrong(
            &format!("{column}\n-- param: days days 3 -- D."),
            "SELECT $now AS a",
            ", line 5: parameter \"days\" is declared, and the query does not use it",
            Some("write $days in the query"),
        );
        check_wrong(
            column,
            "SELECT 1 AS a,\n2 AS b",
            ", line 6: column \"b\" of the query is not declared",
            Some("say in the header what it means: -- column: b -- text"),
        );
        check_wrong(
            &format!("{column}\n-- column: b -- B."),
            "SELECT 1 AS a",
            ", line 5: column \"b\" is declared, and the query does not have it",
            None,
        );
    }

    #[test]
    fn a_query_that_cannot_be_read_is_told_with_its_file() {
        check_wrong(
            "-- column: a -- A.",
            "SELECT 1 AS",
            ": the SQL does not parse: Expected: an identifier after AS, found: EOF",
            None,
        );
        check_wrong(
            "-- column: a -- A.",
            "SELECT 1 AS a; SELECT 2 AS a",
            ": the text is not one query",
            Some("write one SELECT, with or without WITH"),
        );
    }
}
