//! `openbell diagnose --fix` on this machine's own Docker engine: what is mended with which consent, and what is left
//! alone whatever the consent.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::support::http;
use crate::support::scene::{Examined, Scene};

const TIMES: [&str; 4] = ["--timeout", "2s", "--within", "60s"];

/// Looks and mends; the playbook must be what it was, to the byte.
fn fixed(scene: &Scene, consent: &str, more: &[&str]) -> Examined {
    let playbook = scene.stack.directory.path().join("playbook.yaml");
    let before = std::fs::read(&playbook).unwrap();
    let arguments = [&["diagnose", "playbook.yaml", "--json", "--fix", consent], &TIMES[..], more].concat();
    let examined = Examined::by(&mut scene.command(&arguments));
    assert_eq!(std::fs::read(&playbook).unwrap(), before, "the playbook is not written");
    examined
}

/// Each remedy with how it ended.
fn ladder(examined: &Examined) -> Vec<String> {
    let tried = examined.json["tried"].as_array().map(Vec::as_slice).unwrap_or_default();
    let told = tried.iter().map(|one| {
        let after = &one["after"];
        let after = after.as_str().or_else(|| after.as_object()?.keys().next().map(String::as_str));
        format!("{} {}", one["remedy"].as_str().unwrap(), after.unwrap())
    });
    told.collect()
}

#[track_caller]
fn ends(examined: &Examined, tried: &[&str], exit: i32) {
    let said = || format!("{}{}", examined.ended.stdout, examined.ended.stderr);
    assert_eq!(ladder(examined), tried, "{}", said());
    assert_eq!(examined.ended.code, exit, "{}", said());
}

/// A script of the simulated gateway, as a file that a container gets to see.
fn script(scene: &Scene, text: &str) -> String {
    let file = scene.stack.write("script.yaml", &format!("version: 1\n{text}"));
    format!("{}:/script.yaml:ro", file.display())
}

#[test]
fn patience_mends_a_gateway_that_was_mute_and_the_change_is_proposed() {
    let scene = Scene::new("patience");
    scene.stack.playbook("ready", &[]);
    let control = crate::support::stack::free_port();
    let mount = script(&scene, "phases: [{ clients: { door: mute }, lasts: 1h }, {}]\n");
    let published = format!("127.0.0.1:{control}:4080");
    let scripted = ["--script", "/script.yaml", "--control", "0.0.0.0:4080"];
    scene.gateway(&["-v", &mount, "-p", &published], &scripted);
    scene.logged("gateway", "Authenticating");
    let before = std::fs::read(scene.stack.directory.path().join("playbook.yaml")).unwrap();

    let arguments = [&["diagnose", "playbook.yaml", "--fix", "safe"], &TIMES[..]].concat();
    let mut command = scene.command(&arguments);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut told = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    told.read_line(&mut line).unwrap();
    assert!(line.contains("trying: connect with a timeout of 60 s (nothing in the world changes)"), "{line}");
    // Longer than the patience that was not enough.
    std::thread::sleep(Duration::from_secs(4));
    let url = format!("http://127.0.0.1:{control}/next");
    let turned = async { http::client().post(url).send().await.unwrap().status() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    assert_eq!(runtime.block_on(turned), reqwest::StatusCode::ACCEPTED);
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains(": READY after a remedy"), "{text}");
    assert!(text.contains("what was found before the remedies:"), "{text}");
    assert!(text.contains("✓ connect with a timeout of 60 s: worked, after "), "{text}");
    let diff: Vec<&str> =
        text.lines().filter(|line| line.starts_with("  -") || line.starts_with("  +")).collect();
    assert!(diff.iter().any(|line| line.contains("timeout: 5s")), "{text}");
    assert!(diff.iter().any(|line| line.contains("timeout: 60s")), "{text}");
    assert_eq!(std::fs::read(scene.stack.directory.path().join("playbook.yaml")).unwrap(), before);
}

#[test]
fn a_declared_id_that_is_in_use_is_mended_by_no_restart() {
    let scene = Scene::new("nextid");
    scene.stack.playbook("ready", &[("client_id: [101, 102]", "client_id: [101]")]);
    scene.gateway(&[], &["--script", "in-use:101"]);
    scene.logged("gateway", "ready at");
    let started = scene.inspect("{{.State.StartedAt}}");
    let examined = fixed(&scene, "all", &["--client-id", "101"]);
    assert_eq!(examined.causes(), ["certain broker::client_id_in_use"]);
    ends(&examined, &["next_client_id not_possible"], 1);
    assert_eq!(scene.inspect("{{.State.StartedAt}}"), started);
}

