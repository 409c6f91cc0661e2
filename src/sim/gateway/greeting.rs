//! What a session begins with: accounts, order id, farm notices, in the order of real gateways.

use super::moment::Moment;
use super::notices::{self, of_a_new_session, of_farms};
use crate::sim::script::{Accounts, Conduct, Farms, Sent};
use crate::wire::server;

/// All frames of the greeting.
pub(super) fn greet(version: u32, moment: &Moment, next_order_id: i64, conduct: Conduct) -> Vec<u8> {
    let again = of_farms(Farms::Ok);
    let mut frames = notices::frames(version, again.iter().cycle().take(conduct.flood as usize));
    match conduct.accounts {
        Accounts::Listed => frames.extend(server::managed_accounts(version, &moment.accounts)),
        Accounts::Empty => frames.extend(server::managed_accounts(version, "")),
        Accounts::Withheld => {}
    }
    if conduct.order_id == Sent::Sent {
        frames.extend(server::next_valid_id(version, next_order_id));
    }
    let mut said = Vec::new();
    if conduct.notices == Sent::Sent {
        said.extend(of_farms(moment.farms));
    }
    said.extend(of_a_new_session(moment.connectivity));
    frames.extend(notices::frames(version, &said));
    frames
}
