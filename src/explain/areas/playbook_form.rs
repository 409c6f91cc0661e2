//! The form of a playbook.

use crate::explain::{Area, Entry, Step};

pub(super) const AREA: Area = Area { title: "Playbook: its form", about: ABOUT, entries: ENTRIES };

const ABOUT: &str = "The file itself: text, YAML, keys and types. Told with the place in the file; nothing was \
    started (exit code 3).";

const ENTRIES: &[Entry] = &[
    Entry {
        code: "playbook::invalid",
        meaning: "The playbook has problems. They are listed below it, each with a code and a place of its own; \
            nothing was started.",
        told_by: "It is the heading over all problems of one file. At most 50 of them are told.",
        remedy: &[
            Step::run("Look up the codes of the problems.", "openbell explain CODE"),
            Step::run("Correct them all, then check again.", "openbell validate PLAYBOOK"),
        ],
        links: &[],
    },
    Entry {
        code: "playbook::unreadable",
        meaning: "The file of the playbook cannot be read.",
        told_by: "The system's words are in the message: it is not there (ENOENT, 2), may not be read (EACCES, 13), \
            or is a directory.",
        remedy: &[
            Step::run("See what is there.", "ls -l FILE"),
            Step::say("Name a playbook file, such as `playbooks/rehearsal.yaml`."),
        ],
        links: &[],
    },
    Entry {
        code: "playbook::too_large",
        meaning: "The file is larger than 4 MiB. No person writes a playbook of that size, so it is not read.",
        told_by: "The length of the file, before anything of it is looked at.",
        remedy: &[Step::run("Check whether it is the right file.", "ls -l FILE")],
        links: &[],
    },
    Entry {
        code: "playbook::not_text",
        meaning: "The file is not UTF-8 text.",
        told_by: "The first byte that is not is named. Files that Windows tools write as UTF-16 are the usual ones.",
        remedy: &[
            Step::run("See what it is.", "file FILE"),
            Step::run("Save it as UTF-8.", "iconv -f UTF-16 -t UTF-8 FILE > NEW_FILE"),
        ],
        links: &[],
    },
    Entry {
        code: "playbook::empty",
        meaning: "The file is empty, or holds nothing but blanks.",
        told_by: "Told apart from a file that is not there, which is `playbook::unreadable`.",
        remedy: &[Step::say("Begin with `playbooks/rehearsal.yaml`.")],
        links: &[],
    },
    Entry {
        code: "playbook::syntax",
        meaning: "The text is not YAML, so nothing in it was read.",
        told_by: "The place where reading stopped is shown; the cause can stand a line before it. It is about form \
            alone: a wrong word or value in good YAML has another code.",
        remedy: &[
            Step::say(
                "Look for a quote or a bracket that is not closed, and for a tab or uneven blanks at the \
                beginning of a line.",
            ),
            Step::say("Put texts with `: `, `#` or a leading `*` into quotes, such as `\"DU*\"`."),
        ],
        links: &[],
    },
    Entry {
        code: "playbook::documents",
        meaning: "The file holds several YAML documents, and a playbook is one.",
        told_by: "A second `---` stands in the file.",
        remedy: &[Step::say("Keep one document, and remove the second `---`.")],
        links: &[],
    },
    Entry {
        code: "playbook::duplicate_key",
        meaning: "A key stands twice in one mapping. Most readers of YAML take the last one in silence; here it is \
            an error.",
        told_by: "The second place is shown, and the line of the first is named.",
        remedy: &[Step::say("Keep one of the two.")],
        links: &[],
    },
    Entry {
        code: "playbook::merge",
        meaning: "A merge key (`<<`) cannot be resolved.",
        told_by: "What follows `<<` is no mapping, or no list of mappings.",
        remedy: &[Step::say(
            "Let `<<` take an anchor of a mapping, such as `<<: *defaults`, or write the keys out.",
        )],
        links: &[],
    },
    Entry {
        code: "playbook::unknown_key",
        meaning: "A key, or a word out of a fixed list, is not known here. Unknown keys are errors, so that a typo \
            cannot pass for a setting.",
        told_by: "The valid ones are listed, and the nearest is named.",
        remedy: &[
            Step::say("Take the suggestion, or one of the list."),
            Step::run("See the whole format.", "openbell schema playbook"),
        ],
        links: &[],
    },
    Entry {
        code: "playbook::missing_key",
        meaning: "A key that has to be there is missing.",
        told_by: "The mapping that lacks it is shown.",
        remedy: &[Step::say("Add it."), Step::run("See the whole format.", "openbell schema playbook")],
        links: &[],
    },
    Entry {
        code: "playbook::wrong_value",
        meaning: "A value has the wrong type or form, or the published schema refuses it.",
        told_by: "The value is shown in its place. Usual ones: a number where a text belongs, a span of time without \
            its unit, `yes` without quotes, a version that this openbell does not read.",
        remedy: &[
            Step::say("Put numbers that are texts into quotes: `DRY_RUN: \"true\"`."),
            Step::say("Write spans with their unit: `90s`, `5m`."),
            Step::run("See what is valid.", "openbell schema playbook"),
        ],
        links: &[],
    },
    Entry {
        code: "playbook::one_kind",
        meaning: "A step does exactly one thing, and this one says none, or several.",
        told_by: "`do` of the step is not a mapping with one single key.",
        remedy: &[Step::run(
            "Write one kind of step under `do`, and split the step if it does two things.",
            "openbell schema playbook",
        )],
        links: &[],
    },
];
