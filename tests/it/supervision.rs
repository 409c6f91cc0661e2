//! Supervision under paused time: what is a loss, how soon it is known, which rung is climbed, and what is never done.

use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use openbell::engine::{Keeping, Used};
use openbell::event::EntryKind;
use openbell::playbook::Plan;
use openbell::ports::docker::{Docker, Health, HealthStatus, News, RestartPolicy, Status};

use crate::support::engine::made;
use crate::support::machine::{BOT, GATEWAY, Machine, after, minutes};
use crate::support::plan::{STACK, START, plan, steps};

/// Far from every maintenance: a Wednesday afternoon in New York.
const CALM: &str = "2026-06-10T18:00:00Z";

const READY: &str = "- { id: net, do: { network: {} } }
- { id: gateway, do: { start: { container: gateway } } }
- { id: api, within: 3m, do: { ready: {} } }
- { id: bot, do: { start: { container: bot } } }
- { id: strategy, do: { strategy: {} } }";

fn stack() -> Plan {
    steps(READY)
}

fn with_ibc() -> Plan {
    let text = STACK.replace("timeout: 5s }", "timeout: 5s, ibc: \"127.0.0.1:7462\" }");
    plan(&format!("{text}\nsteps:\n{READY}"))
}

/// When the first entry of that kind was told, after that moment.
fn told_after(
    machine: &Machine,
    since: Timestamp,
    is: impl Fn(&EntryKind) -> bool,
) -> Option<SignedDuration> {
    let entries = machine.keep.entries.lock().unwrap();
    entries.iter().find(|(at, kind)| *at >= since && is(kind)).map(|(at, _)| at.duration_since(since))
}

fn is_lost(kind: &EntryKind) -> bool {
    matches!(kind, EntryKind::Lost { .. })
}

#[tokio::test(start_paused = true)]
async fn a_whole_stack_is_left_alone() {
    let machine = Machine::at(CALM);
    machine.during(&stack(), minutes(60)).await;
    assert_eq!(machine.keep.told(), ["engine_up", "operational"]);
    assert_eq!(machine.runs.load(Ordering::Relaxed), 1);
    // A proof each half minute, and what the run itself asked while the gateway logged in.
    let handshakes = machine.gateway.handshakes.load(Ordering::Relaxed);
    assert!((120..=200).contains(&handshakes), "{handshakes} handshakes in an hour");
    assert_eq!(machine.fakes.engine.changes().iter().filter(|what| what.starts_with("stop")).count(), 0);
}

#[tokio::test(start_paused = true)]
async fn the_end_of_a_container_is_known_within_a_second_and_mended() {
    let machine = Machine::at(CALM);
    let mut since = machine.keep.now();
    machine
        .during(&stack(), async {
            minutes(5).await;
            since = machine.keep.now();
            machine.fakes.engine.with(|state| state.ends(GATEWAY, 1));
            minutes(5).await;
        })
        .await;
    let known = told_after(&machine, since, is_lost).unwrap();
    assert!(known <= SignedDuration::from_secs(1), "known after {known}");
    // Nobody restarts it (restart: no): what is lost is started at once.
    let told = machine.keep.told();
    assert_eq!(
        told[2..],
        [
            "lost Container(\"gateway\"): container::exited",
            "Restart 1",
            "recovered by Some(Restart)",
            "operational"
        ]
    );
    assert!(machine.fakes.engine.is_running(BOT));
    assert_eq!(machine.keep.count(&Used::LogIn), 2);
}

#[tokio::test(start_paused = true)]
async fn a_gateway_that_restarts_by_itself_is_waited_for() {
    let machine = Machine::at(CALM);
    let mut since = machine.keep.now();
    machine
        .during(&with_ibc(), async {
            minutes(5).await;
            since = machine.keep.now();
            machine.gateway.restarts_for(Duration::from_secs(100));
            minutes(10).await;
        })
        .await;
    let known = told_after(&machine, since, is_lost).unwrap();
    assert!(known <= SignedDuration::from_secs(1), "known after {known}");
    let told = machine.keep.told();
    assert_eq!(
        told[2..],
        ["lost Session: broker::dropped", "Reconnect 1", "recovered by Some(Reconnect)", "operational"]
    );
    assert_eq!(machine.keep.restarts().len() + machine.keep.count(&Used::SoftRestart), 0);
    assert_eq!(machine.gateway.commands.load(Ordering::Relaxed), 0);
    // The bot was proven again after the reconnect, and not disturbed.
    assert!(!machine.fakes.engine.changes().contains(&format!("stop {BOT}")));
}

