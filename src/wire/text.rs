//! Text fields: each is followed by one NUL byte.

use std::fmt::Display;
use std::str::FromStr;

/// A body of text fields under construction.
#[derive(Debug, Default)]
pub struct Fields(Vec<u8>);

impl Fields {
    /// Appends a field. A NUL inside the value would shift all later fields, so it is left out.
    pub fn add(&mut self, value: impl Display) -> &mut Self {
        let value = value.to_string();
        self.0.extend(value.bytes().filter(|byte| *byte != 0));
        self.0.push(0);
        self
    }

    /// The fields as they travel.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

/// The first field and what follows its NUL. A last field without NUL counts, an empty rest does not.
pub fn first_field(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    match bytes.iter().position(|byte| *byte == 0) {
        Some(end) => Some((&bytes[..end], &bytes[end + 1..])),
        None if bytes.is_empty() => None,
        None => Some((bytes, &[])),
    }
}

/// All fields in order, without their NULs.
pub fn fields(mut rest: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let (field, after) = first_field(rest)?;
        rest = after;
        Some(field)
    })
}

/// A field read as a number; `None` when it is not one or does not fit.
pub fn number<N: FromStr>(field: &[u8]) -> Option<N> {
    std::str::from_utf8(field).ok()?.parse().ok()
}

/// A field read as text. What is not UTF-8 is replaced, not refused: such text is only shown to people.
pub fn string(field: &[u8]) -> String {
    String::from_utf8_lossy(field).into_owned()
}
