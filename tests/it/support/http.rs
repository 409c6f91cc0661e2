//! An HTTP client for tests.

/// A client. The first one of the process settles which cryptography it has, though it needs none here.
pub fn client() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::new()
}
