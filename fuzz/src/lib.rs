//! The modules of openbell that read what strangers send, compiled on their own for coverage.

pub mod sim;
#[path = "../../src/wire/mod.rs"]
pub mod wire;
