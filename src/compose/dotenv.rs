//! Env files as Compose reads them: `export`, comments, both quotes, values over several lines, and variables in what is
//! not in single quotes.

use std::ops::Range;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::expand::{Refusal, Variables};

static ESCAPE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"\\(?:[abcfnrtv$"\\]|0[0-9]{0,3})"#).expect("a constant pattern is valid"));

/// A statement of an env file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The name.
    pub name: String,
    /// The value; `None` where only a name stands and it is set nowhere.
    pub value: Option<String>,
    /// The bytes of name and value, quotes included.
    pub span: Range<usize>,
    /// `"`, `'`, or none.
    pub quote: Option<char>,
}

/// Why an env file cannot be read: in words without its content, and at which byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BadLine {
    pub(super) message: String,
    pub(super) at: usize,
}

/// The statements of an env file that Compose would read; variables in it stand for `variable`, then for earlier lines.
/// `None` for a file that Compose refuses.
pub fn lines(text: &str, variable: &dyn Fn(&str) -> Option<String>) -> Option<Vec<Line>> {
    parsed(text, variable).ok()
}

/// The lines of a `format: raw` file: everything behind the first `=`, as it is.
pub(super) fn raw(text: &str) -> Vec<Line> {
    let mut start = 0;
    let mut lines = Vec::new();
    for whole in text.split_inclusive('\n') {
        let line = whole.trim_end_matches(['\n', '\r']);
        let span = start..start + line.len();
        start += whole.len();
        if line.trim().is_empty() || line.trim_start().starts_with('#') {
            continue;
        }
        if let Some((name, value)) = line.split_once('=') {
            let (name, value) = (name.trim().to_owned(), Some(value.to_owned()));
            lines.push(Line { name, value, span, quote: None });
        }
    }
    lines
}

/// The statements of an env file.
pub(super) fn parsed(text: &str, variable: &dyn Fn(&str) -> Option<String>) -> Result<Vec<Line>, BadLine> {
    let mut found: Vec<Line> = Vec::new();
    let mut at = 0;
    while let Some(start) = statement(text, at) {
        let line = {
            let earlier = |name: &str| {
                let line = found.iter().rev().find(|line| line.name == name)?;
                line.value.clone()
            };
            let value = |name: &str| variable(name).or_else(|| earlier(name));
            one(text, start, &value)?
        };
        at = line.1;
        found.push(line.0);
    }
    Ok(found)
}

/// Where the next statement begins, past blanks and comment lines.
fn statement(text: &str, from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        let rest = text.get(at..)?;
        at += rest.len() - rest.trim_start().len();
        if !text[at..].starts_with('#') {
            return (at < text.len()).then_some(at);
        }
        at += text[at..].find('\n')?;
    }
}

/// A blank that does not end the line.
fn blank(c: char) -> bool {
    c != '\n' && c.is_whitespace() && !matches!(c, '\u{2028}' | '\u{2029}')
}

/// The statement that begins there, and where it ends.
fn one(text: &str, start: usize, value: &dyn Fn(&str) -> Option<String>) -> Result<(Line, usize), BadLine> {
    let mut name_start = start;
    if let Some(rest) =
        text[start..].strip_prefix("export").filter(|rest| rest.starts_with(char::is_whitespace))
    {
        name_start = text.len() - rest.trim_start_matches(blank).len();
    }
    let bad = |message: String, at| BadLine { message, at };
    let mut end = None;
    for (offset, c) in text[name_start..].char_indices() {
        match c {
            c if blank(c) => {}
            '=' | ':' | '\n' => {
                end = Some((name_start + offset, c));
                break;
            }
            '_' | '.' | '-' | '[' | ']' => {}
            c if c.is_alphabetic() || c.is_numeric() => {}
            _ => {
                return Err(bad(
                    "a character that no name has stands in a name".to_owned(),
                    name_start + offset,
                ));
            }
        }
    }
    // A name at the very end of the file, without a line end, is nothing to Compose.
    let (name_end, sign) = end.unwrap_or((name_start, '='));
    let name = text[name_start..name_end].trim_end().to_owned();
    if name.contains(' ') {
        return Err(bad("a name has a blank in it".to_owned(), name_start));
    }
    let behind = if end.is_some() { name_end + 1 } else { name_end };
    if sign == '\n' {
        let line = Line { value: value(&name), name, span: start..name_end, quote: None };
        return Ok((line, behind));
    }
    let value_start = text.len() - text[behind..].trim_start_matches(blank).len();
    let (text_value, end, quote) = read_value(text, value_start, value)?;
    Ok((Line { name, value: Some(text_value), span: start..end, quote }, end))
}

type Value = (String, usize, Option<char>);

fn read_value(text: &str, start: usize, value: &dyn Fn(&str) -> Option<String>) -> Result<Value, BadLine> {
    let rest = &text[start..];
    let expand = |text: &str| {
        Variables::new(value).expand(text).map_err(|refusal| BadLine {
            message: match refusal {
                Refusal::Invalid => "a `${` in a value is followed by no variable".to_owned(),
                Refusal::Required { name, .. } => {
                    format!("a value needs the variable {name}, which is not set")
                }
            },
            at: start,
        })
    };
    let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
        let line = rest.split('\n').next().unwrap_or_default();
        let plain = line.split(" #").next().unwrap_or_default().trim_end();
        return Ok((expand(plain)?, start + line.len(), None));
    };
    let (inner, length) = quoted(rest, quote)
        .ok_or_else(|| BadLine { message: "a quote is not closed".to_owned(), at: start })?;
    let whole = if quote == '"' { expand(&unescaped(&inner))? } else { inner };
    Ok((whole, start + length, Some(quote)))
}

/// What stands in the quotes, and how long it is with them. Only the quote itself can be escaped.
fn quoted(text: &str, quote: char) -> Option<(String, usize)> {
    let mut inner = String::new();
    let mut escape = false;
    for (at, c) in text.char_indices().skip(1) {
        if c == quote {
            if !escape {
                return Some((inner, at + 1));
            }
            escape = false;
        } else if !escape && c == '\\' {
            escape = true;
            continue;
        } else if escape {
            escape = false;
            inner.push('\\');
        }
        inner.push(c);
    }
    None
}

fn unescaped(text: &str) -> String {
    let one = |found: &Captures<'_>| match &found[0][1..] {
        "$" => "$$".to_owned(),
        "a" => "\u{7}".to_owned(),
        "b" => "\u{8}".to_owned(),
        "f" => "\u{c}".to_owned(),
        "n" => "\n".to_owned(),
        "r" => "\r".to_owned(),
        "t" => "\t".to_owned(),
        "v" => "\u{b}".to_owned(),
        "\"" => "\"".to_owned(),
        "\\" => "\\".to_owned(),
        digits if digits.len() == 4 => octal(&digits[1..]).unwrap_or_else(|| found[0].to_owned()),
        _ => found[0].to_owned(),
    };
    ESCAPE.replace_all(text, one).into_owned()
}

fn octal(digits: &str) -> Option<String> {
    let code = u32::from_str_radix(digits, 8).ok().filter(|code| *code <= 0xff)?;
    char::from_u32(code).map(String::from)
}
