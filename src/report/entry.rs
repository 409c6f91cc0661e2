//! An entry of the journal as a line for people.

use crate::diagnosis::Diagnosis;
use crate::event::{EntryKind, Loss, RecoveryRung, Stopped, Verdict};
use crate::visible;

/// What happened, in one line that is fit for a terminal.
pub fn entry_words(kind: &EntryKind) -> String {
    visible::line(&words(kind))
}

fn words(kind: &EntryKind) -> String {
    match kind {
        EntryKind::WatchBegan { openbell, .. } => format!("watching begins (openbell {openbell})"),
        EntryKind::EngineUp { waited_ms } => {
            format!("the Docker engine answers, after {}", seconds(*waited_ms))
        }
        EntryKind::RunBegan { run, .. } => format!("run {run} begins"),
        EntryKind::RunEnded { run, verdict, step, why, took_ms, .. } => {
            let step = step.as_ref().map(|step| format!(" at step `{step}`")).unwrap_or_default();
            let why = why.as_ref().map(|why| format!(": {}", told(why))).unwrap_or_default();
            format!("run {run} ended {}{step} after {}{why}", word(*verdict), seconds(*took_ms))
        }
        EntryKind::Operational => "operational: everything is green, and watched".to_owned(),
        EntryKind::Lost { what, why, maintenance } => {
            let inside = maintenance.as_ref().map(|window| format!(" (during {})", window.name));
            format!("lost {}{}: {}", loss(what), inside.unwrap_or_default(), told(why))
        }
        EntryKind::Outlived { why, maintenance } => {
            format!("{} is over, and it is still gone: {}", maintenance.name, told(why))
        }
        EntryKind::Recovering { rung, attempt, container, .. } => {
            let of = container.as_ref().map(|name| format!(" of {name}")).unwrap_or_default();
            let again = if *attempt > 1 { format!(", attempt {attempt}") } else { String::new() };
            format!("recovery: {}{of}{again}", rung_words(*rung))
        }
        EntryKind::Waits { rung, until, why } => {
            let what = match rung {
                RecoveryRung::Reconnect => "waits until it comes back",
                RecoveryRung::Wait => "waits for the end of maintenance",
                RecoveryRung::SoftRestart => "the soft restart waits",
                RecoveryRung::Restart => "the restart waits",
            };
            format!("{what}, until {until} at the latest: {}", told(why))
        }
        EntryKind::Recovered { after_ms, by } => {
            let by = by.map_or("by itself", |rung| rung_words(rung));
            format!("whole again after {}: {by}", seconds(*after_ms))
        }
        EntryKind::NeedsPerson { why, until } => {
            let until = until.as_ref().map(|until| format!(" (until {until})")).unwrap_or_default();
            format!("somebody is needed{until}: {}", told(why))
        }
        EntryKind::Halted { why } => format!("nothing more is tried: {}", told(why)),
        EntryKind::Unsafe { why, stopped } => {
            format!(
                "NOT SAFE: {}{}; what was stopped stays so until `openbell resume`",
                told(why),
                list(stopped)
            )
        }
        EntryKind::ClockJumped { by_ms } => {
            let (by, how) = (seconds(by_ms.unsigned_abs()), if *by_ms < 0 { "back" } else { "ahead" });
            format!("the clock was set {by} {how}, or the machine slept: everything is looked at anew")
        }
        EntryKind::Paused { until, reason } => format!("paused until {until}: {reason}"),
        EntryKind::Resumed { by_hand: true } => "resumed".to_owned(),
        EntryKind::Resumed { by_hand: false } => "the pause is over".to_owned(),
        EntryKind::Notice { why } => told(why),
        EntryKind::WatchEnded { because } => format!("watching ends: {because}"),
    }
}

fn told(why: &Diagnosis) -> String {
    // What the system said is all that tells an engine that is not started from one that is elsewhere.
    let said = why.evidence.first().filter(|_| why.code.starts_with("docker::"));
    let cause = why.causes.last().or(said).map(|cause| format!(": {cause}")).unwrap_or_default();
    format!("{}{cause} ({})", why.message, why.code)
}

fn list(stopped: &[Stopped]) -> String {
    let name = |one: &Stopped| match &one.failed {
        None => format!("{} was stopped", one.container),
        Some(why) => format!("{} COULD NOT BE STOPPED: {}", one.container, told(why)),
    };
    let names: Vec<String> = stopped.iter().map(name).collect();
    if names.is_empty() { String::new() } else { format!("; {}", names.join(", ")) }
}

fn loss(what: &Loss) -> String {
    match what {
        Loss::Engine => "the Docker engine".to_owned(),
        Loss::Container(key) => format!("the container `{key}`"),
        Loss::Session => "the API session".to_owned(),
        Loss::Bot => "the bot".to_owned(),
    }
}

fn rung_words(rung: RecoveryRung) -> &'static str {
    match rung {
        RecoveryRung::Reconnect => "reconnect",
        RecoveryRung::Wait => "waiting for the end of maintenance",
        RecoveryRung::SoftRestart => "soft restart",
        RecoveryRung::Restart => "restart",
    }
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Green => "green",
        Verdict::Failed => "failed",
        Verdict::Safety => "not safe",
        Verdict::Engine => "without a Docker engine",
        Verdict::Deadline => "out of time",
        Verdict::Interrupted => "by hand",
    }
}

#[expect(clippy::cast_precision_loss, reason = "spans, to a tenth of a second")]
fn seconds(milliseconds: u64) -> String {
    format!("{:.1} s", milliseconds as f64 / 1000.0)
}
