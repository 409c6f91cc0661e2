//! What is in an account: open orders and positions, as a gateway tells them.

use std::fmt;

use super::AccountId;

/// An order that has not ended, whoever placed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenOrder {
    /// The account it is for.
    pub account: AccountId,
    /// The symbol of its contract.
    pub symbol: String,
    /// `BUY`, `SELL` and so on.
    pub action: String,
    /// How many, as the gateway writes it.
    pub quantity: String,
}

/// What an account holds of one contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// The account.
    pub account: AccountId,
    /// The symbol of the contract: of an option or a future, that of its underlying.
    pub symbol: String,
    /// How many, as the gateway writes it; below 0 where it is short.
    pub quantity: String,
}

impl fmt::Display for OpenOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {} in {}", self.action, self.quantity, self.symbol, self.account)
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} in {}", self.quantity, self.symbol, self.account)
    }
}
