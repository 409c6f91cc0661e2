//! What is in the accounts of the live session: no open order and no unexpected position, where that is declared.

use miette::Diagnostic;
use thiserror::Error;

use super::{SafetyError, unproven};
use crate::diagnosis::{Explain, Failure, Pace};
use crate::ports::broker::{Rung, Seen};
use crate::steps::Safety;

const ORDERS: &str = "the open orders of the live session";
const POSITIONS: &str = "the positions of the live session";

/// How many others are named beside the first one.
const NAMED: usize = 9;

/// A gateway that does not tell what is in its accounts.
#[derive(Debug, Error, Diagnostic)]
#[error("the gateway does not tell {what}")]
#[diagnostic(
    code(safety::untold),
    help(
        "a gateway whose API is read-only tells no open orders: declare `read_only: true` instead of `open_orders`"
    )
)]
pub struct UntoldError {
    /// What was asked for.
    pub what: &'static str,
    /// Its own words, where it refused.
    pub words: Option<String>,
}

impl Explain for UntoldError {
    fn again(&self) -> Option<Pace> {
        None
    }

    fn evidence(&self) -> Vec<String> {
        self.words.iter().cloned().collect()
    }
}

/// Orders and positions as they are declared.
pub(super) fn as_declared(safety: &Safety, seen: &Seen) -> Result<(), Failure> {
    if safety.no_orders {
        let words = seen.orders_refused.clone();
        let orders = seen.open_orders.as_deref().ok_or_else(|| untold(ORDERS, words))?;
        if let [first, others @ ..] = orders {
            return Err(SafetyError::OpenOrder { order: first.clone(), others: named(others) }.into());
        }
    }
    let Some(allowed) = &safety.positions else { return Ok(()) };
    let positions = seen.positions.as_deref().ok_or_else(|| untold(POSITIONS, None))?;
    let unexpected: Vec<_> =
        positions.iter().filter(|held| held.symbol.is_empty() || !allowed.contains(&held.symbol)).collect();
    let [first, others @ ..] = &unexpected[..] else { return Ok(()) };
    let (position, others) = ((*first).clone(), named(others));
    let expected = if allowed.is_empty() { "none".to_owned() } else { allowed.join(", ") };
    Err(SafetyError::Position { position, expected, others }.into())
}

fn untold(what: &'static str, words: Option<String>) -> Failure {
    unproven(what, UntoldError { what, words }.into())
}

/// What a session that ended early has not shown.
pub(super) fn unseen(safety: &Safety, seen: &Seen) -> &'static str {
    if seen.highest() < Some(Rung::Request) {
        "the account of the live session"
    } else if safety.no_orders && seen.open_orders.is_none() && seen.orders_refused.is_none() {
        ORDERS
    } else if safety.positions.is_some() {
        POSITIONS
    } else {
        "the account of the live session"
    }
}

fn named<T: ToString>(others: &[T]) -> Vec<String> {
    let mut lines: Vec<String> = others.iter().take(NAMED).map(ToString::to_string).collect();
    if others.len() > NAMED {
        lines.push(format!("and {} more", others.len() - NAMED));
    }
    lines
}
