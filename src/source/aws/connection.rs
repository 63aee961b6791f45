//! Credentials and the HTTP client of a source.

use std::sync::Arc;
use std::time::Duration;

use aws_config::BehaviorVersion;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::sts::AssumeRoleProvider;
use aws_sdk_backup::Client;
use aws_sdk_backup::config::retry::RetryConfig;
use aws_sdk_backup::config::timeout::TimeoutConfig;
use aws_sdk_backup::config::{Builder, Credentials, Region};

use crate::error::{Error, Result};
use crate::model::regions;

use super::endpoint::Endpoint;
use super::{Role, Source};

/// A connection attempt takes so long at most.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// A request with its answer takes so long at most.
pub(super) const CALL_TIMEOUT: Duration = Duration::from_mins(2);
/// The Region whose STS gives a role's credentials, where no Region of the source surely does.
const STS_REGION: &str = "us-east-1";

/// A connected source: credentials, and one HTTP client for all Regions.
#[derive(Clone, Debug)]
pub struct Connection {
    client: Client,
    source: Arc<Source>,
}

impl Connection {
    /// Finds out where the credentials of `source` come from. Asks nobody for them yet: the first
    /// call of an endpoint does, and later ones when they have expired.
    ///
    /// # Errors
    /// An endpoint that is no URL, and an emulator without one.
    pub async fn open(source: &Source) -> Result<Self> {
        check_endpoint(source)?;
        let builder = if source.is_emulator {
            let keys = Credentials::new("EMULATOR", "emulator", None, None, "emulator");
            Builder::new().behavior_version(BehaviorVersion::latest()).credentials_provider(keys)
        } else {
            Builder::from(&by_standard_chain(source).await)
        };
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .operation_attempt_timeout(CALL_TIMEOUT)
            .build();
        let mut builder = builder
            .retry_config(RetryConfig::disabled())
            .timeout_config(timeouts)
            .region(home_region(source));
        if let Some(url) = &source.endpoint_url {
            builder = builder.endpoint_url(url);
        }
        Ok(Self { client: Client::from_conf(builder.build()), source: Arc::new(source.clone()) })
    }

    /// The endpoint of one Region.
    pub fn region(&self, region: &str) -> Endpoint {
        Endpoint::new(self.client.clone(), Arc::clone(&self.source), region)
    }
}

fn check_endpoint(source: &Source) -> Result<()> {
    let Some(url) = &source.endpoint_url else {
        if source.is_emulator {
            let name = &source.name;
            return Err(Error::input(format!("the emulator of source {name:?} has no address"))
                .with_hint("say where it listens with --endpoint-url"));
        }
        return Ok(());
    };
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    if host.is_some_and(|host| !host.is_empty() && !url.contains(char::is_whitespace)) {
        return Ok(());
    }
    Err(Error::input(format!("endpoint {url:?} is no URL"))
        .with_hint("write it with its scheme, such as --endpoint-url http://127.0.0.1:8000"))
}

/// Environment, profile, single sign-on, container, instance: in AWS's order; a named profile
/// alone, as in the AWS CLI; then the role.
async fn by_standard_chain(source: &Source) -> aws_config::SdkConfig {
    let region = home_region(source);
    let mut loader = aws_config::defaults(BehaviorVersion::latest()).region(region.clone());
    if let Some(profile) = &source.profile {
        let config = ProviderConfig::without_region().with_region(Some(region));
        let provider = ProfileFileCredentialsProvider::builder()
            .configure(&config)
            .profile_name(profile)
            .build();
        loader = loader.profile_name(profile).credentials_provider(provider);
    }
    let config = loader.load().await;
    match &source.role {
        Some(role) => with_role(config, role).await,
        None => config,
    }
}

async fn with_role(config: aws_config::SdkConfig, role: &Role) -> aws_config::SdkConfig {
    let mut provider =
        AssumeRoleProvider::builder(&role.arn).session_name(&role.session_name).configure(&config);
    if let Some(id) = &role.external_id {
        provider = provider.external_id(id);
    }
    let provider = provider.build().await;
    let provider = aws_sdk_backup::config::SharedCredentialsProvider::new(provider);
    config.into_builder().credentials_provider(provider).build()
}

/// The first Region of the source that every account has: a Region that is not enabled gives no
/// credentials either.
fn home_region(source: &Source) -> Region {
    let region = source.regions.iter().find(|region| !regions::is_opt_in(region));
    Region::new(region.map_or_else(|| STS_REGION.to_owned(), Clone::clone))
}
