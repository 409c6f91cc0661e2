//! Problems with files for programs: JSON, SARIF for code scanning, workflow commands for GitHub Actions.
//!
//! What is wrong is found elsewhere, also what people read of it; here it only gets another form.

mod github;
mod json;
mod sarif;

pub use github::github;
pub use json::json;
pub use sarif::sarif;

use crate::document::{Located, Problems, Severity};

/// A file that was looked at.
#[derive(Debug)]
pub struct Looked {
    /// The file as it was named.
    pub file: String,
    /// What was found; nothing for a file that is as it should be.
    pub problems: Option<Problems>,
}

impl Looked {
    /// Whether nothing keeps it from being used.
    pub fn is_valid(&self) -> bool {
        self.found().all(|located| located.problem.severity != Severity::Error)
    }

    fn found(&self) -> impl Iterator<Item = &Located> {
        self.problems.iter().flat_map(|problems| &problems.located)
    }
}
