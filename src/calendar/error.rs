//! What can be wrong with the days asked for.

use miette::Diagnostic;
use thiserror::Error;

use crate::document::nearest;
use crate::evidence::maintenance::ZoneError;

/// The days asked for cannot be told.
#[derive(Debug, Error, Diagnostic)]
pub enum CalendarError {
    /// The zone does not exist.
    #[error("{why}")]
    #[diagnostic(code(calendar::zone), help("{help}"))]
    Zone {
        /// What is wrong with it.
        why: ZoneError,
        /// What to write instead.
        help: String,
    },
}

impl From<ZoneError> for CalendarError {
    fn from(why: ZoneError) -> Self {
        let help = why.help(|word, known| nearest(word, known).map(str::to_owned));
        Self::Zone { why, help }
    }
}
