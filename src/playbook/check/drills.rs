//! Drills: what can be disturbed, how, and when.

use super::{Check, List};
use crate::playbook::ContainerFormat;
use crate::playbook::order::Order;
use crate::steps::Action;
use crate::steps::drill::{Drill, How};

impl Check<'_> {
    /// Every `drill` of a list whose steps stand in an order that works.
    pub(super) fn drills(&mut self, list: List<'_>, order: &Order<'_>) {
        for (place, step) in list.steps.iter().enumerate() {
            let Action::Drill(drill) = &step.action else { continue };
            let pointer = format!("/{}/{place}/do/drill", list.key);
            if list.key != "steps" {
                let message = format!("a drill in `{}`: nothing is disturbed once a run is over", list.key);
                let help = "drill in `steps`, where the safe state is proven afterwards";
                self.problem("safety::late_drill", &pointer, message, help);
            }
            if self.is_live() {
                let message = "a live account is never drilled: the mode is live".to_owned();
                let help = "drill the paper stack; leave drills out of a playbook for a live account";
                self.problem("drill::live", &pointer, message, help);
            }
            self.soft(drill, &pointer);
            let at_once = |other: &usize| {
                *other != place && !order.is_before(*other, place) && !order.is_before(place, *other)
            };
            if let Some(other) = (0..list.steps.len()).find(at_once) {
                let other = &list.steps[other].id;
                let message = format!("`{other}` may run while the drill `{}` disturbs the stack", step.id);
                let help = format!("let one wait for the other: add {other} to the `needs` of `{}`", step.id);
                self.problem("playbook::drill_at_once", &pointer, message, &help);
            }
        }
    }

    /// A soft restart is IBC's, of a gateway.
    fn soft(&mut self, drill: &Drill, pointer: &str) {
        if drill.how != How::Soft {
            return;
        }
        let at = format!("{pointer}/how");
        let connection = &self.playbook.connection;
        let port = connection.address.rsplit_once(':').and_then(|(_, port)| port.parse().ok());
        let container = self.playbook.containers.get(&drill.restart);
        let publishes = |container: &ContainerFormat| {
            container.ports.iter().any(|published| Some(published.get().host_port) == port)
        };
        if container.is_some_and(|container| !publishes(container)) {
            let message =
                format!("{} is not the gateway, and only a gateway can be restarted by IBC", drill.restart);
            self.problem("playbook::drill_soft", &at, message, "write `how: container` or `how: kill`");
        } else if connection.ibc.is_none() {
            let message = "a soft restart needs IBC's command port".to_owned();
            let help = "write `connection.ibc`, such as 127.0.0.1:7462, or `how: container`";
            self.problem("playbook::drill_soft", &at, message, help);
        }
    }
}
