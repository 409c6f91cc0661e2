//! The journal: nothing that was written is lost, nothing is invented, whatever cuts it short.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use jiff::ToSpan;
use openbell::event::{Entry, EntryKind};
use openbell::state::{Retention, State};
use proptest::prelude::*;

use crate::state::{at, entry, remembered};

/// Says to the program of the tests that it is one of those that are killed: the directory it writes to.
const WRITER: &str = "OPENBELL_TEST_JOURNAL";

fn numbered(number: u64) -> Entry {
    entry("2026-11-23T06:00:00.000Z", EntryKind::EngineUp { waited_ms: number })
}

fn number(entry: &Entry) -> u64 {
    match entry.kind {
        EntryKind::EngineUp { waited_ms } => waited_ms,
        _ => panic!("{entry:?}"),
    }
}

fn numbers(state: &State) -> Vec<u64> {
    let forward: Vec<_> = state.journal().oldest_first().unwrap().map(|entry| number(&entry)).collect();
    let mut backward: Vec<_> = state.journal().newest_first().unwrap().map(|entry| number(&entry)).collect();
    backward.reverse();
    assert_eq!(forward, backward);
    forward
}

fn segments(state: &State) -> Vec<String> {
    let names = std::fs::read_dir(state.directory()).unwrap();
    let mut names: Vec<_> = names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| name.starts_with("journal"));
    names.sort();
    names
}

fn file(state: &State) -> PathBuf {
    state.directory().join("journal-2026-11.jsonl")
}

#[test]
fn what_is_written_is_read_from_either_end() {
    let (_directory, state) = remembered();
    assert!(numbers(&state).is_empty());
    let journal = state.journal();
    let resumed = entry("2026-11-30T23:59:59.999Z", EntryKind::Resumed { by_hand: true });
    let reason = "\u{7d42}\n\"x\"".repeat(40_000);
    let paused =
        entry("2026-12-01T00:00:00.000Z", EntryKind::Paused { until: "2026-12-01T01:00:00Z".into(), reason });
    let all = [numbered(1), resumed, paused];
    for entry in &all {
        journal.append(entry).unwrap();
    }
    assert_eq!(segments(&state), ["journal-2026-11.jsonl", "journal-2026-12.jsonl"]);
    assert!(journal.oldest_first().unwrap().eq(all.clone()));
    assert!(journal.newest_first().unwrap().eq(all.into_iter().rev()));
    // The clock is set back: what is written later still comes later.
    journal.append(&numbered(2)).unwrap();
    assert_eq!(number(&journal.newest_first().unwrap().next().unwrap()), 2);
}

#[test]
fn damaged_lines_are_passed_over_and_counted() {
    let (_directory, state) = remembered();
    let journal = state.journal();
    for number in 0..3 {
        journal.append(&numbered(number)).unwrap();
    }
    let text = std::fs::read_to_string(file(&state)).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let later = lines[1].replace("engine_up", "of_a_later_version");
    let damaged = [lines[0], "\u{1}{\"at\":", "", &later, lines[2], ""].join("\n");
    std::fs::write(file(&state), damaged).unwrap();
    assert_eq!(numbers(&state), [0, 2]);
    for mut entries in [journal.oldest_first().unwrap(), journal.newest_first().unwrap()] {
        assert_eq!(entries.by_ref().count(), 2);
        assert_eq!(entries.unreadable(), 2);
        assert!(entries.failure().is_none());
    }
}

