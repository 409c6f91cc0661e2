//! `stable`: for a while nothing drops, nothing restarts, and nobody logs an error that is named.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::select_all;
use miette::Diagnostic;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use tokio::time::Instant;

use super::{Ahead, Attempt, Held, Holding, Scope, Stack, Window, container_state, safety};
use crate::diagnosis::{Explain, Failure, Pace};
use crate::event::{Facts, Foreseen};
use crate::period::Period;
use crate::ports::broker::{Connect, HeldSession};
use crate::ports::docker::{self, Container, ContainerWatch, HealthStatus};

mod proof;

use proof::Proof;

/// Least time between two requests for the time. Asked again within about four seconds, gateways do not answer
/// (observed by ibkr-go at server version 225).
const BEAT: Duration = Duration::from_secs(5);

/// Watches that for a while no container of the playbook ends, restarts or turns unhealthy, that none logs an error that
/// is named, that one API session stays connected and answers, and that the safe state holds: environments, files and the
/// strategy are looked at each time, the accounts are asked for every 15 s and when something happens. The first breach
/// ends it, at once, and is named.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stable {
    /// How long it must hold, such as `5m`.
    #[serde(rename = "for")]
    pub length: Period,
    /// Time between two looks; a gateway is not asked more often than every 5 s. Default: 5s.
    #[serde(default = "every")]
    pub every: Period,
    /// Keep an API session open and ask it for the time. Default: true; false for gateways older than build 10.40.
    #[serde(default = "yes")]
    pub session: bool,
    /// Texts that must not appear in the log of a container meanwhile, by container: `{ bot: [TimeoutError] }`. What it
    /// logged before does not count. Default: none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub errors: BTreeMap<String, Vec<String>>,
}

fn every() -> Period {
    Duration::from_secs(5).into()
}

fn yes() -> bool {
    true
}

/// What broke.
#[derive(Debug, Error, Diagnostic)]
pub enum StableError {
    /// A container was restarted.
    #[error("the container {container} restarted while it was being watched")]
    #[diagnostic(code(stable::restarted), help("`docker logs {container}` shows how its previous run ended"))]
    Restarted {
        /// The container.
        container: String,
        /// Start before and after.
        starts: String,
    },
    /// A container turned unhealthy.
    #[error("the container {container} turned unhealthy while it was being watched")]
    #[diagnostic(code(stable::unhealthy), help("the output of its last health check is below"))]
    Unhealthy {
        /// The container.
        container: String,
        /// Output of the last check.
        output: String,
    },
    /// A container logged what it must not.
    #[error("the container {container} logged `{text}` while it was being watched")]
    #[diagnostic(
        code(stable::error_logged),
        help("the line is below; `docker logs {container}` shows what led to it")
    )]
    ErrorLogged {
        /// The container.
        container: String,
        /// What was looked for.
        text: String,
        /// The whole line.
        line: String,
    },
}

impl Explain for StableError {
    fn again(&self) -> Option<Pace> {
        None
    }

    fn evidence(&self) -> Vec<String> {
        match self {
            Self::Restarted { starts, .. } => vec![starts.clone()],
            Self::Unhealthy { output, .. } => vec![format!("last output: {}", output.trim())],
            Self::ErrorLogged { line, .. } => vec![format!("log: {line}")],
        }
    }
}

impl Attempt for Stable {
    fn least_server_version(&self) -> Option<u32> {
        Some(super::API_CLIENT_NEEDS)
    }

    fn patience(&self, _: &Stack) -> Duration {
        // The window itself, and time to open the session and to look for the last time.
        self.length.get() + Duration::from_mins(1)
    }

    async fn attempt(&self, _: &Scope<'_>) -> Result<Facts, Failure> {
        // Never asked: the engine holds a condition with a window instead of attempting it.
        Ok(Facts::new())
    }

    fn holding(&self) -> Option<&dyn Holding> {
        Some(self)
    }

    async fn preview(&self, _: &Scope<'_>, _: &mut Ahead) -> Result<Foreseen, Failure> {
        let for_ms = self.length.get().as_millis().try_into().unwrap_or(u64::MAX);
        Ok(Foreseen::WouldWatch { for_ms })
    }
}

#[async_trait]
impl Holding for Stable {
    fn window(&self) -> Window {
        Window { length: self.length.get(), every: self.every.get() }
    }

