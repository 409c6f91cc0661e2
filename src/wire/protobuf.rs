//! As much of the protobuf encoding as these messages need: varints and length-delimited values.
//!
//! Reading is total: any bytes give fields or an end, never a panic. What field means what is left to the
//! callers.

/// Values of wire type 0.
const VARINT: u64 = 0;
/// Values of wire type 1: eight bytes.
const FIXED64: u64 = 1;
/// Values of wire type 2: strings and inner messages.
const DELIMITED: u64 = 2;

/// A message under construction. Fields are written in the order of the calls.
#[derive(Debug, Default)]
pub struct Message(Vec<u8>);

impl Message {
    /// A signed number; negative ones take ten bytes, as `int32` and `int64` do.
    pub fn number(&mut self, field: u32, value: i64) -> &mut Self {
        self.varint(u64::from(field) << 3 | VARINT);
        self.varint(value.cast_unsigned());
        self
    }

    /// A yes or no.
    pub fn flag(&mut self, field: u32, value: bool) -> &mut Self {
        self.number(field, i64::from(value))
    }

    /// A `double`.
    pub fn double(&mut self, field: u32, value: f64) -> &mut Self {
        self.varint(u64::from(field) << 3 | FIXED64);
        self.0.extend_from_slice(&value.to_le_bytes());
        self
    }

    /// A string. An empty one is written too: absence and emptiness differ on this wire.
    pub fn string(&mut self, field: u32, value: &str) -> &mut Self {
        self.bytes(field, value.as_bytes())
    }

    /// A byte string or an inner message.
    pub fn bytes(&mut self, field: u32, value: &[u8]) -> &mut Self {
        self.varint(u64::from(field) << 3 | DELIMITED);
        self.varint(value.len() as u64);
        self.0.extend_from_slice(value);
        self
    }

    /// The message as it travels.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        self.0.push((value & 0x7f) as u8);
    }
}

/// The value of a received field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value<'a> {
    /// A varint; negative numbers come as their two's complement.
    Number(i64),
    /// A string, bytes, or an inner message.
    Bytes(&'a [u8]),
    /// Eight fixed bytes.
    Fixed64([u8; 8]),
    /// Four fixed bytes.
    Fixed32([u8; 4]),
}

/// The bytes are not a protobuf message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotProtobuf;

/// The fields of a message in the order they came; ends after the first error.
pub fn fields(mut rest: &[u8]) -> impl Iterator<Item = Result<(u32, Value<'_>), NotProtobuf>> {
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let next = take_field(&mut rest).ok_or(NotProtobuf);
        if next.is_err() {
            rest = &[];
        }
        Some(next)
    })
}

/// The last value of a field, which is the one that counts; `None` in it when the field is absent.
///
/// # Errors
/// When the bytes are not a protobuf message.
pub fn find(message: &[u8], field: u32) -> Result<Option<Value<'_>>, NotProtobuf> {
    let mut found = None;
    for next in fields(message) {
        let (number, value) = next?;
        if number == field {
            found = Some(value);
        }
    }
    Ok(found)
}

fn take_field<'a>(rest: &mut &'a [u8]) -> Option<(u32, Value<'a>)> {
    let tag = take_varint(rest)?;
    let field = u32::try_from(tag >> 3).ok().filter(|field| *field > 0)?;
    let value = match tag & 7 {
        0 => Value::Number(take_varint(rest)?.cast_signed()),
        1 => Value::Fixed64(take_array(rest)?),
        2 => {
            let length = usize::try_from(take_varint(rest)?).ok()?;
            let (value, after) = rest.split_at_checked(length)?;
            *rest = after;
            Value::Bytes(value)
        }
        5 => Value::Fixed32(take_array(rest)?),
        _ => return None,
    };
    Some((field, value))
}

fn take_array<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (value, after) = rest.split_first_chunk::<N>()?;
    *rest = after;
    Some(*value)
}

fn take_varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for (index, byte) in rest.iter().enumerate().take(10) {
        value |= u64::from(byte & 0x7f).checked_shl(7 * u32::try_from(index).ok()?)?;
        if byte & 0x80 == 0 {
            *rest = &rest[index + 1..];
            return Some(value);
        }
    }
    None
}
