//! Which sources flags and files make, and which they do not.

use insta::assert_snapshot;

use super::*;
use crate::cli::config::Config;
use crate::model::Reach;

/// A source in words.
fn words(source: &Source) -> String {
    let or_none = |text: Option<&String>| text.map_or("-", String::as_str).to_owned();
    let kinds: Vec<_> = source.kinds.iter().map(|kind| kind.name()).collect();
    let role = source.role.as_ref();
    [
        source.name.clone(),
        source.regions.join(","),
        kinds.join(","),
        source.reach.name().to_owned(),
        or_none(source.profile.as_ref()),
        or_none(role.map(|role| &role.arn)),
        or_none(role.and_then(|role| role.external_id.as_ref())),
        or_none(source.endpoint_url.as_ref()),
        source.rate.to_string(),
        or_none(source.account_id.as_ref()),
    ]
    .join(" ")
}

fn told(chosen: Result<Vec<Source>>) -> String {
    match chosen {
        Ok(sources) => sources.iter().map(words).collect::<Vec<_>>().join("\n"),
        Err(err) => format!("{}\nhint: {}", err.chain(), err.hint().unwrap_or("none")),
    }
}

/// The sources of a file, of which these are wanted.
fn of_file(text: &str, wanted: &Wanted) -> String {
    told(Config::parse("l.toml", text).and_then(|config| choose(&config.sources, wanted)))
}

/// The one source of a file with these lines.
fn of_lines(lines: &str) -> String {
    of_file(&format!("[[source]]\nname = \"prod\"\n{lines}"), &Wanted::default())
}

fn of_flags(flags: Table, wanted: Wanted) -> String {
    told(choose(&[], &Wanted { flags: Some(flags), ..wanted }))
}

fn these(regions: &[&str]) -> Regions {
    Regions::These(regions.iter().map(|region| (*region).to_owned()).collect())
}

#[test]
fn a_source_is_what_its_table_says() {
    let expected = "prod us-east-1 backup,copy,restore,scan account - - - - 50 -";
    assert_eq!(of_lines("regions = [\"us-east-1\"]"), expected);
    let expected = "prod eu-west-1,us-east-1 backup,scan organization p \
         arn:aws:iam::111122223333:role/a/b x http://127.0.0.1:4560 5 111122223333";
    assert_eq!(
        of_lines(
            "regions = [\"eu-west-1\", \"us-east-1\"]\nkinds = [\"scan\", \"backup\"]\nrate = 5\n\
         scope = \"organization\"\nprofile = \"p\"\nendpoint_url = \"http://127.0.0.1:4560/\"\n\
         role_arn = \"arn:aws:iam::111122223333:role/a/b\"\nexternal_id = \"x\""
        ),
        expected
    );
}

#[test]
fn an_emulator_asks_for_no_credentials() {
    let flags = || Table {
        endpoint_url: Some("http://127.0.0.1:1".to_owned()),
        regions: Some(these(&["us-east-1"])),
        is_emulator: true,
        ..Table::default()
    };
    let wanted = Wanted { profile: Some("of-the-environment".to_owned()), ..Wanted::default() };
    let source = &choose(&[], &Wanted { flags: Some(flags()), ..wanted }).unwrap()[0];
    assert_eq!((source.is_emulator, source.profile.as_deref()), (true, None));
    assert_eq!(source.name, "default");
    let text = "[[source]]\nname = \"e\"\nregions = [\"us-east-1\"]\nemulator = true\n\
                endpoint_url = \"http://127.0.0.1:1\"";
    let config = Config::parse("l.toml", text).unwrap();
    assert!(choose(&config.sources, &Wanted::default()).unwrap()[0].is_emulator);
}

