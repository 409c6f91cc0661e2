//! Open orders and positions, where a playbook declares them: asked of a simulated gateway in every dialect.

use std::time::Duration;

use openbell::adapters::probe::WireProbe;
use openbell::event::Verdict;
use openbell::ports::broker::{BrokerError, Climb, Probe, ProbeAsk, Question, Rung};
use openbell::sim::gateway::Settings;
use openbell::sim::script::{OrderTrait, PositionTrait, Script};
use openbell::wire::read_frame;
use openbell::wire::server::{self, Order};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::stage::Stage;
use crate::support::command::openbell;
use crate::support::plan::{STACK, START, fakes, plan, run as carry_out};

/// Of every form that orders, positions and everything else have.
const VERSIONS: [u32; 9] = [100, 144, 145, 178, 200, 203, 204, 207, 226];

fn order(symbol: &str, quantity: i64, account: Option<&str>) -> OrderTrait {
    OrderTrait { symbol: symbol.into(), quantity, account: account.map(str::to_owned), client_id: 7 }
}

fn position(symbol: &str, quantity: i64, account: Option<&str>) -> PositionTrait {
    PositionTrait { symbol: symbol.into(), quantity, account: account.map(str::to_owned) }
}

fn of(version: u32, change: impl FnOnce(&mut Script)) -> Settings {
    let mut script = Script::default();
    script.gateway.server_version = version;
    script.gateway.accounts = vec!["DF1234567".into(), "DU1234568".into()];
    change(&mut script);
    Settings::scripted(script)
}

fn ask(address: String) -> ProbeAsk {
    ProbeAsk {
        address,
        client_id: 9000,
        until: Rung::Request,
        patience: Duration::from_secs(20),
        answer: Duration::from_secs(20),
        question: Question::NextId,
        open_orders: false,
        all_orders: true,
        positions: true,
    }
}

async fn climb(settings: Settings) -> Climb {
    let stage = Stage::of(settings).await;
    WireProbe.probe(&ask(stage.address.to_string()), &|_| {}).await
}

#[tokio::test]
async fn every_order_and_position_is_seen_in_every_dialect() {
    for version in VERSIONS {
        let climb = climb(of(version, |script| {
            script.gateway.open_orders = vec![order("SPY", -100, None), order("QQQ", 5, Some("DU1234568"))];
            script.gateway.positions = vec![position("IBM", -3, Some("DU1234568")), position("GE", 0, None)];
        }))
        .await;
        climb.end.unwrap_or_else(|error| panic!("{version}: {error}"));
        let orders: Vec<_> = climb.seen.open_orders.unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(orders, ["SELL 100 SPY in DF***567", "BUY 5 QQQ in DU***568"], "{version}");
        let positions: Vec<_> = climb.seen.positions.unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(positions, ["-3 IBM in DU***568"], "{version}: one that was closed is none");
    }
}

#[tokio::test]
async fn where_there_is_nothing_that_is_told() {
    for version in VERSIONS {
        let climb = climb(of(version, |_| {})).await;
        assert_eq!(climb.seen.open_orders.as_deref(), Some(&[][..]), "{version}");
        assert_eq!(climb.seen.positions.as_deref(), Some(&[][..]), "{version}");
    }
}

#[tokio::test]
async fn a_read_only_gateway_tells_no_orders() {
    let read_only = climb(of(226, |script| script.clients.read_only = Some(true))).await;
    assert_eq!(read_only.seen.open_orders, None);
    assert!(read_only.seen.orders_refused.unwrap().contains("Read-Only"));
}

/// A gateway that tells an order, and never that it was the last.
async fn endless(listener: TcpListener) {
    let (mut client, _) = listener.accept().await.unwrap();
    client.read_exact(&mut [0; 4]).await.unwrap();
    let greeting = [server::managed_accounts(226, "DU1234567"), server::next_valid_id(226, 1)].concat();
    let order =
        Order { id: 1, client_id: 0, account: "DU1234567", symbol: "SPY", action: "BUY", quantity: 1 };
    // The handshake, START_API, the next id, the open orders.
    let answers = [
        server::version(226, "20261122 10:17:30 UTC"),
        greeting,
        server::next_valid_id(226, 1),
        server::open_order(226, &order),
    ];
    for answer in answers {
        read_frame(&mut client).await.unwrap();
        client.write_all(&answer).await.unwrap();
    }
    let _ = client.read(&mut [0; 1]).await;
}

