//! What the log of a gateway's container shows when a phase begins: the lines of IBC, and the simulator's own.
//!
//! The wording of IBC is that of its source at 2fee90c (`LoginManager`, `DefaultConfigDialogManager`, `ibcstart.sh`).

use std::time::Duration;

use super::moment::Moment;
use crate::period::Period;
use crate::sim::clock;
use crate::sim::log::Log;
use crate::sim::script::{Connectivity, Door, Farms, Login, Phase, Port, Requests};

/// `SecondFactorAuthenticationTimeout` of IBC, where it is not set.
const TWO_FACTOR_PATIENCE: Duration = Duration::from_mins(3);

/// Writes what is new in this phase.
pub(super) fn write(log: &Log, before: &Moment, now: &Moment, phase: &Phase) {
    let moment = clock::epoch_micros();
    if let Some(name) = &phase.name {
        log.line(format_args!("sim: phase {name}"));
    }
    if phase.restart {
        log.line("sim: the gateway restarts");
    }
    if now.drops > before.drops {
        log.line("sim: all connections are dropped");
    }
    // A new process logs in anew, as the first one does.
    let first = phase.restart || before.port == Port::Closed && before.place == 0 && now.place == 0;
    match now.port {
        Port::Closed => log.line("sim: the port is closed"),
        Port::Stuck => log.line("sim: connections are not taken out of the backlog"),
        Port::Full => log.line("sim: the backlog is full"),
        Port::Open => door(log, first, before, now, phase),
    }
    of_login(log, phase);
    if now.is_ready() && (first || !before.is_ready()) {
        log.line(format_args!("sim: ready at {moment}"));
    }
    connectivity(log, phase);
    for line in &phase.log {
        log.line(line);
    }
}

/// Writes what is said before the simulator ends.
pub(super) fn last_words(log: &Log, phase: &Phase) {
    if let Some(name) = &phase.name {
        log.line(format_args!("sim: phase {name}"));
    }
    of_login(log, phase);
    for line in &phase.log {
        log.line(line);
    }
}

fn of_login(log: &Log, phase: &Phase) {
    for line in phase.login.map(login).into_iter().flatten() {
        log.line(format_args!("IBC: {line}"));
    }
    if phase.login == Some(Login::TwoFactor) {
        let patience = phase.lasts.map_or(TWO_FACTOR_PATIENCE, Period::get).as_secs();
        log.line(format_args!("IBC: If login has not completed, IBC will exit in {patience} seconds"));
    }
}

/// What clients meet, where that is new.
fn door(log: &Log, first: bool, before: &Moment, now: &Moment, phase: &Phase) {
    let (was, is) = (before.usual(), now.usual());
    let goes_on = if is.door == Door::Open { before.logged_in } else { before.port == Port::Open };
    let same = !first && goes_on && was.door == is.door;
    match is.door {
        _ if same => {}
        Door::Open if phase.login.is_none() => {
            for line in login(Login::Completed) {
                log.line(format_args!("IBC: {line}"));
            }
        }
        Door::Mute if phase.login.is_none() => {
            for line in login(Login::Authenticating) {
                log.line(format_args!("IBC: {line}"));
            }
        }
        Door::Open | Door::Mute => {}
        Door::Refuse => log.line("sim: connections are closed as soon as they are accepted"),
        Door::Reset => log.line("sim: connections are reset as soon as they are accepted"),
        Door::Partial => log.line("sim: version replies break off"),
        Door::HangUp => log.line("sim: connections are closed after the handshake"),
        Door::VersionOnly => log.line("sim: connections are closed after the version"),
        Door::Http | Door::Tls | Door::Garbage => log.line("sim: this is no gateway"),
    }
    if is.requests == Requests::Mute && (first || was.requests == Requests::Answered) {
        log.line("sim: requests are not answered any more");
    }
}

fn connectivity(log: &Log, phase: &Phase) {
    match phase.connectivity {
        Some(Connectivity::Lost) => log.line("sim: the connection to IBKR is lost (1100)"),
        Some(Connectivity::Broken) => log.line("sim: the link to the server is broken (2110)"),
        Some(Connectivity::Restored) => log.line("sim: the connection to IBKR is restored (1102)"),
        Some(Connectivity::RestoredDataLost) => {
            log.line("sim: the connection to IBKR is restored, data lost (1101)");
        }
        None => {}
    }
    match phase.farms {
        Some(Farms::Broken) => log.line("sim: the data farms are broken"),
        Some(Farms::Inactive) => log.line("sim: the data farms are inactive"),
        Some(Farms::Connecting) => log.line("sim: the data farms are connecting"),
        Some(Farms::Ok) => log.line("sim: the data farms are connected"),
        None => {}
    }
}

/// The lines of IBC at that point of a log-in.
fn login(login: Login) -> &'static [&'static str] {
    match login {
        Login::Authenticating => &["detected frame entitled: Authenticating...; event=Opened"],
        Login::TwoFactor => &[
            "detected dialog entitled: Second Factor Authentication; event=Opened",
            "Second Factor Authentication initiated",
        ],
        Login::TwoFactorTimeout => &[
            "IBC will exit because login has not completed after Second Factor Authentication",
            "Exiting after error with exit code=1111",
            "IBC returned exit status 87",
        ],
        Login::Failed => &[
            "detected dialog entitled: Login failed; event=Opened",
            "Login failed",
            "Login error message: Invalid username or password.",
        ],
        Login::Locked => &[
            "detected dialog entitled: Login failed; event=Opened",
            "Login failed",
            "Login error message: Too many failed login attempts. Please wait before trying again.",
        ],
        Login::Unavailable => &[
            "detected dialog entitled: Login failed; event=Opened",
            "Login error message: The system is not currently available. Please try again later.",
        ],
        Login::ExistingSession => &[
            "detected dialog entitled: Existing session detected; event=Opened",
            "End this session and let the other session proceed",
        ],
        // IBC knows this dialog by a label with these words (`AcceptIncomingConnectionDialogHandler`) and logs its title
        // (`TwsListener`), which is not published: the label stands in for it.
        Login::AcceptDialog => &[
            "Login has completed",
            "Configuration tasks completed",
            "detected dialog entitled: Accept incoming connection; event=Opened",
        ],
        Login::AutoRestart => &["detected frame entitled: Restarting application...; event=Opened"],
        Login::Completed => &["Login has completed", "Configuration tasks completed"],
    }
}
