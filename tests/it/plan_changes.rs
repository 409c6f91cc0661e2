//! What `plan` foresees of changes: what is made, adopted, recreated or refused, with both values and no secret.

use openbell::event::{Doing, Foreseen, Now, Prospect};
use openbell::ports::docker::Status;

use crate::support::plan::{STACK, plan, run, steps};
use crate::support::preview::{ALL, changed, code, doing, fakes, look, page, step, up};

#[tokio::test(start_paused = true)]
async fn what_differs_is_named_with_both_values_and_what_looks_at_it_says_so() {
    let fakes = up().await;
    let plan =
        changed("env: { DRY_RUN: \"true\" }, hold", "env: { DRY_RUN: \"true\", CLIENT_ID: \"101\" }, hold");
    fakes
        .engine
        .with(|state| state.containers.get_mut("stack-bot").unwrap().env.push("CLIENT_ID=100".into()));
    let preview = look(&plan, &fakes).await;
    assert_eq!(preview.outcome, Prospect::Pending);
    assert_eq!(doing(&preview, "bot"), Doing::Recreate);
    let now = |id: &str| match &step(&preview, id).foreseen {
        Foreseen::Unknown { now: Some(now), .. } => now.clone(),
        other => panic!("{other:?}"),
    };
    assert!(matches!(now("strategy"), Now::Holds { .. }));
    assert_eq!(preview.counts.fail, 0);
    insta::assert_snapshot!("plan_env_differs", page(&preview));
}

#[tokio::test(start_paused = true)]
async fn a_failure_that_a_change_can_mend_is_none() {
    let fakes = up().await;
    let plan = plan(&format!(
        "{}\nsteps:\n- {{ id: network, do: {{ network: {{}} }} }}\n- {{ id: bot, do: {{ start: {{ container: bot }} }} }}\n\
         - {{ id: env, do: {{ env: {{ container: bot, expect: {{ MODE: new }} }} }} }}\n",
        STACK.replace("env: { DRY_RUN: \"true\" }, hold", "env: { DRY_RUN: \"true\", MODE: new }, hold")
    ));
    let preview = look(&plan, &fakes).await;
    assert!(matches!(
        &step(&preview, "env").foreseen,
        Foreseen::Unknown { now: Some(Now::DoesNotHold { .. }), .. }
    ));
    assert_eq!(preview.outcome, Prospect::Pending);
}

#[tokio::test(start_paused = true)]
async fn no_secret_is_shown() {
    let fakes = up().await;
    let env = "env: { DRY_RUN: \"true\", API_KEY: { file: ./key }, DB: x }, hold";
    let plan = changed("env: { DRY_RUN: \"true\" }, hold", env);
    fakes.engine.with(|state| {
        let env = &mut state.containers.get_mut("stack-bot").unwrap().env;
        env.extend([
            "API_KEY=old-canary".into(),
            "TWS_USERID=canary-user".into(),
            "DB=postgres://u:hunter2@db/x".into(),
        ]);
    });
    let preview = look(&plan, &fakes).await;
    let Foreseen::Change { changes, .. } = &step(&preview, "bot").foreseen else { panic!("{preview:#?}") };
    let names: Vec<_> = changes[0].differences.iter().map(|one| (one.what.as_str(), one.hidden)).collect();
    assert_eq!(names, [("env API_KEY", true), ("env DB", true), ("env TWS_USERID", true)]);
    let all = serde_json::to_string(&preview).unwrap() + &page(&preview);
    assert!(!all.contains("canary") && !all.contains("hunter2"), "{all}");
}

