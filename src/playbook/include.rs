//! One playbook out of several files: what each contributes, and what two of them must not both say.

use std::collections::HashMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::load::PLAYBOOK;
use crate::document::{Places, Problem, Routes, Sources, Written, escaped, nearest, readable, written};

/// What a file that is included cannot have: it belongs to the whole.
pub(super) const WHOLE: &[&str] = &["name", "description", "within", "matrix"];

/// The value of a playbook and all it includes.
#[derive(Debug)]
pub(super) struct Composed {
    /// As one file would have it.
    pub(super) value: Value,
    /// Where everything in it stands, in whichever file.
    pub(super) places: Places,
    /// Env files as they are named, relative to which directory, and where.
    pub(super) env_files: Vec<(String, PathBuf, Range<usize>)>,
    /// Whether every file could be read: if not, references may lead into what is missing.
    pub(super) whole: bool,
}

/// Reads a playbook's text and the files it includes. `None` when the text itself is no YAML.
pub(super) fn compose(
    file: &Path,
    text: &str,
    sources: &mut Sources,
    problems: &mut Vec<Problem>,
) -> Option<Composed> {
    let mut reader = Reader {
        sources,
        problems,
        parts: Vec::new(),
        order: Vec::new(),
        open: Vec::new(),
        seen: HashMap::new(),
        whole: true,
    };
    reader.read(file, text);
    let whole = reader.whole;
    let (parts, order) = (reader.parts, reader.order);
    (!parts.is_empty() && order.contains(&0)).then(|| joined(parts, &order, problems, whole))
}

/// A file that was read.
struct Part {
    value: Value,
    places: Places,
    directory: PathBuf,
}

struct Reader<'a> {
    sources: &'a mut Sources,
    problems: &'a mut Vec<Problem>,
    /// The file that was named comes first.
    parts: Vec<Part>,
    /// The order in which they contribute: what is included comes before what includes it.
    order: Vec<usize>,
    /// The files on the way to the one that is read.
    open: Vec<PathBuf>,
    /// Where each file was included.
    seen: HashMap<PathBuf, Option<Range<usize>>>,
    whole: bool,
}

impl Reader<'_> {
    fn read(&mut self, file: &Path, text: &str) {
        let identity = file.canonicalize().unwrap_or_else(|_| file.to_owned());
        let base = self.sources.add(&file.display().to_string(), text);
        let Written { value, places, problems } = match written(&PLAYBOOK, text, base, true) {
            Ok(written) => written,
            Err(problem) => {
                self.problems.push(problem);
                self.whole = false;
                return;
            }
        };
        self.problems.extend(problems);
        let directory = file.parent().unwrap_or(Path::new("")).to_owned();
        let included: Vec<_> = match value.get("include").and_then(Value::as_array) {
            Some(files) => files.iter().map(|file| file.as_str().map(str::to_owned)).collect(),
            None => Vec::new(),
        };
        let at: Vec<_> = (0..included.len()).map(|index| places.find(&format!("/include/{index}"))).collect();
        let index = self.parts.len();
        self.parts.push(Part { value, places, directory: directory.clone() });
        self.open.push(identity.clone());
        self.seen.entry(identity).or_insert(None);
        for (name, at) in included.into_iter().zip(at) {
            // What is no text is told with the form of the file.
            if let Some(name) = name {
                self.include(&directory.join(name), at);
            }
        }
        self.open.pop();
        self.order.push(index);
    }

    fn include(&mut self, file: &Path, at: Range<usize>) {
        let shown = file.display();
        if file.is_dir() {
            let message = format!("{shown} is a directory, not a file");
            return self.lost("playbook::include", message, "name the files in it one by one".to_owned(), at);
        }
        // What is included by mistake, a secret or a file of the system, is neither read nor shown.
        if !file.extension().is_some_and(|end| end == "yaml" || end == "yml") {
            let message = format!("{shown} is not named as a YAML file is");
            let help = "the name of an included file ends with .yaml or .yml".to_owned();
            return self.lost("playbook::include", message, help, at);
        }
        let identity = file.canonicalize().unwrap_or_else(|_| file.to_owned());
        if let Some(first) = self.open.iter().position(|open| *open == identity) {
            let name = |file: &PathBuf| {
                file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
            };
            let mut circle: Vec<_> = self.open[first..].iter().map(name).collect();
            circle.push(name(&identity));
            let message = format!("the includes go round in a circle: {}", circle.join(" → "));
            return self.lost("playbook::include_cycle", message, "take one of them out".to_owned(), at);
        }
        if let Some(first) = self.seen.get(&identity) {
            let message = format!("{shown} is included twice");
            let help = "include it once: what it declares would be declared twice".to_owned();
            let code = "playbook::declared_twice".to_owned();
            let mut problem = Problem::error(code, message, help, at, "second time");
            problem.also = first.iter().map(|first| (first.clone(), "first time".to_owned())).collect();
            self.problems.push(problem);
            return;
        }
        match readable(&PLAYBOOK, file) {
            Ok(text) => {
                self.seen.insert(identity, Some(at));
                self.read(file, &text);
            }
            Err(problem) => {
                let help = near(file).unwrap_or_else(|| "paths are relative to this file".to_owned());
                self.lost("playbook::include", problem.message, help, at);
            }
        }
    }

    fn lost(&mut self, code: &str, message: String, help: String, at: Range<usize>) {
        self.whole = false;
        self.problems.push(Problem::error(code.to_owned(), message, help, at, "included here"));
    }
}

