//! `get`, `set`, `unset`, `edit`, `undo` and `audit`, through the program.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::support::command::{Ended, openbell, run};

const PLAYBOOK: &str = r#"# The night shift's own. Ünïcödé.
version: 1
name: stack

connection: # as this machine reaches it
  address: 127.0.0.1:4002
  client_id: # in this order
    - 101 # first
    - 102
  timeout: '60s' # slow line

strategy: { default: C, evidence: { container: bot } }
safety:
  accounts: ["DU*", "DF*"]

containers:
  gateway: { image: gateway, ports: ["127.0.0.1:4002:4004"] }
  bot:
    image: bot
    env:
      DRY_RUN: "true" # never false
      LEVEL: info
    hold_until: [api, account, safety]

steps:
  - { id: network, do: { network: {} } }
  - id: api
    within: 5m # patience
    do: { ready: {} }
  - id: account
    do: { account: {} }
  - id: bot
    do: { start: { container: bot } }
"#;

struct Written {
    file: PathBuf,
    directory: tempfile::TempDir,
}

fn written(text: &str) -> Written {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("night.yaml");
    std::fs::write(&file, text).unwrap();
    Written { file, directory }
}

impl Written {
    fn text(&self) -> String {
        std::fs::read_to_string(&self.file).unwrap()
    }

    fn beside(&self, ending: &str) -> PathBuf {
        PathBuf::from(format!("{}{ending}", self.file.display()))
    }

    fn run(&self, arguments: &[&str]) -> Ended {
        let (command, rest) = arguments.split_first().unwrap();
        let (command, rest): (Vec<&str>, _) = match *command {
            "audit" => (vec!["audit", rest[0]], &rest[1..]),
            command => (vec![command], rest),
        };
        let mut whole = command;
        whole.push(self.file.to_str().unwrap());
        whole.extend(rest);
        let mut ended = run(&whole);
        let here = self.directory.path().to_str().unwrap();
        ended.stderr = ended.stderr.replace(here, "DIR");
        ended.stdout = ended.stdout.replace(here, "DIR");
        ended
    }

    /// The text after a command that must work.
    fn after(&self, arguments: &[&str]) -> String {
        let ended = self.run(arguments);
        assert_eq!(ended.code, 0, "{arguments:?}: {}", ended.stderr);
        self.text()
    }

