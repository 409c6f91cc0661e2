//! From evidence to causes: a table of cases. `!` is certain, `?` possible, `i` a notice.

use openbell::diagnosis::{Class, Failure};
use openbell::evidence::{Asked, Certainty, Evidence, Finding, findings};
use openbell::ladder::Rung;
use openbell::ports::broker::{AccountId, AccountPattern, BrokerError};
use openbell::ports::docker::{Container, DockerError, Health, HealthStatus, Status};

use crate::support::evidence::{ADDRESS, Given, published};

const NOBODY: &str = "0.0.0.0:0";
const COMPLETE: &[&str] = &["Login attempt: 1", "Login has completed", "Configuration tasks completed"];
const PROMPT: &[&str] = &["Login attempt: 1", "Second Factor Authentication initiated"];
/// The sockets of the usual image: the gateway for its own machine, the forwarder for all.
const USUAL: &[(&str, &str, &str, u32)] =
    &[("listen", "127.0.0.1:4002", NOBODY, 0), ("listen", "0.0.0.0:4004", NOBODY, 0)];
/// A gateway that listens on all addresses beside its forwarder.
const OPEN: &[(&str, &str, &str, u32)] =
    &[("listen", "0.0.0.0:4002", NOBODY, 0), ("listen", "0.0.0.0:4004", NOBODY, 0)];

fn address() -> String {
    ADDRESS.to_owned()
}

fn told(evidence: &Evidence) -> (Vec<String>, Vec<Finding>) {
    let found = findings(evidence);
    for finding in &found {
        let possible = finding.certainty == Certainty::Possible;
        assert_eq!(finding.decided_by.is_some(), possible, "what is possible says what decides: {finding:?}");
        assert!(
            finding.why.help.is_some() && finding.why.rung.is_some()
                || finding.why.code == "docker::unreachable"
        );
    }
    let line = |finding: &Finding| {
        let mark = match finding.certainty {
            Certainty::Certain => '!',
            Certainty::Possible => '?',
            Certainty::Notice => 'i',
        };
        format!("{mark}{}", finding.why.code)
    };
    (found.iter().map(line).collect(), found)
}

#[track_caller]
fn shows(given: Given, expected: &[&str]) -> Vec<Finding> {
    let Given(evidence) = given;
    let (codes, found) = told(&evidence);
    assert_eq!(codes, expected, "{found:#?}");
    found
}

fn says(finding: &Finding, words: &str) {
    let text = format!("{}\n{}", finding.why.message, finding.why.evidence.join("\n"));
    assert!(text.contains(words), "{words} is not in\n{text}");
}

#[test]
fn an_id_is_where_it_belongs_when_its_owner_is_connected() {
    let held = |peer: &'static str| {
        let error = BrokerError::ClientIdInUse { address: address(), client_id: 100 };
        let sockets = [("listen", "0.0.0.0:4004", NOBODY, 0), ("established", "172.18.0.2:4004", peer, 0)];
        let declared = Given::well().expects(|expected| {
            expected.client_ids = vec![100];
            expected.owners = vec![("bot".to_owned(), 100)];
        });
        declared.tried(100, Some(&error)).sockets(&sockets)
    };
    shows(held("172.18.0.3:40000"), &["ibroker::client_id_in_use"]);
    // Who comes through the port on the machine has no name of its own: it may be the owner.
    shows(held("172.18.0.9:40000"), &["ibroker::client_id_in_use"]);
    let another = held("172.19.0.2:40000").other_publisher("stranger");
    shows(another, &["!broker::client_id_in_use", "ibroker::foreign_client"]);
    // A health check that fails beside it is told all the same.
    let unhealthy = held("172.18.0.3:40000").gateway(|gateway| {
        let (status, last_output) = (HealthStatus::Unhealthy, "no".to_owned());
        gateway.health = Some(Health { status, failing_streak: 3, last_output, log: Vec::new() });
    });
    shows(unhealthy, &["ibroker::client_id_in_use", "icontainer::unhealthy"]);
}

