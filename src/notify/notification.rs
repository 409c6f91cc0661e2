//! A message as data: what every channel makes its own form of, and what a webhook is sent as it is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::figures::Figures;
use crate::diagnosis::Diagnosis;

/// What a webhook is sent: one message about one stack, without secrets, accounts masked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Notification {
    /// Version of this format: 1.
    pub version: u32,
    /// Unique: a message that arrives twice has the same.
    pub id: String,
    /// When it was made, RFC 3339, UTC.
    pub at: String,
    /// What it is.
    pub kind: Kind,
    /// How grave it is.
    pub severity: Severity,
    /// How grave what it is about was: a recovery goes to every channel that was told of the trouble.
    pub about: Severity,
    /// The playbook's name, with the matrix's entry where there is one.
    pub playbook: String,
    /// The machine's name.
    pub host: String,
    /// It in one line.
    pub title: String,
    /// The whole of it in plain words, several lines.
    pub text: String,
    /// The code of what is wrong, for `openbell explain`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Since when, RFC 3339, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// Until when somebody has to act, RFC 3339, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// What openbell did about it, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub done: Vec<String>,
    /// What to do, first things first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub todo: Vec<String>,
    /// The last run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// The directory of its report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<String>,
    /// Why, as diagnosed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Diagnosis>,
    /// The figures of a digest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub figures: Option<Figures>,
}

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A run ended without being green, and nothing followed.
    RunFailed,
    /// Every way to recover was tried: nothing more is.
    Halted,
    /// An outage outlived the maintenance it began in.
    Outlived,
    /// An outage lasts: it goes on without news, or a pause ended in it.
    Lasting,
    /// Only a person can go on.
    NeedsPerson,
    /// The safe state does not hold.
    Unsafe,
    /// What was told of is over.
    Recovered,
    /// IBKR wants a new log-in soon.
    Reminder,
    /// A summary of a day or a week.
    Digest,
    /// Sent by hand, to see whether it arrives.
    Test,
}

impl Kind {
    /// How grave it is.
    pub const fn severity(self) -> Severity {
        match self {
            Self::Recovered | Self::Digest | Self::Test => Severity::Info,
            Self::Reminder | Self::Lasting => Severity::Warning,
            Self::RunFailed | Self::Halted | Self::Outlived => Severity::Error,
            Self::NeedsPerson | Self::Unsafe => Severity::Critical,
        }
    }

    /// Its name in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::RunFailed => "run_failed",
            Self::Halted => "halted",
            Self::Outlived => "outlived",
            Self::Lasting => "lasting",
            Self::NeedsPerson => "needs_person",
            Self::Unsafe => "unsafe",
            Self::Recovered => "recovered",
            Self::Reminder => "reminder",
            Self::Digest => "digest",
            Self::Test => "test",
        }
    }
}

/// How grave a message is.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know: a recovery, a digest.
    #[default]
    Info,
    /// Soon: a reminder, an outage that lasts.
    Warning,
    /// It is down, and nothing more is tried.
    Error,
    /// At once: it is not safe, or it waits for a person and time runs.
    Critical,
}

impl Severity {
    /// Its name in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Critical => "critical",
        }
    }
}
