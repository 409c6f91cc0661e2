//! The configuration of a gateway as clients read it (server version 219 on) and edit it (221 on).
//!
//! Owns the content of the four messages. All exist only as protobuf. Numbers of fields are those that the
//! Rust crate `ibapi` 5.5.0 uses. What an edit does is left to the gateway.

mod key;
mod settings;

pub use key::{Group, Key, Kind};
pub use settings::{Settings, Value};

use super::protobuf::{self, Message, NotProtobuf, Value as Field};
use super::text;
use settings::parts;

/// Where both the configuration and an edit of it have their prompts.
const PROMPTS: u32 = 3;

/// All that a gateway tells of its configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Config {
    /// The settings that it reports.
    pub settings: Settings,
    /// The questions that it may ask before it does something.
    pub prompts: Vec<Prompt>,
}

/// A question that can be switched off.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Prompt {
    /// Its number; warnings name it.
    pub id: i32,
    /// Its headline; empty in an edit.
    pub title: String,
    /// The question; empty in an edit.
    pub text: String,
    /// What is taken for the answer when it is off.
    pub default_action: Option<String>,
    /// Whether it is asked; `None` in an edit leaves that as it is.
    pub enabled: Option<bool>,
}

/// An edit of the configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Update {
    /// The settings that are to get another value.
    pub settings: Settings,
    /// The questions that are to be switched on or off.
    pub prompts: Vec<Prompt>,
    /// The warnings of an earlier outcome, sent back to say that they are understood.
    pub accepted: Vec<Warning>,
    /// Order ids are to start anew.
    pub reset_order_ids: bool,
}

/// A reason to think twice about an edit. It is not applied until the warning is sent back as accepted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Warning {
    /// The prompt that this stands for.
    pub prompt: i32,
    /// Its headline.
    pub title: String,
    /// What is to be thought about.
    pub text: String,
}

/// What became of an edit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// One word for it.
    pub status: String,
    /// A sentence for people; empty when there is nothing to say.
    pub message: String,
    /// The names of the settings that have another value now.
    pub changed: Vec<String>,
    /// Why nothing was changed.
    pub errors: Vec<String>,
    /// What has to be accepted first.
    pub warnings: Vec<Warning>,
}

impl Config {
    /// Reads what [`super::server::config()`] wrote, from behind the message id.
    ///
    /// # Errors
    /// When the bytes are not this message.
    pub fn read(body: &[u8]) -> Result<Self, NotProtobuf> {
        Ok(Self { settings: Settings::read(body)?, prompts: Prompt::read_all(body)? })
    }

    pub(super) fn write(&self, message: &mut Message) {
        self.settings.write(message);
        Prompt::write_all(&self.prompts, message);
    }
}

impl Update {
    /// Reads an edit, from behind the message id.
    ///
    /// # Errors
    /// When the bytes are not this message.
    pub fn read(body: &[u8]) -> Result<Self, NotProtobuf> {
        Ok(Self {
            settings: Settings::read(body)?,
            prompts: Prompt::read_all(body)?,
            accepted: Warning::read_all(body)?,
            reset_order_ids: number(body, 7)?.is_some_and(|value| value != 0),
        })
    }

    /// Writes the edit behind its request id, which is field 1.
    ///
    /// That is for whoever plays a client: openbell itself never edits a configuration, so [`super::client`]
    /// has no message for it.
    pub fn write(&self, message: &mut Message) {
        self.settings.write(message);
        Prompt::write_all(&self.prompts, message);
        Warning::write_all(&self.accepted, message);
        if self.reset_order_ids {
            message.flag(7, true);
        }
    }
}

impl Outcome {
    /// Reads what [`super::server::config_updated`] wrote, from behind the message id.
    ///
    /// # Errors
    /// When the bytes are not this message.
    pub fn read(body: &[u8]) -> Result<Self, NotProtobuf> {
        let list = |field| Ok(parts(body, &[field])?.into_iter().map(text::string).collect());
        Ok(Self {
            status: string(body, 2)?.unwrap_or_default(),
            message: string(body, 3)?.unwrap_or_default(),
            changed: list(4)?,
            errors: list(5)?,
            warnings: Warning::read_all(body)?,
        })
    }

    pub(super) fn write(&self, message: &mut Message) {
        message.string(2, &self.status);
        if !self.message.is_empty() {
            message.string(3, &self.message);
        }
        for (field, names) in [(4, &self.changed), (5, &self.errors)] {
            for name in names {
                message.string(field, name);
            }
        }
        Warning::write_all(&self.warnings, message);
    }
}

impl Prompt {
    fn read_all(body: &[u8]) -> Result<Vec<Self>, NotProtobuf> {
        let read = |part| {
            Ok(Self {
                id: id(part)?,
                title: string(part, 2)?.unwrap_or_default(),
                text: string(part, 3)?.unwrap_or_default(),
                default_action: string(part, 4)?,
                enabled: number(part, 5)?.map(|value| value != 0),
            })
        };
        parts(body, &[PROMPTS])?.into_iter().map(read).collect()
    }

    fn write_all(prompts: &[Self], message: &mut Message) {
        for prompt in prompts {
            let mut part = Message::default();
            part.number(1, i64::from(prompt.id)).string(2, &prompt.title).string(3, &prompt.text);
            if let Some(action) = &prompt.default_action {
                part.string(4, action);
            }
            if let Some(enabled) = prompt.enabled {
                part.flag(5, enabled);
            }
            message.bytes(PROMPTS, &part.into_bytes());
        }
    }
}

impl Warning {
    /// Where both an edit and its outcome have their warnings.
    const FIELD: u32 = 6;

    fn read_all(body: &[u8]) -> Result<Vec<Self>, NotProtobuf> {
        let read = |part| {
            Ok(Self {
                prompt: id(part)?,
                title: string(part, 2)?.unwrap_or_default(),
                text: string(part, 3)?.unwrap_or_default(),
            })
        };
        parts(body, &[Self::FIELD])?.into_iter().map(read).collect()
    }

    fn write_all(warnings: &[Self], message: &mut Message) {
        for warning in warnings {
            let mut part = Message::default();
            part.number(1, i64::from(warning.prompt)).string(2, &warning.title).string(3, &warning.text);
            message.bytes(Self::FIELD, &part.into_bytes());
        }
    }
}

fn id(part: &[u8]) -> Result<i32, NotProtobuf> {
    i32::try_from(number(part, 1)?.unwrap_or(0)).map_err(|_| NotProtobuf)
}

fn number(body: &[u8], field: u32) -> Result<Option<i64>, NotProtobuf> {
    match protobuf::find(body, field)? {
        Some(Field::Number(value)) => Ok(Some(value)),
        Some(_) => Err(NotProtobuf),
        None => Ok(None),
    }
}

fn string(body: &[u8], field: u32) -> Result<Option<String>, NotProtobuf> {
    match protobuf::find(body, field)? {
        Some(Field::Bytes(value)) => Ok(Some(text::string(value))),
        Some(_) => Err(NotProtobuf),
        None => Ok(None),
    }
}
