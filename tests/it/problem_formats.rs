//! `validate --format`: the same problems for editors, code scanning and CI.

use serde_json::Value;

use crate::support::command::{project, run};

const BAD: &str = "tests/it/bad/non_ascii_many.yaml";

fn validated(format: &str, files: &[&str]) -> (i32, String) {
    let mut arguments = vec!["validate", "--format", format];
    let files: Vec<String> = files.iter().map(|file| project().join(file).display().to_string()).collect();
    arguments.extend(files.iter().map(String::as_str));
    let ended = run(&arguments);
    assert_eq!(ended.stderr, "", "programs read stdout");
    (ended.code, ended.stdout.replace(project().to_str().unwrap(), ""))
}

fn parsed(format: &str, files: &[&str]) -> Value {
    serde_json::from_str(&validated(format, files).1).unwrap()
}

#[test]
fn json_tells_every_file_and_every_problem() {
    let (code, text) = validated("json", &[BAD, "playbooks/rehearsal.yaml", "tests/it/bad/none.yaml"]);
    assert_eq!(code, 3);
    insta::assert_snapshot!("problems_json", text);
    assert_eq!(validated("json", &["playbooks/rehearsal.yaml"]).0, 0);
}

#[test]
fn sarif_names_rules_and_places() {
    let sarif = parsed("sarif", &[BAD, "tests/it/bad/none.yaml"]);
    assert_eq!(sarif["version"], "2.1.0");
    let run = &sarif["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for result in run["results"].as_array().unwrap() {
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
        assert_ne!(rule["shortDescription"]["text"], rule["id"], "the rule is explained");
    }
    insta::assert_snapshot!("problems_sarif", format!("{sarif:#}"));
    let good = parsed("sarif", &["playbooks/rehearsal.yaml"]);
    assert_eq!(good["runs"][0]["results"], serde_json::json!([]));
}

#[test]
fn commands_of_github_are_escaped() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a, b%.yaml");
    std::fs::write(&file, "version: 1\nname: \"A%\\n::error::B\"\nsteps: []\n").unwrap();
    let ended = run(&["validate", "--format", "github", file.to_str().unwrap()]);
    assert_eq!(ended.code, 3);
    let lines: Vec<_> = ended.stdout.lines().collect();
    assert!(lines.len() >= 2 && lines.iter().all(|line| line.starts_with("::error file=")), "{lines:?}");
    assert!(lines.iter().all(|line| line.contains("a%2C b%25.yaml,line=")), "{lines:?}");
    assert!(lines.iter().any(|line| line.contains("A%25%0A::error::B")), "{lines:?}");
}
