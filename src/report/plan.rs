//! What `openbell plan` prints: a page for people, or JSON. Both from the same data, which holds no secret by then.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::diagnosis::Diagnosis;
use crate::event::{Preview, Prospect};

mod page;

/// What `run` would do now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlanReport {
    /// The playbook's own name.
    pub playbook: String,
    /// Time of day, RFC 3339, UTC.
    pub at: String,
    /// Version of the program.
    pub openbell: String,
    /// The gravest outcome of all.
    pub outcome: Prospect,
    /// Why `run` would refuse to begin: then nothing was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Diagnosis>,
    /// One for each entry of the playbook's matrix; without a matrix, one.
    pub plans: Vec<Preview>,
}

impl PlanReport {
    /// The plans together.
    pub fn new(playbook: String, at: String, plans: Vec<Preview>) -> Self {
        let outcome = plans.iter().map(|plan| plan.outcome).min().unwrap_or(Prospect::Unchanged);
        Self { playbook, at, openbell: env!("CARGO_PKG_VERSION").to_owned(), outcome, refused: None, plans }
    }

    /// What `run` would refuse to begin, because that is not safe.
    pub fn refused(playbook: String, at: String, why: Diagnosis) -> Self {
        Self { outcome: Prospect::NotSafe, refused: Some(why), ..Self::new(playbook, at, Vec::new()) }
    }

    /// The page for people.
    pub fn page(&self, colours: bool) -> String {
        page::page(self, colours)
    }
}
