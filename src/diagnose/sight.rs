//! One look together with what it means: what remedies are judged by, before and after each.

use std::sync::Mutex;

use jiff::Timestamp;
use tokio::time::Instant;

use super::examination::is_ready;
use super::{Target, look};
use crate::evidence::{Evidence, Finding, findings};
use crate::ladder::{Reached, Rung};
use crate::ports::World;

/// What was seen at one time, and what it means.
#[derive(Debug)]
pub struct Sight {
    /// Everything that was seen.
    pub evidence: Evidence,
    /// The causes that fit it.
    pub findings: Vec<Finding>,
    /// The rungs that were reached, lowest first.
    pub ladder: Vec<Reached>,
}

impl Sight {
    /// Looks.
    pub async fn of(world: &World, target: &Target, now: Timestamp) -> Self {
        let began = Instant::now();
        let ladder = Mutex::new(Vec::<Reached>::new());
        let reached = |rung: Rung| {
            let after_ms = (began.elapsed().as_secs_f64() * 10_000.0).round() / 10.0;
            if let Ok(mut ladder) = ladder.lock() {
                ladder.retain(|known| known.rung < rung);
                ladder.push(Reached { rung, after_ms });
            }
        };
        let evidence = look(world, target, now, &reached).await;
        let ladder = ladder.into_inner().unwrap_or_default();
        Self { findings: findings(&evidence), evidence, ladder }
    }

    /// A request was answered, and no cause was found that stands in the way of a bot.
    pub fn is_ready(&self) -> bool {
        is_ready(&self.findings, &self.ladder)
    }
}
