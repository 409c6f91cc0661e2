//! The kinds of step, one file each, and the table that names them.
//!
//! An action is **one attempt**: it never loops, sleeps, retries or prints, and it is safe to repeat. How long, how
//! often and what a failure means for the run is the engine's business.

use std::future::Future;
use std::time::Duration;

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::diagnosis::{Diagnosis, Failure};
use crate::event::{Facts, Foreseen};
use crate::ports::World;
use crate::ports::docker::News;

pub mod compose_labels;
pub mod container_sockets;
pub mod container_state;
pub mod differences;
mod holders;
pub mod presence;
pub mod preview;
pub mod safety;
mod scope;
mod stack;

pub use preview::Ahead;
pub use scope::{Noted, Notes, Scope, Tries};
pub use stack::{
    Composed, Connection, Evidence, Pattern, Reading, Safety, Source, Stack, StackContainer, Strategy,
};

/// One attempt at one thing.
pub trait Attempt: Sync {
    /// How long the step may take when the playbook does not say.
    fn patience(&self, stack: &Stack) -> Duration;
    /// Makes sure that the condition holds, or says why it does not.
    fn attempt(&self, scope: &Scope<'_>) -> impl Future<Output = Result<Facts, Failure>> + Send;
    /// What it would do or find now. Reads and changes nothing; notes in `ahead` what it would change. Without an answer
    /// of its own, the step is a check: it is made on what is there.
    fn preview(
        &self,
        scope: &Scope<'_>,
        ahead: &mut Ahead,
    ) -> impl Future<Output = Result<Foreseen, Failure>> + Send {
        async { Ok(preview::check(&self.relies_on(scope.stack), scope, ahead, self.attempt(scope)).await) }
    }
    /// The containers that a check looks at, or looks through: their keys.
    fn relies_on(&self, _: &Stack) -> Vec<String> {
        self.container().map(str::to_owned).into_iter().collect()
    }
    /// The container the step speaks of, as the playbook names it.
    fn container(&self) -> Option<&str> {
        None
    }
    /// The lowest server version with which it can pass, where the API client is asked.
    fn least_server_version(&self) -> Option<u32> {
        None
    }
    /// The container whose events and log lines can shorten the wait.
    fn watched<'a>(&self, _: &'a Stack) -> Option<&'a StackContainer> {
        None
    }
    /// What that container has told already means for the wait. Asked once news of it are listened to, so that nothing
    /// falls between the two.
    fn catch_up(&self, _: &World, _: &Stack) -> impl Future<Output = Reaction> + Send {
        std::future::ready(Reaction::Nothing)
    }
    /// What news of that container means for the wait.
    fn react(&self, _: &Stack, _: &News) -> Reaction {
        Reaction::Nothing
    }
    /// A condition that must hold for a while, rather than come true once.
    fn holding(&self) -> Option<&dyn Holding> {
        None
    }
    /// A disturbance and the recovery from it, rather than a condition.
    fn disturbing(&self) -> Option<&dyn Disturbing> {
        None
    }
}

/// What news means for a wait.
#[derive(Clone, Debug, PartialEq)]
pub enum Reaction {
    /// Nothing.
    Nothing,
    /// There is another reason to tell for the waiting.
    Tell(Diagnosis),
    /// If the wait rests between two attempts, the next one is worth making now.
    TryNow,
    /// The attempt that is being made is pointless: another one, now.
    StartOver,
}

