//! The trail of changes that touch safety: what is changed behind its back is neither missed nor laundered.

use std::path::PathBuf;

use crate::support::command::{Ended, run};

const PLAYBOOK: &str = r#"version: 1
name: stack
env_file: [desk.env]
include: [part.yaml]
connection: { address: "127.0.0.1:4002", client_id: [101], timeout: 60s }
strategy: { default: C, evidence: { container: bot } }
safety:
  accounts: ["${ACC}"]
containers:
  gateway: { image: gateway, ports: ["127.0.0.1:4002:4004"] }
  bot:
    image: bot
    hold_until: [api]
  other: { compose: { file: compose.yaml, service: other } }
steps:
  - { id: network, do: { network: {} } }
  - { id: api, do: { ready: {} } }
  - { id: bot, do: { start: { container: bot } } }
"#;
const PART: &str = "version: 1\ncontainers:\n  second: { image: second, hold_until: [api] }\n";
const COMPOSE: &str = "services:\n  other: { image: other }\n";

struct Written {
    file: PathBuf,
    directory: tempfile::TempDir,
}

fn written() -> Written {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("r.yaml");
    let written = Written { file, directory };
    written.put("r.yaml", PLAYBOOK);
    written.put("part.yaml", PART);
    written.put("desk.env", "ACC=DU*\nLEVEL=info\n");
    written.put("compose.yaml", COMPOSE);
    written
}

impl Written {
    fn put(&self, name: &str, text: &str) {
        std::fs::write(self.directory.path().join(name), text).unwrap();
    }

    fn get(&self, name: &str) -> String {
        std::fs::read_to_string(self.directory.path().join(name)).unwrap()
    }

    /// Changes a file as an editor does that knows nothing of openbell.
    fn by_hand(&self, name: &str, old: &str, new: &str) {
        let text = self.get(name);
        assert!(text.contains(old), "{name} has no {old}: {text}");
        self.put(name, &text.replace(old, new));
    }

    fn run(&self, words: &[&str]) -> Ended {
        let file = self.file.to_str().unwrap();
        let words: Vec<&str> = words.iter().map(|word| if *word == "FILE" { file } else { word }).collect();
        run(&words)
    }

    fn ends(&self, words: &[&str], code: i32, says: &str) {
        let ended = self.run(words);
        assert_eq!(ended.code, code, "{words:?}: {}{}", ended.stdout, ended.stderr);
        let told = format!("{}{}", ended.stdout, ended.stderr);
        let flat = told.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ");
        assert!(flat.contains(says), "{words:?} does not say {says}: {told}");
    }

    /// An approved change.
    fn approve(&self, strategy: &str) {
        let change = format!("strategy.default={strategy}");
        self.ends(&["set", "FILE", &change, "--approve", "bob: why not"], 0, "written");
    }

    fn verified(&self, code: i32, says: &str) {
        self.ends(&["audit", "verify", "FILE"], code, says);
    }
}

#[test]
fn no_approved_change_launders_one_that_was_made_outside() {
    let file = written();
    file.approve("D");
    file.verified(0, "1 on record, all whole");
    file.by_hand("r.yaml", "hold_until: [api]", "held: false");
    file.verified(1, "edit::unapproved");
    for change in ["strategy.default=E", "containers.second.held=false"] {
        let before = file.get("r.yaml");
        let ended = file.run(&["set", "FILE", change, "--approve", "bob: E"]);
        assert_ne!(ended.code, 0, "{change}: {}", ended.stderr);
        assert_eq!(file.get("r.yaml"), before);
    }
    file.ends(&["set", "FILE", "strategy.default=E", "--approve", "bob: E"], 4, "edit::changed_outside");
    // What makes things safer is recorded as well, so it would launder too.
    file.ends(&["set", "FILE", "containers.bot.env.DRY_RUN=true"], 4, "edit::changed_outside");
    // What is nobody's safety goes on, and proves nothing.
    file.ends(&["set", "FILE", "connection.timeout=90s"], 0, "written");
    file.verified(1, "edit::unapproved");
    file.ends(&["audit", "accept", "FILE", "--approve", "nobody"], 2, "edit::approval");
    file.ends(&["audit", "accept", "FILE", "--approve", "jo: no gate tonight"], 0, "jo answers for it");
    file.verified(0, "2 on record, all whole");
    file.ends(&["audit", "accept", "FILE", "--approve", "jo: again"], 0, "nothing to accept");
    file.ends(&["audit", "show", "FILE"], 0, "jo: no gate tonight accepted as it was found");
    file.approve("E");
    file.verified(0, "3 on record, all whole");
}

