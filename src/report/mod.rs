//! What a run tells: events folded into a report, a screen, files. Knows events, never the engine.

mod boot;
mod compared;
mod console;
mod drift;
mod ended;
mod entry;
mod files;
mod ladder;
mod listing;
mod markdown;
mod newest;
mod plan;
mod probe;
pub mod problems;
mod rollup;
mod run;
mod screen;
pub mod stored;
mod summary;
mod words;

pub use boot::{BootReport, Milestone, boots};
pub use compared::{Comparison, RunInShort, StepComparison, StepInShort};
pub use console::Console;
pub use drift::{Drift, find_previous};
pub use entry::entry_words;
pub use files::{ReportError, schema, write, write_rollup};
pub use ladder::LadderRung;
pub use listing::{RunRow, table as runs};
pub use markdown::markdown;
pub use newest::newest;
pub use plan::PlanReport;
pub use probe::ProbeReport;
pub use rollup::{FirstFailure, Rollup, VariantReport};
pub use run::{Phase, Report, StepFailure, StepOutcome, StepReport, Wait};
pub use screen::{Screen, Tone};
pub use stored::StoredError;
pub use summary::Summary;

use crate::event::Event;

/// Somebody who is told what happens. A listener cannot fail a run.
pub trait Reporter {
    /// Something happened.
    fn event(&mut self, event: &Event);
}