#[test]
fn a_table_of_accounts_is_a_source_for_each() {
    assert_snapshot!(of_lines(
        "regions = [\"us-east-1\"]\naccounts = [\"111122223333\", \"444455556666\"]\n\
         role_name = \"lookback\"\nexternal_id = \"x\""
    ), @"
    prod/111122223333 us-east-1 backup,copy,restore,scan account - arn:aws:iam::111122223333:role/lookback x - 50 111122223333
    prod/444455556666 us-east-1 backup,copy,restore,scan account - arn:aws:iam::444455556666:role/lookback x - 50 444455556666
    ");
}

#[test]
fn all_regions_are_those_of_the_list() {
    let text = of_lines("regions = \"all\"");
    assert_eq!(text.split(' ').nth(1).unwrap().split(',').count(), 34, "{text}");
}

#[test]
fn tables_that_contradict_themselves_are_refused() {
    assert_snapshot!(of_file("[[source]]\nregions = [\"us-east-1\"]", &Wanted::default()), @r#"
    file "l.toml", line 1: a source has no name
    hint: add a line such as name = "prod"
    "#);
    assert_snapshot!(of_lines(""), @r#"
    file "l.toml", line 1: source "prod" names no Region
    hint: write regions = ["us-east-1", "eu-west-1"], or regions = "all"
    "#);
    assert_snapshot!(of_lines("regions = []"), @r#"
    file "l.toml", line 1: source "prod" names no Region
    hint: write regions = ["us-east-1", "eu-west-1"], or regions = "all"
    "#);
    assert_snapshot!(of_lines("regions = [\"us-east-1\", \"us-east-1\"]"), @r#"
    file "l.toml", line 1: source "prod" names Region "us-east-1" twice
    hint: name it once
    "#);
    let region = "regions = [\"us-east-1\"]\n";
    let with = |lines: &str| of_lines(&format!("{region}{lines}"));
    assert_snapshot!(with("external_id = \"x\""), @r#"
    file "l.toml", line 1: source "prod" has an external id and no role that would ask for it
    hint: add role_arn, or role_name with accounts
    "#);
    assert_snapshot!(with("role_name = \"r\""), @r#"
    file "l.toml", line 1: source "prod" has role_name and no accounts to find the role in
    hint: add accounts = ["111122223333"], or write role_arn for a single account
    "#);
    assert_snapshot!(with("role_arn = \"lookback\""), @r#"
    file "l.toml", line 1: source "prod" has the role "lookback", which is not the ARN of a role
    hint: write one such as arn:aws:iam::111122223333:role/lookback
    "#);
    let role = "role_arn = \"arn:aws:iam::111122223333:role/r\"\n";
    assert_snapshot!(with(&format!("{role}role_name = \"r\"")), @r#"
    file "l.toml", line 1: source "prod" has both role_arn and role_name
    hint: keep role_arn for one account, or accounts and role_name for many
    "#);
    assert_snapshot!(with(&format!("{role}accounts = [\"111122223333\"]")), @r#"
    file "l.toml", line 1: source "prod" has both role_arn and accounts
    hint: keep role_arn for one account, or accounts and role_name for many
    "#);
    assert_snapshot!(with(&format!("{role}account_id = \"444455556666\"")), @r#"
    file "l.toml", line 1: source "prod" has account_id "444455556666" and a role of account "111122223333"
    hint: leave out account_id: the role tells it
    "#);
    assert_snapshot!(with("account_id = \"12\""), @r#"
    file "l.toml", line 1: source "prod" names account "12", which is not 12 digits
    hint: write an account id such as "111122223333"
    "#);
    assert_snapshot!(with("endpoint_url = \"127.0.0.1:4560\""), @r#"
    file "l.toml", line 1: source "prod" has the endpoint URL "127.0.0.1:4560", which is none
    hint: write one such as http://127.0.0.1:4560, with no path behind it
    "#);
    assert_snapshot!(with("emulator = true"), @r#"
    file "l.toml", line 1: source "prod" is an emulator without an endpoint URL
    hint: add where it listens, such as endpoint_url = "http://127.0.0.1:4560"
    "#);
    let emulator = "emulator = true\nendpoint_url = \"http://127.0.0.1:1\"\n";
    assert_snapshot!(with(&format!("{emulator}profile = \"p\"")), @r#"
    file "l.toml", line 1: source "prod" is an emulator with credentials, which it does not ask for
    hint: leave out profile, role_arn and accounts, or emulator
    "#);
    assert_snapshot!(of_lines("regions = [\"us-east-1\"]\nname = \"b\""), @r#"
    file "l.toml", line 4: it is no TOML: duplicate key
    hint: none
    "#);
}

#[test]
fn lists_of_accounts_that_cannot_be_read_are_refused() {
    let with = |lines: &str| of_lines(&format!("regions = [\"us-east-1\"]\n{lines}"));
    assert_snapshot!(with("accounts = [\"111122223333\"]"), @r#"
    file "l.toml", line 1: source "prod" has accounts and no role_name
    hint: add role_name = "lookback": the role to assume in each of the accounts
    "#);
    assert_snapshot!(with("accounts = []\nrole_name = \"r\""), @r#"
    file "l.toml", line 1: source "prod" has an empty list of accounts
    hint: add account ids such as "111122223333", or leave out accounts
    "#);
    assert_snapshot!(with("accounts = [\"1\"]\nrole_name = \"r\""), @r#"
    file "l.toml", line 1: source "prod" names account "1", which is not 12 digits
    hint: write an account id such as "111122223333"
    "#);
    assert_snapshot!(with("accounts = [111122223333]\nrole_name = \"r\""), @r#"
    file "l.toml", line 4: key "accounts" is [111122223333], not a list of texts in quotes
    hint: none
    "#);
    let accounts = "accounts = [\"111122223333\"]\n";
    assert_snapshot!(with(&format!("{accounts}role_name = \"arn:aws:iam::1:role/r\"")), @r#"
    file "l.toml", line 1: source "prod" has role_name "arn:aws:iam::1:role/r", which is not the name of a role
    hint: write its name alone, such as "lookback"
    "#);
    let organization = "role_name = \"r\"\nscope = \"organization\"";
    assert_snapshot!(with(&format!("{accounts}{organization}")), @r#"
    file "l.toml", line 1: source "prod" has accounts and scope "organization"
    hint: leave out accounts: one listing shows all accounts of an organization; or leave out scope, to read each account by itself
    "#);
    let both = "role_name = \"r\"\naccount_id = \"111122223333\"";
    assert_snapshot!(with(&format!("{accounts}{both}")), @r#"
    file "l.toml", line 1: source "prod" has both account_id and accounts
    hint: leave out account_id: accounts tells it
    "#);
    let twice = "accounts = [\"111122223333\", \"111122223333\"]\nrole_name = \"r\"";
    assert_snapshot!(with(twice), @r#"
    file "l.toml", line 1: source "prod" names account "111122223333" twice
    hint: name it once
    "#);
}

#[test]
fn a_region_that_is_not_known_needs_an_endpoint() {
    assert_snapshot!(of_lines("regions = [\"us-est-1\"]"), @r#"
    file "l.toml", line 1: source "prod" names Region "us-est-1", which is not known
    hint: did you mean "us-east-1"? a Region newer than this version is read with endpoint_url = "https://backup.REGION.amazonaws.com"
    "#);
    assert_snapshot!(of_lines("regions = [\"mars\"]"), @r#"
    file "l.toml", line 1: source "prod" names Region "mars", which is not known
    hint: a Region newer than this version is read with endpoint_url = "https://backup.REGION.amazonaws.com"
    "#);
    assert_snapshot!(of_lines("regions = [\"Mars\"]\nendpoint_url = \"http://127.0.0.1:1\""), @r#"
    file "l.toml", line 1: source "prod" names Region "Mars", which cannot be one
    hint: write one such as "us-east-1"
    "#);
    let expected = "prod mars-1 backup,copy,restore,scan account - - - http://127.0.0.1:1 \
         50 -";
    assert_eq!(of_lines("regions = [\"mars-1\"]\nendpoint_url = \"http://127.0.0.1:1\""), expected);
    let flags = Table { regions: Some(these(&["eu-wst-1"])), ..Table::default() };
    assert_snapshot!(of_flags(flags, Wanted::default()), @r#"
    source "default" names Region "eu-wst-1", which is not known
    hint: did you mean "eu-west-1"? a Region newer than this version is read with --endpoint-url https://backup.REGION.amazonaws.com
    "#);
}

const TWO: &str = "
    [[source]]
    name = \"prod\"
    regions = [\"us-east-1\"]
    kinds = [\"backup\", \"copy\"]
    [[source]]
    name = \"members\"
    regions = [\"us-east-1\"]
    accounts = [\"111122223333\", \"444455556666\"]
    role_name = \"r\"
";

fn named(names: &[&str]) -> Wanted {
    Wanted { names: names.iter().map(|name| (*name).to_owned()).collect(), ..Wanted::default() }
}

#[test]
fn sources_are_chosen_by_name() {
    assert_snapshot!(of_file(TWO, &named(&["members"])), @"
    members/111122223333 us-east-1 backup,copy,restore,scan account - arn:aws:iam::111122223333:role/r - - 50 111122223333
    members/444455556666 us-east-1 backup,copy,restore,scan account - arn:aws:iam::444455556666:role/r - - 50 444455556666
    ");
    assert_snapshot!(of_file(TWO, &named(&["prod", "members/444455556666"])), @"
    prod us-east-1 backup,copy account - - - - 50 -
    members/444455556666 us-east-1 backup,copy,restore,scan account - arn:aws:iam::444455556666:role/r - - 50 444455556666
    ");
    assert_snapshot!(of_file(TWO, &named(&["production"])), @r#"
    there is no source "production"
    hint: did you mean "prod"?
    "#);
    assert_snapshot!(of_file(TWO, &named(&["x"])), @r#"
    there is no source "x"
    hint: the sources are prod, members/111122223333, members/444455556666
    "#);
    assert_snapshot!(of_file("", &named(&["prod"])), @r#"
    there is no source "prod"
    hint: add a [[source]] table of that name to lookback.toml, or name the file with --config
    "#);
    let twice = format!("{TWO}[[source]]\nname = \"prod\"\nregions = [\"eu-west-1\"]");
    assert_snapshot!(of_file(&twice, &Wanted::default()), @r#"
    file "l.toml", line 11: source "prod" is there twice
    hint: give each source a name of its own
    "#);
}

#[test]
fn kinds_and_rate_go_before_those_of_the_file() {
    let wanted = Wanted { kinds: vec![JobKind::Copy], rate: Some(2.0), ..named(&["prod"]) };
    assert_snapshot!(of_file(TWO, &wanted), @"prod us-east-1 copy account - - - - 2 -");
    let wanted = Wanted { kinds: vec![JobKind::Scan], ..named(&["prod"]) };
    assert_snapshot!(of_file(TWO, &wanted), @r#"
    no source reads jobs of kind "scan"
    hint: leave out --kind, or add it to `kinds`
    "#);
}

#[test]
fn flags_make_one_source_named_after_its_credentials() {
    let region = || Table { regions: Some(these(&["us-east-1"])), ..Table::default() };
    let check = |flags: Table, wanted: Wanted, expected: &str| {
        let text = of_flags(flags, wanted);
        assert_eq!(text.split(' ').next().unwrap(), expected);
    };
    check(region(), Wanted::default(), "default");
    check(Table { profile: Some("p".into()), ..region() }, Wanted::default(), "p");
    let environment = Wanted { profile: Some("q".into()), ..Wanted::default() };
    check(region(), environment, "q");
    let role_arn = Some("arn:aws:iam::111122223333:role/r".to_owned());
    check(Table { role_arn, ..region() }, Wanted::default(), "111122223333");
}

#[test]
fn without_any_source_the_ways_to_one_are_told() {
    assert_snapshot!(of_file("", &Wanted::default()), @"
    there is nothing to read: no Region and no source is named
    hint: name the Regions with --region us-east-1,eu-west-1 or --all-regions, or describe sources in lookback.toml (see examples/lookback.toml)
    ");
    let flags = Table { reach: Reach::Organization, ..Table::default() };
    assert_snapshot!(of_flags(flags, Wanted::default()), @"
    there is nothing to read: no Region and no source is named
    hint: name the Regions with --region us-east-1,eu-west-1 or --all-regions, or describe sources in lookback.toml (see examples/lookback.toml)
    ");
    let environment = Wanted { region: Some("us-east-1".to_owned()), ..Wanted::default() };
    let expected = "default us-east-1 backup,copy,restore,scan account - - - - 50 -";
    assert_eq!(of_file("", &environment), expected);
}

#[test]
fn an_instant_is_not_pretended_to_aws() {
    let now = Instant::from_text("2026-01-05T00:00:00Z");
    assert_snapshot!(of_file(TWO, &Wanted { now, ..Wanted::default() }), @r#"
    --now 2026-01-05T00:00:00Z cannot be pretended to AWS itself, which source "prod" reads
    hint: leave out --now, or name an emulator with --endpoint-url
    "#);
    let flags = |url: &str| Table {
        endpoint_url: Some(url.to_owned()),
        regions: Some(these(&["us-east-1"])),
        ..Table::default()
    };
    let real = flags("https://backup.us-east-1.amazonaws.com:443/");
    assert_snapshot!(of_flags(real, Wanted { now, ..Wanted::default() }), @r#"
    --now 2026-01-05T00:00:00Z cannot be pretended to AWS itself, which source "default" reads
    hint: leave out --now, or name an emulator with --endpoint-url
    "#);
    let emulated = flags("http://127.0.0.1:4560");
    let expected = "default us-east-1 backup,copy,restore,scan account - - - \
         http://127.0.0.1:4560 50 -";
    assert_eq!(of_flags(emulated, Wanted { now, ..Wanted::default() }), expected);
}
