//! What the bot does wrong when it is told to, to try out whoever watches it. It never trades all the same.

use std::str::FromStr;
use std::time::Duration;

use crate::period::Period;

/// What goes wrong, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Misbehaviour {
    /// What.
    pub kind: Kind,
    /// How long after the bot is operational; `None` for as early as it makes sense.
    pub after: Option<Duration>,
}

/// The ways to misbehave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Ends by itself.
    Exit,
    /// Loses its connection, tells nobody and does not come back, but lives.
    Silent,
    /// Says that it is no dry run.
    DryRunFalse,
    /// Says that another strategy is active.
    OtherStrategy,
    /// Opens its session with client id 0.
    ClientIdZero,
    /// Begins to connect and never does.
    Hang,
}

/// A way to misbehave as it is written and explained.
#[derive(Debug)]
pub struct Form {
    /// Which.
    pub kind: Kind,
    /// What is written.
    pub name: &'static str,
    /// Whether a time may follow; the others are misbehaviour of the start.
    pub timed: bool,
    /// What the bot does then.
    pub does: &'static str,
}

/// All ways to misbehave.
pub const FORMS: &[Form] = &[
    Form { kind: Kind::Exit, name: "exit", timed: true, does: "ends with exit code 1" },
    Form {
        kind: Kind::Silent,
        name: "silent",
        timed: true,
        does: "loses its connection without a word, and stays",
    },
    Form {
        kind: Kind::DryRunFalse,
        name: "dry-run-false",
        timed: true,
        does: "logs DRY_RUN=false, though it is a dry run",
    },
    Form {
        kind: Kind::OtherStrategy,
        name: "other-strategy",
        timed: true,
        does: "logs that Strategy A is active, though it does nothing",
    },
    Form { kind: Kind::ClientIdZero, name: "client-id-zero", timed: false, does: "opens with client id 0" },
    Form {
        kind: Kind::Hang,
        name: "hang",
        timed: false,
        does: "never gets past its first attempt to connect",
    },
];

/// Why a text names no misbehaviour.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MisbehaviourError {
    /// No way to misbehave has that name.
    #[error("there is no misbehaviour `{name}`; valid are {}", names())]
    Unknown {
        /// What was written.
        name: String,
    },
    /// It happens at the start, so there is nothing to put off.
    #[error("`{name}` begins at the start and takes no time, but `{time}` follows it")]
    Untimed {
        /// Which one.
        name: &'static str,
        /// What followed.
        time: String,
    },
    /// What follows is no length of time.
    #[error("`{time}` behind `{name}` is no length of time; valid are `500ms`, `6s`, `2m`, at most 30 days")]
    NotATime {
        /// Which one.
        name: &'static str,
        /// What followed.
        time: String,
    },
}

fn names() -> String {
    FORMS.iter().map(|form| format!("`{}`", form.name)).collect::<Vec<_>>().join(", ")
}

impl FromStr for Misbehaviour {
    type Err = MisbehaviourError;

    /// Reads `exit`, or `exit:5s` for five seconds after the bot is operational.
    fn from_str(written: &str) -> Result<Self, MisbehaviourError> {
        let (name, after) = match written.split_once(':') {
            Some((name, after)) => (name, Some(after)),
            None => (written, None),
        };
        let form = FORMS
            .iter()
            .find(|form| form.name == name)
            .ok_or_else(|| MisbehaviourError::Unknown { name: name.to_owned() })?;
        let after = after.map(|after| form.time(after)).transpose()?;
        Ok(Self { kind: form.kind, after })
    }
}

impl Form {
    fn time(&self, time: &str) -> Result<Duration, MisbehaviourError> {
        let name = self.name;
        if !self.timed {
            return Err(MisbehaviourError::Untimed { name, time: time.to_owned() });
        }
        let not_a_time = |_| MisbehaviourError::NotATime { name, time: time.to_owned() };
        time.parse().map(Period::get).map_err(not_a_time)
    }
}

impl Misbehaviour {
    /// How long after it is operational the bot begins with this; `None` when it began at the start.
    pub(super) fn due(self) -> Option<Duration> {
        match self.kind {
            Kind::Exit | Kind::Silent => Some(self.after.unwrap_or_default()),
            Kind::DryRunFalse | Kind::OtherStrategy => self.after,
            Kind::ClientIdZero | Kind::Hang => None,
        }
    }
}
