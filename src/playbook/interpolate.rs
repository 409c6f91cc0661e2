//! `${NAME}` in a text: what stands for it, and what is wrong with how it is written.

use std::ops::Range;

/// What is wrong with a variable in a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// It is not written as one.
    Syntax(&'static str),
    /// Nothing has given it a value.
    Undefined(String),
    /// `${NAME:?message}`: the author wants it given.
    Required(String, String),
}

/// The text with the values of its variables, which are not looked into again.
///
/// # Errors
/// Every flaw, and its bytes in the text.
pub(super) fn interpolated(
    text: &str,
    mut value: impl FnMut(&str) -> Option<String>,
) -> Result<String, Vec<(Flaw, Range<usize>)>> {
    let (mut whole, mut flaws, mut at) = (String::new(), Vec::new(), 0);
    while let Some(found) = text[at..].find('$') {
        whole.push_str(&text[at..at + found]);
        at += found;
        let rest = &text[at..];
        if rest.starts_with("$${") {
            whole.push_str("${");
            at += 3;
        } else if let Some(inner) = rest.strip_prefix("${") {
            let Some(length) = inner.find('}') else {
                flaws.push((Flaw::Syntax("the `}` that closes it is missing"), at..text.len()));
                at = text.len();
                break;
            };
            let place = at..at + length + 3;
            match reference(&inner[..length], &mut value) {
                Ok(new) => whole.push_str(&new),
                Err(flaw) => flaws.push((flaw, place.clone())),
            }
            at = place.end;
        } else {
            whole.push('$');
            at += 1;
        }
    }
    whole.push_str(&text[at..]);
    if flaws.is_empty() { Ok(whole) } else { Err(flaws) }
}

/// Whether it can be the name of a variable.
pub(super) fn is_name(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_ascii_digit())
        && !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn reference(inner: &str, value: &mut impl FnMut(&str) -> Option<String>) -> Result<String, Flaw> {
    let end = inner.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(inner.len());
    let (name, operator) = inner.split_at(end);
    if name.is_empty() {
        return Err(Flaw::Syntax("it names no variable"));
    }
    if !is_name(name) {
        return Err(Flaw::Syntax("a name does not begin with a digit"));
    }
    if operator.contains("${") {
        return Err(Flaw::Syntax("a default cannot hold another variable"));
    }
    let set = value(name);
    let full = set.clone().filter(|value| !value.is_empty());
    let required = |message: &str| Flaw::Required(name.to_owned(), message.to_owned());
    if operator.is_empty() {
        set.ok_or_else(|| Flaw::Undefined(name.to_owned()))
    } else if let Some(default) = operator.strip_prefix(":-") {
        Ok(full.unwrap_or_else(|| default.to_owned()))
    } else if let Some(message) = operator.strip_prefix(":?") {
        full.ok_or_else(|| required(message))
    } else if let Some(default) = operator.strip_prefix('-') {
        Ok(set.unwrap_or_else(|| default.to_owned()))
    } else if let Some(message) = operator.strip_prefix('?') {
        set.ok_or_else(|| required(message))
    } else {
        Err(Flaw::Syntax("after the name comes `}`, `:-default`, `-default`, `:?message` or `?message`"))
    }
}
