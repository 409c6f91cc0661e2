//! Evidence of a stack that is well, and how to make it worse.

use std::fmt::Write;
use std::net::IpAddr;
use std::time::Duration;

use jiff::Timestamp;
use openbell::diagnosis::Diagnosis;
use openbell::evidence::{Asked, ContainerEvidence, Evidence, Expected, Trial};
use openbell::ladder::Rung;
use openbell::ports::broker::{AccountId, AccountPattern, ApiSettings, BrokerError, Climb, Notice, Seen};
use openbell::ports::docker::{Address, Container, Engine, LogLine, PublishedPort, RestartPolicy, Status};

pub const ADDRESS: &str = "127.0.0.1:4002";

/// A Tuesday noon in New York: no maintenance anywhere.
pub fn noon() -> Timestamp {
    "2026-05-05T16:00:00Z".parse().unwrap()
}

/// A running container with one address on the stack's network.
pub fn container(name: &str, ip: &str) -> Container {
    Container {
        id: format!("id-{name}"),
        name: name.to_owned(),
        image: format!("{name}:1"),
        image_id: "sha256:1".to_owned(),
        labels: std::collections::BTreeMap::default(),
        env: Vec::new(),
        entrypoint: Vec::new(),
        command: Vec::new(),
        user: String::new(),
        restart: RestartPolicy::No,
        ports: Vec::new(),
        mounts: Vec::new(),
        tmpfs: Vec::new(),
        networks: vec!["paper".to_owned()],
        addresses: vec![Address { network: "paper".to_owned(), ip: ip.parse::<IpAddr>().unwrap() }],
        host_network: false,
        network_of: None,
        stop_grace: None,
        check: None,
        exposed: Vec::new(),
        pid: Some(1),
        status: Status::Running,
        started_at: "2026-05-05T15:00:00Z".to_owned(),
        finished_at: "0001-01-01T00:00:00Z".to_owned(),
        exit_code: 0,
        oom_killed: false,
        error: String::new(),
        restarts: 0,
        health: None,
        tty: false,
    }
}

fn of(container: Container) -> ContainerEvidence {
    ContainerEvidence {
        key: container.name.clone(),
        name: container.name.clone(),
        image: Some((container.image.clone(), true)),
        container: Asked::Is(Some(container)),
        log: Asked::Not("not asked".to_owned()),
        sockets: Asked::Not("not asked".to_owned()),
    }
}

/// One case, from a stack that is well: gateway ready, bot running.
pub struct Given(pub Evidence);

impl Given {
    pub fn well() -> Self {
        let mut gateway = container("gateway", "172.18.0.2");
        gateway.ports = vec![published("127.0.0.1", 4002, 4004)];
        let seen = Seen {
            rungs: [Rung::Tcp, Rung::Version, Rung::Accounts, Rung::NextId, Rung::Request, Rung::Farms]
                .map(|rung| (rung, Duration::from_millis(5)))
                .to_vec(),
            server_version: Some(225),
            accounts: vec![AccountId::new("DU1234567")],
            next_order_id: Some(1),
            gateway_time: Some((noon().as_second(), Duration::from_millis(5))),
            ..Seen::default()
        };
        let engine = Engine {
            version: "28.0".to_owned(),
            api: "1.48".to_owned(),
            host: "unix:///docker.sock".to_owned(),
        };
        let pattern = |text: &str| AccountPattern::try_from(text.to_owned()).unwrap();
        Self(Evidence {
            now: noon(),
            address: ADDRESS.to_owned(),
            expected: Expected {
                accounts: vec![pattern("DU*"), pattern("DF*")],
                client_ids: vec![100, 101],
                owners: vec![("bot".to_owned(), 100)],
                least_server_version: Some(213),
                ..Expected::default()
            },
            engine: Asked::Is(engine),
            publishers: vec![gateway.clone()],
            gateway: Some(of(gateway)),
            others: vec![of(container("bot", "172.18.0.3"))],
            climb: Some(Climb { seen, end: Ok(()) }),
            first_close: None,
            trials: Vec::new(),
            data: Asked::Not("not asked".to_owned()),
            settings: Asked::Not("not asked".to_owned()),
            jts_ini: Asked::Not("not asked".to_owned()),
        })
    }

    /// The probe got to that rung and met this.
    pub fn met(mut self, reached: Option<Rung>, error: BrokerError) -> Self {
        let climb = self.0.climb.as_mut().unwrap();
        climb.seen.rungs.retain(|(rung, _)| Some(*rung) <= reached);
        if reached < Some(Rung::Accounts) {
            climb.seen.accounts.clear();
        }
        if reached < Some(Rung::Request) {
            climb.seen.gateway_time = None;
        }
        climb.end = Err(error);
        self
    }

    pub fn refused(self) -> Self {
        self.met(None, BrokerError::Refused { address: ADDRESS.to_owned() })
    }

    pub fn nothing_behind(self) -> Self {
        let how = "the connection was closed".to_owned();
        self.met(Some(Rung::Tcp), BrokerError::NothingBehind { address: ADDRESS.to_owned(), how })
    }

