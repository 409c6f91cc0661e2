//! What a playbook may declare of the safe state beside its containers: files of the host, open orders, positions.

use crate::explain::{Area, Entry, Step};

pub(super) const AREA: Area =
    Area { title: "Safety of the host and of the account", about: ABOUT, entries: ENTRIES };

const ABOUT: &str = "What `safety` declares of this machine's files and of what is in the account. Nothing of it is \
    looked at where nothing is declared; where it is, what cannot be checked counts as broken.";

const ENTRIES: &[Entry] = &[
    Entry {
        code: "safety::present_on_host",
        meaning: "A path exists on the machine that openbell runs on, and the playbook says that it must not: a gameplan \
            that a bot could be given.",
        told_by: "The path itself, a link not followed: one that leads nowhere exists too. A path is relative to the \
            playbook's directory. The size is shown as evidence.",
        remedy: &[
            Step::run("See what it is, and whose.", "ls -ld PATH"),
            Step::run("Move it away, and run again.", "openbell run PLAYBOOK"),
        ],
        links: &[],
    },
    Entry {
        code: "safety::open_order",
        meaning: "An order is open in an account of the session, and the playbook says that there is none.",
        told_by: "Every open order that the gateway tells: of any client id, entered by hand, and of every account of an \
            advisor. The first one is named with its account masked, others are the evidence.",
        remedy: &[
            Step::say("Find out who placed it, in TWS, in the client portal or in the bot's log."),
            Step::say(
                "Cancel it there, or wait until it has ended. openbell places, changes and cancels nothing.",
            ),
            Step::run("Then run again.", "openbell run PLAYBOOK"),
        ],
        links: &[],
    },
    Entry {
        code: "safety::position",
        meaning: "An account of the session holds what the playbook does not expect.",
        told_by: "Every position that the gateway tells, of every account of an advisor, compared by its contract's symbol \
            with `safety.positions`; an option or a future has its underlying's. Positions of 0 do not count. The account is \
            shown masked.",
        remedy: &[
            Step::say("Find out where it comes from: an order that was filled, an assignment, a transfer."),
            Step::say(
                "Close it where it belongs to, or add its symbol to `safety.positions` when it is meant to be held.",
            ),
            Step::run("Then run again.", "openbell run PLAYBOOK"),
        ],
        links: &[],
    },
    Entry {
        code: "safety::untold",
        meaning: "The gateway does not tell its open orders or its positions, so that there are none is not proven.",
        told_by: "It answered error 321 to the question for the open orders, which is shown: its API is read-only then, as \
            a rule. Or the list did not come.",
        remedy: &[Step::say(
            "Declare `read_only: true` instead of `open_orders: none`; or set READ_ONLY_API=no in the gateway's environment, \
             if it is meant to take orders.",
        )],
        links: &[],
    },
    Entry {
        code: "files::unseen",
        meaning: "Whether a path exists on this machine cannot be told, so that it does not is not proven.",
        told_by: "The system's own error, shown as the cause. As a rule a directory on the way may not be entered by the \
            user that openbell runs as.",
        remedy: &[
            Step::run("See the rights of every directory on the way.", "namei -l PATH"),
            Step::say(
                "Let the user that openbell runs as enter them, or correct the path in `safety.absent`.",
            ),
        ],
        links: &[],
    },
    Entry {
        code: "playbook::absent",
        meaning: "An entry of `safety.absent` names no one place.",
        told_by: "It has neither `container` and `path` nor a `host`, or something of both.",
        remedy: &[Step::say(
            "Write `{ container: bot, path: /data/gameplan.json }` for a path in a container, `{ host: \
             ../data/gameplan.json }` for one of this machine; for both, two entries.",
        )],
        links: &[],
    },
];
