//! Which remedies fit what was found: their order, what they need, and what is never done.

use std::time::Duration;

use openbell::diagnose::{Consent, Measure, Remedy, Target, remedies};
use openbell::diagnosis::Diagnosis;
use openbell::evidence::{Asked, Certainty, Evidence};
use openbell::ports::broker::BrokerError;

use crate::support::evidence::{ADDRESS, Given};
use crate::support::patient::{
    container, finding, findings, for_codes, in_a_container, nothing_seen, open_at, refused_trial, target,
};

fn names(remedies: &[Remedy]) -> Vec<&str> {
    remedies.iter().map(|remedy| remedy.name).collect()
}

fn reason(remedy: &Remedy) -> String {
    let why = Diagnosis::of(remedy.measure.as_ref().unwrap_err());
    assert_eq!(why.code, "remedy::not_possible");
    assert!(why.help.is_some());
    why.message
}

#[test]
fn the_ladder_goes_from_what_changes_nothing_to_what_logs_in_anew() {
    let codes = ["broker::mute", "broker::client_id_in_use", "broker::not_accepted", "broker::read_only"];
    let mut target = Target { ibc: Some("127.0.0.1:7462".into()), ..target() };
    target.expected.read_only = Some(false);
    let ladder = remedies(&target, &in_a_container(), &findings(&codes));
    assert_eq!(
        names(&ladder),
        [
            "longer_timeout",
            "longer_timeout",
            "longer_timeout",
            "next_client_id",
            "next_client_id",
            "trusted_ips",
            "read_only_off",
            "soft_restart",
            "container_restart"
        ]
    );
}

