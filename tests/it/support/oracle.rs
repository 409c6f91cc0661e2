//! What has to hold of a stack on a real engine whoever made it so, looked at without openbell: through the docker command
//! line, a socket of the test's own and the files of a run as far as they were written.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use openbell::event::{Event, EventKind, Outcome};
use serde_json::Value;

use super::stack::Stack;

/// The path that must not be there.
pub const GAMEPLAN: &str = "/data/gameplan.json";
/// Longest wait for the gateway's word.
const PATIENCE: Duration = Duration::from_secs(5);
/// An id that no playbook of the tests uses.
const CLIENT_ID: &str = "190";

/// What is wrong with a bot that runs; nothing when it does not run or is proven. The second value: whether it runs.
pub fn bot(stack: &Stack) -> (Result<(), String>, bool) {
    let said = stack.docker(&["inspect", "-f", "{{json .}}", &stack.container("bot")]);
    let Some(found) = said.lines().find_map(|line| serde_json::from_str::<Value>(line).ok()) else {
        let gone = said.contains("No such object");
        return (if gone { Ok(()) } else { Err(format!("the engine says: {said}")) }, false);
    };
    if found["State"]["Running"] != true {
        return (Ok(()), false);
    }
    (env(&found).and_then(|()| absent(stack)).and_then(|()| account(stack)), true)
}

/// The same of what can be seen without a gateway.
pub fn bot_alone(stack: &Stack) -> Result<(), String> {
    let said = stack.docker(&["inspect", "-f", "{{json .}}", &stack.container("bot")]);
    match said.lines().find_map(|line| serde_json::from_str::<Value>(line).ok()) {
        Some(found) if found["State"]["Running"] == true => env(&found).and_then(|()| absent(stack)),
        Some(_) | None => Ok(()),
    }
}

fn env(bot: &Value) -> Result<(), String> {
    let env = bot["Config"]["Env"].as_array().map(Vec::as_slice).unwrap_or_default();
    for (name, wanted) in [("DRY_RUN", "true"), ("TRADING_MODE", "paper")] {
        let pairs = env.iter().filter_map(|pair| pair.as_str()?.split_once('='));
        let values: Vec<_> = pairs.filter(|(found, _)| found.eq_ignore_ascii_case(name)).collect();
        if values != [(name, wanted)] {
            return Err(format!("{name} of the bot: {values:?}"));
        }
    }
    Ok(())
}

fn absent(stack: &Stack) -> Result<(), String> {
    let path = format!("{}:{GAMEPLAN}", stack.container("bot"));
    let said = stack.docker(&["cp", &path, "-"]);
    let gone = said.contains("Could not find the file") || said.contains("No such container:path");
    if gone { Ok(()) } else { Err(format!("the gameplan is there, or cannot be looked for: {said:.200}")) }
}

/// The gateway shows paper accounts only.
fn account(stack: &Stack) -> Result<(), String> {
    let accounts = accounts(stack.port).map_err(|error| format!("no word of the gateway: {error}"))?;
    let paper = !accounts.is_empty() && accounts.iter().all(|account| account.starts_with("DU"));
    if paper { Ok(()) } else { Err(format!("accounts: {accounts:?}")) }
}

/// The managed accounts, as server version 176 tells them.
fn accounts(port: u16) -> std::io::Result<Vec<String>> {
    let mut gateway = TcpStream::connect(("127.0.0.1", port))?;
    gateway.set_read_timeout(Some(PATIENCE))?;
    gateway.write_all(b"API\0")?;
    gateway.write_all(&framed("v100..176"))?;
    frame(&mut gateway)?;
    gateway.write_all(&framed(&format!("71\x002\x00{CLIENT_ID}\x00\x00")))?;
    loop {
        let message = frame(&mut gateway)?;
        let mut fields = message.split('\0');
        if fields.next() == Some("15") {
            let list = fields.nth(1).unwrap_or_default().split(',');
            return Ok(list.filter(|account| !account.is_empty()).map(str::to_owned).collect());
        }
    }
}

