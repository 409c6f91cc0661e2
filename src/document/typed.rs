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
            help: Some(format!(
                "add it, as in `{quoted}: …`; `openbell schema {}` says what it is",
                kind.name
            )),
            place: Some(places.key(pointer)),
            label: format!("`{quoted}` belongs in here"),
            also: places.also(pointer),
            ..Problem::default()
        };
    }
    match kind.choice {
        Some(choice) if message.contains("map with a single key") => Problem {
            code: kind.code("one_kind"),
            message: choice.exactly_one.to_owned(),
            help: Some(format!("one of: {}", choice.names.join(", "))),
            place: Some(places.key(pointer)),
            label: "none, or more than one".to_owned(),
            also: places.also(pointer),
            ..Problem::default()
        },
        _ => Problem {
            code: kind.code("wrong_value"),
            message: plain(message),
            help: Some(advice(kind, message)),
            place: Some(places.find(pointer)),
            label: "this value".to_owned(),
            also: places.also(pointer),
            ..Problem::default()
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
    let valid = if known.is_empty() {
        "nothing is said in here: write `{}`".to_owned()
    } else {
        format!("valid here: {}", known.join(", "))
    };
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
        also: places.also(pointer),
        ..Problem::default()
    }
}

/// What the deserialiser expects, in the words of a program and in those of people, and what to write.
const EXPECTED: &[(&str, &str, &str)] = &[
    ("a sequence", "a list", "write a list, such as [one, two]"),
    ("a map", "a mapping", "write a mapping of keys to values"),
    ("struct", "a mapping", "write a mapping of keys to values"),
    ("a boolean", "true or false", "write true or false, without quotes"),
    ("bool", "true or false", "write true or false, without quotes"),
    ("i32", "a whole number", "write a whole number, without quotes"),
    ("i64", "a whole number", "write a whole number, without quotes"),
    ("u8", "a whole number", "write a whole number from 0 to 255, without quotes"),
    ("u16", "a whole number", "write a whole number from 0 to 65535, without quotes"),
    ("u32", "a whole number", "write a whole number that is not negative, without quotes"),
    ("u64", "a whole number", "write a whole number that is not negative, without quotes"),
    ("usize", "a whole number", "write a whole number that is not negative, without quotes"),
    ("a string", "a string", "write a text: numbers in quotes, spans of time with their unit, such as 90s"),
];

/// What is expected at the end of a message.
fn expected(message: &str) -> Option<(&str, &'static (&'static str, &'static str, &'static str))> {
    let (head, expected) = message.rsplit_once("expected ")?;
    let known = |(program, ..): &&(&str, &str, &str)| {
        expected == *program || expected.starts_with(&format!("{program} "))
    };
    Some((head, EXPECTED.iter().find(known)?))
}

/// Without the words of a program for what is meant.
fn plain(message: &str) -> String {
    let plain = match expected(message) {
        Some((head, (_, words, _))) => format!("{head}expected {words}"),
        None => message.to_owned(),
    };
    plain
        .replace("invalid type: sequence", "invalid type: list")
        .replace("invalid type: map,", "invalid type: mapping,")
        .replace("invalid type: floating point `", "invalid type: number `")
}

/// What to write instead. Our own types say that with what is wrong.
fn advice(kind: &Kind, message: &str) -> String {
    match expected(message) {
        Some((_, (.., advice))) => (*advice).to_owned(),
        None if message.contains("such as ") => {
            let (_, example) = message.rsplit_once("such as ").unwrap_or_default();
            format!("such as {example}")
        }
        None => format!("`openbell schema {}` prints what is valid", kind.name),
    }
}