/// A file of the same directory whose name is like this one's.
fn near(file: &Path) -> Option<String> {
    let wanted = file.file_name()?.to_str()?;
    let directory = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let names = std::fs::read_dir(directory).ok()?.filter_map(Result::ok);
    let names: Vec<String> = names.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    let known: Vec<&str> = names.iter().map(String::as_str).collect();
    nearest(wanted, &known).map(|near| format!("did you mean `{near}`? paths are relative to this file"))
}

/// A value in the making.
struct Joining<'a> {
    parts: Vec<Part>,
    value: Map<String, Value>,
    routes: Routes,
    env_files: Vec<(String, PathBuf, Range<usize>)>,
    problems: &'a mut Vec<Problem>,
}

fn joined(mut parts: Vec<Part>, order: &[usize], problems: &mut Vec<Problem>, whole: bool) -> Composed {
    // One that is no mapping is told with the form.
    if !parts[0].value.is_object() {
        let places = parts.swap_remove(0).places;
        return Composed { value: Value::Null, places, env_files: Vec::new(), whole };
    }
    let value = Map::new();
    let mut joining = Joining { parts, value, routes: Routes::default(), env_files: Vec::new(), problems };
    for &file in order {
        joining.take(file);
    }
    let Joining { parts, value, routes, env_files, .. } = joining;
    let places = Places::joined(parts.into_iter().map(|part| part.places).collect(), routes);
    Composed { value: Value::Object(value), places, env_files, whole }
}

impl Joining<'_> {
    fn take(&mut self, file: usize) {
        if file > 0 {
            self.partial(file);
        }
        let Some(part) = self.parts.get_mut(file) else { return };
        let Value::Object(sections) = part.value.take() else { return };
        for (section, value) in sections {
            let (section, part) = (section.as_str(), &self.parts[file]);
            match (section, value) {
                ("version" | "include", _) if file > 0 => {}
                (name, _) if file > 0 && WHOLE.contains(&name) => {}
                ("env_file", Value::Array(items)) => {
                    let paths = items.iter().enumerate().filter_map(|(index, item)| {
                        let at = part.places.find(&format!("/env_file/{index}"));
                        Some((item.as_str()?.to_owned(), part.directory.clone(), at))
                    });
                    self.env_files.extend(paths);
                    self.list(file, section, items);
                }
                ("steps" | "on_failure" | "finally", Value::Array(items)) => self.list(file, section, items),
                ("containers" | "client_ids" | "vars" | "safety", Value::Object(keys)) => {
                    self.section(file, section, keys);
                }
                (_, value) => self.one(file, section, value),
            }
        }
    }

    /// What a partial playbook must and must not have.
    fn partial(&mut self, file: usize) {
        let part = &self.parts[file];
        let mut tell = |code: &str, pointer: &str, message: String, help: &str| {
            let place = part.places.key(pointer);
            self.problems.push(Problem::error(code.to_owned(), message, help.to_owned(), place, "here"));
        };
        let wrong = "playbook::wrong_value";
        if !part.value.is_object() {
            return tell(wrong, "", "a partial playbook is a mapping".to_owned(), "begin with `version: 1`");
        }
        match part.value.get("version") {
            Some(version) if *version == 1 => {}
            Some(_) => {
                tell(wrong, "/version", "this openbell reads version 1".to_owned(), "write `version: 1`");
            }
            None => {
                let message = "the key `version` is missing".to_owned();
                tell(
                    "playbook::missing_key",
                    "",
                    message,
                    "begin with `version: 1`, also in a partial playbook",
                );
            }
        }
        let listed = |files: &Value| files.as_array().is_some_and(|files| files.iter().all(Value::is_string));
        if part.value.get("include").is_some_and(|files| !listed(files)) {
            tell(wrong, "/include", "`include` is a list of files".to_owned(), "such as [common.yaml]");
        }
        for section in WHOLE {
            if part.value.get(section).is_some() {
                let message = format!("`{section}` cannot stand in a file that is included");
                let help = "move it to the playbook that includes this file";
                tell("playbook::include_section", &format!("/{section}"), message, help);
            }
        }
    }

    fn list(&mut self, file: usize, section: &str, items: Vec<Value>) {
        let own = self.value.entry(section).or_insert_with(|| Value::Array(Vec::new()));
        let Value::Array(whole) = own else { return };
        self.routes.lists.entry(section.to_owned()).or_default().push((whole.len(), file));
        self.routes.owners.insert(format!("/{section}"), file);
        whole.extend(items);
    }

    fn section(&mut self, file: usize, section: &str, keys: Map<String, Value>) {
        self.routes.owners.insert(format!("/{section}"), file);
        for (key, value) in keys {
            let pointer = format!("/{section}/{}", escaped(&key));
            let own = self.value.entry(section).or_insert_with(|| Value::Object(Map::new()));
            let Value::Object(whole) = own else { return };
            if let Some(&first) = self.routes.owners.get(&pointer) {
                self.twice(&pointer, &key, first, file);
            } else {
                whole.insert(key, value);
                self.routes.owners.insert(pointer, file);
            }
        }
    }

    fn one(&mut self, file: usize, section: &str, value: Value) {
        let pointer = format!("/{section}");
        if let Some(&first) = self.routes.owners.get(&pointer) {
            self.twice(&pointer, section, first, file);
        } else {
            self.value.insert(section.to_owned(), value);
            self.routes.owners.insert(pointer, file);
        }
    }

    fn twice(&mut self, pointer: &str, key: &str, first: usize, again: usize) {
        let at = |file: usize| self.parts[file].places.key(pointer);
        let message = format!("`{key}` is declared in two files");
        let help = "keep one of the two: no file overrides another".to_owned();
        let code = "playbook::declared_twice".to_owned();
        let problem = Problem::error(code, message, help, at(again), "second time");
        self.problems.push(problem.beside(at(first), "first time"));
    }
}
