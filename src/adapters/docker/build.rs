//! Building an image: the classic builder, which every engine from 20.10 on has without further parts.

use std::collections::HashMap;
use std::time::Duration;

use bollard::query_parameters as query;
use futures_util::StreamExt;

use super::Bollard;
use super::meaning::Doing;
use crate::ports::docker::{DockerError, ImageBuild};

/// Longest silence of a build. How long it may take in all is the step's deadline.
const SILENCE: Duration = Duration::from_mins(5);
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
        let body = bollard::body_full(build.context.tar.into());
        let mut progress = client.build_image(options, None, Some(body));
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
                Some(Err(error)) => return Err(self.connection.meaning(doing, error).await),
            }
        }
    }
}
