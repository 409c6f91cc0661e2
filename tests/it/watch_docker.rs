//! `openbell watch` with real parts: a stack on this machine's own Docker engine, the program itself, a systemd that
//! listens, and everything that can happen to a stack.
#![cfg(unix)]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use openbell::event::{EntryKind, Loss, RecoveryRung, Verdict};

use crate::support::hook::{Hook, takes};
use crate::support::oracle;
use crate::support::stack::Stack;
use crate::support::watched::{self, Watched, at, entries};

/// Short spans, and budgets that no test uses up.
const WATCH: &str = "watch:
  prove: 5s
  heartbeat: { every: 5s, timeout: 1s, misses: 1 }
  recovery: [ { reconnect: { within: 6s } }, { restart: { within: 1m, at_most: 50, apart: 0s } } ]
  log_ins: { in_a_row: 50, at_most: 50 }";
/// Between the end of a container and the entry about it; a second is meant, and this machine may be busy. What is only
/// found by looking every `prove`, twice, takes longer.
const AT_ONCE: SignedDuration = SignedDuration::from_secs(4);

/// Has the gateway play this from now on.
fn play(control: u16, script: &str) {
    let mut stream = TcpStream::connect(("127.0.0.1", control)).unwrap();
    let length = script.len();
    write!(stream, "POST /script HTTP/1.1\r\nHost: sim\r\nContent-Length: {length}\r\n\r\n{script}").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 2"), "{answer}");
}

/// Id and start of each container.
fn lives(stack: &Stack) -> [String; 2] {
    ["gateway", "bot"].map(|key| {
        stack
            .docker(&["inspect", "-f", "{{.Id}} {{.State.StartedAt}}", &stack.container(key)])
            .trim()
            .to_owned()
    })
}

/// When the engine says that a container ended, since then.
fn died(stack: &Stack, key: &str, since: &str) -> Timestamp {
    let until = stack.docker(&["info", "-f", "{{.SystemTime}}"]);
    let name = format!("container={}", stack.container(key));
    let told = stack.docker(&[
        "events",
        "--since",
        since.trim(),
        "--until",
        until.trim(),
        "--filter",
        &name,
        "--filter",
        "event=die",
        "--format",
        "{{.TimeNano}}",
    ]);
    let nanoseconds: i128 =
        told.lines().next().unwrap_or_else(|| panic!("{key} did not die")).parse().unwrap();
    Timestamp::from_nanosecond(nanoseconds).unwrap()
}

fn now(stack: &Stack) -> String {
    stack.docker(&["info", "-f", "{{.SystemTime}}"])
}

fn lost_kind(kind: &EntryKind) -> (&Loss, &str) {
    let EntryKind::Lost { what, why, .. } = kind else { panic!("{kind:?}") };
    (what, &why.code)
}

#[track_caller]
fn recovered_by(kind: &EntryKind, expected: RecoveryRung) {
    let EntryKind::Recovered { by, .. } = kind else { panic!("{kind:?}") };
    assert_eq!(*by, Some(expected));
}

/// What runs is proven, seen from outside.
#[track_caller]
fn proven(stack: &Stack) {
    assert_eq!(oracle::bot(stack), (Ok(()), true), "{}", watched::said(stack));
}

