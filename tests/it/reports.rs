//! `openbell report`: runs that are over, found, shown, compared and checked.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::state_commands::Place;

/// A place with a green run, a failed one, and a green one again.
fn ran() -> (Place, Vec<String>) {
    let place = Place::new();
    assert_eq!(place.run(&["run", "paper.yaml"]).code, 0);
    let text = std::fs::read_to_string(place.path("paper.yaml")).unwrap();
    place.break_it("1s");
    assert_eq!(place.run(&["run", "paper.yaml"]).code, 124);
    std::fs::write(place.path("paper.yaml"), text).unwrap();
    assert_eq!(place.run(&["run", "paper.yaml"]).code, 0);
    let names = names(&place);
    assert_eq!(names.len(), 3);
    (place, names)
}

fn names(place: &Place) -> Vec<String> {
    let entries = std::fs::read_dir(place.path("reports")).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort_by_key(|name| {
        let report = std::fs::read(place.path("reports").join(name).join("report.json")).unwrap();
        serde_json::from_slice::<Value>(&report).unwrap()["started"].as_str().unwrap().to_owned()
    });
    names
}

fn rows(place: &Place, more: &[&str]) -> Vec<Value> {
    let ended = place.run(&[&["report", "list", "--json"], more].concat());
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    serde_json::from_str(&ended.stdout).unwrap()
}

fn runs(rows: &[Value]) -> Vec<&str> {
    rows.iter().map(|row| row["run"].as_str().unwrap()).collect()
}

#[test]
fn runs_are_listed_from_the_journal_and_from_the_reports() {
    let (place, names) = ran();
    let newest: Vec<&str> = names.iter().rev().map(String::as_str).collect();
    let all = rows(&place, &[]);
    assert_eq!(runs(&all), newest);
    assert_eq!(all[1]["verdict"], "deadline");
    assert_eq!((&all[1]["step"], &all[1]["code"]), (&json!("port"), &json!("net::refused")));
    assert_eq!(runs(&rows(&place, &["--last", "2"])), newest[..2]);
    assert_eq!(runs(&rows(&place, &["--failed"])), newest[1..2]);
    assert_eq!(runs(&rows(&place, &["--boot"])), newest, "they are of this boot");
    assert_eq!(runs(&rows(&place, &["paper"])), newest);
    assert_eq!(runs(&rows(&place, &["paper.yaml"])), newest);
    assert!(rows(&place, &["other"]).is_empty());

    let table = place.run(&["report", "list"]).stdout;
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 4, "{table}");
    assert!(lines[2].contains("DEADLINE") && lines[2].ends_with("port: net::refused"), "{table}");

    // Without the journal the reports are enough, and the other way round.
    let journal = place.path("state");
    std::fs::rename(&journal, place.path("gone")).unwrap();
    let without = rows(&place, &[]);
    assert_eq!(runs(&without), newest);
    assert_eq!(without[1]["code"], all[1]["code"]);
    std::fs::rename(place.path("gone"), journal).unwrap();
    std::fs::rename(place.path("reports"), place.path("gone")).unwrap();
    assert_eq!(rows(&place, &[]), all);
}

#[test]
fn a_report_is_shown_by_its_name_its_end_its_place_or_as_the_last() {
    let (place, names) = ran();
    let page =
        |name: &str| std::fs::read_to_string(place.path("reports").join(name).join("report.md")).unwrap();
    let mut by_name = names.clone();
    by_name.sort();
    assert_eq!(place.run(&["report", "show"]).stdout, page(&by_name[2]));
    assert_eq!(place.run(&["report", "show", &names[0]]).stdout, page(&names[0]));
    assert_eq!(place.run(&["report", "show", names[1].rsplit('-').next().unwrap()]).stdout, page(&names[1]));
    let path = format!("reports/{}", names[1]);
    assert_eq!(place.run(&["report", "show", &path]).stdout, page(&names[1]));
    assert_eq!(place.run(&["report", "show", &format!("{path}/report.json")]).stdout, page(&names[1]));
    let json: Value = serde_json::from_str(&place.run(&["report", "show", &path, "--json"]).stdout).unwrap();
    assert_eq!(json["run"], names[1].as_str());
}

/// What is told, with the places of the test taken out.
fn told(place: &Place, arguments: &[&str]) -> String {
    let ended = place.run(arguments);
    assert_eq!(ended.code, 1, "{arguments:?} {}", ended.stderr);
    let mut told = format!("{}{}", ended.stdout, ended.stderr).replace('\\', "/");
    for (number, name) in names_there(place).iter().enumerate() {
        told = told.replace(name.as_str(), &format!("[run {}]", number + 1));
    }
    told
}

