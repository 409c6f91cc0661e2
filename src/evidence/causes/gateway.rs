//! Why a gateway that runs is not ready: its log-in, its dialogs, its state.

use jiff::Timestamp;
use miette::Diagnostic;
use thiserror::Error;

use super::{logged, since_when, until, whole_seconds};
use crate::diagnosis::{Explain, Pace};
use crate::ladder::Rung;

/// What keeps a gateway from being ready. Codes are stable.
#[derive(Debug, Error, Diagnostic)]
pub enum GatewayCause {
    /// The log-in is not complete.
    #[error("the gateway at {address} is not logged in yet: {so_far}")]
    #[diagnostic(
        code(gateway::not_logged_in),
        help(
            "wait; if it lasts, look at the gateway's screen (VNC) or its log: a dialog \
             may wait that nobody answers"
        )
    )]
    NotLoggedIn {
        /// The gateway's address.
        address: String,
        /// How far it is.
        so_far: String,
        /// The log line that says so.
        line: Option<String>,
    },
    /// The second factor is awaited.
    #[error("the gateway at {address} waits for the second factor{}", until(.deadline.as_ref()))]
    #[diagnostic(
        code(gateway::two_factor_pending),
        help("confirm the log-in in IBKR Mobile now; do not restart the gateway, that asks again")
    )]
    TwoFactorPending {
        /// The gateway's address.
        address: String,
        /// When it gives up.
        deadline: Option<Timestamp>,
        /// How often it asked.
        prompts: usize,
        /// The log line that says so.
        line: Option<String>,
    },
    /// The second factor was not given in time.
    #[error("nobody gave the gateway at {address} the second factor in time")]
    #[diagnostic(
        code(gateway::two_factor_timed_out),
        help(
            "restart the gateway when somebody is at hand to confirm in IBKR Mobile; TWOFA_TIMEOUT_ACTION=restart lets \
             it ask again by itself"
        )
    )]
    TwoFactorTimedOut {
        /// The gateway's address.
        address: String,
        /// What was seen.
        evidence: Vec<String>,
    },
    /// The log-in was refused.
    #[error("the log-in of the gateway at {address} failed")]
    #[diagnostic(
        code(gateway::login_failed),
        help(
            "stop the gateway before it locks the user out; check user name, password and \
             trading mode, then start it once"
        )
    )]
    LoginFailed {
        /// The gateway's address.
        address: String,
        /// How often.
        failures: usize,
        /// The log line that says so.
        line: Option<String>,
    },
    /// The user is locked out.
    #[error("the gateway at {address} is locked out: too many failed log-ins{}", since_when(.since.as_ref()))]
    #[diagnostic(
        code(gateway::locked),
        help(
            "stop the gateway, so that it does not try again; correct the password, wait as long as its dialog says, then \
             start it once"
        )
    )]
    Locked {
        /// The gateway's address.
        address: String,
        /// Since when.
        since: Option<Timestamp>,
        /// The log line that says so.
        line: Option<String>,
    },
    /// IBKR takes no log-ins at present.
    #[error("IBKR takes no log-in from the gateway at {address}: its system is not available at present")]
    #[diagnostic(
        code(gateway::unavailable),
        help("wait, and look at IBKR's system status page; nothing on this machine is to be changed")
    )]
    Unavailable {
        /// The gateway's address.
        address: String,
        /// The log line that says so.
        line: Option<String>,
    },
    /// Another session of the user is in the way.
    #[error("another session of the same user keeps the gateway at {address} from logging in")]
    #[diagnostic(
        code(gateway::existing_session),
        help(
            "log the other session out (TWS, IBKR Mobile, the web site, another gateway), or set \
             EXISTING_SESSION_DETECTED_ACTION=primary for this one"
        )
    )]
    ExistingSession {
        /// The gateway's address.
        address: String,
        /// The log line that says so.
        line: Option<String>,
    },
    /// A dialog asks whether to accept the connection.
    #[error("a dialog of the gateway at {address} asks whether the API connection is to be accepted")]
    #[diagnostic(
        code(gateway::accept_dialog),
        help(
            "answer it on the gateway's screen (VNC), set TWS_ACCEPT_INCOMING=accept, or put the client's address into \
             TrustedIPs in jts.ini"
        )
    )]
    AcceptDialog {
        /// The gateway's address.
        address: String,
        /// The log line that says so.
        line: Option<String>,
    },
    /// The API does not take clients from that address.
    #[error("the gateway at {address} does not accept API clients from {peer}")]
    #[diagnostic(
        code(gateway::untrusted_ip),
        help(
            "put that address into TrustedIPs under [IBGateway] in jts.ini and restart the gateway, or connect through \
             the image's forwarder (4003 live, 4004 paper), which comes from 127.0.0.1"
        )
    )]
    UntrustedIp {
        /// The gateway's address.
        address: String,
        /// The client as the gateway sees it.
        peer: String,
        /// What was seen.
        evidence: Vec<String>,
    },
    /// It takes no connection up any more.
    #[error("the gateway at {address} is wedged: it answers no handshake{}", .since.map_or_else(String::new, |at| format!(", though logged in since {}", whole_seconds(at))))]
    #[diagnostic(
        code(gateway::wedged),
        help(
            "restart the gateway: IBC's RESTART command needs no second factor, `docker restart` may. Clients that give \
             up handshakes they began can cause it"
        )
    )]
    Wedged {
        /// The gateway's address.
        address: String,
        /// Since when the log-in is complete.
        since: Option<Timestamp>,
        /// What was seen.
        evidence: Vec<String>,
    },
    /// It is between two runs.
    #[error("the gateway at {address} is restarting{}", since_when(.since.as_ref()))]
    #[diagnostic(
        code(gateway::restarting),
        help(
            "wait: it starts and logs in by itself, once a day as a rule; after Sunday 01:00 New York it asks for the second factor"
        )
    )]
    Restarting {
        /// The gateway's address.
        address: String,
        /// Since when.
        since: Option<Timestamp>,
        /// The log line that says so.
        line: Option<String>,
    },
    /// IBKR does maintenance, or whoever else the playbook's own windows are of.
    #[error("a maintenance window is open until {}: {window}", whole_seconds(*.until))]
    #[diagnostic(
        code(gateway::maintenance),
        help("wait until it is over before anything is restarted; the gateway may come back by itself")
    )]
    Maintenance {
        /// The window's name.
        window: String,
        /// Its end.
        until: Timestamp,
    },
}

