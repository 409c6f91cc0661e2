//! A secret in other letters: as JSON, an address, base64 or hexadecimal digits have it.

use std::collections::BTreeSet;
use std::fmt::Write;

use base64::Engine;
use base64::alphabet::{Alphabet, STANDARD, URL_SAFE};
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD, PAD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Fewest characters of a secret whose other forms are looked for: those of a shorter one are too like other texts.
const SHORTEST: usize = 6;

/// Fewest letters of base64 that are looked for.
const SHORTEST_PART: usize = 7;

/// What RFC 3986 leaves as it is.
const UNRESERVED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What a browser's `encodeURIComponent` leaves as it is.
const COMPONENT: AsciiSet = UNRESERVED.remove(b'!').remove(b'\'').remove(b'(').remove(b')').remove(b'*');

/// What Python's `quote` leaves as it is.
const PATH: AsciiSet = UNRESERVED.remove(b'/');

/// The other forms of a secret; none that is the secret itself.
pub(super) fn forms(secret: &str) -> BTreeSet<String> {
    let mut forms = BTreeSet::new();
    if secret.chars().count() >= SHORTEST {
        let json = in_json(secret);
        forms.extend([in_json(&json), ascii(&json), json]);
        forms.extend([UNRESERVED, COMPONENT, PATH].iter().flat_map(|set| in_address(secret, set)));
        forms.extend([STANDARD, URL_SAFE].iter().flat_map(|alphabet| in_base64(secret, alphabet)));
        let hex = digits(secret.as_bytes());
        forms.extend([hex.to_uppercase(), hex]);
        forms.remove(secret);
    }
    forms
}

/// Without the quotes around it.
fn in_json(text: &str) -> String {
    let quoted = serde_json::to_string(text).unwrap_or_default();
    quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or_default().to_owned()
}

/// The same with every letter beyond ASCII by its number, as many programs write JSON.
fn ascii(json: &str) -> String {
    let mut text = String::new();
    for c in json.chars() {
        if c.is_ascii() {
            text.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a string cannot fail.
                let _ = write!(text, "\\u{unit:04x}");
            }
        }
    }
    text
}

/// With upper and lower digits, and with a plus for a space as forms have it.
fn in_address(secret: &str, kept: &'static AsciiSet) -> [String; 4] {
    let upper = utf8_percent_encode(secret, kept).to_string();
    let mut lower = String::new();
    for piece in utf8_percent_encode(secret, kept) {
        lower.push_str(&if piece.starts_with('%') { piece.to_lowercase() } else { piece.to_owned() });
    }
    let form = |text: &str| text.replace("%20", "+");
    [form(&upper), form(&lower), upper, lower]
}

/// Alone, with padding and without; and inside a longer text, where the letters depend on what stands before it.
fn in_base64(secret: &str, alphabet: &Alphabet) -> Vec<String> {
    let mut found = vec![
        GeneralPurpose::new(alphabet, PAD).encode(secret),
        GeneralPurpose::new(alphabet, NO_PAD).encode(secret),
    ];
    for before in 0..3 {
        let bytes = [&b"\0\0"[..before], secret.as_bytes()].concat();
        let letters = GeneralPurpose::new(alphabet, NO_PAD).encode(&bytes);
        // The first letters hold bits of what stands before, the last one of what comes after.
        let own = (before * 8).div_ceil(6)..bytes.len() * 8 / 6;
        found.extend(letters.get(own).map(str::to_owned));
    }
    found.retain(|form| form.len() >= SHORTEST_PART);
    found
}

fn digits(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
