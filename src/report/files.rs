//! The report on disk: validated against its own schema, then written whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use miette::Diagnostic;
use schemars::JsonSchema;
use serde::Serialize;
use thiserror::Error;

use super::{Report, Rollup, markdown};
use crate::document::schema_of;

/// Why a report could not be written.
#[derive(Debug, Error, Diagnostic)]
pub enum ReportError {
    /// The disk refused.
    #[error("the report could not be written to {}", directory.display())]
    #[diagnostic(
        code(report::not_written),
        help("make room or choose another directory with --reports; the run itself went as shown above")
    )]
    NotWritten {
        /// Where it was to be.
        directory: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// There is no place for a report, found before the run.
    #[error("nothing can be written to {}", directory.display())]
    #[diagnostic(
        code(report::no_place),
        help(
            "choose another place with --reports (or --events); a run that cannot be reported is not begun"
        )
    )]
    NoPlace {
        /// Where it was to be.
        directory: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The report does not fit its schema. A bug.
    #[error("the report does not fit its own schema at {place}: {reason}")]
    #[diagnostic(code(report::invalid), help("this is a bug in openbell; nothing was written"))]
    Invalid {
        /// Where in the report.
        place: String,
        /// What is wrong.
        reason: String,
    },
}

/// The JSON Schema of a report.
pub fn schema() -> serde_json::Value {
    schema_of::<Report>()
}

/// Writes `<reports>/<run>/report.json` and `report.md`. The directory appears under its name only when both files
/// are on the disk.
///
/// # Errors
/// When the report does not fit its schema, or the disk does not take it; then nothing is left behind.
pub fn write(report: &Report, reports: &Path) -> Result<PathBuf, ReportError> {
    let text = checked(report)?;
    place(reports, &report.run, &[("report.json", text), ("report.md", markdown(report))])
}

/// Writes `<reports>/<run>/rollup.json`.
///
/// # Errors
/// As [`write`].
pub fn write_rollup(rollup: &Rollup, reports: &Path) -> Result<PathBuf, ReportError> {
    place(reports, &rollup.run, &[("rollup.json", checked(rollup)?)])
}

/// The text of a file that fits the schema of its type.
fn checked<T: Serialize + JsonSchema>(content: &T) -> Result<String, ReportError> {
    let value = serde_json::to_value(content)
        .map_err(|error| ReportError::Invalid { place: String::new(), reason: error.to_string() })?;
    valid(&value, &schema_of::<T>())?;
    Ok(format!("{value:#}\n"))
}

/// A directory with these files, whole or not at all.
fn place(reports: &Path, name: &str, files: &[(&str, String)]) -> Result<PathBuf, ReportError> {
    let directory = reports.join(name);
    let partial = reports.join(format!(".{name}.partial"));
    let not_written = |source| ReportError::NotWritten { directory: directory.clone(), source };
    let written = fs::create_dir_all(&partial)
        .and_then(|()| files.iter().try_for_each(|(file, text)| put(&partial.join(file), text)))
        .and_then(|()| fs::rename(&partial, &directory))
        .and_then(|()| sync(reports));
    if written.is_err() {
        // What is half written is of no use; that it cannot be removed either changes nothing.
        let _ = fs::remove_dir_all(&partial);
    }
    written.map_err(not_written)?;
    Ok(directory)
}

pub(super) fn valid(value: &serde_json::Value, schema: &serde_json::Value) -> Result<(), ReportError> {
    let invalid = |place: String, reason: String| ReportError::Invalid { place, reason };
    let validator =
        jsonschema::validator_for(schema).map_err(|error| invalid("schema".to_owned(), error.to_string()))?;
    match validator.iter_errors(value).next() {
        None => Ok(()),
        Some(error) => Err(invalid(error.instance_path().to_string(), error.masked().to_string())),
    }
}

/// A file with its content on the disk, not only in the cache. Readable by its owner only: reports speak of accounts.
fn put(path: &Path, text: &str) -> io::Result<()> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// The directory's entries on the disk.
#[cfg(unix)]
fn sync(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

/// Windows has no such call for directories.
#[cfg(not(unix))]
fn sync(_: &Path) -> io::Result<()> {
    Ok(())
}
