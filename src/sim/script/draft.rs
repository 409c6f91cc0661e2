//! A script under construction: presets are added in the order they are written.

use std::time::Duration;

use super::error::PresetError;
use super::{Door, Phase, Requests, Script};

/// What at most one preset may decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Aspect {
    Start,
    InUse,
    Greeting,
    Accounts,
    ServerVersion,
    Wedge,
}

/// The presets so far, and what they have decided.
pub(super) struct Draft {
    script: Script,
    decided: Vec<(Aspect, &'static str)>,
    endless: Option<&'static str>,
    /// What the phases from here on do to connections and requests.
    next_drops: bool,
}

impl Draft {
    pub(super) fn new() -> Self {
        let script = Script { phases: Vec::new(), ..Script::default() };
        Self { script, decided: Vec::new(), endless: None, next_drops: false }
    }

    /// Decides an aspect, unless another preset has.
    pub(super) fn decide(
        &mut self,
        aspect: Aspect,
        preset: &'static str,
        change: impl FnOnce(&mut Script),
    ) -> Result<(), PresetError> {
        if let Some((_, first)) = self.decided.iter().find(|(decided, _)| *decided == aspect) {
            return Err(PresetError::Clash { first, second: preset });
        }
        self.decided.push((aspect, preset));
        change(&mut self.script);
        Ok(())
    }

    /// Appends a phase; `lasts: None` makes it the last one.
    pub(super) fn phase(
        &mut self,
        preset: &'static str,
        door: Door,
        lasts: Option<Duration>,
    ) -> Result<(), PresetError> {
        self.push(preset, Phase::of(door, lasts))
    }

    /// An ordinary phase, then requests are mute for ever.
    pub(super) fn mute_requests_after(
        &mut self,
        preset: &'static str,
        time: Duration,
    ) -> Result<(), PresetError> {
        self.phase(preset, Door::Open, Some(time))?;
        self.push(preset, Phase { requests: Requests::Mute, ..Phase::of(Door::Open, None) })
    }

    /// An ordinary phase, then all connections are dropped.
    pub(super) fn drop_after(&mut self, preset: &'static str, time: Duration) -> Result<(), PresetError> {
        self.phase(preset, Door::Open, Some(time))?;
        self.next_drops = true;
        Ok(())
    }

    fn push(&mut self, preset: &'static str, phase: Phase) -> Result<(), PresetError> {
        if let Some(last) = self.endless {
            return Err(PresetError::Unreachable { last, unreachable: preset });
        }
        if phase.lasts.is_none() {
            self.endless = Some(preset);
        }
        let drops = std::mem::take(&mut self.next_drops);
        self.script.phases.push(Phase { drops, ..phase });
        Ok(())
    }

    /// The script; ends in a healthy phase unless a preset lasts for ever.
    pub(super) fn finish(mut self) -> Script {
        if self.endless.is_none() {
            self.script.phases.push(Phase { drops: self.next_drops, ..Phase::of(Door::Open, None) });
        }
        self.script
    }
}
