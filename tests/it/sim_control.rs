//! The control port: what has been done, who is there, and faults on demand.

use openbell::sim::gateway::Settings;
use openbell::wire::client::{handshake, request_current_time, start_api};
use openbell::wire::server::Incoming;
use reqwest::StatusCode;
use serde_json::Value;

use crate::stage::Stage;
use crate::support::http;

/// A gateway with a control port, and the address of that.
async fn controlled(presets: &str) -> (Stage, String) {
    let mut settings = Settings::scripted(presets.parse().unwrap());
    settings.control = Some("127.0.0.1:0".parse().unwrap());
    let stage = Stage::of(settings).await;
    let control = stage.control().await;
    (stage, control)
}

async fn get(address: &str, path: &str) -> Value {
    ask(reqwest::Method::GET, address, path, "").await.1.parse().unwrap()
}

async fn ask(method: reqwest::Method, address: &str, path: &str, body: &str) -> (StatusCode, String) {
    let request = http::client().request(method, format!("{address}{path}")).body(body.to_owned());
    let answer = request.send().await.unwrap();
    (answer.status(), answer.text().await.unwrap())
}

async fn post(address: &str, path: &str, body: &str) -> (StatusCode, String) {
    ask(reqwest::Method::POST, address, path, body).await
}

#[tokio::test]
async fn counters_tell_what_clients_have_done() {
    let (stage, control) = controlled("mute:300ms").await;
    // Two handshakes at once, one of which is given up; and a look at the port, which harms nobody.
    drop(stage.connect().await);
    let mut patient = stage.connect().await;
    patient.send(&handshake(100, 226)).await;
    let mut hasty = stage.connect().await;
    hasty.send(&handshake(100, 226)).await;
    while get(&control, "/counters").await["handshakes_now"] != 2 {
        tokio::task::yield_now().await;
    }
    drop(hasty);
    patient.version().await;
    patient.send(&start_api(226, 9001)).await;
    for _ in 0..6 {
        patient.next().await;
    }
    for _ in 0..2 {
        patient.send(&request_current_time(226)).await;
        assert!(matches!(patient.next().await, Incoming::CurrentTime(_)));
    }
    stage.log.show_in_order(&["handshake abandoned"]).await;
    let counters = get(&control, "/counters").await;
    let expected = serde_json::json!({
        "connections": 3, "handshakes": 2, "handshakes_now": 0, "handshakes_at_once": 2, "handshakes_abandoned": 1,
        "resets": 0, "sessions": 1, "sessions_now": 1, "sessions_at_once": 1, "ids_in_use": 0, "client_ids": [9001],
        "requests": 3, "requests_by_name": { "startApi": 1, "currentTime": 2 },
    });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&counters[name], value, "{name} in {counters}");
    }
    assert!(counters["current_time_gap_ms"].as_u64().unwrap() < 1_000);
    let connections = get(&control, "/connections").await;
    assert_eq!(connections.as_array().unwrap().len(), 1, "{connections}");
    assert_eq!(connections[0]["client_id"], 9001);
    assert_eq!(connections[0]["stage"], "session");
    assert_eq!(connections[0]["server_version"], 226);
    assert_eq!(connections[0]["requests"], 3);
    assert_eq!(post(&control, "/counters", "").await.0, StatusCode::NO_CONTENT);
    let cleared = get(&control, "/counters").await;
    assert_eq!((&cleared["sessions_now"], &cleared["requests"]), (&1.into(), &0.into()));
}

#[tokio::test]
async fn a_fault_begins_when_it_is_asked_for() {
    let (stage, control) = controlled("live").await;
    let mut client = stage.session(226, 4).await;
    assert_eq!(get(&control, "/phase").await["ready"], true);
    assert_eq!(post(&control, "/script", "drop:0s").await.0, StatusCode::ACCEPTED);
    client.assert_closed().await;
    stage.log.show_in_order(&["another script begins", "all connections are dropped"]).await;

    let script = "version: 1\nphases: [{ name: half, clients: { requests: mute } }]\n";
    let mut client = stage.session(226, 4).await;
    assert_eq!(post(&control, "/script", script).await.0, StatusCode::ACCEPTED);
    while get(&control, "/phase").await["phase"]["name"] != "half" {
        tokio::task::yield_now().await;
    }
    client.send(&request_current_time(226)).await;
    client.assert_silence().await;
    // What the gateway is, is not changed by another script.
    assert_eq!(get(&control, "/phase").await["accounts"], "U1234567");
}

