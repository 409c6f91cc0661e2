//! The playbook: the format as written, its way from text to a checked [`Plan`], and every problem on that way.
//!
//! Owns the format and its meaning. What the steps do is theirs; when they do it is the engine's.

mod check;
mod condition;
mod container;
mod definition;
mod env;
mod env_file;
mod evidence;
mod examples;
mod format;
mod from_compose;
mod holdings;
mod holes;
mod include;
mod inputs;
mod interpolate;
mod journal;
mod load;
mod maintenance;
mod matrix;
pub mod migrate;
mod notify;
mod order;
mod outside;
mod part;
mod plan;
mod schema;
mod variables;
mod watch;

pub use check::{Clash, is_client_id, variants};
pub use condition::{Condition, ConditionError, StepSeen};
pub use container::{Build, ContainerFormat, HealthCheckFormat, PortText, RestartText, VolumeText};
pub use env::{EnvText, SecretReference};
pub use evidence::{EvidenceFormat, FileEvidenceFormat, HttpEvidenceFormat};
pub use format::{
    AbsentFormat, ConnectionFormat, Mode, Playbook, SafetyFormat, Step, StrategyFormat, VariantFormat,
};
pub use from_compose::ComposeReference;
pub use holdings::{OpenOrdersText, PositionsText};
pub use inputs::Inputs;
pub use journal::{Days, JournalFormat, Size};
pub use load::{Loaded, load, load_text};
pub use maintenance::{ClockTime, EndTime, MaintenanceFormat, RegionText, WeekdayText, WindowFormat};
pub use notify::{ChannelFormat, DigestFormat, NotifyFormat, PingFormat, ReminderFormat};
pub(crate) use outside::whole;
pub use part::check_part;
pub use plan::{Plan, PlannedStep};
pub use schema::schema;
pub use watch::{
    HeartbeatFormat, LogInsFormat, ReconnectFormat, RestartFormat, RungFormat, WaitFormat, WatchFormat,
};
