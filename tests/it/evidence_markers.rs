//! The log of a gateway's container, line by line and as a whole.

use openbell::evidence::markers::{LogIn, Marker, State, of_line, read};
use openbell::ports::docker::LogLine;
use proptest::prelude::*;

/// Lines one second apart, from 2026-05-04T10:00:00Z on, with IBC's prefix.
fn log(lines: &[&str]) -> Vec<LogLine> {
    let line = |(second, text): (usize, &&str)| LogLine {
        at: format!("2026-05-04T10:{:02}:{:02}Z", second / 60, second % 60),
        text: format!("2026-05-04 10:00:00:000 IBC: {text}"),
    };
    lines.iter().enumerate().map(line).collect()
}

fn state(lines: &[&str]) -> State {
    read(&log(lines)).state
}

const PROMPT: &[&str] = &[
    "detected dialog entitled: Second Factor Authentication; event=Opened",
    "Second Factor Authentication initiated",
];

#[test]
fn each_marker_is_known_by_the_words_of_ibc() {
    let known = [
        ("Login attempt: 1", Marker::Authenticating),
        ("Detected frame entitled: Connecting to server...; event=Opened", Marker::Authenticating),
        ("Second Factor Authentication initiated", Marker::TwoFactorPrompt),
        ("If login has not completed, IBC will exit in 60 seconds", Marker::CompletionLimit { seconds: 60 }),
        ("Exiting after error with exit code=1111", Marker::TwoFactorTimedOut { again: None }),
        ("IBC returned exit status 87", Marker::TwoFactorTimedOut { again: None }),
        (
            "Re-login after second factor authentication timeout not required",
            Marker::TwoFactorTimedOut { again: Some(false) },
        ),
        (
            "Re-login after second factor authentication timeout in 5 second",
            Marker::TwoFactorTimedOut { again: Some(true) },
        ),
        ("Login failed", Marker::LoginFailed),
        ("Login error message:", Marker::LoginFailed),
        ("Login error message: Too many failed login attempts.", Marker::TooManyAttempts),
        (
            "Too many failed login attempts. Please wait 53 seconds before attempting to re-login again.",
            Marker::TooManyAttempts,
        ),
        ("The system is not currently available.", Marker::Unavailable),
        ("End this session and let the other session proceed (scenario 2)", Marker::ExistingSession),
        ("Continue this session and let the other session exit (scenario 5)", Marker::SessionKept),
        (
            "could not accept incoming connection because we could not find one of the controls.",
            Marker::AcceptDialog,
        ),
        (
            "|   (javax.swing.JLabel){JLabel: Accept incoming connection from 172.18.0.1?}",
            Marker::AcceptDialog,
        ),
        ("Ignoring API request 'jextend.StartApi' since API is not accepted.", Marker::ApiNotAccepted),
        ("Login has completed", Marker::Completed),
        ("Configuration tasks completed", Marker::Configured),
        ("IBC will restart shortly", Marker::Restarting),
        ("IBC returned exit status 88", Marker::Exited { code: 88 }),
        ("Exiting after error with exit code=1112", Marker::Exited { code: 1112 }),
    ];
    for (text, marker) in known {
        assert_eq!(of_line(text), Some(marker), "{text}");
        assert_eq!(of_line(&format!("2026-05-02 16:05:59:072 IBC: {text}")), Some(marker), "{text}");
    }
}

#[test]
fn words_inside_other_words_are_no_markers() {
    let other = [
        "Login has completed: exiting via [File, Close] menu",
        "Login has not completed: exiting immediately",
        "client 7 says: Login has completed",
        "Login has already completed - no need for IBC to exit",
        "detected dialog entitled: Second Factor Authentication; event=Closed",
        "detected dialog entitled: Existing session detected; event=Activated",
        "detected frame entitled: IBKR Gateway; event=Opened",
        "If login has not completed, IBC will exit in a while",
        "IBC returned exit status",
        "",
    ];
    for text in other {
        assert_eq!(of_line(text), None, "{text}");
    }
}

#[test]
fn what_a_line_means_for_a_wait() {
    let terminal = [
        "Login failed",
        "Too many failed login attempts",
        "Re-login after second factor authentication timeout not required",
    ];
    assert!(terminal.iter().all(|text| of_line(text).unwrap().is_terminal()));
    let progress = ["Login has completed", "Configuration tasks completed"];
    assert!(progress.iter().all(|text| of_line(text).unwrap().is_progress()));
    for text in ["Exiting after error with exit code=1111", "Login attempt: 1", "IBC will restart shortly"] {
        let marker = of_line(text).unwrap();
        assert!(!marker.is_terminal() && !marker.is_progress(), "{text}");
    }
}

#[test]
fn nothing_said_is_a_state_of_its_own() {
    assert_eq!(read(&[]), LogIn::default());
    assert_eq!(state(&["Starting Xvfb", "hello"]), State::NothingSaid);
}

