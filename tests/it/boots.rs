//! What the journal tells of boots, and how a machine tells which one this is.

use openbell::adapters::machine::boot_of;
use openbell::event::{Entry, EntryKind, StepTime, Verdict};
use openbell::ports::machine::Boot;
use openbell::report::boots;
use serde_json::Value;

use crate::state::{at, entry};
use crate::state_commands::Place;

/// The entries of a boot on some day of November: the engine after `engine` seconds, operational 60 later.
fn boot(day: u32, engine: i64) -> Vec<Entry> {
    let begin = at(&format!("2026-11-{day:02}T06:00:00Z"));
    let after = |seconds: i64, kind: EntryKind| {
        let at = begin + jiff::SignedDuration::from_secs(seconds);
        entry(&format!("{at:.3}"), kind)
    };
    let watch = EntryKind::WatchBegan {
        openbell: "0.1.0".into(),
        pid: 10,
        boot: Some(format!("boot-{day}")),
        powered_on: Some(begin.to_string()),
        by_hand: false,
    };
    let run = format!("run-{day}");
    vec![
        after(5, watch),
        after(engine, EntryKind::EngineUp { waited_ms: 0 }),
        after(engine + 1, EntryKind::RunBegan { run: run.clone(), pid: 10 }),
        after(engine + 51, ended(&run, Verdict::Green, None)),
        after(engine + 60, EntryKind::Operational),
        after(3600, EntryKind::RunBegan { run: "later".into(), pid: 99 }),
    ]
}

fn ended(run: &str, verdict: Verdict, step: Option<&str>) -> EntryKind {
    let time = |id: &str, kind: &str, ended_ms| StepTime { id: id.into(), kind: kind.into(), ended_ms };
    EntryKind::RunEnded {
        run: run.into(),
        verdict,
        step: step.map(str::to_owned),
        why: None,
        changes: Vec::new(),
        took_ms: 50_000,
        steps: vec![
            time("gateway", "start", 2_000),
            time("api", "ready", 30_000),
            time("late", "ready", 31_000),
            time("bot", "start", 40_000),
            time("strategy", "log", 45_000),
        ],
        report: None,
    }
}

fn seconds(report: &openbell::report::BootReport) -> Vec<Option<f64>> {
    report.milestones.iter().map(|milestone| milestone.after_s).collect()
}

#[test]
fn a_boot_is_measured_from_power_on_and_compared_with_those_before() {
    let entries: Vec<Entry> =
        [(1, 100), (2, 20), (3, 30), (4, 10)].iter().flat_map(|(day, s)| boot(*day, *s)).collect();
    let told = boots(entries);
    assert_eq!(told.len(), 4);
    let last = &told[3];
    assert_eq!(last.boot.as_deref(), Some("boot-4"));
    assert_eq!(seconds(last), [5.0, 10.0, 41.0, 51.0, 70.0].map(Some));
    let medians: Vec<_> = last.milestones.iter().map(|milestone| milestone.median_s).collect();
    assert_eq!(medians, [5.0, 30.0, 61.0, 71.0, 90.0].map(Some));
    assert_eq!((last.compared_with, last.operational), (3, true));
    assert!(last.human_actions.is_empty(), "what comes after it is operational is no part of the boot");
    assert_eq!(told[0].compared_with, 0);
    assert_eq!(told[0].milestones[0].median_s, None);
    // Ten boots count, no more.
    let many: Vec<Entry> = (1..=20).flat_map(|day| boot(day, i64::from(day) * 10)).collect();
    let last = boots(many).pop().unwrap();
    assert_eq!((last.compared_with, last.milestones[1].median_s), (10, Some(145.0)));
}

#[test]
fn what_people_did_is_counted_and_a_restarted_watch_is_the_same_boot() {
    let mut entries = boot(1, 20);
    let operational = entries.split_off(4);
    let run = entries.pop().unwrap();
    let last = |seconds: u32, kind| entry(&format!("2026-11-01T06:01:{seconds:02}.000Z"), kind);
    entries.extend([
        last(1, ended("run-1", Verdict::Failed, Some("api"))),
        last(2, EntryKind::Paused { until: "2026-11-01T07:00:00Z".into(), reason: "router".into() }),
        last(3, EntryKind::Resumed { by_hand: true }),
        last(4, EntryKind::Resumed { by_hand: false }),
        last(5, EntryKind::RunBegan { run: "by hand".into(), pid: 77 }),
        last(6, ended("by hand", Verdict::Green, None)),
        last(7, entries[0].kind.clone()),
        last(8, EntryKind::RunBegan { run: "run-1".into(), pid: 10 }),
        Entry { at: "2026-11-01T06:01:58.000Z".into(), ..run },
        last(59, operational[0].kind.clone()),
    ]);
    let told = boots(entries);
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].watches, told[0].operational), (2, true));
    assert_eq!(told[0].human_actions.len(), 3, "{:?}", told[0].human_actions);
    // The API was not ready in the run that failed at it, but the other `ready` step passed there.
    assert_eq!(seconds(&told[0]), [Some(5.0), Some(20.0), Some(52.0), Some(105.0), Some(119.0)]);
}

