//! Weeks of supervision in minutes, with the simulator on a compressed clock: nightly restarts, weekly log-ins with a second
//! factor, and faults at random instants. No restart may be wrong, no outage missed, no budget exceeded, and the memory stays
//! as it is.

use std::collections::BTreeMap;
use std::process::Command;
use std::time::Duration;

use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use openbell::engine::{Keeping, Used};
use openbell::event::EntryKind;
use openbell::playbook::Plan;

use crate::support::dice::Dice;
use crate::support::machine::{BOT, GATEWAY};
use crate::support::plan::{STACK, plan};
use crate::support::simulated::Simulated;

/// A Monday noon in New York.
const BEGINS: &str = "2026-10-05T16:00:00Z";
/// Set for the child that measures its own memory.
const DAYS: &str = "OPENBELL_SOAK_DAYS";
const SEED: &str = "OPENBELL_SOAK_SEED";

/// Something that happens to the stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fault {
    /// The gateway restarts inside its container, as every night.
    NightlyRestart,
    /// It logs in anew, and somebody has to give the second factor.
    SecondFactor,
    /// It accepts and never answers.
    Wedge,
    /// Its container ends.
    GatewayEnds,
    /// The bot's container ends.
    BotEnds,
    /// IBKR's servers are away.
    ServersLost,
    /// Every connection is cut once.
    Cut,
    /// The engine does not answer for a while.
    EngineAway,
    /// The machine sleeps: the clock jumps.
    Sleep,
}

impl Fault {
    /// Whether a restart may be an answer to it.
    fn may_restart(self) -> bool {
        matches!(self, Self::Wedge | Self::GatewayEnds | Self::BotEnds)
    }

    /// Whether it is an outage, of whatever length.
    fn is_outage(self) -> bool {
        !matches!(self, Self::Sleep)
    }
}

/// A fault as it took place.
#[derive(Clone, Debug)]
struct Happened {
    fault: Fault,
    from: Timestamp,
    /// What caused it was over.
    ended: Timestamp,
    /// Its consequences were.
    until: Timestamp,
}

fn stack(machine: &Simulated) -> Plan {
    let api = format!("{}, ibc: \"{}\" }}", "timeout: 5s", machine.commands);
    let text = STACK.replace("timeout: 5s }", &api).replace("127.0.0.1:4002", &machine.address.to_string());
    plan(&format!(
        "{text}\nsteps:
- {{ id: net, do: {{ network: {{}} }} }}
- {{ id: gateway, do: {{ start: {{ container: gateway }} }} }}
- {{ id: api, within: 5m, do: {{ ready: {{}} }} }}
- {{ id: bot, do: {{ start: {{ container: bot }} }} }}
- {{ id: strategy, do: {{ strategy: {{}} }} }}"
    ))
}

/// When everything happens, in order. Faults keep an hour and a half of distance, so that each can be told from the next.
fn agenda(days: i64, dice: &mut Dice) -> Vec<(Timestamp, Fault)> {
    let zone = TimeZone::get("America/New_York").unwrap();
    let begins: Timestamp = BEGINS.parse().unwrap();
    let mut agenda = BTreeMap::new();
    for day in 0..days {
        let date = (begins + SignedDuration::from_hours(24 * day)).to_zoned(zone.clone()).date();
        let night = date.at(23, 45, 0, 0).to_zoned(zone.clone()).unwrap().timestamp();
        agenda.insert(night, Fault::NightlyRestart);
        // The tokens of a week end on Sunday at 01:00; the log-in that is due is made in the morning.
        if date.weekday() == Weekday::Sunday {
            let morning = date.at(9, 0, 0, 0).to_zoned(zone.clone()).unwrap().timestamp();
            agenda.insert(morning, Fault::SecondFactor);
        }
    }
    let kinds = [
        Fault::Wedge,
        Fault::GatewayEnds,
        Fault::BotEnds,
        Fault::ServersLost,
        Fault::Cut,
        Fault::EngineAway,
        Fault::Sleep,
    ];
    let (mut placed, end) = (0, begins + SignedDuration::from_hours(24 * days - 2));
    while placed < days * 2 / 3 {
        let at = begins
            + SignedDuration::from_mins(
                i64::try_from(dice.throw(60 * 24 * usize::try_from(days).unwrap())).unwrap(),
            );
        let distance = SignedDuration::from_mins(90);
        let clear = agenda.keys().all(|other| at.duration_since(*other).abs() > distance);
        if clear && at < end && at > begins + distance {
            agenda.insert(at, *dice.pick(&kinds));
            placed += 1;
        }
    }
    agenda.into_iter().collect()
}

async fn until(machine: &Simulated, at: Timestamp) {
    let ahead = Duration::try_from(at.duration_since(machine.keep.now())).unwrap_or_default();
    tokio::time::sleep(ahead).await;
}

