//! The rewriting of older playbooks.

use crate::explain::{Area, Entry, Step};

pub(super) const AREA: Area = Area { title: "Playbook: older versions", about: ABOUT, entries: ENTRIES };

const ABOUT: &str = "Why `openbell migrate` does not rewrite a playbook.";

const ENTRIES: &[Entry] = &[
    Entry {
        code: "migrate::no_version",
        meaning: "The file does not say which version of the format it is, so nothing can be rewritten.",
        told_by: "`version` is missing, or is no whole number.",
        remedy: &[Step::run("Begin it with `version: 1`, then check it.", "openbell validate PLAYBOOK")],
        links: &[],
    },
    Entry {
        code: "migrate::newer",
        meaning: "The playbook is of a version that came after this program.",
        told_by: "`version` is above the newest that this program knows. `openbell validate` refuses it as \
            well.",
        remedy: &[Step::say("Update openbell. A playbook is never rewritten to an older version.")],
        links: &[],
    },
    Entry {
        code: "migrate::no_way",
        meaning: "The playbook is of a version from which no way leads to the newest.",
        told_by: "No step of the rewriting begins with this version.",
        remedy: &[
            Step::say("Correct `version` if it is a slip."),
            Step::run("Else write the playbook anew.", "openbell init NEW_PLAYBOOK"),
        ],
        links: &[],
    },
    Entry {
        code: "migrate::unproven",
        meaning: "The playbook cannot be rewritten by itself. Nothing was written.",
        told_by: "The rewritten text would not mean exactly what it must, or a comment would be lost; the \
            message says which.",
        remedy: &[
            Step::say("Make the change that the help names by hand, raise `version`, then check."),
            Step::run("Check it.", "openbell validate PLAYBOOK"),
        ],
        links: &[],
    },
];
