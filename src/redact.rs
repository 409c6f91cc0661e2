//! Keeps secrets and account numbers out of everything that leaves the program.
//!
//! Every event passes through a [`Redactor`] before a reporter sees it, so no reporter has to think of it.

use std::sync::LazyLock;

use regex::{Captures, Regex};

mod forms;
mod shapes;

/// IBKR account ids: paper `DU…`, `DF…`; live `U…`, `F…`, `I…`; letters after the prefix occur (`DUO071381`).
static ACCOUNT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\b(DU|DF|U|F|I)[A-Z]?[0-9]{5,9}\b").expect("a constant pattern is valid"));

/// What a secret is replaced with.
const MASK: &str = "***";

/// Knows the values that must not be seen.
#[derive(Clone, Default)]
pub struct Redactor {
    secrets: Vec<String>,
}

impl Redactor {
    /// A redactor for these secret values, in every form that [`Self::text`] knows. Values under four characters are left
    /// out: hiding every `1` would destroy the text without protecting anything.
    pub fn new(secrets: impl IntoIterator<Item = String>) -> Self {
        // Programs print a secret of several lines line by line.
        let parts = |secret: String| {
            let lines: Vec<String> = secret.lines().map(|line| line.trim().to_owned()).collect();
            lines.into_iter().chain([secret])
        };
        Self::default().knows(secrets.into_iter().flat_map(parts))
    }

    /// The same, which knows one more value; of an address its longer parts too, for a server may repeat them.
    #[must_use]
    pub fn and(self, secret: &str) -> Self {
        let parts = secret.split(['/', '?', '&', '=']).filter(|part| part.len() >= 16).map(str::to_owned);
        self.knows(parts.chain([secret.to_owned()]))
    }

    fn knows(mut self, secrets: impl Iterator<Item = String>) -> Self {
        for secret in secrets.filter(|secret| secret.len() >= 4) {
            self.secrets.extend(forms::forms(&secret));
            self.secrets.push(secret);
        }
        // Longest first: a secret may contain another one.
        self.secrets.sort_by(|one, other| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
        self.secrets.dedup();
        self
    }

    /// The text without secrets: by value, also where it is written as JSON, an address, base64 or hexadecimal digits have
    /// it; by key and by shape; and account ids by shape.
    pub fn text(&self, text: &str) -> String {
        let mut clean = text.to_owned();
        for secret in &self.secrets {
            if clean.contains(secret.as_str()) {
                clean = clean.replace(secret.as_str(), MASK);
            }
        }
        let clean = shapes::without(&clean);
        ACCOUNT.replace_all(&clean, |found: &Captures<'_>| mask_account(&found[0])).into_owned()
    }

    /// The same for a JSON value, keys left alone.
    pub fn json(&self, value: &mut serde_json::Value) {
        self.json_but(value, &[]);
    }

    /// The same, but for the texts under these keys: words of a closed vocabulary, which a secret may happen to be.
    pub fn json_but(&self, value: &mut serde_json::Value, words: &[&str]) {
        match value {
            serde_json::Value::String(text) => *text = self.text(text),
            serde_json::Value::Array(items) => items.iter_mut().for_each(|item| self.json_but(item, words)),
            serde_json::Value::Object(map) => {
                for (key, item) in map {
                    if !(item.is_string() && words.contains(&key.as_str())) {
                        self.json_but(item, words);
                    }
                }
            }
            serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => {}
        }
    }
}

/// An account id as people may see it: the letters that tell paper from live, and the last three characters.
///
/// ```
/// assert_eq!(openbell::redact::mask_account("DU1234567"), "DU***567");
/// ```
pub fn mask_account(account: &str) -> String {
    let prefix: String = account.chars().take_while(char::is_ascii_alphabetic).take(2).collect();
    let tail: String = account.chars().rev().take(3).collect::<Vec<_>>().into_iter().rev().collect();
    format!("{prefix}{MASK}{tail}")
}
