//! The remedies that change nothing in the world against the simulated gateway, on real sockets.

use std::sync::Arc;
use std::time::Duration;

use openbell::adapters::api_client::Ibapi;
use openbell::adapters::probe::WireProbe;
use openbell::diagnose::{Consent, Examination, Sight, Target, Tried, look, remedies, words};
use openbell::diagnosis::Diagnosis;
use openbell::engine::{Bounds, Mended, mend};
use openbell::evidence::{Certainty, Finding, findings};
use openbell::ports::World;
use tokio_util::sync::CancellationToken;

use crate::stage::Stage;
use crate::support::world::Fakes;

fn world() -> World {
    World { probe: Arc::new(WireProbe), ..Fakes::new().world }
}

fn target(stage: &Stage) -> Target {
    let mut target = Target::at(&stage.address.to_string(), Duration::from_millis(300));
    target.expected.client_ids = vec![100, 101];
    target
}

fn found(why: Diagnosis) -> Vec<Finding> {
    vec![Finding {
        why,
        certainty: Certainty::Certain,
        class: openbell::diagnosis::Class::Step,
        decided_by: None,
    }]
}

/// Looks, and mends what the wire or the declared ids showed.
async fn mended(world: &World, target: &Target) -> (Vec<Tried>, Examination) {
    let evidence = look(world, target, "2026-11-22T00:00:00Z".parse().unwrap(), &|_| {}).await;
    let wire = evidence.climb.as_ref().unwrap().end.as_ref().err().map(Diagnosis::explained);
    let refused = evidence.trials.iter().find_map(|trial| trial.why.clone());
    let findings = found(wire.or(refused).unwrap());
    let ladder = remedies(target, &evidence, &findings);
    let stop = CancellationToken::new();
    let within = Duration::from_secs(10);
    let bounds = Bounds { consent: Consent::Safe, within, stop: &stop };
    let look_again = async |target: &Target| Sight::of(world, target, evidence.now).await;
    let Mended { tried, now } = mend(world, target, &ladder, bounds, &|_| {}, look_again).await;
    let examination = Examination::of(&evidence, findings, Vec::new(), Duration::ZERO);
    let mut examination = examination.followed_by(now.unwrap(), Duration::ZERO);
    examination.tried.clone_from(&tried);
    (tried, examination)
}

#[tokio::test]
async fn a_gateway_that_is_mute_for_long_is_mended_by_patience() {
    let stage = Stage::scripted("phases: [{ lasts: 1h, clients: { door: mute } }, {}]").await;
    let (world, target) = (world(), target(&stage));
    let turning = async {
        tokio::time::sleep(Duration::from_millis(1500)).await;
        stage.next().await;
    };
    let ((tried, examination), ()) = tokio::join!(mended(&world, &target), turning);
    assert_eq!(tried.len(), 1, "{tried:#?}");
    assert!(tried[0].worked() && tried[0].before.code == "broker::mute", "{tried:#?}");
    assert_eq!(tried[0].proposal.as_ref().unwrap().edits[0].at, "/connection/timeout");
    let text = words(&examination, false);
    assert!(text.contains("✓ connect with a timeout of 60 s: worked, after "), "{text}");
    assert!(text.contains("for good: let clients wait 60 s"), "{text}");
}

#[tokio::test]
async fn a_client_id_that_is_in_use_is_mended_by_the_next_declared_one() {
    let stage = Stage::with("in-use:100").await;
    let (tried, examination) = mended(&world(), &target(&stage)).await;
    assert_eq!(tried.len(), 1, "{tried:#?}");
    assert_eq!(tried[0].before.code, "broker::client_id_in_use");
    assert!(tried[0].worked(), "{tried:#?}");
    let edits = &tried[0].proposal.as_ref().unwrap().edits;
    assert_eq!((edits[0].at.as_str(), edits[0].value.as_str()), ("/connection/client_id/0", "101"));
    assert!(words(&examination, false).contains("✓ connect with the declared client id 101: worked"));
}

#[tokio::test]
async fn read_only_mode_is_turned_off_through_the_settings_where_orders_are_declared() {
    let stage = Stage::scripted("gateway: { api: { read_only: true } }").await;
    let world = World { broker: Arc::new(Ibapi), ..world() };
    let mut target = target(&stage);
    target.expected.read_only = Some(false);
    let look = async || look(&world, &target, "2026-05-05T16:00:00Z".parse().unwrap(), &|_| {}).await;
    let evidence = look().await;
    let found = findings(&evidence);
    assert!(found.iter().any(|finding| finding.why.code == "broker::read_only"), "{found:#?}");
    let ladder = remedies(&target, &evidence, &found);
    let stop = CancellationToken::new();
    let within = Duration::from_secs(10);
    let again = async |target: &Target| Sight::of(&world, target, evidence.now).await;
    let mend = async |consent| {
        let bounds = Bounds { consent, within, stop: &stop };
        mend(&world, &target, &ladder, bounds, &|_| {}, again).await.tried
    };
    assert!(!mend(Consent::Safe).await[0].worked());
    assert_eq!(look().await.climb.unwrap().seen.read_only, Some(true), "nothing without consent");
    let tried = mend(Consent::All).await;
    assert_eq!((tried[0].remedy.as_str(), tried[0].worked()), ("read_only_off", true), "{tried:#?}");
    assert_eq!(look().await.climb.unwrap().seen.read_only, Some(false));
}
