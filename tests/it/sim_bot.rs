//! The stand-in bot: what it says, what it refuses, and how it comes back.

use std::collections::HashMap;
use std::time::Duration;

use openbell::sim::bot::{self, BotError, Configuration, Pace, Unsafe};
use openbell::sim::gateway::{Settings, serve_logged};
use tokio::net::TcpListener;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::stage::{Lines, Stage};

pub(crate) const HASTE: Pace = Pace {
    between_attempts: Duration::from_millis(50),
    heartbeat: Duration::from_millis(50),
    answer: Duration::from_millis(300),
};

pub(crate) fn configured(stage: &Stage, more: &[(&str, &str)]) -> Configuration {
    let port = stage.address.port().to_string();
    let mut environment = HashMap::from([
        ("GATEWAY_HOST", "127.0.0.1"),
        ("GATEWAY_PORT", &port),
        ("CONNECT_TIMEOUT", "1"),
        ("DRY_RUN", "true"),
        ("TRADING_MODE", "paper"),
        ("GAMEPLAN", "/nonexistent/gameplan.json"),
    ]);
    environment.extend(more.iter().copied());
    Configuration::from_environment(|name| environment.get(name).map(ToString::to_string)).unwrap()
}

/// Runs the bot until its log shows the parts, then stops it.
pub(crate) async fn assert_says(configuration: &Configuration, parts: &[&str]) {
    let (lines, stop) = (Lines::default(), CancellationToken::new());
    let log = lines.log();
    let (lived, ()) = tokio::join!(bot::run(configuration, HASTE, &log, &stop), async {
        lines.show_in_order(parts).await;
        stop.cancel();
    });
    assert!(lived.is_ok(), "{lived:?}");
}

pub(crate) async fn ended(configuration: &Configuration) -> (BotError, String) {
    let lines = Lines::default();
    let stop = CancellationToken::new();
    let running = async { bot::run(configuration, HASTE, &lines.log(), &stop).await };
    let error = timeout(Duration::from_secs(20), running).await.unwrap().unwrap_err();
    (error, lines.text())
}

#[tokio::test]
async fn it_says_what_a_safe_bot_says() {
    let stage = Stage::with("ready").await;
    let config =
        format!("Gateway connection config: 127.0.0.1:{} (clientId=100, timeout=1s)", stage.address.port());
    let safe = [
        "Environment: DRY_RUN=true",
        &config,
        "Gateway check attempt 1/30",
        "IBKR Gateway connected successfully",
        "Account: DU1234567 (Paper Trading)",
        "Connection established, client ID: 100",
        "No gameplan file found at /nonexistent/gameplan.json",
        "Defaulting to Strategy C (Cash Preservation)",
        "Strategy C active: No trading, monitoring only",
        "Bot operational in safe mode",
    ];
    assert_says(&configured(&stage, &[]), &safe).await;
    stage.log.show_in_order(&["client 100, version 226", "the client closed"]).await;
}

#[tokio::test]
async fn it_says_what_a_bot_says_that_cannot_connect() {
    let fails =
        ["attempt 1/30", "Connected", "Disconnected", "TimeoutError: API connection failed", "attempt 2/30"];
    for presets in ["never", "no-accounts", "in-use-all", "not-accepted", "refuse:1m"] {
        assert_says(&configured(&Stage::with(presets).await, &[]), &fails).await;
    }
}

#[tokio::test]
async fn it_connects_once_the_gateway_is_ready() {
    let stage = Stage::with("closed:200ms,refuse:200ms,mute:200ms").await;
    let parts = ["ConnectionRefusedError", "API connection failed", "Bot operational in safe mode"];
    assert_says(&configured(&stage, &[]), &parts).await;
}

#[tokio::test]
async fn it_comes_back_when_the_link_is_lost_loudly_or_silently() {
    let parts = ["operational", "Disconnected", "attempt 1/30", "operational"];
    assert_says(&configured(&Stage::with("drop:400ms").await, &[]), &parts).await;
    let parts = ["operational", "Disconnected", "attempt 1/30"];
    assert_says(&configured(&Stage::with("half-open:400ms").await, &[]), &parts).await;
}

