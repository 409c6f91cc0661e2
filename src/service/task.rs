//! Tasks of the Windows Task Scheduler, as XML for `schtasks /Create /XML`.
//!
//! The elements and their order are those of Microsoft's schema ([MS-TSCH] 2.5): a trigger's are a sequence, the others
//! may stand in any order.

use minijinja::context;

use super::{Places, Service, Start, mark, rendered};

/// The folder of openbell's tasks.
pub const TASK_FOLDER: &str = "\\openbell\\";

const TASK: &str = include_str!("task.xml.jinja");

/// The task's text. In a file it is UTF-16, see [`utf16`].
pub(super) fn task(service: &Service, places: &Places) -> String {
    let arguments: Vec<String> = service.arguments(places).iter().map(|word| argument(word)).collect();
    let title = service.title();
    let values = context! {
        marks => mark::lines(&xml(&service.playbook)),
        title => xml(title.trim_end_matches('.')),
        uri => xml(&places.unit),
        user => service.user.as_deref().map(xml),
        log_on => service.start != Start::StartUp,
        start_up => service.start != Start::LogOn,
        program => xml(&service.program),
        arguments => xml(&arguments.join(" ")),
    };
    rendered(TASK, values)
}

/// The text as `schtasks` reads it from a file: UTF-16, little end first, with a byte order mark.
pub fn utf16(text: &str) -> Vec<u8> {
    let lines = text.replace('\n', "\r\n");
    std::iter::once(0xfeff).chain(lines.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

/// One argument as `CommandLineToArgvW` takes a command line apart: backslashes count only before a quote. What stands
/// between two % is put in before that, and may have blanks.
fn argument(word: &str) -> String {
    let around = if word.is_empty() || word.contains([' ', '\t', '%']) { "\"" } else { "" };
    let (mut quoted, mut backslashes) = (around.to_owned(), 0);
    for c in word.chars() {
        match c {
            '\\' => backslashes += 1,
            '"' => {
                quoted.push_str(&"\\".repeat(backslashes + 1));
                backslashes = 0;
            }
            _ => backslashes = 0,
        }
        quoted.push(c);
    }
    if !around.is_empty() {
        quoted.push_str(&"\\".repeat(backslashes));
    }
    quoted + around
}

/// Text inside an element of XML.
pub(super) fn xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            other => escaped.push(other),
        }
    }
    escaped
}
