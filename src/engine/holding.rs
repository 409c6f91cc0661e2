//! A condition that must hold for a while: looked at again and again, broken at the first breach.

use miette::Diagnostic;
use thiserror::Error;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::waiting::{Unmet, until};
use crate::diagnosis::{Class, Diagnosis, Failure};
use crate::event::Facts;
use crate::steps::{Held, Scope, Window};

/// The deadline passed while the condition held.
#[derive(Debug, Error, Diagnostic)]
#[error("the window of {seconds} s is not over; until now the condition held")]
#[diagnostic(code(stable::not_over), help("give the step, or the run, more time than its window"))]
struct NotOver {
    seconds: f64,
}

fn out_of_time(window: Window) -> Unmet {
    let why = Diagnosis::of(&NotOver { seconds: window.length.as_secs_f64() });
    Unmet::OutOfTime(Failure { why, again: None, class: Class::Step })
}

/// Looks until the window is over. The last look is at its very end.
pub(super) async fn while_it_holds(
    mut held: Box<dyn Held>,
    window: Window,
    scope: &Scope<'_>,
    stop: &CancellationToken,
    deadline: Instant,
) -> Result<Facts, Unmet> {
    let end = Instant::now() + window.length;
    let result = loop {
        let next = end.min(Instant::now() + window.every);
        tokio::select! {
            biased;
            () = stop.cancelled() => break Err(Unmet::Stopped),
            () = until(deadline) => break Err(out_of_time(window)),
            breach = held.broken() => if let Some(breach) = breach {
                break Err(Unmet::Hopeless(breach));
            },
            () = until(next) => {}
        }
        let look = tokio::select! {
            biased;
            () = stop.cancelled() => break Err(Unmet::Stopped),
            () = until(deadline) => break Err(out_of_time(window)),
            look = held.still(scope) => look,
        };
        match look {
            Ok(facts) if Instant::now() >= end => break Ok(facts),
            Ok(_) => {}
            Err(breach) => break Err(Unmet::Hopeless(breach)),
        }
    };
    held.end().await;
    result
}
