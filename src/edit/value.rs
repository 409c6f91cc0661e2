//! Values: what a text means, what a typed value means where it is wanted, and how a value is written.

use serde_json::{Map, Value};

use super::path::Step;
use crate::document::{Shape, Style, Tree, TreeNode, meaning};

/// The parts of the schema that speak of the value at these steps, references followed.
pub(super) fn wanted<'a>(schema: &'a Value, steps: &[Step]) -> Vec<&'a Value> {
    let mut here = alternatives(schema, schema);
    for step in steps {
        here = here.iter().flat_map(|part| inner(schema, part, step)).collect();
    }
    here
}

fn inner<'a>(root: &'a Value, part: &'a Value, step: &Step) -> Vec<&'a Value> {
    let inner = match step {
        Step::Key(key) => part
            .get("properties")
            .and_then(|properties| properties.get(key))
            .or_else(|| part.get("additionalProperties").filter(|schema| schema.is_object())),
        Step::Index(_) => part.get("items"),
    };
    inner.map(|inner| alternatives(root, inner)).unwrap_or_default()
}

fn alternatives<'a>(root: &'a Value, schema: &'a Value) -> Vec<&'a Value> {
    let mut found = Vec::new();
    let mut open = vec![schema];
    // A schema that refers to itself without end is no schema of ours; the bound is for others.
    for _ in 0..1000 {
        let Some(next) = open.pop() else { break };
        if let Some(name) = next.get("$ref").and_then(Value::as_str) {
            open.extend(root.pointer(name.trim_start_matches('#')));
        }
        for several in ["anyOf", "oneOf", "allOf"] {
            open.extend(next.get(several).and_then(Value::as_array).into_iter().flatten());
        }
        found.push(next);
    }
    found
}

