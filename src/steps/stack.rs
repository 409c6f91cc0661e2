//! What a playbook declares, resolved: what the steps act on and hold the world against.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use super::ready::Ready;
use crate::ports::broker::{AccountId, AccountPattern};
use crate::ports::docker::ContainerSpec;
use crate::ports::files::BuildSpec;

/// The declared stack. Only a checked plan holds one.
#[derive(Clone, Debug)]
pub struct Stack {
    /// The playbook's name: Compose project, prefix of names.
    pub name: String,
    /// The network the containers share.
    pub network: String,
    /// Labels of everything this playbook makes.
    pub labels: BTreeMap<String, String>,
    /// TWS API connect parameters.
    pub connection: Connection,
    /// What the bot must say it runs.
    pub strategy: Option<Strategy>,
    /// What must hold.
    pub safety: Safety,
    /// The highest rung of readiness that the playbook's own steps wait for.
    pub ready: Ready,
    /// The containers by their key in the playbook.
    pub containers: BTreeMap<String, StackContainer>,
}

impl Stack {
    /// The container of that key. Checked when the plan was made, so a miss is a bug that fails the step.
    pub fn container(&self, key: &str) -> Option<&StackContainer> {
        self.containers.get(key)
    }

    /// The bot: the container whose log proves the strategy, else the only one that is held.
    pub fn bot(&self) -> Option<&StackContainer> {
        if let Some(strategy) = &self.strategy {
            return self.container(&strategy.evidence.container);
        }
        let mut held = self.containers.values().filter(|item| item.held);
        held.next().filter(|_| held.next().is_none())
    }

    /// The container that publishes the port of the gateway's address.
    pub fn gateway(&self) -> Option<&StackContainer> {
        let port: u16 = self.connection.address.rsplit_once(':')?.1.parse().ok()?;
        self.containers
            .values()
            .find(|item| item.spec.ports.iter().any(|published| published.host_port == port))
    }
}

/// A declared container.
#[derive(Clone, Debug)]
pub struct StackContainer {
    /// Its key in the playbook.
    pub key: String,
    /// What it must be.
    pub spec: ContainerSpec,
    /// How its image is built, if openbell builds it.
    pub build: Option<BuildSpec>,
    /// It may run only while the safe state is proven.
    pub held: bool,
    /// What it is to Compose, when its definition is a compose file's.
    pub composed: Option<Composed>,
}

/// A container whose definition is a compose file's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Composed {
    /// The command with which Compose makes it what its file says.
    pub command: String,
    /// What its file says that openbell could not give it: then Compose has to make it.
    pub beyond: Vec<String>,
}

/// TWS API connect parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// `host:port` as this machine reaches the gateway.
    pub address: String,
    /// Ids tried in order.
    pub client_ids: Vec<i32>,
    /// How long connecting may take.
    pub timeout: Duration,
    /// `host:port` of IBC's command port.
    pub ibc: Option<String>,
    /// The ledger: who owns which client id.
    pub owners: Vec<(String, i32)>,
}

/// The declared default strategy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strategy {
    /// Its name.
    pub default: String,
    /// What proves it.
    pub evidence: Evidence,
}

/// What proves which strategy a bot runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The container that speaks of it.
    pub container: String,
    /// Where it says so.
    pub source: Source,
}

/// Where a bot says which strategy it runs. Checked when the plan was made: every pattern has one group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Lines of its log since its start.
    Log {
        /// With one group: the strategy's name.
        pattern: Pattern,
    },
    /// An endpoint that answers with JSON.
    Http {
        /// What to ask for.
        url: String,
        /// JSON pointer to the strategy's name.
        field: String,
    },
    /// A file in it, written since its start.
    File {
        /// Absolute path in the container.
        path: String,
        /// How it is read.
        reading: Reading,
    },
}

/// How a file is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// It is JSON; pointer to the strategy's name.
    Field(String),
    /// With one group, for each line.
    Pattern(Pattern),
}

/// A regular expression, understood once: supervision asks it thousands of times.
#[derive(Clone, Debug)]
pub struct Pattern {
    whole: regex::Regex,
    /// Without the `.*` at its beginning, which would skip all but the last match of a line.
    every: Option<regex::Regex>,
}

impl Pattern {
    /// Of a text that is one.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn new(text: &str) -> Result<Self, regex::Error> {
        let whole = regex::Regex::new(text)?;
        let anywhere = |text: &str| {
            let text = text.strip_prefix('^').unwrap_or(text);
            let rest = text.strip_prefix(".*").or_else(|| text.strip_prefix(".+"))?;
            let rest = rest.strip_prefix('?').unwrap_or(rest);
            (!rest.starts_with(['*', '+', '{'])).then(|| regex::Regex::new(rest).ok()).flatten()
        };
        let every = anywhere(text).filter(|every| every.captures_len() == whole.captures_len());
        Ok(Self { whole, every })
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        self.whole.as_str()
    }

    /// What its first group holds, for every match in a line, in order. A match that goes on behind the group does not hide
    /// one that begins there. A carriage return begins the line anew for whoever reads it: what stands between two of
    /// them is read as a line too.
    pub fn first_groups<'a>(&self, line: &'a str) -> Vec<&'a str> {
        let parts = line.split('\r').filter(|part| part.len() < line.len());
        let mut found: Vec<&str> = Vec::new();
        for text in std::iter::once(line).chain(parts) {
            for pattern in std::iter::once(&self.whole).chain(&self.every) {
                found.extend(groups(pattern, text));
            }
        }
        let beginning = line.as_ptr() as usize;
        found.sort_by_key(|group| group.as_ptr() as usize - beginning);
        found.dedup();
        found
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.whole.as_str() == other.whole.as_str()
    }
}

fn groups<'a>(pattern: &regex::Regex, text: &'a str) -> Vec<&'a str> {
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(captures) = (at <= text.len()).then(|| pattern.captures_at(text, at)).flatten() {
        let whole = captures.get_match();
        let group = captures.get(1);
        found.extend(group.map(|group| group.as_str()));
        let next = group.map_or(whole.end(), |group| group.end()).max(whole.start());
        // Always on, by a whole character.
        let step = text.get(next..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
        at = if next > at { next } else { next + step };
    }
    found
}

impl Eq for Pattern {}

/// What must hold of the running objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Safety {
    /// The playbook says that it is about live trading: the first of two keys.
    pub live: bool,
    /// The live accounts that were armed for this run: the second key. Exactly these the session has to show.
    pub armed: Vec<AccountId>,
    /// Patterns of the accounts a session may show.
    pub accounts: Vec<AccountPattern>,
    /// The API is declared to refuse orders, or to take them.
    pub read_only: Option<bool>,
    /// No order may be open.
    pub no_orders: bool,
    /// The symbols that alone may be held; `None` where nobody cares.
    pub positions: Option<Vec<String>>,
    /// Environment by container.
    pub env: BTreeMap<String, BTreeMap<String, String>>,
    /// Paths that must not exist, by container.
    pub absent: Vec<(String, String)>,
    /// Paths that must not exist on the machine that openbell runs on, absolute.
    pub absent_here: Vec<PathBuf>,
}
