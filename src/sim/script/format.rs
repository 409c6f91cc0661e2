//! The script as written: these types are the format, and the JSON Schema is generated from them.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::phase::{Phase, Port};
use super::rule::Rule;
use super::treatment::{Door, Treatment};
use crate::document::Version;
use crate::period::Period;

/// A simulated IB Gateway: what it is, and what goes wrong with it, when, and for whom.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// Version of this format.
    pub version: Version,
    /// What the script is for, in a sentence.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// What the gateway is.
    #[serde(default)]
    pub gateway: Traits,
    /// How clients are treated where neither the phase nor a rule says otherwise.
    #[serde(default)]
    pub clients: Treatment,
    /// What happens one after the other, counted from the start. After the last one the gateway is healthy for ever.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 1000))]
    pub phases: Vec<Phase>,
    /// What IBC's command `RESTART` leads to, instead of whatever was going on; the first phase is a restart in any case.
    /// Behind it the gateway is healthy. Default: closed for 3s, mute for 3s.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 1000))]
    pub on_restart: Vec<Phase>,
    /// Who is treated otherwise. Where two rules speak of one client, the later one decides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 1000))]
    pub rules: Vec<Rule>,
}

/// What a gateway is, whatever goes wrong with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Traits {
    /// Its own maximum server version; a client gets this or its own maximum, whichever is less. Default: 226, that of
    /// the builds 10.50 and 10.51.
    #[schemars(range(min = 100, max = 1000))]
    pub server_version: u32,
    /// The accounts of its log-in. Default: DU1234567.
    #[schemars(length(min = 1), inner(regex(pattern = r"^[A-Za-z0-9]+$")))]
    pub accounts: Vec<String>,
    /// Whether the list of accounts ends in a comma, as some gateways write it. Default: false.
    pub trailing_comma: bool,
    /// The first order id of each client. Default: 1.
    #[schemars(range(min = 1))]
    pub next_order_id: i64,
    /// The first order id of single clients, by client id.
    pub order_ids: BTreeMap<i32, i64>,
    /// The zone of the connection time, as real gateways write it: `UTC`, `CET`, `US/Eastern`, `Central European
    /// Standard Time`. The time of a name that is no zone is that of UTC. Default: UTC.
    pub time_zone: String,
    /// Sessions at once; one more is closed after `START_API`. Default: 32, as documented
    /// (<https://interactivebrokers.github.io/tws-api/connection.html>); what a real gateway does then is not known.
    #[schemars(range(min = 1, max = 128))]
    pub most_clients: u32,
    /// How long a client id stays in use after its client is gone. Real gateways: about half a second. Default: 0s.
    pub id_release: Period,
    /// The settings of its API, which clients of server version 219 and later can read, and edit from 221 on.
    pub api: ApiTraits,
    /// The orders that are open. Clients place none here, and cancel none. Default: none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 1000))]
    pub open_orders: Vec<OrderTrait>,
    /// What its accounts hold. Default: nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 1000))]
    pub positions: Vec<PositionTrait>,
    /// Whether a handshake that its client gave up stops the gateway from accepting anybody, until it is restarted.
    /// Default: false.
    pub wedges: bool,
    /// How far its clock is ahead. Default: 0s.
    pub clock_ahead: Period,
    /// How far its clock is behind. Default: 0s.
    pub clock_behind: Period,
}

impl Default for Traits {
    fn default() -> Self {
        Self {
            server_version: 226,
            accounts: vec!["DU1234567".to_owned()],
            trailing_comma: false,
            next_order_id: 1,
            order_ids: BTreeMap::new(),
            time_zone: "UTC".to_owned(),
            most_clients: 32,
            id_release: Duration::ZERO.into(),
            api: ApiTraits::default(),
            open_orders: Vec::new(),
            positions: Vec::new(),
            wedges: false,
            clock_ahead: Duration::ZERO.into(),
            clock_behind: Duration::ZERO.into(),
        }
    }
}

