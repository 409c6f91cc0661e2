//! The remedy ladder in a world of fakes: order, consent, one application each, and what is waited for. Time is paused.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use openbell::diagnose::{After, Consent, Measure, Named, Remedy, RemedyError, Sight, Target, Tried};
use openbell::diagnosis::Diagnosis;
use openbell::engine::{Bounds, Progress, mend};
use openbell::evidence::Certainty;
use openbell::ladder::{Reached, Rung};
use openbell::ports::broker::{
    ApiSettings, Broker, BrokerError, Climb, Connect, HeldSession, Probe, ProbeAsk, Question, Seen, Session,
    SettingsChange,
};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::support::patient::{
    JTS, fakes, finding, findings, for_codes, in_use, mute, nothing_seen, refused, target,
};
use crate::support::world::{Fakes, ProbeAnswer};

const WITHIN: Duration = Duration::from_mins(5);

async fn mended(fakes: &Fakes, ladder: &[Remedy], consent: Consent) -> Vec<Tried> {
    let stop = CancellationToken::new();
    let bounds = Bounds { consent, within: WITHIN, stop: &stop };
    mend(&fakes.world, &target(), ladder, bounds, &|_| {}, as_before).await.tried
}

/// Nothing has changed since the first look.
async fn as_before(_: &Target) -> Sight {
    seen(&[("gateway::wedged", Certainty::Certain)])
}

fn seen(causes: &[(&str, Certainty)]) -> Sight {
    let findings = causes.iter().map(|(code, certainty)| finding(code, *certainty)).collect();
    Sight { evidence: nothing_seen(), findings, ladder: vec![] }
}

fn one(measure: Measure) -> Vec<Remedy> {
    let because = findings(&["gateway::wedged"]).remove(0).why;
    vec![Remedy { name: measure.name(), measure: Ok(measure), because }]
}

fn longer(seconds: u64) -> Measure {
    Measure::LongerTimeout(Duration::from_secs(seconds))
}

fn container_restart() -> Measure {
    Measure::ContainerRestart { container: "gateway".into(), grace: Duration::from_secs(90) }
}

fn soft_restart() -> Measure {
    Measure::SoftRestart { ibc: "127.0.0.1:7462".into() }
}

fn why(tried: &Tried) -> &str {
    match &tried.after {
        After::DidNotHelp { why } | After::NotPossible { why } => &why.code,
        other => panic!("{other:?}"),
    }
}

fn fail(fakes: &Fakes, times: usize, error: impl Fn() -> BrokerError) {
    (0..times).for_each(|_| fakes.gateway.probes.push(ProbeAnswer::Fails(error())));
}

fn asked(fakes: &Fakes) -> Vec<String> {
    fakes.gateway.asked.lock().unwrap().clone()
}

/// A gateway whose handshakes go as queued: so long, and whether it answers then, drops the connection or stays mute.
struct Slow {
    answers: Mutex<std::collections::VecDeque<(u64, Result<(), BrokerError>)>>,
    patience: Mutex<Vec<u64>>,
}

#[async_trait]
impl Probe for Slow {
    async fn probe(&self, ask: &ProbeAsk, _: &(dyn Fn(Rung) + Sync)) -> Climb {
        self.patience.lock().unwrap().push(ask.patience.as_secs());
        let (seconds, end) = self.answers.lock().unwrap().pop_front().unwrap();
        let took = Duration::from_secs(seconds);
        tokio::time::sleep(took).await;
        let rungs =
            if end.is_ok() { vec![(Rung::Tcp, Duration::ZERO), (Rung::Version, took)] } else { vec![] };
        Climb { seen: Seen { rungs, ..Seen::default() }, end }
    }
}

async fn slow(
    answers: Vec<(u64, Result<(), BrokerError>)>,
    ladder: &[Remedy],
) -> (Vec<Tried>, Vec<u64>, Vec<Duration>) {
    let (mut fakes, _) = fakes(true).await;
    let slow = Arc::new(Slow { answers: Mutex::new(answers.into()), patience: Mutex::default() });
    fakes.world.probe = slow.clone();
    let stop = CancellationToken::new();
    let bounds = Bounds { consent: Consent::Safe, within: WITHIN, stop: &stop };
    let looked = Mutex::new(Vec::new());
    let again = async |target: &Target| {
        looked.lock().unwrap().push(target.patience);
        seen(&[])
    };
    let mended = mend(&fakes.world, &target(), ladder, bounds, &|_| {}, again).await;
    let patience = slow.patience.lock().unwrap().clone();
    (mended.tried, patience, looked.into_inner().unwrap())
}

