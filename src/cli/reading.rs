//! What a playbook is read with.

use std::path::PathBuf;

use clap::Args;

/// Variables, and which entry of a matrix is meant.
#[derive(Clone, Debug, Default, Args)]
pub struct Reading {
    /// A variable of the playbook; it goes before the environment, env files and the playbook's own `vars`.
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = variable)]
    pub variables: Vec<(String, String)>,
    /// Another file of `NAME=value` lines, read literally; it goes before those that the playbook names.
    #[arg(long, value_name = "FILE")]
    pub env_file: Option<PathBuf>,
    /// Only this entry of the playbook's matrix.
    #[arg(long, value_name = "ID")]
    pub only: Option<String>,
}

fn variable(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        Some(_) | None => Err("write NAME=VALUE, such as --var account=DU1234567".to_owned()),
    }
}
