//! Variables, env files, includes and the matrix: what a playbook says when all of it is put together.

use std::path::PathBuf;

use openbell::edit::propose;
use openbell::playbook::{Inputs, Loaded, load};
use openbell::ports::docker::EnvValue;

use crate::support::command::run;

struct Folder(tempfile::TempDir);

impl Folder {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        for (name, text) in files {
            let file = folder.file(name);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        }
        folder
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn load(&self, inputs: &Inputs) -> Loaded {
        load(&self.file("p.yaml"), inputs).unwrap_or_else(|problems| {
            panic!("{}", problems.lines().collect::<Vec<_>>().join("\n"));
        })
    }
}

const STEPS: &str = "steps:\n  - { id: net, do: { network: {} } }\n";

fn playbook(rest: &str) -> String {
    format!(
        "version: 1\nname: paper\nconnection: {{ address: \"127.0.0.1:4002\", client_id: [100] }}\n{rest}\n{STEPS}"
    )
}

/// The environment of the container `bot`, as far as it is plain.
fn env(loaded: &Loaded) -> Vec<(String, String)> {
    let bot = &loaded.plans[0].stack.containers["bot"].spec;
    let plain = |value: &EnvValue| match value {
        EnvValue::Plain(text) => text.clone(),
        other @ EnvValue::Secret { .. } => panic!("{other:?} is not plain"),
    };
    bot.env.iter().map(|(name, value)| (name.clone(), plain(value))).collect()
}

fn values(rest: &str, inputs: &Inputs, files: &[(&str, &str)]) -> Vec<String> {
    let text = playbook(rest);
    let folder = Folder::new(&[files, &[("p.yaml", &text)]].concat());
    env(&folder.load(inputs)).into_iter().map(|(_, value)| value).collect()
}

#[test]
fn a_variable_takes_the_place_it_stands_in_and_is_not_looked_into() {
    let rest = r#"vars: { A: "x${B}", EMPTY: "" }
containers:
  bot:
    image: bot
    env: { P: "${A}", Q: a-${A}-b, R: "${EMPTY:-full}${EMPTY-full}", S: "${NO-${A}", T: "$${A} $A $", U: "${NO:-a, b: c}" }"#;
    let inputs = Inputs { variables: vec![("B".into(), "${A}: [1".into())], ..Inputs::default() };
    let rest = rest.replace("${NO-${A}", "${NO-d}");
    let expected = ["x${A}: [1", "a-x${A}: [1-b", "full", "d", "${A} $A $", "a, b: c"];
    assert_eq!(values(&rest, &inputs, &[]), expected);
}

#[test]
fn a_variable_alone_without_quotes_is_a_number_where_it_is_one() {
    let text = playbook("").replace("[100]", "[${A}, ${B:-102}]");
    let folder = Folder::new(&[("p.yaml", &text)]);
    let inputs = Inputs { variables: vec![("A".into(), "101".into())], ..Inputs::default() };
    assert_eq!(folder.load(&inputs).plans[0].stack.connection.client_ids, [101, 102]);
    let quoted = text.replace("${A}", "\"${A}\"");
    let folder = Folder::new(&[("p.yaml", &quoted)]);
    assert!(load(&folder.file("p.yaml"), &inputs).is_err(), "in quotes it is a text");
}

#[test]
fn sources_go_before_each_other_in_the_documented_order() {
    let rest = "env_file: [one.env, two.env]\nvars: { A: v, B: v, C: v, D: v, E: v, F: v }\ncontainers:\n  bot:\n    \
                image: bot\n    env: { A: \"${A}\", B: \"${B}\", C: \"${C}\", D: \"${D}\", E: \"${E}\", F: \"${F}\" }";
    let folder = Folder::new(&[("more.env", "A=m\nB=m\nC=m\nD=m\n")]);
    let inputs = Inputs {
        variables: vec![("A".into(), "0".into()), ("A".into(), "var".into())],
        env_file: Some(folder.file("more.env")),
        environment: |name| (name == "B").then(|| "environment".to_owned()),
        only: None,
    };
    let files = [("one.env", "D=1\nE=1\nC=1"), ("two.env", "C=2\nD=2\n")];
    let expected = ["var", "environment", "m", "m", "1", "v"];
    assert_eq!(values(rest, &inputs, &files), expected);
}

#[test]
fn an_env_file_is_read_literally() {
    let file = "\u{feff}# comment\r\n  # another\r\n\r\nA=p$ss\r\nB=\"quoted\" # kept\r\nC= a=b \r\nD=1\r\nD=${A}\r\nE=\r\n";
    let rest = "env_file: [secrets/x.env]\ncontainers:\n  bot:\n    image: bot\n    env: { A: \"${A}\", B: \"${B}\", \
                C: \"${C}\", D: \"${D}\", E: \"${E:-none}\" }";
    let expected = ["p$ss", "\"quoted\" # kept", " a=b ", "${A}", "none"];
    assert_eq!(values(rest, &Inputs::default(), &[("secrets/x.env", file)]), expected);
}

