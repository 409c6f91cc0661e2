//! Where the values of variables come from, and which one counts.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::Value;

use super::include::Composed;
use super::interpolate::{Flaw, interpolated};
use super::{Inputs, env_file};
use crate::document::{MOST_TOLD, Places, Problem, Sources, escaped, nearest};
use crate::secret_name::speaks_of_secret;

/// What is looked at before there are variables, or means something else by `$`.
const LITERAL: &[&str] = &["version", "include", "matrix", "vars", "env_file"];

/// The variables of one reading of a playbook.
#[derive(Debug)]
pub(super) struct Scope<'a> {
    inputs: &'a Inputs,
    /// Those of the matrix's entry.
    variant: BTreeMap<String, String>,
    /// Those of env files; the first that has one counts.
    files: Vec<BTreeMap<String, String>>,
    /// Those of the playbook.
    own: BTreeMap<String, String>,
    /// Names under `vars` whose value is not known: that is told where they stand.
    broken: Vec<String>,
}

impl<'a> Scope<'a> {
    /// What comes from outside: everything but the playbook's own `vars` and its matrix.
    pub(super) fn outside(
        inputs: &'a Inputs,
        composed: &Composed,
        sources: &mut Sources,
        problems: &mut Vec<Problem>,
    ) -> Self {
        let (variant, own) = (BTreeMap::new(), BTreeMap::new());
        let mut scope = Self { inputs, variant, files: Vec::new(), own, broken: Vec::new() };
        if let Some(file) = &inputs.env_file {
            match env_file::read(file, sources, problems) {
                Ok(variables) => scope.files.push(variables),
                Err(reason) => problems.push(Problem {
                    code: "playbook::env_file".to_owned(),
                    message: format!("{} cannot be read: {reason}", file.display()),
                    help: Some("name another with --env-file".to_owned()),
                    ..Problem::default()
                }),
            }
        }
        let mut named = Vec::new();
        for (name, directory, at) in &composed.env_files {
            let name = interpolated(name, |name| scope.get(name));
            let Ok(name) = name else {
                problems.push(unreadable("its name has a variable that nothing gives", at.clone()));
                continue;
            };
            let file = directory.join(name);
            match env_file::read(&file, sources, problems) {
                Ok(variables) => named.push(variables),
                Err(reason) => {
                    problems.push(unreadable(&format!("{}: {reason}", file.display()), at.clone()));
                }
            }
        }
        scope.files.extend(named.into_iter().rev());
        scope
    }

    /// With the variables of an entry of the matrix, and the playbook's own.
    pub(super) fn of(
        &self,
        entry: Option<usize>,
        composed: &Composed,
        sources: &Sources,
        problems: &mut Vec<Problem>,
    ) -> Self {
        let (variant, own, files) = (BTreeMap::new(), BTreeMap::new(), self.files.clone());
        let mut scope = Self { inputs: self.inputs, variant, files, own, broken: Vec::new() };
        if let Some(entry) = entry {
            for (name, value) in scope.resolved(&format!("/matrix/{entry}/vars"), composed, sources, problems)
            {
                scope.variant.insert(name, value);
            }
        }
        let vars = composed.value.get("vars").and_then(Value::as_object);
        for name in vars.into_iter().flat_map(|vars| vars.keys()) {
            let at = format!("/vars/{}", escaped(name));
            let text = composed.value.pointer(&at).map(text).unwrap_or_default();
            let given = scope.get(name);
            match given.map_or_else(|| scope.text(&text, &at, &composed.places, sources), Ok) {
                Ok(value) => drop(scope.own.insert(name.clone(), value)),
                Err(flaws) => {
                    problems.extend(flaws);
                    scope.broken.push(name.clone());
                }
            }
        }
        scope
    }

    fn resolved(
        &mut self,
        pointer: &str,
        composed: &Composed,
        sources: &Sources,
        problems: &mut Vec<Problem>,
    ) -> Vec<(String, String)> {
        let mut all = Vec::new();
        for (name, value) in composed.value.pointer(pointer).and_then(Value::as_object).into_iter().flatten()
        {
            let at = format!("{pointer}/{}", escaped(name));
            match self.text(&text(value), &at, &composed.places, sources) {
                Ok(value) => all.push((name.clone(), value)),
                Err(flaws) => {
                    problems.extend(flaws);
                    self.broken.push(name.clone());
                }
            }
        }
        all
    }

    /// The value of a variable, of the source that goes before the others.
    fn get(&self, name: &str) -> Option<String> {
        let given = self.inputs.variables.iter().rev().find(|(given, _)| given == name);
        given
            .map(|(_, value)| value.clone())
            .or_else(|| self.variant.get(name).cloned())
            .or_else(|| (self.inputs.environment)(name))
            .or_else(|| self.files.iter().find_map(|file| file.get(name).cloned()))
            .or_else(|| self.own.get(name).cloned())
    }

    /// The names that are known by themselves; the environment's are not.
    fn names(&self) -> Vec<&str> {
        let given = self.inputs.variables.iter().map(|(name, _)| name);
        let maps = self.files.iter().chain([&self.variant, &self.own]);
        given.chain(maps.flat_map(BTreeMap::keys)).map(String::as_str).collect()
    }

    /// Every variable that is known by name, with the value that counts.
    pub(super) fn all(&self) -> BTreeMap<String, String> {
        let names = self.names().into_iter();
        names.filter_map(|name| Some((name.to_owned(), self.get(name)?))).collect()
    }