#[test]
fn a_torn_line_is_told_once_and_never_glued_to_the_next() {
    let (_directory, state) = remembered();
    let mut journal = state.journal();
    let now = at("2026-11-23T06:00:00Z");
    journal.append(&numbered(1)).unwrap();
    let torn = b"{\"at\":\"2026-11-23T06:00:00.000Z\",\"playb\0\0";
    std::fs::OpenOptions::new().append(true).open(file(&state)).unwrap().write_all(torn).unwrap();
    let told = journal.settle(&Retention::default(), now).unwrap().torn.unwrap();
    assert_eq!(told.code, "state::torn_line");
    assert_eq!(told.evidence, [r#"41 bytes: {\"at\":\"2026-11-23T06:00:00.000Z\",\"playb"#]);
    assert_eq!(journal.settle(&Retention::default(), now).unwrap().torn, None);
    journal.append(&numbered(2)).unwrap();
    // And where nobody looked before the next entry.
    std::fs::OpenOptions::new().append(true).open(file(&state)).unwrap().write_all(torn).unwrap();
    journal.append(&numbered(3)).unwrap();
    assert_eq!(numbers(&state), [1, 2, 3]);
    let mut entries = journal.oldest_first().unwrap();
    assert_eq!((entries.by_ref().count(), entries.unreadable()), (3, 0));
}

#[test]
fn a_month_with_much_to_tell_has_several_segments_and_the_oldest_go() {
    let (_directory, state) = remembered();
    let mut journal = state.journal();
    let now = at("2026-11-23T06:00:00Z");
    let little = Retention { at_most: 300_000, ..Retention::default() };
    assert_eq!(journal.settle(&little, now).unwrap().removed, 0);
    let reason = "x".repeat(10_000);
    for _ in 0..100 {
        let until = "2026-11-23T07:00:00Z".to_owned();
        let paused = EntryKind::Paused { until, reason: reason.clone() };
        journal.append(&entry("2026-11-23T06:00:00.000Z", paused)).unwrap();
    }
    journal.append(&entry("2026-11-23T06:00:01.000Z", EntryKind::Operational)).unwrap();
    let before = segments(&state);
    assert!(before.len() > 10, "{before:?}");
    let removed = journal.settle(&little, now).unwrap().removed;
    let after = segments(&state);
    assert_eq!(after.len() + removed, before.len());
    let size = |name: &String| std::fs::metadata(state.directory().join(name)).unwrap().len();
    let all: u64 = after.iter().map(size).sum();
    assert!(all <= 300_000 && all > 200_000, "{all}");
    // The last ones are there, in order.
    assert_eq!(journal.newest_first().unwrap().next().unwrap().kind, EntryKind::Operational);
}

#[test]
fn what_is_old_goes_but_never_what_is_written_to() {
    let (_directory, state) = remembered();
    let mut journal = state.journal();
    journal.append(&entry("2026-10-23T06:00:00.000Z", EntryKind::Operational)).unwrap();
    journal.append(&numbered(1)).unwrap();
    let now = jiff::Timestamp::now();
    assert_eq!(journal.settle(&Retention::default(), now).unwrap().removed, 0);
    let later = now + (91 * 24).hours();
    assert_eq!(journal.settle(&Retention::default(), later).unwrap().removed, 1);
    assert_eq!(segments(&state), ["journal-2026-11.jsonl"]);
    assert_eq!(journal.settle(&Retention::default(), later).unwrap().removed, 0);
}

/// A limit on the size of files stands in for a full disk: the last write is cut short, and those after it are refused.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_and_nothing_that_was_written_is_lost() {
    let (directory, state) = remembered();
    let limited = "trap '' XFSZ; ulimit -f 2; exec \"$0\" \"$@\"";
    let writer = Command::new("sh")
        .args(["-c", limited])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "state_journal::writes_until_it_is_killed", "--nocapture"])
        .env(WRITER, directory.path())
        .output()
        .unwrap();
    assert!(!writer.status.success());
    let told = String::from_utf8(writer.stdout).unwrap();
    let written = told.lines().filter(|line| line.starts_with("written ")).count() as u64;
    let why = String::from_utf8(writer.stderr).unwrap();
    assert!(why.contains("NotWritten"), "{why}");
    assert!(written > 3, "{told}");
    let cut = std::fs::read(file(&state)).unwrap();
    assert_ne!(cut.last(), Some(&b'\n'), "the last write was to be cut short");
    assert!(numbers(&state).into_iter().eq(0..written));
    state.journal().append(&numbered(written)).unwrap();
    assert!(numbers(&state).into_iter().eq(0..=written));
}

