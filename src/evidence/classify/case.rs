//! One case: the evidence, what is read out of it once, and what was found.
//!
//! Owns how a finding is made: the bare symptom becomes evidence of a cause that explains it.

use std::net::IpAddr;

use crate::diagnosis::{Class, Diagnosis, Explain, Failure};
use crate::evidence::jts::JtsIni;
use crate::evidence::markers::{LogIn, State, read};
use crate::evidence::sockets::Sockets;
use crate::evidence::{Asked, Certainty, ContainerEvidence, Evidence, Finding};
use crate::ladder::Rung;
use crate::ports::broker::{BrokerError, Seen};
use crate::ports::docker::{Container, HealthStatus, PublishedPort, Status};

/// The ports gateways and TWS take API clients on, unless told otherwise: live and paper.
const API_PORTS: [u16; 4] = [4001, 4002, 7496, 7497];

/// What tells a gateway that is not there from an engine that is not.
pub(super) const IN_A_CONTAINER: &str =
    "whether the gateway runs in a container of this engine: then the engine comes first";

pub(super) struct Case<'a> {
    pub(super) evidence: &'a Evidence,
    /// What the gateway's log says; `None` without a log, or with a log that says nothing about a log-in.
    pub(super) log_in: Option<LogIn>,
    pub(super) sockets: Option<Sockets>,
    pub(super) jts: JtsIni,
    pub(super) found: Vec<Finding>,
}

impl<'a> Case<'a> {
    pub(super) fn of(evidence: &'a Evidence) -> Self {
        let gateway = evidence.gateway.as_ref();
        let log_in = gateway.and_then(|gateway| gateway.log.is()).map(|lines| read(lines));
        let sockets = gateway.and_then(|gateway| gateway.sockets.is()).and_then(|text| Sockets::parse(text));
        let jts = evidence.jts_ini.is().and_then(Option::as_deref).map(JtsIni::read).unwrap_or_default();
        let log_in = log_in.filter(|log_in| log_in.state != State::NothingSaid);
        Self { evidence, log_in, sockets, jts, found: Vec::new() }
    }

    pub(super) fn certain(&mut self, error: &impl Explain) {
        self.tell(error, Certainty::Certain, None);
    }

    pub(super) fn possible(&mut self, error: &impl Explain, decided_by: &str) {
        self.tell(error, Certainty::Possible, Some(decided_by));
    }

    pub(super) fn notice(&mut self, error: &impl Explain) {
        self.tell(error, Certainty::Notice, None);
    }

    fn tell(&mut self, error: &impl Explain, certainty: Certainty, decided_by: Option<&str>) {
        let why = Diagnosis::explained(error);
        let symptom = if certainty == Certainty::Notice { Vec::new() } else { self.symptom(&why.code) };
        let decided_by = decided_by.map(str::to_owned);
        let class = error.class();
        self.push(Finding { why: why.with_evidence(symptom), certainty, class, decided_by });
    }

    /// A failure that was met while asking.
    pub(super) fn failure(&mut self, failure: &Failure, certainty: Certainty) {
        let (why, class) = (failure.why.clone(), failure.class);
        self.push(Finding { why, certainty, class, decided_by: None });
    }

    /// The engine cannot be asked, and that may be all.
    pub(super) fn possible_engine(&mut self, failure: &Failure) {
        let (why, class) = (failure.why.clone(), failure.class);
        let decided_by = Some(IN_A_CONTAINER.to_owned());
        self.push(Finding { why, certainty: Certainty::Possible, class, decided_by });
    }

    /// A diagnosis that somebody else made.
    pub(super) fn diagnosis(&mut self, why: Diagnosis, certainty: Certainty) {
        self.push(Finding { why, certainty, class: Class::Step, decided_by: None });
    }

    /// A diagnosis that may be the cause, with what decides.
    pub(super) fn possible_diagnosis(&mut self, why: Diagnosis, decided_by: &str) {
        let decided_by = Some(decided_by.to_owned());
        self.push(Finding { why, certainty: Certainty::Possible, class: Class::Step, decided_by });
    }

    /// The same thing is not told twice.
    fn push(&mut self, finding: Finding) {
        let same =
            |other: &Finding| other.why.code == finding.why.code && other.why.message == finding.why.message;
        if !self.found.iter().any(same) {
            self.found.push(finding);
        }
    }

