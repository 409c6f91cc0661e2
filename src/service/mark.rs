//! How a text that openbell wrote is told from one that somebody changed, and from one that somebody else wrote: it holds
//! a sum of itself, and the playbook that it is for.

use crate::ports::files::sha256;

/// Stands in a text where its own sum will be.
pub(super) const SUM: &str = "@sum@";
/// Before the sum.
const BEFORE_SUM: &str = "openbell-sum: ";
/// Before the playbook's path, in one line with it.
const BEFORE_PLAYBOOK: &str = "openbell-playbook: ";

/// Who wrote the text of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// openbell, and nobody changed it.
    Ours,
    /// openbell, and somebody changed it.
    Changed,
    /// Somebody else.
    Foreign,
}

/// The text with its sum in it.
pub(super) fn marked(text: &str) -> String {
    text.replacen(SUM, &sha256(text.as_bytes()), 1)
}

/// The lines that mark a text, to be put into comments.
pub(super) fn lines(playbook: &str) -> [String; 2] {
    [format!("{BEFORE_PLAYBOOK}{}", shown(playbook)), format!("{BEFORE_SUM}{SUM}")]
}

/// A comment of XML may not hold two dashes.
fn shown(playbook: &str) -> String {
    playbook.replace("--", "-\u{200b}-")
}

/// Who wrote it.
pub fn judge(text: &str) -> Written {
    let Some((before, rest)) = text.split_once(BEFORE_SUM) else { return Written::Foreign };
    let Some((sum, after)) = rest.split_at_checked(64) else { return Written::Changed };
    let original = format!("{before}{BEFORE_SUM}{SUM}{after}");
    if sha256(original.as_bytes()) == sum { Written::Ours } else { Written::Changed }
}

/// The playbook that the text is for, when it is not this one.
pub fn other_playbook<'a>(text: &'a str, playbook: &str) -> Option<&'a str> {
    let line = text.lines().find_map(|line| line.split_once(BEFORE_PLAYBOOK))?.1;
    let named = line.strip_suffix(" -->").unwrap_or(line).trim_end();
    let same = [shown(playbook), shown(&super::task::xml(playbook))].iter().any(|own| own == named);
    (!same).then_some(named)
}