#[expect(clippy::print_stdout, reason = "how soon it was told is what one asks for with `--nocapture`")]
#[test]
fn what_is_lost_comes_back() {
    let stack = Stack::new("outages");
    let control = watched::playbook(&stack, WATCH);
    let mut watch = Watched::begin(&stack, &[]);
    watch.operational();
    for key in ["gateway", "bot"] {
        let (since, before) = (now(&stack), lives(&stack));
        stack.docker(&["kill", &stack.container(key)]);
        let lost = watch.lost();
        assert_eq!(lost_kind(&lost.kind), (&Loss::Container(key.to_owned()), "container::exited"));
        let after = at(&lost).duration_since(died(&stack, key, &since));
        println!("watch: the end of the {key} was told {after:#} later");
        assert!(after < AT_ONCE);
        recovered_by(&watch.recovered().kind, RecoveryRung::Restart);
        let now = lives(&stack);
        assert_eq!(now[0] == before[0], key == "bot", "the gateway is left alone when the bot is lost");
        assert_ne!(now[1], before[1], "the bot comes back through its gate");
        proven(&stack);
    }

    let before = lives(&stack);
    play(control, "half-open:0s");
    let lost = watch.lost();
    assert_eq!(lost_kind(&lost.kind), (&Loss::Session, "broker::half_open"));
    recovered_by(&watch.recovered().kind, RecoveryRung::Restart);
    let after = lives(&stack);
    assert!(after[0] != before[0] && after[1] != before[1], "{before:?} {after:?}");
    proven(&stack);

    let before = lives(&stack);
    play(control, "drop:0s");
    let dropped = Timestamp::now();
    let lost = watch.lost();
    assert_eq!(lost_kind(&lost.kind).0, &Loss::Session);
    assert!(at(&lost).duration_since(dropped) < AT_ONCE, "{lost:?}");
    recovered_by(&watch.recovered().kind, RecoveryRung::Reconnect);

    play(control, "version: 1\nphases: [ { lasts: 2s, connectivity: lost }, { connectivity: restored } ]");
    let lost = watch.lost();
    assert_eq!(lost_kind(&lost.kind), (&Loss::Session, "broker::connectivity_lost"));
    recovered_by(&watch.recovered().kind, RecoveryRung::Reconnect);
    assert_eq!(lives(&stack), before, "nothing was restarted");
    proven(&stack);

    // What somebody paused is left to them, and no budget is taken for it.
    let gateway = stack.container("gateway");
    stack.docker(&["pause", &gateway]);
    assert_eq!(lost_kind(&watch.lost().kind).1, "container::paused");
    let waits = |kind: &EntryKind| {
        matches!(kind, EntryKind::Lost { .. } | EntryKind::Recovering { rung: RecoveryRung::Reconnect, .. })
    };
    let halted = watch.next("a halt", |kind| !waits(kind));
    assert!(!stack.is_running("bot"), "beside a gateway that stands still nothing of it can be proven");
    assert!(
        matches!(&halted.kind, EntryKind::Halted { why } if why.code == "container::paused"),
        "{halted:?}"
    );
    stack.docker(&["unpause", &gateway]);
    let EntryKind::Recovered { by, .. } = watch.recovered().kind else { panic!() };
    assert_eq!(by, None);
    assert_eq!(lives(&stack)[0], before[0]);
    proven(&stack);

    // The same of the bot.
    let (bot, before) = (stack.container("bot"), lives(&stack));
    stack.docker(&["pause", &bot]);
    assert_eq!(lost_kind(&watch.lost().kind).1, "container::paused");
    let halted = watch.next("a halt", |kind| !waits(kind));
    assert!(
        matches!(&halted.kind, EntryKind::Halted { why } if why.code == "container::paused"),
        "{halted:?}"
    );
    stack.docker(&["unpause", &bot]);
    let EntryKind::Recovered { by, .. } = watch.recovered().kind else { panic!() };
    assert_eq!((by, lives(&stack)), (None, before));
    proven(&stack);
    assert_eq!(watch.terminate(), Some(0));
}

#[test]
fn what_is_not_safe_is_stopped_and_stays_so() {
    let stack = Stack::new("unsafe");
    let control = watched::playbook(&stack, WATCH);
    let mut watch = Watched::begin(&stack, &[]);
    watch.operational();
    let gameplan = stack.directory.path().join("plans/gameplan.json");
    std::fs::write(&gameplan, "{}").unwrap();
    let breach = watch.unsafe_state();
    let EntryKind::Unsafe { why, stopped } = &breach.kind else { panic!() };
    assert_eq!((why.code.as_str(), stopped.len()), ("safety::present", 1), "{why:?}");
    assert!(stopped[0].container == "bot" && stopped[0].failed.is_none());
    assert!(!stack.is_running("bot") && stack.is_running("gateway"));
    // Somebody who starts it all the same does not keep it.
    stack.docker(&["start", &stack.container("bot")]);
    let EntryKind::Unsafe { why, .. } = watch.unsafe_state().kind else { panic!() };
    assert_eq!(why.code, "safety::started_again");
    assert!(!stack.is_running("bot"));
    // Another try while it lasts ends the same way.
    assert_eq!(watched::openbell(&stack, &["resume", "playbook.yaml"]).code, 0);
    watch.unsafe_state();
    assert!(!stack.is_running("bot"));
    std::fs::remove_file(&gameplan).unwrap();
    assert_eq!(watched::openbell(&stack, &["resume", "playbook.yaml"]).code, 0);
    watch.operational();
    proven(&stack);

    // The gateway comes back with a live account.
    play(control, "version: 1\nphases: [ { drop: close, accounts: [U1234567] } ]");
    let EntryKind::Unsafe { why, .. } = watch.unsafe_state().kind else { panic!() };
    assert!(why.code.starts_with("safety::"), "{why:?}");
    assert!(!stack.is_running("bot"));
    play(control, "version: 1\nphases: [ { drop: close, accounts: [DU1234567] } ]");
    assert_eq!(watched::openbell(&stack, &["resume", "playbook.yaml"]).code, 0);
    watch.operational();
    proven(&stack);

    // While it rests nothing is restarted.
    let pause = watched::openbell(&stack, &["pause", "playbook.yaml", "10m", "--reason", "a test"]);
    assert_eq!(pause.code, 0, "{}", pause.stderr);
    stack.docker(&["kill", &stack.container("gateway")]);
    watch.lost();
    std::thread::sleep(Duration::from_secs(3));
    let meanwhile = watch.since();
    assert!(
        !meanwhile.iter().any(|entry| matches!(entry.kind, EntryKind::Recovering { .. })),
        "{meanwhile:?}"
    );
    assert!(!stack.is_running("gateway"));
    assert_eq!(watched::openbell(&stack, &["resume", "playbook.yaml"]).code, 0);
    watch.operational();
    proven(&stack);
    assert_eq!(watch.terminate(), Some(0));
}

