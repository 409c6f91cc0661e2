//! The safe state must not contradict itself or the containers.

use super::Check;
use crate::document::escaped;
use crate::playbook::{AbsentFormat, EnvText};
use crate::steps::safety::implied;

impl Check<'_> {
    /// The two variables that make the safe state of a bot, wherever they are written. In live mode the mode has to be
    /// the playbook's, and whether the bot only pretends is the author's business.
    pub(super) fn safe_state(&mut self, name: &str, value: &str, at: &str) {
        let Some(safe) = implied(name, self.is_live()) else { return };
        if value != safe {
            let message = format!("{name} is `{value}`: that is not the safe state");
            let mode = if self.is_live() { "live" } else { "paper" };
            let help = format!("write {name}: \"{safe}\": `safety.mode` is {mode}");
            self.problem("safety::not_safe", at, message, &help);
        }
    }

    /// A variable of the safe state has to be readable: the value of a secret is compared with nothing before it is used.
    pub(super) fn secret_state(&mut self, name: &str, at: &str) {
        if let Some(safe) = implied(name, self.is_live()) {
            let message =
                format!("{name} is a secret by reference: that it is the safe state cannot be seen");
            let help = format!("write {name}: \"{safe}\"; it is no secret");
            self.problem("safety::not_safe", at, message, &help);
        }
    }

    pub(super) fn safety(&mut self) {
        let safety = &self.playbook.safety;
        if safety.accounts.is_empty() {
            let message = "no account is allowed, so nothing could ever run".to_owned();
            self.problem("safety::no_accounts", "/safety/accounts", message, "such as [\"DU*\", \"DF*\"]");
        }
        self.accounts();
        if safety.read_only == Some(true) && safety.open_orders.is_some() {
            let message =
                "a gateway whose API is read-only tells no open orders: they could not be proven".to_owned();
            let help = "leave one of the two out: `read_only` says that no client can place any";
            self.problem("safety::contradiction", "/safety/open_orders", message, help);
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
            self.absent(&format!("/safety/absent/{place}"), absent);
        }
    }

    /// One place in one of the two forms.
    fn absent(&mut self, at: &str, absent: &AbsentFormat) {
        match (&absent.container, &absent.path, &absent.host) {
            (Some(container), Some(path), None) => {
                self.reference(&format!("{at}/container"), container);
                if !path.starts_with('/') {
                    let message = format!("`{path}` is not an absolute path");
                    self.problem(
                        "playbook::path",
                        &format!("{at}/path"),
                        message,
                        "such as /data/gameplan.json",
                    );
                }
            }
            (None, None, Some(host)) if !host.as_os_str().is_empty() => {}
            _ => {
                let message =
                    "what must be absent is a path in a container, or one on this machine".to_owned();
                let help = "write `container` and `path`, or `host` alone: { host: ../data/gameplan.json }";
                self.problem("playbook::absent", at, message, help);
            }
        }
    }
}
