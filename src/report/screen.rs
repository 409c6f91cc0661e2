//! The terminal itself: lines that stay and, where somebody watches, one line below them for each step in progress.

use std::io::{self, Write};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::words;

/// How much is told, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// A line that moves for each step in progress.
    Live,
    /// One line per thing that happened.
    Plain,
    /// Failures and the verdict only.
    Quiet,
}

/// stderr as a screen. Clones are the same screen: runs side by side share it.
#[derive(Clone)]
pub struct Screen {
    pub(super) tone: Tone,
    steps: MultiProgress,
}

impl Screen {
    /// A screen of that tone.
    pub fn new(tone: Tone) -> Self {
        let target =
            if tone == Tone::Live { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        Self { tone, steps: MultiProgress::with_draw_target(target) }
    }

    /// A line that stays.
    pub(super) fn line(&self, text: &str) {
        // A reader that went away must not end a run.
        let _ = match self.tone {
            Tone::Live => self.steps.println(text),
            Tone::Plain | Tone::Quiet => writeln!(io::stderr().lock(), "{text}"),
        };
    }

    /// The moving line of a step that begins; none where nobody watches.
    pub(super) fn begin(&self, prefix: &str, name: &str, within_ms: u64) -> Option<Progress> {
        if self.tone != Tone::Live {
            return None;
        }
        let bar = self.steps.add(ProgressBar::no_length());
        // A name is no part of the template's language.
        let literal = |text: &str| text.replace('{', "{{").replace('}', "}}");
        let (prefix, name, limit) = (literal(prefix), literal(name), words::limit(within_ms));
        // In the columns of the lines that stay.
        let template = format!("{prefix}  {{spinner}} {name}  {{elapsed:>8}} of {limit}  {{wide_msg}}");
        if let Ok(style) = ProgressStyle::with_template(&template) {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(120));
        Some(Progress(bar))
    }
}

/// The moving line of one step; gone when dropped.
pub(super) struct Progress(ProgressBar);

impl Progress {
    /// What the step waits for.
    pub(super) fn waits_for(&self, what: &str) {
        self.0.set_message(what.to_owned());
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
