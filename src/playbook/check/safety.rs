//! The safe state must not contradict itself or the containers, and its evidence must be able to prove something.

use regex::Regex;

use super::Check;
use crate::document::escaped;
use crate::playbook::EnvText;

impl Check<'_> {
    /// The two variables that make the safe state of a bot, wherever they are written.
    pub(super) fn safe_state(&mut self, name: &str, value: &str, at: &str) {
        let safe = match name.to_ascii_uppercase().as_str() {
            "DRY_RUN" => "true",
            "TRADING_MODE" => "paper",
            _ => return,
        };
        if value != safe {
            let message = format!("{name} is `{value}`: that is not the safe state");
            let help =
                format!("write {name}: \"{safe}\"; this version brings a stack up in its safe state only");
            self.problem("safety::not_safe", at, message, &help);
        }
    }

    pub(super) fn strategy(&mut self) {
        let Some(strategy) = &self.playbook.strategy else { return };
        self.reference("/strategy/evidence/container", &strategy.evidence.container);
        match Regex::new(&strategy.evidence.log) {
            Ok(pattern) if pattern.captures_len() == 2 => {}
            Ok(pattern) => {
                let message = format!("the pattern has {} groups, not one", pattern.captures_len() - 1);
                let help =
                    "put the strategy's name in one pair of parentheses, such as Strategy (\\w+) active";
                self.problem("playbook::pattern", "/strategy/evidence/log", message, help);
            }
            Err(error) => {
                let message = format!("not a regular expression: {error}");
                self.problem(
                    "playbook::pattern",
                    "/strategy/evidence/log",
                    message,
                    "see docs.rs/regex, Syntax",
                );
            }
        }
    }

    pub(super) fn safety(&mut self) {
        let safety = &self.playbook.safety;
        if safety.accounts.is_empty() {
            let message = "no account is allowed, so nothing could ever run".to_owned();
            self.problem("safety::no_accounts", "/safety/accounts", message, "such as [\"DU*\", \"DF*\"]");
        }
        for (place, pattern) in safety.accounts.iter().enumerate() {
            if !pattern.is_paper() {
                let message = format!("`{pattern}` allows live accounts, and the mode is paper");
                let help = "paper accounts begin with DU or DF; live trading is not possible in this version";
                self.problem("safety::live_account", &format!("/safety/accounts/{place}"), message, help);
            }
        }
        for (container, expected) in &safety.env {
            let pointer = format!("/safety/env/{}", escaped(container));
            self.reference(&pointer, container);
            let declared = self.playbook.containers.get(container).map(|format| &format.env);
            for (name, value) in expected {
                self.safe_state(name, value, &format!("{pointer}/{}", escaped(name)));
                let at = format!("{pointer}/{}", escaped(name));
                match declared.and_then(|env| env.get(name)) {
                    Some(EnvText::Plain(text)) if text != value => {
                        let message =
                            format!("{name} must be `{value}`, but the container is declared with `{text}`");
                        self.problem("safety::contradiction", &at, message, "make the two agree");
                    }
                    Some(EnvText::Secret(_)) => {
                        let message =
                            format!("{name} is a secret by reference, so its value would be shown here");
                        self.problem(
                            "safety::contradiction",
                            &at,
                            message,
                            "assert only what is not a secret",
                        );
                    }
                    Some(EnvText::Plain(_)) | None => {}
                }
            }
        }
        for (place, absent) in safety.absent.iter().enumerate() {
            self.reference(&format!("/safety/absent/{place}/container"), &absent.container);
            if !absent.path.starts_with('/') {
                let message = format!("`{}` is not an absolute path", absent.path);
                self.problem(
                    "playbook::path",
                    &format!("/safety/absent/{place}/path"),
                    message,
                    "such as /data/gameplan.json",
                );
            }
        }
    }
}
