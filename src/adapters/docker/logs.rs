//! A container's log since its last start.

use bollard::query_parameters as query;
use futures_util::TryStreamExt;
use jiff::{SignedDuration, Timestamp};

use super::lines::Lines;
use super::meaning::Doing;
use super::{Bollard, REQUEST};
use crate::ports::docker::{Container, DockerError, LogLine, MOST_LOG_LINES};

impl Bollard {
    pub(super) async fn read_logs(&self, container: &Container) -> Result<Vec<LogLine>, DockerError> {
        let begins = begins(container);
        let mut lines = Vec::new();
        self.each_line(container, begins, Some(MOST_LOG_LINES), |at, text| {
            if begins.is_none_or(|begins| at > begins) {
                lines.push(kept((at, text)));
            }
        })
        .await?;
        Ok(lines)
    }

    /// Reads a log from a moment on, its last entries or all of it, line by line. Says how many entries there were, and the
    /// moment up to which nothing can be missing.
    pub(super) async fn each_line(
        &self,
        container: &Container,
        from: Option<Timestamp>,
        last: Option<usize>,
        mut each: impl FnMut(Timestamp, &str) + Send,
    ) -> Result<(usize, Option<Timestamp>), DockerError> {
        let doing = Doing::Container { verb: "read the log of", name: &container.name };
        let since = from.and_then(|from| i32::try_from(from.as_second()).ok()).unwrap_or(0).max(0);
        let options =
            query::LogsOptionsBuilder::default().stdout(true).stderr(true).timestamps(true).since(since);
        let options = match last {
            Some(last) => options.tail(&last.to_string()),
            None => options.tail("all"),
        };
        let read = async |client: bollard::Docker| {
            let mut chunks = client.logs(&container.id, Some(options.build()));
            let (mut lines, mut entries) = (Lines::default(), 0);
            while let Some(chunk) = chunks.try_next().await? {
                entries += 1;
                lines.take(&chunk, &mut each);
            }
            Ok((entries, lines.end(&mut each)))
        };
        self.ask(doing, REQUEST, read).await
    }
}

/// The moment after which lines are of this run. Not `StartedAt`: the engine writes that down when the process runs
/// already, and a quick program has then said everything. The end of the previous run is the border, and a little
/// later, because the engine stamps the last lines of a run when it reads them, shortly after the end.
///
/// A container that does not run now has said its last words in the run that ended. Its two times are no border
/// then: the end is stamped by the runtime and the start by the engine, so a program that fails at once on a busy
/// machine has ended before it started.
pub(super) fn begins(container: &Container) -> Option<Timestamp> {
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

/// `2026-11-22T22:13:48.123456789Z text`, as the engine writes it.
pub(super) fn line(line: &str) -> Option<(Timestamp, &str)> {
    let (at, text) = line.split_once(' ').unwrap_or((line, ""));
    Some((at.parse().ok()?, text))
}

pub(super) fn kept((at, text): (Timestamp, &str)) -> LogLine {
    LogLine { at: at.to_string(), text: text.trim_end_matches('\r').to_owned() }
}
