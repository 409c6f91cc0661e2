//! Nothing that places, changes or cancels an order can leave openbell: by what the source names, and by what reaches a
//! gateway, recorded byte by byte.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use openbell::sim::gateway::Settings;
use openbell::wire::frame;
use openbell::wire::message::request;
use openbell::wire::request::Request;
use openbell::wire::server::parse_version;
use regex::Regex;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

use crate::architecture::{code, sources};
use crate::stage::Stage;
use crate::support::command::openbell;

/// The requests that openbell sends, and nothing else: each only reads, but for the last, which edits the API settings
/// when `diagnose --fix all` was given.
const ALLOWED: &[u32] = &[
    request::START_API,
    request::IDS,
    request::CURRENT_TIME,
    request::OPEN_ORDERS,
    request::ALL_OPEN_ORDERS,
    request::POSITIONS,
    request::CANCEL_POSITIONS,
    request::HISTORICAL_DATA,
    request::CANCEL_HISTORICAL_DATA,
    request::CONFIG,
    request::UPDATE_CONFIG,
];

/// What of the API client's crate is used.
const MODULES: &[&str] = &["Client", "Error", "config", "contracts", "market_data", "subscriptions"];

/// What is asked of its client.
const METHODS: &[&str] = &[
    "config",
    "disconnect",
    "handshake_managed_accounts",
    "historical_data",
    "next_order_id",
    "notice_stream",
    "server_time",
    "server_version",
    "update_config",
];

#[test]
fn of_the_api_client_only_what_cannot_trade_is_named() {
    let path = Regex::new(r"\bibapi::(?:\{([^}]*)\}|(\w+))").unwrap();
    let method = Regex::new(r"\b(?:client|self\s*\.\s*client)\s*\.\s*(\w+)\s*\(").unwrap();
    let own = ["create_exec", "start_exec", "inspect_exec", "logs", "ping"];
    let (mut modules, mut methods) = (BTreeSet::new(), BTreeSet::new());
    for (file, text) in sources() {
        let text = code(&text);
        if !text.contains("ibapi::") {
            continue;
        }
        for found in path.captures_iter(&text) {
            let list = found.get(1).or(found.get(2)).unwrap().as_str();
            let names = list.split(',').map(|name| name.trim().split("::").next().unwrap().to_owned());
            modules.extend(names.filter(|name| !name.is_empty()));
        }
        assert!(!text.contains("ibapi as ") && !text.contains("::*;"), "{file} hides names");
        let asked = method.captures_iter(&text).map(|found| found[1].to_owned());
        methods.extend(asked.filter(|name| !own.contains(&name.as_str())));
    }
    let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(modules, set(MODULES));
    assert_eq!(methods, set(METHODS));
}

#[test]
fn no_request_that_trades_is_named_outside_the_gateway_that_refuses_it() {
    let trades = Regex::new(
        r"(?i)\b(place_?order|cancel_?order|submit_?order|global_?cancel|exercise_?options|replace_?advisor_?data|order_?update|one_cancels_all)\b",
    )
    .unwrap();
    let named: BTreeSet<_> = sources()
        .into_iter()
        .filter(|(_, text)| trades.is_match(&code(text)))
        .map(|(file, _)| file)
        .filter(|file| !file.starts_with("src/sim/gateway/") && file != "src/wire/message.rs")
        .filter(|file| file != "src/wire/request.rs" && !file.starts_with("src/wire/server/"))
        .collect();
    assert!(named.is_empty(), "{named:?}");
}

#[test]
fn adapters_write_no_message_of_their_own() {
    let path = Regex::new(r"\bwire::(?:\{([^}]*)\}|(\w+)(?:::(?:\{([^}]*)\}|(\w+)))?)").unwrap();
    let mut used = BTreeSet::new();
    for (file, text) in sources().into_iter().filter(|(file, _)| !file.starts_with("src/sim/")) {
        if file.starts_with("src/wire/") {
            continue;
        }
        for found in path.captures_iter(&code(&text)) {
            let of = |place: usize| found.get(place).map(|found| found.as_str().trim().to_owned());
            let list = of(1).or_else(|| of(2)).unwrap();
            used.extend(list.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()));
        }
    }
    let known = ["FrameError", "client", "read_frame", "server"].map(str::to_owned).into();
    assert_eq!(used, known, "what writes frames is `wire::client`, and nothing else");
}

/// What one client sent, and the first that it was answered.
#[derive(Default)]
struct Talk {
    sent: Vec<u8>,
    answered: Vec<u8>,
}

type Talks = Arc<Mutex<Vec<Arc<Mutex<Talk>>>>>;

/// Stands between openbell and a gateway, and writes down what passes.
async fn recorder(gateway: SocketAddr) -> (SocketAddr, Talks) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let talks = Talks::default();
    let all = talks.clone();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let talk = Arc::new(Mutex::new(Talk::default()));
            all.lock().unwrap().push(talk.clone());
            let (from, to) = client.into_split();
            let (back, forth) = TcpStream::connect(gateway).await.unwrap().into_split();
            let there = talk.clone();
            tokio::spawn(pass(from, forth, move |bytes| there.lock().unwrap().sent.extend_from_slice(bytes)));
            tokio::spawn(pass(back, to, move |bytes| talk.lock().unwrap().answered.extend_from_slice(bytes)));
        }
    });
    (address, talks)
}

