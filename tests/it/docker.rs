//! The start-up on this machine's own Docker engine, and every way in which it can go wrong.

use std::process::Command;

use crate::support::stack::{IMAGE, Ran, Stack, free_port};

#[test]
fn a_stack_comes_up_once_and_a_second_run_changes_nothing() {
    let stack = Stack::new("up");
    stack.playbook("mute:2s", &[]);
    let first = stack.run();
    first.exits(0);
    assert_eq!(first.step("gateway")["changes"].as_array().unwrap().len(), 2);
    assert!(first.step("api")["took_ms"].as_f64().unwrap() >= 1_000.0, "the mute phase was waited for");
    assert_eq!(first.step("session")["facts"]["client_id"], 101);
    assert_eq!(first.step("account")["facts"]["accounts"][0], "DU***567");
    assert_eq!(first.step("account")["facts"]["mode"], "paper");
    assert_eq!(first.step("strategy")["facts"]["strategy"], "C");
    assert!(first.step("gateway")["facts"]["image_digest"].as_str().unwrap().starts_with("sha256:"));
    assert!(stack.is_running("bot"));

    let second = stack.run();
    second.exits(0);
    assert_eq!(second.report["changes"], 0);
    assert!(
        second.ended.stderr.contains("nothing changed: everything was as declared"),
        "{}",
        second.ended.stderr
    );
    assert_eq!(second.report["previous"], first.report["run"]);
    assert!(second.report.get("drift").is_none());

    let down = stack.openbell(&["down", "playbook.yaml"]);
    assert_eq!(down.code, 0, "{}", down.stderr);
    assert!(stack.docker(&["ps", "-aq", "--filter", &format!("name={}", stack.name)]).is_empty());
    assert!(stack.docker(&["network", "ls", "-q", "--filter", &format!("name={}", stack.name)]).is_empty());
    let again = stack.openbell(&["down", "playbook.yaml"]);
    assert!(again.stderr.contains("nothing to remove"), "{}", again.stderr);
}

#[test]
fn down_removes_what_the_playbook_made_and_nothing_else() {
    let stack = Stack::new("down");
    stack.playbook("ready", &[]);
    let other = format!("{}-other", stack.name);
    stack.docker(&["create", "--name", &other, "openbell-test/sim:latest"]);
    stack.run().exits(0);
    assert_eq!(stack.openbell(&["down", "playbook.yaml"]).code, 0);
    let left =
        stack.docker(&["ps", "-a", "--format", "{{.Names}}", "--filter", &format!("name={}", stack.name)]);
    stack.docker(&["rm", &other]);
    assert_eq!(left.trim(), other);
}

#[test]
fn what_differs_is_recreated_and_named_and_drift_is_told() {
    let stack = Stack::new("differs");
    stack.playbook("ready", &[]);
    stack.run().exits(0);
    stack.playbook(
        "ready",
        &[("CLIENT_ID: \"100\",", "CLIENT_ID: \"100\", EXTRA: \"1\","), ("\"ready\"", "\"old:213\"")],
    );
    let ran = stack.run();
    ran.exits(0);
    let change = |step: &str| ran.step(step)["changes"].to_string();
    assert!(change("gateway").contains("recreated because it differed: command\""), "{}", change("gateway"));
    assert!(change("bot").contains("recreated because it differed: env EXTRA\""), "{}", change("bot"));
    let drift = ran.report["drift"].as_array().unwrap();
    assert!(
        drift.iter().any(|d| d["fact"] == "server_version" && d["before"] == "226" && d["now"] == "213"),
        "{drift:?}"
    );
}

