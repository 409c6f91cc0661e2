//! What becomes a message: sequences of entries, driven as supervision drives them, and what is told when.

use jiff::Timestamp;
use openbell::diagnosis::Diagnosis;
use openbell::event::{Entry, EntryKind, Loss, Maintenance, RecoveryRung, Stopped, Verdict};
use openbell::notify::{About, Fold, Kind, Memory, Notification, Severity};
use openbell::redact::Redactor;

use crate::support::plan::plan;

/// A Wednesday, 14:00 in New York.
const BEGIN: &str = "2026-11-18T19:00:00Z";

fn begin() -> Timestamp {
    BEGIN.parse().unwrap()
}

/// So many seconds after the beginning.
fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(begin().as_second() + seconds).unwrap()
}

fn config(section: &str) -> openbell::notify::Config {
    let text = format!(
        "version: 1\nname: paper\nconnection: {{ address: \"127.0.0.1:4002\", client_id: [1] }}\n\
         notify:\n  zone: America/New_York\n{section}\nsteps: [ {{ id: engine, do: {{ engine: {{}} }} }} ]\n"
    );
    plan(&text).notify.unwrap()
}

fn why(code: &str) -> Diagnosis {
    Diagnosis {
        code: code.to_owned(),
        rung: None,
        message: format!("the gateway says {code}"),
        help: Some("look at it".to_owned()),
        causes: Vec::new(),
        evidence: Vec::new(),
    }
}

fn lost(code: &str) -> EntryKind {
    EntryKind::Lost { what: Loss::Session, why: why(code), maintenance: None }
}

fn maintenance(until: i64) -> Maintenance {
    Maintenance { name: "nightly maintenance (US)".into(), until: at(until).to_string() }
}

fn lost_inside(until: i64) -> EntryKind {
    EntryKind::Lost {
        what: Loss::Session,
        why: why("broker::dropped"),
        maintenance: Some(maintenance(until)),
    }
}

fn outlived(until: i64) -> EntryKind {
    EntryKind::Outlived { why: why("broker::dropped"), maintenance: maintenance(until) }
}

fn tries(rung: RecoveryRung, attempt: u32) -> EntryKind {
    EntryKind::Recovering {
        rung,
        attempt,
        container: Some("gateway".into()),
        logs_in: rung == RecoveryRung::Restart,
    }
}

fn waits(until: i64) -> EntryKind {
    EntryKind::Waits {
        rung: RecoveryRung::Restart,
        until: at(until).to_string(),
        why: why("broker::dropped"),
    }
}

fn recovered() -> EntryKind {
    EntryKind::Recovered { after_ms: 1000, by: Some(RecoveryRung::Restart) }
}

fn halted() -> EntryKind {
    EntryKind::Halted { why: why("broker::dropped") }
}

fn person(until: Option<i64>) -> EntryKind {
    let until = until.map(|until| at(until).to_string());
    EntryKind::NeedsPerson { why: why("gateway::two_factor_pending"), until }
}

fn not_safe(message: &str) -> EntryKind {
    let why = Diagnosis { message: message.to_owned(), ..why("safety::not_safe") };
    let stopped = Stopped { container: "bot".into(), because: "DRY_RUN is false".into(), failed: None };
    EntryKind::Unsafe { why, stopped: vec![stopped] }
}

fn run_began() -> EntryKind {
    EntryKind::RunBegan { run: "20261118T190000Z-000001".into(), pid: 1 }
}

fn run_ended(verdict: Verdict) -> EntryKind {
    EntryKind::RunEnded {
        run: "20261118T190000Z-000001".into(),
        verdict,
        step: Some("api".into()),
        why: (verdict != Verdict::Green).then(|| why("broker::refused")),
        changes: Vec::new(),
        took_ms: 1000,
        steps: Vec::new(),
        report: Some("reports/20261118T190000Z-000001".into()),
    }
}

fn paused(until: i64) -> EntryKind {
    EntryKind::Paused { until: at(until).to_string(), reason: "a new version of the bot".into() }
}

