//! Any bytes, read as both ends of a connection read them: no panic, and what was understood is understood again.
//!
//! An input is a server version, two bytes, the lower first; then frames, or the payload of one.
#![no_main]

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use libfuzzer_sys::fuzz_target;
use openbell_fuzz::wire::request::{Request, parse_handshake};
use openbell_fuzz::wire::server::{self, Incoming, decode, parse_version};
use openbell_fuzz::wire::{FrameError, MAX_FRAME, client, frame, read_frame};

/// One server version of each form, and of each way an error is written.
const VERSIONS: [u32; 6] = [100, 176, 200, 203, 210, 226];

fuzz_target!(|input: (u16, &[u8])| {
    let (version, bytes) = input;
    read_openings(bytes);
    let payloads = cut(bytes);
    for version in VERSIONS.into_iter().chain([u32::from(version)]) {
        for payload in payloads.iter().map(Vec::as_slice).chain([bytes]) {
            read_request(version, payload);
            read_answer(version, payload);
        }
    }
});

/// The first frame of a connection, from either side.
fn read_openings(payload: &[u8]) {
    if let Some((min, max)) = parse_handshake(payload) {
        let again = client::handshake(min, max);
        assert_eq!(parse_handshake(&again[8..]), Some((min, max)));
    }
    if let Some((version, time)) = parse_version(payload) {
        let again = server::version(version, &time);
        assert_eq!(parse_version(&again[4..]), Some((version, time)));
    }
}

/// The payloads of all whole frames. They are the bytes they were cut from, and no byte more is held.
fn cut(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut rest = bytes;
    let mut payloads = Vec::new();
    loop {
        let before = rest;
        match now(read_frame(&mut rest)) {
            Ok(payload) => {
                assert!(payload.len() <= MAX_FRAME);
                assert!(before.starts_with(&frame(&payload)));
                payloads.push(payload);
            }
            Err(FrameError::Closed) => {
                assert!(before.is_empty());
                return payloads;
            }
            Err(FrameError::Torn { have }) => {
                assert_eq!(have, before.len());
                return payloads;
            }
            Err(FrameError::TooLong { length, .. }) => {
                assert!(length as usize > MAX_FRAME);
                return payloads;
            }
            Err(FrameError::Io(error)) => panic!("memory cannot fail: {error}"),
        }
    }
}

/// A future over memory never waits.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("reading from memory waits"),
    }
}

/// Every field that any answer of a gateway looks at, and some more.
fn read_request(version: u32, payload: &[u8]) {
    let Ok(request) = Request::read(version, payload) else { return };
    if let Some(id) = request.request_id() {
        assert!(i32::try_from(id).is_ok());
    }
    for place in 0..21 {
        let field = u32::try_from(place).unwrap_or(0);
        let _ = request.number(place, field);
        assert!(request.string(place, field).len() <= 3 * payload.len(), "text grows where it is replaced");
    }
}

/// What a readiness probe understands of an answer survives being written by a gateway.
fn read_answer(version: u32, payload: &[u8]) {
    let Ok(incoming) = decode(version, payload) else { return };
    let again = match &incoming {
        Incoming::ManagedAccounts(names) => server::managed_accounts(version, &names.join(",")),
        Incoming::NextValidId(id) => server::next_valid_id(version, *id),
        Incoming::CurrentTime(time) => server::current_time(version, *time),
        Incoming::Error { id, code, message } => server::error(version, *id, *code, message, 0),
        Incoming::OpenOrdersEnd => server::open_orders_end(version),
        Incoming::PositionsEnd => server::positions_end(version),
        // A gateway writes more of an order and of a position than is read of it.
        Incoming::OpenOrder { .. } | Incoming::Position { .. } | Incoming::Other(_) => return,
    };
    // The text form has no place for a NUL, and leaves it out.
    if !format!("{incoming:?}").contains("\\0") {
        assert_eq!(decode(version, &again[4..]), Ok(incoming));
    }
}