#[test]
fn a_change_outside_is_taken_back_without_a_new_approval() {
    let file = written();
    file.approve("D");
    file.by_hand("r.yaml", "default: D", "default: X");
    file.ends(&["set", "FILE", "strategy.default=E", "--approve", "bob: E"], 4, "edit::changed_outside");
    file.ends(&["set", "FILE", "strategy.default=D"], 0, "written");
    file.verified(0, "1 on record, all whole");
}

#[test]
fn what_other_files_say_about_safety_is_under_the_digest() {
    let changes = [
        ("part.yaml", "hold_until: [api]", "held: false"),
        ("desk.env", "ACC=DU*", "ACC=DU1234567"),
        ("compose.yaml", "image: other", "image: another"),
    ];
    for (name, old, new) in changes {
        let file = written();
        file.approve("D");
        file.by_hand(name, old, new);
        file.verified(1, "edit::unapproved");
        file.ends(&["set", "FILE", "strategy.default=E", "--approve", "bob: E"], 4, "edit::changed_outside");
        file.by_hand(name, new, old);
        file.verified(0, "1 on record");
    }
    let file = written();
    file.approve("D");
    file.by_hand("desk.env", "LEVEL=info", "LEVEL=debug");
    file.verified(0, "1 on record");
}

#[test]
fn a_live_port_out_of_an_env_file_is_seen() {
    let file = written();
    file.by_hand("r.yaml", "127.0.0.1:4002\"", "127.0.0.1:${PORT:-4002}\"");
    file.approve("D");
    file.by_hand("desk.env", "LEVEL=info", "PORT=4001");
    file.verified(1, "edit::unapproved");
}

#[test]
fn a_record_that_was_cut_emptied_or_taken_away_is_missed() {
    let trail = "r.yaml.audit.jsonl";
    let file = written();
    for strategy in ["D", "E", "F"] {
        file.approve(strategy);
    }
    let record = file.get(trail);
    let lines: Vec<&str> = record.split_inclusive('\n').collect();
    let torn = &record[..record.len() - 30];
    for (text, says) in [
        (format!("{}{}", lines[0], lines[1]), "edit::record_cut"),
        (String::new(), "edit::record_cut"),
        (torn.to_owned(), ""),
        (record.trim_end().to_owned(), ""),
        (record.replacen("{\"at\"", "{ \"at\"", 1), "not as it was written"),
        (record.replacen("{\"at\"", "{\"x\":1,\"at\"", 1), "no record of an approved change"),
        (record.replace('\n', "\r\n"), "not as it was written"),
    ] {
        file.put(trail, &text);
        file.verified(1, says);
        let ended = file.run(&["set", "FILE", "strategy.default=G", "--approve", "bob: G"]);
        assert_ne!(ended.code, 0, "{says}: {}", ended.stderr);
        assert_eq!(file.get(trail), text, "what is left of it is not touched");
    }
    // Nor is it when the playbook goes back with it.
    file.put(trail, &format!("{}{}", lines[0], lines[1]));
    file.by_hand("r.yaml", "default: F", "default: E");
    file.verified(1, "edit::record_cut");
    file.by_hand("r.yaml", "default: E", "default: F");
    std::fs::remove_file(file.directory.path().join(trail)).unwrap();
    file.verified(1, "edit::record_cut");
    file.ends(&["audit", "accept", "FILE", "--approve", "jo: the disk was lost"], 0, "jo answers for it");
    file.verified(0, "1 on record");
    file.ends(&["audit", "show", "FILE"], 0, "the record that ended the file");
}

