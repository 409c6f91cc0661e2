//! One look at everything, in the order that does no harm: first what can be read without touching the gateway, then
//! one connection after another.

use std::time::Duration;

use jiff::Timestamp;

use super::{Named, Target, containers};
use crate::diagnosis::Diagnosis;
use crate::evidence::{Asked, Evidence, Trial};
use crate::ladder::Rung;
use crate::ports::World;
use crate::ports::broker::{ApiSettings, BrokerError, Climb, Connect, ProbeAsk, Question};
use crate::ports::docker::{Container, Engine, LogLine, Status};

/// Longest wait for the answer to one request.
const ANSWER: Duration = Duration::from_secs(10);
/// Ids of openbell's own that are tried when a gateway says that one is in use.
const OWN_IDS: usize = 3;
/// Declared ids that are tried, at most.
const MOST_TRIALS: usize = 10;
/// Server versions that tell their settings.
const TELLS_SETTINGS: u32 = 219;

/// Looks at the engine, the containers and the gateway itself. `reached` hears of each rung of the wire.
pub async fn look(
    world: &World,
    target: &Target,
    now: Timestamp,
    reached: &(dyn Fn(Rung) + Sync),
) -> Evidence {
    let mut evidence = Evidence {
        now,
        address: target.address.clone(),
        expected: target.expected.clone(),
        engine: world.docker.engine().await.map_or_else(|error| Asked::Failed(error.into()), Asked::Is),
        gateway: None,
        others: Vec::new(),
        publishers: Vec::new(),
        climb: None,
        first_close: None,
        trials: Vec::new(),
        data: Asked::Not("nobody asked for it (--data)".to_owned()),
        settings: Asked::Not("the session was not opened".to_owned()),
        jts_ini: Asked::Not("there is no container to look into".to_owned()),
    };
    if evidence.engine.is().is_some() {
        reached(Rung::Engine);
        see_containers(world, target, &mut evidence).await;
    }
    see_rungs(&evidence, reached);
    if evidence.gateway.is_none() && target.is_on_this_machine() {
        evidence.gateway = Some(containers::of_this_machine(target, no_container(&evidence.engine)));
    }
    let climb = climb(world, target, &mut evidence, reached).await;
    // After it: a connection that was not taken up in all that time is still in the queue.
    if let Some(gateway) = &mut evidence.gateway {
        gateway.sockets = containers::sockets_of(world, gateway).await;
    }
    let height = climb.seen.highest();
    evidence.climb = Some(climb);
    if height >= Some(Rung::Request) {
        evidence.trials = trials(world, target).await;
        evidence.settings = settings(world, target, &evidence).await;
        if target.data {
            evidence.data = data(world, target).await;
            if evidence.data.is().is_some() {
                reached(Rung::Data);
            }
        }
    }
    see_logs(world, target, &mut evidence).await;
    evidence
}

fn no_container(engine: &Asked<Engine>) -> &'static str {
    if engine.is().is_some() { "no container publishes this port" } else { "there is no engine to ask" }
}

fn gateway(evidence: &Evidence) -> Option<&Container> {
    containers::container(evidence.gateway.as_ref()?)
}

async fn see_containers(world: &World, target: &Target, evidence: &mut Evidence) {
    evidence.publishers = containers::publishers(world, target).await.unwrap_or_default();
    let found = || {
        // The engine names the youngest first, and of those that are alike the first is taken.
        let likeliest = evidence.publishers.iter().min_by_key(|container| match container.status {
            Status::Running => 0,
            Status::Paused | Status::Restarting => 1,
            Status::Created | Status::Exited | Status::Dead => 2,
        });
        let name = likeliest?.name.clone();
        Some(Named { key: name.clone(), name, image: None })
    };
    if let Some(named) = target.gateway.clone().or_else(found) {
        evidence.gateway = Some(containers::inspect(world, &named).await);
    }
    for named in &target.others {
        evidence.others.push(containers::inspect(world, named).await);
    }
}

fn see_rungs(evidence: &Evidence, reached: &(dyn Fn(Rung) + Sync)) {
    if let Some(container) = gateway(evidence) {
        reached(Rung::Container);
        if container.is_running() {
            reached(Rung::Process);
        }
    }
}

