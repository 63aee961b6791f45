//! A terminal with a person at it: what is typed goes in, and the screen is read as it is seen.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use vt100::{Callbacks, Parser, Screen};

use crate::cli::Desk;

/// Nothing takes so long that works: this is only there so that a test cannot hang.
const PATIENCE: Duration = Duration::from_mins(2);

/// Keys, as a terminal sends them.
pub(super) mod key {
    pub(crate) const UP: &str = "\x1b[A";
    pub(crate) const LEFT: &str = "\x1b[D";
    pub(crate) const RIGHT: &str = "\x1b[C";
    pub(crate) const END: &str = "\x1b[F";
    pub(crate) const BACKSPACE: &str = "\x7f";
    pub(crate) const CTRL_C: &str = "\x03";
    pub(crate) const CTRL_D: &str = "\x04";
    pub(crate) const CTRL_O: &str = "\x0f";
    pub(crate) const CTRL_R: &str = "\x12";
    pub(crate) const CTRL_U: &str = "\x15";
}

/// What a terminal answers by itself: where its cursor is.
struct Answers {
    keyboard: Keyboard,
    /// How many times it was asked: each prompt asks once.
    prompts: usize,
}

type Keyboard = Arc<Mutex<Box<dyn Write + Send>>>;

impl Callbacks for Answers {
    fn unhandled_csi(
        &mut self,
        screen: &mut Screen,
        _: Option<u8>,
        _: Option<u8>,
        parameters: &[&[u16]],
        c: char,
    ) {
        if c == 'n' && parameters == [[6]] {
            self.prompts += 1;
            let (row, column) = screen.cursor_position();
            let answer = format!("\x1b[{};{}R", row + 1, column + 1);
            self.keyboard.lock().unwrap().write_all(answer.as_bytes()).unwrap();
        }
    }
}

/// What is on the screen, and a bell that rings when it changes or the program ends.
struct Seen {
    parser: Mutex<(Parser<Answers>, bool)>,
    changed: Condvar,
}

/// A terminal on which `lookback` runs.
pub(super) struct Terminal {
    seen: Arc<Seen>,
    keyboard: Keyboard,
    master: Box<dyn MasterPty + Send>,
    child: Box<dyn Child + Send + Sync>,
    /// How the terminal treats keys while no editor has it: Ctrl-C is a signal.
    cooked: String,
}

/// The variables of a terminal without colours and pagers.
pub(super) const PLAIN: [(&str, &str); 3] = [("TERM", "xterm"), ("NO_COLOR", "1"), ("PAGER", "")];

fn size(rows: u16, columns: u16) -> PtySize {
    PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }
}

fn nonzero(number: u16) -> NonZeroU16 {
    NonZeroU16::new(number).unwrap()
}

impl Terminal {
    /// Runs `lookback` at a desk.
    pub(super) fn open(
        desk: &Desk,
        (rows, columns): (u16, u16),
        arguments: &[&str],
        variables: &[(&str, &str)],
    ) -> Self {
        let pair = native_pty_system().openpty(size(rows, columns)).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_lookback"));
        command.args(arguments);
        command.cwd(desk.path(""));
        command.env_clear();
        command.env("PATH", "/usr/bin:/bin");
        command.env("HOME", desk.path("home"));
        command.env("XDG_STATE_HOME", desk.path("state"));
        command.env("XDG_CONFIG_HOME", desk.path("config"));
        command.env("TMPDIR", desk.path(""));
        for (name, value) in variables {
            command.env(name, value);
        }
        let cooked = key_treatment(&*pair.master);
        let child = pair.slave.spawn_command(command).unwrap();
        let keyboard: Keyboard = Arc::new(Mutex::new(pair.master.take_writer().unwrap()));
        let answers = Answers { keyboard: Arc::clone(&keyboard), prompts: 0 };
        let parser = Parser::new_with_callbacks(nonzero(rows), nonzero(columns), 0, answers);
        let seen = Arc::new(Seen { parser: Mutex::new((parser, false)), changed: Condvar::new() });
        let reader = pair.master.try_clone_reader().unwrap();
        let watched = Arc::clone(&seen);
        thread::spawn(move || watch(reader, &watched));
        Self { seen, keyboard, master: pair.master, child, cooked }
    }

    /// Runs `lookback repl` until its first prompt, with a file that makes it tell no times.
    pub(super) fn repl(desk: &Desk, columns: u16, variables: &[(&str, &str)]) -> Self {
        desk.write("init.sql", "\\timing off\n");
        let mut terminal = Self::open(
            desk,
            (24, columns),
            &["repl", "--init", "init.sql", "--now", "2026-01-05T00:00:00Z"],
            variables,
        );
        terminal.wait("a prompt", |seen| seen.0.callbacks().prompts > 0);
        terminal.wait("the prompt", |seen| at_prompt(seen.0.screen()));
        terminal.clear();
        terminal
    }

    /// Types keys, and does not wait for anything.
    pub(super) fn press(&mut self, keys: &str) {
        self.keyboard.lock().unwrap().write_all(keys.as_bytes()).unwrap();
    }

