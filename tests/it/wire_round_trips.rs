//! What is written is read back, in every form; and any bytes are read without a panic.

use openbell::wire::server::{self, Incoming, decode};
use openbell::wire::{Dialect, Malformed, client, dialect, protobuf, read_frame};
use proptest::prelude::*;

#[test]
fn the_dialect_changes_at_201_and_213() {
    assert_eq!(Dialect::of(100), Dialect::Text);
    assert_eq!(Dialect::of(200), Dialect::Text);
    assert_eq!(Dialect::of(201), Dialect::Mixed);
    assert_eq!(Dialect::of(212), Dialect::Mixed);
    assert_eq!(Dialect::of(213), Dialect::Protobuf);
}

#[test]
fn start_api_has_three_forms() {
    assert_eq!(client::start_api(200, 7), b"\0\0\0\x0871\x002\x007\0\0");
    assert_eq!(client::start_api(212, 7), b"\0\0\0\x09\0\0\0\x472\x007\0\0");
    assert_eq!(client::start_api(213, 7), b"\0\0\0\x06\0\0\x01\x0f\x08\x07");
}

#[test]
fn a_version_reply_is_told_from_other_things() {
    assert_eq!(
        server::parse_version(b"176\x0020261122 10:17:30 CET\0"),
        Some((176, "20261122 10:17:30 CET".into()))
    );
    assert_eq!(server::parse_version(b"176\0\0"), Some((176, String::new())));
    for other in [&b""[..], b"\0", b"176", b"-1\0host\0", b"v176\0x\0", b"+1\0x\0", b"99999999999\0x\0"] {
        assert_eq!(server::parse_version(other), None, "{other:?}");
    }
}

#[test]
fn empty_account_names_are_left_out() {
    for version in [176, 203, 226] {
        let list = |text: &str| decode(version, &server::managed_accounts(version, text)[4..]).unwrap();
        assert_eq!(list(""), Incoming::ManagedAccounts(vec![]));
        assert_eq!(list("DF1,DU2, "), Incoming::ManagedAccounts(vec!["DF1".into(), "DU2".into()]));
    }
}

#[test]
fn a_bad_message_says_what_is_bad_about_it() {
    assert_eq!(decode(176, b""), Err(Malformed::NoMessageId));
    assert_eq!(decode(176, b"nine\x001\0"), Err(Malformed::NoMessageId));
    assert_eq!(decode(226, b"\0\0\0"), Err(Malformed::NoMessageId));
    assert_eq!(decode(176, b"9\x001\0"), Err(Malformed::MissingField { message: 9, field: "order id" }));
    assert_eq!(decode(176, b"9\x001\0x\0"), Err(Malformed::NotANumber { message: 9, field: "order id" }));
    assert_eq!(decode(226, b"\0\0\0\xd1\x08"), Err(Malformed::NotProtobuf { message: 9 }));
    assert_eq!(
        decode(226, b"\0\0\0\xd1\x0a\0"),
        Err(Malformed::NotANumber { message: 9, field: "order id" })
    );
    assert_eq!(decode(226, b"\0\0\0\xd1"), Ok(Incoming::NextValidId(0)));
    assert_eq!(decode(176, b"102\x001\0"), Ok(Incoming::Other(102)));
    assert_eq!(decode(226, b"\0\0\x01\x2e"), Ok(Incoming::Other(102)));
}

proptest! {
    #[test]
    fn numbers_come_back(version in 100_u32..230, number: i64) {
        let id = server::next_valid_id(version, number);
        prop_assert_eq!(decode(version, &id[4..]), Ok(Incoming::NextValidId(number)));
        let time = server::current_time(version, number);
        prop_assert_eq!(decode(version, &time[4..]), Ok(Incoming::CurrentTime(number)));
    }

    #[test]
    fn errors_come_back(version in 100_u32..230, id: i32, code: i32, text in "[^\0]*", time: i64) {
        let id = i64::from(id);
        let frame = server::error(version, id, code, &text, time);
        prop_assert_eq!(decode(version, &frame[4..]), Ok(Incoming::Error { id, code, message: text }));
    }

    #[test]
    fn accounts_come_back(version in 100_u32..230, names in prop::collection::vec("[A-Z]{1,2}[0-9]{1,8}", 0..5)) {
        let frame = server::managed_accounts(version, &names.join(","));
        prop_assert_eq!(decode(version, &frame[4..]), Ok(Incoming::ManagedAccounts(names)));
    }

    #[test]
    fn a_client_is_understood(version in 100_u32..230, client_id: i32) {
        let frame = client::start_api(version, client_id);
        let received = dialect::split(version, &frame[4..]).unwrap();
        prop_assert_eq!(received.id, 71);
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(version in 90_u32..300, bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = decode(version, &bytes);
        let _ = server::parse_version(&bytes);
        for id in [4_u32, 9, 15, 49] {
            let mut payload = (id + 200).to_be_bytes().to_vec();
            payload.extend_from_slice(&bytes);
            let _ = decode(version, &payload);
        }
        prop_assert!(protobuf::fields(&bytes).count() <= bytes.len());
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let mut reader = &bytes[..];
        let _ = runtime.block_on(read_frame(&mut reader));
    }
}
