//! The terminal: live progress for a person who watches, plain lines for a log, failures only when asked to be quiet.

use std::io::{self, Write};
use std::time::Duration;

use console::{Style, truncate_str};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{Reporter, words};
use crate::diagnosis::Diagnosis;
use crate::event::{Event, EventKind, Facts, Outcome, StepFinished, Stopped, Verdict};

/// Facts worth a place on the step's line.
const SHOWN: &[&str] = &[
    "engine_version",
    "image_build",
    "server_version",
    "client_id",
    "accounts",
    "mode",
    "strategy",
    "env",
    "absent",
    "health",
    "status",
    "looks",
];

/// How much is told, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// A progress line that moves.
    Live,
    /// One line per thing that happened.
    Plain,
    /// Failures and the verdict only.
    Quiet,
}

/// Tells a person on stderr.
pub struct Console {
    tone: Tone,
    colours: bool,
    width: usize,
    bar: ProgressBar,
    begun_ms: f64,
    changes: usize,
    total: usize,
    passed: usize,
    skipped: Vec<String>,
}

impl Console {
    /// A console of that tone; without colours where they are not wanted.
    pub fn new(tone: Tone, colours: bool) -> Self {
        let target =
            if tone == Tone::Live { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        Self {
            tone,
            colours,
            width: 0,
            bar: ProgressBar::with_draw_target(None, target),
            begun_ms: 0.0,
            changes: 0,
            total: 0,
            passed: 0,
            skipped: Vec::new(),
        }
    }

    fn style(&self, style: Style) -> Style {
        style.force_styling(self.colours)
    }

    fn line(&self, text: &str) {
        if self.tone == Tone::Live {
            self.bar.println(text);
        } else {
            // A reader that went away must not end a run.
            let _ = writeln!(io::stderr().lock(), "{text}");
        }
    }

    fn step_started(&mut self, id: &str, within_ms: u64, after_ms: f64) {
        self.begun_ms = after_ms;
        if self.tone != Tone::Live {
            return;
        }
        let limit = words::limit(within_ms);
        let template = format!("{{spinner}} {id}  {{elapsed}} of {limit}  {{wide_msg}}");
        if let Ok(style) = ProgressStyle::with_template(&template) {
            self.bar.set_style(style);
        }
        self.bar.reset_elapsed();
        self.bar.set_message("");
        self.bar.enable_steady_tick(Duration::from_millis(120));
    }

    fn waiting(&self, id: &str, why: &Diagnosis) {
        match self.tone {
            Tone::Live => self.bar.set_message(why.message.clone()),
            Tone::Plain => {
                let dim = self.style(Style::new().dim());
                self.line(&format!(
                    "  {} {id:width$}  {}",
                    dim.apply_to("…"),
                    dim.apply_to(&why.message),
                    width = self.width
                ));
            }
            Tone::Quiet => {}
        }
    }

    fn finished(&mut self, step: &StepFinished, after_ms: f64) {
        if matches!(step.outcome, Outcome::Skipped { .. }) {
            // Told in one line at the end: what was not tried is no news of its own.
            self.skipped.push(step.id.clone());
            return;
        }
        self.passed += usize::from(step.outcome == Outcome::Passed);
        self.changes += step.changes.len();
        let (green, red, yellow) = (
            self.style(Style::new().green()),
            self.style(Style::new().red().bold()),
            self.style(Style::new().yellow()),
        );
        let (mark, told) = match &step.outcome {
            Outcome::Passed => (green.apply_to("✓"), told(step)),
            Outcome::Failed { .. } | Outcome::Skipped { .. } => (red.apply_to("✗"), String::new()),
            Outcome::Interrupted => (yellow.apply_to("!"), "interrupted".to_owned()),
        };
        let took = words::span(after_ms - self.begun_ms);
        let failed = matches!(step.outcome, Outcome::Failed { .. });
        if self.tone != Tone::Quiet || failed {
            let line = format!("  {mark} {:width$}  {took:>8}  {told}", step.id, width = self.width);
            self.line(line.trim_end());
        }
        if let Outcome::Failed { why, deadline, .. } = &step.outcome {
            if let Some(deadline) = deadline {
                let whose = match deadline.of {
                    crate::event::DeadlineOf::Step => "its",
                    crate::event::DeadlineOf::Run => "the run's",
                };
                let limit = words::limit(deadline.within_ms);
                self.line(&format!("      {whose} deadline of {limit} passed; the last reason:"));
            }
            self.diagnosis(why);
        }
    }

    fn diagnosis(&self, why: &Diagnosis) {
        let (bold, cyan, dim) = (
            self.style(Style::new().bold()),
            self.style(Style::new().cyan()),
            self.style(Style::new().dim()),
        );
        self.line(&format!("      {} ({})", bold.apply_to(&why.message), why.code));
        for cause in &why.causes {
            self.line(&format!("      {} {cause}", dim.apply_to("cause:")));
        }
        for line in &why.evidence {
            self.line(&format!("      {} {}", dim.apply_to("|"), truncate_str(line, 200, "…")));
        }
        if let Some(help) = &why.help {
            self.line(&format!("      {} {help}", cyan.apply_to("help:")));
        }
    }

    fn run_finished(&self, verdict: Verdict, why: Option<&Diagnosis>, stopped: &[Stopped], after_ms: f64) {
        self.bar.disable_steady_tick();
        if self.tone != Tone::Quiet && !self.skipped.is_empty() {
            let dim = self.style(Style::new().dim());
            self.line(&format!("  {} not tried: {}", dim.apply_to("–"), self.skipped.join(", ")));
        }
        if let Some(why) = why {
            self.diagnosis(why);
        }
        let red = self.style(Style::new().red().bold());
        for stop in stopped {
            match &stop.failed {
                None => self.line(&format!(
                    "  {} {} stopped: {}",
                    red.apply_to("■"),
                    stop.container,
                    stop.because
                )),
                Some(why) => {
                    let loud = format!(
                        "{} COULD NOT BE STOPPED OR CHECKED, look at once: {}",
                        stop.container, stop.because
                    );
                    self.line(&format!("  {} {}", red.apply_to("■"), red.apply_to(loud)));
                    self.diagnosis(why);
                }
            }
        }
        let green = self.style(Style::new().green().bold());
        let word = match verdict {
            Verdict::Green => green.apply_to("GREEN"),
            Verdict::Failed => red.apply_to("FAILED"),
            Verdict::Safety => red.apply_to("NOT SAFE"),
            Verdict::Engine => red.apply_to("NO DOCKER ENGINE"),
            Verdict::Deadline => red.apply_to("DEADLINE"),
            Verdict::Interrupted => red.apply_to("INTERRUPTED"),
        };
        let changed = match self.changes {
            0 if verdict == Verdict::Green => "nothing changed: everything was as declared".to_owned(),
            1 => "1 change".to_owned(),
            count => format!("{count} changes"),
        };
        let took = words::span(after_ms);
        self.line(&format!("{word} after {took}: {} of {} steps passed, {changed}", self.passed, self.total));
        self.bar.finish_and_clear();
    }
}

impl Reporter for Console {
    fn event(&mut self, event: &Event) {
        match &event.kind {
            EventKind::RunStarted(begin) => {
                self.total = begin.steps.len();
                self.width =
                    begin.steps.iter().map(|id| id.chars().count()).max().unwrap_or_default().min(24);
                if self.tone != Tone::Quiet {
                    let bold = self.style(Style::new().bold());
                    self.line(&format!("{} {}", bold.apply_to(&begin.playbook), begin.description));
                }
            }
            EventKind::StepStarted { id, within_ms, .. } => self.step_started(id, *within_ms, event.after_ms),
            EventKind::StepWaiting { id, why } => self.waiting(id, why),
            EventKind::StepFinished(step) => self.finished(step, event.after_ms),
            EventKind::RunFinished { verdict, why, stopped } => {
                self.run_finished(*verdict, why.as_ref(), stopped, event.after_ms);
            }
        }
    }
}

/// What a passed step has to tell: changes first, then the facts worth a line.
fn told(step: &StepFinished) -> String {
    let mut parts = step.changes.clone();
    parts.extend(SHOWN.iter().filter_map(|name| fact(name, &step.facts)));
    parts.join("; ")
}

fn fact(name: &str, facts: &Facts) -> Option<String> {
    Some(format!("{} {}", name.replace('_', " "), words::fact(facts.get(name)?)))
}