#[test]
fn a_half_open_gateway_is_mended_by_ibc_and_by_nobody_without_consent() {
    let scene = Scene::new("soft");
    scene.stack.playbook("ready", &[]);
    let ibc = crate::support::stack::free_port();
    let mount = script(&scene, "clients: { requests: mute }\non_restart: [{ lasts: 3s, port: closed }]\n");
    let published = format!("127.0.0.1:{ibc}:7462");
    let scripted = ["--script", "/script.yaml", "--command-port", "0.0.0.0:7462"];
    scene.gateway(&["-v", &mount, "-p", &published], &scripted);
    scene.logged("gateway", "Login has completed");
    let ibc = format!("127.0.0.1:{ibc}");
    let started = scene.inspect("{{.State.StartedAt}}");

    let untouched = fixed(&scene, "safe", &["--ibc", &ibc]);
    assert_eq!(untouched.causes(), ["certain broker::half_open"]);
    ends(&untouched, &["soft_restart not_tried", "container_restart not_tried"], 1);
    assert!(!scene.stack.docker(&["logs", &scene.stack.container("gateway")]).contains("RESTART"));

    let examined = fixed(&scene, "all", &["--ibc", &ibc]);
    ends(&examined, &["soft_restart worked"], 0);
    assert_eq!(scene.inspect("{{.State.StartedAt}}"), started, "the container was not restarted");
}

#[test]
fn an_api_that_is_meant_to_take_orders_and_does_not_is_mended_through_its_settings() {
    let scene = Scene::new("readonly");
    scene.stack.playbook("ready", &[("safety:\n", "safety:\n  read_only: false\n")]);
    let mount = script(&scene, "gateway: { api: { read_only: true } }\n");
    scene.gateway(&["-v", &mount], &["--script", "/script.yaml"]);
    scene.logged("gateway", "ready at");
    let untouched = fixed(&scene, "safe", &[]);
    assert_eq!(untouched.causes(), ["certain broker::read_only"]);
    ends(&untouched, &["read_only_off not_tried"], 1);
    ends(&fixed(&scene, "all", &[]), &["read_only_off worked"], 0);
    assert_eq!(fixed(&scene, "all", &[]).json["ready"], true, "it takes orders from then on");
}

#[test]
fn a_restart_of_the_container_mends_a_wedge() {
    let scene = Scene::new("wedge");
    scene.stack.playbook("ready", &[]);
    // The first start leaves a mark behind, by which the second one is well.
    let first = "say:IBC: first start";
    let things = ["once:/mark:--script half-open:0s", "forward:4004:4002"];
    scene.things(&[], 4004, &[&[first], &things[..]].concat());
    scene.logged("gateway", "requests are not answered any more");
    let started = scene.inspect("{{.State.StartedAt}}");
    let examined = fixed(&scene, "all", &[]);
    ends(&examined, &["soft_restart not_possible", "container_restart worked"], 0);
    assert_ne!(scene.inspect("{{.State.StartedAt}}"), started);
}

#[test]
fn a_trusted_address_is_added_to_jts_ini_between_stop_and_start() {
    let scene = Scene::new("jtsini");
    scene.stack.playbook("ready", &[]);
    let ini = "[Logon]\nLocale=en\n\n[IBGateway]\nApiOnly=true\nTrustedIPs=192.0.2.7\n";
    let file = scene.stack.write("jts.ini", ini);
    let things =
        ["copy:/given/jts.ini:/opt/ibkr/jts.ini", "sim:--jts-ini /opt/ibkr/jts.ini", "forward:4004:4002"];
    let mount = format!("{}:/given/jts.ini:ro", file.display());
    scene.things(&["-v", &mount], 4004, &things);
    scene.logged("gateway", "ready at");
    let examined = fixed(&scene, "all", &[]);
    let before = &examined.json["before"][0]["code"];
    assert_eq!(before, "gateway::untrusted_ip", "{}", examined.ended.stdout);
    ends(&examined, &["trusted_ips worked"], 0);
    let now = scene.stack.docker(&["exec", &scene.stack.container("gateway"), "cat", "/opt/ibkr/jts.ini"]);
    assert_eq!(now, ini.replace("192.0.2.7", "192.0.2.7,127.0.0.1"));
}

#[test]
fn whom_a_restart_would_harm_is_never_restarted() {
    let rows = [
        ("login-failed", "Login failed", "gateway::login_failed"),
        ("locked", "Too many", "gateway::locked"),
        ("two-factor-timeout:1s", "Second Factor", "gateway::two_factor_timed_out"),
    ];
    for (script, says, code) in rows {
        let scene = Scene::new("harm");
        scene.stack.playbook("ready", &[]);
        scene.scripted(script, says);
        if code == "gateway::two_factor_timed_out" {
            scene.shows("{{.State.Status}}", |status| status == "exited");
        }
        let started = scene.inspect("{{.State.StartedAt}} {{.RestartCount}}");
        let examined = fixed(&scene, "all", &[]);
        assert_eq!(examined.causes(), [format!("certain {code}")], "{}", examined.ended.stdout);
        ends(&examined, &["container_restart not_possible"], 1);
        assert_eq!(scene.inspect("{{.State.StartedAt}} {{.RestartCount}}"), started, "{code}");
    }
}

