//! Every fault the simulator can show, and what `openbell diagnose` says about it: from the wire alone, and with the
//! gateway's log. `just faults` prints the table.
//!
//! A row counts whole when the first cause is certain and the one expected, half when the expected one is among several
//! that are told as possible, and not at all when it is missing. What is certain and not expected is wrong: no row may
//! be.

use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use openbell::sim::gateway::Settings;
use openbell::sim::script::{Script, presets};
use serde_json::Value;
use tokio::sync::Semaphore;

use crate::stage::{Client, Stage};
use crate::support::command::openbell;

/// How long silence is borne in this test.
const PATIENCE: &str = "1500ms";
/// Depends on the time of day, and is told beside the cause.
const BY_THE_CLOCK: &str = "gateway::maintenance";

/// A fault, the command line beyond the address, and what is expected: nothing, a notice, or a cause.
struct Row {
    script: &'static str,
    arguments: &'static [&'static str],
    /// With the log.
    expected: &'static str,
    /// From the wire alone.
    bare: &'static str,
}

const fn row(
    script: &'static str,
    arguments: &'static [&'static str],
    expected: &'static str,
    bare: &'static str,
) -> Row {
    Row { script, arguments, expected, bare }
}

/// The same with and without a log.
const fn wire(script: &'static str, arguments: &'static [&'static str], expected: &'static str) -> Row {
    Row { script, arguments, expected, bare: expected }
}

const READY: &str = "ready";
const PAPER: &[&str] = &["--expect", "paper"];
const ID: &[&str] = &["--client-id", "100"];
const IDS: &[&str] = &["--client-id", "100", "--client-id", "101"];

/// One row for every preset there is; a test holds the list complete.
const ROWS: &[Row] = &[
    wire("ready", PAPER, READY),
    wire("closed:1h", &[], "broker::refused"),
    wire("refuse:1h", &[], "broker::nothing_behind"),
    wire("reset:1h", &[], "broker::nothing_behind"),
    wire("stuck:1h", &[], "gateway::wedged"),
    wire("full:1h", &[], "gateway::wedged"),
    wire("mute:1h", &[], "gateway::not_logged_in"),
    wire("mute-drop:1h", &[], "gateway::not_logged_in"),
    wire("mute-ignore:1h", &[], "gateway::not_logged_in"),
    wire("never", &[], "gateway::not_logged_in"),
    row("two-factor:1h", &[], "gateway::two_factor_pending", "gateway::not_logged_in"),
    row("two-factor-timeout:50ms", &[], "gateway::two_factor_timed_out", "broker::refused"),
    row("login-failed", &[], "gateway::login_failed", "gateway::not_logged_in"),
    row("locked", &[], "gateway::locked", "gateway::not_logged_in"),
    row("unavailable:1h", &[], "gateway::unavailable", "gateway::not_logged_in"),
    row("existing-session:1h", &[], "gateway::existing_session", "gateway::not_logged_in"),
    wire("accept-dialog", &[], "gateway::accept_dialog"),
    wire("http", &[], "broker::not_tws"),
    wire("garbage", &[], "broker::not_tws"),
    wire("tls", &[], "broker::tls"),
    wire("partial", &[], "broker::mute"),
    wire("hang-up", &[], "broker::nothing_behind"),
    wire("version-only", &[], "broker::not_accepted"),
    wire("slow:1ms", &[], READY),
    wire("start-api-mute", &[], "broker::mute"),
    row("not-accepted", &[], "gateway::untrusted_ip", "broker::not_accepted"),
    row("untrusted", &[], "gateway::untrusted_ip", "broker::not_accepted"),
    wire("untrusted-remote", &[], READY),
    wire("in-use:100", ID, "broker::client_id_in_use"),
    wire("in-use:100+101", IDS, "broker::client_ids_in_use"),
    wire("in-use-all", &[], "broker::client_id_in_use"),
    wire("late-release:1h", ID, "broker::client_id_in_use"),
    wire("most-clients:1", &[], "broker::not_accepted"),
    wire("no-accounts", &[], "broker::no_accounts"),
    wire("no-list", &[], "broker::mute"),
    wire("no-id", &[], "broker::mute"),
    wire("notices-only", &[], "broker::mute"),
    wire("flood:150", &[], READY),
    wire("flood-only:600", &[], "broker::flooded"),
    wire("time-limit:4250ms", &[], READY),
    wire("rate:50", &[], READY),
    wire("read-only", &[], "notice broker::read_only"),
    wire("competing", &["--data"], "broker::no_data"),
    wire("half-open:0s", &[], "broker::half_open"),
    wire("drop:0s", &[], READY),
    wire("restart:0s", &[], "broker::refused"),
    wire("nightly:0s", &[], "broker::connectivity_lost"),
    wire("lost:0s", &[], "broker::connectivity_lost"),
    wire("outage:0s", &[], "broker::connectivity_lost"),
    wire("data-lost:0s", &[], "broker::connectivity_lost"),
    wire("broken-link:0s", &[], "broker::connectivity_lost"),
    wire("farms-broken:0s", &[], "broker::farms_broken"),
    wire("farms-inactive", &[], READY),
    wire("exit:0s", &[], "broker::refused"),
    wire("wedge", &[], "gateway::wedged"),
    wire("old:178", &["--server-version", "213"], "broker::server_too_old"),
    wire("skew:90s", &[], "notice broker::clock_skew"),
    wire("behind:90s", &[], "notice broker::clock_skew"),
    wire("live", PAPER, "broker::live_account"),
    wire("advisor", PAPER, READY),
    wire("mixed", PAPER, "broker::live_account"),
    wire("ready", &["--expect", "live"], "broker::paper_account"),
    wire("ready", &["--client-id", "0"], "broker::client_id_zero"),
];

/// What was said.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Right,
    Unsure,
    Wrong,
}

