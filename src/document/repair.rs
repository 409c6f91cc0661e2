//! Every problem with the form of a value, not only the first: what is wrong is told, taken out, and the rest is read.

use std::collections::HashSet;
use std::ops::Range;

use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::Segment;

use super::problem::MOST_TOLD;
use super::{Kind, Places, Problem, escaped, nearest, schema, typed};

/// Attempts at reading. Each takes out a part, so there is an end anyway; this one is near.
const MOST_ATTEMPTS: usize = 4 * MOST_TOLD;

/// What may stand at a pointer instead of what is wrong there (`null` when it is missing), so that the rest can be read.
pub type Placeholder = fn(pointer: &str, wrong: &Value) -> Option<Value>;

/// A value as its type, as far as it can be read.
#[derive(Debug)]
pub struct Repaired<T> {
    /// The value; parts of it may be placeholders.
    pub value: Option<T>,
    /// What is wrong with the form.
    pub problems: Vec<Problem>,
    holes: Vec<String>,
}

struct Repair<'a> {
    kind: &'a Kind,
    places: &'a Places,
    placeholder: Placeholder,
    value: Value,
    /// Taken out, and what is missing where is no news.
    removed: HashSet<String>,
    replaced: HashSet<String>,
    /// Read under the name that was probably meant.
    renamed: Vec<String>,
    holes: Vec<String>,
    problems: Vec<Problem>,
}

/// Reads a value as its type, and tells everything that is wrong with its form. What stands at the pointers `wrong` is
/// known to be so, and told already.
pub fn repaired<T: DeserializeOwned>(
    kind: &Kind,
    value: Value,
    places: &Places,
    placeholder: Placeholder,
    wrong: &[String],
) -> Repaired<T> {
    if !value.is_object() {
        let message = format!("a {} is a mapping of keys to values", kind.name);
        let help = format!("begin with {}", kind.begins);
        let code = kind.code("wrong_value");
        let problem = Problem::error(code, message, help, places.find(""), "this is not one");
        return Repaired { value: None, problems: vec![problem], holes: Vec::new() };
    }
    let mut repair = Repair {
        kind,
        places,
        placeholder,
        value,
        removed: HashSet::new(),
        replaced: HashSet::new(),
        renamed: Vec::new(),
        holes: Vec::new(),
        problems: Vec::new(),
    };
    for pointer in wrong.iter().take(MOST_ATTEMPTS) {
        repair.replace(pointer);
    }
    let value = repair.read::<T>();
    if value.is_some() {
        // What the types are lenient about, such as a list where a mapping belongs, the schema is not.
        let refused = schema::refused(kind, &repair.value, places);
        let holes = extents(places, &repair.holes);
        repair.problems.extend(refused.into_iter().filter(|problem| !within(problem, &holes)));
    }
    Repaired { value, problems: repair.problems, holes: repair.holes }
}

impl<T> Repaired<T> {
    /// Without the problems that only arise from what is wrong with the form.
    pub fn arising(&self, places: &Places, problems: Vec<Problem>) -> Vec<Problem> {
        let holes = extents(places, &self.holes);
        let parents = self.holes.iter().filter_map(|hole| hole.rsplit_once('/'));
        let parents: Vec<_> = parents.map(|(parent, _)| places.find(parent)).collect();
        let own = |problem: &Problem| problem.place.as_ref().is_none_or(|place| !parents.contains(place));
        problems.into_iter().filter(|problem| own(problem) && !within(problem, &holes)).collect()
    }

    /// Whether nothing is known of a part.
    pub fn lacks(&self, pointer: &str) -> bool {
        self.holes.iter().any(|hole| hole == pointer)
    }
}

fn extents(places: &Places, holes: &[String]) -> Vec<Range<usize>> {
    holes.iter().map(|hole| places.extent(hole)).filter(|hole| !hole.is_empty()).collect()
}

fn within(problem: &Problem, holes: &[Range<usize>]) -> bool {
    let inside = |place: &Range<usize>| holes.iter().any(|hole| hole.contains(&place.start));
    problem.place.as_ref().is_some_and(inside)
}

