//! `openbell init` of stacks whose arguments hold secrets: none gets into a playbook, and none is shown.

use std::path::Path;

use crate::support::command::{Ended, openbell};

fn init(directory: &Path, more: &[&str]) -> Ended {
    let mut command = openbell(&[&["init", "--no-input", "--from-compose", "compose.yaml"], more].concat());
    command.current_dir(directory).output().unwrap().into()
}

fn stack(service: &str) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let text = format!("services:\n  bot:\n    image: bot:1\n{service}");
    std::fs::write(directory.path().join("compose.yaml"), text).unwrap();
    directory
}

#[test]
fn a_secret_in_arguments_is_refused_line_by_line_and_never_shown() {
    for (service, told) in [
        ("    command: [python, bot.py, --password, hunter2]\n", vec!["compose.yaml:4: bot.command"]),
        ("    command: python bot.py --token=hunter2\n", vec!["compose.yaml:4: bot.command"]),
        ("    entrypoint: [bot, \"postgres://bob:hunter2@db/x\"]\n", vec!["compose.yaml:4: bot.entrypoint"]),
        ("    command: [sh, -c, 'bot --password \"hunter2\"']\n", vec!["compose.yaml:4: bot.command"]),
        (
            "    entrypoint: [bot, --pw=hunter2]\n    command: [--token, hunter2]\n",
            vec!["compose.yaml:4: bot.entrypoint", "compose.yaml:5: bot.command"],
        ),
        (
            "    healthcheck:\n      test: [CMD, check, --password=hunter2]\n",
            vec!["compose.yaml:5: bot.healthcheck.test"],
        ),
    ] {
        let directory = stack(service);
        let ended = init(directory.path(), &[]);
        // However wide the screen is.
        let said = ended.stderr.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ");
        assert_eq!(ended.code, 4, "{service}{said}");
        assert!(said.contains("init::secret_in_arguments"), "{said}");
        for told in told {
            assert!(said.contains(told), "{told}: {said}");
        }
        assert!(!said.contains("hunter2"), "{said}");
        assert!(!directory.path().join("playbook.yaml").exists());

        let ended = init(directory.path(), &["--by-reference"]);
        assert_eq!(ended.code, 0, "{service}{}", ended.stderr);
        let text = std::fs::read_to_string(directory.path().join("playbook.yaml")).unwrap();
        assert!(!text.contains("hunter2"), "{text}");
    }
}

#[test]
fn arguments_that_only_name_where_a_secret_is_are_carried_over() {
    for service in [
        "    command: [bot, --password-file, /run/secrets/word]\n",
        "    command: [sh, -c, 'bot --password \"$$WORD\" --token=$$(cat /run/secrets/t) run']\n",
        "    environment: { DB: \"postgres://bob:hunter2@db/x\" }\n",
    ] {
        let directory = stack(service);
        let ended = init(directory.path(), &[]);
        assert_eq!(ended.code, 0, "{service}{}", ended.stderr);
        let validated =
            openbell(&["validate", "playbook.yaml"]).current_dir(directory.path()).output().unwrap();
        assert!(validated.status.success(), "{}", String::from_utf8_lossy(&validated.stderr));
        let text = std::fs::read_to_string(directory.path().join("playbook.yaml")).unwrap();
        assert!(!text.contains("hunter2"), "{text}");
    }
}

#[test]
fn a_playbook_with_a_secret_in_a_line_for_a_shell_is_refused_without_showing_it() {
    let directory = stack("    command: [sh, -c, 'bot run']\n");
    assert_eq!(init(directory.path(), &[]).code, 0);
    let file = directory.path().join("playbook.yaml");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("bot run"), "{text}");
    std::fs::write(&file, text.replace("bot run", "bot --password hunter2 run")).unwrap();
    let ended: Ended =
        openbell(&["validate", "playbook.yaml"]).current_dir(directory.path()).output().unwrap().into();
    assert!(ended.code != 0 && ended.stderr.contains("safety::inline_secret"), "{}", ended.stderr);
    assert!(!ended.stderr.contains("hunter2"), "{}", ended.stderr);
}
