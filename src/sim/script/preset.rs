//! The named scripts: one row of a table each. Reading what a person wrote is left to `parse`.

use std::collections::BTreeSet;
use std::time::Duration;

use super::draft::{Aspect, Draft};
use super::error::PresetError;
use super::{Accounts, Door, Greeting, InUse, Pending, Start};

/// A named script.
pub struct Preset {
    /// What it is called.
    pub name: &'static str,
    /// How it is written, with an example of its argument where it takes one.
    pub form: &'static str,
    /// What the gateway then does, in a line.
    pub does: &'static str,
    pub(super) apply: Apply,
}

/// What a preset takes, and what it does with it.
pub(super) enum Apply {
    Alone(fn(&mut Draft, &'static str) -> Result<(), PresetError>),
    Time(fn(&mut Draft, &'static str, Duration) -> Result<(), PresetError>),
    Ids(fn(&mut Draft, &'static str, BTreeSet<i32>) -> Result<(), PresetError>),
    Version(fn(&mut Draft, &'static str, u32) -> Result<(), PresetError>),
}

const fn row(name: &'static str, form: &'static str, does: &'static str, apply: Apply) -> Preset {
    Preset { name, form, does, apply }
}

/// All presets, in the order in which they are listed.
pub const PRESETS: &[Preset] = &[
    row("ready", "ready", "healthy from the start", Apply::Alone(|_, _| Ok(()))),
    row(
        "closed",
        "closed:5s",
        "the port is not bound for that long",
        Apply::Time(|draft, name, time| draft.phase(name, Door::Closed, Some(time))),
    ),
    row(
        "refuse",
        "refuse:5s",
        "accepts and closes at once for that long, as docker-proxy and socat do",
        Apply::Time(|draft, name, time| draft.phase(name, Door::Refuse, Some(time))),
    ),
    row(
        "mute",
        "mute:20s",
        "answers no handshake for that long, then those that wait, at that moment",
        Apply::Time(|draft, name, time| draft.phase(name, Door::Mute(Pending::Answered), Some(time))),
    ),
    row(
        "mute-drop",
        "mute-drop:20s",
        "answers no handshake for that long, then closes those that wait",
        Apply::Time(|draft, name, time| draft.phase(name, Door::Mute(Pending::Dropped), Some(time))),
    ),
    row(
        "mute-ignore",
        "mute-ignore:20s",
        "answers no handshake for that long, then only new ones",
        Apply::Time(|draft, name, time| draft.phase(name, Door::Mute(Pending::Ignored), Some(time))),
    ),
    row(
        "never",
        "never",
        "never answers a handshake",
        Apply::Alone(|draft, name| draft.phase(name, Door::Mute(Pending::Ignored), None)),
    ),
    row(
        "http",
        "http",
        "answers like an HTTP server",
        Apply::Alone(|draft, name| draft.phase(name, Door::Http, None)),
    ),
    row(
        "garbage",
        "garbage",
        "answers with bytes that are no protocol",
        Apply::Alone(|draft, name| draft.phase(name, Door::Garbage, None)),
    ),
    row(
        "half-open",
        "half-open:30s",
        "answers no request from then on, though connections stay up",
        Apply::Time(Draft::mute_requests_after),
    ),
    row(
        "drop",
        "drop:30s",
        "drops all connections after that long, and accepts again",
        Apply::Time(Draft::drop_after),
    ),
    row(
        "start-api-mute",
        "start-api-mute",
        "sends its version, then nothing",
        Apply::Alone(|draft, name| start(draft, name, Start::Mute)),
    ),
    row(
        "not-accepted",
        "not-accepted",
        "closes 0.5 s after START_API, as for an address that is not trusted",
        Apply::Alone(|draft, name| start(draft, name, Start::NotAccepted)),
    ),
    row(
        "in-use",
        "in-use:100+101",
        "says of these client ids that they are in use (error 326)",
        Apply::Ids(|draft, name, ids| in_use(draft, name, InUse::Ids(ids))),
    ),
    row(
        "in-use-all",
        "in-use-all",
        "says of every client id that it is in use (error 326)",
        Apply::Alone(|draft, name| in_use(draft, name, InUse::All)),
    ),
    row(
        "no-accounts",
        "no-accounts",
        "sends an empty list of accounts",
        Apply::Alone(|draft, name| {
            greet(draft, name, Greeting { accounts: Accounts::Empty, ..Greeting::WHOLE })
        }),
    ),
    row(
        "no-id",
        "no-id",
        "sends the accounts, then never an order id",
        Apply::Alone(|draft, name| {
            greet(draft, name, Greeting { accounts: Accounts::Listed, order_id: false, notices: false })
        }),
    ),
    row(
        "notices-only",
        "notices-only",
        "sends the farm notices, but neither accounts nor an order id",
        Apply::Alone(|draft, name| {
            greet(draft, name, Greeting { accounts: Accounts::Withheld, order_id: false, notices: true })
        }),
    ),
    row(
        "old",
        "old:178",
        "is a gateway of that server version",
        Apply::Version(|draft, name, version| {
            draft.decide(Aspect::ServerVersion, name, |script| script.server_version = Some(version))
        }),
    ),
    row(
        "live",
        "live",
        "is logged in to a live account, U1234567",
        Apply::Alone(|draft, name| {
            draft.decide(Aspect::Accounts, name, |script| script.accounts = Some(vec!["U1234567".into()]))
        }),
    ),
    row(
        "wedge",
        "wedge",
        "accepts nobody any more once a client has given up a handshake it began",
        Apply::Alone(|draft, name| draft.decide(Aspect::Wedge, name, |script| script.wedges = true)),
    ),
];

fn start(draft: &mut Draft, name: &'static str, start: Start) -> Result<(), PresetError> {
    draft.decide(Aspect::Start, name, |script| script.conduct.start = start)
}

fn in_use(draft: &mut Draft, name: &'static str, in_use: InUse) -> Result<(), PresetError> {
    draft.decide(Aspect::InUse, name, |script| script.conduct.in_use = in_use)
}

fn greet(draft: &mut Draft, name: &'static str, greeting: Greeting) -> Result<(), PresetError> {
    draft.decide(Aspect::Greeting, name, |script| script.conduct.greeting = greeting)
}

/// The forms of all presets, for messages.
pub(super) fn valid_forms() -> String {
    PRESETS.iter().map(|preset| format!("`{}`", preset.form)).collect::<Vec<_>>().join(", ")
}