/// What a systemd that started it would hear, until now.
fn heard(socket: &UnixDatagram) -> Vec<String> {
    let mut heard = Vec::new();
    let mut bytes = [0; 4096];
    while let Ok(length) = socket.recv(&mut bytes) {
        heard.push(String::from_utf8_lossy(&bytes[..length]).into_owned());
    }
    heard
}

#[test]
fn a_watch_begins_and_ends_and_leaves_containers_alone() {
    let stack = Stack::new("begins");
    watched::playbook(&stack, WATCH);
    let path = stack.directory.path().join("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket.set_nonblocking(true).unwrap();
    let systemd = [("NOTIFY_SOCKET", path.to_str().unwrap()), ("WATCHDOG_USEC", "1000000")];
    let mut watch = Watched::begin(&stack, &systemd);
    let mut before = Vec::new();
    while !before.iter().any(|line| line == "READY=1") {
        before.extend(heard(&socket));
        assert!(watch.child.try_wait().unwrap().is_none(), "{}", watched::said(&stack));
        std::thread::sleep(Duration::from_millis(20));
    }
    // It was green before that was told.
    let green = |kind: &EntryKind| matches!(kind, EntryKind::RunEnded { verdict: Verdict::Green, .. });
    let told: Vec<_> = entries(&stack, watched::PLAYBOOK).into_iter().map(|entry| entry.kind).collect();
    assert!(told.iter().any(green), "{told:?}");
    assert!(matches!(told[0], EntryKind::WatchBegan { pid, .. } if pid == watch.child.id()), "{told:?}");
    let place = |text: &str| before.iter().position(|line| line.starts_with(text));
    let ready = place("READY=1").unwrap();
    for step in ["gateway", "api", "bot", "log"] {
        assert!(
            place(&format!("STATUS=step {step}")).is_some_and(|place| place < ready),
            "{step}: {before:?}"
        );
    }
    assert!(place("WATCHDOG=1").is_some(), "{before:?}");
    watch.operational();

    // Nobody else acts on it meanwhile.
    for command in ["watch", "run", "down"] {
        let ended = watched::openbell(&stack, &[command, "playbook.yaml"]);
        let holder = format!("by `openbell watch`, process {}", watch.child.id());
        assert!(
            ended.code == 7 && ended.stderr.contains(&holder),
            "{command}: {} {}",
            ended.code,
            ended.stderr
        );
    }

    // What is edited meanwhile changes nothing, and is told once.
    let file = stack.directory.path().join("playbook.yaml");
    let text = std::fs::read_to_string(&file).unwrap();
    let whole = lives(&stack);
    std::fs::write(&file, text.replace("CLIENT_ID: \"100\"", "CLIENT_ID: \"104\"")).unwrap();
    let told =
        |kind: &EntryKind| matches!(kind, EntryKind::Notice { why } if why.code == "watch::playbook_changed");
    watch.next("a notice", told);
    std::fs::write(&file, &text).unwrap();
    heard(&socket);
    assert_eq!(watch.terminate(), Some(0));
    let last = heard(&socket);
    assert!(last.iter().any(|line| line == "STOPPING=1"), "{last:?}");
    assert!(matches!(entries(&stack, watched::PLAYBOOK).last().unwrap().kind, EntryKind::WatchEnded { .. }));
    assert_eq!(lives(&stack), whole);
    proven(&stack);

    // The next one takes them over as they are, also when the one before was killed.
    for _ in 0..2 {
        let mut watch = Watched::begin(&stack, &[]);
        let ended = watch.next("a run", |kind| matches!(kind, EntryKind::RunEnded { .. }));
        let EntryKind::RunEnded { verdict, changes, .. } = &ended.kind else { panic!() };
        assert_eq!((*verdict, changes.len()), (Verdict::Green, 0), "{changes:?}");
        watch.operational();
        watch.kill();
        assert_eq!(lives(&stack), whole);
        proven(&stack);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_outage_is_one_message_that_nothing_helps_and_one_that_it_is_over() {
    let mut hook = Hook::new(vec![takes()]).await;
    let channels = format!(
        "watch:\n  prove: 5s\n  heartbeat: {{ every: 5s, timeout: 1s, misses: 1 }}\n  \
         recovery: [ {{ reconnect: {{ within: 2s }} }} ]\n\
         notify: {{ channels: {{ desk: {{ kind: webhook, url: \"{}/desk\" }} }} }}",
        hook.url
    );
    tokio::task::block_in_place(|| {
        let stack = Stack::new("messages");
        let control = watched::playbook(&stack, &channels);
        let mut watch = Watched::begin(&stack, &[]);
        watch.operational();
        play(control, "version: 1\nphases: [ { drop: close, clients: { door: mute } } ]");
        watch.lost();
        watch.next("a halt", |kind| matches!(kind, EntryKind::Halted { .. }));
        assert!(!stack.is_running("bot"), "what cannot be proven does not run");
        play(control, "ready");
        watch.recovered();
        proven(&stack);
        assert_eq!(watch.terminate(), Some(0));
    });
    let kinds: Vec<_> = hook.so_far().iter().map(|request| request.json()["kind"].clone()).collect();
    assert_eq!(kinds, ["halted", "recovered"]);
}
