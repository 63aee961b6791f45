//! A table of a settings file whose keys are read one by one, each with its type. Pure.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use crate::error::{Error, Result};
use crate::model::most_alike;
use crate::serve::aws::Secret;

/// How alike two keys must be to be taken for one another, from 0 to 1.
const LIKENESS_MIN: f64 = 0.8;

/// A settings file.
#[derive(Clone, Copy, Debug)]
pub(super) struct File<'a> {
    /// Its path, for messages.
    pub(super) name: &'a str,
    /// All that it holds.
    pub(super) text: &'a str,
}

impl File<'_> {
    /// An error about what stands at `at`.
    pub(super) fn wrong(self, at: &Range<usize>, what: &str) -> Error {
        Error::input(format!("{}: {what}", self.place(at)))
    }

    /// The file and the line, in words.
    pub(super) fn place(self, at: &Range<usize>) -> String {
        let before = self.text.get(..at.start).unwrap_or(self.text);
        format!("file \"{}\", line {}", self.name, before.matches('\n').count() + 1)
    }
}

/// A table in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Section<'a> {
    file: File<'a>,
    /// The key that it stands under; empty for the top.
    name: &'a str,
    table: &'a DeTable<'a>,
}

/// A table that has a name, and its place in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) name: String,
    /// The file and the line, in words.
    pub(super) place: String,
    pub(super) entries: Vec<Entry>,
}

/// A key with the text of its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) text: String,
    /// The file and the line, in words.
    pub(super) place: String,
}

/// What must be of a value: its description, for messages, and a reader.
struct Kind<T> {
    name: &'static str,
    read: fn(&DeValue<'_>) -> Option<T>,
}

impl<'a> Section<'a> {
    /// The table, if it has no other keys than these; `what` names it, for messages.
    pub(super) fn new(
        file: File<'a>,
        table: &'a DeTable<'a>,
        what: &str,
        keys: &[&str],
    ) -> Result<Self> {
        for (key, _) in table {
            if !keys.contains(&&**key.get_ref()) {
                let wrong = format!("there is no key \"{}\" in {what}", key.get_ref());
                let hint = match nearest(key.get_ref(), keys) {
                    Some(near) => format!("did you mean \"{near}\"?"),
                    None => format!("the keys are {}", keys.join(", ")),
                };
                return Err(file.wrong(&key.span(), &wrong).with_hint(hint));
            }
        }
        Ok(Self { file, name: "", table })
    }

    /// A text that is not empty.
    pub(super) fn text(self, key: &str) -> Result<Option<String>> {
        self.value(key, &TEXT)
    }

    /// A whole number from 0 up.
    pub(super) fn whole(self, key: &str) -> Result<Option<u64>> {
        self.value(key, &WHOLE)
    }

    /// A number.
    pub(super) fn number(self, key: &str) -> Result<Option<f64>> {
        self.value(key, &NUMBER)
    }

    /// True or false.
    pub(super) fn flag(self, key: &str) -> Result<Option<bool>> {
        self.value(key, &FLAG)
    }

    /// A list of texts, none of them empty.
    pub(super) fn texts(self, key: &str) -> Result<Option<Vec<String>>> {
        self.value(key, &TEXTS)
    }

    /// True if and only if the key's value is a text.
    pub(super) fn is_text(self, key: &str) -> bool {
        self.table.get(key).is_some_and(|value| value.get_ref().is_str())
    }

    /// A secret, which no message shows; it may be empty.
    pub(super) fn secret(self, key: &str) -> Result<Option<Secret>> {
        let Some(value) = self.table.get(key) else { return Ok(None) };
        value.get_ref().as_str().map(|text| Some(Secret::new(text))).ok_or_else(|| {
            self.file.wrong(&value.span(), &format!("key \"{key}\" is not a text in quotes"))
        })
    }

    /// The table under a key.
    pub(super) fn table(self, key: &'a str, keys: &[&str]) -> Result<Option<Self>> {
        let Some(value) = self.table.get(key) else { return Ok(None) };
        match value.get_ref() {
            DeValue::Table(table) => {
                let section = Self::new(self.file, table, &format!("[{key}]"), keys)?;
                Ok(Some(Self { name: key, ..section }))
            }
            _ => Err(self.mistyped(key, value, &format!("a table; write [{key}]"))),
        }
    }

    /// The tables under a key, each with its place in the file. What else stands there is not
    /// shown: it may be a secret in the wrong place.
    pub(super) fn tables(self, key: &str, keys: &[&str]) -> Result<Vec<(String, Self)>> {
        let Some(value) = self.table.get(key) else { return Ok(Vec::new()) };
        let prefix = if self.name.is_empty() { "" } else { &format!("{}.", self.name) };
        let path = format!("[[{prefix}{key}]]");
        let mistyped = || {
            let what = format!("key \"{key}\" is no list of tables; write {path}");
            self.file.wrong(&value.span(), &what)
        };
        let section = |item: &'a Spanned<DeValue<'a>>| match item.get_ref() {
            DeValue::Table(table) => {
                let section = Self::new(self.file, table, &path, keys)?;
                Ok((self.file.place(&item.span()), section))
            }
            _ => Err(mistyped()),
        };
        value.get_ref().as_array().ok_or_else(mistyped)?.iter().map(section).collect()
    }

