//! What a playbook is made from, and what of it cannot be carried over.

use std::path::PathBuf;

use crate::compose::{Place, Project, Variable};
use crate::playbook::is_client_id;
use crate::secret_name::secret_argument;

/// What the one who asks for a playbook wants.
#[derive(Clone, Debug, Default)]
pub struct Wishes {
    /// The playbook's name; else the project's.
    pub name: Option<String>,
    /// The service that is the gateway.
    pub gateway: Option<String>,
    /// The service that is the bot.
    pub bot: Option<String>,
    /// `host:port` of the TWS API as this machine reaches it.
    pub address: Option<String>,
    /// The bot's client id.
    pub client_id: Option<i32>,
    /// Containers name their service instead of copying it.
    pub by_reference: bool,
    /// Containers are written as they run, so that adopting them finds no difference.
    pub as_it_runs: bool,
    /// The compose file as the playbook names it, for commands and references; empty for a running project.
    pub compose_file: String,
    /// The directory the playbook will be in, absolute.
    pub directory: PathBuf,
}

/// Something that the playbook does not say, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// `file:line`, or the container.
    pub at: String,
    /// The service and the key.
    pub what: String,
    /// Why, and what to do.
    pub why: String,
}

impl std::fmt::Display for LeftOut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}: {}", self.at, self.what, self.why)
    }
}

/// A playbook that has been written, and what it does not say.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// Its text.
    pub text: String,
    /// What could not be carried over, in the order of the services.
    pub left_out: Vec<LeftOut>,
    /// What stands in the way of the safe state: with any of these the playbook cannot be valid.
    pub unsafe_state: Vec<LeftOut>,
    /// Arguments that hold a secret: a playbook with any of these cannot be valid, and without them another program runs.
    pub secret_arguments: Vec<LeftOut>,
    /// Client ids that no playbook may give out: with any of these it cannot be valid either.
    pub client_ids: Vec<LeftOut>,
    /// Secret files to be made, relative to the playbook: the path and the variable.
    pub secrets: Vec<(String, String)>,
    /// Images that have to be on this machine before the first run.
    pub images: Vec<String>,
}

/// Collects what is left out while services are gone through.
pub(super) struct Notes<'a> {
    pub(super) project: &'a Project,
    pub(super) draft: Draft,
}

impl Notes<'_> {
    /// Where something stands, as `file:line`.
    pub(super) fn at(&self, place: &Place) -> String {
        match self.project.sources.get(place.source) {
            None => "running".to_owned(),
            Some(source) => {
                let position = source.position(place.span.start);
                let name = position.path.strip_prefix(&self.project.directory).unwrap_or(&position.path);
                format!("{}:{}", name.display(), position.line)
            }
        }
    }

    pub(super) fn left_out(&mut self, place: &Place, what: String, why: &str) {
        let at = self.at(place);
        self.draft.left_out.push(LeftOut { at, what, why: why.to_owned() });
    }

    /// A client id that cannot be in the ledger. It is only told of services that stay in their compose file, and where it
    /// may be one of another interface.
    pub(super) fn client_id(&mut self, variable: &Variable, what: String, why: &str, wishes: &Wishes) {
        if wishes.by_reference || !is_client_id(&variable.name) {
            return self.left_out(&variable.place, what, why);
        }
        let at = self.at(&variable.place);
        self.draft.client_ids.push(LeftOut { at, what, why: why.to_owned() });
    }

    /// Arguments that hold a secret, if they do. Their value is not told.
    pub(super) fn arguments(&mut self, arguments: &[String], place: &Place, what: String) {
        if secret_argument(arguments).is_some() {
            let at = self.at(place);
            let why = "a secret stands in it, where every list of processes shows it; give it to the program as a file or \
                in an environment variable there, and ask again";
            self.draft.secret_arguments.push(LeftOut { at, what, why: why.to_owned() });
        }
    }

    pub(super) fn unsafe_state(&mut self, place: &Place, what: String, why: &str) {
        let at = self.at(place);
        self.draft.unsafe_state.push(LeftOut { at, what, why: why.to_owned() });
    }
}
