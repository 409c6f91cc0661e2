//! What is remembered between runs: where it is kept, who has it, what survives, and what a power cut leaves.

use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp, ToSpan};
use openbell::diagnosis::Diagnosis;
use openbell::event::{Entry, EntryKind};
use openbell::state::{Holder, State, StateError, System, Use, place};

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub fn entry(at: &str, kind: EntryKind) -> Entry {
    Entry { at: at.into(), playbook: "paper".into(), kind }
}

/// A directory with a playbook, and what is remembered of it.
pub fn remembered() -> (tempfile::TempDir, State) {
    let directory = tempfile::tempdir().unwrap();
    let playbook = directory.path().join("paper.yaml");
    std::fs::write(&playbook, "").unwrap();
    let state = State::open(&directory.path().join("state"), &playbook, "paper").unwrap();
    (directory, state)
}

#[test]
fn where_it_is_kept_follows_the_system() {
    let place = |system, asked: Option<&str>, variables: &[(&str, &str)]| {
        let set = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        place(asked.map(Path::new), set, system).map(|path| path.to_string_lossy().replace('\\', "/"))
    };
    let home = ("HOME", "/home/maria");
    let cases = [
        (System::Unix, None, &[home][..], "/home/maria/.local/state/openbell"),
        (System::Unix, None, &[home, ("XDG_STATE_HOME", "/x")], "/x/openbell"),
        (System::Unix, None, &[home, ("XDG_STATE_HOME", "")], "/home/maria/.local/state/openbell"),
        (System::Unix, None, &[home, ("XDG_STATE_HOME", "x")], "/home/maria/.local/state/openbell"),
        (System::Unix, None, &[home, ("STATE_DIRECTORY", "/var/lib/a:/var/lib/b")], "/var/lib/a"),
        (System::Unix, None, &[], "/var/lib/openbell"),
        (System::Unix, Some("here"), &[home, ("STATE_DIRECTORY", "/var/lib/a")], "here"),
        (System::MacOs, None, &[home], "/home/maria/Library/Application Support/openbell"),
        (System::Windows, None, &[("LOCALAPPDATA", "C:\\L"), home], "C:/L/openbell"),
        (System::Windows, Some("D:\\s"), &[], "D:/s"),
    ];
    for (system, asked, variables, expected) in cases {
        assert_eq!(place(system, asked, variables).unwrap(), expected, "{system:?} {variables:?}");
    }
    assert!(matches!(place(System::Windows, None, &[home]), Err(StateError::NoPlace { .. })));
}

#[test]
fn each_playbook_has_a_directory_of_its_own() {
    let (directory, state) = remembered();
    let root = directory.path().join("state");
    let name = state.directory().file_name().unwrap().to_str().unwrap().to_owned();
    let (readable, hash) = name.rsplit_once('-').unwrap();
    assert_eq!(readable, "paper");
    assert!(hash.len() == 8 && hash.chars().all(|c| c.is_ascii_hexdigit()), "{name}");
    let playbook = directory.path().join("paper.yaml").canonicalize().unwrap();
    let says = std::fs::read_to_string(state.directory().join("playbook")).unwrap();
    assert_eq!(says, format!("{}\npaper\n", playbook.display()));

    let other = directory.path().join("other.yaml");
    std::fs::write(&other, "").unwrap();
    assert_eq!(State::known(&root, &other, "paper").unwrap(), None);
    let other = State::open(&root, &other, "paper").unwrap();
    let variant = State::open(&root, &playbook, "paper-eu").unwrap();
    assert_ne!(other.directory(), state.directory());
    assert_ne!(variant.directory(), state.directory());
    let names: Vec<_> = State::all(&root).unwrap().iter().map(|state| state.directory().to_owned()).collect();
    assert_eq!(names, [other, state, variant].map(|state| state.directory().to_owned()));
    assert_eq!(State::all(&directory.path().join("nothing")).unwrap(), []);
}

#[cfg(unix)]
#[test]
fn nobody_else_can_look_into_it() {
    use std::os::unix::fs::PermissionsExt;
    let (directory, state) = remembered();
    let now = at("2026-11-23T06:00:00Z");
    let lock = state.lock("run", now).unwrap();
    state.journal().append(&entry("2026-11-23T06:00:00.000Z", EntryKind::Operational)).unwrap();
    state.ledger(&lock).note(Use::LogIn, now).unwrap();
    state.pause(now + 1.hour(), "why", now).unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&directory.path().join("state")), 0o700);
    assert_eq!(mode(state.directory()), 0o700);
    let files: Vec<PathBuf> =
        std::fs::read_dir(state.directory()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 6, "{files:?}");
    for file in files {
        assert_eq!(mode(&file), 0o600, "{file:?}");
    }
}

