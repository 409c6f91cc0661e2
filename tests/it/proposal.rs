//! Proposed changes of a playbook: diffs that keep what a person wrote, and are proven.

use std::path::PathBuf;

use openbell::edit::{ProposalError, propose};
use openbell::playbook::{Inputs, load};

const REST: &str = "containers:\n  gateway: { image: gateway, ports: [\"127.0.0.1:4002:4002\"] }\nsteps:\n  - { id: engine, do: { engine: {} } }\n";

struct Written {
    file: PathBuf,
    _directory: tempfile::TempDir,
}

fn written(text: &str) -> Written {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("playbook.yaml");
    std::fs::write(&file, text).unwrap();
    Written { file, _directory: directory }
}

/// The added and the removed lines, and the file with the diff carried out, as `git apply` would.
fn proposed(text: &str, edits: &[(&str, &str)]) -> (Vec<String>, String) {
    let written = written(text);
    let diff = propose(&written.file, edits, &Inputs::default()).unwrap().expect("something changes");
    assert_eq!(std::fs::read_to_string(&written.file).unwrap(), text, "the file itself is left alone");
    let changed =
        |line: &&str| line.starts_with(['+', '-']) && !line.starts_with("+++") && !line.starts_with("---");
    let lines = diff.lines().filter(changed).map(str::to_owned).collect();
    let patch = written.file.with_extension("diff");
    std::fs::write(&patch, &diff).unwrap();
    // The names in the diff are absolute: below the root they are not.
    let ran = std::process::Command::new("git")
        .args(["-C", "/", "apply", "--unsafe-paths", "--whitespace=nowarn", "-p1"])
        .arg(&patch)
        .output()
        .unwrap();
    assert!(
        ran.status.success(),
        "{}{}\n{diff}",
        String::from_utf8_lossy(&ran.stdout),
        String::from_utf8_lossy(&ran.stderr)
    );
    load(&written.file, &Inputs::default()).unwrap();
    (lines, std::fs::read_to_string(&written.file).unwrap())
}

fn playbook(connection: &str) -> String {
    format!("version: 1\nname: stack\n{connection}\n{REST}")
}

#[test]
fn a_value_in_block_style_is_replaced_and_its_comment_stays() {
    let text = playbook(
        "connection: # the gateway — über alles\n  address: 127.0.0.1:4002 # paper\n  client_id: [100] # the bot\n  timeout: 60s   # slow\n",
    );
    let (lines, after) = proposed(&text, &[("/connection/timeout", "90s")]);
    assert_eq!(lines, ["-  timeout: 60s   # slow", "+  timeout: 90s   # slow"]);
    assert_eq!(after, text.replace("60s", "90s"));
}

#[test]
fn a_value_in_flow_style_and_in_quotes_is_replaced() {
    let text =
        playbook("connection: { address: \"127.0.0.1:4002\", client_id: [100, 101], timeout: \"60s\" } # x");
    let (_, after) = proposed(&text, &[("/connection/timeout", "90s")]);
    assert_eq!(after, text.replace("60s", "90s"));
}

#[test]
fn another_client_id_comes_first() {
    let edits = [("/connection/client_id/0", "101"), ("/connection/client_id/1", "100")];
    let flow = playbook("connection: { address: \"127.0.0.1:4002\", client_id: [ 100,101 , 102 ] }");
    assert_eq!(proposed(&flow, &edits).1, flow.replace("100,101 ", "101,100 "));
    let block = playbook("connection:\n  address: 127.0.0.1:4002\n  client_id:\n  - 100\n  - 101\n  - 102\n");
    let (_, after) = proposed(&block, &edits);
    assert_eq!(after, block.replace("- 100\n  - 101", "- 101\n  - 100"));
}

#[test]
fn a_missing_key_comes_after_the_last_of_its_mapping() {
    let edit = [("/connection/timeout", "90s")];
    let block = playbook(
        "connection:\n    address: 127.0.0.1:4002\n    client_id:\n      - 100 # é\n      - 101 # last\n\n# next",
    );
    let (lines, after) = proposed(&block, &edit);
    assert_eq!(lines, ["+    timeout: 90s"]);
    assert!(after.contains("- 101 # last\n    timeout: 90s\n\n# next"), "{after}");
    let flow = playbook("connection: { address: \"127.0.0.1:4002\", client_id: [100] }");
    assert!(proposed(&flow, &edit).1.contains("client_id: [100], timeout: 90s }"));
    let lines =
        playbook("connection: {\n  address: \"127.0.0.1:4002\",\n  client_id: [\n    100, # a\n  ], # b\n}");
    let (_, after) = proposed(&lines, &edit);
    assert!(after.contains("\n  ], timeout: 90s, # b\n}"), "{after}");
}

