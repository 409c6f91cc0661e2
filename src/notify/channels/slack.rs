//! Incoming webhooks of Slack, and of Mattermost and Rocket.Chat, which take the same: one plain text.

use serde_json::{Value, json};

use super::fit;
use crate::notify::notification::{Kind, Notification, Severity};

/// Slack cuts texts far later; what is longer nobody reads.
const TEXT: usize = 3800;

/// The body of a request.
pub(super) fn body(message: &Notification, mention: Option<&str>) -> Value {
    let called = mention.map(|mention| format!("{mention} ")).unwrap_or_default();
    let text = fit(&format!("{} {}\n{}", sign(message), message.title, message.text), TEXT);
    json!({ "text": format!("{called}{}", plain(&text)), "mrkdwn": false, "unfurl_links": false })
}

/// The text with the three characters escaped by which Slack calls people and makes links.
fn plain(text: &str) -> String {
    // A zero-width space keeps services that follow Slack's form less closely from calling anybody.
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('@', "@\u{200b}")
}

fn sign(message: &Notification) -> &'static str {
    match (message.kind, message.severity) {
        (Kind::Recovered, _) => "✅",
        (_, Severity::Info) => "ℹ️",
        (_, Severity::Warning) => "⚠️",
        (_, Severity::Error) => "🔴",
        (_, Severity::Critical) => "🚨",
    }
}
