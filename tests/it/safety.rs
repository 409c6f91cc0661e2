//! Containers as declared, and the bot never running where its safe state is in doubt.

use openbell::event::Verdict;
use openbell::ports::broker::BrokerError;
use openbell::ports::docker::Status;

use crate::support::plan::{STACK, START, Told, fakes, plan, run, steps};
use crate::support::world::{Fakes, ProbeAnswer};

async fn started() -> Fakes {
    let fakes = fakes();
    assert_eq!(run(&steps(START), &fakes).await.verdict, Verdict::Green);
    assert!(fakes.engine.is_running("stack-bot"));
    fakes.engine.with(|state| state.changes.clear());
    fakes
}

fn stopped(told: &Told) -> Vec<&str> {
    told.report.stopped.iter().map(|stop| stop.container.as_str()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_second_run_changes_nothing_and_says_so() {
    let fakes = started().await;
    let told = run(&steps(START), &fakes).await;
    assert_eq!(told.verdict, Verdict::Green);
    assert_eq!(told.report.changes, 0);
    assert!(fakes.engine.changes().is_empty(), "{:?}", fakes.engine.changes());
}

#[tokio::test(start_paused = true)]
async fn a_container_that_differs_is_recreated_and_the_difference_is_named() {
    let fakes = started().await;
    let edited = STACK.replace("ports: [", "env: { TZ: UTC }, ports: [");
    let told = run(&plan(&format!("{edited}\nsteps:\n{START}")), &fakes).await;
    assert_eq!(told.verdict, Verdict::Green);
    assert_eq!(
        told.step("gateway").changes[1],
        "container stack-gateway recreated because it differed: env TZ"
    );
    // The bot does not run beside a gateway that nothing is known of yet.
    let changes = [
        "stop stack-bot",
        "stop stack-gateway",
        "remove stack-gateway",
        "create stack-gateway",
        "start stack-gateway",
        "start stack-bot",
    ];
    assert_eq!(fakes.engine.changes(), changes);
}

#[tokio::test(start_paused = true)]
async fn a_new_image_under_the_same_name_is_a_difference() {
    let fakes = started().await;
    fakes.engine.with(|state| state.images.get_mut("gateway").unwrap().id = "sha256:other".into());
    let told = run(
        &steps(
            "- { id: net, do: { network: {} } }\n- { id: gateway, do: { start: { container: gateway } } }",
        ),
        &fakes,
    )
    .await;
    assert_eq!(
        told.step("gateway").changes[1],
        "container stack-gateway recreated because it differed: image"
    );
}

#[tokio::test(start_paused = true)]
async fn a_container_of_somebody_else_is_adopted_when_it_matches_and_never_recreated() {
    let fakes = started().await;
    fakes.engine.with(|state| state.containers.get_mut("stack-gateway").unwrap().labels.clear());
    let told = run(&steps(START), &fakes).await;
    assert_eq!((told.verdict, told.report.changes), (Verdict::Green, 0));
    fakes.engine.with(|state| state.containers.get_mut("stack-gateway").unwrap().env.push("X=1".into()));
    let told = run(&steps(START), &fakes).await;
    assert_eq!(told.code("gateway"), "container::foreign");
    assert!(!fakes.engine.changes().iter().any(|change| change.ends_with("stack-gateway")));
}

#[tokio::test(start_paused = true)]
async fn a_live_account_keeps_the_bot_from_starting() {
    let fakes = fakes();
    fakes.gateway.probes.push(ProbeAnswer::Ready(vec!["U1234567"]));
    let told = run(&steps(START), &fakes).await;
    assert_eq!(told.verdict, Verdict::Safety);
    let why = &told.step("bot").failure.as_ref().unwrap().why;
    assert_eq!(why.code, "safety::account");
    assert!(why.message.contains("U***567") && why.message.contains("LIVE"), "{}", why.message);
    assert!(!fakes.engine.changes().contains(&"start stack-bot".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn one_live_account_in_an_advisors_list_is_enough() {
    let fakes = fakes();
    fakes.gateway.probes.push(ProbeAnswer::Ready(vec!["DF1234567", "DU1234568", "U7654321"]));
    let told = run(&steps("- { id: account, do: { account: {} } }"), &fakes).await;
    assert_eq!((told.verdict, told.code("account")), (Verdict::Safety, "safety::account"));
}

#[tokio::test(start_paused = true)]
async fn an_account_that_cannot_be_seen_counts_as_broken() {
    let fakes = fakes();
    for _ in 0..5000 {
        fakes
            .gateway
            .probes
            .push(ProbeAnswer::Fails(BrokerError::Refused { address: "127.0.0.1:4002".into() }));
    }
    let told = run(&steps(START), &fakes).await;
    assert_eq!((told.verdict, told.code("bot")), (Verdict::Safety, "safety::unproven"));
    assert!(!fakes.engine.is_running("stack-bot"));
}

#[tokio::test(start_paused = true)]
async fn a_running_bot_with_another_environment_is_stopped_before_anything_is_waited_for() {
    let fakes = started().await;
    fakes
        .engine
        .with(|state| state.containers.get_mut("stack-bot").unwrap().env = vec!["DRY_RUN=false".into()]);
    (0..5000).for_each(|_| {
        fakes
            .gateway
            .probes
            .push(ProbeAnswer::Fails(BrokerError::Refused { address: "127.0.0.1:4002".into() }));
    });
    let told = run(&steps("- { id: api, within: 5m, do: { ready: {} } }"), &fakes).await;
    // Its time was over, and it is not what has to be mended first.
    assert_eq!((told.verdict, told.code("api")), (Verdict::Safety, "broker::refused"));
    assert_eq!(told.report.why.as_ref().unwrap().code, "safety::env");
    assert_eq!(
        told.report.stopped[0].because,
        "DRY_RUN is `false` in the container stack-bot, expected true"
    );
    assert_eq!(fakes.engine.changes(), ["stop stack-bot"]);
    assert!(!fakes.engine.is_running("stack-bot"));
}

#[tokio::test(start_paused = true)]
async fn a_bot_of_somebody_else_that_is_not_safe_is_a_safety_violation() {
    let fakes = started().await;
    fakes.engine.with(|state| {
        let bot = state.containers.get_mut("stack-bot").unwrap();
        bot.labels.clear();
        bot.env = vec!["DRY_RUN=false".into()];
    });
    let told = run(&steps(START), &fakes).await;
    assert_eq!((told.verdict, told.code("bot")), (Verdict::Safety, "container::foreign"));
    assert_eq!(stopped(&told), ["bot"]);
}

#[tokio::test(start_paused = true)]
async fn an_environment_that_changes_during_a_run_stops_the_bot() {
    let fakes = fakes();
    let plan = steps(&format!("{START}\n- {{ id: steady, do: {{ stable: {{ for: 1m }} }} }}"));
    let engine = fakes.engine.clone();
    tokio::spawn(async move {
        tokio::time::sleep(std::time::Duration::from_secs(12)).await;
        engine
            .with(|state| state.containers.get_mut("stack-bot").unwrap().env = vec!["DRY_RUN=false".into()]);
    });
    let told = run(&plan, &fakes).await;
    assert_eq!((told.verdict, told.code("steady")), (Verdict::Safety, "safety::env"));
    assert_eq!(stopped(&told), ["bot"]);
}

#[tokio::test(start_paused = true)]
async fn a_gameplan_stops_the_bot_whenever_it_appears() {
    let appears = |fakes: &Fakes| {
        fakes.engine.with(|state| state.paths.insert(("stack-bot".into(), "/data/gameplan.json".into())));
    };
    let before = started().await;
    appears(&before);
    let told = run(&steps(START), &before).await;
    assert_eq!((told.verdict, told.code("bot")), (Verdict::Safety, "safety::present"));
    assert_eq!(stopped(&told), ["bot"]);
    // In the middle of the last step, where no step looks again.
    let during = fakes();
    let engine = during.engine.clone();
    let plan =
        steps(&format!("{START}\n- {{ id: log, do: {{ log: {{ container: bot, contains: late }} }} }}"));
    tokio::spawn(async move {
        tokio::time::sleep(std::time::Duration::from_secs(3)).await;
        engine.with(|state| {
            state.paths.insert(("stack-bot".into(), "/data/gameplan.json".into()));
            state.logs.get_mut("stack-bot").unwrap().insert(0, "late".into());
        });
    });
    let told = run(&plan, &during).await;
    assert_eq!(told.verdict, Verdict::Safety);
    assert_eq!(told.report.why.as_ref().unwrap().code, "safety::present");
    assert_eq!(stopped(&told), ["bot"]);
}

#[tokio::test(start_paused = true)]
async fn an_account_that_turns_live_after_the_start_stops_the_bot() {
    let fakes = fakes();
    fakes.gateway.probes.push(ProbeAnswer::Ready(vec!["DU1234567"]));
    fakes.gateway.probes.push(ProbeAnswer::Ready(vec!["U1234567"]));
    let told = run(&steps(START), &fakes).await;
    assert_eq!(told.verdict, Verdict::Safety, "every step passed, and the last look did not");
    assert_eq!(told.report.why.as_ref().unwrap().code, "safety::account");
    assert_eq!(stopped(&told), ["bot"]);
}

#[tokio::test(start_paused = true)]
async fn a_held_bot_that_no_step_starts_is_looked_at_all_the_same() {
    let fakes = started().await;
    fakes.engine.with(|state| state.logs.clear());
    let told = run(&steps("- { id: net, do: { network: {} } }"), &fakes).await;
    assert_eq!(told.verdict, Verdict::Safety);
    assert_eq!(told.report.why.as_ref().unwrap().code, "safety::strategy_unproven");
    assert_eq!(stopped(&told), ["bot"]);
}

#[tokio::test(start_paused = true)]
async fn what_a_file_system_in_memory_may_hide_counts_as_broken() {
    let fakes = started().await;
    fakes.engine.with(|state| state.containers.get_mut("stack-bot").unwrap().tmpfs = vec!["/data".into()]);
    let told = run(&steps("- { id: net, do: { network: {} } }"), &fakes).await;
    assert_eq!(stopped(&told), ["bot"]);
    assert!(told.report.stopped[0].because.contains("/data/gameplan.json"), "{:?}", told.report.stopped);
}

#[tokio::test(start_paused = true)]
async fn a_failure_leaves_a_bot_alone_whose_safe_state_can_be_proven() {
    let fakes = fakes();
    let plan = steps(&format!(
        "{START}\n- {{ id: log, within: 1s, do: {{ log: {{ container: bot, contains: never }} }} }}"
    ));
    let told = run(&plan, &fakes).await;
    assert_eq!(told.verdict, Verdict::Deadline);
    assert!(told.report.stopped.is_empty() && fakes.engine.is_running("stack-bot"));
}

#[tokio::test(start_paused = true)]
async fn the_strategy_is_what_the_bot_said_last() {
    let fakes = started().await;
    let say = |lines: &[&str]| {
        let lines = lines.iter().map(|line| (*line).to_owned()).collect();
        fakes.engine.with(|state| state.logs.insert("stack-bot".into(), lines));
    };
    let check = steps(&format!("{START}\n- {{ id: strategy, within: 5s, do: {{ strategy: {{}} }} }}"));
    say(&["Defaulting to Strategy C", "Strategy C active: No trading"]);
    assert_eq!(run(&check, &fakes).await.verdict, Verdict::Green);
    say(&["Strategy C active: No trading", "Strategy A active: following the gameplan"]);
    let told = run(&check, &fakes).await;
    assert_eq!((told.verdict, told.code("strategy")), (Verdict::Safety, "safety::strategy"));
    say(&["nothing of the kind"]);
    fakes.engine.with(|state| {
        state.containers.get_mut("stack-bot").unwrap().status = openbell::ports::docker::Status::Running;
    });
    let told = run(&check, &fakes).await;
    assert_eq!((told.verdict, told.code("strategy")), (Verdict::Safety, "safety::strategy_unproven"));
    assert!(!fakes.engine.is_running("stack-bot"));
}

#[tokio::test(start_paused = true)]
async fn a_bot_that_runs_is_stopped_when_a_run_fails_and_its_safe_state_cannot_be_proven() {
    let fakes = started().await;
    fakes.gateway.probes.push(ProbeAnswer::Fails(BrokerError::Refused { address: "127.0.0.1:4002".into() }));
    fakes.engine.with(|state| state.images.remove("gateway"));
    let told = run(&steps(START), &fakes).await;
    assert_eq!((told.verdict, told.code("gateway")), (Verdict::Failed, "docker::no_image"));
    assert_eq!(stopped(&told), ["bot"]);
    assert!(!fakes.engine.is_running("stack-bot"));
}

#[tokio::test(start_paused = true)]
async fn a_bot_that_could_not_be_stopped_is_told_loudly() {
    let fakes = started().await;
    fakes.engine.with(|state| {
        state.containers.get_mut("stack-bot").unwrap().env = vec!["DRY_RUN=false".into()];
        state.unstoppable.insert("stack-bot".into());
    });
    let told = run(&steps(START), &fakes).await;
    let failed: Vec<_> = told.report.stopped.iter().filter_map(|stop| stop.failed.as_ref()).collect();
    assert!(!failed.is_empty() && failed.iter().all(|why| why.code == "docker::timeout"), "{failed:?}");
    assert!(openbell::report::markdown(&told.report).contains("COULD NOT STOP bot: look at once"));
}

#[tokio::test(start_paused = true)]
async fn processes_that_could_not_be_looked_at_count_as_broken() {
    let fakes = started().await;
    fakes.engine.with(|state| {
        state.paths.insert(("stack-bot".into(), "/bin/sh".into()));
        state.mute_exec = true;
    });
    let told = run(&steps("- { id: net, do: { network: {} } }"), &fakes).await;
    assert_eq!(told.verdict, Verdict::Safety);
    assert_eq!(told.report.why.as_ref().unwrap().code, "safety::unproven");
    assert_eq!(stopped(&told), ["bot"]);
}

#[tokio::test(start_paused = true)]
async fn no_secret_and_no_account_leaves_the_program() {
    let fakes = fakes();
    let text = STACK.replace("image: gateway,", "image: gateway, env: { TWS_USERID: { file: ./user } },");
    fakes.engine.with(|state| {
        state.dies.insert("stack-gateway".into());
        let lines = ["login canary-secret", "Account: DU1234567 (Paper)", "TWS_PASSWORD=hunter2 ok"];
        state.logs.insert("stack-gateway".into(), lines.map(str::to_owned).to_vec());
    });
    let told = run(&plan(&format!("{text}\nsteps:\n{START}")), &fakes).await;
    assert_eq!(told.code("gateway"), "container::exited");
    let all = format!(
        "{}{}",
        serde_json::to_string(&told.events).unwrap(),
        openbell::report::markdown(&told.report)
    );
    for secret in ["canary-secret", "DU1234567", "hunter2"] {
        assert!(!all.contains(secret), "{secret} is in {all}");
    }
    assert!(all.contains("DU***567"));
}

#[tokio::test(start_paused = true)]
async fn two_held_containers_come_up_one_after_the_other() {
    let fakes = fakes();
    fakes.engine.image("monitor");
    let text = STACK
        .replace(
            "env: { bot: { DRY_RUN: \"true\" } }",
            "env: { bot: { DRY_RUN: \"true\" }, monitor: { MODE: paper } }",
        )
        .replace("  bot: {", "  monitor: { image: monitor, env: { MODE: paper } }\n  bot: {");
    let steps = format!("{START}\n- {{ id: monitor, do: {{ start: {{ container: monitor }} }} }}");
    let told = run(&plan(&format!("{text}\nsteps:\n{steps}")), &fakes).await;
    assert_eq!(told.verdict, Verdict::Green, "{:?}", told.report.steps);
    fakes.engine.with(|state| state.containers.get_mut("stack-monitor").unwrap().env.clear());
    let told = run(&plan(&format!("{text}\nsteps:\n{START}")), &fakes).await;
    assert_eq!(
        (told.verdict, told.code("bot")),
        (Verdict::Safety, "safety::env"),
        "one that exists is looked at"
    );
    assert_eq!(stopped(&told), ["bot", "monitor"]);
}

/// Checks the account at a gateway with this script, where the playbook says that the API is read-only.
async fn read_only(script: &str) -> (i32, String) {
    let stage = crate::stage::Stage::with(script).await;
    let directory = tempfile::tempdir().unwrap();
    let playbook = format!(
        "version: 1\nname: readonly\nconnection: {{ address: \"{}\", client_id: [101] }}\nsafety: {{ read_only: true }}\n\
         steps:\n  - {{ id: account, within: 5s, do: {{ account: {{}} }} }}\n",
        stage.address
    );
    std::fs::write(directory.path().join("playbook.yaml"), playbook).unwrap();
    let mut command = crate::support::command::openbell(&["run", "playbook.yaml"]);
    command.current_dir(directory.path());
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_only_api_is_proven_on_the_wire_at_every_form_of_it() {
    for version in ["", ",old:176", ",old:208"] {
        let (code, told) = read_only(&format!("read-only{version}")).await;
        assert_eq!(code, 0, "{version}: {told}");
        let (code, told) = read_only(&format!("ready{version}")).await;
        assert_eq!(code, 4, "{version}: {told}");
        assert!(told.contains("safety::takes_orders"), "{version}: {told}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_breach_that_is_certain_is_not_hidden_by_a_gateway_that_does_not_answer() {
    type Breaks = fn(&Fakes);
    let breaks: [(&str, Breaks); 2] = [
        ("safety::present", |fakes| {
            fakes.engine.with(|state| state.paths.insert(("stack-bot".into(), "/data/gameplan.json".into())));
        }),
        ("safety::second_bot", |fakes| {
            let mut second = crate::support::engine::made("by-hand");
            (second.image, second.networks) = ("bot".into(), vec!["stack_default".into()]);
            second.status = Status::Running;
            fakes.engine.with(|state| state.containers.insert("by-hand".into(), second));
        }),
    ];
    for (code, breaks) in breaks {
        let fakes = started().await;
        fakes.engine.with(|state| state.containers.get_mut("stack-bot").unwrap().status = Status::Exited);
        let error = || BrokerError::Refused { address: "127.0.0.1:4002".into() };
        (0..999).for_each(|_| fakes.gateway.probes.push(ProbeAnswer::Fails(error())));
        breaks(&fakes);
        let told = run(&steps(START), &fakes).await;
        assert_eq!((told.verdict, told.code("bot")), (Verdict::Safety, code));
        assert_eq!(told.step("bot").attempts, 1, "another try cannot help");
    }
}

#[tokio::test(start_paused = true)]
async fn a_breach_that_is_certain_is_not_hidden_by_processes_that_cannot_be_looked_at() {
    let fakes = started().await;
    fakes.engine.with(|state| {
        state.shell("stack-bot", &[]);
        state.mute_exec = true;
        state.paths.insert(("stack-bot".into(), "/data/gameplan.json".into()));
    });
    let told = run(&steps("- { id: net, do: { network: {} } }"), &fakes).await;
    assert_eq!(told.verdict, Verdict::Safety);
    assert!(told.report.stopped[0].because.contains("gameplan.json exists"), "{:?}", told.report.stopped);
}
