//! Script files: everything that can be wrong with one, in golden files, and the ones that are shipped.

use std::path::Path;

use openbell::sim::script::{load, schema};

use crate::support::command::{openbell, project};

#[test]
fn every_problem_is_told_with_its_place_before_anything_is_played() {
    let mut files: Vec<_> = std::fs::read_dir(project().join("tests/it/bad_scripts"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort_unstable();
    let mut page = String::new();
    for file in &files {
        let path = format!("tests/it/bad_scripts/{file}");
        let output = openbell(&["sim", "gateway", "--listen", "127.0.0.1:0", "--script", &path])
            .current_dir(project())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(3), "{file}: {}", String::from_utf8_lossy(&output.stdout));
        assert!(output.stdout.is_empty());
        page.push_str(&["## ", file, "\n", &String::from_utf8(output.stderr).unwrap(), "\n"].concat());
    }
    insta::assert_snapshot!("bad_scripts", page);
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let output = openbell(&["sim", "gateway", "--script", "nowhere/faults.yaml"]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(said.contains("script::unreadable") && said.contains("nowhere/faults.yaml"), "{said}");
}

#[test]
fn the_schema_is_that_of_the_types() {
    let published = std::fs::read_to_string(project().join("schemas/script.schema.json")).unwrap();
    let published: serde_json::Value = serde_json::from_str(&published).unwrap();
    assert_eq!(published, schema(), "run: cargo run -- schema script > schemas/script.schema.json");
}

#[test]
fn the_shipped_scripts_are_valid_and_name_their_schema() {
    let mut seen = 0;
    for folder in ["docker/sim-gateway", "docker/try-your-bot"] {
        for entry in std::fs::read_dir(project().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            let Some(first) = text.lines().next().filter(|line| line.contains("script.schema.json")) else {
                continue;
            };
            let named = first.trim_start_matches("# yaml-language-server: $schema=");
            assert!(path.parent().unwrap_or(Path::new("")).join(named).exists(), "{first}");
            load(&path).unwrap_or_else(|wrong| panic!("{:?}", wrong.lines().collect::<Vec<_>>()));
            seen += 1;
        }
    }
    assert!(seen >= 2, "only {seen} scripts");
}
