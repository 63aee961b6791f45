//! `lookback emulate`: a simulated organisation behind an address.

use std::path::Path;
use std::sync::Arc;

use crate::emulator::faults::FaultPlan;
use crate::emulator::{self, Config, World};
use crate::error::{Error, Result};
use crate::model::Instant;
use crate::serve::aws::Server;
use crate::serve::http::Limits;

use super::args::EmulateOptions;
use super::clock::VirtualClock;
use super::settings::Settings;
use super::{Status, endpoint};

pub(super) async fn run(settings: &Settings, options: &EmulateOptions) -> Result<Status> {
    let plan: FaultPlan = options.faults.parse()?;
    let world = World::new(organization(options)?)?;
    let regions = world.regions().to_vec();
    let listener = endpoint::listen(options.listen).await?;
    let clock = VirtualClock::starting(settings.clock.now(), options.speed);
    let service = emulator::service(world, plan, Arc::new(clock));
    let server = Server::new(listener, service, Limits::default())?;
    let hints = hints(&endpoint::url(&server), &regions, settings.now().value);
    endpoint::serve(server, &hints.map(|hint| format!("try: {hint}"))).await
}

/// The settings of the file, or else the default ones, with those of the flags.
fn organization(options: &EmulateOptions) -> Result<Config> {
    let mut config = match &options.organization_file {
        Some(path) => read(path)?,
        None => Config::default(),
    };
    config.accounts = options.accounts.unwrap_or(config.accounts);
    config.resources = options.resources.unwrap_or(config.resources);
    config.seed = options.seed.unwrap_or(config.seed);
    if let Some(regions) = &options.regions {
        config.regions.clone_from(regions);
    }
    Ok(config)
}

fn read(path: &Path) -> Result<Config> {
    let name = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|err| Error::io(format!("read file \"{name}\""), err))?;
    Config::from_toml(&text)
        .map_err(|err| Error::input(format!("organization file \"{name}\"")).with_source(err))
}

/// Commands that read the emulator, at the instant that it pretends.
fn hints(url: &str, regions: &[String], now: Option<Instant>) -> [String; 2] {
    let now = now.map(|now| format!(" --now {now}")).unwrap_or_default();
    let (all, region) = (regions.join(","), &regions[0]);
    [
        format!(
            "lookback ingest --emulator --endpoint-url {url} --region {all} --organization{now}"
        ),
        format!(
            "AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any aws backup list-backup-jobs --region \
             {region} --endpoint-url {url} --by-account-id '*' --max-items 3"
        ),
    ]
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::super::args::{Arguments, Command};
    use super::super::environment::Environment;
    use super::*;

    fn options(flags: &[&str]) -> EmulateOptions {
        let arguments = ["lookback", "emulate"].iter().chain(flags);
        let arguments = Arguments::try_parse_from(arguments).unwrap();
        let Command::Emulate(options) = arguments.command else { panic!("another command") };
        options
    }

    #[test]
    fn flags_go_before_the_file_and_the_file_before_defaults() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, "accounts = 7\nresources = 70\n").unwrap();
        let path = file.path().to_str().unwrap();
        let flags = [
            "--organization-file",
            path,
            "--accounts",
            "9",
            "--regions",
            "sa-east-1,us-gov-west-1",
        ];
        let expected = Config {
            accounts: 9,
            resources: 70,
            regions: vec!["sa-east-1".to_owned(), "us-gov-west-1".to_owned()],
            ..Config::default()
        };
        assert_eq!(organization(&options(&flags)).unwrap(), expected);
        assert_eq!(organization(&options(&[])).unwrap(), Config::default());
    }

    #[test]
    fn a_file_that_is_no_organization_is_named() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, "accounts = 0\n").unwrap();
        let path = file.path().to_str().unwrap();
        let err = organization(&options(&["--organization-file", path])).unwrap_err();
        let problem = "setting \"accounts\" is 0, not from 1 to 1048576";
        assert_eq!(err.chain(), format!("organization file \"{path}\": {problem}"));
    }

    #[test]
    fn the_commands_to_type_next_name_the_place_and_the_time() {
        let regions = ["us-east-1".to_owned(), "eu-west-1".to_owned()];
        let url = "http://127.0.0.1:1";
        let [ingest, aws] = hints(url, &regions, Instant::from_text("2026-01-05T02:00:00Z"));
        let expected = "lookback ingest --emulator --endpoint-url http://127.0.0.1:1 --region \
                        us-east-1,eu-west-1 --organization";
        assert_eq!(ingest, format!("{expected} --now 2026-01-05T02:00:00Z"));
        assert_eq!(hints(url, &regions, None), [expected.to_owned(), aws]);
        Arguments::try_parse_from(ingest.split(' ')).unwrap();
    }

    #[tokio::test]
    async fn what_cannot_be_emulated_is_refused() {
        for (flags, problem) in [
            (["--faults", "fire=1"], "fault \"fire\" does not exist"),
            (["--regions", "eu-west-1,eu-west-1"], "region \"eu-west-1\" is listed twice"),
            (["--listen", "0.0.0.0:0"], "is not a loopback address"),
        ] {
            let arguments = Arguments::try_parse_from(["lookback", "emulate"]).unwrap();
            let settings = Settings::resolve(&arguments, Environment::default()).unwrap();
            let err = run(&settings, &options(&flags)).await.unwrap_err();
            assert!(err.to_string().ends_with(problem), "{err}");
        }
    }
}
