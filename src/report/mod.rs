//! What a run tells: events folded into a report, a screen, files. Knows events, never the engine.

mod console;
mod drift;
mod files;
mod markdown;
mod summary;
mod words;

pub use console::{Console, Tone};
pub use drift::{Drift, find_previous};
pub use files::{ReportError, schema, write};
pub use markdown::markdown;
pub use summary::{Report, StepFailure, StepOutcome, StepReport, Summary, Wait};

use crate::event::Event;

/// Somebody who is told what happens. A listener cannot fail a run.
pub trait Reporter {
    /// Something happened.
    fn event(&mut self, event: &Event);
}
