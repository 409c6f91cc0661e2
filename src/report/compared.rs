//! Two runs side by side: what ended otherwise, took longer, or was observed otherwise.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::{Report, StepOutcome, StepReport, words};
use crate::event::Verdict;

/// A time that differs by less than this, in milliseconds, differs by chance.
const NOISE_MS: f64 = 1000.0;
/// And so does one that differs by less than this part.
const NOISE: f64 = 0.2;

/// How a run differs from an earlier one.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Comparison {
    /// The earlier run.
    pub before: RunInShort,
    /// The later one.
    pub now: RunInShort,
    /// The steps that differ, in the order of the later run, then those that it does not have.
    pub steps: Vec<StepComparison>,
}

/// A run in short.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct RunInShort {
    /// Its name.
    pub run: String,
    /// The playbook's name.
    pub playbook: String,
    /// How it ended.
    pub verdict: Verdict,
    /// How long it took, in milliseconds.
    pub took_ms: f64,
    /// How many things it changed in the world.
    pub changes: usize,
}

/// How a step differs.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct StepComparison {
    /// Its id.
    pub id: String,
    /// How it ended earlier; none when there was no such step.
    pub before: Option<StepInShort>,
    /// How it ends now; none when there is no such step any more.
    pub now: Option<StepInShort>,
    /// Facts that differ: the name, the value earlier and the value now, null where there is none.
    pub facts: Vec<(String, Value, Value)>,
}

/// A step in short.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct StepInShort {
    /// How it ended.
    pub outcome: StepOutcome,
    /// How long it took, in milliseconds.
    pub took_ms: f64,
    /// The code of what went wrong.
    pub code: Option<String>,
}

impl Comparison {
    /// How `now` differs from `before`.
    pub fn of(before: &Report, now: &Report) -> Self {
        let earlier = |id: &str| before.steps.iter().find(|step| step.id == id);
        let mut steps: Vec<_> =
            now.steps.iter().filter_map(|step| differing(earlier(&step.id), Some(step))).collect();
        let gone = before.steps.iter().filter(|step| now.steps.iter().all(|other| other.id != step.id));
        steps.extend(gone.filter_map(|step| differing(Some(step), None)));
        Self { before: in_short(before), now: in_short(now), steps }
    }

    /// For a person.
    pub fn words(&self) -> String {
        let run = |run: &RunInShort| {
            let changes = if run.changes == 1 { "change" } else { "changes" };
            let (verdict, took) = (words::verdict(run.verdict), words::span(run.took_ms));
            format!("{} {}: {verdict} after {took}, {} {changes}", run.playbook, run.run, run.changes)
        };
        let mut lines = vec![format!("before  {}\nnow     {}", run(&self.before), run(&self.now))];
        if self.steps.is_empty() {
            lines.push("no step differs".to_owned());
        }
        for step in &self.steps {
            let shown =
                |step: &Option<StepInShort>| step.as_ref().map_or("no such step".to_owned(), words_of);
            let (before, now) = (shown(&step.before), shown(&step.now));
            lines.push(format!("  {}: {before} → {now}", step.id));
            for (name, before, now) in &step.facts {
                let shown = |value: &Value| match value {
                    Value::Null => "nothing".to_owned(),
                    value => words::fact(value),
                };
                lines.push(format!("    {name}: {} → {}", shown(before), shown(now)));
            }
        }
        lines.join("\n") + "\n"
    }
}

fn words_of(step: &StepInShort) -> String {
    let outcome = step.outcome.word();
    if step.outcome == StepOutcome::Skipped {
        return outcome.to_owned();
    }
    let code = step.code.as_ref().map_or_else(String::new, |code| format!(" ({code})"));
    format!("{outcome} after {}{code}", words::span(step.took_ms))
}

fn in_short(report: &Report) -> RunInShort {
    RunInShort {
        run: report.run.clone(),
        playbook: report.playbook.clone(),
        verdict: report.verdict,
        took_ms: report.took_ms,
        changes: report.changes,
    }
}

fn step_in_short(step: &StepReport) -> StepInShort {
    let code = step.failure.as_ref().map(|failure| failure.why.code.clone());
    StepInShort { outcome: step.outcome, took_ms: step.took_ms, code }
}

fn differing(before: Option<&StepReport>, now: Option<&StepReport>) -> Option<StepComparison> {
    let either = now.or(before)?;
    let mut facts = Vec::new();
    if let (Some(before), Some(now)) = (before, now) {
        let names = now.facts.keys().chain(before.facts.keys().filter(|name| !now.facts.contains_key(*name)));
        for name in names {
            let value = |step: &StepReport| step.facts.get(name).cloned().unwrap_or(Value::Null);
            let (was, is) = (value(before), value(now));
            if !alike(name, &was, &is) {
                facts.push((name.clone(), was, is));
            }
        }
    }
    let (before, now) = (before.map(step_in_short), now.map(step_in_short));
    let same = match (&before, &now) {
        (Some(before), Some(now)) => {
            before.outcome == now.outcome && before.code == now.code && near(before.took_ms, now.took_ms)
        }
        _ => false,
    };
    (!same || !facts.is_empty()).then(|| StepComparison { id: either.id.clone(), before, now, facts })
}

fn alike(name: &str, before: &Value, now: &Value) -> bool {
    match (before.as_f64(), now.as_f64()) {
        (Some(before), Some(now)) if name.ends_with("_ms") => near(before, now),
        _ => before == now,
    }
}

fn near(before: f64, now: f64) -> bool {
    let difference = (before - now).abs();
    difference < NOISE_MS || difference < NOISE * before.max(now)
}
