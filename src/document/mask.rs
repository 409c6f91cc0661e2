//! `${NAME}` where YAML would see a bracket: `[${ID}]`, `{ id: ${ID} }`.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use regex::{Captures, Regex};

/// Two bytes in UTF-8, in no alphabet.
const MARK: char = '\u{7fb}';
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Without what means something in quotes or ends a line.
static REFERENCE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"\$\{[^}"'\\\r\n]+\}"#).expect("a constant pattern is valid"));

/// What stood where the marks are.
#[derive(Debug, Default)]
pub(super) struct Mask {
    originals: Vec<String>,
}

impl Mask {
    /// The text with every `${…}` as a word, byte for byte as long: places in it stay what they are.
    pub(super) fn of(text: &str) -> (Cow<'_, str>, Self) {
        let mut mask = Self::default();
        if text.contains(MARK) {
            return (text.into(), mask);
        }
        let mut known: HashMap<String, usize> = HashMap::new();
        let masked = REFERENCE.replace_all(text, |found: &Captures<'_>| {
            let original = &found[0];
            let next = known.len();
            let index = *known.entry(original.to_owned()).or_insert(next);
            if index == mask.originals.len() {
                mask.originals.push(original.to_owned());
            }
            let digit = |place: usize| DIGITS.get(place).map(|digit| char::from(*digit));
            match (digit(index / 62), digit(index % 62)) {
                (Some(high), Some(low)) => {
                    // `${A}` is as long as the mark and two digits.
                    format!("{MARK}{high}{low}{}", "_".repeat(original.len().saturating_sub(4)))
                }
                // So many different ones nobody writes: from here on they have to stand in quotes.
                _ => original.to_owned(),
            }
        });
        (masked, mask)
    }

    /// As it was written.
    pub(super) fn lifted<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if self.originals.is_empty() || !text.contains(MARK) {
            return text.into();
        }
        let mut whole = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(MARK) {
            whole.push_str(&rest[..at]);
            if let Some(original) = self.original(&rest[at..]) {
                whole.push_str(original);
                rest = rest.get(at + original.len()..).unwrap_or_default();
            } else {
                whole.push(MARK);
                rest = &rest[at + MARK.len_utf8()..];
            }
        }
        (whole + rest).into()
    }

    fn original(&self, masked: &str) -> Option<&String> {
        let mut digits = masked.bytes().skip(MARK.len_utf8());
        let mut digit = || digits.next().and_then(|byte| DIGITS.iter().position(|digit| *digit == byte));
        let (high, low) = (digit()?, digit()?);
        self.originals.get(high * 62 + low)
    }
}
