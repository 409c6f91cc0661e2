//! From a file to its text, and from the text to a typed value.

use std::collections::HashSet;
use std::io::Read;
use std::path::Path;

use serde::de::DeserializeOwned;

use super::{Kind, Places, Problem, Problems, Repaired, Written, repaired, written};

/// Larger files are nothing a person wrote; refusing them bounds the memory that anchors and aliases can be blown up to.
const MAX_BYTES: u64 = 4 * 1024 * 1024;

/// A file that was read as its kind: the value, where everything in it stands, and the text.
#[derive(Debug)]
pub struct Document<T> {
    /// What was written.
    pub value: T,
    /// Where each part stands.
    pub places: Places,
    /// The whole text.
    pub text: String,
}

impl<T> Document<T> {
    /// The value, when nothing is wrong with what it means, which the caller has looked into.
    ///
    /// # Errors
    /// All problems.
    pub fn checked(self, kind: &Kind, file: &Path, problems: Vec<Problem>) -> Result<T, Problems> {
        if problems.is_empty() {
            Ok(self.value)
        } else {
            Err(Problems::in_text(file, kind, &self.text, problems))
        }
    }
}

/// Reads a file as that kind.
///
/// # Errors
/// See [`parse`]; and a file that cannot be read, is too large, or is no text.
pub fn open<T: DeserializeOwned>(kind: &Kind, file: &Path) -> Result<Document<T>, Problems> {
    parse(kind, file, text(kind, file)?)
}

/// Reads a text as that kind; `file` is what it is called in messages.
///
/// # Errors
/// Every problem with the form, each with its place. Syntax ends the search.
pub fn parse<T: DeserializeOwned>(kind: &Kind, file: &Path, text: String) -> Result<Document<T>, Problems> {
    examined(kind, file, text, |_, _| Vec::new())
}

/// Reads a text as that kind, and has a look at what it means.
///
/// # Errors
/// Every problem with the form and with the meaning, each with its place. Syntax ends the search.
pub fn examined<T: DeserializeOwned>(
    kind: &Kind,
    file: &Path,
    text: String,
    check: impl Fn(&T, &Places) -> Vec<Problem>,
) -> Result<Document<T>, Problems> {
    let in_text = |problems| Problems::in_text(file, kind, &text, problems);
    let Written { value, places, problems } =
        written(kind, &text, 0, false).map_err(|problem| in_text(vec![problem]))?;
    let read: Repaired<T> = repaired(kind, value, &places, |_, _| None, &[]);
    let meant = read.value.as_ref().map(|value| read.arising(&places, check(value, &places)));
    let problems = [problems, united(meant.unwrap_or_default(), read.problems)].concat();
    match read.value {
        Some(value) if problems.is_empty() => Ok(Document { value, places, text }),
        _ => Err(in_text(problems)),
    }
}

/// Problems with the meaning and with the form. Of two with one place, that of the meaning is told: it has the better
/// words.
pub fn united(mut meant: Vec<Problem>, form: Vec<Problem>) -> Vec<Problem> {
    let told: HashSet<_> = meant.iter().map(|problem| problem.place.clone()).collect();
    meant.extend(form.into_iter().filter(|problem| !told.contains(&problem.place)));
    meant
}

/// The text of a file, without a byte order mark.
///
/// # Errors
/// A file that cannot be read, is too large, is empty, or is no text.
pub fn text(kind: &Kind, file: &Path) -> Result<String, Problems> {
    readable(kind, file).map_err(|problem| Problems::of_file(file, kind, problem))
}

/// The same, with the problem alone.
///
/// # Errors
/// As [`text`].
pub fn readable(kind: &Kind, file: &Path) -> Result<String, Problem> {
    let of_file = |problem, message: String, help: String| Problem {
        code: kind.code(problem),
        message,
        help: Some(help),
        ..Problem::default()
    };
    let unreadable = |why: &dyn std::fmt::Display| {
        let message = format!("{} cannot be read: {why}", file.display());
        of_file("unreadable", message, format!("name a {} file, such as {}", kind.name, kind.example))
    };
    // What is no file may have no end, or nobody who writes into it.
    let length = match std::fs::metadata(file) {
        Ok(about) if about.is_dir() => return Err(unreadable(&"it is a directory")),
        Ok(about) if !about.is_file() => return Err(unreadable(&"it is a device or a pipe, not a file")),
        Ok(about) => about.len(),
        Err(error) => return Err(unreadable(&error)),
    };
    let too_large = |length: u64| {
        let shown = file.display();
        let message = format!("{shown} is {length} bytes long; a {} has at most {MAX_BYTES}", kind.name);
        of_file("too_large", message, "is this the right file?".to_owned())
    };
    if length > MAX_BYTES {
        return Err(too_large(length));
    }
    let mut bytes = Vec::new();
    // Some files of the system say that they are empty, and never end.
    let open = std::fs::File::open(file).map_err(|error| unreadable(&error))?;
    open.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(|error| unreadable(&error))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(too_large(bytes.len() as u64));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let byte = error.utf8_error().valid_up_to();
        let message = format!("{} is not UTF-8 text (byte {byte})", file.display());
        of_file("not_text", message, "save it as UTF-8".to_owned())
    })?;
    // Windows editors begin UTF-8 files with a byte order mark.
    let text = match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    };
    if text.trim().is_empty() {
        let message = format!("{} is empty", file.display());
        return Err(of_file("empty", message, format!("{} is one to begin with", kind.example)));
    }
    Ok(text)
}
