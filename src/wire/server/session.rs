//! The messages of every session: version, accounts, order id, clock, errors.

use crate::wire::dialect::Dialect;
use crate::wire::frame::frame;
use crate::wire::message::{answer, since};

/// From here on an error says when it happened, and no longer which version of the message it is.
const ERROR_TIME: u32 = 194;
/// From here on an error has a field for the details of a rejected order.
const REJECT_DETAILS: u32 = 166;

/// The reply to the handshake: the agreed version and the server's time and zone as text, such as
/// `20261122 10:17:30 UTC`. The one frame without a message id.
pub fn version(server_version: u32, connection_time: &str) -> Vec<u8> {
    frame(format!("{server_version}\0{connection_time}\0").as_bytes())
}

/// The accounts of the log-in, comma-separated, as the gateway writes them (perhaps with a comma at the end).
pub fn managed_accounts(server_version: u32, accounts: &str) -> Vec<u8> {
    Dialect::of_message(server_version, since::ACCOUNTS).message(
        answer::MANAGED_ACCOUNTS,
        |text| {
            text.add(1).add(accounts);
        },
        |message| {
            message.string(1, accounts);
        },
    )
}

/// The next order id that this client id may use.
pub fn next_valid_id(server_version: u32, order_id: i64) -> Vec<u8> {
    Dialect::of_message(server_version, since::SESSION).message(
        answer::NEXT_VALID_ID,
        |text| {
            text.add(1).add(order_id);
        },
        |message| {
            message.number(1, order_id);
        },
    )
}

/// The server's clock, in seconds since 1970.
pub fn current_time(server_version: u32, epoch_seconds: i64) -> Vec<u8> {
    Dialect::of_message(server_version, since::SESSION).message(
        answer::CURRENT_TIME,
        |text| {
            text.add(1).add(epoch_seconds);
        },
        |message| {
            message.number(1, epoch_seconds);
        },
    )
}

/// The server's clock, in milliseconds since 1970. Asked from server version 197 on.
pub fn current_time_in_millis(server_version: u32, epoch_millis: i64) -> Vec<u8> {
    Dialect::of_message(server_version, since::SESSION).message(
        answer::CURRENT_TIME_IN_MILLIS,
        |text| {
            text.add(epoch_millis);
        },
        |message| {
            message.number(1, epoch_millis);
        },
    )
}

/// An error about request `id`, or a notice about the whole session with the id -1.
///
/// `epoch_millis` is when it happened; servers below 194 have no place for it.
pub fn error(server_version: u32, id: i64, code: i32, text: &str, epoch_millis: i64) -> Vec<u8> {
    Dialect::of_message(server_version, since::ERRORS).message(
        answer::ERROR,
        |fields| {
            if server_version < ERROR_TIME {
                fields.add(2);
            }
            fields.add(id).add(code).add(text);
            if server_version >= REJECT_DETAILS {
                fields.add("");
            }
            if server_version >= ERROR_TIME {
                fields.add(epoch_millis);
            }
        },
        |message| {
            message.number(1, id).number(2, epoch_millis).number(3, i64::from(code)).string(4, text);
        },
    )
}