#[test]
fn compose_lists_the_stack() {
    let stack = Stack::new("compose");
    stack.playbook("ready", &[]);
    stack.run().exits(0);
    let compose = crate::support::command::project().join("tests/parts/compose.sh");
    let list = |arguments: &[&str]| {
        let output = Command::new("bash").arg(&compose).args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let projects = list(&["ls"]);
    assert!(
        projects.lines().any(|line| line.starts_with(&stack.name) && line.contains("running(2)")),
        "{projects}"
    );
    let services = list(&["-p", &stack.name, "ps", "--format", "{{.Service}} {{.State}}"]);
    let mut services: Vec<_> = services.lines().collect();
    services.sort_unstable();
    assert_eq!(services, ["bot running", "gateway running"]);
}

#[test]
fn a_live_account_behind_a_paper_playbook_keeps_the_bot_from_running() {
    let stack = Stack::new("live");
    stack.playbook("live", &[]);
    let ran = stack.run();
    ran.exits(4);
    assert_eq!(ran.code("account"), "safety::account");
    assert!(
        ran.ended.stderr.contains("U***567") && !ran.ended.stderr.contains("U1234567"),
        "{}",
        ran.ended.stderr
    );
    assert!(!stack.is_running("bot"));
}

#[test]
fn the_gate_alone_keeps_the_bot_from_a_live_account() {
    let stack = Stack::new("gate");
    stack.playbook("live", &[("  - { id: account, within: 10s, do: { account: {} } }\n", "")]);
    let ran = stack.run();
    ran.exits(4);
    assert_eq!(ran.code("bot"), "safety::account");
    assert_eq!(
        stack.docker(&["inspect", "-f", "{{.State.Status}}", &stack.container("bot")]).trim(),
        "created"
    );
}

#[test]
fn dry_run_false_in_the_running_bot_stops_it_although_the_file_says_true() {
    let stack = Stack::new("dryrun");
    stack.playbook("ready", &[]);
    stack.run().exits(0);
    // Somebody made the bot anew by hand, with the labels of the playbook and another environment.
    let bot = stack.container("bot");
    stack.docker(&["rm", "-f", &bot]);
    let label = format!("openbell.playbook={}", stack.name);
    let network = format!("{}_default", stack.name);
    let made = stack.docker(&[
        "run",
        "-d",
        "--name",
        &bot,
        "--label",
        &label,
        "--network",
        &network,
        "-e",
        "DRY_RUN=false",
        "-e",
        "TRADING_MODE=paper",
        "--entrypoint",
        "/openbell",
        "openbell-test/sim:latest",
        "sim",
        "gateway",
    ]);
    assert!(stack.is_running("bot"), "{made}");
    let ran = stack.run();
    ran.exits(4);
    let stopped = &ran.report["stopped"][0];
    assert_eq!(stopped["container"], "bot");
    let because = stopped["because"].as_str().unwrap();
    assert!(because.contains("DRY_RUN is `false`") && because.contains("expected true"), "{because}");
    assert!(!stack.is_running("bot"));
}

#[test]
fn a_gameplan_in_a_volume_keeps_the_bot_from_starting() {
    let stack = Stack::new("gameplan");
    let data = stack.directory.path().join("data");
    std::fs::create_dir(&data).unwrap();
    std::fs::write(data.join("gameplan.json"), "{}").unwrap();
    stack.playbook(
        "ready",
        &[(
            "    stop_grace: 5s\n    hold_until",
            "    volumes: [\"./data:/data:ro\"]\n    stop_grace: 5s\n    hold_until",
        )],
    );
    let ran = stack.run();
    ran.exits(4);
    assert_eq!(ran.code("bot"), "safety::present");
    assert!(!stack.is_running("bot"));
}

#[test]
fn a_port_that_is_taken_is_named() {
    let stack = Stack::new("port");
    let _taken = std::net::TcpListener::bind(("127.0.0.1", stack.port)).unwrap();
    stack.playbook("ready", &[]);
    let ran = stack.run();
    ran.exits(1);
    assert_eq!(ran.code("gateway"), "docker::port_taken");
    assert!(ran.ended.stderr.contains(&stack.port.to_string()), "{}", ran.ended.stderr);
}

#[test]
fn an_image_that_is_missing_is_named() {
    let stack = Stack::new("image");
    stack.playbook(
        "ready",
        &[(
            "    image: openbell-test/sim:latest\n    command",
            "    image: ghcr.io/gnzsnz/ib-gateway:none\n    command",
        )],
    );
    let ran = stack.run();
    ran.exits(1);
    assert_eq!(ran.code("gateway-image"), "docker::no_image");
    assert!(ran.ended.stderr.contains("docker pull ghcr.io/gnzsnz/ib-gateway:none"), "{}", ran.ended.stderr);
}

#[test]
fn a_bot_that_exits_at_once_shows_its_exit_code_and_its_last_lines() {
    let stack = Stack::new("exits");
    // A number that the program cannot read.
    stack.playbook("ready", &[("GATEWAY_PORT: \"4002\"", "GATEWAY_PORT: none")]);
    let ran = stack.run();
    ran.exits(1);
    let failed =
        ran.report["steps"].as_array().unwrap().iter().find(|step| step["outcome"] == "failed").unwrap();
    let text = failed["failure"].to_string();
    assert!(text.contains("exited with code 1"), "{text}");
    assert!(text.contains("log: "), "{text}");
    assert!(!stack.is_running("bot"));
}

#[test]
fn a_gateway_that_exits_ends_the_wait_at_once_with_its_log() {
    let stack = Stack::new("gwexit");
    stack.playbook("ready", &[("[\"--script\", \"ready\"]", "[\"--listen\", \"1.2.3.4:4002\"]")]);
    let ran = stack.run();
    ran.exits(1);
    let failed =
        ran.report["steps"].as_array().unwrap().iter().find(|step| step["outcome"] == "failed").unwrap();
    let why = &failed["failure"]["why"];
    assert_eq!(why["code"], "container::exited", "{why}");
    assert!(why["evidence"].to_string().contains("1.2.3.4:4002"), "{why}");
    assert!(failed["failure"].get("deadline").is_none(), "no deadline was waited for: {failed}");
}

#[test]
fn a_gateway_that_is_never_ready_is_124_with_the_stage_it_reached() {
    let stack = Stack::new("never");
    stack.playbook("never", &[("{ id: api, within: 30s", "{ id: api, within: 3s")]);
    let ran = stack.run();
    ran.exits(124);
    // The log of the gateway's container names the cause.
    assert_eq!(ran.code("api"), "gateway::not_logged_in");
    let why = &ran.step("api")["failure"]["why"];
    assert_eq!(why["rung"], "version");
    assert!(why["evidence"].to_string().contains("IBC: "), "{why}");
    let climbed: Vec<_> =
        ran.step("api")["rungs"].as_array().unwrap().iter().map(|r| r["rung"].clone()).collect();
    assert_eq!(climbed, ["tcp"]);
    assert!(!stack.is_running("bot"));
}

#[test]
fn a_client_id_in_use_goes_on_to_the_next_and_all_in_use_are_named() {
    let stack = Stack::new("inuse");
    stack.playbook("in-use:101", &[]);
    let ran = stack.run();
    ran.exits(0);
    assert_eq!(ran.step("session")["facts"]["client_id"], 102);
    stack.playbook("in-use:101+102", &[("{ id: session, within: 20s", "{ id: session, within: 3s")]);
    let ran = stack.run();
    ran.exits(124);
    assert_eq!(ran.code("session"), "broker::client_ids_in_use");
    assert!(ran.ended.stderr.contains("101, 102"), "{}", ran.ended.stderr);
}

#[test]
fn an_old_gateway_is_told_with_the_two_ways_out_and_the_probe_alone_is_one_of_them() {
    let stack = Stack::new("old");
    stack.playbook("old:178", &[]);
    let ran = stack.run();
    ran.exits(1);
    assert_eq!(ran.code("api"), "broker::server_too_old");
    let only_probe = [
        ("{ ready: {} }", "{ ready: { client: probe } }"),
        ("  - { id: session, within: 20s, do: { session: {} } }\n", ""),
    ];
    stack.playbook("old:178", &only_probe);
    let ran = stack.run();
    assert_eq!(ran.step("api")["outcome"], "passed", "{}", ran.ended.stderr);
    assert_eq!(ran.step("api")["facts"]["server_version"], 178);
    assert_eq!(ran.step("account")["outcome"], "passed");
}

#[test]
fn health_http_and_stability_are_watched_on_real_objects() {
    let stack = Stack::new("health");
    let server = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/health", server.local_addr().unwrap());
    std::thread::spawn(move || {
        use std::io::{Read, Write};
        for stream in server.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 2048]);
            let body = r#"{"status":"ok","bot":{"connected":true}}"#;
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
        }
    });
    let more = format!(
        "  - {{ id: log, within: 20s, do: {{ healthy: {{ container: gateway }} }} }}\n  - {{ id: http, within: 5s, do: {{ http: {{ url: \"{url}\", contains: status, json: {{ /status: ok, /bot/connected: true }} }} }} }}\n  - {{ id: steady, do: {{ stable: {{ for: 1s, every: 300ms }} }} }}\n"
    );
    let changes = [
        (
            "  - { id: log, within: 20s, do: { log: { container: bot, contains: \"Bot operational in safe mode\" } } }\n",
            more.as_str(),
        ),
        (
            "    stop_grace: 5s\n  bot:",
            "    healthcheck: { test: [\"/openbell\", \"--version\"], interval: 500ms }\n    stop_grace: 5s\n  bot:",
        ),
    ];
    stack.playbook("ready", &changes);
    let ran = stack.run();
    ran.exits(0);
    assert_eq!(ran.step("log")["facts"]["health"], "healthy");
    assert_eq!(ran.step("http")["facts"]["status"], 200);
    assert_eq!(ran.step("steady")["facts"]["restarts"], 0);
}