impl Explain for GatewayCause {
    fn again(&self) -> Option<Pace> {
        match self {
            Self::NotLoggedIn { .. }
            | Self::TwoFactorPending { .. }
            | Self::AcceptDialog { .. }
            | Self::Restarting { .. } => Some(Pace::Gentle),
            Self::Unavailable { .. } | Self::ExistingSession { .. } | Self::Maintenance { .. } => {
                Some(Pace::Slow)
            }
            Self::TwoFactorTimedOut { .. }
            | Self::LoginFailed { .. }
            | Self::Locked { .. }
            | Self::UntrustedIp { .. }
            | Self::Wedged { .. } => None,
        }
    }

    fn evidence(&self) -> Vec<String> {
        match self {
            Self::TwoFactorPending { prompts, line, .. } => {
                let mut seen = logged(line.as_ref());
                seen.push(format!("times it was asked for since the container's start: {prompts}"));
                seen
            }
            Self::LoginFailed { failures, line, .. } => {
                let mut seen = logged(line.as_ref());
                seen.push(format!("times it failed since the container's start: {failures}"));
                seen
            }
            Self::NotLoggedIn { line, .. }
            | Self::Locked { line, .. }
            | Self::Unavailable { line, .. }
            | Self::ExistingSession { line, .. }
            | Self::AcceptDialog { line, .. }
            | Self::Restarting { line, .. } => logged(line.as_ref()),
            Self::TwoFactorTimedOut { evidence, .. }
            | Self::UntrustedIp { evidence, .. }
            | Self::Wedged { evidence, .. } => evidence.clone(),
            Self::Maintenance { .. } => Vec::new(),
        }
    }

    fn rung(&self) -> Option<Rung> {
        Some(match self {
            Self::UntrustedIp { .. } => Rung::Accounts,
            _ => Rung::Version,
        })
    }
}
