//! Ways around the interlock as somebody tired or hostile would find them, in a world of fakes: each keeps the bot from
//! running, or stops it.

use std::path::Path;
use std::sync::Arc;

use openbell::event::Verdict;
use openbell::playbook::{Inputs, load};
use openbell::ports::docker::{Address, ExecOutput, Status};
use openbell::ports::files::{BuildContext, BuildSpec, FileError, Files, Standing};
use openbell::ports::secrets::{SecretError, SecretSource};
use secrecy::SecretString;

use crate::support::engine::made;
use crate::support::plan::{STACK, START, Told, fakes, plan, run, steps};
use crate::support::world::{Fakes, ProbeAnswer};

async fn started() -> Fakes {
    let fakes = fakes();
    assert_eq!(run(&steps(START), &fakes).await.verdict, Verdict::Green);
    fakes
}

/// The codes of the problems of a playbook, with these files beside it.
fn problems(text: &str, files: &[(&str, &str)]) -> Vec<String> {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("playbook.yaml");
    std::fs::write(&file, text).unwrap();
    for (name, text) in files {
        std::fs::write(directory.path().join(name), text).unwrap();
    }
    match load(&file, &Inputs::default()) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.iter().map(|problem| problem.code.clone()).collect(),
    }
}

#[track_caller]
fn broken(told: &Told, fakes: &Fakes, code: &str) {
    let failed =
        told.report.steps.iter().filter_map(|step| step.failure.as_ref()).map(|failure| &failure.why);
    let codes: Vec<_> = failed.chain(&told.report.why).map(|why| why.code.as_str()).collect();
    assert_eq!(told.verdict, Verdict::Safety, "{codes:?}");
    assert!(codes.contains(&code), "{codes:?}");
    assert!(!fakes.engine.is_running("stack-bot"));
}

#[test]
fn a_value_that_comes_from_elsewhere_is_judged_as_it_comes_out() {
    const UNSAFE: &str = "safety::not_safe";
    let of = |value: &str| {
        format!(
            "{}\nsteps:\n{START}\n",
            STACK
                .replace("image: bot, env: { DRY_RUN: \"true\" }", &format!("image: bot, env: {{ {value} }}"))
                .replace("  env: { bot: { DRY_RUN: \"true\" } }\n", "")
        )
    };
    assert!(problems(&of("DRY_RUN: \"true\""), &[]).is_empty());
    for value in
        ["False", "false", "0", "no", "", " true", "true ", "TRUE", "True", "yes", "1", "\\ttrue", "'true'"]
    {
        assert_eq!(problems(&of(&format!("DRY_RUN: \"{value}\"")), &[]), [UNSAFE], "{value}");
        assert_eq!(problems(&of(&format!("dry_run: \"{value}\"")), &[]), [UNSAFE], "{value}");
    }
    assert_eq!(problems(&of("DRY_RUN: \"true\", Dry_Run: \"false\""), &[]), [UNSAFE]);
    assert_eq!(
        problems(&of("DRY_RUN: { file: dry }"), &[("dry", "false")]),
        [UNSAFE],
        "a secret is not compared"
    );
    // A variable of the playbook's, from its own env file.
    let text = of("DRY_RUN: \"${DRY:-true}\"").replace("name: stack\n", "name: stack\nenv_file: [dry.env]\n");
    assert!(problems(&text, &[("dry.env", "OTHER=1\n")]).is_empty());
    assert_eq!(problems(&text, &[("dry.env", "DRY=false\n")]), [UNSAFE]);
}

