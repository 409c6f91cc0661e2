//! The playbook: the format as written, its way from text to a checked [`Plan`], and every problem on that way.
//!
//! Owns the format and its meaning. What the steps do is theirs; when they do it is the engine's.

mod check;
mod condition;
mod container;
mod definition;
mod env;
mod env_file;
mod examples;
mod format;
mod from_compose;
mod holes;
mod include;
mod inputs;
mod interpolate;
mod load;
mod matrix;
pub mod migrate;
mod notify;
mod order;
mod outside;
mod part;
mod plan;
mod schema;
mod variables;

pub use check::{Clash, is_client_id, variants};
pub use condition::{Condition, ConditionError, StepSeen};
pub use container::{Build, ContainerFormat, HealthCheckFormat, PortText, RestartText, VolumeText};
pub use env::{EnvText, SecretReference};
pub use format::{
    AbsentFormat, ConnectionFormat, EvidenceFormat, Mode, Playbook, SafetyFormat, Step, StrategyFormat,
    VariantFormat,
};
pub use from_compose::ComposeReference;
pub use inputs::Inputs;
pub use load::{Loaded, load, load_text};
pub use notify::{ChannelFormat, DigestFormat, NotifyFormat, PingFormat, ReminderFormat};
pub(crate) use outside::whole;
pub use part::check_part;
pub use plan::{Plan, PlannedStep};
pub use schema::schema;
