//! openbell brings an Interactive Brokers trading stack from power-on to "operational in safe mode", and proves that
//! it did. The opening bell rings only when every check is green.
//!
//! The map, from the outside in. Facts flow right as events, the world comes in through ports, and only [`app`] knows
//! both ends; a test holds the imports to this list.
//!
//! - [`cli`]: the command line, types only; [`exit`]: the exit codes; [`crash`]: what a crash tells.
//! - [`app`]: the composition root. Wires the layers for each command.
//! - [`playbook`]: the format, its problems with their places, and the checked plan.
//! - [`arming`]: the second key of live trading, and whether a plan may be carried out with it.
//! - [`engine`]: carries a plan out. The only module that waits.
//! - [`steps`]: the kinds of step, one file each; an action is one attempt.
//! - [`ports`]: the world as steps see it; [`adapters`]: the world as it is.
//! - [`event`]: the five kinds of event; [`report`]: what is made of them.
//! - [`state`]: what is remembered between runs, on the disk.
//! - [`notify`]: what of a stack's story becomes a message, and how it arrives.
//! - [`diagnose`]: one look at everything, for a person who asks why. [`evidence`]: what was seen of a stack, and what it means.
//! - [`ladder`]: the rungs of readiness; [`diagnosis`]: a failure as data; [`redact`]: no secret in any of it; [`secret_name`]: which names speak of one; [`visible`]: texts of others, fit for eyes; [`period`]: spans of time as written;
//!   [`document`]: a YAML file from text to value, and what is wrong with it.
//! - [`edit`]: changes of a playbook's text that keep the rest of it, guarded, approved where they touch safety, written whole.
//! - [`calendar`]: the coming days: maintenance, ends of the weekly tokens, changes of the clocks.
//! - [`explain`]: what every code means, told by what, and what to do.
//! - [`service`]: the texts by which a system starts openbell and keeps it.
//! - [`compose`]: a compose file as Compose reads it; [`scaffold`]: a playbook to begin with.
//! - [`wire`]: the TWS API in bytes; [`sim`]: the stand-ins for rehearsals and tests.

pub mod adapters;
pub mod app;
pub mod arming;
pub mod calendar;
pub mod cli;
pub mod compose;
pub mod crash;
pub mod diagnose;
pub mod diagnosis;
pub mod document;
pub mod edit;
pub mod engine;
pub mod event;
pub mod evidence;
pub mod exit;
pub mod explain;
pub mod ladder;
pub mod lint;
mod lock_file;
pub mod notify;
pub mod period;
pub mod playbook;
pub mod ports;
pub mod redact;
mod replacement;
pub mod report;
pub mod scaffold;
pub mod secret_name;
pub mod service;
pub mod sim;
pub mod state;
pub mod steps;
pub mod visible;
pub mod wire;
