//! A YAML file that a person wrote: from its text to a typed value, or to every problem with its place.
//!
//! Owns reading, syntax, types, and the words for what is wrong with them, for every kind of file there is. What the
//! values mean is left to those who own the kind.

mod index;
mod kind;
mod mask;
mod nearest;
mod node;
mod places;
mod problem;
mod problems;
mod read;
mod reader;
mod refused;
mod repair;
mod scalar;
mod schema;
mod shown;
mod source;
mod tree;
mod typed;
mod veil;
mod version;
mod written;

pub use kind::{Choice, Kind};
pub use nearest::nearest;
pub use node::{Form, Node, Unreadable, nodes};
pub use places::{Places, Routes, escaped};
pub use problem::MOST_TOLD;
pub use problem::{Problem, Severity};
pub use problems::{Located, Position, Problems};

pub use read::{Document, examined, open, parse, readable, text, united};
pub use repair::{Placeholder, Repaired, repaired};
pub use schema::schema_of;
pub use source::Sources;
pub use tree::{Shape, Style, Tree, TreeNode};
pub use version::Version;
pub use written::{Written, meaning, written};
