//! What is in the accounts: a million dollars, no positions, no orders.

use crate::wire::server::Figure;

const fn figure(key: &'static str, value: &'static str, currency: &'static str) -> Figure<'static> {
    Figure { key, value, currency }
}

const KIND: Figure<'static> = figure("AccountType", "INDIVIDUAL", "");
const WORTH: Figure<'static> = figure("NetLiquidation", "1000000.00", "USD");

/// What the account update subscription sends.
pub(super) const UPDATES: [Figure<'static>; 4] =
    [figure("AccountReady", "true", ""), KIND, WORTH, figure("BuyingPower", "4000000.00", "USD")];

/// What the subscription over several accounts sends of each.
pub(super) const MULTI: [Figure<'static>; 1] = [WORTH];

/// What a summary can hold; a request names the tags that it wants.
pub(super) const SUMMARY: [Figure<'static>; 2] = [KIND, WORTH];
