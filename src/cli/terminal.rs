//! What the environment tells of the terminal, and of the user's own programs there. Pure.

use std::path::{Path, PathBuf};

use crate::output::Colours;

/// What shows long answers where `PAGER` says nothing: it ends by itself where they fit.
const PAGER_DEFAULT: &str = "less -SRFX";
/// What edits statements where neither `VISUAL` nor `EDITOR` says anything, as POSIX has it.
const EDITOR_DEFAULT: &str = "vi";

/// What the environment tells of the terminal.
#[derive(Clone, Debug, Default)]
pub(super) struct Terminal {
    has_no_color: bool,
    term: Option<String>,
    color_term: Option<String>,
    /// The first of `LC_ALL`, `LC_CTYPE` and `LANG` that says anything.
    locale: Option<String>,
    pager: Option<String>,
    editor: Option<String>,
    path: Option<String>,
}

impl Terminal {
    /// What variables say, as far as they are set; an empty one says nothing but `PAGER`, which
    /// then asks for none.
    pub(super) fn read(get: impl Fn(&str) -> Option<String>) -> Self {
        let said = |name| get(name).filter(|value| !value.is_empty());
        Self {
            has_no_color: said("NO_COLOR").is_some(),
            term: said("TERM"),
            color_term: said("COLORTERM"),
            locale: ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(said),
            pager: get("PAGER"),
            editor: said("VISUAL").or_else(|| said("EDITOR")),
            path: said("PATH"),
        }
    }

    /// How many colours there are: none if `NO_COLOR` is set, or on a dumb terminal.
    pub(super) fn colours(&self) -> Colours {
        let term = self.term.as_deref().unwrap_or("dumb");
        if self.has_no_color || term == "dumb" {
            return Colours::None;
        }
        let has_true_color =
            self.color_term.as_deref().is_some_and(|it| it == "truecolor" || it == "24bit");
        if has_true_color || term.contains("256color") { Colours::Many } else { Colours::Sixteen }
    }

    /// True if and only if the locale is one without UTF-8. Where nothing is said, as in most
    /// containers, the terminal knows UTF-8 all the same.
    pub(super) fn is_ascii(&self) -> bool {
        self.locale.as_deref().is_some_and(|locale| {
            let locale = locale.to_ascii_lowercase();
            !(locale.contains("utf-8") || locale.contains("utf8"))
        })
    }

    /// The command that shows long answers, if there is one.
    pub(super) fn pager(&self) -> Option<String> {
        match self.pager.as_deref().map(str::trim) {
            Some("") => None,
            Some(pager) => Some(pager.to_owned()),
            None => self.program("less").map(|_| PAGER_DEFAULT.to_owned()),
        }
    }

    /// The command that edits a file.
    pub(super) fn editor(&self) -> &str {
        self.editor.as_deref().unwrap_or(EDITOR_DEFAULT)
    }

    fn program(&self, name: &str) -> Option<PathBuf> {
        let folders = self.path.as_deref()?.split(':');
        folders.map(|folder| Path::new(folder).join(name)).find(|path| path.is_file())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terminal(variables: &[(&str, &str)]) -> Terminal {
        Terminal::read(|name| {
            let found = variables.iter().find(|(other, _)| *other == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn colours_are_as_many_as_the_terminal_has() {
        let check = |variables: &[_], expected| {
            assert_eq!(terminal(variables).colours(), expected, "{variables:?}");
        };
        check(&[], Colours::None);
        check(&[("TERM", "dumb"), ("COLORTERM", "truecolor")], Colours::None);
        check(&[("TERM", "xterm-256color"), ("NO_COLOR", "1")], Colours::None);
        check(&[("TERM", "xterm-256color"), ("NO_COLOR", "")], Colours::Many);
        check(&[("TERM", "xterm"), ("COLORTERM", "truecolor")], Colours::Many);
        check(&[("TERM", "linux")], Colours::Sixteen);
    }

    #[test]
    fn only_a_locale_that_says_so_has_no_utf_8() {
        let check = |variables: &[_], expected| {
            assert_eq!(terminal(variables).is_ascii(), expected, "{variables:?}");
        };
        check(&[], false);
        check(&[("LANG", "de_DE.UTF-8")], false);
        check(&[("LANG", "C.utf8")], false);
        check(&[("LANG", "de_DE.UTF-8"), ("LC_ALL", "C")], true);
        check(&[("LC_CTYPE", "en_US.ISO-8859-1"), ("LC_ALL", "")], true);
    }

    #[test]
    fn an_empty_pager_is_none() {
        assert_eq!(terminal(&[("PAGER", "more -d")]).pager().as_deref(), Some("more -d"));
        assert_eq!(terminal(&[("PAGER", "")]).pager(), None);
        assert_eq!(terminal(&[("PATH", "/nowhere")]).pager(), None);
        assert_eq!(terminal(&[]).editor(), "vi");
        assert_eq!(terminal(&[("VISUAL", "code -w"), ("EDITOR", "ed")]).editor(), "code -w");
    }
}