    /// What the wire showed, as evidence of something else.
    fn symptom(&self, told: &str) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(error) = self.error() {
            let bare = Diagnosis::explained(error);
            if bare.code != told {
                lines.push(format!("on the wire: {} ({})", bare.message, bare.code));
                lines.extend(bare.evidence);
            }
        }
        let health = self.container().and_then(|container| container.health.as_ref());
        if let Some(health) = health.filter(|health| health.status == HealthStatus::Unhealthy) {
            lines.push(format!("its health check failed {} times in a row", health.failing_streak));
        }
        lines
    }

    /// How the probe ended, where it did not get where it should.
    pub(super) fn error(&self) -> Option<&'a BrokerError> {
        self.evidence.climb.as_ref()?.end.as_ref().err()
    }

    pub(super) fn seen(&self) -> Option<&'a Seen> {
        self.evidence.climb.as_ref().map(|climb| &climb.seen)
    }

    /// The wire shows something wrong, or the attempts to connect do.
    pub(super) fn is_bad(&self) -> bool {
        self.error().is_some() || self.evidence.trials.iter().any(|trial| trial.why.is_some())
    }

    /// A gateway answered at the address.
    pub(super) fn answered(&self) -> bool {
        self.seen().and_then(Seen::highest).is_some_and(|rung| rung >= Rung::Version)
    }

    pub(super) fn address(&self) -> String {
        self.evidence.address.clone()
    }

    /// Host and port of the address.
    pub(super) fn place(&self) -> Option<(&'a str, u16)> {
        let (host, port) = self.evidence.address.rsplit_once(':')?;
        Some((host.trim_matches(['[', ']']), port.parse().ok()?))
    }

    pub(super) fn gateway(&self) -> Option<&'a ContainerEvidence> {
        self.evidence.gateway.as_ref()
    }

    pub(super) fn container(&self) -> Option<&'a Container> {
        self.gateway()?.container.is()?.as_ref()
    }

    /// The published port that leads to the gateway's container.
    pub(super) fn mapping(&self) -> Option<&'a PublishedPort> {
        let (container, (host, port)) = (self.container()?, self.place()?);
        container.ports.iter().find(|published| published.host_port == port && covers(&published.host, host))
    }

    /// The ports on which the gateway itself takes clients.
    pub(super) fn api_ports(&self) -> Vec<u16> {
        let settings = self.evidence.settings.is().and_then(Option::as_ref);
        let told = settings.and_then(|settings| settings.port).and_then(|port| u16::try_from(port).ok());
        if self.container().is_none() {
            // These are the sockets of a whole machine: of its gateways only the one at this address is meant.
            return self.place().map(|(_, port)| port).into_iter().collect();
        }
        API_PORTS.into_iter().chain(told).chain(self.jts.local_server_port).collect()
    }

    /// Whether the gateway's container is known to run IBC: its log has IBC's lines, or it is an image that has it
    /// (gnzsnz/ib-gateway-docker, README).
    pub(super) fn runs_ibc(&self) -> bool {
        let log = self.gateway().and_then(|gateway| gateway.log.is());
        self.log_in.is_some()
            || log.is_some_and(|lines| lines.iter().any(|line| line.text.contains("IBC: ")))
            || self.container().is_some_and(|container| container.image.contains("ib-gateway"))
            || self.env("TWS_USERID").is_some()
    }

    /// Both fit: the engine that cannot be asked is why the gateway's container does not run, or the gateway is in none.
    pub(super) fn may_be_the_engine(&self) -> bool {
        let shut =
            matches!(self.error(), Some(BrokerError::Refused { .. } | BrokerError::NothingBehind { .. }));
        let log = self.gateway().and_then(|gateway| gateway.log.is());
        // A log that is given by hand is that of a gateway in no container.
        shut && matches!(self.evidence.engine, Asked::Failed(_))
            && !self.evidence.expected.in_a_container
            && log.is_none()
    }

    /// An environment variable of the gateway's container.
    pub(super) fn env(&self, name: &str) -> Option<&'a str> {
        let pairs = &self.container()?.env;
        pairs.iter().find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
    }

    /// A container, not the gateway's, that has the address's port: one that runs, or is paused.
    pub(super) fn other_publisher(&self) -> Option<&'a Container> {
        let own = self.gateway().map(|gateway| gateway.name.as_str());
        self.evidence
            .publishers
            .iter()
            .find(|container| has_its_ports(container) && Some(container.name.as_str()) != own)
    }

    /// Whether a declared client id, an owner in the ledger or a container of the stack is at that address.
    pub(super) fn container_at(&self, ip: IpAddr) -> Option<&'a Container> {
        let others = self.evidence.others.iter().filter_map(|other| other.container.is()?.as_ref());
        let all = others.chain(&self.evidence.publishers).chain(self.container());
        all.into_iter().find(|container| container.addresses.iter().any(|address| address.ip == ip))
    }
}

/// A paused container keeps its ports.
fn has_its_ports(container: &Container) -> bool {
    matches!(container.status, Status::Running | Status::Paused)
}

/// Whether a port published on `published` can be reached as `host`. What cannot be told counts as yes.
fn covers(published: &str, host: &str) -> bool {
    let local = |text: &str| text == "localhost" || text.parse().is_ok_and(|ip: IpAddr| ip.is_loopback());
    let any = |text: &str| text.is_empty() || text.parse().is_ok_and(|ip: IpAddr| ip.is_unspecified());
    if any(published) || host.parse::<IpAddr>().is_err() && !local(host) {
        return true;
    }
    published == host || local(published) && local(host)
}
