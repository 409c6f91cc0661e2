//! What is not the same as at the last run: image digests, gateway build, server version, engine.

use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Report, words};

/// Facts that identify what was run.
const IDENTITY: &[&str] = &["engine_version", "engine_api", "image_digest", "image_build", "server_version"];
/// How many older reports are looked through for one of the same playbook.
const LOOK_BACK: usize = 200;

/// A version or digest that changed since the previous run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Drift {
    /// The step that observed it.
    pub step: String,
    /// Name of the fact.
    pub fact: String,
    /// Its value at the previous run.
    pub before: String,
    /// Its value now.
    pub now: String,
}

impl Report {
    /// Counts the drift since an earlier report of the same playbook.
    pub fn compare(&mut self, previous: &Report) {
        self.previous = Some(previous.run.clone());
        for step in &self.steps {
            let Some(then) = previous.steps.iter().find(|then| then.id == step.id) else { continue };
            for fact in IDENTITY {
                if let (Some(before), Some(now)) = (then.facts.get(*fact), step.facts.get(*fact))
                    && before != now
                {
                    self.drift.push(Drift {
                        step: step.id.clone(),
                        fact: (*fact).to_owned(),
                        before: words::fact(before),
                        now: words::fact(now),
                    });
                }
            }
        }
    }
}

/// The latest report of the playbook in a directory of reports. Files that cannot be read are no reports.
pub fn find_previous(reports: &Path, playbook: &str) -> Option<Report> {
    let entries = std::fs::read_dir(reports).ok()?;
    let mut runs: Vec<_> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
    runs.sort();
    let read = |run: &std::path::PathBuf| -> Option<Report> {
        serde_json::from_slice(&std::fs::read(run.join("report.json")).ok()?).ok()
    };
    runs.iter().rev().take(LOOK_BACK).filter_map(read).find(|report| report.playbook == playbook)
}
