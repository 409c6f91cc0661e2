//! `openbell init`: what it writes is valid, says what it could not carry over, and holds no secret.

use std::path::Path;

use crate::support::command::{Ended, openbell, project};

fn init(directory: &Path, arguments: &[&str]) -> Ended {
    let mut command = openbell(&[&["init", "--no-input"], arguments].concat());
    command.current_dir(directory).env("FROM_PROCESS", "process value").env("HOME", "/home/someone");
    command.output().unwrap().into()
}

fn validate(directory: &Path, file: &str) -> Ended {
    openbell(&["validate", file]).current_dir(directory).output().unwrap().into()
}

/// A copy of a directory of the corpus.
fn copy(name: &str) -> tempfile::TempDir {
    fn all(from: &Path, to: &Path) {
        std::fs::create_dir_all(to).unwrap();
        for entry in std::fs::read_dir(from).unwrap() {
            let path = entry.unwrap().path();
            let target = to.join(path.file_name().unwrap());
            if path.is_dir() {
                all(&path, &target);
            } else {
                std::fs::copy(&path, target).unwrap();
            }
        }
    }
    let directory = tempfile::Builder::new().prefix("desk").tempdir().unwrap();
    all(&project().join("tests/it/compose").join(name), directory.path());
    directory
}

#[test]
fn a_playbook_from_nothing_is_valid_and_never_written_over() {
    let directory = tempfile::tempdir().unwrap();
    let ended = init(directory.path(), &[]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(ended.stderr.contains("openbell validate playbook.yaml"), "{}", ended.stderr);
    let text = std::fs::read_to_string(directory.path().join("playbook.yaml")).unwrap();
    assert!(text.starts_with("# yaml-language-server: $schema=./openbell-playbook.schema.json\n"), "{text}");
    assert!(directory.path().join("openbell-playbook.schema.json").is_file());
    assert_eq!(validate(directory.path(), "playbook.yaml").code, 0);
    insta::assert_snapshot!("init_nothing", text);

    std::fs::write(directory.path().join("playbook.yaml"), "mine").unwrap();
    let again = init(directory.path(), &[]);
    assert_eq!(again.code, 2, "{}", again.stderr);
    assert!(again.stderr.contains("init::exists"), "{}", again.stderr);
    assert_eq!(std::fs::read_to_string(directory.path().join("playbook.yaml")).unwrap(), "mine");
    assert_eq!(init(directory.path(), &["--force", "--name", "other"]).code, 0);
    let left: Vec<_> = std::fs::read_dir(directory.path()).unwrap().collect();
    assert_eq!(left.len(), 2, "nothing temporary stays: {left:?}");
}

#[test]
fn an_answer_that_is_not_valid_writes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let ended = init(directory.path(), &["--client-id", "0"]);
    assert_eq!(ended.code, 4, "{}", ended.stderr);
    assert!(ended.stderr.contains("safety::client_id_zero"), "{}", ended.stderr);
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[test]
fn every_compose_file_of_the_corpus_becomes_a_valid_playbook_or_is_not_safe() {
    let mut unsafe_ones = Vec::new();
    for entry in std::fs::read_dir(project().join("tests/it/compose")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let directory = copy(&name);
        for by in
            [&["--from-compose", "compose.yaml"][..], &["--from-compose", "compose.yaml", "--by-reference"]]
        {
            let _ = std::fs::remove_file(directory.path().join("playbook.yaml"));
            let ended = init(directory.path(), by);
            if ended.code == 4 && ended.stderr.contains("init::not_safe") {
                unsafe_ones.push(format!("{name} {}", by.len()));
                assert!(!directory.path().join("playbook.yaml").exists());
                continue;
            }
            // Three services on one port: Compose reads that, and cannot start it either.
            if ended.stderr.contains("playbook::port_clash") {
                assert_eq!((name.as_str(), by.len()), ("extends-same", 3), "{}", ended.stderr);
                continue;
            }
            assert_eq!(ended.code, 0, "{name} {by:?}: {}", ended.stderr);
            // Those of `.env` and the environment are read again.
            let mut again = openbell(&["validate", "playbook.yaml"]);
            let again =
                again.current_dir(directory.path()).env("FROM_PROCESS", "process value").output().unwrap();
            assert!(again.status.success(), "{name}: {}", String::from_utf8_lossy(&again.stderr));
        }
    }
    // By reference everything has to be safe as it stands; a copy is refused for what no copy can mend.
    unsafe_ones.retain(|one| one.ends_with(" 2"));
    assert_eq!(unsafe_ones, ["reverse-proxy-list 2"]);
}

#[test]
fn secrets_become_files_and_are_never_shown() {
    let directory = copy("gateway-env");
    let ended = init(directory.path(), &["--from-compose", "compose.yaml", "-"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(ended.stdout.contains("TWS_PASSWORD: { file: secrets/tws_password }"), "{}", ended.stdout);
    assert!(!(ended.stdout.clone() + &ended.stderr).contains("w0rd"), "{}{}", ended.stdout, ended.stderr);
    assert!(ended.stdout.contains("stop_grace: 1m30s"), "{}", ended.stdout);
    assert!(ended.stdout.contains("address: \"127.0.0.1:4002\""), "{}", ended.stdout);
}

#[test]
fn a_stack_becomes_a_playbook_with_its_order_gates_and_ledger() {
    let directory = copy("bot-stack");
    let ended = init(directory.path(), &["--from-compose", "compose.yaml", "--name", "desk"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let text = std::fs::read_to_string(directory.path().join("playbook.yaml")).unwrap();
    let here = directory.path().file_name().unwrap().to_str().unwrap().to_lowercase();
    insta::assert_snapshot!("init_bot_stack", text.replace(&here, "DESK"));
    insta::assert_snapshot!("init_bot_stack_told", ended.stderr.replace(&here, "DESK"));
}

#[test]
fn live_or_an_unknown_service_writes_nothing() {
    let directory = copy("reverse-proxy-list");
    let live = init(directory.path(), &["--from-compose", "compose.yaml"]);
    assert_eq!(live.code, 4, "{}", live.stderr);
    insta::assert_snapshot!("init_live", live.stderr);
    let unknown = init(directory.path(), &["--from-compose", "compose.yaml", "--bot", "nobody"]);
    assert_eq!(unknown.code, 2, "{}", unknown.stderr);
    assert!(unknown.stderr.contains("init::no_service"), "{}", unknown.stderr);
    assert!(!directory.path().join("playbook.yaml").exists());
}

/// A stack whose bot has these lines.
fn desk(directory: &Path, bot: &str) {
    let text = format!(
        "services:\n  gateway:\n    image: ghcr.io/gnzsnz/ib-gateway:10.37.1n\n    environment: {{ TRADING_MODE: paper }}\n    ports: [\"127.0.0.1:4002:4004\"]\n  bot:\n    image: bot\n    depends_on: [gateway]\n{bot}"
    );
    std::fs::write(directory.join("compose.yaml"), text).unwrap();
}

#[test]
fn a_bot_that_the_engine_would_start_again_is_refused_with_the_line_to_change() {
    let directory = tempfile::tempdir().unwrap();
    desk(directory.path(), "    restart: unless-stopped\n    environment: { DRY_RUN: \"true\" }\n");
    let ended = init(directory.path(), &["--from-compose", "compose.yaml", "--by-reference"]);
    assert_eq!(ended.code, 4, "{}", ended.stderr);
    insta::assert_snapshot!("init_restart", ended.stderr);
    assert!(!directory.path().join("playbook.yaml").exists());
    // A copy leaves the policy out, and says so.
    let ended = init(directory.path(), &["--from-compose", "compose.yaml"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let text = std::fs::read_to_string(directory.path().join("playbook.yaml")).unwrap();
    assert!(
        text.contains("hold_until: [api, account, safety]") && !text.contains("\n    restart:"),
        "{text}"
    );

    desk(directory.path(), "    restart: \"no\"\n    environment: { DRY_RUN: \"true\" }\n");
    let ended = init(directory.path(), &["--from-compose", "compose.yaml", "--by-reference", "--force"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
}

#[test]
fn a_safe_state_that_is_only_meant_is_told_exactly_what_to_write() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("bot.env"), "DRY_RUN=yes\n").unwrap();
    let mut told = String::new();
    for bot in [
        "    environment: { DRY_RUN: 1 }\n",
        "    environment: { DRY_RUN: \"True\" }\n",
        "    environment: [DRY_RUN=false]\n",
        "    environment: { DRY_RUN: \"${NOT_SET-off}\" }\n",
        "    env_file: bot.env\n",
    ] {
        desk(directory.path(), bot);
        let ended = init(directory.path(), &["--from-compose", "compose.yaml"]);
        assert_eq!(ended.code, 4, "{bot}: {}", ended.stderr);
        told.push_str(&ended.stderr);
    }
    insta::assert_snapshot!("init_dry_run", told);
    desk(directory.path(), "    environment: [DRY_RUN=, TRADING_MODE]\n");
    let ended = init(directory.path(), &["--from-compose", "compose.yaml"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let text = std::fs::read_to_string(directory.path().join("playbook.yaml")).unwrap();
    assert!(text.contains("DRY_RUN: \"true\"") || text.contains("leaves it blank"), "{text}");
    desk(directory.path(), "    environment: { DRY_RUN: \"\" }\n");
    let ended = init(directory.path(), &["--from-compose", "compose.yaml", "--by-reference", "--force"]);
    assert!(ended.code == 4 && ended.stderr.contains("it is blank"), "{}", ended.stderr);
}

#[test]
fn stacks_of_one_file_without_a_bot_without_a_gateway_or_with_two_become_valid_playbooks() {
    let gateway = |name: &str, port: u16| {
        format!(
            "  {name}:\n    image: ghcr.io/gnzsnz/ib-gateway:10.37.1n\n    environment: {{ TRADING_MODE: paper }}\n    ports: [\"127.0.0.1:{port}:4004\"]\n"
        )
    };
    let web = "  web: { image: nginx }\n".to_owned();
    for services in [gateway("one", 4002), gateway("one", 4002) + &gateway("two", 4012), web] {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("compose.yaml"), format!("services:\n{services}")).unwrap();
        let ended = init(directory.path(), &["--from-compose", "compose.yaml"]);
        assert_eq!(ended.code, 0, "{services}{}", ended.stderr);
        assert_eq!(validate(directory.path(), "playbook.yaml").code, 0);
    }
}

/// On a terminal of its own, with these lines typed.
#[cfg(target_os = "linux")]
fn typed(directory: &Path, lines: &str, file: &str) -> (i32, String) {
    use std::io::Write;
    let command = format!("{} init {file}", crate::support::command::binary());
    let mut child = std::process::Command::new("script")
        .args(["--quiet", "--return", "--command", &command, "/dev/null"])
        .current_dir(directory)
        .env("NO_COLOR", "1")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    (output.status.code().unwrap_or(-1), text)
}

#[cfg(target_os = "linux")]
#[test]
fn on_a_terminal_it_asks_and_asks_again_what_cannot_be() {
    let directory = tempfile::tempdir().unwrap();
    let answers = "My Desk\ndesk\nhere\n127.0.0.1:4001\n127.0.0.1:4012\n\n\n\nmany\n0\n7\n\n";
    let (code, told) = typed(directory.path(), answers, "");
    assert_eq!(code, 0, "{told}");
    assert!(told.contains("name of the playbook [paper]: "), "{told}");
    for wrong in ["`My Desk`", "`here`", "`127.0.0.1:4001`", "`many`", "`0`"] {
        assert!(told.contains(wrong), "{wrong}: {told}");
    }
    let text = std::fs::read_to_string(directory.path().join("playbook.yaml")).unwrap();
    for line in ["name: desk ", "  bot: 7\n", "127.0.0.1:4012:4004", "image: \"trading-bot:latest\""] {
        assert!(text.contains(line), "{line}: {text}");
    }
    assert_eq!(validate(directory.path(), "playbook.yaml").code, 0);
}

#[cfg(target_os = "linux")]
#[test]
fn on_a_terminal_nothing_is_written_when_the_person_goes_away() {
    // End of input, and Ctrl-C.
    for lines in ["desk\n\u{4}", "desk\n\u{3}"] {
        let directory = tempfile::tempdir().unwrap();
        let (code, told) = typed(directory.path(), lines, "");
        assert_ne!(code, 0, "{told}");
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0, "{told}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_directory_that_is_missing_is_told_before_any_question() {
    let directory = tempfile::tempdir().unwrap();
    let (code, told) = typed(directory.path(), "", "nowhere/playbook.yaml");
    assert_eq!(code, 2, "{told}");
    assert!(told.contains("init::unwritable") && told.contains("nowhere/playbook.yaml"), "{told}");
    assert!(!told.contains("name of the playbook"), "{told}");
}
