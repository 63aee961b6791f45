//! A property list of launchd. Pure.
//!
//! Launchd knows no UTC, but makes up for what it missed while the machine slept: it rings every
//! hour, and the night runs if it is due. Source: launchd.plist(5).

use std::fmt::Write;

use super::plan::Plan;

/// The text of the property list.
pub(super) fn agent(plan: &Plan) -> String {
    let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
        <!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \
        \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n\
        <plist version=\"1.0\">\n<dict>\n"
        .to_owned();
    entry(&mut text, "Label", &string(&plan.name));
    let due = plan.at.to_string();
    let program = [plan.executable.clone()].into_iter().chain(plan.arguments_if_due(&due));
    let words: String = program.map(|word| format!("\n    {}", string(&word))).collect();
    entry(&mut text, "ProgramArguments", &format!("<array>{words}\n  </array>"));
    if !plan.environment.is_empty() {
        let pair = |(name, value): &(String, String)| {
            format!("\n    <key>{}</key> {}", escaped(name), string(value))
        };
        let pairs: String = plan.environment.iter().map(pair).collect();
        entry(&mut text, "EnvironmentVariables", &format!("<dict>{pairs}\n  </dict>"));
    }
    let minute = format!("<dict><key>Minute</key> <integer>{}</integer></dict>", plan.spread(60));
    entry(&mut text, "StartCalendarInterval", &minute);
    entry(&mut text, "ProcessType", &string("Background"));
    entry(&mut text, "LowPriorityIO", "<true/>");
    if let Some(home) = &plan.home {
        let log = format!("{home}/Library/Logs/{}.log", plan.name);
        entry(&mut text, "StandardErrorPath", &string(&log));
    }
    text.push_str("</dict>\n</plist>\n");
    text
}

fn entry(text: &mut String, key: &str, value: &str) {
    let _ = writeln!(text, "  <key>{key}</key>\n  {value}");
}

fn string(text: &str) -> String {
    format!("<string>{}</string>", escaped(text))
}

/// A text without control characters as XML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::super::plan::tests::{awkward, plain};
    use super::*;

    #[test]
    fn the_list_is_whole() {
        assert_snapshot!(agent(&plain()), @"");
    }

    #[test]
    fn what_means_something_in_xml_is_escaped() {
        let text = agent(&awkward());
        let escaped = text.lines().filter(|line| line.contains("&amp;"));
        assert_snapshot!(escaped.collect::<Vec<_>>().join("\n"), @"");
    }
}