#[tokio::test]
async fn it_comes_back_when_the_gateway_is_restarted() {
    let before = Stage::with("ready").await;
    let (address, configuration) = (before.address, configured(&before, &[]));
    let (lines, stop) = (Lines::default(), CancellationToken::new());
    let log = lines.log();
    let (lived, ()) = tokio::join!(bot::run(&configuration, HASTE, &log, &stop), async {
        lines.show_in_order(&["operational"]).await;
        drop(before);
        lines.show_in_order(&["operational", "Disconnected", "attempt 1/30", "Refused"]).await;
        let listener = TcpListener::bind(address).await.unwrap();
        let after = Lines::default();
        tokio::spawn(serve_logged(listener, Settings::default(), after.log(), stop.clone()));
        lines.show_in_order(&["operational", "Disconnected", "Refused", "operational"]).await;
        after.show_in_order(&["client 100 is connected"]).await;
        stop.cancel();
    });
    assert!(lived.is_ok(), "{lived:?}");
}

#[tokio::test]
async fn it_does_not_come_back_to_a_gameplan() {
    let stage = Stage::with("drop:400ms").await;
    let directory = tempfile::tempdir().unwrap();
    let gameplan = directory.path().join("gameplan.json");
    let configuration = configured(&stage, &[("GAMEPLAN", gameplan.to_str().unwrap())]);
    let lines = Lines::default();
    let (log, stop) = (lines.log(), CancellationToken::new());
    let living = timeout(Duration::from_secs(20), bot::run(&configuration, HASTE, &log, &stop));
    let (lived, ()) = tokio::join!(living, async {
        lines.show_in_order(&["operational"]).await;
        std::fs::write(&gameplan, "{}").unwrap();
    });
    let error = lived.unwrap().unwrap_err();
    assert!(matches!(&error, BotError::Refused(Unsafe::Gameplan(path)) if *path == gameplan), "{error}");
    let text = lines.text();
    assert_eq!(text.matches("Bot operational").count(), 1, "{text}");
    assert_eq!(text.matches("Strategy C active").count(), 1, "{text}");
}

#[tokio::test]
async fn it_refuses_whatever_is_not_safe() {
    let stage = Stage::with("ready").await;
    for (name, value) in [
        ("DRY_RUN", "false"),
        ("DRY_RUN", "True"),
        ("DRY_RUN", ""),
        ("TRADING_MODE", "live"),
        ("TRADING_MODE", ""),
    ] {
        let (error, log) = ended(&configured(&stage, &[(name, value)])).await;
        assert!(matches!(error, BotError::Refused(Unsafe::NotADryRun(_) | Unsafe::NotPaper(_))), "{error}");
        assert!(!log.contains("attempt"), "{log}");
    }
    let gameplan = env!("CARGO_MANIFEST_DIR").to_owned() + "/Cargo.toml";
    let (error, _) = ended(&configured(&stage, &[("GAMEPLAN", &gameplan)])).await;
    assert!(matches!(error, BotError::Refused(Unsafe::Gameplan(path)) if path == *gameplan));
    let live = Stage::with("live").await;
    let (error, log) = ended(&configured(&live, &[])).await;
    assert!(matches!(error, BotError::Refused(Unsafe::LiveAccount(_))), "{error}");
    assert!(!log.contains("operational"), "{log}");
}

#[tokio::test]
async fn it_gives_up_at_once_on_a_gateway_that_is_too_old() {
    let stage = Stage::with("old:178").await;
    let (error, log) = ended(&configured(&stage, &[])).await;
    assert!(matches!(error, BotError::GatewayTooOld(_)), "{error}");
    assert!(!log.contains("attempt 2/30"), "{log}");
}

#[tokio::test]
async fn it_gives_up_after_thirty_attempts() {
    let stage = Stage::with("refuse:5m").await;
    let (error, log) = ended(&configured(&stage, &[])).await;
    assert!(matches!(error, BotError::GaveUp { attempts: 30 }), "{error}");
    assert_eq!(log.matches("Gateway check attempt").count(), 30);
}

#[test]
fn its_numbers_are_checked_and_client_id_0_is_refused() {
    let read = |name: &'static str, value: &'static str| {
        Configuration::from_environment(move |asked| (asked == name).then(|| value.to_owned()))
    };
    let usual = read("", "").unwrap();
    assert_eq!((usual.host.as_str(), usual.port, usual.client_id), ("gateway", 4002, 100));
    assert_eq!(usual.connect_timeout, Duration::from_mins(1));
    for (name, value) in
        [("CLIENT_ID", "0"), ("CLIENT_ID", "-1"), ("GATEWAY_PORT", "x"), ("CONNECT_TIMEOUT", "0")]
    {
        let error = read(name, value).unwrap_err().to_string();
        assert!(error.contains(name) && error.contains(value), "{error}");
    }
}
