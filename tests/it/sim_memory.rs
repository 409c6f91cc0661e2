//! The memory of the simulated gateway has a bound, whatever its clients do.
#![cfg(target_os = "linux")]

use std::process::Stdio;
use std::time::Duration;

use openbell::wire::client::{handshake, start_api};
use openbell::wire::message::{PROTOBUF_OFFSET, request};
use openbell::wire::protobuf::Message;
use openbell::wire::{frame, read_frame};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpSocket, TcpStream};
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use crate::stage::Lines;
use crate::support::command::openbell;

const MIB: usize = 1 << 20;
/// The longest request that is taken in.
const MAX_REQUEST: usize = MIB;
const PATIENCE: Duration = Duration::from_mins(1);

/// The program as a gateway, its memory its own.
struct Gateway {
    child: Child,
    address: std::net::SocketAddr,
    log: Lines,
}

impl Gateway {
    async fn start() -> Self {
        let mut command = openbell(&["sim", "gateway", "--listen", "127.0.0.1:0", "--script", "rate:0,most-clients:128"]);
        command.stdout(Stdio::piped());
        let mut child = Command::from(command).kill_on_drop(true).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = loop {
            let line = lines.next_line().await.unwrap().expect("it does not listen");
            if let Some((_, address)) = line.split_once("listening on ") {
                break address.parse().unwrap();
            }
        };
        let log = Lines::default();
        let copy = log.log();
        tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                copy.line(line);
            }
        });
        Self { child, address, log }
    }

    /// The most memory the process ever had, in bytes.
    fn peak(&self) -> usize {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id().unwrap())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * 1024
    }

    /// A client with an open session, its greeting read; the system keeps little for it.
    async fn session(&self, client_id: i32) -> TcpStream {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        let mut stream = socket.connect(self.address).await.unwrap();
        stream.write_all(&handshake(100, 226)).await.unwrap();
        stream.write_all(&start_api(226, client_id)).await.unwrap();
        for _ in 0..7 {
            read_frame(&mut stream).await.unwrap();
        }
        stream
    }

    async fn sessions(&self, count: i32) -> Vec<TcpStream> {
        let mut clients = Vec::new();
        for id in 1..=count {
            clients.push(self.session(id).await);
        }
        clients
    }
}

async fn until(condition: impl Fn() -> bool) {
    let waiting = async {
        while !condition() {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(PATIENCE, waiting).await.expect("it never comes about");
}

#[tokio::test]
async fn a_frame_costs_what_was_sent_of_it_and_not_what_was_announced() {
    let gateway = Gateway::start().await;
    let mut clients = gateway.sessions(100).await;
    let before = gateway.peak();
    let announcement = u32::try_from(MAX_REQUEST).unwrap().to_be_bytes();
    for client in &mut clients {
        client.write_all(&announcement).await.unwrap();
    }
    drop(gateway.session(9000).await);
    let announced = gateway.peak() - before;
    assert!(announced < 20 * MIB, "announcements cost {announced} bytes");
    let half = vec![0; MAX_REQUEST / 2];
    for client in &mut clients {
        client.write_all(&half).await.unwrap();
    }
    // All halves are held at the same time; then come the others, and every client gets its answer.
    until(|| gateway.peak() - before > 45 * MIB).await;
    for client in &mut clients {
        client.write_all(&half).await.unwrap();
    }
    for client in &mut clients {
        timeout(PATIENCE, read_frame(client)).await.unwrap().unwrap();
    }
    let grown = gateway.peak() - before;
    // What the limits on connections and on the length of a request come to.
    assert!(grown < 128 * MAX_REQUEST, "long frames cost {grown} bytes");
}

#[tokio::test]
async fn clients_that_do_not_read_are_dropped_and_cost_next_to_nothing() {
    let gateway = Gateway::start().await;
    let clients = gateway.sessions(20).await;
    let before = gateway.peak();
    let mut subscribe = Message::default();
    subscribe.number(1, 1);
    let mut asks = (request::ACCOUNT_UPDATES + PROTOBUF_OFFSET).to_be_bytes().to_vec();
    asks.extend(subscribe.into_bytes());
    let flood = frame(&asks).repeat(1000);
    let floods = clients.into_iter().map(|mut client| {
        let flood = flood.clone();
        tokio::spawn(async move { while client.write_all(&flood).await.is_ok() {} })
    });
    let floods: Vec<_> = floods.collect();
    until(|| gateway.log.text().matches("did not read").count() == floods.len()).await;
    let grown = gateway.peak() - before;
    assert!(grown < 20 * MIB, "unread answers cost {grown} bytes");
}
