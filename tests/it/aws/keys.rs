//! Keys, and a service that knows them.

use std::sync::Arc;

use lookback::model::Clock;
use lookback::serve::aws::{AccessKey, AwsService, Callers, KeyRing, Scope, Secret};
use lookback::tables::Row;

use super::memory::Memory;
use super::{CALLER, now, service_for};

/// A key as its holder has it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key {
    pub(crate) id: &'static str,
    pub(crate) secret: &'static str,
}

/// The key of an organisation's administrator, whose own account is [`CALLER`].
pub(crate) const READER: Key =
    Key { id: "AKIDREADER000000", secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };
/// A key of the same account that may see no other.
pub(crate) const MEMBER: Key =
    Key { id: "AKIDMEMBER000000", secret: "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY" };

/// A service over `rows` that knows both keys; `clock` tells how old signatures are.
pub(crate) fn service_with_keys(rows: Vec<Row>, clock: Arc<dyn Clock>) -> AwsService {
    let mut keys = KeyRing::default();
    for (key, scope) in [(READER, Scope::Organization), (MEMBER, Scope::Account)] {
        keys.add(AccessKey::new(key.id, Secret::new(key.secret), CALLER, scope).unwrap()).unwrap();
    }
    service_for(Callers::KeyHolders { keys, clock }, Arc::new(Memory(rows)), now())
}
