//! From text to a script: presets with commas between them.

use std::str::FromStr;

use super::draft::Draft;
use super::error::PresetError;
use super::preset::{Apply, PRESETS, Preset};
use super::{Script, time};

impl FromStr for Script {
    type Err = PresetError;

    /// Reads presets with commas between them: `mute:6s,live`. Phases follow each other as written.
    fn from_str(presets: &str) -> Result<Self, PresetError> {
        let mut draft = Draft::new();
        for written in presets.split(',').map(str::trim) {
            let (name, argument) = match written.split_once(':') {
                Some((name, argument)) => (name, Some(argument)),
                None => (written, None),
            };
            let preset = PRESETS
                .iter()
                .find(|preset| preset.name == name)
                .ok_or_else(|| PresetError::Unknown { name: name.to_owned() })?;
            preset.add_to(&mut draft, argument)?;
        }
        Ok(draft.finish())
    }
}

impl Preset {
    fn add_to(&self, draft: &mut Draft, argument: Option<&str>) -> Result<(), PresetError> {
        let (preset, form) = (self.name, self.form);
        let needed = || argument.ok_or(PresetError::ArgumentMissing { preset, form });
        match self.apply {
            Apply::Alone(apply) => match argument {
                Some(argument) => {
                    Err(PresetError::ArgumentUnexpected { preset, argument: argument.to_owned() })
                }
                None => apply(draft, preset),
            },
            Apply::Time(apply) => {
                let argument = needed()?;
                let time = time::parse(argument)
                    .ok_or_else(|| PresetError::NotATime { preset, argument: argument.to_owned() })?;
                apply(draft, preset, time)
            }
            Apply::Ids(apply) => {
                let argument = needed()?;
                let ids = argument
                    .split('+')
                    .map(str::parse)
                    .collect::<Result<_, _>>()
                    .map_err(|_| PresetError::NotAClientId { preset, argument: argument.to_owned() })?;
                apply(draft, preset, ids)
            }
            Apply::Version(apply) => {
                let argument = needed()?;
                let version = argument.parse().ok().filter(|version| *version >= 100).ok_or_else(|| {
                    PresetError::NotAServerVersion { preset, argument: argument.to_owned() }
                })?;
                apply(draft, preset, version)
            }
        }
    }
}
