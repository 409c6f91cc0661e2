//! Variables in a text, exactly as Compose substitutes them: `$NAME`, `${NAME}`, `:-` `-` `:?` `?` `:+` `+` with further
//! variables in what follows, and `$$` for a dollar. A dollar before anything else stays.

use std::sync::LazyLock;

use regex::{Captures, Regex};

/// Levels that defaults may be nested in.
const DEEPEST: usize = 60;

static PATTERN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"\$(?i:(?P<escaped>\$)|(?P<named>[_a-z][_a-z0-9]*)|\{(?:(?P<braced>[_a-z][_a-z0-9]*(?::?[-+?](?:.*))?)\}|(?P<invalid>)))",
    )
    .expect("a constant pattern is valid")
});

/// Why a text cannot be substituted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// `${` that no variable follows.
    Invalid,
    /// `${NAME:?message}` of a variable that is not set.
    Required { name: String, message: String },
}

/// What variables mean, and which of them are missing.
pub(super) struct Variables<'a> {
    pub(super) value: &'a dyn Fn(&str) -> Option<String>,
    /// The names that are not set and became nothing.
    pub(super) unset: Vec<String>,
}

impl<'a> Variables<'a> {
    pub(super) fn new(value: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { value, unset: Vec::new() }
    }

    /// The text with every variable substituted.
    pub(super) fn expand(&mut self, text: &str) -> Result<String, Refusal> {
        self.level(text, 0)
    }

    fn level(&mut self, text: &str, depth: usize) -> Result<String, Refusal> {
        if depth > DEEPEST {
            return Err(Refusal::Invalid);
        }
        let mut whole = String::with_capacity(text.len());
        let mut end = 0;
        for found in PATTERN.captures_iter(text) {
            let Some(all) = found.get(0) else { continue };
            whole.push_str(&text[end..all.start()]);
            whole.push_str(&self.one(all.as_str(), depth)?);
            end = all.end();
        }
        whole.push_str(&text[end..]);
        Ok(whole)
    }

    /// What one match becomes. It may reach beyond its closing brace: what follows that is text again.
    fn one(&mut self, found: &str, depth: usize) -> Result<String, Refusal> {
        // Which operator it is goes by the whole match, as in Compose.
        let operator = operator(found);
        let (head, rest) = match closing(found) {
            Some(end) => (&found[..=end], &found[end + 1..]),
            None => (found, ""),
        };
        let Some(groups) = PATTERN.captures(head) else { return Err(Refusal::Invalid) };
        let group = |groups: &Captures<'_>, name| {
            groups.name(name).map(|group| group.as_str().to_owned()).filter(|text| !text.is_empty())
        };
        if group(&groups, "escaped").is_some() {
            return Ok("$".to_owned());
        }
        if let Some(name) = group(&groups, "named") {
            return Ok(self.plain(&name));
        }
        let Some(substitution) = group(&groups, "braced") else { return Err(Refusal::Invalid) };
        let value = match operator.and_then(|operator| Some((operator, substitution.split_once(operator)?))) {
            Some((operator, (name, word))) => self.operated(operator, name, word, depth)?,
            None => return Ok(self.plain(&substitution)),
        };
        Ok(value + &self.level(rest, depth + 1)?)
    }

    fn plain(&mut self, name: &str) -> String {
        (self.value)(name).unwrap_or_else(|| {
            self.unset.push(name.to_owned());
            String::new()
        })
    }

    fn operated(&mut self, operator: &str, name: &str, word: &str, depth: usize) -> Result<String, Refusal> {
        let value = (self.value)(name);
        let filled = value.as_ref().is_some_and(|value| !value.is_empty());
        let given = if operator.starts_with(':') { filled } else { value.is_some() };
        match (operator.trim_start_matches(':'), given) {
            ("-", false) | ("+", true) => self.level(word, depth + 1),
            ("?", false) => {
                let message = self.level(word, depth + 1)?;
                Err(Refusal::Required { name: name.to_owned(), message })
            }
            _ => Ok(value.unwrap_or_default()),
        }
    }
}

/// The operator that stands first.
fn operator(text: &str) -> Option<&'static str> {
    [":?", ":-", ":+", "?", "-", "+"]
        .into_iter()
        .filter_map(|operator| Some((text.find(operator)?, operator)))
        .min_by_key(|(at, operator)| (*at, std::cmp::Reverse(operator.len())))
        .map(|(_, operator)| operator)
}

/// Where the first brace closes. The byte after an opening brace is not looked at.
fn closing(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut open, mut at) = (0, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'}' => {
                open -= 1;
                if open == 0 {
                    return Some(at);
                }
            }
            b'{' => {
                open += 1;
                at += 1;
            }
            _ => {}
        }
        at += 1;
    }
    None
}
