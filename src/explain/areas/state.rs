//! What is remembered between runs.

use crate::explain::{Area, Entry, Step};

pub(super) const AREA: Area = Area { title: "What is remembered", about: ABOUT, entries: ENTRIES };

const ABOUT: &str = "openbell keeps a directory for each playbook: who has it, the journal, the ledger of log-ins and \
    restarts, a pause. It is named with `--state` or `OPENBELL_STATE`; by default it is where the system keeps such \
    things for a service or for the user.";

const ENTRIES: &[Entry] = &[
    Entry {
        code: "state::held",
        meaning: "Another instance of openbell has the playbook: one at a time may change a stack.",
        told_by: "The lock in the playbook's directory is held. It goes with its process, however that ends, so it is never \
            left behind.",
        remedy: &[
            Step::say("Wait until the other one is done, or end it; its process is named."),
            Step::run("Under supervision, the service is what has it:", "systemctl status openbell*"),
            Step::run("Looking needs no lock.", "openbell plan PLAYBOOK"),
        ],
        links: &[],
    },
    Entry {
        code: "state::latch",
        meaning: "A breach of the safe state was remembered, and the file does not tell which: the bot stays stopped.",
        told_by: "`unsafe.json` in the playbook's directory is no diagnosis.",
        remedy: &[
            Step::run("See what was found.", "openbell report list"),
            Step::run("Take it back when it is mended.", "openbell resume PLAYBOOK"),
        ],
        links: &[],
    },
    Entry {
        code: "state::no_place",
        meaning: "The system names no place where programs keep what they remember.",
        told_by: "The variable that says it on this system is not set.",
        remedy: &[Step::run(
            "Name a directory, here or in `OPENBELL_STATE`.",
            "openbell run PLAYBOOK --state DIRECTORY",
        )],
        links: &["https://specifications.freedesktop.org/basedir-spec/latest/"],
    },
    Entry {
        code: "state::in_the_way",
        meaning: "Where openbell keeps what it remembers, something else stands.",
        told_by: "It is a link, or a directory in a file's place, or a file in a directory's. openbell follows no link there.",
        remedy: &[Step::say("Look at it, then move it or take it away; openbell did not touch it.")],
        links: &[],
    },
    Entry {
        code: "state::not_written",
        meaning: "What was to be remembered could not be written.",
        told_by: "The system's own words are the cause: no room, no permission, a read-only file system.",
        remedy: &[
            Step::run("Look for room.", "df -h DIRECTORY"),
            Step::say("The directory has to belong to the user that openbell runs as."),
            Step::run("Or name another directory.", "openbell run PLAYBOOK --state DIRECTORY"),
        ],
        links: &[],
    },
    Entry {
        code: "state::unreadable",
        meaning: "What is remembered, or the playbook it is about, could not be read.",
        told_by: "The system's own words are the cause.",
        remedy: &[
            Step::say(
                "See that the playbook's path is right, and that the directory is that of the user that openbell runs as.",
            ),
            Step::run("Who owns it:", "ls -ld DIRECTORY"),
        ],
        links: &[],
    },
    Entry {
        code: "state::torn_line",
        meaning: "The last line of a journal was not written to its end: the machine lost power, or the disk was full.",
        told_by: "The file does not end with a newline, and what follows the last one is no whole line.",
        remedy: &[Step::say(
            "Nothing has to be done: what came before is whole, the line is marked and passed over. A disk without a \
            battery that tears lines often is worth an uninterruptible power supply.",
        )],
        links: &[],
    },
    Entry {
        code: "state::pause",
        meaning: "There is a file that says that recovery is paused, and it cannot be made out. So nothing is paused.",
        told_by: "It is not what `openbell pause` writes, or its end is more than seven days ahead, which it refuses.",
        remedy: &[
            Step::run("Pause anew:", "openbell pause PLAYBOOK 30m --reason WHY"),
            Step::run("Or be done with it:", "openbell resume PLAYBOOK"),
        ],
        links: &[],
    },
    Entry {
        code: "state::pause_length",
        meaning: "The pause that was asked for is none, or longer than seven days.",
        told_by: "It is shorter than a second, or longer than 168h.",
        remedy: &[Step::run(
            "Say for how long, with its unit; it can be prolonged by pausing again.",
            "openbell pause PLAYBOOK 30m --reason WHY",
        )],
        links: &[],
    },
    Entry {
        code: "state::pause_reason",
        meaning: "A pause was asked for, and no reason given: whoever finds the stack paused has to know why.",
        told_by: "The text of `--reason` is empty.",
        remedy: &[Step::run("Say why.", "openbell pause PLAYBOOK 30m --reason WHY")],
        links: &[],
    },
];
