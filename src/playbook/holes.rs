//! What stands for a part of a playbook that is wrong, so that the rest can be read and checked.

use serde_json::{Value, json};

/// A harmless value for a pointer: one that makes no problem of its own.
pub(super) fn placeholder(pointer: &str, wrong: &Value) -> Option<Value> {
    let parts: Vec<&str> = pointer.split('/').skip(1).collect();
    let step = |index: &str| {
        let id = wrong.get("id").and_then(Value::as_str);
        json!({ "id": id.map_or(format!("hole-{index}"), str::to_owned), "do": { "engine": {} } })
    };
    match parts.as_slice() {
        ["version"] => Some(json!(1)),
        ["name"] | ["containers", _, "image"] | ["maintenance", "windows", _, "name"] => Some(json!("hole")),
        ["connection"] => Some(json!({ "address": "127.0.0.1:4002", "client_id": [8899] })),
        ["connection", "address"] => Some(json!("127.0.0.1:4002")),
        ["connection", "client_id"] => Some(json!([8899])),
        ["connection", "client_id", index] => {
            Some(json!(8900 + index.parse::<i32>().unwrap_or_default() % 99))
        }
        ["strategy"] => Some(json!({ "default": "C", "evidence": { "container": "" } })),
        ["safety", "accounts", _] => Some(json!("DU*")),
        ["maintenance", "windows", _] => {
            Some(json!({ "name": "hole", "zone": "UTC", "from": "03:33", "until": "04:44" }))
        }
        ["maintenance", "windows", _, "zone"] => Some(json!("UTC")),
        ["maintenance", "windows", _, "from"] => Some(json!("03:33")),
        ["maintenance", "windows", _, "until"] => Some(json!("04:44")),
        ["containers", _] => Some(json!({ "image": "hole" })),
        ["containers", _, "ports", _] => Some(json!("127.0.0.1:65535:65535")),
        ["containers", _, "volumes", _] => Some(json!("/hole:/hole")),
        ["containers", _, "command" | "entrypoint", _] | ["containers", _, "healthcheck", "test", _] => {
            Some(json!("true"))
        }
        ["containers", _, "hold_until", _] => Some(json!("safety")),
        ["steps"] => Some(json!([step("0")])),
        ["steps" | "on_failure" | "finally", index] => Some(step(index)),
        ["steps" | "on_failure" | "finally", index, "id"] => Some(json!(format!("hole-{index}"))),
        ["steps" | "on_failure" | "finally", _, "do"] => Some(json!({ "engine": {} })),
        _ => None,
    }
}
