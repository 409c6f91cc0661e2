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
