//! A door to this machine's Docker engine that notes every request, and lets some of them pass only where it is told so.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, LazyLock, Mutex};

use regex::Regex;

/// The engine behind it.
const ENGINE: &str = "/var/run/docker.sock";
const REFUSED: &[u8] = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/// Whether a request may pass, by its method and path.
type Pass = fn(&str) -> bool;

/// What clients connect to instead of the engine.
pub struct Door {
    /// A value of `DOCKER_HOST`.
    pub address: String,
    heard: Arc<Mutex<Vec<u8>>>,
}

impl Door {
    /// A door that lets everything pass.
    pub fn open() -> Self {
        Self::guarded(|_| true)
    }

    /// A door that answers 403 to what may not pass.
    pub fn guarded(pass: Pass) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("tcp://{}", listener.local_addr().unwrap());
        let heard = Arc::new(Mutex::new(Vec::new()));
        let notes = heard.clone();
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let notes = notes.clone();
                std::thread::spawn(move || serve(client, &notes, pass));
            }
        });
        Self { address, heard }
    }

    /// Method and path of every request, without the API's version.
    pub fn requests(&self) -> Vec<String> {
        requests(&self.heard.lock().unwrap())
    }
}

fn requests(heard: &[u8]) -> Vec<String> {
    // What one request sends may end without a line end before the next one.
    static LINE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(GET|HEAD|POST|PUT|DELETE) (?:/v1\.\d+)?(/[a-z_]\S*) HTTP/1\.1\r\n").unwrap()
    });
    let text = String::from_utf8_lossy(heard);
    LINE.captures_iter(&text).map(|found| format!("{} {}", &found[1], &found[2])).collect()
}

/// Hands on what comes from either side.
fn serve(mut client: TcpStream, heard: &Mutex<Vec<u8>>, pass: Pass) {
    let mut engine = UnixStream::connect(ENGINE).unwrap();
    let (mut answers, mut back) = (engine.try_clone().unwrap(), client.try_clone().unwrap());
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut answers, &mut back);
        let _ = back.shutdown(Shutdown::Both);
    });
    let mut buffer = [0; 8_192];
    while let Ok(count @ 1..) = client.read(&mut buffer) {
        heard.lock().unwrap().extend_from_slice(&buffer[..count]);
        if !requests(&buffer[..count]).iter().all(|request| pass(request)) {
            let _ = client.write_all(REFUSED);
            break;
        }
        if engine.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    let _ = engine.shutdown(Shutdown::Both);
}