#[test]
fn an_id_in_use_is_its_owners_unless_that_is_known_not_to_run() {
    let in_use = || {
        let error = BrokerError::ClientIdInUse { address: address(), client_id: 101 };
        let declared = Given::well().tried(101, Some(&error));
        declared.expects(|expected| {
            expected.client_ids = vec![101];
            expected.owners = vec![("bot".to_owned(), 101)];
        })
    };
    shows(in_use(), &["ibroker::client_id_in_use"]);
    let mut unknown = in_use();
    unknown.0.gateway = None;
    unknown.0.others.clear();
    unknown.0.publishers.clear();
    let found = shows(unknown, &["ibroker::client_id_in_use"]);
    assert!(found[0].why.help.as_ref().unwrap().contains("its owner by the ledger"), "{found:?}");
    shows(in_use().bot(|bot| bot.status = Status::Exited), &["!broker::client_id_in_use"]);
    shows(in_use().expects(|expected| expected.owners.clear()), &["!broker::client_id_in_use"]);
}

#[test]
fn soon_after_the_log_in_nothing_is_wedged_for_certain() {
    let silent = || Given::well().mute(Rung::Tcp).logged(9, COMPLETE);
    shows(silent(), &["!gateway::not_logged_in"]);
    let queue =
        silent().sockets(&[("listen", "0.0.0.0:4004", NOBODY, 0), ("listen", "0.0.0.0:4002", NOBODY, 2)]);
    shows(queue, &["?gateway::not_logged_in", "?gateway::wedged"]);
    let past = silent().maps_to(4002).sockets(OPEN);
    shows(past, &["!gateway::not_logged_in", "?port::wrong_container_port"]);
}

#[test]
fn a_stack_that_is_well_has_no_findings() {
    shows(Given::well(), &[]);
    shows(Given::well().logged(600, COMPLETE).sockets(USUAL), &[]);
    // No log line makes a gateway unready that answers, inside a maintenance window or not.
    shows(Given::well().logged(600, &["Login failed"]).at("2026-05-09T12:00:00Z"), &["ibroker::clock_skew"]);
}

#[test]
fn the_engine_is_a_cause_only_when_nothing_answers() {
    let unreachable =
        || DockerError::Unreachable { host: "unix:///docker.sock".to_owned(), reason: "no".to_owned() };
    let blind = |mut given: Given| {
        given.0.engine = Asked::Failed(Failure::from(unreachable()));
        given.0.gateway = None;
        given.0.others.clear();
        given
    };
    shows(blind(Given::well()), &["idocker::unreachable"]);
    // A gateway that nobody declared to be in a container needs no engine.
    let found = shows(blind(Given::well().refused()), &["?docker::unreachable", "?broker::refused"]);
    assert_eq!(found[0].class, Class::Engine);
    assert!(found[1].decided_by.as_ref().unwrap().contains("in a container"), "{found:?}");
    shows(
        blind(Given::well().nothing_behind()),
        &["?docker::unreachable", "?broker::nothing_behind", "?broker::tls"],
    );
    let mut denied = blind(Given::well().refused());
    denied.0.engine =
        Asked::Failed(Failure::from(DockerError::NoPermission { host: "unix:///docker.sock".to_owned() }));
    shows(denied, &["?docker::no_permission", "?broker::refused"]);
    let declared = |mut given: Given| {
        given.0.expected.in_a_container = true;
        given
    };
    let found = shows(declared(blind(Given::well().refused())), &["!docker::unreachable"]);
    assert_eq!(found[0].class, Class::Engine);
    shows(
        blind(Given::well().mute(Rung::Tcp)),
        &["?gateway::not_logged_in", "?gateway::accept_dialog", "?gateway::wedged", "idocker::unreachable"],
    );
}

