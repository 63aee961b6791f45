//! What becomes of things that are asked for one by one when some of them fail. Pure.

use crate::source::aws::{CallClass, CallError};

use super::unit::Failure;

/// So many in a row whose every try went without an answer, and the rest is not asked for: tries
/// take minutes, and what is wrong then is not the one thing.
const UNANSWERED_MAX: u32 = 3;

/// The failures so far: none keeps the others from their turn, and the first is told at the end.
#[derive(Debug, Default)]
pub(super) struct Failures {
    first: Option<CallError>,
    unanswered: u32,
}

impl Failures {
    /// Takes note of how one ended; fails where the rest is not to be asked for.
    pub(super) fn note(&mut self, done: Result<(), Failure>) -> Result<(), Failure> {
        let failed = match done {
            Ok(()) => {
                self.unanswered = 0;
                return Ok(());
            }
            Err(Failure::Call(failed)) => failed,
            Err(of_all) => return Err(of_all),
        };
        let is_unanswered = matches!(failed.class, CallClass::Throttled | CallClass::Transient);
        self.unanswered = if is_unanswered { self.unanswered + 1 } else { 0 };
        self.first.get_or_insert(failed);
        if self.unanswered < UNANSWERED_MAX { Ok(()) } else { self.end() }
    }

    /// The first failure, if there was one.
    pub(super) fn end(&mut self) -> Result<(), Failure> {
        self.first.take().map_or(Ok(()), |failed| Err(Failure::Call(failed)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Error, Kind};

    /// How many of these are asked for, and the failure that is told.
    #[track_caller]
    fn check(ends: &[Option<CallClass>], expected: (usize, Option<&str>)) {
        let mut failures = Failures::default();
        let mut asked = 0;
        let all = ends.iter().try_for_each(|class| {
            asked += 1;
            failures.note(class.map_or(Ok(()), |class| {
                let error = Error::new(Kind::Source, asked.to_string());
                Err(Failure::Call(CallError { class, error }))
            }))
        });
        let told = match all.and_then(|()| failures.end()) {
            Ok(()) => None,
            Err(Failure::Call(failed)) => Some(failed.error.chain()),
            Err(other) => panic!("{other:?}"),
        };
        assert_eq!((asked, told.as_deref()), expected);
    }

    const DENIED: Option<CallClass> = Some(CallClass::Denied);
    const SILENT: Option<CallClass> = Some(CallClass::Transient);

    #[test]
    fn the_first_failure_is_told_and_stops_no_other() {
        check(&[None, None], (2, None));
        check(&[None, DENIED, SILENT, None], (4, Some("2")));
        check(&[DENIED; 9], (9, Some("1")));
    }

    #[test]
    fn three_in_a_row_without_an_answer_end_it() {
        check(&[DENIED, SILENT, SILENT, SILENT, None], (4, Some("1")));
        check(&[SILENT, SILENT, None, SILENT, SILENT, DENIED, None], (7, Some("1")));
    }

    #[test]
    fn a_stop_ends_it_at_once() {
        let mut failures = Failures::default();
        assert!(matches!(failures.note(Err(Failure::Stopped)), Err(Failure::Stopped)));
    }
}
