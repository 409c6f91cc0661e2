//! `openbell probe` from the outside: its one line, its exit code, its manners.

use std::io::Write;
use std::net::TcpListener;
use std::process::Stdio;
use std::time::{Duration, Instant};

use openbell::report::ProbeReport;
use openbell::sim::gateway::Settings;
use openbell::sim::script::parse;
use serde_json::{Value, json};

use crate::stage::Stage;
use crate::support::command::{Ended, openbell, run};
use crate::support::http;
use crate::support::stack::free_port;

/// Probes this address; exactly one line came out.
fn probed(address: &str, arguments: &[&str]) -> (i32, String) {
    let arguments = [&["probe", "--address", address], arguments].concat();
    let ended = run(&arguments);
    assert_eq!(ended.stderr, "", "{arguments:?}");
    assert_eq!(ended.stdout.lines().count(), 1, "{arguments:?}: {}", ended.stdout);
    assert!(ended.stdout.ends_with('\n'));
    (ended.code, ended.stdout.trim_end().to_owned())
}

/// A gateway with these settings and a control port.
async fn gateway(mut settings: Settings) -> Stage {
    settings.control = Some("127.0.0.1:0".parse().unwrap());
    Stage::of(settings).await
}

/// Presets, or a script of its own.
fn presets(script: &str) -> Settings {
    if !script.contains('{') {
        return Settings::scripted(script.parse().unwrap());
    }
    let Ok(script) = parse("test", &format!("version: 1\n{script}")) else {
        panic!("the script is wrong: {script}")
    };
    Settings::scripted(script)
}

async fn probe_at(stage: &Stage, arguments: &[&str]) -> (i32, String) {
    let address = stage.address.to_string();
    let arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
    let probe = move || probed(&address, &arguments.iter().map(String::as_str).collect::<Vec<_>>());
    tokio::task::spawn_blocking(probe).await.unwrap()
}

async fn probe(script: &str, arguments: &[&str]) -> (i32, String) {
    probe_at(&gateway(presets(script)).await, arguments).await
}

/// What the gateway counted once everybody is gone.
async fn counters(stage: &Stage) -> Value {
    let control = stage.control().await;
    let get = async |path: &str| -> Value {
        let asked = http::client().get(format!("{control}/{path}")).send().await.unwrap();
        serde_json::from_str(&asked.text().await.unwrap()).unwrap()
    };
    while get("connections").await != json!([]) {
        tokio::task::yield_now().await;
    }
    get("counters").await
}