/// The types that a schema names; of an enumeration, those of its values.
fn types(parts: &[&Value]) -> Vec<String> {
    let mut types: Vec<String> = Vec::new();
    for part in parts {
        match part.get("type") {
            Some(Value::String(name)) => types.push(name.clone()),
            Some(Value::Array(names)) => {
                types.extend(names.iter().filter_map(Value::as_str).map(str::to_owned));
            }
            _ => {}
        }
        let values = part.get("enum").and_then(Value::as_array).into_iter().flatten();
        types.extend(values.chain(part.get("const")).map(|value| type_of(value).to_owned()));
    }
    types
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// What a typed value means at these steps: what YAML says, but a text where only a text is wanted.
pub(super) fn typed(text: &str, schema: &Value, steps: &[Step], there: Option<&Value>) -> Option<Value> {
    let parts = wanted(schema, steps);
    let mut types = types(&parts);
    if let (true, Some(there)) = (types.is_empty(), there) {
        types.push(type_of(there).to_owned());
    }
    let accepts = |name: &str| types.iter().any(|known| known == name);
    let as_text = accepts("string") && !accepts("array") && !accepts("object");
    if text.trim().is_empty() {
        return Some(if accepts("string") { Value::String(String::new()) } else { Value::Null });
    }
    match Tree::of(text) {
        Some(tree) if as_text && !matches!(tree.root.shape, Shape::Scalar(..)) => {
            Some(Value::String(text.to_owned()))
        }
        // YAML would fold its lines into one.
        Some(tree)
            if as_text
                && text.contains('\n')
                && matches!(tree.root.shape, Shape::Scalar(Style::Plain, _)) =>
        {
            Some(Value::String(text.to_owned()))
        }
        Some(tree) if tree.comments.is_empty() => typed_node(&tree.root, schema, &parts, there),
        _ => as_text.then(|| Value::String(text.to_owned())),
    }
}

fn typed_node(node: &TreeNode, root: &Value, parts: &[&Value], there: Option<&Value>) -> Option<Value> {
    let below =
        |step: &Step| -> Vec<&Value> { parts.iter().flat_map(|part| inner(root, part, step)).collect() };
    match &node.shape {
        Shape::Alias(_) => None,
        Shape::List(_, items) => {
            let parts = below(&Step::Index(0));
            items
                .iter()
                .map(|item| typed_node(item, root, &parts, None))
                .collect::<Option<_>>()
                .map(Value::Array)
        }
        Shape::Map(_, entries) => {
            let mut map = Map::new();
            for (key, value) in entries {
                let Shape::Scalar(_, name) = &key.shape else { return None };
                let parts = below(&Step::Key(name.clone()));
                if name == "<<" || map.contains_key(name) {
                    return None;
                }
                map.insert(name.clone(), typed_node(value, root, &parts, None)?);
            }
            Some(Value::Object(map))
        }
        Shape::Scalar(Style::Plain, text) => {
            let value = if node.span.is_empty() { Value::Null } else { meaning(text)? };
            let types = types(parts);
            let accepts = |name: &str| types.iter().any(|known| known == name);
            let fits = accepts(type_of(&value)) || (value.is_i64() && accepts("number"));
            let text_wanted = if types.is_empty() {
                there.is_some_and(Value::is_string)
            } else {
                accepts("string") && !fits
            };
            let empty = if node.span.is_empty() { "" } else { text.as_str() };
            Some(if text_wanted && !value.is_string() { Value::String(empty.to_owned()) } else { value })
        }
        Shape::Scalar(_, text) => Some(Value::String(text.clone())),
    }
}

/// A value in a line: as it stands between brackets (`flow`) or not, and, for a text, in that style where possible.
pub(super) fn written(value: &Value, flow: bool, style: Style) -> String {
    match value {
        Value::String(text) => written_text(text, flow, style),
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(|item| written(item, true, Style::Plain)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(map) if map.is_empty() => "{}".to_owned(),
        Value::Object(map) => {
            let entry = |(key, value): (&String, &Value)| {
                format!("{}: {}", written_text(key, true, Style::Plain), written(value, true, Style::Plain))
            };
            format!("{{ {} }}", map.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
        scalar => scalar.to_string(),
    }
}

/// A text as a scalar of one line.
pub(super) fn written_text(text: &str, flow: bool, style: Style) -> String {
    let printable = text.chars().all(|c| !c.is_control() && !"\u{feff}\u{85}\u{2028}\u{2029}".contains(c));
    match style {
        Style::Single if printable => format!("'{}'", text.replace('\'', "''")),
        Style::Plain | Style::Block if printable && plain(text, flow) => text.to_owned(),
        _ => quoted(text),
    }
}

/// In double quotes. JSON's escapes are YAML's.
fn quoted(text: &str) -> String {
    let mut quoted = Value::String(text.to_owned()).to_string();
    for special in ['\u{feff}', '\u{85}', '\u{2028}', '\u{2029}', '\u{7f}'] {
        quoted = quoted.replace(special, &format!("\\u{:04x}", u32::from(special)));
    }
    for control in '\u{80}'..='\u{9f}' {
        quoted = quoted.replace(control, &format!("\\u{:04x}", u32::from(control)));
    }
    quoted
}

/// Whether a text stays that text without quotes, for readers of older YAML too.
fn plain(text: &str, flow: bool) -> bool {
    let old_words = ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "~"];
    let like_number = |c: char| c.is_ascii_digit() || "_:.+-".contains(c);
    let indicator = |c: char| "-?:,[]{}#&*!|>'\"%@`=<".contains(c);
    !text.is_empty()
        && text.trim() == text
        && !text.starts_with(indicator)
        && !text.starts_with("...")
        && !text.ends_with(':')
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.contains('\t')
        && !(flow && text.contains([',', '[', ']', '{', '}', '"', '\'', '#']))
        && !(flow && text.contains(':') && text.ends_with([':', ',']))
        && !old_words.contains(&text.to_ascii_lowercase().as_str())
        && !(text.chars().all(like_number) && text.matches('.').count() < 2)
        && meaning(text) == Some(Value::String(text.to_owned()))
}
