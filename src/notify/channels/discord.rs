//! Discord's webhooks: an embed. Limits: title 256, description 4096, 25 fields of 256 and 1024, footer 2048, 6000 in all
//! (<https://docs.discord.com/developers/resources/message#embed-object>).

use serde_json::{Value, json};

use super::fit;
use crate::notify::notification::{Kind, Notification, Severity};

/// Less than Discord's own limits by far: six thousand in all.
const TITLE: usize = 250;
const DESCRIPTION: usize = 3800;
const FIELD: usize = 200;
const FOOTER: usize = 500;

/// The body of a request.
pub(super) fn body(message: &Notification, mention: Option<&str>) -> Value {
    let field = |name: &str, value: &Option<String>| {
        let value = value.as_ref()?;
        Some(json!({ "name": name, "value": fit(&plain(value), FIELD), "inline": true }))
    };
    let from = [Some(message.host.clone()), Some(message.playbook.clone()), message.run.clone()];
    let footer = from.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let fields: Vec<Value> =
        [field("Code", &message.code), field("Run", &message.run)].into_iter().flatten().collect();
    let mut body = json!({
        "embeds": [{
            "title": fit(&plain(&message.title), TITLE),
            "description": fit(&plain(&message.text), DESCRIPTION),
            "color": colour(message),
            "timestamp": message.at,
            "fields": fields,
            "footer": { "text": fit(&footer, FOOTER) },
        }],
        // Whatever stands in the texts, nobody is called by it.
        "allowed_mentions": { "parse": [] },
    });
    if let Some(mention) = mention {
        body["content"] = json!(mention);
        body["allowed_mentions"] = allowed(mention);
    }
    body
}

/// The one that the playbook names may be called, and nobody else.
fn allowed(mention: &str) -> Value {
    let id = mention.trim_matches(['<', '>', '@', '&', '!']);
    if mention.starts_with("<@&") {
        json!({ "parse": [], "roles": [id] })
    } else if mention.starts_with("<@") {
        json!({ "parse": [], "users": [id] })
    } else {
        json!({ "parse": ["everyone"] })
    }
}

fn colour(message: &Notification) -> u32 {
    match (message.kind, message.severity) {
        (Kind::Recovered, _) => 0x2e_cc_71,
        (_, Severity::Info) => 0x34_98_db,
        (_, Severity::Warning) => 0xf1_c4_0f,
        (_, Severity::Error) => 0xe6_7e_22,
        (_, Severity::Critical) => 0xe7_4c_3c,
    }
}

/// The text with everything escaped that Discord would read as Markdown.
fn plain(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut begins = true;
    for c in text.chars() {
        // Lists, headings and quotations are what they are at the beginning of a line only.
        if "\\`*_~|[]()<@".contains(c) || (begins && "-#>".contains(c)) {
            escaped.push('\\');
        }
        escaped.push(c);
        begins = c == '\n' || (begins && c == ' ');
    }
    escaped
}
