//! The command line: exit codes, streams, and wrong input.

use std::process::{Command, Stdio};

use crate::support::command::{binary, openbell, run};

const EMPTY_WORLD: &str = "version: 1\nname: t\nconnection: { address: \"127.0.0.1:1\", client_id: [1] }\n";

/// A directory with one playbook that has these steps.
fn playbook(steps: &str) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("p.yaml"), format!("{EMPTY_WORLD}steps:\n{steps}\n")).unwrap();
    directory
}

#[test]
fn the_version_is_printed_on_stdout() {
    let ended = run(&["--version"]);
    assert_eq!(ended.code, 0);
    assert_eq!(ended.stdout, format!("openbell {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn a_wrong_command_line_is_2() {
    for arguments in [&["frobnicate"][..], &["run"], &["run", "x.yaml", "--within", "5"], &[]] {
        assert_eq!(run(arguments).code, 2, "{arguments:?}");
    }
}

#[test]
fn a_playbook_that_is_not_there_is_3() {
    let ended = run(&["run", "no-such-playbook.yaml"]);
    assert_eq!(ended.code, 3);
    assert!(ended.stderr.contains("playbook::unreadable"), "{}", ended.stderr);
    assert!(ended.stdout.is_empty());
}

#[test]
fn an_engine_that_is_not_there_is_5_and_is_reported() {
    let directory = playbook("  - { id: engine, within: 300ms, do: { engine: {} } }");
    let output = openbell(&["run", "p.yaml", "--json"])
        .current_dir(directory.path())
        .env("DOCKER_HOST", "unix:///no/such/docker.sock")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(5));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["verdict"], "engine");
    assert_eq!(report["steps"][0]["failure"]["why"]["code"], "docker::unreachable");
    let written = directory.path().join("reports").join(report["run"].as_str().unwrap());
    assert!(written.join("report.json").exists() && written.join("report.md").exists());
}

#[test]
fn an_address_that_is_none_is_5_at_once() {
    let directory = playbook("  - { id: engine, do: { engine: {} } }");
    let run = |host: &str| {
        let command =
            openbell(&["run", "p.yaml"]).current_dir(directory.path()).env("DOCKER_HOST", host).output();
        let output = command.unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, told) = run("gopher://docker");
    assert_eq!(code, Some(5));
    assert!(told.contains("docker::bad_host"), "{told}");
}

#[test]
fn what_answers_but_is_no_engine_is_told_apart() {
    let server = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let host = format!("tcp://{}", server.local_addr().unwrap());
    std::thread::spawn(move || {
        use std::io::{Read, Write};
        for stream in server.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 1024]);
            let _ =
                stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhello");
        }
    });
    let directory = playbook("  - { id: engine, within: 2s, do: { engine: {} } }");
    let output =
        openbell(&["run", "p.yaml"]).current_dir(directory.path()).env("DOCKER_HOST", host).output().unwrap();
    assert_eq!(output.status.code(), Some(5));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("docker::not_an_engine"), "{told}");
}

/// A socket nobody may write to. Root may, so root asks as somebody else.
#[cfg(unix)]
#[test]
fn a_socket_without_permission_is_told_apart_from_no_engine() {
    use std::os::unix::fs::PermissionsExt;
    let directory = playbook("  - { id: engine, within: 5s, do: { engine: {} } }");
    let at = |name: &str| directory.path().join(name);
    let allow = |path: &std::path::Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    std::fs::copy(binary(), at("openbell")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(at("docker.sock")).unwrap();
    allow(&at("docker.sock"), 0o000);
    allow(directory.path(), 0o777);
    let root = Command::new("id").arg("-u").output().unwrap().stdout == b"0\n";
    let mut command = if root {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(at("openbell"));
        command
    } else {
        Command::new(at("openbell"))
    };
    let host = format!("unix://{}", at("docker.sock").display());
    command.args(["run", "p.yaml"]).current_dir(directory.path()).env("DOCKER_HOST", host);
    let output = command.output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(5), "{told}");
    assert!(told.contains("docker::no_permission") && told.contains("group `docker`"), "{told}");
}

