//! Every block of `README.md` runs as it stands, or it is said here why it does not.
//!
//! Commands find stand-ins where they would reach what a test may not: `aws` prints what it
//! printed once, or the summaries that `lookback` prints as it does, `cargo run` runs what is built
//! already, `lookback ingest` and `lookback night` read an emulator in place of AWS, `lookback
//! demo` lives through a few nights only, `lookback serve` takes a free port and is interrupted as
//! soon as it has told its URL, and there is neither a systemd nor a cron that would do what they
//! are told. That checks find something is no failure of a block.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::PATH;
use crate::cli::emulated::Emulator;

/// Blocks that do not run here, by how they begin, and why.
const EXEMPT: [(&str, &str); 7] = [
    ("cargo test", "it runs this"),
    ("INSTALL ducklake;", "tests/interop/test_ingest.py runs it in DuckDB"),
    ("SELECT * EXCLUDE (filename)", "tests/interop/test_export.py runs it in DuckDB"),
    (
        "source    Region",
        "it is no command but an answer, of which tests/it/cli/status.rs has more",
    ),
    (
        "lookback --config keys.toml serve aws",
        "it goes on until it is interrupted; tests/interop/test_aws_keys.py starts it so",
    ),
    ("[check.rpo-violated]", "it is a part of lookback.toml; examples/lookback.toml has more"),
    ("lookback emulate", "it takes a fixed port; the blocks behind it find another one"),
];
/// What `aws backup list-backup-jobs` prints.
const LISTING: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/tests/samples/aws-cli/list-backup-jobs.json");
/// The emulator of `README.md`, and its time.
const PORT: &str = "http://127.0.0.1:4560";
const THEN: &str = "2026-10-01T06:00:00Z";
const NOW: &str = "2026-01-05T02:00:00Z";
/// The source of the block of `lookback night`, as flags: a settings file has no place for an
/// emulator's URL that is known only now.
const SOURCE: &str = "--profile backup-administrator --region us-east-1,eu-west-1";

#[test]
fn every_block_runs_or_is_exempt() {
    let readme = fs::read_to_string(PATH).unwrap();
    let blocks = blocks(&readme);
    let shell = Shell::new();
    let mut exempt = EXEMPT.to_vec();
    for (language, text) in &blocks {
        let count = exempt.len();
        exempt.retain(|(beginning, _)| !text.starts_with(beginning));
        if exempt.len() == count {
            assert_eq!(*language, "sh", "nothing runs this block:\n{text}");
            shell.run(text);
        }
    }
    assert_eq!(exempt, [], "these blocks are gone from README.md");
}

#[test]
fn the_demo_is_the_first_command_and_the_tests_are_the_second() {
    let readme = fs::read_to_string(PATH).unwrap();
    let first: Vec<_> = blocks(&readme).into_iter().take(2).collect();
    assert_eq!(first, [("sh", "cargo run -- demo\n"), ("sh", "cargo test\n")]);
}

#[test]
fn blocks_are_found_by_their_fences() {
    let text = "a\n```sh\nb\nc\n```\n\n```text\n```\nd `e`\n";
    assert_eq!(blocks(text), [("sh", "b\nc\n"), ("text", "")]);
}

/// Language and text of each block.
fn blocks(readme: &str) -> Vec<(&str, &str)> {
    let fenced = readme.split("```").skip(1).step_by(2);
    fenced.map(|block| block.split_once('\n').unwrap()).collect()
}

/// A folder in which blocks run one after the other.
struct Shell {
    folder: TempDir,
    /// What `lookback ingest` reads, as long as this lives.
    _emulator: Emulator,
}

impl Shell {
    fn new() -> Self {
        let folder = TempDir::with_prefix("lookback-readme-").unwrap();
        let emulator = Emulator::at(NOW, "");
        let bin = folder.path().join("bin");
        fs::create_dir(&bin).unwrap();
        let program = env!("CARGO_BIN_EXE_lookback");
        let url = &emulator.url;
        let lookback = format!(
            "case $* in\n\
             *--emulator*) exec {program} $(echo \"$@\" | sed 's#{PORT}#{url}#; s#{THEN}#{NOW}#') ;;\n\
             ingest*) exec {program} \"$@\" --now {NOW} --endpoint-url {url} ;;\n\
             night*) {program} \"$@\" --now {NOW} --endpoint-url {url} {SOURCE} || [ $? = 1 ] ;;\n\
             check*|'schedule status'*) {program} \"$@\" || [ $? = 1 ] ;;\n\
             demo*) exec {program} \"$@\" --nights 3 ;;\n\
             serve*) {program} \"$@\" --listen 127.0.0.1:0 > url &\n\
             until [ -s url ]; do kill -0 $! || exit 3; sleep 0.05; done\n\
             kill -INT $!; wait $! ;;\n\
             *) exec {program} \"$@\" ;;\n\
             esac\n"
        );
        write_command(&bin.join("lookback"), &lookback);
        for machine in ["systemctl", "crontab"] {
            write_command(&bin.join(machine), "exit 0\n");
        }
        write_command(
            &bin.join("cargo"),
            "[ \"$1 $2\" = 'run --' ] || exit 3\nshift 2\nexec lookback \"$@\"\n",
        );
        let listing = format!(
            "case $* in\n\
             'backup list-backup-jobs' | 'backup list-backup-jobs '*) cat {LISTING} ;;\n\
             'backup list-backup-job-summaries '*)\n\
             shift 2; exec lookback summaries backup ${{*%--query*}} --format aws-json ;;\n\
             *) exit 3 ;;\n\
             esac\n"
        );
        write_command(&bin.join("aws"), &listing);
        let settings = folder.path().join(".aws");
        fs::create_dir(&settings).unwrap();
        let keys = "[backup-administrator]\naws_access_key_id = any\naws_secret_access_key = any\n";
        fs::write(settings.join("credentials"), keys).unwrap();
        Self { folder, _emulator: emulator }
    }

    fn run(&self, text: &str) {
        let bin = self.folder.path().join("bin");
        let output = Command::new("/bin/sh")
            .args(["-eu", "-c", text])
            .current_dir(self.folder.path())
            .env_clear()
            .env("HOME", self.folder.path())
            .env("PATH", format!("{}:/usr/bin:/bin", bin.display()))
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{text}{} {told}", output.status);
    }
}

fn write_command(path: &Path, script: &str) {
    fs::write(path, format!("#!/bin/sh\n{script}")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}
