//! What steps have in common when they say what they would do: what the steps before them would have changed, and what
//! a check is worth on what is there now.
//!
//! Reads only. How long a look may take is the engine's business.

use std::collections::BTreeMap;

use super::{Scope, Stack};
use crate::diagnosis::{Diagnosis, Failure};
use crate::event::{Change, Doing, Facts, Foreseen, Now};

mod start;

pub(super) use start::start;

/// What would have been changed by the time a step is reached.
#[derive(Clone, Debug, Default)]
pub struct Ahead {
    /// By the container's key.
    containers: BTreeMap<String, Coming>,
    /// The step that builds an image, by the image's name.
    images: BTreeMap<String, String>,
    /// The network would have been made.
    network: bool,
    /// The step at which the gateway was found not to be ready: it is not asked again.
    unready: Option<String>,
}

/// A container that is about to change.
#[derive(Clone, Debug)]
struct Coming {
    /// By which step; none when it is the interlock.
    step: Option<String>,
    /// By whom and how, in words.
    how: String,
    /// It runs now, so that there is something to look at.
    runs: bool,
    /// It would only have been stopped.
    stopped: bool,
    /// It stays the container that it is: what can be seen of it stays true.
    stays: bool,
}

impl Coming {
    /// A check of it, and how it went on what is there now.
    fn unknown(&self, now: Option<Now>) -> Foreseen {
        Foreseen::Unknown { because: self.how.clone(), after: self.step.clone(), now }
    }
}

impl Ahead {
    /// The interlock would stop it before the first step.
    pub fn stopped(&mut self, key: &str) {
        let how = "it would be stopped before the first step".to_owned();
        self.containers
            .insert(key.to_owned(), Coming { step: None, how, runs: true, stopped: true, stays: true });
    }

    /// An image would be built by that step.
    pub(super) fn built(&mut self, image: &str, step: &str) {
        self.images.insert(image.to_owned(), step.to_owned());
    }

    /// The network would be made.
    pub(super) fn network(&mut self) {
        self.network = true;
    }

    /// The gateway is not ready, as that step found.
    pub(super) fn unready(&mut self, step: &str) {
        self.unready.get_or_insert_with(|| step.to_owned());
    }

    /// The container of that key would be changed by that step.
    fn changed(&mut self, key: &str, name: &str, step: &str, what: Doing, runs: bool) {
        let verb = match what {
            Doing::Create | Doing::Build => "creates",
            Doing::Start => "starts",
            Doing::Restart => "restarts",
            Doing::HoldBack => "stops",
            Doing::Recreate | Doing::Rebuild => "recreates",
        };
        let how = format!("`{step}` {verb} {name} first");
        let stopped = what == Doing::HoldBack;
        let stays = matches!(what, Doing::Start | Doing::Restart | Doing::HoldBack);
        let coming = Coming { step: Some(step.to_owned()), how, runs, stopped, stays };
        self.containers.insert(key.to_owned(), coming);
    }

    fn is_stopped(&self, key: &str) -> bool {
        self.containers.get(key).is_some_and(|coming| coming.stopped)
    }

    /// The first of these that is about to change. One that does not run weighs more than one that can be looked at.
    fn of(&self, keys: &[String]) -> Option<&Coming> {
        let coming = || keys.iter().filter_map(|key| self.containers.get(key));
        coming().find(|coming| !coming.runs).or_else(|| coming().next())
    }

    fn of_gateway(&self, stack: &Stack) -> Option<&Coming> {
        self.containers.get(&stack.gateway()?.key)
    }
}

/// The gateway's container, for the checks that go through it.
pub(super) fn gateway(stack: &Stack) -> Vec<String> {
    stack.gateway().map(|gateway| gateway.key.clone()).into_iter().collect()
}

/// The container that publishes the port of an address of this machine.
pub(super) fn publisher(stack: &Stack, address: &str) -> Vec<String> {
    let port = address.rsplit_once(':').and_then(|(_, port)| port.parse::<u16>().ok());
    let publishes = |port: u16| {
        let mut items = stack.containers.values();
        items.find(|item| item.spec.ports.iter().any(|published| published.host_port == port))
    };
    port.and_then(publishes).map(|item| item.key.clone()).into_iter().collect()
}

/// Makes a check on what is there, unless what it looks at is still to come.
pub(super) async fn check(
    relies: &[String],
    scope: &Scope<'_>,
    ahead: &Ahead,
    attempt: impl Future<Output = Result<Facts, Failure>> + Send,
) -> Foreseen {
    match ahead.of(relies) {
        Some(coming) if !coming.runs => coming.unknown(None),
        Some(_) | None => {
            let result = attempt.await;
            let mut facts = scope.notes.take().facts;
            judged(
                relies,
                ahead,
                result.map(|found| {
                    facts.extend(found);
                    facts
                }),
            )
        }
    }
}

/// A check that goes through the gateway's API: a gateway that was found mute is not asked again and again.
pub(super) async fn check_gateway(
    scope: &Scope<'_>,
    ahead: &Ahead,
    attempt: impl Future<Output = Result<Facts, Failure>> + Send,
) -> Foreseen {
    match &ahead.unready {
        Some(step) => Foreseen::Unknown { because: not_asked_again(step), after: None, now: None },
        None => check(&gateway(scope.stack), scope, ahead, attempt).await,
    }
}

fn not_asked_again(step: &str) -> String {
    format!("the gateway was not ready at `{step}`, and is not asked again")
}

/// What the result of a check is worth.
pub fn judged(relies: &[String], ahead: &Ahead, result: Result<Facts, Failure>) -> Foreseen {
    match (ahead.of(relies), result) {
        (Some(coming), result) => {
            let now = match result {
                Ok(facts) => Now::Holds { facts },
                Err(failure) => Now::DoesNotHold { why: failure.why },
            };
            coming.unknown(Some(now))
        }
        (None, Ok(facts)) => Foreseen::Holds { facts },
        (None, Err(failure)) => unmet(failure),
    }
}

/// A check that does not hold.
pub fn unmet(failure: Failure) -> Foreseen {
    Foreseen::DoesNotHold {
        why: failure.why,
        class: failure.class,
        waits: failure.again.is_some(),
        changes: Vec::new(),
    }
}

/// A change that could not be foreseen: `run` would meet the same.
pub fn refused(failure: Failure, changes: Vec<Change>) -> Foreseen {
    let Failure { why, again, class } = failure;
    if again.is_some() {
        Foreseen::DoesNotHold { why, class, waits: true, changes }
    } else {
        Foreseen::Refused { why, class, changes }
    }
}

/// A diagnosis in one line.
fn in_short(why: &Diagnosis) -> String {
    format!("{} ({})", why.message, why.code)
}
