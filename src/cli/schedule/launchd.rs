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
    let words: Vec<_> = program.map(|word| string(&word)).collect();
    entry(&mut text, "ProgramArguments", &block("array", &words));
    if !plan.environment.is_empty() {
        let pair = |(name, value): &(String, String)| {
            format!("<key>{}</key> {}", escaped(name), string(value))
        };
        let pairs: Vec<_> = plan.environment.iter().map(pair).collect();
        entry(&mut text, "EnvironmentVariables", &block("dict", &pairs));
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

/// An array or a dictionary, an element a line.
fn block(tag: &str, elements: &[String]) -> String {
    format!("<{tag}>\n    {}\n  </{tag}>", elements.join("\n    "))
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
        assert_snapshot!(agent(&plain()), @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
        <plist version="1.0">
        <dict>
          <key>Label</key>
          <string>lookback</string>
          <key>ProgramArguments</key>
          <array>
            <string>/usr/local/bin/lookback</string>
            <string>--config</string>
            <string>/home/ana/.config/lookback/lookback.toml</string>
            <string>--warehouse</string>
            <string>/home/ana/warehouse</string>
            <string>night</string>
            <string>--due</string>
            <string>03:00</string>
          </array>
          <key>EnvironmentVariables</key>
          <dict>
            <key>AWS_PROFILE</key> <string>backup</string>
          </dict>
          <key>StartCalendarInterval</key>
          <dict><key>Minute</key> <integer>14</integer></dict>
          <key>ProcessType</key>
          <string>Background</string>
          <key>LowPriorityIO</key>
          <true/>
          <key>StandardErrorPath</key>
          <string>/home/ana/Library/Logs/lookback.log</string>
        </dict>
        </plist>
        "#);
    }

    #[test]
    fn what_means_something_in_xml_is_escaped() {
        let text = agent(&awkward());
        let escaped = text.lines().map(str::trim).filter(|line| line.contains("&amp;"));
        assert_snapshot!(escaped.collect::<Vec<_>>().join("\n"), @r#"
        <string>/srv/w &amp; &lt;w&gt; %h ${HOME} $(id) 'q' "d" \</string>
        "#);
    }
}
