//! What a playbook means.

use crate::explain::{Area, Entry, Step};

pub(super) const AREA: Area = Area { title: "Playbook: what it means", about: ABOUT, entries: ENTRIES };

const ABOUT: &str = "The form of the playbook is right and its meaning is not. Every problem is told with its place \
    in the file, all at once; nothing was started (exit code 3).";

const ENTRIES: &[Entry] = &[
    Entry {
        code: "playbook::name",
        meaning: "The name of the playbook cannot be used: it becomes the name of the stack and its network.",
        told_by: "The value of `name` has something else than lower-case letters, digits, `-` and `_`, or begins \
            with `-` or `_`.",
        remedy: &[Step::say("Write a short name, such as `paper`.")],
        links: &[],
    },
    Entry {
        code: "playbook::no_time",
        meaning: "A span of time is too short to do anything in: zero, or shorter than what it has to hold.",
        told_by: "`within`, `timeout` or `limit` is zero; or `within` of a `stable` step is not longer than its \
            `for`; or `every` is below 100 ms.",
        remedy: &[
            Step::say("Write a span with its unit, such as `60s` or `5m`."),
            Step::say("For `stable`, leave `within` out."),
        ],
        links: &[],
    },
    Entry {
        code: "playbook::journal",
        meaning: "What is kept of the journal is too little to be of use, or more than anybody can want.",
        told_by: "`journal.keep` is not between 1d and 3650d, or `journal.at_most` not between 1MB and 10GB.",
        remedy: &[Step::say("Leave it out: 90 days are kept, and no more than 32 MB.")],
        links: &[],
    },
    Entry {
        code: "playbook::window",
        meaning: "A window under `maintenance.windows` cannot be: it would never begin or never be over, or its name \
            is none.",
        told_by: "`until` is the same time as `from`; or `until` names a day and `days` is missing; or it lasts a whole \
            week; or `days` is empty or names a day twice; or the name is empty, longer than 60 characters or has line \
            breaks.",
        remedy: &[
            Step::say(
                "Write a window as `{ name: upgrade, zone: Europe/Zurich, from: \"23:00\", until: \"01:00\" }`.",
            ),
            Step::say(
                "For one over several midnights write both days: `days: [fri]` and `until: \"sun 02:00\"`.",
            ),
            Step::run("See when it is.", "openbell calendar PLAYBOOK"),
        ],
        links: &[],
    },
    Entry {
        code: "playbook::zone",
        meaning: "The zone of a window is not known, or is an abbreviation such as `EST`. An abbreviation says an \
            offset, and not whose summer time counts.",
        told_by: "The name is neither in the system's time zone database nor in that of the program. What was probably \
            meant is named.",
        remedy: &[Step::say(
            "Name a place, such as `America/New_York`, `Europe/Zurich` or `Asia/Hong_Kong`.",
        )],
        links: &["https://en.wikipedia.org/wiki/List_of_tz_database_time_zones"],
    },
    Entry {
        code: "playbook::no_container",
        meaning: "A step or a rule names a container that the playbook does not declare.",
        told_by: "The name is not among the keys under `containers`; those are listed in the message.",
        remedy: &[
            Step::say("Correct the spelling: it is the key under `containers`, not the `container_name`."),
            Step::say("Or declare the container."),
        ],
        links: &[],
    },
    Entry {
        code: "playbook::no_steps",
        meaning: "The playbook has no step, so there is nothing to carry out.",
        told_by: "`steps` is an empty list.",
        remedy: &[Step::say("Begin with `- { id: engine, do: { engine: {} } }`.")],
        links: &[],
    },
    Entry {
        code: "playbook::duplicate_id",
        meaning: "Two steps have the same id. Reports and `hold_until` name steps by it.",
        told_by: "The second of the two is the place that is shown.",
        remedy: &[Step::say("Give each step an id of its own.")],
        links: &[],
    },
    Entry {
        code: "playbook::no_network",
        meaning: "A container is started before the network is made that it belongs to.",
        told_by: "No `network` step stands before the `start`, or the `start` has `needs` and does not wait for it.",
        remedy: &[Step::say("Put `- { id: network, do: { network: {} } }` before it.")],
        links: &[],
    },
    Entry {
        code: "playbook::hold_until",
        meaning: "A container is held until a step that does not come before its start, so it could never start.",
        told_by: "A name under `hold_until` is not `safety` and no id of a step that the container's `start` waits for, by \
            its place in the file or by its `needs`.",
        remedy: &[Step::say("Name the id of a step that the container's `start` waits for, or `safety`.")],
        links: &[],
    },
    Entry {
        code: "playbook::no_strategy",
        meaning: "A step checks the strategy, and the playbook does not say which one is right.",
        told_by: "A `strategy` step, and no `strategy` section.",
        remedy: &[Step::say(
            "Add `strategy: { default: C, evidence: { container: bot, log: 'Strategy (\\w+) active' } }`.",
        )],
        links: &[],
    },
    Entry {
        code: "playbook::no_command",
        meaning: "An `exec` step has an empty command.",
        told_by: "`command` is `[]`.",
        remedy: &[Step::say("Write the command as a list, such as `[\"/openbell\", \"--version\"]`.")],
        links: &[],
    },
    Entry {
        code: "playbook::no_expectation",
        meaning: "An `env` step expects nothing, so it would always pass.",
        told_by: "Neither `expect` in the step nor an entry for the container under `safety.env`.",
        remedy: &[Step::say(
            "Add `expect: { DRY_RUN: \"true\" }` to the step, or name the container under `safety.env`.",
        )],
        links: &[],
    },
    Entry {
        code: "playbook::no_image",
        meaning: "A container has neither an image nor a build, so there is nothing to make it from.",
        told_by: "Both `image` and `build` are missing under its name.",
        remedy: &[Step::say("Name its `image`, or say how to `build` it.")],
        links: &[],
    },
    Entry {
        code: "playbook::container_name",
        meaning: "The name of a container cannot be used, or two containers have the same one.",
        told_by: "The key has something else than letters, digits, `_`, `.` and `-`, or the same `container_name` \
            stands twice.",
        remedy: &[Step::say(
            "Use letters, digits, `-`, `_` and `.`, beginning with a letter or a digit; give each its own.",
        )],
        links: &[],
    },
    Entry {
        code: "playbook::port_clash",
        meaning: "Two containers publish the same port of this machine. Only one of them could start.",
        told_by: "The same host port stands in the `ports` of two containers, or twice in one. A port that something \
            outside of the playbook has is found when the container starts: `docker::port_taken`.",
        remedy: &[Step::say("Publish one of them at another host port, such as `127.0.0.1:4012:4004`.")],
        links: &[],
    },
    Entry {
        code: "playbook::volume",
        meaning: "The source of a volume is neither a path nor a name.",
        told_by: "It has a slash, and begins neither with `/` nor with `.`.",
        remedy: &[Step::say("For a path relative to the playbook, write `./` before it.")],
        links: &[],
    },
    Entry {
        code: "playbook::path",
        meaning: "A path inside a container is not absolute.",
        told_by: "A `path` under `safety.absent` or `strategy.evidence` does not begin with `/`.",
        remedy: &[Step::say("Write it whole, such as `/data/gameplan.json`.")],
        links: &[],
    },
    Entry {
        code: "playbook::evidence",
        meaning: "What is to prove the strategy could not prove it.",
        told_by: "`strategy.evidence` has more than one of `log`, `http` and `file`, or a file that is read in two \
            ways or in none; a field is no JSON pointer; or the URL is not one at a port that the bot's container \
            publishes, so that anybody could answer there.",
        remedy: &[
            Step::say("Write one of `log`, `http` and `file`; for a file, `field` or `pattern`."),
            Step::say(
                "Publish the port of the bot's endpoint under `containers`, and write it into the URL.",
            ),
        ],
        links: &["https://www.rfc-editor.org/rfc/rfc6901"],
    },
    Entry {
        code: "playbook::pattern",
        meaning: "The pattern that finds the strategy in the bot's log or file cannot be used.",
        told_by: "`strategy.evidence.log`, or `pattern` of its `file`, is no regular expression, or has not exactly \
            one pair of parentheses.",
        remedy: &[Step::say(
            "Put the strategy's name into one pair of parentheses: `'Strategy (\\w+) active'`.",
        )],
        links: &["https://docs.rs/regex/latest/regex/#syntax"],
    },
    Entry {
        code: "playbook::published_elsewhere",
        meaning: "The address is a port of this machine that no container publishes, and a container publishes the \
            TWS API at another one: the run would wait for a gateway where none will be.",
        told_by: "`connection.address` is on this machine; a container publishes 4001 to 4004 or 7496 to 7499, the \
            ports of the API in it, and none publishes the port of the address.",
        remedy: &[Step::say(
            "Write the published port into `connection.address`, or publish the one that stands there.",
        )],
        links: &[],
    },
    Entry {
        code: "playbook::address",
        meaning: "The gateway's address is not `host:port`.",
        told_by: "The value of `connection.address` has no host, no port, or port 0.",
        remedy: &[Step::say("Write host and port, such as `127.0.0.1:4002`.")],
        links: &[],
    },
    Entry {
        code: "playbook::client_id",
        meaning: "A client id of the playbook cannot be used.",
        told_by: "The list is empty, an id is negative or stands twice, or it lies in 9000 to 9099, which are \
            openbell's own.",
        remedy: &[Step::say("Declare positive ids outside of 9000 to 9099, such as `[100, 101, 102]`.")],
        links: &[],
    },
    Entry {
        code: "playbook::client_id_lent",
        meaning: "openbell would use a client id that the ledger gives to somebody else, and keep it out meanwhile. It is \
            told and nothing is refused for it.",
        told_by: "A number under `connection.client_id` stands under `client_ids` with another owner than openbell.",
        remedy: &[Step::say(
            "Give openbell ids of its own: `connection.client_id: [101, 102]`, and `client_ids: { bot: 100 }`.",
        )],
        links: &[],
    },
    Entry {
        code: "playbook::client_id_clash",
        meaning: "One client id has two owners. The gateway would admit only one of them.",
        told_by: "The same number stands twice under `client_ids`; or a variable such as `IBKR_CLIENT_ID` gives a \
            container an id that `client_ids` gives to another, or that another container is given too.",
        remedy: &[Step::say("Give each owner its own id.")],
        links: &[],
    },
];