#[test]
fn processes_that_write_at_once_do_not_mix_their_lines() {
    let (_directory, state) = remembered();
    let threads: Vec<_> = (0..4_u64)
        .map(|writer| {
            let journal = state.journal();
            std::thread::spawn(move || {
                for count in 0..100 {
                    journal.append(&numbered(writer * 1000 + count)).unwrap();
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    let numbers = numbers(&state);
    assert_eq!(numbers.len(), 400);
    for writer in 0..4 {
        let own: Vec<_> = numbers.iter().filter(|number| *number / 1000 == writer).collect();
        assert!(own.is_sorted() && own.len() == 100, "{own:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// Wherever a file is cut: all whole entries before the cut are read, none is invented, and what is written after it
    /// is read as well.
    #[test]
    fn a_cut_takes_what_comes_after_it_and_nothing_else(
        waits in prop::collection::vec(any::<u64>(), 1..30),
        cut in any::<prop::sample::Index>(),
        zeros in 0_usize..3,
        settled in any::<bool>(),
    ) {
        let (_directory, state) = remembered();
        let mut journal = state.journal();
        for wait in &waits {
            journal.append(&numbered(*wait)).unwrap();
        }
        let text = std::fs::read(file(&state)).unwrap();
        let mut text = text[..cut.index(text.len() + 1)].to_vec();
        let whole = text.split(|byte| *byte == b'\n').count() - 1;
        // The newline alone may be missing: then the entry is whole as well.
        let rest = text.rsplit(|byte| *byte == b'\n').next().unwrap().to_vec();
        let lone = serde_json::from_slice::<Entry>(&rest).is_ok() && zeros == 0;
        let whole = whole + usize::from(lone);
        text.extend(std::iter::repeat_n(0, zeros));
        std::fs::write(file(&state), &text).unwrap();
        prop_assert_eq!(numbers(&state), &waits[..whole]);
        if settled {
            let torn = journal.settle(&Retention::default(), at("2026-11-23T06:00:00Z")).unwrap().torn;
            prop_assert_eq!(torn.is_some(), (!rest.is_empty() || zeros > 0) && !lone);
        }
        journal.append(&numbered(7)).unwrap();
        let mut expected = waits[..whole].to_vec();
        expected.push(7);
        prop_assert_eq!(numbers(&state), expected);
    }

    /// Whatever a file is filled with, reading it ends without a panic, from both ends with the same entries.
    #[test]
    fn any_bytes_can_be_read(bytes in prop::collection::vec(any::<u8>(), 0..300), lines in 0_usize..4) {
        let (_directory, state) = remembered();
        let mut text = Vec::new();
        for part in 0..=lines {
            text.extend(&bytes[bytes.len() * part / (lines + 1)..bytes.len() * (part + 1) / (lines + 1)]);
            text.push(b'\n');
            text.extend(serde_json::to_vec(&numbered(part as u64)).unwrap());
            text.push(b'\n');
        }
        std::fs::write(file(&state), text).unwrap();
        prop_assert_eq!(numbers(&state).len(), lines + 1);
    }
}

/// What is killed: writes for ever, and says what is written.
#[test]
#[expect(clippy::print_stdout, reason = "it is read by who kills it")]
fn writes_until_it_is_killed() {
    let Some(directory) = std::env::var_os(WRITER) else { return };
    let directory = PathBuf::from(directory);
    let state = State::open(&directory.join("state"), &directory.join("paper.yaml"), "paper").unwrap();
    let begin = state.journal().oldest_first().unwrap().count() as u64;
    for number in begin.. {
        state.journal().append(&numbered(number)).unwrap();
        println!("\nwritten {number}");
    }
}

#[test]
fn whoever_is_killed_lost_nothing_that_was_written() {
    let (directory, state) = remembered();
    let mut written = 0;
    for round in 0..50_u64 {
        let mut writer = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "state_journal::writes_until_it_is_killed", "--nocapture"])
            .env(WRITER, directory.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(writer.stdout.take().unwrap()).lines();
        let mut last = None;
        let mut told = |line: std::io::Result<String>| {
            if let Some(number) =
                line.ok().and_then(|line| line.strip_prefix("written ")?.parse::<u64>().ok())
            {
                last = Some(number);
            }
            last.is_some()
        };
        // It has begun, and is somewhere in a write.
        assert!(lines.by_ref().any(&mut told));
        std::thread::sleep(Duration::from_micros(round * 137));
        writer.kill().unwrap();
        lines.for_each(|line| {
            told(line);
        });
        writer.wait().unwrap();
        written = written.max(last.unwrap() + 1);
        let read = numbers(&state);
        assert!(read.len() as u64 >= written, "{} of {written}", read.len());
        assert!(read.iter().copied().eq(0..read.len() as u64), "round {round}");
    }
}
