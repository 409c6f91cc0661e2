//! The form of a message for each service. One file each; what is written is as hostile as the log it came from.

use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::config::{Address, Channel, ChannelKind};
use super::error::NotifyError;
use super::notification::{Kind, Notification, Severity};
use crate::diagnosis::Diagnosis;
use crate::ports::files::Files;
use crate::ports::http::{HttpRequest, Method};
use crate::ports::secrets::SecretError;
use crate::redact::Redactor;

mod discord;
mod ntfy;
mod slack;

/// A message that waited longer than this says so.
const LATE: SignedDuration = SignedDuration::from_mins(5);

/// The address, from where it is kept.
pub(super) fn address(address: &Address, files: &dyn Files) -> Result<SecretString, SecretError> {
    match address {
        Address::Plain(url) => Ok(SecretString::from(url.clone())),
        Address::Secret(from) => files.secret(from),
    }
}

/// A request and what must not be seen of it.
pub(super) struct Asked {
    pub(super) request: HttpRequest,
    /// Knows the address and the header as well.
    pub(super) redactor: Redactor,
}

/// A message as a channel wants it.
///
/// # Errors
/// A secret cannot be read, or is no address.
pub(super) fn request(
    channel: &Channel,
    message: &Notification,
    (files, redactor): (&dyn Files, &Redactor),
    now: Timestamp,
) -> Result<Asked, Diagnosis> {
    let wrong = |reason| Diagnosis::of(&NotifyError::BadAddress { channel: channel.name.clone(), reason });
    let unread = |error: SecretError| {
        let name = &channel.name;
        Diagnosis::of(&error).with_evidence([format!(
            "it is of the channel {name}, whose messages `openbell watch` keeps meanwhile"
        )])
    };
    let mut url = address(&channel.address, files).map_err(unread)?;
    if !is_web(url.expose_secret()) {
        return Err(wrong("it does not begin with https:// or http://"));
    }
    let mut redactor = redactor.clone().and(url.expose_secret());
    let message = &late(message, now);
    // Who is called by name is called for what is grave, and not for its end.
    let mention = channel
        .mention
        .as_deref()
        .filter(|_| message.severity >= Severity::Error || message.kind == Kind::Test);
    let json = match channel.kind {
        ChannelKind::Discord => discord::body(message, mention),
        ChannelKind::Slack => slack::body(message, mention),
        ChannelKind::Ntfy => {
            let (server, topic) = ntfy::parts(url.expose_secret())
                .ok_or_else(|| wrong("it does not end in a topic, as https://ntfy.sh/topic does"))?;
            let body = ntfy::body(message, &topic);
            redactor = redactor.and(&topic);
            url = SecretString::from(server);
            body
        }
        ChannelKind::Webhook => serde_json::to_value(message).unwrap_or(Value::Null),
    };
    let mut headers = Vec::new();
    if let Some((name, before, from)) = &channel.header {
        let secret = files.secret(from).map_err(unread)?;
        redactor = redactor.and(secret.expose_secret());
        let value = format!("{before}{}", secret.expose_secret());
        if !value.chars().all(|c| c == ' ' || c.is_ascii_graphic()) {
            return Err(wrong("the secret of its header has characters that no header can have"));
        }
        headers.push((name.clone(), SecretString::from(value)));
    }
    let request = HttpRequest { method: Method::Post, url, headers, json: Some(json.to_string()) };
    Ok(Asked { request, redactor })
}

/// Whether it is an address of the web.
pub(super) fn is_web(url: &str) -> bool {
    let scheme = url.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    matches!(scheme.as_deref(), Some("http" | "https")) && !url.contains(char::is_whitespace)
}

/// A message that waited says that it is late.
fn late(message: &Notification, now: Timestamp) -> Notification {
    let mut message = message.clone();
    let made: Option<Timestamp> = message.at.parse().ok();
    let waited = made.map(|made| now.duration_since(made)).filter(|waited| *waited > LATE);
    if let (Some(made), Some(_)) = (made, waited) {
        message.text = format!("Late: this was to be told {made:.0}.\n{}", message.text);
    }
    message
}

/// The beginning of a text that fits, counted as the strictest of the services does: in UTF-16 units.
fn fit(text: &str, most: usize) -> String {
    if text.encode_utf16().count() <= most {
        return text.to_owned();
    }
    let mut room = most.saturating_sub(2);
    let kept = text.chars().take_while(|c| match room.checked_sub(c.len_utf16()) {
        Some(rest) => {
            room = rest;
            true
        }
        None => false,
    });
    // Half an escape would escape what follows.
    format!("{} …", kept.collect::<String>().trim_end_matches('\\'))
}
