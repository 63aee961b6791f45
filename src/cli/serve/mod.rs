//! `lookback serve`: the warehouse behind protocols that others speak.

mod aws;

use clap::Subcommand;

use crate::error::Result;

use super::Status;
use super::settings::Settings;

use aws::AwsOptions;

/// Serve the warehouse to the programs of others.
#[derive(Debug, Subcommand)]
pub(super) enum ServeCommand {
    Aws(AwsOptions),
}

pub(super) async fn run(settings: &Settings, command: &ServeCommand) -> Result<Status> {
    match command {
        ServeCommand::Aws(options) => aws::run(settings, options).await,
    }
}