#[tokio::test]
async fn a_list_without_its_end_is_none() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut ask = ask(listener.local_addr().unwrap().to_string());
    ask.answer = Duration::from_millis(500);
    tokio::spawn(endless(listener));
    let climb = WireProbe.probe(&ask, &|_| {}).await;
    assert_eq!((climb.seen.open_orders, climb.seen.positions), (None, None));
    assert!(matches!(climb.end, Err(BrokerError::HalfOpen { .. })), "{:?}", climb.end);
}

/// How a run of the check of the accounts ends, and what it says.
async fn run(safety: &str, settings: Settings) -> (Option<i32>, String) {
    let stage = Stage::of(settings).await;
    let directory = tempfile::tempdir().unwrap();
    let playbook = format!(
        "version: 1\nname: declared\nconnection: {{ address: \"{}\", client_id: [101] }}\nsafety: {{ {safety} }}\n\
         steps:\n  - {{ id: account, within: 20s, do: {{ account: {{}} }} }}\n",
        stage.address
    );
    std::fs::write(directory.path().join("playbook.yaml"), playbook).unwrap();
    let mut command = openbell(&["run", "playbook.yaml", "--docker-host", "unix:///nowhere/docker.sock"]);
    command.current_dir(directory.path());
    let ended = tokio::process::Command::from(command).output().await.unwrap();
    (ended.status.code(), String::from_utf8_lossy(&ended.stderr).into_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_ends_where_something_is_there_that_must_not() {
    let full = |script: &mut Script| {
        script.gateway.open_orders = vec![order("SPY", 100, Some("DU1234568"))];
        script.gateway.positions = vec![position("IBM", 3, Some("DU1234568"))];
    };
    for version in [178, 226] {
        for (safety, code, said) in [
            ("mode: paper", 0, ""),
            ("open_orders: none", 4, "an order is open: BUY 100 SPY in DU***568; expected none"),
            ("positions: none", 4, "an unexpected position: 3 IBM in DU***568; expected none"),
            ("positions: [GE, SPY]", 4, "an unexpected position: 3 IBM in DU***568; expected GE, SPY"),
            ("positions: [IBM]", 0, ""),
        ] {
            let (ended, text) = run(safety, of(version, full)).await;
            assert_eq!(ended, Some(code), "{version}, {safety}: {text}");
            assert!(text.split_whitespace().collect::<Vec<_>>().join(" ").contains(said), "{safety}: {text}");
            assert!(!text.contains("DU1234568"), "{text}");
        }
        let (ended, text) = run("open_orders: none, positions: none", of(version, |_| {})).await;
        assert_eq!(ended, Some(0), "{version}: {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_gateway_does_not_tell_is_not_proven() {
    let read_only = |script: &mut Script| script.clients.read_only = Some(true);
    let (ended, text) = run("open_orders: none", of(226, read_only)).await;
    assert_eq!(ended, Some(4), "{text}");
    assert!(text.contains("safety::untold"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn a_held_bot_does_not_start_where_what_is_declared_was_not_told() {
    for declared in ["open_orders: none", "positions: none"] {
        // A probe that says nothing of orders and positions.
        let fakes = fakes();
        let stack = STACK.replace("safety:\n", &format!("safety:\n  {declared}\n"));
        let told = carry_out(&plan(&format!("{stack}\nsteps:\n{START}")), &fakes).await;
        assert_eq!((told.verdict, told.code("bot")), (Verdict::Safety, "safety::unproven"), "{declared}");
        let evidence = &told.step("bot").failure.as_ref().unwrap().why.evidence;
        assert!(evidence[0].starts_with("safety::untold"), "{evidence:?}");
        assert!(!fakes.engine.is_running("stack-bot"), "{declared}");
    }
}
