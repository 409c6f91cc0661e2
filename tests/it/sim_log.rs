//! The log, as whoever watches a container reads it.

use crate::stage::Stage;

#[tokio::test]
async fn a_gateway_that_ends_was_never_ready() {
    for (script, said) in [
        (
            "phases: [{ lasts: 300ms, login: two_factor, clients: { door: mute } }, { login: two_factor_timeout, exit: 87 }]",
            &["IBC will exit in 0 seconds", "exit code=1111", "IBC returned exit status 87", "sim: stopped"]
                [..],
        ),
        (
            "phases: [{ lasts: 300ms, port: closed }, { name: end, exit: 3 }]",
            &["port is closed", "phase end", "stopped"],
        ),
    ] {
        let stage = Stage::scripted(script).await;
        stage.log.show_in_order(said).await;
        let text = stage.log.text();
        assert!(!text.contains("ready at") && !text.contains("has completed\n"), "{text}");
        assert!(!text.contains("Configuration tasks completed"), "{text}");
    }
}

#[tokio::test]
async fn a_pending_handshake_ends_without_a_version_when_the_gateway_ends() {
    let stage = Stage::scripted("phases: [{ lasts: 1h, clients: { door: mute } }, { exit: 1 }]").await;
    let mut client = stage.connect().await;
    client.send(&openbell::wire::client::handshake(100, 226)).await;
    client.assert_silence().await;
    stage.next().await;
    client.assert_closed().await;
}

#[tokio::test]
async fn a_restart_logs_in_anew() {
    let stage = Stage::scripted("phases: [{ lasts: 1h }, { restart: true }]").await;
    stage.next().await;
    let again = ["ready at ", "the gateway restarts", "Login has completed", "ready at "];
    stage.log.show_in_order(&again).await;
}

#[tokio::test]
async fn what_was_asked_is_called_by_its_name() {
    let stage = Stage::with("ready").await;
    let mut client = stage.session(226, 3).await;
    for id in [9_u32, 20, 86, 5000] {
        let request = [&(id + 200).to_be_bytes()[..], b"\x08\x2a"].concat();
        client.send(&openbell::wire::frame(&request)).await;
        client.next().await;
    }
    drop(client);
    let asked = "asked startApi contractDetails historicalData historicalNews #5000; the client closed";
    stage.log.show_in_order(&["client 3, version 226", asked]).await;
}