#[tokio::test(start_paused = true)]
async fn silence_is_known_within_a_minute_and_a_soft_restart_comes_before_a_restart() {
    let machine = Machine::at(CALM);
    let mut since = machine.keep.now();
    machine
        .during(&with_ibc(), async {
            minutes(5).await;
            since = machine.keep.now();
            machine.gateway.wedges();
            minutes(30).await;
        })
        .await;
    let known = told_after(&machine, since, is_lost).unwrap();
    assert!(known <= SignedDuration::from_secs(60), "known after {known}");
    let told = machine.keep.told();
    assert_eq!(
        told[2..],
        [
            "lost Session: broker::half_open",
            "Reconnect 1",
            "SoftRestart 1",
            "recovered by Some(SoftRestart)",
            "operational"
        ]
    );
    assert_eq!(machine.keep.count(&Used::SoftRestart), 1);
    assert_eq!(machine.keep.count(&Used::LogIn), 1, "a soft restart is no log-in");
}

#[tokio::test(start_paused = true)]
async fn restarts_keep_their_distance_and_end_with_a_halt() {
    let machine = Machine::at(CALM);
    machine
        .during(&stack(), async {
            minutes(5).await;
            machine.gateway.wedges_for_good();
            minutes(180).await;
        })
        .await;
    let told = machine.keep.told();
    let restarts: Vec<Timestamp> = machine.keep.restarts();
    assert_eq!(restarts.len(), 3, "{told:?}");
    assert!(restarts[1].duration_since(restarts[0]) >= SignedDuration::from_mins(5));
    assert!(restarts[2].duration_since(restarts[1]) >= SignedDuration::from_mins(10));
    let halted: Vec<&String> = told.iter().filter(|told| told.starts_with("halted")).collect();
    assert_eq!(halted, ["halted: watch::restarts_used_up"], "{told:?}");
    // Nothing is proven of the gateway: what is held does not run.
    assert!(!machine.fakes.engine.is_running(BOT));
}

