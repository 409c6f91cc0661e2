//! One line of a gateway's log, and the marker in it.
//!
//! Owns the wording of IBC: its Java source under `src/ibcalpha/ibc/` and `resources/scripts/ibcstart.sh`, read at
//! 2fee90c. IBC writes `2026-05-02 16:05:59:073 IBC: message` (`Utils.java`), its script and the texts of dialogs stand
//! bare. Case is ignored: versions differ in it.

/// Something a line says about the log-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marker {
    /// `Login attempt: 1` (`AbstractLoginHandler.java`), `Re-login to session` (`ReloginDialogHandler.java`), or a window
    /// `Authenticating…`, `Connecting to server…`.
    Authenticating,
    /// A window `Second Factor Authentication` or `Security Code Card Authentication` was opened
    /// (`SecondFactorAuthenticationDialogHandler.java`).
    TwoFactorDialog,
    /// `Second Factor Authentication initiated` (`LoginManager.java`).
    TwoFactorPrompt,
    /// `If login has not completed, IBC will exit in 60 seconds` (`LoginManager.java`).
    CompletionLimit {
        /// That many.
        seconds: u64,
    },
    /// The second factor was not given in time: exit code 1111 (`ErrorCodes.java`), which the script sees as 87, or
    /// `Re-login after second factor authentication timeout …` (`LoginManager.java`).
    TwoFactorTimedOut {
        /// Whether IBC says that it asks again; `None` when this line does not tell.
        again: Option<bool>,
    },
    /// `Login failed` (`LoginFailedDialogHandler.java`) or `Login error message:` (`LoginErrorDialogHandler.java`).
    LoginFailed,
    /// `Too many failed login attempts…` (`TooManyFailedLoginAttemptsDialogHandler.java`).
    TooManyAttempts,
    /// `The system is not currently available.` (`NotCurrentlyAvailableDialogHandler.java`).
    Unavailable,
    /// A dialog `Existing session detected` or `Trading Login Handoff`, or what IBC did about one
    /// (`ExistingSessionDetectedDialogHandler.java`, `TradingLoginHandoffDialogHandler.java`).
    ExistingSession,
    /// `Continue this session and let the other session exit` (`ExistingSessionDetectedDialogHandler.java`).
    SessionKept,
    /// `Accept incoming connection` (`AcceptIncomingConnectionDialogHandler.java` knows the dialog by that label; it is
    /// in the log where IBC logs the structure of windows, or fails to answer).
    AcceptDialog,
    /// `Ignoring API request … since API is not accepted` (the gateway's own log).
    ApiNotAccepted,
    /// `Login has completed` (`LoginManager.java`).
    Completed,
    /// `Configuration tasks completed` (`DefaultConfigDialogManager.java`).
    Configured,
    /// `IBC will restart shortly`, `IBC will cold-restart shortly` (`ibcstart.sh`), `Cold restart in progress`,
    /// `Re-starting session` (`SessionManager.java`), or a window `Restarting application…`.
    Restarting,
    /// `Exiting after error with exit code=1112` (`Utils.java`), `IBC returned exit status 88` (`ibcstart.sh`).
    Exited {
        /// The code.
        code: i64,
    },
}

impl Marker {
    /// Whether waiting on cannot help, going by this line alone: the password is wrong, the user is locked out, or IBC
    /// says that it does not ask for the second factor again. After exit code 1111 only what follows tells:
    /// [`LogIn::is_terminal`](super::LogIn::is_terminal).
    pub fn is_terminal(self) -> bool {
        matches!(
            self,
            Self::LoginFailed | Self::TooManyAttempts | Self::TwoFactorTimedOut { again: Some(false) }
        )
    }

    /// Whether the API may be there in a moment: worth a look at once.
    pub fn is_progress(self) -> bool {
        matches!(self, Self::Completed | Self::Configured)
    }
}

