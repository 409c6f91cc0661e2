//! ntfy: a message published as JSON, at the server's root (<https://docs.ntfy.sh/publish/#publish-as-json>).

use serde_json::{Value, json};

use super::fit;
use crate::notify::notification::{Kind, Notification, Severity};

/// Longer ones than 4,096 bytes become attachments; the strictest counting keeps below it with any letters.
const MESSAGE_BYTES: usize = 3900;
const TITLE: usize = 200;

/// The server's root and the topic of an address.
pub(super) fn parts(url: &str) -> Option<(String, String)> {
    let (scheme, rest) = url.split_once("://")?;
    let rest = rest.split(['?', '#']).next()?.trim_end_matches('/');
    let (server, topic) = rest.rsplit_once('/')?;
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    let is_topic = !topic.is_empty() && topic.chars().all(fits) && !server.is_empty();
    is_topic.then(|| (format!("{scheme}://{server}/"), topic.to_owned()))
}

/// The body of a request.
pub(super) fn body(message: &Notification, topic: &str) -> Value {
    let (priority, tag) = match (message.kind, message.severity) {
        (Kind::Recovered, _) => (3, "white_check_mark"),
        (_, Severity::Info) => (2, "information_source"),
        (_, Severity::Warning) => (3, "warning"),
        (_, Severity::Error) => (4, "red_circle"),
        (_, Severity::Critical) => (5, "rotating_light"),
    };
    json!({
        "topic": topic,
        "title": fit(&message.title, TITLE),
        "message": bytes(&message.text),
        "priority": priority,
        "tags": [tag, message.kind.name()],
    })
}

/// The beginning of a text that fits, in bytes.
fn bytes(text: &str) -> String {
    if text.len() <= MESSAGE_BYTES {
        return text.to_owned();
    }
    format!("{} …", &text[..text.floor_char_boundary(MESSAGE_BYTES)])
}
