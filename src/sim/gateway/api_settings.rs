//! The API settings of one gateway: what clients read of its configuration, and what an edit does to it.
//!
//! Which edits a real gateway warns about, and how it words that, is not published. This one warns where its
//! safety is loosened, so that a client meets the exchange: an edit with a warning is applied only when it
//! comes again with the warning accepted.

use std::net::IpAddr;

use crate::sim::script::ApiTraits;
use crate::wire::config::{Config, Group, Key, Outcome, Prompt, Settings, Update, Value, Warning};

/// The prompts of this gateway. 131 is a real one; the others are the simulator's own.
const PROMPTS: [(i32, &str, &str); 3] = [
    (131, "Confirm Mandatory Cap Price", "An order gets a cap on its price where an exchange demands one."),
    (9001, "Read-Only API", "Without read-only mode, clients of the API can send orders."),
    (9002, "Local clients only", "Clients on other machines will be able to connect."),
];

/// The flags that make the gateway less safe when they are switched off, and the prompt that says so.
const SAFE_WHEN_ON: [(Key, i32); 2] = [(Key::READ_ONLY_API, 9001), (Key::ALLOW_LOCALHOST_ONLY, 9002)];

/// The API settings of one gateway.
#[derive(Debug, Clone)]
pub(super) struct ApiSettings {
    config: Config,
}

impl ApiSettings {
    /// The settings of a gateway that listens on that port.
    ///
    /// Settings whose usual value is not known are not among them: a gateway need not report all.
    pub(super) fn new(traits: &ApiTraits, listens_on: u16) -> Self {
        let mut settings = Settings::default();
        settings
            .set(Key::AUTO_LOGOFF_TIME, Value::Text(traits.auto_logoff.clone()))
            .set(Key::AUTO_LOGOFF_TYPE, Value::Text("Auto restart".into()))
            .set(Key::READ_ONLY_API, Value::Flag(traits.read_only))
            .set(Key::SOCKET_PORT, Value::Number(i32::from(traits.port.unwrap_or(listens_on))))
            .set(Key::ALLOW_LOCALHOST_ONLY, Value::Flag(traits.localhost_only))
            .set(Key::TRUSTED_IPS, Value::List(traits.trusted_ips.iter().map(ToString::to_string).collect()));
        if let Some(id) = traits.master_client_id {
            settings.set(Key::MASTER_CLIENT_ID, Value::Number(id));
        }
        for key in Key::all().filter(|key| key.group == Group::Precautions) {
            settings.set(key, Value::Flag(false));
        }
        let prompts = PROMPTS.map(|(id, title, text)| Prompt {
            id,
            title: title.into(),
            text: text.into(),
            default_action: None,
            enabled: Some(true),
        });
        Self { config: Config { settings, prompts: prompts.into() } }
    }

    /// What a client reads. `read_only` tells that the gateway is in that mode whatever was set.
    pub(super) fn config(&self, read_only: bool) -> Config {
        let mut config = self.config.clone();
        config.settings.set(Key::READ_ONLY_API, Value::Flag(read_only || self.read_only()));
        config
    }

    /// Whether an edit has put the API into read-only mode.
    pub(super) fn read_only(&self) -> bool {
        self.is_on(Key::READ_ONLY_API)
    }

    /// Whether an address is among the trusted ones.
    pub(super) fn trusts(&self, peer: IpAddr) -> bool {
        let Some(Value::List(trusted)) = self.config.settings.get(Key::TRUSTED_IPS) else { return false };
        trusted.iter().any(|ip| ip.parse() == Ok(peer.to_canonical()))
    }

    /// Trusts these addresses and no others, as somebody does at the gateway's screen; why not, if one is none.
    pub(super) fn trust(&mut self, ips: Vec<String>) -> Result<(), String> {
        let ips = Value::List(ips);
        if let Some(fault) = fault(Key::TRUSTED_IPS, &ips) {
            return Err(fault);
        }
        self.config.settings.set(Key::TRUSTED_IPS, ips);
        Ok(())
    }

