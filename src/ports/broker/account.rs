//! Account ids and the patterns a playbook allows.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::redact::mask_account;

/// An IBKR account id. Printing it shows it masked; only a comparison sees it whole.
#[derive(Clone, PartialEq, Eq)]
pub struct AccountId(String);

impl AccountId {
    /// The account of this id.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// Paper accounts begin with `DU` (single) or `DF` (advisor's master); everything else is live.
    pub fn is_paper(&self) -> bool {
        self.0.starts_with("DU") || self.0.starts_with("DF")
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&mask_account(&self.0))
    }
}

impl fmt::Debug for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// An account id, or the beginning of one followed by `*`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(extend("pattern" = r"^[A-Z]{1,3}[0-9]*\*?$"))]
pub struct AccountPattern(String);

impl AccountPattern {
    /// Whether the account is meant.
    pub fn matches(&self, account: &AccountId) -> bool {
        match self.0.strip_suffix('*') {
            Some(prefix) => account.0.starts_with(prefix),
            None => account.0 == self.0,
        }
    }

    /// Whether more than one account can match.
    pub fn is_open(&self) -> bool {
        self.0.ends_with('*')
    }

    /// Whether only paper accounts can match.
    pub fn is_paper(&self) -> bool {
        self.0.starts_with("DU") || self.0.starts_with("DF")
    }
}

impl fmt::Display for AccountPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.ends_with('*') { f.write_str(&self.0) } else { f.write_str(&mask_account(&self.0)) }
    }
}

impl TryFrom<String> for AccountPattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let body = text.strip_suffix('*').unwrap_or(&text);
        let letters = body.chars().take_while(char::is_ascii_uppercase).count();
        let valid = (1..=3).contains(&letters) && body.chars().skip(letters).all(|c| c.is_ascii_digit());
        if valid {
            Ok(Self(text))
        } else {
            Err(format!("`{text}` is not an account id or a pattern such as DU*"))
        }
    }
}

impl From<AccountPattern> for String {
    fn from(pattern: AccountPattern) -> Self {
        pattern.0
    }
}
