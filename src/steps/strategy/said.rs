//! What a bot has said of its strategy since its start: in its log, at an endpoint of its own, or in a file.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::diagnosis::Failure;
use crate::ports::docker::{Container, LogWord, PathInContainer};
use crate::steps::{Pattern, Reading, Scope, Source, safety};

/// Longest wait for the endpoint's answer.
const TIMEOUT: Duration = Duration::from_secs(10);

/// An engine notes the start of a container a moment after its program began: a file that the program wrote at once may
/// be that much older.
const NOTED_LATE: SignedDuration = SignedDuration::from_millis(250);

/// What was found.
pub(super) struct Said {
    /// Where it was looked for: `log`, `http`, `file`.
    pub(super) by: &'static str,
    /// Every word of a strategy, oldest first.
    pub(super) words: Vec<Word>,
    /// What is there instead, where there is no word.
    pub(super) instead: Vec<String>,
}

/// One word of a strategy.
pub(super) struct Word {
    pub(super) name: String,
    /// The line, or what stands for it.
    pub(super) line: String,
}

/// Looks once.
pub(super) async fn said(scope: &Scope<'_>, container: &Container, source: &Source) -> Result<Said, Failure> {
    match source {
        Source::Log { pattern } => log(scope, container, pattern).await,
        Source::Http { url, field } => http(scope, url, field).await,
        Source::File { path, reading } => file(scope, container, path, reading).await,
    }
}

/// A check that could not be made.
fn unproven(why: impl Into<Failure>) -> Failure {
    safety::unproven("the strategy of the bot", why.into())
}

async fn log(scope: &Scope<'_>, container: &Container, pattern: &Pattern) -> Result<Said, Failure> {
    let docker = &scope.world.docker;
    let found = {
        let pattern = pattern.clone();
        move |line: &str| pattern.first_groups(line).into_iter().map(str::to_owned).collect()
    };
    // All of it: what was said long ago counts as well.
    let words = docker.log_words(container, pattern.text(), &found).await.map_err(unproven)?;
    let word = |found: LogWord| Word { name: found.word, line: found.line.text };
    let words: Vec<Word> = words.into_iter().map(word).collect();
    let mut instead = Vec::new();
    if words.is_empty() {
        let lines = docker.logs_since_start(container).await.map_err(unproven)?;
        let from = lines.len().saturating_sub(5);
        instead.extend(lines[from..].iter().map(|line| format!("log: {}", line.text)));
    }
    Ok(Said { by: "log", words, instead })
}

async fn http(scope: &Scope<'_>, url: &str, field: &str) -> Result<Said, Failure> {
    let answer = scope.world.http.get(url, TIMEOUT).await.map_err(unproven)?;
    let name = (answer.status == 200).then(|| of_json(&answer.body, field)).flatten();
    let beginning: String = answer.body.chars().take(200).collect();
    let instead = vec![format!("{url} answered with status {}: {beginning}", answer.status)];
    let word = |name: String| Word { line: format!("{field} of {url} is {name}"), name };
    Ok(Said { by: "http", words: name.map(word).into_iter().collect(), instead })
}

async fn file(
    scope: &Scope<'_>,
    container: &Container,
    path: &str,
    reading: &Reading,
) -> Result<Said, Failure> {
    let docker = &scope.world.docker;
    let nothing = |what: String| Ok(Said { by: "file", words: Vec::new(), instead: vec![what] });
    let modified = match docker.path(&container.name, path).await.map_err(unproven)? {
        PathInContainer::Absent => return nothing(format!("file: nothing stands at {path}")),
        PathInContainer::Present { modified, .. } => modified,
    };
    // What a run before this one wrote, into a volume say, is no word of this one.
    if !is_of_this_run(container, &modified) {
        let started = &container.started_at;
        return nothing(format!(
            "file: {path} was written at {modified}; the container started at {started}"
        ));
    }
    let Some(content) = docker.file(&container.name, path).await.map_err(unproven)? else {
        return nothing(format!("file: {path} is not a regular file"));
    };
    let text = String::from_utf8_lossy(&content);
    let words = match reading {
        Reading::Pattern(pattern) => of_lines(pattern, text.lines()),
        Reading::Field(field) => {
            let word = |name: String| Word { line: format!("{field} of {path} is {name}"), name };
            of_json(&text, field).map(word).into_iter().collect()
        }
    };
    let beginning: String = text.chars().take(200).collect();
    Ok(Said { by: "file", words, instead: vec![format!("file: {path} begins with {beginning}")] })
}

/// Whether something was written since the container's start. What cannot be told was not.
fn is_of_this_run(container: &Container, modified: &str) -> bool {
    let Ok(modified) = modified.parse::<Timestamp>() else { return false };
    let Ok(started) = container.started_at.parse::<Timestamp>() else { return false };
    let ended = container.finished_at.parse::<Timestamp>();
    modified >= started - NOTED_LATE && ended.map_or(true, |ended| modified > ended)
}

fn of_lines<'a>(pattern: &Pattern, lines: impl Iterator<Item = &'a str>) -> Vec<Word> {
    let words = |line: &'a str| {
        let groups = pattern.first_groups(line).into_iter();
        groups.map(move |name| Word { name: name.to_owned(), line: line.to_owned() })
    };
    lines.flat_map(words).collect()
}

/// A text as it is; a number or a truth value as JSON writes it.
fn of_json(text: &str, field: &str) -> Option<String> {
    match serde_json::from_str::<Value>(text).ok()?.pointer(field)? {
        Value::String(name) => Some(name.clone()),
        other @ (Value::Number(_) | Value::Bool(_)) => Some(other.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
