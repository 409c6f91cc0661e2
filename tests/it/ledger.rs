//! The ledger of client ids: what compose files give containers counts as what the playbook gives them.

use crate::support::command::run;

const COMPOSE: &str = r#"services:
  gateway: { image: g, ports: ["127.0.0.1:4002:4002"], environment: { TWS_MASTER_CLIENT_ID: "9" } }
  bot: { image: b, environment: { IBKR_CLIENT_ID: "@id@" } }
"#;

const PLAYBOOK: &str = r#"version: 1
name: p
connection: { address: "127.0.0.1:4002", client_id: [1] }
client_ids: { monitor: 110 }
containers:
  gateway: { compose: { file: compose.yaml, service: gateway } }
  bot: { compose: { file: compose.yaml, service: bot } }
steps:
  - { id: engine, do: { engine: {} } }
"#;

#[test]
fn ids_from_a_compose_file_are_held_against_the_ledger() {
    let directory = tempfile::tempdir().unwrap();
    let playbook = directory.path().join("playbook.yaml");
    std::fs::write(&playbook, PLAYBOOK).unwrap();
    let refusals = [
        ("0", "safety::client_id_zero"),
        ("9", "safety::client_id_master"),
        ("110", "playbook::client_id_clash"),
        ("9099", "playbook::client_id"),
    ];
    for (id, code) in refusals {
        std::fs::write(directory.path().join("compose.yaml"), COMPOSE.replace("@id@", id)).unwrap();
        let ended = run(&["validate", playbook.to_str().unwrap()]);
        assert_eq!(ended.code, 3, "{id}: {}", ended.stderr);
        assert!(ended.stderr.contains(&format!("Error: {code}\n")), "{id}: {}", ended.stderr);
    }
    std::fs::write(directory.path().join("compose.yaml"), COMPOSE.replace("@id@", "100")).unwrap();
    let ended = run(&["validate", playbook.to_str().unwrap()]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
}

#[test]
fn an_id_of_somebody_else_in_openbells_own_list_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let playbook = directory.path().join("playbook.yaml");
    let text = "version: 1\nname: p\nconnection: { address: \"127.0.0.1:4002\", client_id: [@ids@] }\n\
                client_ids: { bot: 100, openbell: 101, \"openbell #2\": 102 }\n\
                steps: [ { id: engine, do: { engine: {} } } ]\n";
    for (ids, told) in [("101, 102, 103", false), ("100", true), ("101, 100", true)] {
        std::fs::write(&playbook, text.replace("@ids@", ids)).unwrap();
        let ended = run(&["validate", playbook.to_str().unwrap()]);
        assert_eq!(ended.code, 0, "{ids}: {}", ended.stderr);
        assert_eq!(ended.stderr.contains("playbook::client_id_lent"), told, "{ids}: {}", ended.stderr);
        assert_eq!(ended.stderr.contains("gives to bot"), told, "{ids}: {}", ended.stderr);
    }
}
