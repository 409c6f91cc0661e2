//! Environment variables of containers, and the playbook's own: names, the safe state, and no secret written down.

use super::Check;
use crate::document::escaped;
use crate::playbook::{ContainerFormat, EnvText, SecretReference};
use crate::secret_name::{is_secret_address, secret_argument, speaks_of_secret};

impl Check<'_> {
    /// The names of the variables that the playbook declares.
    pub(super) fn variables(&mut self) {
        let own = self.playbook.vars.keys().map(|name| (format!("/vars/{}", escaped(name)), name));
        let of_variants = self.playbook.matrix.iter().enumerate().flat_map(|(place, variant)| {
            let pointer = move |name| format!("/matrix/{place}/vars/{}", escaped(name));
            variant.vars.keys().map(move |name| (pointer(name), name))
        });
        let values = self.playbook.vars.iter().chain(self.playbook.matrix.iter().flat_map(|one| &one.vars));
        let values: Vec<bool> = values.map(|(_, value)| value.is_empty()).collect();
        for ((pointer, name), empty) in own.chain(of_variants).zip(values).collect::<Vec<_>>() {
            if !empty && speaks_of_secret(name) {
                let message = format!("{name} is a secret, written into the playbook");
                let help = "no variable holds a secret: where it is wanted write {file: ../secrets/name}, {env: NAME}, {credential: name} or {docker_secret: name}";
                self.problem("safety::inline_secret", &pointer, message, help);
            }
            let begins = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
            if !begins || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
                let message = format!("`{name}` cannot be the name of a variable");
                let help = "use letters, digits and _, and begin with none of the digits, such as BOT_ID";
                self.key_problem("playbook::variable_name", &pointer, message, help);
            }
        }
    }

    pub(super) fn env(&mut self, format: &ContainerFormat, pointer: &str) {
        for (name, value) in &format.env {
            let at = format!("{pointer}/env/{}", escaped(name));
            if name.is_empty() || name.contains(['=', '\0']) {
                let message = format!("`{name}` cannot be the name of an environment variable");
                self.key_problem("playbook::env_name", &at, message, "write `NAME: value`, without =");
            }
            match value {
                EnvText::Plain(text) => {
                    self.safe_state(name, text, &at);
                    if !text.is_empty() && (speaks_of_secret(name) || is_secret_address(text)) {
                        self.inline_secret(name, &at);
                    }
                }
                EnvText::Secret(reference) => {
                    self.secret_state(name, &at);
                    self.secret(reference, &at);
                }
            }
        }
    }

    /// The value is the same to everybody who reads it, whether it was written here or came out of a `${…}`.
    fn inline_secret(&mut self, name: &str, at: &str) {
        let message = format!("{name} is a secret, written into the playbook");
        let help = format!(
            "put it into a file of its own (chmod 600) and write {name}: {{file: ../secrets/{}}}; a secret in openbell's environment is {{env: {name}}}, not ${{{name}}}",
            name.to_lowercase()
        );
        self.problem("safety::inline_secret", at, message, &help);
    }

    /// Arguments are seen by everybody who can list processes, too.
    pub(super) fn arguments(&mut self, arguments: &[String], at: &str) {
        if let Some(place) = secret_argument(arguments) {
            let message = "a secret is written into the arguments of a command".to_owned();
            let help = "arguments are in every list of processes, too: give it as a file or in `env`, as {file: ../secrets/name}";
            self.problem("safety::inline_secret", &format!("{at}/{place}"), message, help);
        }
    }

    /// A reference has to name something, and only that.
    pub(super) fn secret(&mut self, reference: &SecretReference, at: &str) {
        let (key, name) = match reference {
            SecretReference::File { file } if !file.as_os_str().is_empty() => return,
            SecretReference::File { .. } => ("file", ""),
            SecretReference::Env { env } => ("env", env.as_str()),
            SecretReference::Credential { credential } => ("credential", credential.as_str()),
            SecretReference::DockerSecret { docker_secret } => ("docker_secret", docker_secret.as_str()),
        };
        let wrong = match reference {
            SecretReference::Env { .. } => name.contains(['=', '\0']),
            _ => name.contains(['/', '\\', '\0']) || [".", ".."].contains(&name),
        };
        if name.is_empty() || wrong {
            let message = format!("`{name}` is not the name of a secret");
            let help = "write its name alone, such as tws_password; for a path use {file: path}";
            self.problem("playbook::secret_name", &format!("{at}/{key}"), message, help);
        }
    }
}