async fn seconds(count: u32) {
    tokio::time::sleep(Duration::from_secs(count.into())).await;
}

/// Lets it happen, and lasts as long as it does.
async fn happens(machine: &Simulated, fault: Fault, dice: &mut Dice) {
    let engine = &machine.fakes.engine;
    let mut chance = |most: u32| u32::try_from(dice.throw(usize::try_from(most).unwrap())).unwrap();
    match fault {
        Fault::NightlyRestart => {
            let away = 40 + chance(120);
            machine
                .plays(&format!(
                    "[{{ lasts: 2s, connectivity: lost, login: auto_restart }},
                      {{ lasts: {away}s, restart: true, port: closed }},
                      {{ lasts: 2s, clients: {{ door: reset }} }}, {{ lasts: 16s, clients: {{ door: mute }} }}]"
                ))
                .await;
            seconds(away + 20).await;
        }
        Fault::SecondFactor => {
            let waits = 60 + chance(500);
            machine
                .plays(&format!(
                    "[{{ lasts: 5s, restart: true, port: closed }},
                      {{ lasts: {waits}s, login: two_factor, clients: {{ door: mute }} }}]"
                ))
                .await;
            seconds(waits + 5).await;
        }
        Fault::Wedge => machine.plays("[{ clients: { door: mute, requests: mute } }]").await,
        Fault::GatewayEnds => engine.with(|state| state.ends(GATEWAY, 1)),
        Fault::BotEnds => engine.with(|state| state.ends(BOT, 1)),
        Fault::ServersLost => {
            let away = 30 + chance(200);
            machine
                .plays(&format!(
                    "[{{ lasts: {away}s, connectivity: lost, clients: {{ requests: mute }} }},
                      {{ lasts: 0s, connectivity: restored }}]"
                ))
                .await;
            seconds(away).await;
        }
        Fault::Cut => machine.plays("[{ lasts: 0s, drop: close }]").await,
        Fault::EngineAway => {
            engine.with(|state| state.away = true);
            seconds(400 + chance(200)).await;
            engine.with(|state| state.away = false);
        }
        Fault::Sleep => {
            *machine.keep.set.lock().unwrap() += SignedDuration::from_mins(20);
        }
    }
}

/// What weeks of it came to.
#[derive(Debug, Default)]
struct Tally {
    nights: usize,
    factors: usize,
    faults: usize,
    missed: Vec<String>,
    wrong: Vec<String>,
    exceeded: Vec<String>,
    restarts: usize,
    soft: usize,
    log_ins: usize,
}

/// A fault goes on until it is recovered from: on a weekend that is when maintenance is over.
fn over(one: &Happened, entries: &[(Timestamp, EntryKind)]) -> Happened {
    let whole =
        |(at, kind): &&(Timestamp, EntryKind)| *at > one.from && matches!(kind, EntryKind::Operational);
    let recovered = entries.iter().find(whole).map(|(at, _)| *at);
    let until = if one.fault.may_restart() { recovered.unwrap_or(one.until) } else { one.until };
    Happened { until: until.max(one.until), ..one.clone() }
}

/// How long an outage may go on after what caused it has ended: until it is recovered from, and the spacing of restarts.
const AFTERMATH: SignedDuration = SignedDuration::from_mins(45);

fn judge(machine: &Simulated, happened: &[Happened]) -> Tally {
    let entries = machine.keep.entries.lock().unwrap();
    let mut tally = Tally::default();
    let happened: Vec<Happened> = happened.iter().map(|one| over(one, &entries)).collect();
    for one in &happened {
        match one.fault {
            Fault::NightlyRestart => tally.nights += 1,
            Fault::SecondFactor => tally.factors += 1,
            _ => tally.faults += 1,
        }
        let noticed = |(at, kind): &&(Timestamp, EntryKind)| {
            *at >= one.from
                && *at <= one.ended + SignedDuration::from_secs(61)
                && matches!(kind, EntryKind::Lost { .. })
        };
        // What happens in the midst of an outage that is known is no other one.
        let known = entries.iter().rev().find_map(|(at, kind)| match kind {
            EntryKind::Lost { .. } if *at < one.from => Some(true),
            EntryKind::Operational if *at < one.from => Some(false),
            _ => None,
        });
        if one.fault.is_outage() && known != Some(true) && !entries.iter().any(|entry| noticed(&entry)) {
            tally.missed.push(format!("{:?} at {}", one.fault, one.from));
        }
        let person = |kind: &EntryKind| matches!(kind, EntryKind::NeedsPerson { .. });
        let told = entries.iter().any(|(at, kind)| *at >= one.from && *at <= one.until && person(kind));
        if one.fault == Fault::SecondFactor && !told {
            tally.missed.push(format!("nobody was told of the second factor at {}", one.from));
        }
    }
    let restart = |key: &str| Used::Restart(key.to_owned());
    for used in [restart("gateway"), restart("bot"), Used::SoftRestart] {
        for at in machine.keep.uses(&used) {
            let reason =
                |one: &&Happened| at >= one.from && at <= one.until + AFTERMATH && one.fault.may_restart();
            if !happened.iter().any(|one| reason(&one)) {
                tally.wrong.push(format!("{used:?} at {at}"));
            }
            if openbell::evidence::maintenance::Calendar::default().open_at(at).is_some()
                && happened
                    .iter()
                    .any(|one| one.fault == Fault::Wedge && at >= one.from && at <= one.until + AFTERMATH)
            {
                tally.wrong.push(format!("{used:?} in maintenance at {at}"));
            }
        }
    }
    let over = |used: Used, span: SignedDuration, most: usize| {
        let uses = machine.keep.uses(&used);
        let full =
            |from: &Timestamp| uses.iter().filter(|at| *at >= from && **at < *from + span).count() > most;
        uses.iter().any(full).then(|| format!("more than {most} {used:?} in {span}"))
    };
    tally.exceeded.extend(over(restart("gateway"), SignedDuration::from_hours(1), 3));
    tally.exceeded.extend(over(restart("bot"), SignedDuration::from_hours(1), 3));
    tally.exceeded.extend(over(Used::SoftRestart, SignedDuration::from_hours(1), 2));
    tally.exceeded.extend(over(Used::LogIn, SignedDuration::from_hours(24), 5));
    tally.restarts = machine.keep.restarts().len();
    tally.soft = machine.keep.uses(&Used::SoftRestart).len();
    tally.log_ins = machine.keep.uses(&Used::LogIn).len();
    tally
}