#[tokio::test(start_paused = true)]
async fn the_first_that_works_ends_the_ladder() {
    let ladder = for_codes(&["gateway::wedged"]);
    let (tried, patience, looked) = slow(vec![(60, Err(mute())), (70, Ok(()))], &ladder).await;
    assert_eq!(tried.len(), 2, "{tried:#?}");
    assert_eq!((tried[0].before.code.as_str(), why(&tried[0])), ("gateway::wedged", "broker::mute"));
    assert_eq!(tried[1].before.code, "broker::mute", "the last reason is how it stood before");
    assert!(tried[1].worked() && !tried[0].worked());
    assert_eq!(tried[1].did, ["connect with a timeout of 90 s"]);
    assert_eq!(tried[1].proposal.as_ref().unwrap().edits[0].value, "90s");
    assert!(tried[0].proposal.is_none());
    assert_eq!(patience, [60, 90]);
    assert_eq!(looked, [Duration::from_secs(90)], "looked at again with the patience that it needs");
}

#[tokio::test(start_paused = true)]
async fn patience_is_not_credited_with_a_gateway_that_became_ready_meanwhile() {
    let ladder = for_codes(&["gateway::wedged"]);
    for at_once in [0, 10] {
        let (tried, _, looked) = slow(vec![(60, Err(mute())), (at_once, Ok(()))], &ladder).await;
        assert_eq!((tried.len(), &tried[1].after), (2, &After::BecameReady));
        assert!(tried[1].ended_ready() && !tried[1].worked() && tried[1].proposal.is_none());
        assert!(RemedyError::none_worked("a", &tried).is_none());
        assert_eq!(looked, [Duration::from_secs(10)]);
    }
    let (tried, ..) = slow(vec![(11, Ok(()))], &ladder).await;
    assert!(tried[0].worked(), "more than the ten seconds that were not enough");
}

#[tokio::test(start_paused = true)]
async fn a_dropped_handshake_is_tried_once_more_with_the_same_timeout() {
    let dropped = || Err(BrokerError::Dropped { address: "a".into(), how: "closed".into() });
    let behind = || Err(BrokerError::NothingBehind { address: "a".into(), how: "closed".into() });
    let ladder = for_codes(&["gateway::wedged"]);
    let (tried, patience, _) = slow(vec![(10, behind()), (0, Ok(()))], &ladder).await;
    assert_eq!((tried.len(), &tried[0].after), (1, &After::BecameReady));
    assert_eq!(patience, [60, 60]);
    let (tried, patience, _) = slow(vec![(10, dropped()), (10, dropped()), (80, Ok(()))], &ladder).await;
    assert_eq!((tried.len(), why(&tried[0]), tried[1].worked()), (2, "broker::dropped", true));
    assert_eq!(patience, [60, 60, 90], "once");
}

/// Has IBC restart the gateway in vain, after which it stands like this.
async fn after_a_soft_restart(now: &[(&str, Certainty)]) -> (Fakes, Vec<Tried>) {
    let (fakes, _) = fakes(true).await;
    fail(&fakes, 5000, refused);
    let ladder = for_codes(&["broker::half_open"]);
    let stop = CancellationToken::new();
    let bounds = Bounds { consent: Consent::All, within: WITHIN, stop: &stop };
    let mended = mend(&fakes.world, &target(), &ladder, bounds, &|_| {}, async |_: &Target| seen(now)).await;
    assert_eq!(mended.now.unwrap().findings, seen(now).findings);
    (fakes, mended.tried)
}

