//! Secrets by reference.

use crate::explain::{Area, Entry, Step};

pub(super) const AREA: Area = Area { title: "Secrets", about: ABOUT, entries: ENTRIES };

const ABOUT: &str = "A secret is named in the playbook and kept elsewhere. It is read when its container is started; \
    its value is in no report, event or message.";

const ENTRIES: &[Entry] = &[
    Entry {
        code: "secret::env",
        meaning: "A secret is to come from a variable of openbell's own environment, and there is none.",
        told_by: "`{env: NAME}`, and the variable is not set or empty. Variables of the playbook (`vars`, env files) do \
            not count: they are no place for a secret.",
        remedy: &[
            Step::run("Run openbell with it.", "NAME=\"$(cat secrets/NAME)\" openbell run PLAYBOOK"),
            Step::say("Or keep it in a file and write `{file: ../secrets/NAME}`."),
        ],
        links: &[],
    },
    Entry {
        code: "secret::no_credentials",
        meaning: "A secret is to be a systemd credential, and openbell was not started by a unit that has any.",
        told_by: "`{credential: NAME}`, and `$CREDENTIALS_DIRECTORY` is not set.",
        remedy: &[
            Step::say("Add `LoadCredential=NAME:/etc/openbell/NAME` to the unit that runs openbell."),
            Step::run(
                "To try it by hand, let systemd run it.",
                "systemd-run --pipe -p LoadCredential=NAME:/etc/openbell/NAME openbell run PLAYBOOK",
            ),
        ],
        links: &["https://systemd.io/CREDENTIALS/"],
    },
    Entry {
        code: "secret::credential",
        meaning: "openbell was started with credentials, and the one that the playbook names is not among them, or not \
            readable.",
        told_by: "No readable file of that name in `$CREDENTIALS_DIRECTORY`; the directory and the system's words are \
            shown.",
        remedy: &[
            Step::run("See what the unit loads.", "systemctl show -p LoadCredential openbell"),
            Step::say("Compare the name: it stands before the colon of `LoadCredential=`."),
        ],
        links: &["https://systemd.io/CREDENTIALS/"],
    },
    Entry {
        code: "secret::docker_secret",
        meaning: "A secret is to be one that Docker gave to openbell's own container, and it is not there.",
        told_by: "No readable file of that name in `/run/secrets`. Outside of a container there is none.",
        remedy: &[
            Step::say(
                "Name it under `secrets` of the service that runs openbell, and at the top of that compose file.",
            ),
            Step::say("Outside of a container use `{file: path}`."),
        ],
        links: &["https://docs.docker.com/compose/how-tos/use-secrets/"],
    },
    Entry {
        code: "playbook::secret_name",
        meaning: "A reference to a secret names nothing that could be one.",
        told_by: "The name is empty, or it is a path: credentials and Docker secrets have names alone.",
        remedy: &[Step::say(
            "Write its name, such as `{credential: tws_password}`; for a path `{file: path}`.",
        )],
        links: &[],
    },
    Entry {
        code: "secret::open_file",
        meaning: "Others than its owner can read a file that holds a secret. It is told and nothing is refused for it.",
        told_by: "The mode of the file has a right for group or others.",
        remedy: &[Step::run("Take those rights away.", "chmod 600 FILE")],
        links: &[],
    },
    Entry {
        code: "playbook::readable_directory",
        meaning: "Others on this machine can look into the playbook's directory, and secrets are kept there. It is told and \
            nothing is refused for it.",
        told_by: "The mode of the directory, links followed, has the right to read or to enter for others, and a secret file \
            that the playbook names is in it, or below it where others can look as well, or a file named `.env` or \
            `….env`. Of a directory without any of them nothing is said: every checkout of a repository would be told of.",
        remedy: &[
            Step::run("Take the rights of others away.", "chmod 700 DIRECTORY"),
            Step::say("Or keep the secrets in a directory of their own that has this mode."),
        ],
        links: &[],
    },
    Entry {
        code: "playbook::open_directory",
        meaning: "Everybody on this machine can write to the playbook's directory, and so decide what runs. It is told and \
            nothing is refused for it.",
        told_by: "The mode of the directory, links followed, has the right to write for others.",
        remedy: &[Step::run("Take that right away.", "chmod o-w DIRECTORY")],
        links: &[],
    },
];
