//! Whose jobs a caller sees.
//!
//! A member account that lists other accounts is denied with AWS's own sentence. A summary is not:
//! "If the request is sent from a member account […], jobs within requestor's account will be
//! returned", so that `ANY` and `AGGREGATE_ALL` are its own account's there; another id is denied.

use crate::model::{AccountChoice, Accounts, Choice};

use super::backend::{Caller, Scope};
use super::error::Exception;

/// Whose jobs to list; without a parameter, the caller's own.
pub(super) fn listed(caller: &Caller, choice: &Choice) -> Result<Accounts, Exception> {
    match choice {
        Choice::Omitted => Ok(own(caller)),
        Choice::Value(id) => one(caller, id),
        Choice::Any | Choice::AggregateAll => match caller.scope {
            Scope::Organization => Ok(Accounts::Every),
            Scope::Account => Err(Exception::denied()),
        },
    }
}

/// Whose jobs to count, and how the rows show it.
pub(super) fn counted(caller: &Caller, choice: &Choice) -> Result<AccountChoice, Exception> {
    if let Choice::Value(id) = choice {
        one(caller, id)?;
    }
    let visible = visible(caller, caller.scope);
    Ok(AccountChoice::resolve(choice, visible, caller.account_id.as_deref()))
}

/// Whose jobs a caller may see that is allowed no more than `scope`.
pub(super) fn visible(caller: &Caller, scope: Scope) -> Accounts {
    match (caller.scope, scope) {
        (Scope::Organization, Scope::Organization) => Accounts::Every,
        (Scope::Account, _) | (_, Scope::Account) => own(caller),
    }
}

/// True if and only if these are the caller's own account.
pub(super) fn is_own(caller: &Caller, accounts: &Accounts) -> bool {
    *accounts == own(caller)
}

fn own(caller: &Caller) -> Accounts {
    caller.account_id.clone().map_or(Accounts::Every, Accounts::One)
}

fn one(caller: &Caller, id: &str) -> Result<Accounts, Exception> {
    if caller.scope == Scope::Account && !own(caller).contain(id) {
        return Err(Exception::denied());
    }
    Ok(Accounts::One(id.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Instant, Shown};

    fn caller(scope: Scope) -> Caller {
        let (account_id, region) = (Some("111111111111".to_owned()), "eu-west-1".to_owned());
        Caller { account_id, region, scope, at: Instant::from_micros(0) }
    }

    #[track_caller]
    fn check(choice: &Choice, scope: Scope, list: &str, count: &str) {
        let denied = |exception: Exception| exception.message;
        let listed = listed(&caller(scope), choice).map_err(denied);
        assert_eq!(listed.map_or_else(|denied| denied, |a| format!("{a:?}")), list);
        let counted = counted(&caller(scope), choice).map_err(denied);
        let shown = |c: AccountChoice| format!("{:?} {:?}", c.accounts, c.shown);
        assert_eq!(counted.map_or_else(|denied| denied, shown), count);
    }

    const DENIED: &str = "Insufficient privileges to perform this action.";

    #[test]
    fn a_member_sees_its_own_account() {
        let own = "One(\"111111111111\")";
        let value = format!("{own} Value");
        check(&Choice::Omitted, Scope::Account, own, &value);
        check(&Choice::Value("111111111111".into()), Scope::Account, own, &value);
        check(&Choice::Any, Scope::Account, DENIED, &value);
        check(&Choice::AggregateAll, Scope::Account, DENIED, &format!("{own} AggregateAll"));
        check(&Choice::Value("222222222222".into()), Scope::Account, DENIED, DENIED);
    }

    #[test]
    fn an_organization_sees_every_account_where_it_says_so() {
        let (own, other) = ("One(\"111111111111\")", "One(\"222222222222\")");
        check(&Choice::Omitted, Scope::Organization, own, &format!("{own} Value"));
        check(&Choice::Any, Scope::Organization, "Every", "Every Value");
        check(&Choice::AggregateAll, Scope::Organization, "Every", "Every AggregateAll");
        let value = Choice::Value("222222222222".into());
        check(&value, Scope::Organization, other, &format!("{other} Value"));
    }
    #[test]
    fn without_an_account_every_one_is_the_callers_own() {
        let nobody = Caller { account_id: None, ..caller(Scope::Organization) };
        assert_eq!(listed(&nobody, &Choice::Omitted).unwrap(), Accounts::Every);
        let counted = counted(&nobody, &Choice::Omitted).unwrap();
        assert_eq!((counted.accounts, counted.shown), (Accounts::Every, Shown::Nothing));
    }
}
