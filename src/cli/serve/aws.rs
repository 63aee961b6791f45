//! `lookback serve aws`: the warehouse as AWS Backup.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use crate::engine::{Current, Engine, Held};
use crate::error::{Error, Result};
use crate::model::DAY;
use crate::serve::aws::{AwsService, Callers, Config, Scope, Server, TokenKey, Warehouse};
use crate::serve::http::Limits;

use super::super::args::ReadOptions;
use super::super::clock::SystemClock;
use super::super::provenance::Origin;
use super::super::settings::Settings;
use super::super::units::{address, retention};
use super::super::{Status, endpoint};

/// How long a request may take where nothing else is said: the clients of AWS wait for a minute.
const TIME_DEFAULT: Duration = Duration::from_secs(50);
/// How much longer the server waits for an answer, so that the answer tells which limit was
/// reached.
const TIME_MORE: Duration = Duration::from_secs(5);
/// The Region of a request that is not signed, where nothing is held.
const REGION_DEFAULT: &str = "us-east-1";

/// Be AWS Backup to its clients, with all history that is held.
///
/// boto3, the AWS CLI and every other client of AWS's list, describe and count the jobs of the
/// warehouse by changing one endpoint. Its URL is printed on standard output. It shows what an
/// ingest commits at once, and answers until it is interrupted. A request may take 50 seconds, if
/// nothing else is said. Where `lookback.toml` has `[[serve.key]]`, callers need one of these keys;
/// else it lets in whoever reaches it, and listens on a loopback address only.
#[derive(Args, Debug)]
pub(in crate::cli) struct AwsOptions {
    /// Where to listen; port 0 is any free one.
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:4561", value_parser = address)]
    listen: SocketAddr,

    /// Forget a job so long after its creation, such as 30d, as AWS does [default: never]
    #[arg(long, value_name = "TIME", value_parser = retention)]
    retention: Option<i64>,

    #[command(flatten)]
    read: ReadOptions,
}

pub(super) async fn run(settings: &Settings, options: &AwsOptions) -> Result<Status> {
    let callers = callers(settings, options)?;
    let current = settings.current(&options.read, TIME_DEFAULT).await?;
    let engine = current.engine().await?;
    let held = engine.held()?;
    let mut notes = vec![what(settings, options, &engine, &held), who(&callers)];
    // Or the engine of the first snapshot would live as long as the server.
    drop(engine);
    let region = held.first_region.unwrap_or_else(|| REGION_DEFAULT.to_owned());
    let listener = endpoint::listen(options.listen).await?;
    let config = config(settings, callers.clone(), region.clone())?;
    let service = AwsService::new(Arc::new(warehouse(options, current)), config);
    let time = settings.limits(&options.read).time.unwrap_or(TIME_DEFAULT);
    let limits = Limits { request_timeout: time.saturating_add(TIME_MORE), ..Limits::default() };
    let server = Server::new(listener, service, limits)?;
    notes.extend(how(&callers, &endpoint::url(&server), &region));
    endpoint::serve(server, &notes).await
}

fn warehouse(options: &AwsOptions, current: Current) -> Warehouse {
    let warehouse = Warehouse::new(current);
    match options.retention {
        Some(retention) => warehouse.with_retention(retention),
        None => warehouse,
    }
}

fn config(settings: &Settings, callers: Callers, default_region: String) -> Result<Config> {
    // Of the warehouse, and not of this process: a listing that was begun goes on after a restart.
    let key = format!("lookback serve aws {}", settings.lake()?.catalog.uuid()?);
    Ok(Config {
        callers,
        // One warehouse holds the jobs of every account, and nothing need be asked elsewhere.
        describe_scope: Scope::Organization,
        default_region,
        token_key: TokenKey::new(key),
        clock: Arc::clone(&settings.clock),
    })
}

/// The holders of the keys of the settings file, or else anyone.
fn callers(settings: &Settings, options: &AwsOptions) -> Result<Callers> {
    let caller = settings.caller_setting(options.read.caller.clone());
    match settings.access_keys()? {
        None => Ok(Callers::Anyone { account_id: caller.value, scope: Scope::Organization }),
        // As a variable or in the file, it is a setting of other commands.
        Some(_) if caller.origin == Origin::Flag => {
            let message =
                "--caller says nothing here: each key in the settings file has an account";
            Err(Error::input(message)
                .with_hint("leave out --caller, or change account_id of a key"))
        }
        Some(keys) => Ok(Callers::KeyHolders { keys, clock: Arc::new(SystemClock) }),
    }
}

/// What is served.
fn what(settings: &Settings, options: &AwsOptions, engine: &Engine, held: &Held) -> String {
    let (folder, snapshot) = (settings.warehouse.display(), engine.snapshot().id);
    let created = held.created.map(|(first, last)| format!(", created from {first} to {last}"));
    let pinned = options.read.as_of.map(|_| "; later snapshots are not shown".to_owned());
    let forgotten = options.retention.map(|retention| {
        format!("; each is forgotten {} days after its creation", retention / DAY)
    });
    let further: String = [created, pinned, forgotten].into_iter().flatten().collect();
    format!("serving warehouse \"{folder}\", snapshot {snapshot}: {} jobs{further}", held.jobs)
}

/// To whom.
fn who(callers: &Callers) -> String {
    match callers {
        Callers::KeyHolders { .. } => "to the holders of the keys in the settings file".to_owned(),
        Callers::Anyone { account_id: Some(id), .. } => {
            format!("to anyone on this machine, as account {id}, which sees every account")
        }
        Callers::Anyone { account_id: None, .. } => {
            "to anyone on this machine; a request that names no account is for all of them, with \
             --caller ACCOUNT_ID for that one"
                .to_owned()
        }
    }
}

/// What to type next.
fn how(callers: &Callers, url: &str, region: &str) -> [String; 2] {
    let (variables, arguments) = match callers {
        Callers::KeyHolders { .. } => ("", ""),
        Callers::Anyone { .. } => (
            "AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any ",
            ", aws_access_key_id=\"any\", aws_secret_access_key=\"any\"",
        ),
    };
    [
        format!(
            "try: {variables}aws backup list-backup-jobs --region {region} --endpoint-url {url} \
             --by-account-id '*' --max-items 3"
        ),
        format!(
            "try: boto3.client(\"backup\", region_name=\"{region}\", endpoint_url=\"{url}\"\
             {arguments})"
        ),
    ]
}
