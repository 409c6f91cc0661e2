//! What rules look at: the files, read.

use std::ops::Range;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::containers;
use super::finding::Hit;
use crate::compose::{self, Environment, Place, Project, Service};
use crate::document::{self, Kind, Places, Problems};

/// Everything that was read.
#[derive(Debug, Default)]
pub(super) struct Ground {
    pub(super) projects: Vec<Project>,
    pub(super) playbooks: Vec<PlaybookFile>,
    pub(super) inis: Vec<Ini>,
    pub(super) unread: Vec<Problems>,
    pub(super) files: Vec<PathBuf>,
}

impl Ground {
    /// The playbook whose containers a project is made of; nothing for one of a compose file.
    pub(super) fn playbook_of(&self, project: &Project) -> Option<&PlaybookFile> {
        let path = &project.sources.first()?.path;
        self.playbooks.iter().find(|playbook| playbook.path == *path)
    }
}

/// A service as people name it: with its profiles where it starts only with one.
pub(super) fn named(service: &Service) -> String {
    if service.enabled {
        return service.name.clone();
    }
    let profiles: Vec<&str> = service.profiles.iter().map(|profile| profile.value.as_str()).collect();
    format!("{} (profile {})", service.name, profiles.join(", "))
}

/// A playbook, as far as rules care.
#[derive(Debug)]
pub(super) struct PlaybookFile {
    pub(super) path: PathBuf,
    pub(super) value: Value,
    pub(super) places: Places,
    pub(super) text: String,
}

/// What a file of `key=value` lines is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IniKind {
    /// `jts.ini` of the gateway.
    Jts,
    /// `config.ini` of IBC.
    Ibc,
    /// An env file.
    Env,
}

/// A file of `key=value` lines.
#[derive(Debug)]
pub(super) struct Ini {
    pub(super) kind: IniKind,
    pub(super) path: PathBuf,
    pub(super) text: String,
}

/// A line of such a file.
#[derive(Debug)]
pub(super) struct Setting<'a> {
    pub(super) name: &'a str,
    pub(super) value: &'a str,
    /// The bytes of name and value.
    pub(super) place: Range<usize>,
}

impl Ini {
    /// The lines that set something.
    pub(super) fn settings(&self) -> impl Iterator<Item = Setting<'_>> {
        let mut start = 0;
        self.text.split_inclusive('\n').filter_map(move |whole| {
            let (at, line) = (start, whole.trim_end());
            start += whole.len();
            let (name, value) =
                line.split_once('=').filter(|_| !line.trim_start().starts_with(['#', ';']))?;
            let name = name.trim().trim_start_matches("export ").trim();
            Some(Setting { name, value: value.trim(), place: at..at + line.len() })
        })
    }

    /// The value of a key; of one that stands twice, the last counts.
    pub(super) fn get(&self, name: &str) -> Option<Setting<'_>> {
        self.settings().filter(|setting| setting.name.eq_ignore_ascii_case(name)).last()
    }

    /// A hit in it.
    pub(super) fn hit(&self, place: Range<usize>, message: String, help: &str) -> Hit<'_> {
        let file = shown(&self.path);
        Hit {
            file,
            text: &self.text,
            place,
            message,
            help: help.to_owned(),
            env_file: self.kind == IniKind::Env,
        }
    }
}

/// A hit in a file of a compose project.
pub(super) fn hit<'a>(project: &'a Project, place: &Place, message: String, help: &str) -> Option<Hit<'a>> {
    let source = project.sources.get(place.source)?;
    let file = shown(&source.path);
    let env_file = project.env_sources.contains(&place.source);
    Some(Hit {
        file,
        text: &source.text,
        place: place.span.clone(),
        message,
        help: help.to_owned(),
        env_file,
    })
}

/// A file as people name it: relative where it lies below the working directory.
pub(super) fn shown(path: &Path) -> String {
    let here = std::path::absolute(".").unwrap_or_default();
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    absolute.strip_prefix(&here).unwrap_or(&absolute).display().to_string()
}

const ANY: Kind = Kind {
    name: "playbook",
    begins: "`version: 1` and `name:`",
    example: "playbooks/rehearsal.yaml",
    choice: None,
    schema: || Value::Bool(true),
};

/// Reads what is named, and what lies beside a compose file.
pub(super) fn survey(paths: &[PathBuf], variable: fn(&str) -> Option<String>) -> Ground {
    let mut ground = Ground::default();
    let environment = Environment { variable, ..Environment::default() };
    for path in paths {
        if path.is_dir() {
            for file in below(path) {
                ground.take(&file, false, &environment);
            }
        } else {
            ground.take(path, true, &environment);
            let first = ground.projects.last().and_then(|project| project.sources.first());
            let named = std::path::absolute(path).ok();
            let compose = first.is_some_and(|source| Some(&source.path) == named.as_ref())
                && ground.playbooks.iter().all(|playbook| playbook.path != *path);
            if compose {
                let beside = path.parent().filter(|parent| !parent.as_os_str().is_empty());
                let beside = below(beside.unwrap_or(Path::new(".")));
                for file in beside {
                    ground.beside(&file, &environment);
                }
            }
        }
    }
    ground
}

/// The files of a directory, by name.
fn below(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let mut files: Vec<_> = entries.map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    files.sort();
    files
}

impl Ground {
    /// What lies beside a compose file: other compose files are other stacks.
    fn beside(&mut self, file: &Path, environment: &Environment) {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        if !is_compose(&text) {
            self.take(file, false, environment);
        }
    }

    fn take(&mut self, file: &Path, named: bool, environment: &Environment) {
        if self.files.iter().any(|taken| taken == file) {
            return;
        }
        let name = file.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
        let end = name.rsplit_once('.').map_or("", |(_, end)| end);
        let yaml = ["yaml", "yml"].contains(&end);
        let ini = match name.as_str() {
            "jts.ini" => Some(IniKind::Jts),
            _ if end == "ini" => Some(IniKind::Ibc),
            _ if end == "env" => Some(IniKind::Env),
            _ => None,
        };
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            // Named or not, compose's reader has the words for a file that cannot be read.
            Err(_) if named => return self.unread.extend(compose::read(file, environment).err()),
            Err(_) => return,
        };
        match ini {
            Some(kind) => self.inis.push(Ini { kind, path: file.to_owned(), text }),
            None if yaml && is_playbook(&text) => match document::parse::<Value>(&ANY, file, text) {
                Ok(read) => {
                    self.projects.push(containers::project(file, &read.text, &read.value, &read.places));
                    self.playbooks.push(PlaybookFile {
                        path: file.to_owned(),
                        value: read.value,
                        places: read.places,
                        text: read.text,
                    });
                }
                Err(problems) => self.unread.push(problems),
            },
            None if named || (yaml && is_compose(&text) && !name.contains(".override.")) => {
                match compose::read(file, environment) {
                    Ok(project) => self.projects.push(project),
                    Err(problems) => self.unread.push(problems),
                }
            }
            None => return,
        }
        self.files.push(file.to_owned());
    }
}

fn has_key(text: &str, key: &str) -> bool {
    text.lines().any(|line| line.strip_prefix(key).is_some_and(|rest| rest.starts_with(':')))
}

fn is_compose(text: &str) -> bool {
    has_key(text, "services")
        || has_key(text, "include") && !has_key(text, "steps") && !has_key(text, "connection")
}

fn is_playbook(text: &str) -> bool {
    has_key(text, "steps") || has_key(text, "connection")
}
