//! From a text to a value without a type, and where everything in it stands.

use serde_json::Value;

use super::mask::Mask;
use super::reader::{self, Duplicate, Read};
use super::{Kind, Places, Problem};

/// A text as a value: anchors and merge keys are resolved, types are not looked at.
#[derive(Debug)]
pub struct Written {
    /// The value.
    pub value: Value,
    /// Where everything in it stands.
    pub places: Places,
    /// Keys that stand twice; the value has the first of each.
    pub problems: Vec<Problem>,
}

/// Reads a text whose first byte lies at `base`; with `variables`, `${…}` may stand wherever a word may.
///
/// # Errors
/// What ends the search: no YAML, several documents, a merge that leads nowhere.
pub fn written(kind: &Kind, text: &str, base: usize, variables: bool) -> Result<Written, Problem> {
    let shift = |mut problem: Problem| {
        let place = problem.place.take();
        Problem { place: place.map(|place| place.start + base..place.end + base), ..problem }
    };
    let (masked, mask) = if variables { Mask::of(text) } else { (text.into(), Mask::default()) };
    let Read { value, mut index, documents, duplicates } =
        reader::read(&masked, &mask).map_err(|refused| {
            let code = kind.code(refused.code);
            shift(Problem::error(code, refused.message, refused.help.to_owned(), refused.place, "here"))
        })?;
    if documents > 1 {
        return Err(shift(several(kind, text, documents)));
    }
    index.base = base;
    let problems = duplicates.into_iter().map(|duplicate| shift(twice(kind, base, duplicate))).collect();
    Ok(Written { value, places: index.into(), problems })
}

/// What a text means, anchors and merge keys resolved, `${…}` left as it stands. `None` for what is not one document, and
/// for one with a key twice.
pub fn meaning(text: &str) -> Option<Value> {
    let (masked, mask) = Mask::of(text);
    let read = reader::read(&masked, &mask).ok()?;
    (read.documents == 1 && read.duplicates.is_empty()).then_some(read.value)
}

fn twice(kind: &Kind, base: usize, duplicate: Duplicate) -> Problem {
    let first = duplicate.first.start + base..duplicate.first.end + base;
    let message = format!("the key `{}` stands twice in one mapping", duplicate.key);
    let help = "keep one of the two".to_owned();
    Problem::error(kind.code("duplicate_key"), message, help, duplicate.again, "second time")
        .beside(first, "first time")
}

fn several(kind: &Kind, text: &str, count: usize) -> Problem {
    let at = text.find("\n---").unwrap_or(0);
    let message = format!("the file holds {count} YAML documents; a {} is one", kind.name);
    let help = "keep one, without a second `---`".to_owned();
    Problem::error(kind.code("documents"), message, help, at..at, "a second one begins after this")
}
