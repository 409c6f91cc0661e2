//! Golden files: every failure a person can meet, as they meet it.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;

use openbell::diagnose::RemedyError;
use openbell::diagnosis::{Explain, Failure};
use openbell::playbook::Condition;
use openbell::ports::broker::{AccountId, BrokerError, OpenOrder, Position, Rung};
use openbell::ports::docker::DockerError;
use openbell::ports::files::{FileError, Standing};
use openbell::ports::http::HttpError;
use openbell::ports::ibc::IbcError;
use openbell::ports::net::NetError;
use openbell::ports::secrets::SecretError;
use openbell::steps::container_sockets::SocketsError;
use openbell::steps::container_state::ContainerError;
use openbell::steps::drill::DrillError;
use openbell::steps::exec::ExecError;
use openbell::steps::healthy::HealthError;
use openbell::steps::http::AnswerError;
use openbell::steps::log::LogError;
use openbell::steps::ready::bot::BotError;
use openbell::steps::ready::gone::GoneError;
use openbell::steps::safety::{HiddenError, SafetyError, UntoldError};
use openbell::steps::stable::StableError;

use crate::support::command::{project, run};

fn io() -> std::io::Error {
    std::io::Error::other("what the system said")
}

fn s(text: &str) -> String {
    text.to_owned()
}

struct Page(String, BTreeMap<String, usize>);

impl Page {
    fn add(&mut self, error: impl Explain) {
        let Failure { why, again, class } = error.into();
        *self.1.entry(why.code.clone()).or_default() += 1;
        writeln!(self.0, "{} ({class:?}, again: {again:?})\n  {}", why.code, why.message).unwrap();
        why.causes.iter().for_each(|cause| writeln!(self.0, "  cause: {cause}").unwrap());
        why.evidence.iter().for_each(|line| writeln!(self.0, "  | {line}").unwrap());
        writeln!(self.0, "  help: {}\n", why.help.expect("every failure has a next step")).unwrap();
    }
}

fn docker(page: &mut Page) {
    let host = || s("unix:///var/run/docker.sock");
    page.add(DockerError::Unreachable { host: host(), reason: s("No such file or directory (os error 2)") });
    page.add(DockerError::NoPermission { host: host() });
    page.add(DockerError::BadHost { host: s("gopher://x") });
    page.add(DockerError::NotAnEngine { host: host(), reason: s("expected value at line 1 column 1") });
    page.add(DockerError::TooOld { host: host(), found: s("1.40"), needed: s("1.41") });
    page.add(DockerError::TooNew { host: host(), minimum: s("1.99"), ours: s("1.53") });
    page.add(DockerError::Timeout { host: host(), seconds: 30, doing: s("start the container bot") });
    page.add(DockerError::NoImage { image: s("trading-bot:latest") });
    page.add(DockerError::BuildFailed {
        image: s("bot"),
        output: vec![s("Step 1/2 : FROM nothing"), s("no such image")],
    });
    page.add(DockerError::NoContainer { container: s("bot") });
    page.add(DockerError::NoFile { container: s("gateway"), path: s("/home/ibgateway/Jts/jts.ini") });
    page.add(DockerError::NotRunning { container: s("bot") });
    page.add(DockerError::NoNetwork { network: s("paper_default") });
    page.add(DockerError::NetworkInUse { network: s("paper_default") });
    page.add(DockerError::NoMountSource { container: s("gateway"), path: s("/etc/secrets/tws") });
    page.add(DockerError::NameTaken { container: s("bot") });
    page.add(DockerError::PortTaken { container: s("gateway"), address: s("127.0.0.1:4002") });
    page.add(DockerError::Refused {
        doing: s("create the container bot"),
        status: 400,
        reason: s("invalid reference format"),
    });
}

fn broker(page: &mut Page) {
    let address = || s("127.0.0.1:4002");
    page.add(BrokerError::Refused { address: address() });
    page.add(BrokerError::Unreachable { address: address(), source: io() });
    page.add(BrokerError::NothingBehind { address: address(), how: s("the connection was closed") });
    for reached in [Rung::Tcp, Rung::Version, Rung::Accounts, Rung::NextId] {
        page.add(BrokerError::Mute { address: address(), reached, waited_ms: 10_000, unfinished: 3 });
    }
    page.add(BrokerError::NotAccepted {
        address: address(),
        reached: Rung::Version,
        after_ms: 512,
        how: s("the connection was closed (FIN)"),
    });
    page.add(BrokerError::Garbled { address: address(), reached: Rung::Version, seen: s("\\x00\\xff") });
    page.add(BrokerError::ClientIdInUse { address: address(), client_id: 100 });
    page.add(BrokerError::ClientIdsInUse { address: address(), client_ids: s("100, 101") });
    page.add(BrokerError::ServerTooOld { address: address(), found: 178, needed: 213 });
    page.add(BrokerError::NotTws { address: address(), seen: s("HTTP") });
    page.add(BrokerError::NoAccounts { address: address() });
    page.add(BrokerError::NoNextId { address: address() });
    page.add(BrokerError::HalfOpen { address: address(), waited_ms: 10_000 });
    page.add(BrokerError::ConnectivityLost { address: address(), code: 1100 });
    page.add(BrokerError::NoData { address: address(), waited_ms: 10_000, words: Some(s("162 no data")) });
    page.add(BrokerError::ChangeRefused { address: address(), words: s("trustedIPs cannot be 'x'") });
    page.add(BrokerError::Dropped { address: address(), how: s("the gateway closed the connection") });
}

