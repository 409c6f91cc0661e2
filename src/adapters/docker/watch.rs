//! What happens to a container as it happens: the engine's events about it, and what it logs.
//!
//! Two answers without an end are read side by side, each on a connection of its own; dropping the watch closes both.
//! bollard's timeout covers the head of an answer only (`Docker::execute_request` wraps the request, not its body), and
//! an engine sends the head of both at once, so a silence of days ends neither.

use std::collections::{HashMap, VecDeque};

use async_trait::async_trait;
use bollard::container::LogOutput;
use bollard::models::EventMessage;
use bollard::query_parameters as query;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use jiff::Timestamp;

use super::meaning::Doing;
use super::{Bollard, REQUEST, logs};
use crate::ports::docker::{Container, ContainerWatch, DockerError, News};

/// Most lines that are read of what a container logged before its log was opened.
const LINES: &str = "1000";
/// The longest line that is waited for; what is longer is cut.
const LONGEST: usize = 64 * 1024;

type Answers<T> = Option<BoxStream<'static, Result<T, bollard::errors::Error>>>;

impl Bollard {
    /// Watches from this moment of the engine's own clock on, so that nothing is missed until the first question.
    pub(super) async fn watch_container(&self, container: &Container) -> Result<Watch, DockerError> {
        let begun = self.engine_time().await?;
        let client = self.connection.client().await?;
        let filters =
            HashMap::from([("type", vec!["container"]), ("container", vec![container.id.as_str()])]);
        let mut options = query::EventsOptionsBuilder::default().filters(&filters);
        if let Some(begun) = begun {
            let since = format!("{}.{:09}", begun.as_second(), begun.subsec_nanosecond());
            options = options.since(&since);
        }
        let events = client.events(Some(options.build())).boxed();
        let mut watch = Watch {
            client,
            id: container.id.clone(),
            events: Some(events),
            output: None,
            rest: Vec::new(),
            heard: begun,
            news: VecDeque::new(),
        };
        watch.open_log();
        Ok(watch)
    }

    /// The engine's clock, which stamps events and lines: on Docker Desktop it is that of a virtual machine.
    pub(super) async fn engine_time(&self) -> Result<Option<Timestamp>, DockerError> {
        let info = self.ask(Doing::Time, REQUEST, async |client| client.info().await).await?;
        Ok(info.system_time.and_then(|time| time.parse().ok()))
    }
}

/// A container that is being watched.
pub(super) struct Watch {
    client: bollard::Docker,
    id: String,
    events: Answers<EventMessage>,
    output: Answers<LogOutput>,
    /// The beginning of a line whose end has not come.
    rest: Vec<u8>,
    /// What was logged until then is known.
    heard: Option<Timestamp>,
    news: VecDeque<News>,
}

#[async_trait]
impl ContainerWatch for Watch {
    /// Whatever has come is kept in the watch before anything is waited for again: cancel safe.
    async fn next(&mut self) -> News {
        loop {
            if let Some(news) = self.news.pop_front() {
                return news;
            }
            tokio::select! {
                event = next_of(&mut self.events) => self.take_event(event),
                chunk = next_of(&mut self.output) => self.take_output(chunk),
            }
        }
    }
}

/// The next item of an answer; pends for ever once there is none left.
async fn next_of<T>(answers: &mut Answers<T>) -> Option<Result<T, bollard::errors::Error>> {
    match answers {
        Some(answers) => answers.next().await,
        None => std::future::pending().await,
    }
}

impl Watch {
    /// Follows the log behind what is known of it. Of a container that does not run an engine tells what there is and
    /// ends the answer; the next start opens it again.
    fn open_log(&mut self) {
        let options =
            query::LogsOptionsBuilder::default().follow(true).stdout(true).stderr(true).timestamps(true);
        let since = self.heard.and_then(|heard| i32::try_from(heard.as_second()).ok());
        let options = match since {
            Some(since) => options.since(since).tail(LINES),
            None => options.tail("0"),
        };
        self.rest.clear();
        self.output = Some(self.client.logs(&self.id, Some(options.build())).boxed());
    }

    fn take_event(&mut self, event: Option<Result<EventMessage, bollard::errors::Error>>) {
        let Some(Ok(event)) = event else {
            self.events = None;
            return;
        };
        let action = event.action.unwrap_or_default();
        if action == "start" {
            // The log of the run before may not have told its end yet; whatever is missing of it is read again.
            self.open_log();
        }
        self.news.extend(meaning(&action));
    }

    fn take_output(&mut self, chunk: Option<Result<LogOutput, bollard::errors::Error>>) {
        if let Some(Ok(chunk)) = chunk {
            self.rest.extend_from_slice(&chunk.into_bytes());
        } else {
            // The container stopped, or the engine cannot read its log.
            self.output = None;
            self.rest.push(b'\n');
        }
        if self.rest.len() > LONGEST {
            self.rest.push(b'\n');
        }
        while let Some(end) = self.rest.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.rest.drain(..=end).collect();
            self.take_line(&String::from_utf8_lossy(&line[..end]));
        }
    }

    fn take_line(&mut self, line: &str) {
        let Some((at, text)) = logs::line(line) else { return };
        if self.heard.is_none_or(|heard| at > heard) {
            self.heard = Some(at);
            self.news.push_back(News::Line(logs::kept((at, text))));
        }
    }
}

/// What an event says, if anything that matters. `health_status: healthy` carries its state behind a colon.
fn meaning(action: &str) -> Option<News> {
    match action {
        "start" | "restart" => Some(News::Started),
        "die" | "stop" | "pause" | "destroy" | "oom" => Some(News::Ended),
        _ if action.starts_with("health_status") => Some(News::Health),
        _ => None,
    }
}
