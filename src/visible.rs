//! Texts that others wrote, made fit for people's eyes: a character that a terminal would obey, or that makes a text look like
//! another one, is shown as what it is.
//!
//! The one place that knows which characters those are. Whoever shows a text to people asks here; data for programs stays as
//! it is.

use serde_json::Value;

/// Ends a line, moves the cursor, turns the direction of writing, or is not seen at all.
///
/// Control characters (C0, DEL and C1), and of Unicode what has no width or turns the order of letters: the classes `Cc`
/// and `Cf` as far as they occur in texts, line and paragraph separators, and tags.
pub fn is_unfit(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// The text on one line: every unfit character escaped, line ends and tabs too.
///
/// ```
/// assert_eq!(openbell::visible::line("log: \u{1b}[2J\r\nok"), r"log: \u{1b}[2J\r\nok");
/// ```
pub fn line(text: &str) -> String {
    escaped(text, |_| false)
}

/// The text with its lines and tabs as they are, every other unfit character escaped.
///
/// ```
/// assert_eq!(openbell::visible::text("one\n\u{202e}two"), "one\n\\u{202e}two");
/// ```
pub fn text(text: &str) -> String {
    escaped(text, |c| matches!(c, '\n' | '\t'))
}

/// Every text in a value, its keys too, as [`text`] has it.
pub fn value(value: Value) -> Value {
    match value {
        Value::String(word) => Value::String(text(&word)),
        Value::Array(items) => items.into_iter().map(self::value).collect(),
        Value::Object(map) => map.into_iter().map(|(key, item)| (text(&key), self::value(item))).collect(),
        other @ (Value::Null | Value::Bool(_) | Value::Number(_)) => other,
    }
}

fn escaped(text: &str, fit: impl Fn(char) -> bool) -> String {
    let mut visible = String::with_capacity(text.len());
    for c in text.chars() {
        if is_unfit(c) && !fit(c) {
            visible.extend(c.escape_default());
        } else {
            visible.push(c);
        }
    }
    visible
}
