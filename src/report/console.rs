//! The terminal: live progress for a person who watches, plain lines for a log, failures only when asked to be quiet.

use std::collections::BTreeMap;

use console::{Style, truncate_str};

use super::screen::{Progress, Screen, Tone};
use super::{Reporter, words};
use crate::diagnosis::Diagnosis;
use crate::event::{Event, EventKind, Facts, Outcome, SkippedBy, StepFinished, Stopped, Verdict};
use crate::ladder::Rung;
use crate::visible;

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
    "recovered_in_ms",
];

/// Tells a person on stderr.
pub struct Console {
    screen: Screen,
    colours: bool,
    /// What every line begins with, where several runs share the screen.
    prefix: String,
    width: usize,
    /// The steps in progress, and when each began.
    running: BTreeMap<String, (f64, Option<Progress>)>,
    /// The steps whose list is told before the first of them.
    follows: Vec<(&'static str, Vec<String>)>,
    changes: usize,
    /// The steps that were to be tried.
    total: usize,
    passed: usize,
    skipped: Vec<String>,
}

impl Console {
    /// A console on that screen; without colours where they are not wanted.
    pub fn new(screen: Screen, colours: bool) -> Self {
        Self {
            screen,
            colours,
            prefix: String::new(),
            width: 0,
            running: BTreeMap::new(),
            follows: Vec::new(),
            changes: 0,
            total: 0,
            passed: 0,
            skipped: Vec::new(),
        }
    }

    /// The same for one of several runs that share the screen.
    #[must_use]
    pub fn among(self, variant: &str, width: usize) -> Self {
        Self { prefix: format!("{variant:width$} | "), ..self }
    }

    fn style(&self, style: Style) -> Style {
        style.force_styling(self.colours)
    }

    fn line(&self, text: &str) {
        self.screen.line(format!("{}{text}", self.prefix).trim_end());
    }

    fn step_started(&mut self, id: &str, within_ms: u64, after_ms: f64) {
        if let Some(place) = self.follows.iter().position(|(_, ids)| ids.iter().any(|known| known == id)) {
            let (title, _) = self.follows.swap_remove(place);
            self.not_tried();
            if self.screen.tone != Tone::Quiet {
                let dim = self.style(Style::new().dim());
                self.line(&format!("{}", dim.apply_to(title)));
            }
        }
        let name = format!("{id:width$}", width = self.width);
        self.running.insert(id.to_owned(), (after_ms, self.screen.begin(&self.prefix, &name, within_ms)));
    }

    fn waiting(&self, id: &str, why: &Diagnosis) {
        match self.screen.tone {
            Tone::Live => {
                if let Some((_, Some(progress))) = self.running.get(id) {
                    progress.waits_for(&visible::line(&why.message));
                }
            }
            Tone::Plain => {
                let dim = self.style(Style::new().dim());
                self.line(&format!(
                    "  {} {id:width$}  {}",
                    dim.apply_to("…"),
                    dim.apply_to(visible::line(&why.message)),
                    width = self.width
                ));
            }
            Tone::Quiet => {}
        }
    }

    /// A step that was not tried. One whose own condition did not hold says so; what comes after a failure is told in
    /// one line at the end, and what there was no need for not at all.
    fn skipped(&mut self, id: &str, because: &str, by: SkippedBy) {
        match by {
            SkippedBy::Failure => return self.skipped.push(id.to_owned()),
            SkippedBy::When | SkippedBy::NotNeeded => self.total = self.total.saturating_sub(1),
        }
        if by == SkippedBy::When && self.screen.tone != Tone::Quiet {
            let dim = self.style(Style::new().dim());
            let line = format!(
                "  {} {id:width$}  {:>8}  {}",
                dim.apply_to("–"),
                "skipped",
                visible::line(because),
                width = self.width
            );
            self.line(&line);
        }
    }

