//! The named scripts: one row each, with the YAML that it stands for. `$` is where its argument goes.

mod afterwards;
mod sessions;
mod start_up;
mod traits;

/// A named script.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// What it is called.
    pub name: &'static str,
    /// How it is written, with an example of its argument where it takes one.
    pub form: &'static str,
    /// What the gateway then does, in a line.
    pub does: &'static str,
    pub(super) takes: Takes,
    /// The part of a script that it stands for.
    pub(super) yaml: &'static str,
}

/// What follows the colon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    Nothing,
    Time,
    Ids,
    Version,
    Count,
    Clients,
}

const fn row(
    name: &'static str,
    form: &'static str,
    does: &'static str,
    takes: Takes,
    yaml: &'static str,
) -> Preset {
    Preset { name, form, does, takes, yaml }
}

/// Presets that belong together, under a title.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    /// The title.
    pub title: &'static str,
    /// The presets, in the order in which they are listed.
    pub presets: &'static [Preset],
}

/// All presets, in the order in which they are listed.
pub const GROUPS: &[Group] = &[
    Group { title: "while it starts", presets: start_up::PRESETS },
    Group { title: "when a session is asked for", presets: sessions::PRESETS },
    Group { title: "after a while", presets: afterwards::PRESETS },
    Group { title: "what it is", presets: traits::PRESETS },
];

/// All presets.
pub fn presets() -> impl Iterator<Item = &'static Preset> {
    GROUPS.iter().flat_map(|group| group.presets)
}
