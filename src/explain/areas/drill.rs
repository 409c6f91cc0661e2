//! What goes wrong with drills.

use crate::explain::{Area, Entry, Step};

pub(super) const AREA: Area = Area { title: "Drills", about: ABOUT, entries: ENTRIES };

const ABOUT: &str = "A drill disturbs a container once, and waits until the stack is whole again. A recovery that takes \
    too long ends with exit code 124 and the last real reason, which has a code of its own.";

const ENTRIES: &[Entry] = &[
    Entry {
        code: "drill::live",
        meaning: "A drill was asked for on a stack with a live account, and openbell disturbs none of those (exit code \
            4).",
        told_by: "The playbook allows accounts that are not paper accounts (DU…, DF…), or the session shows one. \
            Nothing was stopped.",
        remedy: &[
            Step::say("Drill the paper stack: it is made of the same parts."),
            Step::say("Leave drills out of the playbook of a live account."),
        ],
        links: &[],
    },
    Entry {
        code: "drill::no_command_port",
        meaning: "A soft restart is IBC's command RESTART, and nothing says where IBC takes commands.",
        told_by: "The playbook has no `connection.ibc`.",
        remedy: &[
            Step::say("Set CommandServerPort (7462) in IBC's config.ini, and publish it to 127.0.0.1 only."),
            Step::run("Write the address.", "openbell set PLAYBOOK connection.ibc 127.0.0.1:7462"),
            Step::say("Or drill with `how: container`, which logs in anew."),
        ],
        links: &["https://github.com/IbcAlpha/IBC/blob/master/userguide.md"],
    },
    Entry {
        code: "drill::not_down",
        meaning: "IBC took the command to restart the gateway, and the gateway went on as before.",
        told_by: "A session that was opened before the drill never broke.",
        remedy: &[
            Step::run("Read what IBC did with the command.", "docker logs --since 10m CONTAINER"),
            Step::say("IBC 3.9.0 and newer know RESTART; the gateway needs its auto-restart file for it."),
        ],
        links: &[],
    },
    Entry {
        code: "drill::not_whole",
        meaning: "The stack was not whole again when `recover_within` was over, and there is no nearer reason: no look at \
            it had an end by then (exit code 124).",
        told_by: "The time counts from the first stop on, graces included. Any other reason is told in the place of this \
            one.",
        remedy: &[
            Step::say("Raise `recover_within`: a gateway that logs in anew takes a minute or two."),
            Step::run("See what the containers do meanwhile.", "docker ps --all"),
        ],
        links: &[],
    },
    Entry {
        code: "drill::not_restarted",
        meaning: "The Docker engine was told to restart a container, and the container still has the start time of \
            before.",
        told_by: "The start time of the container did not change.",
        remedy: &[Step::run("See what the engine did.", "docker events --since 10m --until 0s")],
        links: &[],
    },
];