#[test]
fn what_was_begun_long_after_power_on_or_by_hand_is_no_figure_of_a_boot() {
    // The service was installed three hours after the machine was started; another day somebody typed it.
    let (mut installed, mut typed) = (boot(1, 20), boot(2, 30));
    let EntryKind::WatchBegan { powered_on, .. } = &mut installed[0].kind else { unreachable!() };
    *powered_on = Some("2026-11-01T03:00:00Z".into());
    let EntryKind::WatchBegan { by_hand, .. } = &mut typed[0].kind else { unreachable!() };
    *by_hand = true;
    let told = boots([installed, typed, boot(3, 40), boot(4, 50)].concat());
    let began = |report: &openbell::report::BootReport| {
        (report.with_machine, report.human_actions.len(), report.compared_with)
    };
    assert_eq!(
        told.iter().map(began).collect::<Vec<_>>(),
        [(false, 1, 0), (false, 1, 0), (true, 0, 0), (true, 0, 1)]
    );
    assert_eq!(told[0].human_actions, ["begun at 2026-11-01T06:00:05.000Z, not with the machine"]);
    assert_eq!(told[3].milestones[1].median_s, Some(40.0));
}

#[test]
fn a_clock_that_is_set_meanwhile_does_not_count() {
    let mut entries = boot(1, 20);
    // The clock was an hour behind when the watch began.
    let hour = |entry: &mut Entry| {
        entry.at = format!("{:.3}", at(&entry.at) + jiff::SignedDuration::from_hours(1));
    };
    entries[1..].iter_mut().for_each(hour);
    entries.insert(1, entry("2026-11-01T07:00:10.000Z", EntryKind::ClockJumped { by_ms: 3_600_000 }));
    assert_eq!(seconds(&boots(entries)[0]), [5.0, 20.0, 51.0, 61.0, 80.0].map(Some));
}

#[test]
fn a_boot_that_is_not_done_and_one_without_power_on_are_told() {
    let place = Place::new();
    let state = place.state("paper");
    let told = |arguments: &[&str]| place.run(&[&["report", "boot"], arguments].concat());
    assert_eq!(told(&[]).code, 1);
    for entry in [boot(1, 20), boot(2, 30)].concat() {
        state.journal().append(&entry).unwrap();
    }
    let watch = EntryKind::WatchBegan {
        openbell: "0.1.0".into(),
        pid: 10,
        boot: None,
        powered_on: None,
        by_hand: false,
    };
    state.journal().append(&entry("2026-11-03T06:00:00.000Z", watch)).unwrap();
    state
        .journal()
        .append(&entry("2026-11-03T06:00:09.000Z", EntryKind::EngineUp { waited_ms: 9000 }))
        .unwrap();
    let resumed = EntryKind::Resumed { by_hand: true };
    state.journal().append(&entry("2026-11-03T06:00:10.000Z", resumed)).unwrap();
    let ended = told(&["--last", "3"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    insta::assert_snapshot!(ended.stdout);
    let json: Value = serde_json::from_str(&told(&["paper.yaml", "--json"]).stdout).unwrap();
    assert_eq!((json.as_array().unwrap().len(), &json[0]["operational"]), (1, &Value::Bool(false)));
    assert_eq!(told(&["other"]).code, 1);
}

fn proc(files: &[(&str, &str)]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = directory.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    directory
}

const ID: (&str, &str) = ("sys/kernel/random/boot_id", "5e0c5f2e-0b5d-4a3c-9f5c-1a2b3c4d5e6f\n");
const STAT: (&str, &str) = ("stat", "cpu  1 2 3\nintr 1\nctxt 2\nbtime 1795413600\nprocesses 9\n");

fn first(ticks: u64) -> String {
    format!("1 (a (name) 1 2) S 0 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 {ticks} 12345 67\n")
}

#[test]
fn a_machine_tells_its_boot_and_a_container_its_own() {
    let id = ID.1.trim().to_owned();
    let begin = jiff::Timestamp::from_second(1_795_413_600).unwrap();
    let machine = proc(&[ID, STAT, ("1/stat", &first(3))]);
    assert_eq!(boot_of(machine.path()), Boot { id: Some(id.clone()), powered_on: Some(begin), why: None });

    let container = boot_of(proc(&[ID, STAT, ("1/stat", &first(720_050))]).path());
    assert_eq!(container.id, Some(format!("{id}+7200")));
    assert_eq!(container.powered_on, Some(begin + jiff::SignedDuration::from_millis(7_200_500)));
    assert!(container.why.unwrap().contains("this is a container"));

    for broken in [vec![], vec![("stat", "btime soon\n"), ("1/stat", "1 (x) S")], vec![("1/stat", "")]] {
        assert_eq!(boot_of(proc(&broken).path()), Boot::default());
    }
    assert_eq!(boot_of(proc(&[ID, STAT]).path()).powered_on, Some(begin));
}
