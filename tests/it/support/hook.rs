//! A web service that takes messages, or misbehaves as it is told.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// What a service does with a request.
#[derive(Clone, Debug)]
pub enum Does {
    /// Answers with this status, these headers and this body.
    Answers(u16, &'static str, String),
    /// Takes it and says nothing.
    Hangs,
    /// Closes the connection.
    Closes,
}

/// Status 204, as Discord's.
pub fn takes() -> Does {
    Does::Answers(204, "", String::new())
}

/// A request as it came in.
#[derive(Debug)]
pub struct Request {
    /// Method and path.
    pub line: String,
    pub headers: String,
    pub body: String,
}

impl Request {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// A service on this machine.
pub struct Hook {
    /// `http://127.0.0.1:port`.
    pub url: String,
    requests: mpsc::UnboundedReceiver<Request>,
}

impl Hook {
    /// One that does these things in order, and the last of them from then on.
    pub async fn new(does: Vec<Does>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (seen, requests) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            let mut held = Vec::new();
            for place in 0.. {
                let (mut stream, _) = listener.accept().await.unwrap();
                let does = does.get(place).or(does.last()).unwrap().clone();
                let Some(request) = read(&mut stream).await else { continue };
                let _ = seen.send(request);
                match does {
                    Does::Answers(status, headers, body) => {
                        let length = body.len();
                        let status_line = format!(
                            "HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n"
                        );
                        let _ = stream.write_all(format!("{status_line}{body}").as_bytes()).await;
                    }
                    Does::Hangs => held.push(stream),
                    Does::Closes => drop(stream),
                }
            }
        });
        Self { url, requests }
    }

    /// The next request, as soon as it is there.
    pub async fn next(&mut self) -> Request {
        self.requests.recv().await.unwrap()
    }

    /// Every request so far.
    pub fn so_far(&mut self) -> Vec<Request> {
        std::iter::from_fn(|| self.requests.try_recv().ok()).collect()
    }
}

async fn read(stream: &mut TcpStream) -> Option<Request> {
    let (mut bytes, mut chunk) = (Vec::new(), [0; 8192]);
    loop {
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let (line, headers) = head.split_once("\r\n").unwrap_or((head, ""));
            let length = headers.lines().find_map(|header| {
                let (name, value) = header.split_once(':')?;
                name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok()).flatten()
            });
            if body.len() >= length.unwrap_or(0_usize) {
                return Some(Request { line: line.into(), headers: headers.into(), body: body.into() });
            }
        }
        match stream.read(&mut chunk).await {
            Ok(read) if read > 0 => bytes.extend_from_slice(&chunk[..read]),
            Ok(_) | Err(_) => return None,
        }
    }
}
