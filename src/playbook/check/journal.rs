//! What is kept of the journal: little enough to be read, much enough to say something.

use std::time::Duration;

use super::Check;

const SHORTEST: Duration = Duration::from_hours(24);
const LONGEST: Duration = Duration::from_hours(3650 * 24);
/// In bytes.
const LEAST: u64 = 1 << 20;
const MOST: u64 = 10 << 30;

impl Check<'_> {
    pub(super) fn journal(&mut self) {
        let journal = &self.playbook.journal;
        if !(SHORTEST..=LONGEST).contains(&journal.keep.get()) {
            let message = format!("a journal cannot be kept for {}", journal.keep);
            let help = "from 1d to 3650d; without it: 90d";
            self.problem("playbook::journal", "/journal/keep", message, help);
        }
        if !(LEAST..=MOST).contains(&journal.at_most.bytes()) {
            let message = format!("a journal cannot be held to {}", journal.at_most);
            let help = "from 1MB to 10GB; without it: 32MB";
            self.problem("playbook::journal", "/journal/at_most", message, help);
        }
    }
}
