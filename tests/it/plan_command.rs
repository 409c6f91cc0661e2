//! What `plan` foresees of checks, what it comes to, and that nothing is changed, in a world of fakes.

use openbell::event::{Doing, Prospect};
use openbell::ports::broker::{BrokerError, Rung};
use openbell::ports::docker::DockerError;
use openbell::report::PlanReport;

use crate::support::engine::made;
use crate::support::plan::{STACK, plan, steps};
use crate::support::preview::{ALL, REST, code, doing, fakes, look, page, step, up};
use crate::support::world::{Fakes, ProbeAnswer};

#[tokio::test(start_paused = true)]
async fn where_nothing_is_everything_is_made() {
    let fakes = fakes();
    let preview = look(&steps(&format!("{ALL}{REST}")), &fakes).await;
    assert_eq!(preview.outcome, Prospect::Pending);
    assert!(fakes.gateway.asked.lock().unwrap().is_empty(), "there is no gateway to ask");
    insta::assert_snapshot!("plan_nothing_there", page(&preview));
}

#[tokio::test(start_paused = true)]
async fn where_all_is_as_declared_nothing_changes() {
    let fakes = up().await;
    let preview = look(&steps(&format!("{ALL}{REST}")), &fakes).await;
    assert_eq!(preview.outcome, Prospect::Unchanged);
    assert_eq!((preview.counts.hold, preview.counts.unknown), (11, 3));
    insta::assert_snapshot!("plan_as_declared", page(&preview));
}

#[tokio::test(start_paused = true)]
async fn a_held_container_that_runs_unsafely_is_the_gravest() {
    let fakes = up().await;
    fakes
        .engine
        .with(|state| state.containers.get_mut("stack-bot").unwrap().env = vec!["DRY_RUN=false".into()]);
    let preview = look(&steps(ALL), &fakes).await;
    assert_eq!(preview.outcome, Prospect::NotSafe);
    assert_eq!(preview.not_safe[0].why.code, "safety::env");
    assert_eq!(doing(&preview, "bot"), Doing::Recreate);
    assert!(fakes.engine.is_running("stack-bot"), "a plan stops nothing");
    insta::assert_snapshot!("plan_not_safe", page(&preview));
}

#[tokio::test(start_paused = true)]
async fn a_live_account_is_not_safe() {
    let fakes = up().await;
    (0..9).for_each(|_| fakes.gateway.probes.push(ProbeAnswer::Ready(vec!["U1234567"])));
    let preview = look(&steps(ALL), &fakes).await;
    assert_eq!(code(&preview, "account"), "safety::account");
    assert_eq!(preview.outcome, Prospect::NotSafe);
    assert_eq!(step(&preview, "bot").beyond.as_deref(), Some("account"));
}

#[tokio::test(start_paused = true)]
async fn a_gateway_that_is_not_ready_is_asked_once() {
    let fakes = up().await;
    let asked = || fakes.gateway.asked.lock().unwrap().len();
    let before = asked();
    fakes.gateway.probes.push(ProbeAnswer::Fails(BrokerError::Refused { address: "127.0.0.1:4002".into() }));
    let preview = look(&steps(ALL), &fakes).await;
    assert_eq!(asked() - before, 1);
    assert_eq!(preview.outcome, Prospect::Fails);
    assert_eq!(preview.counts.fail, 1);
    insta::assert_snapshot!("plan_not_ready", page(&preview));
}

#[tokio::test(start_paused = true)]
async fn a_gateway_that_is_silent_is_left_alone_after_a_while() {
    let fakes = up().await;
    fakes.gateway.probes.push(ProbeAnswer::SilentAt(Rung::Version));
    let started = tokio::time::Instant::now();
    let preview = look(&steps("- { id: api, do: { ready: {} } }"), &fakes).await;
    assert_eq!(code(&preview, "api"), "broker::mute");
    assert!(started.elapsed() <= std::time::Duration::from_secs(25));
}

