//! The open orders and the positions that a script declares.

use super::Asker;
use crate::wire::message::request;
use crate::wire::request::Request;
use crate::wire::server::{self, Order, Position};

/// The open orders, and their end: of the client id that asks, or of all.
pub(super) fn open_orders(asker: &Asker<'_>, request: &Request<'_>) -> Vec<u8> {
    let all = request.id == request::ALL_OPEN_ORDERS;
    let mut frames = Vec::new();
    for (id, order) in (1..).zip(&asker.traits.open_orders) {
        if all || order.client_id == asker.client_id {
            let account = account(asker, order.account.as_deref());
            let action = if order.quantity < 0 { "SELL" } else { "BUY" };
            let quantity = order.quantity.saturating_abs();
            let (client_id, symbol) = (order.client_id, order.symbol.as_str());
            let order = Order { id, client_id, account, symbol, action, quantity };
            frames.extend(server::open_order(asker.version, &order));
        }
    }
    frames.extend(server::open_orders_end(asker.version));
    frames
}

/// The positions of every account, and their end.
pub(super) fn positions(asker: &Asker<'_>) -> Vec<u8> {
    let mut frames = Vec::new();
    for held in &asker.traits.positions {
        let account = account(asker, held.account.as_deref());
        let position = Position { account, symbol: &held.symbol, quantity: held.quantity };
        frames.extend(server::position(asker.version, &position));
    }
    frames.extend(server::positions_end(asker.version));
    frames
}

fn account<'a>(asker: &'a Asker<'_>, declared: Option<&'a str>) -> &'a str {
    declared.or_else(|| asker.named().next()).unwrap_or_default()
}
