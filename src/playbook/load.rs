//! From a file to a checked plan, or to everything that is wrong with it.

use std::path::Path;

use serde_path_to_error::Segment;

use super::check::check;
use super::places::{Places, escaped};
use super::{Plan, Playbook, Problem, Problems};

/// Larger files are no playbooks; refusing them bounds the memory that anchors and aliases can be blown up to.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// Reads a playbook and checks it.
///
/// # Errors
/// Every problem found, each with its place. Syntax ends the search; then duplicate keys; then the first wrong type or
/// unknown key; then everything that is wrong with the meaning.
pub fn load(file: &Path) -> Result<Plan, Problems> {
    let text = read(file).map_err(|problem| Problems::of_file(file, problem))?;
    let in_text = |problems| Problems::in_text(file, &text, problems);
    let (places, duplicates) = Places::of(&text).map_err(|error| in_text(vec![syntax(&text, &error)]))?;
    if places.documents > 1 {
        let message = format!("the file holds {} YAML documents; a playbook is one", places.documents);
        let help = Some("keep one, without a second `---`".to_owned());
        let (code, label) = ("playbook::documents", "a second one begins after this".to_owned());
        let place = Some(text.find("\n---").unwrap_or(0)..text.find("\n---").unwrap_or(0));
        return Err(in_text(vec![Problem { code, message, help, place, label }]));
    }
    if !duplicates.is_empty() {
        let problem = |duplicate: super::places::Duplicate| Problem {
            code: "playbook::duplicate_key",
            message: format!("the key `{}` stands twice in one mapping", duplicate.key),
            help: Some(format!(
                "it stands first in line {}; keep one of the two",
                line_of(&text, duplicate.first.start)
            )),
            place: Some(duplicate.again),
            label: "second time".to_owned(),
        };
        return Err(in_text(duplicates.into_iter().map(problem).collect()));
    }
    let playbook = parse(&text, &places).map_err(in_text)?;
    let problems = check(&playbook, &places);
    if !problems.is_empty() {
        return Err(in_text(problems));
    }
    let absolute = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    Ok(Plan::of(&playbook, &absolute))
}

fn read(file: &Path) -> Result<String, Problem> {
    let of_file = |code, message: String, help: &str| Problem {
        code,
        message,
        help: Some(help.to_owned()),
        place: None,
        label: String::new(),
    };
    let bytes = std::fs::read(file).map_err(|error| {
        of_file(
            "playbook::unreadable",
            format!("{} cannot be read: {error}", file.display()),
            "name a playbook file, such as playbooks/rehearsal.yaml",
        )
    })?;
    if bytes.len() > MAX_BYTES {
        let message =
            format!("{} is {} bytes long; a playbook has at most {MAX_BYTES}", file.display(), bytes.len());
        return Err(of_file("playbook::too_large", message, "is this the right file?"));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let message =
            format!("{} is not UTF-8 text (byte {})", file.display(), error.utf8_error().valid_up_to());
        of_file("playbook::not_text", message, "save it as UTF-8")
    })?;
    // Windows editors begin UTF-8 files with a byte order mark.
    let text = text.strip_prefix('\u{feff}').map_or(text.clone(), str::to_owned);
    if text.trim().is_empty() {
        let message = format!("{} is empty", file.display());
        return Err(of_file("playbook::empty", message, "playbooks/rehearsal.yaml is one to begin with"));
    }
    Ok(text)
}

fn syntax(text: &str, error: &granit_parser::ScanError) -> Problem {
    let at = error.marker().byte_offset().unwrap_or(0).min(text.len());
    Problem {
        code: "playbook::syntax",
        message: format!("not YAML: {}", error.kind()),
        help: Some("is the indentation right, and every quote and bracket closed?".to_owned()),
        place: Some(at..at),
        label: "here".to_owned(),
    }
}

/// Text to typed playbook. Anchors and merge keys are resolved first.
fn parse(text: &str, places: &Places) -> Result<Playbook, Vec<Problem>> {
    let value = value(text)?;
    if !value.is_object() {
        let message = "a playbook is a mapping of keys to values".to_owned();
        let help = Some("begin with `version: 1` and `name:`".to_owned());
        let (code, label) = ("playbook::wrong_value", "this is not one".to_owned());
        return Err(vec![Problem { code, message, help, place: Some(places.find("")), label }]);
    }
    let playbook = serde_path_to_error::deserialize(&value).map_err(|error| {
        let pointer: String = error
            .path()
            .iter()
            .map(|segment| match segment {
                Segment::Seq { index } => format!("/{index}"),
                Segment::Map { key } => format!("/{}", escaped(key)),
                Segment::Enum { variant } => format!("/{}", escaped(variant)),
                Segment::Unknown => String::new(),
            })
            .collect();
        vec![typed(&error.into_inner().to_string(), &pointer, places)]
    })?;
    // What the types are lenient about, such as a list where a mapping belongs, the schema is not.
    let refused = against_schema(&value, places);
    if refused.is_empty() { Ok(playbook) } else { Err(refused) }
}