    /// Applies an edit, or says why not: then nothing of it is applied.
    pub(super) fn apply(&mut self, update: &Update) -> Outcome {
        let errors: Vec<String> = update
            .settings
            .iter()
            .filter_map(|(key, value)| fault(key, value))
            .chain(self.unknown_prompts(update))
            .collect();
        if !errors.is_empty() {
            return outcome("error", "Nothing was changed.", Outcome { errors, ..Outcome::default() });
        }
        let warnings = self.warnings(update);
        if !warnings.is_empty() {
            let say = "Send the same again with the warnings accepted.";
            return outcome("warning", say, Outcome { warnings, ..Outcome::default() });
        }
        outcome("ok", "", Outcome { changed: self.change(update), ..Outcome::default() })
    }

    fn unknown_prompts(&self, update: &Update) -> impl Iterator<Item = String> {
        update
            .prompts
            .iter()
            .filter(|prompt| !self.config.prompts.iter().any(|known| known.id == prompt.id))
            .map(|prompt| format!("there is no message {}", prompt.id))
    }

    /// The warnings that the edit calls for and does not accept. A prompt that is off warns of nothing.
    fn warnings(&self, update: &Update) -> Vec<Warning> {
        let loosened = SAFE_WHEN_ON
            .iter()
            .filter(|(key, _)| self.is_on(*key) && update.settings.get(*key) == Some(&Value::Flag(false)));
        loosened
            .filter(|(_, id)| !update.accepted.iter().any(|warning| warning.prompt == *id))
            .filter_map(|(_, id)| self.config.prompts.iter().find(|prompt| prompt.id == *id))
            .filter(|prompt| prompt.enabled == Some(true))
            .map(|prompt| Warning {
                prompt: prompt.id,
                title: prompt.title.clone(),
                text: prompt.text.clone(),
            })
            .collect()
    }

    /// Makes the change; gives the names of what is different now.
    fn change(&mut self, update: &Update) -> Vec<String> {
        let mut changed = Vec::new();
        for (key, value) in update.settings.iter() {
            if self.config.settings.get(key) != Some(value) {
                self.config.settings.set(key, value.clone());
                changed.push(key.name.to_owned());
            }
        }
        for edit in &update.prompts {
            let Some(prompt) = self.config.prompts.iter_mut().find(|prompt| prompt.id == edit.id) else {
                continue;
            };
            if edit.enabled.is_some() && edit.enabled != prompt.enabled {
                prompt.enabled = edit.enabled;
                changed.push(format!("message {}", prompt.id));
            }
            if edit.default_action.is_some() && edit.default_action != prompt.default_action {
                prompt.default_action.clone_from(&edit.default_action);
                changed.push(format!("default action of message {}", prompt.id));
            }
        }
        changed
    }

    fn is_on(&self, key: Key) -> bool {
        self.config.settings.get(key) == Some(&Value::Flag(true))
    }
}

fn outcome(status: &str, message: &str, rest: Outcome) -> Outcome {
    Outcome { status: status.into(), message: message.into(), ..rest }
}

/// What is wrong with a new value, if anything is.
fn fault(key: Key, value: &Value) -> Option<String> {
    let right = match (key, value) {
        (Key::SOCKET_PORT, Value::Number(port)) => (1..=0xFFFF).contains(port),
        (Key::MASTER_CLIENT_ID, Value::Number(id)) => *id >= 0,
        (Key::TRUSTED_IPS, Value::List(list)) => list.iter().all(|ip| ip.parse::<IpAddr>().is_ok()),
        (Key::AUTO_LOGOFF_TIME, Value::Text(time)) => is_time(time),
        _ => true,
    };
    (!right).then(|| format!("{} cannot be {}", key.name, shown(value)))
}

/// `HH:MM`, or `hh:MM AM` and `hh:MM PM`.
fn is_time(text: &str) -> bool {
    let (clock, hours) = match text.strip_suffix(" AM").or_else(|| text.strip_suffix(" PM")) {
        Some(clock) => (clock, 1..=12),
        None => (text, 0..=23),
    };
    let Some((hour, minute)) = clock.split_once(':') else { return false };
    let part = |digits: &str| digits.parse::<u8>().ok().filter(|_| digits.len() == 2);
    part(hour).is_some_and(|hour| hours.contains(&hour)) && part(minute).is_some_and(|minute| minute < 60)
}

fn shown(value: &Value) -> String {
    match value {
        Value::Flag(value) => value.to_string(),
        Value::Number(value) => value.to_string(),
        Value::Text(value) => format!("'{value}'"),
        Value::List(values) => format!("'{}'", values.join(",")),
    }
}
