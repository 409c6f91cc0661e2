//! A world whose answers are queued beforehand. Asking for more than was queued is a failure of the test.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use openbell::ports::World;
use openbell::ports::broker::{
    AccountId, ApiSettings, Broker, BrokerError, Climb, Connect, HeldSession, Probe, ProbeAsk, ProbeIds,
    Rung, Seen, Session, SettingsChange,
};
use openbell::ports::files::{BuildContext, BuildSpec, FileError, Files, Standing};
use openbell::ports::http::{Http, HttpAnswer, HttpError, HttpRequest, SendError};
use openbell::ports::ibc::{Ibc, IbcError};
use openbell::ports::net::{Net, NetError};
use openbell::ports::secrets::{SecretError, SecretSource};
use secrecy::SecretString;

use super::engine::FakeEngine;

/// A queue of answers; the last one is given again when it may be repeated.
pub struct Answers<T>(Mutex<VecDeque<T>>);

impl<T> Default for Answers<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Answers<T> {
    pub fn push(&self, answer: T) {
        self.0.lock().unwrap().push_back(answer);
    }

    fn next(&self) -> Option<T> {
        self.0.lock().unwrap().pop_front()
    }
}

/// How a probe goes.
pub enum ProbeAnswer {
    /// To the rung asked for, with these accounts.
    Ready(Vec<&'static str>),
    /// Fails.
    Fails(BrokerError),
    /// Reaches this rung and then says nothing for ever.
    SilentAt(Rung),
}

/// A gateway. Without queued answers it is ready and shows one paper account.
#[derive(Default)]
pub struct FakeGateway {
    pub probes: Answers<ProbeAnswer>,
    pub sessions: Answers<Result<(), BrokerError>>,
    /// A held session is lost after this time.
    pub lost_after: Mutex<Option<Duration>>,
    pub asked: Mutex<Vec<String>>,
    /// Its API settings.
    pub settings: Mutex<ApiSettings>,
    /// Told when every held session is lost.
    pub dropped: Arc<tokio::sync::Notify>,
}

impl FakeGateway {
    /// Loses every session that is held now.
    pub fn drop_sessions(&self) {
        self.dropped.notify_waiters();
    }
}

fn session(connect: &Connect) -> Session {
    Session {
        server_version: 226,
        accounts: vec![AccountId::new("DU1234567")],
        next_order_id: 1,
        gateway_time: 1_787_607_559,
        client_id: connect.client_id,
    }
}

#[async_trait]
impl Probe for FakeGateway {
    async fn probe(&self, ask: &ProbeAsk, reached: &(dyn Fn(Rung) + Sync)) -> Climb {
        self.asked.lock().unwrap().push(format!("probe {} patience {:?}", ask.client_id, ask.patience));
        let accounts = match self.probes.next() {
            None => vec!["DU1234567"],
            Some(ProbeAnswer::Ready(accounts)) => accounts,
            Some(ProbeAnswer::Fails(error)) => return Climb { seen: Seen::default(), end: Err(error) },
            Some(ProbeAnswer::SilentAt(rung)) => {
                reached(rung);
                std::future::pending::<()>().await;
                unreachable!()
            }
        };
        let mut seen = Seen {
            server_version: Some(226),
            accounts: accounts.into_iter().map(AccountId::new).collect(),
            next_order_id: Some(1),
            ..Seen::default()
        };
        for rung in [Rung::Tcp, Rung::Version, Rung::Accounts, Rung::NextId, Rung::Request, Rung::Farms] {
            if rung <= ask.until {
                reached(rung);
                seen.rungs.push((rung, Duration::ZERO));
            }
        }
        Climb { seen, end: Ok(()) }
    }
}

#[async_trait]
impl Broker for FakeGateway {
    async fn session(&self, connect: &Connect) -> Result<Session, BrokerError> {
        self.asked.lock().unwrap().push(format!("session {}", connect.client_id));
        self.sessions.next().unwrap_or(Ok(())).map(|()| session(connect))
    }