fn outside(page: &mut Page) {
    page.add(NetError::Refused { address: s("127.0.0.1:80"), source: io() });
    page.add(NetError::Unresolved { address: s("nowhere:80"), source: io() });
    page.add(NetError::Unreachable { address: s("10.0.0.1:80"), source: io() });
    page.add(HttpError::BadUrl { url: s("health"), source: io().into() });
    page.add(HttpError::Unreachable { url: s("http://127.0.0.1/"), source: io().into() });
    page.add(HttpError::Timeout { url: s("http://127.0.0.1/"), timeout: std::time::Duration::from_secs(10) });
    page.add(FileError::Context { path: "/docker/bot".into(), source: io() });
    secrets(page);
    page.add(FileError::NoProc { pid: 4711, source: io() });
    page.add(FileError::OwnBinary { path: "openbell.exe".into() });
}

fn secrets(page: &mut Page) {
    let name = || s("tws_password");
    page.add(SecretError::File { path: "/secrets/tws_userid".into(), source: io() });
    page.add(SecretError::Env { name: s("TWS_PASSWORD") });
    page.add(SecretError::NoCredentials { name: name() });
    let directory = || "/run/credentials/openbell.service".into();
    page.add(SecretError::Credential { name: name(), directory: directory(), source: io() });
    page.add(SecretError::DockerSecret { name: name(), directory: "/run/secrets".into(), source: io() });
}

fn conditions(page: &mut Page) {
    let seen =
        |expression: &str| Condition::new(expression).unwrap().holds(&BTreeMap::new(), &BTreeMap::new());
    page.add(seen("steps.api.facts.farms > 2").unwrap_err());
    page.add(seen("steps.api.outcome").unwrap_err());
}

fn steps(page: &mut Page) {
    let (container, url) = (|| s("bot"), || s("http://127.0.0.1/health"));
    page.add(ContainerError::Foreign {
        container: container(),
        differences: s("image, env DRY_RUN"),
        remedy: s("remove it (`docker rm bot`), declare it as it is, or give yours another `container_name`"),
    });
    page.add(ContainerError::ComposeOnly {
        container: container(),
        beyond: s("devices, networks"),
        command: s("docker compose -f /srv/stack/compose.yaml up -d bot"),
    });
    page.add(ContainerError::Undeclared { container: container() });
    page.add(HealthError::None { container: container() });
    page.add(HealthError::NotHealthy {
        container: container(),
        state: "unhealthy",
        failing_streak: 3,
        output: s("refused\n"),
    });
    page.add(LogError::NotSeen {
        container: container(),
        contains: s("operational"),
        lines: 3,
        tail: vec![s("log: hello")],
    });
    page.add(AnswerError::Status { url: url(), seen: 503, expected: 200, body: s("starting") });
    page.add(AnswerError::Body { url: url(), contains: s("ok"), body: s("no") });
    page.add(AnswerError::NotJson { url: url(), body: s("<html>") });
    page.add(AnswerError::Field {
        url: url(),
        pointer: s("/status"),
        seen: s("\"down\""),
        expected: "ok".into(),
    });
    page.add(ExecError::ExitCode {
        container: container(),
        command: s("/check"),
        seen: 1,
        expected: 0,
        output: vec![s("output: no")],
    });
    page.add(ExecError::Output {
        container: container(),
        command: s("/check"),
        contains: s("ok"),
        output: vec![s("output: no")],
    });
    page.add(StableError::ErrorLogged {
        container: s("bot"),
        text: s("TimeoutError"),
        line: s("TimeoutError: API connection failed"),
    });
    page.add(DrillError::Live { what: s("the session shows U1***567") });
    page.add(DrillError::NoCommandPort);
    page.add(DrillError::NotDown { address: s("127.0.0.1:4002") });
    page.add(DrillError::NotWhole { container: s("gateway"), within_s: 1.0 });
    page.add(DrillError::NotRestarted { container: s("bot"), since: s("2026-11-22T00:00:01Z") });
    page.add(StableError::Restarted { container: container(), starts: s("started at a, then at b") });
    page.add(StableError::Unhealthy { container: container(), output: s("refused") });
}