#[test]
fn the_second_factor_has_a_deadline_of_three_minutes_unless_ibc_says_another() {
    let pending = read(&log(PROMPT));
    let deadline = Some("2026-05-04T10:03:01Z".parse().unwrap());
    assert_eq!(pending.state, State::TwoFactorPending { deadline });
    assert_eq!(pending.since, Some("2026-05-04T10:00:00Z".parse().unwrap()));
    assert_eq!(pending.prompts, 1);
    assert!(!pending.is_terminal());

    let limited =
        read(&log(&[PROMPT, &["If login has not completed, IBC will exit in 60 seconds"]].concat()));
    let deadline = Some("2026-05-04T10:01:02Z".parse().unwrap());
    assert_eq!(limited.state, State::TwoFactorPending { deadline });
    assert_eq!(limited.since, pending.since, "it is still the same prompt");
}

#[test]
fn a_missed_second_factor_is_final_only_when_nothing_follows() {
    let missed = ["Exiting after error with exit code=1111", "IBC returned exit status 87"];
    let ended = read(&log(&[PROMPT, &missed].concat()));
    assert_eq!(ended.state, State::TwoFactorTimedOut { terminal: true });
    assert!(ended.is_terminal());

    let again = [PROMPT, &missed, &["IBC will restart shortly"]].concat();
    assert_eq!(state(&again), State::Restarting);
    let asked_again = read(&log(&[&again[..], PROMPT].concat()));
    assert!(matches!(asked_again.state, State::TwoFactorPending { .. }));
    assert_eq!(asked_again.prompts, 2);

    let by_itself =
        read(&log(&[PROMPT, &["Re-login after second factor authentication timeout in 5 second"]].concat()));
    assert_eq!(by_itself.state, State::TwoFactorTimedOut { terminal: false });
}

#[test]
fn a_refused_log_in_is_not_hidden_by_the_restart_that_repeats_it() {
    let refused =
        ["Login attempt: 1", "Login failed", "Cold restart in progress", "IBC returned exit status 0"];
    let retried = ["IBC will cold-restart shortly", "IBC will restart shortly", "Login attempt: 1"];
    let read = read(&log(&[&refused[..], &retried].concat()));
    assert_eq!((read.state, read.failures), (State::LoginFailed, 1));
    assert_eq!(read.since, Some("2026-05-04T10:00:01Z".parse().unwrap()));
    // The password was taken in the end.
    assert!(matches!(state(&[&refused[..], PROMPT].concat()), State::TwoFactorPending { .. }));
    assert_eq!(state(&["Login failed", "Login has completed"]), State::Completed);
    assert_eq!(
        state(&["Login failed", "Login error message: Too many failed login attempts."]),
        State::TooManyAttempts
    );
    assert_eq!(
        state(&["Login error message:", "The system is not currently available."]),
        State::Unavailable
    );
}

#[test]
fn the_last_marker_that_matters_wins() {
    let complete = read(&log(&["Login attempt: 1", "Login has completed", "Configuration tasks completed"]));
    assert_eq!(complete.state, State::Configured);
    assert_eq!(complete.completed, Some("2026-05-04T10:00:01Z".parse().unwrap()));
    assert!(complete.is_complete());

    let nightly =
        read(&log(&["Login has completed", "IBC returned exit status 0", "IBC will restart shortly"]));
    assert_eq!((nightly.state, nightly.completed), (State::Restarting, None));

    let dialog = "detected dialog entitled: Existing session detected; event=Opened";
    assert_eq!(state(&["Login has completed", dialog]), State::ExistingSession);
    let kept = "Continue this session and let the other session exit (scenario 5)";
    assert_eq!(state(&["Login has completed", dialog, kept]), State::Completed);
    assert_eq!(
        state(&["Login has completed", "Exiting after error with exit code=1101"]),
        State::Exited { code: 1101 }
    );
}

#[test]
fn a_time_that_cannot_be_read_is_no_time() {
    let line = LogLine {
        at: "yesterday".to_owned(),
        text: "IBC: Second Factor Authentication initiated".to_owned(),
    };
    let read = read(&[line]);
    assert_eq!((read.state, read.since), (State::TwoFactorPending { deadline: None }, None));
}

proptest! {
    #[test]
    fn any_text_is_read(lines in prop::collection::vec((".{0,20}", ".{0,80}"), 0..20)) {
        let lines: Vec<_> = lines.into_iter().map(|(at, text)| LogLine { at, text }).collect();
        let read = read(&lines);
        prop_assert_eq!(read.state == State::NothingSaid, read.line.is_none());
    }

    #[test]
    fn huge_limits_do_not_overflow(seconds in any::<u64>()) {
        let limit = format!("If login has not completed, IBC will exit in {seconds} seconds");
        let read = read(&log(&["Second Factor Authentication initiated", &limit]));
        let pending = matches!(read.state, State::TwoFactorPending { .. });
        prop_assert!(pending);
    }
}