    fn finished(&mut self, step: &StepFinished, after_ms: f64) {
        let begun = self.running.remove(&step.id).map(|(begun_ms, _)| begun_ms);
        self.passed += usize::from(step.outcome == Outcome::Passed);
        self.changes += step.changes.len();
        let (green, red, yellow) = (
            self.style(Style::new().green()),
            self.style(Style::new().red().bold()),
            self.style(Style::new().yellow()),
        );
        let (mark, told) = match &step.outcome {
            Outcome::Skipped { because, by } => return self.skipped(&step.id, because, *by),
            Outcome::Passed => (green.apply_to("✓"), told(step)),
            Outcome::Failed { .. } => (red.apply_to("✗"), String::new()),
            Outcome::Interrupted { because: None } => (yellow.apply_to("!"), "interrupted".to_owned()),
            Outcome::Interrupted { because: Some(why) } => {
                (yellow.apply_to("!"), format!("interrupted: {}", visible::line(why)))
            }
        };
        let took = words::span(after_ms - begun.unwrap_or(after_ms));
        let failed = matches!(step.outcome, Outcome::Failed { .. });
        if self.screen.tone != Tone::Quiet || failed {
            self.line(&format!("  {mark} {:width$}  {took:>8}  {told}", step.id, width = self.width));
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
        let rung = why.rung.map_or_else(String::new, |rung| format!("; rung not reached: {rung}"));
        self.line(&format!("      {} ({}{rung})", bold.apply_to(visible::text(&why.message)), why.code));
        for cause in &why.causes {
            self.line(&format!("      {} {}", dim.apply_to("cause:"), visible::line(cause)));
        }
        for line in &why.evidence {
            let line = visible::line(line);
            self.line(&format!("      {} {}", dim.apply_to("|"), truncate_str(&line, 200, "…")));
        }
        if let Some(help) = &why.help {
            self.line(&format!("      {} {}", cyan.apply_to("help:"), visible::text(help)));
        }
        self.line(&format!("      {} openbell explain {}", cyan.apply_to("more:"), why.code));
    }

    /// One line for what was not tried so far because of a failure.
    fn not_tried(&mut self) {
        let skipped = std::mem::take(&mut self.skipped);
        if self.screen.tone != Tone::Quiet && !skipped.is_empty() {
            let dim = self.style(Style::new().dim());
            self.line(&format!("  {} not tried: {}", dim.apply_to("–"), skipped.join(", ")));
        }
    }

    fn run_finished(
        &mut self,
        verdict: Verdict,
        why: Option<&Diagnosis>,
        stopped: &[Stopped],
        after_ms: f64,
    ) {
        self.not_tried();
        if let Some(why) = why {
            self.diagnosis(why);
        }
        let red = self.style(Style::new().red().bold());
        for stop in stopped {
            let because = visible::line(&stop.because);
            match &stop.failed {
                None => self.line(&format!("  {} {} stopped: {because}", red.apply_to("■"), stop.container)),
                Some(why) => {
                    let name = &stop.container;
                    let loud = format!("{name} COULD NOT BE STOPPED OR CHECKED, look at once: {because}");
                    self.line(&format!("  {} {}", red.apply_to("■"), red.apply_to(loud)));
                    self.diagnosis(why);
                }
            }
        }
        let green = self.style(Style::new().green().bold());
        let colour = if verdict == Verdict::Green { green } else { red };
        let word = colour.apply_to(words::verdict(verdict));
        let changed = match self.changes {
            0 if verdict == Verdict::Green => "nothing changed: everything was as declared".to_owned(),
            1 => "1 change".to_owned(),
            count => format!("{count} changes"),
        };
        let took = words::span(after_ms);
        self.line(&format!("{word} after {took}: {} of {} steps passed, {changed}", self.passed, self.total));
    }
}

impl Reporter for Console {
    fn event(&mut self, event: &Event) {
        match &event.kind {
            EventKind::RunStarted(begin) => {
                self.total = begin.steps.len();
                self.follows = vec![
                    ("because the run is not green:", begin.on_failure.clone()),
                    ("finally:", begin.finally.clone()),
                ];
                self.width =
                    begin.steps.iter().map(|id| id.chars().count()).max().unwrap_or_default().min(24);
                if self.screen.tone != Tone::Quiet {
                    let bold = self.style(Style::new().bold());
                    self.line(&format!(
                        "{} {}",
                        bold.apply_to(&begin.playbook),
                        visible::line(&begin.description)
                    ));
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
    parts.extend(climbed(step));
    parts.extend(shown(&step.facts));
    visible::line(&parts.join("; "))
}

/// The facts worth a line.
pub(super) fn known(facts: &Facts) -> String {
    shown(facts).collect::<Vec<_>>().join("; ")
}

fn shown(facts: &Facts) -> impl Iterator<Item = String> {
    SHOWN.iter().filter_map(|name| fact(name, facts))
}

/// The rungs of the wire and their times, where they were climbed one by one.
fn climbed(step: &StepFinished) -> Option<String> {
    let rungs = step.rungs.iter().filter(|reached| reached.rung >= Rung::Tcp);
    let (first, last) = (rungs.clone().next()?, rungs.clone().next_back()?);
    let told: Vec<String> =
        rungs.map(|reached| format!("{} {}", reached.rung, words::span(reached.after_ms))).collect();
    (last.after_ms - first.after_ms >= 1.0).then(|| told.join(" → "))
}

fn fact(name: &str, facts: &Facts) -> Option<String> {
    let value = facts.get(name)?;
    let (name, value) = match (name.strip_suffix("_ms"), value.as_u64()) {
        (Some(name), Some(span)) => (name, words::limit(span)),
        _ => (name, words::fact(value)),
    };
    Some(format!("{} {value}", name.replace('_', " ")))
}