async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, note: impl Fn(&[u8])) {
    let mut buffer = [0; 4096];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        note(&buffer[..read]);
        if to.write_all(&buffer[..read]).await.is_err() {
            return;
        }
    }
}

fn frames(mut bytes: &[u8]) -> Vec<&[u8]> {
    let mut frames = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk::<4>() {
        let length = u32::from_be_bytes(*length) as usize;
        assert!(length <= rest.len(), "half a message: {rest:?}");
        frames.push(&rest[..length]);
        bytes = &rest[length..];
    }
    frames
}

/// How often each request was sent.
fn requests(talks: &Talks) -> BTreeMap<u32, usize> {
    let mut seen = BTreeMap::new();
    for talk in talks.lock().unwrap().iter() {
        let talk = talk.lock().unwrap();
        let Some(sent) = talk.sent.strip_prefix(b"API\0") else {
            assert!(talk.sent.is_empty(), "not the beginning of a client: {:?}", talk.sent);
            continue;
        };
        let version = frames(&talk.answered).first().map_or(0, |reply| parse_version(reply).unwrap().0);
        for payload in frames(sent).into_iter().skip(1) {
            *seen.entry(Request::read(version, payload).unwrap().id).or_default() += 1;
        }
    }
    seen
}

const PLAYBOOK: &str = "version: 1\nname: record\nconnection: { address: \"@address@\", client_id: [101, 102], timeout: 10s }\n\
safety: { read_only: true }\nsteps:\n  - { id: api, within: 20s, do: { ready: { stage: farms } } }\n  - { id: session, within: 20s, do: { session: {} } }\n  \
- { id: account, within: 20s, do: { account: {} } }\n  - { id: steady, do: { stable: { for: 6s } } }\n";

/// Everything that a gateway with this script hears of openbell.
async fn heard(script: &str) -> (BTreeMap<u32, usize>, Vec<String>) {
    // A gateway that is asked for orders and positions as well.
    let held = script == "held";
    let stage = Stage::of(Settings::scripted(if held { "ready" } else { script }.parse().unwrap())).await;
    let (address, talks) = recorder(stage.address).await;
    let directory = tempfile::tempdir().unwrap();
    let mut playbook = PLAYBOOK.replace("@address@", &address.to_string());
    if held {
        playbook = playbook.replace("read_only: true", "open_orders: none, positions: none");
    }
    std::fs::write(directory.path().join("playbook.yaml"), playbook).unwrap();
    let address = address.to_string();
    let nowhere = ["--docker-host", "unix:///nowhere/docker.sock"];
    let diagnose = ["diagnose", "--address", &address, "--timeout", "1500ms", "--client-id", "103"];
    let commands: [Vec<&str>; 7] = [
        [&["run", "playbook.yaml"], &nowhere[..]].concat(),
        [&["plan", "playbook.yaml"], &nowhere[..]].concat(),
        vec!["probe", "--address", &address],
        vec!["probe", "--address", &address, "--stage", "farms"],
        [&diagnose[..], &["--data"], &nowhere].concat(),
        [&diagnose[..], &["--fix", "safe"], &nowhere].concat(),
        [&diagnose[..], &["--fix", "all", "--within", "5s"], &nowhere].concat(),
    ];
    let mut told = Vec::new();
    for arguments in &commands {
        let mut command = openbell(arguments);
        command.current_dir(directory.path());
        let ended = tokio::process::Command::from(command).output().await.unwrap();
        let text = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert_ne!(ended.status.code(), Some(2), "{arguments:?}: {text}");
        told.push(format!("{arguments:?}: {:?} {text}", ended.status.code()));
    }
    (requests(&talks), told)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_reaches_a_gateway_is_on_the_list_and_trades_nothing() {
    let scripts = ["read-only", "ready", "held", "competing", "old:178", "in-use:101", "untrusted"];
    let runs = scripts.map(|script| tokio::spawn(async move { (script, heard(script).await) }));
    let mut all = BTreeMap::new();
    for run in runs {
        let (script, (seen, told)) = run.await.unwrap();
        let others: Vec<_> = seen.keys().filter(|id| !ALLOWED.contains(id)).collect();
        assert!(others.is_empty(), "{script}: {others:?} {told:#?}");
        assert!(seen.contains_key(&request::START_API), "{script}: nothing was recorded: {told:#?}");
        for (id, count) in seen {
            *all.entry(id).or_insert(0) += count;
        }
    }
    for id in [
        request::IDS,
        request::CURRENT_TIME,
        request::OPEN_ORDERS,
        request::ALL_OPEN_ORDERS,
        request::POSITIONS,
        request::CANCEL_POSITIONS,
        request::HISTORICAL_DATA,
        request::CONFIG,
    ] {
        assert!(all.contains_key(&id), "{id} was never sent: the recording shows too little: {all:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_would_be_recorded() {
    let stage = Stage::of(Settings::scripted("ready".parse().unwrap())).await;
    let (address, talks) = recorder(stage.address).await;
    let mut client = TcpStream::connect(address).await.unwrap();
    client.write_all(&openbell::wire::client::handshake(100, 178)).await.unwrap();
    openbell::wire::read_frame(&mut client).await.unwrap();
    client.write_all(&frame(b"3\x0045\x001\x00")).await.unwrap();
    while requests(&talks).is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(requests(&talks).into_keys().collect::<Vec<_>>(), [request::PLACE_ORDER]);
}
