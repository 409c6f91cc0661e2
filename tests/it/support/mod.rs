//! What tests share: a world of fakes, the program, and stacks on a real engine.

pub mod clients;
pub mod command;
pub mod compressed;
pub mod dice;
#[cfg(unix)]
pub mod door;
pub mod engine;
pub mod evidence;
pub mod hook;
#[cfg(target_os = "linux")]
pub mod host;
pub mod http;
pub mod machine;
pub mod oracle;
pub mod patient;
pub mod plan;
pub mod preview;
pub mod scene;
pub mod simulated;
pub mod stack;
pub mod watched;
pub mod world;
