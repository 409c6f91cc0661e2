//! HTTP through reqwest, TLS through rustls with ring. Certificates are held against the system's own authorities: on
//! Linux the files that OpenSSL would use (or `SSL_CERT_FILE`), on macOS and Windows the system's verifier.

use std::sync::OnceLock;
use std::time::Duration;

use async_trait::async_trait;
use secrecy::ExposeSecret;

use crate::ports::http::{Http, HttpAnswer, HttpError, HttpRequest, Method, SendError};

/// Largest body that is looked at.
const MAX_BODY: usize = 1024 * 1024;
/// Some services refuse a client without a name.
const USER_AGENT: &str = concat!("openbell/", env!("CARGO_PKG_VERSION"));

/// An HTTP client without redirects and without proxies from the environment.
#[derive(Debug, Default)]
pub struct Reqwest {
    client: OnceLock<Client>,
}

#[derive(Clone, Debug)]
struct Client {
    client: reqwest::Client,
    /// Without authorities, as in an image with nothing but this program in it, no certificate can be believed.
    authorities: bool,
}

impl Reqwest {
    /// Made at the first request: most runs ask for nothing.
    fn client(&self) -> Result<Client, reqwest::Error> {
        if let Some(client) = self.client.get() {
            return Ok(client.clone());
        }
        // reqwest panics without a provider; a second installation is an error that means it is there.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = || {
            let builder = reqwest::Client::builder().user_agent(USER_AGENT);
            builder.redirect(reqwest::redirect::Policy::none()).no_proxy()
        };
        let client = match builder().build() {
            Ok(client) => Client { client, authorities: true },
            // No authorities: what needs no TLS works all the same, and no certificate is believed.
            Err(_) => Client { client: builder().tls_certs_only([]).build()?, authorities: false },
        };
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
        let client = self.client().map_err(meaning)?.client;
        let mut answer = client.get(url).timeout(timeout).send().await.map_err(meaning)?;
        let mut body = Vec::new();
        while chunk(&mut answer, &mut body).await.map_err(meaning)? {}
        Ok(read(&answer, &body))
    }

    async fn send(&self, request: &HttpRequest, timeout: Duration) -> Result<HttpAnswer, SendError> {
        let meaning = |error: reqwest::Error| {
            if error.is_timeout() {
                SendError::Timeout { timeout }
            } else if error.is_builder() {
                SendError::Address { source: Box::new(error.without_url()) }
            } else {
                SendError::Unreachable { source: Box::new(error.without_url()) }
            }
        };
        let Client { client, authorities } = self.client().map_err(meaning)?;
        let url = request.url.expose_secret();
        let encrypted = url.get(..6).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https:"));
        if encrypted && !authorities {
            return Err(SendError::NoAuthorities);
        }
        let mut asked = match request.method {
            Method::Get => client.get(url),
            Method::Post => client.post(url),
        };
        for (name, value) in &request.headers {
            asked = asked.header(name, value.expose_secret());
        }
        if let Some(json) = &request.json {
            asked = asked.header("Content-Type", "application/json").body(json.clone());
        }
        let mut answer = asked.timeout(timeout).send().await.map_err(meaning)?;
        let mut body = Vec::new();
        // The status is the answer: a message that was taken is not sent again for a body that breaks off.
        while let Ok(true) = chunk(&mut answer, &mut body).await {}
        Ok(read(&answer, &body))
    }
}

/// Reads on; false at the end of what is looked at.
async fn chunk(answer: &mut reqwest::Response, body: &mut Vec<u8>) -> Result<bool, reqwest::Error> {
    if body.len() >= MAX_BODY {
        return Ok(false);
    }
    let Some(chunk) = answer.chunk().await? else { return Ok(false) };
    body.extend_from_slice(&chunk[..chunk.len().min(MAX_BODY - body.len())]);
    Ok(true)
}

fn read(answer: &reqwest::Response, body: &[u8]) -> HttpAnswer {
    let header = answer.headers().get("Retry-After").and_then(|value| value.to_str().ok());
    HttpAnswer {
        status: answer.status().as_u16(),
        retry_after: header.map(str::to_owned),
        body: String::from_utf8_lossy(body).into_owned(),
    }
}
