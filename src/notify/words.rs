//! The words of messages: spans, moments, what was done.

use std::fmt::Write;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::figures::Figures;
use crate::diagnosis::Diagnosis;
use crate::event::{RecoveryRung, Verdict};

/// A span in its two largest units: `45 s`, `12 min`, `3 h 5 min`, `2 d 4 h`.
pub(super) fn span(milliseconds: u64) -> String {
    let seconds = milliseconds.div_ceil(1000).max(u64::from(milliseconds > 0));
    let units = [("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)];
    let first = units.iter().position(|(_, length)| seconds >= *length).unwrap_or(3);
    let (name, length) = units[first];
    let mut text = format!("{} {name}", seconds / length);
    // Who has five minutes left counts seconds; who has waited for twenty does not.
    if let Some((name, part)) = units.get(first + 1).filter(|_| first < 2 || seconds < 300) {
        let rest = seconds % length / part;
        if rest > 0 {
            let _ = write!(text, " {rest} {name}");
        }
    }
    text
}

/// A moment in a zone: `2026-11-23 14:16 EST`.
pub(super) fn moment(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M %Z").to_string()
}

/// A moment of this week in a zone: `Sunday 01:00 EST`.
pub(super) fn weekday(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%A %H:%M %Z").to_string()
}

/// What was done about an outage, to which container; whether that was a new log-in.
pub(super) fn rung(rung: RecoveryRung, (container, logs_in): (Option<&str>, bool), attempt: u32) -> String {
    let what = match rung {
        RecoveryRung::Reconnect => "waited for it to come back by itself".to_owned(),
        RecoveryRung::Wait => "waited for what ends by itself".to_owned(),
        RecoveryRung::SoftRestart => "restarted the gateway inside its container".to_owned(),
        RecoveryRung::Restart => {
            let name = container.map_or_else(|| "that was lost".to_owned(), str::to_owned);
            let cost = if logs_in { " (a new log-in)" } else { "" };
            format!("restarted the container {name}{cost}")
        }
    };
    if attempt > 1 { format!("{what}, attempt {attempt}") } else { what }
}

/// The reason of a run that gives none. A bug.
pub(super) fn unexplained(verdict: Verdict) -> Diagnosis {
    let how = match verdict {
        Verdict::Green | Verdict::Interrupted => "is over",
        Verdict::Failed => "failed",
        Verdict::Safety => "ended because the safe state is not proven",
        Verdict::Engine => "ended without a Docker engine",
        Verdict::Deadline => "reached its deadline",
    };
    Diagnosis {
        code: "notify::unexplained".to_owned(),
        rung: None,
        message: format!("the run {how}, and gives no reason"),
        help: Some("look at its report".to_owned()),
        causes: Vec::new(),
        evidence: Vec::new(),
    }
}

/// A sentence with its full stop.
pub(super) fn sentence(text: &str) -> String {
    let text = text.trim();
    let mut letters = text.chars();
    let first: String = letters.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    // What begins with a name keeps it: `bot exited` is not `Bot exited`; only words of ours begin with `the`.
    let begun = if text.starts_with("the ") || text.starts_with("no ") {
        format!("{first}{}", letters.as_str())
    } else {
        text.to_owned()
    };
    if begun.ends_with(['.', ':', '?', '!', '…']) { begun } else { format!("{begun}.") }
}

/// How many outages.
pub(super) fn outages(count: u32) -> String {
    match count {
        0 => "no outage".to_owned(),
        1 => "1 outage".to_owned(),
        several => format!("{several} outages"),
    }
}

/// The figures in words, one line each.
pub(super) fn figures(figures: &Figures) -> Vec<String> {
    let mut lines = Vec::new();
    match figures.uptime() {
        Some(share) => lines.push(format!(
            "Worked {}.{} % of the time it was watched ({}).",
            share / 10,
            share % 10,
            span(figures.up_ms + figures.down_ms)
        )),
        None => lines.push("It was not watched.".to_owned()),
    }
    lines.push(match figures.outages {
        0 => "No outage.".to_owned(),
        1 => format!("1 outage, of {}.", span(figures.longest_ms)),
        several => format!("{several} outages, the longest of {}.", span(figures.longest_ms)),
    });
    if figures.outages_in_maintenance > 0 {
        let times = figures.outages_in_maintenance;
        lines.push(format!(
            "Inside IBKR's maintenance {times} more, {} in all; they do not count.",
            span(figures.maintenance_ms)
        ));
    }
    lines.push(format!(
        "Restarts of the gateway: {} soft, {} with a new log-in.",
        figures.soft_restarts, figures.logins
    ));
    for (count, what) in [
        (figures.needed_person, "Times that only a person could go on"),
        (figures.not_safe, "Times that the safe state did not hold"),
        (figures.notices, "Notices"),
    ] {
        if count > 0 {
            lines.push(format!("{what}: {count}."));
        }
    }
    lines
}
