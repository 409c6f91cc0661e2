//! What goes wrong while a stack is supervised.

use crate::explain::{Area, Entry, Step};

pub(super) const AREA: Area = Area { title: "Supervision", about: ABOUT, entries: ENTRIES };

const ABOUT: &str = "`openbell watch` keeps a stack as its playbook brought it up. What is lost is brought back by the rungs \
    of `watch.recovery`, each with a budget; when nothing more may be tried, somebody is told and the watch goes on looking.";

const ENTRIES: &[Entry] = &[
    Entry {
        code: "bot::not_connected",
        meaning: "The bot's container runs, and the bot has no connection to the TWS API any more, although it had one.",
        told_by: "The sockets of the container show no connection to a port of the gateway, twice in a row.",
        remedy: &[
            Step::run("Read why it does not connect again.", "docker logs --since 10m CONTAINER"),
            Step::run("See how the gateway answers.", "openbell diagnose PLAYBOOK"),
        ],
        links: &[],
    },
    Entry {
        code: "watch::log_ins_used_up",
        meaning: "The gateway logged in as often as `watch.log_ins` allows: in a row without a green run, or in a day. \
            Every start of its container counts, whoever caused it.",
        told_by: "The log-ins that are remembered on the disk, and the clock.",
        remedy: &[
            Step::run("See what happened before.", "openbell report list"),
            Step::say("Mend the cause first: too many log-ins lock an account."),
            Step::run("Then ask for another try, or wait.", "openbell resume PLAYBOOK"),
        ],
        links: &["https://github.com/Voyz/ibeam/issues/221"],
    },
    Entry {
        code: "watch::restarts_used_up",
        meaning: "A rung of the recovery ladder was tried as often as its budget allows (`at_most` in `per`), and did not \
            help.",
        told_by: "The restarts that are remembered on the disk, and the clock.",
        remedy: &[
            Step::run("Find out what is wrong.", "openbell diagnose PLAYBOOK"),
            Step::run("Ask for another try when it is mended.", "openbell resume PLAYBOOK"),
        ],
        links: &[],
    },
    Entry {
        code: "watch::too_soon",
        meaning: "Restarts keep a distance (`apart`, growing with each), so that a gateway that needs its time gets it.",
        told_by: "The last restart that is remembered on the disk, and the clock.",
        remedy: &[Step::say("Nothing is to be done: the next one comes by itself.")],
        links: &[],
    },
    Entry {
        code: "watch::playbook_changed",
        meaning: "The playbook was edited while it is watched. The watch goes on with what it read when it began: an edit \
            never reaches a stack that runs by itself.",
        told_by: "The digest of the file, looked at every `watch.prove`; once for each change.",
        remedy: &[
            Step::run("See what the edit would change.", "openbell plan PLAYBOOK"),
            Step::say(
                "Restart the watch, or its service, to have it carried out: what is as declared is left alone. Or undo the \
                edit (`openbell undo PLAYBOOK`).",
            ),
        ],
        links: &[],
    },
    Entry {
        code: "watch::too_often",
        meaning: "The playbook asks a gateway more often than one answers.",
        told_by: "`watch.heartbeat.every` or `watch.prove` in the playbook.",
        remedy: &[Step::say("Leave it out, or write at least 5s.")],
        links: &[],
    },
    Entry {
        code: "watch::no_time",
        meaning: "A span in `watch` leaves no time for what it is meant for.",
        told_by: "The playbook.",
        remedy: &[Step::say("Leave it out: every span has a default.")],
        links: &[],
    },
    Entry {
        code: "watch::no_budget",
        meaning: "A budget in `watch` allows nothing at all.",
        told_by: "The playbook.",
        remedy: &[Step::say("Allow at least one, or leave the rung out.")],
        links: &[],
    },
    Entry {
        code: "watch::order",
        meaning: "The recovery ladder begins with what does least harm, and each rung is on it once.",
        told_by: "The order of `watch.recovery`.",
        remedy: &[Step::say("Write them in this order: reconnect, wait, soft_restart, restart.")],
        links: &[],
    },
    Entry {
        code: "watch::no_command_port",
        meaning: "A soft restart is IBC's command RESTART, and nothing says where IBC takes commands.",
        told_by: "`watch.recovery` has a `soft_restart`, and there is no `connection.ibc`.",
        remedy: &[Step::run("Write the address.", "openbell set PLAYBOOK connection.ibc 127.0.0.1:7462")],
        links: &["https://github.com/IbcAlpha/IBC/blob/master/userguide.md"],
    },
    Entry {
        code: "safety::arming_ended",
        meaning: "The arming file does not arm the live account any more: it expired, was changed or taken away. The bot was \
            stopped.",
        told_by: "The file is read anew every few seconds while a live playbook is watched.",
        remedy: &[
            Step::say("Where it was meant to end, nothing is to be done."),
            Step::run(
                "Else write the file anew, as root, and ask for another try.",
                "openbell resume PLAYBOOK",
            ),
        ],
        links: &[],
    },
    Entry {
        code: "safety::arming_taken_back",
        meaning: "The arming file named a live account when the watch began, and does not now.",
        told_by: "The `account` lines of the file.",
        remedy: &[Step::say("Where that was not meant, write the account into the file again.")],
        links: &[],
    },
    Entry {
        code: "safety::started_again",
        meaning: "Something started a container whose safe state does not hold, after openbell had stopped it.",
        told_by: "The container runs.",
        remedy: &[
            Step::run("See who starts it.", "docker events --since 10m --until 0s"),
            Step::run(
                "When what was broken first is mended, ask for another try.",
                "openbell resume PLAYBOOK",
            ),
        ],
        links: &[],
    },
];