#[test]
fn a_lost_first_id_has_a_remedy_and_one_that_its_owner_holds_has_none() {
    let in_use = |client_id| BrokerError::ClientIdInUse { address: ADDRESS.to_owned(), client_id };
    let bot = ("established", "172.18.0.2:4004", "172.18.0.3:5001", 0);
    let given = || Given::well().tried(100, Some(&in_use(100))).tried(101, None);
    let target = || {
        let mut target = target();
        target.expected.client_ids = vec![100, 101];
        target
    };
    let ladder = |given: Given| {
        let found = openbell::evidence::findings(&given.0);
        remedies(&target(), &given.0, &found)
            .into_iter()
            .map(|remedy| remedy.measure.unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(ladder(given()), [Measure::NextClientId(101)]);
    assert_eq!(ladder(given().sockets(&[bot])), []);
}

#[test]
fn only_looking_again_is_safe_and_every_cost_is_told() {
    for remedy in for_codes(&["gateway::wedged", "broker::client_ids_in_use"]) {
        let measure = remedy.measure.unwrap();
        let safe = matches!(measure, Measure::LongerTimeout(_) | Measure::NextClientId(_));
        assert_eq!(measure.consent(), if safe { Consent::Safe } else { Consent::All });
        assert_eq!(measure.cost() == "nothing in the world changes", safe);
        assert_eq!(measure.restarts(), !safe);
        assert_eq!(measure.cost().contains("second factor"), !safe);
    }
}

#[test]
fn every_kind_of_silence_is_answered_with_more_patience_than_there_was() {
    for code in ["broker::mute", "gateway::two_factor_pending", "gateway::maintenance", "broker::flooded"] {
        let patient = Target { patience: Duration::from_mins(1), ..target() };
        let ladder = remedies(&patient, &nothing_seen(), &findings(&[code]));
        let longer: Vec<_> = ladder.iter().filter_map(|remedy| remedy.measure.clone().ok()).collect();
        let expected = [90, 120].map(|seconds| Measure::LongerTimeout(Duration::from_secs(seconds)));
        assert_eq!(longer, expected, "{code}");
    }
}

#[test]
fn no_restart_where_another_log_in_would_do_harm() {
    for harm in [
        "gateway::login_failed",
        "gateway::locked",
        "gateway::two_factor_timed_out",
        "gateway::existing_session",
        "gateway::maintenance",
        "broker::live_account",
        "container::foreign",
    ] {
        for certainty in [Certainty::Certain, Certainty::Possible, Certainty::Notice] {
            let causes = [
                finding("gateway::wedged", Certainty::Possible),
                finding(harm, certainty),
                finding("gateway::untrusted_ip", Certainty::Certain),
            ];
            let mut evidence = in_a_container();
            evidence.jts_ini = Asked::Is(Some("[IBGateway]\n".into()));
            let target = Target { ibc: Some("127.0.0.1:7462".into()), ..target() };
            let ladder = remedies(&target, &evidence, &causes);
            let restarts = ladder.iter().any(|remedy| remedy.measure.as_ref().is_ok_and(Measure::restarts));
            assert!(!restarts, "{harm}");
            assert_eq!(names(&ladder).last(), Some(&"container_restart"), "{harm}");
            let last = ladder.last().unwrap();
            assert!(reason(last).starts_with("container_restart is not possible: "), "{}", reason(last));
            assert_eq!(last.because.code, harm);
        }
    }
}

#[test]
fn no_restart_where_a_log_in_may_be_in_progress_and_nothing_is_sure() {
    use Certainty::{Certain, Notice, Possible};
    let target = Target { ibc: Some("127.0.0.1:7462".into()), ..target() };
    let restarts = |causes: &[(&str, Certainty)]| {
        let causes: Vec<_> = causes.iter().map(|(code, certainty)| finding(code, *certainty)).collect();
        let mut ladder = remedies(&target, &in_a_container(), &causes);
        ladder.retain(|remedy| remedy.name != "longer_timeout");
        ladder
    };
    for logging_in in ["not_logged_in", "accept_dialog", "unavailable", "restarting"] {
        let logging_in = format!("gateway::{logging_in}");
        for stuck in ["gateway::wedged", "broker::mute"] {
            let ladder = restarts(&[(stuck, Possible), (&logging_in, Possible)]);
            assert_eq!(names(&ladder), ["container_restart"]);
            assert!(reason(&ladder[0]).contains("it may be logging in: another log-in would do harm"));
            assert!(
                restarts(&[(stuck, Certain), (&logging_in, Possible)]).iter().all(|one| one.measure.is_ok())
            );
            assert!(
                restarts(&[(stuck, Possible), (&logging_in, Notice)]).iter().all(|one| one.measure.is_ok())
            );
        }
    }
    assert_eq!(restarts(&[("gateway::wedged", Possible)]).len(), 2, "nothing else fits");
    for certainty in [Certain, Possible] {
        let ladder = restarts(&[("gateway::wedged", Certain), ("gateway::two_factor_pending", certainty)]);
        assert!(reason(&ladder[0]).contains("second factor"), "{}", reason(&ladder[0]));
    }
    assert_eq!(restarts(&[("gateway::wedged", Certain), ("gateway::two_factor_pending", Notice)]).len(), 2);
    let mut decided = finding("gateway::wedged", Possible);
    decided.decided_by = Some("the gateway's log".into());
    let ladder =
        remedies(&target, &in_a_container(), &[decided, finding("gateway::not_logged_in", Possible)]);
    let why = Diagnosis::of(ladder.last().unwrap().measure.as_ref().unwrap_err());
    assert_eq!(why.help.as_deref(), Some("what decides: the gateway's log"));
}

#[test]
fn a_file_is_changed_only_for_an_address_that_is_surely_not_trusted() {
    let jts_ini = Asked::Is(Some("[IBGateway]\nTrustedIPs=192.0.2.7\n".into()));
    let evidence = Evidence { jts_ini, ..in_a_container() };
    for (certainty, fits) in [(Certainty::Certain, true), (Certainty::Possible, false)] {
        for code in ["gateway::untrusted_ip", "broker::not_accepted"] {
            let ladder = remedies(&target(), &evidence, &[finding(code, certainty)]);
            assert_eq!((ladder[0].name, ladder[0].measure.is_ok()), ("trusted_ips", fits), "{code}");
        }
    }
}

#[test]
fn nothing_is_tried_where_a_person_must_act() {
    for code in [
        "port::wrong_container_port",
        "docker::no_image",
        "broker::unresolved",
        "broker::tls",
        "docker::unreachable",
    ] {
        assert!(for_codes(&[code, "broker::mute", "broker::dropped"]).is_empty(), "{code}");
    }
    assert!(for_codes(&["broker::farms_broken", "bot::not_up"]).is_empty());
    let live = [finding("broker::live_account", Certainty::Notice)];
    assert!(remedies(&target(), &in_a_container(), &live).is_empty(), "a gateway that is well is left alone");
    let notice =
        [finding("broker::read_only", Certainty::Notice), finding("broker::dropped", Certainty::Notice)];
    assert!(remedies(&target(), &in_a_container(), &notice).is_empty());
}

#[test]
fn what_a_restart_needs_is_named_when_it_is_missing() {
    let ladder = remedies(&target(), &nothing_seen(), &findings(&["broker::half_open"]));
    assert_eq!(names(&ladder), ["soft_restart", "container_restart"]);
    assert!(reason(&ladder[0]).contains("no address of IBC's command port"), "{}", reason(&ladder[0]));
    assert!(reason(&ladder[1]).contains("no container of the gateway"), "{}", reason(&ladder[1]));
}

#[test]
fn a_gateway_has_its_declared_time_to_log_out_else_90_seconds() {
    let grace = |stop_grace| {
        let target = Target { stop_grace, ..target() };
        let ladder = remedies(&target, &in_a_container(), &findings(&["broker::dropped"]));
        match ladder.last().unwrap().measure.clone().unwrap() {
            Measure::ContainerRestart { grace, .. } => grace.as_secs(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!((grace(None), grace(Some(Duration::from_secs(30)))), (90, 30));
}

#[test]
fn ids_that_were_refused_are_not_asked_for_again() {
    let cause = findings(&["broker::client_id_in_use"]);
    let one = Evidence { trials: vec![refused_trial(100)], ..nothing_seen() };
    let ladder = remedies(&target(), &one, &cause);
    assert_eq!(ladder.len(), 1);
    assert_eq!(ladder[0].measure, Ok(Measure::NextClientId(101)));
    let both = Evidence { trials: vec![refused_trial(100), refused_trial(101)], ..nothing_seen() };
    let ladder = remedies(&target(), &both, &cause);
    assert!(reason(&ladder[0]).contains("no declared client id is left"), "{}", reason(&ladder[0]));
}

fn with_bots(evidence: Evidence) -> Evidence {
    let bot = container("bot", &[("stack_default", "172.18.0.3"), ("elsewhere", "10.1.1.1")]);
    let ended = container("monitor", &[("stack_default", "0.0.0.0")]);
    Evidence { others: vec![bot, ended], ..evidence }
}

#[test]
fn the_addresses_of_the_stack_are_trusted_and_never_all() {
    let evidence = with_bots(open_at(221, &["192.168.1.7"]));
    let ladder = remedies(&target(), &evidence, &findings(&["gateway::untrusted_ip"]));
    let ips = ["192.168.1.7", "127.0.0.1", "172.18.0.3"].map(str::to_owned).to_vec();
    assert_eq!(ladder[0].measure, Ok(Measure::TrustedIps(ips)));
    let trusted = with_bots(open_at(226, &["127.0.0.1", "172.18.0.3"]));
    let ladder = remedies(&target(), &trusted, &findings(&["gateway::untrusted_ip"]));
    assert!(reason(&ladder[0]).contains("trusts every address"), "{}", reason(&ladder[0]));
}

#[test]
fn an_older_gateway_reads_whom_to_trust_from_its_file() {
    let file = |text: &str| Asked::Is(Some(text.to_owned()));
    let cause = findings(&["broker::not_accepted"]);
    let found = |evidence: &Evidence| remedies(&target(), evidence, &cause).remove(0);
    for evidence in [open_at(220, &[]), in_a_container()] {
        let evidence =
            Evidence { jts_ini: file("[IBGateway]\nTrustedIPs=127.0.0.1\n"), ..with_bots(evidence) };
        let measure = found(&evidence).measure.unwrap();
        assert!(matches!(&measure, Measure::TrustedIpsInFile { ips, .. } if ips.len() == 1), "{measure:?}");
        assert!(measure.cost().contains("a new log-in"), "{}", measure.cost());
    }
    let told = |jts_ini| reason(&found(&Evidence { jts_ini, ..in_a_container() }));
    assert!(told(file("[IBGateway]\nTrustedIPs=127.0.0.1\n")).contains("already"));
    assert!(told(file("[Logon]\nTrustedIPs=1.2.3.4\n")).contains("no section"));
    assert!(told(Asked::Is(None)).contains("has no jts.ini"));
    assert!(reason(&found(&nothing_seen())).contains("no container"));
}

#[test]
fn read_only_is_turned_off_only_where_that_is_declared() {
    let cause = findings(&["broker::read_only"]);
    let declared = |read_only| {
        let mut target = target();
        target.expected.read_only = read_only;
        target
    };
    for read_only in [None, Some(true)] {
        assert!(remedies(&declared(read_only), &open_at(226, &[]), &cause).is_empty());
    }
    let ladder = remedies(&declared(Some(false)), &open_at(226, &[]), &cause);
    assert_eq!(ladder[0].measure, Ok(Measure::ReadOnlyOff));
    let old = remedies(&declared(Some(false)), &open_at(219, &[]), &cause);
    assert!(reason(&old[0]).contains("221"));
    let live = findings(&["broker::read_only", "broker::live_account"]);
    let live = remedies(&declared(Some(false)), &open_at(226, &[]), &live);
    assert!(live.iter().all(|remedy| remedy.measure.is_err()));
}

#[test]
fn what_works_is_proposed_only_where_it_says_more_than_is_declared() {
    let longer = Measure::LongerTimeout(Duration::from_secs(90));
    let declared = |seconds| Target { timeout: Some(Duration::from_secs(seconds)), ..target() };
    let proposal = longer.proposal(&declared(60)).unwrap();
    assert_eq!(
        (proposal.edits[0].at.as_str(), proposal.edits[0].value.as_str()),
        ("/connection/timeout", "90s")
    );
    assert!(longer.proposal(&declared(90)).is_none());
    let mut target = target();
    target.expected.client_ids = vec![100, 101, 102, 103];
    let edits = Measure::NextClientId(102).proposal(&target).unwrap().edits;
    let edits: Vec<_> = edits.iter().map(|edit| (edit.at.as_str(), edit.value.as_str())).collect();
    let expected = [
        ("/connection/client_id/0", "102"),
        ("/connection/client_id/1", "100"),
        ("/connection/client_id/2", "101"),
    ];
    assert_eq!(edits, expected);
    assert!(Measure::ReadOnlyOff.proposal(&target).is_none());
}
