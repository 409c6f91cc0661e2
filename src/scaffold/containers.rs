//! A service as a container of a playbook: line by line, and what of it no line can say.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::compose::Service;

use super::draft::Notes;
use super::safe::{self, Standing};
use super::text::{Block, scalar, span, words};
use super::{Roles, Wishes, secret};

/// Grace that a gateway needs to log out.
const GATEWAY_GRACE: Duration = Duration::from_secs(90);

/// What is known while the containers are written.
pub(super) struct Writer<'a, 'b> {
    pub(super) notes: &'a mut Notes<'b>,
    pub(super) wishes: &'a Wishes,
    pub(super) roles: &'a Roles,
    pub(super) services: &'a [&'b Service],
    /// Host ports that are taken by an earlier container.
    pub(super) taken: BTreeSet<u16>,
    /// Host ports that the container at hand publishes in the playbook.
    pub(super) own: BTreeSet<u16>,
    /// Assertions of the safe state by container: variable and value.
    pub(super) asserted: Vec<(String, Vec<(String, &'static str)>)>,
}

impl Writer<'_, '_> {
    /// The container of a service.
    pub(super) fn container(&mut self, service: &Service) -> Block {
        let mut block = Block::new(format!("{}:", scalar(&service.name)));
        self.own.clear();
        if self.wishes.by_reference {
            let file = scalar(&self.wishes.compose_file);
            block.line(format!("compose: {{ file: {file}, service: {} }}", scalar(&service.name)));
            self.asserted_of(service, &mut Block::new(String::new()));
            self.live_ports(service);
            self.own.extend(service.ports.iter().filter_map(crate::compose::Port::host_port));
            self.holding(service, &mut block);
            return block;
        }
        self.image(service, &mut block);
        self.name(service, &mut block);
        for (key, value) in [("entrypoint", &service.entrypoint), ("command", &service.command)] {
            match value {
                Some(value) if value.is_empty() && !self.wishes.as_it_runs => {
                    let what = format!("{}.{key}", service.name);
                    self.notes.left_out(
                        &value.place,
                        what,
                        "it takes the image's away; the image's own stays",
                    );
                }
                Some(value) => {
                    self.notes.arguments(value, &value.place, format!("{}.{key}", service.name));
                    block.line(format!("{key}: {}", words(value)));
                }
                None => {}
            }
        }
        if let Some(user) = &service.user {
            block.line(format!("user: {}", scalar(user)));
        }
        self.environment(service, &mut block);
        self.ports(service, &mut block);
        self.volumes(service, &mut block);
        self.health(service, &mut block);
        self.grace(service, &mut block);
        self.holding(service, &mut block);
        self.unused(service);
        block
    }

    pub(super) fn is_gateway(&self, service: &Service) -> bool {
        self.roles.gateway.as_deref() == Some(&service.name)
    }

    fn image(&mut self, service: &Service, block: &mut Block) {
        let usual = format!("{}-{}", self.notes.project.name, service.name);
        let image = service.image.as_ref().map_or(usual, |image| image.value.clone());
        block.line(format!("image: {}", scalar(&image)));
        let Some(build) = &service.build else { return };
        let plain = build.dockerfile.as_ref().is_none_or(|file| file.value == "Dockerfile")
            && build.target.is_none()
            && build.args.is_empty()
            && build.unused.is_empty();
        let context = self.relative(&build.context);
        if plain && !build.context.contains("://") && !build.context.starts_with("git@") {
            block.line(format!("build: {{ context: {} }}", scalar(&context)));
        } else {
            let what = format!("{}.build", service.name);
            let why =
                "openbell builds a plain Dockerfile only: build it with `docker compose build` before a run";
            self.notes.left_out(&build.place, what, why);
        }
    }

    fn name(&self, service: &Service, block: &mut Block) {
        let own =
            service.container_name.as_ref().map(|name| name.value.clone()).filter(|name| !name.is_empty());
        let name = own.unwrap_or_else(|| format!("{}-{}-1", self.notes.project.name, service.name));
        block
            .noted(format!("container_name: {}", scalar(&name)), "as Compose names it: what runs is adopted");
    }

    fn environment(&mut self, service: &Service, block: &mut Block) {
        let mut env = Block::new("env:".to_owned());
        self.asserted_of(service, &mut env);
        for variable in &service.environment {
            let name = &variable.name;
            if name.is_empty() || safe::wanted(name).is_some() {
                continue;
            }
            let Some(value) = variable.value.as_deref() else {
                let what = format!("{}.environment.{name}", service.name);
                self.notes.left_out(&variable.place, what, "it is passed through and set nowhere");
                continue;
            };
            if secret::secret(variable) {
                let file = secret::file(variable, service, self.services);
                env.line(format!("{}: {{ file: {} }}", scalar(name), scalar(&file)));
                if !self.notes.draft.secrets.iter().any(|(known, _)| *known == file) {
                    self.notes.draft.secrets.push((file, name.clone()));
                }
            } else if secret::blank_secret(variable) && !self.wishes.as_it_runs {
                let what = format!("{}.environment.{name}", service.name);
                self.notes.left_out(
                    &variable.place,
                    what,
                    "it is blank; add it as { file: … } when it is wanted",
                );
            } else {
                env.line(format!("{}: {}", scalar(name), scalar(value)));
            }
        }
        if !env.is_empty() {
            block.block(env);
        }
    }

    /// The variables of the safe state: written, and asserted.
    fn asserted_of(&mut self, service: &Service, env: &mut Block) {
        let mut asserted = Vec::new();
        for variable in &service.environment {
            if safe::live(variable) {
                safe::refuse(self.notes, service, variable, "paper");
            }
            let Some(wanted) = safe::wanted(&variable.name) else { continue };
            let line = format!("{}: {}", scalar(&variable.name), scalar(wanted));
            match safe::standing(variable, wanted) {
                Standing::Safe => env.line(line),
                Standing::Blank if self.wishes.by_reference || self.wishes.as_it_runs => {
                    safe::refuse(self.notes, service, variable, wanted);
                }
                Standing::Blank => {
                    env.noted(line, "the compose file leaves it blank: this is the safe state");
                }
                Standing::Unsafe => safe::refuse(self.notes, service, variable, wanted),
            }
            asserted.push((variable.name.clone(), wanted));
        }
        if !asserted.is_empty() {
            self.asserted.push((service.name.clone(), asserted));
        }
    }

    /// A path from the playbook's directory where it lies below, else absolute.
    pub(super) fn relative(&self, path: &str) -> String {
        match std::path::Path::new(path).strip_prefix(&self.wishes.directory) {
            Ok(rest) if rest.as_os_str().is_empty() => ".".to_owned(),
            Ok(rest) => format!("./{}", rest.display().to_string().replace('\\', "/")),
            Err(_) => path.to_owned(),
        }
    }

    fn grace(&mut self, service: &Service, block: &mut Block) {
        let own = service.stop_grace_period.as_ref().map(|grace| grace.value);
        let grace = own.unwrap_or(Duration::from_secs(10));
        if self.is_gateway(service) && grace < GATEWAY_GRACE {
            let line = format!("stop_grace: {}", span(GATEWAY_GRACE));
            block.noted(line, &format!("{} there: a gateway needs the time to log out", span(grace)));
        } else if own.is_some() && !grace.is_zero() {
            block.line(format!("stop_grace: {}", span(grace)));
        }
    }

    /// Whether it is held, until what, and who starts it again.
    fn holding(&mut self, service: &Service, block: &mut Block) {
        let restart = service.restart.as_ref().map_or("no", |restart| restart.value.as_str());
        let policy = restart.split(':').next().unwrap_or("no");
        let known = ["always", "unless-stopped", "on-failure"].contains(&policy);
        if let Some(written) = service.restart.as_ref().filter(|_| !self.wishes.by_reference) {
            let what = format!("{}.restart: {restart}", service.name);
            if !known && !["no", "never", "false", ""].contains(&restart) {
                self.notes.left_out(&written.place, what, "the engine knows no such policy");
            } else if known && policy != restart {
                self.notes.left_out(
                    &written.place,
                    what,
                    "a playbook does not count: it is tried again each time",
                );
            }
        }
        let write = |block: &mut Block| {
            if known && !self.wishes.by_reference {
                block.line(format!("restart: {policy}"));
            }
        };
        if self.is_gateway(service) {
            let given =
                self.wishes.address.as_deref().and_then(|address| address.rsplit_once(':')?.1.parse().ok());
            let api = given.or_else(|| super::ports::api(service)?.host_port());
            if !api.is_some_and(|api| self.own.contains(&api)) {
                block.noted("held: false".to_owned(), "it runs before its accounts can be looked at");
            }
            write(block);
            return;
        }
        if !self.roles.clients.contains(&service.name) {
            block.noted(
                "held: false".to_owned(),
                "it does not trade: it may run before the safe state is proven",
            );
            write(block);
            return;
        }
        if known && (self.wishes.as_it_runs || self.wishes.by_reference) {
            let place = service.restart.as_ref().map_or(&service.place, |restart| &restart.place);
            let why = format!(
                "with `{restart}` the engine starts it again without any gate; write restart: \"no\" there, bring it up \
                 again with `docker compose up -d` and ask again: then openbell starts it, through the gates"
            );
            self.notes.unsafe_state(place, format!("{}.restart", service.name), &why);
            return;
        }
        if known {
            let why = format!(
                "restart: {policy} is left out: after a crash or a reboot openbell starts it, through the gates"
            );
            block.comment(&why);
        }
        block.line("hold_until: [api, account, safety]".to_owned());
    }

    fn unused(&mut self, service: &Service) {
        if let Some(label) = service.labels.first() {
            let what = format!("{}.labels", service.name);
            self.notes.left_out(&label.1.place, what, "openbell sets its own labels");
        }
        if let Some(mode) = &service.network_mode {
            let what = format!("{}.network_mode: {}", service.name, mode.value);
            self.notes.left_out(&mode.place, what, "every container joins the playbook's own network");
        }
        for network in service.networks.iter().filter(|network| network.key != "default") {
            let what = format!("{}.networks: {}", service.name, network.key);
            if !self.wishes.as_it_runs {
                self.notes.left_out(&network.place, what, "every container joins the playbook's own network");
            }
        }
        for unused in &service.unused {
            let what = format!("{}.{}", service.name, unused.key);
            self.notes.left_out(&unused.place, what, "a playbook has no word for it");
        }
    }
}
