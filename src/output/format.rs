//! The names of the formats, said once for flags, help and messages.

use std::fmt;
use std::path::Path;

/// What a result can be written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Table,
    /// For spreadsheets.
    Csv,
    /// One document.
    Json,
    /// One document a line.
    Ndjson,
    /// For tickets and wikis.
    Markdown,
    /// For analytics tools.
    Parquet,
    /// For programs that hold columns in memory.
    Arrow,
}

impl Format {
    /// Every format, in the order in which help lists them.
    pub const ALL: [Self; 7] = [
        Self::Table,
        Self::Csv,
        Self::Json,
        Self::Ndjson,
        Self::Markdown,
        Self::Parquet,
        Self::Arrow,
    ];

    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Ndjson => "ndjson",
            Self::Markdown => "markdown",
            Self::Parquet => "parquet",
            Self::Arrow => "arrow",
        }
    }

    /// One sentence for help.
    pub const fn doc(self) -> &'static str {
        match self {
            Self::Table => {
                "A table for people: wrapped to the terminal, or one column a line where the \
                 terminal is too narrow."
            }
            Self::Csv => {
                "Comma-separated values with a header; NULL is an empty field, '' is quoted; of one \
                 column, NULL is an empty line, which pandas skips unless told not to."
            }
            Self::Json => "One JSON array with an object a row; NULL is an explicit null.",
            Self::Ndjson => "One JSON object a line; NULL is an explicit null.",
            Self::Markdown => "A Markdown table for tickets and wikis.",
            Self::Parquet => "A Parquet file, compressed with zstd.",
            Self::Arrow => "An Arrow IPC stream, to a file as well as to a pipe.",
        }
    }

    /// The format of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// The format that a file's name tells by its extension.
    pub fn from_extension(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        match extension.as_str() {
            "md" => Some(Self::Markdown),
            "jsonl" => Some(Self::Ndjson),
            "arrows" => Some(Self::Arrow),
            name => Self::from_name(name),
        }
    }

    /// True if and only if its bytes are not text, and have no place on a terminal.
    pub const fn is_binary(self) -> bool {
        matches!(self, Self::Parquet | Self::Arrow)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_finds_its_format_and_no_other_word_does() {
        for format in Format::ALL {
            assert_eq!(Format::from_name(format.name()), Some(format));
            assert!(format.doc().ends_with('.'), "{format}");
        }
        assert_eq!(Format::from_name("Table"), None);
        assert_eq!(Format::from_name(""), None);
    }

    #[test]
    fn a_file_s_name_tells_its_format() {
        let of = |name: &str| Format::from_extension(Path::new(name));
        assert_eq!(of("a/b.PARQUET"), Some(Format::Parquet));
        assert_eq!(of("b.jsonl"), Some(Format::Ndjson));
        assert_eq!(of("b.parquet.tmp"), None);
        assert_eq!(of("parquet"), None);
    }
}
