//! IBC's command port.

use crate::explain::{Area, Entry, Step};

pub(super) const AREA: Area = Area { title: "IBC's command port", about: ABOUT, entries: ENTRIES };

const ABOUT: &str = "IBC, which operates the gateway's windows in the usual image, takes commands such as RESTART \
    at a port of its own, 7462 by custom. It is off unless somebody turns it on.";

const ENTRIES: &[Entry] = &[
    Entry {
        code: "ibc::refused",
        meaning: "Nothing listens at IBC's command port. The gateway can then not be restarted through IBC.",
        told_by: "ECONNREFUSED at the command port. IBC's log says \"CommandServer is not started because the port \
            is not configured\": `CommandServerPort=0` is the default of IBC and of the usual image.",
        remedy: &[
            Step::run("See what IBC says.", "docker logs GATEWAY 2>&1 | grep CommandServer"),
            Step::say(
                "To turn it on, set `CommandServerPort=7462` in IBC's config.ini. The usual image takes a file \
                of yours with `CUSTOM_CONFIG: \"yes\"`.",
            ),
            Step::run(
                "Without it, restart the container; a second factor may be asked for.",
                "docker restart -t 90 GATEWAY",
            ),
        ],
        links: &[
            "https://github.com/IbcAlpha/IBC/blob/master/userguide.md",
            "https://github.com/IbcAlpha/IBC/blob/master/resources/config.ini",
        ],
    },
    Entry {
        code: "ibc::no_answer",
        meaning: "IBC's command port accepted the connection and gave no answer to the command.",
        told_by: "Connected, the command was sent, and no line that begins with `OK` or `ERROR` came; or the \
            connection was closed at once. \"CommandServer denied access to:\" in the log says why: the address is \
            not in `ControlFrom`.",
        remedy: &[
            Step::run("Read IBC's side.", "docker logs --since 5m GATEWAY 2>&1 | grep CommandServer"),
            Step::run(
                "Send the command from inside the container: its own address is always permitted.",
                "docker exec GATEWAY bash -c 'exec 3<>/dev/tcp/127.0.0.1/7462; echo RESTART >&3; head -1 <&3'",
            ),
            Step::say("Or add the sender's address to `ControlFrom` in IBC's config.ini."),
        ],
        links: &["https://github.com/IbcAlpha/IBC/blob/master/resources/config.ini"],
    },
    Entry {
        code: "ibc::rejected",
        meaning: "IBC understood the connection and refused the command.",
        told_by: "The answer is a line that begins with `ERROR`, such as \"ERROR Command invalid\". Its words are \
            shown as evidence.",
        remedy: &[
            Step::run(
                "Read the words, and the line of IBC's log beside them.",
                "docker logs --since 5m GATEWAY 2>&1 | grep CommandServer",
            ),
            Step::run(
                "An invalid command points to an old IBC: use a newer image.",
                "docker pull ghcr.io/gnzsnz/ib-gateway:stable",
            ),
            Step::run("Until then restart the container.", "docker restart -t 90 GATEWAY"),
        ],
        links: &["https://github.com/IbcAlpha/IBC/blob/master/userguide.md"],
    },
];
