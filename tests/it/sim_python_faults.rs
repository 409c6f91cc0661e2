//! Python's clients at a gateway with a fault: each fails the way it does at a real one.

use std::time::Duration;

use serde_json::Value;

use crate::stage::Stage;
use crate::support::clients::{CLIENT_ID, Client, IB_ASYNC, IB_INSYNC, IBAPI_9_81, IBAPI_LATEST, NAUTILUS};

/// Longer than a gateway takes to close on a client that it does not accept.
const PATIENCE: Duration = Duration::from_millis(1500);

/// A fault, how connecting ends, and what the client logs of it or does not.
struct Meets {
    presets: &'static str,
    failure: Option<&'static str>,
    says: &'static [&'static str],
    never_says: &'static [&'static str],
}

/// Whatever the fault, the exception is the same and has no text; only the log tells the cause.
const fn times_out(presets: &'static str, says: &'static [&'static str]) -> Meets {
    Meets { presets, failure: Some("TimeoutError"), says, never_says: &["API connection ready"] }
}

const LOGGED_ON: &str = "Logged on to server version 17";
const CLOSED: &str = "Peer closed connection. clientId 77 already in use?";
const IN_USE: &str = "Error 326, reqId -1: Unable to connect as the client id is already in use.";

const FAULTS: &[Meets] = &[
    Meets { never_says: &[LOGGED_ON, "Disconnected.", CLOSED], ..times_out("never", &["INFO Connected"]) },
    Meets { never_says: &[LOGGED_ON, CLOSED], ..times_out("refuse:1m", &["INFO Disconnected."]) },
    Meets { never_says: &[LOGGED_ON, CLOSED], ..times_out("http", &["INFO Disconnected."]) },
    times_out("not-accepted", &[LOGGED_ON, CLOSED]),
    times_out("in-use-all", &[LOGGED_ON, IN_USE, CLOSED]),
    Meets { never_says: &[CLOSED], ..times_out("no-id", &[LOGGED_ON]) },
    Meets { never_says: &[CLOSED], ..times_out("no-accounts", &[LOGGED_ON, "Warning 2104"]) },
    Meets { never_says: &[CLOSED], ..times_out("notices-only", &[LOGGED_ON, "Warning 2106"]) },
    Meets { never_says: &[CLOSED], ..times_out("start-api-mute", &[LOGGED_ON]) },
];

/// It gives up when the executions do not come.
const HALF_OPEN_IN_VAIN: Meets = Meets {
    presets: "half-open:1ms",
    failure: Some("TimeoutError"),
    says: &["API connection ready", "positions request timed out", "open orders request timed out"],
    never_says: &["Synchronization complete"],
};

/// It believes to be connected.
const HALF_OPEN_UNSEEN: Meets = Meets {
    presets: "half-open:1ms",
    failure: None,
    says: &["API connection ready", "executions request timed out", "Synchronization complete"],
    never_says: &[],
};

/// Gateways with these faults; one that falls silent has done so.
async fn with(presets: &[&str]) -> Vec<Stage> {
    let mut stages = Vec::new();
    for presets in presets {
        let stage = Stage::with(presets).await;
        if presets.starts_with("half-open") {
            stage.log.show_in_order(&["requests are not answered any more"]).await;
        }
        stages.push(stage);
    }
    stages
}

async fn fails_as_it_does(client: Client, half_open: &Meets) {
    let faults: Vec<&Meets> = FAULTS.iter().chain([half_open]).collect();
    let presets: Vec<&str> = faults.iter().map(|fault| fault.presets).collect();
    let seen = client.visit(&with(&presets).await, Duration::ZERO, PATIENCE).await;
    for (fault, seen) in faults.iter().zip(&seen) {
        let what = format!("{} at {}: {seen}", client.name, fault.presets);
        assert_eq!(seen["failure"].as_str(), fault.failure, "{what}");
        let took = seen["took"].as_f64().unwrap();
        let timeouts = if fault.presets == half_open.presets { 2.0 } else { 1.0 };
        assert!(took > timeouts * PATIENCE.as_secs_f64() - 0.1, "{what}");
        let log = seen["log"].to_string();
        assert!(fault.says.iter().all(|line| log.contains(line)), "{what}");
        assert!(!fault.never_says.iter().any(|line| log.contains(line)), "{what}");
    }
}

#[tokio::test]
async fn ib_insync_fails_as_it_does() {
    fails_as_it_does(IB_INSYNC, &HALF_OPEN_IN_VAIN).await;
}

#[tokio::test]
async fn ib_async_fails_as_it_does() {
    fails_as_it_does(IB_ASYNC, &HALF_OPEN_UNSEEN).await;
}

fn complaints(seen: &Value) -> String {
    seen["errors"].to_string()
}

/// What the official client makes of a fault, in the order of the presets below.
fn assert_fails_as_the_official_one(name: &str, presets: &str, seen: &Value) {
    let what = format!("{name} at {presets}: {seen}");
    let says = |part: &str| assert!(complaints(seen).contains(part), "{what}");
    match presets {
        // It has no deadline of its own: somebody has to disconnect it.
        "never" => assert!(seen["took"].is_null() && complaints(seen) == r#"["hangs"]"#, "{what}"),
        // No error, only a client that is not connected.
        "refuse:1m" | "http" => {
            assert_eq!(seen["connected"], false, "{what}");
            says("Disconnected; resetting connection");
            assert!(!complaints(seen).contains("code"), "{what}");
        }
        // The version is all it needs to call itself connected.
        "not-accepted" => says("the connection was closed"),
        "in-use-all" => says("error -1, code 326: Unable to connect as the client id is already in use."),
        "no-id" => says("no nextValidId after START_API"),
        "notices-only" | "start-api-mute" => says("no managedAccounts after START_API"),
        "half-open:1ms" => assert_eq!(seen["unanswered"]["heartbeat"], "nothing for 1.5 s", "{what}"),
        other => panic!("nothing is known of {other}"),
    }
    let has_no_version = ["never", "refuse:1m", "http"].contains(&presets);
    assert_eq!(seen["connected"], !has_no_version, "{what}");
}

async fn fails_as_the_official_one(client: Client) {
    let presets = [
        "never",
        "refuse:1m",
        "http",
        "not-accepted",
        "no-id",
        "notices-only",
        "start-api-mute",
        "half-open:1ms",
        "in-use-all",
    ];
    let stages = with(&presets).await;
    let seen = client.visit(&stages, Duration::ZERO, PATIENCE).await;
    for (presets, seen) in presets.iter().zip(&seen) {
        assert_fails_as_the_official_one(client.name, presets, seen);
    }
    let told = format!("client {CLIENT_ID}, version {}, asked startApi; closed: client id", client.newest);
    stages[presets.len() - 1].log.show_in_order(&[&told]).await;
}

#[tokio::test]
async fn the_official_client_fails_as_it_does() {
    tokio::join!(
        fails_as_the_official_one(IBAPI_9_81),
        fails_as_the_official_one(IBAPI_LATEST),
        fails_as_the_official_one(NAUTILUS),
    );
}
