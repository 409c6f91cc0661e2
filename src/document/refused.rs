//! Why a text cannot be read, in words; and merge keys, which can be wrong in as many ways.

use std::ops::Range;

use granit_parser::Tag;
use serde_json::{Map, Value};

/// Values that aliases may copy: more are a trap, not a playbook.
pub(super) const MOST_COPIES: usize = 100_000;

/// Why a text cannot be read.
#[derive(Debug)]
pub(super) struct Refused {
    /// The last part of its code.
    pub(super) code: &'static str,
    pub(super) message: String,
    pub(super) help: &'static str,
    pub(super) place: Range<usize>,
}

pub(super) fn refused(message: String, help: &'static str, place: Range<usize>) -> Refused {
    Refused { code: "syntax", message, help, place }
}

/// Puts into a mapping what it merges and does not have itself.
pub(super) fn merged(
    entries: &mut Map<String, Value>,
    merge: Value,
    at: Range<usize>,
) -> Result<(), Refused> {
    let found = |value: &Value| match value {
        Value::Array(_) => "a list in a list",
        _ => "a single value",
    };
    let wrong = |what: &str| Refused {
        code: "merge",
        message: format!("a merge key takes a mapping or a list of mappings, not {what}"),
        help: "write `<<: *anchor`, with the anchor of a mapping",
        place: at.clone(),
    };
    let all = match merge {
        Value::Array(items) => items,
        one @ Value::Object(_) => vec![one],
        other => return Err(wrong(found(&other))),
    };
    for one in all {
        let Value::Object(keys) = one else { return Err(wrong(found(&one))) };
        for (key, value) in keys {
            entries.entry(key).or_insert(value);
        }
    }
    Ok(())
}

pub(super) fn tagged(tag: &Tag, at: &Range<usize>) -> Refused {
    let message = format!("the tag `!{}` means nothing here", tag.suffix());
    refused(message, "leave it out; what is to stay a text stands in quotes", at.clone())
}

pub(super) fn no_key(at: Range<usize>) -> Refused {
    refused("a key is a text, and nothing else".to_owned(), "write the key out, as in `name: paper`", at)
}

pub(super) fn blown_up(at: Range<usize>) -> Refused {
    let message = format!("the aliases blow the text up to more than {MOST_COPIES} values");
    refused(message, "write out what is meant instead of aliases of aliases", at)
}
