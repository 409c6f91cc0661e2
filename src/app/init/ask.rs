//! What a playbook from nothing is made of: flags, and questions on a terminal for what no flag answers.

use std::io::{self, BufRead, IsTerminal, Write};

use crate::app::{Surroundings, say};
use crate::cli::Init;
use crate::scaffold::Answers;

/// Whether an answer can be: why not, and what to write.
type Check = fn(&str) -> Result<(), &'static str>;

/// The answers of the flags, of the one who sits there, and else the usual ones; nothing when that one went away.
pub(super) fn answers(arguments: &Init, around: &Surroundings) -> Option<Answers> {
    let asks = !arguments.no_input && around.terminal && io::stdin().is_terminal();
    let usual = Answers::default();
    let text = |flag: &Option<String>, question: &str, usual: &str, check: Check| match flag {
        Some(given) => Some(given.clone()),
        None if asks => asked(question, usual, check),
        None => Some(usual.to_owned()),
    };
    let id = arguments.client_id.map(|id| id.to_string());
    Some(Answers {
        name: text(&arguments.name, "name of the playbook", &usual.name, name)?,
        address: text(
            &arguments.address,
            "address of the gateway's API (4002 is paper)",
            &usual.address,
            address,
        )?,
        gateway_image: text(&arguments.gateway_image, "image of the gateway", &usual.gateway_image, image)?,
        bot_image: text(&arguments.bot_image, "image of the bot", &usual.bot_image, image)?,
        bot_container: text(
            &arguments.bot_container,
            "name of the bot's container",
            &usual.bot_container,
            container,
        )?,
        client_id: text(&id, "client id of the bot", &usual.client_id.to_string(), client_id)?
            .parse()
            .unwrap_or(usual.client_id),
        secrets: text(&arguments.secrets, "directory of the secret files", &usual.secrets, directory)?,
    })
}

/// One question on the terminal, until its answer can be; `None` at the end of what is typed.
fn asked(question: &str, usual: &str, check: Check) -> Option<String> {
    loop {
        let mut terminal = io::stderr().lock();
        // A terminal that cannot be written to is not one that can answer.
        write!(terminal, "{question} [{usual}]: ").and_then(|()| terminal.flush()).ok()?;
        drop(terminal);
        let mut line = String::new();
        if io::stdin().lock().read_line(&mut line).ok()? == 0 {
            return None;
        }
        let answer = match line.trim() {
            "" => usual,
            answer => answer,
        };
        match check(answer) {
            Ok(()) => return Some(answer.to_owned()),
            Err(why) => say(&format!("`{answer}` cannot be: {why}")),
        }
    }
}

/// The name of an image: what Docker makes of it is found out when it is looked for.
fn image(text: &str) -> Result<(), &'static str> {
    if text.contains(char::is_whitespace) { Err("an image's name has no spaces") } else { Ok(()) }
}

/// A directory, wherever it is.
fn directory(text: &str) -> Result<(), &'static str> {
    if text.contains(char::is_control) { Err("a directory's name has no control characters") } else { Ok(()) }
}

fn name(text: &str) -> Result<(), &'static str> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    let fits = text.chars().all(fits) && !text.starts_with(['-', '_']);
    if fits { Ok(()) } else { Err("a name has lower-case letters, digits, - and _") }
}

fn container(text: &str) -> Result<(), &'static str> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    let fits =
        text.len() > 1 && text.chars().all(fits) && text.starts_with(|c: char| c.is_ascii_alphanumeric());
    if fits { Ok(()) } else { Err("a container's name has letters, digits, _ . and -") }
}

fn address(text: &str) -> Result<(), &'static str> {
    let port = text.rsplit_once(':').filter(|(host, _)| !host.is_empty());
    match port.and_then(|(_, port)| port.parse::<u16>().ok()) {
        Some(4001 | 7496) => Err("4001 and 7496 are the ports of live trading; paper's are 4002 and 7497"),
        Some(1..) => Ok(()),
        _ => Err("write host and port, such as 127.0.0.1:4002"),
    }
}

fn client_id(text: &str) -> Result<(), &'static str> {
    match text.parse::<i32>() {
        Ok(9000..=9099) => Err("9000 to 9099 are openbell's own"),
        Ok(1..) => Ok(()),
        _ => Err("write a number from 1 up, such as 100"),
    }
}