#[cfg(unix)]
#[test]
fn no_link_is_followed() {
    let (directory, state) = remembered();
    let now = at("2026-11-23T06:00:00Z");
    let elsewhere = directory.path().join("elsewhere");
    std::fs::write(&elsewhere, "theirs").unwrap();
    let lock = state.lock("run", now).unwrap();
    for name in ["journal-2026-11.jsonl", "uses.jsonl", "pause.json"] {
        std::os::unix::fs::symlink(&elsewhere, state.directory().join(name)).unwrap();
    }
    let refused = [
        state.journal().append(&entry("2026-11-23T06:00:00.000Z", EntryKind::Operational)),
        state.ledger(&lock).note(Use::Restart, now),
        state.pause(now + 1.hour(), "why", now),
        state.paused(now).map(drop),
    ];
    for refused in refused {
        assert!(matches!(refused, Err(StateError::InTheWay { .. })), "{refused:?}");
    }
    drop(lock);
    let file = state.directory().join("lock");
    std::fs::remove_file(&file).unwrap();
    std::os::unix::fs::symlink(&elsewhere, file).unwrap();
    assert!(matches!(state.lock("run", now), Err(StateError::InTheWay { .. })));
    assert_eq!(std::fs::read_to_string(elsewhere).unwrap(), "theirs");

    let real = directory.path().join("real");
    std::fs::rename(state.directory(), &real).unwrap();
    std::os::unix::fs::symlink(&real, state.directory()).unwrap();
    let again = State::open(&directory.path().join("state"), &directory.path().join("paper.yaml"), "paper");
    assert!(matches!(again, Err(StateError::InTheWay { .. })), "{again:?}");
}

#[test]
fn one_at_a_time_has_a_playbook_and_a_second_is_told_who() {
    let (_directory, state) = remembered();
    assert_eq!(state.holder(), None);
    let lock = state.lock("watch", at("2026-11-23T06:00:00.25Z")).unwrap();
    let expected =
        Holder { pid: std::process::id(), command: "watch".into(), since: "2026-11-23T06:00:00Z".into() };
    assert_eq!(state.holder().as_ref(), Some(&expected));
    match state.lock("run", at("2026-11-23T07:00:00Z")) {
        Err(StateError::Held { playbook, holder }) => {
            assert_eq!((playbook.as_str(), holder), ("paper", Some(expected)));
        }
        other => panic!("{other:?}"),
    }
    drop(lock);
    assert_eq!(state.holder(), None);
    drop(state.lock("run", at("2026-11-23T07:00:00Z")).unwrap());
}

#[test]
fn what_a_killed_holder_said_is_not_believed() {
    let (_directory, state) = remembered();
    let words = state.directory().join("holder.json");
    drop(state.lock("watch", at("2026-11-23T06:00:00Z")).unwrap());
    std::fs::write(words, r#"{"pid":1,"command":"watch","since":"2026-11-23T06:00:00Z"}"#).unwrap();
    assert_eq!(state.holder(), None);
    let _lock = state.lock("run", at("2026-11-23T07:00:00Z")).unwrap();
    assert_eq!(state.holder().unwrap().command, "run");
}

#[test]
fn a_pause_survives_and_ends_by_itself() {
    let (directory, state) = remembered();
    let now = at("2026-11-23T06:00:00Z");
    assert_eq!(state.paused(now).unwrap(), None);
    state.pause(now + 30.minutes(), "router \"swap\"\n", now).unwrap();
    let again =
        State::open(&directory.path().join("state"), &directory.path().join("paper.yaml"), "paper").unwrap();
    let pause = again.paused(now + 29.minutes()).unwrap().unwrap();
    assert_eq!((pause.until, pause.reason.as_str()), (now + 30.minutes(), "router \"swap\"\n"));
    assert_eq!(again.paused(now + 30.minutes()).unwrap(), None);
    assert!(state.resume().unwrap());
    assert!(!state.resume().unwrap());
    assert_eq!(state.paused(now).unwrap(), None);
}

#[test]
fn what_does_not_say_until_when_pauses_nothing() {
    let (_directory, state) = remembered();
    let now = at("2026-11-23T06:00:00Z");
    let far = format!(
        r#"{{"until":"{}","reason":"x","since":"{now}"}}"#,
        now + SignedDuration::from_hours(7 * 24 + 1)
    );
    for text in ["", "{", "null", r#"{"until":"soon","reason":"x","since":"x"}"#, &far] {
        std::fs::write(state.directory().join("pause.json"), text).unwrap();
        assert!(matches!(state.paused(now), Err(StateError::Pause { .. })), "{text}");
        // Another pause replaces it, and it can be taken away.
        state.pause(now + 1.hour(), "x", now).unwrap();
        assert!(state.paused(now).unwrap().is_some());
        assert!(state.resume().unwrap());
    }
}

#[test]
fn every_failure_is_told_in_full() {
    let io = || std::io::Error::other("what the system said");
    let path = PathBuf::from("/var/lib/openbell/paper-0a1b2c3d/journal-2026-11.jsonl");
    let holder = Holder { pid: 12, command: "watch".into(), since: "2026-11-23T06:00:00Z".into() };
    let held = |holder| StateError::Held { playbook: "paper".into(), holder };
    let all = [
        StateError::NoPlace { missing: "LOCALAPPDATA" },
        held(Some(holder)),
        held(None),
        StateError::InTheWay { path: path.clone() },
        StateError::NotWritten { path: path.clone(), source: io() },
        StateError::Unreadable { path: path.clone(), source: io() },
        StateError::TornLine { path: path.clone() },
        StateError::Pause { path, why: "expected value at line 1 column 1".into() },
    ];
    insta::assert_json_snapshot!(all.iter().map(Diagnosis::of).collect::<Vec<_>>());
}
