//! Processes under a limit, which end with the value that stands for them.

use std::io;
use std::process::Output;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::{Instant, timeout};

/// A net under commands that have no limit of their own.
const LIMIT: Duration = Duration::from_mins(2);

/// Runs a command to its end: how long it took and what it said.
pub(crate) async fn timed(command: &mut Command) -> io::Result<(Duration, Output)> {
    let begun = Instant::now();
    let output = timeout(LIMIT, command.kill_on_drop(true).output()).await??;
    Ok((begun.elapsed(), output))
}

/// The same, of a command that must succeed.
pub(crate) async fn succeeds(command: &mut Command) -> (Duration, Output) {
    let ended = timed(command).await.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let (status, stderr) = (ended.1.status, String::from_utf8_lossy(&ended.1.stderr));
    assert!(status.success(), "{command:?}: {status}\n{stderr}");
    ended
}
