//! What a script means: phases that nobody would see, names that lead nowhere, rules that come too late.

use std::collections::BTreeSet;
use std::time::Duration;

use super::format::is_account;
use super::{Phase, Script, Treatment};
use crate::document::{Places, Problem};

/// A byte this slow would make a session last longer than any client waits.
const SLOWEST: Duration = Duration::from_mins(1);

/// Every problem with the meaning of a script.
pub(super) fn check(script: &Script, places: &Places) -> Vec<Problem> {
    let mut check = Check { script, places, problems: Vec::new() };
    check.gateway();
    check.treatment("/clients", &script.clients);
    check.phases();
    check.unreachable("/phases", &script.phases);
    check.unreachable("/on_restart", &script.on_restart);
    check.rules();
    check.problems
}

struct Check<'a> {
    script: &'a Script,
    places: &'a Places,
    problems: Vec<Problem>,
}

impl Check<'_> {
    fn problem(&mut self, problem: &str, pointer: &str, message: String, help: &str) {
        self.problems.push(Problem {
            code: format!("script::{problem}"),
            message,
            help: Some(help.to_owned()),
            place: Some(self.places.find(pointer)),
            label: "here".to_owned(),
            also: self.places.also(pointer),
            ..Problem::default()
        });
    }

    fn gateway(&mut self) {
        self.accounts("/gateway/accounts", &self.script.gateway.accounts);
        for (client, order) in &self.script.gateway.order_ids {
            if *order < 1 {
                let message = format!("{order} is no order id");
                self.problem("order_id", &format!("/gateway/order_ids/{client}"), message, "from 1 on");
            }
        }
        let traits = &self.script.gateway;
        let orders = traits.open_orders.iter().map(|order| (&order.symbol, &order.account));
        self.held("/gateway/open_orders", orders);
        let positions = traits.positions.iter().map(|position| (&position.symbol, &position.account));
        self.held("/gateway/positions", positions);
        self.text("/gateway/time_zone", &self.script.gateway.time_zone);
    }

    fn held<'b>(&mut self, list: &str, held: impl Iterator<Item = (&'b String, &'b Option<String>)>) {
        for (place, (symbol, account)) in held.enumerate() {
            self.text(&format!("{list}/{place}/symbol"), symbol);
            self.accounts(&format!("{list}/{place}/account"), account.as_slice());
        }
    }

    fn accounts(&mut self, pointer: &str, accounts: &[String]) {
        for (place, account) in accounts.iter().enumerate() {
            if !is_account(account) {
                let message = format!("`{account}` cannot be an account");
                let help = "letters and digits, such as DU1234567";
                self.problem("account", &format!("{pointer}/{place}"), message, help);
            }
        }
    }

    fn phases(&mut self) {
        let mut names = BTreeSet::new();
        let script = self.script;
        let lists = [("/phases", &script.phases), ("/on_restart", &script.on_restart)];
        let all = lists.into_iter().flat_map(|(list, phases)| {
            phases.iter().enumerate().map(move |(place, phase)| (format!("{list}/{place}"), phase))
        });
        for (pointer, phase) in all {
            self.treatment(&format!("{pointer}/clients"), &phase.clients);
            self.accounts(&format!("{pointer}/accounts"), phase.accounts.as_deref().unwrap_or_default());
            for (notice, sent) in phase.notices.iter().enumerate() {
                self.text(&format!("{pointer}/notices/{notice}/message"), &sent.message);
            }
            if let Some(name) = &phase.name
                && !names.insert(name.as_str())
            {
                let message = format!("two phases are called `{name}`");
                self.problem("duplicate_phase", &format!("{pointer}/name"), message, "rules go by the name");
            }
        }
    }

    /// Phases that stand behind one that never ends.
    fn unreachable(&mut self, list: &str, phases: &[Phase]) {
        for (place, phase) in phases.iter().enumerate().take(phases.len().saturating_sub(1)) {
            let pointer = format!("{list}/{place}");
            if phase.exit.is_some() {
                let message =
                    "the gateway ends with this phase, so those after it would never happen".to_owned();
                self.problem("unreachable", &pointer, message, "make it the last one");
            } else if phase.lasts.is_none() {
                let message = "this phase never ends, so those after it would never happen".to_owned();
                self.problem(
                    "unreachable",
                    &pointer,
                    message,
                    "say how long it `lasts`, or make it the last one",
                );
            }
        }
    }

    fn rules(&mut self) {
        let names: BTreeSet<&str> =
            self.script.phases.iter().filter_map(|phase| phase.name.as_deref()).collect();
        for (place, rule) in self.script.rules.iter().enumerate() {
            let pointer = format!("/rules/{place}");
            self.treatment(&format!("{pointer}/clients"), &rule.clients);
            for (at, name) in rule.phases.iter().flatten().enumerate() {
                if !names.contains(name.as_str()) {
                    let message = format!("no phase is called `{name}`");
                    let known: Vec<_> = names.iter().copied().collect();
                    let help = format!("phases with a name: {}", known.join(", "));
                    self.problem("no_phase", &format!("{pointer}/phases/{at}"), message, &help);
                }
            }
            if rule.client_ids.is_some() && (rule.clients.door.is_some() || rule.clients.pending.is_some()) {
                let message = "the client id is not known yet when a client meets the door".to_owned();
                let help = "go by `connections` or `peers`, or decide `start` and what follows it";
                self.problem("too_early", &format!("{pointer}/clients"), message, help);
            }
            if rule.clients.is_empty() {
                let message = "the rule decides nothing".to_owned();
                self.problem("no_effect", &format!("{pointer}/clients"), message, "such as `start: in_use`");
            }
        }
    }

    fn treatment(&mut self, pointer: &str, treatment: &Treatment) {
        if treatment.slow.is_some_and(|slow| slow.get() > SLOWEST) {
            let message = "a pause of more than a minute before every byte".to_owned();
            self.problem("too_slow", &format!("{pointer}/slow"), message, "at most 1m");
        }
    }

    /// On the wire of older versions a text ends at a NUL.
    fn text(&mut self, pointer: &str, text: &str) {
        if text.contains('\0') {
            self.problem("text", pointer, "a text cannot hold a NUL".to_owned(), "leave it out");
        }
    }
}