    /// Types a line, and waits until the next prompt is there.
    pub(super) fn enter(&mut self, line: &str) {
        if !line.is_empty() {
            self.type_at_prompt(line);
        }
        let before = self.prompts();
        self.press("\r");
        self.see_prompt_after(before);
    }

    /// Types, and waits until it shows: the prompt that is there now is no later one.
    fn type_at_prompt(&mut self, keys: &str) {
        self.press(keys);
        self.wait("what was typed", |seen| !at_prompt(seen.0.screen()));
    }

    /// How many prompts there were.
    pub(super) fn prompts(&self) -> usize {
        self.seen.parser.lock().unwrap().0.callbacks().prompts
    }

    /// Empties the screen but for the prompt, as Ctrl-L does. The screen may be so already: that
    /// the editor has done it shows by a letter that comes before and goes after.
    pub(super) fn clear(&mut self) {
        self.type_at_prompt("x");
        self.press("\x0c");
        self.press(key::BACKSPACE);
        self.wait("an empty screen", |seen| {
            let screen = seen.0.screen();
            screen.cursor_position().0 == 0 && at_prompt(screen)
        });
    }

    /// Waits until a text is on the screen.
    pub(super) fn see(&mut self, text: &str) {
        self.wait(text, |seen| seen.0.screen().contents().contains(text));
    }

    /// Types a statement, and waits until it runs: until the editor, which has shown the end of it
    /// and so has the terminal, has left it. From then on Ctrl-C is a signal.
    pub(super) fn start(&mut self, statement: &str) {
        let shown = statement.split(' ').next_back().unwrap_or_default();
        self.press(statement);
        self.see(shown);
        self.press("\r");
        let deadline = Instant::now() + PATIENCE;
        while key_treatment(&*self.master) != self.cooked {
            assert!(Instant::now() < deadline, "the editor stays:\n{}", self.screen());
            thread::yield_now();
        }
    }

    /// Waits until another prompt than the first so many is there, and empty.
    pub(super) fn see_prompt_after(&mut self, prompts: usize) {
        self.wait("the next prompt", |seen| {
            seen.0.callbacks().prompts > prompts && at_prompt(seen.0.screen())
        });
    }

    /// Waits until the program has ended, and gives its exit status.
    pub(super) fn end(mut self) -> u32 {
        self.wait("the end", |seen| seen.1);
        self.child.wait().unwrap().exit_code()
    }

    /// The screen, without the spaces at the ends of lines.
    pub(super) fn screen(&self) -> String {
        text(self.seen.parser.lock().unwrap().0.screen())
    }

    /// What the screen says of its cells.
    pub(super) fn look<T>(&self, look: impl FnOnce(&Screen) -> T) -> T {
        look(self.seen.parser.lock().unwrap().0.screen())
    }

    /// Makes the terminal larger or smaller.
    pub(super) fn resize(&mut self, rows: u16, columns: u16) {
        self.seen.parser.lock().unwrap().0.set_size(nonzero(rows), nonzero(columns));
        self.master.resize(size(rows, columns)).unwrap();
    }

    fn wait(&mut self, what: &str, is_there: impl Fn(&(Parser<Answers>, bool)) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        let mut seen = self.seen.parser.lock().unwrap();
        while !is_there(&seen) {
            let left = deadline.saturating_duration_since(Instant::now());
            let has_time = !left.is_zero();
            assert!(has_time, "{what} did not come:\n{}", text(seen.0.screen()));
            let (next, _): (MutexGuard<'_, _>, _) =
                self.seen.changed.wait_timeout(seen, left).unwrap();
            seen = next;
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It has ended already, mostly.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn key_treatment(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios().unwrap().local_flags)
}

/// Reads what the program writes, until it ends.
fn watch(mut reader: Box<dyn Read + Send>, seen: &Seen) {
    let mut bytes = [0; 4096];
    loop {
        // A terminal whose program has ended is an error on Linux, and an end elsewhere.
        let count = reader.read(&mut bytes).unwrap_or(0);
        let mut parser = seen.parser.lock().unwrap();
        parser.0.process(&bytes[..count]);
        parser.1 = count == 0;
        drop(parser);
        seen.changed.notify_all();
        if count == 0 {
            return;
        }
    }
}

/// True if and only if the cursor is behind an empty prompt.
fn at_prompt(screen: &Screen) -> bool {
    let (row, column) = screen.cursor_position();
    let (_, columns) = screen.size();
    let line = screen.rows(0, columns.get()).nth(usize::from(row)).unwrap_or_default();
    let line = line.trim_end();
    line.starts_with("lookback") && line.ends_with('>') && line.len() + 1 == usize::from(column)
}

fn text(screen: &Screen) -> String {
    let (_, columns) = screen.size();
    let lines: Vec<_> =
        screen.rows(0, columns.get()).map(|line| line.trim_end().to_owned()).collect();
    lines.join("\n").trim_end().to_owned()
}