struct Said {
    mark: Mark,
    words: String,
    took: Duration,
}

async fn diagnose(stage: &Stage, row: &Row, log: Option<&std::path::Path>) -> Value {
    let address = stage.address.to_string();
    let mut arguments = vec!["diagnose", "--json", "--timeout", PATIENCE, "--address", &address];
    // No engine: what a container of this machine shows must not come into a table about the wire.
    arguments.extend(["--docker-host", "unix:///nowhere/docker.sock"]);
    arguments.extend(row.arguments);
    if let Some(log) = log {
        arguments.extend(["--gateway-log", log.to_str().unwrap()]);
    }
    let ended = tokio::process::Command::from(openbell(&arguments)).output().await.unwrap();
    let text = String::from_utf8(ended.stdout).unwrap();
    serde_json::from_str(&text)
        .unwrap_or_else(|_| panic!("{}: {text}{}", row.script, String::from_utf8_lossy(&ended.stderr)))
}

fn judge(said: &Value, expected: &str) -> Said {
    let all = || said["causes"].as_array().unwrap().iter();
    let causes: Vec<(&str, &str)> = all()
        .map(|cause| (cause["certainty"].as_str().unwrap(), cause["why"]["code"].as_str().unwrap()))
        .filter(|(_, code)| *code != BY_THE_CLOCK && !code.starts_with("docker::"))
        .collect();
    let certain: Vec<&str> =
        causes.iter().filter(|cause| cause.0 == "certain").map(|cause| cause.1).collect();
    let possible: Vec<&str> =
        causes.iter().filter(|cause| cause.0 == "possible").map(|cause| cause.1).collect();
    let mark = match (expected.strip_prefix("notice "), expected) {
        (Some(notice), _) if said["ready"] == true && causes.contains(&("notice", notice)) => Mark::Right,
        (None, READY) if said["ready"] == true && certain.is_empty() && possible.is_empty() => Mark::Right,
        (None, code) if certain.first() == Some(&code) => Mark::Right,
        (None, code) if certain.is_empty() && possible.contains(&code) => Mark::Unsure,
        _ => Mark::Wrong,
    };
    let words = match (said["ready"] == true, certain.is_empty()) {
        (true, _) => causes.first().map_or_else(|| READY.to_owned(), |(sure, code)| format!("{sure} {code}")),
        (false, false) => certain.join(", "),
        (false, true) => format!("possible: {}", possible.join(", ")),
    };
    let took = Duration::from_secs_f64(said["took_ms"].as_f64().unwrap() / 1000.0);
    Said { mark, words, took }
}

/// What has to have happened for the fault to show: a process that ended, a client that was there or still is.
async fn came_before(row: &Row, stage: &Stage) -> Option<Client> {
    match row.script.split(':').next().unwrap() {
        "full" => stage.filled().await,
        "two-factor-timeout" | "exit" => ended(stage).await,
        "late-release" => drop(stage.session(226, 100).await),
        "most-clients" => return Some(stage.session(226, 7).await),
        "wedge" => {
            let mut hasty = stage.connect().await;
            hasty.send(b"API\0").await;
            drop(hasty);
            stage.log.show_in_order(&["sim: wedged"]).await;
        }
        _ => {}
    }
    None
}