/// The parts of a line that differ from run to run, made the same.
fn plain(line: &str) -> String {
    let time = regex::Regex::new(r"(in|after) [0-9.]+ (ms|s)").unwrap();
    let port = regex::Regex::new(r"127\.0\.0\.1:[0-9]+").unwrap();
    port.replace_all(&time.replace_all(line, "$1 TIME"), "ADDRESS").into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_stage_has_its_line() {
    let stage = gateway(presets("ready")).await;
    for (rung, expected) in [
        ("tcp", "ready: tcp accepted by ADDRESS in TIME (an open port proves nothing about a gateway)"),
        ("version", "ready: version told by ADDRESS in TIME (server version 226)"),
        (
            "session",
            "ready: session opened by ADDRESS in TIME (server version 226, 1 account DU***567, next id 1)",
        ),
        (
            "request",
            "ready: request answered by ADDRESS in TIME (server version 226, 1 account DU***567, next id 1)",
        ),
        (
            "farms",
            "ready: farms connected at ADDRESS in TIME (server version 226, 1 account DU***567, next id 1)",
        ),
    ] {
        let (code, line) = probe_at(&stage, &["--stage", rung]).await;
        assert_eq!((code, plain(&line).as_str()), (0, expected));
    }
    let counted = counters(&stage).await;
    assert_eq!(counted["resets"], 0, "{counted}");
    assert_eq!(counted["handshakes_abandoned"], 0, "{counted}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_failure_says_where_it_stands_and_why() {
    let nothing = "not ready: stands below tcp, no connection: nothing listens on ADDRESS, after TIME \
                   (broker::refused); openbell explain broker::refused";
    let (code, line) = probed(&format!("127.0.0.1:{}", free_port()), &[]);
    assert_eq!((code, plain(&line).as_str()), (1, nothing));
    for (script, head) in [
        (
            "never",
            "stands at tcp, no version frame: ADDRESS accepts but stays mute, after TIME (broker::mute)",
        ),
        ("refuse:30s", "stands at tcp, no version frame: ADDRESS accepts connections and closes them"),
        ("partial", "stands at tcp, no version frame: ADDRESS began a message and broke off after 6 bytes"),
        ("http", "stands at tcp, no version frame: what answers at ADDRESS is not a TWS API"),
        ("start-api-mute", "stands at version, no managed accounts: ADDRESS accepts but stays mute, after"),
        ("not-accepted", "stands at version, no managed accounts: ADDRESS closed the connection"),
        ("no-accounts", "stands at version, no managed accounts: the session at ADDRESS shows no account"),
        ("no-id", "stands at accounts, no next valid id: ADDRESS accepts but stays mute, after TIME"),
        (
            "clients: { requests: mute }",
            "stands at next_id, no answer to a request: the session at ADDRESS is open",
        ),
    ] {
        let (code, line) = probe(script, &["--timeout", "1s"]).await;
        let line = plain(&line);
        assert_eq!(code, 1, "{script}: {line}");
        assert!(line.starts_with(&format!("not ready: {head}")), "{script}: {line}");
        let code = line.rsplit_once(" explain ").unwrap().1;
        assert!(line.ends_with(&format!(" ({code}); openbell explain {code}")), "{line}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn json_is_one_object_that_the_schema_describes() {
    let schema: Value = serde_json::from_str(&run(&["schema", "probe"]).stdout).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for (script, code) in [("advisor", 0), ("no-accounts", 1), ("never", 1)] {
        let (ended, line) = probe(script, &["--json", "--timeout", "1s"]).await;
        assert_eq!(ended, code, "{script}: {line}");
        let value: Value = serde_json::from_str(&line).unwrap();
        assert!(validator.is_valid(&value), "{line}");
        let report: ProbeReport = serde_json::from_value(value).unwrap();
        assert_eq!(report.ready, code == 0);
        assert_eq!(report.rung, report.rungs.iter().map(|reached| reached.rung).max());
        if report.ready {
            assert_eq!(report.accounts, ["DF***567", "DU***567", "DU***568"]);
            assert!(report.why.is_none() && report.gateway_time.is_some_and(|time| time > 1_700_000_000));
            assert!((9000..=9099).contains(&report.client_id.unwrap()));
        } else {
            let why = report.why.unwrap();
            assert!(why.help.is_some() && why.code.starts_with("broker::"), "{line}");
        }
    }
}

#[test]
fn what_a_stranger_says_cannot_break_the_line() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            // A version, then an account of line ends, a right-to-left override, and an account's number as a farm.
            let frame = |text: &str| {
                let length = u32::try_from(text.len()).unwrap().to_be_bytes();
                [&length[..], text.as_bytes()].concat()
            };
            let _ = stream.write_all(&frame("176\x0020260101 00:00:00 UTC\0"));
            let _ = stream.write_all(&frame("15\x001\0DU1\n\u{2028}\u{202e}\x1b,\0"));
            let _ = stream.write_all(&frame("9\x001\x007\0"));
            let _ = stream.write_all(&frame("49\x001\x001700000000\0"));
            let farm = format!("4\x002\0-1\x002103\0broken:\nDU1234567 {}\0\0", "x".repeat(100_000));
            let _ = stream.write_all(&frame(&farm));
            std::mem::forget(stream);
        }
    });
    let (code, line) = probed(&address, &[]);
    assert_eq!(code, 0, "{line}");
    assert!(line.contains(r"1 account DU***\u{2028}\u{202e}\u{1b}, next id 7"), "{line}");
    let (code, line) = probed(&address, &["--stage", "farms", "--timeout", "300ms"]);
    assert_eq!(code, 1, "{line}");
    assert!(line.len() < 1000 && line.ends_with("explain broker::farms_broken"), "{line}");
    assert!(!line.contains("DU1234567"), "{line}");
    let (code, line) = probed(&address, &["--json"]);
    assert_eq!(code, 0);
    assert!(line.chars().all(|c| !c.is_control() && c != '\u{2028}' && c != '\u{202e}'), "{line}");
    let report: ProbeReport = serde_json::from_str(&line).unwrap();
    assert_eq!(report.accounts, ["DU***\u{2028}\u{202e}\u{1b}"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pending_handshake_is_kept_for_the_whole_timeout_and_answered() {
    let stage = gateway(presets("mute:2s,wedge")).await;
    let (code, line) = probe_at(&stage, &[]).await;
    assert_eq!(code, 0, "{line}");
    let counted = counters(&stage).await;
    assert_eq!((&counted["connections"], &counted["handshakes"]), (&json!(1), &json!(1)), "{counted}");
    assert_eq!((&counted["resets"], &counted["handshakes_abandoned"]), (&json!(0), &json!(0)), "{counted}");
    assert_eq!(counted["requests_by_name"]["currentTime"], 1, "{counted}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_timeout_bounds_the_whole_however_often_the_silence_is_broken() {
    // Every byte after a pause: the version alone takes 9 s.
    for script in ["never", "full:1m", "slow:300ms", "flood:3000,slow:1ms,no-list"] {
        let stage = gateway(presets(script)).await;
        if script.starts_with("full") {
            stage.filled().await;
        }
        let began = Instant::now();
        let (code, line) = probe_at(&stage, &["--timeout", "1500ms"]).await;
        assert_eq!(code, 1, "{script}: {line}");
        let took = began.elapsed();
        assert!(
            took >= Duration::from_millis(1400) && took < Duration::from_secs(3),
            "{script}: {took:?} {line}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_in_vain_is_one_handshake_given_up_at_its_end_and_closed_cleanly() {
    let stage = gateway(presets("never")).await;
    let (code, _) = probe_at(&stage, &["--timeout", "1s"]).await;
    assert_eq!(code, 1);
    let counted = counters(&stage).await;
    assert_eq!(
        (&counted["connections"], &counted["handshakes_at_once"]),
        (&json!(1), &json!(1)),
        "{counted}"
    );
    assert_eq!((&counted["resets"], &counted["handshakes_abandoned"]), (&json!(0), &json!(1)), "{counted}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_the_gateway_does_no_connection_is_reset() {
    for script in [
        "ready",
        "flood:150",
        "flood-only:600",
        "no-accounts",
        "in-use-all",
        "not-accepted",
        "phases: [{ connectivity: lost }]",
    ] {
        for rung in ["version", "session", "request", "farms"] {
            let stage = gateway(presets(script)).await;
            let (_, line) = probe_at(&stage, &["--stage", rung, "--timeout", "1500ms"]).await;
            let counted = counters(&stage).await;
            assert_eq!(counted["resets"], 0, "{script} {rung}: {line}\n{counted}\n{}", stage.log.text());
            assert!(counted["handshakes_at_once"].as_u64() <= Some(1), "{script} {rung}: {counted}");
            let asked = counted["requests_by_name"]["currentTime"].as_u64().unwrap_or_default();
            assert!(asked <= 1, "{script} {rung}: {counted}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_of_our_own_that_is_in_use_makes_room_for_the_next_five_in_all() {
    let stage = gateway(presets("in-use-all")).await;
    let (code, line) = probe_at(&stage, &[]).await;
    assert_eq!(code, 1);
    assert!(line.contains("(broker::client_id_in_use)"), "{line}");
    let counted = counters(&stage).await;
    assert_eq!(counted["client_ids"].as_array().unwrap().len(), 5, "{counted}");
    assert_eq!((&counted["handshakes"], &counted["handshakes_at_once"]), (&json!(5), &json!(1)), "{counted}");
    let known = |id: &Value| (9000..=9099).contains(&id.as_i64().unwrap());
    assert!(counted["client_ids"].as_array().unwrap().iter().all(known), "{counted}");
    assert_eq!((&counted["resets"], &counted["handshakes_abandoned"]), (&json!(0), &json!(0)), "{counted}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_id_is_enough_when_only_the_first_is_held() {
    let stage = gateway(presets("rules: [{ times: 1, clients: { start: in_use } }]")).await;
    let (code, line) = probe_at(&stage, &[]).await;
    assert_eq!(code, 0, "{line}");
    let counted = counters(&stage).await;
    assert_eq!((&counted["ids_in_use"], &counted["handshakes"]), (&json!(1), &json!(2)), "{counted}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_was_given_and_is_in_use_is_named_at_once() {
    let stage = gateway(presets("in-use:9005")).await;
    let (code, line) = probe_at(&stage, &["--client-id", "9005"]).await;
    assert_eq!(code, 1);
    assert!(line.contains("client id 9005 is in use at 127.0.0.1:"), "{line}");
    assert_eq!(counters(&stage).await["handshakes"], 1);
    assert_eq!(probe_at(&stage, &["--client-id", "7"]).await.0, 0);
}

#[test]
fn wrong_input_is_told_and_asks_nobody() {
    for (arguments, told) in [
        (["--address", ""], "not host:port"),
        (["--address", "127.0.0.1"], "not host:port, such as 127.0.0.1:4002"),
        (["--address", ":4002"], "names no host"),
        (["--address", "127.0.0.1:0"], "`0` is not a port"),
        (["--address", "127.0.0.1:99999"], "`99999` is not a port"),
        (["--address", "127.0.0.1:http"], "`http` is not a port"),
        (["--address", "127.0.0.1:-1"], "`-1` is not a port"),
        (["--address", "http://127.0.0.1:4002"], "no scheme: leave `http://` out"),
        (["--address", "::1:4002"], "goes in brackets"),
        (["--address", "[gateway]:4002"], "not an IPv6 address"),
        (["--address", "the gateway:4002"], "neither a host name nor an address"),
        (["--address", "$(id):4002"], "neither a host name nor an address"),
        (["--timeout", "-5s"], "`-5s` is not a span of time"),
        (["--timeout", "0s"], "no time to ask in"),
        (["--timeout", "10"], "`10` is not a span of time"),
        (["--client-id", "0"], "client id 0 is refused: it is the one that binds manual orders"),
        (["--client-id", "-1"], "a whole number from 1"),
        (["--client-id", "2147483648"], "a whole number from 1"),
        (["--stage", "moon"], "possible values: tcp, version, session, request, farms"),
    ] {
        let ended = run(&[&["probe"], &arguments[..]].concat());
        assert_eq!((ended.code, ended.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(ended.stderr.contains(told), "{arguments:?}: {}", ended.stderr);
        assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
    }
    for arguments in [["--print-healthcheck", "--json"], ["--print-healthcheck", "--client-id=7"]] {
        assert_eq!(run(&[&["probe"], &arguments[..]].concat()).code, 2, "{arguments:?}");
    }
}

#[test]
fn a_name_that_nobody_knows_is_a_failure() {
    let (code, line) = probed("no-such-host.invalid:4002", &["--timeout", "2s"]);
    assert_eq!(code, 1);
    assert!(line.starts_with("not ready: stands below tcp, no connection: "), "{line}");
    assert!(line.contains("no-such-host.invalid:4002"), "{line}");
}

#[test]
fn the_address_can_come_from_the_environment() {
    let address = format!("127.0.0.1:{}", free_port());
    let ended: Ended = openbell(&["probe"]).env("OPENBELL_ADDRESS", &address).output().unwrap().into();
    assert_eq!(ended.code, 1);
    assert!(ended.stdout.contains(&address), "{}", ended.stdout);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_and_sigterm_end_it_with_130_one_line_and_a_clean_close() {
    for signal in ["INT", "TERM"] {
        let stage = gateway(presets("never")).await;
        let address = stage.address.to_string();
        let child = openbell(&["probe", "--address", &address, "--timeout", "30s"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let control = stage.control().await;
        let counters_now = async || -> Value {
            let asked = http::client().get(format!("{control}/counters")).send().await.unwrap();
            serde_json::from_str(&asked.text().await.unwrap()).unwrap()
        };
        while counters_now().await["connections"] != 1 {
            tokio::task::yield_now().await;
        }
        // The connection is there before the program may have asked for signals; its handshake is not.
        tokio::time::sleep(Duration::from_millis(200)).await;
        let killed =
            std::process::Command::new("kill").arg(format!("-{signal}")).arg(child.id().to_string()).status();
        assert!(killed.unwrap().success());
        let ended: Ended = child.wait_with_output().unwrap().into();
        assert_eq!(ended.code, 130, "{}", ended.stderr);
        let line = plain(ended.stdout.trim_end());
        assert_eq!(line, "not ready: interrupted after TIME, stands at tcp, no version frame yet: ADDRESS");
        assert_eq!(counters(&stage).await["resets"], 0);
    }
}
