//! What the log of a gateway's container says about the log-in: IBC's lines, and the few of the gateway's own.
//!
//! Owns the wording (IBC's source at 2fee90c, file by file below) and the order of what was said. A line proves
//! nothing, and anything can print one: markers explain what the wire shows, they never make a gateway ready.

use std::time::Duration;

use jiff::Timestamp;

use crate::ports::docker::LogLine;

mod line;

pub use line::{Marker, of_line};

/// `SecondFactorAuthenticationTimeout` where it is not set, seconds (IBC's `LoginManager.java`).
const SECOND_FACTOR_TIMEOUT: Duration = Duration::from_mins(3);

/// How far the log-in got, as the last marker that matters tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum State {
    /// No marker at all.
    #[default]
    NothingSaid,
    /// Connecting or sending the credentials.
    Authenticating,
    /// The second factor was asked for and not given yet.
    TwoFactorPending {
        /// When IBC or the gateway gives up.
        deadline: Option<Timestamp>,
    },
    /// The second factor was not given in time.
    TwoFactorTimedOut {
        /// Nothing in the log says that it will be asked for again.
        terminal: bool,
    },
    /// The log-in was refused.
    LoginFailed,
    /// Too many failed log-ins: the user is locked out for a while.
    TooManyAttempts,
    /// IBKR takes no log-ins at present.
    Unavailable,
    /// The user has another session, and a dialog waits, or this one gave way.
    ExistingSession,
    /// A dialog asks whether an API connection is to be accepted.
    AcceptDialog,
    /// An API request was ignored, since the API is not accepted.
    ApiNotAccepted,
    /// The log-in was completed.
    Completed,
    /// IBC has also set what it was told to set.
    Configured,
    /// The gateway is about to be started again.
    Restarting,
    /// IBC ended.
    Exited {
        /// Its exit code, as it was written: 1100 to 1112, or what is left of that modulo 256.
        code: i64,
    },
}

/// What a log says about the log-in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogIn {
    /// How far it got.
    pub state: State,
    /// Since when; `None` when nothing was said, or the engine's time could not be read.
    pub since: Option<Timestamp>,
    /// The line that says so, as it was logged.
    pub line: Option<String>,
    /// When the log-in was completed last, whatever happened since; not after a restart.
    pub completed: Option<Timestamp>,
    /// How often the second factor was asked for.
    pub prompts: usize,
    /// How often the log-in failed.
    pub failures: usize,
    /// The dialog was seen, and IBC's own line about the same prompt is still to come.
    announced: bool,
}

impl LogIn {
    /// Whether waiting on cannot help: a person has to do something first.
    pub fn is_terminal(&self) -> bool {
        match self.state {
            State::LoginFailed | State::TooManyAttempts => true,
            State::TwoFactorTimedOut { terminal } => terminal,
            _ => false,
        }
    }

    /// Whether the log-in was completed, as the log has it.
    pub fn is_complete(&self) -> bool {
        matches!(self.state, State::Completed | State::Configured | State::ApiNotAccepted)
    }

    fn note(&mut self, state: State, line: &LogLine) {
        if self.state != state {
            self.since = line.at.parse().ok();
        }
        self.state = state;
        self.line = Some(line.text.clone());
    }
}

/// Reads the lines since the container's start. The last marker that matters wins; what follows by itself from a
/// failure, such as the restart with the same password, does not hide it.
pub fn read(lines: &[LogLine]) -> LogIn {
    let mut log_in = LogIn::default();
    for line in lines {
        if let Some(marker) = of_line(&line.text) {
            take(&mut log_in, marker, line);
        }
    }
    log_in
}

fn take(log_in: &mut LogIn, marker: Marker, line: &LogLine) {
    let at: Option<Timestamp> = line.at.parse().ok();
    let refused = matches!(log_in.state, State::LoginFailed | State::TooManyAttempts);
    match marker {
        // IBC starts the gateway again after a failed log-in, and types the same password.
        Marker::Authenticating | Marker::Restarting if refused => {}
        Marker::Authenticating => log_in.note(State::Authenticating, line),
        Marker::TwoFactorDialog | Marker::TwoFactorPrompt => {
            log_in.prompts += usize::from(!log_in.announced);
            log_in.announced = marker == Marker::TwoFactorDialog;
            prompt(log_in, at.and_then(|at| at.checked_add(SECOND_FACTOR_TIMEOUT).ok()), line);
        }
        Marker::CompletionLimit { seconds } => {
            let deadline = at.and_then(|at| at.checked_add(Duration::from_secs(seconds)).ok());
            if let State::TwoFactorPending { .. } | State::NothingSaid | State::Authenticating = log_in.state
            {
                prompt(log_in, deadline, line);
            }
        }
        Marker::TwoFactorTimedOut { again } => two_factor_timed_out(log_in, again, line),
        Marker::LoginFailed => {
            log_in.failures += usize::from(!refused);
            if log_in.state != State::TooManyAttempts {
                log_in.note(State::LoginFailed, line);
            }
        }
        Marker::TooManyAttempts => log_in.note(State::TooManyAttempts, line),
        Marker::Unavailable => log_in.note(State::Unavailable, line),
        Marker::ExistingSession => log_in.note(State::ExistingSession, line),
        Marker::SessionKept => {
            let state = if log_in.completed.is_some() { State::Completed } else { State::Authenticating };
            log_in.note(state, line);
        }
        Marker::AcceptDialog => log_in.note(State::AcceptDialog, line),
        Marker::ApiNotAccepted => log_in.note(State::ApiNotAccepted, line),
        Marker::Completed => {
            log_in.completed = at;
            log_in.note(State::Completed, line);
        }
        Marker::Configured => log_in.note(State::Configured, line),
        Marker::Restarting => {
            log_in.completed = None;
            log_in.note(State::Restarting, line);
        }
        Marker::Exited { code } => exited(log_in, code, line),
    }
}

fn prompt(log_in: &mut LogIn, deadline: Option<Timestamp>, line: &LogLine) {
    let since = match log_in.state {
        State::TwoFactorPending { .. } => log_in.since,
        _ => line.at.parse().ok(),
    };
    log_in.prompts = log_in.prompts.max(1);
    log_in.note(State::TwoFactorPending { deadline }, line);
    log_in.since = since;
}

/// IBC ends with 1111 and its script starts it again, or not: only what follows tells.
fn two_factor_timed_out(log_in: &mut LogIn, again: Option<bool>, line: &LogLine) {
    let since = log_in.since.filter(|_| matches!(log_in.state, State::TwoFactorTimedOut { .. }));
    log_in.note(State::TwoFactorTimedOut { terminal: again != Some(true) }, line);
    log_in.since = since.or(log_in.since);
}

/// The exit of a process does not hide why it ended.
fn exited(log_in: &mut LogIn, code: i64, line: &LogLine) {
    let told = matches!(
        log_in.state,
        State::TwoFactorTimedOut { .. }
            | State::LoginFailed
            | State::TooManyAttempts
            | State::Unavailable
            | State::ExistingSession
            | State::Restarting
    );
    if !told {
        log_in.note(State::Exited { code }, line);
    }
    log_in.completed = None;
}
