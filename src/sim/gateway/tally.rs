//! What one client asked for, and how it ended: the line in the log.

use std::fmt;

use super::link::LinkError;
use super::names::Name;

/// How many different requests are kept apart; a client that sends every number there is gets no more.
const MAX_KINDS: usize = 64;

/// How a connection ended.
#[derive(Debug, thiserror::Error)]
pub(super) enum Ending {
    #[error("{0}")]
    Link(#[from] LinkError),
    #[error("handshake abandoned: {}", match .0 { LinkError::Torn => &LinkError::Closed, end => end })]
    Abandoned(LinkError),
    #[error("closed at once, as scripted")]
    Refused,
    #[error("closed: too many connections")]
    Full,
    #[error("closed: its handshake was still pending when the mute phase ended")]
    PendingDropped,
    #[error("closed: not a TWS API client")]
    NotAClient,
    #[error("closed: sent no whole handshake or START_API for too long")]
    TooSlow,
    #[error("closed: this server is older than the client's minimum")]
    TooOld,
    #[error("closed: client id in use (error 326)")]
    InUse,
    #[error("closed: the API is not accepted")]
    NotAccepted,
    #[error("closed after the handshake, as scripted")]
    HungUp,
    #[error("closed after the version, as scripted")]
    VersionOnly,
    #[error("reset, as scripted")]
    Reset,
    #[error("closed: as many sessions as there may be")]
    TooMany,
    #[error("closed: too many messages in a second")]
    TooFast,
    #[error("closed: answered as something that is no gateway")]
    NoGateway,
    #[error("dropped, as scripted")]
    Dropped,
    #[error("closed: the gateway stops")]
    Stopped,
}

/// What is known of one client.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) client_id: Option<i32>,
    pub(super) server_version: Option<u32>,
    asked: Vec<(u32, u64)>,
    unanswered: u64,
}

impl Tally {
    pub(super) fn count(&mut self, id: u32, answered: bool) {
        self.unanswered += u64::from(!answered);
        if let Some((_, count)) = self.asked.iter_mut().find(|(known, _)| *known == id) {
            *count += 1;
        } else if self.asked.len() < MAX_KINDS {
            self.asked.push((id, 1));
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.client_id {
            Some(id) => write!(formatter, "client {id}")?,
            None => formatter.write_str("client ?")?,
        }
        match self.server_version {
            Some(version) => write!(formatter, ", version {version}")?,
            None => formatter.write_str(", no version")?,
        }
        formatter.write_str(", asked")?;
        if self.asked.is_empty() {
            formatter.write_str(" nothing")?;
        }
        for (id, count) in &self.asked {
            write!(formatter, " {}", Name(*id))?;
            if *count > 1 {
                write!(formatter, "×{count}")?;
            }
        }
        if self.unanswered > 0 {
            write!(formatter, " ({} unanswered)", self.unanswered)?;
        }
        Ok(())
    }
}
