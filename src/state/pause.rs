//! That recovery and messages rest: a file that survives a reboot, and means nothing any more when its time is over.

use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::disk;
use super::error::StateError;

/// No pause is longer: what is forgotten must end by itself.
pub const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A pause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pause {
    /// The first moment after it.
    pub until: Timestamp,
    /// Why, in the words of who paused.
    pub reason: String,
    /// Since when.
    pub since: Timestamp,
}

pub(super) fn file(directory: &Path) -> PathBuf {
    directory.join("pause.json")
}

pub(super) fn write(directory: &Path, pause: &Pause) -> Result<(), StateError> {
    let path = file(directory);
    let text = serde_json::to_string(pause).map_err(|error| StateError::not_written(&path)(error.into()))?;
    disk::put(&path, &text)
}

/// The pause that goes on now.
pub(super) fn read(directory: &Path, now: Timestamp) -> Result<Option<Pause>, StateError> {
    let path = file(directory);
    let wrong = |why: String| StateError::Pause { path: path.clone(), why };
    let Some(text) = disk::text(&path)? else { return Ok(None) };
    let pause: Pause = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    if pause.until.duration_since(now) > LONGEST_PAUSE {
        return Err(wrong(format!("until {}, which is more than 7 days ahead", pause.until)));
    }
    Ok((now < pause.until).then_some(pause))
}
