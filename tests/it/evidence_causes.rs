//! Golden file: every cause that several pieces of evidence together show, as a person meets it.

use std::collections::BTreeSet;
use std::fmt::Write;

use openbell::diagnosis::{Explain, Failure};
use openbell::evidence::causes::{ContainerCause, GatewayCause, PortCause, SessionCause, Unknown};
use openbell::ladder::Rung;
use openbell::ports::broker::AccountId;

#[derive(Default)]
struct Page {
    text: String,
    codes: BTreeSet<String>,
}

impl Page {
    fn add(&mut self, error: impl Explain) {
        let Failure { why, again, class } = error.into();
        assert!(self.codes.insert(why.code.clone()), "codes are unique: {}", why.code);
        let rung = why.rung.expect("every cause is about a rung");
        writeln!(self.text, "{} ({class:?}, {rung}, again: {again:?})\n  {}", why.code, why.message).unwrap();
        why.evidence.iter().for_each(|line| writeln!(self.text, "  | {line}").unwrap());
        writeln!(self.text, "  help: {}\n", why.help.expect("every cause has a next step")).unwrap();
    }
}

fn s(text: &str) -> String {
    text.to_owned()
}

fn address() -> String {
    s("127.0.0.1:4002")
}

fn line() -> String {
    s("2026-05-04 10:00:00:000 IBC: what it said")
}

fn gateway(page: &mut Page) {
    let at = || "2026-05-04T10:03:00.5Z".parse().unwrap();
    let evidence = || vec![s("log: what it said")];
    page.add(GatewayCause::NotLoggedIn {
        address: address(),
        so_far: s("it is authenticating"),
        line: Some(line()),
    });
    page.add(GatewayCause::TwoFactorPending {
        address: address(),
        deadline: Some(at()),
        prompts: 2,
        line: Some(line()),
    });
    page.add(GatewayCause::TwoFactorTimedOut { address: address(), evidence: evidence() });
    page.add(GatewayCause::LoginFailed { address: address(), failures: 1, line: Some(line()) });
    page.add(GatewayCause::Locked { address: address(), since: Some(at()), line: Some(line()) });
    page.add(GatewayCause::Unavailable { address: address(), line: Some(line()) });
    page.add(GatewayCause::ExistingSession { address: address(), line: Some(line()) });
    page.add(GatewayCause::AcceptDialog { address: address(), line: None });
    page.add(GatewayCause::UntrustedIp { address: address(), peer: s("127.0.0.1"), evidence: evidence() });
    page.add(GatewayCause::Wedged { address: address(), since: Some(at()), evidence: evidence() });
    page.add(GatewayCause::Restarting { address: address(), since: None, line: Some(line()) });
    page.add(GatewayCause::Maintenance { window: s("weekly maintenance"), until: at() });
}

fn session(page: &mut Page) {
    page.add(SessionCause::ClockSkew { address: address(), ahead: -42 });
    let account = AccountId::new("U1234567");
    page.add(SessionCause::LiveAccount { address: address(), account, allowed: s("DU*, DF*") });
    let account = AccountId::new("DU1234567");
    page.add(SessionCause::PaperAccount { address: address(), account, expected: s("U*") });
    page.add(SessionCause::ConnectivityRestored { address: address(), code: 1102 });
    page.add(SessionCause::ClientIdZero { owner: s("bot") });
    page.add(SessionCause::MasterClientId { address: address(), owner: s("bot"), client_id: 100 });
    page.add(SessionCause::ForeignClient { address: address(), who: s("the container other") });
    page.add(SessionCause::ReadOnly { address: address(), by: s("the gateway's API settings") });
}

fn container(page: &mut Page) {
    let (name, evidence) = (|| s("gateway"), || vec![s("log: the end")]);
    page.add(ContainerCause::OomKilled { container: name(), exit_code: 137, evidence: evidence() });
    page.add(ContainerCause::Unhealthy { container: name(), failing_streak: 3, evidence: evidence() });
    page.add(ContainerCause::NotStarted { container: name(), evidence: Vec::new() });
    page.add(ContainerCause::Exited { container: name(), exit_code: 1, evidence: evidence() });
    page.add(ContainerCause::Restarting {
        container: name(),
        restarts: 7,
        exit_code: 1,
        evidence: evidence(),
    });
    page.add(ContainerCause::Paused { container: name() });
}

fn port(page: &mut Page) {
    page.add(PortCause::NotPublished { address: address(), container: s("gateway"), published: Vec::new() });
    page.add(PortCause::WrongContainerPort {
        container: s("gateway"),
        mapping: s("127.0.0.1:4002:4002"),
        container_port: 4002,
        forwarder: Some(4004),
        evidence: vec![s("sockets: only 127.0.0.1 can reach port 4002 in the container")],
    });
    page.add(PortCause::Taken {
        address: address(),
        owner: Some(s("the container other")),
        evidence: vec![s("the engine: port is already allocated")],
    });
    page.add(PortCause::LoopbackInContainer {
        container: s("bot"),
        variable: s("IBKR_HOST"),
        value: s("127.0.0.1"),
    });
}

#[test]
fn every_cause_reads_well() {
    let mut page = Page::default();
    gateway(&mut page);
    session(&mut page);
    container(&mut page);
    port(&mut page);
    page.add(Unknown {
        address: address(),
        symptom: s("what was seen"),
        rung: Some(Rung::Version),
        evidence: vec![s("more of it")],
    });
    assert!(!page.text.contains("1234567"), "accounts are masked");
    insta::assert_snapshot!("causes", page.text);
}
