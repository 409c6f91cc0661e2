//! The rules, one row each. What they look for stands in the files of this folder, by what they are about.

mod bot;
mod gateway;
mod ibc;
mod ids;
mod image;
mod ports;
mod secrets;
mod start;

use super::finding::Hit;
use super::ground::Ground;
use crate::document::Severity;

/// One thing that hurts.
#[derive(Debug)]
pub struct Rule {
    /// Stable code.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What it is about, in a few words.
    pub title: &'static str,
    /// Why it hurts, and where that is known from.
    pub why: &'static str,
    look: for<'a> fn(&'a Ground) -> Vec<Hit<'a>>,
}

impl Rule {
    pub(super) fn found<'a>(&self, ground: &'a Ground) -> Vec<Hit<'a>> {
        (self.look)(ground)
    }
}

const fn row(
    code: &'static str,
    severity: Severity,
    title: &'static str,
    why: &'static str,
    look: for<'a> fn(&'a Ground) -> Vec<Hit<'a>>,
) -> Rule {
    Rule { code, severity, title, why, look }
}

use Severity::{Error, Warning};

/// Every rule, in the order in which they are looked at.
pub const RULES: &[Rule] = &[
    row(
        "lint::port_only_health",
        Warning,
        "health check that only tests a port",
        "docker-proxy and the image's own port forward accept connections before there is a gateway, and a gateway that \
        waits for its log-in accepts and stays mute (ib_insync#386, gnzsnz/ib-gateway-docker run.sh)",
        gateway::port_only_health,
    ),
    row(
        "lint::stop_grace",
        Warning,
        "gateway killed before it has logged out",
        "Compose kills after 10 s by itself; a gateway needs up to 90 s to log out, and a session that is not closed \
        meets the next log-in as an existing one (ibg-controller)",
        gateway::stop_grace,
    ),
    row(
        "lint::port_mapping",
        Error,
        "published port that leads past the port forward",
        "the gateway takes connections from inside its container only; the image forwards 4003 to live and 4004 to \
        paper (gnzsnz/ib-gateway-docker), or 8888 to either (extrange/ibkr-docker)",
        ports::mapping,
    ),
    row(
        "lint::public_port",
        Error,
        "API or screen of a gateway open to the network",
        "the TWS API knows no password: who reaches the port can trade; a port without a host address is published on \
        all of them, past most firewalls (Docker's documentation on published ports)",
        ports::public,
    ),
    row(
        "lint::vnc_without_password",
        Error,
        "screen of a gateway without a password",
        "who reaches the screen holds the whole account, not only the API",
        ports::vnc_without_password,
    ),
    row(
        "lint::client_id_clash",
        Error,
        "one client id, two owners",
        "a gateway refuses the second session of an id with error 326, which clients tell as a timeout (ib_async#152)",
        ids::clash,
    ),
    row(
        "lint::client_id_zero",
        Warning,
        "client id 0",
        "id 0 sees and binds the orders of a person at the screen, and some clients ask for that by themselves \
        (ib_insync `reqAutoOpenOrders`)",
        ids::zero,
    ),
    row(
        "lint::blank_variable",
        Error,
        "variable without which nothing can log in",
        "Compose makes an unset variable an empty text and starts all the same; a blank log-in is one of the few tries \
        that the broker allows (docs.docker.com, interpolation)",
        secrets::blank,
    ),
    row(
        "lint::unset_variable",
        Warning,
        "variable of a service that is set nowhere",
        "Compose makes an unset variable an empty text and starts all the same; a misspelt name looks just like that \
        (docs.docker.com, interpolation)",
        secrets::unset,
    ),
    row(
        "lint::quoted_value",
        Error,
        "quotes that become part of a setting",
        "IBC and env files in the list form take everything behind the `=` as it stands, quotes too (IBC#318)",
        ibc::quoted,
    ),
    row(
        "lint::restart_time",
        Error,
        "time of the restart that is not hh:mm AM or PM",
        "IBC wants two digits for the hour, `09:05 PM`; otherwise the gateway is shut down at night and not restarted \
        (IBC#275, IBC#318)",
        ibc::restart_time,
    ),
    row(
        "lint::live",
        Error,
        "gateway that logs in to a live account",
        "IBC's own default is live, and so is that of extrange/ibkr-docker; that of gnzsnz/ib-gateway-docker is paper \
        (their README files)",
        gateway::live,
    ),
    row(
        "lint::takes_orders",
        Warning,
        "gateway whose API takes orders",
        "a read-only API refuses every order, whatever a bot believes to be its dry run (IBC's `ReadOnlyApi`)",
        gateway::takes_orders,
    ),
    row(
        "lint::password_in_arguments",
        Error,
        "password among the arguments of a program",
        "arguments are shown by `ps` and `docker inspect` to everyone on the machine (IBC#359)",
        secrets::in_arguments,
    ),
    row(
        "lint::restart_with_2fa",
        Warning,
        "restarts that ask for a second factor again and again",
        "each restart logs in anew; at night nobody confirms, and the account is locked after some tries \
        (Lean.IB#262, ibeam#221)",
        gateway::restart_with_2fa,
    ),
    row(
        "lint::moving_tag",
        Warning,
        "image by a tag that moves",
        "`latest` and `stable` become another program with the next pull, of a gateway one with other dialogs and \
        another server version; nothing in the file shows it",
        image::moving_tag,
    ),
    row(
        "lint::existing_session",
        Warning,
        "gateway that does not keep its session",
        "a session from elsewhere takes the log-in away, or a dialog waits for a person who is not there (IBC#45, \
        extrange/ibkr-docker#118: IBC's own default is manual)",
        gateway::existing_session,
    ),
    row(
        "lint::trusted_ips",
        Error,
        "gateway that trusts nobody",
        "an address that is not trusted makes the gateway ask on its screen, and the client sees a mute port \
        (extrange/ibkr-docker#108, ib_async#143)",
        ibc::trusted_ips,
    ),
    row(
        "lint::not_dry_run",
        Error,
        "bot that is not in its dry run",
        "the safe state is DRY_RUN=true until a person has approved anything else",
        bot::not_dry_run,
    ),
    row(
        "lint::start_order",
        Warning,
        "bot that does not wait for the gateway",
        "`depends_on` without `condition: service_healthy` waits for the container only, which is up long before the \
        gateway is (docs.docker.com, startup order)",
        start::order,
    ),
];
