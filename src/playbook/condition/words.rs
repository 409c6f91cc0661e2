//! What an expression names, told before it is ever worked out.
//!
//! Reads words, not grammar: the expression is known to be one. Text in quotes names nothing.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::ConditionError;

/// What stands in an expression, in the order of the alternatives.
static TOKEN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?s)(?<text>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|(?<word>[A-Za-z_][A-Za-z0-9_]*)|(?<number>[0-9][0-9A-Za-z_.]*)|(?<sign>\S)"#)
        .expect("a constant pattern is valid")
});

/// Words of the language itself.
const KEYWORDS: &[&str] =
    &["and", "or", "not", "in", "is", "if", "else", "true", "false", "none", "True", "False", "None"];

/// What can be asked of a step.
const OF_A_STEP: &[&str] = &["outcome", "changed", "facts"];

/// What kind of thing is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::playbook) enum Named {
    Variable,
    Step,
}

/// A variable or step that an expression names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::playbook) struct Reference {
    pub(in crate::playbook) of: Named,
    /// As written; a step's id may have `-` where an unquoted name has `_`.
    pub(in crate::playbook) name: String,
    /// Where in the expression, in bytes.
    pub(in crate::playbook) at: Range<usize>,
}

impl Reference {
    /// Whether it can mean this id.
    pub(in crate::playbook) fn means(&self, id: &str) -> bool {
        self.name == id || self.name == Self::name_of(id)
    }

    /// What an expression can call the step of this id, where a hyphen is a minus.
    pub(in crate::playbook) fn name_of(id: &str) -> String {
        id.replace('-', "_")
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Text,
    Word,
    Other,
}

struct Token<'a> {
    sort: Sort,
    text: &'a str,
    at: Range<usize>,
}

fn tokens(expression: &str) -> Vec<Token<'_>> {
    let token = |found: regex::Captures<'_>| {
        let sort = match (found.name("text"), found.name("word")) {
            (Some(_), _) => Sort::Text,
            (None, Some(_)) => Sort::Word,
            (None, None) => Sort::Other,
        };
        let at = found.get_match().range();
        Token { sort, text: &expression[at.clone()], at }
    };
    TOKEN.captures_iter(expression).map(token).collect()
}

/// The variables and steps an expression names; everything else it names must be a filter or a test.
pub(super) fn references(
    expression: &str,
    filters: &[&str],
    tests: &[&str],
) -> Result<Vec<Reference>, ConditionError> {
    let tokens = tokens(expression);
    let words = Words { expression, tokens: &tokens };
    let mut found = Vec::new();
    for (place, token) in tokens.iter().enumerate().filter(|(_, token)| token.sort == Sort::Word) {
        let before = place.checked_sub(1).map_or("", |before| tokens[before].text);
        let is_test = before == "is"
            || (before == "not" && place.checked_sub(2).is_some_and(|before| tokens[before].text == "is"));
        match token.text {
            name if before == "." && tokens.get(place + 1).is_some_and(|next| next.text == "(") => {
                let advice = "use a filter, such as vars.region | upper".to_owned();
                return Err(words.wrong(format!("`{name}` cannot be called"), advice, &token.at));
            }
            // A name behind a dot is told with what stands before it.
            _ if before == "." => {}
            name if before == "|" => words.known("filter", name, filters, token)?,
            name if is_test && !["not", "none"].contains(&name) => words.known("test", name, tests, token)?,
            name if KEYWORDS.contains(&name) => {}
            "vars" => found.push(words.member(place, Named::Variable)?.0),
            "steps" => {
                let (reference, next) = words.member(place, Named::Step)?;
                words.question(&reference.name, next)?;
                found.push(reference);
            }
            name => {
                let advice =
                    format!("a variable is vars.{name}, a step is steps.{name}, a text stands in quotes");
                return Err(words.wrong(format!("there is no `{name}`"), advice, &token.at));
            }
        }
    }
    Ok(found)
}

struct Words<'a> {
    expression: &'a str,
    tokens: &'a [Token<'a>],
}

impl Words<'_> {
    fn wrong(&self, reason: String, advice: String, at: &Range<usize>) -> ConditionError {
        ConditionError::Name { expression: self.expression.to_owned(), reason, advice, at: at.clone() }
    }

    fn known(&self, what: &str, name: &str, known: &[&str], at: &Token<'_>) -> Result<(), ConditionError> {
        if known.contains(&name) {
            return Ok(());
        }
        let meant = crate::document::nearest(name, known);
        let advice = meant.map_or_else(
            || format!("known are: {}", known.join(", ")),
            |meant| format!("did you mean `{meant}`?"),
        );
        Err(self.wrong(format!("there is no {what} `{name}`"), advice, &at.at))
    }

    /// The name behind `vars` or `steps`, and the place behind it.
    fn member(&self, place: usize, of: Named) -> Result<(Reference, usize), ConditionError> {
        let token = |ahead: usize| self.tokens.get(place + ahead);
        let text = |ahead: usize| token(ahead).map_or("", |token| token.text);
        let (name, length) = match (text(1), token(2), text(3)) {
            (".", Some(name), _) if name.sort == Sort::Word => (Some((name, name.text)), 3),
            ("[", Some(name), "]") if name.sort == Sort::Text => {
                (Some((name, &name.text[1..name.text.len() - 1])), 4)
            }
            _ => (None, 0),
        };
        let section = self.tokens[place].text;
        let Some((token, name)) = name else {
            let reason = format!("`{section}` alone says nothing");
            let advice = format!("name one, such as {section}.bot or {section}[\"bot-image\"]");
            return Err(self.wrong(reason, advice, &self.tokens[place].at));
        };
        Ok((Reference { of, name: name.to_owned(), at: token.at.clone() }, place + length))
    }

    /// What is asked of a step.
    fn question(&self, step: &str, place: usize) -> Result<(), ConditionError> {
        let asked =
            self.tokens.get(place + 1).filter(|_| self.tokens.get(place).is_some_and(|dot| dot.text == "."));
        match asked {
            Some(asked) if OF_A_STEP.contains(&asked.text) => Ok(()),
            Some(asked) => self.known("question to a step called", asked.text, OF_A_STEP, asked),
            None => {
                let at = self.tokens.get(place.saturating_sub(1)).map_or(0..0, |token| token.at.clone());
                let advice = format!("such as steps.{step}.changed or steps.{step}.outcome == \"passed\"");
                Err(self.wrong(format!("nothing is asked of the step `{step}`"), advice, &at))
            }
        }
    }
}
