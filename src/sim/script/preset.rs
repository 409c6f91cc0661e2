//! From a list of presets to the script that they stand for together.

use serde_yaml::{Mapping, Value};

use super::Script;
use super::error::PresetError;
use super::presets::{Preset, Takes, presets as all};
use crate::period::Period;

/// How much of a name that is none is said again.
const LONGEST_NAME: usize = 40;

/// What a list of presets stands for, as it could be written in a file: `mute:6s,live`. Phases follow each other as
/// written.
pub(super) fn combine(presets: &str) -> Result<Value, PresetError> {
    let mut whole = Whole { script: Mapping::new(), decided: Vec::new(), endless: None };
    whole.script.insert("version".into(), 1.into());
    for written in presets.split(',').map(str::trim) {
        let (name, argument) = match written.split_once(':') {
            Some((name, argument)) => (name, Some(argument)),
            None => (written, None),
        };
        let preset = all()
            .find(|preset| preset.name == name)
            .ok_or_else(|| PresetError::Unknown { name: name.chars().take(LONGEST_NAME).collect() })?;
        whole.add(preset, &argument_of(preset, argument)?)?;
    }
    Ok(Value::Mapping(whole.script))
}

/// As [`combine`], ready to be carried out.
pub(super) fn script(presets: &str) -> Result<Script, PresetError> {
    let value = combine(presets)?;
    serde_yaml::from_value(value).map_err(|error| PresetError::Row { why: error.to_string() })
}

/// The argument as it goes into the YAML.
fn argument_of(preset: &Preset, argument: Option<&str>) -> Result<String, PresetError> {
    let Preset { name, form, .. } = *preset;
    let written = match (preset.takes, argument) {
        (Takes::Nothing, None) => return Ok(String::new()),
        (Takes::Nothing, Some(argument)) => {
            return Err(PresetError::ArgumentUnexpected { preset: name, argument: argument.to_owned() });
        }
        (_, None) => return Err(PresetError::ArgumentMissing { preset: name, form }),
        (_, Some(argument)) => argument.to_owned(),
    };
    match preset.takes {
        Takes::Nothing => Ok(written),
        Takes::Time => match Period::try_from(written.clone()) {
            Ok(period) => Ok(period.to_string()),
            Err(_) => Err(PresetError::NotATime { preset: name, argument: written }),
        },
        Takes::Ids => {
            let ids: Result<Vec<i32>, _> = written.split('+').map(str::parse).collect();
            match ids {
                Ok(ids) => Ok(ids.iter().map(i32::to_string).collect::<Vec<_>>().join(", ")),
                Err(_) => Err(PresetError::NotAClientId { preset: name, argument: written }),
            }
        }
        Takes::Version => match written.parse::<u32>() {
            Ok(100..=1000) => Ok(written),
            _ => Err(PresetError::NotAServerVersion { preset: name, argument: written }),
        },
        Takes::Clients => match written.parse::<u32>() {
            Ok(1..=128) => Ok(written),
            _ => Err(PresetError::NotClients { preset: name, argument: written }),
        },
        Takes::Count => match written.parse::<u32>() {
            Ok(0..=10_000) => Ok(written),
            _ => Err(PresetError::NotACount { preset: name, argument: written }),
        },
    }
}

/// A script under construction.
struct Whole {
    script: Mapping,
    /// Which preset decided what.
    decided: Vec<(String, &'static str)>,
    /// The preset whose last phase never ends.
    endless: Option<&'static str>,
}

impl Whole {
    fn add(&mut self, preset: &Preset, argument: &str) -> Result<(), PresetError> {
        let yaml = preset.yaml.replace('$', argument);
        let part =
            serde_yaml::from_str(&yaml).map_err(|error| PresetError::Row { why: error.to_string() })?;
        let Value::Mapping(part) = part else { return Ok(()) };
        for (section, value) in part {
            let section = section.as_str().unwrap_or_default().to_owned();
            match value {
                Value::Sequence(items) => self.append(preset.name, section, items)?,
                Value::Mapping(keys) => self.decide(preset.name, &section, keys)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn append(
        &mut self,
        preset: &'static str,
        section: String,
        items: Vec<Value>,
    ) -> Result<(), PresetError> {
        if section == "phases" {
            if let Some(last) = self.endless {
                return Err(PresetError::Unreachable { last, unreachable: preset });
            }
            let ends = items.last().is_some_and(|phase| phase.get("lasts").is_some());
            self.endless = (!ends).then_some(preset);
        }
        let list = self.script.entry(section.into()).or_insert_with(|| Value::Sequence(Vec::new()));
        if let Value::Sequence(list) = list {
            list.extend(items);
        }
        Ok(())
    }

    fn decide(&mut self, preset: &'static str, section: &str, keys: Mapping) -> Result<(), PresetError> {
        let there = self.script.entry(section.into()).or_insert_with(|| Value::Mapping(Mapping::new()));
        for (key, value) in keys {
            let aspect = format!("{section}.{}", key.as_str().unwrap_or_default());
            if let Some((_, first)) = self.decided.iter().find(|(decided, _)| *decided == aspect) {
                return Err(PresetError::Clash { first, second: preset, aspect });
            }
            self.decided.push((aspect, preset));
            if let Value::Mapping(there) = there {
                there.insert(key, value);
            }
        }
        Ok(())
    }
}
