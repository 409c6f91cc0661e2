//! How the world looks from inside: traits, plain types and error enums. Knows nothing else of this program but how a
//! failure is described.
//!
//! Ports are traits because paused time and real sockets do not mix; they are the only `dyn` there is.

use std::sync::Arc;

pub mod broker;
pub mod docker;
pub mod files;
pub mod http;
pub mod ibc;
pub mod machine;
pub mod net;
pub mod secrets;

/// Everything outside the program that a step may touch.
#[derive(Clone)]
pub struct World {
    /// The Docker engine.
    pub docker: Arc<dyn docker::Docker>,
    /// The TWS API through the client that bots use.
    pub broker: Arc<dyn broker::Broker>,
    /// The TWS API stage by stage.
    pub probe: Arc<dyn broker::Probe>,
    /// Client ids for looking, never a bot's.
    pub probe_ids: Arc<broker::ProbeIds>,
    /// IBC's command port.
    pub ibc: Arc<dyn ibc::Ibc>,
    /// Plain TCP.
    pub net: Arc<dyn net::Net>,
    /// HTTP requests.
    pub http: Arc<dyn http::Http>,
    /// Build contexts and secrets.
    pub files: Arc<dyn files::Files>,
}
