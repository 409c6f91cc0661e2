//! Watching what is whole: sentinels side by side, the first of which that has something to say ends it.

use std::time::Duration;

use futures_util::future::select_all;
use tokio::time::Instant;

use super::{Keeping, Nudges, Outage, Ran, Supervision, Turn, clock, session};
use crate::diagnosis::Failure;
use crate::engine::waiting::{Unmet, Wait, until};
use crate::event::Loss;
use crate::playbook::Plan;
use crate::ports::World;
use crate::ports::broker::{BrokerError, Connect, HeldSession};
use crate::ports::docker::{ContainerWatch, News};
use crate::steps::{Notes, Scope, Tries, container_state, presence, safety};

/// How long a session may take to be opened once a run was green.
const OPENS: Duration = Duration::from_mins(1);
/// The engine knows of the end of a container a little after its connections have ended.
const ENDS: Duration = Duration::from_millis(300);

/// The code of a gateway that has lost its servers, and still answers.
const CONNECTIVITY_LOST: &str = "broker::connectivity_lost";

/// What the engine tells of containers, by their keys.
pub(super) type Watches = Vec<(String, Box<dyn ContainerWatch>)>;

/// A session, where the gateway speaks with the API client.
enum Held {
    Session(Box<dyn HeldSession>),
    /// It is too old for that: it is probed as often as it would be asked.
    Probed,
}

impl<K: Keeping, R: AsyncFn(&Plan) -> Ran> Supervision<'_, K, R> {
    /// Watches until something is lost, or it is ended.
    pub(super) async fn guard(&self) -> Turn {
        let world = self.orderly();
        let nudges = Nudges::default();
        let mut held = match self.hold(&world).await {
            Ok(held) => held,
            Err(turn) => return turn,
        };
        let mut turn = {
            let watches = self.open_watches(&world, &self.kept()).await;
            tokio::select! {
                biased;
                () = self.shared.stop.cancelled() => Turn::Stopped,
                turn = self.containers(&world, watches, &nudges) => turn,
                turn = self.api(&world, &mut held, &nudges) => turn,
                turn = self.proving(&world, &nudges) => turn,
                turn = clock::watch(self.keep, || self.armed(), &nudges) => turn,
            }
        };
        match (held, &mut turn) {
            // It tells when the gateway has its servers again.
            (Held::Session(session), Turn::Lost(outage)) if outage.why.code == CONNECTIVITY_LOST => {
                outage.session = Some(session);
            }
            (Held::Session(session), _) => session.close().await,
            (Held::Probed, _) => {}
        }
        turn
    }

    /// Opens a session and keeps it.
    async fn hold(&self, world: &World) -> Result<Held, Turn> {
        let (notes, waiting) = Notes::new();
        let stack = &self.plan.stack;
        let scope = Scope { world, stack, step: "supervision", tries: Tries::default(), notes: &notes };
        let stop = &self.shared.stop;
        let mut wait = Wait::quiet("supervision", stop, Instant::now() + OPENS, waiting);
        let opened = wait
            .until_it_passes(async |_| {
                let connect = Connect {
                    address: stack.connection.address.clone(),
                    client_id: world.probe_ids.next(),
                    timeout: Duration::from_secs(15),
                };
                let session = match world.broker.hold(&connect).await {
                    Ok(session) => session,
                    Err(BrokerError::ServerTooOld { .. }) => return Ok(Held::Probed),
                    Err(error) => return Err(Failure::from(error)),
                };
                match safety::allowed(&scope, &session.session().accounts) {
                    Ok(()) => Ok(Held::Session(session)),
                    Err(stranger) => {
                        session.close().await;
                        Err(stranger.into())
                    }
                }
            })
            .await;
        match opened {
            Ok(held) => Ok(held),
            Err(Unmet::Stopped) => Err(Turn::Stopped),
            Err(Unmet::Hopeless(failure) | Unmet::OutOfTime(failure)) => {
                Err(self.lost(&scope, Loss::Session, failure).await)
            }
        }
    }

    /// Watches the session, until it is lost.
    async fn api(&self, world: &World, held: &mut Held, nudges: &Nudges) -> Turn {
        let (notes, _waiting) = Notes::new();
        let stack = &self.plan.stack;
        let scope = Scope { world, stack, step: "supervision", tries: Tries::default(), notes: &notes };
        let heartbeat = &self.plan.watch.heartbeat;
        let failure = match held {
            Held::Session(session) => {
                let address = &stack.connection.address;
                session::watch(session.as_mut(), heartbeat, address, nudges).await.into()
            }
            Held::Probed => loop {
                tokio::select! {
                    () = until(Instant::now() + heartbeat.every.get()) => {}
                    () = nudges.beat.notified() => {}
                }
                if let Err(failure) = presence::api(&scope).await {
                    break failure;
                }
            },
        };
        self.lost(&scope, Loss::Session, failure).await
    }

    /// A loss by its cause: a session that is lost because its gateway's container has ended is a lost container.
    pub(super) async fn lost(&self, scope: &Scope<'_>, what: Loss, failure: Failure) -> Turn {
        if safety::is_breach(&failure) {
            return Turn::Unsafe(failure.why);
        }
        if what != Loss::Session {
            return Turn::Lost(Outage::boxed(what, failure.why));
        }
        until(Instant::now() + ENDS).await;
        let cause = container_state::or_gateway_ended(scope, failure).await;
        let gateway = scope.stack.gateway().filter(|_| cause.why.code.starts_with("container::"));
        let what = gateway.map_or(Loss::Session, |gateway| Loss::Container(gateway.key.clone()));
        Turn::Lost(Outage::boxed(what, cause.why))
    }

    pub(super) async fn open_watches(&self, world: &World, keys: &[String]) -> Watches {
        let mut watches = Vec::new();
        for key in keys {
            let Some(item) = self.plan.stack.container(key) else { continue };
            // Without news of it, a container is looked at all the same.
            if let Ok(Some(container)) = world.docker.container(&item.spec.name).await
                && let Ok(watch) = world.docker.watch(&container).await
            {
                watches.push((key.clone(), watch));
            }
        }
        watches
    }

    /// Watches what the engine tells of the containers: an end is a loss at once, a start asks for a proof at once.
    async fn containers(&self, world: &World, mut watches: Watches, nudges: &Nudges) -> Turn {
        loop {
            let (key, news) = next(&mut watches).await;
            match news {
                News::Ended | News::Health => {
                    let (notes, _waiting) = Notes::new();
                    let stack = &self.plan.stack;
                    let scope =
                        Scope { world, stack, step: "supervision", tries: Tries::default(), notes: &notes };
                    if let Err(failure) = presence::container(&scope, &key).await {
                        return self.lost(&scope, Loss::Container(key), failure).await;
                    }
                    nudges.all();
                }
                News::Started => nudges.all(),
                News::Line(_) => {}
            }
        }
    }
}

/// The next thing that happens to one of them; pends for ever where there is none.
pub(super) async fn next(watches: &mut Watches) -> (String, News) {
    if watches.is_empty() {
        return std::future::pending().await;
    }
    let told = watches.iter_mut().map(|(key, watch)| {
        let key = key.clone();
        Box::pin(async move { (key, watch.next().await) })
    });
    select_all(told).await.0
}
