//! Messages in plain words: what, since when, what openbell did, what to do, where.

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use regex::{Captures, Regex};

use super::clean::{self, clean, cut, on_one_line};
use super::figures::{Figures, milliseconds};
use super::fold::About;
use super::memory::{Concern, Memory, Outage};
use super::notification::{Kind, Notification, Severity};
use super::words::{self, moment, sentence, span, weekday};
use crate::diagnosis::Diagnosis;
use crate::event::Stopped;
use crate::redact::Redactor;

/// Version of what a webhook is sent.
const VERSION: u32 = 1;
/// Most characters of a title.
const TITLE: usize = 200;
/// Most lines of evidence that are told.
const EVIDENCE: usize = 3;

/// Tells.
pub(super) struct Told {
    pub(super) about: About,
    pub(super) redactor: Redactor,
    pub(super) zone: TimeZone,
}

impl Told {
    /// A diagnosis that is fit to be kept.
    pub(super) fn short(&self, why: &Diagnosis) -> Diagnosis {
        clean::diagnosis(why, &self.redactor)
    }

    /// What was stopped, fit to be kept.
    pub(super) fn stopped(&self, stopped: &Stopped) -> Stopped {
        Stopped {
            container: self.line(&stopped.container),
            because: self.line(&stopped.because),
            failed: stopped.failed.as_ref().map(|why| self.short(why)),
        }
    }

    /// A text of somebody else's on one line.
    fn line(&self, text: &str) -> String {
        cut(&on_one_line(&clean(text, &self.redactor)), TITLE)
    }

    /// A message without its words.
    pub(super) fn empty(&self, memory: &mut Memory, kind: Kind, now: Timestamp) -> Notification {
        memory.count += 1;
        Notification {
            version: VERSION,
            id: format!("{}-{}-{}", self.about.playbook, now.as_millisecond(), memory.count),
            at: format!("{now:.3}"),
            kind,
            severity: kind.severity(),
            about: kind.severity(),
            playbook: self.line(&self.about.playbook),
            host: self.line(&self.about.host),
            title: String::new(),
            text: String::new(),
            code: None,
            since: None,
            until: None,
            done: Vec::new(),
            todo: Vec::new(),
            run: memory.run.as_deref().map(|run| self.line(run)),
            report: memory.report.as_deref().map(|report| self.line(report)),
            why: None,
            figures: None,
        }
    }

    /// Something is wrong.
    pub(super) fn trouble(&self, memory: &mut Memory, concern: &Concern, now: Timestamp) -> Notification {
        let mut message = self.empty(memory, concern.kind, now);
        let outage = memory.outage.as_ref();
        let since = outage.map_or(now, |outage| outage.since);
        message.title = self.title(concern, since, now);
        message.code = Some(concern.why.code.clone());
        message.since = Some(since.to_string());
        message.until = concern.until.map(|until| until.to_string());
        message.done = outage.map(|outage| outage.done.clone()).unwrap_or_default();
        message.done.extend(concern.stopped.iter().map(stopping));
        message.todo = todo(concern);
        let mut lines = vec![sentence(&concern.why.message)];
        lines.extend(concern.why.causes.iter().map(|cause| format!("Cause: {cause}")));
        lines.extend(concern.why.evidence.iter().take(EVIDENCE).map(|line| format!("Seen: {line}")));
        lines.push(format!("Since {}.", self.since(since, now)));
        if let Some(until) = concern.until {
            lines.push(format!("Until {}.", moment(until, &self.zone)));
        }
        lines.extend(message.done.iter().map(|done| format!("openbell: {done}")));
        lines.extend(message.todo.iter().map(|todo| format!("To do: {todo}")));
        message.why = Some(concern.why.clone());
        self.finished(message, lines)
    }

    fn title(&self, concern: &Concern, since: Timestamp, now: Timestamp) -> String {
        let name = &self.about.playbook;
        let of = concern.of.as_deref().map(|of| self.line(of));
        match (concern.kind, of) {
            (Kind::Unsafe, _) => format!("{name} is NOT SAFE: {}", concern.why.message),
            (Kind::NeedsPerson, _) => match concern.until.map(|until| milliseconds(now, until)) {
                Some(0) => format!("{name} needs you, and the time for it is over"),
                Some(left) => format!("{name} needs you within {}", span(left)),
                None => format!("{name} needs you"),
            },
            (Kind::Halted, _) => format!("{name} is down, and openbell tries nothing more"),
            (Kind::Outlived, Some(of)) => format!("{name} is still down after IBKR's {of}"),
            (Kind::RunFailed, Some(step)) => format!("{name} did not start: {step} failed"),
            (Kind::RunFailed, None) => format!("{name} did not start"),
            _ => format!("{name} is down for {}", span(milliseconds(since, now))),
        }
    }

    fn since(&self, since: Timestamp, now: Timestamp) -> String {
        match milliseconds(since, now) {
            0..=999 => moment(since, &self.zone),
            length => format!("{} ({})", moment(since, &self.zone), span(length)),
        }
    }

