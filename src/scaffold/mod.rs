//! A commented playbook to begin with: from a few answers, or from the services of a compose file or a running project.
//!
//! Owns what becomes of each service and the words beside it. What a playbook may say is the playbook's; whoever writes
//! the text to a file has it validated first.

mod containers;
mod draft;
mod error;
mod nothing;
mod order;
mod ports;
mod reach;
mod role;
mod running;
mod safe;
mod secret;
mod sections;
mod steps;
mod text;

pub use draft::{Draft, LeftOut, Wishes};
pub use error::InitError;
pub use nothing::{Answers, from_nothing};
pub use role::{Roles, roles};
pub use running::project_of;
pub use text::{SCHEMA_FILE, from_services};
