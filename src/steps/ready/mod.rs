//! `ready`: the TWS API is really ready, up to the rung that is asked for, or it is really gone.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Ahead, Attempt, Reaction, Scope, Stack, StackContainer, preview};
use crate::diagnosis::Failure;
use crate::event::{Facts, Foreseen};
use crate::ladder::Rung;
use crate::ports::World;
use crate::ports::docker::News;

pub mod bot;
mod climb;
pub mod gone;
mod login;

pub use login::{is_log_in, last_log_in, log_in_cause, second_factor};

/// Waits until the TWS API is really ready. A staged probe climbs the rungs tcp, version, accounts, next id, request
/// on one connection at a time, patiently when the gateway is silent; then a session through the API client that
/// bots use confirms version, accounts, next order id and a current-time round trip. The gateway's container is
/// watched meanwhile: its end, or a log-in that failed for good, ends the wait at once.
///
/// Without `within`: 5 minutes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ready {
    /// The rung that is enough. Default: `request`; with `until: gone`, `tcp`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<Stage>,
    /// Who has to be content. Default: `ibapi`.
    #[serde(default)]
    pub client: Client,
    /// `ready`, or `gone`: the inverse, before a restart. With `stage: tcp` nothing accepts connections at the
    /// gateway's address any more; with `stage: session` the first declared client id is free again. Default: `ready`.
    #[serde(default)]
    pub until: Until,
}

/// A rung of readiness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Something accepts TCP. Proves nothing behind docker-proxy or socat.
    Tcp,
    /// The gateway sent its version.
    Version,
    /// Accounts and next valid id arrived.
    Session,
    /// A request was answered.
    Request,
    /// The gateway says that its data farms are connected, or inactive until they are needed.
    Farms,
    /// Half a minute of historical bars of EUR.USD arrived. Never a snapshot: those cost money.
    Data,
    /// Everything up to `request`, and the bot is up: it runs, is healthy where it has a health check, and says that it
    /// runs the declared strategy where one is declared.
    Bot,
}

/// Who has to be content with the gateway.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Client {
    /// The staged probe, then the API client (server version 213 and newer).
    #[default]
    Ibapi,
    /// The staged probe alone: for gateways older than build 10.40.
    Probe,
}

/// What is waited for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Until {
    /// The gateway is ready.
    #[default]
    Ready,
    /// It is gone.
    Gone,
}

impl Stage {
    /// The highest rung that the staged probe has to reach for it.
    fn rung(self) -> Rung {
        match self {
            Self::Tcp => Rung::Tcp,
            Self::Version => Rung::Version,
            Self::Session => Rung::NextId,
            Self::Request | Self::Bot => Rung::Request,
            Self::Farms | Self::Data => Rung::Farms,
        }
    }
}

impl Ready {
    /// Whether it passes when the gateway's port is free: then its container is meant to have ended.
    pub fn waits_for_the_end(&self) -> bool {
        self.until == Until::Gone && self.stage() == Stage::Tcp
    }

    /// The rung that is enough.
    pub fn stage(&self) -> Stage {
        match (self.stage, self.until) {
            (Some(stage), _) => stage,
            (None, Until::Ready) => Stage::Request,
            (None, Until::Gone) => Stage::Tcp,
        }
    }
}

impl Attempt for Ready {
    fn least_server_version(&self) -> Option<u32> {
        (self.client == Client::Ibapi && self.stage().rung() >= Rung::Request)
            .then_some(super::API_CLIENT_NEEDS)
    }

    fn patience(&self, _: &Stack) -> Duration {
        Duration::from_mins(5)
    }

    async fn attempt(&self, scope: &Scope<'_>) -> Result<Facts, Failure> {
        match self.until {
            Until::Ready => climb::climb(self, scope).await,
            Until::Gone => gone::gone(self.stage(), scope).await,
        }
    }

    fn watched<'a>(&self, stack: &'a Stack) -> Option<&'a StackContainer> {
        stack.gateway()
    }

    async fn catch_up(&self, world: &World, stack: &Stack) -> Reaction {
        match self.until {
            Until::Ready => login::so_far(world, stack).await,
            Until::Gone => Reaction::Nothing,
        }
    }

    fn react(&self, stack: &Stack, news: &News) -> Reaction {
        match (self.until, news) {
            (Until::Ready, News::Ended) => Reaction::StartOver,
            (Until::Ready, News::Started) | (Until::Gone, News::Ended) => Reaction::TryNow,
            (Until::Ready, News::Line(line)) => login::react(stack, line),
            (Until::Ready, News::Health) | (Until::Gone, _) => Reaction::Nothing,
        }
    }

    async fn preview(&self, scope: &Scope<'_>, ahead: &mut Ahead) -> Result<Foreseen, Failure> {
        let relies = self.relies_on(scope.stack);
        if self.until == Until::Gone {
            return Ok(if self.waits_for_the_end() {
                preview::check(&relies, scope, ahead, self.attempt(scope)).await
            } else {
                // It takes a session with an id that may be a bot's.
                let ids = &scope.stack.connection.client_ids;
                let id = ids.first().map(ToString::to_string).unwrap_or_default();
                Foreseen::WouldRun { what: format!("sessions with client id {id}, until it is free") }
            });
        }
        let foreseen = preview::check(&relies, scope, ahead, self.attempt(scope)).await;
        if matches!(foreseen, Foreseen::DoesNotHold { .. }) {
            ahead.unready(scope.step);
        }
        Ok(foreseen)
    }

    fn relies_on(&self, stack: &Stack) -> Vec<String> {
        let bot = stack.bot().filter(|_| self.stage() == Stage::Bot).map(|bot| bot.key.clone());
        preview::gateway(stack).into_iter().chain(bot).collect()
    }
}
