//! Files of `NAME=value` lines, read literally: `p$ss` is `p$ss`, quotes are part of the value.
//!
//! As Docker's `--env-file` reads them, but for two lines it takes in silence: a name alone is an error here, and so is
//! `export`.

use std::collections::BTreeMap;
use std::path::Path;

use super::interpolate::is_name;
use crate::document::{Problem, Sources};

/// Reads a file of variables. A name that comes again counts as it came last.
///
/// # Errors
/// What the system says when it cannot be read; the problems with its lines go to `problems`.
pub(super) fn read(
    file: &Path,
    sources: &mut Sources,
    problems: &mut Vec<Problem>,
) -> Result<BTreeMap<String, String>, String> {
    if file.is_dir() {
        return Err("it is a directory".to_owned());
    }
    let bytes = std::fs::read(file).map_err(|error| error.to_string())?;
    let text = String::from_utf8(bytes).map_err(|_| "it is not UTF-8 text".to_owned())?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let base = sources.add_lines(&file.display().to_string(), text);
    let (mut variables, mut at) = (BTreeMap::new(), base);
    for whole in text.split_inclusive('\n') {
        let line = whole.strip_suffix('\n').unwrap_or(whole);
        let line = line.strip_suffix('\r').unwrap_or(line);
        match pair(line) {
            Ok(Some((name, value))) => drop(variables.insert(name.to_owned(), value.to_owned())),
            Ok(None) => {}
            Err(help) => problems.push(Problem::error(
                "playbook::env_line".to_owned(),
                "this line is not NAME=value".to_owned(),
                help.to_owned(),
                at..at + line.len(),
                "this line",
            )),
        }
        at += whole.len();
    }
    Ok(variables)
}

fn pair(line: &str) -> Result<Option<(&str, &str)>, &'static str> {
    if line.trim().is_empty() || line.trim_start().starts_with('#') {
        return Ok(None);
    }
    let Some((name, value)) = line.split_once('=') else {
        return Err("write NAME=value; for an empty value NAME=");
    };
    if name.starts_with("export ") {
        return Err("leave `export` out: the file is read literally, by no shell");
    }
    if !is_name(name) {
        return Err("a name has letters, digits and `_`, begins with no digit, and has no blanks around it");
    }
    Ok(Some((name, value)))
}
