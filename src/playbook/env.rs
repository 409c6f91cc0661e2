//! The value of a container's environment variable as written: a text, or where a secret is kept.

use std::fmt;
use std::path::PathBuf;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// The value of an environment variable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum EnvText {
    /// The value itself, always a text.
    Plain(String),
    /// A secret, by reference.
    Secret(SecretReference),
}

/// Where a secret is kept. It is read when a container is started, and never shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum SecretReference {
    /// The content of a file.
    File {
        /// The file, relative to the playbook.
        file: PathBuf,
    },
    /// A variable of openbell's own environment.
    Env {
        /// Its name.
        env: String,
    },
    /// A credential of the systemd unit that runs openbell: `$CREDENTIALS_DIRECTORY/<name>`.
    Credential {
        /// Its name.
        credential: String,
    },
    /// A secret of openbell's own container: `/run/secrets/<name>`.
    DockerSecret {
        /// Its name.
        docker_secret: String,
    },
}

/// The kinds of reference: key, and what it is.
const KINDS: [(&str, &str); 4] = [
    ("file", "The content of this file, relative to the playbook; a line end at its end is dropped."),
    ("env", "The value of this variable of openbell's own environment."),
    (
        "credential",
        "The content of this credential of the systemd unit that runs openbell (LoadCredential=).",
    ),
    ("docker_secret", "The content of this secret of openbell's own container (/run/secrets)."),
];

/// The keys of [`KINDS`].
const KEYS: &[&str] = &["file", "env", "credential", "docker_secret"];

impl JsonSchema for EnvText {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "EnvText".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let mut kinds = vec![serde_json::json!({ "type": "string" })];
        kinds.extend(KINDS.map(|(key, description)| {
            serde_json::json!({
                "type": "object",
                "properties": { key: { "type": "string", "description": description } },
                "required": [key],
                "additionalProperties": false
            })
        }));
        json_schema!({
            "description": "A text (write true, false and numbers in quotes), or where a secret is kept: {file: path}, {env: NAME}, {credential: NAME} or {docker_secret: NAME}.",
            "anyOf": kinds
        })
    }
}

/// Written out so that `DRY_RUN: true` is told what to write instead of being guessed at.
impl<'de> Deserialize<'de> for EnvText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = EnvText;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or {file: path}; write true, false and numbers in quotes")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<EnvText, E> {
                Ok(EnvText::Plain(text.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<EnvText, A::Error> {
                let mut found = None;
                while let Some(key) = map.next_key::<String>()? {
                    if found.is_some() {
                        return Err(A::Error::custom("a secret is kept in one place: write one of its keys"));
                    }
                    found = Some(match key.as_str() {
                        "file" => SecretReference::File { file: map.next_value()? },
                        "env" => SecretReference::Env { env: map.next_value()? },
                        "credential" => SecretReference::Credential { credential: map.next_value()? },
                        "docker_secret" => SecretReference::DockerSecret { docker_secret: map.next_value()? },
                        _ => return Err(A::Error::unknown_field(&key, KEYS)),
                    });
                }
                found.map(EnvText::Secret).ok_or_else(|| A::Error::missing_field("file"))
            }
        }
        deserializer.deserialize_any(Text)
    }
}