#[tokio::test(start_paused = true)]
async fn arguments_behind_a_flag_that_speaks_of_a_secret_are_not_shown() {
    let fakes = up().await;
    fakes.engine.with(|state| {
        let words = ["run", "--token", "hunter2", "--password=hunter2", "--id", "7"];
        state.containers.get_mut("stack-bot").unwrap().command = words.map(str::to_owned).to_vec();
    });
    let plan = changed("{ image: bot,", "{ image: bot, command: [run],");
    let text = page(&look(&plan, &fakes).await);
    assert!(text.contains("run --token *** --password=*** --id 7") && !text.contains("hunter2"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn what_somebody_else_made_is_adopted_or_stops_the_run() {
    let fakes = up().await;
    fakes.engine.with(|state| state.containers.get_mut("stack-gateway").unwrap().labels.clear());
    let preview = look(&steps(ALL), &fakes).await;
    assert!(matches!(step(&preview, "gateway").foreseen, Foreseen::Adopt { .. }));
    assert_eq!(preview.outcome, Prospect::Unchanged);

    fakes.engine.with(|state| state.containers.get_mut("stack-gateway").unwrap().env.push("X=1".into()));
    let preview = look(&steps(ALL), &fakes).await;
    assert_eq!(code(&preview, "gateway"), "container::foreign");
    assert_eq!(preview.outcome, Prospect::Fails);
    assert_eq!(step(&preview, "bot").beyond.as_deref(), Some("gateway"));
    insta::assert_snapshot!("plan_foreign", page(&preview));
}

#[tokio::test(start_paused = true)]
async fn a_container_that_ended_is_started_and_a_paused_one_stops_the_run() {
    let fakes = up().await;
    let is = |status: Status| {
        fakes.engine.with(|state| state.containers.get_mut("stack-gateway").unwrap().status = status);
    };
    is(Status::Exited);
    let preview = look(&steps(ALL), &fakes).await;
    assert_eq!(doing(&preview, "gateway"), Doing::Start);
    assert!(matches!(step(&preview, "api").foreseen, Foreseen::Unknown { now: None, .. }));
    is(Status::Paused);
    assert_eq!(code(&look(&steps(ALL), &fakes).await, "gateway"), "container::paused");
}

#[tokio::test(start_paused = true)]
async fn an_image_is_built_or_missing() {
    let fakes = fakes();
    fakes.engine.with(|state| state.images.clear());
    let missing = look(&steps(ALL), &fakes).await;
    assert_eq!(code(&missing, "image"), "docker::no_image");
    let plan = changed("gateway: { image: gateway,", "gateway: { build: { context: . },");
    let preview = look(&plan, &fakes).await;
    assert_eq!(doing(&preview, "image"), Doing::Build);
    assert_eq!(doing(&preview, "gateway"), Doing::Create);
}

#[tokio::test(start_paused = true)]
async fn a_context_that_changed_is_rebuilt_and_its_container_recreated() {
    let fakes = fakes();
    let plan = changed("gateway: { image: gateway,", "gateway: { build: { context: . },");
    run(&plan, &fakes).await;
    assert_eq!(look(&plan, &fakes).await.outcome, Prospect::Unchanged);
    fakes.engine.with(|state| {
        let image = state.images.get_mut("openbell/stack-gateway:latest").unwrap();
        image.labels.insert("openbell.context".into(), "another".into());
    });
    let preview = look(&plan, &fakes).await;
    assert_eq!(doing(&preview, "image"), Doing::Rebuild);
    assert_eq!(doing(&preview, "gateway"), Doing::Recreate);
    insta::assert_snapshot!("plan_rebuild", page(&preview));
}

#[tokio::test(start_paused = true)]
async fn a_network_that_nothing_makes_stops_the_run() {
    let mut plan = steps(
        "- { id: network, do: { network: {} } }\n- { id: gateway, do: { start: { container: gateway } } }",
    );
    plan.steps.remove(0);
    plan.steps[0].after.clear();
    assert_eq!(code(&look(&plan, &fakes()).await, "gateway"), "docker::no_network");
}

#[tokio::test(start_paused = true)]
async fn a_bot_that_is_stopped_for_the_gateways_sake_is_foreseen() {
    let fakes = up().await;
    let plan = changed("gateway: { image: gateway,", "gateway: { image: gateway, env: { TZ: UTC },");
    let preview = look(&plan, &fakes).await;
    assert_eq!(doing(&preview, "gateway"), Doing::Recreate);
    assert_eq!(doing(&preview, "bot"), Doing::Start, "it comes back through its own step");
    let Foreseen::Change { changes, .. } = &step(&preview, "gateway").foreseen else {
        panic!("{preview:#?}")
    };
    assert_eq!((changes[1].what, changes[1].object.as_str()), (Doing::HoldBack, "container stack-bot"));
    assert!(matches!(step(&preview, "env").foreseen, Foreseen::Unknown { now: Some(_), .. }));
    insta::assert_snapshot!("plan_held_back", page(&preview));
    // What `run` then does is what was foreseen.
    let told = run(&plan, &fakes).await;
    assert!(
        told.step("gateway").changes[0].contains("stack-bot stopped"),
        "{:?}",
        told.step("gateway").changes
    );
    assert!(told.step("bot").changes[0].contains("stack-bot started"), "{:?}", told.step("bot").changes);
    // One that does not run is held back from nothing.
    fakes.engine.with(|state| {
        state.containers.get_mut("stack-bot").unwrap().status = Status::Exited;
        state.containers.get_mut("stack-gateway").unwrap().status = Status::Exited;
    });
    let preview = look(&plan, &fakes).await;
    let Foreseen::Change { changes, .. } = &step(&preview, "gateway").foreseen else {
        panic!("{preview:#?}")
    };
    assert_eq!(changes.len(), 1, "{changes:?}");
}