#[test]
fn a_matrix_makes_a_plan_of_each_entry() {
    let rest = "matrix:\n  - { id: eu, vars: { ID: \"101\" } }\n  - { id: us, vars: { ID: \"${US}\" } }\nvars: { ID: \"1\", OWN: \"o${ID}\" }";
    let text = playbook(rest).replace("[100]", "[${ID}]").replace("name: paper", "name: ${N:-paper}");
    let folder = Folder::new(&[("p.yaml", &text)]);
    let mut inputs = Inputs { variables: vec![("US".into(), "102".into())], ..Inputs::default() };
    let loaded = folder.load(&inputs);
    assert_eq!(loaded.name, "paper");
    let plans: Vec<_> = loaded
        .plans
        .iter()
        .map(|plan| {
            (
                plan.name.as_str(),
                plan.variant.as_deref(),
                plan.stack.connection.client_ids[0],
                plan.variables["OWN"].as_str(),
            )
        })
        .collect();
    assert_eq!(plans, [("paper-eu", Some("eu"), 101, "o101"), ("paper-us", Some("us"), 102, "o102")]);
    inputs.only = Some("us".into());
    assert_eq!(folder.load(&inputs).plans.len(), 1);
    inputs.only = Some("su".into());
    let problems = load(&folder.file("p.yaml"), &inputs).unwrap_err();
    let told = problems.lines().collect::<Vec<_>>().join("\n");
    assert!(told.contains("--only su") && told.contains("there are: eu, us"), "{told}");
}

#[test]
fn included_steps_come_first_and_sections_join() {
    let folder = Folder::new(&[
        ("p.yaml", &playbook("include: [parts/a.yaml]\ncontainers: { bot: { image: bot } }")),
        (
            "parts/a.yaml",
            "version: 1\ninclude: [b.yaml]\nenv_file: [a.env]\nsteps:\n  - { id: a, do: { engine: {} } }\n",
        ),
        (
            "parts/b.yaml",
            "version: 1\ncontainers: { gateway: { image: \"${TAG}\" } }\nsteps:\n  - { id: b, do: { engine: {} } }\n",
        ),
        ("parts/a.env", "TAG=stable\n"),
    ]);
    let loaded = folder.load(&Inputs::default());
    let ids: Vec<_> = loaded.plans[0].steps.iter().map(|step| step.id.as_str()).collect();
    assert_eq!(ids, ["b", "a", "net"]);
    assert_eq!(loaded.plans[0].stack.containers["gateway"].spec.image, "stable");
    assert!(loaded.plans[0].stack.containers.contains_key("bot"));
}

#[test]
fn conditions_and_keys_are_left_alone() {
    let text = playbook("vars: { A: \"1\" }").replace("id: net,", "id: net, when: 'vars.A == \"${A}\"',");
    let loaded = Folder::new(&[("p.yaml", &text)]).load(&Inputs::default());
    assert_eq!(
        loaded.plans[0].steps[0].when.as_ref().map(openbell::playbook::Condition::text),
        Some("vars.A == \"${A}\"")
    );
    let problems = load(
        &Folder::new(&[("p.yaml", &playbook("vars: { '${A}': b }\n${K}: 1"))]).file("p.yaml"),
        &Inputs::default(),
    );
    let told = problems.unwrap_err().lines().collect::<Vec<_>>().join("\n");
    assert!(told.contains("unknown key `${K}`"), "{told}");
}

#[test]
fn an_edit_of_a_playbook_with_variables_is_proposed_in_its_text() {
    let text = playbook("vars: { A: \"1\" }").replace("[100]", "[${ID:-100}], timeout: ${T:-60s}");
    let folder = Folder::new(&[("p.yaml", &text)]);
    let edit = [("/connection/timeout", "90s")];
    let diff = propose(&folder.file("p.yaml"), &edit, &Inputs::default()).unwrap().unwrap();
    assert!(diff.contains("[${ID:-100}], timeout: 90s"), "{diff}");
}

#[test]
fn line_ends_of_windows_and_a_byte_order_mark_move_no_place() {
    let text = format!("\u{feff}{}", playbook("colour: rot\nwithin: 5")).replace('\n', "\r\n");
    let folder = Folder::new(&[("p.yaml", &text)]);
    let problems = load(&folder.file("p.yaml"), &Inputs::default()).unwrap_err();
    let lines: Vec<_> =
        problems.lines().map(|line| line.split("p.yaml").nth(1).unwrap().to_owned()).collect();
    assert!(lines[0].starts_with(":4:1: unknown key `colour`"), "{lines:?}");
    assert!(lines[1].starts_with(":5:9: "), "{lines:?}");
}

#[test]
fn the_value_of_a_secret_variable_is_in_no_message() {
    let text = playbook("vars: { API_TOKEN: hunter2 }\nwithin: ${API_TOKEN}\nenv_file: [x.env]");
    let folder = Folder::new(&[("p.yaml", &text), ("x.env", "DB_PASSWORD=hunter2\nhunter2\n")]);
    for format in ["text", "json", "sarif", "github"] {
        let ended = run(&["validate", folder.file("p.yaml").to_str().unwrap(), "--format", format]);
        assert_eq!(ended.code, 3);
        assert!(
            !ended.stderr.contains("hunter2") && !ended.stdout.contains("hunter2"),
            "{}{}",
            ended.stdout,
            ended.stderr
        );
    }
}
