//! Which service is the gateway, and which talk to it.

use crate::compose::{Project, Service};

/// Parts of the names of images and services of gateways.
const GATEWAYS: [&str; 7] = ["ib-gateway", "ibgateway", "ib_gateway", "ibkr", "ibgw", "tws", "ibc"];

/// Ports on which gateways and their forwarders listen in a container.
const API_PORTS: [u16; 7] = [4004, 4002, 8888, 4003, 4001, 7497, 7496];

/// Parts of the names of images that never trade.
const INFRASTRUCTURE: [&str; 28] = [
    "postgres",
    "timescale",
    "redis",
    "mysql",
    "mariadb",
    "mongo",
    "influx",
    "questdb",
    "clickhouse",
    "kafka",
    "zookeeper",
    "rabbitmq",
    "nats",
    "grafana",
    "prometheus",
    "loki",
    "promtail",
    "traefik",
    "nginx",
    "caddy",
    "watchtower",
    "portainer",
    "node-exporter",
    "cadvisor",
    "alertmanager",
    "adminer",
    "pgadmin",
    "novnc",
];

/// What the services are to the playbook, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roles {
    /// The gateway.
    pub gateway: Option<String>,
    /// The bot: of those that talk to the gateway, the one that looks most like it.
    pub bot: Option<String>,
    /// Everything that talks to the gateway, the bot included: held until the safe state is proven.
    pub clients: Vec<String>,
}

/// Tells the roles of the services that are enabled; what is given goes before what is told.
pub fn roles(project: &Project, gateway: Option<&str>, bot: Option<&str>) -> Roles {
    let services: Vec<&Service> = project.enabled().collect();
    let best = |score: &dyn Fn(&Service) -> i32, least: i32| {
        let mut best: Option<(&Service, i32)> = None;
        for service in &services {
            let points = score(service);
            if points >= least && best.is_none_or(|(_, most)| points > most) {
                best = Some((service, points));
            }
        }
        best.map(|(service, _)| service.name.clone())
    };
    let gateway = gateway.map(str::to_owned).or_else(|| best(&gateway_points, 4));
    let client = |service: &Service| {
        if gateway.as_deref() == Some(&service.name) {
            -1
        } else {
            client_points(service, gateway.as_deref())
        }
    };
    let bot = bot.map(str::to_owned).or_else(|| best(&client, 3));
    let mut clients: Vec<String> =
        services.iter().filter(|service| client(service) >= 3).map(|service| service.name.clone()).collect();
    if let Some(bot) = &bot
        && !clients.contains(bot)
    {
        clients.push(bot.clone());
    }
    Roles { gateway, bot, clients }
}

fn contains(text: &str, words: &[&str]) -> bool {
    let text = text.to_lowercase();
    words.iter().any(|word| text.contains(word))
}

fn image(service: &Service) -> &str {
    service.image.as_ref().map_or("", |image| image.value.as_str())
}

fn infrastructure(service: &Service) -> bool {
    contains(image(service), &INFRASTRUCTURE)
}

fn gateway_points(service: &Service) -> i32 {
    let mut points = 0;
    if contains(image(service), &GATEWAYS) {
        points += 4;
    }
    if contains(&service.name, &GATEWAYS) || contains(&service.name, &["gateway"]) {
        points += 2;
    }
    if service.ports.iter().any(|port| API_PORTS.contains(&port.target)) {
        points += 3;
    }
    let log_in = |name: &str| service.variable(name).is_some();
    if ["TWS_USERID", "TWS_PASSWORD", "TWS_USERID_PAPER", "IBC_IbLoginId"].into_iter().any(log_in) {
        points += 3;
    }
    // A proxy in front of a gateway publishes the same ports.
    if infrastructure(service) || contains(image(service), &["socat", "haproxy"]) {
        points - 5
    } else {
        points
    }
}

fn client_points(service: &Service, gateway: Option<&str>) -> i32 {
    if infrastructure(service) {
        return 0;
    }
    let mut points = 0;
    if service.depends_on.iter().any(|on| Some(on.service.as_str()) == gateway) {
        points += 2;
    }
    let names_it = |value: &str| {
        gateway.is_some_and(|gateway| value == gateway || value.starts_with(&format!("{gateway}:")))
    };
    if service.environment.iter().any(|variable| {
        let name = variable.name.to_ascii_uppercase();
        let broker = ["IB_", "IBKR", "TWS", "GATEWAY"].iter().any(|word| name.contains(word));
        let reach = ["HOST", "ADDR", "URL"].iter().any(|word| name.contains(word));
        (broker && reach) || variable.value.as_deref().is_some_and(names_it)
    }) {
        points += 3;
    }
    if client_ids(service).next().is_some() {
        points += 3;
    }
    if service.variable("DRY_RUN").is_some() {
        points += 3;
    }
    let by_name = contains(&service.name, &["bot", "trad", "strateg", "algo"]);
    if by_name && points > 0 { points + 2 } else { points }
}

/// The client ids in a service's environment: the variable and the id.
pub(super) fn client_ids(service: &Service) -> impl Iterator<Item = (&crate::compose::Variable, i32)> {
    service.environment.iter().filter_map(|variable| {
        let name = variable.name.to_ascii_uppercase();
        if !name.contains("CLIENT_ID") && !name.contains("CLIENTID") {
            return None;
        }
        // Those of other interfaces are texts, or far larger.
        Some((variable, variable.value.as_deref()?.trim().parse().ok()?))
    })
}
