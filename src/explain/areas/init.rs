//! Making a playbook.

use crate::explain::{Area, Entry, Step};

pub(super) const AREA: Area = Area { title: "Making a playbook", about: ABOUT, entries: ENTRIES };

const ABOUT: &str = "`openbell init` writes a playbook only when it is valid and describes a safe state. With any of \
    these nothing was written.";

const ENTRIES: &[Entry] = &[
    Entry {
        code: "init::exists",
        meaning: "There is a file already where the playbook is to be written.",
        told_by: "The name leads to something before anything is made.",
        remedy: &[
            Step::run("Write beside it.", "openbell init OTHER.yaml"),
            Step::say("Or give `--force` to write over it."),
        ],
        links: &[],
    },
    Entry {
        code: "init::recorded",
        meaning: "The playbook that is to be written over has a record of approved changes: a new text in its place would \
            be approved by nobody, and could not be taken back.",
        told_by: "`PLAYBOOK.audit.jsonl` stands beside it, or `PLAYBOOK.undo.jsonl` says that there was one. `--force` \
            does not go past it.",
        remedy: &[
            Step::run("Write another file, and compare.", "openbell init OTHER.yaml"),
            Step::run("Take over what you want.", "openbell edit PLAYBOOK --approve \"WHO:WHY\""),
            Step::say("Or move the playbook away, with the files that carry its name."),
        ],
        links: &[],
    },
    Entry {
        code: "init::unwritable",
        meaning: "The playbook, or the schema beside it, cannot be written.",
        told_by: "The system refuses to make or to rename a file in that directory; what it said is below.",
        remedy: &[Step::say("Name a file in a directory that exists and that you may write to.")],
        links: &[],
    },
    Entry {
        code: "init::no_service",
        meaning: "`--gateway` or `--bot` names a service that does not exist, or whose profile is off.",
        told_by: "The name is not among the services that Compose would start; those are listed.",
        remedy: &[
            Step::say("Correct the spelling: it is the key under `services`, not the `container_name`."),
            Step::say("For a service of a profile, give `--profile` too."),
        ],
        links: &[],
    },
    Entry {
        code: "init::no_project",
        meaning: "The engine has no container of a Compose project of that name.",
        told_by: "No container has the label `com.docker.compose.project` with that value, running or not.",
        remedy: &[Step::run("See which projects there are.", "docker compose ls --all")],
        links: &[],
    },
    Entry {
        code: "init::secret_in_arguments",
        meaning: "The arguments of a program in the stack hold a secret, and would stand in the playbook for everyone \
            to read. Without them another program would run.",
        told_by: "`command`, `entrypoint` or the health check has an option such as `--password` with something \
            behind it, or an address with a password in it. The value is not shown.",
        remedy: &[
            Step::say(
                "Give the secret to the program as a file or in an environment variable, in the compose file, and \
                ask again.",
            ),
            Step::say("Or give `--by-reference`: the service stays in its compose file."),
        ],
        links: &[],
    },
    Entry {
        code: "init::client_ids",
        meaning: "Two services have the same client id, or one has an id that it may not have: 0 binds manual orders, 9000 to \
            9099 are openbell's own. The gateway admits only one client with an id.",
        told_by: "The variables whose name has CLIENT_ID in it, after substitution; each is told with its file and line.",
        remedy: &[
            Step::say(
                "Give each service its own id in the compose file or its env file, such as 100 and 110.",
            ),
            Step::run("Ask again.", "openbell init --from-compose COMPOSE.yaml"),
        ],
        links: &[],
    },
    Entry {
        code: "init::not_safe",
        meaning: "A service is not in its safe state: DRY_RUN is not `true`, or TRADING_MODE is not `paper`; or, of a \
            stack that is to stay as it is, the engine would start the bot again without any gate, or a port of live \
            trading is published. A playbook that says so could never be valid.",
        told_by: "The value after all variables are substituted; each is told with its file and line.",
        remedy: &[
            Step::say(
                "Set `DRY_RUN=true` and `TRADING_MODE=paper` in the compose file or the `.env` beside it.",
            ),
            Step::say(
                "For `--by-reference` and `--from-running`, write `restart: \"no\"` for what talks to the gateway, take \
                    ports of live trading out, and bring the stack up again with `docker compose up -d`.",
            ),
            Step::run("Ask again.", "openbell init --from-compose COMPOSE.yaml"),
        ],
        links: &[],
    },
];
