//! The simulated gateway without the rest of the stand-ins.

#[path = "../../src/sim/gateway/mod.rs"]
pub mod gateway;
#[path = "../../src/sim/log.rs"]
pub mod log;
#[path = "../../src/sim/script/mod.rs"]
pub mod script;

#[path = "../../src/sim/clock.rs"]
mod clock;
