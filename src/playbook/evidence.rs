//! What proves which strategy a bot runs, as written: its log, an endpoint, or a file.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What proves which strategy a bot runs: `log`, `http` or `file`, one of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EvidenceFormat {
    /// The container that speaks of it.
    pub container: String,
    /// Regular expression with exactly one group, the strategy's name, for the lines of its log since its start. Every
    /// line that matches has to name the default. Default, without `http` and `file`: `Strategy (\w+) active`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<String>,
    /// An endpoint of its own that tells. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http: Option<HttpEvidenceFormat>,
    /// A file in it that tells. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<FileEvidenceFormat>,
}

impl EvidenceFormat {
    /// The pattern for the log, where that is what proves it.
    pub(super) fn log(&self) -> Option<&str> {
        let usual = (self.http.is_none() && self.file.is_none()).then_some(r"Strategy (\w+) active");
        self.log.as_deref().or(usual)
    }
}

/// An endpoint that tells the strategy, in JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HttpEvidenceFormat {
    /// What to ask for, with its scheme: at a port that the container publishes.
    pub url: String,
    /// JSON pointer (RFC 6901) to the strategy's name.
    pub field: String,
}

/// A file that tells the strategy. One that was not written since the container's start proves nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileEvidenceFormat {
    /// Absolute path in the container; not in memory (`tmpfs`), which the engine does not show.
    pub path: String,
    /// JSON pointer (RFC 6901) to the strategy's name; this or `pattern`. Default: `pattern` is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Regular expression with exactly one group, the strategy's name; this or `field`. Every line that matches has to
    /// name the default. Default: `field` is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
}
