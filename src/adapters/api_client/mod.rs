//! The TWS API through the `ibapi` crate, under our own deadlines: it has none of its own while it connects, and a
//! connect that returned can still lack accounts and order id.

mod data;
mod settings;

use std::time::Duration;

use async_trait::async_trait;
use ibapi::{Client, Error};
use tokio::time::timeout;

use crate::ports::broker::{
    AccountId, ApiSettings, Broker, BrokerError, Connect, HeldSession, Rung, Session, SettingsChange,
};

/// The lowest server version the crate speaks.
const NEEDED: i32 = 213;
/// The gateway reports the loss of its own connection (IB message codes, system messages).
const CONNECTIVITY_LOST: i32 = 1100;
/// The same: it is back, with the data lost and with the data kept.
const CONNECTIVITY_RESTORED: [i32; 2] = [1101, 1102];
/// Longest wait for one answer within an open session.
const ANSWER: Duration = Duration::from_secs(10);

/// Longest wait for one answer, by the author and by us.
fn patience(connect: &Connect) -> Duration {
    connect.timeout.min(ANSWER)
}

/// The API client that bots use.
#[derive(Debug)]
pub struct Ibapi;

#[async_trait]
impl Broker for Ibapi {
    async fn session(&self, connect: &Connect) -> Result<Session, BrokerError> {
        let (client, session) = open(connect).await?;
        client.disconnect().await;
        Ok(session)
    }

    async fn hold(&self, connect: &Connect) -> Result<Box<dyn HeldSession>, BrokerError> {
        let (client, session) = open(connect).await?;
        let notices = match client.notice_stream() {
            Ok(notices) => notices,
            Err(error) => {
                client.disconnect().await;
                return Err(meaning(connect, error));
            }
        };
        Ok(Box::new(Held { client, notices, session, address: connect.address.clone() }))
    }

    async fn data(&self, connect: &Connect) -> Result<usize, BrokerError> {
        let client = connected(connect).await?;
        let bars = data::bars(&client, connect).await;
        client.disconnect().await;
        bars
    }

    async fn settings(&self, connect: &Connect) -> Result<Option<ApiSettings>, BrokerError> {
        let client = connected(connect).await?;
        let settings = settings::read(&client, connect).await;
        client.disconnect().await;
        settings
    }

    async fn change_settings(
        &self,
        connect: &Connect,
        change: &SettingsChange,
    ) -> Result<Vec<String>, BrokerError> {
        let client = connected(connect).await?;
        let changed = settings::change(&client, connect, change).await;
        client.disconnect().await;
        changed
    }
}

/// Connects and asks for the time; a client that lacks anything is disconnected again.
async fn open(connect: &Connect) -> Result<(Client, Session), BrokerError> {
    let client = connected(connect).await?;
    match look(&client, connect).await {
        Ok(session) => Ok((client, session)),
        Err(error) => {
            client.disconnect().await;
            Err(error)
        }
    }
}

/// Connects, and asks for nothing more: a gateway may leave a second question for the time unanswered.
async fn connected(connect: &Connect) -> Result<Client, BrokerError> {
    let waiting = Client::builder()
        .address(&connect.address)
        .client_id(connect.client_id)
        .tcp_no_delay(true)
        .max_reconnect_attempts(0)
        .one_shot_timeout(patience(connect))
        .connect();
    match timeout(connect.timeout, waiting).await {
        Ok(Ok(client)) => Ok(client),
        Ok(Err(error)) => Err(meaning(connect, error)),
        Err(_) => {
            let waited_ms = connect.timeout.as_millis();
            Err(BrokerError::Mute {
                address: connect.address.clone(),
                reached: Rung::Tcp,
                waited_ms,
                unfinished: 0,
            })
        }
    }
}

/// What the session shows; complete, or an error.
async fn look(client: &Client, connect: &Connect) -> Result<Session, BrokerError> {
    let address = connect.address.clone();
    let accounts: Vec<AccountId> =
        client.handshake_managed_accounts().iter().map(|id| AccountId::new(id.as_str())).collect();
    if accounts.is_empty() {
        return Err(BrokerError::NoAccounts { address });
    }
    let next_order_id = client.next_order_id();
    if next_order_id <= 0 {
        return Err(BrokerError::NoNextId { address });
    }
    let gateway_time = time(client, &address).await?;
    Ok(Session {
        server_version: client.server_version(),
        accounts,
        next_order_id,
        gateway_time,
        client_id: connect.client_id,
    })
}

/// One current-time round trip.
async fn time(client: &Client, address: &str) -> Result<i64, BrokerError> {
    let asked = tokio::time::Instant::now();
    let half_open =
        || BrokerError::HalfOpen { address: address.to_owned(), waited_ms: asked.elapsed().as_millis() };
    match timeout(ANSWER, client.server_time()).await {
        Ok(Ok(time)) => Ok(time.unix_timestamp()),
        Err(_) | Ok(Err(Error::Timeout)) => Err(half_open()),
        Ok(Err(error)) => Err(BrokerError::Dropped { address: address.to_owned(), how: error.to_string() }),
    }
}

struct Held {
    client: Client,
    notices: ibapi::subscriptions::NoticeStream,
    session: Session,
    address: String,
}

#[async_trait]
impl HeldSession for Held {
    fn session(&self) -> &Session {
        &self.session
    }

    async fn beat(&mut self) -> Result<(), BrokerError> {
        time(&self.client, &self.address).await.map(drop)
    }

    async fn lost(&mut self) -> BrokerError {
        let address = self.address.clone();
        while let Some(notice) = self.notices.next().await {
            if notice.code == CONNECTIVITY_LOST {
                return BrokerError::ConnectivityLost { address, code: notice.code };
            }
        }
        BrokerError::Dropped { address, how: "the gateway closed the connection".to_owned() }
    }

    async fn restored(&mut self) -> Result<(), BrokerError> {
        while let Some(notice) = self.notices.next().await {
            if CONNECTIVITY_RESTORED.contains(&notice.code) {
                return Ok(());
            }
        }
        let address = self.address.clone();
        Err(BrokerError::Dropped { address, how: "the gateway closed the connection".to_owned() })
    }

    async fn close(self: Box<Self>) {
        self.client.disconnect().await;
    }
}

/// The gateway's own words, where the error is one of its messages.
fn words(error: &Error) -> String {
    match error {
        Error::Notice(notice) => format!("{} {}", notice.code, notice.message),
        other => other.to_string(),
    }
}

/// What an error of the crate means. Its texts change between versions, so only variants are looked at.
fn meaning(connect: &Connect, error: Error) -> BrokerError {
    use std::io::ErrorKind;
    let address = connect.address.clone();
    match error {
        Error::ClientIdInUse { client_id } => BrokerError::ClientIdInUse { address, client_id },
        Error::ServerVersion(_, found, _) => BrokerError::ServerTooOld { address, found, needed: NEEDED },
        Error::ConnectionRejected(how) => BrokerError::NothingBehind { address, how },
        Error::InvalidFrame(seen) => BrokerError::NotTws { address, seen },
        Error::Io(source) => match source.kind() {
            ErrorKind::ConnectionRefused => BrokerError::Refused { address },
            ErrorKind::ConnectionReset | ErrorKind::UnexpectedEof => {
                BrokerError::NothingBehind { address, how: source.to_string() }
            }
            _ => BrokerError::Unreachable { address, source },
        },
        other => BrokerError::Dropped { address, how: other.to_string() },
    }
}
