//! A parameter of a report: its type, its default, and the reading of its value. Pure.

use crate::engine::{Value, ValueType};
use crate::error::{Error, Result};
use crate::model::Instant;

use super::header::is_name;

/// The parameter that every report has without declaring it: the present instant.
pub(super) const NOW: &str = "now";

/// Names that those who run reports have for flags of their own.
pub const RESERVED: [&str; 15] = [
    NOW,
    "as_of",
    "caller",
    "chart",
    "config",
    "format",
    "help",
    "log",
    "log_format",
    "memory_limit",
    "output",
    "reports",
    "sql",
    "timeout",
    "warehouse",
];

/// More days than any history has.
const DAYS_MAX: i32 = 36_500;

/// A parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Its name: `$name` in SQL.
    pub name: String,
    /// What it takes.
    pub takes: Takes,
    /// The value where none is given; `None` if one must be.
    pub default: Option<Value>,
    /// What it means, in a sentence.
    pub doc: String,
    pub(super) line: u64,
}

/// What a parameter takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Takes {
    /// Any value of a type.
    Any(ValueType),
    /// One of these words.
    OneOf(Vec<String>),
}

impl Parameter {
    /// Reads `name type default`; an error says what is wrong.
    pub(super) fn declared(declaration: &str, doc: &str, line: u64) -> Result<Self, String> {
        let (name, rest) = declaration.split_once(' ').unwrap_or((declaration, ""));
        if !is_name(name) {
            return Err(format!("\"{name}\" is no name of a parameter"));
        }
        if RESERVED.contains(&name) {
            return Err(format!("a parameter may not have the name \"{name}\""));
        }
        let rest = rest.trim();
        if rest.is_empty() {
            return Err(format!("parameter \"{name}\" has no type"));
        }
        let end = if rest.starts_with("one_of(") { rest.find(')').map(|at| at + 1) } else { None };
        let (ty, default) = rest.split_at(end.or_else(|| rest.find(' ')).unwrap_or(rest.len()));
        let takes = Takes::named(ty)
            .ok_or_else(|| format!("parameter \"{name}\" has type \"{ty}\", which is none"))?;
        let default = match default.trim() {
            "" => None,
            "NULL" => Some(Value::Null(takes.value_type())),
            text => Some(takes.literal(text).map_err(|what| {
                format!("the default of parameter \"{name}\" is \"{text}\": {what}")
            })?),
        };
        let (name, doc) = (name.to_owned(), doc.to_owned());
        Ok(Self { name, takes, default, doc, line })
    }

    /// The value that a text means.
    ///
    /// # Errors
    /// `Input` if it means none.
    pub fn read(&self, text: &str) -> Result<Value> {
        self.takes.read(text).map_err(|what| {
            Error::input(format!("parameter \"{}\" is \"{text}\": {what}", self.name))
        })
    }

    /// Refuses a value that is not of its type.
    pub(super) fn check(&self, value: &Value) -> Result<()> {
        let (name, wanted) = (&self.name, self.takes.value_type());
        if value.value_type() != wanted {
            let (wanted, found) = (type_name(wanted), type_name(value.value_type()));
            let message = format!("parameter \"{name}\" is of type {wanted}, not {found}");
            return Err(Error::input(message));
        }
        match (&self.takes, value) {
            (Takes::OneOf(_), Value::Text(text)) => self.read(text).map(drop),
            _ => Ok(()),
        }
    }
}

impl Takes {
    fn named(name: &str) -> Option<Self> {
        if let Some(words) = name.strip_prefix("one_of(") {
            let words = words.strip_suffix(')')?.split(',').map(|word| word.trim().to_owned());
            let words: Vec<_> = words.collect();
            return words.iter().all(|word| is_name(word)).then_some(Self::OneOf(words));
        }
        let types = [
            ValueType::Text,
            ValueType::Long,
            ValueType::Double,
            ValueType::Bool,
            ValueType::Time,
            ValueType::Days,
        ];
        types.into_iter().find(|it| type_name(*it) == name).map(Self::Any)
    }

    /// The type of the values.
    pub fn value_type(&self) -> ValueType {
        match self {
            Self::Any(value_type) => *value_type,
            Self::OneOf(_) => ValueType::Text,
        }
    }

    /// The value that a text means; an error goes on with `: it is no …`.
    pub fn read(&self, text: &str) -> Result<Value, String> {
        let value = match self {
            Self::OneOf(words) => {
                let word = words.iter().find(|word| *word == text);
                word.map(|word| Value::Text(word.clone()))
            }
            Self::Any(ValueType::Text) => Some(Value::Text(text.to_owned())),
            Self::Any(ValueType::Long) => text.parse().ok().map(Value::Long),
            Self::Any(ValueType::Double) => {
                text.parse().ok().filter(|number: &f64| number.is_finite()).map(Value::Double)
            }
            Self::Any(ValueType::Bool) => text.parse().ok().map(Value::Bool),
            Self::Any(ValueType::Time) => Instant::from_text(text).map(Value::Time),
            Self::Any(ValueType::Days) => {
                let days = text.parse().ok().filter(|days| (0..=DAYS_MAX).contains(days));
                days.map(Value::Days)
            }
        };
        value.ok_or_else(|| self.expected())
    }

