//! `openbell probe`: is the TWS API ready? One line, one exit code.
//!
//! Builds nothing but the probe: a health check runs every few seconds for months.

use std::io::{self, Write};
use std::sync::Mutex;
use std::time::Duration;

use tokio::time::Instant;

use super::healthcheck::healthcheck;
use super::{Surroundings, say, stop};
use crate::adapters::probe::WireProbeWithin;
use crate::cli::{Probe as Arguments, ProbeStage};
use crate::diagnosis::Diagnosis;
use crate::exit::Exit;
use crate::ladder::{Reached, Rung};
use crate::period::Period;
use crate::ports::broker::{BrokerError, Climb, Probe, ProbeAsk, ProbeIds, Question, Seen};
use crate::redact::Redactor;
use crate::report::ProbeReport;

/// How long a probe may take that is not told.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Client ids of our own that are tried: another probe can hold one.
const MOST_IDS: usize = 5;

pub(super) async fn probe(arguments: &Arguments, around: &Surroundings) -> Exit {
    if arguments.print_healthcheck {
        return told(&healthcheck(arguments), Exit::Green);
    }
    let stop = stop::on_signal();
    let climbing = Climbing::begin(arguments);
    let ids = own_ids(around);
    let climbed = tokio::select! {
        climb = climbing.climb(&ids) => Some(climb),
        () = stop.cancelled() => None,
    };
    let exit = match &climbed {
        Some(Climb { end: Ok(()), .. }) => Exit::Green,
        Some(_) => Exit::Failed,
        None => Exit::Interrupted,
    };
    let report = climbing.report(climbed);
    let line = if arguments.json { report.json() } else { report.line() };
    told(&format!("{line}\n"), exit)
}

/// Says it on stdout, where it is the whole product: without a reader nothing was achieved.
fn told(text: &str, exit: Exit) -> Exit {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Ok(()) => exit,
        Err(error) => {
            say(&format!("stdout takes nothing: {error}"));
            if exit == Exit::Green { Exit::Failed } else { exit }
        }
    }
}

/// Ids that begin where another probe's are unlikely to: the process id is the same small number in every container,
/// and the clock of some systems has no nanoseconds.
fn own_ids(around: &Surroundings) -> ProbeIds {
    let nanoseconds = around.now.subsec_nanosecond().unsigned_abs();
    ProbeIds::starting_at((nanoseconds / 1000).wrapping_add(nanoseconds).wrapping_add(std::process::id()))
}

/// What is asked, and how far it came.
struct Climbing<'a> {
    arguments: &'a Arguments,
    until: Rung,
    began: Instant,
    within: Duration,
    /// The client id of the attempt, and the rungs it reached.
    attempt: Mutex<(i32, Vec<Reached>)>,
}

impl<'a> Climbing<'a> {
    fn begin(arguments: &'a Arguments) -> Self {
        let until = match arguments.stage {
            ProbeStage::Tcp => Rung::Tcp,
            ProbeStage::Version => Rung::Version,
            ProbeStage::Session => Rung::NextId,
            ProbeStage::Request => Rung::Request,
            ProbeStage::Farms => Rung::Farms,
        };
        let within = arguments.timeout.map_or(TIMEOUT, Period::get);
        Self { arguments, until, began: Instant::now(), within, attempt: Mutex::default() }
    }

    /// One attempt; another one at once for each id of our own that somebody else holds.
    async fn climb(&self, ids: &ProbeIds) -> Climb {
        let given = self.arguments.client_id;
        let mut climb = self.once(given.unwrap_or_else(|| ids.next())).await;
        for _ in 1..MOST_IDS {
            let in_use = matches!(climb.end, Err(BrokerError::ClientIdInUse { .. }));
            if !in_use || given.is_some() || self.left().is_zero() {
                break;
            }
            climb = self.once(ids.next()).await;
        }
        climb
    }

    async fn once(&self, client_id: i32) -> Climb {
        let (left, began) = (self.left(), Instant::now());
        if let Ok(mut attempt) = self.attempt.lock() {
            *attempt = (client_id, Vec::new());
        }
        let reached = |rung| {
            if let Ok(mut attempt) = self.attempt.lock() {
                attempt.1.push(Reached { rung, after_ms: milliseconds(began.elapsed()) });
            }
        };
        let ask = ProbeAsk {
            address: self.arguments.address.clone(),
            client_id,
            until: self.until,
            // A handshake that is pending is kept as long as there is time: given up, it can wedge a gateway.
            patience: left,
            answer: left,
            question: Question::CurrentTime,
            open_orders: false,
            all_orders: false,
            positions: false,
        };
        WireProbeWithin(left).probe(&ask, &reached).await
    }

    fn left(&self) -> Duration {
        self.within.saturating_sub(self.began.elapsed())
    }

    /// `None` is an interrupted climb.
    fn report(&self, climbed: Option<Climb>) -> ProbeReport {
        let took_ms = milliseconds(self.began.elapsed());
        let (client_id, rungs) = self.attempt.lock().map(|attempt| attempt.clone()).unwrap_or_default();
        let rung = rungs.iter().map(|reached| reached.rung).max();
        let (seen, end) = match climbed {
            Some(Climb { seen, end }) => (seen, Some(end)),
            None => (Seen::default(), None),
        };
        let started = self.until > Rung::Version && rung >= Some(Rung::Version);
        ProbeReport {
            ready: matches!(end, Some(Ok(()))),
            rung,
            rungs,
            address: self.arguments.address.clone(),
            client_id: started.then_some(client_id),
            server_version: seen.server_version,
            accounts: seen.accounts.iter().map(ToString::to_string).collect(),
            next_order_id: seen.next_order_id,
            gateway_time: seen.gateway_time.map(|(time, _)| time),
            took_ms,
            why: end.and_then(Result::err).map(|error| clean(Diagnosis::explained(&error))),
        }
    }
}

/// What a gateway says can name an account.
fn clean(why: Diagnosis) -> Diagnosis {
    let redactor = Redactor::default();
    let all = |texts: Vec<String>| texts.iter().map(|text| redactor.text(text)).collect();
    Diagnosis {
        message: redactor.text(&why.message),
        causes: all(why.causes),
        evidence: all(why.evidence),
        ..why
    }
}

fn milliseconds(span: Duration) -> f64 {
    (span.as_secs_f64() * 10_000.0).round() / 10.0
}
