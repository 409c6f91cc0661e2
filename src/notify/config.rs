//! What a playbook declares of its notifications, resolved: zones are known, paths absolute, defaults filled in.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::notification::{Kind, Severity};
use crate::ports::secrets::SecretSource;

/// The notifications of a playbook.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// The zone of the times in messages, and of when digest and reminder are due.
    pub zone: TimeZone,
    /// Where messages go, by name.
    pub channels: Vec<Channel>,
    /// How soon the same is told again.
    pub debounce: Debounce,
    /// The summary, where one is wanted.
    pub digest: Option<Digest>,
    /// The reminder of the weekly log-in, where one is wanted.
    pub reminder: Option<Reminder>,
    /// The dead man's switch, where there is one.
    pub ping: Option<Ping>,
}

impl Config {
    /// Where its secrets are kept.
    pub fn secrets(&self) -> Vec<SecretSource> {
        let addresses = self.channels.iter().map(|channel| &channel.address);
        let addresses = addresses.chain(self.ping.iter().map(|ping| &ping.address));
        let kept = addresses.filter_map(|address| match address {
            Address::Secret(from) => Some(from.clone()),
            Address::Plain(_) => None,
        });
        let headers = self.channels.iter().filter_map(|channel| Some(channel.header.as_ref()?.2.clone()));
        kept.chain(headers).collect()
    }
}

/// Where messages go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// Its name in the playbook.
    pub name: String,
    /// The form of its messages.
    pub kind: ChannelKind,
    /// Its address.
    pub address: Address,
    /// Who is called by name when a message is an error or graver; written as the service wants it.
    pub mention: Option<String>,
    /// A header with a secret in it: its name, what stands before the secret, and where that is kept.
    pub header: Option<(String, &'static str, SecretSource)>,
    /// Messages about less than this are left out.
    pub least: Severity,
}

/// The form of a channel's messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChannelKind {
    /// A Discord webhook: an embed, in which nothing can call anybody.
    Discord,
    /// An incoming webhook of Slack, Mattermost or Rocket.Chat: plain text.
    Slack,
    /// A topic of ntfy.sh, or of a server of one's own: title, priority and tags.
    Ntfy,
    /// Any service: JSON, see `openbell schema notification`.
    Webhook,
}

impl ChannelKind {
    /// Its name in playbooks.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Discord => "discord",
            Self::Slack => "slack",
            Self::Ntfy => "ntfy",
            Self::Webhook => "webhook",
        }
    }
}

/// An address: most are secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// One without a secret in it, of a service nearby.
    Plain(String),
    /// Where it is kept.
    Secret(SecretSource),
}

/// How soon the same is told again. The defaults are those of `ibg-controller`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Debounce {
    /// What the playbook says, by code.
    pub codes: BTreeMap<String, Duration>,
    /// What it says of all others.
    pub others: Option<Duration>,
}

/// A second factor that is missed is asked for again and again.
const SECOND_FACTOR: Duration = Duration::from_mins(15);
/// A locked account opens by itself after a while.
const LOCKED: Duration = Duration::from_mins(20);
/// Everything was tried: that is not news for a while.
const EXHAUSTED: Duration = Duration::from_hours(1);
/// A wrong password does not become a right one.
const PASSWORD: Duration = Duration::from_hours(24);
/// Everything else.
const OTHERS: Duration = Duration::from_mins(15);

impl Debounce {
    /// How soon what has this code is told again as this kind of message.
    pub fn of(&self, kind: Kind, code: &str) -> Duration {
        if let Some(declared) = self.codes.get(code) {
            return *declared;
        }
        match code {
            "gateway::two_factor_pending" | "gateway::two_factor_timed_out" => SECOND_FACTOR,
            "gateway::locked" => LOCKED,
            "gateway::login_failed" => PASSWORD,
            _ if kind == Kind::Halted => EXHAUSTED,
            _ => self.others(),
        }
    }

    /// How soon what no code is declared for is told again.
    pub fn others(&self) -> Duration {
        self.others.unwrap_or(OTHERS)
    }

    /// No code has to wait longer than this.
    pub fn longest(&self) -> Duration {
        let declared = self.codes.values().copied().chain(self.others).max();
        declared.map_or(PASSWORD, |declared| declared.max(PASSWORD))
    }
}

/// A summary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digest {
    /// How often.
    pub every: DigestEvery,
    /// On which day, when it is weekly.
    pub day: Weekday,
    /// At what time.
    pub at: TimeOfDay,
}

/// How often there is a digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DigestEvery {
    /// Each day.
    Daily,
    /// Each week.
    Weekly,
}

/// The reminder of the weekly log-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reminder {
    /// On which day.
    pub day: Weekday,
    /// At what time.
    pub at: TimeOfDay,
}

/// The dead man's switch: a service that raises the alarm when it is not asked for its address any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ping {
    /// What is asked for.
    pub address: Address,
    /// How often, as it was declared to that service.
    pub every: Duration,
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "they say it themselves")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl From<Weekday> for jiff::civil::Weekday {
    fn from(day: Weekday) -> Self {
        match day {
            Weekday::Monday => Self::Monday,
            Weekday::Tuesday => Self::Tuesday,
            Weekday::Wednesday => Self::Wednesday,
            Weekday::Thursday => Self::Thursday,
            Weekday::Friday => Self::Friday,
            Weekday::Saturday => Self::Saturday,
            Weekday::Sunday => Self::Sunday,
        }
    }
}

/// A time of day: `08:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeOfDay(jiff::civil::Time);

impl TimeOfDay {
    /// The time that is written `HH:MM`.
    pub fn read(text: &str) -> Option<Self> {
        let (hour, minute) = text.split_once(':')?;
        let number = |text: &str| {
            let digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
            digits.then(|| text.parse::<i8>().ok()).flatten()
        };
        jiff::civil::Time::new(number(hour)?, number(minute)?, 0, 0).ok().map(Self)
    }

    /// It.
    pub const fn get(self) -> jiff::civil::Time {
        self.0
    }
}
