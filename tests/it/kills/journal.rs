//! The journal of a stack whose watch was killed.

use openbell::event::{Entry, EntryKind};
use openbell::state::State;

use crate::support::command::state;
use crate::support::stack::Stack;

fn known(stack: &Stack) -> Option<State> {
    State::known(state(), &stack.directory.path().join("playbook.yaml"), &stack.name).ok().flatten()
}

/// Every whole entry.
pub(super) fn entries(stack: &Stack) -> Vec<Entry> {
    known(stack)
        .and_then(|state| state.journal().oldest_first().ok())
        .map(Iterator::collect)
        .unwrap_or_default()
}

/// Whether everything was said to be operational behind so many entries.
pub(super) fn is_operational(stack: &Stack, behind: usize) -> bool {
    entries(stack).iter().skip(behind).any(|entry| matches!(entry.kind, EntryKind::Operational))
}

/// What was written last. All of it can be read, but for the one line that was being written.
pub(super) fn place(stack: &Stack) -> Result<String, String> {
    let Some(state) = known(stack) else { return Ok("before the journal".to_owned()) };
    let mut entries = state.journal().oldest_first().map_err(|error| error.to_string())?;
    let last = entries.by_ref().last();
    if entries.unreadable() > 1 || entries.failure().is_some() {
        return Err(format!("the journal: {} lines, {:?}", entries.unreadable(), entries.failure()));
    }
    let last = last.and_then(|entry| serde_json::to_value(entry).ok());
    let last = last.as_ref().and_then(|entry| entry["entry"].as_str()).unwrap_or("nothing");
    Ok(format!("watch, after {last}"))
}
