//! The causes that only several pieces of evidence together show: each with a stable code, a sentence that names the
//! thing, what was seen and the next step.
//!
//! Owns their words. What the wire or the engine says by itself has its words in `ports`; which cause fits is left to
//! [`classify`](super::classify).

mod container;
mod gateway;
mod port;
mod session;
mod unknown;

pub use container::ContainerCause;
pub use gateway::GatewayCause;
pub use port::PortCause;
pub use session::SessionCause;
pub use unknown::Unknown;

/// ` until …`, where that is known.
fn until(at: Option<&jiff::Timestamp>) -> String {
    at.map_or_else(String::new, |at| format!(" until {}", whole_seconds(*at)))
}

/// ` since …`, where that is known.
fn since_when(at: Option<&jiff::Timestamp>) -> String {
    at.map_or_else(String::new, |at| format!(" since {}", whole_seconds(*at)))
}

fn whole_seconds(at: jiff::Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A log line as evidence.
fn logged(line: Option<&String>) -> Vec<String> {
    line.map(|line| format!("log: {line}")).into_iter().collect()
}
