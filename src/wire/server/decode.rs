//! Reading what a gateway sent, as far as a start-up needs it.

use crate::wire::dialect::{Body, split};
use crate::wire::malformed::Malformed;
use crate::wire::message::answer;
use crate::wire::{protobuf, text};

/// Below this server version an error starts with the version of the message.
const ERROR_TIME: u32 = 194;
/// From here on an open order no longer begins with the version of the message.
const ORDER_WITHOUT_VERSION: u32 = 145;

/// A message from the gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Incoming {
    /// The accounts of the log-in; empty names (a comma at the end) are left out.
    ManagedAccounts(Vec<String>),
    /// The next order id for this client id.
    NextValidId(i64),
    /// The gateway's clock, in seconds since 1970.
    CurrentTime(i64),
    /// An error, or a notice.
    Error {
        /// The request it is about; -1 for the whole session.
        id: i64,
        /// The code of the error, as in IBKR's list of message codes.
        code: i32,
        /// The text, as the gateway wrote it.
        message: String,
    },
    /// One open order.
    OpenOrder {
        /// The account it is for.
        account: String,
        /// What it is about, as the contract's symbol.
        symbol: String,
        /// `BUY`, `SELL` and so on.
        action: String,
        /// How many, as the gateway writes it.
        quantity: String,
    },
    /// All open orders were told.
    OpenOrdersEnd,
    /// One position.
    Position {
        /// The account that holds it.
        account: String,
        /// The contract's symbol.
        symbol: String,
        /// How many, as the gateway writes it; below 0 where it is short.
        quantity: String,
    },
    /// All positions were told.
    PositionsEnd,
    /// Any other message, by its id (without the offset of protobuf).
    Other(u32),
}

/// Reads the payload of the reply to the handshake: the agreed server version and the connection time.
///
/// `None` when this is no version reply, so the other side is no gateway.
pub fn parse_version(payload: &[u8]) -> Option<(u32, String)> {
    let mut fields = text::fields(payload);
    let version = fields.next()?;
    if version.is_empty() || !version.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some((text::number(version)?, text::string(fields.next()?)))
}

/// Reads a payload that follows the version reply.
///
/// # Errors
/// When the bytes are not what their message id promises. One bad message does not spoil the stream: the
/// next frame can be read.
pub fn decode(server_version: u32, payload: &[u8]) -> Result<Incoming, Malformed> {
    let received = split(server_version, payload).ok_or(Malformed::NoMessageId)?;
    let fields = Fields { message: received.id, body: received.body };
    match received.id {
        answer::MANAGED_ACCOUNTS => {
            let list = fields.string(1, 1, "list of accounts")?;
            Ok(Incoming::ManagedAccounts(account_names(&list)))
        }
        answer::NEXT_VALID_ID => Ok(Incoming::NextValidId(fields.number(1, 1, "order id")?)),
        answer::CURRENT_TIME => Ok(Incoming::CurrentTime(fields.number(1, 1, "time")?)),
        answer::ERROR => {
            let skip = usize::from(server_version < ERROR_TIME);
            let code = fields.number(skip + 1, 3, "code")?;
            Ok(Incoming::Error {
                id: fields.number(skip, 1, "request id")?,
                code: i32::try_from(code)
                    .map_err(|_| Malformed::NotANumber { message: received.id, field: "code" })?,
                message: fields.string(skip + 2, 4, "text")?,
            })
        }
        answer::OPEN_ORDER => open_order(&fields, usize::from(server_version < ORDER_WITHOUT_VERSION)),
        answer::OPEN_ORDERS_END => Ok(Incoming::OpenOrdersEnd),
        answer::POSITION => Ok(Incoming::Position {
            account: fields.string(1, 1, "account")?,
            symbol: fields.inside(2)?.string(3, 2, "symbol")?,
            quantity: fields.string(13, 3, "position")?,
        }),
        answer::POSITIONS_END => Ok(Incoming::PositionsEnd),
        other => Ok(Incoming::Other(other)),
    }
}

/// The first fields of an order; `skip` where the version of the message stands before them.
fn open_order(fields: &Fields<'_>, skip: usize) -> Result<Incoming, Malformed> {
    let order = fields.inside(3)?;
    Ok(Incoming::OpenOrder {
        account: order.string(skip + 19, 12, "account")?,
        symbol: fields.inside(2)?.string(skip + 2, 2, "symbol")?,
        action: order.string(skip + 12, 5, "action")?,
        quantity: order.string(skip + 13, 6, "quantity")?,
    })
}

fn account_names(list: &str) -> Vec<String> {
    list.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// The fields of one message, by their place in the text form and their number in the protobuf form.
struct Fields<'a> {
    message: u32,
    body: Body<'a>,
}

impl Fields<'_> {
    /// The fields of an inner message; in the text forms they stand among the others.
    fn inside(&self, number: u32) -> Result<Self, Malformed> {
        let Body::Protobuf(body) = self.body else { return Ok(Self { ..*self }) };
        match self.find(body, number)? {
            Some(protobuf::Value::Bytes(inner)) => Ok(Self { body: Body::Protobuf(inner), ..*self }),
            Some(_) => Err(Malformed::NotProtobuf { message: self.message }),
            None => Ok(Self { body: Body::Protobuf(&[]), ..*self }),
        }
    }

    /// An absent protobuf number is zero: that is how the encoding writes it.
    fn number(&self, place: usize, number: u32, field: &'static str) -> Result<i64, Malformed> {
        let message = self.message;
        match self.body {
            Body::Text(body) => {
                let value =
                    text::fields(body).nth(place).ok_or(Malformed::MissingField { message, field })?;
                text::number(value).ok_or(Malformed::NotANumber { message, field })
            }
            Body::Protobuf(body) => match self.find(body, number)? {
                Some(protobuf::Value::Number(value)) => Ok(value),
                Some(_) => Err(Malformed::NotANumber { message, field }),
                None => Ok(0),
            },
        }
    }

    /// An absent protobuf string is an empty one, likewise.
    fn string(&self, place: usize, number: u32, field: &'static str) -> Result<String, Malformed> {
        let message = self.message;
        match self.body {
            Body::Text(body) => text::fields(body)
                .nth(place)
                .map(text::string)
                .ok_or(Malformed::MissingField { message, field }),
            Body::Protobuf(body) => match self.find(body, number)? {
                Some(protobuf::Value::Bytes(value)) => Ok(text::string(value)),
                Some(_) => Err(Malformed::NotProtobuf { message }),
                None => Ok(String::new()),
            },
        }
    }

    fn find<'b>(&self, body: &'b [u8], number: u32) -> Result<Option<protobuf::Value<'b>>, Malformed> {
        protobuf::find(body, number).map_err(|_| Malformed::NotProtobuf { message: self.message })
    }
}