/// An order that is open: shares in USD, to be bought or sold at the market.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderTrait {
    /// What is traded, such as `SPY`.
    #[schemars(length(min = 1))]
    pub symbol: String,
    /// How many: below 0 to sell.
    pub quantity: i64,
    /// The account it is for. Default: the first one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The client id that placed it. Default: 0, entered by hand.
    #[serde(default)]
    pub client_id: i32,
}

/// What an account holds: shares in USD.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PositionTrait {
    /// What is held, such as `SPY`.
    #[schemars(length(min = 1))]
    pub symbol: String,
    /// How many: below 0 where it is short, 0 where it was closed in this session.
    pub quantity: i64,
    /// The account that holds it. Default: the first one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
}

/// The settings of a gateway's API, as its configuration dialog has them. Clients can edit them; of the edits, read-only
/// mode is followed, and the trusted addresses where `strict` says so.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ApiTraits {
    /// Read-only API. Requests for open orders are then refused too. Default: false.
    pub read_only: bool,
    /// Socket port. Default: the one it listens on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// Master client id. Default: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0))]
    pub master_client_id: Option<i32>,
    /// Trusted IPs. Default: 127.0.0.1.
    #[schemars(with = "Vec<String>", inner(regex(pattern = r"^[0-9a-fA-F.:]+$")))]
    pub trusted_ips: Vec<IpAddr>,
    /// Whether clients whose address is not trusted are closed half a second after `START_API`. Without it they are let in,
    /// as by a gateway whose dialog IBC accepts. Default: false.
    pub strict: bool,
    /// Allow connections from localhost only. Default: false.
    pub localhost_only: bool,
    /// When the gateway logs off, or restarts, by itself each day: `23:45` or `11:45 PM`. Default: 23:45.
    #[schemars(regex(pattern = r"^([01]?[0-9]|2[0-3]):[0-5][0-9]( [AP]M)?$"))]
    pub auto_logoff: String,
}

impl Default for ApiTraits {
    fn default() -> Self {
        Self {
            read_only: false,
            port: None,
            master_client_id: None,
            trusted_ips: vec![Ipv4Addr::LOCALHOST.into()],
            strict: false,
            localhost_only: false,
            auto_logoff: "23:45".to_owned(),
        }
    }
}

/// Accounts as a gateway sends them.
pub fn account_list(accounts: &[String], trailing_comma: bool) -> String {
    accounts.join(",") + if trailing_comma { "," } else { "" }
}

/// Whether that can be the name of an account: letters and digits.
pub fn is_account(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric())
}

impl Traits {
    /// The list of accounts as the gateway sends it.
    pub fn account_list(&self) -> String {
        account_list(&self.accounts, self.trailing_comma)
    }

    /// How many seconds its clock is ahead.
    pub fn ahead(&self) -> i64 {
        let seconds = |period: Period| i64::try_from(period.get().as_secs()).unwrap_or_default();
        seconds(self.clock_ahead) - seconds(self.clock_behind)
    }

    /// The order id with which a client begins.
    pub fn first_order_id(&self, client_id: i32) -> i64 {
        self.order_ids.get(&client_id).copied().unwrap_or(self.next_order_id)
    }
}

impl Script {
    /// What is played when IBC restarts the gateway.
    #[must_use]
    pub fn restarted(&self) -> Self {
        let three = Period::from(Duration::from_secs(3));
        let closed = Phase { lasts: Some(three), port: Some(Port::Closed), ..Phase::default() };
        let mute = Treatment { door: Some(Door::Mute), ..Treatment::default() };
        let mute = Phase { lasts: Some(three), clients: mute, ..Phase::default() };
        let usual = || vec![closed, mute];
        let mut phases = if self.on_restart.is_empty() { usual() } else { self.on_restart.clone() };
        phases[0].restart = true;
        Self { phases, on_restart: self.on_restart.clone(), ..Self::default() }
    }
}

impl Default for Script {
    fn default() -> Self {
        Self {
            version: Version::ONE,
            description: String::new(),
            gateway: Traits::default(),
            clients: Treatment::default(),
            phases: Vec::new(),
            on_restart: Vec::new(),
            rules: Vec::new(),
        }
    }
}