fn readiness(page: &mut Page) {
    let address = || s("127.0.0.1:4002");
    page.add(BrokerError::Unresolved { address: s("gatway:4002"), source: io() });
    page.add(BrokerError::Tls { address: address(), seen: s("\\x15\\x03\\x03") });
    page.add(BrokerError::Flooded { address: address(), reached: Rung::Version, messages: 500 });
    page.add(BrokerError::FarmsBroken { address: address(), farms: s("usfarm (2103)") });
    page.add(BrokerError::FarmsUnknown { address: address(), waited_ms: 10_000 });
    page.add(GoneError::Running { container: s("gateway") });
    page.add(GoneError::There { address: address() });
    page.add(GoneError::Held { address: address(), client_id: 101 });
    page.add(BotError::Nobody);
    let ibc = || s("127.0.0.1:7462");
    page.add(IbcError::Refused { address: ibc(), how: s("connection refused") });
    page.add(IbcError::NoAnswer { address: ibc(), seconds: 30 });
    page.add(IbcError::Rejected { address: ibc(), words: s("ERROR Command invalid") });
    page.add(RemedyError::NoneWorked { address: address(), names: s("soft_restart, container_restart") });
    page.add(RemedyError::NotPossible { name: "soft_restart", reason: s("no address"), help: s("name one") });
    page.add(RemedyError::NotDown { address: address() });
    page.add(SocketsError::Hidden { container: s("gateway"), tried: vec![s("it has no cat")] });
}

fn safety(page: &mut Page) {
    let container = || s("bot");
    page.add(SafetyError::Account {
        account: AccountId::new("U1234567"),
        allowed: s("DU*, DF*"),
        live: true,
    });
    page.add(SafetyError::Env {
        container: container(),
        name: s("DRY_RUN"),
        expected: s("true"),
        seen: Some(s("false")),
        by: "docker inspect",
    });
    page.add(SafetyError::Env {
        container: container(),
        name: s("DRY_RUN"),
        expected: s("true"),
        seen: None,
        by: "/proc/1/environ",
    });
    page.add(SafetyError::Present {
        container: container(),
        path: s("/data/gameplan.json"),
        size: Some(120),
    });
    page.add(SafetyError::Strategy {
        container: container(),
        expected: s("C"),
        seen: s("A"),
        line: s("log: Strategy A active"),
    });
    page.add(SafetyError::StrategyUnproven {
        container: container(),
        expected: s("C"),
        tail: vec![s("log: hello")],
    });
    page.add(SafetyError::MasterClient { owner: s("`client_ids.bot`"), client_id: 100 });
    page.add(SafetyError::TakesOrders { unseen: false });
    let why = Failure::from(BrokerError::Refused { address: s("127.0.0.1:4002") });
    page.add(HiddenError { container: container(), path: s("/data/gameplan.json") });
    page.add(SafetyError::Unproven { what: s("the account of the live session"), why: Box::new(why) });
}

fn declared(page: &mut Page) {
    let account = || AccountId::new("DU1234567");
    let gameplan = || PathBuf::from("/home/desk/data/gameplan.json");
    page.add(SafetyError::PresentOnHost { path: gameplan(), standing: Standing::Link });
    page.add(SafetyError::OpenOrder {
        order: OpenOrder { account: account(), symbol: s("SPY"), action: s("SELL"), quantity: s("100") },
        others: vec![s("BUY 5 QQQ in DU***568")],
    });
    page.add(SafetyError::Position {
        position: Position { account: account(), symbol: s("IBM"), quantity: s("-3") },
        expected: s("SPY, QQQ"),
        others: Vec::new(),
    });
    let words = "Error validating request.-'bR' : cause - The API interface is currently in Read-Only mode.";
    page.add(UntoldError { what: "the open orders of the live session", words: Some(s(words)) });
    let source = std::io::Error::other("Permission denied");
    page.add(FileError::Unseen { path: gameplan(), source });
}

#[test]
fn every_failure_reads_well() {
    let mut page = Page(String::new(), BTreeMap::new());
    docker(&mut page);
    broker(&mut page);
    outside(&mut page);
    steps(&mut page);
    readiness(&mut page);
    safety(&mut page);
    declared(&mut page);
    conditions(&mut page);
    insta::assert_snapshot!("failures", page.0);
    let said_twice = |code: &&String| {
        page.1[*code] > 1 && !["broker::mute", "safety::env", "step::when"].contains(&code.as_str())
    };
    assert_eq!(page.1.keys().filter(said_twice).count(), 0, "codes are unique");
}

#[test]
fn every_bad_playbook_is_refused_with_its_place() {
    let mut files: Vec<_> = std::fs::read_dir(project().join("tests/it/bad"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    assert!(files.len() >= 20);
    for file in files {
        let name = file.file_stem().unwrap().to_str().unwrap();
        let ended = run(&["validate", file.to_str().unwrap()]);
        assert_eq!(ended.code, 3, "{name}: {}", ended.stderr);
        let told = ended.stderr.replace(project().to_str().unwrap(), "");
        insta::assert_snapshot!(format!("bad_{name}"), told);
    }
}