/// The text as a value, by way of JSON: there an enum is a mapping with one key, as `do` is written, not a YAML tag.
fn value(text: &str) -> Result<serde_json::Value, Vec<Problem>> {
    let wrong = |code, message, place| {
        let help = Some("is it a mapping with text keys, and does every `<<` take a mapping?".to_owned());
        vec![Problem { code, message, help, place: Some(place), label: "here".to_owned() }]
    };
    let mut value: serde_yaml::Value = serde_yaml::from_str(text).map_err(|error| {
        let at = error.location().map_or(0, |location| location.index().min(text.len()));
        wrong("playbook::syntax", format!("not a playbook: {error}"), at..at)
    })?;
    value.apply_merge().map_err(|error| {
        wrong("playbook::merge", format!("a merge key cannot be resolved: {error}"), 0..0)
    })?;
    serde_json::to_value(value)
        .map_err(|error| wrong("playbook::syntax", format!("not a playbook: {error}"), 0..0))
}

/// What the published schema refuses: parser and schema cannot disagree.
fn against_schema(value: &serde_json::Value, places: &Places) -> Vec<Problem> {
    let Ok(validator) = jsonschema::validator_for(&super::schema()) else { return Vec::new() };
    let problem = |error: jsonschema::ValidationError<'_>| {
        let pointer = error.instance_path().to_string();
        Problem {
            code: "playbook::wrong_value",
            message: error.masked_with("this value").to_string(),
            help: Some("`openbell schema playbook` prints what is valid".to_owned()),
            place: Some(places.find(&pointer)),
            label: "this value".to_owned(),
        }
    };
    validator.iter_errors(value).map(problem).collect()
}

/// A message of the deserialiser in our words.
fn typed(message: &str, pointer: &str, places: &Places) -> Problem {
    let key = message.split('`').nth(1).unwrap_or_default();
    let (code, message, help, place, label) = if message.starts_with("unknown ") {
        let known: Vec<&str> = message.split('`').skip(3).step_by(2).collect();
        let what = match (message.starts_with("unknown field"), known.contains(&"engine")) {
            (true, _) => "key",
            (false, true) => "kind of step",
            (false, false) => "value",
        };
        let valid = format!("valid here: {}", known.join(", "));
        let help =
            nearest(key, &known).map_or(valid.clone(), |near| format!("did you mean `{near}`? {valid}"));
        let place = if pointer.ends_with(&format!("/{}", escaped(key))) {
            places.key(pointer)
        } else {
            places.key(&format!("{pointer}/{}", escaped(key)))
        };
        (
            "playbook::unknown_key",
            format!("unknown {what} `{key}`"),
            Some(help),
            place,
            format!("no such {what}"),
        )
    } else if message.starts_with("missing field") {
        let label = format!("`{key}` belongs in here");
        ("playbook::missing_key", format!("the key `{key}` is missing"), None, places.key(pointer), label)
    } else if message.contains("map with a single key") {
        let help = format!("one of: {}", crate::steps::Action::NAMES.join(", "));
        let label = "none, or more than one".to_owned();
        (
            "playbook::one_kind",
            "a step does exactly one thing".to_owned(),
            Some(help),
            places.key(pointer),
            label,
        )
    } else {
        let help = message.ends_with("expected a string").then(|| {
            "write a text: numbers in quotes, spans of time with their unit, such as 90s".to_owned()
        });
        let plain = message.replace("expected a sequence", "expected a list").replace("a sequence", "a list");
        let plain = match plain.split_once("expected struct") {
            Some((head, _)) => format!("{head}expected a mapping"),
            None => plain.replace("expected u32", "expected a number"),
        };
        ("playbook::wrong_value", plain, help, places.find(pointer), "this value".to_owned())
    };
    Problem { code, message, help, place: Some(place), label }
}

/// The known word that differs in at most half of its letters.
fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let near = known.iter().min_by_key(|candidate| distance(word, candidate))?;
    (distance(word, near) * 2 <= near.chars().count()).then_some(near)
}

/// Edits between two words (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let cost = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = cost.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

fn line_of(text: &str, byte: usize) -> usize {
    text[..byte.min(text.len())].matches('\n').count() + 1
}