    /// The values that no message may show.
    pub(super) fn secrets(&self) -> Vec<String> {
        let secret = |(name, value): (String, String)| speaks_of_secret(&name).then_some(value);
        self.all().into_iter().filter_map(secret).filter(|value| !value.is_empty()).collect()
    }

    /// Puts the values of variables into every text of a value; the pointers of those where that cannot be done.
    pub(super) fn fill(
        &self,
        value: &mut Value,
        places: &Places,
        sources: &Sources,
        problems: &mut Vec<Problem>,
    ) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut text = |text: &str, pointer: &str| match self.text(text, pointer, places, sources) {
            Err(_) if problems.len() > MOST_TOLD => None,
            Ok(new) => {
                Some(Self::scalar(text, new, places.written(pointer).and_then(|at| sources.slice(&at))))
            }
            Err(flaws) => {
                problems.extend(flaws);
                wrong.push(pointer.to_owned());
                None
            }
        };
        for (section, value) in value.as_object_mut().into_iter().flatten() {
            if !LITERAL.contains(&section.as_str()) {
                let steps = ["steps", "on_failure", "finally"].contains(&section.as_str());
                each_text(value, &mut format!("/{}", escaped(section)), usize::from(steps), &mut text);
            }
        }
        wrong
    }

    /// A word without quotes that is one variable and nothing else is what YAML makes of its value.
    fn scalar(before: &str, new: String, raw: Option<&str>) -> Value {
        let alone =
            raw == Some(before) && before.starts_with("${") && before.find('}') == Some(before.len() - 1);
        if alone && let Ok(read) = serde_yaml::from_str::<serde_yaml::Value>(&new) {
            match read {
                serde_yaml::Value::Bool(read) => return Value::Bool(read),
                serde_yaml::Value::Number(_) => {
                    return serde_json::to_value(read).unwrap_or(Value::String(new));
                }
                _ => {}
            }
        }
        Value::String(new)
    }

    fn text(
        &self,
        text: &str,
        pointer: &str,
        places: &Places,
        sources: &Sources,
    ) -> Result<String, Vec<Problem>> {
        interpolated(text, |name| self.get(name)).map_err(|flaws| {
            let whole = places.find(pointer);
            let raw = places.written(pointer).and_then(|at| Some((at.start, sources.slice(&at)?)));
            // Where the text stands in the file as it is: without escapes, on one line.
            let start =
                raw.and_then(|(start, raw)| raw.find(text).filter(|at| *at <= 1).map(|at| start + at));
            let problem = |(flaw, at): (Flaw, std::ops::Range<usize>)| {
                if matches!(&flaw, Flaw::Undefined(name) if self.broken.contains(name)) {
                    return None;
                }
                let place = start.map_or(whole.clone(), |start| start + at.start..start + at.end);
                let mut problem = self.flaw(&flaw, place);
                problem.also = places.also(pointer);
                Some(problem)
            };
            flaws.into_iter().filter_map(problem).collect()
        })
    }

    fn flaw(&self, flaw: &Flaw, place: std::ops::Range<usize>) -> Problem {
        let (code, message, help) = match flaw {
            Flaw::Syntax(what) => (
                "playbook::variable_syntax",
                format!("not a variable: {what}"),
                "write ${NAME} or ${NAME:-default}; $${ stands for the two characters themselves".to_owned(),
            ),
            Flaw::Undefined(name) => {
                let near = nearest(name, &self.names()).map(|near| format!("did you mean `{near}`? "));
                let help = format!(
                    "{}give it with --var {name}=…, in the environment, in an env file or under `vars`, or write \
                     ${{{name}:-default}}",
                    near.unwrap_or_default()
                );
                ("playbook::undefined_variable", format!("the variable `{name}` is not defined"), help)
            }
            Flaw::Required(name, why) => {
                let why = if why.is_empty() { String::new() } else { format!(": {why}") };
                let help = format!("give it with --var {name}=…, in the environment or in an env file");
                ("playbook::required_variable", format!("the variable `{name}` has to be given{why}"), help)
            }
        };
        Problem::error(code.to_owned(), message, help, place, "here")
    }
}

fn unreadable(reason: &str, at: std::ops::Range<usize>) -> Problem {
    let help = "paths are relative to the file that names them".to_owned();
    let message = format!("this env file cannot be read: {reason}");
    Problem::error("playbook::env_file".to_owned(), message, help, at, "this file")
}

/// A scalar as a text.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Every text in a value that may hold a variable. `depth` counts the levels to the keys of a step, 0 elsewhere.
fn each_text(
    value: &mut Value,
    pointer: &mut String,
    depth: usize,
    change: &mut impl FnMut(&str, &str) -> Option<Value>,
) {
    let length = pointer.len();
    let below = if depth == 0 { 0 } else { depth + 1 };
    match value {
        Value::String(text) if text.contains("${") => {
            if let Some(new) = change(text, pointer) {
                *value = new;
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                // Writing to a string cannot fail.
                let _ = write!(pointer, "/{index}");
                each_text(item, pointer, below, change);
                pointer.truncate(length);
            }
        }
        Value::Object(keys) => {
            // The condition of a step is an expression, with variables of its own.
            for (key, item) in keys.iter_mut().filter(|(key, _)| depth != 2 || key.as_str() != "when") {
                pointer.push('/');
                pointer.push_str(&escaped(key));
                each_text(item, pointer, below, change);
                pointer.truncate(length);
            }
        }
        _ => {}
    }
}
