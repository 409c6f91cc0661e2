//! `openbell service`: the texts for each system, read back by who knows their formats, and what is refused.
#![cfg(unix)]

use std::fmt::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use miette::Diagnostic;
use openbell::service::{Places, Service, ServiceError, System, Written, judge, other_playbook, utf16};
use serde_json::Value;

use crate::support::command::{Ended, openbell, project};

const PLAYBOOK: &str = r#"version: 1
name: desk
description: Gateway & bot, dry run.
connection: { address: "127.0.0.1:4002", client_id: [101] }
safety: { mode: paper, accounts: ["DU*"] }
containers:
  gateway:
    image: gateway
    env: { TRADING_MODE: paper@secret@ }
steps: [ { id: engine, do: { engine: {} } } ]
"#;

/// A directory with a playbook, which everybody may read.
struct Desk(tempfile::TempDir);

impl Desk {
    fn new(secret: &str) -> Self {
        let desk = Self(tempfile::tempdir().unwrap());
        std::fs::set_permissions(desk.0.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        desk.write("desk.yaml", &PLAYBOOK.replace("@secret@", secret));
        desk
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        path
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = openbell(&[&["service"], arguments].concat());
        command.current_dir(self.0.path()).env("HOME", "/home/trader");
        for name in ["XDG_CONFIG_HOME", "XDG_STATE_HOME", "DOCKER_HOST", "LOCALAPPDATA", "USERDOMAIN"] {
            command.env_remove(name);
        }
        command
    }

    fn service(&self, arguments: &[&str]) -> Ended {
        self.command(arguments).output().unwrap().into()
    }

    /// What is printed for a system, as bytes.
    fn print(&self, system: &str, more: &[&str]) -> Vec<u8> {
        let usual = ["print", "desk.yaml", "--for", system];
        let program = ["--program", "/usr/local/bin/openbell"];
        let program = if more.contains(&"--program") { &[] } else { &program[..] };
        let output = self.command(&[&usual, program, more].concat()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    /// A text of which only this directory and the sum differ from machine to machine.
    fn same_everywhere(&self, text: &str) -> String {
        let real = self.0.path().to_str().unwrap();
        let sum = regex::Regex::new("openbell-sum: [0-9a-f]{64}").unwrap();
        sum.replace(&text.replace(real, "/srv/desk"), "openbell-sum: SUM").into_owned()
    }
}

/// What a program in Python makes of bytes.
fn python(program: &str, input: &[u8], arguments: &[&str]) -> Value {
    use std::io::Write;
    let mut command = Command::new(std::env::var("PYTHON").unwrap_or_else(|_| "python3".into()));
    command.args(["-c", program]).args(arguments);
    command.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_unit_says_why_it_is_as_it_is() {
    let desk = Desk::new(", PASSWORD: { credential: tws }, KEY: { credential: key }");
    let more = [
        "--credential",
        "tws=/etc/openbell/tws %1",
        "--credential",
        "key=/etc/openbell/key.cred",
        "--var",
        "room=5% $HOME \"a\\b\"",
        "--docker-host",
        "tcp://10.0.0.5:2376",
    ];
    for file in ["tws", "key"] {
        desk.write(file, "x");
    }
    let here = |text: &str| text.replace("/etc/openbell", desk.0.path().to_str().unwrap());
    let more: Vec<String> = more.iter().map(|word| here(word)).collect();
    std::fs::write(desk.0.path().join("tws %1"), "x").unwrap();
    std::fs::write(desk.0.path().join("key.cred"), "x").unwrap();
    let more: Vec<&str> = more.iter().map(String::as_str).collect();
    let text = String::from_utf8(desk.print("systemd", &more)).unwrap();
    insta::assert_snapshot!("service_systemd", desk.same_everywhere(&text));
    let text = String::from_utf8(desk.print("systemd-user", &more)).unwrap();
    insta::assert_snapshot!("service_systemd_user", desk.same_everywhere(&text));
}

#[test]
fn a_unit_asks_for_what_its_playbook_needs_and_no_more() {
    let desk = Desk::new("");
    let unit = |more: &[&str]| String::from_utf8(desk.print("systemd", more)).unwrap();
    let usual = unit(&[]);
    assert!(usual.contains("\nWants=network-online.target docker.service\n"), "{usual}");
    assert!(usual.contains("\nProtectHome=yes\n"), "{usual}");
    assert!(usual.contains("\nCapabilityBoundingSet=\n"), "{usual}");
    assert!(!usual.contains("\nUser="), "{usual}");
    let as_user = unit(&["--run-as", "trader"]);
    assert!(as_user.contains("\nUser=trader\n"), "{as_user}");
    assert!(as_user.contains("\nSupplementaryGroups=docker\n"), "{as_user}");
    let elsewhere = unit(&["--docker-host", "tcp://10.0.0.5:2376"]);
    assert!(!elsewhere.contains("docker.service"), "{elsewhere}");
    let in_home = unit(&["--program", "/home/trader/bin/openbell"]);
    assert!(in_home.contains("\nProtectHome=read-only\n"), "{in_home}");
}

/// The elements of a task and their text, deep first, as `Task/Triggers/LogonTrigger/Enabled`.
const ELEMENTS: &str = r"
import sys, json, xml.etree.ElementTree as E
def walk(e, path, out):
    name = e.tag.split('}')[1]
    path = path + [name]
    out.append(['/'.join(path), (e.text or '').strip(), dict(e.attrib), e.tag.split('}')[0][1:]])
    for c in e: walk(c, path, out)
out = []
walk(E.fromstring(sys.stdin.buffer.read()), [], out)
print(json.dumps(out))
";

/// What may stand in what, of Microsoft's schema ([MS-TSCH] 2.5). In a trigger this is also the order.
const ALLOWED: &[(&str, &[&str])] = &[
    ("Task", &["RegistrationInfo", "Triggers", "Settings", "Data", "Principals", "Actions"]),
    ("RegistrationInfo", &["URI", "Source", "Date", "Author", "Version", "Description", "Documentation"]),
    ("Triggers", &["BootTrigger", "LogonTrigger"]),
    (
        "BootTrigger",
        &["Enabled", "StartBoundary", "EndBoundary", "Repetition", "ExecutionTimeLimit", "Delay"],
    ),
    (
        "LogonTrigger",
        &["Enabled", "StartBoundary", "EndBoundary", "Repetition", "ExecutionTimeLimit", "UserId", "Delay"],
    ),
    ("Principals", &["Principal"]),
    ("Principal", &["UserId", "LogonType", "GroupId", "DisplayName", "RunLevel"]),
    (
        "Settings",
        &[
            "AllowStartOnDemand",
            "RestartOnFailure",
            "MultipleInstancesPolicy",
            "DisallowStartIfOnBatteries",
            "StopIfGoingOnBatteries",
            "AllowHardTerminate",
            "StartWhenAvailable",
            "WakeToRun",
            "Enabled",
            "Hidden",
            "ExecutionTimeLimit",
            "Priority",
        ],
    ),
    ("RestartOnFailure", &["Interval", "Count"]),
    ("Actions", &["Exec"]),
    ("Exec", &["Command", "Arguments"]),
];

fn fits_the_schema(elements: &[Value]) {
    let mut last: Vec<(String, usize)> = Vec::new();
    for element in elements {
        assert_eq!(element[3], "http://schemas.microsoft.com/windows/2004/02/mit/task");
        let path = element[0].as_str().unwrap();
        let Some((parent_path, name)) = path.rsplit_once('/') else { continue };
        let parent = parent_path.rsplit('/').next().unwrap();
        let (_, allowed) = ALLOWED.iter().find(|(known, _)| *known == parent).unwrap();
        let place = allowed.iter().position(|known| *known == name);
        let place = place.unwrap_or_else(|| panic!("{name} may not stand in {parent}"));
        let before = last.iter().rfind(|(known, _)| known == parent_path).map(|(_, place)| *place);
        if parent.ends_with("Trigger") {
            assert!(before.is_none_or(|before| before < place), "the order in {parent}");
        }
        let twice = last.iter().filter(|known| **known == (parent_path.to_owned(), place)).count();
        assert_eq!(twice, 0, "{name} stands twice in {parent}");
        last.push((parent_path.to_owned(), place));
    }
}

/// The texts of the elements with that name.
fn texts<'a>(elements: &'a [Value], path: &str) -> Vec<&'a str> {
    elements.iter().filter(|element| element[0] == path).map(|element| element[1].as_str().unwrap()).collect()
}

#[test]
fn a_task_is_what_the_task_scheduler_reads() {
    let desk = Desk::new("");
    for (at, triggers, log_on) in [
        ("log-on", &["LogonTrigger"][..], "InteractiveToken"),
        ("start-up", &["BootTrigger"], "S4U"),
        ("both", &["BootTrigger", "LogonTrigger"], "S4U"),
    ] {
        let mut command = desk.command(&["print", "desk.yaml", "--for", "windows", "--at", at]);
        command.env("USERDOMAIN", "DESK").env("USERNAME", "Zoë");
        command.env("LOCALAPPDATA", "C:\\Users\\Zoë\\AppData\\Local");
        let text = command.output().unwrap().stdout;
        assert!(text.starts_with(&[0xff, 0xfe]), "UTF-16 with a byte order mark");
        let elements = python(ELEMENTS, &text, &[]);
        let elements = elements.as_array().unwrap();
        fits_the_schema(elements);
        for trigger in ["BootTrigger", "LogonTrigger"] {
            let there = !texts(elements, &format!("Task/Triggers/{trigger}")).is_empty();
            assert_eq!(there, triggers.contains(&trigger), "{at}");
        }
        let text = |path: &str| texts(elements, path).concat();
        assert_eq!(text("Task/Principals/Principal/LogonType"), log_on);
        assert_eq!(text("Task/Principals/Principal/UserId"), "DESK\\Zoë");
        for (setting, value) in [
            ("DisallowStartIfOnBatteries", "false"),
            ("StopIfGoingOnBatteries", "false"),
            ("StartWhenAvailable", "true"),
            ("ExecutionTimeLimit", "PT0S"),
            ("MultipleInstancesPolicy", "IgnoreNew"),
            ("Hidden", "false"),
            ("RestartOnFailure/Interval", "PT1M"),
        ] {
            assert_eq!(text(&format!("Task/Settings/{setting}")), value, "{setting}");
        }
        let about = text("Task/RegistrationInfo/Description");
        assert!(about.contains("Gateway & bot, dry run. Waits for Docker Desktop"), "{about}");
    }
}

/// A service with these options, for a Windows task.
fn task_arguments(options: &[&str]) -> (Vec<String>, String) {
    let places = Places::of(System::Windows, "desk", |_| Some("C:\\Data".to_owned())).unwrap();
    let service = Service {
        name: "desk".into(),
        program: "C:\\Program Files\\openbell\\openbell.exe".into(),
        playbook: "C:\\My Desk\\desk & co.yaml".into(),
        options: options.iter().map(|option| (*option).to_owned()).collect(),
        ..Service::default()
    };
    let text = service.text(System::Windows, &places).unwrap();
    let elements = python(ELEMENTS, &utf16(&text), &[]);
    let elements = elements.as_array().unwrap();
    assert_eq!(texts(elements, "Task/Actions/Exec/Command"), [service.program.as_str()]);
    let mut words = vec!["watch".to_owned(), service.playbook.clone()];
    words.extend(["--reports", &places.reports, "--state", &places.state].map(str::to_owned));
    words.extend(service.options);
    (words, texts(elements, "Task/Actions/Exec/Arguments").concat())
}

/// Printed elsewhere it names the variable, and whoever imports it may have a blank in their name.
#[test]
fn a_task_for_another_machine_has_its_paths() {
    let printed = |more: &[&str]| {
        let usual = ["service", "print", "playbooks/rehearsal.yaml", "--for", "windows"];
        let output = openbell(&[&usual, more].concat()).current_dir(project()).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && told.contains("for another machine"), "{told}");
        let words: Vec<u16> =
            output.stdout.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
        String::from_utf16(&words).unwrap()
    };
    let text = printed(&[]);
    assert!(text.contains("\"%LOCALAPPDATA%\\openbell\\rehearsal\\reports\""), "{text}");
    assert!(text.contains("<Command>C:\\Program Files\\openbell\\openbell.exe</Command>"), "{text}");
    let text = printed(&["--program", "D:\\tools\\openbell.exe"]);
    assert!(text.contains("<Command>D:\\tools\\openbell.exe</Command>"), "{text}");
}

#[test]
fn the_arguments_of_a_task_are_quoted_as_windows_takes_them_apart() {
    let options = ["", "a b", "a\"b", "a\\", "a b\\", "\\\\server\\x y\\", "a\\\"b", "back\\\\\"q"];
    for option in options {
        let (words, quoted) = task_arguments(&["--var", option]);
        // Python's is the reference: it writes what Microsoft's C runtime reads.
        let program =
            "import sys, json, subprocess; print(json.dumps(subprocess.list2cmdline(json.load(sys.stdin))))";
        let reference = python(program, serde_json::to_string(&words).unwrap().as_bytes(), &[]);
        assert_eq!(quoted, reference.as_str().unwrap());
    }
}

#[test]
fn a_job_is_what_launchd_reads() {
    let program = "import sys, json, plistlib; print(json.dumps(plistlib.loads(sys.stdin.buffer.read())))";
    let desk = Desk::new("");
    let odd = desk.write("a & <b> -- 'c' \"d\"/desk.yaml", &PLAYBOOK.replace("@secret@", ""));
    for (system, library) in [("launchd", "/Library"), ("launchd-agent", "/home/trader/Library")] {
        let output = desk
            .command(&[
                "print",
                odd.to_str().unwrap(),
                "--program",
                "/opt/open bell/openbell",
                "--for",
                system,
            ])
            .output()
            .unwrap();
        let job = python(program, &output.stdout, &[]);
        let state = format!("{library}/Application Support/openbell/desk");
        let reports = format!("{state}/reports");
        let arguments = ["/opt/open bell/openbell", "watch", odd.to_str().unwrap(), "--reports", &reports];
        assert_eq!(job["Label"], "openbell.desk");
        assert_eq!(
            job["ProgramArguments"],
            serde_json::json!([&arguments[..], &["--state", &state]].concat())
        );
        assert_eq!(job["RunAtLoad"], true);
        assert_eq!(job["KeepAlive"], serde_json::json!({ "SuccessfulExit": false }));
        assert_eq!(job["ThrottleInterval"], 60);
        assert_eq!(job["ProcessType"], "Background");
        assert_eq!(job["WorkingDirectory"], state.as_str());
        assert_eq!(job["StandardErrorPath"], format!("{library}/Logs/openbell-desk.log"));
        assert_eq!(job["StandardOutPath"], job["StandardErrorPath"]);
    }
}

#[test]
fn what_somebody_changed_is_told_from_what_openbell_wrote() {
    let desk = Desk::new("");
    let playbook = desk.0.path().join("desk.yaml").display().to_string();
    for system in ["systemd", "systemd-user", "launchd", "launchd-agent"] {
        let text = String::from_utf8(desk.print(system, &[])).unwrap();
        assert_eq!(judge(&text), Written::Ours, "{system}");
        assert_eq!(judge(&format!("{text}\n")), Written::Changed, "{system}");
        assert_eq!(judge(&text.replacen("60", "61", 1)), Written::Changed, "{system}");
        assert_eq!(other_playbook(&text, &playbook), None, "{system}");
        assert_eq!(other_playbook(&text, "/elsewhere/desk.yaml"), Some(playbook.as_str()), "{system}");
    }
    assert_eq!(judge("[Service]\nExecStart=/bin/true\n"), Written::Foreign);
    assert_eq!(judge("# openbell-sum: 12"), Written::Changed);
    assert_eq!(judge(""), Written::Foreign);
}

/// Refused with this exit code; what was told, the same on every machine.
#[track_caller]
fn refused(desk: &Desk, code: i32, arguments: &[&str]) -> String {
    let ended = desk.service(arguments);
    assert_eq!(ended.code, code, "{arguments:?}: {}", ended.stderr);
    assert_eq!(ended.stdout, "", "{arguments:?}");
    desk.same_everywhere(&ended.stderr)
}

#[test]
fn what_a_service_could_not_carry_out_is_refused() {
    let mut told = Vec::new();
    let mut refuse = |secret: &str, code: i32, arguments: &[&str]| {
        let desk = Desk::new(secret);
        told.push(refused(&desk, code, &[&["print", "desk.yaml"], arguments].concat()));
    };
    refuse(", PASSWORD: { credential: tws }", 2, &["--for", "systemd"]);
    refuse(", PASSWORD: { credential: tws }", 2, &["--for", "windows"]);
    refuse("", 2, &["--for", "systemd", "--credential", "tws=/etc/tws"]);
    refuse(", PASSWORD: { credential: tws }", 2, &["--for", "systemd", "--credential", "tws=nowhere"]);
    refuse(", PASSWORD: { env: TWS_PASSWORD }", 2, &["--for", "systemd"]);
    refuse(", PASSWORD: { docker_secret: tws }", 2, &["--for", "launchd"]);
    refuse("", 2, &["--for", "systemd", "--var", "TWS_PASSWORD=hunter2"]);
    refuse("", 2, &["--for", "systemd", "--program", "/opt/it's/openbell"]);
    refuse("", 2, &["--for", "launchd", "--program", "/opt/a\nb/openbell"]);
    refuse("", 4, &["--for", "systemd", "--arm-live-file", "/nowhere/armed"]);
    let told = told.join("\n");
    assert!(!told.contains("hunter2"), "{told}");
    insta::assert_snapshot!("service_refused", told);
}

#[test]
fn a_live_playbook_is_installed_with_both_keys_or_not_at_all() {
    let desk = Desk::new("");
    let live = PLAYBOOK.replace("@secret@", "").replace("paper", "live").replace("DU*", "U1234567");
    desk.write("desk.yaml", &live.replace("4002", "4001"));
    for command in [&["print", "desk.yaml", "--for", "systemd"][..], &["install", "desk.yaml"]] {
        let told = refused(&desk, 4, command);
        assert!(told.contains("safety::live_not_armed"), "{told}");
    }
}

#[test]
fn an_invalid_playbook_is_no_service() {
    let desk = Desk::new("");
    desk.write("desk.yaml", "version: 1\nname: desk\n");
    for command in [&["print", "desk.yaml"][..], &["install", "desk.yaml"]] {
        let told = refused(&desk, 3, command);
        assert!(told.contains("playbook::"), "{told}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn what_a_restart_of_the_machine_removes_is_not_installed() {
    let desk = Desk(tempfile::tempdir_in("/tmp").unwrap());
    desk.write("desk.yaml", &PLAYBOOK.replace("@secret@", ""));
    let told = refused(&desk, 2, &["install", "desk.yaml", "--program", "/bin/sh"]);
    assert!(told.contains("service::temporary"), "{told}");
    let told = refused(&desk, 2, &["install", "desk.yaml", "--program", "/nowhere/openbell"]);
    assert!(told.contains("service::unreadable"), "{told}");
}

#[test]
fn a_user_without_a_home_has_no_service() {
    let desk = Desk::new("");
    for home in ["", "somewhere"] {
        let mut command = desk.command(&["print", "desk.yaml", "--for", "systemd-user"]);
        let ended: Ended = command.env("HOME", home).output().unwrap().into();
        assert_eq!(ended.code, 2, "{}", ended.stderr);
        assert!(ended.stderr.contains("service::no_home"), "{}", ended.stderr);
    }
}

#[test]
fn a_service_whose_playbook_is_gone_is_named_by_hand() {
    let desk = Desk::new("");
    desk.write("no_name.yaml", "version: 1\n");
    for which in [&["gone.yaml"][..], &["no_name.yaml"], &["--name", "../desk"], &["--name", ""]] {
        for command in ["uninstall", "status"] {
            let told = refused(&desk, 2, &[&[command], which].concat());
            assert!(told.contains("service::no_name"), "{told}");
            assert!(told.contains(&format!("service {command} --name NAME")), "{told}");
        }
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_machine_without_systemd_says_so() {
    if Path::new("/run/systemd/system").is_dir() {
        return; // This one has it; the host of the other tests shows the rest.
    }
    let desk = Desk::new("");
    let told = refused(&desk, 1, &["uninstall", "desk.yaml"]);
    assert!(told.contains("service::no_systemd"), "{told}");
    let told = refused(&desk, 1, &["status", "--name", "desk"]);
    assert!(told.contains("service::no_systemd"), "{told}");
}

fn every_error() -> Vec<ServiceError> {
    let io = || std::io::Error::other("what the system said");
    let s = |text: &str| text.to_owned();
    let file = || s("/etc/systemd/system/openbell-desk.service");
    vec![
        ServiceError::NoName { playbook: s("desk.yaml"), how: s("it is no YAML"), command: "status" },
        ServiceError::NoSystemd,
        ServiceError::NoTool { tool: s("systemctl") },
        ServiceError::NotRoot { doing: "install" },
        ServiceError::Command { command: s("systemctl daemon-reload"), said: s("Access denied") },
        ServiceError::Changed { file: file() },
        ServiceError::Foreign { file: file() },
        ServiceError::NameTaken { file: file(), other: s("/srv/old/desk.yaml") },
        ServiceError::Unwritable { path: file(), source: io() },
        ServiceError::Path { path: s("/opt/it's"), how: "it is not UTF-8" },
        ServiceError::Temporary { path: s("/tmp/desk.yaml") },
        ServiceError::Unreadable { path: s("/opt/openbell"), source: io() },
        ServiceError::Credential { name: s("tws") },
        ServiceError::CredentialUnknown { name: s("tws") },
        ServiceError::CredentialSystemd { name: s("tws") },
        ServiceError::SecretPlace { from: s("the variable TWS_PASSWORD") },
        ServiceError::SecretVariable { name: s("TWS_PASSWORD") },
        ServiceError::NoUser { user: "nosuch".into() },
        ServiceError::NoEngineRights {
            user: "trader".into(),
            socket: "/var/run/docker.sock".into(),
            group: "docker".into(),
        },
        ServiceError::NoHome,
        ServiceError::Reports { directory: s("/var/lib/openbell/desk/reports"), source: io() },
    ]
}

#[test]
fn every_failure_of_a_service_reads_well() {
    let mut page = String::new();
    for error in every_error() {
        let (code, help) = (error.code().unwrap().to_string(), error.help().unwrap().to_string());
        writeln!(page, "{code}\n  {error}\n  help: {help}\n").unwrap();
    }
    insta::assert_snapshot!("service_failures", page);
}
