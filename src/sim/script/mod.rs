//! What a simulated gateway is, and what goes wrong with it: when, and for whom.
//!
//! Owns the format of fault scripts, the named [presets](presets()), and their way from text to a [`Script`]. Carrying a
//! script out is left to [`super::gateway`].

mod check;
mod error;
mod format;
mod load;
mod ordinals;
mod phase;
mod preset;
mod presets;
mod rule;
mod treatment;

pub use error::PresetError;
pub use format::{ApiTraits, OrderTrait, PositionTrait, Script, Traits, account_list, is_account};
pub use load::{ScriptSource, load, parse, schema};
pub use ordinals::Ordinals;
pub use phase::{Connectivity, Drop, Farms, Login, Notice, Phase, Port};
pub use presets::{GROUPS, Group, Preset, presets};
pub use rule::{Rule, Who};
pub use treatment::{Accounts, Conduct, Door, MarketData, Pending, Requests, Sent, Start, Treatment};