fn names_there(place: &Place) -> Vec<String> {
    let entries = std::fs::read_dir(place.path("reports")).into_iter().flatten();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_report_that_is_not_there_is_told() {
    let (place, _) = ran();
    let mut text = told(&place, &["report", "show", "nothing"]);
    text += &told(&place, &["report", "show", "last", "--reports", "elsewhere"]);
    text += &told(&place, &["report", "diff", "--reports", "elsewhere"]);
    let copy = |name: &str| {
        let to = place.path("several").join(name);
        std::fs::create_dir_all(&to).unwrap();
        std::fs::write(to.join("report.json"), "{}").unwrap();
    };
    copy("a-1");
    copy("b-1");
    text += &told(&place, &["report", "show", "1", "--reports", "several"]);
    insta::assert_snapshot!(text);
}

fn report(place: &Place, name: &str) -> PathBuf {
    place.path("reports").join(name).join("report.json")
}

fn change(file: &Path, change: impl FnOnce(&mut Value)) {
    let mut value: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    change(&mut value);
    std::fs::write(file, value.to_string()).unwrap();
}

#[test]
fn two_runs_are_compared_by_steps_times_and_facts() {
    let (place, names) = ran();
    change(&report(&place, &names[0]), |report| {
        report["started"] = json!("2026-11-22T06:00:00.000Z");
        report["took_ms"] = json!(1500.0);
        report["steps"][0]["took_ms"] = json!(1400.0);
        report["steps"][0]["facts"] = json!({ "server_version": 176, "gone": "x", "waited_ms": 10 });
        let mut gone = report["steps"][0].clone();
        gone["id"] = json!("gone");
        report["steps"].as_array_mut().unwrap().push(gone);
    });
    change(&report(&place, &names[1]), |report| {
        report["took_ms"] = json!(2000.0);
        report["steps"][0]["took_ms"] = json!(1900.0);
        report["steps"][0]["facts"] = json!({ "server_version": 178, "new": [1], "waited_ms": 20 });
    });
    let ended = place.run(&["report", "diff", &names[0], &names[1]]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let text = ended.stdout.replace(&names[0], "[before]").replace(&names[1], "[now]");
    insta::assert_snapshot!(text);
    let ended = place.run(&["report", "diff", &names[0], &names[1], "--json"]);
    let json: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(json["steps"][0]["facts"][0], json!(["server_version", 176, 178]));
    let same = place.run(&["report", "diff", &names[1], &names[1]]);
    assert!(same.stdout.ends_with("no step differs\n"), "{}", same.stdout);
}

#[test]
fn without_names_the_last_run_is_compared_with_the_last_green_one_before() {
    let (place, _) = ran();
    let last = place.path("reports/99990101T000000Z-000000");
    std::fs::create_dir(&last).unwrap();
    let failed = names_there(&place).into_iter().find_map(|name| {
        let text = std::fs::read_to_string(report(&place, &name)).ok()?;
        text.contains("\"deadline\"").then_some(text)
    });
    std::fs::write(last.join("report.json"), failed.unwrap()).unwrap();
    change(&last.join("report.json"), |report| report["run"] = json!("99990101T000000Z-000000"));
    let ended = place.run(&["report", "diff", "--json"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let json: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(json["before"]["verdict"], "green");
    assert_eq!(json["now"]["run"], "99990101T000000Z-000000");
    assert_eq!(json["steps"][0]["now"]["code"], "net::refused");
}

#[test]
fn a_report_is_checked_against_its_schema_and_its_directory() {
    let (place, _) = ran();
    let names = names_there(&place);
    let ended = place.run(&["report", "verify"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert_eq!(ended.stdout.lines().filter(|line| line.starts_with("whole ")).count(), 3);
    let page = |name: &str| place.path("reports").join(name).join("report.md");

    // The page says something else; a key that the schema does not know; no page.
    std::fs::write(page(&names[0]), "all is well\n").unwrap();
    change(&report(&place, &names[1]), |report| report["verdict"] = json!("splendid"));
    std::fs::remove_file(page(&names[2])).unwrap();
    // The report of another run.
    let copy = place.path("reports/zz-copy");
    std::fs::create_dir(&copy).unwrap();
    std::fs::copy(report(&place, &names[0]), copy.join("report.json")).unwrap();
    std::fs::create_dir(place.path("reports/zz-empty")).unwrap();
    insta::assert_snapshot!(told(&place, &["report", "verify"]));
    assert_eq!(place.run(&["report", "verify", "last"]).code, 1);
}

#[test]
fn the_roll_up_of_a_matrix_is_checked_and_shown() {
    let place = Place::new();
    place.write("matrix: [{ id: one, vars: { api_id: \"101\" } }, { id: two, vars: { api_id: \"102\" } }]\n");
    assert_eq!(place.run(&["run", "paper.yaml"]).code, 0);
    assert_eq!(place.run(&["report", "verify"]).code, 0);
    let rollup = names_there(&place)
        .into_iter()
        .find(|name| place.path("reports").join(name).join("rollup.json").exists());
    let rollup = rollup.unwrap();
    let shown = place.run(&["report", "show", &rollup]).stdout;
    assert_eq!(shown.lines().count(), 3, "{shown}");
    let one = names_there(&place).into_iter().find(|name| *name != rollup).unwrap();
    std::fs::remove_dir_all(place.path("reports").join(one)).unwrap();
    let ended = place.run(&["report", "verify", &rollup]);
    assert_eq!(ended.code, 1);
    assert!(
        ended.stderr.contains("report::not_whole") && ended.stderr.contains("is not there"),
        "{}",
        ended.stderr
    );
}