/// Waits until nobody listens any more.
async fn ended(stage: &Stage) {
    while tokio::net::TcpStream::connect(stage.address).await.is_ok() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Plays a fault, and asks twice: from the wire alone, and with the log.
async fn play(row: &Row) -> (Said, Said) {
    let script: Script = row.script.parse().unwrap();
    let stage = Stage::of(Settings::scripted(script)).await;
    stage.entered().await;
    let _before = came_before(row, &stage).await;
    let bare = judge(&diagnose(&stage, row, None).await, row.bare);
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), stage.log.text()).unwrap();
    let with_log = judge(&diagnose(&stage, row, Some(file.path())).await, row.expected);
    (bare, with_log)
}

#[expect(clippy::print_stderr, reason = "the table is what one asks for with `--nocapture`")]
#[tokio::test(flavor = "multi_thread")]
async fn every_fault_is_told_by_its_cause_and_none_is_told_wrong() {
    let most = Arc::new(Semaphore::new(8));
    let rows = ROWS.iter().map(|row| {
        let most = most.clone();
        async move {
            let _turn = most.acquire().await.unwrap();
            (row, play(row).await)
        }
    });
    let played = futures_util::future::join_all(rows).await;
    let table = table(&played);
    eprintln!("{table}");
    let wrong: Vec<_> = played
        .iter()
        .filter(|(_, (bare, with_log))| bare.mark == Mark::Wrong || with_log.mark == Mark::Wrong)
        .map(|(row, (bare, with_log))| format!("{}: {} / {}", row.script, bare.words, with_log.words))
        .collect();
    assert!(wrong.is_empty(), "told wrong:\n{}\n{table}", wrong.join("\n"));
    let unsure = |row: &&(&Row, (Said, Said))| row.1.1.mark == Mark::Unsure;
    let unsure: Vec<_> = played.iter().filter(unsure).map(|(row, _)| row.script).collect();
    assert_eq!(unsure, UNSURE_WITH_A_LOG, "{table}");
}

/// A log file has no times of an engine's, and these say nothing of a log-in: the accept queue alone does not decide;
/// who accepts and closes without a word may be a gateway that starts or another server, and who closes at once after
/// `START_API` one that initialises or one that refuses.
const UNSURE_WITH_A_LOG: &[&str] =
    &["refuse:1h", "reset:1h", "stuck:1h", "hang-up", "version-only", "most-clients:1"];

fn table(played: &[(&Row, (Said, Said))]) -> String {
    let mut text =
        String::from("| fault | with its log | from the wire alone | within |\n|---|---|---|---|\n");
    let told = |said: &Said| match said.mark {
        Mark::Right => said.words.clone(),
        Mark::Unsure => format!("½ {}", said.words),
        Mark::Wrong => format!("WRONG {}", said.words),
    };
    for (row, (bare, with_log)) in played {
        let longest = bare.took.max(with_log.took).as_secs_f64();
        let script = [&[row.script], row.arguments].concat().join(" ");
        writeln!(text, "| `{script}` | {} | {} | {longest:.1} s |", told(with_log), told(bare)).unwrap();
    }
    for (name, of) in [("with its log", 1), ("from the wire alone", 0)] {
        let marks = played.iter().map(|(_, said)| if of == 1 { said.1.mark } else { said.0.mark });
        let count = |wanted: Mark| marks.clone().filter(|mark| *mark == wanted).count();
        let (right, unsure) = (count(Mark::Right), count(Mark::Unsure));
        let whole = right + unsure / 2;
        let half = if unsure % 2 == 1 { ".5" } else { "" };
        let of = played.len();
        writeln!(text, "\n{name}: {whole}{half} of {of} ({right} certain, {unsure} among several told as possible, {} wrong)", count(Mark::Wrong)).unwrap();
    }
    text
}

#[test]
fn every_preset_has_its_row() {
    let known: Vec<&str> = ROWS.iter().map(|row| row.script.split(':').next().unwrap()).collect();
    let missing: Vec<_> = presets().map(|preset| preset.name).filter(|name| !known.contains(name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
