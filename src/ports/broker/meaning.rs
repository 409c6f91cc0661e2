//! What each error of a gateway means for a run: whether another try can help, what was seen, which rung is missing.

use super::{BrokerError, Rung};
use crate::diagnosis::{Explain, Pace};

pub(super) const HELP_NOTHING_BEHIND: &str = "docker-proxy and socat accept before the gateway listens; if it lasts, \
    check that the published port leads to the port the gateway's forwarder listens on (4004 for paper in the usual image, \
    not 4002)";
pub(super) const HELP_NOT_ACCEPTED: &str = "the gateway does not accept this API client: its address is not among the \
    trusted IPs, or the API is not enabled; check TrustedIPs in jts.ini and `Enable ActiveX and Socket Clients`";
pub(super) const HELP_IN_USE: &str = "stop the client that holds it, wait until the gateway notices that it is gone, or \
    declare another id; ids from 9000 on are openbell's own: if those are in use as well, the gateway refuses every client";
pub(super) const HELP_GARBLED: &str = "compare the versions: openbell knows server versions 100 to 226; whatever sits \
    between, a proxy or a tunnel, may change bytes";

/// What silence after a rung is, and silence in the middle of a message.
pub(super) fn silence(reached: Rung, unfinished: usize) -> String {
    let missing = reached.next().unwrap_or(reached).missing();
    if unfinished > 0 {
        return format!("began a message and broke off after {unfinished} bytes: no {missing} yet");
    }
    format!("accepts but stays mute: no {missing} yet")
}

/// What silence after a rung calls for.
pub(super) fn advice(reached: Rung) -> &'static str {
    if reached < Rung::Version {
        "the gateway is up but not logged in: log-in, second factor or a dialog is pending; look at its log or its screen. \
         If `Login has completed` is long past, it is wedged and needs a restart"
    } else {
        "the gateway speaks and does not go on: look at its log; if it lasts, restart the gateway"
    }
}

impl Explain for BrokerError {
    fn again(&self) -> Option<Pace> {
        match self {
            Self::ServerTooOld { .. }
            | Self::NotTws { .. }
            | Self::Tls { .. }
            | Self::ChangeRefused { .. } => None,
            Self::Flooded { .. }
            | Self::ClientIdInUse { .. }
            | Self::ClientIdsInUse { .. }
            | Self::Garbled { .. }
            | Self::NotAccepted { .. } => Some(Pace::Slow),
            Self::Refused { .. }
            | Self::Unresolved { .. }
            | Self::Unreachable { .. }
            | Self::NothingBehind { .. }
            | Self::Mute { .. }
            | Self::FarmsBroken { .. }
            | Self::FarmsUnknown { .. }
            | Self::NoData { .. }
            | Self::NoAccounts { .. }
            | Self::NoNextId { .. }
            | Self::HalfOpen { .. }
            | Self::ConnectivityLost { .. }
            | Self::Dropped { .. } => Some(Pace::Gentle),
        }
    }

    fn evidence(&self) -> Vec<String> {
        match self {
            Self::NothingBehind { how, .. } | Self::Dropped { how, .. } => vec![how.clone()],
            Self::NoData { words: Some(words), .. } | Self::ChangeRefused { words, .. } => {
                vec![words.clone()]
            }
            Self::NotAccepted { how, after_ms, .. } => vec![format!("{how}, {after_ms} ms after START_API")],
            // A TLS server that closes without an alert sends none.
            Self::Tls { seen, .. } if seen.is_empty() => Vec::new(),
            Self::NotTws { seen, .. } | Self::Tls { seen, .. } | Self::Garbled { seen, .. } => {
                vec![format!("first bytes: {seen}")]
            }
            Self::Mute { reached, waited_ms, unfinished, .. } => {
                let mut evidence = vec![format!(
                    "last rung reached: {reached}; silent for {waited_ms} ms on this connection"
                )];
                if *unfinished > 0 {
                    evidence.push(format!("a message broke off: {unfinished} bytes came, then nothing"));
                }
                evidence
            }
            _ => Vec::new(),
        }
    }

    fn rung(&self) -> Option<Rung> {
        Some(match self {
            Self::Unresolved { .. } | Self::Refused { .. } | Self::Unreachable { .. } => Rung::Tcp,
            Self::NothingBehind { .. } | Self::NotTws { .. } | Self::Tls { .. } => Rung::Version,
            Self::NotAccepted { reached, .. }
            | Self::Mute { reached, .. }
            | Self::Garbled { reached, .. }
            | Self::Flooded { reached, .. } => reached.next()?,
            Self::ClientIdInUse { .. }
            | Self::ClientIdsInUse { .. }
            | Self::ServerTooOld { .. }
            | Self::NoAccounts { .. }
            | Self::Dropped { .. } => Rung::Accounts,
            Self::NoNextId { .. } => Rung::NextId,
            Self::HalfOpen { .. } => Rung::Request,
            Self::ConnectivityLost { .. } | Self::FarmsBroken { .. } | Self::FarmsUnknown { .. } => {
                Rung::Farms
            }
            Self::NoData { .. } => Rung::Data,
            Self::ChangeRefused { .. } => return None,
        })
    }
}
