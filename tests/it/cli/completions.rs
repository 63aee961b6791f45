//! `lookback completions` and `lookback man`: what shells and `man` are told.

use std::process::{Command, Stdio};

use insta::assert_snapshot;

use super::Desk;

/// The commands of the program, as its help lists them.
fn commands() -> Vec<String> {
    let help = Desk::new().run(&["--help"]);
    let (_, commands) = help.split_once("Commands:\n").unwrap();
    let (commands, _) = commands.split_once("\n\n").unwrap();
    let names = commands.lines().filter_map(|line| line.strip_prefix("  "));
    let names = names.filter(|line| !line.starts_with(' '));
    let names: Vec<_> = names.map(|line| line.split(' ').next().unwrap().to_owned()).collect();
    assert!(names.len() > 8 && names.contains(&"export".to_owned()), "{names:?}");
    names
}

fn completions(shell: &str) -> String {
    let told = Desk::new().run(&["completions", shell]);
    let text = told.strip_prefix("exit 0\n-- stdout\n").unwrap();
    assert!(!text.contains("-- stderr"), "{text}");
    text.to_owned()
}

/// What bash offers behind these words.
fn offered(words: &[&str]) -> Vec<String> {
    let script = format!(
        "source /dev/stdin\nCOMP_WORDS=({})\nCOMP_CWORD={}\n_lookback lookback '{}' '{}'\n\
         printf '%s\\n' \"${{COMPREPLY[@]}}\"",
        words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" "),
        words.len() - 1,
        words[words.len() - 1],
        words[words.len() - 2],
    );
    let mut bash = Command::new("bash")
        .args(["--norc", "-c", &script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let text = completions("bash");
    std::io::Write::write_all(&mut bash.stdin.take().unwrap(), text.as_bytes()).unwrap();
    let output = bash.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn bash_completes_commands_flags_and_tables() {
    assert_eq!(offered(&["lookback", "exp"]), ["export"]);
    let offered_all = offered(&["lookback", ""]);
    for command in commands() {
        assert!(offered_all.contains(&command), "{command}: {offered_all:?}");
    }
    assert_eq!(offered(&["lookback", "export", "--part"]), ["--partition-by"]);
    assert_eq!(offered(&["lookback", "export", "back"]), ["backup_jobs", "backup_job_summaries"]);
    assert_eq!(offered(&["lookback", "sql", "--format", "pa"]), ["parquet"]);
}

#[test]
fn zsh_and_fish_know_every_command() {
    for (shell, beginning, entry) in [
        ("zsh", "#compdef lookback\n", "\n'{}:"),
        ("fish", "# Print an optspec", "__fish_lookback_needs_command\" -f -a \"{}\""),
    ] {
        let text = completions(shell);
        assert!(text.starts_with(beginning), "{shell}: {text}");
        for command in commands() {
            assert!(text.contains(&entry.replace("{}", &command)), "{shell} {command}");
        }
    }
}

/// A page of the manual.
fn page(arguments: &[&str]) -> String {
    let told = Desk::new().run(&[&["man"], arguments].concat());
    let page = told.strip_prefix("exit 0\n-- stdout\n").unwrap().to_owned();
    assert!(!page.contains("-- stderr"), "{page}");
    page
}

#[test]
fn the_manual_has_a_page_for_the_program_and_for_each_command() {
    let program = page(&[]);
    for command in commands() {
        if command == "help" {
            continue;
        }
        let name = format!("lookback\\-{}(1)", command.replace('-', "\\-"));
        assert!(program.contains(&name), "{name} is not in the page of the program");
        let of_command = page(&[&command]);
        for part in [".TH ", ".SH NAME", ".SH SYNOPSIS", ".SH DESCRIPTION", ".SH OPTIONS"] {
            assert!(of_command.contains(part), "{command}: no {part}");
        }
        // What clap leaves in where a declaration is missing.
        for placeholder in
            ["{about}", "{name}", "{version}", concat!("FIX", "ME"), "<subcommands>\\fR\n.SH NAME"]
        {
            assert!(!of_command.contains(placeholder), "{command}: {placeholder}");
        }
    }
    let head: Vec<_> = program.lines().skip(2).take(9).collect();
    assert_snapshot!(head.join("\n"), @r#"
    .TH lookback 1  "lookback 0.1.0" Lookback
    .SH NAME
    lookback \- A SQL\-queryable warehouse of AWS Backup jobs
    .SH SYNOPSIS
    \fBlookback\fR [\fB\-\-log\fR] [\fB\-\-log\-format\fR] [\fB\-\-warehouse\fR] [\fB\-\-config\fR] [\fB\-\-now\fR] [\fB\-h\fR|\fB\-\-help\fR] [\fB\-V\fR|\fB\-\-version\fR] <\fIsubcommands\fR>
    .SH DESCRIPTION
    A SQL\-queryable warehouse of AWS Backup jobs.
    .PP
    AWS forgets backup jobs after 30 days and its job summaries after 14. Lookback keeps them for good, as Parquet in a DuckLake, and answers for them in SQL.
    "#);
    let sql = page(&["sql"]);
    let head: Vec<_> = sql.lines().skip(2).take(5).collect();
    assert_snapshot!(head.join("\n"), @r#"
    .TH lookback-sql 1  "lookback 0.1.0" Lookback
    .SH NAME
    lookback\-sql \- Ask the warehouse in SQL
    .SH SYNOPSIS
    \fBlookback sql\fR [\fB\-f\fR|\fB\-\-file\fR] [\fB\-\-format\fR] [\fB\-o\fR|\fB\-\-output\fR] [\fB\-\-chart\fR] [\fB\-\-log\fR] [\fB\-\-as\-of\fR] [\fB\-\-log\-format\fR] [\fB\-\-caller\fR] [\fB\-\-memory\-limit\fR] [\fB\-\-timeout\fR] [\fB\-\-warehouse\fR] [\fB\-\-config\fR] [\fB\-\-now\fR] [\fB\-h\fR|\fB\-\-help\fR] [\fIQUERY\fR]
    "#);
}

#[test]
fn a_shell_and_a_command_that_are_unknown_are_told() {
    let desk = Desk::new();
    assert_snapshot!(desk.run(&["completions", "csh"]), @"
    exit 2
    -- stderr
    error: invalid value 'csh' for '<SHELL>'
      [possible values: bash, zsh, fish]

      tip: a similar value exists: 'zsh'

    For more information, try '--help'.
    ");
    assert_snapshot!(desk.run(&["man", "sequel"]), @r#"
    exit 2
    -- stderr
    error: there is no command "sequel"
    hint: the commands are check, completions, config, connect, demo, emulate, export, import, ingest, maintain, man, night, reconcile, repl, report, restore-catalog, schedule, serve, sql, status, summaries, verify
    "#);
    assert_snapshot!(desk.run(&["man", "nothing"]), @r#"
    exit 2
    -- stderr
    error: there is no command "nothing"
    hint: the commands are check, completions, config, connect, demo, emulate, export, import, ingest, maintain, man, night, reconcile, repl, report, restore-catalog, schedule, serve, sql, status, summaries, verify
    "#);
}
