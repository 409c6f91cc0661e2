//! `openbell calendar`, as people and programs read it.

use jiff::Timestamp;
use jiff::civil::Date;
use openbell::calendar::{Agenda, AgendaReport, Span, page};
use openbell::evidence::maintenance::{Calendar, Region, zone};

use crate::support::command::{Ended, openbell, run};

fn printed(arguments: &[&str]) -> String {
    let ended = run(&[&["calendar"], arguments].concat());
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""), "{arguments:?}");
    ended.stdout
}

#[test]
fn the_week_of_the_autumn_change() {
    let told = printed(&["--from", "2026-10-30", "--zone", "America/New_York"]);
    insta::assert_snapshot!("calendar_autumn_new_york", told);
    let told =
        printed(&["--from", "2026-10-24", "--days", "10", "--zone", "Europe/Zurich", "--region", "europe"]);
    insta::assert_snapshot!("calendar_autumn_zurich", told);
}

#[test]
fn the_week_of_the_spring_change_from_afar() {
    let told =
        printed(&["--from", "2026-03-06", "--days", "4", "--zone", "Asia/Hong_Kong", "--region", "asia"]);
    insta::assert_snapshot!("calendar_spring_hong_kong", told);
}

fn agenda(now: &str, region: Region) -> Agenda {
    let zone = zone("Europe/Zurich").unwrap();
    let now: Timestamp = now.parse().unwrap();
    let first: Date = now.to_zoned(zone.clone()).date();
    Agenda::of("paper", &Calendar::of(region), &Span { zone, first, days: 2, now: Some(now) })
}

#[test]
fn how_it_stands_now() {
    // 05:37:20 in Zurich: 23 minutes, and a part of one, before the end.
    insta::assert_snapshot!(
        "calendar_now_inside",
        page(&agenda("2026-06-10T04:37:20Z", Region::Europe), false)
    );
    insta::assert_snapshot!("calendar_now_outside", page(&agenda("2026-06-10T10:00:00Z", Region::Us), false));
    // On Saturday afternoon: the weekly window began this morning, and ends tomorrow.
    insta::assert_snapshot!("calendar_now_weekly", page(&agenda("2026-06-13T14:00:00Z", Region::Us), false));
    let none = Agenda { now: None, ..agenda("2026-06-10T10:00:00Z", Region::Us) };
    assert!(!page(&none, false).contains("now "));
}

#[test]
fn colours_change_no_word() {
    let agenda = agenda("2026-06-10T04:37:20Z", Region::Europe);
    let coloured = page(&agenda, true);
    assert_ne!(coloured, page(&agenda, false));
    assert_eq!(console::strip_ansi_codes(&coloured), page(&agenda, false));
}

#[test]
fn for_programs() {
    let told = printed(&["--from", "2026-10-31", "--days", "2", "--zone", "Europe/Zurich", "--json"]);
    insta::assert_snapshot!("calendar_json", told);
    let read: AgendaReport = serde_json::from_str(&told).unwrap();
    assert_eq!(read.calendar, 1);
    let now =
        serde_json::to_string_pretty(&AgendaReport::from(&agenda("2026-06-10T04:37:20Z", Region::Europe)));
    insta::assert_snapshot!("calendar_json_now", now.unwrap());
}

#[test]
fn json_is_what_its_schema_says() {
    let schema: serde_json::Value = serde_json::from_str(&run(&["schema", "calendar"]).stdout).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for arguments in [&["--json"][..], &["--json", "--from", "2026-03-07", "--region", "asia"]] {
        let told = serde_json::from_str(&printed(arguments)).unwrap();
        assert!(validator.is_valid(&told), "{told:#}");
    }
}

