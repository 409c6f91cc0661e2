//! Changes of a playbook.

use crate::explain::{Area, Entry, Step};

pub(super) const AREA: Area = Area { title: "Changing a playbook", about: ABOUT, entries: ENTRIES };

const ABOUT: &str = "What `get`, `set`, `unset`, `edit`, `undo` and `audit` have to say. Whatever the code: nothing was \
    written, the playbook is as it was.";

const ENTRIES: &[Entry] = &[
    Entry {
        code: "edit::path",
        meaning: "The path is not written as paths are.",
        told_by: "A key is missing between two dots, a quote or a bracket is not closed, or between brackets stands \
            something else than an index or `+`.",
        remedy: &[
            Step::say(
                "Write keys with dots, items of a list by their `id` or with an index in brackets: \
                `connection.timeout`, `steps.api.within`, `connection.client_id[0]`.",
            ),
            Step::say(
                "Put a key with a dot in quotes, or write a JSON pointer, such as `/connection/timeout`.",
            ),
        ],
        links: &["https://www.rfc-editor.org/rfc/rfc6901"],
    },
    Entry {
        code: "edit::not_there",
        meaning: "The path leads to nothing, and no default stands in for it.",
        told_by: "The nearest parent that exists is named, with what is in it.",
        remedy: &[
            Step::say("Correct the spelling; what was probably meant is suggested."),
            Step::run("See what is there.", "openbell get PLAYBOOK connection"),
        ],
        links: &[],
    },
    Entry {
        code: "edit::elsewhere",
        meaning: "What the path leads to stands in a file that the playbook includes.",
        told_by: "The path leads to nothing in the playbook itself, and to something in a file under `include`.",
        remedy: &[Step::say("Name that file instead: an edit goes to one file only.")],
        links: &[],
    },
    Entry {
        code: "edit::value",
        meaning: "The value is not YAML, or uses anchors, aliases, comments or merge keys.",
        told_by: "The YAML parser refuses it, and a text is not what is wanted there.",
        remedy: &[
            Step::say("Quote it for the shell and for YAML: `'\"@x\"'`."),
            Step::run(
                "Lists are written in brackets.",
                "openbell set PLAYBOOK connection.client_id='[100,101]'",
            ),
        ],
        links: &[],
    },
    Entry {
        code: "edit::shared",
        meaning: "The value is shared through an anchor, an alias or a merge key: a change would reach other places.",
        told_by: "Changed by itself, the file would not mean what was asked for. The places that share are named.",
        remedy: &[Step::run("Change it where all who use it are seen.", "openbell edit PLAYBOOK")],
        links: &[],
    },
    Entry {
        code: "edit::by_hand",
        meaning: "The change cannot be made without losing a comment or changing another value.",
        told_by: "The changed text was read again: it does not mean exactly what was asked for, or a comment is gone.",
        remedy: &[Step::run("Make the change in an editor.", "openbell edit PLAYBOOK")],
        links: &[],
    },
    Entry {
        code: "edit::needs_approval",
        meaning: "The change touches what keeps the stack safe, and nobody approved of it (exit code 4).",
        told_by: "The playbook's meaning before and after differs in `safety`, in `strategy`, in a container's image, \
            mounts, gates or telling variables, in a checking step, or in a live port.",
        remedy: &[
            Step::say("Read each line, whether it is what you mean to change."),
            Step::say(
                "Then say who approves and why: `--approve \"maria: new paper account\"`. It is recorded.",
            ),
        ],
        links: &[],
    },
    Entry {
        code: "edit::approval",
        meaning: "The approval does not name somebody and a reason.",
        told_by: "There is no colon in it, or nothing before or after the colon.",
        remedy: &[Step::say("Write `--approve \"who: why\"`.")],
        links: &[],
    },
    Entry {
        code: "edit::locked",
        meaning: "Somebody else is editing the playbook.",
        told_by: "The lock on the file `PLAYBOOK.lock` is held by a process that lives; its number is told. What a \
            crash leaves of that file holds no lock.",
        remedy: &[Step::say("Wait until that edit is done, then try again.")],
        links: &[],
    },
    Entry {
        code: "edit::changed_meanwhile",
        meaning: "The playbook was changed by something else between reading and writing it.",
        told_by: "Just before it would have been replaced, its bytes were not those that were read.",
        remedy: &[Step::say("Look at the playbook, then try again.")],
        links: &[],
    },
    Entry {
        code: "edit::unreadable",
        meaning: "The playbook, its record or the draft cannot be read.",
        told_by: "What the system said stands below the message.",
        remedy: &[Step::say(
            "See whether the name is right, and whether it is UTF-8 text that you may read.",
        )],
        links: &[],
    },
    Entry {
        code: "edit::not_written",
        meaning: "The playbook, or a file beside it, cannot be written.",
        told_by: "What the system said stands below the message; a playbook without write permission is refused too.",
        remedy: &[
            Step::say(
                "See whether the file or its directory is read-only or another's, and whether the disk is full.",
            ),
            Step::run("See who may write.", "ls -la"),
        ],
        links: &[],
    },
    Entry {
        code: "edit::nothing_to_undo",
        meaning: "There is no change to take back, or the file is no longer as the last change left it.",
        told_by: "No entry of `PLAYBOOK.undo.jsonl` ends with the file as it is. It holds the last 20 changes.",
        remedy: &[Step::say("Take it back by hand, or with your version control.")],
        links: &[],
    },
    Entry {
        code: "edit::record",
        meaning: "The record of approved changes does not hold: a line was changed, taken out, or torn.",
        told_by: "A line's hash is not that of its content, a line does not name the hash of the one before, or the \
            last one has no end.",
        remedy: &[
            Step::say("Compare `PLAYBOOK.audit.jsonl` with a backup."),
            Step::say("A torn last line is what a crash leaves: the next approved change removes it."),
        ],
        links: &[],
    },
    Entry {
        code: "edit::unapproved",
        meaning: "What keeps the stack safe is not what was approved last: the playbook was changed outside openbell.",
        told_by: "The digest of the safety-relevant part of the playbook is not that of the last record.",
        remedy: &[
            Step::run("See what was approved.", "openbell audit show PLAYBOOK"),
            Step::say("Take the change back, or make it again with `openbell set` and an approval."),
        ],
        links: &[],
    },
    Entry {
        code: "edit::not_comparable",
        meaning: "What of the playbook decides about safety cannot be made out, so it cannot be compared (exit code 1).",
        told_by: "The text is no YAML, or means nothing that is a playbook.",
        remedy: &[
            Step::run("See what is wrong with it.", "openbell validate PLAYBOOK"),
            Step::say("Take the last good text back, from a backup or from the version control."),
        ],
        links: &[],
    },
    Entry {
        code: "edit::editor",
        meaning: "The editor could not be started, or ended with a failure.",
        told_by: "Its exit code is not 0, or the system found no such program.",
        remedy: &[Step::run("Name another one.", "openbell edit --editor nano PLAYBOOK")],
        links: &[],
    },
];
