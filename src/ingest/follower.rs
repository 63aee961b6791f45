//! Who follows an open job. Pure.

use crate::model::{OpenJob, Place, Reach};
use crate::source::aws::Source;

/// The source that saw the job; if that is not read now, one that reads the organisation, or the
/// job's account, or the only one that reads its Region, unless that is known to be another
/// account's: what AWS shows such a one says nothing of the job.
pub(super) fn follower(sources: &[Source], job: &OpenJob) -> Option<Place> {
    let key = &job.key;
    let reads =
        |source: &&Source| source.regions.contains(&key.region) && source.kinds.contains(&key.kind);
    let readers: Vec<_> = sources.iter().filter(reads).collect();
    let find = |test: &dyn Fn(&Source) -> bool| readers.iter().find(|source| test(source));
    let follower = find(&|source| source.name == job.source)
        .or_else(|| find(&|source| source.reach == Reach::Organization))
        .or_else(|| find(&|source| source.account_id.as_deref() == Some(&key.account_id)))
        .or_else(|| find(&|source| readers.len() == 1 && source.account_id.is_none()))?;
    let (source, region) = (follower.name.clone(), key.region.clone());
    Some(Place { source, region, kind: key.kind })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Instant, JobKey, JobKind};

    /// A source in words: its name, then `organization` or its account, where known.
    fn source(words: &str) -> Source {
        let mut words = words.split_whitespace();
        let mut source = Source::new(words.next().unwrap(), ["eu-west-1".to_owned()]);
        match words.next() {
            Some("organization") => source.reach = Reach::Organization,
            account_id => source.account_id = account_id.map(str::to_owned),
        }
        source
    }

    /// Who follows a job of account 1 that source `seen` saw.
    #[track_caller]
    fn check(sources: &[&str], expected: Option<&str>) {
        let key = JobKey {
            kind: JobKind::Backup,
            region: "eu-west-1".into(),
            account_id: "1".into(),
            job_id: "j".into(),
        };
        let at = Instant::from_micros(0);
        let source = "seen".to_owned();
        let job = OpenJob { key, creation_date: at, state: None, source, observed_at: at };
        let sources: Vec<_> = sources.iter().map(|words| self::source(words)).collect();
        let follower = follower(&sources, &job).map(|place| place.source);
        assert_eq!(follower.as_deref(), expected, "{sources:?}");
    }

    #[test]
    fn who_saw_a_job_follows_it_else_who_reads_its_account() {
        check(&["a 1", "o organization", "seen 2"], Some("seen"));
        check(&["a 1", "o organization"], Some("o"));
        check(&["b 2", "a 1"], Some("a"));
    }

    #[test]
    fn an_only_source_follows_unless_it_is_another_accounts() {
        check(&["b"], Some("b"));
        check(&["b", "c"], None);
        check(&["b 2"], None);
    }
}
