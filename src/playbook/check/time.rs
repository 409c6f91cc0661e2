//! Deadlines: some are no use, some can never be kept.

use super::{Check, List};
use crate::playbook::Step;
use crate::steps::Action;

/// Looking more often than this is a busy loop.
const LEAST_EVERY: std::time::Duration = std::time::Duration::from_millis(100);

impl Check<'_> {
    /// The spans of a step.
    pub(super) fn time(&mut self, list: List<'_>, pointer: &str, step: &Step) {
        let at = format!("{pointer}/within");
        if step.within.is_some_and(|within| within.get().is_zero()) {
            self.problem("playbook::no_time", &at, "a step needs time".to_owned(), "such as 60s");
        }
        if let (Action::Stable(stable), Some(within)) = (&step.action, step.within)
            && within.get() <= stable.length.get()
        {
            let message =
                format!("the step ends after {within}, before its window of {} is over", stable.length);
            self.problem("playbook::no_time", &at, message, "leave `within` out, or make it longer");
        }
        if let (Action::Drill(drill), Some(within)) = (&step.action, step.within)
            && within.get() <= drill.recover_within.get()
        {
            let message = format!(
                "the step ends after {within}, before its recovery of {} is over",
                drill.recover_within
            );
            self.problem("playbook::no_time", &at, message, "leave `within` out, or make it longer");
        }
        if step.within.is_some()
            && let Some(why) = self.never_waits(&step.action)
        {
            let message = format!("`within` says nothing here: {why}");
            self.problem("playbook::never_waits", &at, message, "leave `within` out");
        }
        if list.key == "steps" {
            self.run_deadline(pointer, step);
        }
    }

    /// Why a step is over at once, whatever its deadline. What asks an engine or a gateway that may not be there yet waits.
    fn never_waits(&self, action: &Action) -> Option<&'static str> {
        match action {
            Action::Network(_) => Some("a network is made at once, or never"),
            Action::Image(image) => {
                let built = self
                    .playbook
                    .containers
                    .get(&image.container)
                    .is_none_or(|format| format.build.is_some());
                (!built).then_some("images are never pulled, so this one is there at once, or never")
            }
            _ => None,
        }
    }

    /// A step that may take longer than the whole run.
    fn run_deadline(&mut self, pointer: &str, step: &Step) {
        let run = self.playbook.within;
        let help = "make it shorter, or raise `within` at the top (without it: 30m)";
        match (step.within, &step.action) {
            (Some(within), _) if within.get() > run.get() => {
                let message = format!("the step may take {within}, and the whole run no more than {run}");
                self.problem("playbook::run_deadline", &format!("{pointer}/within"), message, help);
            }
            (None, Action::Stable(stable)) if stable.length.get() >= run.get() => {
                let message =
                    format!("the window of {} cannot be over before the run ends after {run}", stable.length);
                self.problem("playbook::run_deadline", &format!("{pointer}/do/stable/for"), message, help);
            }
            (None, Action::Drill(drill)) if drill.recover_within.get() >= run.get() => {
                let message = format!(
                    "the recovery may take {}, and the whole run no more than {run}",
                    drill.recover_within
                );
                let at = format!("{pointer}/do/drill/recover_within");
                self.problem("playbook::run_deadline", &at, message, help);
            }
            _ => {}
        }
    }

    /// The spans within an action.
    pub(super) fn spans(&mut self, pointer: &str, action: &Action) {
        match action {
            Action::Stable(stable) if stable.every.get() < LEAST_EVERY || stable.length.get().is_zero() => {
                let message = "`for` and `every` are too short to watch anything".to_owned();
                let at = format!("{pointer}/do/stable");
                let help = "`every` is at least 100ms, `for` above it, such as 5m";
                self.problem("playbook::no_time", &at, message, help);
            }
            Action::Drill(drill) if drill.recover_within.get().is_zero() => {
                let at = format!("{pointer}/do/drill/recover_within");
                self.problem("playbook::no_time", &at, "a recovery needs time".to_owned(), "such as 120s");
            }
            Action::Exec(exec) if exec.limit.get().is_zero() => {
                let at = format!("{pointer}/do/exec/limit");
                self.problem("playbook::no_time", &at, "a command needs time".to_owned(), "such as 30s");
            }
            _ => {}
        }
    }
}
