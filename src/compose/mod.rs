//! A compose file as Compose itself reads it: variables, env files, `extends`, `include`, overrides, short and long
//! forms; every value with the place it stands at.
//!
//! Owns the reading and nothing else: it starts nothing and judges nothing. What Compose refuses it refuses, as a rule, and
//! what it makes nothing of it lists.

mod check;
mod dotenv;
mod env;
mod environment;
mod expand;
mod extends;
mod file;
mod health;
mod include;
mod keys;
mod known;
mod load;
mod merge;
mod parts;
mod ports;
mod problem;
mod project;
mod read;
mod scalar;
mod service;
mod tree;
mod veil;
mod volumes;
mod words;

pub use dotenv::{Line, lines};
pub use environment::Environment;
pub use file::{Place, Position, Source};
pub use parts::{Build, Dependency, HealthCheck, Mount, NetworkUse, Port, Test};
pub use problem::{ComposeProblems, INVALID, KIND};
pub use project::{At, EnvFile, Grant, Network, Origin, Project, Resource, Service, Unset, Unused, Variable};
pub use read::read;
pub use veil::veiled;
