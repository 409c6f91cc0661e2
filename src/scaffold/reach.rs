//! Through what a container is reached and looked at: ports, mounts and the health check.

use std::time::Duration;

use crate::compose::{Port, Service, Test};
use crate::period::Period;
use crate::ports::docker::is_path;

use super::containers::Writer;
use super::ports;
use super::text::{Block, scalar, span, words};

impl Writer<'_, '_> {
    pub(super) fn ports(&mut self, service: &Service, block: &mut Block) {
        let mut lines = Block::new("ports:".to_owned());
        for port in &service.ports {
            let shown =
                format!("{}:{}/{}", port.published.as_deref().unwrap_or("any"), port.target, port.protocol);
            let what = format!("{}.ports: {shown}", service.name);
            let Some(host_port) = port.host_port().filter(|_| port.protocol == "tcp" && port.target != 0)
            else {
                self.notes.left_out(
                    &port.place,
                    what,
                    "a playbook publishes TCP ports one by one, host and container port",
                );
                continue;
            };
            if self.logs_in(service) && ports::live(port) {
                self.live(port, what);
                continue;
            }
            if host_port == 0 || !self.taken.insert(host_port) {
                self.notes.left_out(&port.place, what, "the host port is published twice");
                continue;
            }
            self.own.insert(host_port);
            let narrowed = port.everywhere() && ports::private(port) && !self.wishes.as_it_runs;
            let host = match port.host_ip.as_deref() {
                _ if narrowed => "127.0.0.1".to_owned(),
                None | Some("") => "0.0.0.0".to_owned(),
                Some(ip) if ip.contains(':') => format!("[{ip}]"),
                Some(ip) => ip.to_owned(),
            };
            let line = format!("- \"{host}:{host_port}:{}\"", port.target);
            if narrowed {
                lines.noted(
                    line,
                    "the compose file publishes it on every address: whoever reaches it can trade",
                );
            } else {
                lines.line(line);
            }
        }
        if !lines.is_empty() {
            block.block(lines);
        }
    }

    /// A port of live trading: it is left out, where what there is need not stay as it is.
    fn live(&mut self, port: &Port, what: String) {
        if self.wishes.by_reference || self.wishes.as_it_runs {
            let why = "it leads to live trading, and a stack in its safe state does not publish that; take the line out \
                       of the compose file, bring it up again and ask again";
            self.notes.unsafe_state(&port.place, what, why);
        } else {
            let why = "it leads to live trading, and a stack in its safe state does not publish that";
            self.notes.left_out(&port.place, what, why);
        }
    }

    /// Of a service that stays as it is, what its ports would keep from being safe.
    pub(super) fn live_ports(&mut self, service: &Service) {
        for port in service.ports.iter().filter(|port| port.protocol == "tcp" && ports::live(port)) {
            if self.logs_in(service) {
                self.live(port, format!("{}.ports: {}", service.name, port.target));
            }
        }
    }

    /// Whether it logs in to the broker: the gateway, and others of the usual image.
    fn logs_in(&self, service: &Service) -> bool {
        let usual =
            |image: &str| image.contains("gnzsnz/ib-gateway") || image.contains("gnzsnz/tws-rdesktop");
        self.is_gateway(service) || service.image.as_ref().is_some_and(|image| usual(image))
    }

    pub(super) fn volumes(&mut self, service: &Service, block: &mut Block) {
        let mut lines = Block::new("volumes:".to_owned());
        for mount in &service.volumes {
            let what = format!("{}.volumes: {}", service.name, mount.target);
            let (Some(source), true) = (&mount.source, ["bind", "volume"].contains(&mount.kind.as_str()))
            else {
                self.notes.left_out(
                    &mount.place,
                    what,
                    "only bind mounts and named volumes are carried over",
                );
                continue;
            };
            for unused in &mount.unused {
                let what = format!("{what}: {}", unused.key);
                self.notes.left_out(&unused.place, what, "a playbook mounts without options but read-only");
            }
            let source = if mount.kind == "bind" { self.relative(source) } else { self.volume(source) };
            let mode = if mount.read_only { ":ro" } else { "" };
            if !is_path(&source) && source.contains(['/', '\\']) {
                self.notes.left_out(&mount.place, what, "its source is a path of another system");
                continue;
            }
            if mount.target.starts_with('/') && !source.is_empty() {
                lines.line(format!("- {}", scalar(&format!("{source}:{}{mode}", mount.target))));
            } else {
                self.notes.left_out(&mount.place, what, "its path in the container is not an absolute one");
            }
        }
        self.granted(service, &mut lines);
        if !lines.is_empty() {
            block.block(lines);
        }
    }

