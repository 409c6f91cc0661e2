//! The presets that let something happen after a while.

use super::Takes::{Nothing, Time};
use super::{Preset, row};

pub(super) const PRESETS: &[Preset] = &[
    row(
        "half-open",
        "half-open:30s",
        "answers no request from then on, though connections stay up",
        Time,
        "phases: [{ lasts: $ }, { name: half-open, clients: { requests: mute } }]",
    ),
    row(
        "drop",
        "drop:30s",
        "drops all connections after that long, and accepts again",
        Time,
        "phases: [{ lasts: $ }, { lasts: 0s, drop: close }]",
    ),
    row(
        "restart",
        "restart:30s",
        "restarts after that long: closed for 3 s, mute for 3 s, order ids from the first again",
        Time,
        "phases: [{ lasts: $ }, { name: restart, lasts: 3s, restart: true, port: closed }, { lasts: 3s, clients: { door: mute } }]",
    ),
    row(
        "nightly",
        "nightly:30s",
        "the nightly restart after that long: 1100, closed for 10 s, reset for 2 s, mute for 10 s",
        Time,
        "phases: [{ lasts: $ }, { name: nightly, lasts: 2s, connectivity: lost, login: auto_restart }, { lasts: 10s, restart: true, port: closed }, { lasts: 2s, clients: { door: reset } }, { lasts: 10s, clients: { door: mute } }]",
    ),
    row(
        "lost",
        "lost:30s",
        "loses IBKR's servers after that long (1100): requests are mute",
        Time,
        "phases: [{ lasts: $ }, { name: lost, connectivity: lost, clients: { requests: mute } }]",
    ),
    row(
        "outage",
        "outage:30s",
        "loses IBKR's servers after that long for 10 s (1100, then 1102)",
        Time,
        "phases: [{ lasts: $ }, { name: outage, lasts: 10s, connectivity: lost, clients: { requests: mute } }, { lasts: 0s, connectivity: restored }]",
    ),
    row(
        "data-lost",
        "data-lost:30s",
        "as outage, but subscriptions are lost (1100, then 1101)",
        Time,
        "phases: [{ lasts: $ }, { name: outage, lasts: 10s, connectivity: lost, clients: { requests: mute } }, { lasts: 0s, connectivity: restored_data_lost }]",
    ),
    row(
        "broken-link",
        "broken-link:30s",
        "the gateway itself restores its link after that long, for 10 s (2110, then 1102)",
        Time,
        "phases: [{ lasts: $ }, { name: broken-link, lasts: 10s, connectivity: broken }, { lasts: 0s, connectivity: restored }]",
    ),
    row(
        "farms-broken",
        "farms-broken:30s",
        "the data farms break after that long for 10 s (2103, 2105, 2157), then are back",
        Time,
        "phases: [{ lasts: $ }, { name: farms-broken, lasts: 10s, farms: broken }, { lasts: 0s, farms: ok }]",
    ),
    row(
        "farms-inactive",
        "farms-inactive",
        "the data farms are inactive (2107, 2108)",
        Nothing,
        "phases: [{ lasts: 0s, farms: inactive }]",
    ),
    row(
        "exit",
        "exit:20s",
        "healthy for that long, then ends with exit code 1",
        Time,
        "phases: [{ lasts: $ }, { exit: 1 }]",
    ),
];