#[test]
fn a_container_that_does_not_run_explains_the_port() {
    shows(Given::well().refused().without_gateway(true), &["!docker::no_container"]);
    shows(Given::well().refused().without_gateway(false), &["!docker::no_image"]);
    let status = |status| Given::well().refused().gateway(|gateway| gateway.status = status);
    shows(status(Status::Created), &["!container::not_started"]);
    shows(status(Status::Paused), &["!container::paused"]);
    shows(status(Status::Restarting), &["!container::restarting"]);
    let exited = |code: i64| status(Status::Exited).gateway(|gateway| gateway.exit_code = code);
    let found = shows(exited(1).logged(9, &["the end"]), &["!container::exited"]);
    says(&found[0], "log: 2026-05-05 00:00:00:000 IBC: the end");
    says(&found[0], "broker::refused");
    // That exit code means something where IBC runs.
    shows(exited(87), &["!container::exited"]);
    shows(exited(87).logged(9, &["Login attempt: 1"]), &["!gateway::two_factor_timed_out"]);
    let ibc = |gateway: &mut Container| gateway.env = vec!["TWS_USERID=somebody".to_owned()];
    shows(exited(87).gateway(ibc), &["!gateway::two_factor_timed_out"]);
    shows(
        exited(87).gateway(|gateway| gateway.image = "ghcr.io/gnzsnz/ib-gateway:stable".to_owned()),
        &["!gateway::two_factor_timed_out"],
    );
    shows(
        exited(1).logged(9, &["Exiting after error with exit code=1111"]),
        &["!gateway::two_factor_timed_out"],
    );
    shows(exited(0).logged(9, &["Login failed"]), &["!gateway::login_failed"]);
    says(&shows(exited(88).gateway(ibc), &["!container::exited"])[0], "1112");
    let found = shows(exited(88), &["!container::exited"]);
    assert!(!found[0].why.evidence.join("\n").contains("1112"), "{found:?}");
    assert!(!found[0].why.help.as_ref().unwrap().contains("log lines"), "{found:?}");
    let found = shows(exited(1).logged(9, &["the end"]), &["!container::exited"]);
    assert!(found[0].why.help.as_ref().unwrap().contains("its last log lines are shown"), "{found:?}");
    shows(exited(137).gateway(|gateway| gateway.oom_killed = true), &["!container::oom_killed"]);
}

#[test]
fn a_taken_port_is_told_with_its_owner() {
    let error = "driver failed: Bind for 127.0.0.1:4002 failed: port is already allocated";
    let created = || {
        Given::well().refused().gateway(|gateway| {
            gateway.status = Status::Created;
            gateway.error = error.to_owned();
        })
    };
    says(&shows(created(), &["!port::taken"])[0], "already allocated");
    says(&shows(created().other_publisher("web"), &["!port::taken"])[0], "the container web");
    let elsewhere = Given::well().without_gateway(true).other_publisher("old-gateway");
    says(&shows(elsewhere, &["!port::taken"])[0], "docker::no_container");
    let led = |given: Given| given.gateway(|gateway| gateway.ports.clear()).other_publisher("old-gateway");
    says(&shows(led(Given::well().mute(Rung::Tcp)), &["!port::taken"])[0], "broker::mute");
    shows(led(Given::well()), &["iport::taken"]);
    let http = || BrokerError::NotTws { address: address(), seen: "HTTP/1.1 400".to_owned() };
    shows(Given::well().met(Some(Rung::Tcp), http()), &["!broker::not_tws"]);
    shows(Given::well().met(Some(Rung::Tcp), http()).other_publisher("web"), &["!port::taken"]);
    let tls = BrokerError::Tls { address: address(), seen: "\\x15\\x03".to_owned() };
    shows(Given::well().met(Some(Rung::Tcp), tls), &["!broker::tls"]);
}

