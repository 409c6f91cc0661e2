//! The configuration and what became of an edit of it: protobuf, from server version 219 and 221 on.

use crate::wire::config::{Config, Outcome};
use crate::wire::dialect::Dialect;
use crate::wire::message::answer;

/// The configuration, as asked for by that request.
pub fn config(request: i64, config: &Config) -> Vec<u8> {
    Dialect::Protobuf.message(
        answer::CONFIG,
        |_| {},
        |message| {
            message.number(1, request);
            config.write(message);
        },
    )
}

/// What became of the edit in that request.
pub fn config_updated(request: i64, outcome: &Outcome) -> Vec<u8> {
    Dialect::Protobuf.message(
        answer::CONFIG_UPDATED,
        |_| {},
        |message| {
            message.number(1, request);
            outcome.write(message);
        },
    )
}