fn resumed() -> EntryKind {
    EntryKind::Resumed { by_hand: true }
}

fn notice() -> EntryKind {
    EntryKind::Notice { why: why("broker::farms_broken") }
}

/// Drives a fold as supervision does: nothing happens but entries, and ticks when the fold asks for them.
struct Driven {
    fold: Fold,
    told: Vec<(i64, Notification)>,
}

impl Driven {
    fn new(section: &str) -> Self {
        let about = About { playbook: "paper".into(), host: "desk-1".into() };
        let fold = Fold::new(config(section), about, Redactor::default(), Memory::default(), begin());
        Self { fold, told: Vec::new() }
    }

    fn keep(&mut self, seconds: i64, messages: Vec<Notification>) {
        self.told.extend(messages.into_iter().map(|message| (seconds, message)));
    }

    /// Time passes.
    fn until(&mut self, seconds: i64) {
        let mut ticks = 0;
        while let Some(due) = self.fold.next_due().filter(|due| *due <= at(seconds)) {
            let due = due.max(begin());
            let messages = self.fold.tick(due);
            self.keep(due.as_second() - begin().as_second(), messages);
            ticks += 1;
            assert!(ticks < 100_000, "it is due at {due} again and again");
            assert!(self.fold.next_due().is_none_or(|next| next > due), "due at {due} after a tick at {due}");
        }
    }

    fn entry(&mut self, seconds: i64, kind: EntryKind) {
        self.until(seconds - 1);
        let entry = Entry { at: at(seconds).to_string(), playbook: "paper".into(), kind };
        let messages = self.fold.entry(&entry, at(seconds));
        self.keep(seconds, messages);
    }

    fn kinds(&self) -> Vec<(i64, Kind)> {
        self.told.iter().map(|(seconds, message)| (*seconds, message.kind)).collect()
    }
}

/// What is told, and when, of these entries, at the latest so many seconds after the beginning.
fn told(section: &str, entries: Vec<(i64, EntryKind)>, end: i64) -> Driven {
    let mut driven = Driven::new(section);
    for (seconds, kind) in entries {
        driven.entry(seconds, kind);
    }
    driven.until(end);
    driven
}

const MINUTE: i64 = 60;
const HOUR: i64 = 3600;