    /// Secrets and configs that are kept in files: mounts.
    fn granted(&mut self, service: &Service, lines: &mut Block) {
        for grant in &service.secrets {
            let file = self.notes.project.secrets.get(&grant.source).and_then(|secret| secret.file.clone());
            let Some(file) = file else {
                let what = format!("{}.secrets: {}", service.name, grant.source);
                self.notes.left_out(&grant.place, what, "it is kept in no file; mount one at /run/secrets");
                continue;
            };
            let target = grant.target.as_deref().unwrap_or(&grant.source);
            let target =
                if target.starts_with('/') { target.to_owned() } else { format!("/run/secrets/{target}") };
            lines.line(format!("- {}", scalar(&format!("{}:{target}:ro", self.relative(&file)))));
        }
        for grant in &service.configs {
            let file = self.notes.project.configs.get(&grant.source).and_then(|config| config.file.clone());
            let target = grant.target.clone().unwrap_or_else(|| format!("/{}", grant.source));
            if let Some(file) = file.filter(|_| target.starts_with('/')) {
                lines.line(format!("- {}", scalar(&format!("{}:{target}:ro", self.relative(&file)))));
            } else {
                let what = format!("{}.configs: {}", service.name, grant.source);
                self.notes.left_out(&grant.place, what, "it is kept in no file; mount one");
            }
        }
    }

    /// The engine's name of a volume.
    fn volume(&self, key: &str) -> String {
        let known = self.notes.project.volumes.get(key).map(|volume| volume.name.clone());
        known.unwrap_or_else(|| key.to_owned())
    }

    pub(super) fn health(&mut self, service: &Service, block: &mut Block) {
        let Some(check) = &service.healthcheck else { return };
        let what = format!("{}.healthcheck", service.name);
        let test = match &check.test {
            Some(Test::Command(test)) if !test.is_empty() => test.clone(),
            Some(Test::Shell(line)) => vec!["/bin/sh".to_owned(), "-c".to_owned(), line.clone()],
            Some(Test::Disabled) => {
                self.notes.left_out(&check.place, what, "a playbook cannot switch the image's own check off");
                return;
            }
            Some(Test::Command(_)) | None => {
                self.notes.left_out(
                    &check.place,
                    what,
                    "without a test it only changes the image's own check",
                );
                return;
            }
        };
        self.notes.arguments(&test, &check.test_place, format!("{what}.test"));
        let mut lines = Block::new("healthcheck:".to_owned());
        if self.is_gateway(service)
            && test.iter().any(|word| word.contains("nc -z") || word.contains("/dev/tcp"))
        {
            lines.noted(
                format!("test: {}", words(&test)),
                "proves an open port, not a gateway; `openbell probe` does",
            );
        } else {
            lines.line(format!("test: {}", words(&test)));
        }
        // Compose's own defaults where it says nothing: openbell's are longer.
        let times = [
            ("interval", check.interval.unwrap_or(Duration::from_secs(30))),
            ("timeout", check.timeout.unwrap_or(Duration::from_secs(30))),
            ("start_period", check.start_period.unwrap_or(Duration::ZERO)),
        ];
        for (key, time) in times {
            match Period::try_from(String::from(Period::from(time))) {
                Ok(_) if !time.is_zero() || key == "start_period" => {
                    lines.line(format!("{key}: {}", span(time)));
                }
                _ => {}
            }
        }
        let retries = check.retries.and_then(|retries| u32::try_from(retries).ok()).unwrap_or(3);
        lines.line(format!("retries: {retries}"));
        block.block(lines);
    }
}
