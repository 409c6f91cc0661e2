//! SARIF 2.1.0, which code scanning reads.

use std::fmt::Write;

use serde_json::{Value, json};

use super::Looked;
use crate::document::{Located, Position};

/// One run with a result for each problem. `describe` gives the meaning of a code, for the rules.
pub fn sarif(looked: &[Looked], describe: impl Fn(&str) -> Option<&'static str>) -> Value {
    let found: Vec<&Located> = looked.iter().flat_map(Looked::found).collect();
    let mut codes: Vec<&str> = Vec::new();
    for located in &found {
        if !codes.contains(&located.problem.code.as_str()) {
            codes.push(&located.problem.code);
        }
    }
    let rules = codes.iter().map(|code| {
        let text = describe(code).unwrap_or(code);
        json!({ "id": code, "shortDescription": { "text": text } })
    });
    let results = found.iter().map(|located| {
        let rule = codes.iter().position(|code| *code == located.problem.code);
        result(located, rule.unwrap_or_default())
    });
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "openbell",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules.collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "results": results.collect::<Vec<_>>(),
        }],
    })
}

fn result(located: &Located, rule: usize) -> Value {
    let problem = &located.problem;
    let help = problem.help.as_ref().map(|help| format!("\n{help}")).unwrap_or_default();
    let mut place = json!({ "artifactLocation": { "uri": uri(&located.file) } });
    if let Some((from, to)) = located.from {
        place["region"] = region(from, to);
    }
    json!({
        "ruleId": problem.code,
        "ruleIndex": rule,
        "level": problem.severity.word(),
        "message": { "text": format!("{}{help}", problem.message) },
        "locations": [{ "physicalLocation": place }],
    })
}

fn region(from: Position, to: Position) -> Value {
    json!({
        "startLine": from.line,
        "startColumn": from.column,
        "endLine": to.line,
        "endColumn": to.column,
    })
}

/// A path as a URI reference: forward slashes, everything else that means something in a URI escaped.
fn uri(path: &str) -> String {
    let path = if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() };
    let drive = path.as_bytes().get(1) == Some(&b':') && path.starts_with(|c: char| c.is_ascii_alphabetic());
    let mut uri = String::from(match (path.starts_with('/'), drive) {
        (true, _) => "file://",
        (_, true) => "file:///",
        _ => "",
    });
    for byte in path.bytes() {
        let plain = byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) || (drive && byte == b':');
        if plain {
            uri.push(char::from(byte));
        } else {
            // Writing into a text cannot fail.
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}
