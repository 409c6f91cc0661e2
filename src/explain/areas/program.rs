//! What goes wrong with openbell itself.

use crate::explain::{Area, Entry, Step};

pub(super) const AREA: Area = Area { title: "The program itself", about: ABOUT, entries: ENTRIES };

const ABOUT: &str =
    "Everything that can go wrong around openbell has a code of its own. This is for what should not.";

const ENTRIES: &[Entry] = &[Entry {
    code: "program::crashed",
    meaning: "openbell met something that nobody thought of, and ended (exit code 101). That is a bug. What it had \
        started runs on, as after a kill: no bot that it started runs without a proof of its safe state.",
    told_by: "Two lines on stderr: the version, and the place in the source. The message is not shown, because it may \
        hold a secret, and neither is a backtrace.",
    remedy: &[
        Step::run("See what runs.", "docker ps"),
        Step::run("Run again: what is as declared stays as it is.", "openbell run PLAYBOOK"),
        Step::say("Report the first line, and what you did."),
    ],
    links: &[],
}];
