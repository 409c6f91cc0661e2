//! The texts by which a system starts `openbell watch` and keeps it: systemd units, Windows tasks, launchd jobs.
//!
//! Owns what a service needs, its name and places on each system, and how each wants its text quoted. Reads and writes
//! nothing; carrying it out is `app`'s.

mod error;
mod launchd;
mod mark;
mod places;
mod systemd;
mod task;

pub use error::ServiceError;
pub use mark::{Written, judge, other_playbook};
pub use places::{Places, System};
pub use task::{TASK_FOLDER, utf16};

/// When a Windows task starts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Start {
    /// When the user logs on: Docker Desktop runs in the user's session, not before.
    #[default]
    LogOn,
    /// When the machine starts, with nobody logged on.
    StartUp,
    /// Whichever comes first; the second one finds it running.
    Both,
}

/// A secret that systemd hands over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// Its name in the playbook's `{credential: NAME}`.
    pub name: String,
    /// The file with it, absolute; one that ends in `.cred` is encrypted (systemd-creds(1)).
    pub path: String,
}

/// A service that starts `openbell watch PLAYBOOK`. All paths are absolute.
#[derive(Clone, Debug, Default)]
pub struct Service {
    /// The playbook's name; the service is named after it.
    pub name: String,
    /// The playbook's description, in one line.
    pub description: String,
    /// This program.
    pub program: String,
    /// The playbook.
    pub playbook: String,
    /// Further options of `watch`, as they are given to a program: nothing quoted.
    pub options: Vec<String>,
    /// Secrets that systemd hands over.
    pub credentials: Vec<Credential>,
    /// The user it runs as. systemd: root when none is named. Windows: `DOMAIN\user`, the one who installs it when none.
    pub user: Option<String>,
    /// The Docker engine is the one of this system, a service as well.
    pub local_engine: bool,
    /// Something it reads lies under a home directory.
    pub in_home: bool,
    /// Something it reads is of another owner who lets nobody else read it.
    pub of_others: bool,
    /// When a Windows task starts.
    pub start: Start,
}

impl Service {
    /// What the system has to be told, as a text.
    ///
    /// # Errors
    /// A path that this system's text cannot hold.
    pub fn text(&self, system: System, places: &Places) -> Result<String, ServiceError> {
        for path in self.paths(places) {
            system.fits(path)?;
        }
        let text = match system {
            System::Systemd | System::SystemdUser => systemd::unit(self, system, places)?,
            System::Windows => task::task(self, places),
            System::Launchd | System::LaunchdAgent => launchd::job(self, system, places),
        };
        Ok(mark::marked(&text))
    }

    /// The arguments of the program.
    fn arguments(&self, places: &Places) -> Vec<String> {
        let mut arguments = vec!["watch".to_owned(), self.playbook.clone()];
        let pairs = [("--reports", &places.reports), ("--state", &places.state)];
        arguments.extend(pairs.into_iter().flat_map(|(option, value)| [option.to_owned(), value.clone()]));
        arguments.extend(self.options.iter().cloned());
        arguments
    }

    /// What a person reads in lists of services.
    fn title(&self) -> String {
        match self.description.trim() {
            "" => format!("openbell: {}", self.name),
            about => format!("openbell: {}: {about}", self.name),
        }
    }

    fn paths<'a>(&'a self, places: &'a Places) -> impl Iterator<Item = &'a str> {
        let own = [&self.program, &self.playbook, &places.state].into_iter().map(String::as_str);
        let given = self.options.iter().map(String::as_str);
        own.chain(given).chain(self.credentials.iter().map(|credential| credential.path.as_str()))
    }
}

/// A template with these values; the values are quoted already.
fn rendered(template: &str, values: minijinja::Value) -> String {
    let mut environment = minijinja::Environment::new();
    let lines = minijinja::syntax::SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    if let Ok(syntax) = lines {
        environment.set_syntax(syntax);
    }
    // The templates are part of the program: that they can be rendered is what tests show.
    let text = environment.render_str(template, values).unwrap_or_else(|error| error.to_string());
    // The last line end of a template is dropped.
    text + "\n"
}
