//! IBC's command port through tokio.
//!
//! As `CommandServer`, `CommandChannel`, `CommandDispatcher` and `RestartTask` of IbcAlpha/IBC have it: a client whose
//! address is not allowed is closed without a word; commands and replies are lines, in no case that matters; a channel
//! may begin with `INFO IBC Command Server`, and `INFO Restarting TWS` may come before the reply (both only with
//! `SuppressInfoMessages=no`); a prompt (`CommandPrompt`, empty by default) has no line end. `RESTART` is acknowledged
//! with `OK RESTART in progress` before anything is done, and IBC then closes the channel itself; a second one gets
//! `ERROR RESTART already in progress`. `EXIT` ends a channel.

use std::time::Duration;

use async_trait::async_trait;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::net;
use crate::ports::ibc::{Ibc, IbcError};

/// Longest wait for the reply.
const ANSWER: Duration = Duration::from_secs(30);
/// Longest wait for the end of a channel that has served its purpose.
const FAREWELL: Duration = Duration::from_secs(1);
/// Most that is read for a reply.
const MOST: u64 = 64 * 1024;

/// The command port on the machine's own network.
#[derive(Debug)]
pub struct CommandPort;

#[async_trait]
impl Ibc for CommandPort {
    async fn restart(&self, address: &str) -> Result<String, IbcError> {
        let refused = |how: String| IbcError::Refused { address: address.to_owned(), how };
        let mut stream = net::connect(address).await.map_err(|error| {
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
            refused(error.to_string() + &cause.unwrap_or_default())
        })?;
        let reply = match timeout(ANSWER, ask(&mut stream, "RESTART")).await {
            Ok(Ok(Some(reply))) => reply,
            Ok(Ok(None)) => return Err(refused("it closed the connection without an answer".to_owned())),
            Ok(Err(error)) => return Err(refused(error.to_string())),
            Err(_) => {
                return Err(IbcError::NoAnswer { address: address.to_owned(), seconds: ANSWER.as_secs() });
            }
        };
        // As a rule IBC has closed by now; what comes of this changes nothing.
        let _ = timeout(FAREWELL, leave(&mut stream)).await;
        match reply {
            Reply::Ok(words) => Ok(words),
            Reply::Error(words) => Err(IbcError::Rejected { address: address.to_owned(), words }),
        }
    }
}

/// What IBC says to a command.
#[derive(Debug)]
enum Reply {
    Ok(String),
    Error(String),
}

/// Sends a command and reads its reply; `None` when the channel ends without one.
async fn ask(stream: &mut TcpStream, command: &str) -> std::io::Result<Option<Reply>> {
    let (reading, mut writing) = stream.split();
    writing.write_all(format!("{command}\n").as_bytes()).await?;
    let mut lines = BufReader::new(reading.take(MOST));
    loop {
        let mut line = Vec::new();
        if lines.read_until(b'\n', &mut line).await? == 0 {
            return Ok(None);
        }
        if let Some(reply) = reply(&String::from_utf8_lossy(&line)) {
            return Ok(Some(reply));
        }
    }
}

/// The reply in a line, if it is one: whichever of IBC's three words comes first, since a prompt may stand before it.
fn reply(line: &str) -> Option<Reply> {
    let line = line.trim_end();
    let words = ["INFO", "OK", "ERROR"].into_iter().filter_map(|word| {
        let at = line.find(word)?;
        let rest = &line[at + word.len()..];
        (rest.is_empty() || rest.starts_with(' ')).then(|| (at, word, rest.trim().to_owned()))
    });
    match words.min_by_key(|(at, ..)| *at)? {
        (_, "OK", words) => Some(Reply::Ok(words)),
        (_, "ERROR", words) => Some(Reply::Error(words)),
        _ => None,
    }
}

/// Ends the channel, and reads on until IBC has closed it: a close on unread words would be a reset.
async fn leave(stream: &mut TcpStream) -> std::io::Result<()> {
    stream.write_all(b"EXIT\n").await?;
    stream.shutdown().await?;
    tokio::io::copy(&mut stream.take(MOST), &mut tokio::io::sink()).await?;
    Ok(())
}
