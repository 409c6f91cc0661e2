//! HTTP through reqwest, TLS through rustls with ring.

use std::time::Duration;

use async_trait::async_trait;

use crate::ports::http::{Http, HttpAnswer, HttpError};

/// Largest body that is looked at.
const MAX_BODY: usize = 1024 * 1024;

/// An HTTP client without redirects and without proxies from the environment.
#[derive(Debug, Default)]
pub struct Reqwest {
    client: std::sync::OnceLock<reqwest::Client>,
}

impl Reqwest {
    /// Made at the first request: most runs ask for nothing.
    fn client(&self) -> Result<reqwest::Client, reqwest::Error> {
        if let Some(client) = self.client.get() {
            return Ok(client.clone());
        }
        // reqwest panics without a provider; a second installation is an error that means it is there.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client =
            reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build()?;
        Ok(self.client.get_or_init(|| client).clone())
    }
}

#[async_trait]
impl Http for Reqwest {
    async fn get(&self, url: &str, timeout: Duration) -> Result<HttpAnswer, HttpError> {
        let meaning = |error: reqwest::Error| {
            let url = url.to_owned();
            if error.is_timeout() {
                HttpError::Timeout { url, timeout }
            } else if error.is_builder() {
                HttpError::BadUrl { url, source: Box::new(error.without_url()) }
            } else {
                HttpError::Unreachable { url, source: Box::new(error.without_url()) }
            }
        };
        let client = self.client().map_err(meaning)?;
        let mut answer = client.get(url).timeout(timeout).send().await.map_err(meaning)?;
        let status = answer.status().as_u16();
        let mut body = Vec::new();
        while body.len() < MAX_BODY {
            match answer.chunk().await.map_err(meaning)? {
                Some(chunk) => body.extend_from_slice(&chunk[..chunk.len().min(MAX_BODY - body.len())]),
                None => break,
            }
        }
        Ok(HttpAnswer { status, body: String::from_utf8_lossy(&body).into_owned() })
    }
}
