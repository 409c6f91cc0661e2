//! A playbook as a service of the system.

use crate::explain::{Area, Entry, Step};

pub(super) const AREA: Area = Area { title: "Service", about: ABOUT, entries: ENTRIES };

const ABOUT: &str = "`openbell service` has the system start a playbook and keep it running. With any of these nothing \
    was changed, unless it says otherwise.";

const ENTRIES: &[Entry] = &[
    Entry {
        code: "service::no_name",
        meaning: "The service is named after its playbook, and the playbook that was given does not say a name any more.",
        told_by: "The file is gone, is no YAML, or has no `name` of lower-case letters, digits, - and _.",
        remedy: &[
            Step::run("Name the service yourself.", "openbell service uninstall --name NAME"),
            Step::run("See which there are.", "systemctl list-units --all 'openbell-*'"),
        ],
        links: &[],
    },
    Entry {
        code: "service::no_systemd",
        meaning: "This Linux machine was not started by systemd, so there is nobody to keep a service.",
        told_by: "The directory `/run/systemd/system` is missing, as in most containers.",
        remedy: &[
            Step::say("In a container, let the engine restart it: `restart: unless-stopped`."),
            Step::run(
                "Look at the text for another system.",
                "openbell service print PLAYBOOK --for launchd",
            ),
        ],
        links: &[],
    },
    Entry {
        code: "service::no_tool",
        meaning: "The program that keeps the services of this system cannot be found.",
        told_by: "`systemctl`, `schtasks` or `launchctl` is not in PATH.",
        remedy: &[Step::say("It belongs to the system; look into PATH, which cron and containers shorten.")],
        links: &[],
    },
    Entry {
        code: "service::not_root",
        meaning: "A service of the whole machine is root's to install and to remove.",
        told_by: "The process is not root's, and there is something to change.",
        remedy: &[
            Step::run("As root.", "sudo openbell service install PLAYBOOK"),
            Step::run(
                "Or a service of yours, with a rootless engine.",
                "openbell service install PLAYBOOK --user",
            ),
        ],
        links: &[],
    },
    Entry {
        code: "service::command",
        meaning: "The program that keeps services refused a step. What was done before it stays done, and is found the \
            next time.",
        told_by: "The command and what it said are shown.",
        remedy: &[Step::say("Mend what it says, and give the same command again.")],
        links: &[],
    },
    Entry {
        code: "service::changed_by_hand",
        meaning: "Somebody changed the service's text since openbell wrote it; writing it anew would lose that.",
        told_by: "The text holds a sum of itself, and that does not fit any more.",
        remedy: &[
            Step::run("See what openbell would write.", "openbell service print PLAYBOOK"),
            Step::run("Keep your own settings beside it.", "systemctl edit openbell-NAME"),
            Step::run("Then have it written anew.", "openbell service install PLAYBOOK --force"),
        ],
        links: &["https://www.freedesktop.org/software/systemd/man/latest/systemctl.html"],
    },
    Entry {
        code: "service::not_ours",
        meaning: "A file with the name of the service is there, and openbell did not write it. `--force` does not go past \
            it.",
        told_by: "The text has no sum as openbell writes it.",
        remedy: &[Step::say("Look at it, and move it away; or give the playbook another `name`.")],
        links: &[],
    },
    Entry {
        code: "service::name_taken",
        meaning: "Services are named after playbooks, and one of another playbook with the same name is installed.",
        told_by: "The installed text names the playbook that it is for.",
        remedy: &[
            Step::say("Give one of the two another `name`."),
            Step::run(
                "When it is the same playbook in a new place.",
                "openbell service install PLAYBOOK --force",
            ),
        ],
        links: &[],
    },
    Entry {
        code: "service::unwritable",
        meaning: "A file or directory of the service could not be written or removed.",
        told_by: "The system refused; what it said is below.",
        remedy: &[Step::say(
            "See who may write there, and whether the disk has room or is mounted read-only.",
        )],
        links: &[],
    },
    Entry {
        code: "service::no_user",
        meaning: "The user that the service is to run as is not known to this machine, so systemd could not start it.",
        told_by: "`id` does not know the name that `--run-as` gives.",
        remedy: &[
            Step::run("See who is there.", "getent passwd"),
            Step::run("Make one for it.", "sudo useradd --system --groups docker openbell"),
        ],
        links: &[],
    },
    Entry {
        code: "service::no_engine_rights",
        meaning: "The user that the service is to run as cannot open the engine's socket: every start would fail.",
        told_by: "The socket is neither the user's nor everybody's, and the user is not in its group.",
        remedy: &[
            Step::run("Put the user into the group.", "sudo usermod --append --groups docker USER"),
            Step::say("Who may talk to a Docker engine can become root by it: this is no less than root."),
        ],
        links: &[],
    },
    Entry {
        code: "service::path",
        meaning: "A path cannot be written into the text of a service so that the system would read it back.",
        told_by: "A control character, a blank at an end, a name that is not UTF-8; for systemd a backslash at the end, or \
            quotes in the program's path; for Windows a pair of percent signs.",
        remedy: &[Step::say(
            "Give the file or directory a plainer name; for the program, name a link to it with `--program`.",
        )],
        links: &[],
    },
    Entry {
        code: "service::temporary",
        meaning: "The playbook or the program lies where nothing survives a restart of the machine, and where the service \
            would not see it.",
        told_by: "The path, links followed, is below `/tmp`, `/var/tmp`, `/run` or `/dev/shm`.",
        remedy: &[
            Step::run("Put the program where it stays.", "sudo install openbell /usr/local/bin/openbell"),
            Step::say("Put the playbook and what it reads under a directory such as `/etc/openbell`."),
        ],
        links: &[],
    },
    Entry {
        code: "service::unreadable",
        meaning: "A file that the service needs cannot be read now, so it could not be at the start of the machine.",
        told_by: "Opening it fails; what the system said is below.",
        remedy: &[Step::say("Correct the path, or make the file.")],
        links: &[],
    },
    Entry {
        code: "service::credential",
        meaning: "The playbook writes `{credential: NAME}`, and nothing says from which file systemd is to take it.",
        told_by: "No `--credential` has that name.",
        remedy: &[
            Step::run(
                "Say where it is.",
                "openbell service install PLAYBOOK --credential NAME=/etc/openbell/NAME",
            ),
            Step::run(
                "To keep it encrypted, make a `.cred` file first.",
                "systemd-creds encrypt --name=NAME PLAINTEXT /etc/openbell/NAME.cred",
            ),
        ],
        links: &["https://systemd.io/CREDENTIALS/"],
    },
    Entry {
        code: "service::credential_unknown",
        meaning: "A credential was given that the playbook does not name: it would lie readable beside a program that has \
            no use for it.",
        told_by: "No container has `{credential: NAME}` with that name.",
        remedy: &[Step::say("Correct the spelling, or leave `--credential` out.")],
        links: &[],
    },
    Entry {
        code: "service::credential_systemd",
        meaning: "Credentials are handed over by systemd, and this service is for a system without it.",
        told_by: "The playbook writes `{credential: NAME}`, and the text is for Windows or macOS.",
        remedy: &[Step::say(
            "Keep the secret in a file that only its owner can read, and write `{file: path}`.",
        )],
        links: &[],
    },
    Entry {
        code: "service::secret_place",
        meaning: "The playbook takes a secret from a place that exists for a command by hand or in a container, not for a \
            service.",
        told_by: "`{env: NAME}` or `{docker_secret: NAME}` in the playbook.",
        remedy: &[Step::say(
            "Write `{credential: NAME}` and install with `--credential NAME=PATH`; or write `{file: path}`.",
        )],
        links: &["https://systemd.io/CREDENTIALS/"],
    },
    Entry {
        code: "service::secret_variable",
        meaning: "Options of the service stand in its text, which everybody on the machine can read; a variable whose name \
            speaks of a secret does not belong there.",
        told_by: "`--var NAME=…` with a name such as TWS_PASSWORD.",
        remedy: &[
            Step::say("Write the line into a file with mode 0600 and give that with `--env-file`."),
            Step::say("Better: let the playbook take the secret by reference."),
        ],
        links: &[],
    },
    Entry {
        code: "service::no_home",
        meaning: "A service of yours lies under your home directory, and where that is was not said.",
        told_by: "`HOME` is not set, or is no absolute path.",
        remedy: &[Step::say(
            "Run it from a session of your own, not from cron or with an empty environment.",
        )],
        links: &[],
    },
    Entry {
        code: "service::reports",
        meaning: "The service has written reports, and you may not read them: they speak of accounts.",
        told_by: "The directory of the reports refuses; the state of the service was told all the same.",
        remedy: &[Step::run("As root.", "sudo openbell service status PLAYBOOK")],
        links: &[],
    },
];
