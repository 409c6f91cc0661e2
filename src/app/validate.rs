//! `openbell validate`.

use super::reading::inputs;
use super::{Surroundings, exposure, say, tell};
use crate::adapters::files::Disk;
use crate::cli::{ProblemFormat, Validate};
use crate::exit::Exit;
use crate::explain;
use crate::playbook;
use crate::report::problems::{Looked, github, json, sarif};

pub(super) fn validate(arguments: &Validate, around: &Surroundings) -> Exit {
    let files = Disk::new(around.own_binary.clone(), around.environment);
    let (mut looked, inputs) = (Vec::new(), inputs(&arguments.reading, around));
    for file in &arguments.playbooks {
        let loaded = playbook::load(file, &inputs);
        match &loaded {
            _ if arguments.format != ProblemFormat::Text => {}
            Ok(loaded) => {
                let steps: usize = loaded.plans.iter().map(|plan| plan.steps.len()).sum();
                let variants = match loaded.plans.len() {
                    1 => String::new(),
                    several => format!(" in {several} variants"),
                };
                say(&format!("{}: valid, {steps} steps{variants}", file.display()));
                exposure::warn(file, &loaded.plans, &files, around);
            }
            Err(problems) => tell(problems, around),
        }
        looked.push(Looked { file: file.display().to_string(), problems: loaded.err() });
    }
    print(arguments.format, &looked);
    if looked.iter().all(Looked::is_valid) { Exit::Green } else { Exit::Invalid }
}

/// Problems for programs, on stdout.
pub(super) fn print(format: ProblemFormat, looked: &[Looked]) {
    let meaning = |code: &str| explain::find(code).map(|entry| entry.meaning);
    let text = match format {
        ProblemFormat::Text => return,
        ProblemFormat::Json => format!("{:#}\n", json(looked)),
        ProblemFormat::Sarif => format!("{:#}\n", sarif(looked, meaning)),
        ProblemFormat::Github => github(looked),
    };
    output(&text);
}

fn output(text: &str) {
    use std::io::Write;
    // Without a reader on stdout there is nobody to tell that.
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}
