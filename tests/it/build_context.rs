//! Build contexts: what an image is built from is packed when an engine wants it, piece by piece, and a file that changes on the
//! way is told by its name.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use openbell::adapters::docker::Bollard;
use openbell::adapters::files::Disk;
use openbell::ports::docker::{Docker, DockerError, ImageBuild};
use openbell::ports::files::{BuildContext, BuildSpec, Files, sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const VERSION: &str = r#"{"Version":"20.10.24","ApiVersion":"1.41","MinAPIVersion":"1.12"}"#;

fn context_of(directory: &Path) -> BuildContext {
    let build = BuildSpec { context: directory.to_owned(), own_binary: false };
    Disk::new(PathBuf::new(), |_| None).context(&build).unwrap()
}

fn made(size: usize) -> (tempfile::TempDir, BuildContext) {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("Dockerfile"), "FROM scratch\nCOPY large /\n").unwrap();
    std::fs::write(directory.path().join("large"), vec![7; size]).unwrap();
    let context = context_of(directory.path());
    (directory, context)
}

fn packed(context: &BuildContext) -> std::io::Result<Vec<u8>> {
    let mut archive = Vec::new();
    context.pack(&mut archive).map(|()| archive)
}

#[test]
fn the_digest_is_that_of_the_archive_however_often_it_is_packed() {
    let (directory, context) = made(100_000);
    let archive = packed(&context).unwrap();
    assert_eq!(context.digest, sha256(&archive));
    assert_eq!(archive, packed(&context).unwrap());
    assert_eq!(context.digest, context_of(directory.path()).digest);
    std::fs::write(directory.path().join("large"), "another").unwrap();
    assert_ne!(context.digest, context_of(directory.path()).digest);
}

#[test]
fn a_directory_that_goes_away_is_told() {
    let (directory, context) = made(100);
    std::fs::remove_dir_all(directory.path()).unwrap();
    let told = packed(&context).unwrap_err().to_string();
    assert!(told.contains(&directory.path().display().to_string()), "{told}");
}

#[test]
fn no_piece_is_large() {
    struct Largest(usize);
    impl Write for Largest {
        fn write(&mut self, piece: &[u8]) -> std::io::Result<usize> {
            self.0 = self.0.max(piece.len());
            Ok(piece.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let (_directory, context) = made(5_000_000);
    let mut largest = Largest(0);
    context.pack(&mut largest).unwrap();
    assert!((1..=64 * 1024).contains(&largest.0), "{}", largest.0);
}

/// An engine that reads so much of what it is sent and then goes on, or answers.
async fn engine(reads: usize, answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("tcp://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, reads, answer));
        }
    });
    address
}

async fn serve(mut stream: TcpStream, reads: usize, answer: &'static str) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let Ok(byte) = stream.read_u8().await else { return };
        head.push(byte);
    }
    if String::from_utf8_lossy(&head).starts_with("POST") {
        let mut body = vec![0; reads];
        if stream.read_exact(&mut body).await.is_ok() {
            let _ = stream.write_all(answer.as_bytes()).await;
        }
        // What it is still sent stays unread, and it does not hang up.
        std::future::pending::<()>().await;
    }
    let length = VERSION.len();
    let answer = format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{VERSION}");
    let _ = stream.write_all(answer.as_bytes()).await;
}

async fn build(context: BuildContext, engine: String) -> DockerError {
    let build = ImageBuild { name: "x".into(), context, labels: BTreeMap::new() };
    let engine = Bollard::new(Some(engine));
    tokio::time::timeout(Duration::from_secs(20), engine.build(build)).await.expect("it ends").unwrap_err()
}

#[tokio::test]
async fn a_context_that_breaks_off_is_the_reason_of_a_failed_build() {
    let engine = engine(usize::MAX >> 32, "").await;
    let context = BuildContext::new("digest".into(), |to| {
        to.write_all(&vec![0; 200_000])?;
        Err(std::io::Error::other("the file large became shorter"))
    });
    match build(context, engine).await {
        DockerError::BuildFailed { output, .. } => {
            assert_eq!(output, ["the file large became shorter"]);
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_engine_that_refuses_before_it_has_everything_is_heard() {
    let refusal =
        "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 28\r\n\r\n{\"message\":\"no space left\"}  ";
    let engine = engine(1000, refusal).await;
    let endless = BuildContext::new("digest".into(), |to| {
        loop {
            to.write_all(&vec![0; 64 * 1024])?;
        }
    });
    match build(endless, engine).await {
        DockerError::BuildFailed { output, .. } => assert_eq!(output, ["no space left"]),
        other => panic!("{other:?}"),
    }
}
