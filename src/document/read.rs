//! From a file to its text, and from the text to a typed value.

use std::path::Path;

use serde::de::DeserializeOwned;
use serde_path_to_error::Segment;

use super::{Kind, Places, Problem, Problems, escaped, schema, typed};

/// Larger files are nothing a person wrote; refusing them bounds the memory that anchors and aliases can be blown up to.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// A file that was read as its kind: the value, where everything in it stands, and the text.
#[derive(Debug)]
pub struct Document<T> {
    /// What was written.
    pub value: T,
    /// Where each part stands.
    pub places: Places,
    /// The whole text.
    pub text: String,
    /// What the published schema refuses, though the types take it.
    refused: Vec<Problem>,
}

impl<T> Document<T> {
    /// The value, when nothing is wrong with it: neither with what it means, which the caller has looked into, nor with
    /// its form. Of two problems with one place, that of the meaning is told: it has the better words.
    ///
    /// # Errors
    /// All problems.
    pub fn checked(self, kind: &Kind, file: &Path, mut problems: Vec<Problem>) -> Result<T, Problems> {
        let told: Vec<_> = problems.iter().map(|problem| problem.place.clone()).collect();
        problems.extend(self.refused.into_iter().filter(|refused| !told.contains(&refused.place)));
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
    let text = text(kind, file).map_err(|problem| Problems::of_file(file, kind, problem))?;
    parse(kind, file, text)
}

/// Reads a text as that kind; `file` is what it is called in messages.
///
/// # Errors
/// Every problem found, each with its place. Syntax ends the search; then duplicate keys; then the first wrong type or
/// unknown key. What only the schema refuses is told by [`Document::checked`].
pub fn parse<T: DeserializeOwned>(kind: &Kind, file: &Path, text: String) -> Result<Document<T>, Problems> {
    let in_text = |text: &str, problems| Problems::in_text(file, kind, text, problems);
    match places(kind, &text).and_then(|places| Ok((typed(kind, &text, &places)?, places))) {
        Ok(((value, refused), places)) => Ok(Document { value, places, text, refused }),
        Err(problems) => Err(in_text(&text, problems)),
    }
}

fn text(kind: &Kind, file: &Path) -> Result<String, Problem> {
    let of_file = |problem, message: String, help: String| Problem {
        code: kind.code(problem),
        message,
        help: Some(help),
        place: None,
        label: String::new(),
    };
    let bytes = std::fs::read(file).map_err(|error| {
        let message = format!("{} cannot be read: {error}", file.display());
        of_file("unreadable", message, format!("name a {} file, such as {}", kind.name, kind.example))
    })?;
    if bytes.len() > MAX_BYTES {
        let (shown, length) = (file.display(), bytes.len());
        let message = format!("{shown} is {length} bytes long; a {} has at most {MAX_BYTES}", kind.name);
        return Err(of_file("too_large", message, "is this the right file?".to_owned()));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let byte = error.utf8_error().valid_up_to();
        let message = format!("{} is not UTF-8 text (byte {byte})", file.display());
        of_file("not_text", message, "save it as UTF-8".to_owned())
    })?;
    // Windows editors begin UTF-8 files with a byte order mark.
    let text = text.strip_prefix('\u{feff}').map_or(text.clone(), str::to_owned);
    if text.trim().is_empty() {
        let message = format!("{} is empty", file.display());
        return Err(of_file("empty", message, format!("{} is one to begin with", kind.example)));
    }
    Ok(text)
}

/// Where everything stands in a text that is one YAML document without duplicate keys.
fn places(kind: &Kind, text: &str) -> Result<Places, Vec<Problem>> {
    let (places, duplicates) = Places::of(text).map_err(|error| vec![syntax(kind, text, &error)])?;
    if places.documents > 1 {
        let at = text.find("\n---").unwrap_or(0);
        return Err(vec![Problem {
            code: kind.code("documents"),
            message: format!("the file holds {} YAML documents; a {} is one", places.documents, kind.name),
            help: Some("keep one, without a second `---`".to_owned()),
            place: Some(at..at),
            label: "a second one begins after this".to_owned(),
        }]);
    }
    let line_of = |byte: usize| text[..byte.min(text.len())].matches('\n').count() + 1;
    let problems: Vec<_> = duplicates
        .into_iter()
        .map(|duplicate| Problem {
            code: kind.code("duplicate_key"),
            message: format!("the key `{}` stands twice in one mapping", duplicate.key),
            help: Some(format!(
                "it stands first in line {}; keep one of the two",
                line_of(duplicate.first.start)
            )),
            place: Some(duplicate.again),
            label: "second time".to_owned(),
        })
        .collect();
    if problems.is_empty() { Ok(places) } else { Err(problems) }
}

fn syntax(kind: &Kind, text: &str, error: &granit_parser::ScanError) -> Problem {
    let at = error.marker().byte_offset().unwrap_or(0).min(text.len());
    Problem {
        code: kind.code("syntax"),
        message: format!("not YAML: {}", error.kind()),
        help: Some("is the indentation right, and every quote and bracket closed?".to_owned()),
        place: Some(at..at),
        label: "here".to_owned(),
    }
}

/// Text to typed value. Anchors and merge keys are resolved first.
fn typed<T: DeserializeOwned>(
    kind: &Kind,
    text: &str,
    places: &Places,
) -> Result<(T, Vec<Problem>), Vec<Problem>> {
    let value = json(kind, text)?;
    if !value.is_object() {
        return Err(vec![Problem {
            code: kind.code("wrong_value"),
            message: format!("a {} is a mapping of keys to values", kind.name),
            help: Some(format!("begin with {}", kind.begins)),
            place: Some(places.find("")),
            label: "this is not one".to_owned(),
        }]);
    }
    let read = serde_path_to_error::deserialize(&value).map_err(|error| {
        let pointer = pointer(error.path());
        vec![typed::problem(kind, &error.into_inner().to_string(), &pointer, places)]
    })?;
    // What the types are lenient about, such as a list where a mapping belongs, the schema is not.
    Ok((read, schema::refused(kind, &value, places)))
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{}", escaped(key)),
            Segment::Enum { variant } => format!("/{}", escaped(variant)),
            Segment::Unknown => String::new(),
        })
        .collect()
}

/// The text as a value, by way of JSON: there an enum is a mapping with one key, as people write it, not a YAML tag.
fn json(kind: &Kind, text: &str) -> Result<serde_json::Value, Vec<Problem>> {
    let wrong = |problem, message, place| {
        let help = Some("is it a mapping with text keys, and does every `<<` take a mapping?".to_owned());
        let code = kind.code(problem);
        vec![Problem { code, message, help, place: Some(place), label: "here".to_owned() }]
    };
    let mut value: serde_yaml::Value = serde_yaml::from_str(text).map_err(|error| {
        let at = error.location().map_or(0, |location| location.index().min(text.len()));
        wrong("syntax", format!("not a {}: {error}", kind.name), at..at)
    })?;
    value
        .apply_merge()
        .map_err(|error| wrong("merge", format!("a merge key cannot be resolved: {error}"), 0..0))?;
    serde_json::to_value(value)
        .map_err(|error| wrong("syntax", format!("not a {}: {error}", kind.name), 0..0))
}
