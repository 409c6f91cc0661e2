//! Where the parts of a playbook come from: other files, and variables.

use crate::explain::{Area, Entry, Step};

pub(super) const AREA: Area =
    Area { title: "Playbook: its files and variables", about: ABOUT, entries: ENTRIES };

const ABOUT: &str = "Files that a playbook includes, and where the values of its variables come from. Told with the \
    place in the file that says so; nothing was started (exit code 3).";

const ENTRIES: &[Entry] = &[
    Entry {
        code: "playbook::include",
        meaning: "A file that the playbook includes cannot be read.",
        told_by: "The system's words are in the message, or that it is a directory. Paths are relative to the file \
            that includes.",
        remedy: &[
            Step::run("See what is there.", "ls -l DIRECTORY"),
            Step::say("Correct the path under `include`."),
        ],
        links: &[],
    },
    Entry {
        code: "playbook::include_cycle",
        meaning: "A file includes itself, by way of others or directly.",
        told_by: "The whole circle is in the message, from a file back to itself.",
        remedy: &[Step::say("Take one of these includes out; move what both need into a third file.")],
        links: &[],
    },
    Entry {
        code: "playbook::include_section",
        meaning: "A file that is included has a section that belongs to the whole: `name`, `description`, `within` or \
            `matrix`.",
        told_by: "The key is shown in the included file.",
        remedy: &[Step::say("Move it to the playbook that includes the file.")],
        links: &[],
    },
    Entry {
        code: "playbook::declared_twice",
        meaning: "Two files of one playbook declare the same, or one file is included twice. No file overrides another.",
        told_by: "Both places are shown.",
        remedy: &[Step::say("Keep one of the two. For a value that differs, use a variable.")],
        links: &[],
    },
    Entry {
        code: "playbook::undefined_variable",
        meaning: "A value uses a variable that nothing gives a value to. It never counts as empty.",
        told_by: "Looked for, in this order: `--var`, the entry of the matrix, the environment, `--env-file`, the \
            playbook's `env_file` and its `vars`. Under `vars`, only what stands above counts.",
        remedy: &[
            Step::run("Give it a value.", "openbell validate PLAYBOOK --var NAME=VALUE"),
            Step::say("Or write a default: `${NAME:-default}`."),
        ],
        links: &[],
    },
    Entry {
        code: "playbook::required_variable",
        meaning: "A value uses a variable with `:?` or `?`: the author of the playbook wants it given, and it is not.",
        told_by: "With `:?` an empty value counts as none. The author's own words are in the message.",
        remedy: &[Step::run("Give it a value.", "openbell validate PLAYBOOK --var NAME=VALUE")],
        links: &[],
    },
    Entry {
        code: "playbook::variable_syntax",
        meaning: "A `${` that is not the beginning of a variable.",
        told_by: "Variables are written `${NAME}`, `${NAME:-default}`, `${NAME-default}`, `${NAME:?message}` and \
            `${NAME?message}`. A `$` without a brace is just that.",
        remedy: &[Step::say("Correct it, or write `$${` for the two characters themselves.")],
        links: &[],
    },
    Entry {
        code: "playbook::env_file",
        meaning: "A file of variables cannot be read.",
        told_by: "The system's words are in the message. Paths under `env_file` are relative to the file that names \
            them, that of `--env-file` to where the command runs.",
        remedy: &[Step::run("See what is there.", "ls -l DIRECTORY")],
        links: &[],
    },
    Entry {
        code: "playbook::env_line",
        meaning: "A line of an env file is not `NAME=value`. The file is read literally: no `export`, no quotes, no `$`; \
            lines that begin with `#` and empty ones are left out.",
        told_by: "The line is named, but not shown: it may hold a secret.",
        remedy: &[Step::say("Write `NAME=value`, and `NAME=` for an empty value.")],
        links: &[],
    },
    Entry {
        code: "playbook::no_variant",
        meaning: "`--only` names an entry that the playbook's matrix does not have.",
        told_by: "The entries it has are listed.",
        remedy: &[Step::say("Name one of them, or leave `--only` out.")],
        links: &[],
    },
];
