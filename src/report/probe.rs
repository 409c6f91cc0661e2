//! What `openbell probe` prints: one line for people, or one line of JSON.
//!
//! What a gateway or whoever else answers had to say is in both, so nothing in them can end the line or hide a part of it.

use std::fmt::Write;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::diagnosis::Diagnosis;
use crate::ladder::{Reached, Rung};
use crate::visible::{self, is_unfit};

/// Characters of a message that are shown in a line; Docker keeps 4096 bytes of what a health check says.
const LONGEST_MESSAGE: usize = 400;
/// Accounts that are named in a line.
const MOST_ACCOUNTS: usize = 3;

/// How far a gateway got on the way to being ready.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProbeReport {
    /// Whether the rung asked for was reached.
    pub ready: bool,
    /// The highest rung that was reached; none when nothing accepted a connection.
    pub rung: Option<Rung>,
    /// Every rung that was reached, with the time since the connect began.
    pub rungs: Vec<Reached>,
    /// The gateway's address, as it was asked for.
    pub address: String,
    /// The client id, where it came to one.
    pub client_id: Option<i32>,
    /// The server version agreed on.
    pub server_version: Option<u32>,
    /// The managed accounts, masked.
    pub accounts: Vec<String>,
    /// The next valid order id.
    pub next_order_id: Option<i64>,
    /// The gateway's clock, seconds since 1970.
    pub gateway_time: Option<i64>,
    /// Milliseconds from the start to the verdict, attempts with other client ids included.
    pub took_ms: f64,
    /// Why it is not ready; none when it is, and when the probe was interrupted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Diagnosis>,
}

impl ProbeReport {
    /// The line for people.
    pub fn line(&self) -> String {
        let line = if self.ready { self.praise() } else { self.complaint() };
        visible::line(&line)
    }

    /// The line for machines.
    pub fn json(&self) -> String {
        let text = serde_json::to_string(self).unwrap_or_default();
        let mut clean = String::with_capacity(text.len());
        for c in text.chars() {
            if is_unfit(c) {
                // Such a character is always inside a string, where JSON writes it as UTF-16.
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let _ = write!(clean, "\\u{unit:04x}");
                }
            } else {
                clean.push(c);
            }
        }
        clean
    }

    fn praise(&self) -> String {
        let what = match self.rung {
            Some(Rung::Version) => "version told by",
            Some(Rung::Accounts | Rung::NextId) => "session opened by",
            Some(Rung::Request) => "request answered by",
            Some(Rung::Farms) => "farms connected at",
            _ => "tcp accepted by",
        };
        let mut facts = Vec::new();
        if let Some(version) = self.server_version {
            facts.push(format!("server version {version}"));
        }
        if !self.accounts.is_empty() {
            facts.push(self.accounts());
        }
        if let Some(id) = self.next_order_id {
            facts.push(format!("next id {id}"));
        }
        if facts.is_empty() {
            facts.push("an open port proves nothing about a gateway".to_owned());
        }
        format!("ready: {what} {} in {} ({})", self.address, span(self.took_ms), facts.join(", "))
    }

    fn accounts(&self) -> String {
        let named = self.accounts.iter().take(MOST_ACCOUNTS).cloned().collect::<Vec<_>>().join(" ");
        match self.accounts.len() {
            1 => format!("1 account {named}"),
            count @ ..=MOST_ACCOUNTS => format!("{count} accounts {named}"),
            count => format!("{count} accounts {named} …"),
        }
    }

    fn complaint(&self) -> String {
        let stands = self.rung.map_or_else(|| "below tcp".to_owned(), |rung| format!("at {rung}"));
        let missing = self.rung.map_or(Some(Rung::Tcp), Rung::next).map_or("more", Rung::missing);
        let Some(why) = &self.why else {
            return format!(
                "not ready: interrupted after {}, stands {stands}, no {missing} yet: {}",
                span(self.took_ms),
                self.address
            );
        };
        // Some messages say themselves what is missing.
        let message = why.message.strip_suffix(&format!(": no {missing} yet")).unwrap_or(&why.message);
        let cause = why.causes.first().map_or_else(String::new, |cause| format!(": {cause}"));
        format!(
            "not ready: stands {stands}, no {missing}: {}, after {} ({code}); openbell explain {code}",
            short(&format!("{message}{cause}")),
            span(self.took_ms),
            code = why.code
        )
    }
}

fn short(text: &str) -> String {
    match text.char_indices().nth(LONGEST_MESSAGE) {
        Some((cut, _)) => format!("{} …", &text[..cut]),
        None => text.to_owned(),
    }
}

fn span(ms: f64) -> String {
    if ms < 1000.0 { format!("{ms:.1} ms") } else { format!("{:.1} s", ms / 1000.0) }
}
