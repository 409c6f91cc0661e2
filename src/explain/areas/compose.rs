//! Compose files.

use crate::explain::{Area, Entry, Step};

pub(super) const AREA: Area = Area { title: "Compose files", about: ABOUT, entries: ENTRIES };

const ABOUT: &str = "Compose files are read as Compose reads them. What is refused here Compose refuses too, as a rule: \
    `docker compose config` is the second opinion.";

/// The second opinion.
const CONFIG: Step = Step::run("See what Compose says.", "docker compose -f COMPOSE.yaml config");

const ENTRIES: &[Entry] = &[
    Entry {
        code: "compose::invalid",
        meaning: "A compose file, or one that it includes, extends or is overridden by, is not one that Compose takes.",
        told_by: "Below it stands what is wrong, with its place.",
        remedy: &[Step::say("Look at the problem below it."), CONFIG],
        links: &[],
    },
    Entry {
        code: "compose::unreadable",
        meaning: "A compose file, or an env file it names, cannot be read.",
        told_by: "The system's own error is part of the message.",
        remedy: &[Step::say("Correct the path: it starts at the directory of the file that names it.")],
        links: &[],
    },
    Entry {
        code: "compose::too_large",
        meaning: "A file is larger than any that a person wrote.",
        told_by: "It has more than 4 MiB.",
        remedy: &[Step::say("Name the right file.")],
        links: &[],
    },
    Entry {
        code: "compose::too_many_files",
        meaning: "A project is made of more files than any that a person wrote.",
        told_by: "More than 500 files were read: includes, extended files and env files together.",
        remedy: &[Step::say("Look for a file that includes or extends itself on a detour.")],
        links: &[],
    },
    Entry {
        code: "compose::not_text",
        meaning: "A compose file or env file is not UTF-8 text.",
        told_by: "Its bytes are not UTF-8.",
        remedy: &[Step::say("Save it as UTF-8.")],
        links: &[],
    },
    Entry {
        code: "compose::syntax",
        meaning: "A compose file is not YAML, or its aliases blow it up.",
        told_by: "The place is where reading it ended.",
        remedy: &[Step::say("Look at indentation, quotes and brackets at and before the place."), CONFIG],
        links: &[],
    },
    Entry {
        code: "compose::mapping",
        meaning: "A mapping of a compose file cannot be one: a key stands twice, or is no text, or `<<` takes none.",
        told_by: "The key is the place that is shown.",
        remedy: &[Step::say("Keep one of the two keys."), CONFIG],
        links: &[],
    },
    Entry {
        code: "compose::wrong_value",
        meaning: "A value of a compose file has a form that Compose does not know at that place.",
        told_by: "The message says what is wanted there.",
        remedy: &[Step::say("Write it as the message says."), CONFIG],
        links: &["https://docs.docker.com/reference/compose-file/"],
    },
    Entry {
        code: "compose::interpolation",
        meaning: "`${` in a compose file is followed by something that is no variable.",
        told_by: "After `${` comes neither a name nor a name with `:-`, `-`, `:?`, `?`, `:+` or `+`.",
        remedy: &[Step::say("Write `$$` for a dollar that is meant as one, or correct the name.")],
        links: &["https://docs.docker.com/reference/compose-file/interpolation/"],
    },
    Entry {
        code: "compose::required_variable",
        meaning: "A compose file demands a variable (`${NAME:?…}`) that is not set.",
        told_by: "Neither the environment nor `.env` beside the compose file has it.",
        remedy: &[Step::say("Set it in the environment, or write it into `.env`.")],
        links: &["https://docs.docker.com/reference/compose-file/interpolation/"],
    },
    Entry {
        code: "compose::env_file",
        meaning: "A line of an env file is none that Compose takes.",
        told_by: "A name has a blank or another odd character in it, or a quote is not closed. The line is named; its \
            content is not shown, because it may be a secret.",
        remedy: &[Step::say("Write NAME=value; put a value with a `#` or a quote in it into single quotes.")],
        links: &[],
    },
    Entry {
        code: "compose::merge",
        meaning: "An override, an included file or `extends` has a key in another form than what it overrides, such \
            as a list over a mapping.",
        told_by: "The key is named with the path to it.",
        remedy: &[Step::say("Write both in the same form."), CONFIG],
        links: &["https://docs.docker.com/reference/compose-file/merge/"],
    },
    Entry {
        code: "compose::extends",
        meaning: "A service extends one that does not exist.",
        told_by: "The file that `extends` names, or this one, has no service of that name.",
        remedy: &[Step::say("Correct the name, or the file.")],
        links: &[],
    },
    Entry {
        code: "compose::extends_cycle",
        meaning: "Services extend each other in a circle.",
        told_by: "The circle is drawn in the message.",
        remedy: &[Step::say("Let one of them stand by itself.")],
        links: &[],
    },
    Entry {
        code: "compose::include_cycle",
        meaning: "A compose file includes itself, or one that includes it.",
        told_by: "A file on the way to the `include` that is shown is named there again.",
        remedy: &[Step::say("Leave one of the includes out.")],
        links: &[],
    },
    Entry {
        code: "compose::unknown_key",
        meaning: "A compose file has a key that Compose does not know there. Compose refuses the whole file because of it, \
            and a setting under a misspelled name would be missing.",
        told_by: "The key is not in the Compose specification, and does not begin with `x-`.",
        remedy: &[
            Step::say("Correct its spelling, move it to where it belongs, or take it out."),
            Step::say("Make sure that it is a compose file."),
            CONFIG,
        ],
        links: &["https://docs.docker.com/reference/compose-file/"],
    },
    Entry {
        code: "compose::no_services",
        meaning: "A compose file has no service, so there is nothing to make a playbook of.",
        told_by: "Neither it nor what it includes has anything under `services`.",
        remedy: &[Step::say("Name the file that has them.")],
        links: &[],
    },
    Entry {
        code: "compose::no_image",
        meaning: "A service has neither an image nor a build: no container can be made of it.",
        told_by: "`image` is missing or blank, and there is no `build`, after all files are merged.",
        remedy: &[
            Step::say("Give it one of the two."),
            Step::say(
                "A file that only overrides is read with the one it overrides: name that one, with the other beside it \
                    as `compose.override.yaml`.",
            ),
            CONFIG,
        ],
        links: &[],
    },
    Entry {
        code: "compose::undefined",
        meaning: "A service names a network, a secret, a config or another service that is defined nowhere.",
        told_by: "No section of the merged files has that name.",
        remedy: &[Step::say("Correct the name, or define it."), CONFIG],
        links: &[],
    },
    Entry {
        code: "compose::depends_cycle",
        meaning: "Services wait for each other in a circle, so none of them can be the first.",
        told_by: "The circle is drawn in the message: `depends_on`, links, and shared networks and volumes count.",
        remedy: &[Step::say("Let one of them start without the other."), CONFIG],
        links: &[],
    },
    Entry {
        code: "compose::env_file_missing",
        meaning: "An env file that a service needs is not there. What is in it would be missing in the playbook.",
        told_by: "The path, from the directory of the compose file, leads to no file, and it is not `required: false`.",
        remedy: &[
            Step::say("Make it; many projects have an example of it beside it."),
            Step::say("Or write `required: false` where the service can do without."),
        ],
        links: &["https://docs.docker.com/reference/compose-file/services/#env_file"],
    },
    Entry {
        code: "container::compose_only",
        meaning: "A container whose definition is a compose file's does not exist, and the file says something that \
            openbell cannot give a container it makes: devices, capabilities, several networks and the like.",
        told_by: "The playbook says `compose: {file, service}`, the engine has no container of that name, and the keys \
            are named.",
        remedy: &[
            Step::run("Let Compose make it once.", "docker compose -f COMPOSE.yaml up -d SERVICE"),
            Step::run("openbell adopts it then.", "openbell run PLAYBOOK"),
        ],
        links: &[],
    },
    Entry {
        code: "container::compose_name",
        meaning: "Compose runs the service already, as a container with another name than Compose gives it now. \
            Another one beside it would be a second gateway or a second bot.",
        told_by: "A container has the labels of the project and the service, and none has the name.",
        remedy: &[Step::run(
            "Run again: at its start a run looks up what Compose's containers are called.",
            "openbell run PLAYBOOK",
        )],
        links: &[],
    },
    Entry {
        code: "playbook::beside_compose",
        meaning: "A container names a service of a compose file and says itself what the compose file says.",
        told_by: "Beside `compose` stands another key than `hold_until`, `held` or `stop_grace`.",
        remedy: &[Step::say("Leave it out: a stack has one definition. Change the compose file instead.")],
        links: &[],
    },
    Entry {
        code: "playbook::compose_file",
        meaning: "The compose file that a container names cannot be read.",
        told_by: "The file is missing, or Compose would refuse it; the reason is part of the message.",
        remedy: &[Step::say("Correct `compose.file`: it is relative to the playbook."), CONFIG],
        links: &[],
    },
    Entry {
        code: "playbook::compose_service",
        meaning: "A container names a service that its compose file does not have.",
        told_by: "The services of the file are listed.",
        remedy: &[Step::say("Correct `compose.service`.")],
        links: &[],
    },
];
