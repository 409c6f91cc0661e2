//! Every way in which real gateways have been seen to fail, written as a script, and what the Rust client makes of it.
//!
//! The expectations are measurements of the same client against a scripted server: what it returns, and how soon.

use std::time::Duration;

use ibapi::Error;

use crate::stage::Stage;

/// What the client does with a gateway.
#[derive(Debug, PartialEq, Eq)]
enum Met {
    /// It is connected: accounts, and the next order id.
    Connected(Vec<String>, i32),
    /// It waits, without a deadline.
    Hangs,
    Refused,
    /// The connection ended before the version.
    Lost,
    /// The connection ended after the version.
    Eof,
    InUse,
    TooOld,
    NoGateway,
}

/// A gateway with this script, met by the client with id 100.
async fn met(script: &str) -> Met {
    let stage = Stage::scripted(script).await;
    stage.entered().await;
    let Some(met) = stage.ibapi(Duration::from_secs(3)).await else { return Met::Hangs };
    match met {
        Ok(client) => Met::Connected(client.handshake_managed_accounts().to_vec(), client.next_order_id()),
        Err(Error::ClientIdInUse { client_id: 100 }) => Met::InUse,
        Err(Error::ServerVersion(213, ..)) => Met::TooOld,
        Err(Error::InvalidFrame(_)) => Met::NoGateway,
        Err(Error::ConnectionRejected(_)) => Met::Lost,
        Err(Error::Io(error)) => match error.kind() {
            std::io::ErrorKind::ConnectionRefused => Met::Refused,
            std::io::ErrorKind::UnexpectedEof => Met::Eof,
            // A close that overtakes the client's first bytes is a reset: a race on real hosts as well.
            std::io::ErrorKind::ConnectionReset | std::io::ErrorKind::BrokenPipe => Met::Lost,
            other => panic!("{other:?}"),
        },
        Err(other) => panic!("{other:?}"),
    }
}

/// All rows, side by side: many of them are waits.
async fn all<const N: usize>(rows: [(&'static str, Met); N]) {
    let meetings = rows.map(|(script, expected)| (script, expected, tokio::spawn(met(script))));
    for (script, expected, meeting) in meetings {
        assert_eq!(meeting.await.unwrap(), expected, "{script}");
    }
}

fn paper(next_order_id: i32) -> Met {
    Met::Connected(vec!["DU1234567".into()], next_order_id)
}

#[tokio::test]
async fn before_the_version() {
    let rows = [
        ("phases: []", paper(1)),
        ("phases: [{ port: closed }]", Met::Refused),
        ("phases: [{ port: stuck }]", Met::Hangs),
        ("phases: [{ port: full }]", Met::Hangs),
        ("clients: { door: refuse }", Met::Lost),
        ("clients: { door: reset }", Met::Lost),
        ("clients: { door: mute }", Met::Hangs),
        ("clients: { door: partial }", Met::Hangs),
        ("clients: { door: hang_up }", Met::Lost),
        ("clients: { door: hang_up, close_after: 200ms }", Met::Lost),
        ("clients: { door: http }", Met::NoGateway),
        ("clients: { door: tls }", Met::NoGateway),
        ("clients: { door: garbage }", Met::NoGateway),
        ("clients: { slow: 1ms }", paper(1)),
        ("clients: { slow: 1s }", Met::Hangs),
        ("phases: [{ lasts: 300ms, clients: { door: mute } }]", paper(1)),
        ("phases: [{ lasts: 1s, clients: { door: mute, pending: dropped } }]", Met::Lost),
        ("phases: [{ lasts: 1s, clients: { door: mute, pending: ignored } }]", Met::Hangs),
        ("phases: [{ lasts: 300ms, port: stuck }]", paper(1)),
    ];
    all(rows).await;
}

#[tokio::test]
async fn from_the_version_on() {
    let rows = [
        ("clients: { door: version_only }", Met::Eof),
        ("clients: { start: mute }", Met::Hangs),
        ("clients: { start: not_accepted }", Met::Eof),
        ("clients: { start: in_use }", Met::InUse),
        ("rules: [{ client_ids: [100, 101], clients: { start: in_use } }]", Met::InUse),
        ("rules: [{ client_ids: [101], clients: { start: in_use } }]", paper(1)),
        ("clients: { order_id: withheld }", Met::Hangs),
        ("clients: { accounts: withheld }", Met::Hangs),
        ("clients: { accounts: withheld, order_id: withheld }", Met::Hangs),
        ("clients: { accounts: empty }", Met::Connected(Vec::new(), 1)),
        // After 100 frames without both the client gives up and calls it a success.
        ("clients: { flood: 150, accounts: withheld, order_id: withheld }", Met::Connected(Vec::new(), 0)),
        ("clients: { flood: 50 }", paper(1)),
        ("gateway: { server_version: 212 }", Met::TooOld),
        ("gateway: { server_version: 178 }", Met::TooOld),
        ("gateway: { next_order_id: 581 }", paper(581)),
        ("gateway: { order_ids: { 100: 7 } }", paper(7)),
        ("gateway: { accounts: [U1234567] }", Met::Connected(vec!["U1234567".into()], 1)),
        (
            "gateway: { accounts: [DF1, DU2], trailing_comma: true }",
            Met::Connected(vec!["DF1".into(), "DU2".into()], 1),
        ),
        ("rules: [{ peers: [127.0.0.1], clients: { start: not_accepted } }]", Met::Eof),
        ("rules: [{ peers: [10.0.0.1], clients: { start: not_accepted } }]", paper(1)),
    ];
    all(rows).await;
}
