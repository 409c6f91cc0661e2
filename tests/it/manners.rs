//! What openbell does to a gateway, counted by the gateway: one handshake at a time, finished or closed cleanly.

use openbell::sim::gateway::Settings;
use serde_json::Value;

use crate::stage::Stage;
use crate::support::command::openbell;
use crate::support::http;

async fn get(control: &str, path: &str) -> Value {
    let asked = http::client().get(format!("{control}/{path}")).send().await.unwrap();
    serde_json::from_str(&asked.text().await.unwrap()).unwrap()
}

/// Carries a playbook out against a gateway with this script; its exit code, and what the gateway counted.
async fn counted(script: &str, steps: &str) -> (i32, Value) {
    let mut settings = Settings::scripted(script.parse().unwrap());
    settings.control = Some("127.0.0.1:0".parse().unwrap());
    let stage = Stage::of(settings).await;
    let control = stage.control().await;
    let directory = tempfile::tempdir().unwrap();
    let playbook = format!(
        "version: 1\nname: manners\nconnection: {{ address: \"{}\", client_id: [101, 102], timeout: 10s }}\nsteps:\n{steps}",
        stage.address
    );
    std::fs::write(directory.path().join("playbook.yaml"), playbook).unwrap();
    let mut command = openbell(&["run", "playbook.yaml"]);
    command.current_dir(directory.path());
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let code = output.status.code().unwrap();
    // A connection's end is counted before it is off the list: then all of them are.
    while get(&control, "connections").await != serde_json::json!([]) {
        tokio::task::yield_now().await;
    }
    let counters = get(&control, "counters").await;
    let told =
        format!("{script}: {}\n{counters}\n{}", String::from_utf8_lossy(&output.stderr), stage.log.text());
    assert!(counters["handshakes_at_once"].as_u64().unwrap() <= 1, "two handshakes at once: {told}");
    // A deadline that passes gives up the handshake that waits, and that one only.
    let given_up = u64::from(code == 124);
    assert_eq!(counters["handshakes_abandoned"], given_up, "a handshake was given up: {told}");
    assert_eq!(counters["resets"], 0, "a connection was not closed cleanly: {told}");
    let known = |id: i64| (9000..=9099).contains(&id) || (101..=102).contains(&id);
    let ids = counters["client_ids"].as_array().unwrap();
    assert!(ids.iter().all(|id| known(id.as_i64().unwrap())), "a client id that nobody declared: {told}");
    (code, counters)
}

const START_UP: &str = "  - { id: api, within: 30s, do: { ready: {} } }\n  - { id: session, within: 20s, do: { session: {} } }\n  \
                        - { id: account, within: 10s, do: { account: {} } }\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_start_up_is_polite_whatever_the_gateway_does() {
    let scripts = [
        "ready",
        "mute:3s",
        "mute-drop:2s,mute:2s",
        "closed:1s,refuse:1s,reset:1s,mute:1s",
        "stuck:2s",
        "late-release:500ms",
        "in-use:101",
        "time-limit:4250ms",
        "flood:50",
    ];
    let runs = scripts.map(|script| tokio::spawn(async move { (script, counted(script, START_UP).await) }));
    for run in runs {
        let (script, (code, counters)) = run.await.unwrap();
        assert_eq!(code, 0, "{script}: {counters}");
        // One handshake answers the wait; then come the session and the look at the accounts.
        let needed = counters["sessions"].as_u64().unwrap();
        assert!((2..=4).contains(&needed), "{script}: {counters}");
    }
}

/// The same, all at once, and a session that is kept open beside them.
const AT_ONCE: &str = "  - { id: api, needs: [], within: 60s, do: { ready: {} } }\n  \
                       - { id: session, needs: [], within: 60s, do: { session: {} } }\n  \
                       - { id: account, needs: [], within: 60s, do: { account: {} } }\n  \
                       - { id: again, needs: [], within: 60s, do: { ready: { client: probe } } }\n  \
                       - { id: steady, needs: [api], within: 60s, do: { stable: { for: 2s } } }\n";

#[tokio::test(flavor = "multi_thread")]
async fn steps_that_run_at_once_take_turns_at_the_gateway() {
    let scripts = ["ready", "mute:2s", "refuse:1s,reset:1s,mute:1s", "late-release:500ms", "in-use:101"];
    let runs = scripts.map(|script| tokio::spawn(async move { (script, counted(script, AT_ONCE).await) }));
    for run in runs {
        let (script, (code, counters)) = run.await.unwrap();
        assert_eq!(code, 0, "{script}: {counters}");
        assert!(counters["sessions"].as_u64().unwrap() >= 5, "{script}: {counters}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_in_vain_is_one_patient_handshake() {
    let steps = "  - { id: api, within: 6s, do: { ready: {} } }\n";
    let (code, counters) = counted("mute:1h,wedge", steps).await;
    assert_eq!(code, 124);
    assert_eq!(counters["handshakes"], 1, "{counters}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clock_is_not_asked_more_often_than_gateways_answer() {
    let steps = format!("{START_UP}  - {{ id: steady, do: {{ stable: {{ for: 12s, every: 1s }} }} }}\n");
    let (code, counters) = counted("time-limit:4250ms", &steps).await;
    assert_eq!(code, 0, "{counters}");
    let gap = counters["current_time_gap_ms"].as_u64();
    assert!(gap.is_some_and(|gap| gap >= 5_000), "{counters}");
    assert!(counters["requests_in_a_second"].as_u64().unwrap() < 20, "{counters}");
}

/// Asks why at a gateway with this script; what the gateway counted.
async fn asked_why(script: &'static str) -> (Value, String) {
    let mut settings = Settings::scripted(script.parse().unwrap());
    settings.control = Some("127.0.0.1:0".parse().unwrap());
    let stage = Stage::of(settings).await;
    let control = stage.control().await;
    let address = stage.address.to_string();
    let mut command = openbell(&[
        "diagnose",
        "--address",
        &address,
        "--client-id",
        "101",
        "--client-id",
        "102",
        "--timeout",
        "2s",
        "--data",
    ]);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    while get(&control, "connections").await != serde_json::json!([]) {
        tokio::task::yield_now().await;
    }
    let told = format!("{script}: {}\n{}", String::from_utf8_lossy(&output.stdout), stage.log.text());
    (get(&control, "counters").await, told)
}

#[tokio::test(flavor = "multi_thread")]
async fn asking_why_is_one_handshake_after_the_other_and_asks_the_time_once() {
    let scripts =
        ["ready", "in-use:101", "not-accepted", "half-open:0s", "mute:1h", "flood:150", "in-use-all"];
    for asked in scripts.map(|script| tokio::spawn(async move { (script, asked_why(script).await) })) {
        let (script, (counters, told)) = asked.await.unwrap();
        assert_eq!(counters["handshakes_at_once"], 1, "{told}\n{counters}");
        assert_eq!(counters["resets"], 0, "{told}\n{counters}");
        // Silence is borne for the whole timeout, once; then somebody has to go.
        let given_up = u64::from(script == "mute:1h");
        assert_eq!(counters["handshakes_abandoned"], given_up, "{told}\n{counters}");
        assert_eq!(counters["current_time_gap_ms"], Value::Null, "asked once: {told}\n{counters}");
        let known = |id: i64| (9000..=9099).contains(&id) || (101..=102).contains(&id);
        let ids = counters["client_ids"].as_array().unwrap();
        assert!(ids.iter().all(|id| known(id.as_i64().unwrap())), "{told}\n{counters}");
    }
}
