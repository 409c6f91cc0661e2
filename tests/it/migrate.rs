//! Playbooks of older versions: a chain of the tests' own shows what the next version of the format will need.

use std::path::Path;

use openbell::document::Document;
use openbell::edit::{Opened, Terms, rewrite, undo};
use openbell::playbook::Inputs;
use openbell::playbook::migrate::{Edit, MigrateError, Step, migrate, with};
use serde_json::Value;

use crate::support::command::run;

/// From 0 to 1 `api:` became `connection:`; from 1 to 2 the timeout got its unit.
const CHAIN: &[Step] = &[
    Step { from: 0, about: "`api` is called `connection`", edits: renamed, meant: renamed_value },
    Step { from: 1, about: "`timeout` has a unit", edits: unit, meant: unit_value },
];

fn renamed(document: &Document<Value>) -> Vec<Edit> {
    vec![Edit { place: document.places.key("/api"), text: "connection".to_owned() }]
}

fn renamed_value(mut value: Value) -> Value {
    let api = value.as_object_mut().unwrap().remove("api").unwrap();
    value["connection"] = api;
    value
}

fn unit(document: &Document<Value>) -> Vec<Edit> {
    let place = document.places.value_at("/connection/timeout").unwrap();
    let text = format!("{}s", &document.text[place.clone()]);
    vec![Edit { place, text }]
}

fn unit_value(mut value: Value) -> Value {
    value["connection"]["timeout"] = format!("{}s", value["connection"]["timeout"]).into();
    value
}

const OLD: &str = "\u{feff}# stack — über alles\r\nversion: 0 # old\r\nname: stack\r\napi: # the gateway\r\n  address: \"127.0.0.1:4002\"\r\n  timeout: 60   # slow\r\n";

fn file() -> &'static Path {
    Path::new("old.yaml")
}

#[test]
fn every_step_is_taken_and_comments_quotes_and_line_ends_stay() {
    let done = with(CHAIN, 2, file(), OLD).unwrap();
    assert_eq!(done.from, 0);
    assert_eq!(done.about, ["`api` is called `connection`", "`timeout` has a unit"]);
    let wanted =
        OLD.replace("version: 0", "version: 2").replace("api:", "connection:").replace("60  ", "60s  ");
    assert_eq!(done.text, wanted);
    let again = with(CHAIN, 2, file(), &done.text).unwrap();
    assert_eq!((again.about.len(), again.text), (0, done.text), "the newest is left alone");
}

fn code(error: &MigrateError) -> String {
    miette::Diagnostic::code(error).unwrap().to_string()
}

#[test]
fn versions_without_a_way_are_told_apart() {
    for (text, expected) in [
        ("name: stack\n", "migrate::no_version"),
        ("version: one\n", "migrate::no_version"),
        ("version: 3\n", "migrate::newer"),
        ("version: [", "playbook::invalid"),
    ] {
        assert_eq!(code(&with(CHAIN, 2, file(), text).unwrap_err()), expected, "{text}");
    }
    assert_eq!(code(&with(&CHAIN[1..], 2, file(), OLD).unwrap_err()), "migrate::no_way");
}

#[test]
fn a_step_that_would_change_anything_else_is_refused() {
    fn too_much(document: &Document<Value>) -> Vec<Edit> {
        let mut edits = renamed(document);
        edits.push(Edit { place: document.places.value_at("/name").unwrap(), text: "other".to_owned() });
        edits
    }
    fn a_comment(document: &Document<Value>) -> Vec<Edit> {
        let start = document.places.key("/api").start;
        let end = document.places.key("/api/address").start;
        vec![Edit { place: start..end, text: "connection:\n  ".to_owned() }]
    }
    fn outside(_: &Document<Value>) -> Vec<Edit> {
        vec![Edit { place: 9000..9001, text: String::new() }]
    }
    for edits in [too_much, a_comment, outside] {
        let chain = [Step { edits, ..CHAIN[0] }];
        let error = with(&chain, 1, file(), OLD).unwrap_err();
        assert_eq!(code(&error), "migrate::unproven", "{error}");
    }
}

#[test]
fn the_program_leaves_the_newest_alone_and_says_what_to_do_with_others() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("playbook.yaml");
    let name = file.to_str().unwrap();
    let newest = include_str!("../../playbooks/rehearsal.yaml");
    for (text, exit, words) in [
        (newest.to_owned(), 0, "nothing to do"),
        (newest.replace("version: 1", "version: 2"), 1, "update openbell"),
        (newest.replace("version: 1", "version: 0"), 3, "no way leads to version 1"),
    ] {
        std::fs::write(&file, &text).unwrap();
        let ran = run(&["migrate", name]);
        assert_eq!(ran.code, exit, "{}", ran.stderr);
        assert!(ran.stderr.replace('\n', " ").contains(words), "{}", ran.stderr);
        assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
    }
    assert_eq!(run(&["migrate", "/nowhere.yaml"]).code, 3);
    assert!(migrate(&file, newest).unwrap().about.is_empty());
}

#[test]
fn validate_says_which_versions_are_read_and_what_to_do() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("playbook.yaml");
    for (version, words) in [("2", "update openbell"), ("0", "write `version: 1`")] {
        let text = include_str!("../../playbooks/rehearsal.yaml")
            .replace("version: 1", &format!("version: {version}"));
        std::fs::write(&file, text).unwrap();
        let ran = run(&["validate", file.to_str().unwrap()]);
        assert_eq!(ran.code, 3);
        assert!(ran.stderr.contains("reads version 1") && ran.stderr.contains(words), "{}", ran.stderr);
    }
}

#[cfg(unix)]
#[test]
fn what_a_chain_made_is_written_as_edits_are_and_can_be_taken_back() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    let (file, link) = (directory.path().join("old.yaml"), directory.path().join("link.yaml"));
    std::fs::write(&file, OLD).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink(&file, &link).unwrap();
    let text = || std::fs::read_to_string(&file).unwrap();
    let inputs = Inputs::default();
    let terms =
        |dry_run| Terms { approval: None, dry_run, now: jiff::Timestamp::UNIX_EPOCH, inputs: &inputs };
    let migration = with(CHAIN, 2, &link, OLD).unwrap();
    let shown = rewrite(&Opened::open(&link, false).unwrap(), &migration.text, &terms(true)).unwrap();
    for line in ["-api: # the gateway", "+connection: # the gateway", "+  timeout: 60s   # slow"] {
        assert!(shown.diff.contains(line), "{}", shown.diff);
    }
    assert_eq!(text(), OLD, "a dry run writes nothing");
    let opened = Opened::open(&link, true).unwrap();
    assert!(Opened::open(&file, true).is_err(), "it is locked against a second writer");
    rewrite(&opened, &migration.text, &terms(false)).unwrap();
    drop(opened);
    assert_eq!(text(), migration.text);
    assert!(link.is_symlink());
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
    undo(&Opened::open(&link, true).unwrap(), &terms(false)).unwrap();
    assert_eq!(text(), OLD, "the older version comes back although it is no longer read");
}