#[test]
fn what_a_crash_leaves_is_told_from_what_somebody_took_back() {
    let (trail, undo) = ("r.yaml.audit.jsonl", "r.yaml.undo.jsonl");
    let file = written();
    file.approve("D");
    let (before, record, history) = (file.get("r.yaml"), file.get(trail), file.get(undo));
    file.approve("E");
    let (after, longer) = (file.get("r.yaml"), file.get(trail));
    // By hand: that the change was made is noted.
    file.put("r.yaml", &before);
    file.verified(1, "edit::unapproved");
    // A crash between the record and the change leaves no such note.
    let crash = |torn: usize| {
        file.put("r.yaml", &before);
        file.put(undo, &history);
        file.put(trail, &longer[..longer.len() - torn]);
    };
    crash(0);
    file.verified(0, "1 on record, all whole");
    file.verified(0, "a crash came between");
    file.ends(&["set", "FILE", "connection.timeout=90s"], 0, "written");
    assert_eq!(file.get(trail), record);
    file.verified(0, "1 on record");
    crash(20);
    file.verified(0, "a crash left the beginning of a line");
    file.approve("F");
    file.verified(0, "2 on record, all whole, the last of");
    // A crash after the change, before the note.
    file.put("r.yaml", &after);
    file.put(undo, &history);
    file.put(trail, &longer);
    file.verified(0, "2 on record");
    file.approve("G");
    file.verified(0, "3 on record");
}

#[test]
fn a_record_without_the_history_says_what_it_cannot_tell() {
    let file = written();
    file.approve("D");
    std::fs::remove_file(file.directory.path().join("r.yaml.undo.jsonl")).unwrap();
    file.verified(0, "whether later ones were cut off cannot be told");
    file.approve("E");
    let ended = file.run(&["audit", "verify", "FILE"]);
    assert!(ended.code == 0 && !ended.stdout.contains("cannot be told"), "{}", ended.stdout);
}

#[cfg(unix)]
#[test]
fn a_lock_file_that_is_none_of_ours_is_not_touched() {
    let file = written();
    let (lock, precious) = (file.directory.path().join("r.yaml.lock"), file.directory.path().join("v"));
    file.put("v", "precious\n");
    std::os::unix::fs::symlink(&precious, &lock).unwrap();
    file.ends(&["set", "FILE", "connection.timeout=31s"], 1, "edit::lock_file");
    assert_eq!(file.get("v"), "precious\n");
    std::fs::remove_file(&lock).unwrap();
    std::fs::hard_link(&precious, &lock).unwrap();
    file.ends(&["set", "FILE", "connection.timeout=31s"], 1, "edit::lock_file");
    assert_eq!(file.get("v"), "precious\n");
    std::fs::remove_file(&lock).unwrap();
    file.ends(&["set", "FILE", "connection.timeout=31s"], 0, "written");
    assert!(!lock.exists());
}

#[test]
fn what_killed_editors_left_goes_and_what_somebody_wrote_stays() {
    let file = written();
    let left = [".r.yaml.openbell-abc123.tmp", "r.draft-abc123.yaml", "r.draft-empty1.yaml"];
    let kept = ["r.draft-theirs.yaml", ".s.yaml.openbell-abc123.tmp", ".r.yaml.openbell-longer-one.tmp"];
    file.put(left[0], "half");
    file.put(left[1], PLAYBOOK);
    file.put(left[2], "");
    for name in kept {
        file.put(name, "somebody's");
    }
    file.ends(&["set", "FILE", "connection.timeout=31s"], 0, "written");
    for name in left {
        assert!(!file.directory.path().join(name).exists(), "{name}");
    }
    for name in kept {
        assert!(file.directory.path().join(name).exists(), "{name}");
    }
}

#[test]
fn init_does_not_write_over_a_playbook_with_a_record() {
    let file = written();
    let init = ["init", "--force", "FILE"];
    file.approve("D");
    let before = file.get("r.yaml");
    file.ends(&init, 2, "init::recorded");
    assert_eq!(file.get("r.yaml"), before);
    std::fs::remove_file(file.directory.path().join("r.yaml.audit.jsonl")).unwrap();
    file.ends(&init, 2, "init::recorded");
    assert_eq!(file.get("r.yaml"), before);
}
