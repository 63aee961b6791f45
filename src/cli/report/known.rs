//! The reports that arguments can name.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::error::Result;
use crate::reports::Report;

use super::super::environment::Environment;
use super::super::settings;

/// The reports there are, if the arguments may name one.
///
/// The flags of a report are known only when its declaration is, so the folder of the user's own
/// reports is looked for before the arguments are read in earnest. The declarations stay until the
/// process ends, as the command line that is made of them does.
pub(in crate::cli) fn known(
    arguments: &[OsString],
    environment: &Environment,
) -> Result<&'static [Report]> {
    if !arguments.iter().any(|argument| argument == "report") {
        return Ok(&[]);
    }
    let (folder, config) = (value(arguments, "--reports"), value(arguments, "--config"));
    let reports = settings::reports(folder.as_deref(), config.as_deref(), environment)?;
    Ok(Vec::leak(reports))
}

/// The value of a flag, wherever it stands.
fn value(arguments: &[OsString], flag: &str) -> Option<PathBuf> {
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        if argument == flag {
            return rest.next().map(PathBuf::from);
        }
        let joined = argument.to_str().and_then(|text| text.strip_prefix(flag)?.strip_prefix('='));
        if let Some(value) = joined {
            return Some(PathBuf::from(value));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_is_found_wherever_it_stands() {
        let found = |arguments: &[&str]| {
            let arguments: Vec<_> = arguments.iter().map(OsString::from).collect();
            value(&arguments, "--reports")
        };
        assert_eq!(found(&["report", "x", "--reports", "d"]), Some(PathBuf::from("d")));
        assert_eq!(found(&["--reports=d", "report"]), Some(PathBuf::from("d")));
        assert_eq!(found(&["report", "--reportsx", "d"]), None);
        assert_eq!(found(&["report", "--reports"]), None);
    }
}