#[test]
fn a_port_that_is_not_published_is_told_apart_from_one_that_is() {
    let bare = || Given::well().refused().gateway(|gateway| gateway.ports.clear());
    shows(bare(), &["!port::not_published"]);
    let elsewhere = |host: &str, port| {
        let published = vec![published(host, port, 4004)];
        Given::well().refused().gateway(|gateway| gateway.ports = published)
    };
    says(&shows(elsewhere("127.0.0.1", 4001), &["!port::not_published"])[0], "127.0.0.1:4001:4004");
    shows(elsewhere("192.168.1.5", 4002), &["!port::not_published"]);
    shows(elsewhere("0.0.0.0", 4002), &["!broker::refused"]);
    shows(bare().gateway(|gateway| gateway.host_network = true), &["!broker::refused"]);
    shows(Given::well().refused(), &["!broker::refused"]);
}

#[test]
fn a_wrong_mapping_is_certain_with_sockets_and_possible_without() {
    let found =
        shows(Given::well().nothing_behind().maps_to(4002).sockets(USUAL), &["!port::wrong_container_port"]);
    says(&found[0], "its forwarder listens on 4004");
    says(&found[0], "broker::nothing_behind");
    let live = &[("listen", "0.0.0.0:4003", NOBODY, 0)];
    shows(Given::well().nothing_behind().sockets(live), &["!port::wrong_container_port"]);
    let both = Given::well().nothing_behind().sockets(live);
    shows(
        both.gateway(|gateway| gateway.env = vec!["TRADING_MODE=both".to_owned()]),
        &["!broker::nothing_behind"],
    );
    // A paused container has its port still.
    let mut paused = Given::well().without_gateway(true).other_publisher("old-gateway");
    paused.0.publishers[0].status = Status::Paused;
    shows(paused.refused(), &["!port::taken"]);
    let mut leftover = Given::well().mute(Rung::Tcp).other_publisher("leftover");
    leftover.0.publishers[1].status = Status::Created;
    shows(leftover.gateway(|gateway| gateway.status = Status::Paused), &["!container::paused"]);
    let blind =
        Given::well().nothing_behind().maps_to(4002).gateway(|gateway| gateway.exposed = vec![4003, 4004]);
    shows(blind, &["?port::wrong_container_port", "?broker::nothing_behind"]);
    shows(Given::well().nothing_behind().maps_to(4002), &["?broker::nothing_behind", "?broker::tls"]);
    // A gateway that listens for all, and its forwarder beside it.
    shows(Given::well().nothing_behind().maps_to(4002).sockets(OPEN), &["!port::wrong_container_port"]);
    let mute = Given::well().mute(Rung::Tcp).maps_to(4002).sockets(OPEN).logged(600, COMPLETE);
    shows(mute, &["!port::wrong_container_port"]);
    shows(Given::well().not_accepted().maps_to(4002).sockets(OPEN), &["!port::wrong_container_port"]);
    // Any other port that is open to all is no forwarder for that: a page of figures, a control port.
    let page = &[("listen", "0.0.0.0:4002", NOBODY, 0), ("listen", "0.0.0.0:9090", NOBODY, 0)];
    let paged = |given: Given| {
        given.maps_to(4002).sockets(page).gateway(|gateway| gateway.exposed = vec![4002, 9090])
    };
    shows(
        paged(Given::well().mute(Rung::Tcp)).logged(600, COMPLETE),
        &["?gateway::wedged", "?gateway::accept_dialog"],
    );
    shows(paged(Given::well().not_accepted()), &["!broker::not_accepted"]);
    shows(paged(Given::well().nothing_behind()).sockets(&page[1..]), &["!broker::nothing_behind"]);
}

