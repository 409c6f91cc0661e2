//! A command in a running container.

use std::time::Duration;

use bollard::exec::StartExecResults;
use bollard::models::ExecConfig;
use futures_util::StreamExt;

use super::meaning::Doing;
use super::{Bollard, REQUEST};
use crate::ports::docker::{DockerError, ExecOutput, MOST_OUTPUT};

/// What shells say of a program that is not there.
const NOT_FOUND: i64 = 127;

impl Bollard {
    pub(super) async fn run_in_container(
        &self,
        name: &str,
        user: Option<&str>,
        command: &[String],
        limit: Duration,
    ) -> Result<ExecOutput, DockerError> {
        let doing = Doing::Container { verb: "run a command in", name };
        let config = ExecConfig {
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            cmd: Some(command.to_vec()),
            user: user.map(str::to_owned),
            ..Default::default()
        };
        let made = self.ask(doing, REQUEST, async |client| client.create_exec(name, config).await).await?;
        let client = self.connection.client().await?;
        let run = async {
            let mut output = Vec::new();
            if let StartExecResults::Attached { output: mut stream, .. } =
                client.start_exec(&made.id, None).await?
            {
                while let Some(chunk) = stream.next().await {
                    let bytes = chunk?.into_bytes();
                    output.extend_from_slice(&bytes[..bytes.len().min(MOST_OUTPUT - output.len())]);
                }
            }
            Ok::<_, bollard::errors::Error>(output)
        };
        let output = match tokio::time::timeout(limit, run).await {
            Ok(Ok(output)) => String::from_utf8_lossy(&output).into_owned(),
            Ok(Err(bollard::errors::Error::DockerResponseServerError { message, .. }))
                if is_not_found(&message) =>
            {
                return Ok(ExecOutput { exit_code: NOT_FOUND, output: message });
            }
            Ok(Err(error)) => return Err(self.connection.meaning(doing, error).await),
            Err(_) => return Err(self.connection.timeout(doing, limit)),
        };
        let ended = self.ask(doing, REQUEST, async |client| client.inspect_exec(&made.id).await).await?;
        Ok(ExecOutput { exit_code: ended.exit_code.unwrap_or(NOT_FOUND), output })
    }
}

fn is_not_found(message: &str) -> bool {
    ["executable file not found", "no such file or directory"].iter().any(|words| message.contains(words))
}
