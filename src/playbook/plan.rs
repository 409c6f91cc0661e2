//! The checked plan: holding one is the proof that the playbook means something. Everything is resolved here: names,
//! paths, defaults, labels.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::order::Order;
use super::{Condition, JournalFormat, MaintenanceFormat, Playbook, Step, WatchFormat};
use crate::evidence::maintenance::Calendar;
use crate::notify;
use crate::ports::docker::EnvValue;
use crate::ports::secrets::SecretSource;
use crate::secret_name::may_be_secret;
use crate::steps::{Action, Stack};

pub(super) mod objects;

use objects::stack;

/// A playbook that can be carried out.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The playbook's name.
    pub name: String,
    /// The playbook's description.
    pub description: String,
    /// Deadline of the whole run.
    pub within: Duration,
    /// What the steps act on.
    pub stack: Stack,
    /// The steps, in order.
    pub steps: Vec<PlannedStep>,
    /// Steps that follow, in order, when the run is not green and was not ended by hand.
    pub on_failure: Vec<PlannedStep>,
    /// Steps that follow at the very end.
    pub finally: Vec<PlannedStep>,
    /// When maintenance is expected: the region's windows and the playbook's own.
    pub maintenance: Calendar,
    /// The variables by name, for conditions.
    pub variables: BTreeMap<String, String>,
    /// How it is supervised.
    pub watch: WatchFormat,
    /// Who is told what becomes of the stack.
    pub notify: Option<notify::Config>,
    /// The id of the matrix's entry it was made from.
    pub variant: Option<String>,
    /// How long its journal is kept.
    pub journal: JournalFormat,
}

/// A step of a plan.
#[derive(Clone, Debug)]
pub struct PlannedStep {
    /// Its id.
    pub id: String,
    /// What it does.
    pub action: Action,
    /// Its deadline.
    pub within: Duration,
    /// The places, among the steps of its list, of those that have to be done before it starts; those that follow from
    /// others may be left out.
    pub after: Vec<usize>,
    /// Condition without which it is skipped.
    pub when: Option<Condition>,
    /// Why it is left out this time.
    pub left_out: Option<&'static str>,
}

impl Plan {
    /// The plan of a playbook that was found to be without problems; `file` is its absolute path.
    pub(super) fn of(playbook: &Playbook, file: &Path) -> Self {
        let stack = stack(playbook, file);
        Self {
            name: playbook.name.clone(),
            description: playbook.description.clone(),
            within: playbook.within.get(),
            steps: planned(&playbook.steps, &stack),
            on_failure: planned(&playbook.on_failure, &stack),
            finally: planned(&playbook.finally, &stack),
            maintenance: playbook
                .maintenance
                .as_ref()
                .map_or_else(Calendar::default, MaintenanceFormat::calendar),
            variables: playbook.vars.clone(),
            watch: playbook.watch.clone(),
            notify: playbook
                .notify
                .as_ref()
                .map(|format| format.resolved(file.parent().unwrap_or(Path::new("/")))),
            variant: None,
            journal: playbook.journal.clone(),
            stack,
        }
    }

    /// The lowest server version with which every step can pass; `None` when the raw probe is enough for all of them.
    pub fn least_server_version(&self) -> Option<u32> {
        self.steps.iter().filter_map(|step| step.action.least_server_version()).max()
    }

    /// The same plan for the time after its start-up: what disturbs on purpose or only watches is left out.
    #[must_use]
    pub fn again(&self, within: Duration) -> Self {
        let mut plan = Self { within, ..self.clone() };
        for step in &mut plan.steps {
            step.left_out = match step.action {
                Action::Drill(_) => Some("no drill in a recovery"),
                Action::Stable(_) => Some("what is supervised is watched all the while"),
                _ => None,
            };
        }
        plan
    }

    /// The containers that the steps start and do not stop again, by their keys: they are meant to run.
    pub fn kept(&self) -> Vec<String> {
        let mut kept: Vec<String> = Vec::new();
        for step in self.steps.iter().chain(&self.finally) {
            match &step.action {
                Action::Start(start) if !kept.contains(&start.container) => {
                    kept.push(start.container.clone());
                }
                Action::Stop(stop) => kept.retain(|key| *key != stop.container),
                _ => {}
            }
        }
        kept
    }

    /// The values of variables that speak of a secret and are known without reading a file: those of compose files.
    pub fn composed_secrets(&self) -> impl Iterator<Item = &str> {
        let composed = self.stack.containers.values().filter(|item| item.composed.is_some());
        composed.flat_map(|item| item.spec.env.iter()).filter_map(|(name, value)| match value {
            EnvValue::Plain(text) if may_be_secret(name) && !text.is_empty() => Some(text.as_str()),
            EnvValue::Plain(_) | EnvValue::Secret { .. } => None,
        })
    }

    /// Where the secrets are kept that the playbook names: for the environment of containers, and for notifications.
    pub fn named_secrets(&self) -> impl Iterator<Item = SecretSource> {
        let values = self.stack.containers.values().flat_map(|item| item.spec.env.values());
        let of_containers = values.filter_map(|value| match value {
            EnvValue::Secret { from, .. } => Some(from.clone()),
            EnvValue::Plain(_) => None,
        });
        of_containers.chain(self.notify.iter().flat_map(notify::Config::secrets))
    }

    /// Where everything is kept that may be secret: the environment's, and files that are mounted.
    pub fn secrets(&self) -> impl Iterator<Item = SecretSource> {
        let mounts = self.stack.containers.values().flat_map(|item| item.spec.mounts.iter());
        self.named_secrets().chain(mounts.map(|mount| SecretSource::File(PathBuf::from(&mount.source))))
    }
}

/// A list of steps with what each waits for: what it needs, else every step before it.
fn planned(steps: &[Step], stack: &Stack) -> Vec<PlannedStep> {
    let planned = |(step, after): (&Step, Vec<usize>)| PlannedStep {
        id: step.id.clone(),
        within: step.within.map_or_else(|| step.action.patience(stack), crate::period::Period::get),
        action: step.action.clone(),
        after,
        // Checked before: what is no condition is a problem of the playbook.
        when: step.when.as_deref().and_then(|text| Condition::new(text).ok()),
        left_out: None,
    };
    steps.iter().zip(Order::of(steps).after()).map(planned).collect()
}
