//! Building an image: the classic builder, which every engine from 20.10 on has without further parts.

use std::collections::HashMap;
use std::io;
use std::time::Duration;

use bollard::query_parameters as query;
use futures_util::StreamExt;
use tokio::task::JoinHandle;

use super::meaning::Doing;
use super::{Bollard, context};
use crate::ports::docker::{DockerError, ImageBuild};

/// Longest silence of a build. How long it may take in all is the step's deadline.
const SILENCE: Duration = Duration::from_mins(5);
/// What broke off because its context could not be packed is over by then.
const PACKED: Duration = Duration::from_secs(1);
/// Lines of the build's output kept as evidence.
const LINES: usize = 20;

impl Bollard {
    pub(super) async fn build_image(&self, build: ImageBuild) -> Result<(), DockerError> {
        let doing = Doing::Image { verb: "build", name: &build.name };
        let labels: HashMap<String, String> = build.labels.clone().into_iter().collect();
        let options = query::BuildImageOptionsBuilder::default()
            .t(&build.name)
            .labels(&labels)
            .rm(true)
            .forcerm(true)
            .build();
        let client = self.connection.client().await?;
        let (pieces, packing) = context::pieces(build.context);
        let mut progress = client.build_image(options, None, Some(bollard::body_try_stream(pieces)));
        let mut output: Vec<String> = Vec::new();
        let failed = |mut output: Vec<String>, reason: String| {
            output.push(reason);
            let from = output.len().saturating_sub(LINES);
            DockerError::BuildFailed { image: build.name.clone(), output: output.split_off(from) }
        };
        loop {
            let Ok(next) = tokio::time::timeout(SILENCE, progress.next()).await else {
                return Err(self.connection.timeout(doing, SILENCE));
            };
            match next {
                None => return Ok(()),
                Some(Ok(info)) => {
                    if let Some(error) = info.error_detail {
                        return Err(failed(output, error.message.unwrap_or_default()));
                    }
                    let text = info.stream.unwrap_or_default();
                    output.extend(text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned));
                }
                Some(Err(bollard::errors::Error::DockerStreamError { error })) => {
                    return Err(failed(output, error));
                }
                Some(Err(bollard::errors::Error::DockerResponseServerError { message, .. })) => {
                    return Err(failed(output, message));
                }
                Some(Err(error)) => {
                    drop(progress);
                    return Err(match unpacked(packing).await {
                        Some(reason) => failed(output, reason),
                        None => self.connection.meaning(doing, error).await,
                    });
                }
            }
        }
    }
}

/// Why the context could not be packed, if that is what went wrong.
async fn unpacked(packing: JoinHandle<io::Result<()>>) -> Option<String> {
    // Where the engine is the reason, the thread may still wait for it to take the rest.
    let error = tokio::time::timeout(PACKED, packing).await.ok()?.ok()?.err()?;
    (error.kind() != io::ErrorKind::BrokenPipe).then(|| error.to_string())
}
