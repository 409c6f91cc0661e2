//! The stand-in bot when it is told to misbehave, and how the program ends.

use std::process::Stdio;
use std::time::Duration;

use openbell::sim::bot::{
    self, BotError, Configuration, ConfigurationError, FORMS, Misbehaviour, MisbehaviourError, Unsafe,
};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;
use tokio_util::sync::CancellationToken;

use crate::sim_bot::{HASTE, assert_says, configured, ended};
use crate::stage::{Lines, Stage};
use crate::support::command::{openbell, run};

fn told(stage: &Stage, misbehaviour: &str) -> Configuration {
    configured(stage, &[]).misbehaving(Some(misbehaviour.parse().unwrap()))
}

/// Longer than all pauses of a hasty bot together.
async fn some_time() {
    tokio::time::sleep(Duration::from_millis(600)).await;
}

/// Waits for the parts in the bot's log, then holds that it lives, says nothing more and makes no new connection.
async fn assert_falls_silent(stage: &Stage, misbehaviour: &str, parts: &[&str], connections: usize) {
    let (lines, stop) = (Lines::default(), CancellationToken::new());
    let (configuration, log) = (told(stage, misbehaviour), lines.log());
    let met = || stage.log.text().matches("sim: connection").count();
    let (lived, ()) = tokio::join!(bot::run(&configuration, HASTE, &log, &stop), async {
        lines.show_in_order(parts).await;
        while met() < connections {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let said = lines.text();
        some_time().await;
        assert_eq!((lines.text(), met()), (said, connections));
        stop.cancel();
    });
    assert!(lived.is_ok(), "{lived:?}");
}

#[tokio::test]
async fn it_exits_at_once_or_later() {
    for (misbehaviour, least) in [("exit", 0), ("exit:300ms", 300)] {
        let stage = Stage::with("ready").await;
        let begun = std::time::Instant::now();
        let (error, log) = ended(&told(&stage, misbehaviour)).await;
        assert!(begun.elapsed() >= Duration::from_millis(least));
        assert!(matches!(error, BotError::Misbehaved), "{error}");
        assert!(log.contains("Bot operational in safe mode") && log.contains("Bot stopped: "), "{log}");
    }
}

#[tokio::test]
async fn it_loses_its_connection_silently() {
    for misbehaviour in ["silent", "silent:200ms"] {
        let stage = Stage::with("ready").await;
        assert_falls_silent(&stage, misbehaviour, &["Bot operational in safe mode"], 1).await;
        stage.log.show_in_order(&["client 100 is connected", "the client closed"]).await;
    }
}

#[tokio::test]
async fn it_hangs_before_it_connects() {
    let stage = Stage::with("ready").await;
    assert_falls_silent(&stage, "hang", &["Gateway check attempt 1/30"], 0).await;
}

#[tokio::test]
async fn it_says_that_it_is_no_dry_run() {
    let stage = Stage::with("ready").await;
    let said = ["DRY_RUN=false", "Strategy C active", "operational"];
    assert_says(&told(&stage, "dry-run-false"), &said).await;
    let said = ["DRY_RUN=true", "Strategy C active", "operational", "DRY_RUN=false"];
    assert_says(&told(&stage, "dry-run-false:100ms"), &said).await;
    let (_, log) = ended(&configured(&stage, &[("DRY_RUN", "false")])).await;
    assert!(log.contains("DRY_RUN=false") && !log.contains("attempt"), "{log}");
}

#[tokio::test]
async fn it_says_that_another_strategy_is_active() {
    let stage = Stage::with("ready").await;
    let said = ["DRY_RUN=true", "Strategy A active", "operational"];
    assert_says(&told(&stage, "other-strategy"), &said).await;
    let said = ["DRY_RUN=true", "Strategy C active", "operational", "Strategy A active"];
    assert_says(&told(&stage, "other-strategy:100ms"), &said).await;
    stage.log.show_in_order(&["the client closed", "the client closed"]).await;
    assert!(!stage.log.text().contains("Order"), "{}", stage.log.text());
}

#[tokio::test]
async fn what_it_says_later_does_not_stop_it_from_coming_back() {
    let stage = Stage::with("drop:600ms").await;
    let said = ["operational", "Strategy A active", "Disconnected", "attempt 1/30", "operational"];
    assert_says(&told(&stage, "other-strategy:100ms"), &said).await;
}

#[tokio::test]
async fn it_opens_with_client_id_0() {
    let stage = Stage::with("ready").await;
    assert_says(&told(&stage, "client-id-zero"), &["(clientId=0,", "client ID: 0", "operational"]).await;
    stage.log.show_in_order(&["client 0 is connected"]).await;
}

#[tokio::test]
async fn no_misbehaviour_makes_it_run_where_that_is_not_safe() {
    let stage = Stage::with("ready").await;
    for form in FORMS {
        let unsafe_one = configured(&stage, &[("DRY_RUN", "false")]);
        let (error, _) = ended(&unsafe_one.misbehaving(Some(form.name.parse().unwrap()))).await;
        assert!(matches!(error, BotError::Refused(Unsafe::NotADryRun(_))), "{}: {error}", form.name);
    }
    assert!(!stage.log.text().contains("sim: connection"), "{}", stage.log.text());
}

#[test]
fn a_misbehaviour_is_read_as_it_is_listed() {
    for form in FORMS {
        let wrong = |text: &str| format!("{}:{text}", form.name).parse::<Misbehaviour>();
        assert_eq!(form.name.parse(), Ok(Misbehaviour { kind: form.kind, after: None }));
        if form.timed {
            let after = Some(Duration::from_secs(5));
            assert_eq!(wrong("5s"), Ok(Misbehaviour { kind: form.kind, after }));
            assert!(matches!(wrong("5"), Err(MisbehaviourError::NotATime { .. })));
        } else {
            assert!(matches!(wrong("5s"), Err(MisbehaviourError::Untimed { .. })));
        }
    }
    let said = "exti".parse::<Misbehaviour>().unwrap_err().to_string();
    assert!(said.starts_with("there is no misbehaviour `exti`; valid are `exit`, `silent`"), "{said}");
}

#[test]
fn no_environment_asks_for_client_id_0_or_misbehaviour() {
    let everything = |value: &'static str| move |_: &str| Some(value.to_owned());
    let error = Configuration::from_environment(everything("0")).unwrap_err();
    assert!(matches!(error, ConfigurationError::NotInRange { .. }));
    assert_eq!(Configuration::from_environment(everything("1")).unwrap().misbehaviour, None);
}

/// The program as a bot in front of that gateway.
fn program(stage: &Stage, arguments: &[&str], more: (&str, &str)) -> Command {
    let mut command = openbell(&[&["sim", "bot"], arguments].concat());
    command.env("GATEWAY_HOST", "127.0.0.1").env("GATEWAY_PORT", stage.address.port().to_string());
    command.env("CLIENT_ID", "100").env("CONNECT_TIMEOUT", "5").env("GAMEPLAN", "/nonexistent/gameplan.json");
    command.env("DRY_RUN", "true").env("TRADING_MODE", "paper").env(more.0, more.1);
    command.stdout(Stdio::piped());
    let mut command = Command::from(command);
    command.kill_on_drop(true);
    command
}

#[tokio::test]
async fn the_program_tells_by_its_exit_code_why_it_ended() {
    let (ready, old) = (Stage::with("ready").await, Stage::with("old:178").await);
    let usual = ("TZ", "UTC");
    for (stage, arguments, more, code) in [
        (&ready, &["--misbehave", "exit"][..], usual, 1),
        (&old, &[], usual, 1),
        (&ready, &[], ("CLIENT_ID", "0"), 1),
        (&ready, &["--misbehave", "nonsense"], usual, 2),
        (&ready, &["--misbehave", "hang:5s"], usual, 2),
        (&ready, &[], ("DRY_RUN", "false"), 4),
        (&ready, &["--misbehave", "dry-run-false"], ("TRADING_MODE", "live"), 4),
    ] {
        let output = program(stage, arguments, more).output().await.unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?} {more:?}: {told}");
        assert!(!told.is_empty(), "{arguments:?} {more:?} ends without a word");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn the_program_ends_well_when_it_is_asked_to() {
    let stage = Stage::with("ready").await;
    for (misbehaviour, sign) in [("silent:1m", "operational"), ("hang", "attempt 1/30")] {
        let mut child = program(&stage, &["--misbehave", misbehaviour], ("TZ", "UTC")).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        while !lines.next_line().await.unwrap().expect("it ended early").contains(sign) {}
        let id = child.id().unwrap().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().await.unwrap().success());
        assert_eq!(child.wait().await.unwrap().code(), Some(0));
    }
}

#[test]
fn the_help_explains_every_misbehaviour() {
    let help = run(&["sim", "bot", "--help"]).stdout;
    for form in FORMS {
        assert!(help.contains(form.name), "{} is not in {help}", form.name);
    }
    assert!(help.contains("DRY_RUN") && help.contains("Exit codes"), "{help}");
}
