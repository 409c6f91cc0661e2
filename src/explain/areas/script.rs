//! What a script of the simulated gateway means.

use crate::explain::{Area, Entry, Step};

pub(super) const AREA: Area =
    Area { title: "Scripts of the simulated gateway: what they mean", about: ABOUT, entries: ENTRIES };

const ABOUT: &str = "A script for `openbell sim gateway --script FILE` has the right form and cannot mean what it \
    says (exit code 3).";

const ENTRIES: &[Entry] = &[
    Entry {
        code: "script::order_id",
        meaning: "An order id of a client is below 1.",
        told_by: "A value under `gateway.order_ids`. A real gateway's next valid id is at least 1; to play one that \
            has none, use a treatment of the session instead.",
        remedy: &[Step::say("Write a number from 1 on.")],
        links: &[],
    },
    Entry {
        code: "script::account",
        meaning: "A name in a list of accounts cannot be an account.",
        told_by: "It has something else than letters and digits.",
        remedy: &[Step::say("Write such as `DU1234567`.")],
        links: &[],
    },
    Entry {
        code: "script::duplicate_phase",
        meaning: "Two phases have the same name, and rules go by the name.",
        told_by: "The second of the two is the place that is shown.",
        remedy: &[Step::say("Give each phase a name of its own.")],
        links: &[],
    },
    Entry {
        code: "script::unreachable",
        meaning: "A phase never ends, or ends the gateway, and others stand after it. Those would never happen.",
        told_by: "A phase without `lasts`, or with `exit`, is not the last one.",
        remedy: &[Step::say("Say how long it `lasts`, or make it the last one.")],
        links: &[],
    },
    Entry {
        code: "script::no_phase",
        meaning: "A rule names a phase that does not exist.",
        told_by: "The name is not among the names of the phases; those are listed.",
        remedy: &[Step::say("Correct the spelling, or give the phase that `name`.")],
        links: &[],
    },
    Entry {
        code: "script::too_early",
        meaning: "A rule goes by the client id and decides something that happens before the id is known.",
        told_by: "`client_ids` together with `door` or `pending`: a client tells its id only with START_API.",
        remedy: &[Step::say("Go by `connections` or `peers`, or decide `start` and what follows it.")],
        links: &[],
    },
    Entry {
        code: "script::no_effect",
        meaning: "A rule decides nothing.",
        told_by: "`clients` of the rule is empty.",
        remedy: &[Step::say("Say what happens to those clients, such as `start: in_use`.")],
        links: &[],
    },
    Entry {
        code: "script::too_slow",
        meaning: "The pause before every byte is longer than a minute. No client waits that long for one byte.",
        told_by: "The value of `slow` is above `1m`.",
        remedy: &[Step::say("Write at most `1m`.")],
        links: &[],
    },
    Entry {
        code: "script::text",
        meaning: "A text has a NUL in it, which older versions of the protocol take for its end.",
        told_by: "A `message` of a notice or the `time_zone` of the gateway contains `\\0`.",
        remedy: &[Step::say("Leave it out.")],
        links: &[],
    },
];
