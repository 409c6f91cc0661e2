//! The program itself, in an environment of which nothing is inherited that could change what it does.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

/// Variables that would change what the program does.
const SCRUBBED: &[&str] = &[
    "NO_COLOR",
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "OPENBELL_ADDRESS",
    "OPENBELL_LOG",
    "OPENBELL_REPORTS",
    "STATE_DIRECTORY",
    "OPENBELL_CONTAINER_BINARY",
    "OPENBELL_HOST",
];

/// The program under test.
pub fn binary() -> &'static str {
    env!("CARGO_BIN_EXE_openbell")
}

/// The project's own directory.
pub fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A command line of the program.
pub fn openbell(arguments: &[&str]) -> Command {
    let mut command = Command::new(binary());
    command.args(arguments).stdin(Stdio::null());
    for name in SCRUBBED {
        command.env_remove(name);
    }
    command.env("OPENBELL_STATE", state());
    command
}

/// Where what is remembered goes, for all tests: never to the home of whoever runs them.
pub fn state() -> &'static Path {
    static STATE: OnceLock<PathBuf> = OnceLock::new();
    STATE.get_or_init(|| {
        let state = Path::new(env!("CARGO_TARGET_TMPDIR")).join("state");
        // What the tests of before have left.
        let _ = std::fs::remove_dir_all(&state);
        state
    })
}

/// What a command line printed and how it ended.
pub struct Ended {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// Runs a command line to its end.
pub fn run(arguments: &[&str]) -> Ended {
    openbell(arguments).output().unwrap().into()
}

/// The binary for images, without its symbols: a debug build is twice the size with them.
pub fn container_binary() -> &'static Path {
    static STRIPPED: OnceLock<PathBuf> = OnceLock::new();
    STRIPPED.get_or_init(|| {
        let target = Path::new(binary()).with_extension("stripped");
        let stripped = Command::new("strip").arg("-o").arg(&target).arg(binary()).status();
        match stripped {
            Ok(status) if status.success() => target,
            // Without binutils the images are only larger.
            Ok(_) | Err(_) => binary().into(),
        }
    })
}