    /// What stands beside the playbook.
    fn litter(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.directory.path()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

#[test]
fn a_value_is_printed_plain_as_yaml_or_as_json() {
    let file = written(PLAYBOOK);
    let got = |arguments: &[&str]| {
        let ended = file.run(&[&["get"], arguments].concat());
        assert_eq!(ended.code, 0, "{arguments:?} {}", ended.stderr);
        (ended.stdout, ended.stderr)
    };
    for (path, value) in [
        ("connection.timeout", "60s\n"),
        ("/connection/client_id/1", "102\n"),
        ("connection.client_id", "- 101\n- 102\n"),
        ("steps.api.within", "5m\n"),
        ("steps[1].id", "api\n"),
        ("containers.bot.env.\"DRY_RUN\"", "true\n"),
        ("safety.accounts[1]", "DF*\n"),
    ] {
        assert_eq!(got(&[path]), (value.to_owned(), String::new()), "{path}");
    }
    assert_eq!(got(&["connection.client_id", "--json"]).0, "[\n  101,\n  102\n]\n");
    assert_eq!(got(&["within"]), ("30m\n".to_owned(), "(default)\n".to_owned()));
    assert_eq!(got(&["containers.bot.stop_grace"]).0, "30s\n");
}

#[test]
fn values_are_set_and_everything_else_stays() {
    let cases: &[(&[&str], &str, &str)] = &[
        (&["connection.timeout", "90s"], "'60s' # slow", "'90s' # slow"),
        (&["connection.timeout=90s"], "'60s' # slow", "'90s' # slow"),
        (&["steps.api.within=10m"], "5m # patience", "10m # patience"),
        (&["connection.client_id[+]=104"], "    - 102\n", "    - 102\n    - 104\n"),
        (&["connection.client_id=[105, 102]"], "- 101 # first", "- 105 # first"),
        (&["connection.client_id=[105]"], "- 101 # first\n    - 102\n", "- 105 # first\n"),
        (&["containers.bot.env.X=true"], "LEVEL: info\n", "LEVEL: info\n      X: \"true\"\n"),
        (&["containers.bot.env.X=7"], "LEVEL: info\n", "LEVEL: info\n      X: \"7\"\n"),
        (
            &["containers.bot.healthcheck.test=[a, b]"],
            "[api, account, safety]\n",
            "[api, account, safety]\n    healthcheck:\n      test: [a, b]\n",
        ),
        (&["client_ids.bot=100"], "container: bot } }\n", "container: bot } }\nclient_ids:\n  bot: 100\n"),
        (&["containers.gateway.stop_grace=90s"], ":4004\"] }", ":4004\"], stop_grace: 90s }"),
        (&["within=45m", "connection.timeout=2m"], "'60s' # slow", "'2m' # slow"),
    ];
    for (arguments, old, new) in cases {
        let file = written(PLAYBOOK);
        let after = file.after(&[&["set"], *arguments].concat());
        let wanted = PLAYBOOK.replacen(old, new, 1);
        // A new key at the top comes last.
        if arguments[0].starts_with("client_ids") {
            assert_eq!(after, format!("{PLAYBOOK}client_ids:\n  bot: 100\n"));
        } else if arguments[0].starts_with("within") {
            assert_eq!(after, format!("{wanted}within: 45m\n"));
        } else {
            assert_eq!(after, wanted, "{arguments:?}");
        }
    }
}

#[test]
fn values_are_taken_away_with_the_comment_of_their_line() {
    let file = written(PLAYBOOK);
    assert_eq!(
        file.after(&["unset", "steps.api.within"]),
        PLAYBOOK.replace("    within: 5m # patience\n", "")
    );
    assert_eq!(file.after(&["undo"]), PLAYBOOK);
    assert_eq!(
        file.after(&["unset", "connection.client_id[0]"]),
        PLAYBOOK.replace("    - 101 # first\n", "")
    );
    assert_eq!(file.after(&["undo"]), PLAYBOOK);
    let after = file.after(&["unset", "containers.bot.env.LEVEL", "connection.timeout"]);
    assert_eq!(
        after,
        PLAYBOOK.replace("      LEVEL: info\n", "").replace("  timeout: '60s' # slow line\n", "")
    );
    let approved = ["unset", "containers.bot.env.DRY_RUN", "--approve", "maria: no bot tonight"];
    let after = file.after(&approved);
    assert!(after.contains("    env: {}\n    hold_until"), "{after}");
}

#[test]
fn line_ends_the_mark_of_windows_and_a_missing_last_line_end_survive() {
    let windows = format!("\u{feff}{}", PLAYBOOK.trim_end().replace('\n', "\r\n"));
    let file = written(&windows);
    let after = file.after(&["set", "connection.client_id[+]=104", "within=1h"]);
    let wanted = windows.replace("- 102\r\n", "- 102\r\n    - 104\r\n") + "\r\nwithin: 1h";
    assert_eq!(after, wanted);
    assert_eq!(file.after(&["unset", "within"]), wanted.replace("\r\nwithin: 1h", ""));
    assert_eq!(file.after(&["undo"]), wanted);
    assert_eq!(file.after(&["undo"]), windows, "two steps back");
    assert_eq!(file.run(&["undo"]).code, 1);
}

#[test]
fn every_refusal() {
    let anchors =
        PLAYBOOK.replace("timeout: '60s'", "timeout: &long 60s").replace("within: 5m", "within: *long");
    let mut told = String::new();
    let plain = |arguments: &'static [&'static str]| (PLAYBOOK, arguments);
    let cases: Vec<(&str, &[&str])> = vec![
        plain(&["get", "conection.timeout"]),
        plain(&["get", "steps.apo"]),
        plain(&["get", "connection.client_id[7]"]),
        plain(&["get", "connection..timeout"]),
        plain(&["get", "connection.timeout.x"]),
        plain(&["set", "connection.timeout"]),
        plain(&["set", "connection.client_id=[1"]),
        plain(&["set", "connection.timeout=soon", "within=1h"]),
        plain(&["set", "conection.timeout=90s"]),
        plain(&["unset", "connection.address"]),
        plain(&["unset", "connection.ibc"]),
        plain(&["undo"]),
        (&anchors, &["set", "connection.timeout=90s"]),
        plain(&["set", "safety.accounts[0]=DU1234567"]),
        plain(&["set", "safety.accounts[0]=DU1234567", "--approve", "maria"]),
        plain(&["set", "safety.mode=live", "--approve", "maria: no"]),
    ];
    for (text, arguments) in cases {
        let file = written(text);
        let ended = file.run(arguments);
        assert_ne!(ended.code, 0, "{arguments:?}");
        assert_eq!(file.text(), text, "{arguments:?}");
        assert_eq!(file.litter(), ["night.yaml"], "{arguments:?}");
        let Ended { stdout, stderr, code } = &ended;
        let _ = writeln!(told, "$ {}\n{stdout}{stderr}exit {code}\n", arguments.join(" "));
    }
    insta::assert_snapshot!("edit_refusals", told);
}

#[test]
fn a_dry_run_shows_the_diff_and_writes_nothing() {
    let file = written(PLAYBOOK);
    let ended = file.run(&["set", "connection.timeout=90s", "--dry-run"]);
    assert_eq!((ended.code, file.text().as_str()), (0, PLAYBOOK));
    insta::assert_snapshot!("edit_dry_run", ended.stdout);
    assert_eq!(file.litter(), ["night.yaml"]);
}

#[test]
fn a_merge_is_overridden_where_it_is_used() {
    let text = PLAYBOOK.replace(
        "  bot:\n    image: bot\n",
        "  base: &base { image: bot, stop_grace: 10s }\n  bot:\n    <<: *base # shared\n",
    );
    let file = written(&text);
    let after = file.after(&["set", "containers.bot.stop_grace=50s"]);
    assert_eq!(after, text.replace("account, safety]\n", "account, safety]\n    stop_grace: 50s\n"));
    let ended = file.run(&["set", "containers.base.stop_grace=20s"]);
    assert_eq!(ended.code, 0, "who overrides is not changed: {}", ended.stderr);
}

#[test]
fn safety_is_changed_with_approval_only_and_recorded() {
    let file = written(PLAYBOOK);
    let harm: &[&[&str]] = &[
        &["set", "safety.accounts[1]=DU7"],
        &["unset", "steps.account"],
        &["set", "containers.bot.env.DRY_RUN=false"],
        &["set", "connection.address=127.0.0.1:4001"],
        &["set", "containers.bot.image=evil"],
        &["set", "containers.bot.held=false"],
        &["set", "containers.bot.hold_until=[safety]"],
        &["set", "steps.account.when=vars.x"],
        &["set", "strategy.default=D"],
        &["set", "within=1h", "safety.mode=live"],
        &["set", "containers.bot.volumes=[./plan:/data]"],
        &["set", "containers.bot.env.IB_PORT=7496"],
    ];
    for arguments in harm {
        let ended = file.run(arguments);
        assert_eq!(ended.code, 4, "{arguments:?}: {}", ended.stderr);
        assert!(ended.stderr.contains("edit::needs_approval"), "{arguments:?}: {}", ended.stderr);
        assert_eq!(file.text(), PLAYBOOK);
    }
    file.after(&["set", "connection.timeout=90s"]);
    assert!(!file.beside(".audit.jsonl").exists(), "connection parameters are nobody's safety");
    file.after(&["set", "strategy.default=D", "--approve", "maria: the desk chose D"]);
    file.after(&["set", "safety.read_only=true", "--approve", "jo: belt and braces"]);
    file.after(&["set", "connection.timeout=2m"]);
    let ended = file.run(&["audit", "verify"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""));
    let shown = file.run(&["audit", "show"]).stdout;
    assert!(shown.contains("maria: the desk chose D\n  strategy.default: \"C\" becomes \"D\""), "{shown}");
    assert_eq!(file.run(&["undo"]).code, 0);
    assert_eq!(file.run(&["undo"]).code, 4, "taking read_only back is a change of safety");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(file.beside(".audit.jsonl")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn the_record_tells_of_tampering_of_a_torn_line_and_of_changes_behind_its_back() {
    let file = written(PLAYBOOK);
    assert_eq!(file.run(&["audit", "verify"]).code, 0, "nothing on record");
    for value in ["D", "E", "F"] {
        file.after(&["set", &format!("strategy.default={value}"), "--approve", "maria: why not"]);
    }
    let record = std::fs::read_to_string(file.beside(".audit.jsonl")).unwrap();
    let verify = |text: &str, code: i32, says: &str| {
        std::fs::write(file.beside(".audit.jsonl"), text).unwrap();
        let ended = file.run(&["audit", "verify"]);
        assert_eq!(ended.code, code, "{says}: {}", ended.stderr);
        assert!(
            format!("{}{}", ended.stdout, ended.stderr).contains(says),
            "{}{}",
            ended.stdout,
            ended.stderr
        );
    };
    verify(&record, 0, "3 on record, all whole");
    verify(&record.replacen("why not", "because", 1), 1, "line 1");
    let lines: Vec<&str> = record.split_inclusive('\n').collect();
    verify(&format!("{}{}", lines[0], lines[2]), 1, "does not follow");
    verify(record.trim_end(), 1, "torn");
    verify(&format!("{}{}", lines[0], lines[1]), 1, "edit::record_cut");
    verify(&record, 0, "3 on record");
    std::fs::write(&file.file, file.text().replace("60s", "80s")).unwrap();
    verify(&record, 0, "the file was changed since, its safety was not");
    std::fs::write(&file.file, file.text().replace("[api, account, safety]", "[safety]")).unwrap();
    verify(&record, 1, "edit::unapproved");
}

#[test]
fn a_path_in_an_included_file_names_that_file() {
    let text = PLAYBOOK.replace("name: stack\n", "name: stack\ninclude: [more.yaml]\n");
    let file = written(&text);
    std::fs::write(file.directory.path().join("more.yaml"), "version: 1\nclient_ids: { bot: 100 }\n")
        .unwrap();
    let ended = file.run(&["set", "client_ids.bot=101"]);
    assert_eq!(ended.code, 1);
    assert!(
        ended.stderr.contains("edit::elsewhere") && ended.stderr.contains("more.yaml"),
        "{}",
        ended.stderr
    );
}

#[cfg(unix)]
#[test]
fn permissions_stay_links_are_followed_and_read_only_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let file = written(PLAYBOOK);
    std::fs::set_permissions(&file.file, std::fs::Permissions::from_mode(0o640)).unwrap();
    let link = file.directory.path().join("link.yaml");
    std::os::unix::fs::symlink(&file.file, &link).unwrap();
    assert_eq!(run(&["set", link.to_str().unwrap(), "within=1h"]).code, 0);
    assert!(link.is_symlink() && file.text().ends_with("within: 1h\n"));
    assert_eq!(std::fs::metadata(&file.file).unwrap().permissions().mode() & 0o777, 0o640);
    std::fs::set_permissions(&file.file, std::fs::Permissions::from_mode(0o440)).unwrap();
    let ended = file.run(&["set", "within=2h"]);
    assert!(ended.code == 1 && ended.stderr.contains("edit::not_written"), "{}", ended.stderr);
    assert!(file.text().ends_with("within: 1h\n"));
}

/// Runs `edit` in a pseudo-terminal; after each question the next of these answers is typed.
#[cfg(unix)]
const TERMINAL: &str = r#"
import os, pty, sys
answers = sys.argv[1].split(",")
pid, fd = pty.fork()
if pid == 0:
    os.execv(sys.argv[2], sys.argv[2:])
seen, asked = b"", 0
while True:
    try:
        data = os.read(fd, 4096)
    except OSError:
        break
    if not data:
        break
    seen += data
    while seen.count(b"show (d)iff? ") > asked:
        os.write(fd, (answers[asked] + "\n").encode())
        asked += 1
sys.stdout.buffer.write(seen)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"#;

#[cfg(unix)]
fn in_terminal(file: &Written, answers: &str, line: &str) -> Ended {
    let script = file.directory.path().join("editor.sh");
    std::fs::write(&script, line).unwrap();
    let mut command = std::process::Command::new("python3");
    command.args(["-c", TERMINAL, answers, crate::support::command::binary(), "edit"]).arg(&file.file);
    command.env("VISUAL", format!("sh '{}'", script.display())).env("NO_COLOR", "1").env("TERM", "dumb");
    command.stdin(Stdio::null()).output().unwrap().into()
}

#[cfg(unix)]
#[test]
fn a_person_is_asked_what_becomes_of_an_invalid_draft() {
    let file = written(PLAYBOOK);
    // The first time the draft becomes invalid, the second time valid.
    let line = "if grep -q soon \"$1\"; then sed -i s/soon/75s/ \"$1\"; else sed -i s/60s/soon/ \"$1\"; fi";
    let ended = in_terminal(&file, "d,x,e", line);
    assert_eq!(ended.code, 0, "{}", ended.stdout);
    assert_eq!(file.text(), PLAYBOOK.replace("60s", "75s"));
    assert_eq!(ended.stdout.matches("(e)dit again, (q)uit without writing, show (d)iff?").count(), 3);
    assert!(ended.stdout.contains("+  timeout: 'soon' # slow line"), "{}", ended.stdout);
    assert!(ended.stdout.contains("nothing was written"), "{}", ended.stdout);
    let before = file.text();
    let ended = in_terminal(&file, "q", "sed -i s/75s/soon/ \"$1\"");
    assert_eq!((ended.code, file.text()), (3, before), "{}", ended.stdout);
    assert!(file.litter().iter().all(|name| !name.contains("draft")), "{:?}", file.litter());
}

#[test]
fn a_text_of_several_lines_stays_a_block() {
    let text = PLAYBOOK.replace("name: stack\n", "name: stack\ndescription: >-  # why\n    one\n    two\n\n");
    let file = written(&text);
    let after = file.after(&["set", "description=\"three\\n\\nfour: 4\\n\""]);
    assert_eq!(after, text.replace(">-  # why\n    one\n    two\n", "|  # why\n    three\n\n    four: 4\n"));
    let after = file.after(&["set", "description=five"]);
    assert_eq!(after, text.replace(">-  # why\n    one\n    two\n", "five # why\n"));
}

#[test]
fn undo_says_what_it_did_and_verify_that_there_is_no_record() {
    let file = written(PLAYBOOK);
    let verified = file.run(&["audit", "verify"]);
    assert_eq!(verified.code, 0);
    assert!(verified.stdout.contains("there is no record"), "{}", verified.stdout);
    file.after(&["set", "within=1h"]);
    file.after(&["set", "within=2h"]);
    let first = file.run(&["undo"]).stderr;
    assert!(first.contains("takes the one before back"), "{first}");
    let second = file.run(&["undo"]).stderr;
    assert!(second.contains("there is no earlier one to take back"), "{second}");
    file.after(&["set", "strategy.default=D", "--approve", "maria: the desk chose D"]);
    std::fs::write(&file.file, "safety: [").unwrap();
    let verified = file.run(&["audit", "verify"]);
    assert_eq!(verified.code, 1);
    assert!(verified.stderr.contains("edit::not_comparable"), "{}", verified.stderr);
}

/// An editor made of a line of shell; `$1` is the draft.
#[cfg(unix)]
fn editor(file: &Written, line: &str) -> Ended {
    let script = file.directory.path().join("editor.sh");
    std::fs::write(&script, format!("{line}\n")).unwrap();
    let editor = format!("sh '{}'", script.display());
    let mut command = openbell(&["edit", file.file.to_str().unwrap()]);
    command.env("EDITOR", editor).env_remove("VISUAL").output().unwrap().into()
}

#[cfg(unix)]
#[test]
fn an_editor_writes_what_is_valid_and_nothing_else() {
    let file = written(PLAYBOOK);
    let ended = editor(&file, "sed -i s/60s/75s/ \"$1\"");
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert_eq!(file.text(), PLAYBOOK.replace("60s", "75s"));
    let before = file.text();
    assert!(editor(&file, "true").stderr.contains("unchanged"));
    let failed = editor(&file, "sed -i s/75s/95s/ \"$1\"; exit 3");
    assert!(failed.code == 1 && failed.stderr.contains("edit::editor"), "{}", failed.stderr);
    let harm = editor(&file, "sed -i 's/DU\\*/DU7/' \"$1\"");
    assert_eq!(harm.code, 4, "{}", harm.stderr);
    assert_eq!(file.text(), before);
    let invalid = editor(&file, "sed -i s/75s/soon/ \"$1\"");
    assert_eq!(invalid.code, 3, "{}", invalid.stderr);
    let kept = invalid.stderr.split("the draft is kept: ").nth(1).unwrap().lines().next().unwrap();
    assert!(std::fs::read_to_string(Path::new(kept)).unwrap().contains("soon"));
    assert_eq!(file.text(), before);
}

#[cfg(unix)]
#[test]
fn a_second_editor_is_told_who_holds_the_file() {
    let file = written(PLAYBOOK);
    let (entered, leave) = (file.directory.path().join("entered"), file.directory.path().join("leave"));
    for pipe in [&entered, &leave] {
        assert!(std::process::Command::new("mkfifo").arg(pipe).status().unwrap().success());
    }
    let line = format!("echo > '{}'; cat '{}'", entered.display(), leave.display());
    let script = file.directory.path().join("editor.sh");
    std::fs::write(&script, line).unwrap();
    let mut first = openbell(&["edit", file.file.to_str().unwrap()])
        .env("VISUAL", format!("sh '{}'", script.display()))
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    std::fs::read(&entered).unwrap();
    let second = file.run(&["set", "within=1h"]);
    assert_eq!(second.code, 1);
    assert!(second.stderr.contains(&format!("by process {}", first.id())), "{}", second.stderr);
    std::fs::write(&leave, "").unwrap();
    assert!(first.wait().unwrap().success());
    // What a crash leaves does not block.
    std::fs::write(file.beside(".lock"), "12").unwrap();
    file.after(&["set", "within=1h"]);
}
