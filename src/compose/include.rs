//! `include`: other compose files as parts of this project, each with its own directory and `.env`.

use std::path::{Path, PathBuf};

use super::keys::joined;
use super::load::{Loader, Scope};
use super::merge::merge;
use super::problem::ComposeProblems;
use super::tree::{Entry, Is, Value};

/// What is taken over from an included file.
const SECTIONS: [&str; 5] = ["services", "networks", "volumes", "secrets", "configs"];

impl Loader<'_> {
    /// Brings the files that `include` names into the tree; what the tree says itself goes before them.
    pub(super) fn include(
        &mut self,
        tree: &mut Value,
        directory: &Path,
        scope: &Scope,
        within: &[PathBuf],
    ) -> Result<(), ComposeProblems> {
        let Some(include) = tree.remove("include") else { return Ok(()) };
        for item in include.value.items() {
            let imported = self.included(item, directory, scope, within)?;
            for section in SECTIONS {
                let Some(found) = imported.entry(section).cloned() else { continue };
                self.take_over(tree, found)?;
            }
        }
        Ok(())
    }

    fn included(
        &mut self,
        item: &Value,
        directory: &Path,
        scope: &Scope,
        within: &[PathBuf],
    ) -> Result<Value, ComposeProblems> {
        let texts = |value: Option<&Value>| -> Vec<String> {
            value.map(Value::items).unwrap_or_default().iter().filter_map(Value::text).collect()
        };
        let named = if item.is_map() { texts(item.get("path")) } else { texts(Some(item)) };
        let files: Vec<PathBuf> = named.iter().map(|path| joined(directory, path)).collect();
        let Some(first) = files.first() else {
            return Err(self.wrong(
                &item.place,
                "`include` names no file",
                "write the path of a compose file",
            ));
        };
        if within.contains(first) {
            let message = format!("{} includes itself", first.display());
            return Err(self.problem(
                "compose::include_cycle",
                message,
                "leave one include out",
                &item.place,
            ));
        }
        let own = match item.get("project_directory").and_then(Value::text) {
            Some(path) => joined(directory, &path),
            None => first.parent().unwrap_or(directory).to_owned(),
        };
        let mut env_files: Vec<PathBuf> = texts(item.get("env_file"))
            .iter()
            .filter(|path| *path != "/dev/null")
            .map(|path| joined(directory, path))
            .collect();
        if item.get("env_file").is_none() && own.join(".env").is_file() {
            env_files.push(own.join(".env"));
        }
        let mut inner = self.scope(&env_files, scope)?;
        // What the outer project knows goes first.
        inner.extend(scope.iter().cloned());
        self.model(&files, &own, &inner, within)
    }

    fn take_over(&self, tree: &mut Value, found: Entry) -> Result<(), ComposeProblems> {
        let Is::Map(entries) = &mut tree.is else { return Ok(()) };
        match entries.iter_mut().find(|entry| entry.key == found.key) {
            None => entries.push(found),
            Some(known) => {
                let own = std::mem::replace(&mut known.value, found.value.clone());
                known.value = merge(self, found.value, own, &mut vec![found.key])?;
            }
        }
        Ok(())
    }
}
