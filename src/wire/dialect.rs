//! The three forms a message can have, and building a frame in the right one.
//!
//! Owns which server version speaks which form. The fields of each message are left to
//! [`crate::wire::client`] and [`crate::wire::server`].

use super::frame::frame;
use super::message::{PROTOBUF_OFFSET, since};
use super::protobuf::Message;

/// How messages are written, decided by the server version that both sides agreed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Below 201: every field, the message id first, is text that ends with NUL.
    Text,
    /// 201 to 212: a binary message id, then text fields; some messages are protobuf already.
    Mixed,
    /// From 213: a binary message id plus 200, then protobuf.
    Protobuf,
}

impl Dialect {
    /// The form a server of that version uses when nothing is said about a single message.
    pub const fn of(server_version: u32) -> Self {
        Self::of_message(server_version, since::SESSION)
    }

    /// The form of a message that is protobuf from `protobuf_since` on (see [`super::message::since`]).
    pub const fn of_message(server_version: u32, protobuf_since: u32) -> Self {
        if server_version < since::BINARY_IDS {
            Self::Text
        } else if server_version < protobuf_since {
            Self::Mixed
        } else {
            Self::Protobuf
        }
    }

    /// A complete frame: the message id in this form, then the body in this form.
    ///
    /// `text` writes the body of the first two forms, `protobuf` that of the third.
    pub fn message(
        self,
        id: u32,
        text: impl FnOnce(&mut super::text::Fields),
        protobuf: impl FnOnce(&mut Message),
    ) -> Vec<u8> {
        let mut payload = Vec::new();
        match self {
            Self::Text => {
                let mut fields = super::text::Fields::default();
                fields.add(id);
                text(&mut fields);
                payload = fields.into_bytes();
            }
            Self::Mixed => {
                let mut fields = super::text::Fields::default();
                text(&mut fields);
                payload.extend_from_slice(&id.to_be_bytes());
                payload.extend_from_slice(&fields.into_bytes());
            }
            Self::Protobuf => {
                let mut message = Message::default();
                protobuf(&mut message);
                payload.extend_from_slice(&(id + PROTOBUF_OFFSET).to_be_bytes());
                payload.extend_from_slice(&message.into_bytes());
            }
        }
        frame(&payload)
    }
}

/// The id of a received message and its body, still in the form it came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Received<'a> {
    /// The message id, without the offset of protobuf.
    pub id: u32,
    /// What follows the id.
    pub body: Body<'a>,
}

/// The body of a received message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body<'a> {
    /// Text fields, each ending with NUL.
    Text(&'a [u8]),
    /// A protobuf message.
    Protobuf(&'a [u8]),
}

/// Takes the message id off a payload. The form is read from the bytes, not believed from the version:
/// servers from 201 on mix them.
pub fn split(server_version: u32, payload: &[u8]) -> Option<Received<'_>> {
    if server_version < since::BINARY_IDS {
        let (first, rest) = super::text::first_field(payload)?;
        return Some(Received { id: super::text::number(first)?, body: Body::Text(rest) });
    }
    let (id, rest) = payload.split_first_chunk::<4>()?;
    let id = u32::from_be_bytes(*id);
    Some(match id.checked_sub(PROTOBUF_OFFSET) {
        Some(inner) if inner > 0 => Received { id: inner, body: Body::Protobuf(rest) },
        _ => Received { id, body: Body::Text(rest) },
    })
}
