//! What a session begins with: accounts, order id, farm notices, in the order of real gateways.

use super::moment::Moment;
use super::notices::{of_a_new_session, of_farms};
use crate::sim::clock;
use crate::sim::script::{Accounts, Conduct, Farms, Notice, Sent};
use crate::wire::server;

/// All frames of the greeting.
pub(super) fn greet(version: u32, moment: &Moment, next_order_id: i64, conduct: Conduct) -> Vec<u8> {
    let mut frames = Vec::new();
    let tell = |frames: &mut Vec<u8>, Notice { code, message, id }: Notice| {
        frames.extend(server::error(version, id, code, &message, clock::epoch_millis()));
    };
    let again = of_farms(Farms::Ok);
    for notice in again.iter().cycle().take(conduct.flood as usize) {
        tell(&mut frames, notice.clone());
    }
    match conduct.accounts {
        Accounts::Listed => frames.extend(server::managed_accounts(version, &moment.accounts)),
        Accounts::Empty => frames.extend(server::managed_accounts(version, "")),
        Accounts::Withheld => {}
    }
    if conduct.order_id == Sent::Sent {
        frames.extend(server::next_valid_id(version, next_order_id));
    }
    if conduct.notices == Sent::Sent {
        for notice in of_farms(moment.farms) {
            tell(&mut frames, notice);
        }
    }
    if let Some(notice) = of_a_new_session(moment.connectivity) {
        tell(&mut frames, notice);
    }
    frames
}