fn framed(text: &str) -> Vec<u8> {
    let length = u32::try_from(text.len()).unwrap().to_be_bytes();
    [&length[..], text.as_bytes()].concat()
}

fn frame(from: &mut impl Read) -> std::io::Result<String> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let mut content = vec![0; usize::try_from(u32::from_be_bytes(length)).unwrap().min(1 << 20)];
    from.read_exact(&mut content)?;
    Ok(String::from_utf8_lossy(&content).into_owned())
}

/// The events that a run wrote down. Every whole line is one; what is behind the last line end was cut off.
pub fn events(path: &Path) -> Result<Vec<Event>, String> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    let lines = whole.lines();
    lines.map(|line| serde_json::from_str(line).map_err(|error| format!("{error} in {line}"))).collect()
}

/// Where a run was when its events ended.
pub fn place(events: &[Event]) -> String {
    let mut open: Option<&str> = None;
    for event in events {
        match &event.kind {
            EventKind::StepStarted { id, .. } => open = Some(id),
            EventKind::StepFinished(_) => open = None,
            EventKind::RunFinished { .. } => return "after the end".to_owned(),
            EventKind::RunStarted(_) | EventKind::StepWaiting { .. } => {}
        }
    }
    match open {
        Some(id) => id.to_owned(),
        None if events.is_empty() => "before the events".to_owned(),
        None => "between two steps".to_owned(),
    }
}

/// The bot's step began only behind these, and a bot that was started since the run began was started behind them.
pub fn in_order(stack: &Stack, events: &[Event], before: &[&str]) -> Result<(), String> {
    let Some(EventKind::RunStarted(run)) = events.first().map(|event| &event.kind) else {
        return if events.is_empty() { Ok(()) } else { Err("the first event is no beginning".to_owned()) };
    };
    let passed = |id: &str| {
        events.iter().position(|event| match &event.kind {
            EventKind::StepFinished(step) => step.id == id && step.outcome == Outcome::Passed,
            _ => false,
        })
    };
    let bot = events
        .iter()
        .position(|event| matches!(&event.kind, EventKind::StepStarted { id, .. } if id == "bot"));
    let run: Timestamp = run.at.parse().unwrap();
    let started = stack.docker(&["inspect", "-f", "{{.State.StartedAt}}", &stack.container("bot")]);
    let started = started.trim().parse::<Timestamp>().ok().filter(|started| *started > run);
    for id in before {
        let place = passed(id);
        if bot.is_some_and(|bot| place.is_none_or(|place| place > bot)) {
            return Err(format!("the step of the bot began before `{id}` passed"));
        }
        let Some(started) = started else { continue };
        let at = place.map(|place| run + Duration::from_secs_f64(events[place].after_ms / 1_000.0));
        if at.is_none_or(|at| at > started) {
            return Err(format!("the bot was started at {started}, and `{id}` passed: {at:?}"));
        }
    }
    Ok(())
}

/// Every report under its name is whole; how many half-written ones are beside them.
pub fn reports(directory: &Path) -> Result<usize, String> {
    let mut partial = 0;
    for entry in std::fs::read_dir(directory).into_iter().flatten().map_while(Result::ok) {
        if entry.file_name().to_string_lossy().starts_with('.') {
            partial += 1;
            continue;
        }
        if let Ok(rollup) = std::fs::read_to_string(entry.path().join("rollup.json")) {
            serde_json::from_str::<Value>(&rollup).map_err(|error| format!("a torn roll-up: {error}"))?;
            continue;
        }
        let text = std::fs::read_to_string(entry.path().join("report.json"))
            .map_err(|error| format!("{}: {error}", entry.path().display()))?;
        let report: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        if !report["verdict"].is_string() || !entry.path().join("report.md").exists() {
            return Err(format!("{} is torn", entry.path().display()));
        }
    }
    Ok(partial)
}