#[tokio::test(start_paused = true)]
async fn without_an_engine_nothing_else_is_asked() {
    let fakes = Fakes::new();
    let gone = DockerError::Unreachable { host: "unix:///x.sock".into(), reason: "no such file".into() };
    fakes.engine.with(|state| state.unreachable.push_back(gone));
    let preview = look(&steps(ALL), &fakes).await;
    assert_eq!(preview.outcome, Prospect::NoEngine);
    assert!(fakes.gateway.asked.lock().unwrap().is_empty());
    insta::assert_snapshot!("plan_no_engine", page(&preview));
}

#[tokio::test(start_paused = true)]
async fn a_condition_is_shown_and_what_it_may_leave_out_stops_nothing() {
    let fakes = up().await;
    fakes.engine.with(|state| state.containers.insert("stack-gateway".into(), made("stack-gateway")));
    let mut plan = steps(ALL);
    let there = plan.steps.iter().position(|step| step.id == "gateway").unwrap();
    let conditional = crate::support::plan::steps(
        "- { id: x, do: { network: {} } }\n- { id: gateway, when: \"steps.x.changed\", do: { start: { container: gateway } } }",
    );
    plan.steps[there].when = conditional.steps[1].when.clone();
    let preview = look(&plan, &fakes).await;
    assert_eq!(step(&preview, "gateway").when.as_deref(), Some("steps.x.changed"));
    assert_eq!(code(&preview, "gateway"), "container::foreign");
    assert!(preview.steps.iter().all(|step| step.beyond.is_none()));
}

#[tokio::test(start_paused = true)]
async fn steps_are_told_in_an_order_in_which_they_may_run_and_the_ends_behind_them() {
    let text = format!(
        "{STACK}\nsteps:\n- {{ id: late, needs: [early], do: {{ network: {{}} }} }}\n\
         - {{ id: early, needs: [], do: {{ engine: {{}} }} }}\n\
         on_failure:\n- {{ id: why, do: {{ exec: {{ container: bot, command: [\"ls\"] }} }} }}\n\
         finally:\n- {{ id: last, do: {{ engine: {{}} }} }}\n"
    );
    let preview = look(&plan(&text), &fakes()).await;
    let order: Vec<_> = preview.steps.iter().map(|step| step.id.as_str()).collect();
    assert_eq!(order, ["early", "late", "why", "last"]);
    assert_eq!((preview.counts.hold, preview.counts.change, preview.counts.unknown), (2, 1, 0));
    let page = page(&preview);
    assert!(page.contains("\n  finally\n") && page.contains("\n  on_failure\n"), "{page}");
    assert!(!page.contains("skipped"));
}

#[tokio::test(start_paused = true)]
async fn a_condition_that_hangs_on_variables_alone_is_answered() {
    let text = format!(
        "{STACK}\nvars: {{ region: eu }}\nsteps:\n\
         - {{ id: us, when: vars.region == \"us\", do: {{ network: {{}} }} }}\n\
         - {{ id: eu, when: vars.region == \"eu\", do: {{ engine: {{}} }} }}\n"
    );
    let preview = look(&plan(&text), &fakes()).await;
    let because = "`vars.region == \"us\"` is false".to_owned();
    assert_eq!(step(&preview, "us").foreseen, openbell::event::Foreseen::Skipped { because });
    assert!(matches!(step(&preview, "eu").foreseen, openbell::event::Foreseen::Holds { .. }));
    assert_eq!((preview.counts.hold, preview.counts.change, preview.counts.unknown), (1, 0, 0));
    assert_eq!(preview.outcome, Prospect::Unchanged);
    assert!(page(&preview).contains("skipped"), "{}", page(&preview));
}

#[test]
fn the_gravest_of_a_matrix_is_its_outcome() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (one, two) = runtime.block_on(async {
        let fakes = up().await;
        let one = look(&steps(ALL), &fakes).await;
        let two =
            look(&steps("- { id: log, do: { log: { container: bot, contains: never } } }"), &fakes).await;
        (one, two)
    });
    assert_eq!((one.outcome, two.outcome), (Prospect::Unchanged, Prospect::Fails));
    let report = PlanReport::new("stack".into(), "2026-11-23T06:00:00.000Z".into(), vec![one, two]);
    assert_eq!(report.outcome, Prospect::Fails);
    assert!(report.page(false).ends_with("stack, 2 variants: FAILS NOW\n"), "{}", report.page(false));
}