#[test]
fn a_compose_file_is_judged_as_compose_reads_it() {
    let playbook = "version: 1\nname: stack\nconnection: { address: \"127.0.0.1:4002\", client_id: [101] }\ncontainers:\n  gateway: { compose: { file: compose.yaml, service: gateway } }\n  bot: { compose: { file: compose.yaml, service: bot } }\nsteps: [ { id: net, do: { network: {} } } ]\n";
    let compose = "name: stack\nservices:\n  gateway:\n    image: ghcr.io/gnzsnz/ib-gateway:stable\n    ports: [\"127.0.0.1:4002:4004\"]\n  bot:\n    image: bot\n    env_file: bot.env\n    environment:\n      TRADING_MODE: ${MODE:-paper}\n";
    let judge = |compose: &str, env: &str, dotenv: &str| {
        problems(playbook, &[("compose.yaml", compose), ("bot.env", env), (".env", dotenv)])
    };
    assert!(judge(compose, "DRY_RUN=true\n", "").is_empty());
    for env in [
        "DRY_RUN=false\n",
        "DRY_RUN=True\n",
        "DRY_RUN=\n",
        "DRY_RUN=' true'\n",
        "DRY_RUN=true\ndry_run=0\n",
        "DRY_RUN=true\nDRY_RUN=no\n",
    ] {
        assert_eq!(judge(compose, env, ""), ["safety::not_safe"], "env_file: {env}");
    }
    assert_eq!(judge(compose, "DRY_RUN=true\n", "MODE=live\n"), ["safety::not_safe"], "interpolation");
    for inside in ["4003", "4001", "7496"] {
        let live = compose.replace(":4004", &format!(":{inside}"));
        assert_eq!(judge(&live, "DRY_RUN=true\n", ""), ["safety::live_port"], "{inside}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_running_bot_has_the_one_value_and_no_other_of_that_name() {
    for env in [
        &["DRY_RUN=False"][..],
        &["DRY_RUN=0"],
        &["DRY_RUN=no"],
        &["DRY_RUN="],
        &["DRY_RUN= true"],
        &["DRY_RUN=true "],
        &["DRY_RUN=TRUE"],
        &["DRY_RUN"],
        &["dry_run=true"],
        &["DRY_RUN=true", "dry_run=false"],
        &["DRY_RUN=true", "Dry_Run=0"],
        &["DRY_RUN=true", "DRY_RUN=false"],
        &["DRY_RUN=true", "DRY_RUN =false"],
        &["DRY_RUN=true", "TRADING_MODE=live"],
        &["DRY_RUN=true", "trading_mode=Live"],
        &[],
    ] {
        let fakes = started().await;
        fakes.engine.with(|state| {
            state.containers.get_mut("stack-bot").unwrap().env =
                env.iter().map(|pair| (*pair).into()).collect();
        });
        let told = run(&steps("- { id: net, do: { network: {} } }"), &fakes).await;
        assert!(!fakes.engine.is_running("stack-bot"), "{env:?}");
        assert_eq!(told.report.stopped.len(), 1, "{env:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_image_that_brings_its_own_value_is_seen_where_nothing_is_declared() {
    let text = STACK
        .replace("image: bot, env: { DRY_RUN: \"true\" }", "image: bot")
        .replace("  env: { bot: { DRY_RUN: \"true\" } }\n", "");
    let plan = plan(&format!("{text}\nsteps:\n{START}"));
    let fakes = fakes();
    assert_eq!(run(&plan, &fakes).await.verdict, Verdict::Green);
    fakes.engine.with(|state| {
        state.images.get_mut("bot").unwrap().env = vec!["DRY_RUN=false".into()];
        state.containers.get_mut("stack-bot").unwrap().env = vec!["DRY_RUN=false".into()];
    });
    broken(&run(&plan, &fakes).await, &fakes, "safety::env");
}

#[tokio::test(start_paused = true)]
async fn a_gateway_whose_container_is_live_keeps_the_bot_from_running() {
    let fakes = started().await;
    fakes.engine.with(|state| {
        state.containers.get_mut("stack-gateway").unwrap().env = vec!["TRADING_MODE=live".into()];
    });
    let told = run(&steps("- { id: net, do: { network: {} } }"), &fakes).await;
    assert_eq!(told.report.stopped[0].container, "bot");
    assert!(!fakes.engine.is_running("stack-bot"));
}

#[tokio::test(start_paused = true)]
async fn what_the_processes_have_counts_from_the_start_on() {
    let exports = |fakes: &Fakes, env: &[&str]| fakes.engine.with(|state| state.shell("stack-bot", env));
    let fakes = fakes();
    exports(&fakes, &["DRY_RUN=true", "DRY_RUN=false"]);
    let told = run(&steps(START), &fakes).await;
    assert_eq!(told.code("bot"), "safety::env", "the start itself looks");
    broken(&told, &fakes, "safety::env");
    let while_watched = started().await;
    let engine = while_watched.engine.clone();
    tokio::spawn(async move {
        tokio::time::sleep(std::time::Duration::from_secs(12)).await;
        engine.with(|state| state.shell("stack-bot", &["DRY_RUN=true", "dry_run=0"]));
    });
    let plan = steps(&format!("{START}\n- {{ id: steady, do: {{ stable: {{ for: 1m }} }} }}"));
    let told = run(&plan, &while_watched).await;
    assert_eq!(told.code("steady"), "safety::env");
    broken(&told, &while_watched, "safety::env");
}

/// The bot's processes as the container's root sees them, and as their own user does.
fn sees(fakes: &Fakes, root: &[&str], own: &[&str]) {
    fakes.engine.with(|state| {
        state.shell("stack-bot", root);
        state.shell("stack-bot as 0:0", own);
        state.shell("stack-bot as 1000:1000", own);
    });
}

#[tokio::test(start_paused = true)]
async fn a_process_that_may_not_be_looked_at_counts_as_broken_at_once() {
    let unread = ["DRY_RUN=true", "openbell-unread=7:1000:1000:bot"];
    for own in [&[][..], &unread, &["DRY_RUN=true", "openbell-unread=7:1000:1000:bot"]] {
        let fakes = fakes();
        sees(&fakes, &unread, own);
        let begun = tokio::time::Instant::now();
        let told = run(&steps(START), &fakes).await;
        let why = &told.step("bot").failure.as_ref().unwrap().why;
        assert!(why.evidence.iter().any(|line| line.contains("safety::unreadable_process")), "{why:?}");
        broken(&told, &fakes, "safety::unproven");
        assert!(begun.elapsed().as_secs() < 2, "{:?}", begun.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn a_process_that_is_only_being_made_is_waited_for() {
    // Another one at each look, one that takes its time, and one of each that was seen but once.
    for (first, second) in [
        ("7:0:0:runc:[2:INIT]", "8:0:0:runc:[2:INIT]"),
        ("7:0:0:runc:[2:INIT]", "7:0:0:runc:[2:INIT]"),
        ("7:0:0:true", "8:0:0:true"),
    ] {
        let marked = |process: &str| format!("openbell-unread={process}");
        let being_made = |fakes: &Fakes| {
            sees(fakes, &["DRY_RUN=true", &marked(first)], &["DRY_RUN=true", &marked(second)]);
        };
        let fakes_that_end = fakes();
        being_made(&fakes_that_end);
        fakes_that_end.engine.with(|state| state.settles = Some((4, vec!["DRY_RUN=true".into()])));
        let told = run(&steps(START), &fakes_that_end).await;
        let stopped = &told.report.stopped;
        assert_eq!(told.verdict, Verdict::Green, "{first}, {second}: {stopped:?}");
        assert!(fakes_that_end.engine.is_running("stack-bot"));
        // It is no way around either: what is never over is never proven.
        let fakes_that_do_not = fakes();
        being_made(&fakes_that_do_not);
        let told = run(&steps(START), &fakes_that_do_not).await;
        broken(&told, &fakes_that_do_not, "safety::unproven");
    }
}

#[tokio::test(start_paused = true)]
async fn a_gameplan_behind_a_link_or_a_late_mount_is_seen_from_the_inside() {
    let fakes = started().await;
    fakes.engine.with(|state| {
        state.shell("stack-bot", &["DRY_RUN=true"]);
        state.inside.insert(("stack-bot".into(), "/data/gameplan.json".into()));
    });
    broken(&run(&steps(START), &fakes).await, &fakes, "safety::present");
    for path in ["/dev/shm/gameplan.json", "/proc/1/gameplan", "/sys/x"] {
        let text = STACK.replace("/data/gameplan.json", path);
        let fakes = started().await;
        let told = run(&plan(&format!("{text}\nsteps:\n{START}")), &fakes).await;
        broken(&told, &fakes, "safety::unproven");
    }
}

#[tokio::test(start_paused = true)]
async fn a_second_bot_outside_the_playbook_is_found() {
    let second = |fakes: &Fakes, change: fn(&mut openbell::ports::docker::Container)| {
        let mut container = made("hand-made");
        container.image = "bot".into();
        container.image_id = "sha256:bot".into();
        container.networks = vec!["stack_default".into()];
        container.status = Status::Running;
        change(&mut container);
        fakes.engine.with(|state| {
            state.containers.insert("hand-made".into(), container);
            for (name, network) in [("neighbour", "stack_default"), ("stranger", "elsewhere")] {
                let mut other = made(name);
                (other.status, other.networks) = (Status::Running, vec![network.into()]);
                state.containers.insert(name.into(), other);
            }
        });
    };
    let harmful: [fn(&mut openbell::ports::docker::Container); 8] = [
        |_| {},
        // In the gateway's own network, or in that of one on the same network.
        |container| (container.networks, container.network_of) = (vec![], Some("stack-gateway".into())),
        |container| (container.networks, container.network_of) = (vec![], Some("id-stack-gateway".into())),
        |container| (container.networks, container.network_of) = (vec![], Some("neighbour".into())),
        |container| container.image = "other:tag".into(),
        |container| container.image_id = "sha256:older".into(),
        |container| container.status = Status::Paused,
        |container| {
            container.networks = vec!["host".into()];
            container.host_network = true;
        },
    ];
    for change in harmful {
        let fakes = started().await;
        second(&fakes, change);
        let told = run(&steps(START), &fakes).await;
        broken(&told, &fakes, "safety::second_bot");
        assert!(
            !fakes.engine.changes().iter().any(|change| change.contains("hand-made")),
            "not ours to touch"
        );
    }
    let harmless: [fn(&mut openbell::ports::docker::Container); 6] = [
        |container| (container.networks, container.network_of) = (vec![], Some("stranger".into())),
        |container| (container.networks, container.network_of) = (vec![], Some("hand-made".into())),
        |container| {
            container.networks = vec!["host".into()];
            container.host_network = true;
            container.labels.insert("openbell.playbook".into(), "another".into());
        },
        |container| container.status = Status::Exited,
        |container| container.networks = vec!["elsewhere".into()],
        |container| (container.image, container.image_id) = ("other".into(), "sha256:other".into()),
    ];
    for change in harmless {
        let fakes = started().await;
        second(&fakes, change);
        assert_eq!(run(&steps(START), &fakes).await.verdict, Verdict::Green);
    }
}

#[tokio::test(start_paused = true)]
async fn a_second_name_for_the_image_hides_no_second_bot_before_the_first_start() {
    let fakes = fakes();
    let mut container = made("hand-made");
    (container.image, container.image_id) = ("other:tag".into(), "sha256:bot".into());
    (container.networks, container.status) = (vec!["stack_default".into()], Status::Running);
    fakes.engine.with(|state| state.containers.insert("hand-made".into(), container));
    broken(&run(&steps(START), &fakes).await, &fakes, "safety::second_bot");
    assert!(!fakes.engine.changes().contains(&"start stack-bot".to_owned()));
}

/// The environment of every process, as the machine shows it.
struct Shown(&'static [&'static str]);

impl Files for Shown {
    fn context(&self, _: &BuildSpec) -> Result<BuildContext, FileError> {
        unreachable!("nothing is built")
    }

    fn secret(&self, _: &SecretSource) -> Result<SecretString, SecretError> {
        unreachable!("there is no secret")
    }

    fn standing(&self, _: &std::path::Path) -> Result<Option<Standing>, FileError> {
        Ok(None)
    }

    fn process_sockets(&self, pid: u32) -> Result<String, FileError> {
        Err(FileError::NoProc { pid, source: std::io::ErrorKind::NotFound.into() })
    }

    fn process_environments(&self, pid: u32, container_id: &str) -> std::io::Result<Vec<String>> {
        assert_eq!((pid, container_id), (77, "id-stack-bot"));
        Ok(self.0.iter().map(|pair| (*pair).to_owned()).collect())
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_container_without_a_shell_exports_is_seen_from_outside() {
    for (host, env, seen) in [
        ("unix:///var/run/docker.sock", &["DRY_RUN=true", "DRY_RUN=false"][..], true),
        ("unix:///var/run/docker.sock", &["DRY_RUN=true"], false),
        // Not yet the container's own program.
        ("unix:///var/run/docker.sock", &["_LIBCONTAINER_INITTYPE=standard"], false),
        // The number of a process on another machine means nothing here.
        ("tcp://elsewhere:2376", &["DRY_RUN=false"], false),
    ] {
        let mut fakes = started().await;
        fakes.engine.with(|state| {
            state.host = Some(host.into());
            state.containers.get_mut("stack-bot").unwrap().pid = Some(77);
        });
        fakes.world.files = Arc::new(Shown(env));
        let told = run(&steps(START), &fakes).await;
        if seen {
            broken(&told, &fakes, "safety::env");
        } else {
            assert_eq!(told.verdict, Verdict::Green, "{:?}", told.report.why);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_shell_that_fails_or_says_nothing_counts_as_broken() {
    let said = |exit_code, output: &str| Some(ExecOutput { exit_code, output: output.into() });
    for exec in [None, said(1, ""), said(0, ""), said(0, "DRY_RUN=true"), said(0, "\0openbell-end=\0")] {
        let fakes = fakes();
        fakes.engine.with(|state| {
            state.paths.insert(("stack-bot".into(), "/bin/sh".into()));
            state.exec = exec;
        });
        let told = run(&steps(START), &fakes).await;
        broken(&told, &fakes, "safety::unproven");
        let why = &told.step("bot").failure.as_ref().unwrap().why;
        assert!(why.evidence[0].contains("safety::unusable_shell"), "{why:?}");
        let commands = fakes.engine.with(|state| state.commands.clone());
        assert!(commands.iter().all(|command| command.contains(": /bin/sh -c")), "{commands:?}");
    }
}

/// The sockets of every process: one connection to this address, as the kernel writes it.
struct Connected(&'static str);

impl Files for Connected {
    fn context(&self, _: &BuildSpec) -> Result<BuildContext, FileError> {
        unreachable!("nothing is built")
    }

    fn secret(&self, _: &SecretSource) -> Result<SecretString, SecretError> {
        unreachable!("there is no secret")
    }

    fn standing(&self, _: &Path) -> Result<Option<Standing>, FileError> {
        Ok(None)
    }

    fn process_sockets(&self, pid: u32) -> Result<String, FileError> {
        assert_eq!(pid, 77, "only one that is in doubt is looked at");
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid";
        let rest = "01 00000000:00000000 00:00000000 00000000     0        0 12345";
        Ok(format!("{table}\n   0: 020013AC:C350 {} {rest}\n", self.0))
    }
}

#[tokio::test(start_paused = true)]
async fn a_second_bot_on_another_network_is_found_by_its_connection() {
    for (remote, found) in [
        // 192.168.1.10:4002, this machine; :4001 on it; 172.18.0.9:4002, a gateway of its own.
        ("0A01A8C0:0FA2", true),
        ("0A01A8C0:0FA1", false),
        ("090012AC:0FA2", false),
        // 172.18.0.5, our gateway's address.
        ("050012AC:0FA2", true),
    ] {
        let mut fakes = started().await;
        fakes.engine.with(|state| state.host = Some("unix:///var/run/docker.sock".into()));
        fakes.world.files = Arc::new(Connected(remote));
        let at = |ip: &str| Address { network: "elsewhere".into(), ip: ip.parse().unwrap() };
        fakes.engine.with(|state| {
            let mut second = made("hand-made");
            (second.image, second.pid) = ("bot".into(), Some(77));
            (second.networks, second.status) = (vec!["elsewhere".into()], Status::Running);
            state.containers.insert("hand-made".into(), second);
            let mut other = made("other-gateway");
            (other.status, other.addresses) = (Status::Running, vec![at("172.18.0.9")]);
            state.containers.insert("other-gateway".into(), other);
            state.containers.get_mut("stack-gateway").unwrap().addresses = vec![at("172.18.0.5")];
        });
        let told = run(&steps(START), &fakes).await;
        assert_eq!(told.verdict == Verdict::Safety, found, "{remote}: {:?}", told.report.why);
        assert_eq!(fakes.engine.is_running("stack-bot"), !found, "{remote}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_running_gateway_publishes_a_paper_port() {
    for (image, inside) in [("gateway", 4001), ("gateway", 7496), ("ghcr.io/gnzsnz/ib-gateway:stable", 4003)]
    {
        let fakes = started().await;
        fakes.engine.with(|state| {
            let gateway = state.containers.get_mut("stack-gateway").unwrap();
            gateway.ports[0].container_port = inside;
            gateway.image = image.into();
        });
        // The steps leave the gateway as it is: only the interlock looks.
        let told = run(&steps("- { id: net, do: { network: {} } }"), &fakes).await;
        assert!(
            told.report.stopped[0].because.contains(&format!("leads to port {inside}")),
            "{:?}",
            told.report.stopped
        );
        assert!(!fakes.engine.is_running("stack-bot"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_live_account_anywhere_in_an_advisors_list_is_found() {
    for accounts in [
        vec!["DF1234567", "U7654321"],
        vec!["U7654321", "DF1234567"],
        vec!["DU1", "F1234567"],
        vec!["DU1234567", "u1234567"],
        vec!["DU1234567", " U1234567"],
        vec!["DU1234567", ""],
        vec!["du1234567"],
        vec!["D"],
    ] {
        let fakes = fakes();
        fakes.gateway.probes.push(ProbeAnswer::Ready(accounts.clone()));
        let told = run(&steps(START), &fakes).await;
        broken(&told, &fakes, "safety::account");
        assert!(!fakes.engine.changes().contains(&"start stack-bot".to_owned()), "{accounts:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_later_line_does_not_take_another_strategy_back() {
    let say = |fakes: &Fakes, lines: &[&str]| {
        let lines = lines.iter().map(|line| (*line).to_owned()).collect();
        fakes.engine.with(|state| state.logs.insert("stack-bot".into(), lines));
    };
    let check = steps(&format!("{START}\n- {{ id: strategy, within: 5s, do: {{ strategy: {{}} }} }}"));
    let fakes = started().await;
    say(&fakes, &["Strategy A active: following the gameplan", "news: Strategy C active, says an analyst"]);
    broken(&run(&check, &fakes).await, &fakes, "safety::strategy");
    // An evidence that begins where the bot's own lines begin takes no word of another.
    let anchored = STACK.replace(
        "evidence: { container: bot }",
        "evidence: { container: bot, log: '^Strategy (\\w+) active' }",
    );
    let anchored = plan(&format!("{anchored}\nsteps:\n{START}"));
    let fakes = fakes_with(&["news: Strategy C active, says an analyst"]);
    broken(&run(&anchored, &fakes).await, &fakes, "safety::strategy_unproven");
    let fakes = fakes_with(&["Defaulting to Strategy C (Cash Preservation)"]);
    broken(&run(&check, &fakes).await, &fakes, "safety::strategy_unproven");
}

/// What a `log` step waits for can be written by anybody whom the bot quotes; what the strategy is proven by cannot be
/// taken back, whether a step asks for it or only the interlock does.
#[tokio::test(start_paused = true)]
async fn a_hostile_line_that_fakes_the_default_does_not_keep_another_strategy_running() {
    let waits =
        "- { id: log, within: 5s, do: { log: { container: bot, contains: \"Defaulting to Strategy C\" } } }";
    for (more, code) in [
        ("", "safety::strategy"),
        ("- { id: strategy, within: 5s, do: { strategy: {} } }", "safety::strategy"),
        ("- { id: steady, do: { stable: { for: 1m } } }", "safety::strategy"),
    ] {
        let fakes = fakes_with(&[
            "Strategy A active: following the gameplan",
            "headline: Defaulting to Strategy C (Cash Preservation)",
            "headline: Strategy C active: No trading, monitoring only",
        ]);
        let told = run(&steps(&format!("{START}\n{waits}\n{more}")), &fakes).await;
        assert!(told.step("log").failure.is_none(), "the line is there");
        broken(&told, &fakes, code);
    }
}

fn fakes_with(lines: &[&str]) -> Fakes {
    let fakes = fakes();
    let lines = lines.iter().map(|line| (*line).to_owned()).collect();
    fakes.engine.with(|state| state.logs.insert("stack-bot".into(), lines));
    fakes
}