/// The staged probe to the farms. A close soon after `START_API` is looked at twice: once can be chance.
async fn climb(
    world: &World,
    target: &Target,
    evidence: &mut Evidence,
    reached: &(dyn Fn(Rung) + Sync),
) -> Climb {
    let climb = probe(world, target, reached).await;
    match climb.end {
        Err(error @ BrokerError::NotAccepted { .. }) => {
            evidence.first_close = Some(error);
            probe(world, target, &|_| {}).await
        }
        _ => climb,
    }
}

/// Climbs with an id of openbell's own; one that is in use is left to its holder.
async fn probe(world: &World, target: &Target, reached: &(dyn Fn(Rung) + Sync)) -> Climb {
    let mut ask = ProbeAsk {
        address: target.address.clone(),
        client_id: world.probe_ids.next(),
        until: Rung::Farms,
        patience: target.patience,
        answer: ANSWER,
        question: Question::CurrentTime,
        open_orders: true,
        all_orders: false,
        positions: false,
    };
    let mut climb = world.probe.probe(&ask, reached).await;
    for _ in 1..OWN_IDS {
        if !matches!(climb.end, Err(BrokerError::ClientIdInUse { .. })) {
            break;
        }
        ask.client_id = world.probe_ids.next();
        climb = world.probe.probe(&ask, reached).await;
    }
    climb
}

/// The declared client ids in order, until one works.
async fn trials(world: &World, target: &Target) -> Vec<Trial> {
    let mut trials = Vec::new();
    for &client_id in target.expected.client_ids.iter().take(MOST_TRIALS) {
        let ask = ProbeAsk {
            address: target.address.clone(),
            client_id,
            until: Rung::NextId,
            patience: target.patience,
            answer: ANSWER,
            question: Question::NextId,
            open_orders: false,
            all_orders: false,
            positions: false,
        };
        let why = world.probe.probe(&ask, &|_| {}).await.end.err();
        let works = why.is_none();
        trials.push(Trial { client_id, why: why.map(|error| Diagnosis::explained(&error)) });
        if works {
            break;
        }
    }
    trials
}

async fn settings(world: &World, target: &Target, evidence: &Evidence) -> Asked<Option<ApiSettings>> {
    let version = evidence.climb.as_ref().and_then(|climb| climb.seen.server_version);
    if version.is_none_or(|version| version < TELLS_SETTINGS) {
        return Asked::Is(None);
    }
    match world.broker.settings(&connect(world, target)).await {
        Ok(settings) => Asked::Is(settings),
        Err(error) => Asked::Failed(error.into()),
    }
}

async fn data(world: &World, target: &Target) -> Asked<usize> {
    match world.broker.data(&connect(world, target)).await {
        Ok(bars) => Asked::Is(bars),
        Err(error) => Asked::Failed(error.into()),
    }
}

fn connect(world: &World, target: &Target) -> Connect {
    Connect { address: target.address.clone(), client_id: world.probe_ids.next(), timeout: target.patience }
}

/// The logs last: they hold what the gateway said about this very attempt.
async fn see_logs(world: &World, target: &Target, evidence: &mut Evidence) {
    if let Some(text) = &target.log {
        let lines = text.lines().map(|text| LogLine { at: String::new(), text: text.to_owned() }).collect();
        let gateway = evidence
            .gateway
            .get_or_insert_with(|| containers::of_this_machine(target, no_container(&evidence.engine)));
        gateway.log = Asked::Is(lines);
    } else if let Some(gateway) = &mut evidence.gateway
        && let Some(container) = containers::container(gateway).cloned()
    {
        gateway.log = containers::log(world, &container).await;
        evidence.jts_ini = match containers::jts_ini(world, target, &container).await {
            Asked::Is(found) => Asked::Is(found.map(|(_, text)| text)),
            Asked::Failed(failure) => Asked::Failed(failure),
            Asked::Not(why) => Asked::Not(why),
        };
    }
    for other in &mut evidence.others {
        if let Some(container) = containers::container(other).cloned() {
            other.log = containers::log(world, &container).await;
        }
    }
}
