//! What others wrote does not reach a terminal as more than text: not from a service, a log or a name.

use std::io::{Read, Write};
use std::net::TcpListener;

use openbell::diagnosis::Diagnosis;
use openbell::event::EntryKind;
use openbell::report::entry_words;
use openbell::visible;

use crate::state_commands::Place;

/// Clears the screen, sets the title, begins the line anew, turns the writing round, is not seen.
const HOSTILE: &str = "\u{1b}[2J\u{1b}]0;pwned\u{7}real\rfake \u{202e}txt\u{200b}.\u{9b}31m";

/// A service that answers everybody with that.
fn service() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let Ok(mut client) = client else { return };
            let _ = client.read(&mut [0; 4096]);
            let length = HOSTILE.len();
            let _ = write!(
                client,
                "HTTP/1.1 500 No\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{HOSTILE}"
            );
        }
    });
    port
}

/// What a terminal would take for more than text, line ends aside.
#[track_caller]
fn is_fit(text: &str) {
    let unfit = text.lines().find(|line| line.chars().any(|c| visible::is_unfit(c) && c != '\t'));
    assert_eq!(unfit, None);
}

#[test]
fn what_a_service_answers_is_shown_and_not_obeyed() {
    let place = Place::new();
    let port = service();
    let text = std::fs::read_to_string(place.path("paper.yaml")).unwrap();
    let step = format!("http: {{ url: \"http://127.0.0.1:{port}/\" }}");
    std::fs::write(place.path("paper.yaml"), text.replace("port: {}", &step)).unwrap();
    let ended = place.run(&["run", "paper.yaml"]);
    assert_eq!(ended.code, 124, "{}", ended.stderr);
    is_fit(&ended.stderr);
    assert!(ended.stderr.contains(r"| body: \u{1b}[2J\u{1b}]0;pwned\u{7}real\rfake"), "{}", ended.stderr);
    let shown = place.run(&["report", "show", "last"]);
    is_fit(&shown.stdout);
    assert!(shown.stdout.contains(r"\u{1b}[2J"), "{}", shown.stdout);
    let page = place.path(ended.stdout.trim()).with_file_name("report.md");
    is_fit(&std::fs::read_to_string(page).unwrap());
    // Data stays what it was.
    let json = place.run(&["report", "show", "last", "--json"]);
    let report: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert!(json.stdout.contains(r"\u001b[2J"), "{}", json.stdout);
    assert_eq!(report["steps"][0]["failure"]["why"]["evidence"][0], format!("body: {HOSTILE}"), "{report:#}");
}

#[test]
fn an_old_page_is_shown_and_not_obeyed() {
    let place = Place::new();
    assert_eq!(place.run(&["run", "paper.yaml"]).code, 0);
    let directory = std::fs::read_dir(place.path("reports")).unwrap().next().unwrap().unwrap().path();
    std::fs::write(directory.join("report.md"), HOSTILE).unwrap();
    let shown = place.run(&["report", "show", "last"]);
    is_fit(&shown.stdout);
    assert!(shown.stdout.contains("pwned"), "{}", shown.stdout);
}

#[test]
fn an_entry_of_the_journal_is_one_line() {
    let why = Diagnosis {
        code: "http::status".into(),
        rung: None,
        message: format!("{HOSTILE}\nsecond"),
        help: None,
        causes: Vec::new(),
        evidence: Vec::new(),
    };
    for kind in [
        EntryKind::Notice { why },
        EntryKind::WatchEnded { because: HOSTILE.to_owned() },
        EntryKind::Paused { until: "2026-11-23T07:00:00Z".into(), reason: HOSTILE.to_owned() },
    ] {
        let words = entry_words(&kind);
        is_fit(&words);
        assert_eq!(words.lines().count(), 1, "{words}");
        assert!(words.contains("pwned"), "{words}");
    }
}

#[cfg(unix)]
#[test]
fn a_name_in_an_error_is_shown_and_not_obeyed() {
    let place = Place::new();
    for arguments in [["validate", "\u{1b}[2J\u{202e}x.yaml"], ["explain", "no::\u{1b}[2Jcode"]] {
        let ended = place.run(&arguments);
        is_fit(&ended.stderr);
        assert!(ended.stderr.contains(r"\u{1b}[2J"), "{}", ended.stderr);
    }
}
