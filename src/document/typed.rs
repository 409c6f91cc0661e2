//! What the deserialiser says, in our words and with a place.

use super::{Kind, Places, Problem, escaped, nearest};

/// The problem that a message of the deserialiser tells.
pub(super) fn problem(kind: &Kind, message: &str, pointer: &str, places: &Places) -> Problem {
    let quoted = message.split('`').nth(1).unwrap_or_default();
    if message.starts_with("unknown ") {
        return unknown(kind, message, quoted, pointer, places);
    }
    if message.starts_with("missing field") {
        return Problem {
            code: kind.code("missing_key"),
            message: format!("the key `{quoted}` is missing"),
            help: None,
            place: Some(places.key(pointer)),
            label: format!("`{quoted}` belongs in here"),
        };
    }
    match kind.choice {
        Some(choice) if message.contains("map with a single key") => Problem {
            code: kind.code("one_kind"),
            message: choice.exactly_one.to_owned(),
            help: Some(format!("one of: {}", choice.names.join(", "))),
            place: Some(places.key(pointer)),
            label: "none, or more than one".to_owned(),
        },
        _ => Problem {
            code: kind.code("wrong_value"),
            message: plain(message),
            help: message.ends_with("expected a string").then(|| {
                "write a text: numbers in quotes, spans of time with their unit, such as 90s".to_owned()
            }),
            place: Some(places.find(pointer)),
            label: "this value".to_owned(),
        },
    }
}

fn unknown(kind: &Kind, message: &str, key: &str, pointer: &str, places: &Places) -> Problem {
    let known: Vec<&str> = message.split('`').skip(3).step_by(2).collect();
    let what = match kind.choice {
        _ if message.starts_with("unknown field") => "key",
        Some(choice) if choice.names.first().is_some_and(|name| known.contains(name)) => choice.what,
        _ => "value",
    };
    let valid = format!("valid here: {}", known.join(", "));
    let help = nearest(key, &known).map_or(valid.clone(), |near| format!("did you mean `{near}`? {valid}"));
    let place = if what == "value" {
        places.find(pointer)
    } else if pointer.ends_with(&format!("/{}", escaped(key))) {
        places.key(pointer)
    } else {
        places.key(&format!("{pointer}/{}", escaped(key)))
    };
    Problem {
        code: kind.code("unknown_key"),
        message: format!("unknown {what} `{key}`"),
        help: Some(help),
        place: Some(place),
        label: format!("no such {what}"),
    }
}

/// Without the words of a program for what is meant.
fn plain(message: &str) -> String {
    let plain = message.replace("expected a sequence", "expected a list").replace("a sequence", "a list");
    match plain.split_once("expected struct") {
        Some((head, _)) => format!("{head}expected a mapping"),
        None => plain.replace("expected u32", "expected a number"),
    }
}
