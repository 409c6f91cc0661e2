//! What of a stack's story is worth a person's attention, and how it reaches them.
//!
//! Owns what becomes a message ([`Fold`], a fold of the journal's entries that is given the time and waits for nothing),
//! its words, its form for each service, and the queue that outlives a crash. Sending is an adapter's, waiting the
//! engine's: [`Notifier::next_due`] says until when.
//!
//! The rules: one message after the last retry and one when it works again; what is not safe, and what only a person can
//! go on with, at once; losses that end inside IBKR's maintenance never, nor notices; in a pause only what is not safe,
//! and at its end what still lasts. The same again is told no sooner than its [`Debounce`] allows.

mod answer;
mod calendar;
mod channels;
mod clean;
mod config;
mod deliver;
mod error;
mod figures;
mod fold;
mod memory;
mod notification;
mod notifier;
mod queue;
mod release;
mod scheduled;
mod store;
mod test;
mod told;
mod words;

pub use config::{
    Address, Channel, ChannelKind, Config, Debounce, Digest, DigestEvery, Ping, Reminder, TimeOfDay, Weekday,
};
pub use error::NotifyError;
pub use figures::Figures;
pub use fold::{About, Fold};
pub use memory::Memory;
pub use notification::{Kind, Notification, Severity};
pub use notifier::Notifier;
pub use test::{Tested, test};
