//! What a plain scalar means, by the core schema of YAML 1.2.

use serde_json::Value;

/// The value of a scalar without quotes: `yes`, `0755` and `90s` are texts.
pub(super) fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => number(text).unwrap_or_else(|| Value::String(text.to_owned())),
    }
}

fn number(text: &str) -> Option<Value> {
    let may_be = |byte: u8| byte.is_ascii_hexdigit() || b"xobinfaN.+-_".contains(&byte);
    if !text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)) || !text.bytes().all(may_be) {
        return None;
    }
    if let Ok(number) = text.parse::<u32>()
        && !text.starts_with(['0', '+'])
    {
        return Some(number.into());
    }
    // The rest is rare, and has its rules.
    match serde_yaml::from_str(text) {
        Ok(serde_yaml::Value::Number(number)) => serde_json::to_value(number).ok(),
        _ => None,
    }
}
