//! What went wrong, as plain data: any error of this program turned into a code, a sentence, evidence and a next step.
//!
//! Owns the shape that console, JSON and Markdown share. Leaves the words to the error enums of each boundary.

use miette::Diagnostic;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ladder::Rung;

/// One failure as a person meets it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Diagnosis {
    /// Stable, unique name of the kind of failure, such as `broker::refused`.
    pub code: String,
    /// The rung of readiness that was not reached, where it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rung: Option<Rung>,
    /// A sentence about the world that names the thing.
    pub message: String,
    /// The next thing to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// The chain of causes, nearest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<String>,
    /// What was seen that supports the message: log lines, exit codes, bytes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<String>,
}

impl Diagnosis {
    /// The diagnosis of any error with a code. Errors without one are bugs and say so in their code.
    pub fn of<E: Diagnostic + ?Sized>(error: &E) -> Self {
        let mut causes = Vec::new();
        let mut source = error.source();
        while let Some(cause) = source {
            let text = cause.to_string();
            if causes.last() != Some(&text) {
                causes.push(text);
            }
            source = cause.source();
        }
        Self {
            code: error.code().map_or_else(|| "bug::no_code".to_owned(), |code| code.to_string()),
            rung: None,
            message: error.to_string(),
            help: error.help().map(|help| help.to_string()),
            causes,
            evidence: Vec::new(),
        }
    }

    /// The diagnosis of an error that knows its evidence and its rung.
    pub fn explained<E: Explain>(error: &E) -> Self {
        Self { rung: error.rung(), ..Self::of(error).with_evidence(error.evidence()) }
    }

    /// The same diagnosis with more evidence.
    #[must_use]
    pub fn with_evidence(mut self, evidence: impl IntoIterator<Item = String>) -> Self {
        self.evidence.extend(evidence);
        self
    }
}

/// What a failure means for the run and so for its exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Something does not work.
    Step,
    /// The safe state is not proven: what is held back must not run.
    Safety,
    /// There is no Docker engine to talk to.
    Engine,
}

/// How soon the same attempt is worth making again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// Local and cheap to ask, such as the Docker engine.
    Brisk,
    /// A gateway that answers at once that it is not there yet.
    Gentle,
    /// Something that should not be hurried: once a second.
    Steady,
    /// Something that is only released after a while, such as a client id.
    Slow,
}

/// Why an attempt did not succeed, and whether another try can help.
#[derive(Clone, Debug)]
pub struct Failure {
    /// What happened.
    pub why: Diagnosis,
    /// How soon another try makes sense; `None` when none does.
    pub again: Option<Pace>,
    /// What it means for the run.
    pub class: Class,
}

/// An error that knows what it means for a run. Implemented by every error enum of a boundary.
pub trait Explain: Diagnostic {
    /// How soon another try makes sense; `None` when none does.
    fn again(&self) -> Option<Pace>;
    /// What was seen: log lines, exit codes, bytes.
    fn evidence(&self) -> Vec<String> {
        Vec::new()
    }
    /// The rung of readiness that was not reached, for failures that are about one.
    fn rung(&self) -> Option<Rung> {
        None
    }
    /// What the failure means for the run.
    fn class(&self) -> Class {
        Class::Step
    }
}

impl<E: Explain> From<E> for Failure {
    fn from(error: E) -> Self {
        Self { why: Diagnosis::explained(&error), again: error.again(), class: error.class() }
    }
}
