//! Files, reports, remedies, and what nobody has met before.

use crate::explain::{Area, Entry, Step};

pub(super) const AREA: Area = Area { title: "Files and reports", about: ABOUT, entries: ENTRIES };

const ABOUT: &str = "What openbell reads from and writes to this machine.";

const ENTRIES: &[Entry] = &[
    Entry {
        code: "files::context",
        meaning: "The directory or a file that an image is built from cannot be read.",
        told_by: "The path and the system's words: ENOENT (2) is not there, EACCES (13) may not be read.",
        remedy: &[
            Step::run("See whether it is there.", "ls -ld DIRECTORY"),
            Step::say("`build.context` is relative to the playbook's own directory, not to where you stand."),
        ],
        links: &[],
    },
    Entry {
        code: "files::secret",
        meaning: "A file with a secret cannot be read, or is no such file.",
        told_by: "The path and the system's words. A directory, or a file above 64 KiB, counts as well; Docker makes \
            a directory where a file to be mounted is missing.",
        remedy: &[
            Step::run("See what is there.", "ls -ld secrets/NAME"),
            Step::run(
                "Make a file that only you can read, then write the secret into it with an editor.",
                "install -m 600 /dev/null secrets/NAME",
            ),
            Step::say("The boot service needs to read it too: it runs as a user of its own."),
        ],
        links: &[],
    },
    Entry {
        code: "files::own_binary",
        meaning: "An image is to hold openbell itself, and this program is not a static Linux binary: a container \
            could not run it.",
        told_by: "The file is no ELF file, or it needs a loader. On Windows that is always so.",
        remedy: &[
            Step::run("Name a static Linux build.", "openbell run --container-binary FILE PLAYBOOK"),
            Step::run("Or build one where Rust is.", "cargo build --release"),
        ],
        links: &[],
    },
    Entry {
        code: "report::no_place",
        meaning: "Nothing can be written where reports (or events) go. A run that cannot be reported is not begun.",
        told_by: "Tried before the first step. The system's words say why: EACCES (13), EROFS (30), ENOSPC (28), or \
            the place is a file.",
        remedy: &[
            Step::run("See the place and its room.", "ls -ld reports; df -h ."),
            Step::run("Choose another.", "openbell run --reports DIRECTORY PLAYBOOK"),
        ],
        links: &[],
    },
    Entry {
        code: "report::not_written",
        meaning: "The run is over and its report could not be written. The run itself went as shown on the terminal; \
            nothing half-written is left.",
        told_by: "The place could be written to before the run and not at its end: the disk filled up, or was taken \
            away. The exit code is 6.",
        remedy: &[
            Step::run("See the room.", "df -h reports"),
            Step::run(
                "Make room, and run again: what is green already is not changed.",
                "openbell run PLAYBOOK",
            ),
        ],
        links: &[],
    },
    Entry {
        code: "report::invalid",
        meaning: "The report does not fit its own schema. Nothing was written. This is a bug in openbell.",
        told_by: "Every report is checked against `schemas/report.schema.json` before it is written; the place in it \
            is named.",
        remedy: &[
            Step::say("Report it with the message."),
            Step::run(
                "Until then, take the events of the run.",
                "openbell run --events events.jsonl PLAYBOOK",
            ),
        ],
        links: &[],
    },
    Entry {
        code: "remedy::none_worked",
        meaning: "Every remedy that was allowed has been tried, and the fault is still there.",
        told_by: "After each remedy the evidence was taken again and led to the same diagnosis. The remedies and \
            their results are listed.",
        remedy: &[
            Step::run(
                "Look up the diagnosis that remains: a person has to act on it.",
                "openbell explain CODE",
            ),
            Step::say("Do not repeat the ladder by hand: restarts are log-ins, and log-ins are counted."),
            Step::run(
                "Keep the log of the gateway before you restart it.",
                "docker logs GATEWAY > gateway.log 2>&1",
            ),
        ],
        links: &[],
    },
    Entry {
        code: "remedy::not_possible",
        meaning: "There is a remedy, and it cannot be carried out here: what it needs is missing, it would do harm now, \
            or its budget is used up.",
        told_by: "The reason is named: IBC's command port is off, the container is not of this playbook, the gateway \
            may be logging in or is locked out (looked at again before each restart), or the number of restarts or \
            log-ins is reached. One that was carried out and did not help is \
            `remedy::none_worked`.",
        remedy: &[
            Step::say(
                "Do what is named by hand, or provide what it needs (`ibc::refused` tells how to turn the \
                command port on).",
            ),
            Step::say(
                "If a budget is used up, wait: at most 3 restarts in an hour, at most 3 log-ins in a row and 5 \
                in 24 hours.",
            ),
        ],
        links: &[],
    },
    Entry {
        code: "diagnose::unknown",
        meaning: "The evidence fits none of the known causes. What was seen is listed, and no cause is guessed.",
        told_by: "Port, log and state of the containers were looked at, and no rule matched all of them.",
        remedy: &[
            Step::run(
                "Read the evidence yourself, and the gateway's log.",
                "docker logs --since 30m GATEWAY",
            ),
            Step::say("Look at the gateway's screen over VNC: a dialog nobody has met before is likely."),
            Step::say("Report it with the evidence, so that it gets a code of its own."),
        ],
        links: &[],
    },
    Entry {
        code: "bug::no_code",
        meaning: "An error without a code reached a place where every error has one. This is a bug in openbell; the \
            message is still true.",
        told_by: "It is given only where a code is missing.",
        remedy: &[Step::say("Report it with the whole message.")],
        links: &[],
    },
    Entry {
        code: "files::no_proc",
        meaning: "The sockets of a process on this machine could not be read.",
        told_by: "`/proc/PID/net/tcp` does not exist or may not be read: the process ended, belongs to another user, or \
            this is no Linux.",
        remedy: &[Step::say("Nothing has to be done; causes that rest on sockets stay undecided.")],
        links: &[],
    },
    Entry {
        code: "remedy::not_down",
        meaning: "IBC took the command to restart, and the gateway still answers as before.",
        told_by: "A probe after the command that finds the gateway well, before it was ever seen to be down.",
        remedy: &[
            Step::run("Follow its log: IBC says when it restarts.", "docker logs -f --tail 20 GATEWAY"),
            Step::say("If it never goes down, restart the container when that does no harm."),
        ],
        links: &[],
    },
    Entry {
        code: "remedy::no_proposal",
        meaning: "A remedy worked, and the change of the playbook that would make it unnecessary cannot be shown as a \
            diff.",
        told_by: "The value stands in something that is shared through an anchor, an alias or a merge key: changing it \
            there would change more.",
        remedy: &[
            Step::say("Make the change by hand; what it has to be is told with the remedy that worked."),
            Step::run("Then check the file.", "openbell validate PLAYBOOK"),
        ],
        links: &[],
    },
    Entry {
        code: "report::no_run",
        meaning: "There is no such report in the directory of reports.",
        told_by: "No directory of that name, or whose name ends so, holds a `report.json`.",
        remedy: &[
            Step::run("See which there are.", "openbell report list"),
            Step::say("Name the directory of reports with `--reports`, if it is another one."),
        ],
        links: &[],
    },
    Entry {
        code: "report::several",
        meaning: "The end of a name was given that several reports have.",
        told_by: "They are named.",
        remedy: &[Step::say("Write more of the name.")],
        links: &[],
    },
    Entry {
        code: "report::unreadable",
        meaning: "A file of a report is not there, or may not be read.",
        told_by: "The system's own words are the cause. Reports can be read by the user only whose run it was.",
        remedy: &[Step::run("See what is there.", "ls -l reports/RUN")],
        links: &[],
    },
    Entry {
        code: "report::not_whole",
        meaning: "A report is not as it was written: openbell writes it whole, checked, and never again.",
        told_by: "It is no JSON, does not fit its schema, is in the directory of another run, or its page says something \
            else than its data.",
        remedy: &[
            Step::say("Bring it back from a backup: somebody or something changed it."),
            Step::run("Its schema:", "openbell schema report"),
        ],
        links: &[],
    },
];