#[test]
fn nothing_behind_the_port_is_a_gateway_that_starts() {
    let found = shows(Given::well().nothing_behind(), &["?broker::nothing_behind", "?broker::tls"]);
    assert!(found[1].decided_by.as_ref().unwrap().contains("openssl s_client -connect 127.0.0.1:4002"));
    assert!(found[1].why.evidence.iter().all(|line| !line.contains("first bytes")), "{found:?}");
    // Something that is no known forwarder listens there and closes.
    let listens = [("listen", "0.0.0.0:8443", NOBODY, 0)];
    let found = shows(
        Given::well().nothing_behind().maps_to(8443).sockets(&listens),
        &["?broker::nothing_behind", "?broker::tls"],
    );
    says(&found[0], "something listens on port 8443 in the container, and closes");
    shows(Given::well().nothing_behind().maps_to(8443).sockets(&[]), &["!broker::nothing_behind"]);
    let ibc = |gateway: &mut Container| gateway.env = vec!["TWS_USERID=somebody".to_owned()];
    shows(Given::well().nothing_behind().gateway(ibc), &["!broker::nothing_behind"]);
    shows(
        Given::well().nothing_behind().sockets(&[("listen", "0.0.0.0:4004", NOBODY, 0)]),
        &["!broker::nothing_behind"],
    );
    shows(Given::well().nothing_behind().logged(9, &["Login attempt: 1"]), &["!gateway::not_logged_in"]);
    shows(Given::well().nothing_behind().logged(9, &["IBC will restart shortly"]), &["!gateway::restarting"]);
    shows(Given::well().nothing_behind().logged(9, COMPLETE), &["!broker::nothing_behind"]);
}

#[test]
fn silence_is_explained_by_the_log() {
    let mute = || Given::well().mute(Rung::Tcp);
    let found = shows(mute().logged(20, PROMPT), &["!gateway::two_factor_pending"]);
    says(&found[0], "until 2026-05-05T16:02:41Z");
    says(&found[0], "broker::mute");
    let cases: [(&[&str], &str); 9] = [
        (&["Login attempt: 1"], "!gateway::not_logged_in"),
        (&["Exiting after error with exit code=1111"], "!gateway::two_factor_timed_out"),
        (&["Login failed"], "!gateway::login_failed"),
        (&["Too many failed login attempts."], "!gateway::locked"),
        (&["The system is not currently available."], "!gateway::unavailable"),
        (
            &["detected dialog entitled: Existing session detected; event=Opened"],
            "!gateway::existing_session",
        ),
        (
            &["Login has completed", "|  JLabel: Accept incoming connection from 1.2.3.4"],
            "!gateway::accept_dialog",
        ),
        (&["IBC will restart shortly"], "!gateway::restarting"),
        (&["Exiting after error with exit code=1101"], "!gateway::not_logged_in"),
    ];
    for (lines, code) in cases {
        shows(mute().logged(600, lines), &[code]);
    }
    shows(mute().logged(30, COMPLETE), &["!gateway::not_logged_in"]);
    // The dialog is as mute, unless the gateway is known to trust whom it sees: behind the forwarder, itself.
    let both = ["?gateway::wedged", "?gateway::accept_dialog"];
    let found = shows(mute().logged(120, COMPLETE), &both);
    assert!(found[1].decided_by.as_ref().unwrap().contains("TrustedIPs"), "{found:?}");
    let trusts = || mute().logged(120, COMPLETE).jts("[IBGateway]\nTrustedIPs=127.0.0.1\n");
    shows(trusts(), &["!gateway::wedged"]);
    shows(trusts().maps_to(4002), &both);
}

#[test]
fn silence_without_a_log_is_not_guessed_at() {
    let mute = || Given::well().mute(Rung::Tcp);
    let all = ["?gateway::not_logged_in", "?gateway::accept_dialog", "?gateway::wedged"];
    shows(mute(), &all);
    shows(mute().logged(600, &["hello"]), &all);
    let stuck = &[("listen", "0.0.0.0:4004", NOBODY, 0), ("listen", "127.0.0.1:4002", NOBODY, 7)];
    let found = shows(
        mute().sockets(stuck),
        &["?gateway::wedged", "?gateway::not_logged_in", "?gateway::accept_dialog"],
    );
    says(&found[0], "7 connection(s) on port 4002 wait to be accepted");
    let left = [("close_wait", "127.0.0.1:4002", "127.0.0.1:5000", 0); 3];
    says(&shows(mute().sockets(&left).logged(600, COMPLETE), &["!gateway::wedged"])[0], "CLOSE_WAIT");
    // Nobody is trusted: a dialog would look the same, unless connections pile up.
    let jts = "[IBGateway]\nTrustedIPs=\n";
    shows(mute().jts(jts).logged(600, COMPLETE), &["?gateway::wedged", "?gateway::accept_dialog"]);
    shows(mute().jts(jts).sockets(stuck).logged(600, COMPLETE), &["!gateway::wedged"]);
}

