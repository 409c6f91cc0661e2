//! A gateway that is not well: what was seen of it, what that means, and its container.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use openbell::diagnose::{Remedy, Target, remedies};
use openbell::diagnosis::Diagnosis;
use openbell::evidence::{Asked, Certainty, ContainerEvidence, Evidence, Finding, Trial};
use openbell::ladder::Rung;
use openbell::ports::broker::{ApiSettings, BrokerError, Climb, Seen};
use openbell::ports::docker::{Address, Container, ContainerSpec, Docker, RestartPolicy};
use openbell::ports::ibc::{Ibc, IbcError};

use super::world::Fakes;

pub const ADDRESS: &str = "127.0.0.1:4002";
pub const JTS: &str = "/home/ibgateway/Jts/jts.ini";

/// A gateway at the usual address, with two declared ids and the patience of ten seconds.
pub fn target() -> Target {
    let mut target = Target::at(ADDRESS, std::time::Duration::from_secs(10));
    target.expected.client_ids = vec![100, 101];
    target
}

pub fn refused() -> BrokerError {
    BrokerError::Refused { address: ADDRESS.into() }
}

pub fn mute() -> BrokerError {
    BrokerError::Mute { address: ADDRESS.into(), reached: Rung::Tcp, waited_ms: 10_000, unfinished: 0 }
}

pub fn in_use(client_id: i32) -> BrokerError {
    BrokerError::ClientIdInUse { address: ADDRESS.into(), client_id }
}

/// Causes with these codes, each sure.
pub fn findings(codes: &[&str]) -> Vec<Finding> {
    codes.iter().map(|code| finding(code, Certainty::Certain)).collect()
}

pub fn finding(code: &str, certainty: Certainty) -> Finding {
    let message = format!("because of {code}");
    let why = Diagnosis {
        code: code.to_owned(),
        rung: None,
        message,
        help: None,
        causes: vec![],
        evidence: vec![],
    };
    Finding { why, certainty, class: openbell::diagnosis::Class::Step, decided_by: None }
}

/// Nothing was seen but an address.
pub fn nothing_seen() -> Evidence {
    Evidence {
        now: "2026-11-22T00:00:00Z".parse().unwrap(),
        address: ADDRESS.into(),
        expected: target().expected,
        engine: Asked::Not("not asked".into()),
        gateway: None,
        others: vec![],
        publishers: vec![],
        first_close: None,
        climb: None,
        trials: vec![],
        data: Asked::Not("not asked".to_owned()),
        settings: Asked::Not("not asked".into()),
        jts_ini: Asked::Not("not asked".into()),
    }
}

/// A container on these networks, at these addresses.
pub fn container(name: &str, addresses: &[(&str, &str)]) -> ContainerEvidence {
    ContainerEvidence {
        key: name.to_owned(),
        name: name.to_owned(),
        image: None,
        container: Asked::Is(Some(on(named(name), addresses))),
        log: Asked::Is(vec![]),
        sockets: Asked::Is(String::new()),
    }
}

fn on(mut container: Container, addresses: &[(&str, &str)]) -> Container {
    let address =
        |(network, ip): &(&str, &str)| Address { network: (*network).to_owned(), ip: ip.parse().unwrap() };
    container.addresses = addresses.iter().map(address).collect();
    container.networks = addresses.iter().map(|(network, _)| (*network).to_owned()).collect();
    container
}

fn named(name: &str) -> Container {
    let fakes = Fakes::new();
    futures_util::FutureExt::now_or_never(make(&fakes, name)).unwrap();
    fakes.engine.with(|state| state.containers[name].clone())
}

/// Makes a container that runs.
pub async fn make(fakes: &Fakes, name: &str) {
    let spec = ContainerSpec {
        name: name.to_owned(),
        alias: name.to_owned(),
        image: "gateway".to_owned(),
        entrypoint: None,
        command: None,
        user: None,
        env: std::collections::BTreeMap::new(),
        ports: vec![],
        mounts: vec![],
        network: "stack_default".to_owned(),
        restart: RestartPolicy::No,
        stop_grace: std::time::Duration::from_secs(10),
        healthcheck: None,
        labels: std::collections::BTreeMap::new(),
    };
    fakes.engine.create(&spec).await.unwrap();
    fakes.engine.start(name).await.unwrap();
    fakes.engine.with(|state| state.changes.clear());
}

/// The gateway's container was seen.
pub fn in_a_container() -> Evidence {
    Evidence { gateway: Some(container("gateway", &[("stack_default", "172.18.0.2")])), ..nothing_seen() }
}

/// A session was open, at that server version, with these trusted addresses.
pub fn open_at(version: u32, trusted: &[&str]) -> Evidence {
    let seen = Seen {
        server_version: Some(version),
        rungs: vec![(Rung::Request, std::time::Duration::ZERO)],
        ..Seen::default()
    };
    let trusted_ips = trusted.iter().map(|ip| (*ip).to_owned()).collect();
    Evidence {
        climb: Some(Climb { seen, end: Ok(()) }),
        settings: Asked::Is(Some(ApiSettings { trusted_ips, ..ApiSettings::default() })),
        ..in_a_container()
    }
}

pub fn refused_trial(client_id: i32) -> Trial {
    Trial { client_id, why: Some(Diagnosis::explained(&in_use(client_id))) }
}

/// The remedies for causes with these codes, the gateway's container seen and IBC's command port known.
pub fn for_codes(codes: &[&str]) -> Vec<Remedy> {
    let target = Target { ibc: Some("127.0.0.1:7462".into()), ..target() };
    remedies(&target, &in_a_container(), &findings(codes))
}

/// IBC's command port: counts the commands, and takes them where it is said to.
#[derive(Default)]
pub struct FakeIbc {
    pub takes: bool,
    pub commands: Mutex<u32>,
}

#[async_trait]
impl Ibc for FakeIbc {
    async fn restart(&self, address: &str) -> Result<String, IbcError> {
        *self.commands.lock().unwrap() += 1;
        if self.takes {
            Ok("OK Restarting".into())
        } else {
            Err(IbcError::Refused { address: address.to_owned(), how: "closed".into() })
        }
    }
}

/// A world with a gateway's container that runs, and IBC's command port.
pub async fn fakes(takes_commands: bool) -> (Fakes, Arc<FakeIbc>) {
    let mut fakes = Fakes::new();
    make(&fakes, "gateway").await;
    let ibc = Arc::new(FakeIbc { takes: takes_commands, ..FakeIbc::default() });
    fakes.world.ibc = ibc.clone();
    (fakes, ibc)
}