    async fn begin(&self, scope: &Scope<'_>) -> Result<Box<dyn Held>, Failure> {
        let containers = look(scope).await?;
        let mut watches = Vec::new();
        for (item, container) in scope.stack.containers.values().zip(&containers) {
            // Without news of it, a container is looked at all the same.
            if let Ok(watch) = scope.world.docker.watch(container).await {
                let errors = self.errors.get(&item.key).cloned().unwrap_or_default();
                watches.push(News { container: container.name.clone(), errors, watch });
            }
        }
        let session = if self.session { Some(open(scope).await?) } else { None };
        let proof = if session.is_some() { Proof::of_session() } else { Proof::new() };
        Ok(Box::new(Watched { session, asked: Instant::now(), containers, watches, proof, looks: 1 }))
    }
}

async fn open(scope: &Scope<'_>) -> Result<Box<dyn HeldSession>, Failure> {
    let connect = Connect {
        address: scope.stack.connection.address.clone(),
        client_id: scope.world.probe_ids.next(),
        timeout: Duration::from_secs(15),
    };
    let session = match scope.world.broker.hold(&connect).await {
        Ok(session) => session,
        Err(error) => return Err(container_state::or_gateway_ended(scope, error.into()).await),
    };
    if let Err(failure) = safety::allowed(scope, &session.session().accounts) {
        session.close().await;
        return Err(failure.into());
    }
    Ok(session)
}

/// Every declared container, running.
async fn look(scope: &Scope<'_>) -> Result<Vec<Container>, Failure> {
    let mut containers = Vec::new();
    for item in scope.stack.containers.values() {
        containers.push(container_state::running(scope, item).await?);
    }
    Ok(containers)
}

struct Watched {
    session: Option<Box<dyn HeldSession>>,
    /// When the session was last asked for the time.
    asked: Instant,
    containers: Vec<Container>,
    watches: Vec<News>,
    proof: Proof,
    looks: u32,
}

/// What a container tells by itself.
struct News {
    container: String,
    errors: Vec<String>,
    watch: Box<dyn ContainerWatch>,
}

impl News {
    /// Until it tells something that matters: an error, or a reason to look.
    async fn next(&mut self) -> Option<Failure> {
        loop {
            let docker::News::Line(line) = self.watch.next().await else { return None };
            if let Some(text) = self.errors.iter().find(|text| line.text.contains(text.as_str())) {
                let (container, text) = (self.container.clone(), text.clone());
                return Some(StableError::ErrorLogged { container, text, line: line.text }.into());
            }
        }
    }
}

/// The first of them, or nothing ever.
async fn news(watches: &mut [News]) -> Option<Failure> {
    if watches.is_empty() {
        return std::future::pending().await;
    }
    select_all(watches.iter_mut().map(|watch| Box::pin(watch.next()))).await.0
}

/// The end of the session, or nothing ever.
async fn lost(session: Option<&mut Box<dyn HeldSession>>) -> Failure {
    match session {
        Some(session) => Failure { again: None, ..Failure::from(session.lost().await) },
        None => std::future::pending().await,
    }
}

#[async_trait]
impl Held for Watched {
    async fn still(&mut self, scope: &Scope<'_>) -> Result<Facts, Failure> {
        for (before, now) in self.containers.iter().zip(look(scope).await?) {
            unchanged(before, &now)?;
        }
        self.proof.again(scope).await?;
        if let Some(session) = &mut self.session
            && self.asked.elapsed() >= BEAT
        {
            self.asked = Instant::now();
            session.beat().await?;
        }
        self.looks += 1;
        let mut facts = Facts::new();
        facts.insert("looks".to_owned(), self.looks.into());
        facts.insert("account_proofs".to_owned(), self.proof.proofs.into());
        facts.insert("drops".to_owned(), 0.into());
        facts.insert("restarts".to_owned(), 0.into());
        facts.insert("errors".to_owned(), 0.into());
        Ok(facts)
    }

    async fn broken(&mut self) -> Option<Failure> {
        // A container that ends takes the session with it: its own news come first.
        let broken = tokio::select! {
            biased;
            news = news(&mut self.watches) => news,
            lost = lost(self.session.as_mut()) => Some(lost),
        };
        if broken.is_none() {
            self.proof.at_once();
        }
        broken
    }

    async fn end(self: Box<Self>) {
        if let Some(session) = self.session {
            session.close().await;
        }
    }
}

fn unchanged(before: &Container, now: &Container) -> Result<(), StableError> {
    let container = now.name.clone();
    if before.started_at != now.started_at || before.id != now.id || before.restarts != now.restarts {
        let starts = format!("started at {}, then at {}", before.started_at, now.started_at);
        return Err(StableError::Restarted { container, starts });
    }
    match &now.health {
        Some(health) if health.status == HealthStatus::Unhealthy => {
            Err(StableError::Unhealthy { container, output: health.last_output.clone() })
        }
        Some(_) | None => Ok(()),
    }
}