    /// The value of a default: as [`Self::read`], but with text and instants in quotes.
    fn literal(&self, text: &str) -> Result<Value, String> {
        let quoted = || text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
        match self {
            Self::Any(ValueType::Text | ValueType::Time) => match quoted() {
                Some(inner) => self.read(inner),
                None => Err("it is no text in quotes".to_owned()),
            },
            _ => self.read(text),
        }
    }

    fn expected(&self) -> String {
        match self {
            Self::OneOf(words) => format!("it is none of {}", words.join(", ")),
            Self::Any(ValueType::Text) => "it is no text".to_owned(),
            Self::Any(ValueType::Long) => "it is no whole number".to_owned(),
            Self::Any(ValueType::Double) => "it is no number".to_owned(),
            Self::Any(ValueType::Bool) => "it is neither true nor false".to_owned(),
            Self::Any(ValueType::Time) => {
                "it is no time; write one such as 2026-11-01T00:00:00Z".to_owned()
            }
            Self::Any(ValueType::Days) => {
                format!("it is no whole number of days from 0 to {DAYS_MAX}")
            }
        }
    }
}

/// The type as headers name it.
fn type_name(value_type: ValueType) -> &'static str {
    match value_type {
        ValueType::Text => "text",
        ValueType::Long => "bigint",
        ValueType::Double => "double",
        ValueType::Bool => "boolean",
        ValueType::Time => "timestamp",
        ValueType::Days => "days",
    }
}

/// The type, as headers name it.
impl std::fmt::Display for Takes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Any(value_type) => f.write_str(type_name(*value_type)),
            Self::OneOf(words) => write!(f, "one_of({})", words.join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(declaration: &str, text: &str, expected: Result<Value, &str>) {
        let parameter = Parameter::declared(declaration, "A.", 1).unwrap();
        let value = parameter.read(text).map_err(|err| err.chain());
        assert_eq!(value, expected.map_err(str::to_owned));
    }

    #[test]
    fn each_type_is_read_and_nothing_else() {
        check("a bigint", "-3", Ok(Value::Long(-3)));
        check("a bigint", "1.5", Err("parameter \"a\" is \"1.5\": it is no whole number"));
        check("a double", "1.5", Ok(Value::Double(1.5)));
        check("a double", "NaN", Err("parameter \"a\" is \"NaN\": it is no number"));
        check("a boolean", "true", Ok(Value::Bool(true)));
        check("a boolean", "yes", Err("parameter \"a\" is \"yes\": it is neither true nor false"));
        check("a text", "'; DROP", Ok(Value::Text("'; DROP".to_owned())));
        check("a days", "30", Ok(Value::Days(30)));
        check(
            "a days",
            "-1",
            Err("parameter \"a\" is \"-1\": it is no whole number of days from 0 to 36500"),
        );
        let time = Instant::from_text("2026-11-01").unwrap();
        check("a timestamp", "2026-11-01", Ok(Value::Time(time)));
        check("a one_of(b, c)", "c", Ok(Value::Text("c".to_owned())));
        check("a one_of(b, c)", "C", Err("parameter \"a\" is \"C\": it is none of b, c"));
    }

    #[test]
    fn defaults_are_of_the_type() {
        let default = |declaration| Parameter::declared(declaration, "A.", 1).unwrap().default;
        assert_eq!(default("a days"), None);
        assert_eq!(default("a days 30"), Some(Value::Days(30)));
        assert_eq!(default("a text NULL"), Some(Value::Null(ValueType::Text)));
        assert_eq!(default("a text 'b c'"), Some(Value::Text("b c".to_owned())));
        assert_eq!(default("a one_of(b, c) c"), Some(Value::Text("c".to_owned())));
        assert_eq!(default("a bigint -1"), Some(Value::Long(-1)));
    }

    #[test]
    fn values_of_another_type_are_refused() {
        let check = |declaration: &str, value: &Value| {
            let parameter = Parameter::declared(declaration, "A.", 1).unwrap();
            parameter.check(value).map_err(|err| err.chain())
        };
        assert_eq!(check("a days", &Value::Days(3)), Ok(()));
        let expected = "parameter \"a\" is of type days, not bigint".to_owned();
        assert_eq!(check("a days", &Value::Long(3)), Err(expected));
        let expected = "parameter \"a\" is \"d\": it is none of b, c".to_owned();
        assert_eq!(check("a one_of(b, c)", &Value::Text("d".to_owned())), Err(expected));
    }
}
