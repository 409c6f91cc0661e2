//! The world as it is: one file or folder for each crate that talks to it. Nobody else names those crates.

pub mod api_client;
pub mod docker;
pub mod files;
pub mod host;
pub mod http;
pub mod ibc;
pub mod machine;
pub mod net;
pub mod probe;
pub mod service_socket;
