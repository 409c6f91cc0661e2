//! Why a message does not arrive. None of them tells an address: it may be a secret.

use std::path::PathBuf;

use miette::Diagnostic;
use thiserror::Error;

use crate::ports::http::SendError;

/// Why a message does not arrive.
#[derive(Debug, Error, Diagnostic)]
pub enum NotifyError {
    /// Nothing answers, or not in time.
    #[error("the channel {channel} cannot be reached")]
    #[diagnostic(
        code(notify::unreachable),
        help(
            "`openbell watch` keeps its messages and sends them again; is this machine online, and is the address of the channel still right?"
        )
    )]
    Unreachable {
        /// The channel.
        channel: String,
        /// What happened.
        #[source]
        source: SendError,
    },
    /// The service asks for patience, or has trouble of its own.
    #[error("the channel {channel} takes no message now (status {status})")]
    #[diagnostic(
        code(notify::busy),
        help(
            "`openbell watch` keeps the message and sends it again when the service says, or a little later each time"
        )
    )]
    Busy {
        /// The channel.
        channel: String,
        /// The status of the answer.
        status: u16,
    },
    /// The service will not have it, whenever it is sent.
    #[error("the channel {channel} refused a message (status {status}); it is not sent again")]
    #[diagnostic(
        code(notify::refused),
        severity(Warning),
        help(
            "is the webhook or the topic still there, and its secret still right? `openbell notify test` tries it at once"
        )
    )]
    Refused {
        /// The channel.
        channel: String,
        /// The status of the answer.
        status: u16,
        /// The beginning of the answer, without secrets.
        #[source]
        answer: Answered,
    },
    /// The service sends us elsewhere.
    #[error("the channel {channel} answers with a redirect (status {status}), which is not followed")]
    #[diagnostic(
        code(notify::redirected),
        severity(Warning),
        help(
            "a redirect would carry the message to somebody else: write the final address, often https:// instead of http://"
        )
    )]
    Redirected {
        /// The channel.
        channel: String,
        /// The status of the answer.
        status: u16,
    },
    /// What is kept as the address is none.
    #[error("the address of the channel {channel} cannot be used: {reason}")]
    #[diagnostic(
        code(notify::bad_address),
        help(
            "write the whole address into the secret, such as https://…, and nothing else; `openbell watch` keeps messages meanwhile"
        )
    )]
    BadAddress {
        /// The channel.
        channel: String,
        /// What is wrong with it, without it.
        reason: &'static str,
    },
    /// No certificate can be believed.
    #[error("the channel {channel} needs https, and this system has no certificates of authorities")]
    #[diagnostic(
        code(notify::no_authorities),
        help(
            "install them (Debian: ca-certificates); in a container mount /etc/ssl/certs:/etc/ssl/certs:ro, or name a file of them in SSL_CERT_FILE"
        )
    )]
    NoAuthorities {
        /// The channel.
        channel: String,
    },
    /// Messages were given up.
    #[error("{count} messages for the channel {channel} were given up undelivered: {because}")]
    #[diagnostic(
        code(notify::given_up),
        severity(Warning),
        help("`openbell notify test` shows what is wrong with the channel")
    )]
    GivenUp {
        /// The channel.
        channel: String,
        /// How many.
        count: usize,
        /// Why.
        because: &'static str,
    },
    /// What was kept cannot be read.
    #[error("the messages kept in {} cannot be read; they are put aside", file.display())]
    #[diagnostic(
        code(notify::unreadable),
        severity(Warning),
        help(
            "a disk that was full or a crash of the machine breaks files; what was put aside ends in .broken"
        )
    )]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        #[source]
        source: std::io::Error,
    },
    /// Nothing can be kept.
    #[error("messages cannot be kept in {}: a restart of openbell would lose them", file.display())]
    #[diagnostic(
        code(notify::not_kept),
        severity(Warning),
        help("make room, or let the user that runs openbell write there")
    )]
    NotKept {
        /// The file.
        file: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// There is nobody to tell.
    #[error("the playbook {playbook} declares no channel, so nobody is told anything")]
    #[diagnostic(
        code(notify::no_channel),
        help(
            "add one: `notify: {{ channels: {{ desk: {{ kind: discord, url: {{ file: ../secrets/discord }} }} }} }}`"
        )
    )]
    NoChannel {
        /// The playbook.
        playbook: String,
    },
    /// There is no such channel.
    #[error("the playbook declares no channel `{channel}`")]
    #[diagnostic(code(notify::unknown_channel), help("declared are: {declared}"))]
    UnknownChannel {
        /// As asked for.
        channel: String,
        /// The channels there are.
        declared: String,
    },
}

/// What a service answered.
#[derive(Debug, Error)]
#[error("it answered: {0}")]
pub struct Answered(pub String);
