//! The remedies: what each does, what it costs, and whose consent it needs.
//!
//! The order of the ladder is that of the harm it can do: first what changes nothing in the world, last what logs in anew.

use std::net::IpAddr;
use std::time::Duration;

use miette::Diagnostic;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Target;
use super::tried::{Edit, Proposal};
use crate::diagnosis::{Diagnosis, Explain, Pace};

/// What may be done to mend a gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Consent {
    /// Only what changes nothing in the world: other parameters for the own connection.
    Safe,
    /// Settings of the gateway and restarts as well.
    All,
}

/// A rung of the remedy ladder that fits what was found.
#[derive(Clone, Debug)]
pub struct Remedy {
    /// Its stable name, such as `longer_timeout`.
    pub name: &'static str,
    /// What there is to do, or why it cannot be done here.
    pub measure: Result<Measure, RemedyError>,
    /// The cause that it is for.
    pub because: Diagnosis,
}

/// What can be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Connecting with more patience.
    LongerTimeout(Duration),
    /// Connecting with another of the declared client ids.
    NextClientId(i32),
    /// Telling the gateway, through the API, which addresses it shall trust: all of them.
    TrustedIps(Vec<String>),
    /// Adding trusted addresses to `jts.ini` between the stop and the start of the gateway's container.
    TrustedIpsInFile {
        /// The gateway's container.
        container: String,
        /// The addresses to add.
        ips: Vec<IpAddr>,
        /// How long the gateway has to log out.
        grace: Duration,
    },
    /// Telling the gateway, through the API, to take orders as declared.
    ReadOnlyOff,
    /// Having IBC restart the gateway inside its session.
    SoftRestart {
        /// `host:port` of IBC's command port.
        ibc: String,
    },
    /// Restarting the gateway's container.
    ContainerRestart {
        /// The gateway's container.
        container: String,
        /// How long the gateway has to log out.
        grace: Duration,
    },
}

/// What a restart of the gateway means for the account.
const LOGS_IN: &str = "restarts the gateway: a new log-in; a live account asks for the second factor, paper does not; \
    counts against the account's log-ins";
const NOTHING: &str = "nothing in the world changes";
const SETTING: &str = "changes a setting of the gateway; nothing restarts";

impl Measure {
    /// Its stable name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::LongerTimeout(_) => "longer_timeout",
            Self::NextClientId(_) => "next_client_id",
            Self::TrustedIps(_) | Self::TrustedIpsInFile { .. } => "trusted_ips",
            Self::ReadOnlyOff => "read_only_off",
            Self::SoftRestart { .. } => "soft_restart",
            Self::ContainerRestart { .. } => "container_restart",
        }
    }

    /// Whose consent it needs.
    pub fn consent(&self) -> Consent {
        match self {
            Self::LongerTimeout(_) | Self::NextClientId(_) => Consent::Safe,
            Self::TrustedIps(_)
            | Self::TrustedIpsInFile { .. }
            | Self::ReadOnlyOff
            | Self::SoftRestart { .. }
            | Self::ContainerRestart { .. } => Consent::All,
        }
    }

    /// What it does to the world, in words.
    pub fn cost(&self) -> String {
        match self {
            Self::LongerTimeout(_) | Self::NextClientId(_) => NOTHING.to_owned(),
            Self::TrustedIps(_) => SETTING.to_owned(),
            Self::ReadOnlyOff => format!("{SETTING}; every client may place orders from then on"),
            Self::TrustedIpsInFile { .. } => format!("changes jts.ini and {LOGS_IN}"),
            Self::SoftRestart { .. } => {
                "no new log-in, no second factor: IBC restarts the gateway inside its session; \
                every session drops"
                    .to_owned()
            }
            Self::ContainerRestart { .. } => LOGS_IN.to_owned(),
        }
    }

    /// What is done, as an order.
    pub fn words(&self) -> String {
        match self {
            Self::LongerTimeout(timeout) => format!("connect with a timeout of {} s", timeout.as_secs()),
            Self::NextClientId(id) => format!("connect with the declared client id {id}"),
            Self::TrustedIps(ips) => format!("set the gateway's trusted IPs to {}", ips.join(", ")),
            Self::TrustedIpsInFile { container, ips, .. } => {
                let ips: Vec<String> = ips.iter().map(ToString::to_string).collect();
                format!("add {} to TrustedIPs in jts.ini and restart {container}", ips.join(", "))
            }
            Self::ReadOnlyOff => "turn the gateway's read-only API off, as declared".to_owned(),
            Self::SoftRestart { ibc } => format!("have IBC at {ibc} restart the gateway"),
            Self::ContainerRestart { container, grace } => {
                format!("restart {container}, with {} s to log out", grace.as_secs())
            }
        }
    }

    /// It ends the gateway's sessions and brings them back.
    pub fn restarts(&self) -> bool {
        matches!(
            self,
            Self::TrustedIpsInFile { .. } | Self::SoftRestart { .. } | Self::ContainerRestart { .. }
        )
    }

    /// What to write down for good when it worked. `None` where nothing that is written would have to change.
    pub fn proposal(&self, target: &Target) -> Option<Proposal> {
        match self {
            Self::LongerTimeout(timeout) if target.timeout.is_none_or(|declared| declared < *timeout) => {
                let seconds = timeout.as_secs();
                Some(Proposal {
                    edits: vec![Edit { at: "/connection/timeout".to_owned(), value: format!("{seconds}s") }],
                    words: format!(
                        "let clients wait {seconds} s for a connection (ib_insync, ib_async: `timeout={seconds}`)"
                    ),
                })
            }
            Self::NextClientId(id) => Some(Proposal {
                edits: first(*id, &target.expected.client_ids),
                words: format!(
                    "let the client connect with client id {id} (ib_insync, ib_async: `clientId={id}`)"
                ),
            }),
            _ => None,
        }
    }
}

