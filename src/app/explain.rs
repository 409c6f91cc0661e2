//! `openbell explain`.

use std::fmt::Display;
use std::io::{self, Write};

use super::say;
use crate::cli::Explain;
use crate::exit::Exit;
use crate::explain::{self, Entry};

pub(super) fn explain(arguments: &Explain) -> Exit {
    if arguments.markdown {
        return printed(&[explain::page()]);
    }
    if arguments.list && arguments.json {
        return json(&explain::all().collect::<Vec<_>>());
    }
    if arguments.list {
        return printed(&[explain::list()]);
    }
    let known: Vec<&Entry> = arguments.codes.iter().filter_map(|code| explain::find(code)).collect();
    let exit = match (arguments.json, arguments.codes.len(), known.as_slice()) {
        (_, 1, []) => Exit::Usage,
        (true, 1, [one]) => json(one),
        (true, _, known) => json(&known),
        (false, _, known) => printed(&known.iter().map(|entry| explain::text(entry)).collect::<Vec<_>>()),
    };
    for code in arguments.codes.iter().filter(|code| explain::find(code).is_none()) {
        say(&no_code(code));
    }
    if known.len() == arguments.codes.len() { exit } else { Exit::Usage }
}

/// What to say of a code that does not exist.
fn no_code(code: &str) -> String {
    let near: Vec<String> = explain::nearest(code).iter().map(|near| format!("`{near}`")).collect();
    if near.is_empty() {
        return format!("no code `{code}`; `openbell explain --list` shows all");
    }
    format!("no code `{code}`; did you mean {}?", near.join(" or "))
}

/// Texts with an empty line between them, on stdout.
fn printed(texts: &[impl Display]) -> Exit {
    let mut out = io::stdout().lock();
    let written = texts.iter().enumerate().try_for_each(|(place, text)| {
        let between = if place == 0 { "" } else { "\n" };
        write!(out, "{between}{text}")
    });
    written.map_or(Exit::Failed, |()| Exit::Green)
}

fn json(value: &impl serde::Serialize) -> Exit {
    let written = serde_json::to_string_pretty(value).map_err(io::Error::from);
    match written.and_then(|text| writeln!(io::stdout().lock(), "{text}")) {
        Ok(()) => Exit::Green,
        Err(_) => Exit::Failed,
    }
}
