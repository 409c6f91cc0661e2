//! Secrets by reference: where they are looked for, what is said when they are not there, and that nobody sees them.

use std::path::Path;

use openbell::adapters::files::Disk;
use openbell::diagnosis::Failure;
use openbell::playbook::{Inputs, load};
use openbell::ports::docker::EnvValue;
use openbell::ports::files::Files;
use openbell::ports::secrets::SecretSource;
use openbell::secret_name::{may_be_secret, speaks_of_secret};
use secrecy::ExposeSecret;

use crate::support::plan::plan;
use crate::support::stack::Stack;

const ENV: &str = "env: { A: plain, B: { file: ../secrets/b }, C: { env: NAME_C }, D: { credential: d }, E: { docker_secret: e } }";

fn playbook(env: &str) -> String {
    format!(
        "version: 1\nname: x\nconnection: {{ address: \"127.0.0.1:4002\", client_id: [1] }}\n\
         containers: {{ bot: {{ image: b, {env} }} }}\nsteps: [ {{ id: engine, do: {{ engine: {{}} }} }} ]\n"
    )
}

#[test]
fn each_kind_of_reference_is_understood() {
    let plan = plan(&playbook(ENV));
    let env = &plan.stack.container("bot").unwrap().spec.env;
    let source = |name: &str| match &env[name] {
        EnvValue::Secret { from, value: None } => from.clone(),
        other => panic!("{name}: {other:?}"),
    };
    assert!(matches!(&env["A"], EnvValue::Plain(text) if text == "plain"));
    let SecretSource::File(path) = source("B") else { panic!("{:?}", source("B")) };
    assert!(path.is_absolute() && path.ends_with(Path::new("secrets/b")), "{}", path.display());
    assert_eq!(source("C"), SecretSource::Env("NAME_C".to_owned()));
    assert_eq!(source("D"), SecretSource::Credential("d".to_owned()));
    assert_eq!(source("E"), SecretSource::DockerSecret("e".to_owned()));
    assert_eq!(plan.secrets().count(), 4, "what is redacted");
}

#[test]
fn secrets_are_read_from_where_they_are_kept() {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = directory.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    write("mounted", "of docker\r\n");
    let file = write("file", "\u{feff} in a file \n\n");
    let disk = Disk {
        own_binary: "x".into(),
        environment: |name| match name {
            "SET" => Some("of the environment".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        },
        docker_secrets: directory.path().to_owned(),
    };
    let read = |from: &SecretSource| disk.secret(from).map(|secret| secret.expose_secret().to_owned());
    let code = |from: SecretSource| match disk.secret(&from) {
        Ok(_) => panic!("{from} was read"),
        Err(error) => Failure::from(error).why.code,
    };
    assert_eq!(read(&SecretSource::File(file)).unwrap(), " in a file \n");
    assert_eq!(read(&SecretSource::Env("SET".into())).unwrap(), "of the environment");
    assert_eq!(read(&SecretSource::DockerSecret("mounted".into())).unwrap(), "of docker");
    assert_eq!(code(SecretSource::Env("EMPTY".into())), "secret::env");
    assert_eq!(code(SecretSource::Env("UNSET".into())), "secret::env");
    assert_eq!(code(SecretSource::DockerSecret("none".into())), "secret::docker_secret");
    assert_eq!(code(SecretSource::Credential("any".into())), "secret::no_credentials");
    assert_eq!(code(SecretSource::File(directory.path().to_owned())), "files::secret");
    let unit = Disk {
        environment: |name| (name == "CREDENTIALS_DIRECTORY").then(|| env!("CARGO_MANIFEST_DIR").to_owned()),
        ..disk
    };
    let told = unit.secret(&SecretSource::Credential("none".into())).unwrap_err();
    assert_eq!(Failure::from(told).why.code, "secret::credential");
    assert!(unit.secret(&SecretSource::Credential("rustfmt.toml".into())).is_ok());
}

#[cfg(unix)]
#[test]
fn a_file_that_others_can_read_is_noticed() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("secret");
    std::fs::write(&path, "x").unwrap();
    let disk = Disk::new("x".into(), |_| None);
    for (mode, open) in [(0o600, false), (0o400, false), (0o640, true), (0o604, true), (0o644, true)] {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(disk.open_to_others(&SecretSource::File(path.clone())), open, "{mode:o}");
    }
    assert!(!disk.open_to_others(&SecretSource::Env("PATH".into())));
}