/// An engine that speaks only these API versions, and says so.
fn engine(api: &str, minimum: &str) -> String {
    let server = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let host = format!("tcp://{}", server.local_addr().unwrap());
    let body = format!(r#"{{"Version":"0.0","ApiVersion":"{api}","MinAPIVersion":"{minimum}"}}"#);
    std::thread::spawn(move || {
        use std::io::{Read, Write};
        for stream in server.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 1024]);
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close";
            let _ = write!(stream, "{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        }
    });
    host
}

#[test]
fn engines_that_are_too_old_or_too_new_are_told_as_such() {
    let directory = playbook("  - { id: engine, do: { engine: {} } }");
    for (api, minimum, code) in [("1.40", "1.12", "docker::too_old"), ("1.99", "1.98", "docker::too_new")] {
        let host = engine(api, minimum);
        let output = openbell(&["run", "p.yaml"])
            .current_dir(directory.path())
            .env("DOCKER_HOST", host)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(5));
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(told.contains(code), "{told}");
    }
}

#[test]
fn a_run_that_cannot_be_reported_is_not_begun_and_is_6() {
    let directory = playbook("  - { id: port, within: 1s, do: { port: {} } }");
    std::fs::write(directory.path().join("reports"), "a file, not a directory").unwrap();
    let output = openbell(&["run", "p.yaml"]).current_dir(directory.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(6));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("report::no_place"), "{told}");
    assert!(!told.contains("✓") && !told.contains("✗"), "nothing was begun: {told}");
}

/// A full disk, by the means of a limit on the size of files: writing fails in the middle.
#[cfg(unix)]
#[test]
fn a_disk_that_is_full_at_the_end_is_6_and_leaves_nothing_half_written() {
    let server = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = server.local_addr().unwrap().to_string();
    // Enough steps for a report of more than the one kilobyte that is allowed.
    let step = |n| format!("  - {{ id: port{n}, do: {{ port: {{ address: \"{address}\" }} }} }}\n");
    let directory = playbook(&(0..8).map(step).collect::<String>());
    let script = "trap '' XFSZ; ulimit -f 1; exec \"$0\" run p.yaml";
    let mut command = Command::new("bash");
    command.args(["-c", script, binary()]).current_dir(directory.path()).stdin(Stdio::null());
    let output = command.output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(6), "{told}");
    assert!(told.contains("GREEN") && told.contains("report::not_written"), "{told}");
    let left: Vec<_> = std::fs::read_dir(directory.path().join("reports")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_deadline_is_124_and_names_the_last_reason() {
    let directory =
        playbook("  - { id: api, within: 400ms, do: { ready: {} } }\n  - { id: later, do: { port: {} } }");
    let output = openbell(&["run", "p.yaml"]).current_dir(directory.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(124));
    let told = String::from_utf8(output.stderr).unwrap();
    for part in [
        "its deadline of 400 ms passed",
        "nothing listens on 127.0.0.1:1",
        "not tried: later",
        "DEADLINE after",
    ] {
        assert!(told.contains(part), "{part} is not in {told}");
    }
    assert!(!told.contains('\u{1b}'), "no colours into a pipe");
}

#[cfg(unix)]
#[test]
fn sigterm_ends_a_run_with_130_and_a_report() {
    let directory = playbook("  - { id: api, within: 60s, do: { ready: {} } }");
    let child = openbell(&["run", "p.yaml", "--json", "--events", "events.jsonl"])
        .current_dir(directory.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Ended once it waits, which its events tell.
    let events = directory.path().join("events.jsonl");
    while !std::fs::read_to_string(&events).unwrap_or_default().contains("step_waiting") {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["verdict"], "interrupted");
    assert_eq!(report["steps"][0]["outcome"], "interrupted");
}

#[test]
fn quiet_tells_failures_and_the_verdict_only() {
    let directory =
        playbook("  - { id: api, within: 200ms, do: { ready: {} } }\n  - { id: later, do: { port: {} } }");
    let output = openbell(&["run", "p.yaml", "--quiet"]).current_dir(directory.path()).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("broker::refused") && told.contains("DEADLINE"), "{told}");
    assert!(!told.contains("not tried"), "{told}");
}
