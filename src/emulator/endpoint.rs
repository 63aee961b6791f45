//! The organisation behind AWS's API, with its faults.

use std::sync::Arc;

use crate::model::Clock;
use crate::serve::aws::{AwsService, Callers, Config, Scope, TokenKey};

use super::backend::Emulator;
use super::faults::{FaultPlan, FaultyJobs, FaultyWire};
use super::world::World;

/// The endpoint of `world`, asked by its management account, as of what `clock` says.
pub fn service(world: World, plan: FaultPlan, clock: Arc<dyn Clock>) -> AwsService {
    let seed = world.config().seed;
    let config = Config {
        callers: Callers::Anyone {
            account_id: Some(world.management_account().to_owned()),
            scope: Scope::Organization,
        },
        describe_scope: Scope::Account,
        default_region: world.regions()[0].clone(),
        // Its tokens guard nothing, and two runs must answer alike.
        token_key: TokenKey::new(format!("lookback emulate {seed}")),
        clock,
    };
    let jobs = Arc::new(Emulator::new(world));
    if plan == FaultPlan::default() {
        return AwsService::new(jobs, config);
    }
    let plan = Arc::new(plan.with_seed(seed));
    let jobs = Arc::new(FaultyJobs::new(jobs, Arc::clone(&plan)));
    AwsService::new(jobs, config).with_faults(Arc::new(FaultyWire::new(plan)))
}
