//! What it means that a conversation ends early: by a close, by silence, by bytes that are no message.

use std::io::ErrorKind;

use super::Talk;
use crate::ladder::Rung;
use crate::ports::broker::BrokerError;

impl Talk<'_> {
    pub(super) fn broken(&self, error: &std::io::Error) -> BrokerError {
        match error.kind() {
            ErrorKind::ConnectionReset => self.ended("the connection was reset (RST)".to_owned()),
            _ => self.ended(error.to_string()),
        }
    }

    /// The connection ended too early: what that means depends on the rung.
    pub(super) fn ended(&self, how: String) -> BrokerError {
        let address = self.address();
        match self.started_api {
            None => {
                let after_ms = self.silence.0.elapsed().as_millis();
                BrokerError::NothingBehind {
                    address,
                    how: format!("{how} {after_ms} ms after it was accepted"),
                }
            }
            Some(started) if self.rung == Rung::Version => {
                let after_ms = started.elapsed().as_millis();
                BrokerError::NotAccepted { address, reached: self.rung, after_ms, how }
            }
            Some(_) => BrokerError::Dropped { address, how },
        }
    }

    /// Silence was borne for as long as it was allowed.
    pub(super) fn mute(&self) -> BrokerError {
        let (address, waited_ms) = (self.address(), self.silence.0.elapsed().as_millis());
        match (self.rung, self.farms.lost, self.farms.broken()) {
            (Rung::NextId | Rung::Request, Some(code), _) => BrokerError::ConnectivityLost { address, code },
            (Rung::NextId, None, _) => BrokerError::HalfOpen { address, waited_ms },
            (Rung::Request, None, Some(farms)) => BrokerError::FarmsBroken { address, farms },
            (Rung::Request, None, None) => BrokerError::FarmsUnknown { address, waited_ms },
            (reached, ..) => {
                let unfinished = self.stream.get_ref().bytes;
                BrokerError::Mute { address, reached, waited_ms, unfinished }
            }
        }
    }

    /// Bytes that are no message: of a stranger, or of a gateway that has told its version.
    pub(super) fn unreadable(&self, bytes: &[u8]) -> BrokerError {
        let shown = bytes[..bytes.len().min(32)].escape_ascii().to_string();
        if self.rung >= Rung::Version {
            return BrokerError::Garbled { address: self.address(), reached: self.rung, seen: shown };
        }
        // A TLS record: an alert or a handshake, version 3.x (RFC 8446, section 5.1).
        if let [21 | 22, 3, ..] = bytes {
            return BrokerError::Tls { address: self.address(), seen: shown };
        }
        BrokerError::NotTws { address: self.address(), seen: shown }
    }
}
