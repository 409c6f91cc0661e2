//! `http`: an endpoint answers as it should.

use std::collections::BTreeMap;
use std::time::Duration;

use miette::Diagnostic;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

use super::{Attempt, Scope, Stack, preview};
use crate::diagnosis::{Explain, Failure, Pace};
use crate::event::Facts;

/// Longest wait for one answer.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Checks the answer of an HTTP endpoint: status, text in the body, fields of a JSON body. Redirects are not followed.
///
/// Without `within`: 60 seconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HttpAnswer {
    /// What to ask for, with its scheme.
    pub url: String,
    /// Expected status. Default: 200.
    #[serde(default = "ok")]
    #[schemars(range(min = 100, max = 599))]
    pub status: u16,
    /// Text the body must contain. Default: any body will do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contains: Option<String>,
    /// Fields of a JSON body: JSON pointer (RFC 6901) and exact value, such as `/status: ok`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub json: BTreeMap<String, Value>,
}

fn ok() -> u16 {
    200
}

/// How an answer differs from what is expected.
#[derive(Debug, Error, Diagnostic)]
pub enum AnswerError {
    /// Another status.
    #[error("{url} answered with status {seen}, expected {expected}")]
    #[diagnostic(code(http::status), help("the beginning of the body is below"))]
    Status {
        /// The URL.
        url: String,
        /// The status.
        seen: u16,
        /// The expected one.
        expected: u16,
        /// The beginning of the body.
        body: String,
    },
    /// The text is missing.
    #[error("the body of {url} does not contain `{contains}`")]
    #[diagnostic(code(http::body), help("the beginning of the body is below"))]
    Body {
        /// The URL.
        url: String,
        /// The expected text.
        contains: String,
        /// The beginning of the body.
        body: String,
    },
    /// The body is not JSON.
    #[error("the body of {url} is not JSON")]
    #[diagnostic(code(http::not_json), help("the beginning of the body is below"))]
    NotJson {
        /// The URL.
        url: String,
        /// The beginning of the body.
        body: String,
    },
    /// A field differs.
    #[error("{pointer} of the body of {url} is {seen}, expected {expected}")]
    #[diagnostic(code(http::field), help("what the service says of itself is the reason: look at its log"))]
    Field {
        /// The URL.
        url: String,
        /// The JSON pointer.
        pointer: String,
        /// Its value.
        seen: String,
        /// The expected one.
        expected: Value,
    },
}

impl Explain for AnswerError {
    fn again(&self) -> Option<Pace> {
        Some(Pace::Brisk)
    }

    fn evidence(&self) -> Vec<String> {
        match self {
            Self::Status { body, .. } | Self::Body { body, .. } | Self::NotJson { body, .. } => {
                vec![format!("body: {}", body.chars().take(200).collect::<String>())]
            }
            Self::Field { .. } => Vec::new(),
        }
    }
}

impl Attempt for HttpAnswer {
    fn patience(&self, _: &Stack) -> Duration {
        Duration::from_mins(1)
    }

    async fn attempt(&self, scope: &Scope<'_>) -> Result<Facts, Failure> {
        let answer = scope.world.http.get(&self.url, TIMEOUT).await?;
        self.check(answer.status, answer.body)?;
        let mut facts = Facts::new();
        facts.insert("url".to_owned(), self.url.clone().into());
        facts.insert("status".to_owned(), answer.status.into());
        Ok(facts)
    }

    fn relies_on(&self, stack: &Stack) -> Vec<String> {
        let (scheme, rest) = self.url.split_once("://").unwrap_or(("http", &self.url));
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let named = host.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
        let usual = if scheme.eq_ignore_ascii_case("https") { 443 } else { 80 };
        preview::publisher(stack, &if named { host.to_owned() } else { format!("{host}:{usual}") })
    }
}

impl HttpAnswer {
    fn check(&self, status: u16, body: String) -> Result<(), AnswerError> {
        let url = self.url.clone();
        if status != self.status {
            return Err(AnswerError::Status { url, seen: status, expected: self.status, body });
        }
        if let Some(contains) = &self.contains
            && !body.contains(contains)
        {
            return Err(AnswerError::Body { url, contains: contains.clone(), body });
        }
        if self.json.is_empty() {
            return Ok(());
        }
        let Ok(value) = serde_json::from_str::<Value>(&body) else {
            return Err(AnswerError::NotJson { url, body });
        };
        for (pointer, expected) in &self.json {
            let seen = value.pointer(pointer);
            if seen != Some(expected) {
                let seen = seen.map_or_else(|| "not there".to_owned(), ToString::to_string);
                return Err(AnswerError::Field {
                    url,
                    pointer: pointer.clone(),
                    seen,
                    expected: expected.clone(),
                });
            }
        }
        Ok(())
    }
}
