//! What hurts beside the services that start by themselves: files of settings, env files and services of a profile.

use openbell::lint::lint;

use crate::lint::{GOOD, Stack};
use crate::support::command::openbell;

#[test]
fn files_of_settings_are_looked_at_too() {
    for (file, text, codes) in [
        ("jts.ini", "[IBGateway]\r\nTrustedIPs=\r\n", vec!["lint::trusted_ips"]),
        ("jts.ini", "[Logon]\ntradingMode=l\n", vec!["lint::live"]),
        ("jts.ini", "[IBGateway]\nLocalServerPort=4001\n", vec!["lint::live"]),
        ("jts.ini", "[IBGateway]\nReadOnlyApi=false\n", vec!["lint::takes_orders"]),
        ("jts.ini", "[IBGateway]\nLocalServerPort=4002\nReadOnlyApi=true\n[Logon]\ntradingMode=p\n", vec![]),
        ("config.ini", "ReadOnlyApi=no\n", vec!["lint::takes_orders"]),
        ("config.ini", "IbLoginId=\n", vec!["lint::blank_variable"]),
        ("config.ini", "IbLoginId=someone\nIbPassword=\n", vec!["lint::blank_variable"]),
        ("config.ini", "TradingMode=live\n", vec!["lint::live"]),
        ("config.ini", "TradingMode=\n", vec!["lint::live"]),
        ("config.ini", "AutoRestartTime=\"11:45 PM\"\n", vec!["lint::quoted_value"]),
        ("config.ini", "AutoRestartTime=9:05 PM\n", vec!["lint::restart_time"]),
        ("config.ini", "ExistingSessionDetectedAction=manual\n", vec!["lint::existing_session"]),
        ("playbook.yaml", "version: 1\nclient_ids: { bot: 0 }\nsteps: []\n", vec!["lint::client_id_zero"]),
        (
            "playbook.yaml",
            "version: 1\nclient_ids: { other: 100 }\nsteps: []\n",
            vec!["lint::client_id_clash"],
        ),
    ] {
        assert_eq!(Stack::with(GOOD).file(file, text).codes(), codes, "{file}: {text}");
    }
}

#[test]
fn a_blank_log_in_in_an_env_file_is_told_once_and_not_where_a_file_gives_it() {
    let stack = Stack::with(GOOD);
    // Its password comes from a file.
    assert_eq!(stack.file(".env", "TWS_USERID=someone\nTWS_PASSWORD=\n").codes(), Vec::<String>::new());
    let stack = Stack::with(&GOOD.replace("_FILE: /run/secrets/tws", ": ${TWS_PASSWORD}"));
    let found = stack.file(".env", "TWS_USERID=someone\nTWS_PASSWORD=\n").findings();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].0.as_str(), found[0].1.as_str()), ("lint::blank_variable", "compose.yaml"));

    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join(".env");
    for (text, errors) in [
        ("TWS_USERID=someone\nTWS_PASSWORD=\n", 1),
        ("export TWS_USERID=\"\"\nTWS_PASSWORD=''\n", 2),
        ("TWS_PASSWORD=\nTWS_PASSWORD_FILE=/run/secrets/tws\n", 0),
        ("TWS_PASSWORD=hunter2\n", 0),
    ] {
        std::fs::write(&file, text).unwrap();
        let files = lint(std::slice::from_ref(&file), |_| None);
        assert_eq!(files.iter().map(|file| file.errors).sum::<usize>(), errors, "{text}");
    }
}

/// A gateway for live trading, with everything wrong, behind a profile.
const LIVE: &str = r#"  live:
    image: ghcr.io/gnzsnz/ib-gateway:10.37.1n
    profiles: [live]
    restart: always
    command: ["--pw=hunter2"]
    environment: { TRADING_MODE: live, TWOFA_TIMEOUT_ACTION: restart }
    ports: ["4001:4003", "5900:5900"]
"#;

#[test]
fn services_of_a_profile_are_looked_at_and_named_with_it() {
    let stack = Stack::with(&format!("services:\n{LIVE}"));
    let told = openbell(&["lint", "."]).current_dir(stack.directory()).output().unwrap();
    assert_eq!(told.status.code(), Some(1));
    let told = String::from_utf8(told.stderr).unwrap();
    assert!(told.contains("live (profile live) logs in to a live account"), "{told}");
    assert!(!told.contains("hunter2"), "{told}");
    let mut codes = stack.codes();
    codes.sort();
    let all =
        ["live", "password_in_arguments", "public_port", "public_port", "restart_with_2fa", "stop_grace"];
    assert_eq!(codes, all.map(|code| format!("lint::{code}")));
}

#[test]
fn a_second_gateway_of_a_profile_hides_no_clash_of_those_that_start() {
    let gateway = "  other:\n    image: ghcr.io/gnzsnz/ib-gateway:10.37.1n\n    profiles: [other]\n    stop_grace_period: 90s\n";
    let clash = format!("{}{gateway}", GOOD.replace("\"110\"", "\"100\""));
    assert_eq!(Stack::with(&clash).codes(), ["lint::client_id_clash"]);
    // One for the other: each may have the id.
    let bot = |name: &str, profile: &str| {
        format!(
            "  {name}:\n    image: bot:1\n    profiles: [{profile}]\n    environment: {{ CLIENT_ID: \"7\" }}\n"
        )
    };
    let either = format!("{GOOD}{}{}", bot("a", "one"), bot("b", "two"));
    assert_eq!(Stack::with(&either).codes(), Vec::<String>::new());
    let both = format!("{GOOD}{}{}", bot("a", "one"), bot("b", "one"));
    assert_eq!(Stack::with(&both).codes(), ["lint::client_id_clash"]);
}
