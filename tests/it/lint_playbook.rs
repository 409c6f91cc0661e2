//! The containers of a playbook under the rules for compose files.

use openbell::lint::lint;

/// A playbook whose containers stand in it.
const CONTAINERS: &str = r#"version: 1
name: algo
client_ids: { bot: 100, monitor: 110 }
containers:
  gateway:
    image: ghcr.io/gnzsnz/ib-gateway:10.37.1n
    env: { TWS_USERID: { file: user }, TWS_PASSWORD: { file: word }, TRADING_MODE: paper }
    ports: ["127.0.0.1:4002:4004"]
    healthcheck: { test: ["/openbell", "probe"] }
    stop_grace: 90s
  bot: { image: bot, env: { CLIENT_ID: "100", DRY_RUN: "true" } }
steps: []
"#;

#[test]
fn the_containers_of_a_playbook_are_held_to_the_same_rules() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("playbook.yaml");
    let codes = |from: &str, to: &str| {
        assert!(CONTAINERS.contains(from), "{from}");
        std::fs::write(&file, CONTAINERS.replace(from, to)).unwrap();
        let files = lint(std::slice::from_ref(&file), |_| None);
        assert!(files.len() == 1 && files[0].read, "{files:?}");
        let problems = files
            .iter()
            .filter_map(|file| file.problems.as_ref())
            .flat_map(openbell::document::Problems::iter);
        problems.map(|problem| problem.code.clone()).collect::<Vec<_>>()
    };
    assert_eq!(codes("bot", "bot"), Vec::<String>::new());
    for (from, to, code) in [
        (":10.37.1n", ":stable", "moving_tag"),
        ("4002:4004", "4002:4002", "port_mapping"),
        ("127.0.0.1:4002:4004", "0.0.0.0:4002:4004", "public_port"),
        ("\"/openbell\", \"probe\"", "\"nc\", \"-z\", \"localhost\", \"4002\"", "port_only_health"),
        ("    stop_grace: 90s\n", "", "stop_grace"),
        ("90s", "10s", "stop_grace"),
        ("TRADING_MODE: paper", "TRADING_MODE: live", "live"),
        ("DRY_RUN: \"true\"", "DRY_RUN: \"1\"", "not_dry_run"),
        ("CLIENT_ID: \"100\"", "CLIENT_ID: \"0\"", "client_id_zero"),
        ("image: bot", "image: bot, command: [run, --client-id, \"0\"]", "client_id_zero"),
        ("image: bot", "image: bot, command: [run, --ib-client-id=110]", "client_id_clash"),
    ] {
        assert_eq!(codes(from, to), [format!("lint::{code}")], "{from} -> {to}");
    }
}
