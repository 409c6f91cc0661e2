//! What can be wrong with a list of presets.

use super::presets::presets;
use crate::document::nearest;

/// Why a list of presets gives no script.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PresetError {
    /// No preset has that name.
    #[error("there is no preset `{name}`; {}", advice(name))]
    Unknown {
        /// What was written.
        name: String,
    },
    /// The preset needs something after a colon.
    #[error("the preset `{preset}` lacks its argument; write it as `{form}`")]
    ArgumentMissing {
        /// The name of the preset.
        preset: &'static str,
        /// How it is written in full.
        form: &'static str,
    },
    /// The preset takes nothing after its name.
    #[error("the preset `{preset}` takes no argument, but `{argument}` follows it")]
    ArgumentUnexpected {
        /// The name of the preset.
        preset: &'static str,
        /// What followed.
        argument: String,
    },
    /// The argument should be a length of time.
    #[error(
        "`{argument}` in `{preset}` is no length of time; valid are `500ms`, `6s`, `2m`, at most 30 days"
    )]
    NotATime {
        /// The name of the preset.
        preset: &'static str,
        /// What was written.
        argument: String,
    },
    /// The argument should be client ids.
    #[error("`{argument}` in `{preset}` is no client id; valid is `100`, or several as `100+101`")]
    NotAClientId {
        /// The name of the preset.
        preset: &'static str,
        /// What was written.
        argument: String,
    },
    /// The argument should be a server version.
    #[error("`{argument}` in `{preset}` is no server version; valid are whole numbers from 100 to 1000")]
    NotAServerVersion {
        /// The name of the preset.
        preset: &'static str,
        /// What was written.
        argument: String,
    },
    /// The argument should be a number of clients.
    #[error("`{argument}` in `{preset}` is no number of clients; valid are whole numbers from 1 to 128")]
    NotClients {
        /// The name of the preset.
        preset: &'static str,
        /// What was written.
        argument: String,
    },
    /// The argument should be a number.
    #[error("`{argument}` in `{preset}` is no such number; valid are whole numbers from 0 to 10000")]
    NotACount {
        /// The name of the preset.
        preset: &'static str,
        /// What was written.
        argument: String,
    },
    /// A row of the table is not a part of a script; a test reads every one.
    #[error("this is a bug in openbell: the preset is no script: {why}")]
    Row {
        /// What is wrong with it.
        why: String,
    },
    /// Two presets decide the same thing.
    #[error("`{first}` and `{second}` both decide {aspect}, so they cannot be combined")]
    Clash {
        /// What they decide, as it is called in a script.
        aspect: String,
        /// The one written first.
        first: &'static str,
        /// The one written after it.
        second: &'static str,
    },
    /// A phase follows one that never ends.
    #[error("`{last}` never ends, so `{unreachable}` after it would never happen")]
    Unreachable {
        /// The preset that lasts for ever.
        last: &'static str,
        /// The preset behind it.
        unreachable: &'static str,
    },
}

/// What was probably meant, and where to look.
fn advice(name: &str) -> String {
    let names: Vec<&str> = presets().map(|preset| preset.name).collect();
    let near = nearest(name, &names).and_then(|near| presets().find(|preset| preset.name == near));
    let meant = near.map(|preset| format!("did you mean `{}`? ", preset.form)).unwrap_or_default();
    format!(
        "{meant}`openbell sim gateway --list` shows all, and a file is named with its ending, such as faults.yaml"
    )
}
