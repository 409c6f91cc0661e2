//! The ledger of log-ins and restarts: what is not clear counts, and no clock frees a budget or locks it for ever.

use std::io::Write;

use jiff::{Timestamp, ToSpan};
use openbell::state::{Ledger, Lock, State, StateError, Use};

use crate::state::{at, remembered};

fn ledger() -> (tempfile::TempDir, State, Lock, Ledger) {
    let (directory, state) = remembered();
    let lock = state.lock("watch", at("2026-11-23T06:00:00Z")).unwrap();
    let ledger = state.ledger(&lock);
    (directory, state, lock, ledger)
}

fn glue(state: &State, text: &str) {
    let file =
        std::fs::OpenOptions::new().append(true).create(true).open(state.directory().join("uses.jsonl"));
    file.unwrap().write_all(text.as_bytes()).unwrap();
}

/// When the file of the tests was written, as nearly as matters.
fn real_now() -> Timestamp {
    Timestamp::now() + 1.second()
}

#[test]
fn uses_are_told_by_kind_for_seven_days() {
    let (_directory, _state, _lock, ledger) = ledger();
    let now = at("2026-11-23T06:00:00Z");
    assert_eq!(ledger.uses(Use::LogIn, now).unwrap(), []);
    ledger.note(Use::LogIn, now).unwrap();
    ledger.note(Use::Restart, now + 1.minute()).unwrap();
    ledger.note(Use::LogIn, now + 2.minutes()).unwrap();
    let later = now + 1.hour();
    assert_eq!(ledger.uses(Use::LogIn, later).unwrap(), [now, now + 2.minutes()]);
    assert_eq!(ledger.uses(Use::Restart, later).unwrap(), [now + 1.minute()]);
    assert_eq!(ledger.uses(Use::SoftRestart, later).unwrap(), []);
    assert_eq!(ledger.uses(Use::LogIn, now + (7 * 24).hours() + 1.minute()).unwrap(), [now + 2.minutes()]);
}

#[test]
fn a_use_in_the_future_counts_as_now_and_not_for_ever() {
    let (_directory, _state, _lock, ledger) = ledger();
    ledger.note(Use::Restart, at("2099-01-01T00:00:00Z")).unwrap();
    // The clock is set right again.
    let now = at("2026-11-23T06:00:00Z");
    assert_eq!(ledger.uses(Use::Restart, now).unwrap(), [now]);
    let later = now + 2.hours();
    assert_eq!(ledger.uses(Use::Restart, later).unwrap(), [now]);
    ledger.note(Use::Restart, later).unwrap();
    assert_eq!(ledger.uses(Use::Restart, later).unwrap(), [now, later]);
    assert_eq!(ledger.uses(Use::Restart, now + (7 * 24).hours() + 1.minute()).unwrap(), [later]);
}

#[test]
fn a_machine_that_wakes_with_the_clock_at_zero_gets_no_new_budget() {
    let (_directory, _state, _lock, ledger) = ledger();
    let evening = at("2026-11-22T23:00:00Z");
    ledger.note(Use::LogIn, evening).unwrap();
    let zero = at("2000-01-01T00:00:05Z");
    for wake in 1..=3_i64 {
        // Before the network has set the clock: what was done yesterday counts, and one is done now.
        assert_eq!(ledger.uses(Use::LogIn, zero).unwrap().len(), usize::try_from(wake).unwrap());
        ledger.note(Use::LogIn, zero).unwrap();
        // The clock is set: what was done before it was is not 26 years old.
        let set = evening + (wake * 10).minutes();
        assert_eq!(ledger.uses(Use::LogIn, set).unwrap().len(), usize::try_from(wake + 1).unwrap());
    }
}

#[test]
fn each_container_has_uses_of_its_own_and_a_line_without_one_counts_for_all() {
    let (_directory, state, _lock, ledger) = ledger();
    let now = at("2026-11-22T12:00:00Z");
    // As it was written before containers were told apart.
    glue(&state, "{\"use\":\"restart\",\"at\":\"2026-11-22T11:00:00Z\"}\n");
    ledger.note_of(Use::Restart, Some("bot"), now - 2.minutes()).unwrap();
    ledger.note_of(Use::Restart, Some("gateway"), now - 1.minute()).unwrap();
    let old = at("2026-11-22T11:00:00Z");
    let uses = |container| ledger.uses_of(Use::Restart, container, now).unwrap();
    assert_eq!(uses(Some("bot")), [old, now - 2.minutes()]);
    assert_eq!(uses(Some("gateway")), [old, now - 1.minute()]);
    assert_eq!(uses(Some("monitor")), [old]);
    assert_eq!(uses(None).len(), 3);
}

#[test]
fn what_a_power_cut_left_counts_for_everything_until_it_is_old() {
    let (_directory, state, _lock, ledger) = ledger();
    let now = real_now();
    ledger.note(Use::LogIn, now - 1.hour()).unwrap();
    glue(&state, r#"{"use":"log_in","at":"2026-1"#);
    for kind in [Use::LogIn, Use::SoftRestart, Use::Restart] {
        let uses = ledger.uses(kind, now).unwrap();
        let expected = usize::from(kind == Use::LogIn) + 1;
        assert_eq!(uses.len(), expected, "{kind:?} {uses:?}");
        assert!(now.duration_since(*uses.last().unwrap()).as_mins() < 1, "{uses:?}");
    }
    ledger.note(Use::Restart, now).unwrap();
    // Neither is glued to the other, and the torn one ages from when it was written.
    assert_eq!(ledger.uses(Use::Restart, now).unwrap().len(), 2);
    let later = now + (7 * 24).hours() - 1.minute();
    ledger.note(Use::SoftRestart, later).unwrap();
    assert_eq!(ledger.uses(Use::SoftRestart, later).unwrap().len(), 2);
    assert_eq!(ledger.uses(Use::SoftRestart, later + 2.minutes()).unwrap(), [later]);
}

#[test]
fn zeros_after_a_power_cut_count_too() {
    let (_directory, state, _lock, ledger) = ledger();
    glue(&state, "\0\0\0\0\0\0");
    assert_eq!(ledger.uses(Use::Restart, real_now()).unwrap().len(), 1);
}

#[test]
fn what_is_old_goes_when_the_file_is_large() {
    let (_directory, state, _lock, ledger) = ledger();
    let begin = at("2026-01-01T00:00:00Z");
    let line = |n: i64| format!("{{\"use\":\"restart\",\"at\":\"{}\"}}\n", begin + (n * 60).minutes());
    let lines: Vec<String> = (0..2000).map(line).collect();
    glue(&state, &lines.concat());
    let now = begin + (2000 * 60).minutes();
    let week = ledger.uses(Use::Restart, now).unwrap().len();
    assert_eq!(week, 7 * 24);
    let kept = std::fs::read_to_string(state.directory().join("uses.jsonl")).unwrap().lines().count();
    assert_eq!(kept, week);
    assert_eq!(ledger.uses(Use::Restart, now).unwrap().len(), week);
}

#[test]
fn a_ledger_that_cannot_be_read_is_no_empty_one() {
    let (_directory, state, _lock, ledger) = ledger();
    std::fs::create_dir(state.directory().join("uses.jsonl")).unwrap();
    let now = at("2026-11-23T06:00:00Z");
    assert!(matches!(ledger.uses(Use::Restart, now), Err(StateError::InTheWay { .. })));
    assert!(matches!(ledger.note(Use::Restart, now), Err(StateError::InTheWay { .. })));
}