/// The edits that bring one of the declared ids to the front; the others keep their order.
fn first(id: i32, declared: &[i32]) -> Vec<Edit> {
    let mut wanted = vec![id];
    wanted.extend(declared.iter().copied().filter(|other| *other != id));
    let changed = wanted.into_iter().zip(declared).enumerate().filter(|(_, (wanted, was))| wanted != *was);
    changed
        .map(|(place, (wanted, _))| Edit {
            at: format!("/connection/client_id/{place}"),
            value: wanted.to_string(),
        })
        .collect()
}

/// Why remedies did not help.
#[derive(Clone, Debug, PartialEq, Eq, Error, Diagnostic)]
pub enum RemedyError {
    /// All that was allowed was tried.
    #[error("none of the remedies that were tried mended {address}: {names}")]
    #[diagnostic(
        code(remedy::none_worked),
        help(
            "what remains is for a person: `openbell explain` tells about the cause; do not restart again and again, every \
             restart is a log-in"
        )
    )]
    NoneWorked {
        /// The gateway's address.
        address: String,
        /// What was tried, separated by commas.
        names: String,
    },
    /// What it needs is missing, or it would do harm.
    #[error("{name} is not possible: {reason}")]
    #[diagnostic(code(remedy::not_possible), help("{help}"))]
    NotPossible {
        /// The remedy's name.
        name: &'static str,
        /// What stands in the way.
        reason: String,
        /// What would help instead.
        help: String,
    },
    /// The setting was changed, and orders are still refused.
    #[error("the API at {address} is still read-only, or does not say that it is not")]
    #[diagnostic(
        code(broker::read_only),
        help(
            "turn `Read-Only API` off in the gateway's settings, or READ_ONLY_API in the image's variables"
        )
    )]
    StillReadOnly {
        /// The gateway's address.
        address: String,
    },
    /// The command to restart was taken, and the gateway answers as before.
    #[error("the gateway at {address} has not gone down for its restart yet")]
    #[diagnostic(code(remedy::not_down), help("it restarts within a minute as a rule: look at its log"))]
    NotDown {
        /// The gateway's address.
        address: String,
    },
}

impl Explain for RemedyError {
    fn again(&self) -> Option<Pace> {
        match self {
            Self::NoneWorked { .. } | Self::NotPossible { .. } => None,
            Self::StillReadOnly { .. } | Self::NotDown { .. } => Some(Pace::Slow),
        }
    }
}
