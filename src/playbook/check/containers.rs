//! Containers: images, names, ports, and no secret written into the playbook.

use std::collections::BTreeMap;

use super::Check;
use crate::document::escaped;
use crate::playbook::{EnvText, RestartText};

impl Check<'_> {
    pub(super) fn containers(&mut self) {
        let mut published: BTreeMap<u16, &str> = BTreeMap::new();
        let mut names: BTreeMap<&str, &str> = BTreeMap::new();
        for (key, format) in &self.playbook.containers {
            let pointer = format!("/containers/{}", escaped(key));
            if format.image.is_none() && format.build.is_none() {
                let message = format!("the container {key} has neither an image nor a build");
                self.problem(
                    "playbook::no_image",
                    &pointer,
                    message,
                    "name its `image`, or say how to `build` it",
                );
            }
            if let Some(first) = format.container_name.as_deref().and_then(|name| names.insert(name, key)) {
                let message = format!("{first} and {key} have the same container name");
                self.problem(
                    "playbook::container_name",
                    &format!("{pointer}/container_name"),
                    message,
                    "give each its own",
                );
            }
            if self.playbook.holds(key) && format.restart != RestartText::No {
                let message = format!("{key} is held, and the engine would start it again without the gate");
                let help = "leave `restart` out: after a reboot or a crash it is openbell that starts it, through the gate";
                self.problem("safety::restart", &format!("{pointer}/restart"), message, help);
            }
            for (place, port) in format.ports.iter().enumerate() {
                if let Some(first) = published.insert(port.get().host_port, key) {
                    let message = format!(
                        "the host port {} is published twice, by {first} and {key}",
                        port.get().host_port
                    );
                    self.problem(
                        "playbook::port_clash",
                        &format!("{pointer}/ports/{place}"),
                        message,
                        "publish another port",
                    );
                }
            }
            let fits = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
            if !key.chars().all(fits) || !key.starts_with(|c: char| c.is_ascii_alphanumeric()) {
                let message = format!("`{key}` cannot be the name of a container");
                self.problem("playbook::container_name", &pointer, message, "use letters, digits, - _ and .");
            }
            for (place, volume) in format.volumes.iter().enumerate() {
                let source = volume.parts().0;
                let path = source.starts_with('.') || std::path::Path::new(source).is_absolute();
                if !path && source.contains(['/', '\\']) {
                    let message = format!("`{source}` is neither a path nor the name of a volume");
                    let help = format!("for a path relative to the playbook write ./{source}");
                    self.problem("playbook::volume", &format!("{pointer}/volumes/{place}"), message, &help);
                }
            }
            for (name, value) in &format.env {
                if let EnvText::Plain(text) = value {
                    self.safe_state(name, text, &format!("{pointer}/env/{}", escaped(name)));
                }
                let at = format!("{pointer}/env/{}", escaped(name));
                if matches!(value, EnvText::Plain(text) if !text.is_empty()) && is_secret(name) {
                    let message = format!("{name} is a secret, written into the playbook");
                    let help = format!(
                        "put it into a file of its own (chmod 600) and write {name}: {{file: ../secrets/{}}}",
                        name.to_lowercase()
                    );
                    self.problem("safety::inline_secret", &at, message, &help);
                }
            }
        }
    }
}

/// Whether a variable's name speaks of a secret. Names that end in `_FILE` hold a path.
fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let speaks =
        ["PASSWORD", "PASSWD", "SECRET", "TOKEN", "API_KEY", "APIKEY"].iter().any(|word| name.contains(word));
    speaks && !name.ends_with("_FILE")
}