/// Lines that begin like this, in lower case. The first that fits counts: longer ones stand before shorter ones.
const BEGINNINGS: &[(&str, Marker)] = &[
    ("login attempt: ", Marker::Authenticating),
    ("re-login to session", Marker::Authenticating),
    ("second factor authentication initiated", Marker::TwoFactorPrompt),
    (
        "re-login after second factor authentication timeout not required",
        Marker::TwoFactorTimedOut { again: Some(false) },
    ),
    (
        "re-login after second factor authentication timeout in",
        Marker::TwoFactorTimedOut { again: Some(true) },
    ),
    (
        "ibc closing because login has not completed after second factor authentication",
        Marker::TwoFactorTimedOut { again: None },
    ),
    ("too many failed login attempts", Marker::TooManyAttempts),
    ("the system is not currently available", Marker::Unavailable),
    ("user must choose whether to continue with this session", Marker::ExistingSession),
    ("end this session and let the other session proceed", Marker::ExistingSession),
    ("other session must be primary", Marker::ExistingSession),
    ("other session may be primary", Marker::ExistingSession),
    ("trading login handoff dialog", Marker::ExistingSession),
    ("don't know the type of the other session", Marker::ExistingSession),
    ("continue this session and let the other session exit", Marker::SessionKept),
    ("could not accept incoming connection", Marker::AcceptDialog),
    ("configuration tasks completed", Marker::Configured),
    ("ibc will restart shortly", Marker::Restarting),
    ("ibc will cold-restart shortly", Marker::Restarting),
    ("cold restart in progress", Marker::Restarting),
    ("re-starting session", Marker::Restarting),
];

/// Titles of windows that were opened, in lower case; part of a title is enough, as it is for IBC.
const WINDOWS: &[(&str, Marker)] = &[
    ("second factor authentication", Marker::TwoFactorDialog),
    ("security code card authentication", Marker::TwoFactorDialog),
    ("existing session detected", Marker::ExistingSession),
    ("trading login handoff", Marker::ExistingSession),
    ("authenticating", Marker::Authenticating),
    ("connecting to server", Marker::Authenticating),
    ("restarting application", Marker::Restarting),
    ("login failed", Marker::LoginFailed),
    ("login error", Marker::LoginFailed),
];

/// The marker in a line; `None` in most.
pub fn of_line(text: &str) -> Option<Marker> {
    let lower = text.to_lowercase();
    // The prefix ends IBC's time and begins its message; what is not IBC's has none.
    let message = lower.split_once("ibc: ").map_or(lower.as_str(), |(_, message)| message).trim();
    // `Login has completed: exiting via …` is the beginning of an end (`StopTask.java`).
    match message {
        "login has completed" => return Some(Marker::Completed),
        "login failed" => return Some(Marker::LoginFailed),
        _ => {}
    }
    if let Some(words) = message.strip_prefix("login error message:") {
        return Some(of_refusal(words));
    }
    if message.contains("ignoring api request") && message.contains("api is not accepted") {
        return Some(Marker::ApiNotAccepted);
    }
    let beginning = BEGINNINGS.iter().find(|(words, _)| message.starts_with(words));
    beginning
        .map(|(_, marker)| *marker)
        .or_else(|| of_window(message))
        .or_else(|| of_number(message))
        .or_else(|| message.contains("accept incoming connection").then_some(Marker::AcceptDialog))
}

/// What the gateway said when it refused.
fn of_refusal(words: &str) -> Marker {
    if words.contains("too many failed login attempts") {
        Marker::TooManyAttempts
    } else if words.contains("not currently available") {
        Marker::Unavailable
    } else {
        Marker::LoginFailed
    }
}

/// `detected dialog entitled: …; event=Opened` (`TwsListener.java`); a version without the event is taken too.
fn of_window(message: &str) -> Option<Marker> {
    let title = ["detected dialog entitled: ", "detected frame entitled: "]
        .into_iter()
        .find_map(|start| message.strip_prefix(start))?;
    let (title, event) = title.rsplit_once("; event=").unwrap_or((title, "opened"));
    if event != "opened" {
        return None;
    }
    WINDOWS.iter().find(|(words, _)| title.contains(words)).map(|(_, marker)| *marker)
}

fn of_number(message: &str) -> Option<Marker> {
    if let Some(rest) = message.strip_prefix("if login has not completed, ibc will exit in ") {
        let seconds = rest.split(' ').next()?.parse().ok()?;
        return Some(Marker::CompletionLimit { seconds });
    }
    let code = message
        .strip_prefix("exiting after error with exit code=")
        .or_else(|| message.strip_prefix("ibc returned exit status "))?;
    Some(match code.trim().parse().ok()? {
        1111 | 87 => Marker::TwoFactorTimedOut { again: None },
        code => Marker::Exited { code },
    })
}