/// A condition that must hold for a while.
#[async_trait]
pub trait Holding: Sync {
    /// For how long, and how often to look.
    fn window(&self) -> Window;
    /// Looks for the first time.
    async fn begin(&self, scope: &Scope<'_>) -> Result<Box<dyn Held>, Failure>;
}

/// A condition that is being watched.
#[async_trait]
pub trait Held: Send {
    /// Looks again; the first failure is the breach.
    async fn still(&mut self, scope: &Scope<'_>) -> Result<Facts, Failure>;
    /// Returns at the moment something is seen to break, without being asked to look; `None` when something happened
    /// that makes another look worth while now.
    async fn broken(&mut self) -> Option<Failure>;
    /// Lets go cleanly.
    async fn end(self: Box<Self>);
}

/// Something that is disturbed once, to see it become whole again.
#[async_trait]
pub trait Disturbing: Sync {
    /// How long the recovery may take, from the disturbance on.
    fn recover_within(&self) -> Duration;
    /// Looks whether everything is whole and may be disturbed.
    async fn begin(&self, scope: &Scope<'_>) -> Result<Box<dyn Recovery>, Failure>;
}

/// A recovery.
#[async_trait]
pub trait Recovery: Send {
    /// The disturbance, carried out once and never cut off.
    async fn disturb(&mut self, scope: &Scope<'_>) -> Result<(), Failure>;
    /// Why it is not whole, as long as no attempt has said so.
    fn not_yet(&self) -> Failure;
    /// One attempt to find everything whole again.
    async fn whole(&mut self, scope: &Scope<'_>) -> Result<Facts, Failure>;
}

/// For how long a condition must hold, and how often to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The whole span.
    pub length: Duration,
    /// Time between two looks.
    pub every: Duration,
}

/// The lowest server version that the API client speaks (`ibapi` 5.5.0).
pub const API_CLIENT_NEEDS: u32 = 213;

/// Declares the modules, the enum of actions, their names in a playbook, and the dispatch.
macro_rules! steps {
    ($($(#[doc = $doc:literal])+ $module:ident::$kind:ident => $name:literal,)+) => {
        $(pub mod $module;)+

        /// What a step does: exactly one kind.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum Action {
            $($(#[doc = $doc])+ #[serde(rename = $name)] $kind($module::$kind),)+
        }

        impl Action {
            /// The names of all kinds, in the order of a start-up.
            pub const NAMES: &[&str] = &[$($name),+];

            /// The kind's name in a playbook.
            pub fn name(&self) -> &'static str {
                match self { $(Self::$kind(_) => $name,)+ }
            }

            /// See [`Attempt::patience`].
            pub fn patience(&self, stack: &Stack) -> Duration {
                match self { $(Self::$kind(action) => action.patience(stack),)+ }
            }

            /// See [`Attempt::preview`].
            pub async fn preview(&self, scope: &Scope<'_>, ahead: &mut Ahead) -> Result<Foreseen, Failure> {
                match self { $(Self::$kind(action) => action.preview(scope, ahead).await,)+ }
            }

            /// See [`Attempt::relies_on`].
            pub fn relies_on(&self, stack: &Stack) -> Vec<String> {
                match self { $(Self::$kind(action) => action.relies_on(stack),)+ }
            }

            /// See [`Attempt::container`].
            pub fn container(&self) -> Option<&str> {
                match self { $(Self::$kind(action) => action.container(),)+ }
            }

            /// See [`Attempt::least_server_version`].
            pub fn least_server_version(&self) -> Option<u32> {
                match self { $(Self::$kind(action) => action.least_server_version(),)+ }
            }

            /// See [`Attempt::watched`].
            pub fn watched<'a>(&self, stack: &'a Stack) -> Option<&'a StackContainer> {
                match self { $(Self::$kind(action) => action.watched(stack),)+ }
            }

            /// See [`Attempt::catch_up`].
            pub async fn catch_up(&self, world: &World, stack: &Stack) -> Reaction {
                match self { $(Self::$kind(action) => action.catch_up(world, stack).await,)+ }
            }

            /// See [`Attempt::react`].
            pub fn react(&self, stack: &Stack, news: &News) -> Reaction {
                match self { $(Self::$kind(action) => action.react(stack, news),)+ }
            }

            /// See [`Attempt::holding`].
            pub fn holding(&self) -> Option<&dyn Holding> {
                match self { $(Self::$kind(action) => action.holding(),)+ }
            }

            /// See [`Attempt::disturbing`].
            pub fn disturbing(&self) -> Option<&dyn Disturbing> {
                match self { $(Self::$kind(action) => action.disturbing(),)+ }
            }

            /// See [`Attempt::attempt`].
            pub async fn attempt(&self, scope: &Scope<'_>) -> Result<Facts, Failure> {
                match self { $(Self::$kind(action) => action.attempt(scope).await,)+ }
            }
        }
    };
}

steps! {
    /// Waits until the Docker engine itself answers.
    engine::Engine => "engine",
    /// Makes sure that the playbook's network exists.
    network::Network => "network",
    /// Makes sure that a container's image is present, building it when it is declared with `build`.
    image::Image => "image",
    /// Makes sure that a container runs as declared: created, adopted or recreated.
    start::Start => "start",
    /// Waits until the engine's health check of a container says healthy.
    healthy::Healthy => "healthy",
    /// Waits until something accepts TCP. This proves nothing behind docker-proxy or socat: see `ready`.
    port::Port => "port",
    /// Waits until the TWS API is really ready.
    ready::Ready => "ready",
    /// Opens one session with the declared connect parameters and closes it.
    session::Session => "session",
    /// Checks that every account of the live session is allowed.
    account::Account => "account",
    /// Checks the environment of a running container.
    env::Env => "env",
    /// Checks that a path does not exist in a running container, volumes included.
    absent::Absent => "absent",
    /// Waits for a line in a container's log since its start.
    log::Log => "log",
    /// Checks the answer of an HTTP endpoint.
    http::HttpAnswer => "http",
    /// Checks that the bot says it runs the declared default strategy.
    strategy::StrategyCheck => "strategy",
    /// Runs a command in a container and checks its exit code and output.
    exec::Exec => "exec",
    /// Watches that nothing drops or restarts for a while.
    stable::Stable => "stable",
    /// Restarts a container on purpose, and measures the time until the stack is whole again.
    drill::Drill => "drill",
    /// Makes sure that a container does not run.
    stop::Stop => "stop",
}
