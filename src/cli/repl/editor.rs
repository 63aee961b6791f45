//! The line editor: colours, completion, history, and when Enter ends a statement.

use std::borrow::Cow;
use std::sync::PoisonError;

use reedline::{
    Color, ColumnarMenu, Completer, CompletionResult, DefaultHinter, EditCommand, Emacs,
    Highlighter, InputMode, KeyCode, KeyModifiers, MenuBuilder, Prompt, PromptEditMode,
    PromptHistorySearch, PromptHistorySearchStatus, Reedline, ReedlineEvent, ReedlineMenu, Signal,
    Span, StyledText, Suggestion, ValidationResult, Validator, default_emacs_keybindings,
};

use crate::engine::{LexemeKind, lexemes};
use crate::error::{Error, Result};
use crate::output::Colours;

use super::super::settings::Settings;
use super::complete::complete;
use super::history;
use super::input::{MARK, is_whole};
use super::session::Names;

/// The name of the completion menu.
const MENU: &str = "completion";
/// The end of the prompt, which stays while the menu is open.
const INDICATOR: &str = "> ";

/// The line editor.
pub(super) struct Editor {
    line: Reedline,
}

/// What came of a line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// A whole statement or command.
    Text(String),
    /// Ctrl-C: what was typed is gone.
    Cleared,
    /// Ctrl-O: what was typed so far is to be edited elsewhere.
    Edit(String),
    /// Ctrl-D at an empty prompt.
    End,
}

impl Editor {
    /// An editor that completes those names.
    pub(super) fn open(settings: &Settings, names: &Names) -> Self {
        let environment = &settings.environment;
        let has_colours = environment.terminal.colours() != Colours::None;
        // The tables of a statement may be named behind the cursor.
        let menu = ColumnarMenu::default()
            .with_name(MENU)
            .with_columns(1)
            .with_marker(INDICATOR)
            .with_input_mode(InputMode::FullBuffer);
        let mut line = Reedline::create()
            .with_ansi_colors(has_colours)
            .use_bracketed_paste(true)
            .with_edit_mode(Box::new(Emacs::new(keys())))
            .with_menu(ReedlineMenu::EngineCompleter(Box::new(menu)))
            .with_quick_completions(true)
            .with_partial_completions(true)
            .with_completer(Box::new(Words(Names::clone(names))))
            .with_highlighter(Box::new(Inks))
            .with_validator(Box::new(Ends))
            .with_history(Box::new(history::open(environment.state_home.as_deref())))
            .with_history_exclusion_prefix(Some(" ".to_owned()));
        if has_colours {
            // Without colours a hint would look like what was typed.
            let hinter = DefaultHinter::default().with_style(Color::DarkGray.normal());
            line = line.with_hinter(Box::new(hinter));
        }
        Self { line }
    }

    /// Reads a statement or a command; the prompt tells the snapshot where it is not the newest.
    ///
    /// # Errors
    /// The terminal fails.
    pub(super) fn read(&mut self, snapshot: Option<i64>) -> Result<Line> {
        let prompt = Sign::of(snapshot);
        let failed = |err| Error::io("read the terminal", err);
        let signal = self.line.read_line(&prompt).map_err(failed)?;
        // What was typed is not lost if the process is ended.
        self.line.sync_history().ok();
        Ok(match signal {
            Signal::Success(text) => Line::Text(text),
            Signal::CtrlD => Line::End,
            Signal::HostCommand(_) => Line::Edit(self.line.current_buffer_contents().to_owned()),
            _ => Line::Cleared,
        })
    }

    /// Types a text in place of what is there, for the next line that is read.
    pub(super) fn put(&mut self, text: &str) {
        let text = EditCommand::InsertString(text.to_owned());
        self.line.run_edit_commands(&[EditCommand::Clear, text]);
    }
}

