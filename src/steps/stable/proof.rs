//! The safe state while a window is watched. Environments, files and the strategy cost the engine alone: each look asks for
//! them. The accounts cost the gateway a handshake: they are asked for now and then, and at once when something happened.

use std::time::Duration;

use tokio::time::Instant;

use crate::diagnosis::Failure;
use crate::steps::strategy::StrategyCheck;
use crate::steps::{Attempt, Notes, Scope, safety};

/// Least time between two questions for the accounts. Each is a handshake of its own, finished and closed cleanly: what
/// the bot's next session would be shown. A container's health check asks about as often.
const ACCOUNTS: Duration = Duration::from_secs(15);

/// How long something that could be asked for before may go unproven: a gateway, or an endpoint of the bot's, may be slow
/// to answer once.
const DOUBT: Duration = Duration::from_secs(10);

/// What has been proven so far.
pub(super) struct Proof {
    /// When the accounts were proven last; nothing when they are to be asked for at once.
    proven: Option<Instant>,
    /// Since when the accounts could not be asked for.
    accounts: Doubt,
    /// The bot has said which strategy it runs.
    said: bool,
    /// Since when it has not.
    strategy: Doubt,
    /// How often the accounts were proven.
    pub(super) proofs: u32,
}

/// Since when a proof fails that another try may bring.
#[derive(Default)]
struct Doubt(Option<Instant>);

impl Doubt {
    /// The failure, unless it may still be borne.
    fn bear(&mut self, failure: Failure) -> Result<(), Failure> {
        let since = *self.0.get_or_insert_with(Instant::now);
        if failure.again.is_some() && since.elapsed() < DOUBT { Ok(()) } else { Err(failure) }
    }
}

impl Proof {
    /// Nothing is proven yet.
    pub(super) fn new() -> Self {
        Self { proven: None, accounts: Doubt::default(), said: false, strategy: Doubt::default(), proofs: 0 }
    }

    /// The session that is watched has shown allowed accounts at this moment.
    pub(super) fn of_session() -> Self {
        Self { proven: Some(Instant::now()), proofs: 1, ..Self::new() }
    }

    /// Something happened: the next look asks for everything.
    pub(super) fn at_once(&mut self) {
        self.proven = None;
    }

    /// Proves the safe state again.
    pub(super) async fn again(&mut self, scope: &Scope<'_>) -> Result<(), Failure> {
        // What a proof notices is not what the step is about.
        let (notes, _) = Notes::new();
        let scope = &Scope { notes: &notes, ..*scope };
        safety::holds(scope, None, safety::Extent::Containers).await?;
        self.strategy(scope).await?;
        self.accounts(scope).await
    }

    /// A bot that has said nothing yet may still be about to; the proof at the end of the run does not wait for it long.
    async fn strategy(&mut self, scope: &Scope<'_>) -> Result<(), Failure> {
        match (StrategyCheck {}).attempt(scope).await {
            Ok(_) => {
                (self.said, self.strategy) = (true, Doubt::default());
                Ok(())
            }
            Err(failure) if failure.again.is_some() && !self.said => Ok(()),
            Err(failure) => self.strategy.bear(failure),
        }
    }

    async fn accounts(&mut self, scope: &Scope<'_>) -> Result<(), Failure> {
        let fresh = self.proven.is_some_and(|proven| proven.elapsed() < ACCOUNTS);
        if fresh || scope.stack.safety.accounts.is_empty() {
            return Ok(());
        }
        match safety::accounts(scope).await {
            Ok(_) => {
                (self.proven, self.accounts) = (Some(Instant::now()), Doubt::default());
                self.proofs += 1;
                Ok(())
            }
            Err(failure) => self.accounts.bear(failure),
        }
    }
}