#[test]
fn a_gateway_that_drops_breaks_stability_within_a_second() {
    let stack = Stack::new("drop");
    stack.playbook(
        "ready",
        &[(
            "  - { id: exec,",
            "  - { id: steady, do: { stable: { for: 60s, every: 5s } } }\n  - { id: exec,",
        )],
    );
    let mut child = stack.command(&["run", "playbook.yaml", "--events", "events.jsonl"]).spawn().unwrap();
    let events = stack.directory.path().join("events.jsonl");
    let started =
        |text: &str| text.lines().any(|line| line.contains("step_started") && line.contains("\"steady\""));
    while !started(&std::fs::read_to_string(&events).unwrap_or_default()) {
        assert!(child.try_wait().unwrap().is_none(), "the run ended too early");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    std::thread::sleep(std::time::Duration::from_millis(500));
    stack.docker(&["kill", &stack.container("gateway")]);
    let killed = std::time::Instant::now();
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert!(killed.elapsed().as_secs() < 5, "{:?}", killed.elapsed());
    let told = std::fs::read_to_string(&events).unwrap();
    assert!(told.contains("broker::dropped") || told.contains("container::exited"), "{told}");
    assert!(!stack.is_running("bot"), "without a gateway its safe state can no longer be proven");
}

#[test]
fn no_network_and_a_missing_mount_are_told() {
    let stack = Stack::new("mount");
    stack.playbook(
        "ready",
        &[("    stop_grace: 5s\n  bot:", "    volumes: [\"./nothing:/x:ro\"]\n    stop_grace: 5s\n  bot:")],
    );
    let ran = stack.run();
    ran.exits(1);
    assert_eq!(ran.code("gateway"), "docker::no_mount_source");
    assert!(ran.ended.stderr.contains("nothing, which"), "{}", ran.ended.stderr);
}

#[test]
fn an_image_is_built_rebuilt_when_its_context_changes_and_a_failing_build_shows_its_output() {
    let stack = Stack::new("build");
    let context = stack.directory.path().join("context");
    std::fs::create_dir(&context).unwrap();
    std::fs::write(context.join("Dockerfile"), "FROM scratch\nCOPY file /file\n").unwrap();
    std::fs::write(context.join("file"), "one").unwrap();
    let text = format!(
        "version: 1\nname: {}\nconnection: {{ address: \"127.0.0.1:{}\", client_id: [1] }}\ncontainers: {{ x: {{ build: {{ context: ./context }} }} }}\nsteps: [ {{ id: image, do: {{ image: {{ container: x }} }} }} ]\n",
        stack.name,
        free_port()
    );
    stack.write("playbook.yaml", &text);
    let change = |ran: &Ran| ran.step("image")["changes"].to_string();
    let built = stack.run();
    built.exits(0);
    assert!(change(&built).contains("built"), "{}", change(&built));
    assert_eq!(stack.run().report["changes"], 0);
    std::fs::write(context.join("file"), "two").unwrap();
    let rebuilt = stack.run();
    assert!(change(&rebuilt).contains("rebuilt: its context changed"), "{}", change(&rebuilt));
    std::fs::write(context.join("Dockerfile"), "FROM scratch\nCOPY missing /file\n").unwrap();
    let failed = stack.run();
    failed.exits(1);
    assert_eq!(failed.code("image"), "docker::build_failed");
    assert!(failed.step("image")["failure"]["why"]["evidence"].to_string().contains("missing"));
    assert_eq!(stack.openbell(&["down", "playbook.yaml"]).code, 0);
    assert!(stack.docker(&["images", "-q", &format!("openbell/{}-x", stack.name)]).trim().is_empty());
}

#[test]
fn killed_in_the_middle_the_next_run_converges() {
    let stack = Stack::new("kill");
    stack.playbook("mute:3s", &[]);
    let mut child = stack.command(&["run", "playbook.yaml", "--events", "events.jsonl"]).spawn().unwrap();
    let events = stack.directory.path().join("events.jsonl");
    while !std::fs::read_to_string(&events).unwrap_or_default().contains("\"api\",\"kind\"") {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!stack.is_running("bot"));
    stack.run().exits(0);
    assert!(stack.is_running("bot"));
}

#[test]
fn only_lines_of_the_present_run_count_even_those_before_the_engine_noted_its_start() {
    let stack = Stack::new("lines");
    stack.playbook("ready", &[]);
    stack.run().exits(0);
    stack.docker(&["restart", "-t", "1", &stack.container("gateway")]);
    let log = |contains: &str| {
        let text = format!(
            "version: 1\nname: {}\nconnection: {{ address: \"127.0.0.1:1\", client_id: [1] }}\ncontainers: {{ gateway: {{ image: {IMAGE}, held: false }} }}\nsteps: [ {{ id: log, within: 1s, do: {{ log: {{ container: gateway, contains: \"{contains}\" }} }} }} ]\n",
            stack.name
        );
        stack.write("playbook.yaml", &text);
        stack.run()
    };
    log("sim: listening on").exits(0);
    // Client 101 was openbell's own, in the run before the restart.
    let stale = log("client 101 is connected");
    stale.exits(124);
    assert_eq!(stale.code("log"), "log::not_seen");
}