    /// The tables that have names under a key, such as `[check.data-stale]`; what keys they may
    /// have is known to whoever uses them.
    pub(super) fn named(self, key: &str) -> Result<Vec<Named>> {
        let Some(value) = self.table.get(key) else { return Ok(Vec::new()) };
        let DeValue::Table(tables) = value.get_ref() else {
            let expected = format!("tables with names; write [{key}.NAME]");
            return Err(self.mistyped(key, value, &expected));
        };
        let named = |(name, value): (&'a Spanned<_>, &'a Spanned<DeValue<'a>>)| {
            let DeValue::Table(table) = value.get_ref() else {
                let name = key_text(name);
                return Err(self.mistyped(&name, value, &format!("a table; write [{key}.{name}]")));
            };
            let entries = table.iter().map(|(key, value)| self.entry(key, value));
            Ok(Named {
                name: key_text(name),
                place: self.file.place(&name.span()),
                entries: entries.collect::<Result<_>>()?,
            })
        };
        tables.iter().map(named).collect()
    }

    fn entry(self, key: &Spanned<DeString<'_>>, value: &Spanned<DeValue<'_>>) -> Result<Entry> {
        let name = key_text(key);
        let text = match value.get_ref() {
            DeValue::String(text) => text.to_string(),
            DeValue::Integer(number) if number.radix() == 10 => number.to_string(),
            DeValue::Float(number) => number.to_string(),
            DeValue::Boolean(value) => value.to_string(),
            _ => {
                return Err(self.mistyped(&name, value, "a text in quotes, a number or a boolean"));
            }
        };
        Ok(Entry { place: self.file.place(&key.span()), key: name, text })
    }

    /// An error about the value of a key that is there.
    pub(super) fn wrong(self, key: &str, what: &str) -> Error {
        let value = self.table.get(key);
        let at = value.map_or(0..0, Spanned::span);
        let text = value.map(|value| shown(value.get_ref())).unwrap_or_default();
        self.file.wrong(&at, &format!("key \"{key}\" is {text}, {what}"))
    }

    fn value<T>(self, key: &str, kind: &Kind<T>) -> Result<Option<T>> {
        let Some(value) = self.table.get(key) else { return Ok(None) };
        match (kind.read)(value.get_ref()) {
            Some(value) => Ok(Some(value)),
            None => Err(self.mistyped(key, value, kind.name)),
        }
    }

    fn mistyped(self, key: &str, value: &Spanned<DeValue<'_>>, expected: &str) -> Error {
        let text = shown(value.get_ref());
        self.file.wrong(&value.span(), &format!("key \"{key}\" is {text}, not {expected}"))
    }
}

const TEXT: Kind<String> = Kind {
    name: "a text in quotes",
    read: |value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned),
};

const WHOLE: Kind<u64> = Kind {
    name: "a whole number",
    read: |value| {
        let number = value.as_integer()?;
        u64::from_str_radix(number.as_str(), number.radix()).ok()
    },
};

const NUMBER: Kind<f64> = Kind {
    name: "a number",
    read: |value| match value {
        DeValue::Integer(number) if number.radix() == 10 => number.as_str().parse().ok(),
        DeValue::Float(number) => number.as_str().parse().ok(),
        _ => None,
    },
};

const FLAG: Kind<bool> = Kind {
    name: "true or false",
    read: |value| match value {
        DeValue::Boolean(value) => Some(*value),
        _ => None,
    },
};

const TEXTS: Kind<Vec<String>> = Kind {
    name: "a list of texts in quotes",
    read: |value| value.as_array()?.iter().map(|item| (TEXT.read)(item.get_ref())).collect(),
};

fn key_text(key: &Spanned<DeString<'_>>) -> String {
    key.get_ref().to_string()
}

/// A value as it stands in the file, or what it is if that is long.
fn shown(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("{text:?}"),
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.to_string(),
        DeValue::Boolean(value) => value.to_string(),
        DeValue::Datetime(time) => time.to_string(),
        DeValue::Array(items) => {
            let items: Vec<_> = items.iter().map(|item| shown(item.get_ref())).collect();
            format!("[{}]", items.join(", "))
        }
        DeValue::Table(_) => "a table".to_owned(),
    }
}

/// The name that was most likely meant, if one is near enough.
pub(super) fn nearest<'a>(name: &str, names: &[&'a str]) -> Option<&'a str> {
    most_alike(name, names.iter().copied(), LIKENESS_MIN)
}