    /// What was told of is over.
    pub(super) fn recovered(&self, memory: &mut Memory, outage: &Outage, now: Timestamp) -> Notification {
        let mut message = self.empty(memory, Kind::Recovered, now);
        let ended = outage.ended.unwrap_or(now);
        let length = span(milliseconds(outage.since, ended));
        message.title = format!("{} works again after {length}", self.about.playbook);
        message.about = outage.told.unwrap_or(Severity::Info);
        message.code = outage.why.as_ref().map(|why| why.code.clone());
        message.since = Some(outage.since.to_string());
        message.until = Some(ended.to_string());
        message.done.clone_from(&outage.done);
        let mut lines = vec![format!(
            "Everything is green again. It was down from {} to {} ({length}).",
            moment(outage.since, &self.zone),
            moment(ended, &self.zone)
        )];
        if let Some(why) = &outage.why {
            lines.push(format!("It was: {}", why.message));
        }
        lines.extend(message.done.iter().map(|done| format!("openbell: {done}")));
        message.why.clone_from(&outage.why);
        self.finished(message, lines)
    }

    /// IBKR wants a new log-in.
    pub(super) fn reminder(&self, memory: &mut Memory, dies: Timestamp, now: Timestamp) -> Notification {
        let mut message = self.empty(memory, Kind::Reminder, now);
        let when = weekday(dies, &self.zone);
        message.title = format!("{}: IBKR ends this week's session {when}", self.about.playbook);
        message.until = Some(dies.to_string());
        message.todo = vec![
            "have the phone with IBKR's app at hand at the first log-in after it: it asks for the second factor".to_owned(),
        ];
        let mut lines = vec![format!(
            "IBKR ends the sessions of the week {when}. The next log-in of the gateway needs the second factor again."
        )];
        lines.extend(message.todo.iter().map(|todo| format!("To do: {todo}")));
        self.finished(message, lines)
    }

    /// A summary.
    pub(super) fn digest(&self, memory: &mut Memory, figures: &Figures, now: Timestamp) -> Notification {
        let mut message = self.empty(memory, Kind::Digest, now);
        let from = figures.from.parse().unwrap_or(now);
        let uptime = match figures.uptime() {
            Some(share) => format!("{}.{} % up, {}", share / 10, share % 10, words::outages(figures.outages)),
            None => "not watched".to_owned(),
        };
        message.title = format!("{}: {uptime} in {}", self.about.playbook, span(milliseconds(from, now)));
        message.since = Some(figures.from.clone());
        let mut lines = vec![format!("From {} to {}.", moment(from, &self.zone), moment(now, &self.zone))];
        lines.extend(words::figures(figures));
        if let Some(outage) = &memory.outage {
            lines.push(format!("It is down now, since {}.", self.since(outage.since, now)));
        }
        message.figures = Some(figures.clone());
        self.finished(message, lines)
    }

    /// Sent by hand.
    pub(super) fn test(&self, now: Timestamp) -> Notification {
        let message = self.empty(&mut Memory::default(), Kind::Test, now);
        let lines = vec![
            "Sent by hand with `openbell notify test`: messages of this playbook arrive here.".to_owned(),
        ];
        let title = format!("{}: a test message", self.about.playbook);
        self.finished(Notification { title, ..message }, lines)
    }

    /// The same with its times by the clocks of the zone: who reads two of them beside each other must not have to reckon.
    fn local(&self, text: &str) -> String {
        static TIME: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z\b").expect("a constant pattern is valid")
        });
        let local = TIME.replace_all(text, |found: &Captures<'_>| {
            let at: Result<Timestamp, _> = found[0].parse();
            at.map_or_else(|_| found[0].to_owned(), |at| moment(at, &self.zone))
        });
        local.into_owned()
    }

    /// With where it comes from at its end.
    fn finished(&self, mut message: Notification, mut lines: Vec<String>) -> Notification {
        message.title = self.line(&self.local(&message.title));
        for text in lines.iter_mut().chain(&mut message.done).chain(&mut message.todo) {
            *text = self.local(text);
        }
        let mut from = vec![format!("Host {}", message.host), format!("playbook {}", message.playbook)];
        from.extend(message.run.as_ref().map(|run| format!("run {run}")));
        from.extend(message.report.as_ref().map(|report| format!("report {report}")));
        lines.push(format!("{}.", from.join(", ")));
        message.text = lines.join("\n");
        message
    }
}

/// What was stopped, and what could not be.
fn stopping(stopped: &Stopped) -> String {
    match &stopped.failed {
        None => format!("stopped {}: {}", stopped.container, stopped.because),
        Some(why) => format!("{} COULD NOT BE STOPPED: {}", stopped.container, why.message),
    }
}

/// What to do, first things first.
fn todo(concern: &Concern) -> Vec<String> {
    let failed = concern.stopped.iter().filter(|stopped| stopped.failed.is_some());
    let mut todo: Vec<_> = failed.map(|stopped| format!("stop {} by hand, now", stopped.container)).collect();
    todo.extend(concern.why.help.clone());
    if concern.stays {
        todo.push(
            "then `openbell resume` with this playbook: until then what was stopped stays so".to_owned(),
        );
    }
    todo.push(format!("openbell explain {}", concern.why.code));
    todo
}
