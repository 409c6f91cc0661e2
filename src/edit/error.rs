//! Why a playbook is not changed.

use std::io;

use miette::Diagnostic;
use thiserror::Error;

use crate::document::Problems;

/// Why a playbook is not changed. Nothing was written.
#[derive(Debug, Error, Diagnostic)]
pub enum EditError {
    /// The path cannot be read.
    #[error("`{path}` is not a path: {why}")]
    #[diagnostic(
        code(edit::path),
        help(
            "such as connection.timeout, steps.api.within, connection.client_id[0], steps[+] or /connection/timeout"
        )
    )]
    Path {
        /// The path as typed.
        path: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// There is nothing at the path.
    #[error("there is no `{path}`: {parent} {has}")]
    #[diagnostic(code(edit::not_there))]
    NotThere {
        /// The path as typed.
        path: String,
        /// The nearest parent that exists.
        parent: String,
        /// What is there.
        has: String,
        /// What was probably meant.
        #[help]
        help: Option<String>,
    },
    /// The path leads into an included file.
    #[error("`{path}` stands in an included file: {file}")]
    #[diagnostic(code(edit::elsewhere), help("name that file instead: an edit goes to one file only"))]
    Elsewhere {
        /// The path as typed.
        path: String,
        /// The file that holds it.
        file: String,
    },
    /// The value cannot be read.
    #[error("the value for `{path}` is not YAML")]
    #[diagnostic(
        code(edit::value),
        help("quote it for YAML as well as for the shell, such as '\"@x\"'; lists are written '[100, 101]'")
    )]
    Value {
        /// The path as typed.
        path: String,
    },
    /// The value belongs to several places.
    #[error("`{path}` cannot be changed by itself: it is shared with {places}")]
    #[diagnostic(
        code(edit::shared),
        help(
            "anchors, aliases and merge keys share values: change it by hand, where all who use it are seen"
        )
    )]
    Shared {
        /// The path as typed.
        path: String,
        /// Who shares it.
        places: String,
    },
    /// The way the file is written does not let the change be made without harm to the rest.
    #[error("`{path}` cannot be changed without harm to what stands around it")]
    #[diagnostic(
        code(edit::by_hand),
        help("the change would have lost a comment or changed another value; make it with `openbell edit`")
    )]
    ByHand {
        /// The path as typed.
        path: String,
    },
    /// The playbook is not valid, before the change or by it.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Invalid(#[from] Problems),
    /// A change that touches safety, and nobody approved of it.
    #[error("this change touches safety and needs approval:\n{changes}")]
    #[diagnostic(
        code(edit::needs_approval),
        help("when you mean it: --approve \"who: why\"; it is then recorded beside the playbook")
    )]
    NeedsApproval {
        /// Each change in a line.
        changes: String,
    },
    /// The approval names nobody, or no reason.
    #[error("`{text}` does not say who approves, and why")]
    #[diagnostic(
        code(edit::approval),
        help("write --approve \"who: why\", such as \"maria: new paper account\"")
    )]
    Approval {
        /// As typed.
        text: String,
    },
    /// Somebody else edits the file.
    #[error("{file} is being edited{holder}")]
    #[diagnostic(code(edit::locked), help("wait until that edit is done, then try again"))]
    Locked {
        /// The file.
        file: String,
        /// Who it is, such as ` by process 12`.
        holder: String,
    },
    /// The file is another than the one the change was made for.
    #[error("{file} was changed by somebody else meanwhile")]
    #[diagnostic(code(edit::changed_meanwhile), help("look at it, then try again"))]
    ChangedMeanwhile {
        /// The file.
        file: String,
    },
    /// The file cannot be read.
    #[error("{file} cannot be read")]
    #[diagnostic(code(edit::unreadable), help("name a playbook that can be read, as UTF-8 text"))]
    Unreadable {
        /// The file.
        file: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The disk refused.
    #[error("{file} cannot be written")]
    #[diagnostic(
        code(edit::not_written),
        help("is the file or its directory read-only, or the disk full? the playbook is as it was")
    )]
    NotWritten {
        /// The file.
        file: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// There is no change to take back.
    #[error("{file}: there is no change to take back{why}")]
    #[diagnostic(
        code(edit::nothing_to_undo),
        help("only changes made by openbell can be undone, and only while the file is as they left it")
    )]
    NothingToUndo {
        /// The file.
        file: String,
        /// Why not.
        why: &'static str,
    },
    /// The record of approved changes does not hold.
    #[error("{file}, line {line}: {what}")]
    #[diagnostic(
        code(edit::record),
        help(
            "somebody or something changed it outside openbell: compare with a backup, and look at the playbook; then \
             put the file aside, and have somebody answer for what is there: `openbell audit accept`"
        )
    )]
    Record {
        /// The record.
        file: String,
        /// Which line.
        line: usize,
        /// What is wrong.
        what: String,
    },
    /// Records that are known to have been made are not there.
    #[error("{file} does not hold the last record that was made: lines were cut off, or the file is gone")]
    #[diagnostic(
        code(edit::record_cut),
        help(
            "bring it back from a backup; or look at the playbook, and have somebody answer for what is there: \
             `openbell audit accept`"
        )
    )]
    RecordCut {
        /// The record.
        file: String,
        /// The hash of what was the last line.
        head: String,
    },
    /// The playbook's safety was changed outside openbell, so nothing is recorded on top of it.
    #[error("the safety of {file} was changed outside openbell since {when}, and nobody approved of that")]
    #[diagnostic(
        code(edit::changed_outside),
        help(
            "nothing was written: a record on top of it would make it look approved. Take that change back, or have \
             somebody answer for it: `openbell audit accept {file} --approve \"who: why\"`"
        )
    )]
    ChangedOutside {
        /// The playbook.
        file: String,
        /// When the last recorded change was made.
        when: String,
    },
    /// Two changes speak of one place.
    #[error("`{path}` is named twice")]
    #[diagnostic(code(edit::twice), help("name each place once: nothing says which of the two is meant"))]
    Twice {
        /// The path as typed the second time.
        path: String,
    },
    /// What stands in the lock file's place is none.
    #[error(
        "{file} is in the way: openbell locks the playbook with a file of that name, and this is none of its own"
    )]
    #[diagnostic(code(edit::lock_file), help("it was not touched: look at it, then move it or take it away"))]
    LockFile {
        /// The file.
        file: String,
    },
    /// The playbook's safety is not what was approved last.
    #[error("the safety of {file} is not what was approved last ({when}, by {who})")]
    #[diagnostic(
        code(edit::unapproved),
        help(
            "it was changed outside openbell: in this file, in one it includes, in an env file or in a compose file. Take \
             that back, or have somebody answer for it: `openbell audit accept {file} --approve \"who: why\"`"
        )
    )]
    Unapproved {
        /// The playbook.
        file: String,
        /// When the last approved change was made.
        when: String,
        /// By whom.
        who: String,
    },
    /// What decides about safety cannot be made out.
    #[error("the safety of {file} cannot be compared with what was approved")]
    #[diagnostic(code(edit::not_comparable), help("{help}"))]
    NotComparable {
        /// The playbook.
        file: String,
        /// What to do.
        help: &'static str,
    },
    /// The editor did not do its work.
    #[error("the editor `{editor}` {what}")]
    #[diagnostic(code(edit::editor), help("name one with --editor or $EDITOR; nothing was written"))]
    Editor {
        /// Its command.
        editor: String,
        /// What happened.
        what: String,
    },
}
