//! Reports that are on the disk: found, read, and checked.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use miette::Diagnostic;
use serde::de::DeserializeOwned;
use serde_json::Value;
use thiserror::Error;

use super::files::valid;
use super::{Report, Rollup, schema};
use crate::document::schema_of;

/// Why a report cannot be told of.
#[derive(Debug, Error, Diagnostic)]
pub enum StoredError {
    /// There is no such report.
    #[error("there is no report `{wanted}` in {}", place.display())]
    #[diagnostic(
        code(report::no_run),
        help(
            "`openbell report list` says which there are; another directory of reports is named with --reports"
        )
    )]
    NoRun {
        /// As it was asked for.
        wanted: String,
        /// Where it was looked for.
        place: PathBuf,
    },
    /// The name fits several.
    #[error("`{wanted}` is the end of several reports in {}: {fitting}", place.display())]
    #[diagnostic(code(report::several), help("write more of the name"))]
    Several {
        /// As it was asked for.
        wanted: String,
        /// Where it was looked for.
        place: PathBuf,
        /// Those that fit.
        fitting: String,
    },
    /// A file cannot be read.
    #[error("{} cannot be read", path.display())]
    #[diagnostic(
        code(report::unreadable),
        help("a report has two files, report.json and report.md, which the user can read whose run it was")
    )]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// What is there is not what was written.
    #[error("{} is not as it was written: {wrong}", path.display())]
    #[diagnostic(
        code(report::not_whole),
        help(
            "it was changed, or cut short, after it was written; bring it back from a backup, or take it away"
        )
    )]
    NotWhole {
        /// The file or directory.
        path: PathBuf,
        /// What is wrong.
        wrong: String,
    },
}

/// The names of all directories of reports, the oldest first.
pub fn names(reports: &Path) -> Vec<String> {
    let entries = fs::read_dir(reports).into_iter().flatten().flatten();
    let found = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let mut names: Vec<_> = found.filter(|name| reports.join(name).join("report.json").is_file()).collect();
    names.sort();
    names
}

/// The directory of a report: its path, its name, the end of its name where only one ends so, or `last`.
///
/// # Errors
/// There is none, or there are several.
pub fn find(reports: &Path, wanted: &str) -> Result<PathBuf, StoredError> {
    let path = Path::new(wanted);
    let file = path.ends_with("report.json") || path.ends_with("rollup.json");
    let path = if file { path.parent().unwrap_or(path) } else { path };
    if path.components().count() > 1 && path.is_dir() {
        return Ok(path.to_owned());
    }
    let names = names(reports);
    let place = || reports.to_owned();
    let none = || StoredError::NoRun { wanted: wanted.to_owned(), place: place() };
    if wanted == "last" {
        return names.last().map(|name| reports.join(name)).ok_or_else(none);
    }
    if path.components().count() == 1 && reports.join(path).is_dir() && wanted != "." && wanted != ".." {
        return Ok(reports.join(wanted));
    }
    let fitting: Vec<&str> = names
        .iter()
        .map(String::as_str)
        .filter(|name| !wanted.is_empty() && name.ends_with(wanted))
        .collect();
    match fitting.as_slice() {
        [] => Err(none()),
        [one] => Ok(reports.join(one)),
        several => {
            let fitting = several.join(", ");
            Err(StoredError::Several { wanted: wanted.to_owned(), place: place(), fitting })
        }
    }
}

/// Every directory there, the oldest first. One whose name begins with a dot is none: it is in the making, or something
/// else.
///
/// # Errors
/// The directory of reports cannot be read.
pub fn directories(reports: &Path) -> Result<Vec<PathBuf>, StoredError> {
    let unreadable = |source| StoredError::Unreadable { path: reports.to_owned(), source };
    let mut found = Vec::new();
    for entry in fs::read_dir(reports).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if path.is_dir() && !hidden {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Reads the report of a directory.
///
/// # Errors
/// It cannot be read, or is none.
pub fn read(directory: &Path) -> Result<Report, StoredError> {
    parsed(&directory.join("report.json")).map(|(_, report)| report)
}

/// Reads the roll-up of a directory; none when it holds none.
///
/// # Errors
/// It cannot be read, or is none.
pub fn rollup(directory: &Path) -> Result<Option<Rollup>, StoredError> {
    let path = directory.join("rollup.json");
    if path.is_file() { parsed(&path).map(|(_, rollup)| Some(rollup)) } else { Ok(None) }
}

/// Reads the page for people of a directory.
///
/// # Errors
/// It cannot be read.
pub fn page(directory: &Path) -> Result<String, StoredError> {
    let path = directory.join("report.md");
    fs::read_to_string(&path).map_err(|source| StoredError::Unreadable { path, source })
}

/// Checks a directory: `report.json` fits its schema and is of this directory, and `report.md` is beside it and is made of
/// it. Of a roll-up, that it fits its schema, and that the reports it names are there.
///
/// # Errors
/// The first thing that is not so.
pub fn verify(directory: &Path) -> Result<(), StoredError> {
    let rollup = directory.join("rollup.json");
    if rollup.is_file() {
        return verify_rollup(directory, &rollup);
    }
    let path = directory.join("report.json");
    let (value, report) = parsed::<Report>(&path)?;
    let wrong = |wrong: String| StoredError::NotWhole { path: path.clone(), wrong };
    valid(&value, &schema()).map_err(|error| wrong(error.to_string()))?;
    named(directory, &report.run)?;
    // Another version may have said it in other words.
    if page(directory)? != super::markdown(&report) && report.openbell == env!("CARGO_PKG_VERSION") {
        let wrong = "it does not say what report.json says".to_owned();
        return Err(StoredError::NotWhole { path: directory.join("report.md"), wrong });
    }
    Ok(())
}

fn verify_rollup(directory: &Path, path: &Path) -> Result<(), StoredError> {
    let wrong = |wrong: String| StoredError::NotWhole { path: path.to_owned(), wrong };
    let (value, rollup) = parsed::<Rollup>(path)?;
    valid(&value, &schema_of::<Rollup>()).map_err(|error| wrong(error.to_string()))?;
    named(directory, &rollup.run)?;
    let missing = rollup.variants.iter().filter_map(|variant| variant.report.as_ref());
    match missing.into_iter().find(|report| !directory.join(report).is_file()) {
        Some(missing) => Err(wrong(format!("{missing} is not there"))),
        None => Ok(()),
    }
}

/// The directory has the run's name. Where it was moved to does not matter.
fn named(directory: &Path, run: &str) -> Result<(), StoredError> {
    let own = directory.canonicalize().unwrap_or_else(|_| directory.to_owned());
    if own.file_name().is_some_and(|name| name == run) {
        return Ok(());
    }
    Err(StoredError::NotWhole { path: directory.to_owned(), wrong: format!("it holds the run {run}") })
}

fn parsed<T: DeserializeOwned>(path: &Path) -> Result<(Value, T), StoredError> {
    let text = fs::read(path).map_err(|source| StoredError::Unreadable { path: path.to_owned(), source })?;
    let wrong =
        |error: serde_json::Error| StoredError::NotWhole { path: path.to_owned(), wrong: error.to_string() };
    let value: Value = serde_json::from_slice(&text).map_err(wrong)?;
    let typed = serde_json::from_value(value.clone()).map_err(wrong)?;
    Ok((value, typed))
}
