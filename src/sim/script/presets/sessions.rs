//! The presets that decide what becomes of `START_API` and of requests.

use super::Takes::{Clients, Count, Ids, Nothing, Time};
use super::{Preset, row};

pub(super) const PRESETS: &[Preset] = &[
    row(
        "start-api-mute",
        "start-api-mute",
        "sends its version, then nothing",
        Nothing,
        "clients: { start: mute }",
    ),
    row(
        "not-accepted",
        "not-accepted",
        "closes 0.5 s after START_API, as for an address that is not trusted",
        Nothing,
        "clients: { start: not_accepted }",
    ),
    row(
        "in-use",
        "in-use:100+101",
        "says of these client ids that they are in use (error 326)",
        Ids,
        "rules: [{ client_ids: [$], clients: { start: in_use } }]",
    ),
    row(
        "in-use-all",
        "in-use-all",
        "says of every client id that it is in use (error 326)",
        Nothing,
        "clients: { start: in_use }",
    ),
    row(
        "late-release",
        "late-release:500ms",
        "a client id stays in use that long after its client is gone",
        Time,
        "gateway: { id_release: $ }",
    ),
    row(
        "most-clients",
        "most-clients:2",
        "closes sessions beyond that many; without it, beyond 32",
        Clients,
        "gateway: { most_clients: $ }",
    ),
    row(
        "no-accounts",
        "no-accounts",
        "sends an empty list of accounts",
        Nothing,
        "clients: { accounts: empty }",
    ),
    row(
        "no-list",
        "no-list",
        "sends an order id, but never the accounts",
        Nothing,
        "clients: { accounts: withheld, notices: withheld }",
    ),
    row(
        "no-id",
        "no-id",
        "sends the accounts, then never an order id",
        Nothing,
        "clients: { order_id: withheld, notices: withheld }",
    ),
    row(
        "notices-only",
        "notices-only",
        "sends the farm notices, but neither accounts nor an order id",
        Nothing,
        "clients: { accounts: withheld, order_id: withheld }",
    ),
    row("flood", "flood:150", "sends that many notices before anything else", Count, "clients: { flood: $ }"),
    row(
        "flood-only",
        "flood-only:150",
        "sends that many notices, but neither accounts nor an order id",
        Count,
        "clients: { flood: $, accounts: withheld, order_id: withheld }",
    ),
    row(
        "time-limit",
        "time-limit:4250ms",
        "tells the time once in that long, and is silent when asked sooner",
        Time,
        "clients: { current_time_every: $ }",
    ),
    row(
        "rate",
        "rate:50",
        "takes that many messages in a second, then complains (error 100), then closes",
        Count,
        "clients: { messages_per_second: $ }",
    ),
    row(
        "read-only",
        "read-only",
        "refuses requests for open orders too (error 321)",
        Nothing,
        "clients: { read_only: true }",
    ),
    row(
        "competing",
        "competing",
        "another session of the user has the market data (error 10197)",
        Nothing,
        "clients: { market_data: competing_session }",
    ),
];