#[test]
fn silence_after_the_version_keeps_its_own_name() {
    shows(Given::well().mute(Rung::Version), &["!broker::mute"]);
    shows(Given::well().mute(Rung::Accounts), &["!broker::mute"]);
    shows(Given::well().mute(Rung::Version).logged(9, PROMPT), &["!gateway::two_factor_pending"]);
    let unfinished =
        BrokerError::Mute { address: address(), reached: Rung::Tcp, waited_ms: 9, unfinished: 3 };
    // Whoever begins to speak is neither logging in nor wedged.
    let found =
        shows(Given::well().met(Some(Rung::Tcp), unfinished).logged(600, COMPLETE), &["!broker::mute"]);
    says(&found[0], "3 bytes came, then nothing");
}

#[test]
fn a_close_after_the_version_is_a_matter_of_trust_where_something_says_so() {
    let closed = Given::well;
    shows(closed().not_accepted(), &["!broker::not_accepted"]);
    let at = |after| Given::well().closed(after);
    let early = ["?gateway::restarting", "?broker::not_accepted"];
    let late = ["?broker::not_accepted", "?broker::dropped"];
    let found = shows(at([0, 0]), &early);
    says(&found[1], "the connection was closed (FIN), 0 ms after START_API");
    shows(at([500, 199]), &early);
    shows(at([200, 1500]), &["!broker::not_accepted"]);
    shows(at([3000, 3000]), &late);
    shows(at([5000, 500]), &late);
    shows(at([0, 500]), &late);
    shows(at([0, 0]).logged(9, &["IBC will restart shortly"]), &["!gateway::restarting"]);
    shows(closed().not_accepted().jts("[IBGateway]\nTrustedIPs=127.0.0.1\n"), &["!broker::not_accepted"]);
    shows(closed().not_accepted().jts("[IBGateway]\nTrustedIPs=\n"), &["!gateway::untrusted_ip"]);
    let ignored =
        ["Login has completed", "Ignoring API request 'jextend.StartApi' since API is not accepted."];
    shows(closed().not_accepted().logged(9, &ignored), &["!gateway::untrusted_ip"]);
    shows(
        closed().not_accepted().settings(|settings| settings.trusted_ips = vec!["10.0.0.9".to_owned()]),
        &["!gateway::untrusted_ip"],
    );
    // Straight to the gateway, it sees an address that is not its own.
    let localhost = |given: Given| given.settings(|settings| settings.localhost_only = Some(true));
    shows(localhost(closed().not_accepted().maps_to(4002)), &["!gateway::untrusted_ip"]);
    shows(localhost(closed().not_accepted()), &["!broker::not_accepted"]);
}

#[test]
fn a_client_id_in_use_is_told_with_its_owner_and_its_holder() {
    let in_use = |client_id| BrokerError::ClientIdInUse { address: address(), client_id };
    let peers = &[
        ("established", "127.0.0.1:4002", "127.0.0.1:5000", 0),
        ("established", "172.18.0.2:4004", "172.18.0.3:5001", 0),
    ];
    let held = Given::well().sockets(peers).tried(100, Some(&in_use(100)));
    let of_another = held.expects(|expected| expected.owners = vec![("monitor".to_owned(), 100)]);
    let found = shows(of_another, &["!broker::client_id_in_use"]);
    says(&found[0], "ledger: 100 belongs to monitor");
    says(&found[0], "connected to the API: the container bot");
    shows(Given::well().met(Some(Rung::Version), in_use(9000)), &["!broker::client_id_in_use"]);
    let first = Given::well().tried(100, Some(&in_use(100))).tried(101, None);
    shows(first, &["ibroker::client_id_in_use"]);
    let all = Given::well().tried(100, Some(&in_use(100))).tried(101, Some(&in_use(101)));
    says(&shows(all, &["!broker::client_ids_in_use"])[0], "100, 101");
    let foreign = Given::well().other_publisher("stranger").sockets(&[(
        "established",
        "172.18.0.2:4004",
        "172.19.0.2:5001",
        0,
    )]);
    let found = shows(
        foreign.tried(100, Some(&in_use(100))),
        &["!broker::client_id_in_use", "ibroker::foreign_client"],
    );
    says(&found[1], "the container stranger");
}

