//! The boots that a journal tells of: how long each took from power-on to operational, and whether anybody had to help.
//!
//! A fold of entries. Where the times come from is the journal's business.

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use crate::event::{Entry, EntryKind, StepTime, Verdict};

/// So many boots before are compared with.
const COMPARED: usize = 10;

/// What begins later than this after power-on was not begun by it: somebody installed or started the service. The Docker
/// engine may take ten minutes, a clock that is set and a disk that is checked may take some more.
const AT_START: SignedDuration = SignedDuration::from_mins(15);

/// One boot.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct BootReport {
    /// The playbook's name.
    pub playbook: String,
    /// Which boot it is; none where the system does not tell.
    pub boot: Option<String>,
    /// When the machine was powered on, RFC 3339, UTC; none where the system does not tell.
    pub powered_on: Option<String>,
    /// What the times count from: power-on, or where that is not known the begin of supervision. RFC 3339, UTC.
    pub counted_from: String,
    /// Version of openbell.
    pub openbell: String,
    /// What was reached, in order.
    pub milestones: Vec<Milestone>,
    /// Whether everything was green at last.
    pub operational: bool,
    /// What people did before it was, in words. Nothing, when all is well.
    pub human_actions: Vec<String>,
    /// How often supervision began in it: more than once means that it was restarted.
    pub watches: u32,
    /// Whether supervision began with the machine. Where it did not, somebody began it later, and the times are no figures
    /// of a boot.
    pub with_machine: bool,
    /// How many boots before it the medians are of.
    pub compared_with: usize,
}

/// Something that was reached.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Milestone {
    /// What: `watching`, `engine_up`, `ready`, `bot_up`, `operational`.
    pub name: &'static str,
    /// Seconds since power-on; none when it was not reached.
    pub after_s: Option<f64>,
    /// The median of the last ten boots before that reached it, in seconds.
    pub median_s: Option<f64>,
}

/// The names of what can be reached, in order.
const NAMES: [&str; 5] = ["watching", "engine_up", "ready", "bot_up", "operational"];
const WATCHING: usize = 0;
const ENGINE_UP: usize = 1;
const READY: usize = 2;
const BOT_UP: usize = 3;
const OPERATIONAL: usize = 4;

/// A boot in the making.
struct Boot {
    report: BootReport,
    /// What the times count from.
    from: Timestamp,
    pid: u32,
    reached: [Option<f64>; 5],
    /// The run that goes on, and since when.
    run: Option<(String, Timestamp)>,
}

/// Every boot that the entries of one playbook tell of, the oldest first.
pub fn boots(entries: impl IntoIterator<Item = Entry>) -> Vec<BootReport> {
    let mut boots: Vec<Boot> = Vec::new();
    for entry in entries {
        let Ok(at) = entry.at.parse::<Timestamp>() else { continue };
        if let EntryKind::WatchBegan { openbell, pid, boot, powered_on, by_hand } = &entry.kind {
            match boots.last_mut() {
                Some(last) if boot.is_some() && last.report.boot == *boot => {
                    last.report.watches += 1;
                    last.pid = *pid;
                }
                _ => boots.push(Boot::new(
                    &entry,
                    at,
                    (openbell, *pid),
                    boot.as_ref(),
                    (powered_on.as_ref(), *by_hand),
                )),
            }
            if let Some(last) = boots.last_mut().filter(|_| *by_hand) {
                last.report.with_machine &= last.report.watches > 1;
                last.report.human_actions.push(format!("watch begun by hand at {}", entry.at));
            }
        } else if let Some(last) = boots.last_mut() {
            last.take(&entry.kind, at);
        }
    }
    let mut before = Vec::new();
    let compared = boots.into_iter().map(|boot| {
        let (reached, counts) = (boot.reached, boot.report.with_machine);
        let report = boot.compared(&before);
        before.extend(counts.then_some(reached));
        report
    });
    compared.collect()
}

impl Boot {
    fn new(
        entry: &Entry,
        at: Timestamp,
        (openbell, pid): (&str, u32),
        boot: Option<&String>,
        (powered_on, by_hand): (Option<&String>, bool),
    ) -> Self {
        let from = powered_on.and_then(|text| text.parse().ok()).unwrap_or(at);
        let with_machine = at.duration_since(from) <= AT_START;
        let report = BootReport {
            playbook: entry.playbook.clone(),
            boot: boot.cloned(),
            powered_on: powered_on.cloned(),
            counted_from: from.to_string(),
            openbell: openbell.to_owned(),
            milestones: Vec::new(),
            operational: false,
            human_actions: Vec::new(),
            watches: 1,
            with_machine,
            compared_with: 0,
        };
        let mut boot = Self { report, from, pid, reached: [None; 5], run: None };
        boot.reach(WATCHING, at);
        if !with_machine && !by_hand {
            boot.report.human_actions.push(format!("begun at {}, not with the machine", entry.at));
        }
        boot
    }

