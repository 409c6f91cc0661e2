//! The section `notify` as written: who is told what, and how.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::EnvText;
use super::plan::objects::source;
use crate::notify::{
    Address, Channel, ChannelKind, Config, Debounce, Digest, DigestEvery, Ping, Reminder, Severity,
    TimeOfDay, Weekday,
};
use crate::period::Period;
use crate::ports::secrets::SecretSource;

/// The key among the debounces that stands for all other codes.
pub(super) const OTHERS: &str = "default";

/// Who is told what becomes of the stack, by `openbell watch`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NotifyFormat {
    /// Time zone of the times in messages, and of `digest` and `reminder`. Default: `America/New_York`, in which IBKR's own
    /// times are.
    #[serde(default = "new_york")]
    pub zone: String,
    /// Where messages go, by a name of your own.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub channels: BTreeMap<String, ChannelFormat>,
    /// How soon the same is told again while it lasts, by code; `default` is for all codes that are not named. Default: 15m;
    /// a locked account 20m, nothing more is tried 1h, a wrong password 24h.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub debounce: BTreeMap<String, Period>,
    /// A summary each day or week: outages, the longest of them, restarts, log-ins, uptime. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "DigestFormat")]
    pub digest: Option<DigestFormat>,
    /// A reminder before IBKR ends the sessions of the week (Sunday 01:00 New York), after which the next log-in asks for
    /// the second factor again. `{}` is on Saturday at 18:00. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "ReminderFormat")]
    pub reminder: Option<ReminderFormat>,
    /// A dead man's switch, such as healthchecks.io: it is asked for while everything is green, and never while something
    /// is lost. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PingFormat")]
    pub ping: Option<PingFormat>,
}

fn new_york() -> String {
    "America/New_York".to_owned()
}

/// Where messages go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChannelFormat {
    /// The service, which decides about the form of the messages.
    pub kind: ChannelKind,
    /// Its address: a secret, by reference. Only an address on this machine or in a private network may stand here itself.
    pub url: EnvText,
    /// Who is called by name when a message is an error or critical: `<@1234>`, `<@&1234>`, `@here` or `@everyone` on
    /// Discord, `<@U1234>`, `<!subteam^S1234>`, `<!here>` or `<!channel>` on Slack. Default: nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mention: Option<String>,
    /// The access token of an ntfy server, or what a webhook wants to see, by reference; sent as `Authorization: Bearer …`.
    /// Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "EnvText")]
    pub token: Option<EnvText>,
    /// The header of a webhook that takes the token instead, as it is, such as `X-Token`. Default: Authorization.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// Messages about less than this are left out. A recovery goes where the trouble went. Default: info, which is all.
    #[serde(default)]
    pub least: Severity,
}

/// A summary.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DigestFormat {
    /// How often. Default: daily.
    #[serde(default = "daily")]
    pub every: DigestEvery,
    /// On which day, when it is weekly. Default: monday.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<Weekday>,
    /// At what time, in `notify.zone`. Default: 08:00.
    #[serde(default = "morning")]
    #[schemars(regex(pattern = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"))]
    pub at: String,
}

fn daily() -> DigestEvery {
    DigestEvery::Daily
}

fn morning() -> String {
    "08:00".to_owned()
}

/// The reminder of the weekly log-in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReminderFormat {
    /// On which day. Default: saturday.
    #[serde(default = "saturday")]
    pub day: Weekday,
    /// At what time, in `notify.zone`. Default: 18:00.
    #[serde(default = "evening")]
    #[schemars(regex(pattern = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"))]
    pub at: String,
}

fn saturday() -> Weekday {
    Weekday::Saturday
}

fn evening() -> String {
    "18:00".to_owned()
}

/// A dead man's switch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PingFormat {
    /// What is asked for: a secret, by reference. Only an address on this machine or in a private network may stand here
    /// itself.
    pub url: EnvText,
    /// How often: the period that the service was told. Default: 60s.
    #[serde(default = "minute")]
    pub every: Period,
}

fn minute() -> Period {
    Duration::from_mins(1).into()
}

impl NotifyFormat {
    /// What it means; what cannot be is a problem of the playbook, found before.
    pub(super) fn resolved(&self, directory: &Path) -> Config {
        let address = |url: &EnvText| match url {
            EnvText::Plain(url) => Address::Plain(url.clone()),
            EnvText::Secret(from) => Address::Secret(source(from, directory)),
        };
        let channel = |(name, format): (&String, &ChannelFormat)| Channel {
            name: name.clone(),
            kind: format.kind,
            address: address(&format.url),
            mention: format.mention.clone(),
            header: format.header(directory),
            least: format.least,
        };
        let time = |text: &str, otherwise: &str| TimeOfDay::read(text).or_else(|| TimeOfDay::read(otherwise));
        let codes = self.debounce.iter().filter(|(code, _)| *code != OTHERS);
        Config {
            zone: TimeZone::get(&self.zone).unwrap_or(TimeZone::UTC),
            channels: self.channels.iter().map(channel).collect(),
            debounce: Debounce {
                codes: codes.map(|(code, span)| (code.clone(), span.get())).collect(),
                others: self.debounce.get(OTHERS).map(|span| span.get()),
            },
            digest: self.digest.as_ref().and_then(|digest| {
                let day = digest.day.unwrap_or(Weekday::Monday);
                Some(Digest { every: digest.every, day, at: time(&digest.at, "08:00")? })
            }),
            reminder: self
                .reminder
                .as_ref()
                .and_then(|reminder| Some(Reminder { day: reminder.day, at: time(&reminder.at, "18:00")? })),
            ping: self
                .ping
                .as_ref()
                .map(|ping| Ping { address: address(&ping.url), every: ping.every.get() }),
        }
    }
}

impl ChannelFormat {
    /// The header that takes the token, what stands before it, and where it is kept.
    fn header(&self, directory: &Path) -> Option<(String, &'static str, SecretSource)> {
        let from = match self.token.as_ref()? {
            EnvText::Secret(from) => source(from, directory),
            EnvText::Plain(_) => return None,
        };
        Some(match &self.header {
            Some(name) => (name.clone(), "", from),
            None => ("Authorization".to_owned(), "Bearer ", from),
        })
    }
}
