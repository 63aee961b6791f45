//! What to read: flags, or the sources of a settings file, made into sources. Pure.

mod table;
#[cfg(test)]
mod tests;

use crate::error::{Error, Result};
use crate::model::{Instant, JobKind};
use crate::source::aws::Source;

use super::section::nearest;

pub(super) use self::table::{Regions, Table};

/// What an ingest asks of its sources, whether flags or a file describe them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Wanted {
    /// The source that flags describe; then the file's are not used.
    pub(super) flags: Option<Table>,
    /// Only these of the file, by name; all where there are none.
    pub(super) names: Vec<String>,
    /// Only these kinds; all where there are none.
    pub(super) kinds: Vec<JobKind>,
    /// This rate instead of the sources' own.
    pub(super) rate: Option<f64>,
    /// The instant that is pretended, as it was typed.
    pub(super) now: Option<Instant>,
    /// The Regions that the environment names.
    pub(super) region: Option<String>,
    /// The profile that the environment names.
    pub(super) profile: Option<String>,
}

/// The sources to read.
///
/// # Errors
/// `Input`: there is none, one cannot be read, or a pretended instant would be told to AWS itself.
pub(super) fn choose(tables: &[Table], wanted: &Wanted) -> Result<Vec<Source>> {
    let mut sources = match &wanted.flags {
        Some(flags) => described(flags, wanted)?,
        None if tables.is_empty() => described(&Table::default(), wanted)?,
        None => named(expand(tables)?, &wanted.names)?,
    };
    for source in &mut sources {
        source.rate = wanted.rate.unwrap_or(source.rate);
        if !wanted.kinds.is_empty() {
            source.kinds.retain(|kind| wanted.kinds.contains(kind));
        }
    }
    sources.retain(|source| !source.kinds.is_empty());
    if sources.is_empty() {
        let kinds: Vec<_> = wanted.kinds.iter().map(|kind| kind.name()).collect();
        let message = format!("no source reads jobs of kind \"{}\"", kinds.join("\", \""));
        return Err(Error::input(message).with_hint("leave out --kind, or add it to `kinds`"));
    }
    refuse_pretending(&sources, wanted.now)?;
    Ok(sources)
}

/// The sources that tables of a file describe.
///
/// # Errors
/// `Input`: keys that contradict one another, or values that cannot be.
pub(super) fn expand(tables: &[Table]) -> Result<Vec<Source>> {
    let mut sources: Vec<Source> = Vec::new();
    for table in tables {
        for source in table.sources()? {
            if sources.iter().any(|other| other.name == source.name) {
                let what = format!("source \"{}\" is there twice", source.name);
                return Err(table.refuse(&what, "give each source a name of its own"));
            }
            sources.push(source);
        }
    }
    Ok(sources)
}

/// The one source of flags and the environment.
///
/// Its name is what coverage is known by, so credentials of another account are another source
/// where it can be told.
fn described(flags: &Table, wanted: &Wanted) -> Result<Vec<Source>> {
    if !wanted.names.is_empty() {
        let message = format!("there is no source \"{}\"", wanted.names[0]);
        let hint = "add a [[source]] table of that name to lookback.toml, or name the file with \
                    --config";
        return Err(Error::input(message).with_hint(hint));
    }
    let mut table = flags.clone();
    let environment = || wanted.profile.clone().filter(|_| !table.is_emulator);
    table.profile = flags.profile.clone().or_else(environment);
    let account = table.role_arn.as_deref().and_then(table::role_account).map(str::to_owned);
    table.name = account.or_else(|| table.profile.clone()).or_else(|| Some("default".to_owned()));
    if table.regions.is_none() {
        let region = wanted.region.clone().ok_or_else(no_source)?;
        table.regions = Some(Regions::These(vec![region]));
    }
    table.sources()
}

fn no_source() -> Error {
    Error::input("there is nothing to read: no Region and no source is named").with_hint(
        "name the Regions with --region us-east-1,eu-west-1 or --all-regions, or describe sources \
         in lookback.toml (see examples/lookback.toml)",
    )
}

/// True if and only if AWS itself answers there.
fn is_aws(endpoint_url: Option<&str>) -> bool {
    let Some(url) = endpoint_url else { return true };
    let host = url.trim_end_matches(|c: char| c == ':' || c.is_ascii_digit());
    [".amazonaws.com", ".amazonaws.com.cn", ".api.aws"].iter().any(|end| host.ends_with(end))
}

/// True if and only if a source is named so, or belongs to the table of accounts that is.
pub(super) fn is_named(source: &str, name: &str) -> bool {
    let rest = source.strip_prefix(name);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Those of `sources` that are named.
fn named(sources: Vec<Source>, names: &[String]) -> Result<Vec<Source>> {
    for name in names {
        if !sources.iter().any(|source| is_named(&source.name, name)) {
            let all: Vec<_> = sources.iter().map(|source| source.name.as_str()).collect();
            let error = Error::input(format!("there is no source \"{name}\""));
            return Err(match nearest(name, &all) {
                Some(near) => error.with_hint(format!("did you mean \"{near}\"?")),
                None => error.with_hint(format!("the sources are {}", listed(&all))),
            });
        }
    }
    let is = |source: &Source| names.iter().any(|name| is_named(&source.name, name));
    Ok(sources.into_iter().filter(|source| names.is_empty() || is(source)).collect())
}

/// The first few names.
fn listed(names: &[&str]) -> String {
    const SHOWN_MAX: usize = 10;
    let text = names[..names.len().min(SHOWN_MAX)].join(", ");
    match names.len().checked_sub(SHOWN_MAX) {
        Some(more @ 1..) => format!("{text} and {more} more"),
        _ => text,
    }
}

/// What is read from AWS itself at a pretended instant would be recorded as read at another time
/// than it was.
fn refuse_pretending(sources: &[Source], now: Option<Instant>) -> Result<()> {
    let real = sources.iter().find(|source| is_aws(source.endpoint_url.as_deref()));
    let (Some(now), Some(source)) = (now, real) else { return Ok(()) };
    let message = format!(
        "--now {now} cannot be pretended to AWS itself, which source \"{}\" reads",
        source.name
    );
    Err(Error::input(message).with_hint("leave out --now, or name an emulator with --endpoint-url"))
}