#[test]
fn the_zone_is_that_of_the_machine_and_today_comes_first() {
    let ended: Ended = openbell(&["calendar"]).env("TZ", "Asia/Tokyo").output().unwrap().into();
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let lines: Vec<&str> = ended.stdout.lines().collect();
    assert!(lines[0].ends_with(", times in Asia/Tokyo"), "{}", lines[0]);
    assert!(
        lines[1].starts_with("now ") && lines[3].starts_with("weekly re-authentication: "),
        "{}",
        ended.stdout
    );
    let days =
        lines.iter().filter(|line| line.split(' ').next().is_some_and(|day| day.len() == 3 && day != "now"));
    assert_eq!(days.count(), 7, "{}", ended.stdout);
}

#[test]
fn a_playbook_has_its_own() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("playbook.yaml");
    let write = |maintenance: &str| {
        let rest = "connection: { address: \"127.0.0.1:4002\", client_id: [${ID:-1}] }\nsteps: [{ id: engine, do: { engine: {} } }]\n";
        std::fs::write(&file, format!("version: 1\nname: desk\n{maintenance}{rest}")).unwrap();
        file.to_str().unwrap().to_owned()
    };
    let path = write(
        "matrix: [{ id: us, vars: { R: us, ID: \"1\" } }, { id: hk, vars: { R: asia, ID: \"2\" } }]\nmaintenance:\n  region: ${R}\n  windows:\n    \
         - { name: \"IBKR, as announced\", zone: America/New_York, days: [tue], from: \"20:00\", until: \"tue 21:30\" }\n",
    );
    let asked = ["calendar", &path, "--from", "2026-06-08", "--days", "3", "--zone", "America/New_York"];
    let ended = run(&asked);
    assert_eq!(ended.code, 0);
    let hint = "the calendars of the variants differ; this is that of desk-us, --only ID shows another\n";
    assert_eq!(ended.stderr, hint);
    insta::assert_snapshot!("calendar_playbook", ended.stdout);
    let other = run(&[&asked[..], &["--only", "hk"]].concat());
    assert_eq!((other.code, other.stderr.as_str()), (0, ""));
    assert!(
        other.stdout.starts_with("desk-hk: ") && other.stdout.contains("daily maintenance (Asia, first)")
    );
    let none = write("maintenance: { replace: true }\n");
    let told = printed(&[&none, "--from", "2026-06-08", "--days", "1", "--zone", "UTC"]);
    insta::assert_snapshot!("calendar_none", told);
    let bad = write("maintenance: { region: mars }\n");
    let ended = run(&["calendar", &bad]);
    assert_eq!((ended.code, ended.stdout.as_str()), (3, ""));
    assert!(ended.stderr.contains("playbook::unknown_key"), "{}", ended.stderr);
}

#[test]
fn what_cannot_be_told_is_2() {
    let mut told = String::new();
    for zone in ["Europe/Zürich", "new york", "EST", "Mars/Olympus_Mons", "", "../../etc/passwd"] {
        let ended = run(&["calendar", "--zone", zone]);
        assert_eq!((ended.code, ended.stdout.as_str()), (2, ""), "{zone}");
        told.push_str(&ended.stderr);
    }
    insta::assert_snapshot!("calendar_zones", told);
    for wrong in [
        &["--days", "0"][..],
        &["--days", "367"],
        &["--from", "2026-02-30"],
        &["--from", "tomorrow"],
        &["--region", "mars"],
        &["--region", "asia", "playbook.yaml"],
    ] {
        let ended = run(&[&["calendar"], wrong].concat());
        assert_eq!((ended.code, ended.stdout.as_str()), (2, ""), "{wrong:?}");
    }
    assert!(run(&["calendar", "--from", "tomorrow"]).stderr.contains("a date is written as 2026-11-01"));
}

#[test]
fn the_last_days_of_the_calendar_are_told_too() {
    for day in ["9999-12-30", "-009999-01-02", "0001-01-01"] {
        let argument = format!("--from={day}");
        let ended = run(&["calendar", &argument, "--zone", "America/New_York", "--days", "3"]);
        assert!([0, 2].contains(&ended.code), "{day}: {}", ended.stderr);
        assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
    }
}
