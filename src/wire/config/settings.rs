//! Settings with their values, as the configuration and an edit of it carry them.

use std::collections::BTreeMap;

use super::key::{Group, Key, Kind};
use crate::wire::protobuf::{Message, NotProtobuf, Value as Field, fields};
use crate::wire::text;

/// The value of a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Of a [`Kind::Flag`].
    Flag(bool),
    /// Of a [`Kind::Number`].
    Number(i32),
    /// Of a [`Kind::Text`].
    Text(String),
    /// Of a [`Kind::List`]. An empty one cannot be told from an absent one on the wire.
    List(Vec<String>),
}

/// Some settings and their values. What is absent is not reported, or is to stay as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings(BTreeMap<Key, Value>);

impl Settings {
    /// The value of a setting, where it is there.
    pub fn get(&self, key: Key) -> Option<&Value> {
        self.0.get(&key)
    }

    /// Gives a setting a value. The caller keeps to the kind of the key.
    pub fn set(&mut self, key: Key, value: Value) -> &mut Self {
        self.0.insert(key, value);
        self
    }

    /// All that are there, in the order of the message.
    pub fn iter(&self) -> impl Iterator<Item = (Key, &Value)> {
        self.0.iter().map(|(key, value)| (*key, value))
    }

    /// Reads the settings out of a whole message.
    ///
    /// # Errors
    /// When the bytes are no protobuf message, or a value is of another kind than its setting.
    pub fn read(message: &[u8]) -> Result<Self, NotProtobuf> {
        let mut settings = Self::default();
        for group in Group::ALL {
            for part in parts(message, group.path())? {
                for field in fields(part) {
                    let (number, value) = field?;
                    if let Some(key) = Key::at(group, number) {
                        settings.take(key, value)?;
                    }
                }
            }
        }
        Ok(settings)
    }

    fn take(&mut self, key: Key, field: Field<'_>) -> Result<(), NotProtobuf> {
        let value = match (key.kind, field) {
            (Kind::Flag, Field::Number(value)) => Value::Flag(value != 0),
            (Kind::Number, Field::Number(value)) => {
                Value::Number(i32::try_from(value).map_err(|_| NotProtobuf)?)
            }
            (Kind::Text, Field::Bytes(value)) => Value::Text(text::string(value)),
            (Kind::List, Field::Bytes(value)) => {
                let mut list = match self.0.remove(&key) {
                    Some(Value::List(list)) => list,
                    _ => Vec::new(),
                };
                list.push(text::string(value));
                Value::List(list)
            }
            _ => return Err(NotProtobuf),
        };
        self.set(key, value);
        Ok(())
    }

    /// Writes the settings into a whole message; a group without any is left out.
    pub(super) fn write(&self, message: &mut Message) {
        let mut outer: BTreeMap<u32, Message> = BTreeMap::new();
        for group in Group::ALL {
            let mut inner = Message::default();
            for (key, value) in self.iter().filter(|(key, _)| key.group == group) {
                write_value(&mut inner, key.field, value);
            }
            let inner = inner.into_bytes();
            match group.path() {
                _ if inner.is_empty() => {}
                [field] => {
                    message.bytes(*field, &inner);
                }
                [field, part, ..] => {
                    outer.entry(*field).or_default().bytes(*part, &inner);
                }
                [] => {}
            }
        }
        for (field, parts) in outer {
            message.bytes(field, &parts.into_bytes());
        }
    }
}

fn write_value(message: &mut Message, field: u32, value: &Value) {
    match value {
        Value::Flag(value) => {
            message.flag(field, *value);
        }
        Value::Number(value) => {
            message.number(field, i64::from(*value));
        }
        Value::Text(value) => {
            message.string(field, value);
        }
        Value::List(values) => {
            for value in values {
                message.string(field, value);
            }
        }
    }
}

/// The inner messages at the end of a path. A message that comes in several parts counts as all of them.
pub(super) fn parts<'a>(message: &'a [u8], path: &[u32]) -> Result<Vec<&'a [u8]>, NotProtobuf> {
    let mut here = vec![message];
    for step in path {
        let mut next = Vec::new();
        for part in here {
            for field in fields(part) {
                match field? {
                    (number, Field::Bytes(inner)) if number == *step => next.push(inner),
                    (number, _) if number == *step => return Err(NotProtobuf),
                    _ => {}
                }
            }
        }
        here = next;
    }
    Ok(here)
}
