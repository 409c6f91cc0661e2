//! The simulated gateway's IBC takes commands, with the same adapter that real ones are told with.

use std::time::Duration;

use openbell::adapters::ibc::CommandPort;
use openbell::ports::ibc::{Ibc, IbcError};
use openbell::sim::gateway::Settings;
use openbell::sim::script::{Door, Port, Script, parse};
use openbell::wire::client::{handshake, request_current_time};
use openbell::wire::server::Incoming;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::stage::Stage;

/// A gateway of which IBC takes commands, and where.
async fn commanded(script: &str) -> (Stage, String) {
    let script = parse("test", &format!("version: 1\n{script}")).unwrap();
    let command_port = Some("127.0.0.1:0".parse().unwrap());
    let stage = Stage::of(Settings { command_port, ..Settings::scripted(script) }).await;
    let address = stage.command_port().await;
    stage.entered().await;
    (stage, address)
}

/// What is answered to these lines, to the end of the channel.
async fn said(address: &str, lines: &str) -> String {
    let mut channel = TcpStream::connect(address).await.unwrap();
    channel.write_all(lines.as_bytes()).await.unwrap();
    let mut answer = String::new();
    let ended = tokio::time::timeout(Duration::from_secs(10), channel.read_to_string(&mut answer)).await;
    ended.expect("the channel ends").unwrap();
    answer
}

const BRIEFLY: &str = "on_restart: [{ name: away, lasts: 100ms, port: closed }]\n";

#[tokio::test]
async fn a_restart_makes_a_half_open_gateway_whole() {
    let (stage, address) = commanded(&format!("clients: {{ requests: mute }}\n{BRIEFLY}")).await;
    let mut client = stage.session(226, 7).await;
    client.send(&request_current_time(226)).await;
    client.assert_silence().await;
    assert_eq!(CommandPort.restart(&address).await.unwrap(), "RESTART in progress");
    client.assert_closed().await;
    stage.log.show_in_order(&["received command: RESTART", "the gateway restarts", "ready at"]).await;
    let mut client = stage.session(226, 7).await;
    client.send(&request_current_time(226)).await;
    assert!(matches!(client.next().await, Incoming::CurrentTime(_)));
    // A new process may be restarted again, in the same way.
    assert_eq!(CommandPort.restart(&address).await.unwrap(), "RESTART in progress");
    client.assert_closed().await;
    stage.log.show_in_order(&["phase away", "phase away", "ready at"]).await;
}

#[tokio::test]
async fn a_restart_makes_a_wedged_gateway_whole() {
    let script = format!("gateway: {{ wedges: true }}\nphases: [{{ clients: {{ door: mute }} }}]\n{BRIEFLY}");
    let (stage, address) = commanded(&script).await;
    let mut hasty = stage.connect().await;
    hasty.send(&handshake(100, 226)).await;
    hasty.assert_silence().await;
    drop(hasty);
    stage.log.show_in_order(&["wedged"]).await;
    CommandPort.restart(&address).await.unwrap();
    stage.log.show_in_order(&["wedged", "the gateway restarts", "ready at"]).await;
    stage.session(226, 7).await;
}

#[tokio::test]
async fn the_script_says_what_a_restart_leads_to() {
    let phases = Script::default().restarted().phases;
    assert!(phases[0].restart && phases[0].port == Some(Port::Closed), "{phases:?}");
    assert_eq!(phases[1].clients.door, Some(Door::Mute));
    assert!(phases.iter().all(|phase| phase.lasts.unwrap().get() == Duration::from_secs(3)));

    let (stage, address) = commanded(
        "on_restart: [{ name: second-factor, lasts: 1m, login: two_factor, clients: { door: mute } }]\n",
    )
    .await;
    CommandPort.restart(&address).await.unwrap();
    stage.log.show_in_order(&["phase second-factor", "Second Factor Authentication initiated"]).await;
    let mut client = stage.connect().await;
    client.send(&handshake(100, 226)).await;
    client.assert_silence().await;
    let error = CommandPort.restart(&address).await.unwrap_err();
    assert!(matches!(&error, IbcError::Rejected { words, .. } if words == "RESTART already in progress"));

    let wrong = parse("test", "version: 1\non_restart: [{ name: a }, { name: a }]\n").unwrap_err();
    let lines: Vec<_> = wrong.lines().collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
}

#[tokio::test]
async fn other_commands_are_answered_as_ibc_does() {
    let (stage, address) = commanded("").await;
    let answer = said(&address, "nonsense\n\nEnableApi\nreconnectdata\nexit\nSTOP\n").await;
    let expected =
        "ERROR Command invalid\nERROR ENABLEAPI is not valid for the IB Gateway\nOK \nOK Goodbye\n";
    assert_eq!(answer, expected);
    stage.log.show_in_order(&["invalid command received: nonsense", "Closing command channel"]).await;
    assert!(!stage.log.text().contains("sim: stopped"));
    assert_eq!(said(&address, "STOP\n").await, "OK Shutting down: STOP command\n");
    stage.log.show_in_order(&["sim: stopped"]).await;
}