#[test]
fn a_first_id_that_a_stranger_holds_is_mended_by_the_next_one_and_the_order_is_proposed() {
    let scene = Scene::new("order");
    scene.stack.playbook("ready", &[]);
    scene.scripted("in-use:101", "ready at");
    let examined = fixed(&scene, "safe", &[]);
    assert_eq!(examined.causes(), ["notice broker::client_id_in_use"]);
    ends(&examined, &["next_client_id worked"], 0);
    let diff = examined.json["proposal"].as_str().unwrap();
    let ids =
        |mark: &str| diff.lines().find(|line| line.starts_with(mark) && line.contains("client_id")).unwrap();
    assert!(ids("-").contains("[101, 102]") && ids("+").contains("[102, 101]"), "{diff}");
}

#[test]
fn a_log_in_that_fails_after_a_soft_restart_is_left_alone() {
    for (login, code) in [("locked", "gateway::locked"), ("two_factor", "gateway::two_factor_pending")] {
        let scene = Scene::new("stale");
        scene.stack.playbook("ready", &[]);
        let ibc = crate::support::stack::free_port();
        let after = format!(
            "clients: {{ requests: mute }}\non_restart: [{{ lasts: 2s, port: closed }}, \
             {{ lasts: 1h, login: {login}, clients: {{ door: mute }} }}]\n"
        );
        let mount = script(&scene, &after);
        let published = format!("127.0.0.1:{ibc}:7462");
        let scripted = ["--script", "/script.yaml", "--command-port", "0.0.0.0:7462"];
        scene.gateway(&["-v", &mount, "-p", &published], &scripted);
        scene.logged("gateway", "Login has completed");
        let started = scene.inspect("{{.State.StartedAt}}");
        let ibc = format!("127.0.0.1:{ibc}");
        let arguments = ["diagnose", "playbook.yaml", "--json", "--fix", "all", "--ibc", &ibc];
        let times = ["--timeout", "2s", "--within", "20s"];
        let examined = Examined::by(&mut scene.command(&[&arguments[..], &times].concat()));
        ends(&examined, &["soft_restart did_not_help", "container_restart not_possible"], 1);
        assert_eq!(scene.inspect("{{.State.StartedAt}}"), started, "{code}");
        assert_eq!(examined.causes(), [format!("certain {code}")], "how it stands now");
        assert_eq!(examined.json["before"][0]["code"], "broker::half_open");
        assert_eq!(examined.json["tried"][1]["before"]["code"], code);
    }
}

#[test]
fn a_gateway_that_became_ready_meanwhile_is_no_reason_to_change_the_playbook() {
    let scene = Scene::new("meanwhile");
    scene.stack.playbook("ready", &[]);
    scene.gateway(&[], &["--script", "mute-drop:14s"]);
    scene.logged("gateway", "Authenticating");
    let examined = fixed(&scene, "safe", &[]);
    ends(&examined, &["longer_timeout became_ready"], 0);
    assert_eq!(examined.json["ready"], true);
    assert!(examined.json.get("proposal").is_none(), "{}", examined.ended.stdout);
}

#[test]
fn ctrl_c_while_remedies_are_tried_is_told_by_the_exit_code() {
    let scene = Scene::new("ctrlc");
    scene.stack.playbook("ready", &[]);
    scene.gateway(&[], &["--script", "mute:1h"]);
    scene.logged("gateway", "Authenticating");
    let arguments = [&["diagnose", "playbook.yaml", "--json", "--fix", "safe"], &TIMES[..]].concat();
    let mut command = scene.command(&arguments);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut told = BufReader::new(child.stderr.take().unwrap());
    told.read_line(&mut String::new()).unwrap();
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains(r#""after": "interrupted""#), "{text}");
    assert_eq!(output.status.code(), Some(130), "{text}");
}

#[test]
fn what_is_told_at_the_end_holds_no_secrets() {
    let scene = Scene::new("told");
    scene.stack.playbook("ready", &[]);
    // Any word of the message does for a secret.
    scene.gateway(&["-e", "SOME_SECRET=soft_restart"], &["--script", "half-open:0s"]);
    scene.logged("gateway", "requests are not answered any more");
    let ibc = format!("127.0.0.1:{}", crate::support::stack::free_port());
    let arguments = ["diagnose", "playbook.yaml", "--json", "--fix", "all", "--ibc", &ibc];
    let times = ["--timeout", "2s", "--within", "5s"];
    let examined = Examined::by(&mut scene.command(&[&arguments[..], &times].concat()));
    let told = &examined.ended.stderr;
    assert!(told.contains("remedy::none_worked") && told.contains("container_restart"), "{told}");
    assert!(!told.contains("soft_restart"), "{told}");
}
