//! What simulated gateways weigh: one alone, and five hundred in one process, each with four clients that idle.

use std::collections::BTreeSet;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{ExitCode, Stdio};
use std::time::Duration;

use openbell::wire::client::{handshake, request_current_time, start_api};
use openbell::wire::read_frame;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::task::JoinSet;

use crate::figure::{Figure, Target, megabytes};
use crate::program::resident;
use crate::shipped::OPENBELL;

const GATEWAYS: u16 = 500;
const CLIENTS: i32 = 4;
/// A usual heartbeat.
const HEARTBEAT: Duration = Duration::from_secs(30);
/// Over how long the processor time is taken: two heartbeats of everybody.
const WATCHED: Duration = Duration::from_mins(1);
/// Below the ports that systems give to whoever asks for any.
const FIRST_PORT: u16 = 20_000;
/// Of one gateway.
const ONE: u64 = 10_000_000;
/// Of all of them.
const ALL: u64 = 300_000_000;
/// Of a core, in percent.
const BUSY: f64 = 5.0;
/// How this program is told to play the clients: they need file descriptors of their own.
pub(crate) const AS_CLIENTS: &str = "--play-clients";
/// Ticks in a second, in which the system counts processor time (`getconf CLK_TCK`); 100 on every Linux.
const TICKS: f64 = 100.0;

pub(crate) async fn measure() -> [Figure; 3] {
    let alone = Gateways::start(1).await;
    let clients = Clients::start(1).await;
    let one = resident(&alone.0);
    drop((clients, alone));
    let gateways = Gateways::start(GATEWAYS).await;
    let clients = Clients::start(GATEWAYS).await;
    let begun = processor_time(&gateways.0);
    settle().await;
    let busy = (processor_time(&gateways.0) - begun) / WATCHED.as_secs_f64() * 100.0;
    let all = resident(&gateways.0);
    drop(clients);
    let heartbeat = HEARTBEAT.as_secs();
    [
        Figure {
            name: "one simulated gateway, resident",
            measured: megabytes(one),
            target: Target::size(one, ONE),
            how: format!("VmRSS of `sim gateway` with {CLIENTS} idle clients"),
        },
        Figure {
            name: "500 simulated gateways with 4 clients each, resident",
            measured: megabytes(all),
            target: Target::size(all, ALL),
            how: format!("VmRSS of one `sim gateway --gateways {GATEWAYS}` with 2000 sessions"),
        },
        Figure {
            name: "the same, processor time",
            measured: format!("{busy:.1} % of a core"),
            target: Target::Limit { written: format!("≤ {BUSY:.0} % of a core"), reached: busy <= BUSY },
            how: format!(
                "over {} s in which every client asks for the time every {heartbeat} s",
                WATCHED.as_secs()
            ),
        },
    ]
}

#[expect(
    clippy::disallowed_methods,
    reason = "idling is what is measured: there is no condition to wait for"
)]
async fn settle() {
    tokio::time::sleep(WATCHED).await;
}

/// The gateways, in a process of their own that has files enough.
struct Gateways(Child);

impl Gateways {
    async fn start(count: u16) -> Self {
        let program = OPENBELL.display();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, FIRST_PORT));
        let mut child = with_files(&format!("'{program}' sim gateway --listen {address} --gateways {count}"));
        let mut lines = BufReader::new(child.stdout.take().expect("its stdout is piped")).lines();
        let mut ready = 0;
        while ready < count {
            let line = lines.next_line().await.expect("its log is text").expect("it runs");
            ready += u16::from(line.contains("sim: ready at "));
        }
        // Its log is read on: a full pipe is not what is measured.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Self(child)
    }
}

/// The clients of that many gateways, in a process of their own.
struct Clients(#[expect(dead_code, reason = "ends with it")] Child);

impl Clients {
    async fn start(gateways: u16) -> Self {
        let own = std::env::current_exe().expect("this program is a file");
        let mut child = with_files(&format!("'{}' {AS_CLIENTS} {gateways}", own.display()));
        let mut lines = BufReader::new(child.stdout.take().expect("its stdout is piped")).lines();
        let line = lines.next_line().await.expect("it prints text");
        assert_eq!(line.as_deref(), Some("all connected"));
        Self(child)
    }
}

fn with_files(command: &str) -> Child {
    Command::new("sh")
        .args(["-c", &format!("ulimit -n 8192 && exec {command}")])
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("a shell can be run")
}

/// Seconds of processor time that a process has had.
pub(crate) fn processor_time(process: &Child) -> f64 {
    let id = process.id().expect("it runs");
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).expect("the system tells about its processes");
    let (_, after_name) = stat.rsplit_once(')').expect("the name stands in brackets");
    // The 14th and 15th field of all; the name is the second.
    let ticks = after_name.split_whitespace().skip(11).take(2).map(str::parse::<f64>);
    ticks.map(|ticks| ticks.expect("ticks are a number")).sum::<f64>() / TICKS
}

/// Plays the clients of that many gateways until it is killed.
#[expect(clippy::disallowed_methods, reason = "a heartbeat goes by the clock")]
pub(crate) async fn play_clients(gateways: u16) -> ExitCode {
    let mut sessions = JoinSet::new();
    let mut connected = BTreeSet::new();
    for port in FIRST_PORT..FIRST_PORT + gateways {
        for id in 1..=CLIENTS {
            let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.expect("it listens");
            stream.write_all(&handshake(100, 226)).await.expect("it listens");
            read_frame(&mut stream).await.expect("it tells its version");
            stream.write_all(&start_api(226, id)).await.expect("it listens");
            for _ in 0..6 {
                read_frame(&mut stream).await.expect("it greets");
            }
            connected.insert((port, id));
            let first =
                HEARTBEAT.mul_f64(f64::from(u16::try_from(connected.len() % 997).unwrap_or(0)) / 997.0);
            sessions.spawn(async move {
                tokio::time::sleep(first).await;
                loop {
                    stream.write_all(&request_current_time(226)).await.expect("it listens");
                    read_frame(&mut stream).await.expect("it answers");
                    tokio::time::sleep(HEARTBEAT).await;
                }
            });
        }
    }
    println!("all connected");
    match sessions.join_next().await {
        Some(Err(lost)) => panic!("a session is lost: {lost}"),
        _ => ExitCode::SUCCESS,
    }
}
