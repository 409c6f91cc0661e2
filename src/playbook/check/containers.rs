//! Containers: images, names, ports and volumes.

use std::collections::BTreeMap;

use super::Check;
use crate::document::escaped;
use crate::playbook::{ContainerFormat, RestartText};
use crate::ports::docker::is_path;

impl<'a> Check<'a> {
    pub(super) fn containers(&mut self) {
        let mut published: BTreeMap<u16, &str> = BTreeMap::new();
        let mut names: BTreeMap<&str, &str> = BTreeMap::new();
        let playbook = self.playbook;
        for (key, format) in &playbook.containers {
            let pointer = format!("/containers/{}", escaped(key));
            self.image(key, format, &pointer);
            self.container_names(key, format, &mut names, &pointer);
            if playbook.holds(key) && format.restart != RestartText::No {
                let message = format!("{key} is held, and the engine would start it again without the gate");
                let help = "leave `restart` out: after a reboot or a crash it is openbell that starts it, through the gate";
                self.problem("safety::restart", &format!("{pointer}/restart"), message, help);
            }
            if format.held == Some(false) && !format.hold_until.is_empty() {
                let message = format!("{key} waits for a gate, and `held: false` takes the gate away");
                let help = "leave one of the two out: `held: false` starts it whatever is not proven";
                self.problem("safety::not_held", &format!("{pointer}/hold_until"), message, help);
            }
            self.ports(key, format, &mut published, &pointer);
            self.volumes(format, &pointer);
            self.env(format, &pointer);
            for (key, words) in [("command", &format.command), ("entrypoint", &format.entrypoint)] {
                self.arguments(words.as_deref().unwrap_or_default(), &format!("{pointer}/{key}"));
            }
        }
    }

    fn image(&mut self, key: &str, format: &ContainerFormat, pointer: &str) {
        if format.image.is_none() && format.build.is_none() {
            let message = format!("the container {key} has neither an image nor a build");
            let help = "name its `image`, or say how to `build` it";
            self.problem("playbook::no_image", pointer, message, help);
        }
    }

    fn container_names(
        &mut self,
        key: &'a str,
        format: &'a ContainerFormat,
        names: &mut BTreeMap<&'a str, &'a str>,
        pointer: &str,
    ) {
        if let Some(first) = format.container_name.as_deref().and_then(|name| names.insert(name, key)) {
            let message = format!("{first} and {key} have the same container name");
            self.problem(
                "playbook::container_name",
                &format!("{pointer}/container_name"),
                message,
                "give each its own",
            );
        }
        let fits = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
        if !key.chars().all(fits) || !key.starts_with(|c: char| c.is_ascii_alphanumeric()) {
            let message = format!("`{key}` cannot be the name of a container");
            self.problem("playbook::container_name", pointer, message, "use letters, digits, - _ and .");
        }
    }

    fn ports(
        &mut self,
        key: &'a str,
        format: &ContainerFormat,
        published: &mut BTreeMap<u16, &'a str>,
        pointer: &str,
    ) {
        for (place, port) in format.ports.iter().enumerate() {
            if let Some(first) = published.insert(port.get().host_port, key) {
                let message = format!(
                    "the host port {} is published twice, by {first} and {key}",
                    port.get().host_port
                );
                let at = format!("{pointer}/ports/{place}");
                self.problem("playbook::port_clash", &at, message, "publish another port");
            }
        }
    }

    fn volumes(&mut self, format: &ContainerFormat, pointer: &str) {
        for (place, volume) in format.volumes.iter().enumerate() {
            let source = volume.parts().0;
            if !is_path(source) && source.contains(['/', '\\']) {
                let message = format!("`{source}` is neither a path nor the name of a volume");
                let help = format!("for a path relative to the playbook write ./{source}");
                self.problem("playbook::volume", &format!("{pointer}/volumes/{place}"), message, &help);
            }
        }
    }
}
