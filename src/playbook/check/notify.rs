//! Notifications: addresses that are secrets, options that a service does not have, zones, times and codes.

use std::collections::HashMap;
use std::sync::LazyLock;
use std::time::Duration;

use jiff::tz::TimeZone;
use regex::Regex;

use super::Check;
use crate::document::escaped;
use crate::explain;
use crate::notify::{ChannelKind, TimeOfDay};
use crate::playbook::EnvText;
use crate::playbook::notify::{ChannelFormat, NotifyFormat, OTHERS};
use crate::secret_name::may_stand_plain;

/// Services count on minutes; asking more often is no news.
const LEAST_PING: Duration = Duration::from_secs(10);

/// Who can be called by name on Discord.
static DISCORD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(<@[!&]?[0-9]{1,20}>|@here|@everyone)$").expect("a constant pattern is valid")
});
/// Who can be called by name on Slack.
static SLACK: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(<@[A-Z0-9]{1,20}>|<!subteam\^[A-Z0-9]{1,20}>|<!(here|channel|everyone)>)$")
        .expect("a constant pattern is valid")
});

impl Check<'_> {
    /// The section `notify`.
    pub(super) fn notify(&mut self) {
        let Some(format) = &self.playbook.notify else { return };
        if TimeZone::get(&format.zone).is_err() {
            let known: Vec<String> = jiff::tz::db().available().map(|name| name.to_string()).collect();
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            let help =
                self.meant(&format.zone, &known, "a name of the time zone database, such as Europe/Zurich");
            let message = format!("there is no time zone `{}`", format.zone);
            self.problem("playbook::notify_zone", "/notify/zone", message, &help);
        }
        let digest = format.digest.as_ref().map(|digest| ("digest", &digest.at));
        let reminder = format.reminder.as_ref().map(|reminder| ("reminder", &reminder.at));
        for (key, at) in digest.into_iter().chain(reminder) {
            if TimeOfDay::read(at).is_none() {
                let message = format!("`{at}` is not a time of day");
                self.problem(
                    "playbook::notify_time",
                    &format!("/notify/{key}/at"),
                    message,
                    "such as 08:00 or 18:30",
                );
            }
        }
        for (name, channel) in &format.channels {
            self.channel(name, channel);
        }
        self.ping_and_debounce(format);
        self.same_address(format);
    }

    fn channel(&mut self, name: &str, channel: &ChannelFormat) {
        let at = format!("/notify/channels/{}", escaped(name));
        let fits = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
        if name.is_empty() || !name.chars().all(fits) {
            let message = format!("`{name}` cannot be the name of a channel");
            self.key_problem(
                "playbook::notify_name",
                &at,
                message,
                "use letters, digits, - and _, such as desk",
            );
        }
        self.address(&format!("{at}/url"), &channel.url);
        self.token(channel, &at);
        self.mention(channel, &at);
    }

    /// What a service has to be shown.
    fn token(&mut self, channel: &ChannelFormat, at: &str) {
        let kind = channel.kind;
        let given = [
            ("mention", channel.mention.is_some(), matches!(kind, ChannelKind::Discord | ChannelKind::Slack)),
            ("token", channel.token.is_some(), matches!(kind, ChannelKind::Ntfy | ChannelKind::Webhook)),
            ("header", channel.header.is_some(), kind == ChannelKind::Webhook),
        ];
        for (key, _, _) in given.into_iter().filter(|(_, given, has)| *given && !has) {
            let message = format!("a channel of the kind {} has no `{key}`", kind.name());
            let help = "`mention` is of discord and slack, `token` of ntfy and webhook, `header` of webhook";
            self.key_problem("playbook::notify_option", &format!("{at}/{key}"), message, help);
        }
        match &channel.token {
            Some(EnvText::Secret(reference)) => self.secret(reference, &format!("{at}/token")),
            Some(EnvText::Plain(_)) => {
                let message = "a secret is written into the playbook".to_owned();
                let help = "put it into a file of its own (chmod 600) and write {file: ../secrets/name}, {env: NAME}, {credential: name} or {docker_secret: name}";
                self.problem("safety::inline_secret", &format!("{at}/token"), message, help);
            }
            None => {}
        }
        let Some(header) = &channel.header else { return };
        let reserved = ["content-type", "content-length", "host", "transfer-encoding", "connection"];
        let fits = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
        if header.is_empty()
            || !header.chars().all(fits)
            || reserved.contains(&header.to_ascii_lowercase().as_str())
        {
            let message = format!("`{header}` cannot be the header of a token");
            let help = "name the one that the service looks for, such as X-Token";
            self.problem("playbook::notify_option", &format!("{at}/header"), message, help);
        } else if channel.token.is_none() {
            let message = "a header without a token".to_owned();
            let help = "add what goes into it, such as `token: {file: ../secrets/token}`";
            self.problem("playbook::notify_option", &format!("{at}/header"), message, help);
        }
    }

    /// Who is called by name.
    fn mention(&mut self, channel: &ChannelFormat, at: &str) {
        let pattern = match channel.kind {
            ChannelKind::Discord => &DISCORD,
            ChannelKind::Slack => &SLACK,
            ChannelKind::Ntfy | ChannelKind::Webhook => return,
        };
        if let Some(mention) = channel.mention.as_ref().filter(|mention| !pattern.is_match(mention)) {
            let message = format!("nobody on {} is called by `{mention}`", channel.kind.name());
            let help = "on Discord <@user id>, <@&role id>, @here or @everyone; on Slack <@U1234>, <!subteam^S1234>, <!here> or <!channel>";
            self.problem("playbook::notify_mention", &format!("{at}/mention"), message, help);
        }
    }

    /// Where messages go, or the dead man's switch is: mostly a secret.
    fn address(&mut self, at: &str, url: &EnvText) {
        let url = match url {
            EnvText::Plain(url) => url,
            EnvText::Secret(reference) => return self.secret(reference, at),
        };
        let web = ["http://", "https://"].iter().any(|scheme| url.to_ascii_lowercase().starts_with(scheme));
        if !web || url.contains(char::is_whitespace) {
            let message = "this is not an address of the web".to_owned();
            let help = "write it whole, such as http://127.0.0.1:8080/alerts; one with a secret in it is {file: ../secrets/name}";
            self.problem("playbook::notify_url", at, message, help);
        } else if !may_stand_plain(url) {
            let message = "the address of a channel is a secret, written into the playbook".to_owned();
            let help = "whoever knows it can write there: put it into a file of its own (chmod 600) and write {file: ../secrets/name}, {env: NAME}, {credential: name} or {docker_secret: name}";
            self.problem("safety::inline_secret", at, message, help);
        }
    }

    fn ping_and_debounce(&mut self, format: &NotifyFormat) {
        if let Some(ping) = &format.ping {
            self.address("/notify/ping/url", &ping.url);
            if ping.every.get() < LEAST_PING {
                let message = format!("a ping each {} is too often", ping.every);
                let help = "at least 10s; healthchecks.io counts on whole minutes";
                self.problem("playbook::notify_ping", "/notify/ping/every", message, help);
            }
        }
        let known: Vec<&str> = explain::all().map(|entry| entry.code).chain([OTHERS]).collect();
        for code in format.debounce.keys().filter(|code| !known.contains(&code.as_str())) {
            let message = format!("there is no code `{code}`");
            let help =
                self.meant(code, &known, "`openbell explain --list` shows them; `default` is for all others");
            let at = format!("/notify/debounce/{}", escaped(code));
            self.key_problem("playbook::notify_code", &at, message, &help);
        }
    }

    /// Two channels with one address would bring every message twice.
    fn same_address(&mut self, format: &NotifyFormat) {
        let mut seen: HashMap<String, &String> = HashMap::new();
        for (name, channel) in &format.channels {
            let Some(first) = seen.insert(format!("{:?}", channel.url), name) else { continue };
            let message = format!("{name} and {first} have the same address: every message would come twice");
            let at = format!("/notify/channels/{}/url", escaped(name));
            self.problem("playbook::notify_twice", &at, message, "leave one of them out");
        }
    }
}