fn keys() -> reedline::Keybindings {
    let mut keys = default_emacs_keybindings();
    let next = vec![ReedlineEvent::Menu(MENU.to_owned()), ReedlineEvent::MenuNext];
    keys.add_binding(KeyModifiers::NONE, KeyCode::Tab, ReedlineEvent::UntilFound(next));
    let edit = ReedlineEvent::ExecuteHostCommand("edit".to_owned());
    keys.add_binding(KeyModifiers::CONTROL, KeyCode::Char('o'), edit);
    keys.add_binding(KeyModifiers::SHIFT, KeyCode::BackTab, ReedlineEvent::MenuPrevious);
    keys
}

/// Completes words.
struct Words(Names);

impl Completer for Words {
    fn complete(&mut self, line: &str, at: usize) -> CompletionResult {
        let names = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let found = complete(line, at, &names);
        let suggestions: Vec<_> = found
            .candidates
            .into_iter()
            .map(|candidate| Suggestion {
                value: candidate.text,
                description: Some(candidate.doc).filter(|doc| !doc.is_empty()),
                span: Span::new(found.start, at),
                ..Suggestion::default()
            })
            .collect();
        CompletionResult::fresh(suggestions)
    }
}

/// Tells Enter whether it ends a statement.
struct Ends;

impl Validator for Ends {
    fn validate(&self, text: &str) -> ValidationResult {
        if is_whole(text) { ValidationResult::Complete } else { ValidationResult::Incomplete }
    }
}

/// Colours what is typed, in colours that can be read on a light ground and on a dark one.
struct Inks;

impl Highlighter for Inks {
    fn highlight(&self, text: &str, _cursor: usize) -> StyledText {
        let mut styled = StyledText::new();
        if text.trim_start().starts_with(MARK) {
            styled.push((Color::Cyan.normal(), text.to_owned()));
            return styled;
        }
        for lexeme in lexemes(text) {
            let style = match lexeme.kind {
                LexemeKind::Keyword => Color::Purple.normal(),
                LexemeKind::Text => Color::Green.normal(),
                LexemeKind::Number => Color::Cyan.normal(),
                LexemeKind::Comment => Color::DarkGray.normal(),
                LexemeKind::Unfinished => Color::Red.normal(),
                LexemeKind::Name
                | LexemeKind::QuotedName
                | LexemeKind::Space
                | LexemeKind::End
                | LexemeKind::Sign => Color::Default.normal(),
            };
            // A tab would move the cursor to where nobody expects it; as long as it is one byte, it
            // can be shown as another.
            styled.push((style, text[lexeme.start..lexeme.end].replace('\t', " ")));
        }
        styled
    }
}

/// The prompt.
struct Sign {
    first: String,
    /// Before further lines of a statement, as wide as the first.
    further: String,
}

impl Sign {
    fn of(snapshot: Option<i64>) -> Self {
        let place = snapshot.map(|id| format!("@{id}")).unwrap_or_default();
        let first = format!("lookback{place}");
        let further = format!("{:>width$}", "-> ", width = first.len() + INDICATOR.len());
        Self { first, further }
    }
}

impl Prompt for Sign {
    fn render_prompt_left(&self) -> Cow<'_, str> {
        (&self.first).into()
    }

    fn render_prompt_right(&self) -> Cow<'_, str> {
        "".into()
    }

    fn render_prompt_indicator(&self, _mode: PromptEditMode) -> Cow<'_, str> {
        INDICATOR.into()
    }

    fn render_prompt_multiline_indicator(&self) -> Cow<'_, str> {
        (&self.further).into()
    }

    fn render_prompt_history_search_indicator(&self, search: PromptHistorySearch) -> Cow<'_, str> {
        let found = match search.status {
            PromptHistorySearchStatus::Passing => "search",
            PromptHistorySearchStatus::Failing => "not found",
        };
        format!("({found}: {}) ", search.term).into()
    }

    fn get_prompt_color(&self) -> Color {
        Color::Blue
    }

    fn get_indicator_color(&self) -> Color {
        Color::Blue
    }

    fn get_prompt_multiline_color(&self) -> Color {
        Color::Blue
    }
}
