//! From compose files to one tree: each is read, substituted, put into its long forms, and merged onto those before it.

use std::path::{Path, PathBuf};

use super::expand::{Refusal, Variables};
use super::file::{Place, Source};
use super::problem::{self, ComposeProblems};
use super::scalar::Scalar;
use super::tree::{Is, Rule, Value, trees};
use super::{Environment, Unset, dotenv, keys, known, merge};

/// Larger files are nothing a person wrote.
const MOST_BYTES: u64 = 4 * 1024 * 1024;

/// Files that one project may be read from: more are a slip, or a loop.
const MOST_SOURCES: usize = 500;

/// What is read, and what is noticed on the way.
pub(super) struct Loader<'a> {
    pub(super) environment: &'a Environment,
    /// The project's name, which is a variable too.
    pub(super) name: String,
    pub(super) sources: Vec<Source>,
    pub(super) env_sources: Vec<usize>,
    pub(super) unset: Vec<Unset>,
}

/// Variables of `.env` files: those that the process's environment does not have.
pub(super) type Scope = Vec<(String, String)>;

impl Loader<'_> {
    /// A variable: of the process, of `.env`, or the project's name.
    pub(super) fn variable(&self, scope: &Scope, name: &str) -> Option<String> {
        let own = || (name == "COMPOSE_PROJECT_NAME" && !self.name.is_empty()).then(|| self.name.clone());
        let file = || scope.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        own().or_else(|| (self.environment.variable)(name)).or_else(file)
    }

    /// Reads a text; its number among the sources.
    pub(super) fn source(&mut self, path: &Path) -> Result<usize, ComposeProblems> {
        if self.sources.len() >= MOST_SOURCES {
            let message = format!("the project is made of more than {MOST_SOURCES} files");
            return Err(problem::of(path, "compose::too_many_files", message, "does a file include itself?"));
        }
        let unreadable = |error: std::io::Error| {
            let message = format!("{} cannot be read: {error}", path.display());
            problem::of(path, "compose::unreadable", message, "name a compose file that can be read")
        };
        if std::fs::metadata(path).map_err(unreadable)?.len() > MOST_BYTES {
            let message = format!("{} is larger than {MOST_BYTES} bytes", path.display());
            return Err(problem::of(path, "compose::too_large", message, "is this the right file?"));
        }
        let bytes = std::fs::read(path).map_err(unreadable)?;
        let text = String::from_utf8(bytes).map_err(|_| {
            let message = format!("{} is not UTF-8 text", path.display());
            problem::of(path, "compose::not_text", message, "save it as UTF-8")
        })?;
        let text = text.strip_prefix('\u{feff}').map_or_else(|| text.clone(), str::to_owned);
        self.sources.push(Source { path: path.to_owned(), text });
        Ok(self.sources.len() - 1)
    }

    /// Reads an env file's statements.
    pub(super) fn env_file(
        &mut self,
        path: &Path,
        scope: &Scope,
    ) -> Result<(usize, Vec<dotenv::Line>), ComposeProblems> {
        let source = self.source(path)?;
        self.env_sources.push(source);
        let lines = dotenv::parsed(&self.sources[source].text, &|name| self.variable(scope, name));
        let lines = lines.map_err(|bad| {
            let position = self.sources[source].position(bad.at);
            let message = format!("{} in line {} of {}", bad.message, position.line, path.display());
            problem::of(path, "compose::env_file", message, "Compose does not take this line either")
        })?;
        Ok((source, lines))
    }

    /// The variables of `.env` files.
    pub(super) fn scope(&mut self, files: &[PathBuf], outer: &Scope) -> Result<Scope, ComposeProblems> {
        let mut scope = Vec::new();
        for file in files {
            let (_, lines) = self.env_file(file, outer)?;
            scope.extend(lines.into_iter().filter_map(|line| Some((line.name, line.value?))));
        }
        Ok(scope)
    }

    /// The tree of files that are merged in this order; relative paths start at `directory`.
    pub(super) fn model(
        &mut self,
        files: &[PathBuf],
        directory: &Path,
        scope: &Scope,
        within: &[PathBuf],
    ) -> Result<Value, ComposeProblems> {
        let mut whole = Value::new(Is::Map(Vec::new()), Place::default());
        for file in files {
            let mut within = within.to_vec();
            within.push(file.clone());
            for mut tree in self.documents(file, directory, scope)? {
                self.include(&mut tree, directory, scope, &within)?;
                self.extends(&mut tree, file, scope)?;
                whole = merge::merge(self, whole, tree, &mut Vec::new())?;
            }
        }
        merge::settle(&mut whole);
        Ok(whole)
    }

    /// The documents of a file, substituted and in their long forms.
    pub(super) fn documents(
        &mut self,
        file: &Path,
        directory: &Path,
        scope: &Scope,
    ) -> Result<Vec<Value>, ComposeProblems> {
        let source = self.source(file)?;
        let mut documents = trees(file, &self.sources[source].text, source)?;
        documents.retain(|tree| !tree.is_null());
        for tree in &mut documents {
            if !tree.is_map() {
                return Err(self.wrong(&tree.place, "a compose file is a mapping", "begin with `services:`"));
            }
            known::check(tree, file, &self.sources)?;
            self.substitute(tree, scope)?;
            keys::long(self, tree, directory, scope)?;
        }
        Ok(documents)
    }

    /// Substitutes the variables in every text.
    pub(super) fn substitute(&mut self, value: &mut Value, scope: &Scope) -> Result<(), ComposeProblems> {
        match &mut value.is {
            Is::Scalar(Scalar::Text(text)) if text.contains('$') => {
                let (whole, unset) = {
                    let variable = |name: &str| self.variable(scope, name);
                    let mut variables = Variables::new(&variable);
                    let whole = variables.expand(text);
                    (whole, variables.unset)
                };
                let place = value.place.clone();
                *text = whole.map_err(|refusal| self.refused(&place, refusal))?;
                self.unset.extend(unset.into_iter().map(|name| Unset { name, place: place.clone() }));
            }
            Is::Scalar(_) => {}
            Is::List(items) => {
                for item in items {
                    self.substitute(item, scope)?;
                }
            }
            Is::Map(entries) => {
                for entry in entries {
                    self.substitute(&mut entry.value, scope)?;
                }
            }
        }
        Ok(())
    }

    fn refused(&self, place: &Place, refusal: Refusal) -> ComposeProblems {
        let (code, message, help) = match refusal {
            Refusal::Invalid => (
                "compose::interpolation",
                "a `${` is followed by no variable".to_owned(),
                "write `$$` for a dollar that is meant as one".to_owned(),
            ),
            Refusal::Required { name, message } if message.is_empty() => (
                "compose::required_variable",
                format!("the variable {name} is needed and not set"),
                format!("set {name} in the environment, or in `.env` beside the compose file"),
            ),
            Refusal::Required { name, message } => (
                "compose::required_variable",
                format!("the variable {name} is needed and not set: {message}"),
                format!("set {name} in the environment, or in `.env` beside the compose file"),
            ),
        };
        self.problem(code, message, &help, place)
    }

    /// A value of the wrong kind.
    pub(super) fn wrong(&self, place: &Place, message: &str, help: &str) -> ComposeProblems {
        self.problem("compose::wrong_value", message.to_owned(), help, place)
    }

    /// A problem at a place.
    pub(super) fn problem(&self, code: &str, message: String, help: &str, place: &Place) -> ComposeProblems {
        match self.sources.get(place.source) {
            Some(source) => problem::at(&source.path, &source.text, code, message, help, place.span.clone()),
            None => problem::of(Path::new(""), code, message, help),
        }
    }
}

/// Whether the value is taken out by its tag.
pub(super) fn reset(value: &Value) -> bool {
    value.rule == Rule::Reset
}
