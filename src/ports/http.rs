//! HTTP requests to health endpoints.

use std::time::Duration;

use async_trait::async_trait;
use miette::Diagnostic;
use secrecy::SecretString;
use thiserror::Error;

use crate::diagnosis::{Explain, Pace};

/// A cause of any kind: the client's own error type stays in its adapter.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// An HTTP client.
#[async_trait]
pub trait Http: Send + Sync {
    /// Asks for `url` once; redirects are not followed, so that the status is the server's own.
    async fn get(&self, url: &str, timeout: Duration) -> Result<HttpAnswer, HttpError>;
    /// Sends a request once whose address may itself be a secret. Redirects are not followed: they would carry the
    /// message, and its headers, to somebody else.
    async fn send(&self, request: &HttpRequest, timeout: Duration) -> Result<HttpAnswer, SendError>;
}

/// What is asked of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// To be told something.
    Get,
    /// To take something.
    Post,
}

/// A request of which only the body may be seen.
#[derive(Clone, Debug)]
pub struct HttpRequest {
    /// What is asked.
    pub method: Method,
    /// The whole address.
    pub url: SecretString,
    /// Names and values of headers.
    pub headers: Vec<(String, SecretString)>,
    /// A JSON text; none for a request without a body.
    pub json: Option<String>,
}

/// What a server answered.
#[derive(Clone, Debug, Default)]
pub struct HttpAnswer {
    /// The status code.
    pub status: u16,
    /// The header `Retry-After` as it was sent: seconds, or a date (RFC 9110).
    pub retry_after: Option<String>,
    /// The body, at most 1 MiB of it, bytes that are not UTF-8 replaced.
    pub body: String,
}

/// Why there is no answer.
#[derive(Debug, Error, Diagnostic)]
pub enum HttpError {
    /// The URL cannot be asked for.
    #[error("`{url}` is not a URL that can be asked for")]
    #[diagnostic(code(http::bad_url), help("write it whole, such as http://127.0.0.1:8080/health"))]
    BadUrl {
        /// The URL as written.
        url: String,
        /// What is wrong with it.
        #[source]
        source: BoxError,
    },
    /// No connection, or it broke.
    #[error("no HTTP answer from {url}")]
    #[diagnostic(code(http::unreachable), help("is the service running and its port published?"))]
    Unreachable {
        /// The URL asked for.
        url: String,
        /// What happened.
        #[source]
        source: BoxError,
    },
    /// It took too long.
    #[error("no HTTP answer from {url} within {timeout:?}")]
    #[diagnostic(code(http::timeout), help("the service accepts but does not answer: look at its log"))]
    Timeout {
        /// The URL asked for.
        url: String,
        /// How long was allowed.
        timeout: Duration,
    },
}

/// Why a request was not answered. None of them tells the address: it may be a secret.
#[derive(Debug, Error)]
pub enum SendError {
    /// The address, or a header, is none.
    #[error("the address is no URL, or a header is none")]
    Address {
        /// What is wrong with it, without it.
        #[source]
        source: BoxError,
    },
    /// There is nothing to hold a certificate against.
    #[error("this system has no certificates of authorities")]
    NoAuthorities,
    /// No connection, or it broke; a certificate that nobody vouches for is that, too.
    #[error("there is no connection")]
    Unreachable {
        /// What happened.
        #[source]
        source: BoxError,
    },
    /// It took too long.
    #[error("there was no answer within {timeout:?}")]
    Timeout {
        /// How long was allowed.
        timeout: Duration,
    },
}

impl Explain for HttpError {
    fn again(&self) -> Option<Pace> {
        match self {
            Self::BadUrl { .. } => None,
            Self::Unreachable { .. } | Self::Timeout { .. } => Some(Pace::Brisk),
        }
    }
}
