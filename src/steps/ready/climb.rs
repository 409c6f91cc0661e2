//! From the first rung to the one asked for, once.

use std::time::Duration;

use super::{Client, Ready, Stage, bot, login};
use crate::diagnosis::{Diagnosis, Failure};
use crate::event::Facts;
use crate::ladder::Rung;
use crate::ports::broker::{BrokerError, Climb, Connect, ProbeAsk, Question};
use crate::steps::{Scope, Tries};

/// Longest wait for the client library's session once the probe has seen every rung (users' default: 15 s).
const SESSION_TIMEOUT: Duration = Duration::from_secs(15);
/// Longest wait for the answer to one request (users' default for a heartbeat: 10 s).
const ANSWER: Duration = Duration::from_secs(10);

pub(super) async fn climb(ready: &Ready, scope: &Scope<'_>) -> Result<Facts, Failure> {
    // Something was told that made the attempt before this one pointless: is it the end of the wait?
    let looks = scope.tries.told;
    let climb = tokio::select! {
        biased;
        climb = probe(ready, scope) => climb,
        grave = login::grave(scope), if looks => return Err(grave),
    };
    if let Err(error) = climb.end {
        return Err(login::explained(scope, error.into()).await);
    }
    let mut facts = Facts::new();
    if let Some(version) = climb.seen.server_version {
        facts.insert("server_version".to_owned(), version.into());
    }
    let stage = ready.stage();
    if ready.client == Client::Ibapi && stage.rung() >= Rung::Request {
        let session = scope.world.broker.session(&connect(scope)).await?;
        facts.insert("client".to_owned(), "ibapi".into());
        facts.insert("gateway_time".to_owned(), session.gateway_time.into());
    }
    match stage {
        Stage::Data => {
            let bars = scope.world.broker.data(&connect(scope)).await?;
            scope.notes.reached(Rung::Data);
            facts.insert("bars".to_owned(), bars.into());
        }
        Stage::Bot => facts.extend(bot::up(scope).await?),
        Stage::Tcp | Stage::Version | Stage::Session | Stage::Request | Stage::Farms => {}
    }
    Ok(facts)
}

fn connect(scope: &Scope<'_>) -> Connect {
    Connect {
        address: scope.stack.connection.address.clone(),
        client_id: scope.world.probe_ids.next(),
        timeout: SESSION_TIMEOUT,
    }
}

/// Climbs the rungs once, noting each with its time.
async fn probe(ready: &Ready, scope: &Scope<'_>) -> Climb {
    let address = &scope.stack.connection.address;
    let reached = |rung: Rung| {
        scope.notes.reached(rung);
        let address = address.clone();
        let silent = match rung {
            Rung::Request => BrokerError::FarmsUnknown { address, waited_ms: 0 },
            reached => BrokerError::Mute { address, reached, waited_ms: 0, unfinished: 0 },
        };
        scope.notes.waiting(Diagnosis { evidence: Vec::new(), ..Diagnosis::explained(&silent) });
    };
    let ask = ProbeAsk {
        address: address.clone(),
        client_id: scope.world.probe_ids.next(),
        until: ready.stage().rung(),
        patience: patience(scope.tries),
        answer: ANSWER,
        question: if ready.client == Client::Probe { Question::CurrentTime } else { Question::NextId },
        open_orders: false,
        all_orders: false,
        positions: false,
    };
    scope.world.probe.probe(&ask, &reached).await
}

/// How long silence is borne on one connection: a gateway that logs in answers the handshake it has pending, and
/// abandoned handshakes can wedge it. So a connection is kept long, longer each time, and the next one follows at
/// once: there is always one handshake pending, and never two.
fn patience(tries: Tries) -> Duration {
    match tries.same_reason {
        0 => Duration::from_secs(15),
        1 => Duration::from_secs(20),
        _ => Duration::from_secs(30),
    }
}
