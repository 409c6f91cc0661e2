//! What a playbook is read with, beside its own text.

use std::path::PathBuf;

/// What the one who reads a playbook gives it.
#[derive(Clone, Debug)]
pub struct Inputs {
    /// Variables from the command line; they go before everything else.
    pub variables: Vec<(String, String)>,
    /// Another file of `NAME=value` lines; it goes before those that the playbook names.
    pub env_file: Option<PathBuf>,
    /// The environment.
    pub environment: fn(&str) -> Option<String>,
    /// The only variant of a matrix that is meant.
    pub only: Option<String>,
}

impl Default for Inputs {
    /// Nothing is given, and the environment is empty.
    fn default() -> Self {
        Self { variables: Vec::new(), env_file: None, environment: |_| None, only: None }
    }
}
