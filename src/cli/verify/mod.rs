//! `lookback verify`: whether the warehouse is whole.

mod document;
mod options;
mod table;

use std::io::Write;

use crate::error::{Error, Result};
use crate::lake::WritableLake;
use crate::upkeep::{Finding, GRACE, Verdict, Verify};

pub(super) use self::options::{VerifyFormat, VerifyOptions};

use super::settings::Settings;
use super::target::Target;
use super::{Status, printer};

/// What is shown: what was found, and which of it was mended.
#[derive(Debug)]
struct Shown {
    files: u64,
    rows: u64,
    findings: Vec<(Finding, Mended)>,
}

/// Whether a finding was mended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mended {
    /// It was.
    Done,
    /// It was not, and can be.
    Possible,
    /// It cannot be without inventing something.
    Impossible,
}

impl Mended {
    /// The word in the column `repair`.
    fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Possible => "possible",
            Self::Impossible => "impossible",
        }
    }
}

pub(super) async fn run(settings: &Settings, options: &VerifyOptions) -> Result<Status> {
    let shown = if options.repair { repair(settings).await? } else { look(settings).await? };
    let text = match options.format {
        VerifyFormat::Table => table::text(&shown),
        VerifyFormat::Json => document::text(&shown)?,
    };
    let mut out = Target::Stdout.out();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|err| Error::io("write to standard output", err))?;
    printer::note(&summary(&shown));
    let is_whole = shown.findings.iter().all(|(_, mended)| *mended == Mended::Done);
    Ok(if is_whole { Status::Done } else { Status::Attention })
}

async fn look(settings: &Settings) -> Result<Shown> {
    let lake = settings.lake()?;
    let verdict =
        Verify { lake: &lake, clock: settings.clock.as_ref(), grace: GRACE }.run().await?;
    Ok(shown(verdict, |_| false))
}

/// Mends what can be, and looks once more: what is still found was not mended.
async fn repair(settings: &Settings) -> Result<Shown> {
    let clock = settings.clock.as_ref();
    let lake = WritableLake::open(&settings.warehouse, clock.now(), &settings.steps)?;
    let verify = Verify { lake: &lake.lake, clock, grace: GRACE };
    let first = verify.run().await?;
    if first.repair(&lake, &settings.steps)? == 0 {
        return Ok(shown(first, |_| false));
    }
    let second = verify.run().await?;
    let is_left = |finding: &Finding| second.findings.iter().any(|left| left.is_same(finding));
    let mut shown = shown(first, |finding| !is_left(finding));
    // What a repair brings to light was not there before.
    let new = second.findings.iter().filter(|left| !shown.has(left));
    let new: Vec<_> = new.map(|left| (left.clone(), Mended::Impossible)).collect();
    shown.findings.extend(new);
    Ok(shown)
}

impl Shown {
    fn has(&self, finding: &Finding) -> bool {
        self.findings.iter().any(|(held, _)| held.is_same(finding))
    }
}

fn shown(verdict: Verdict, is_mended: impl Fn(&Finding) -> bool) -> Shown {
    let mended = |finding: &Finding| match (is_mended(finding), finding.can_be_mended()) {
        (true, _) => Mended::Done,
        (false, true) => Mended::Possible,
        (false, false) => Mended::Impossible,
    };
    let findings = verdict.findings.into_iter().map(|finding| {
        let mended = mended(&finding);
        (finding, mended)
    });
    Shown { files: verdict.files, rows: verdict.rows, findings: findings.collect() }
}

fn summary(shown: &Shown) -> String {
    let count = |mended| shown.findings.iter().filter(|(_, of)| *of == mended).count();
    let found = match shown.findings.len() {
        0 => "nothing is wrong".to_owned(),
        1 => "1 finding".to_owned(),
        many => format!("{many} findings"),
    };
    let done = match count(Mended::Done) {
        0 => String::new(),
        done => format!(", {done} repaired"),
    };
    let possible = match count(Mended::Possible) {
        0 => String::new(),
        possible => format!("; --repair mends {possible}"),
    };
    format!("verified {} files with {} rows: {found}{done}{possible}", shown.files, shown.rows)
}
