//! Faults of requests: exceptions, broken and slow bodies, strange JSON.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::serve::BodyFault;
use crate::serve::aws::{Exception, Faults, Interference, RequestInfo};
use crate::tables::Absent;

use super::plan::{FaultPlan, Switch};

/// How many requests are remembered, so as to tell a second try from a first.
const REMEMBERED: usize = 100_000;
/// A slow body's pieces and the pause before each: half a second in all.
const SLOW: BodyFault = BodyFault::Slow { pieces: 10, pause: Duration::from_millis(50) };

/// Makes requests go wrong.
#[derive(Debug)]
pub struct FaultyWire {
    plan: Arc<FaultPlan>,
    tries: Mutex<HashMap<String, u32>>,
}

impl FaultyWire {
    /// Makes them go wrong as `plan` says.
    pub fn new(plan: Arc<FaultPlan>) -> Self {
        Self { plan, tries: Mutex::default() }
    }

    /// How often this request was made before.
    fn count_try(&self, name: &str) -> u32 {
        // A panic while the lock was held leaves a map that is as good as any.
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        if tries.len() >= REMEMBERED {
            tries.clear();
        }
        let count = tries.entry(name.to_owned()).or_default();
        *count += 1;
        *count - 1
    }

    fn is_denied(&self, request: &RequestInfo<'_>) -> bool {
        let plan = &self.plan;
        plan.denied_operations.iter().any(|operation| operation == request.operation)
            || plan.denied_regions.contains(&request.caller.region)
            || (plan.is_organization_denied && request.is_organization_wide)
    }
}

impl Faults for FaultyWire {
    fn interfere(&self, request: &RequestInfo<'_>) -> Interference {
        let name = format!("{} {}", request.caller.region, request.target);
        let number = self.count_try(&name);
        let strikes = |switch| self.plan.strikes(switch, &name, number);
        let percent = self.plan.pick(Switch::Drop, &format!("{name} where"), number, 100);
        let percent = u8::try_from(percent).unwrap_or(0);
        let dropped = strikes(Switch::Drop).then_some(BodyFault::Drop { percent });
        let denied = self.is_denied(request).then(Exception::denied);
        let struck = || EXCEPTIONS.iter().find(|(switch, ..)| strikes(*switch));
        Interference {
            exception: denied.or_else(|| struck().map(exception)),
            body: dropped.or_else(|| strikes(Switch::Slow).then_some(SLOW)),
            absent: if strikes(Switch::Null) { Absent::Null } else { Absent::Omitted },
            has_unknown_members: strikes(Switch::UnknownMember),
        }
    }
}

type Row = (Switch, u16, &'static str, &'static str);

/// The exceptions, in the order in which they are tried.
const EXCEPTIONS: [Row; 5] = [
    (
        Switch::ExpiredToken,
        403,
        "ExpiredTokenException",
        "The security token included in the request is expired",
    ),
    (Switch::Throttle, 400, "ThrottlingException", "Rate exceeded"),
    (Switch::TooMany, 429, "ThrottlingException", "Rate exceeded"),
    (
        Switch::Failure,
        500,
        "InternalFailure",
        "The request processing has failed because of an unknown error",
    ),
    (
        Switch::Unavailable,
        503,
        "ServiceUnavailable",
        "The request has failed due to a temporary failure of the server",
    ),
];

fn exception((_, status, code, message): &Row) -> Exception {
    Exception::new(*status, *code, *message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Instant;
    use crate::serve::aws::{Caller, Scope};

    fn interfere(wire: &FaultyWire, operation: &'static str, region: &str) -> Interference {
        let caller = Caller {
            account_id: Some("111111111111".to_owned()),
            region: region.to_owned(),
            scope: Scope::Organization,
            at: Instant::from_micros(0),
        };
        wire.interfere(&RequestInfo {
            operation,
            caller: &caller,
            target: "/backup-jobs?accountId=*",
            is_organization_wide: true,
        })
    }

    #[track_caller]
    fn check(plan: &str, expected: Option<(u16, &str)>) {
        let wire = FaultyWire::new(Arc::new(plan.parse().unwrap()));
        let got = interfere(&wire, "ListBackupJobs", "eu-west-1").exception;
        let got = got.map(|e| (e.status, e.code.into_owned()));
        assert_eq!(got, expected.map(|(status, code)| (status, code.to_owned())), "{plan}");
    }

    #[test]
    fn each_switch_has_its_exception() {
        check("throttle=1", Some((400, "ThrottlingException")));
        check("too-many=1", Some((429, "ThrottlingException")));
        check("failure=1", Some((500, "InternalFailure")));
        check("unavailable=1", Some((503, "ServiceUnavailable")));
        check("expired-token=1", Some((403, "ExpiredTokenException")));
        check("deny=ListBackupJobs", Some((400, "AccessDeniedException")));
        check("deny-region=eu-west-1", Some((400, "AccessDeniedException")));
        check("deny-scope=organization", Some((400, "AccessDeniedException")));
        check("deny=ListCopyJobs,deny-region=us-east-1,slow=1", None);
    }

    #[test]
    fn a_second_try_is_struck_anew_and_two_runs_alike() {
        let run = || {
            let wire = FaultyWire::new(Arc::new("failure=0.5".parse().unwrap()));
            let tries = (0..32).map(|_| interfere(&wire, "ListBackupJobs", "eu-west-1"));
            tries.map(|interference| interference.exception.is_some()).collect::<Vec<_>>()
        };
        let struck = run();
        assert!(struck.contains(&true) && struck.contains(&false));
        assert_eq!(struck, run());
    }

    #[test]
    fn bodies_break_or_are_slow() {
        let body = |plan: &str| {
            let wire = FaultyWire::new(Arc::new(plan.parse().unwrap()));
            interfere(&wire, "ListBackupJobs", "eu-west-1").body
        };
        assert!(matches!(body("drop=1"), Some(BodyFault::Drop { percent: 0..=99 })));
        assert_eq!(body("slow=1"), Some(SLOW));
        assert_eq!(body("slow=0"), None);
    }
}
