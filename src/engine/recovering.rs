//! Until whole again after one disturbance: look, disturb once, then attempt as always.

use std::time::Duration;

use tokio::time::Instant;

use super::waiting::{Unmet, Wait};
use crate::event::Facts;
use crate::steps::{Disturbing, Scope, Tries};

/// Disturbs what is whole, and waits until it is whole again. The disturbance is carried out to its end, whatever ends
/// the wait: what was stopped to be started is not left in between. `bound` is told the span that the recovery got,
/// where that is shorter than what is left of the step.
pub(super) async fn disturbed<'a>(
    disturbing: &dyn Disturbing,
    scope: impl Fn(Tries) -> Scope<'a>,
    wait: &mut Wait<'_>,
    until: Instant,
    bound: &mut Option<Duration>,
) -> Result<Facts, Unmet> {
    let mut recovery = wait.until_it_passes(async |tries| disturbing.begin(&scope(tries)).await).await?;
    let within = disturbing.recover_within();
    let recovered = Instant::now() + within;
    recovery.disturb(&scope(Tries::default())).await.map_err(Unmet::Hopeless)?;
    if recovered < until {
        *bound = Some(within);
    }
    wait.begin_anew(until.min(recovered), recovery.not_yet());
    wait.until_it_passes(async |tries| recovery.whole(&scope(tries)).await).await
}
