//! What a client sends while it connects: complete frames, ready for the socket.

use super::dialect::Dialect;
use super::frame::frame;
use super::message::{request, since};

/// What a client sends first, before the length-prefixed handshake.
pub const PREFIX: &[u8; 4] = b"API\0";

/// The opening of a connection: the range of server versions this client understands.
pub fn handshake(min: u32, max: u32) -> Vec<u8> {
    let mut opening = PREFIX.to_vec();
    opening.extend_from_slice(&frame(format!("v{min}..{max}").as_bytes()));
    opening
}

/// Opens the session under a client id. A gateway allows one connection for each id.
pub fn start_api(server_version: u32, client_id: i32) -> Vec<u8> {
    Dialect::of_message(server_version, since::SESSION).message(
        request::START_API,
        |text| {
            text.add(2).add(client_id).add("");
        },
        |message| {
            message.number(1, i64::from(client_id));
        },
    )
}

/// Asks for the next valid order id.
pub fn request_ids(server_version: u32) -> Vec<u8> {
    Dialect::of_message(server_version, since::SESSION).message(
        request::IDS,
        |text| {
            text.add(1).add(1);
        },
        // How many ids are wanted; nobody has looked at the number for years, and clients send 0.
        |message| {
            message.number(1, 0);
        },
    )
}

/// Asks for the server's clock. Not more often than every five seconds: gateways fall silent then.
pub fn request_current_time(server_version: u32) -> Vec<u8> {
    Dialect::of_message(server_version, since::SESSION).message(
        request::CURRENT_TIME,
        |text| {
            text.add(1);
        },
        |_| {},
    )
}

/// Asks for the open orders of this client id. It reads; a gateway whose API is read-only refuses (error 321).
pub fn request_open_orders(server_version: u32) -> Vec<u8> {
    Dialect::of_message(server_version, since::ORDERS).message(
        request::OPEN_ORDERS,
        |text| {
            text.add(1);
        },
        |_| {},
    )
}

/// Asks for the open orders of every client id and those entered by hand. It reads; a gateway whose API is read-only
/// refuses (error 321).
pub fn request_all_open_orders(server_version: u32) -> Vec<u8> {
    without_fields(server_version, request::ALL_OPEN_ORDERS, since::ORDERS)
}

/// Asks for the positions of every account of the log-in, and for word of their changes until that is ended.
pub fn request_positions(server_version: u32) -> Vec<u8> {
    without_fields(server_version, request::POSITIONS, since::ACCOUNTS)
}

/// Ends the word of changes of positions. It touches no position.
pub fn cancel_positions(server_version: u32) -> Vec<u8> {
    without_fields(server_version, request::CANCEL_POSITIONS, since::ACCOUNTS)
}

/// A request that is nothing but its id; in the text forms with version 1 of the message.
fn without_fields(server_version: u32, id: u32, protobuf_since: u32) -> Vec<u8> {
    Dialect::of_message(server_version, protobuf_since).message(
        id,
        |text| {
            text.add(1);
        },
        |_| {},
    )
}