#[test]
fn ids_that_nobody_should_use_are_told() {
    shows(Given::well().expects(|expected| expected.client_ids.push(0)), &["!broker::client_id_zero"]);
    let zero = Given::well().bot(|bot| bot.env = vec!["IB_CLIENT_ID=0".to_owned(), "RETRIES=0".to_owned()]);
    shows(zero, &["ibroker::client_id_zero"]);
    let master = |id| Given::well().settings(|settings| settings.master_client_id = Some(id));
    shows(master(7), &[]);
    let found = shows(master(101), &["ibroker::master_client_id"]);
    says(&found[0], "`connection.client_id`");
    shows(master(9).bot(|bot| bot.env = vec!["CLIENT_ID=9".to_owned()]), &["ibroker::master_client_id"]);
}

#[test]
fn a_live_account_comes_first() {
    let accounts = |ids: &[&str]| {
        let ids = ids.iter().map(|id| AccountId::new(*id)).collect();
        Given::well().sees(|seen| seen.accounts = ids)
    };
    let old = |given: Given| given.sees(|seen| seen.server_version = Some(203));
    let found =
        shows(old(accounts(&["DU1", "U7654321"])), &["!broker::live_account", "!broker::server_too_old"]);
    assert_eq!(found[0].class, Class::Safety);
    assert!(!format!("{found:?}").contains("7654321"), "accounts are masked");
    let live = |expected: &mut openbell::evidence::Expected| {
        expected.accounts = vec![AccountPattern::try_from("U*".to_owned()).unwrap()];
    };
    shows(accounts(&["DU1234567"]).expects(live), &["!broker::paper_account"]);
    shows(accounts(&["U1234567"]).expects(live), &[]);
    shows(accounts(&["U1234567"]).expects(|expected| expected.accounts.clear()), &[]);
    shows(old(Given::well()), &["!broker::server_too_old"]);
    shows(old(Given::well()).expects(|expected| expected.least_server_version = None), &[]);
}

#[test]
fn what_a_session_shows_is_a_notice_unless_it_contradicts_the_playbook() {
    shows(Given::well().noticed(&[1100, 2104, 1102]), &["ibroker::connectivity_restored"]);
    shows(Given::well().noticed(&[1102]), &[]);
    shows(Given::well().noticed(&[1100, 1101, 1100]), &[]);
    let late = Given::well().sees(|seen| seen.gateway_time.as_mut().unwrap().0 -= 60);
    says(&shows(late, &["ibroker::clock_skew"])[0], "60 s behind");
    shows(Given::well().sees(|seen| seen.gateway_time.as_mut().unwrap().0 += 4), &[]);
    let read_only = || Given::well().gateway(|gateway| gateway.env = vec!["READ_ONLY_API=yes".to_owned()]);
    shows(read_only(), &["ibroker::read_only"]);
    shows(read_only().sees(|seen| seen.read_only = Some(false)), &[]);
    shows(read_only().expects(|expected| expected.read_only = Some(true)), &[]);
    shows(read_only().expects(|expected| expected.read_only = Some(false)), &["!broker::read_only"]);
    shows(Given::well().settings(|settings| settings.read_only = Some(true)), &["ibroker::read_only"]);
}

