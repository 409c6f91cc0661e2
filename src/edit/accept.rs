//! A person who answers for what was changed outside of openbell.

use serde_json::Value;

use super::audit::{Approval, Record, RecordedChange, sha256};
use super::error::EditError;
use super::file::Opened;
use super::history::History;
use super::standing::{Safety, Standing};
use super::trail::Trail;
use super::{Terms, is_part, valid};

/// Records a playbook as it is, for somebody who answers for it: in a sentence. The playbook is not touched.
///
/// # Errors
/// It is not valid, or the record was tampered with and has to be put aside first.
pub fn accept(opened: &Opened, approval: &Approval, terms: &Terms<'_>) -> Result<String, EditError> {
    let file = opened.named.display();
    valid(opened, opened.text(), terms, is_part(opened.text()))?;
    let safety = Safety::of(&opened.named, opened.text()).ok_or_else(|| EditError::NotComparable {
        file: file.to_string(),
        help: "openbell cannot make out what it means; nothing was recorded",
    })?;
    let mut lost = Vec::new();
    match Standing::of(opened, Some(&safety)) {
        Ok(standing) if !standing.records.is_empty() && standing.holds(Some(&safety)) => {
            return Ok(format!("{file}: nothing to accept, its safety is what the record ends with"));
        }
        Ok(standing) => standing.settle(opened, Some(&safety))?,
        // What is gone cannot be brought back; that it is gone stays on record.
        Err(EditError::RecordCut { head, .. }) => {
            let (path, before) = ("the record that ended the file".to_owned(), Value::String(head));
            lost.push(RecordedChange { path, before, after: Value::Null });
        }
        Err(error) => return Err(error),
    }
    let hash = sha256(opened.text.as_bytes());
    let record = Record {
        at: terms.now.to_string(),
        who: Some(approval.who.clone()),
        why: Some(approval.why.clone()),
        found: true,
        changes: lost,
        before: hash.clone(),
        after: hash,
        safety: safety.digest,
        previous: String::new(),
        hash: String::new(),
    };
    let (head, _) = Trail::of(&opened.target).add(record)?;
    let history = History::of(&opened.target);
    history.made(head).map_err(|source| EditError::NotWritten { file: history.shown(), source })?;
    Ok(format!("{file}: accepted as it is; {} answers for it on the record", approval.who))
}
