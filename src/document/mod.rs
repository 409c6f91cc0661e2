//! A YAML file that a person wrote: from its text to a typed value, or to every problem with its place.
//!
//! Owns reading, syntax, types, and the words for what is wrong with them, for every kind of file there is. What the
//! values mean is left to those who own the kind.

mod kind;
mod nearest;
mod places;
mod problem;
mod read;
mod schema;
mod typed;
mod version;

pub use kind::{Choice, Kind};
pub use nearest::nearest;
pub use places::{Places, escaped};
pub use problem::{Problem, Problems};
pub use read::{Document, open, parse};
pub use schema::schema_of;
pub use version::Version;