type Case = (&'static str, Vec<(i64, EntryKind)>, Vec<(i64, Kind)>);

/// Name, entries, and what is told within two hours.
fn outages() -> Vec<Case> {
    use EntryKind::Operational;
    use RecoveryRung::{Reconnect, Restart, SoftRestart};
    vec![
        (
            "a green start is no news",
            vec![(0, run_began()), (9, run_ended(Verdict::Green)), (10, Operational)],
            vec![],
        ),
        (
            "an outage that openbell ends by itself is no news",
            vec![
                (0, Operational),
                (60, lost("broker::dropped")),
                (61, tries(Reconnect, 1)),
                (90, recovered()),
            ],
            vec![],
        ),
        (
            "one message after the last retry, and one on recovery",
            vec![
                (0, Operational),
                (60, lost("broker::dropped")),
                (61, tries(Reconnect, 1)),
                (90, tries(SoftRestart, 1)),
                (200, tries(Restart, 1)),
                (400, halted()),
                (3000, recovered()),
                (3001, Operational),
            ],
            vec![(400, Kind::Halted), (3000, Kind::Recovered)],
        ),
        (
            "a run that fails is told when nothing follows",
            vec![(0, run_began()), (60, run_ended(Verdict::Failed))],
            vec![(90, Kind::RunFailed)],
        ),
        (
            "a run that fails is no news when something follows, until the last of it",
            vec![
                (0, run_began()),
                (60, run_ended(Verdict::Failed)),
                (62, tries(Restart, 1)),
                (70, run_began()),
                (150, run_ended(Verdict::Deadline)),
                (151, halted()),
            ],
            vec![(151, Kind::Halted)],
        ),
        (
            "a run that fails and is made again in time is no news",
            vec![
                (0, run_ended(Verdict::Engine)),
                (20, run_began()),
                (60, run_ended(Verdict::Green)),
                (61, Operational),
            ],
            vec![],
        ),
        (
            "the end of supervision does not wait for what follows",
            vec![(0, run_ended(Verdict::Failed)), (1, EntryKind::WatchEnded { because: "a signal".into() })],
            vec![(1, Kind::RunFailed)],
        ),
        ("who ended a run by hand knows", vec![(0, run_ended(Verdict::Interrupted))], vec![]),
        (
            "a restart that takes too long is told once",
            vec![
                (0, Operational),
                (60, lost("broker::dropped")),
                (100, tries(Restart, 1)),
                (2000, recovered()),
            ],
            vec![(700, Kind::Lasting), (2000, Kind::Recovered)],
        ),
        (
            "a wait that was announced is no silence",
            vec![(0, Operational), (60, lost("broker::dropped")), (100, waits(900)), (1200, recovered())],
            vec![],
        ),
    ]
}

/// What is told again, and what never is.
fn repeats() -> Vec<Case> {
    use EntryKind::Operational;
    vec![
        (
            "a person is asked for at once",
            vec![
                (0, Operational),
                (60, lost("broker::dropped")),
                (70, person(Some(190))),
                (130, recovered()),
            ],
            vec![(70, Kind::NeedsPerson), (130, Kind::Recovered)],
        ),
        (
            "the same is asked for no sooner than 15 minutes later, while it lasts",
            vec![(0, person(None)), (60, person(None)), (120, person(None)), (1000, recovered())],
            vec![(0, Kind::NeedsPerson), (900, Kind::NeedsPerson), (1000, Kind::Recovered)],
        ),
        (
            "what flaps is told again after a quarter of an hour, if it lasts then",
            vec![
                (0, lost("broker::dropped")),
                (10, halted()),
                (20, recovered()),
                (600, lost("broker::dropped")),
                (610, halted()),
            ],
            vec![(10, Kind::Halted), (20, Kind::Recovered), (910, Kind::Halted)],
        ),
        (
            "a halt for what a person was asked for is no second message, for anything else it is one",
            vec![
                (0, Operational),
                (60, EntryKind::NeedsPerson { why: why("gateway::locked"), until: None }),
                (61, EntryKind::Halted { why: why("gateway::locked") }),
                (600, halted()),
                (700, recovered()),
            ],
            vec![(60, Kind::NeedsPerson), (600, Kind::Halted), (700, Kind::Recovered)],
        ),
        ("notices never", vec![(0, Operational), (10, notice()), (20, notice())], vec![]),
        (
            "a clock that jumped never",
            vec![(0, Operational), (10, EntryKind::ClockJumped { by_ms: 3_600_000 })],
            vec![],
        ),
    ]
}

fn maintenance_and_pauses() -> Vec<Case> {
    use EntryKind::Operational;
    use RecoveryRung::Restart;
    vec![
        (
            "what ends inside maintenance is no news",
            vec![
                (0, Operational),
                (60, lost_inside(3600)),
                (70, tries(RecoveryRung::Wait, 1)),
                (3500, recovered()),
            ],
            vec![],
        ),
        (
            "what outlives it is",
            vec![(0, Operational), (60, lost_inside(1800)), (1800, outlived(1800)), (1900, recovered())],
            vec![(1830, Kind::Outlived), (1900, Kind::Recovered)],
        ),
        (
            "an outage before maintenance is not explained by it",
            vec![(0, lost("broker::dropped")), (10, lost_inside(3600)), (5000, recovered())],
            vec![(610, Kind::Lasting), (5000, Kind::Recovered)],
        ),
        (
            "not safe is told at once, in maintenance and in a pause as well",
            vec![
                (0, Operational),
                (10, paused(3600)),
                (60, lost_inside(3600)),
                (70, not_safe("DRY_RUN is false")),
            ],
            vec![(70, Kind::Unsafe)],
        ),
        (
            "two assertions are two things, the same one is not",
            vec![(0, not_safe("DRY_RUN is false")), (1, not_safe("a gameplan")), (2, not_safe("a gameplan"))],
            vec![(0, Kind::Unsafe), (1, Kind::Unsafe), (901, Kind::Unsafe)],
        ),
        (
            "a run that ends because of safety is told with what is stopped for it, or in ten seconds",
            vec![(0, run_ended(Verdict::Safety))],
            vec![(10, Kind::Unsafe)],
        ),
        (
            "and both are one message",
            vec![
                (0, run_ended(Verdict::Safety)),
                (1, EntryKind::Unsafe { why: why("broker::refused"), stopped: vec![] }),
            ],
            vec![(1, Kind::Unsafe)],
        ),
        (
            "what is not safe again after it was is told at once again",
            vec![(0, not_safe("DRY_RUN is false")), (60, recovered()), (90, not_safe("DRY_RUN is false"))],
            vec![(0, Kind::Unsafe), (60, Kind::Recovered), (90, Kind::Unsafe)],
        ),
        (
            "nothing in a pause, and what is over at its end never",
            vec![
                (0, Operational),
                (10, paused(3600)),
                (60, lost("broker::dropped")),
                (70, person(None)),
                (80, halted()),
                (600, recovered()),
                (700, resumed()),
            ],
            vec![],
        ),
        (
            "what still lasts is told when the pause ends by itself",
            vec![(0, Operational), (10, paused(1800)), (60, lost("broker::dropped")), (80, halted())],
            vec![(1800, Kind::Halted)],
        ),
        (
            "or by hand, also what was only lost",
            vec![
                (0, Operational),
                (10, paused(1800)),
                (60, lost("broker::dropped")),
                (300, resumed()),
                (301, tries(Restart, 1)),
            ],
            vec![(330, Kind::Lasting)],
        ),
        (
            "the end of an outage that was told before the pause waits for its end",
            vec![
                (0, lost("broker::dropped")),
                (5, halted()),
                (10, paused(1800)),
                (60, recovered()),
                (300, resumed()),
            ],
            vec![(5, Kind::Halted), (300, Kind::Recovered)],
        ),
    ]
}

#[test]
fn sequences_of_entries_become_the_right_messages_at_the_right_time() {
    for (name, entries, expected) in outages().into_iter().chain(repeats()).chain(maintenance_and_pauses()) {
        let driven = told("", entries, 2 * HOUR);
        assert_eq!(driven.kinds(), expected, "{name}");
    }
}

#[test]
fn a_message_says_what_since_when_what_was_done_and_what_to_do() {
    let entries = vec![
        (0, run_began()),
        (5, run_ended(Verdict::Green)),
        (6, EntryKind::Operational),
        (60, lost("broker::dropped")),
        (100, tries(RecoveryRung::SoftRestart, 1)),
        (200, tries(RecoveryRung::Restart, 1)),
        (500, tries(RecoveryRung::Restart, 2)),
        (620, halted()),
        (4260, recovered()),
    ];
    let driven = told("", entries, HOUR + 1);
    let texts: Vec<String> =
        driven.told.iter().map(|(_, message)| format!("# {}\n{}", message.title, message.text)).collect();
    insta::assert_snapshot!("notify_outage", texts.join("\n\n"));
    assert_eq!(driven.told[1].1.about, Severity::Error, "who was told of the trouble hears of its end");
}

#[test]
fn the_other_messages_in_words() {
    let mut texts = Vec::new();
    for kind in [person(Some(180)), person(None), not_safe("DRY_RUN of bot is false, expected true")] {
        texts.extend(told("", vec![(0, lost("broker::dropped")), (30, kind)], 60).told);
    }
    texts.extend(told("", vec![(0, lost_inside(600)), (600, outlived(600))], 631).told);
    texts.extend(told("", vec![(0, run_ended(Verdict::Failed))], 60).told);
    let failed =
        Stopped { container: "bot".into(), because: "no proof".into(), failed: Some(why("docker::timeout")) };
    let kind = EntryKind::Unsafe { why: why("safety::not_safe"), stopped: vec![failed] };
    texts.extend(told("", vec![(0, kind)], 1).told);
    let texts: Vec<String> = texts.iter().map(|(_, one)| format!("# {}\n{}", one.title, one.text)).collect();
    insta::assert_snapshot!("notify_words", texts.join("\n\n"));
}

#[test]
fn the_times_in_what_others_say_are_those_of_the_zone() {
    let mut waits = why("gateway::two_factor_pending");
    waits.message = "the gateway waits for the second factor until 2026-11-18T19:03:30Z".into();
    let kind = EntryKind::NeedsPerson { why: waits, until: Some("2026-11-18T19:03:30Z".into()) };
    let driven = told("", vec![(0, kind)], 1);
    let message = &driven.told[0].1;
    assert!(message.text.contains("for the second factor until 2026-11-18 14:03 EST."), "{}", message.text);
    assert_eq!(message.title, "paper needs you within 3 min 30 s");
}

#[test]
fn debounce_is_by_code_and_as_declared() {
    let again = |section: &str, code: &str| {
        let kind = EntryKind::NeedsPerson { why: why(code), until: None };
        let driven = told(section, vec![(0, kind.clone()), (1, kind)], 30 * HOUR);
        driven.kinds().get(1).map(|(seconds, _)| seconds / MINUTE)
    };
    assert_eq!(again("", "gateway::two_factor_pending"), Some(15));
    assert_eq!(again("", "gateway::locked"), Some(20));
    assert_eq!(again("", "gateway::login_failed"), Some(24 * 60));
    assert_eq!(again("", "gateway::accept_dialog"), Some(15));
    let section = "  debounce: { default: 5m, \"gateway::locked\": 2h }";
    assert_eq!(again(section, "gateway::accept_dialog"), Some(5));
    assert_eq!(again(section, "gateway::locked"), Some(120));
    assert_eq!(again(section, "gateway::login_failed"), Some(24 * 60));
}

#[test]
fn a_clock_that_is_set_back_silences_nothing() {
    let mut driven = Driven::new("");
    driven.entry(10 * HOUR, person(None));
    driven.entry(10 * HOUR + 1, recovered());
    driven.entry(0, person(None));
    assert_eq!(driven.kinds().last(), Some(&(0, Kind::NeedsPerson)));
}

#[test]
fn what_was_told_is_remembered_over_a_restart_of_openbell() {
    let mut driven = Driven::new("");
    driven.entry(0, lost("broker::dropped"));
    driven.entry(5, halted());
    let kept = serde_json::to_string(driven.fold.memory()).unwrap();
    let about = About { playbook: "paper".into(), host: "desk-1".into() };
    let memory = serde_json::from_str(&kept).unwrap();
    driven.fold = Fold::new(config(""), about, Redactor::default(), memory, at(60));
    let began =
        EntryKind::WatchBegan { openbell: "0".into(), pid: 2, boot: None, powered_on: None, by_hand: false };
    driven.entry(60, began);
    driven.entry(70, run_ended(Verdict::Green));
    driven.entry(71, EntryKind::Operational);
    assert_eq!(driven.kinds(), [(5, Kind::Halted), (71, Kind::Recovered)]);
}

#[test]
fn a_digest_has_the_figures_of_its_span() {
    // 14:00 in New York is the beginning; the digest is at 08:00 the next morning, 18 hours later.
    let entries = vec![
        (0, EntryKind::Operational),
        (HOUR, lost("broker::dropped")),
        (HOUR + 10, tries(RecoveryRung::SoftRestart, 1)),
        (HOUR + 60, tries(RecoveryRung::Restart, 1)),
        (HOUR + 360, recovered()),
        (2 * HOUR, notice()),
        (9 * HOUR + 30 * MINUTE, lost_inside(11 * HOUR)),
        (10 * HOUR, recovered()),
    ];
    let driven = told("  digest: { at: \"08:00\" }", entries.clone(), 43 * HOUR);
    let digests: Vec<_> = driven.told.iter().filter(|(_, one)| one.kind == Kind::Digest).collect();
    assert_eq!(digests.iter().map(|(seconds, _)| seconds / HOUR).collect::<Vec<_>>(), [18, 42]);
    let figures = digests[0].1.figures.as_ref().unwrap();
    assert_eq!((figures.outages, figures.longest_ms), (1, 360_000));
    assert_eq!((figures.outages_in_maintenance, figures.maintenance_ms), (1, 1_800_000));
    assert_eq!((figures.soft_restarts, figures.logins, figures.notices), (1, 1, 1));
    assert_eq!((figures.up_ms, figures.down_ms), (18 * 3_600_000 - 360_000 - 1_800_000, 360_000));
    assert_eq!(figures.uptime(), Some(994));
    let second = digests[1].1.figures.as_ref().unwrap();
    assert_eq!((second.up_ms, second.outages, second.uptime()), (24 * 3_600_000, 0, Some(1000)));
    insta::assert_snapshot!("notify_digest", format!("# {}\n{}", digests[0].1.title, digests[0].1.text));
    let weekly = told("  digest: { every: weekly, day: friday, at: \"08:00\" }", entries, 14 * 24 * HOUR);
    let days: Vec<_> = weekly.kinds().iter().map(|(seconds, _)| seconds / HOUR).collect();
    assert_eq!(days, [42, 42 + 168], "friday, and friday again");
}

#[test]
fn a_reminder_comes_before_the_tokens_die() {
    // Wednesday 14:00; Saturday 18:00 is 76 hours later.
    let driven = told("  reminder: {}", vec![(0, EntryKind::Operational)], 8 * 24 * HOUR);
    assert_eq!(driven.kinds(), [(76 * HOUR, Kind::Reminder)]);
    insta::assert_snapshot!(
        "notify_reminder",
        format!("# {}\n{}", driven.told[0].1.title, driven.told[0].1.text)
    );
    // Who was off then is told late, but not after it.
    for (woken, expected) in [(80 * HOUR, 1), (84 * HOUR, 0)] {
        let mut late = Driven::new("  reminder: {}");
        let messages = late.fold.tick(at(woken));
        assert_eq!(messages.len(), expected, "{woken}");
    }
    assert!(
        told("", vec![(0, EntryKind::Operational)], 8 * 24 * HOUR).told.is_empty(),
        "only where it is wanted"
    );
}

#[test]
fn only_what_is_whole_is_green() {
    let mut driven = Driven::new("");
    assert!(!driven.fold.is_green());
    driven.entry(0, EntryKind::Operational);
    assert!(driven.fold.is_green());
    driven.entry(1, lost_inside(600));
    assert!(!driven.fold.is_green(), "in maintenance something is lost as well");
    driven.entry(2, recovered());
    assert!(driven.fold.is_green());
    driven.entry(3, EntryKind::WatchEnded { because: "a signal".into() });
    assert!(!driven.fold.is_green(), "nobody watches");
}

#[test]
fn accounts_and_secrets_are_in_no_message_and_no_memory() {
    let about = About { playbook: "paper".into(), host: "desk-1".into() };
    let redactor = Redactor::new(["canary-secret".to_owned()]);
    let mut fold = Fold::new(config(""), about, redactor, Memory::default(), begin());
    let words = "DU1234567 says canary-secret";
    let why = Diagnosis {
        message: words.into(),
        help: Some(words.into()),
        causes: vec![words.into()],
        evidence: vec![words.into()],
        ..why("safety::not_safe")
    };
    let failed = Some(why.clone());
    let stopped = vec![Stopped { container: "bot".into(), because: words.into(), failed }];
    let entry =
        Entry { at: BEGIN.into(), playbook: "paper".into(), kind: EntryKind::Unsafe { why, stopped } };
    let told =
        format!("{}{}", serde_json::json!(fold.entry(&entry, begin())), serde_json::json!(fold.memory()));
    assert!(
        told.contains("DU***567") && !told.contains("DU1234567") && !told.contains("canary-secret"),
        "{told}"
    );
}
