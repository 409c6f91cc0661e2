//! The modules of openbell that read what strangers send, compiled on their own for coverage.

#[path = "../../src/document/mod.rs"]
pub mod document;
#[path = "../../src/period.rs"]
pub mod period;
#[path = "../../src/secret_name.rs"]
pub mod secret_name;
pub mod sim;
#[path = "../../src/visible.rs"]
pub mod visible;
#[path = "../../src/wire/mod.rs"]
pub mod wire;
