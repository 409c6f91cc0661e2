//! A container's log since its last start.

use bollard::query_parameters as query;
use futures_util::TryStreamExt;
use jiff::{SignedDuration, Timestamp};

use super::meaning::Doing;
use super::{Bollard, REQUEST};
use crate::ports::docker::{Container, DockerError, LogLine, MOST_LOG_LINES};

impl Bollard {
    pub(super) async fn read_logs(&self, container: &Container) -> Result<Vec<LogLine>, DockerError> {
        let doing = Doing::Container { verb: "read the log of", name: &container.name };
        let begins = begins(container);
        let since = begins.and_then(|begins| i32::try_from(begins.as_second()).ok()).unwrap_or(0).max(0);
        let options = query::LogsOptionsBuilder::default()
            .stdout(true)
            .stderr(true)
            .timestamps(true)
            .since(since)
            .tail(&MOST_LOG_LINES.to_string())
            .build();
        let read = async |client: bollard::Docker| {
            client.logs(&container.id, Some(options)).try_collect::<Vec<_>>().await
        };
        let chunks = self.ask(doing, REQUEST, read).await?;
        let text: String = chunks.into_iter().map(|chunk| lossy(&chunk.into_bytes())).collect();
        Ok(text
            .lines()
            .filter_map(line)
            .filter(|(at, _)| begins.is_none_or(|begins| *at > begins))
            .map(kept)
            .collect())
    }
}

/// The moment after which lines are of this run. Not `StartedAt`: the engine writes that down when the process runs
/// already, and a quick program has then said everything. The end of the previous run is the border, and a little
/// later, because the engine stamps the last lines of a run when it reads them, shortly after the end.
///
/// A container that does not run now has said its last words in the run that ended. Its two times are no border
/// then: the end is stamped by the runtime and the start by the engine, so a program that fails at once on a busy
/// machine has ended before it started.
fn begins(container: &Container) -> Option<Timestamp> {
    const LATE: SignedDuration = SignedDuration::from_millis(50);
    const EARLY: SignedDuration = SignedDuration::from_secs(2);
    let ended: Timestamp = container.finished_at.parse().ok()?;
    let started: Timestamp = container.started_at.parse().ok()?;
    if container.is_running() {
        Some(ended + (started.duration_since(ended) / 2).min(LATE))
    } else {
        Some(started.min(ended) - EARLY)
    }
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// `2026-11-22T22:13:48.123456789Z text`, as the engine writes it.
pub(super) fn line(line: &str) -> Option<(Timestamp, &str)> {
    let (at, text) = line.split_once(' ').unwrap_or((line, ""));
    Some((at.parse().ok()?, text))
}

pub(super) fn kept((at, text): (Timestamp, &str)) -> LogLine {
    LogLine { at: at.to_string(), text: text.trim_end_matches('\r').to_owned() }
}