    fn reach(&mut self, what: usize, at: Timestamp) {
        if self.reached[what].is_none() {
            let after = at.duration_since(self.from).max(SignedDuration::ZERO);
            self.reached[what] = Some((after.as_secs_f64() * 10.0).round() / 10.0);
        }
    }

    /// What happened until everything is green. What comes after that is no part of the boot.
    fn take(&mut self, kind: &EntryKind, at: Timestamp) {
        if self.report.operational {
            return;
        }
        match kind {
            EntryKind::EngineUp { .. } => self.reach(ENGINE_UP, at),
            EntryKind::RunBegan { run, pid } => {
                if *pid != self.pid {
                    self.report.human_actions.push(format!("run {run} by hand at {at}"));
                }
                self.run = Some((run.clone(), at));
            }
            EntryKind::RunEnded { run, verdict, step, steps, .. } => {
                if let Some((_, began)) = self.run.take().filter(|(name, _)| name == run) {
                    self.ran(began, *verdict, step.as_deref(), steps);
                }
            }
            EntryKind::Paused { reason, .. } => {
                self.report.human_actions.push(format!("paused at {at}: {reason}"));
            }
            EntryKind::Resumed { by_hand: true } => {
                self.report.human_actions.push(format!("resumed at {at}"));
            }
            // The clock was set: what came before it counts by the clock as it is now.
            EntryKind::ClockJumped { by_ms } => {
                let shifted = self.from.checked_add(SignedDuration::from_millis(*by_ms));
                self.from = shifted.unwrap_or(self.from);
                self.report.counted_from = self.from.to_string();
            }
            EntryKind::Operational => {
                self.report.operational = true;
                self.reach(OPERATIONAL, at);
            }
            _ => {}
        }
    }

    fn ran(&mut self, began: Timestamp, verdict: Verdict, failed: Option<&str>, steps: &[StepTime]) {
        let ended = |step: &StepTime| {
            let after = SignedDuration::from_millis(i64::try_from(step.ended_ms).ok()?);
            began.checked_add(after).ok()
        };
        let mut passed = steps.iter().filter(|step| Some(step.id.as_str()) != failed);
        if let Some(at) = passed.find(|step| step.kind == "ready").and_then(ended) {
            self.reach(READY, at);
        }
        // What is started last is the bot: it is held until everything else is proven.
        let last_start = steps.iter().rfind(|step| step.kind == "start").and_then(ended);
        if let Some(at) = last_start.filter(|_| verdict == Verdict::Green) {
            self.reach(BOT_UP, at);
        }
    }

    fn compared(self, before: &[[Option<f64>; 5]]) -> BootReport {
        let before = &before[before.len().saturating_sub(COMPARED)..];
        let milestone = |(place, name): (usize, &&'static str)| Milestone {
            name,
            after_s: self.reached[place],
            median_s: median(before.iter().filter_map(|reached| reached[place]).collect()),
        };
        let milestones = NAMES.iter().enumerate().map(milestone).collect();
        BootReport { milestones, compared_with: before.len(), ..self.report }
    }
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let (upper, lower) = (values.get(values.len() / 2)?, values.get(values.len().saturating_sub(1) / 2)?);
    Some((upper + lower) / 2.0)
}

impl BootReport {
    /// For a person. `moment` shows a time of day.
    pub fn words(&self, moment: impl Fn(&str) -> String) -> String {
        let since = match &self.powered_on {
            Some(at) => format!("powered on {}", moment(at)),
            None => format!("watched since {} (power-on is not known)", moment(&self.counted_from)),
        };
        let mut lines = vec![format!("{}, {since}", self.playbook)];
        for milestone in &self.milestones {
            let name = match milestone.name {
                "watching" => "openbell watches",
                "engine_up" => "Docker engine up",
                "ready" => "API ready",
                "bot_up" => "bot up",
                _ => "operational",
            };
            let seconds =
                |value: Option<f64>| value.map_or("—".to_owned(), |value| format!("{value:.1} s"));
            let usual = milestone.median_s.map_or_else(String::new, |_| {
                let boots = if self.compared_with == 1 { "boot" } else { "boots" };
                format!("  median of {} {boots} before: {}", self.compared_with, seconds(milestone.median_s))
            });
            lines.push(format!("  {name:<17} {:>9}{usual}", seconds(milestone.after_s)));
        }
        lines.push(format!("  {:<17} {:>9}", "human actions", self.human_actions.len()));
        lines.extend(self.human_actions.iter().map(|action| format!("    {action}")));
        lines.join("\n") + "\n"
    }
}
