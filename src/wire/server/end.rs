//! The messages that end a list; for an account that holds nothing they are the whole answer.

use crate::wire::dialect::Dialect;
use crate::wire::message::{answer, since};

/// An end without a request id. `versioned` tells whether its text form starts with a message version.
fn end(server_version: u32, id: u32, protobuf_since: u32, versioned: bool) -> Vec<u8> {
    Dialect::of_message(server_version, protobuf_since).message(
        id,
        |text| {
            if versioned {
                text.add(1);
            }
        },
        |_| {},
    )
}

fn end_of(server_version: u32, id: u32, protobuf_since: u32, request: i64) -> Vec<u8> {
    Dialect::of_message(server_version, protobuf_since).message(
        id,
        |text| {
            text.add(1).add(request);
        },
        |message| {
            message.number(1, request);
        },
    )
}

/// No more open orders.
pub fn open_orders_end(server_version: u32) -> Vec<u8> {
    end(server_version, answer::OPEN_ORDERS_END, since::ORDERS, true)
}

/// No more completed orders.
pub fn completed_orders_end(server_version: u32) -> Vec<u8> {
    end(server_version, answer::COMPLETED_ORDERS_END, since::ORDERS, false)
}

/// No more positions.
pub fn positions_end(server_version: u32) -> Vec<u8> {
    end(server_version, answer::POSITIONS_END, since::ACCOUNTS, true)
}

/// No more executions for that request.
pub fn executions_end(server_version: u32, request: i64) -> Vec<u8> {
    end_of(server_version, answer::EXECUTIONS_END, since::EXECUTIONS, request)
}

/// No more values in that account summary for now.
pub fn account_summary_end(server_version: u32, request: i64) -> Vec<u8> {
    end_of(server_version, answer::ACCOUNT_SUMMARY_END, since::ACCOUNTS, request)
}

/// No more positions for that request over several accounts.
pub fn positions_multi_end(server_version: u32, request: i64) -> Vec<u8> {
    end_of(server_version, answer::POSITIONS_MULTI_END, since::ACCOUNTS, request)
}

/// No more values for that request over several accounts.
pub fn account_update_multi_end(server_version: u32, request: i64) -> Vec<u8> {
    end_of(server_version, answer::ACCOUNT_UPDATE_MULTI_END, since::ACCOUNTS, request)
}
