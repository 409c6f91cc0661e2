//! `openbell lint`.

use super::validate::print;
use super::{Surroundings, say, tell};
use crate::cli::{Lint, ProblemFormat};
use crate::exit::Exit;
use crate::lint::{self, Examined};
use crate::report::problems::Looked;

pub(super) fn lint(arguments: &Lint, around: &Surroundings) -> Exit {
    let files = lint::lint(&arguments.files, around.environment);
    let count = |of: fn(&Examined) -> usize| files.iter().filter(|file| file.read).map(of).sum::<usize>();
    let (errors, warnings) = (count(|file| file.errors), count(|file| file.warnings));
    let read = count(|_| 1);
    let unread = files.len() - read;
    let told = matches!(arguments.format, ProblemFormat::Text);
    for file in files.iter().filter(|_| told) {
        match &file.problems {
            Some(problems) if file.read => problems.located.iter().for_each(|located| tell(located, around)),
            Some(problems) => tell(problems, around),
            None => {}
        }
    }
    let looked: Vec<Looked> =
        files.into_iter().map(|file| Looked { file: file.file, problems: file.problems }).collect();
    print(arguments.format, &looked);
    summary(read, unread, errors, warnings);
    match (read, unread) {
        (0, 0) => Exit::Usage,
        (_, 1..) => Exit::Invalid,
        _ if errors > 0 || (warnings > 0 && arguments.strict) => Exit::Failed,
        _ => Exit::Green,
    }
}

fn summary(read: usize, unread: usize, errors: usize, warnings: usize) {
    let number = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let files = number(read, "file");
    let more =
        if unread == 0 { String::new() } else { format!("; {} cannot be read", number(unread, "file")) };
    match (read + unread, errors + warnings) {
        (0, _) => say("no compose file, env file, jts.ini, config.ini or playbook was found there"),
        (_, 0) if unread == 0 => say(&format!("{files} looked at; nothing hurts")),
        _ => say(&format!(
            "{files} looked at: {}, {}{more}",
            number(errors, "error"),
            number(warnings, "warning")
        )),
    }
}
