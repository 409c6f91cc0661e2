//! Editors that meet, and editors that die: the file is always whole.
#![cfg(unix)]

use std::process::{Command, Stdio};

use openbell::playbook::{Inputs, load};

use crate::support::command::{openbell, run};

const PLAYBOOK: &str = "version: 1\nname: stack # x\nwithin: 30m\nconnection: { address: \"127.0.0.1:4002\", client_id: [100] }\ncontainers:\n  gateway: { image: gateway, ports: [\"127.0.0.1:4002:4002\"] }\nsteps:\n  - { id: engine, do: { engine: {} } }\n";

fn set(file: &str, within: &str) -> Command {
    let mut command = openbell(&["set", file, &format!("within={within}")]);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

#[test]
#[expect(clippy::print_stderr, reason = "how often each came is worth a line")]
fn two_writers_at_once_leave_what_one_of_them_wrote() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("playbook.yaml");
    let file = path.to_str().unwrap();
    std::fs::write(&path, PLAYBOOK).unwrap();
    let mut both = 0;
    for round in 0..50 {
        let values = [format!("{}m", 100 + round), format!("{}m", 200 + round)];
        let mut writers = values.each_ref().map(|value| set(file, value).spawn().unwrap());
        let codes = writers.each_mut().map(|writer| writer.wait().unwrap().code());
        assert!(codes.iter().all(|code| matches!(code, Some(0 | 1))), "{codes:?}");
        assert!(codes.contains(&Some(0)), "{codes:?}");
        both += usize::from(codes == [Some(0), Some(0)]);
        let text = std::fs::read_to_string(&path).unwrap();
        let wrote =
            |code: Option<i32>, value: &str| code == Some(0) && text == PLAYBOOK.replace("30m", value);
        assert!(wrote(codes[0], &values[0]) || wrote(codes[1], &values[1]), "{codes:?} {text}");
        load(&path, &Inputs::default()).unwrap();
    }
    eprintln!("50 meetings: in {both} one came after the other, in {} one was refused", 50 - both);
}

#[test]
#[expect(clippy::print_stderr, reason = "how often each came is worth a line")]
fn a_writer_that_is_killed_leaves_the_old_file_or_the_new_one() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("playbook.yaml");
    let file = path.to_str().unwrap();
    std::fs::write(&path, PLAYBOOK).unwrap();
    let (mut old, mut new) = (0, 0);
    let mut seed: u64 = 0x9E37_79B9_7F4A_7C15;
    for round in 0..100 {
        let before = std::fs::read_to_string(&path).unwrap();
        let value = format!("{}m", 100 + round);
        let mut writer = set(file, &value).spawn().unwrap();
        // A writer needs some tens of milliseconds: the instants are spread over them by counting, not by a clock.
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        for _ in 0..(seed >> 33) % 30_000 {
            std::fs::read(&path).unwrap();
        }
        let _ = writer.kill();
        writer.wait().unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let after = PLAYBOOK.replace("30m", &value);
        assert!(text == before || text == after, "torn: {text}");
        if text == before { old += 1 } else { new += 1 }
    }
    assert_eq!(run(&["set", file, "within=9m"]).code, 0, "nothing that was left behind blocks the next");
    assert_eq!(run(&["undo", file]).code, 0);
    eprintln!("100 killed: {old} left the old file, {new} the new one");
}

#[test]
#[expect(clippy::print_stderr, reason = "how often each came is worth a line")]
fn a_writer_that_is_killed_leaves_a_record_that_holds_and_no_litter() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("playbook.yaml");
    let file = path.to_str().unwrap();
    std::fs::write(&path, PLAYBOOK).unwrap();
    let approved = |round: u64| {
        let change = format!("containers.gateway.image=gateway:{round}");
        let mut command = openbell(&["set", file, &change, "--approve", "maria: the new build"]);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    let record = directory.path().join("playbook.yaml.audit.jsonl");
    let length = || std::fs::metadata(&record).map_or(0, |about| about.len());
    let mut left = 0;
    for round in 0..60 {
        let before = length();
        let mut writer = approved(round).spawn().unwrap();
        // The instant that matters comes when the record has grown and the playbook has not changed yet.
        while writer.try_wait().unwrap().is_none() && length() == before {}
        for _ in 0..(round % 20) * 4 {
            std::fs::read(&path).unwrap();
        }
        let _ = writer.kill();
        writer.wait().unwrap();
        let verified = run(&["audit", "verify", file]);
        assert_eq!(verified.code, 0, "round {round}: {}", verified.stderr);
        left += usize::from(verified.stdout.contains("crash"));
    }
    assert!(left > 0, "no writer was killed between its record and its change");
    assert!(approved(60).status().unwrap().success());
    let verified = run(&["audit", "verify", file]);
    assert!(verified.code == 0 && !verified.stdout.contains("crash"), "{}", verified.stdout);
    let entries = std::fs::read_dir(directory.path()).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, ["playbook.yaml", "playbook.yaml.audit.jsonl", "playbook.yaml.undo.jsonl"]);
    eprintln!("60 killed: {left} left a record of what was not made");
}
