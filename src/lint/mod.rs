//! What hurts in the files around a playbook: compose files, env files, `jts.ini`, IBC's `config.ini`.
//!
//! Owns the rules and what they look at. Reading compose files is `compose`'s, telling problems is `report`'s; nothing is
//! changed and nothing that runs is asked.

mod containers;
mod finding;
mod ground;
mod rules;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::compose::{KIND, veiled};
use crate::document::{Problem, Problems, Severity, Sources};

use finding::Hit;

pub use rules::{RULES, Rule};

/// A file that was looked at.
#[derive(Debug)]
pub struct Examined {
    /// The file, relative to the working directory where it lies below.
    pub file: String,
    /// It could be read.
    pub read: bool,
    /// What was found in it, or why it could not be read.
    pub problems: Option<Problems>,
    /// How many errors were found.
    pub errors: usize,
    /// How many warnings.
    pub warnings: usize,
}

/// Looks at these files, and at what lies beside a compose file: `jts.ini`, IBC's `config.ini` and playbooks. Of a
/// directory, all of these in it. `variable` is the environment that Compose would substitute from. Those that could not
/// be read stand at the end.
pub fn lint(paths: &[PathBuf], variable: fn(&str) -> Option<String>) -> Vec<Examined> {
    let mut ground = ground::survey(paths, variable);
    let unread = std::mem::take(&mut ground.unread);
    let mut files: BTreeMap<String, Found<'_>> = BTreeMap::new();
    for file in &ground.files {
        files.entry(ground::shown(file)).or_default();
    }
    for rule in RULES {
        for hit in rule.found(&ground) {
            files.entry(hit.file.clone()).or_default().take(rule, hit);
        }
    }
    let looked = files.into_iter().map(|(file, found)| found.examined(file));
    let unread = unread.into_iter().map(|problems| Examined {
        file: problems.file.clone(),
        read: false,
        errors: problems.count(),
        warnings: 0,
        problems: Some(problems),
    });
    looked.chain(unread).collect()
}

/// What was found in a file.
#[derive(Default)]
struct Found<'a> {
    text: Option<Hit<'a>>,
    problems: Vec<Problem>,
}

impl<'a> Found<'a> {
    /// Several services may be made of one place: it is told once.
    fn take(&mut self, rule: &Rule, hit: Hit<'a>) {
        let problem = hit.problem(rule);
        let same = |known: &&Problem| known.code == problem.code && known.place == problem.place;
        if self.problems.iter().find(same).is_none() {
            self.problems.push(problem);
        }
        self.text.get_or_insert(hit);
    }

    fn examined(self, file: String) -> Examined {
        let of = |severity| self.problems.iter().filter(|problem| problem.severity == severity).count();
        let (errors, warnings) = (of(Severity::Error), of(Severity::Warning));
        let problems = self.text.map(|hit| {
            let mut sources = Sources::default();
            if hit.env_file {
                sources.add_lines(&file, hit.text);
            } else {
                sources.add_veiled(&file, hit.text, veiled(hit.text));
            }
            Problems::in_sources(Path::new(&file), &KIND, &sources, self.problems)
        });
        Examined { file, read: true, problems, errors, warnings }
    }
}