    async fn hold(&self, connect: &Connect) -> Result<Box<dyn HeldSession>, BrokerError> {
        let lost_after = *self.lost_after.lock().unwrap();
        let dropped = self.dropped.clone();
        Ok(Box::new(Held {
            session: session(connect),
            lost_after,
            dropped,
            opened: tokio::time::Instant::now(),
        }))
    }

    async fn data(&self, _: &Connect) -> Result<usize, BrokerError> {
        Ok(6)
    }

    async fn settings(&self, _: &Connect) -> Result<Option<ApiSettings>, BrokerError> {
        Ok(Some(self.settings.lock().unwrap().clone()))
    }

    async fn change_settings(&self, _: &Connect, _: &SettingsChange) -> Result<Vec<String>, BrokerError> {
        Ok(Vec::new())
    }
}

struct Held {
    session: Session,
    lost_after: Option<Duration>,
    dropped: Arc<tokio::sync::Notify>,
    opened: tokio::time::Instant,
}

#[async_trait]
impl HeldSession for Held {
    fn session(&self) -> &Session {
        &self.session
    }

    async fn beat(&mut self) -> Result<(), BrokerError> {
        Ok(())
    }

    async fn lost(&mut self) -> BrokerError {
        match self.lost_after {
            None => self.dropped.notified().await,
            Some(after) => tokio::time::sleep_until(self.opened + after).await,
        }
        BrokerError::Dropped { address: "127.0.0.1:4002".into(), how: "closed".into() }
    }

    async fn restored(&mut self) -> Result<(), BrokerError> {
        std::future::pending().await
    }

    async fn close(self: Box<Self>) {}
}

/// Nothing else is out there.
struct Nothing;

/// A port that accepts, until it is shut.
#[derive(Default)]
pub struct Port(pub std::sync::atomic::AtomicBool);

#[async_trait]
impl Net for Port {
    async fn accepts(&self, address: &str) -> Result<(), NetError> {
        if self.0.load(std::sync::atomic::Ordering::Relaxed) {
            let source = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
            return Err(NetError::Refused { address: address.to_owned(), source });
        }
        Ok(())
    }
}

#[async_trait]
impl Http for Nothing {
    async fn get(&self, _: &str, _: Duration) -> Result<HttpAnswer, HttpError> {
        Ok(HttpAnswer { status: 200, body: "{}".into(), ..HttpAnswer::default() })
    }

    async fn send(&self, _: &HttpRequest, _: Duration) -> Result<HttpAnswer, SendError> {
        Ok(HttpAnswer { status: 204, ..HttpAnswer::default() })
    }
}

#[async_trait]
impl Ibc for Nothing {
    async fn restart(&self, address: &str) -> Result<String, IbcError> {
        Err(IbcError::Refused { address: address.to_owned(), how: "nothing".into() })
    }
}

impl Files for Nothing {
    fn context(&self, _: &BuildSpec) -> Result<BuildContext, FileError> {
        Ok(BuildContext::new("context".into(), |_| Ok(())))
    }

    fn secret(&self, _: &SecretSource) -> Result<SecretString, SecretError> {
        Ok(SecretString::from("canary-secret"))
    }

    fn standing(&self, _: &Path) -> Result<Option<Standing>, FileError> {
        Ok(None)
    }

    fn process_sockets(&self, pid: u32) -> Result<String, FileError> {
        Ok(format!("  sl  local_address of process {pid}\n"))
    }
}

/// A world of fakes, and handles to turn their knobs.
pub struct Fakes {
    pub engine: Arc<FakeEngine>,
    pub gateway: Arc<FakeGateway>,
    pub port: Arc<Port>,
    pub world: World,
}

impl Fakes {
    pub fn new() -> Self {
        let engine = Arc::new(FakeEngine::default());
        let gateway = Arc::new(FakeGateway::default());
        let port = Arc::new(Port::default());
        let world = World {
            docker: engine.clone(),
            broker: gateway.clone(),
            probe: gateway.clone(),
            probe_ids: Arc::new(ProbeIds::default()),
            ibc: Arc::new(Nothing),
            net: port.clone(),
            http: Arc::new(Nothing),
            files: Arc::new(Nothing),
        };
        Self { engine, gateway, port, world }
    }
}
