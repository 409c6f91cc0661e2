//! A compressed clock: hours pass in moments, for programs of this process that talk over real sockets.
//!
//! Paused time alone does not do: it jumps to the next deadline while an answer is still on its way through the kernel. Here
//! it goes on step by step, and in small steps with real moments between them while somebody waits for an answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use openbell::ports::broker::{
    ApiSettings, Broker, BrokerError, Climb, Connect, HeldSession, Probe, ProbeAsk, Rung, Session,
    SettingsChange,
};
use openbell::ports::ibc::{Ibc, IbcError};

/// While nobody waits for an answer.
const STRIDE: Duration = Duration::from_secs(2);
/// While somebody does: a limit of ten seconds is a hundred of these.
const STEP: Duration = Duration::from_millis(100);
/// So long the kernel and everybody else have for each of them.
const MOMENT: Duration = Duration::from_micros(200);
/// What is ready in between is done, however it depends on each other: an answer has a handful of stations.
const ROUNDS: usize = 12;

/// Counts who waits for an answer.
#[derive(Clone, Default)]
pub struct Compressed(Arc<AtomicUsize>);

/// Somebody waits, until it is dropped.
pub struct Waits(Arc<AtomicUsize>);

impl Drop for Waits {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Compressed {
    /// Lets time pass until this is dropped. Wants a paused clock and one thread.
    pub fn passes(&self) -> tokio_util::task::AbortOnDropHandle<()> {
        let own = self.clone();
        tokio_util::task::AbortOnDropHandle::new(tokio::spawn(async move { own.go_on().await }))
    }

    async fn go_on(&self) {
        loop {
            for _ in 0..ROUNDS {
                tokio::task::yield_now().await;
            }
            if self.0.load(Ordering::Relaxed) == 0 {
                tokio::time::advance(STRIDE).await;
            } else {
                std::thread::sleep(MOMENT);
                tokio::time::advance(STEP).await;
            }
        }
    }

    /// Somebody waits for an answer.
    pub fn waits(&self) -> Waits {
        self.0.fetch_add(1, Ordering::Relaxed);
        Waits(Arc::clone(&self.0))
    }
}

/// A port whose answers are waited for.
pub struct Awaited<P>(pub P, pub Compressed);

#[async_trait]
impl<P: Probe> Probe for Awaited<P> {
    async fn probe(&self, ask: &ProbeAsk, reached: &(dyn Fn(Rung) + Sync)) -> Climb {
        let _waits = self.1.waits();
        self.0.probe(ask, reached).await
    }
}

#[async_trait]
impl<P: Ibc> Ibc for Awaited<P> {
    async fn restart(&self, address: &str) -> Result<String, IbcError> {
        let _waits = self.1.waits();
        self.0.restart(address).await
    }
}

#[async_trait]
impl<P: Broker> Broker for Awaited<P> {
    async fn session(&self, connect: &Connect) -> Result<Session, BrokerError> {
        let _waits = self.1.waits();
        self.0.session(connect).await
    }

    async fn hold(&self, connect: &Connect) -> Result<Box<dyn HeldSession>, BrokerError> {
        let _waits = self.1.waits();
        let held = self.0.hold(connect).await?;
        Ok(Box::new(Held(held, self.1.clone())))
    }

    async fn data(&self, connect: &Connect) -> Result<usize, BrokerError> {
        let _waits = self.1.waits();
        self.0.data(connect).await
    }

    async fn settings(&self, connect: &Connect) -> Result<Option<ApiSettings>, BrokerError> {
        let _waits = self.1.waits();
        self.0.settings(connect).await
    }

    async fn change_settings(
        &self,
        connect: &Connect,
        change: &SettingsChange,
    ) -> Result<Vec<String>, BrokerError> {
        let _waits = self.1.waits();
        self.0.change_settings(connect, change).await
    }
}

/// A session whose answers are waited for; that it is lost may take weeks.
struct Held(Box<dyn HeldSession>, Compressed);

#[async_trait]
impl HeldSession for Held {
    fn session(&self) -> &Session {
        self.0.session()
    }

    async fn beat(&mut self) -> Result<(), BrokerError> {
        let _waits = self.1.waits();
        self.0.beat().await
    }

    async fn lost(&mut self) -> BrokerError {
        self.0.lost().await
    }

    async fn restored(&mut self) -> Result<(), BrokerError> {
        self.0.restored().await
    }

    async fn close(self: Box<Self>) {
        self.0.close().await;
    }
}