#[tokio::test(start_paused = true)]
async fn what_is_true_now_bars_a_restart_that_did_fit() {
    use Certainty::{Certain, Possible};
    for now in [
        &[("gateway::locked", Certain)][..],
        &[("gateway::two_factor_pending", Possible), ("broker::mute", Certain)],
        &[("gateway::wedged", Possible), ("gateway::not_logged_in", Possible)],
        &[("gateway::unavailable", Certain)],
        &[("port::wrong_container_port", Certain)],
    ] {
        let (fakes, tried) = after_a_soft_restart(now).await;
        assert_eq!(
            (tried.len(), why(&tried[0]), why(&tried[1])),
            (2, "broker::refused", "remedy::not_possible")
        );
        assert!(now.iter().any(|(code, _)| *code == tried[1].before.code), "{:?}", tried[1].before);
        assert!(fakes.engine.changes().is_empty(), "{now:?}");
    }
    for now in [&[("broker::refused", Certain)][..], &[("gateway::wedged", Certain)]] {
        let (fakes, _) = after_a_soft_restart(now).await;
        assert_eq!(fakes.engine.changes(), ["stop gateway", "start gateway"], "{now:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_gateway_logs_after_a_soft_restart_bars_the_next_one() {
    for (line, code) in [
        (
            "Login error message: Too many failed login attempts. Please wait before trying again.",
            "gateway::locked",
        ),
        ("Second Factor Authentication initiated", "gateway::two_factor_pending"),
    ] {
        let (fakes, ibc) = fakes(true).await;
        fail(&fakes, 5000, mute);
        fakes.engine.with(|state| state.logs.insert("gateway".into(), vec![line.into()]));
        let target = Target {
            gateway: Some(Named { key: "gateway".into(), name: "gateway".into(), image: None }),
            ..target()
        };
        let now = "2026-05-05T16:00:00Z".parse().unwrap();
        let again = async |target: &Target| Sight::of(&fakes.world, target, now).await;
        let stop = CancellationToken::new();
        let bounds = Bounds { consent: Consent::All, within: WITHIN, stop: &stop };
        let ladder = for_codes(&["broker::half_open"]);
        let mended = mend(&fakes.world, &target, &ladder, bounds, &|_| {}, again).await;
        assert_eq!(why(&mended.tried[1]), "remedy::not_possible");
        assert_eq!(mended.tried[1].before.code, code);
        assert!(fakes.engine.changes().is_empty(), "{:?}", fakes.engine.changes());
        assert_eq!(*ibc.commands.lock().unwrap(), 1);
        let now = mended.now.unwrap();
        assert!(!now.is_ready() && now.findings[0].why.code == code, "{:?}", now.findings);
    }
}

#[tokio::test(start_paused = true)]
async fn a_gateway_that_became_ready_is_not_restarted() {
    let (fakes, _) = fakes(true).await;
    fail(&fakes, 5000, refused);
    let ready = async |_: &Target| Sight {
        ladder: vec![Reached { rung: Rung::Request, after_ms: 1.0 }],
        ..seen(&[])
    };
    let ladder = for_codes(&["broker::half_open"]);
    let stop = CancellationToken::new();
    let bounds = Bounds { consent: Consent::All, within: WITHIN, stop: &stop };
    let tried = mend(&fakes.world, &target(), &ladder, bounds, &|_| {}, ready).await.tried;
    assert_eq!((tried.len(), &tried[1].after), (2, &After::BecameReady));
    assert!(fakes.engine.changes().is_empty() && tried[1].did.is_empty());
}

#[tokio::test(start_paused = true)]
async fn without_consent_nothing_in_the_world_changes() {
    let (fakes, ibc) = fakes(true).await;
    fail(&fakes, 3, mute);
    let tried = mended(&fakes, &for_codes(&["gateway::wedged"]), Consent::Safe).await;
    let after: Vec<_> = tried[3..].iter().map(|tried| (tried.remedy.as_str(), &tried.after)).collect();
    assert_eq!(after.len(), 2);
    for (name, after) in after {
        let After::NotTried { because } = after else { panic!("{name}: {after:?}") };
        assert!(because.starts_with("needs --fix all; cost: "), "{because}");
    }
    assert_eq!(tried[3].before.code, "broker::mute");
    assert!(fakes.engine.changes().is_empty());
    assert_eq!((*ibc.commands.lock().unwrap(), asked(&fakes).len()), (0, 3));
    let error = RemedyError::none_worked("127.0.0.1:4002", &tried).unwrap();
    assert_eq!(Diagnosis::of(&error).code, "remedy::none_worked");
    assert!(error.to_string().contains("longer_timeout"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_restart_is_asked_for_once_and_waited_for() {
    let (fakes, _) = fakes(false).await;
    fail(&fakes, 20, refused);
    let tried = mended(&fakes, &one(container_restart()), Consent::All).await;
    assert!(tried[0].worked(), "{tried:#?}");
    assert_eq!(fakes.engine.changes(), ["stop gateway", "start gateway"]);
    assert_eq!(asked(&fakes).len(), 21);
    assert!(tried[0].took_ms > 1000.0);
    assert!(tried[0].proposal.is_none());
    assert!(RemedyError::none_worked("a", &tried).is_none());
}

#[tokio::test(start_paused = true)]
async fn a_gateway_that_does_not_come_back_is_given_up_in_time_with_the_last_reason() {
    let (fakes, _) = fakes(false).await;
    fail(&fakes, 5000, refused);
    let began = Instant::now();
    let tried = mended(&fakes, &one(container_restart()), Consent::All).await;
    assert_eq!(why(&tried[0]), "broker::refused");
    assert!((WITHIN..WITHIN + Duration::from_secs(15)).contains(&began.elapsed()), "{:?}", began.elapsed());
    assert_eq!(fakes.engine.changes(), ["stop gateway", "start gateway"], "once");
}

#[tokio::test(start_paused = true)]
async fn an_ibc_that_takes_no_commands_leads_on_to_the_container() {
    let (fakes, ibc) = fakes(false).await;
    let tried = mended(&fakes, &for_codes(&["broker::half_open"]), Consent::All).await;
    assert_eq!(why(&tried[0]), "ibc::refused");
    assert_eq!(tried[1].before.code, "ibc::refused");
    assert!(tried[1].worked());
    assert_eq!(*ibc.commands.lock().unwrap(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_gateway_that_is_about_to_restart_is_not_taken_for_one_that_has() {
    let (fakes, ibc) = fakes(true).await;
    fakes.gateway.probes.push(ProbeAnswer::Ready(vec!["DU1234567"]));
    fail(&fakes, 3, refused);
    let tried = mended(&fakes, &one(soft_restart()), Consent::All).await;
    assert!(tried[0].worked(), "{tried:#?}");
    assert_eq!((asked(&fakes).len(), *ibc.commands.lock().unwrap()), (5, 1));
    assert!(tried[0].did[0].contains("OK Restarting"), "{:?}", tried[0].did);
    assert!(fakes.engine.changes().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_restart_that_nobody_saw_is_believed_after_a_while() {
    let (fakes, _) = fakes(true).await;
    let began = Instant::now();
    let tried = mended(&fakes, &one(soft_restart()), Consent::All).await;
    assert!(tried[0].worked(), "{tried:#?}");
    assert!(began.elapsed() >= Duration::from_secs(30));
    assert!(asked(&fakes).len() < 8, "a gateway that answers is not hurried: {:?}", asked(&fakes));
}

#[tokio::test(start_paused = true)]
async fn a_declared_id_is_left_to_its_holder() {
    let (fakes, _) = fakes(false).await;
    fakes.gateway.probes.push(ProbeAnswer::Fails(in_use(100)));
    fakes.gateway.probes.push(ProbeAnswer::Fails(in_use(101)));
    let tried = mended(&fakes, &one(longer(60)), Consent::Safe).await;
    assert!(tried[0].ended_ready(), "{tried:#?}");
    let ids: Vec<_> = asked(&fakes).iter().map(|asked| asked[6..9].to_owned()).collect();
    assert_eq!(ids, ["100", "101", "900"], "then one of openbell's own");
}

#[tokio::test(start_paused = true)]
async fn an_id_that_is_tried_is_asked_for_once() {
    let (fakes, _) = fakes(false).await;
    fakes.gateway.probes.push(ProbeAnswer::Fails(in_use(101)));
    let tried = mended(&fakes, &one(Measure::NextClientId(101)), Consent::Safe).await;
    assert_eq!(why(&tried[0]), "broker::client_id_in_use");
    assert_eq!(asked(&fakes), ["probe 101 patience 10s"]);
}

#[tokio::test(start_paused = true)]
async fn ctrl_c_ends_the_wait_and_never_leaves_a_gateway_stopped() {
    let (fakes, _) = fakes(false).await;
    fail(&fakes, 5000, refused);
    let stop = CancellationToken::new();
    let ladder = [one(container_restart()), one(longer(60))].concat();
    let told = Mutex::new(Vec::new());
    let hear = |progress: Progress<'_>| {
        told.lock().unwrap().push(match progress {
            Progress::Begins(measure) => format!("begins {}", measure.name()),
            Progress::Ended(tried) => format!("ended {}", tried.remedy),
        });
    };
    let target = target();
    let bounds = Bounds { consent: Consent::All, within: WITHIN, stop: &stop };
    let mending = mend(&fakes.world, &target, &ladder, bounds, &hear, as_before);
    let ending = async {
        tokio::time::sleep(Duration::from_secs(5)).await;
        stop.cancel();
    };
    let (mended, ()) = tokio::join!(mending, ending);
    assert!(mended.now.is_none(), "nobody waits for another look");
    let tried = mended.tried;
    assert_eq!((tried.len(), &tried[0].after), (1, &After::Interrupted));
    assert_eq!(told.into_inner().unwrap(), ["begins container_restart", "ended container_restart"]);
    assert!(fakes.engine.is_running("gateway"));
    let tried = mend(&fakes.world, &target, &ladder, bounds, &|_| {}, as_before).await.tried;
    assert!(tried.is_empty(), "nothing is begun after it");
}

fn trust() -> Measure {
    let ips = vec!["172.18.0.3".parse().unwrap()];
    Measure::TrustedIpsInFile { container: "gateway".into(), ips, grace: Duration::from_secs(90) }
}

fn file(fakes: &Fakes, text: &str) {
    let key = ("gateway".to_owned(), JTS.to_owned());
    fakes.engine.with(|state| state.files.insert(key, text.as_bytes().to_vec()));
}

#[tokio::test(start_paused = true)]
async fn trusted_addresses_are_added_while_the_gateway_is_down_and_nothing_else_is_touched() {
    for (before, after) in [
        (
            "[IBGateway]\r\nWriteDebug=false\r\nTrustedIPs=127.0.0.1\r\n[Logon]\r\nTrustedIPs=9.9.9.9\r\n",
            "[IBGateway]\r\nWriteDebug=false\r\nTrustedIPs=127.0.0.1,172.18.0.3\r\n[Logon]\r\nTrustedIPs=9.9.9.9\r\n",
        ),
        ("# é\n[IBGateway]\nTrustedIPs=", "# é\n[IBGateway]\nTrustedIPs=172.18.0.3"),
        ("[Logon]\nuser=x\n[IBGateway]", "[Logon]\nuser=x\n[IBGateway]\nTrustedIPs=172.18.0.3\n"),
    ] {
        let (fakes, _) = fakes(false).await;
        file(&fakes, before);
        let tried = mended(&fakes, &one(trust()), Consent::All).await;
        assert!(tried[0].worked(), "{tried:#?}");
        assert_eq!(
            fakes.engine.changes(),
            ["stop gateway", &format!("replace {JTS} in gateway"), "start gateway"]
        );
        let written = fakes.engine.with(|state| state.files.values().next().unwrap().clone());
        assert_eq!(String::from_utf8(written).unwrap(), after);
    }
}

#[tokio::test(start_paused = true)]
async fn a_gateway_whose_file_is_gone_is_started_again() {
    let (fakes, _) = fakes(false).await;
    let tried = mended(&fakes, &one(trust()), Consent::All).await;
    assert_eq!(why(&tried[0]), "remedy::not_possible");
    assert!(fakes.engine.is_running("gateway"));
    assert_eq!(tried[0].did, ["stopped gateway", "started gateway"]);
}

#[tokio::test(start_paused = true)]
async fn read_only_is_off_when_the_gateway_says_so() {
    let (fakes, _) = fakes(false).await;
    let began = Instant::now();
    // The fake says nothing about orders: that proves nothing.
    let tried = mended(&fakes, &one(Measure::ReadOnlyOff), Consent::All).await;
    assert_eq!(why(&tried[0]), "broker::read_only");
    // Half a minute, a pause that was begun in it (30 s, a fifth more or less), and 5 s until the last look.
    assert!(began.elapsed() < Duration::from_secs(72));
}

#[tokio::test(start_paused = true)]
async fn what_is_not_possible_is_told_and_the_ladder_goes_on() {
    let (fakes, _) = fakes(false).await;
    let ladder = openbell::diagnose::remedies(
        &target(),
        &crate::support::patient::in_a_container(),
        &findings(&["broker::dropped"]),
    );
    let tried = mended(&fakes, &ladder, Consent::All).await;
    assert_eq!((why(&tried[0]), tried[1].worked()), ("remedy::not_possible", true));
    assert_eq!(tried[1].before.code, "broker::dropped", "nothing has changed meanwhile");
}

#[tokio::test(start_paused = true)]
async fn an_account_of_it_survives_being_written_down() {
    let (fakes, _) = fakes(false).await;
    fail(&fakes, 5, mute);
    let tried = mended(&fakes, &for_codes(&["gateway::wedged"]), Consent::All).await;
    let text = serde_json::to_string(&tried).unwrap();
    assert_eq!(serde_json::from_str::<Vec<Tried>>(&text).unwrap(), tried);
    assert!(text.contains(r#""after":"worked""#), "{text}");
    let target = Target { timeout: Some(Duration::from_mins(2)), ..target() };
    assert!(longer(120).proposal(&target).is_none());
}

#[tokio::test(start_paused = true)]
async fn an_ibc_that_answers_without_words_is_told_of_without_a_colon() {
    let (mut fakes, _) = fakes(true).await;
    fakes.world.ibc = Arc::new(Wordless);
    let tried = mended(&fakes, &one(soft_restart()), Consent::All).await;
    assert_eq!(tried[0].did, ["told IBC at 127.0.0.1:7462 to restart the gateway"]);
}

struct Wordless;

#[async_trait]
impl openbell::ports::ibc::Ibc for Wordless {
    async fn restart(&self, _: &str) -> Result<String, openbell::ports::ibc::IbcError> {
        Ok(" ".into())
    }
}

/// A gateway that takes changes of its settings and says what is asked of it.
#[derive(Default)]
struct Docile {
    asks: Mutex<Vec<ProbeAsk>>,
    changes: Mutex<Vec<SettingsChange>>,
}

#[async_trait]
impl Probe for Docile {
    async fn probe(&self, ask: &ProbeAsk, _: &(dyn Fn(Rung) + Sync)) -> Climb {
        self.asks.lock().unwrap().push(ask.clone());
        let read_only = ask.open_orders.then(|| self.changes.lock().unwrap().is_empty());
        Climb { seen: Seen { read_only, ..Seen::default() }, end: Ok(()) }
    }
}

#[async_trait]
impl Broker for Docile {
    async fn session(&self, _: &Connect) -> Result<Session, BrokerError> {
        Err(refused())
    }

    async fn hold(&self, _: &Connect) -> Result<Box<dyn HeldSession>, BrokerError> {
        Err(refused())
    }

    async fn data(&self, _: &Connect) -> Result<usize, BrokerError> {
        Err(refused())
    }

    async fn settings(&self, _: &Connect) -> Result<Option<ApiSettings>, BrokerError> {
        Ok(None)
    }

    async fn change_settings(
        &self,
        connect: &Connect,
        change: &SettingsChange,
    ) -> Result<Vec<String>, BrokerError> {
        assert!(connect.client_id >= 9000, "settings are no bot's business");
        self.changes.lock().unwrap().push(change.clone());
        Ok(vec!["readOnlyAPI".into()])
    }
}

async fn docile() -> (Fakes, Arc<Docile>) {
    let (mut fakes, _) = fakes(true).await;
    let docile = Arc::new(Docile::default());
    fakes.world.broker = docile.clone();
    fakes.world.probe = docile.clone();
    (fakes, docile)
}

#[tokio::test(start_paused = true)]
async fn settings_are_changed_once_through_the_api_and_nothing_restarts() {
    let ips = vec!["127.0.0.1".to_owned(), "172.18.0.3".to_owned()];
    let trusted = SettingsChange { trusted_ips: Some(ips.clone()), read_only: None };
    let off = SettingsChange { trusted_ips: None, read_only: Some(false) };
    for (measure, change) in [(Measure::TrustedIps(ips), trusted), (Measure::ReadOnlyOff, off)] {
        let (fakes, docile) = docile().await;
        let tried = mended(&fakes, &one(measure.clone()), Consent::All).await;
        assert!(tried[0].worked(), "{tried:#?}");
        assert_eq!(*docile.changes.lock().unwrap(), [change]);
        assert_eq!(tried[0].did, ["changed the gateway's setting readOnlyAPI"]);
        assert!(fakes.engine.changes().is_empty());
        let ask = docile.asks.lock().unwrap().remove(0);
        assert_eq!(ask.open_orders, measure == Measure::ReadOnlyOff, "only there orders matter");
        assert_eq!((ask.client_id, ask.until, ask.question), (100, Rung::Request, Question::NextId));
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_the_gateway_lost_is_back_when_the_gateway_says_so() {
    for (code, rung, until) in [
        ("broker::connectivity_lost", Some(Rung::Farms), Rung::Farms),
        ("broker::half_open", Some(Rung::Request), Rung::Request),
        ("gateway::wedged", None, Rung::Request),
    ] {
        let (fakes, docile) = docile().await;
        let mut ladder = one(container_restart());
        ladder[0].because = Diagnosis { rung, ..findings(&[code]).remove(0).why };
        let tried = mended(&fakes, &ladder, Consent::All).await;
        assert!(tried[0].worked(), "{tried:#?}");
        let ask = docile.asks.lock().unwrap().remove(0);
        assert_eq!((ask.until, ask.question), (until, Question::CurrentTime), "{code}");
    }
}
