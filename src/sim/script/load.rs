//! From what a person names, a file or presets, to a script or to everything that is wrong with it.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::check::check;
use super::error::PresetError;
use super::{Script, preset};
use crate::document::{self, Kind, Problems, schema_of};

/// What a script is among the files that people write.
const SCRIPT: Kind = Kind {
    name: "script",
    begins: "`version: 1` and `phases:`",
    example: "docker/sim-gateway/faults.yaml",
    choice: None,
    schema,
};

/// Where a script comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum ScriptSource {
    /// Presets, combined already.
    Presets {
        /// As they were written.
        written: String,
        /// What they stand for.
        script: Box<Script>,
    },
    /// A file.
    File(PathBuf),
}

impl FromStr for ScriptSource {
    type Err = PresetError;

    /// Text that looks like a path is a file; everything else is a list of presets.
    fn from_str(text: &str) -> Result<Self, PresetError> {
        let path = Path::new(text);
        let yaml =
            path.extension().is_some_and(|end| ["yaml", "yml", "json"].iter().any(|known| end == *known));
        if yaml || text.contains(['/', '\\']) {
            return Ok(Self::File(path.to_owned()));
        }
        Ok(Self::Presets { written: text.to_owned(), script: Box::new(text.parse()?) })
    }
}

impl ScriptSource {
    /// The script.
    ///
    /// # Errors
    /// Every problem of the file.
    pub fn load(&self) -> Result<Script, Problems> {
        match self {
            Self::Presets { script, .. } => Ok((**script).clone()),
            Self::File(file) => load(file),
        }
    }

    /// The script as a file would hold it.
    ///
    /// # Errors
    /// Every problem of the file.
    pub fn to_yaml(&self) -> Result<String, Problems> {
        let written = match self {
            Self::Presets { written, .. } => preset::combine(written).ok().and_then(|value| yaml(&value)),
            Self::File(_) => None,
        };
        match written {
            Some(written) => Ok(written),
            None => Ok(yaml(&self.load()?).unwrap_or_default()),
        }
    }
}

fn yaml(value: &impl serde::Serialize) -> Option<String> {
    serde_yaml::to_string(value).ok()
}

impl FromStr for Script {
    type Err = PresetError;

    /// Reads presets with commas between them: `mute:6s,live`.
    fn from_str(presets: &str) -> Result<Self, PresetError> {
        preset::script(presets)
    }
}

/// Reads a script file and checks it.
///
/// # Errors
/// Every problem found, each with its place.
pub fn load(file: &Path) -> Result<Script, Problems> {
    checked(file, document::text(&SCRIPT, file)?)
}

/// Reads a script out of a text and checks it; `name` is what it is called in messages.
///
/// # Errors
/// Every problem found, each with its place.
pub fn parse(name: &str, text: &str) -> Result<Script, Problems> {
    let name = Path::new(name);
    checked(name, text.to_owned())
}

fn checked(file: &Path, text: String) -> Result<Script, Problems> {
    Ok(document::examined(&SCRIPT, file, text, check)?.value)
}

/// The JSON Schema of the format.
pub fn schema() -> serde_json::Value {
    schema_of::<Script>()
}
