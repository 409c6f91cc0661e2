//! The configuration comes back as it was written, and any bytes are read without a panic.

use openbell::wire::config::{Config, Group, Key, Kind, Outcome, Prompt, Settings, Update, Value, Warning};
use openbell::wire::{protobuf, server};
use proptest::prelude::*;

fn value(kind: Kind) -> BoxedStrategy<Value> {
    match kind {
        Kind::Flag => any::<bool>().prop_map(Value::Flag).boxed(),
        Kind::Number => any::<i32>().prop_map(Value::Number).boxed(),
        Kind::Text => ".*".prop_map(Value::Text).boxed(),
        Kind::List => prop::collection::vec(".*", 1..4).prop_map(Value::List).boxed(),
    }
}

fn settings() -> impl Strategy<Value = Settings> {
    let keys: Vec<Key> = Key::all().collect();
    let set = prop::sample::select(keys).prop_flat_map(|key| (Just(key), value(key.kind)));
    prop::collection::vec(set, 0..20).prop_map(|set| {
        let mut settings = Settings::default();
        for (key, value) in set {
            settings.set(key, value);
        }
        settings
    })
}

fn prompts() -> impl Strategy<Value = Vec<Prompt>> {
    let prompt = (any::<i32>(), ".*", ".*", any::<Option<String>>(), any::<Option<bool>>()).prop_map(
        |(id, title, text, default_action, enabled)| Prompt { id, title, text, default_action, enabled },
    );
    prop::collection::vec(prompt, 0..4)
}

fn warnings() -> impl Strategy<Value = Vec<Warning>> {
    let warning =
        (any::<i32>(), ".*", ".*").prop_map(|(prompt, title, text)| Warning { prompt, title, text });
    prop::collection::vec(warning, 0..4)
}

fn written(update: &Update) -> Vec<u8> {
    let mut message = protobuf::Message::default();
    update.write(&mut message);
    message.into_bytes()
}

fn request_id(body: &[u8]) -> i64 {
    match protobuf::find(body, 1) {
        Ok(Some(protobuf::Value::Number(id))) => id,
        other => panic!("no request id but {other:?}"),
    }
}

#[test]
fn the_messages_have_their_ids_and_their_form() {
    assert_eq!(written(&Update::default()), b"");
    assert_eq!(server::config(7, &Config::default()), b"\0\0\0\x06\0\0\x01\x36\x08\x07");
    let mut update = Update { reset_order_ids: true, ..Update::default() };
    update.settings.set(Key::SOCKET_PORT, Value::Number(4001));
    assert_eq!(written(&update), b"\x22\x05\x12\x03\x40\xa1\x1f\x38\x01");
    assert_eq!(
        server::config_updated(7, &Outcome { status: "ok".into(), ..Outcome::default() }),
        b"\0\0\0\x0a\0\0\x01\x37\x08\x07\x12\x02ok"
    );
}

#[test]
fn no_two_settings_share_a_place_or_a_name() {
    for key in Key::all() {
        assert_eq!(Key::at(key.group, key.field), Some(key));
        assert_eq!(Key::all().filter(|other| other.name == key.name).count(), 1, "{}", key.name);
    }
    assert_eq!(Key::at(Group::Api, 37), None);
}

proptest! {
    #[test]
    fn a_configuration_comes_back(id: i32, settings in settings(), prompts in prompts()) {
        let config = Config { settings, prompts };
        let frame = server::config(i64::from(id), &config);
        prop_assert_eq!(request_id(&frame[8..]), i64::from(id));
        prop_assert_eq!(Config::read(&frame[8..]), Ok(config));
    }

    #[test]
    fn an_edit_comes_back(
        settings in settings(),
        prompts in prompts(),
        accepted in warnings(),
        reset_order_ids: bool,
    ) {
        let update = Update { settings, prompts, accepted, reset_order_ids };
        prop_assert_eq!(Update::read(&written(&update)), Ok(update));
    }

    #[test]
    fn an_outcome_comes_back(
        id: i32,
        status in ".*",
        message in ".*",
        changed in prop::collection::vec(".*", 0..4),
        errors in prop::collection::vec(".*", 0..4),
        warnings in warnings(),
    ) {
        let outcome = Outcome { status, message, changed, errors, warnings };
        let frame = server::config_updated(i64::from(id), &outcome);
        prop_assert_eq!(request_id(&frame[8..]), i64::from(id));
        prop_assert_eq!(Outcome::read(&frame[8..]), Ok(outcome));
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = (Config::read(&bytes), Update::read(&bytes), Outcome::read(&bytes));
    }
}
