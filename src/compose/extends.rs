//! `extends`: a service that begins with another's keys, of this file or of another.

use std::path::{Path, PathBuf};

use super::keys::joined;
use super::load::{Loader, Scope};
use super::merge::merge;
use super::problem::ComposeProblems;
use super::tree::{Is, Value};

/// The services on the way, from the first that extends.
type Way = Vec<(PathBuf, String)>;

impl Loader<'_> {
    /// Resolves every `extends` of a file.
    pub(super) fn extends(
        &mut self,
        tree: &mut Value,
        file: &Path,
        scope: &Scope,
    ) -> Result<(), ComposeProblems> {
        let names: Vec<String> = tree
            .get("services")
            .map(|services| services.entries().iter().map(|entry| entry.key.clone()).collect())
            .unwrap_or_default();
        for name in names {
            let extended = self.extended(tree, file, &name, scope, &mut Vec::new())?;
            if let (Some(slot), Some(extended)) =
                (tree.get_mut("services").and_then(|services| services.get_mut(&name)), extended)
            {
                *slot = extended;
            }
        }
        Ok(())
    }

    /// The service with what it extends; `None` when the file has none of that name.
    fn extended(
        &mut self,
        tree: &Value,
        file: &Path,
        name: &str,
        scope: &Scope,
        way: &mut Way,
    ) -> Result<Option<Value>, ComposeProblems> {
        let Some(service) = tree.get("services").and_then(|services| services.get(name)) else {
            return Ok(None);
        };
        let Some(extends) = service.get("extends").cloned().filter(|extends| !extends.is_null()) else {
            return Ok(Some(service.clone()));
        };
        let step = (file.to_owned(), name.to_owned());
        self.circle(way, &step, &extends)?;
        way.push(step);
        let base = extends.text().or_else(|| extends.get("service").and_then(Value::text));
        let Some(base) = base else {
            return Err(self.wrong(
                &extends.place,
                "`extends` names no service",
                "write `service: name` below it",
            ));
        };
        let found = match extends.get("file").and_then(Value::text) {
            None => self.extended(tree, file, &base, scope, way)?,
            Some(other) => {
                let other = joined(file.parent().unwrap_or(Path::new("/")), &other);
                let directory = other.parent().unwrap_or(Path::new("/")).to_owned();
                let mut whole = Value::new(Is::Map(Vec::new()), extends.place.clone());
                for document in self.documents(&other, &directory, scope)? {
                    whole = merge(self, whole, document, &mut Vec::new())?;
                }
                self.extended(&whole, &other, &base, scope, way)?
            }
        };
        way.pop();
        let Some(found) = found else {
            let message = format!("{name} extends {base}, which is not there");
            let help = "name a service of the file it extends from";
            return Err(self.problem("compose::extends", message, help, &extends.place));
        };
        let mut service = service.clone();
        service.remove("extends");
        let mut path = vec!["services".to_owned(), name.to_owned()];
        merge(self, found, service, &mut path).map(Some)
    }

    /// Refuses a service that is on the way already.
    fn circle(&self, way: &Way, step: &(PathBuf, String), extends: &Value) -> Result<(), ComposeProblems> {
        let Some(start) = way.iter().position(|earlier| earlier == step) else { return Ok(()) };
        let names: Vec<&str> =
            way[start..].iter().chain(std::iter::once(step)).map(|(_, name)| name.as_str()).collect();
        let message = format!("services extend each other in a circle: {}", names.join(" → "));
        let help = "let one of them stand by itself";
        Err(self.problem("compose::extends_cycle", message, help, &extends.place))
    }
}