#[test]
fn what_the_wire_says_by_itself_keeps_its_own_code() {
    let met = |error| Given::well().met(Some(Rung::NextId), error);
    shows(met(BrokerError::HalfOpen { address: address(), waited_ms: 9 }), &["!broker::half_open"]);
    shows(
        met(BrokerError::ConnectivityLost { address: address(), code: 1100 }),
        &["!broker::connectivity_lost"],
    );
    let farms = "usfarm (2103)".to_owned();
    shows(met(BrokerError::FarmsBroken { address: address(), farms }), &["!broker::farms_broken"]);
    shows(met(BrokerError::FarmsUnknown { address: address(), waited_ms: 9 }), &["ibroker::farms_unknown"]);
    let garbled = BrokerError::Garbled { address: address(), reached: Rung::NextId, seen: "x".to_owned() };
    shows(met(garbled), &["!broker::garbled"]);
    shows(met(BrokerError::NoAccounts { address: address() }), &["!broker::no_accounts"]);
    shows(met(BrokerError::NoNextId { address: address() }), &["!broker::no_next_id"]);
    shows(met(BrokerError::Dropped { address: address(), how: "closed".to_owned() }), &["!broker::dropped"]);
    let flooded = BrokerError::Flooded { address: address(), reached: Rung::Version, messages: 500 };
    shows(met(flooded), &["!broker::flooded"]);
    let source = || std::io::Error::other("no");
    let nowhere = BrokerError::Unresolved { address: address(), source: source() };
    shows(Given::well().met(None, nowhere), &["!broker::unresolved"]);
    let nowhere = BrokerError::Unreachable { address: address(), source: source() };
    shows(Given::well().met(None, nowhere), &["!broker::unreachable"]);
}

#[test]
fn a_failure_without_a_name_is_unknown() {
    let mut given = Given::well().tried(100, Some(&BrokerError::NoAccounts { address: address() }));
    given.0.trials[0].why.as_mut().unwrap().code = "bug::no_code".to_owned();
    shows(given, &["!diagnose::unknown"]);
    let dropped = BrokerError::Dropped { address: address(), how: "closed".to_owned() };
    shows(Given::well().tried(100, Some(&dropped)), &["!broker::dropped"]);
}

#[test]
fn the_containers_around_it_are_notices() {
    let unhealthy = Health {
        status: HealthStatus::Unhealthy,
        failing_streak: 3,
        last_output: "no".to_owned(),
        log: vec![(1, "refused\n".to_owned())],
    };
    let sick = unhealthy.clone();
    let given = Given::well().gateway(|gateway| gateway.health = Some(sick));
    says(&shows(given, &["icontainer::unhealthy"])[0], "exit code 1: refused");
    let given = Given::well().mute(Rung::Version).gateway(|gateway| gateway.health = Some(unhealthy));
    shows(given, &["!broker::mute"]);
    let bot = |variable: &str| Given::well().bot(|bot| bot.env = vec![variable.to_owned()]);
    shows(bot("IBKR_GATEWAY_HOST=127.0.0.1"), &["iport::loopback_in_container"]);
    shows(bot("TWS_ADDRESS=localhost:4002"), &["iport::loopback_in_container"]);
    shows(bot("BIND_ADDRESS=127.0.0.1"), &[]);
    shows(bot("IBKR_HOST=gateway"), &[]);
    shows(bot("IBKR_HOST=127.0.0.1").bot(|bot| bot.host_network = true), &[]);
    let ended = |code| {
        Given::well().bot(|bot| {
            bot.status = Status::Exited;
            bot.exit_code = code;
        })
    };
    shows(ended(1), &["icontainer::exited"]);
    shows(ended(0), &[]);
}

#[test]
fn maintenance_is_one_more_possibility_and_hides_nothing() {
    let saturday = "2026-05-09T12:00:00Z";
    let found =
        shows(Given::well().mute(Rung::Version).at(saturday), &["!broker::mute", "?gateway::maintenance"]);
    says(&found[1], "until 2026-05-10T06:00:00Z");
    shows(Given::well().mute(Rung::Version), &["!broker::mute"]);
    let exited = Given::well().refused().gateway(|gateway| gateway.status = Status::Paused).at(saturday);
    shows(exited, &["!container::paused"]);
}