/// This process's memory in kilobytes, where the system tells.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

async fn soak(days: i64, seed: u64) -> (Tally, Option<(u64, u64)>) {
    let mut dice = Dice(seed);
    let agenda = agenda(days, &mut dice);
    let machine = Simulated::at(BEGINS);
    let (mut happened, mut early) = (Vec::new(), None);
    let begins: Timestamp = BEGINS.parse().unwrap();
    machine
        .during(&stack(&machine), async {
            for (at, fault) in agenda {
                until(&machine, at).await;
                if early.is_none() && at > begins + SignedDuration::from_hours(24 * 5) {
                    early = resident();
                }
                // What the fakes write down for other tests is not supervision's memory.
                machine.fakes.engine.with(|state| state.commands.clear());
                let from = machine.keep.now();
                happens(&machine, fault, &mut dice).await;
                let ended = machine.keep.now();
                happened.push(Happened { fault, from, ended, until: ended });
            }
            until(&machine, begins + SignedDuration::from_hours(24 * days)).await;
        })
        .await;
    let memory = early.zip(resident());
    let told = machine.keep.told();
    assert_eq!(told.last().map(String::as_str), Some("operational"), "{:?}", &told[told.len() - 20..]);
    (judge(&machine, &happened), memory)
}

fn fine(tally: &Tally) {
    assert!(tally.wrong.is_empty() && tally.missed.is_empty() && tally.exceeded.is_empty(), "{tally:#?}");
}

#[tokio::test(start_paused = true)]
#[expect(clippy::print_stdout, reason = "the README quotes it")]
async fn days() {
    let asked = |name| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let (days, seed) = (asked(DAYS).unwrap_or(4), asked(SEED).unwrap_or(7));
    let (tally, memory) = Box::pin(soak(i64::try_from(days).unwrap(), seed)).await;
    fine(&tally);
    let Tally { nights, factors, faults, restarts, soft, log_ins, .. } = tally;
    println!(
        "soak: {days} days with {nights} nightly restarts, {factors} log-ins with a second factor and {faults} faults: \
         0 wrong restarts ({restarts} restarts, {soft} soft), 0 missed outages, budgets kept ({log_ins} log-ins); seed {seed}"
    );
    if let Some((early, late)) = memory.filter(|_| std::env::var_os(DAYS).is_some()) {
        println!("soak: {early} kB resident after five days, {late} kB at the end");
        assert!(late <= early + 2048, "it grows: {early} kB, then {late} kB");
    }
}

/// Two weeks, in a process of its own, whose memory is nobody else's. `just soak` passes a month.
#[test]
#[expect(clippy::print_stdout, reason = "the README quotes it")]
fn a_fortnight() {
    let days = std::env::var(DAYS).unwrap_or_else(|_| "14".to_owned());
    if std::env::var_os("OPENBELL_SOAK_CHILD").is_some() {
        return;
    }
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "soak::days", "--nocapture"])
        .env(DAYS, days)
        .env("OPENBELL_SOAK_CHILD", "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success(), "{said}\n{}", String::from_utf8_lossy(&child.stderr));
    said.lines().filter(|line| line.starts_with("soak:")).for_each(|line| println!("{line}"));
    assert!(said.contains("0 missed outages"), "{said}");
}
