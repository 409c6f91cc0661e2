//! Records of changes that touch safety: what each says, and who approved.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::Digest;

use super::error::EditError;
use super::safety::Changed;
use crate::redact::Redactor;

/// Who approves of a change, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// Who.
    pub who: String,
    /// Why.
    pub why: String,
}

impl Approval {
    /// Reads `who: why`.
    ///
    /// # Errors
    /// One of the two is missing.
    pub fn read(text: &str) -> Result<Self, EditError> {
        let (who, why) = text.split_once(':').unwrap_or_default();
        let (who, why) = (who.trim().to_owned(), why.trim().to_owned());
        if who.is_empty() || why.is_empty() {
            return Err(EditError::Approval { text: text.to_owned() });
        }
        Ok(Self { who, why })
    }
}

/// One approved change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// When, in UTC.
    pub at: String,
    /// Who approved; nothing where no approval was needed.
    pub who: Option<String>,
    /// Why.
    pub why: Option<String>,
    /// Whether it is no change of openbell's, but what was found there, changed by others, and accepted as it is.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub found: bool,
    /// What; nothing of what was found.
    pub changes: Vec<RecordedChange>,
    /// SHA-256 of the playbook before.
    pub before: String,
    /// SHA-256 of the playbook after.
    pub after: String,
    /// SHA-256 of what decides about safety, after, in all the files it comes from.
    pub safety: String,
    /// The hash of the record before; empty for the first.
    pub previous: String,
    /// SHA-256 of this record with nothing here.
    pub hash: String,
}

/// A value that was changed. Secrets and accounts are masked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedChange {
    /// Where.
    pub path: String,
    /// What was there.
    pub before: Value,
    /// What is there now.
    pub after: Value,
}

impl Record {
    pub(super) fn sealed(mut self, previous: String) -> Self {
        self.previous = previous;
        self.hash = self.own_hash();
        self
    }

    /// Its line in the file.
    pub(super) fn line(&self) -> String {
        let mut line = serde_json::to_string(self).unwrap_or_default();
        line.push('\n');
        line
    }

    pub(super) fn own_hash(&self) -> String {
        let bare = Self { hash: String::new(), ..self.clone() };
        sha256(&serde_json::to_vec(&bare).unwrap_or_default())
    }
}

pub(super) fn sha256(content: &[u8]) -> String {
    sha2::Sha256::digest(content).iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a text never fails.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// A change without secrets.
pub(super) fn veiled(change: &Changed) -> RecordedChange {
    let redactor = Redactor::default();
    let veil = |value: Option<&Value>| {
        let mut value = value.cloned().unwrap_or_default();
        redactor.json(&mut value);
        match &value {
            Value::String(text) => Value::String(by_name(&redactor, &change.path, text)),
            _ => value,
        }
    };
    RecordedChange {
        path: change.path.clone(),
        before: veil(change.before.as_ref()),
        after: veil(change.after.as_ref()),
    }
}

/// A text that stands under a name: masked when the name speaks of a secret.
pub(super) fn by_name(redactor: &Redactor, path: &str, text: &str) -> String {
    let name = path.rsplit('.').next().unwrap_or_default();
    if redactor.text(&format!("{name}=x")).ends_with("***") { "***".to_owned() } else { text.to_owned() }
}