#[tokio::test]
async fn a_paper_gateway_can_show_a_live_account_later() {
    let (stage, control) = controlled("ready").await;
    drop(stage.session(226, 4).await);
    let script = r#"{ "version": 1, "phases": [{ "accounts": ["U7654321"], "drop": "close" }] }"#;
    assert_eq!(post(&control, "/script", script).await.0, StatusCode::ACCEPTED);
    stage.log.show_in_order(&["all connections are dropped"]).await;
    let mut client = stage.shaken(100, 226).await;
    client.send(&start_api(226, 4)).await;
    assert_eq!(client.next().await, Incoming::ManagedAccounts(vec!["U7654321".into()]));
}

#[tokio::test]
async fn phases_can_be_stepped_through() {
    let (stage, control) = controlled("mute:1h,refuse:1h").await;
    stage.entered().await;
    assert_eq!(get(&control, "/phase").await["place"], 0);
    for (place, ready) in [(1, false), (2, true)] {
        assert_eq!(post(&control, "/next", "").await.0, StatusCode::ACCEPTED);
        stage.log.show_in_order(&["Authenticating"]).await;
        loop {
            let now = get(&control, "/phase").await;
            if now["place"] == place {
                assert_eq!((&now["of"], &now["ready"]), (&3.into(), &ready.into()));
                break;
            }
        }
    }
}

#[tokio::test]
async fn the_last_phase_is_not_entered_again() {
    let (stage, control) = controlled("drop:1h").await;
    assert_eq!(post(&control, "/next", "").await.0, StatusCode::ACCEPTED);
    stage.log.show_in_order(&["all connections are dropped"]).await;
    while get(&control, "/phase").await["place"] != 2 {
        tokio::task::yield_now().await;
    }
    let (status, text) = post(&control, "/next", "").await;
    assert_eq!((status, text.as_str()), (StatusCode::CONFLICT, "this is the last phase\n"));
    assert_eq!(stage.log.text().matches("all connections are dropped").count(), 1);
}

#[tokio::test]
async fn another_script_makes_whole_what_the_one_before_has_broken() {
    let (stage, control) = controlled("ready").await;
    let mut client = stage.session(226, 1).await;
    let mut hears = async |codes: &[i32]| {
        for code in codes {
            let said = client.next().await;
            assert!(matches!(said, Incoming::Error { code: seen, .. } if seen == *code), "{said:?}");
        }
    };
    assert_eq!(post(&control, "/script", "lost:0s").await.0, StatusCode::ACCEPTED);
    hears(&[1100]).await;
    assert_eq!(post(&control, "/script", "farms-inactive").await.0, StatusCode::ACCEPTED);
    hears(&[1102, 2108, 2107]).await;
    assert_eq!(post(&control, "/script", "version-only").await.0, StatusCode::ACCEPTED);
    hears(&[2104, 2104, 2106, 2158]).await;
    assert_eq!(post(&control, "/script", "ready").await.0, StatusCode::ACCEPTED);
    stage.log.show_in_order(&["is restored (1102)", "after the version", "ready at"]).await;
    stage.session(226, 2).await;
}

#[tokio::test]
async fn whoever_leaves_while_an_answer_is_owed_has_abandoned_and_wedges() {
    let scripts = ["never", "mute-ignore:1h", "partial", "start-api-mute", "no-id", "no-list", "slow:2s"];
    for script in scripts {
        let (stage, control) = controlled(&format!("{script},wedge")).await;
        stage.entered().await;
        let mut quitter = stage.connect().await;
        quitter.send(&[handshake(100, 226), start_api(226, 7)].concat()).await;
        while get(&control, "/counters").await["handshakes_now"] != 1 {
            tokio::task::yield_now().await;
        }
        drop(quitter);
        stage.log.show_in_order(&["wedged by an abandoned handshake", "handshake abandoned: "]).await;
        let counters = get(&control, "/counters").await;
        assert_eq!(
            (&counters["handshakes_abandoned"], &counters["handshakes_now"]),
            (&1.into(), &0.into()),
            "{script}"
        );
    }
}

