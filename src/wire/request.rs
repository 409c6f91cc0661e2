//! Reading what a client sent: the handshake, and the few fields of a request that an answer needs.

use super::dialect::{Body, split};
use super::malformed::Malformed;
use super::message::request;
use super::{protobuf, text};

/// The server versions a client understands, from the payload of its handshake: `v100..226`, or `v100`
/// for a single one, perhaps with options after a space.
pub fn parse_handshake(payload: &[u8]) -> Option<(u32, u32)> {
    let offer = payload.strip_prefix(b"v")?;
    let offer = offer.split(|byte| *byte == b' ').next()?;
    let offer = std::str::from_utf8(offer).ok()?;
    let (min, max) = offer.split_once("..").unwrap_or((offer, offer));
    let (min, max) = (min.parse().ok()?, max.parse().ok()?);
    (min <= max).then_some((min, max))
}

/// A request from a client.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Which request, as in [`super::message::request`].
    pub id: u32,
    server_version: u32,
    body: Body<'a>,
}

impl<'a> Request<'a> {
    /// Takes the message id off the payload of a frame.
    ///
    /// # Errors
    /// [`Malformed::NoMessageId`]; the fields are only looked at when they are asked for.
    pub fn read(server_version: u32, payload: &'a [u8]) -> Result<Self, Malformed> {
        let received = split(server_version, payload).ok_or(Malformed::NoMessageId)?;
        Ok(Self { id: received.id, server_version, body: received.body })
    }

    /// The number by which the client will know the answer; `None` when this request carries none, or
    /// an unusable one.
    pub fn request_id(&self) -> Option<i64> {
        let place = id_place(self.id, self.server_version)?;
        self.number(place, 1).filter(|id| i32::try_from(*id).is_ok())
    }

    /// The whole message, for those that exist only as protobuf; `None` when this one came as text.
    pub fn protobuf(&self) -> Option<&'a [u8]> {
        match self.body {
            Body::Text(_) => None,
            Body::Protobuf(body) => Some(body),
        }
    }

    /// A number, by its place in the text form and its field in the protobuf form.
    pub fn number(&self, place: usize, field: u32) -> Option<i64> {
        match self.body {
            Body::Text(body) => text::number(text::fields(body).nth(place)?),
            Body::Protobuf(body) => match protobuf::find(body, field).ok()? {
                Some(protobuf::Value::Number(value)) => Some(value),
                Some(_) => None,
                None => Some(0),
            },
        }
    }

    /// A string, by its place in the text form and its field in the protobuf form; empty when absent.
    pub fn string(&self, place: usize, field: u32) -> String {
        match self.body {
            Body::Text(body) => text::fields(body).nth(place).map(text::string).unwrap_or_default(),
            Body::Protobuf(body) => match protobuf::find(body, field) {
                Ok(Some(protobuf::Value::Bytes(value))) => text::string(value),
                _ => String::new(),
            },
        }
    }
}

/// Where the text form of a request has its id: behind the version of the message where it has one.
///
/// Some requests lost their message version at a server version, as the official clients write them.
fn id_place(id: u32, server_version: u32) -> Option<usize> {
    let lost_version_at = |gate: u32| Some(usize::from(server_version < gate));
    match id {
        // Without an id of its own: subscriptions of the whole session, its clock, its lists.
        request::OPEN_ORDERS
        | request::ACCOUNT_UPDATES
        | request::IDS
        | request::NEWS_BULLETINS..=request::ADVISOR_DATA
        | request::SCANNER_PARAMETERS
        | request::CURRENT_TIME
        | request::GLOBAL_CANCEL..=request::POSITIONS
        | request::CANCEL_POSITIONS
        | request::VERIFY
        | request::VERIFY_MESSAGE
        | request::START_API..=request::VERIFY_AND_AUTHORIZE_MESSAGE
        | request::FAMILY_CODES
        | request::MARKET_DEPTH_EXCHANGES
        | request::NEWS_PROVIDERS
        | request::MARKET_RULE
        | request::COMPLETED_ORDERS
        | request::CURRENT_TIME_IN_MILLIS => None,
        request::PLACE_ORDER => lost_version_at(145),
        request::CANCEL_ORDER => lost_version_at(192),
        request::HISTORICAL_DATA => lost_version_at(124),
        request::SCANNER_SUBSCRIPTION => lost_version_at(143),
        // At the end, and from version 157 on only: before that it ends with the data.
        request::REPLACE_ADVISOR_DATA => Some(3),
        request::OPTION_CHAIN.. => Some(0),
        _ => Some(1),
    }
}
