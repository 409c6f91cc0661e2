//! TCP through tokio.

use std::io::ErrorKind;
use std::time::Duration;

use async_trait::async_trait;
use tokio::net::TcpStream;

use crate::ports::net::{Net, NetError};

/// Longest wait for a connection: a host that drops packets says nothing.
const TIMEOUT: Duration = Duration::from_secs(5);

/// The machine's own network.
#[derive(Debug)]
pub struct Tcp;

#[async_trait]
impl Net for Tcp {
    async fn accepts(&self, address: &str) -> Result<(), NetError> {
        connect(address).await.map(drop)
    }
}

/// A connection to `host:port`, by its meaning.
pub(super) async fn connect(address: &str) -> Result<TcpStream, NetError> {
    let address = address.to_owned();
    let found = tokio::net::lookup_host(&address).await.map(Iterator::collect::<Vec<_>>);
    let targets = match found {
        Ok(targets) => targets,
        Err(source) => return Err(NetError::Unresolved { address, source }),
    };
    if targets.is_empty() {
        let source = std::io::Error::new(ErrorKind::NotFound, "the name has no address");
        return Err(NetError::Unresolved { address, source });
    }
    let connected = tokio::time::timeout(TIMEOUT, TcpStream::connect(&targets[..])).await;
    let timeout = || Err(std::io::Error::new(ErrorKind::TimedOut, "no answer within 5 s"));
    match connected.unwrap_or_else(|_| timeout()) {
        Ok(stream) => Ok(stream),
        Err(source) if source.kind() == ErrorKind::ConnectionRefused => {
            Err(NetError::Refused { address, source })
        }
        Err(source) => Err(NetError::Unreachable { address, source }),
    }
}
