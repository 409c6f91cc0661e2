//! The next order id of each client.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::sim::script::Traits;

/// Where each client's sequence stands. An order uses its id up, even one that is refused.
#[derive(Debug)]
pub(super) struct OrderIds(Mutex<Known>);

#[derive(Debug)]
struct Known {
    first: i64,
    by_client: BTreeMap<i32, i64>,
}

impl OrderIds {
    pub(super) fn new(traits: &Traits) -> Self {
        Self(Mutex::new(Known { first: traits.next_order_id, by_client: traits.order_ids.clone() }))
    }

    /// The next one of that client.
    pub(super) fn next(&self, client_id: i32) -> i64 {
        let known = self.known();
        known.by_client.get(&client_id).copied().unwrap_or(known.first)
    }

    /// The client has used that one.
    pub(super) fn used(&self, client_id: i32, order_id: i64) {
        let mut known = self.known();
        let first = known.first;
        let next = known.by_client.entry(client_id).or_insert(first);
        *next = (*next).max(order_id.saturating_add(1));
    }

    /// All begin anew: ids roll back when a gateway restarts.
    pub(super) fn restart(&self, traits: &Traits) {
        *self.known() = Known { first: traits.next_order_id, by_client: traits.order_ids.clone() };
    }

    /// All go on from there.
    pub(super) fn all_from(&self, first: i64) {
        *self.known() = Known { first, by_client: BTreeMap::new() };
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
