//! Our bytes are those that real gateways and real clients sent.

use openbell::wire::server::{self, Incoming};
use openbell::wire::{client, protobuf};

use crate::captures::{live, transcript};

const OK_NOTICES: [(i32, &str); 3] = [
    (2104, "Market data farm connection is OK:usfarm"),
    (2106, "HMDS data farm connection is OK:ushmds"),
    (2158, "Sec-def data farm connection is OK:secdefnj"),
];

/// The time inside a captured protobuf error, so that ours can be compared with it.
fn error_time(frame: &[u8]) -> i64 {
    match protobuf::find(&frame[8..], 2).unwrap() {
        Some(protobuf::Value::Number(time)) => time,
        other => panic!("no time but {other:?}"),
    }
}

fn assert_leg(server_version: u32, order_id: i64) {
    let leg = live(&server_version.to_string());
    assert_eq!(server::managed_accounts(server_version, "DU9000001"), leg.answers[0]);
    assert_eq!(server::next_valid_id(server_version, order_id), leg.answers[1]);
    for (captured, (code, text)) in leg.answers[2..].iter().zip(OK_NOTICES) {
        let ours = server::error(server_version, -1, code, text, error_time(captured));
        assert_eq!(&ours, captured);
    }
    assert_eq!(client::request_current_time(server_version), leg.asks_time);
    let Ok(Incoming::CurrentTime(time)) = server::decode(server_version, &leg.time[4..]) else {
        panic!("the captured time is not read");
    };
    assert_eq!(server::current_time(server_version, time), leg.time);
}

#[test]
fn frames_equal_those_of_a_real_gateway_at_208() {
    assert_leg(208, 581);
}

#[test]
fn frames_equal_those_of_a_real_gateway_at_213() {
    assert_leg(213, 5);
}

#[test]
fn a_real_gateway_is_understood() {
    for (version, order_id) in [(208, 581), (213, 5)] {
        let answers = live(&version.to_string()).answers;
        let read: Vec<_> =
            answers.iter().map(|frame| server::decode(version, &frame[4..]).unwrap()).collect();
        assert_eq!(read[0], Incoming::ManagedAccounts(vec!["DU9000001".into()]));
        assert_eq!(read[1], Incoming::NextValidId(order_id));
        for (incoming, (code, text)) in read[2..].iter().zip(OK_NOTICES) {
            assert_eq!(*incoming, Incoming::Error { id: -1, code, message: text.into() });
        }
    }
}

/// Every answer of a transcript that we can read is rebuilt from what was read.
fn assert_transcript(name: &str, server_version: u32) -> Vec<Incoming> {
    let mut frames = transcript(name).into_iter().filter(|entry| !entry.from_client);
    let version = frames.next().unwrap().bytes;
    let (agreed, time) = server::parse_version(&version[4..]).unwrap();
    assert_eq!(agreed, server_version);
    assert_eq!(server::version(agreed, &time), version);
    let mut seen = Vec::new();
    for entry in frames {
        let incoming = server::decode(server_version, &entry.bytes[4..]).unwrap();
        let ours = match &incoming {
            Incoming::ManagedAccounts(accounts) => {
                server::managed_accounts(server_version, &accounts.join(","))
            }
            Incoming::NextValidId(id) => server::next_valid_id(server_version, *id),
            Incoming::CurrentTime(time) => server::current_time(server_version, *time),
            Incoming::Error { id, code, message } => {
                let time = if server_version < 213 { 0 } else { error_time(&entry.bytes) };
                server::error(server_version, *id, *code, message, time)
            }
            Incoming::OpenOrder { .. }
            | Incoming::OpenOrdersEnd
            | Incoming::Position { .. }
            | Incoming::PositionsEnd
            | Incoming::Other(_) => continue,
        };
        assert_eq!(ours, entry.bytes, "{}", entry.note);
        seen.push(incoming);
    }
    seen
}

#[test]
fn the_transcripts_are_read_and_written_back_byte_for_byte() {
    for (name, version) in
        [("ib_insync-0.9.86.json", 176), ("ibapi-stable-10.50.2.json", 226), ("rust-ibapi-5.5.0.json", 226)]
    {
        let seen = assert_transcript(name, version);
        assert!(seen.contains(&Incoming::ManagedAccounts(vec!["DU1234567".into()])), "{name}");
        assert!(seen.contains(&Incoming::NextValidId(1)), "{name}");
        assert!(seen.iter().any(|incoming| matches!(incoming, Incoming::CurrentTime(_))), "{name}");
        assert!(seen.iter().any(|incoming| matches!(incoming, Incoming::Error { code: 2158, .. })), "{name}");
    }
}

#[test]
fn a_client_opens_as_the_real_ones_do() {
    let sent = |name| -> Vec<_> {
        transcript(name).into_iter().filter(|entry| entry.from_client).map(|entry| entry.bytes).collect()
    };
    let rust = sent("rust-ibapi-5.5.0.json");
    assert_eq!(client::handshake(213, 226), rust[0]);
    assert_eq!(client::start_api(226, 0), rust[1]);
    assert_eq!(client::request_current_time(226), rust[2]);
    assert_eq!(client::request_ids(226), rust[4]);
    let python = sent("ib_insync-0.9.86.json");
    assert_eq!(client::handshake(157, 176), python[0]);
    assert_eq!(client::start_api(176, 0), python[1]);
    assert!(python.contains(&client::request_current_time(176)));
}
