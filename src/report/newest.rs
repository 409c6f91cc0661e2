//! The newest reports of a playbook in a directory of reports.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use super::Report;

/// How many reports are looked through.
const LOOK_BACK: usize = 200;

/// The newest report of a playbook; of one with a matrix that of every variant, by its id. Empty where there is none yet.
/// Files that cannot be read as reports are none.
///
/// # Errors
/// The directory, or one of a run in it, is there and may not be read.
pub fn newest(reports: &Path, playbook: &str) -> io::Result<Vec<Report>> {
    let entries = match std::fs::read_dir(reports) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut runs: Vec<_> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
    // Their names begin with the time.
    runs.sort();
    let mut newest = BTreeMap::new();
    for run in runs.iter().rev().take(LOOK_BACK) {
        let text = match std::fs::read(run.join("report.json")) {
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => return Err(error),
            text => text.unwrap_or_default(),
        };
        let Ok(report) = serde_json::from_slice::<Report>(&text) else { continue };
        let name = report
            .variant
            .as_ref()
            .map_or_else(|| playbook.to_owned(), |variant| format!("{playbook}-{variant}"));
        if report.playbook == name {
            newest.entry(report.variant.clone()).or_insert(report);
        }
    }
    Ok(newest.into_values().collect())
}