    pub fn mute(self, reached: Rung) -> Self {
        let address = ADDRESS.to_owned();
        self.met(Some(reached), BrokerError::Mute { address, reached, waited_ms: 10_000, unfinished: 0 })
    }

    pub fn not_accepted(self) -> Self {
        self.closed([500, 500])
    }

    /// Two attempts were closed that long after `START_API`.
    pub fn closed(mut self, after_ms: [u128; 2]) -> Self {
        let [first, second] = after_ms.map(|after_ms| BrokerError::NotAccepted {
            address: ADDRESS.to_owned(),
            reached: Rung::Version,
            after_ms,
            how: "the connection was closed (FIN)".to_owned(),
        });
        self.0.first_close = Some(first);
        self.met(Some(Rung::Version), second)
    }

    /// The gateway's container is another.
    pub fn gateway(mut self, change: impl FnOnce(&mut Container)) -> Self {
        let Asked::Is(Some(container)) = &mut self.0.gateway.as_mut().unwrap().container else { panic!() };
        change(container);
        let changed = container.clone();
        self.0.publishers[0] = changed;
        self
    }

    pub fn maps_to(self, container_port: u16) -> Self {
        self.gateway(|gateway| gateway.ports = vec![published("127.0.0.1", 4002, container_port)])
    }

    /// The bot's container is another.
    pub fn bot(mut self, change: impl FnOnce(&mut Container)) -> Self {
        let Asked::Is(Some(container)) = &mut self.0.others[0].container else { panic!() };
        change(container);
        self
    }

    pub fn without_gateway(mut self, image_is_there: bool) -> Self {
        let gateway = self.0.gateway.as_mut().unwrap();
        gateway.container = Asked::Is(None);
        gateway.image = Some(("gateway:1".to_owned(), image_is_there));
        self.0.publishers.clear();
        self
    }

    /// Somebody else's container has the port as well.
    pub fn other_publisher(mut self, name: &str) -> Self {
        self.0.publishers.push(container(name, "172.19.0.2"));
        self
    }

    /// The gateway logged these lines, the first that many seconds before now and then one each second.
    pub fn logged(mut self, ago: i64, lines: &[&str]) -> Self {
        let line = |(second, text): (i64, &&str)| LogLine {
            at: Timestamp::from_second(noon().as_second() - ago + second).unwrap().to_string(),
            text: format!("2026-05-05 00:00:00:000 IBC: {text}"),
        };
        self.0.gateway.as_mut().unwrap().log = Asked::Is((0..).zip(lines).map(line).collect());
        self
    }

    /// The sockets of the gateway's container: `listen`, `established` or `close_wait`, local, remote, queue.
    pub fn sockets(mut self, sockets: &[(&str, &str, &str, u32)]) -> Self {
        let mut text = "  sl  local_address rem_address   st tx_queue rx_queue\n".to_owned();
        for (state, local, remote, queue) in sockets {
            let state = match *state {
                "listen" => "0A",
                "established" => "01",
                "close_wait" => "08",
                other => panic!("{other}"),
            };
            let (local, remote) = (hex(local), hex(remote));
            writeln!(text, "   0: {local} {remote} {state} 00000000:{queue:08X} 00:0 0 0 0 1").unwrap();
        }
        self.0.gateway.as_mut().unwrap().sockets = Asked::Is(text);
        self
    }

    pub fn settings(mut self, change: impl FnOnce(&mut ApiSettings)) -> Self {
        let mut settings = ApiSettings::default();
        change(&mut settings);
        self.0.settings = Asked::Is(Some(settings));
        self
    }

    pub fn jts(mut self, text: &str) -> Self {
        self.0.jts_ini = Asked::Is(Some(text.to_owned()));
        self
    }

    pub fn expects(mut self, change: impl FnOnce(&mut Expected)) -> Self {
        change(&mut self.0.expected);
        self
    }

    pub fn sees(mut self, change: impl FnOnce(&mut Seen)) -> Self {
        change(&mut self.0.climb.as_mut().unwrap().seen);
        self
    }

    pub fn noticed(self, codes: &[i32]) -> Self {
        self.sees(|seen| {
            seen.notices = codes.iter().map(|code| Notice { code: *code, text: String::new() }).collect();
        })
    }

    /// Connecting with this id did not work, or did.
    pub fn tried(mut self, client_id: i32, error: Option<&BrokerError>) -> Self {
        self.0.trials.push(Trial { client_id, why: error.map(Diagnosis::explained) });
        self
    }

    pub fn at(mut self, now: &str) -> Self {
        self.0.now = now.parse().unwrap();
        self
    }
}

pub fn published(host: &str, host_port: u16, container_port: u16) -> PublishedPort {
    PublishedPort { host: host.to_owned(), host_port, container_port }
}

/// `127.0.0.1:4002` as the kernel writes it.
fn hex(address: &str) -> String {
    let address: std::net::SocketAddrV4 = address.parse().unwrap();
    format!("{:08X}:{:04X}", u32::from_le_bytes(address.ip().octets()), address.port())
}
