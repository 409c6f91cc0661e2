//! The playbook: the format as written, its way from text to a checked [`Plan`], and every problem on that way.
//!
//! Owns the format and its meaning. What the steps do is theirs; when they do it is the engine's.

mod check;
mod container;
mod format;
mod load;
mod plan;
mod schema;

pub use container::{Build, ContainerFormat, EnvText, HealthCheckFormat, PortText, RestartText, VolumeText};
pub use format::{
    AbsentFormat, ConnectionFormat, EvidenceFormat, Mode, Playbook, SafetyFormat, Step, StrategyFormat,
};
pub use load::load;
pub use plan::{Plan, PlannedStep};
pub use schema::schema;
