//! The TWS API on the wire: framing, the three message forms, and the few small messages of a start-up.
//!
//! Owns bytes only, in both directions: [`client`] is what a client sends, [`request`] reads it,
//! [`server`] is what a gateway answers, [`config`] what a configuration and an edit of it say. When to send
//! what, deadlines and sockets are left to the callers, the readiness probe and the simulator. Imports nothing
//! else of this crate.

pub mod client;
pub mod config;
pub mod dialect;
pub mod frame;
pub mod message;
pub mod protobuf;
pub mod request;
pub mod server;
pub mod text;

mod malformed;

pub use dialect::Dialect;
pub use frame::{FrameError, MAX_FRAME, frame, read_frame};
pub use malformed::Malformed;
