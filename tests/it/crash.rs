//! A crash tells where it was, and nothing of what it was about: no secret, whatever `RUST_BACKTRACE` asks for. Each is a
//! real one, in a process of its own: the test binary again, with this one test, which crashes when it is asked to.

use std::process::Command;

/// Asks the child to crash, and how.
const HOW: &str = "OPENBELL_TEST_CRASH";
const CANARY: &str = "canary-crash";

fn secret() -> String {
    // Not in the arguments, not in the environment, not a constant that a backtrace could name.
    CANARY.chars().collect()
}

fn fails() -> Result<(), String> {
    Err(secret())
}

/// Ways in which a message comes to hold a value.
fn crash(how: &str) {
    match how {
        "text" => panic!("the password is {}", secret()),
        "unwrap" => fails().unwrap(),
        "expect" => fails().map_err(std::io::Error::other).expect("to read"),
        "payload" => std::panic::panic_any(secret()),
        "equal" => assert_eq!(secret(), "", "of {}", secret()),
        "slice" => drop(secret()[..99].to_owned()),
        "thread" => std::thread::spawn(|| assert!(secret().is_empty(), "{}", secret())).join().unwrap(),
        "task" => {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            let task = async { assert!(secret().is_empty(), "{}", secret()) };
            runtime.block_on(async { tokio::spawn(task).await.unwrap() });
        }
        other => unreachable!("{other}"),
    }
}

#[test]
fn child() {
    if let Ok(how) = std::env::var(HOW) {
        openbell::crash::keep_to_the_place();
        crash(&how);
    }
}

#[test]
fn a_crash_tells_its_place_and_no_secret() {
    for how in ["text", "unwrap", "expect", "payload", "equal", "slice", "thread", "task"] {
        for backtrace in ["0", "1", "full"] {
            let ended = Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "crash::child", "--nocapture", "--test-threads", "1"])
                .env(HOW, how)
                .env("RUST_BACKTRACE", backtrace)
                .env("RUST_LIB_BACKTRACE", backtrace)
                .output()
                .unwrap();
            let told = format!(
                "{}{}",
                String::from_utf8_lossy(&ended.stdout),
                String::from_utf8_lossy(&ended.stderr)
            );
            assert_eq!(ended.status.code(), Some(101), "{how}: {told}");
            assert!(!told.contains(CANARY), "{how}, {backtrace}: {told}");
            assert!(!told.contains("stack backtrace"), "{how}, {backtrace}: {told}");
            let line = told.lines().find(|line| line.contains("(program::crashed)"));
            let line = line.unwrap_or_else(|| panic!("{how}: {told}"));
            let version = env!("CARGO_PKG_VERSION");
            assert!(line.starts_with(&format!("openbell {version} crashed at ")), "{line}");
        }
    }
}

/// The program does so before it does anything else.
#[test]
fn the_program_begins_with_it() {
    let text = std::fs::read_to_string(crate::support::command::project().join("src/main.rs")).unwrap();
    let body = text.split("fn main() -> ExitCode {").nth(1).unwrap();
    assert_eq!(body.trim_start().lines().next(), Some("keep_to_the_place();"), "{body}");
}