#[test]
fn a_missing_key_at_the_very_end_of_a_file() {
    let text =
        format!("version: 1\nname: stack\n{REST}connection:\n  client_id: [100]\n  address: 127.0.0.1:4002");
    let (_, after) = proposed(&text, &[("/connection/timeout", "90s")]);
    assert_eq!(after, format!("{text}\n  timeout: 90s"));
}

#[test]
fn line_ends_and_the_mark_of_windows_survive() {
    let text =
        playbook("connection: # é\n  address: 127.0.0.1:4002\n  client_id: [100]\n").replace('\n', "\r\n");
    let text = format!("\u{feff}{text}");
    let (_, after) = proposed(&text, &[("/connection/timeout", "90s")]);
    assert_eq!(after, text.replace("[100]\r\n", "[100]\r\n  timeout: 90s\r\n"));
    let (_, again) = proposed(&after, &[("/connection/timeout", "120s")]);
    assert_eq!(again, after.replace("90s", "120s"));
}

#[test]
fn an_alias_is_replaced_and_its_anchor_left_alone() {
    let text = playbook(
        "within: &long 60s\nconnection: { address: \"127.0.0.1:4002\", client_id: [100], timeout: *long }",
    );
    assert_eq!(proposed(&text, &[("/connection/timeout", "90s")]).1, text.replace("*long", "90s"));
}

#[test]
fn a_value_that_others_share_is_not_changed_behind_their_backs() {
    let text = playbook(
        "connection: { address: \"127.0.0.1:4002\", client_id: [100], timeout: &long 60s }\nwithin: *long",
    );
    let error =
        propose(&written(&text).file, &[("/connection/timeout", "90s")], &Inputs::default()).unwrap_err();
    assert!(matches!(error, ProposalError::Shared { .. }), "{error:?}");
    let shared = playbook("connection: { address: \"127.0.0.1:4002\", client_id: [100] }")
        .replace("version", "x-ids: 1\nversion");
    let invalid =
        propose(&written(&shared).file, &[("/connection/timeout", "90s")], &Inputs::default()).unwrap_err();
    assert!(
        matches!(invalid, ProposalError::Invalid(_)),
        "a playbook with problems is not edited: {invalid:?}"
    );
}

#[test]
fn what_would_not_be_valid_is_told_with_its_place() {
    let text = playbook("connection: { address: \"127.0.0.1:4002\", client_id: [100, 101], timeout: 60s }");
    let file = written(&text);
    for edit in [
        ("/connection/timeout", "soon"),
        ("/connection/client_id/0", "0"),
        ("/connection/client_id/0", "\"x"),
    ] {
        assert!(propose(&file.file, &[edit], &Inputs::default()).is_err(), "{edit:?}");
    }
    for nowhere in ["/connection/client_id/7", "/nothing/timeout", "/connection", "/connection/client_id"] {
        assert!(propose(&file.file, &[(nowhere, "90")], &Inputs::default()).is_err(), "{nowhere}");
    }
    assert!(
        propose(&file.file, &[("/connection/timeout", "1m")], &Inputs::default()).unwrap().is_none(),
        "it means so already"
    );
    assert!(matches!(
        propose(&file.file.with_extension("none"), &[], &Inputs::default()),
        Err(ProposalError::Unreadable { .. })
    ));
}

#[test]
fn a_step_of_a_list_gets_a_value_and_a_key() {
    let head = "version: 1\nname: stack\nconnection: { address: \"127.0.0.1:4002\", client_id: [100] }\n";
    let empty = format!("{head}steps:\n  - id: engine\n    within: # soon\n    do: {{ engine: {{}} }}\n");
    let edit = [("/steps/0/within", "90s")];
    assert_eq!(proposed(&empty, &edit).1, empty.replace("within: #", "within: 90s #"));
    let none = empty.replace("    within: # soon\n", "");
    assert_eq!(proposed(&none, &edit).1, format!("{none}    within: 90s\n"));
}

#[test]
fn a_key_after_a_text_of_many_lines_and_several_edits_at_once() {
    let text = playbook(
        "connection: { address: \"127.0.0.1:4002\", client_id: [100, 101] }\ndescription: |\n  é\n\n  two: lines",
    );
    let edits = [("/connection/timeout", "90s"), ("/within", "45m"), ("/connection/client_id/1", "102")];
    let (lines, after) = proposed(&text, &edits);
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(
        after.contains("client_id: [100, 102], timeout: 90s }") && after.ends_with("\nwithin: 45m\n"),
        "{after}"
    );
    let last = format!(
        "{REST}version: 1\nname: stack\nconnection: {{ address: \"a:1\", client_id: [5] }}\ndescription: >-\n  one\n  two\n\n# end\n"
    );
    let (_, after) = proposed(&last.replace("a:1", "127.0.0.1:4002"), &[("/within", "45m")]);
    assert!(after.contains("  two\n") && after.contains("within: 45m\n"), "{after}");
}