#[test]
fn names_that_speak_of_secrets() {
    for name in
        ["TWS_PASSWORD", "tws_password", "API_KEY", "APIKEY", "VNC_PASSWD", "DISCORD_TOKEN", "SSH_PASSPHRASE"]
    {
        assert!(speaks_of_secret(name) && may_be_secret(name), "{name}");
    }
    for name in ["TWS_USERID", "TWS_PASSWORD_FILE", "TRADING_MODE", "KEYBOARD"] {
        assert!(!speaks_of_secret(name), "{name}");
    }
    assert!(may_be_secret("SIGNING_KEY") && !may_be_secret("SIGNING_KEY_FILE"));
}

#[test]
fn the_problem_of_a_bad_reference_does_not_show_its_neighbours() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("playbook.yaml");
    let text = playbook("env: { PRIVATE_KEY: hunter22, B: { credential: a/b } }");
    std::fs::write(&file, text).unwrap();
    let problems = load(&file, &Inputs::default()).unwrap_err();
    let codes: Vec<_> = problems.iter().map(|problem| problem.code.as_str()).collect();
    assert_eq!(codes, ["safety::inline_secret", "playbook::secret_name"]);
    assert!(!format!("{:?}", miette::Report::new(problems)).contains("hunter22"));
}

/// Every file below a directory.
fn files(directory: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[cfg(unix)]
#[test]
fn a_container_gets_its_secrets_and_no_output_has_them() {
    use std::os::unix::fs::PermissionsExt;
    let stack = Stack::new("secrets");
    let from = "CLIENT_ID: \"100\",";
    let with = "CLIENT_ID: \"100\", A_PASSWORD: { file: kept/a }, B_PASSWORD: { env: KEPT_B }, C_PASSWORD: { credential: c },";
    stack.playbook("ready", &[(from, with)]);
    let kept = stack.directory.path().join("kept");
    std::fs::create_dir(&kept).unwrap();
    std::fs::write(kept.join("a"), "canary-of-a-file\n").unwrap();
    std::fs::set_permissions(kept.join("a"), std::fs::Permissions::from_mode(0o644)).unwrap();
    std::fs::write(kept.join("c"), "canary-of-a-unit").unwrap();
    let run = |credentials: bool| {
        let mut command = stack.command(&["run", "playbook.yaml", "--json", "--events", "events.jsonl"]);
        command.env("KEPT_B", "canary-of-the-environment");
        if credentials {
            command.env("CREDENTIALS_DIRECTORY", &kept);
        }
        crate::support::command::Ended::from(command.output().unwrap())
    };
    let without = run(false);
    assert_eq!(without.code, 1, "{}", without.stderr);
    assert!(without.stderr.contains("secret::no_credentials"), "{}", without.stderr);

    let ended = run(true);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let env = stack.docker(&[
        "inspect",
        "-f",
        "{{range .Config.Env}}{{println .}}{{end}}",
        &stack.container("bot"),
    ]);
    for line in
        ["A_PASSWORD=canary-of-a-file", "B_PASSWORD=canary-of-the-environment", "C_PASSWORD=canary-of-a-unit"]
    {
        assert!(env.lines().any(|has| has == line), "{line} is missing");
    }
    let report: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    let bot = report["steps"].as_array().unwrap().iter().find(|step| step["id"] == "bot").unwrap();
    let open = bot["facts"]["readable_by_others"].as_array().unwrap();
    assert_eq!(open.len(), 1, "{open:?}");
    assert!(open[0].as_str().unwrap().ends_with("kept/a"), "{open:?}");

    let mut written = vec![
        ("stdout".to_owned(), ended.stdout.into_bytes()),
        ("stderr".to_owned(), ended.stderr.into_bytes()),
    ];
    for file in files(stack.directory.path()).into_iter().filter(|file| !file.starts_with(&kept)) {
        written.push((file.display().to_string(), std::fs::read(&file).unwrap()));
    }
    assert!(written.len() >= 6, "report, events and playbook are there");
    for (name, content) in written {
        assert!(!String::from_utf8_lossy(&content).contains("canary-of"), "{name} shows a secret");
    }
    assert_eq!(run(true).code, 0);
    // A secret that changed makes another container; which it was is told, what it is is not.
    std::fs::write(kept.join("c"), "canary-of-another").unwrap();
    let changed = run(true);
    assert!(
        changed.stdout.contains("env C_PASSWORD") && !changed.stdout.contains("canary-of"),
        "{}",
        changed.stdout
    );
}
