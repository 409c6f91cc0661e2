//! What a gateway tells of orders and positions: a line for each, and an end. Without its end a list says nothing.

use super::Talk;
use crate::ports::broker::{AccountId, BrokerError, OpenOrder, Position, Seen};
use crate::wire::client;
use crate::wire::server::Incoming;

/// Messages looked at for one list.
const MOST_FRAMES: usize = 10_000;
/// Characters of a symbol, an action or a number that are kept.
const LONGEST: usize = 40;

/// The lists that are being told; `None` where nobody asked.
#[derive(Default)]
pub(super) struct Lists {
    pub(super) orders: Option<Vec<OpenOrder>>,
    positions: Option<Vec<Position>>,
}

impl Lists {
    pub(super) fn take(&mut self, told: Incoming, seen: &mut Seen) {
        match told {
            Incoming::OpenOrder { account, symbol, action, quantity } => {
                if let Some(orders) = &mut self.orders {
                    let account = AccountId::new(account);
                    let (symbol, action, quantity) = (plain(&symbol), plain(&action), plain(&quantity));
                    orders.push(OpenOrder { account, symbol, action, quantity });
                }
            }
            Incoming::OpenOrdersEnd => match self.orders.take() {
                Some(orders) => seen.open_orders = Some(orders),
                None => seen.read_only = Some(false),
            },
            Incoming::Position { account, symbol, quantity } => {
                // One that was closed is told with 0 for the rest of the session. What is no number is no 0.
                if let Some(positions) = &mut self.positions
                    && quantity.parse::<f64>() != Ok(0.0)
                {
                    let (symbol, quantity) = (plain(&symbol), plain(&quantity));
                    positions.push(Position { account: AccountId::new(account), symbol, quantity });
                }
            }
            Incoming::PositionsEnd => seen.positions = self.positions.take().or(seen.positions.take()),
            _ => {}
        }
    }
}

/// As it can be shown in a line.
fn plain(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).take(LONGEST).collect()
}

impl Talk<'_> {
    /// The open orders and the positions, where they are asked for.
    pub(super) async fn lists(&mut self) -> Result<(), BrokerError> {
        if self.ask.all_orders {
            if self.ask.open_orders && self.seen.read_only.is_none() {
                // An answer that comes late would be taken for the end of this list.
                return Err(self.unanswered());
            }
            self.lists.orders = Some(Vec::new());
            let request = client::request_all_open_orders(self.version);
            self.list(&request, |talk| talk.lists.orders.is_none()).await?;
        }
        if self.ask.positions {
            self.lists.positions = Some(Vec::new());
            let request = client::request_positions(self.version);
            self.list(&request, |talk| talk.seen.positions.is_some()).await?;
            self.send(&client::cancel_positions(self.version)).await?;
        }
        Ok(())
    }

    async fn list(&mut self, request: &[u8], told: impl Fn(&Self) -> bool) -> Result<(), BrokerError> {
        self.allow(self.ask.answer);
        self.send(request).await?;
        self.hear_at_most(MOST_FRAMES, told).await.map_err(|error| match error {
            BrokerError::FarmsUnknown { .. } | BrokerError::FarmsBroken { .. } => self.unanswered(),
            error => error,
        })
    }

    fn unanswered(&self) -> BrokerError {
        BrokerError::HalfOpen { address: self.address(), waited_ms: self.silence.0.elapsed().as_millis() }
    }
}