#[tokio::test(start_paused = true)]
async fn a_bot_that_crashes_uses_nothing_of_its_gateways_budget() {
    let machine = Machine::at(CALM);
    let crashes = || machine.fakes.engine.with(|state| state.ends(BOT, 1));
    machine
        .during(&stack(), async {
            minutes(5).await;
            for _ in 0..3 {
                crashes();
                minutes(12).await;
            }
            assert_eq!(machine.keep.count(&Used::Restart("bot".into())), 3, "{:?}", machine.keep.told());
            machine.gateway.wedges();
            minutes(15).await;
        })
        .await;
    let told = machine.keep.told();
    assert_eq!(machine.keep.count(&Used::Restart("gateway".into())), 1, "{told:?}");
    assert_eq!(told[told.len() - 2..], ["recovered by Some(Restart)", "operational"], "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn what_comes_back_after_a_halt_is_seen() {
    let machine = Machine::at(CALM);
    machine
        .during(&stack(), async {
            minutes(5).await;
            machine.gateway.wedges_for_good();
            minutes(180).await;
            machine.gateway.is_cured();
            minutes(10).await;
        })
        .await;
    let told = machine.keep.told();
    assert_eq!(told[told.len() - 2..], ["recovered by None", "operational"], "{told:?}");
    assert!(machine.fakes.engine.is_running(BOT));
}

#[tokio::test(start_paused = true)]
async fn log_ins_are_counted_over_power_cuts() {
    let machine = Machine::at(CALM);
    machine.gateway.wedges_for_good();
    // Each boot starts the gateway, and none becomes green.
    for _ in 0..3 {
        machine.during(&stack(), minutes(2)).await;
        machine.power_cut();
    }
    assert_eq!(machine.keep.count(&Used::LogIn), 3);
    machine.during(&stack(), minutes(120)).await;
    assert_eq!(machine.keep.count(&Used::LogIn), 3, "{:?}", machine.keep.told());
    assert!(!machine.fakes.engine.is_running(GATEWAY));
    let told = machine.keep.told();
    assert_eq!(told.last().unwrap(), "halted: watch::log_ins_used_up", "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn a_start_that_somebody_else_causes_is_a_log_in_as_well() {
    let machine = Machine::at(CALM);
    let mut plan = stack();
    plan.stack.containers.get_mut("gateway").unwrap().spec.restart = RestartPolicy::UnlessStopped;
    machine
        .during(&plan, async {
            minutes(15).await;
            machine.fakes.engine.with(|state| state.ends(GATEWAY, 1));
            after(Duration::from_secs(2)).await;
            machine.fakes.engine.start(GATEWAY).await.unwrap();
            minutes(5).await;
        })
        .await;
    assert_eq!(machine.keep.count(&Used::LogIn), 2, "{:?}", machine.keep.used.lock().unwrap());
    assert_eq!(machine.keep.restarts().len(), 0);
    let told = machine.keep.told();
    assert_eq!(told[3..], ["Reconnect 1", "recovered by Some(Reconnect)", "operational"], "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_restarted_while_ibkr_does_maintenance() {
    // 23:50 in New York: the window ends at 01:00, which is 05:00 here.
    let machine = Machine::at("2026-06-10T03:35:00Z");
    machine
        .during(&stack(), async {
            minutes(15).await;
            machine.gateway.wedges();
            minutes(65).await;
            assert_eq!(machine.keep.restarts().len(), 0, "{:?}", machine.keep.told());
            minutes(30).await;
        })
        .await;
    let told = machine.keep.told();
    assert_eq!(
        told[2..],
        [
            "lost Session: broker::half_open, in maintenance",
            "Reconnect 1",
            "Wait 1",
            "waits Wait: broker::mute",
            "outlived: broker::mute",
            "Restart 1",
            "recovered by Some(Restart)",
            "operational"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_second_factor_is_waited_for_and_nothing_is_restarted() {
    let machine = Machine::at(CALM);
    machine
        .during(&stack(), async {
            minutes(5).await;
            let prompt = vec!["IBC: Second Factor Authentication initiated".to_owned()];
            machine.fakes.engine.with(|state| state.logs.insert(GATEWAY.into(), prompt));
            machine.gateway.drops_and(|nature| nature.second_factor = true);
            minutes(4).await;
            machine.fakes.engine.with(|state| state.logs.remove(GATEWAY));
            machine.gateway.becomes(|nature| nature.second_factor = false);
            minutes(4).await;
        })
        .await;
    let told = machine.keep.told();
    assert_eq!(
        told[2..],
        [
            "lost Session: broker::dropped",
            "Reconnect 1",
            "needs_person: gateway::two_factor_pending",
            "recovered by Some(Reconnect)",
            "operational"
        ]
    );
    let until = machine.keep.entries.lock().unwrap().iter().find_map(|(_, kind)| match kind {
        EntryKind::NeedsPerson { until, .. } => until.clone(),
        _ => None,
    });
    // Three minutes from the line that tells of the prompt, which fakes log at that time.
    assert_eq!(until.as_deref(), Some("2026-11-22T00:03:30Z"));
}

#[tokio::test(start_paused = true)]
async fn a_refused_log_in_is_never_tried_again() {
    let machine = Machine::at(CALM);
    machine
        .during(&with_ibc(), async {
            minutes(5).await;
            let refused = vec!["IBC: Login failed".to_owned()];
            machine.fakes.engine.with(|state| state.logs.insert(GATEWAY.into(), refused));
            machine.gateway.drops_and(|nature| nature.second_factor = true);
            minutes(120).await;
        })
        .await;
    let told = machine.keep.told();
    assert_eq!(machine.keep.restarts().len() + machine.keep.count(&Used::SoftRestart), 0, "{told:?}");
    assert_eq!(machine.keep.count(&Used::LogIn), 1);
    assert!(told.contains(&"needs_person: gateway::login_failed".to_owned()), "{told:?}");
    assert_eq!(told.iter().filter(|told| told.starts_with("halted")).count(), 1, "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn lost_servers_are_waited_for_on_the_session_that_told_of_them() {
    let machine = Machine::at(CALM);
    machine
        .during(&stack(), async {
            minutes(5).await;
            machine.gateway.becomes(|nature| nature.servers_lost = true);
            minutes(3).await;
            machine.gateway.becomes(|nature| nature.servers_lost = false);
            minutes(3).await;
        })
        .await;
    let told = machine.keep.told();
    assert_eq!(
        told[2..],
        [
            "lost Session: broker::connectivity_lost",
            "Reconnect 1",
            "recovered by Some(Reconnect)",
            "operational"
        ]
    );
    let length = machine.keep.entries.lock().unwrap().iter().find_map(|(_, kind)| match kind {
        EntryKind::Recovered { after_ms, .. } => Some(*after_ms),
        _ => None,
    });
    assert!((179_000..182_000).contains(&length.unwrap()), "{length:?}");
}

#[tokio::test(start_paused = true)]
async fn a_state_that_is_not_safe_any_more_stops_the_bot_for_good() {
    let machine = Machine::at(CALM);
    let mut since = machine.keep.now();
    machine
        .during(&stack(), async {
            minutes(5).await;
            since = machine.keep.now();
            // `resume` after a pause asks for another try, too; that was before this.
            machine.keep.again.store(true, Ordering::Relaxed);
            machine.gateway.becomes(|nature| nature.accounts = vec!["U7654321"]);
            minutes(2).await;
            assert!(!machine.fakes.engine.is_running(BOT));
            machine.fakes.engine.start(BOT).await.unwrap();
            after(Duration::from_secs(10)).await;
            assert!(!machine.fakes.engine.is_running(BOT), "started behind openbell's back");
            machine.gateway.becomes(|nature| nature.accounts = vec!["DU1234567"]);
            minutes(30).await;
            assert!(!machine.fakes.engine.is_running(BOT), "nobody has looked at it yet");
            machine.keep.again.store(true, Ordering::Relaxed);
            minutes(2).await;
            assert!(machine.fakes.engine.is_running(BOT));
        })
        .await;
    let known = told_after(&machine, since, |kind| matches!(kind, EntryKind::Unsafe { .. })).unwrap();
    assert!(known <= SignedDuration::from_secs(30), "known after {known}");
    let told = machine.keep.told();
    assert_eq!(told[2..], ["unsafe: safety::account", "unsafe: safety::started_again", "operational"]);
}

#[tokio::test(start_paused = true)]
async fn a_gateway_that_comes_back_with_a_live_account_stops_the_bot() {
    let machine = Machine::at(CALM);
    machine
        .during(&stack(), async {
            minutes(5).await;
            machine.gateway.drops_and(|nature| nature.accounts = vec!["U7654321"]);
            after(Duration::from_secs(5)).await;
            assert!(!machine.fakes.engine.is_running(BOT), "{:?}", machine.keep.told());
        })
        .await;
    assert!(machine.keep.told().contains(&"unsafe: safety::account".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_machine_that_slept_is_looked_at_anew_and_nothing_is_lost() {
    let machine = Machine::at(CALM);
    machine
        .during(&stack(), async {
            minutes(5).await;
            *machine.keep.set.lock().unwrap() += SignedDuration::from_hours(8);
            minutes(5).await;
            *machine.keep.set.lock().unwrap() -= SignedDuration::from_hours(8);
            minutes(5).await;
        })
        .await;
    assert_eq!(machine.keep.told(), ["engine_up", "operational", "clock_jumped", "clock_jumped"]);
    let by: Vec<i64> = machine
        .keep
        .entries
        .lock()
        .unwrap()
        .iter()
        .filter_map(|(_, kind)| match kind {
            EntryKind::ClockJumped { by_ms } => Some(*by_ms),
            _ => None,
        })
        .collect();
    assert_eq!(by, [8 * 3_600_000, -8 * 3_600_000]);
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_was_set_back_neither_frees_a_budget_nor_blocks_it_for_ever() {
    let machine = Machine::at(CALM);
    let now = machine.keep.now();
    for _ in 0..3 {
        machine.keep.note(&Used::LogIn, now + SignedDuration::from_hours(24 * 365)).unwrap();
    }
    machine.during(&stack(), minutes(60)).await;
    assert_eq!(machine.keep.count(&Used::LogIn), 3, "log-ins of the future are those of today");
    assert!(machine.keep.told().contains(&"halted: watch::log_ins_used_up".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_pause_lets_recovery_rest_and_watching_go_on() {
    let machine = Machine::at(CALM);
    machine
        .during(&stack(), async {
            minutes(5).await;
            let until = machine.keep.now() + SignedDuration::from_mins(60);
            *machine.keep.paused.lock().unwrap() = Some(until);
            machine.gateway.wedges();
            minutes(55).await;
            let told = machine.keep.told();
            assert_eq!(told[2..], ["lost Session: broker::half_open", "Reconnect 1"]);
            assert_eq!(machine.keep.restarts().len(), 0);
            minutes(20).await;
        })
        .await;
    let told = machine.keep.told();
    assert_eq!(told[4..], ["Restart 1", "recovered by Some(Restart)", "operational"], "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn a_restart_that_cannot_be_remembered_is_not_made() {
    let machine = Machine::at(CALM);
    machine
        .during(&stack(), async {
            minutes(5).await;
            machine.keep.full.store(true, Ordering::Relaxed);
            machine.gateway.wedges();
            minutes(60).await;
        })
        .await;
    let restarts =
        machine.fakes.engine.changes().iter().filter(|what| *what == &format!("stop {GATEWAY}")).count();
    assert_eq!(restarts, 0, "{:?}", machine.keep.told());
    assert!(machine.keep.told().iter().any(|told| told.starts_with("halted")));
}

#[tokio::test(start_paused = true)]
async fn an_engine_that_is_late_is_waited_for_and_told_about() {
    let machine = Machine::at(CALM);
    machine.fakes.engine.with(|state| {
        for _ in 0..700 {
            state.unreachable.push_back(openbell::ports::docker::DockerError::Timeout {
                host: "fake".into(),
                seconds: 30,
                doing: "version".into(),
            });
        }
    });
    machine.during(&stack(), minutes(20)).await;
    let told = machine.keep.told();
    assert_eq!(
        told,
        ["waits Reconnect: docker::timeout", "needs_person: docker::timeout", "engine_up", "operational"],
        "{told:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn what_was_whole_before_is_adopted_unchanged() {
    let machine = Machine::at(CALM);
    machine.during(&stack(), minutes(10)).await;
    let before = machine.fakes.engine.changes();
    // openbell ended, by a crash or by hand; the containers run on.
    machine.during(&stack(), minutes(10)).await;
    assert_eq!(machine.fakes.engine.changes(), before);
    assert_eq!(machine.keep.count(&Used::LogIn), 1);
}

#[tokio::test(start_paused = true)]
async fn the_bot_alone_is_restarted_through_its_gate() {
    let machine = Machine::at(CALM);
    machine
        .during(&stack(), async {
            minutes(5).await;
            machine.fakes.engine.with(|state| state.ends(BOT, 1));
            minutes(5).await;
        })
        .await;
    let told = machine.keep.told();
    assert_eq!(
        told[2..],
        [
            "lost Container(\"bot\"): container::exited",
            "Restart 1",
            "recovered by Some(Restart)",
            "operational"
        ]
    );
    assert_eq!(machine.keep.count(&Used::LogIn), 1, "the gateway was left alone");
}

#[tokio::test(start_paused = true)]
async fn without_a_ladder_an_outage_is_told_and_nothing_is_done() {
    let machine = Machine::at(CALM);
    let text = format!("{STACK}\nwatch: {{ recovery: [] }}\nsteps:\n{START}");
    machine
        .during(&plan(&text), async {
            minutes(5).await;
            machine.gateway.wedges();
            minutes(60).await;
        })
        .await;
    let told = machine.keep.told();
    assert_eq!(told[2..], ["lost Session: broker::half_open", "halted: broker::half_open"], "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn a_run_that_fails_on_something_else_restarts_nothing() {
    let machine = Machine::at(CALM);
    let text = format!(
        "{STACK}\nsteps:\n{READY}\n- {{ id: monitor, within: 5s, do: {{ port: {{ address: \"127.0.0.1:9\" }} }} }}"
    );
    machine.fakes.port.0.store(true, Ordering::Relaxed);
    machine
        .during(&plan(&text), async {
            minutes(60).await;
            assert_eq!(machine.keep.restarts().len(), 0, "{:?}", machine.keep.told());
            machine.fakes.port.0.store(false, Ordering::Relaxed);
            minutes(35).await;
        })
        .await;
    let told = machine.keep.told();
    let first: Vec<&str> = told.iter().map(String::as_str).take(4).collect();
    assert_eq!(
        first,
        ["engine_up", "lost Session: net::refused", "Reconnect 1", "halted: net::refused"],
        "{told:?}"
    );
    assert_eq!(told[told.len() - 2..], ["recovered by None", "operational"], "{told:?}");
    // Each try is a run with a report: they do not come every few seconds.
    let runs = machine.runs.load(Ordering::Relaxed);
    assert!(runs < 20, "{runs} runs in an hour and a half");
}

#[tokio::test(start_paused = true)]
async fn what_is_not_of_this_playbook_is_never_restarted() {
    let machine = Machine::at(CALM);
    machine.fakes.engine.with(|state| {
        let mut foreign = made(GATEWAY);
        foreign.status = Status::Running;
        foreign.started_at = "2026-06-10T17:00:00Z".into();
        foreign.image = "something else".into();
        state.containers.insert(GATEWAY.into(), foreign);
    });
    machine.during(&stack(), minutes(60)).await;
    let changes = machine.fakes.engine.changes();
    assert!(!changes.iter().any(|what| what.contains(GATEWAY)), "{changes:?}");
    let told = machine.keep.told();
    assert!(told.iter().any(|told| told.starts_with("halted")), "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn an_unhealthy_gateway_is_restarted_the_mild_way_first() {
    let machine = Machine::at(CALM);
    let health = |status| Health { status, failing_streak: 3, last_output: "no answer".into(), log: vec![] };
    let shows = |status| {
        machine.fakes.engine.with(|state| {
            state.containers.get_mut(GATEWAY).unwrap().health = Some(health(status));
            state.tell(GATEWAY, &News::Health);
        });
    };
    machine
        .during(&with_ibc(), async {
            minutes(5).await;
            shows(HealthStatus::Unhealthy);
            minutes(6).await;
            shows(HealthStatus::Healthy);
            minutes(6).await;
        })
        .await;
    let told = machine.keep.told();
    assert_eq!(
        told[2..],
        [
            "lost Container(\"gateway\"): stable::unhealthy",
            "Reconnect 1",
            "SoftRestart 1",
            "recovered by Some(SoftRestart)",
            "operational"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_bot_that_crashes_during_maintenance_is_started_at_once() {
    let machine = Machine::at("2026-06-13T15:00:00Z"); // a Saturday
    machine
        .during(&stack(), async {
            minutes(5).await;
            machine.fakes.engine.with(|state| state.ends(BOT, 1));
            minutes(5).await;
        })
        .await;
    assert_eq!(
        machine.keep.told()[2..],
        [
            "lost Container(\"bot\"): container::exited",
            "Restart 1",
            "recovered by Some(Restart)",
            "operational"
        ]
    );
}

/// Something that makes the state certainly unsafe: a gameplan.
fn gameplan(machine: &Machine) {
    machine.fakes.engine.with(|state| state.paths.insert((BOT.into(), "/data/gameplan.json".into())));
}

#[tokio::test(start_paused = true)]
async fn what_is_not_safe_is_stopped_in_the_midst_of_an_outage_too() {
    for outage in ["servers", "silence", "halted"] {
        let machine = Machine::at(CALM);
        let mut since = machine.keep.now();
        machine
            .during(&stack(), async {
                minutes(5).await;
                match outage {
                    "servers" => machine.gateway.becomes(|nature| nature.servers_lost = true),
                    _ => machine.gateway.drops_and(|nature| nature.second_factor = true),
                }
                minutes(if outage == "halted" { 60 } else { 2 }).await;
                if outage == "halted" {
                    // It was stopped for want of a proof; somebody starts it all the same.
                    machine.fakes.engine.start(BOT).await.unwrap();
                }
                assert!(machine.fakes.engine.is_running(BOT), "{outage}");
                since = machine.keep.now();
                gameplan(&machine);
                after(Duration::from_secs(11)).await;
                assert!(!machine.fakes.engine.is_running(BOT), "{outage}: {:?}", machine.keep.told());
            })
            .await;
        let known = told_after(&machine, since, |kind| matches!(kind, EntryKind::Unsafe { .. })).unwrap();
        assert!(known <= SignedDuration::from_secs(10), "{outage}: known after {known}");
        assert!(machine.keep.told().contains(&"unsafe: safety::present".to_owned()), "{outage}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_arming_that_is_taken_back_stops_the_bot() {
    let machine = Machine::at(CALM);
    machine
        .during(&stack(), async {
            minutes(5).await;
            machine.keep.disarmed.store(true, Ordering::Relaxed);
            after(Duration::from_secs(6)).await;
            assert!(!machine.fakes.engine.is_running(BOT));
        })
        .await;
    assert_eq!(machine.keep.told()[2..], ["unsafe: safety::arming_ended"]);
}

#[tokio::test(start_paused = true)]
async fn a_locked_account_is_left_alone_when_the_container_ends_as_well() {
    for line in ["IBC: Login failed", "Too many failed login attempts"] {
        let machine = Machine::at(CALM);
        machine
            .during(&stack(), async {
                minutes(5).await;
                machine.fakes.engine.with(|state| state.logs.insert(GATEWAY.into(), vec![line.to_owned()]));
                machine.gateway.drops_and(|nature| nature.second_factor = true);
                after(Duration::from_secs(20)).await;
                machine.fakes.engine.with(|state| state.ends(GATEWAY, 1));
                minutes(120).await;
            })
            .await;
        assert_eq!(machine.keep.count(&Used::LogIn), 1, "{:?}", machine.keep.told());
        // The watch was killed and begun anew: the account is locked all the same.
        machine.during(&stack(), minutes(60)).await;
        assert_eq!(machine.keep.count(&Used::LogIn), 1, "{:?}", machine.keep.told());
        // Somebody has seen to it, and asks.
        machine
            .during(&stack(), async {
                minutes(1).await;
                machine.fakes.engine.with(|state| state.logs.remove(GATEWAY));
                machine.gateway.becomes(|nature| nature.second_factor = false);
                machine.keep.again.store(true, Ordering::Relaxed);
                minutes(3).await;
            })
            .await;
        assert_eq!(machine.keep.told().last().unwrap(), "operational", "{:?}", machine.keep.told());
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_proven_for_a_minute_is_an_outage_and_no_breach() {
    let machine = Machine::at(CALM);
    machine
        .during(&with_ibc(), async {
            minutes(5).await;
            // New handshakes are never answered; the session that stands still is.
            machine.gateway.becomes(|nature| nature.deaf = true);
            minutes(2).await;
            assert!(!machine.fakes.engine.is_running(BOT), "{:?}", machine.keep.told());
            minutes(20).await;
            assert!(machine.fakes.engine.is_running(BOT), "{:?}", machine.keep.told());
        })
        .await;
    assert_eq!(
        machine.keep.told()[2..],
        [
            "lost Session: safety::unproven",
            "Reconnect 1",
            "SoftRestart 1",
            "recovered by Some(SoftRestart)",
            "operational"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_breach_outlives_the_watch_that_saw_it() {
    let machine = Machine::at(CALM);
    machine
        .during(&stack(), async {
            minutes(5).await;
            machine.gateway.becomes(|nature| nature.accounts = vec!["U7654321"]);
            minutes(2).await;
            machine.gateway.becomes(|nature| nature.accounts = vec!["DU1234567"]);
        })
        .await;
    assert!(!machine.fakes.engine.is_running(BOT));
    machine
        .during(&stack(), async {
            minutes(10).await;
            assert!(!machine.fakes.engine.is_running(BOT), "{:?}", machine.keep.told());
            machine.keep.again.store(true, Ordering::Relaxed);
            minutes(2).await;
            assert!(machine.fakes.engine.is_running(BOT));
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn green_log_ins_use_nothing_up_and_who_asks_gets_another() {
    let machine = Machine::at(CALM);
    for _ in 0..8 {
        machine.during(&stack(), minutes(10)).await;
        machine.power_cut();
    }
    assert_eq!(machine.keep.count(&Used::LogIn), 8);
    machine.gateway.wedges_for_good();
    for _ in 0..3 {
        machine.during(&stack(), minutes(2)).await;
        machine.power_cut();
    }
    machine
        .during(&stack(), async {
            minutes(30).await;
            assert_eq!(machine.keep.count(&Used::LogIn), 11, "{:?}", machine.keep.told());
            machine.gateway.is_cured();
            machine.keep.again.store(true, Ordering::Relaxed);
            minutes(5).await;
        })
        .await;
    assert_eq!(machine.keep.count(&Used::LogIn), 12);
    assert_eq!(machine.keep.told().last().unwrap(), "operational", "{:?}", machine.keep.told());
}

#[tokio::test(start_paused = true)]
async fn what_a_failed_run_never_came_to_is_brought_up_once_the_gateway_is_ready() {
    // A person mends the log-in while the ladder still waits, or after it has given up.
    for mended_after in [4, 60] {
        let machine = Machine::at(CALM);
        let refused = vec!["IBC: Login failed".to_owned()];
        machine.fakes.engine.with(|state| state.logs.insert(GATEWAY.into(), refused));
        machine.gateway.becomes(|nature| nature.second_factor = true);
        machine
            .during(&stack(), async {
                minutes(mended_after).await;
                assert!(!machine.fakes.engine.is_running(BOT));
                machine.fakes.engine.with(|state| state.logs.remove(GATEWAY));
                machine.gateway.becomes(|nature| nature.second_factor = false);
                minutes(2).await;
            })
            .await;
        let told = machine.keep.told();
        assert_eq!(told.last().unwrap(), "operational", "{told:?}");
        assert!(machine.fakes.engine.is_running(BOT));
        assert_eq!(machine.keep.restarts().len(), 0, "{told:?}");
        assert!(!told.iter().any(|told| told.contains("remedy::not_possible")), "{told:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_bot_that_was_down_before_a_boot_costs_nothing_when_the_gateway_is_late() {
    let machine = Machine::at(CALM);
    machine.during(&stack(), minutes(5)).await;
    machine.power_cut();
    machine.gateway.becomes(|nature| nature.second_factor = true);
    machine
        .during(&stack(), async {
            minutes(4).await;
            machine.gateway.becomes(|nature| nature.second_factor = false);
            minutes(2).await;
        })
        .await;
    let told = machine.keep.told();
    assert_eq!(told.last().unwrap(), "operational", "{told:?}");
    assert_eq!(machine.keep.restarts().len(), 0, "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn a_bot_that_ends_whenever_it_is_started_uses_its_budget_and_no_more() {
    let machine = Machine::at(CALM);
    machine.fakes.engine.with(|state| state.dies.insert(BOT.to_owned()));
    machine.during(&stack(), minutes(180)).await;
    let told = machine.keep.told();
    assert_eq!(machine.keep.count(&Used::Restart("bot".into())), 3, "{told:?}");
    assert_eq!(machine.keep.count(&Used::Restart("gateway".into())), 0, "{told:?}");
    assert_eq!(told.last().unwrap(), "halted: watch::restarts_used_up", "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn a_gateway_that_answers_is_not_asked_every_second_while_something_else_is_down() {
    let machine = Machine::at(CALM);
    let mut asked = 0;
    machine
        .during(&stack(), async {
            minutes(5).await;
            let before = machine.gateway.handshakes.load(Ordering::Relaxed);
            machine.fakes.engine.with(|state| {
                state.containers.get_mut(BOT).unwrap().restart = RestartPolicy::UnlessStopped;
                state.ends(BOT, 1);
            });
            minutes(4).await;
            asked = machine.gateway.handshakes.load(Ordering::Relaxed) - before;
        })
        .await;
    assert!((5..=30).contains(&asked), "{asked} handshakes in four minutes");
}

/// Somebody pauses the bot's container, or lets it go on.
fn bot_stands(machine: &Machine, status: Status) {
    machine.fakes.engine.with(|state| {
        state.containers.get_mut(BOT).unwrap().status = status;
        state.tell(BOT, &News::Health);
    });
}

#[tokio::test(start_paused = true)]
async fn a_bot_that_somebody_paused_is_theirs() {
    let machine = Machine::at(CALM);
    machine
        .during(&stack(), async {
            minutes(5).await;
            bot_stands(&machine, Status::Paused);
            minutes(3).await;
            let told = machine.keep.told();
            assert_eq!(told[2..], ["lost Container(\"bot\"): container::paused", "Reconnect 1"]);
            minutes(30).await;
            bot_stands(&machine, Status::Running);
            minutes(2).await;
        })
        .await;
    let told = machine.keep.told();
    assert_eq!(told[4..], ["halted: container::paused", "recovered by None", "operational"], "{told:?}");
    assert_eq!(machine.keep.restarts().len(), 0);
    let changes = machine.fakes.engine.changes();
    assert_eq!(
        changes.iter().filter(|what| what.contains(BOT) && what.starts_with("st")).count(),
        1,
        "{changes:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_bot_that_ends_in_the_run_after_an_outage_has_its_restarts() {
    let machine = Machine::at(CALM);
    machine.gateway.becomes(|nature| nature.second_factor = true);
    assert!(machine.fakes.engine.with(|state| state.dies.insert(BOT.to_owned())));
    machine
        .during(&stack(), async {
            minutes(4).await;
            machine.gateway.becomes(|nature| nature.second_factor = false);
            minutes(7).await;
            assert_eq!(machine.keep.count(&Used::Restart("bot".into())), 1, "{:?}", machine.keep.told());
            machine.fakes.engine.with(|state| state.dies.remove(BOT));
            minutes(10).await;
        })
        .await;
    let told = machine.keep.told();
    assert_eq!(told.last().unwrap(), "operational", "{told:?}");
    assert_eq!(machine.keep.count(&Used::LogIn), 1, "the gateway was well: {told:?}");
}

#[tokio::test(start_paused = true)]
async fn a_bot_that_fails_under_a_step_of_no_container_is_what_is_lost() {
    let machine = Machine::at(CALM);
    let plan = steps(&READY.replace("strategy: {}", "healthy: {}"));
    machine
        .during(&plan, async {
            minutes(5).await;
            assert!(machine.fakes.engine.with(|state| state.dies.insert(BOT.to_owned())));
            machine.fakes.engine.with(|state| state.ends(BOT, 1));
            minutes(180).await;
        })
        .await;
    let told = machine.keep.told();
    assert_eq!(machine.keep.count(&Used::Restart("gateway".into())), 0, "{told:?}");
    assert_eq!(machine.keep.count(&Used::LogIn), 1, "{told:?}");
    assert_eq!(told.last().unwrap(), "halted: watch::restarts_used_up", "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_proven_for_a_minute_is_stopped_after_a_halt_too() {
    let machine = Machine::at(CALM);
    machine
        .during(&stack(), async {
            minutes(5).await;
            bot_stands(&machine, Status::Paused);
            minutes(10).await;
            assert_eq!(machine.keep.told().last().unwrap(), "halted: container::paused");
            // The gateway says nothing any more, and then the bot goes on.
            machine.gateway.becomes(|nature| nature.deaf = true);
            bot_stands(&machine, Status::Running);
            minutes(3).await;
            assert!(!machine.fakes.engine.is_running(BOT), "{:?}", machine.keep.told());
            machine.gateway.becomes(|nature| nature.deaf = false);
            minutes(3).await;
        })
        .await;
    let told = machine.keep.told();
    assert_eq!(told.last().unwrap(), "operational", "{told:?}");
    assert!(machine.fakes.engine.is_running(BOT));
}

#[tokio::test(start_paused = true)]
async fn every_start_of_the_gateway_is_a_log_in_however_soon_it_follows() {
    let machine = Machine::at(CALM);
    let mut plan = stack();
    plan.stack.containers.get_mut("gateway").unwrap().spec.restart = RestartPolicy::UnlessStopped;
    let crashes = async || {
        machine.fakes.engine.with(|state| state.ends(GATEWAY, 1));
        after(Duration::from_secs(2)).await;
        machine.fakes.engine.start(GATEWAY).await.unwrap();
    };
    machine
        .during(&plan, async {
            minutes(2).await;
            for _ in 0..4 {
                crashes().await;
                after(Duration::from_secs(30)).await;
            }
        })
        .await;
    let told = machine.keep.told();
    assert_eq!(machine.keep.count(&Used::LogIn), 5, "{told:?}");
    // Another watch counts none of them once more.
    machine.during(&plan, minutes(2)).await;
    assert_eq!(machine.keep.count(&Used::LogIn), 5, "{:?}", machine.keep.told());
}

#[tokio::test(start_paused = true)]
async fn a_gateway_that_ends_while_its_bot_is_restarted_is_a_log_in_that_is_counted() {
    let machine = Machine::at(CALM);
    machine
        .during(&stack(), async {
            minutes(5).await;
            machine.fakes.engine.with(|state| {
                state.ends(BOT, 1);
                state.ends(GATEWAY, 1);
            });
            minutes(10).await;
        })
        .await;
    let told = machine.keep.told();
    assert_eq!(told.last().unwrap(), "operational", "{told:?}");
    assert_eq!(machine.keep.count(&Used::LogIn), 2, "{told:?}");
}
