//! The stand-ins: a gateway and a bot, for rehearsals, for tests, and for trying one's own bot.
//!
//! Owns both programs from their command lines to their log lines. Knows the bytes ([`crate::wire`])
//! and how files are read ([`crate::document`], [`crate::period`]), and nothing else of this crate: what is rehearsed must
//! not lean on what is rehearsed with.

pub mod bot;
pub mod cli;
pub mod gateway;
pub mod log;
pub mod script;

mod clock;

mod run;

pub use run::{SimError, run};