impl Repair<'_> {
    fn read<T: DeserializeOwned>(&mut self) -> Option<T> {
        // Most files are as they should be, and paths take time.
        if let Ok(read) = T::deserialize(&self.value) {
            return Some(read);
        }
        for _ in 0..MOST_ATTEMPTS {
            let error = match serde_path_to_error::deserialize::<_, T>(&self.value) {
                Ok(read) => return Some(read),
                Err(error) => error,
            };
            let pointer = pointer(error.path());
            let message = error.into_inner().to_string();
            if !self.follows(&message, &pointer) {
                self.problems.push(typed::problem(self.kind, &message, &pointer, self.places));
            }
            if self.problems.len() > MOST_TOLD || !self.mend(&message, &pointer) {
                return None;
            }
        }
        None
    }

    /// Whether it is wrong only because something was taken out.
    fn follows(&self, message: &str, pointer: &str) -> bool {
        if message.starts_with("missing field") {
            return self.removed.contains(&format!("{pointer}/{}", escaped(quoted(message))));
        }
        let of_renamed = |name: &String| pointer.strip_prefix(name.as_str());
        if self.renamed.iter().filter_map(of_renamed).any(|rest| rest.is_empty() || rest.starts_with('/')) {
            return true;
        }
        let inside = format!("{pointer}/");
        message.contains("map with a single key")
            && self.removed.iter().any(|removed| removed.starts_with(&inside))
    }

    fn mend(&mut self, message: &str, pointer: &str) -> bool {
        let own = format!("/{}", escaped(quoted(message)));
        let inner = format!("{pointer}{own}");
        if message.starts_with("unknown field") {
            let here = self.value.pointer(&inner).is_none() && pointer.ends_with(&own);
            let at = if here { pointer } else { &inner };
            return self.rename(message, at) || self.remove(at) || self.replace(pointer);
        }
        if message.starts_with("missing field")
            && !self.removed.contains(&inner)
            && let Some(new) = (self.placeholder)(&inner, &Value::Null)
            && let Some(Value::Object(keys)) = self.value.pointer_mut(pointer)
        {
            keys.insert(quoted(message).to_owned(), new);
            return true;
        }
        self.replace(pointer)
    }

    /// Reads an unknown key as the one that was probably meant: that it is missing is no news then.
    fn rename(&mut self, message: &str, at: &str) -> bool {
        let known: Vec<&str> = message.split('`').skip(3).step_by(2).collect();
        let Some(near) = nearest(quoted(message), &known) else { return false };
        let Some((parent, _)) = at.rsplit_once('/') else { return false };
        let Some(Value::Object(keys)) = self.value.pointer_mut(parent) else { return false };
        let Some(value) = keys.get(quoted(message)).filter(|_| !keys.contains_key(near)).cloned() else {
            return false;
        };
        keys.shift_remove(quoted(message));
        keys.insert(near.to_owned(), value);
        let meant = format!("{parent}/{}", escaped(near));
        self.holes.push(meant.clone());
        self.renamed.push(meant);
        true
    }

    /// Puts a placeholder there, or takes it out, or does so with what it stands in.
    fn replace(&mut self, pointer: &str) -> bool {
        let mut at = pointer;
        while let Some((parent, _)) = at.rsplit_once('/') {
            if let Some(wrong) = self.value.pointer_mut(at) {
                if !self.replaced.contains(at)
                    && let Some(new) = (self.placeholder)(at, wrong)
                {
                    *wrong = new;
                    self.replaced.insert(at.to_owned());
                    self.holes.push(at.to_owned());
                    return true;
                }
                if self.remove(at) {
                    self.removed.insert(at.to_owned());
                    self.holes.push(at.to_owned());
                    return true;
                }
            }
            at = parent;
        }
        false
    }

    fn remove(&mut self, at: &str) -> bool {
        let Some((parent, name)) = at.rsplit_once('/') else { return false };
        let name = name.replace("~1", "/").replace("~0", "~");
        let keys = self.value.pointer_mut(parent).and_then(Value::as_object_mut);
        keys.is_some_and(|keys| keys.shift_remove(&name).is_some())
    }
}

fn quoted(message: &str) -> &str {
    message.split('`').nth(1).unwrap_or_default()
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
