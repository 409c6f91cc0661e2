//! The text of a playbook out of a project: sections in their order, a line on what each is for, and at the end what could
//! not be carried over.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::time::Duration;

use crate::compose::{Project, Service};
use crate::period::Period;

use super::containers::Writer;
use super::draft::{Draft, Notes, Wishes};
use super::order::{Planned, order};
use super::sections::{connection, ledger, safety, tail};
use super::{Roles, steps};

/// The schema that `init` writes beside a playbook: editors complete and check by it.
pub const SCHEMA_FILE: &str = "openbell-playbook.schema.json";

/// A key with what stands below it, each line with its own comment.
pub(super) struct Block {
    head: String,
    lines: Vec<String>,
}

impl Block {
    pub(super) fn new(head: String) -> Self {
        Self { head, lines: Vec::new() }
    }

    pub(super) fn line(&mut self, line: String) {
        self.lines.push(line);
    }

    /// A line with why it is so.
    pub(super) fn noted(&mut self, line: String, why: &str) {
        if line.len() + why.len() > 100 {
            self.comment(why);
            self.lines.push(line);
        } else {
            self.lines.push(format!("{line} # {why}"));
        }
    }

    /// A comment of its own, in lines of readable length.
    pub(super) fn comment(&mut self, text: &str) {
        self.lines.extend(wrapped(text, 96).into_iter().map(|line| format!("# {line}")));
    }

    pub(super) fn block(&mut self, below: Self) {
        self.lines.push(below.head);
        self.lines.extend(below.lines.into_iter().map(|line| format!("  {line}")));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }
}

/// A text as a YAML scalar in double quotes where it needs them; `${` is meant as it stands.
pub(super) fn scalar(text: &str) -> String {
    let text = text.replace("${", "$${");
    let plain = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "_-./".contains(c))
        && !is_word(&text);
    if plain { text } else { serde_json::to_string(&text).unwrap_or_default() }
}

/// Words that YAML readers take for something else than a text.
fn is_word(text: &str) -> bool {
    let words = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"];
    words.contains(&text.to_ascii_lowercase().as_str())
}

/// A list of words in one line.
pub(super) fn words(list: &[String]) -> String {
    let quoted: Vec<String> = list.iter().map(|word| quoted(word)).collect();
    format!("[{}]", quoted.join(", "))
}

pub(super) fn quoted(text: &str) -> String {
    serde_json::to_string(&text.replace("${", "$${")).unwrap_or_default()
}

/// A span of time as the playbook writes it, to the millisecond.
pub(super) fn span(time: Duration) -> String {
    let millis = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    String::from(Period::from(Duration::from_millis(millis)))
}

/// A text in lines of at most this length, where its words allow it.
pub(super) fn wrapped(text: &str, most: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.last().map_or(0, String::len);
        if last > 0 && last + 1 + word.len() > most {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}

/// The playbook of the services that are enabled.
pub fn from_services(project: &Project, roles: &Roles, wishes: &Wishes) -> Draft {
    let mut notes = Notes { project, draft: Draft::default() };
    let (services, odd): (Vec<&Service>, Vec<&Service>) =
        project.enabled().partition(|service| service.name.starts_with(|c: char| c.is_ascii_alphanumeric()));
    for service in odd {
        notes.left_out(
            &service.place,
            service.name.clone(),
            "a container's name begins with a letter or a digit",
        );
    }
    for service in project.services.iter().filter(|service| !service.enabled) {
        let profiles: Vec<&str> = service.profiles.iter().map(|profile| profile.value.as_str()).collect();
        let why = format!("its profiles are off: --profile {}", profiles.join(" or --profile "));
        notes.left_out(&service.place, service.name.clone(), &why);
    }
    for unused in &project.unused {
        notes.left_out(&unused.place, unused.key.clone(), "a playbook has no word for it");
    }
    let mut writer = Writer {
        notes: &mut notes,
        wishes,
        roles,
        services: &services,
        taken: BTreeSet::new(),
        own: BTreeSet::new(),
        asserted: Vec::new(),
    };
    let containers: Vec<Block> = services.iter().map(|service| writer.container(service)).collect();
    let asserted = std::mem::take(&mut writer.asserted);
    let planned = order(&services, roles);
    let steps = steps::steps(&planned, roles, &asserted, &mut notes);
    let ids = ledger(&services, roles, wishes, &mut notes);
    let gateway = services.iter().find(|service| Some(&service.name) == roles.gateway.as_ref()).copied();
    let mut text = head(project, wishes, &notes.draft);
    text += &connection(gateway, wishes, &ids);
    text += &safety(roles, &services, &asserted);
    text += "\n# The containers of the stack, by the name under which they reach each other.\ncontainers:\n";
    if containers.is_empty() {
        text = text.trim_end_matches("containers:\n").to_owned() + "containers: {}\n";
    }
    for block in containers {
        let _ = writeln!(text, "  {}", block.head);
        for line in block.lines {
            let _ = writeln!(text, "    {line}");
        }
    }
    text += &steps;
    text += &tail(&notes.draft.left_out);
    notes.draft.text = text;
    notes.draft
}

/// Whether nothing starts: then there is nothing to watch either.
pub(super) fn starts(planned: &[Planned<'_>]) -> bool {
    planned.iter().any(|step| matches!(step, Planned::Start(_)))
}

fn head(project: &Project, wishes: &Wishes, draft: &Draft) -> String {
    let mut text = format!("# yaml-language-server: $schema=./{SCHEMA_FILE}\n#\n");
    let from = if wishes.compose_file.is_empty() {
        format!("the containers of the running project {}", project.name)
    } else {
        wishes.compose_file.clone()
    };
    let _ = writeln!(text, "# Made from {from}: what its variables were is written out.");
    text += "#   openbell validate PLAYBOOK    is it right?\n#   openbell plan PLAYBOOK        what would `run` change?\n#   openbell run PLAYBOOK\n";
    text += &secrets(draft);
    let name = wishes.name.clone().unwrap_or_else(|| project.name.clone());
    let _ = writeln!(text, "version: 1\nname: {}", quoted(&name));
    text += "description: Gateway up, API ready, paper account, bot in its safe state.\nwithin: 30m # deadline of a whole run\n";
    text
}

/// How the secret files are made.
fn secrets(draft: &Draft) -> String {
    if draft.secrets.is_empty() {
        return String::new();
    }
    let mut text = "#\n# Secrets are kept in files of their own, beside this playbook; make them once:\n#   mkdir -p secrets && chmod 700 secrets\n".to_owned();
    for (file, name) in &draft.secrets {
        let _ = writeln!(text, "#   (umask 077; printf %s 'THE {name}' > {file})");
    }
    text
}
