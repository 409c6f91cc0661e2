//! The second key of live trading. The first one is `safety.mode: live` in the playbook; this one is given when it is
//! carried out: accounts that are typed, or a file of root's.
//!
//! Owns what may serve as that key, and whether a plan may be carried out with it. That the session shows those accounts,
//! and no other live one, is proven with the accounts (`steps::safety`).

use std::path::Path;

use jiff::{SignedDuration, Timestamp};

use crate::playbook::Plan;
use crate::ports::broker::AccountId;

mod error;
mod file;

pub use error::ArmingError;

/// What is armed for live trading: nothing, unless somebody says so.
#[derive(Clone, Debug, Default)]
pub struct Arming {
    accounts: Vec<AccountId>,
    /// When it ends; typed accounts are good for the one run.
    expires: Option<Timestamp>,
}

impl Arming {
    /// From what was typed, and from a file.
    ///
    /// # Errors
    /// What was typed is no live account, or the file is not one that arms.
    pub fn of(typed: &[String], file: Option<&Path>, now: Timestamp) -> Result<Self, ArmingError> {
        let mut arming = match file {
            Some(path) => file::read(path, now)?,
            None => Self::default(),
        };
        for account in typed {
            arming.add(account)?;
        }
        Ok(arming)
    }

    /// Whether these accounts, which were armed once, still are.
    ///
    /// # Errors
    /// One of them is not.
    pub fn still_arms(&self, accounts: &[AccountId]) -> Result<(), ArmingError> {
        match accounts.iter().find(|account| !self.accounts.contains(account)) {
            Some(account) => Err(ArmingError::TakenBack { account: account.clone() }),
            None => Ok(()),
        }
    }

    fn add(&mut self, text: &str) -> Result<(), ArmingError> {
        let letters = text.chars().take_while(char::is_ascii_uppercase).count();
        let digits = text.chars().skip(letters);
        if !(1..=3).contains(&letters) || text.len() < letters + 4 || !digits.into_iter().all(is_digit) {
            return Err(ArmingError::NoAccount { length: text.chars().count() });
        }
        let account = AccountId::new(text);
        if account.is_paper() {
            return Err(ArmingError::Paper { account });
        }
        if !self.accounts.contains(&account) {
            self.accounts.push(account);
        }
        Ok(())
    }

    /// Turns both keys: every plan whose mode is live is given those of the armed accounts that its `safety.accounts`
    /// names.
    ///
    /// # Errors
    /// One key without the other, an armed account that no plan allows, or arming that ends before the plan's deadline.
    pub fn arm(&self, plans: &mut [Plan], now: Timestamp) -> Result<(), ArmingError> {
        let mode_is_live = |plan: &&mut Plan| plan.stack.safety.live;
        if !self.accounts.is_empty() && !plans.iter().any(|plan| plan.stack.safety.live) {
            let playbook = plans.first().map(|plan| plan.name.clone()).unwrap_or_default();
            return Err(ArmingError::ButPaper { playbook });
        }
        for plan in plans.iter_mut().filter(mode_is_live) {
            let allowed = |account: &&AccountId| {
                plan.stack.safety.accounts.iter().any(|pattern| pattern.matches(account))
            };
            let armed: Vec<AccountId> = self.accounts.iter().filter(allowed).cloned().collect();
            if self.accounts.is_empty() {
                return Err(ArmingError::Not { playbook: plan.name.clone() });
            }
            if let Some(expires) = self.expires
                && SignedDuration::try_from(plan.within).map_or(true, |within| now + within > expires)
            {
                return Err(ArmingError::TooShort {
                    playbook: plan.name.clone(),
                    within_s: plan.within.as_secs(),
                    expires: expires.to_string(),
                });
            }
            plan.stack.safety.armed = armed;
        }
        let taken = |account: &&AccountId| plans.iter().any(|plan| plan.stack.safety.armed.contains(account));
        if let Some(stranger) = self.accounts.iter().find(|account| !taken(account)) {
            return Err(ArmingError::NotAllowed { account: stranger.clone() });
        }
        plans.iter().try_for_each(armed)
    }
}

/// Whether a plan has what its mode takes: one that is live has armed accounts.
///
/// # Errors
/// The plan is live, and no account of it is armed.
pub fn armed(plan: &Plan) -> Result<(), ArmingError> {
    let safety = &plan.stack.safety;
    if safety.live && safety.armed.is_empty() {
        return Err(ArmingError::Not { playbook: plan.name.clone() });
    }
    Ok(())
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
}
