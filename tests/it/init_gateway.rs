//! `openbell init` of stacks with a gateway: odd ports, live modes and client ids.

use crate::support::command::{Ended, openbell};

/// What is made of a compose file, and the playbook where there is one.
fn init(text: &str) -> (Ended, String) {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("compose.yaml"), text).unwrap();
    let mut command = openbell(&["init", "--no-input", "--from-compose", "compose.yaml"]);
    let ended: Ended = command.current_dir(directory.path()).output().unwrap().into();
    let text = std::fs::read_to_string(directory.path().join("playbook.yaml")).unwrap_or_default();
    (ended, text)
}

const GATEWAY: &str = "  gw:\n    image: ghcr.io/gnzsnz/ib-gateway:10.30.1\n    restart: unless-stopped\n";

#[test]
fn of_two_gateways_on_one_port_the_one_without_it_still_makes_a_valid_playbook() {
    let (ended, text) = init(&format!(
        "services:\n  desk:\n    image: desk:1\n    ports: [\"4002:4002\"]\n{GATEWAY}    ports: [\"4002:4004\"]\n"
    ));
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(
        ended.stderr.contains("gw.ports: 4002:4004/tcp: the host port is published twice"),
        "{}",
        ended.stderr
    );
    assert!(text.contains("held: false"), "{text}");
}

#[test]
fn a_gateway_that_publishes_live_ports_only_is_not_what_the_playbook_connects_to() {
    let (ended, text) = init(&format!("services:\n{GATEWAY}    ports: [\"4001:4003\"]\n"));
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(
        text.contains("address: \"127.0.0.1:4002\" # WARNING: the gateway publishes no API port"),
        "{text}"
    );
}

#[test]
fn a_live_mode_under_any_name_writes_nothing() {
    for name in ["IBC_TradingMode", "IB_TRADING_MODE"] {
        let (ended, text) = init(&format!(
            "services:\n  gw:\n    image: ghcr.io/extrange/ibkr:10.30\n    ports: [\"8888:8888\"]\n    environment:\n      {name}: Live\n"
        ));
        assert_eq!(ended.code, 4, "{}", ended.stderr);
        assert!(
            ended.stderr.contains(&format!("compose.yaml:6: gw.environment.{name}: it is `Live`")),
            "{}",
            ended.stderr
        );
        assert_eq!(text, "");
    }
}

#[test]
fn client_ids_that_cannot_stay_are_refused_with_their_lines() {
    let stack = |one: &str, other: &str| {
        init(&format!(
            "services:\n{GATEWAY}    ports: [\"4002:4004\"]\n  a: {{image: \"a:1\", environment: {{{one}}}}}\n  b: {{image: \"b:1\", environment: {{{other}}}}}\n"
        ))
    };
    for (other, why) in [
        ("IB_CLIENT_ID: 7", "the client id 7 is a's too"),
        ("IB_CLIENT_ID: 0", "the client id 0 cannot be in the ledger"),
        ("IB_CLIENT_ID: 9001", "the client ids 9000 to 9099 are openbell's own"),
    ] {
        let (ended, text) = stack("IB_CLIENT_ID: 7", other);
        assert_eq!(ended.code, 3, "{}", ended.stderr);
        assert!(ended.stderr.contains("init::client_ids"), "{}", ended.stderr);
        assert!(
            ended.stderr.contains(&format!("compose.yaml:7: b.environment.IB_CLIENT_ID: {why}")),
            "{}",
            ended.stderr
        );
        assert_eq!(text, "");
    }
    // Those of another interface are only told.
    let (ended, _) = stack("LOGIN_CLIENT_ID: 7", "LOGIN_CLIENT_ID: 7");
    assert_eq!(ended.code, 0, "{}", ended.stderr);
}

#[test]
fn a_bot_with_two_client_ids_owns_both() {
    let (ended, text) = init(&format!(
        "services:\n{GATEWAY}    ports: [\"4002:4004\"]\n  a: {{image: \"a:1\", environment: {{API_CLIENT_ID: 8, IB_CLIENT_ID: 7}}}}\n"
    ));
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(text.contains("  a: 8\n  \"a #2\": 7\n"), "{text}");
}