#[tokio::test]
async fn requests_are_counted_in_any_second_and_names_have_a_bound() {
    let (stage, control) = controlled("rate:0").await;
    let mut client = stage.session(226, 1).await;
    for id in 1000..2000_u32 {
        client.send(&openbell::wire::frame(&[&id.to_be_bytes()[..], b"\x08\x2a"].concat())).await;
        client.next().await;
    }
    let counters = get(&control, "/counters").await;
    assert_eq!(counters["requests"], 1001);
    assert!(counters["requests_by_name"].as_object().unwrap().len() <= 257, "{counters}");
    assert_eq!(counters["requests_by_name"]["other"], 1001 - 256);
}

#[tokio::test]
async fn a_script_with_very_many_problems_costs_little() {
    let (stage, control) = controlled("ready").await;
    let script = format!("version: 1\nphases:\n{}", "- {}\n".repeat(40_000));
    let (status, text) = post(&control, "/script", &script).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(text.lines().count(), 50, "the first ones are told");
    stage.session(226, 1).await;
}

#[tokio::test]
async fn an_empty_list_of_accounts_is_an_answer() {
    let (stage, control) = controlled("no-accounts,wedge").await;
    let mut client = stage.shaken(100, 226).await;
    client.send(&start_api(226, 7)).await;
    assert_eq!(client.next().await, Incoming::ManagedAccounts(vec![]));
    assert_eq!(client.next().await, Incoming::NextValidId(1));
    for _ in 0..4 {
        assert!(matches!(client.next().await, Incoming::Error { id: -1, .. }));
    }
    drop(client);
    stage.log.show_in_order(&["client 7, version 226", "the client closed"]).await;
    assert_eq!(get(&control, "/counters").await["handshakes_abandoned"], 0);
    assert!(!stage.log.text().contains("wedged"));
}

#[tokio::test]
async fn frames_without_an_id_are_paced_and_counted_too() {
    let (stage, control) = controlled("rate:20").await;
    let mut client = stage.shaken(100, 226).await;
    client.send(&openbell::wire::frame(b"\0").repeat(30)).await;
    stage.log.show_in_order(&["sim: ready at"]).await;
    let mut codes = std::collections::BTreeSet::new();
    for _ in 0..32 {
        let Incoming::Error { code, .. } = client.next().await else { panic!("no error") };
        codes.insert(code);
    }
    assert_eq!(codes.into_iter().collect::<Vec<_>>(), [0, 100, 320]);
    assert_eq!(get(&control, "/counters").await["requests_by_name"]["unreadable"], 30);
}

#[tokio::test]
async fn the_control_port_takes_no_place_from_the_gateways_clients() {
    let (stage, control) = controlled("ready").await;
    let address = control.trim_start_matches("http://").to_owned();
    let mut silent = Vec::new();
    for _ in 0..100 {
        silent.push(tokio::net::TcpStream::connect(&address).await.unwrap());
    }
    stage.session(226, 1).await;
    drop(silent);
    assert_eq!(get(&control, "/phase").await["ready"], true);
}

#[tokio::test]
async fn what_is_no_script_is_refused_and_changes_nothing() {
    let (stage, control) = controlled("ready").await;
    let mut client = stage.session(226, 4).await;
    for (body, said) in [
        ("mutte:6s", "there is no preset `mutte`"),
        ("", "there is no preset ``"),
        ("version: 1\nphase: []\n", "script:2:1: unknown key `phase`; did you mean `phases`?"),
        ("version: 1\nclients: { slow: 2m }\n", "script:2:18: a pause of more than a minute"),
        (&"x".repeat(300_000), "length limit exceeded"),
        ("old:178", "what a gateway is cannot be changed while it runs"),
    ] {
        let (status, text) = post(&control, "/script", body).await;
        let expected =
            if body.len() > 100_000 { StatusCode::PAYLOAD_TOO_LARGE } else { StatusCode::BAD_REQUEST };
        assert_eq!(status, expected, "{text}");
        assert!(text.contains(said), "{text}");
    }
    assert_eq!(ask(reqwest::Method::DELETE, &control, "/script", "").await.0, StatusCode::METHOD_NOT_ALLOWED);
    assert!(ask(reqwest::Method::GET, &control, "/", "").await.1.contains("POST /script"));
    client.send(&request_current_time(226)).await;
    assert!(matches!(client.next().await, Incoming::CurrentTime(_)));
}

#[tokio::test]
async fn an_open_control_connection_does_not_keep_the_gateway() {
    let (stage, control) = controlled("ready").await;
    let _open = tokio::net::TcpStream::connect(control.trim_start_matches("http://")).await.unwrap();
    let log = stage.log.clone();
    drop(stage);
    log.show_in_order(&["sim: stopped"]).await;
}
