//! What a preview comes to: the steps counted, and the gravest of what was found.

use super::{Counts, Foreseen, Preview, Prospect, StepList, StepPreview};
use crate::diagnosis::Class;

impl StepPreview {
    /// Adds the step to the counts.
    fn count(&self, counts: &mut Counts) {
        let place = match &self.foreseen {
            _ if self.list == StepList::OnFailure => return,
            Foreseen::Skipped { .. } => return,
            Foreseen::Unchanged { .. } | Foreseen::Adopt { .. } | Foreseen::Holds { .. } => &mut counts.hold,
            // What comes after the end, and what a condition may leave out, is not foreseen.
            _ if self.beyond.is_some() => &mut counts.unknown,
            Foreseen::Change { .. } => &mut counts.change,
            Foreseen::DoesNotHold { .. } | Foreseen::Refused { .. } if self.when.is_none() => {
                &mut counts.fail
            }
            Foreseen::DoesNotHold { .. }
            | Foreseen::Refused { .. }
            | Foreseen::Unknown { .. }
            | Foreseen::WouldRun { .. }
            | Foreseen::WouldWatch { .. } => &mut counts.unknown,
        };
        *place += 1;
    }

    /// Whether `run` would end here, were it to come to this step: it fails, and waiting does not mend it.
    pub fn ends_the_run(&self) -> bool {
        matches!(self.foreseen, Foreseen::Refused { .. } | Foreseen::DoesNotHold { waits: false, .. })
    }

    /// What its failure means, if it has failed.
    fn class(&self) -> Option<Class> {
        match &self.foreseen {
            Foreseen::Refused { class, .. } | Foreseen::DoesNotHold { class, .. } => Some(*class),
            _ => None,
        }
    }
}

impl Preview {
    /// What it comes to, without anything that was found.
    #[must_use]
    pub fn untold(&self) -> Self {
        let (playbook, variant) = (self.playbook.clone(), self.variant.clone());
        let (outcome, counts) = (self.outcome, self.counts);
        Self {
            playbook,
            description: String::new(),
            variant,
            outcome,
            counts,
            not_safe: vec![],
            steps: vec![],
        }
    }

    /// Counts the steps and draws the conclusion.
    #[must_use]
    pub fn concluded(mut self) -> Self {
        let mut counts = Counts::default();
        self.steps.iter().for_each(|step| step.count(&mut counts));
        let counted = self.steps.iter().filter(|step| step.list != StepList::OnFailure);
        let failed = || counted.clone().filter(|step| step.when.is_none() && step.beyond.is_none());
        let not_safe = failed().any(|step| step.ends_the_run() && step.class() == Some(Class::Safety));
        // An engine that does not answer may do so later: but until then nothing can be foreseen.
        let no_engine = failed().any(|step| step.class() == Some(Class::Engine));
        self.outcome = if !self.not_safe.is_empty() || not_safe {
            Prospect::NotSafe
        } else if no_engine {
            Prospect::NoEngine
        } else if counts.fail > 0 {
            Prospect::Fails
        } else if counts.change > 0 {
            Prospect::Pending
        } else {
            Prospect::Unchanged
        };
        self.counts = counts;
        self
    }
}
