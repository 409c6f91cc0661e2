//! The two keys of live trading, and what runs around a stack.

use crate::explain::{Area, Entry, Step};

pub(super) const AREA: Area = Area { title: "Live trading and its keys", about: ABOUT, entries: ENTRIES };

const ABOUT: &str = "Live trading takes two keys: `safety.mode: live` in the playbook, and the account, typed or in a file \
    of root's, when it is carried out. Everything here ends with exit code 4, or 3 where it is the playbook's text.";

const ENTRIES: &[Entry] = &[
    Entry {
        code: "safety::live_not_armed",
        meaning: "The playbook's mode is live, and no live account of it was armed. Nothing was started.",
        told_by: "`safety.mode` is `live`, and neither `--arm-live` nor `--arm-live-file` gave a live account that it names. Looked at before the first step.",
        remedy: &[
            Step::run(
                "If live trading is meant, arm each live account of the playbook, typed whole.",
                "openbell run PLAYBOOK --arm-live ACCOUNT",
            ),
            Step::say("If it is not, write `mode: paper`, and paper accounts under `safety.accounts`."),
        ],
        links: &[],
    },
    Entry {
        code: "safety::armed_but_paper",
        meaning: "A live account was armed for a playbook whose mode is paper. Nothing was started.",
        told_by: "`--arm-live` or `--arm-live-file` was given, and no plan of the playbook has `safety.mode: live`.",
        remedy: &[
            Step::say("Is it the playbook that was meant? One of the two is wrong."),
            Step::run("For paper trading, leave the arming out.", "openbell run PLAYBOOK"),
        ],
        links: &[],
    },
    Entry {
        code: "safety::armed_not_allowed",
        meaning: "An armed account is not one that the playbook allows. Nothing was started.",
        told_by: "The account, compared with `safety.accounts` of every live plan of the playbook. It is shown masked.",
        remedy: &[
            Step::say("Compare what was typed with `safety.accounts`, digit by digit."),
            Step::say("An account that is meant to trade live is named in both places."),
        ],
        links: &[],
    },
    Entry {
        code: "safety::armed_paper_account",
        meaning: "A paper account was armed for live trading.",
        told_by: "What was armed begins with `DU` or `DF`.",
        remedy: &[Step::run("A paper account needs no arming.", "openbell run PLAYBOOK")],
        links: &[],
    },
    Entry {
        code: "safety::armed_no_account",
        meaning: "What was armed is not a whole account id. It is not repeated, because it may be a mistyped one.",
        told_by: "An id is one to three capital letters and at least four digits; a pattern such as `U*` is not taken.",
        remedy: &[Step::run(
            "Type the account as the gateway shows it.",
            "openbell run PLAYBOOK --arm-live ACCOUNT",
        )],
        links: &[],
    },
    Entry {
        code: "safety::armed_account_differs",
        meaning: "The live accounts that the session shows are not those that were armed. Nothing that is held is started.",
        told_by: "The managed accounts of the session that are not paper, compared with the armed ones of this run: each has to be in the other list.",
        remedy: &[
            Step::say("Find out which log-in this is before arming anything else."),
            Step::run(
                "Arm every live account of the session, and none that it does not show.",
                "openbell run PLAYBOOK --arm-live ACCOUNT --arm-live ACCOUNT",
            ),
        ],
        links: &[],
    },
    Entry {
        code: "safety::arming_file",
        meaning: "The arming file cannot be read, or is not a regular file.",
        told_by: "The file was looked at as it is, links not followed, then opened; both times it has to be the same regular file.",
        remedy: &[
            Step::run("See what it is.", "ls -l FILE"),
            Step::say(
                "Make it a regular file of root's that openbell's user may read, and name it by its own path.",
            ),
        ],
        links: &[],
    },
    Entry {
        code: "safety::arming_file_open",
        meaning: "Somebody else than root owns the arming file or may write it, so that it proves nothing.",
        told_by: "Owner and mode of the opened file: user 0, and no write permission for group and others.",
        remedy: &[Step::run(
            "Read it, and only then make it root's.",
            "sudo cat FILE && sudo chown root FILE && sudo chmod 0640 FILE",
        )],
        links: &[],
    },
    Entry {
        code: "safety::arming_format",
        meaning: "The arming file does not say what it has to.",
        told_by: "Each line is `account: ID`, `expires: TIME` (RFC 3339, such as 2026-12-24T18:00:00Z), empty or a comment. There is at least one account and exactly one end.",
        remedy: &[Step::say(
            "Correct the line that is named. Its text is not shown, because it may be a mistyped account.",
        )],
        links: &[],
    },
    Entry {
        code: "safety::arming_expired",
        meaning: "The time for which the arming file holds is over.",
        told_by: "Its `expires`, compared with this machine's clock.",
        remedy: &[
            Step::run("See whether the clock is right.", "date -u"),
            Step::say("Have whoever may decide it write a new one, with a near end."),
        ],
        links: &[],
    },
    Entry {
        code: "safety::arming_too_short",
        meaning: "The arming would end before the run has to.",
        told_by: "Its `expires` is earlier than now and the run's deadline together.",
        remedy: &[
            Step::run("Give the run less time.", "openbell run PLAYBOOK --arm-live-file FILE --within 10m"),
            Step::say("Or have the file written anew."),
        ],
        links: &[],
    },
    Entry {
        code: "safety::arming_unsupported",
        meaning: "An arming file is not possible on this system.",
        told_by: "The rights of a file are read as Unix has them: owner and mode.",
        remedy: &[Step::run("Type the account.", "openbell run PLAYBOOK --arm-live ACCOUNT")],
        links: &[],
    },
    Entry {
        code: "safety::no_live_account",
        meaning: "The playbook's mode is live, and it allows paper accounts only.",
        told_by: "`safety.mode` is `live`, and every pattern in `safety.accounts`, or its default, begins with `DU` or `DF`.",
        remedy: &[Step::run(
            "Name the live account whole: `accounts: [U1234567]`.",
            "openbell validate PLAYBOOK",
        )],
        links: &[],
    },
    Entry {
        code: "safety::open_live_account",
        meaning: "A pattern in a live playbook allows more than one live account.",
        told_by: "It ends in `*` and does not begin with `DU` or `DF`.",
        remedy: &[Step::run("Name each live account whole.", "openbell validate PLAYBOOK")],
        links: &[],
    },
    Entry {
        code: "safety::paper_port",
        meaning: "The playbook's mode is live, and it speaks to a port of paper trading.",
        told_by: "Port 4002 or 7497 behind `connection.address`, or one that the image of gnzsnz has for paper trading (4004, 7499).",
        remedy: &[Step::run("Publish the live port, or write `mode: paper`.", "openbell validate PLAYBOOK")],
        links: &[],
    },
    Entry {
        code: "safety::gateway_port",
        meaning: "The gateway's address leads to a port of the other trading mode in a container that runs.",
        told_by: "Docker was asked who publishes the port of `connection.address`, and to which port in the container: 4001 and 7496 are live, 4002 and 7497 paper; of the image of gnzsnz also 4003 and 7498, 4004 and 7499.",
        remedy: &[
            Step::run("See what it publishes.", "docker port CONTAINER"),
            Step::run(
                "Correct it where it is declared, and have the container recreated.",
                "openbell run PLAYBOOK",
            ),
        ],
        links: &[],
    },
    Entry {
        code: "safety::second_bot",
        meaning: "A container runs the image of a held container beside the stack, and the playbook does not declare it: nothing proves its safe state. openbell's own bot is stopped; the other one is not touched.",
        told_by: "The running containers: the same image by name or by id, and on a network of the stack's or on the host's (there not, when another playbook made it). One that is on neither is not looked for.",
        remedy: &[
            Step::run(
                "See what it is and who made it.",
                "docker inspect -f '{{.Path}} {{.Args}} {{json .Config.Labels}}' CONTAINER",
            ),
            Step::run("Stop it.", "docker stop CONTAINER"),
            Step::say("Or declare it in the playbook, so that it is held like the others."),
        ],
        links: &[],
    },
    Entry {
        code: "safety::unreadable_process",
        meaning: "The environment of a process in a held container may not be read, so that what it really has is not known.",
        told_by: "There is a shell in the container, and neither its root nor the process's own user and group may read `/proc/PID/environ`. What is only just being started in there is looked at again at once, five times in all.",
        remedy: &[
            Step::run("See who it runs as.", "docker top CONTAINER"),
            Step::say(
                "Run the program without file capabilities and without giving up the right to be looked at.",
            ),
        ],
        links: &[],
    },
    Entry {
        code: "safety::unusable_shell",
        meaning: "A held container has a shell that does not do what a shell does, so that what its processes have in their environments is not known.",
        told_by: "`/bin/sh` in the container ends with another code than 0, prints no end of what it was asked for, or shows no environment of any process.",
        remedy: &[
            Step::run(
                "See what it is.",
                "docker exec CONTAINER /bin/sh -c 'echo $0; /bin/cat /proc/self/environ'",
            ),
            Step::say("Give the image a shell and a `cat` that work, or no shell at all."),
        ],
        links: &[],
    },
    Entry {
        code: "safety::too_many_processes",
        meaning: "The processes of a held container have more environment than is read, so that a part of it is not known.",
        told_by: "What a command in the container printed was cut off at 256 KiB.",
        remedy: &[
            Step::run("See what runs there.", "docker top CONTAINER"),
            Step::say("Run one program in the container."),
        ],
        links: &[],
    },
];
