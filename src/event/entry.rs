//! What is worth keeping for longer than a run: one line of the journal each. Supervision speaks in these; notifications,
//! the service's state and the journal are folds of them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Stopped, Verdict};
use crate::diagnosis::Diagnosis;

/// Something happened to a stack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Entry {
    /// Time of day, RFC 3339, UTC, to the millisecond.
    pub at: String,
    /// The playbook's name, with the matrix's entry where there is one.
    pub playbook: String,
    /// What happened.
    #[serde(flatten)]
    pub kind: EntryKind,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "entry", rename_all = "snake_case")]
pub enum EntryKind {
    /// Supervision begins.
    WatchBegan {
        /// Version of the program.
        openbell: String,
        /// Its process id.
        pid: u32,
        /// Which boot of the machine it is; none where the system does not tell.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        boot: Option<String>,
        /// When the machine was started, as its clock tells it now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        powered_on: Option<String>,
        /// Somebody began it at a terminal.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        by_hand: bool,
    },
    /// The Docker engine answers.
    EngineUp {
        /// How long it was waited for, in milliseconds.
        waited_ms: u64,
    },
    /// A run begins.
    RunBegan {
        /// Its name, which its report has as well.
        run: String,
        /// The process id of the program that carries it out.
        pid: u32,
    },
    /// A run is over.
    RunEnded {
        /// Its name.
        run: String,
        /// How it ended.
        verdict: Verdict,
        /// The step that ended it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        step: Option<String>,
        /// Why, when it is not green.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<Diagnosis>,
        /// What was changed in the world, in words.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        changes: Vec<String>,
        /// How long it took, in milliseconds.
        took_ms: u64,
        /// When each step that ended had ended, in milliseconds since the run began, in that order.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        steps: Vec<StepTime>,
        /// The directory of its report, where it was written.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        report: Option<String>,
    },
    /// Everything is green, and watched from now on.
    Operational,
    /// Something that was there is gone.
    Lost {
        /// What.
        what: Loss,
        /// Why it is said to be gone.
        why: Diagnosis,
        /// IBKR's maintenance that goes on, which makes it information rather than an outage.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        maintenance: Option<Maintenance>,
    },
    /// An outage outlived the maintenance that it began in: now it is one.
    Outlived {
        /// Why it is said to be gone.
        why: Diagnosis,
        /// The maintenance that is over.
        maintenance: Maintenance,
    },
    /// A rung of the recovery ladder is begun.
    Recovering {
        /// Which.
        rung: RecoveryRung,
        /// How often it was begun in this outage, counted from 1.
        attempt: u32,
        /// The container that is restarted, or inside which the gateway is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        container: Option<String>,
        /// It is a new log-in of the gateway.
        #[serde(default)]
        logs_in: bool,
    },
    /// The next rung may not be begun yet.
    Waits {
        /// Which rung waits.
        rung: RecoveryRung,
        /// Until when at the latest, RFC 3339, UTC.
        until: String,
        /// Why.
        why: Diagnosis,
    },
    /// It is whole again.
    Recovered {
        /// The length of the outage, in milliseconds.
        after_ms: u64,
        /// The last rung that was begun; none when it came back by itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<RecoveryRung>,
    },
    /// Only a person can go on: a second factor, a password, a locked account.
    NeedsPerson {
        /// Why.
        why: Diagnosis,
        /// Until when at the latest, RFC 3339, UTC.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<String>,
    },
    /// Every rung was tried, or its budget is used up: nothing more is tried until somebody asks for it, or it comes back.
    Halted {
        /// Why.
        why: Diagnosis,
    },
    /// The safe state does not hold any more; what is held was stopped.
    Unsafe {
        /// Which assertion, with what was expected and seen.
        why: Diagnosis,
        /// What was stopped.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        stopped: Vec<Stopped>,
    },
    /// The clock and the time that passed differ: the machine slept, or its clock was set.
    ClockJumped {
        /// By how much the clock is ahead of the time that passed, in milliseconds; negative when it was set back.
        by_ms: i64,
    },
    /// Recovery and messages rest from now on.
    Paused {
        /// Until when, RFC 3339, UTC.
        until: String,
        /// Why, in the words of who paused it.
        reason: String,
    },
    /// They do not rest any more.
    Resumed {
        /// Somebody ended the pause; otherwise its time was over.
        by_hand: bool,
    },
    /// Worth knowing, and nothing is lost.
    Notice {
        /// What.
        why: Diagnosis,
    },
    /// Supervision ends.
    WatchEnded {
        /// Why: a signal, or what went wrong.
        because: String,
    },
}

/// When a step ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StepTime {
    /// Its id in the playbook.
    pub id: String,
    /// The kind of step.
    pub kind: String,
    /// Milliseconds since the run began.
    pub ended_ms: u64,
}

/// What can be lost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    /// The Docker engine does not answer.
    Engine,
    /// A container of that key does not run, or is not healthy.
    Container(String),
    /// The API session: the gateway does not answer any more, or lost its servers.
    Session,
    /// The bot is not connected any more.
    Bot,
}

/// A window of IBKR's maintenance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Maintenance {
    /// Its name.
    pub name: String,
    /// The first moment after it, RFC 3339, UTC.
    pub until: String,
}

/// What can be done about an outage, the mildest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecoveryRung {
    /// Connects again; nothing is changed.
    Reconnect,
    /// Waits for what is known to end by itself, such as maintenance.
    Wait,
    /// IBC restarts the gateway inside its container: no new log-in.
    SoftRestart,
    /// The container is restarted: the gateway logs in anew.
    Restart,
}
