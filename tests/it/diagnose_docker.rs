//! `openbell diagnose` on this machine's own Docker engine: every way in which a gateway fails to be ready, and the
//! healthy stack that must not be suspected.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::support::scene::{Examined, Scene};
use crate::support::stack::IMAGE;

/// How many worlds stand at once.
const AT_ONCE: usize = 4;
const PLAYBOOK: &[&str] = &["diagnose", "playbook.yaml", "--timeout", "2s"];
const ADDRESS: &[&str] = &["diagnose", "--address", "@address@", "--timeout", "2s"];
/// All that fits when nothing but silence is known.
const SILENCE: &[&str] =
    &["possible gateway::not_logged_in", "possible gateway::accept_dialog", "possible gateway::wedged"];
const STUCK: &[&str] =
    &["possible gateway::wedged", "possible gateway::not_logged_in", "possible gateway::accept_dialog"];

/// One world, and what is said of it.
#[derive(Clone, Copy)]
struct Row {
    what: &'static str,
    make: fn(&Scene),
    command: &'static [&'static str],
    /// Every cause with its certainty, in order.
    causes: &'static [&'static str],
    exit: i32,
    /// What evidence and messages hold; `@name@` and `@address@` stand for the stack's own.
    says: &'static [&'static str],
}

const fn row(
    what: &'static str,
    make: fn(&Scene),
    causes: &'static [&'static str],
    exit: i32,
    says: &'static [&'static str],
) -> Row {
    Row { what, make, command: PLAYBOOK, causes, exit, says }
}

const fn bare(row: Row) -> Row {
    Row { command: ADDRESS, ..row }
}

fn playbook(scene: &Scene, changes: &[(&str, &str)]) {
    scene.stack.playbook("ready", changes);
}

/// The image is there, and the container never was.
fn nothing(scene: &Scene) {
    playbook(scene, &[]);
}

fn sim(scene: &Scene, script: &str, says: &str) {
    nothing(scene);
    scene.scripted(script, says);
}

fn exited(scene: &Scene, options: &[&str]) {
    nothing(scene);
    scene.gateway(options, &["--listen", "1.2.3.4:4002"]);
}

/// A gateway that cannot be reached but through its forwarder, and a port that leads past that.
fn past_the_forwarder(scene: &Scene, gateway: &str) {
    nothing(scene);
    scene.things(&[], 4002, &[gateway, "forward:4004:4002"]);
}

/// The stack as it should be, with these client ids declared.
fn healthy(scene: &Scene, ids: &str, holder: &str) {
    let ids = format!("client_id: [{ids}]");
    let monitor = "  monitor: { image: openbell-test/sim:latest }\nsteps:";
    let ledger = ("{ bot: 100 }", "{ bot: 100, monitor: 110 }");
    playbook(scene, &[("client_id: [101, 102]", &ids), ("steps:", monitor), ledger]);
    let network = scene.network();
    scene.gateway(&["--network", &network, "--network-alias", "gateway"], &[]);
    scene.logged("gateway", "ready at");
    scene.bot(holder, &network, "100");
}

const BELOW_THE_WIRE: &[Row] = &[
    Row {
        command: &["diagnose", "playbook.yaml", "--docker-host", "unix:///nowhere"],
        ..row("engine", nothing, &["certain docker::unreachable"], 5, &["/nowhere"])
    },
    row(
        "image",
        |scene| {
            playbook(
                scene,
                &[("image: openbell-test/sim:latest\n    command", "image: nobody/none:1\n    command")],
            );
        },
        &["certain docker::no_image"],
        1,
        &["nobody/none:1"],
    ),
    row("none", nothing, &["certain docker::no_container"], 1, &["@name@-gateway"]),
    row(
        "created",
        |scene| {
            nothing(scene);
            scene.make(&["create"], "gateway", &["-p", &scene.publishing(4002)], &[IMAGE]);
        },
        &["certain container::not_started"],
        1,
        &["created, never started"],
    ),
    row(
        "exited",
        |scene| {
            exited(scene, &[]);
            scene.shows("{{.State.Status}}", |status| status == "exited");
        },
        &["certain container::exited"],
        1,
        &["exited with code 1", "log: ", "1.2.3.4:4002"],
    ),
    row(
        "again",
        |scene| {
            exited(scene, &["--restart", "always"]);
            // The pauses between restarts double: this one is long enough to be looked at.
            scene.shows("{{.State.Restarting}} {{.RestartCount}}", |shown| {
                shown.strip_prefix("true ").is_some_and(|count| count.parse::<u32>().unwrap() >= 6)
            });
        },
        &["certain container::restarting"],
        1,
        &["last exit code 1", "1.2.3.4:4002"],
    ),
    row(
        "memory",
        |scene| {
            nothing(scene);
            scene.begin(&["-m", "20m", "--memory-swap", "20m"], 4002, &["say:a heap too large", "allocate"]);
            scene.shows("{{.State.Status}}", |status| status == "exited");
        },
        &["certain container::oom_killed"],
        1,
        &["137", "a heap too large"],
    ),
    row(
        "code87",
        |scene| {
            sim(scene, "two-factor-timeout:1s", "Second Factor");
            scene.shows("{{.State.Status}} {{.State.ExitCode}}", |shown| shown == "exited 87");
        },
        &["certain gateway::two_factor_timed_out"],
        1,
        &["exit code=1111"],
    ),
    row(
        "paused",
        |scene| {
            sim(scene, "ready", "ready at");
            scene.stack.docker(&["pause", &scene.stack.container("gateway")]);
        },
        &["certain container::paused"],
        1,
        &["docker unpause @name@-gateway"],
    ),
    bare(row(
        "leftover",
        |scene| {
            sim(scene, "ready", "ready at");
            scene.stack.docker(&["pause", &scene.stack.container("gateway")]);
            // Made later for the same port, and never started: the paused one has it.
            let published = scene.publishing(4002);
            scene.make(&["create"], "leftover", &["-p", &published], &["openbell-test/sim:latest"]);
        },
        &["certain container::paused"],
        1,
        &["docker unpause @name@-gateway"],
    )),
];

const PORT: &[Row] = &[
    row(
        "unpublished",
        |scene| {
            nothing(scene);
            scene.make(&["run", "-d"], "gateway", &[], &[IMAGE]);
            scene.logged("gateway", "ready at");
        },
        &["certain port::not_published"],
        1,
        &["it publishes no port"],
    ),
    row(
        "direct",
        |scene| past_the_forwarder(scene, "sim:--listen 127.0.0.1:4002"),
        &["certain port::wrong_container_port"],
        1,
        &["its forwarder listens on 4004", "only 127.0.0.1 can reach port 4002"],
    ),
    row(
        "directmute",
        |scene| past_the_forwarder(scene, "mute:4002"),
        &[
            "possible port::wrong_container_port",
            "possible gateway::not_logged_in",
            "possible gateway::accept_dialog",
            "possible gateway::wedged",
        ],
        1,
        &["the mapping leads past the forwarder"],
    ),
    row(
        "directclose",
        |scene| past_the_forwarder(scene, "sim:--script untrusted-remote"),
        &["certain port::wrong_container_port"],
        1,
        &["the mapping leads past the forwarder", "broker::not_accepted"],
    ),
    row(
        "figures",
        |scene| {
            nothing(scene);
            // Another port of the container that anybody can reach is no forwarder for that.
            let figures = ["--expose", "9090"];
            scene.things(&figures, 4002, &["mute:4002", "mute:9090"]);
        },
        SILENCE,
        1,
        &["no version frame yet"],
    ),
    row(
        "settling",
        |scene| {
            nothing(scene);
            let things = ["say:IBC: Login has completed", "mute:4002", "forward:4004:4002"];
            scene.things(&[], 4002, &things);
        },
        &["certain gateway::not_logged_in", "possible port::wrong_container_port"],
        1,
        &["its log-in was completed"],
    ),
    row(
        "taken",
        |scene| {
            nothing(scene);
            let published = scene.publishing(4002);
            scene.make(&["run", "-d"], "other", &["-p", &published], &[IMAGE]);
            scene.logged("other", "ready at");
            let said = scene.make(&["run", "-d"], "gateway", &["-p", &published], &[IMAGE]);
            assert!(said.contains("already allocated"), "{said}");
        },
        &["certain port::taken"],
        1,
        &["taken by the container @name@-other"],
    ),
    row(
        "process",
        |scene| {
            nothing(scene);
            scene.keep(std::net::TcpListener::bind(scene.address()).unwrap());
            let published = scene.publishing(4002);
            let said = scene.make(&["run", "-d"], "gateway", &["-p", &published], &[IMAGE]);
            assert!(said.contains("address already in use"), "{said}");
        },
        &["certain port::taken"],
        1,
        &["taken by another program", "address already in use"],
    ),
    row(
        "behind",
        |scene| {
            nothing(scene);
            scene.things(&[], 4002, &[]);
        },
        &["certain broker::nothing_behind"],
        1,
        &["@address@"],
    ),
    row(
        "forwarder",
        |scene| {
            nothing(scene);
            scene.things(&[], 4004, &["forward:4004:4002"]);
        },
        &["certain broker::nothing_behind"],
        1,
        &["@address@"],
    ),
];

const LOG_IN: &[Row] = &[
    row(
        "authenticating",
        |scene| sim(scene, "mute:1h", "Authenticating"),
        &["certain gateway::not_logged_in"],
        1,
        &["it is authenticating", "IBC: detected frame entitled: Authenticating"],
    ),
    row(
        "factor",
        |scene| sim(scene, "two-factor:10m", "IBC will exit in 600 seconds"),
        &["certain gateway::two_factor_pending"],
        1,
        &["waits for the second factor until 2", "IBKR Mobile"],
    ),
    row(
        "failed",
        |scene| sim(scene, "login-failed", "Login failed"),
        &["certain gateway::login_failed"],
        1,
        &["times it failed since the container's start: 1"],
    ),
    bare(row(
        "locked",
        |scene| sim(scene, "locked", "Too many"),
        &["certain gateway::locked"],
        1,
        &["Too many failed login attempts", "@name@-gateway"],
    )),
    row(
        "session",
        |scene| sim(scene, "existing-session:1h", "other session"),
        &["certain gateway::existing_session"],
        1,
        &["let the other session proceed"],
    ),
    row(
        "unavailable",
        |scene| sim(scene, "unavailable:1h", "not currently available"),
        &["certain gateway::unavailable"],
        1,
        &["system status"],
    ),
    row(
        "dialog",
        |scene| sim(scene, "accept-dialog", "Accept incoming"),
        &["certain gateway::accept_dialog"],
        1,
        &["TWS_ACCEPT_INCOMING"],
    ),
];

const SILENT: &[Row] = &[
    row(
        "queue",
        |scene| sim(scene, "stuck:1h", "not taken out of the backlog"),
        STUCK,
        1,
        &["on port 4002 wait to be accepted"],
    ),
    row(
        "full",
        |scene| sim(scene, "full:1h", "the backlog is full"),
        STUCK,
        1,
        &["on port 4002 wait to be accepted"],
    ),
    row(
        "left",
        |scene| {
            nothing(scene);
            scene.things(&[], 4002, &["mute:4002"]);
            scene.visit(4);
        },
        STUCK,
        1,
        &["connections on port 4002 are in CLOSE_WAIT"],
    ),
    bare(row(
        "nolog",
        |scene| {
            let port = scene.stack.port.to_string();
            let mut gateway =
                scene.stack.command(&["sim", "gateway", "--script", "never", "--listen", &port]);
            let child = gateway.stdout(std::process::Stdio::null()).spawn().unwrap();
            scene.keep(Killed(child));
            while std::net::TcpStream::connect(scene.address()).is_err() {
                std::thread::sleep(std::time::Duration::from_millis(20));
            }
        },
        SILENCE,
        1,
        &["no container publishes this port"],
    )),
    row(
        "wedged",
        |scene| {
            nothing(scene);
            let script = "version: 1\nphases: [{ login: completed, clients: { door: mute } }]\n";
            let script = scene.stack.write("script.yaml", script);
            let mount = format!("{}:/script.yaml:ro", script.display());
            scene.gateway(&["-v", &mount], &["--script", "/script.yaml"]);
            scene.logged("gateway", "Login has completed");
            // The rule is a minute after the log-in, by the engine's own times.
            let logged = jiff::Timestamp::now();
            while jiff::Timestamp::now().duration_since(logged).as_secs() <= 60 {
                std::thread::sleep(std::time::Duration::from_millis(200));
            }
        },
        // Whom the gateway trusts is not known: the dialog would be as mute.
        &["possible gateway::wedged", "possible gateway::accept_dialog"],
        1,
        &["though logged in since 2"],
    ),
];

const SESSION: &[Row] = &[
    row("well", |scene| healthy(scene, "101, 102", "bot"), &[], 0, &["\"ready\": true"]),
    row(
        "declared",
        |scene| healthy(scene, "100, 101", "bot"),
        &["notice broker::client_id_in_use"],
        0,
        &["\"ready\": true", "ledger: 100 belongs to bot"],
    ),
    row(
        "owned",
        |scene| healthy(scene, "100", "bot"),
        &["notice broker::client_id_in_use"],
        0,
        &["\"ready\": true", "the container @name@-bot", "nothing is to be done"],
    ),
    row(
        "held",
        |scene| healthy(scene, "100", "monitor"),
        &["certain broker::client_id_in_use"],
        1,
        &["ledger: 100 belongs to bot", "connected to the API: the container @name@-monitor"],
    ),
    row(
        "unhealthy",
        |scene| {
            nothing(scene);
            let check = ["--health-cmd", "echo the door is shut; exit 1", "--health-interval", "300ms"];
            let check = [&check[..], &["--health-retries", "2"]].concat();
            scene.things(&check, 4004, &["sim:--listen 127.0.0.1:4002", "forward:4004:4002"]);
            scene.logged("gateway", "ready at");
            scene.shows("{{.State.Health.Status}}", |status| status == "unhealthy");
        },
        &["notice container::unhealthy"],
        0,
        &["check: exit code 1: the door is shut"],
    ),
    row(
        "readonly",
        |scene| sim(scene, "read-only", "ready at"),
        &["notice broker::read_only"],
        0,
        &["error 321"],
    ),
    row("live", |scene| sim(scene, "live", "ready at"), &["certain broker::live_account"], 4, &["U***567"]),
    row(
        "loopback",
        |scene| {
            nothing(scene);
            let network = scene.network();
            scene.gateway(&["--network", &network], &[]);
            scene.logged("gateway", "ready at");
            scene.bot_with("bot", &network, &["-e", "GATEWAY_HOST=127.0.0.1"]);
        },
        &["notice port::loopback_in_container"],
        0,
        &["GATEWAY_HOST=127.0.0.1 in the container @name@-bot"],
    ),
];

/// A process that ends with its scene.
struct Killed(std::process::Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What ought to be found. That memory ran out an engine knows from its kernel; where that tells nothing (control groups of
/// the first version on newer kernels), the exit code is all there is.
fn causes(row: &Row, scene: &Scene) -> &'static [&'static str] {
    let memory = row.causes == ["certain container::oom_killed"];
    if memory && scene.inspect("{{.State.OOMKilled}}") == "false" {
        return &["certain container::exited"];
    }
    row.causes
}

/// What is wrong with what is said of this world; nothing, as a rule.
fn faults(row: &Row) -> Vec<String> {
    let scene = Scene::new(row.what);
    (row.make)(&scene);
    let examined = Examined::by(scene.command(row.command).arg("--json"));
    let text = Examined::by(&mut scene.command(row.command)).ended;
    let mut faults = Vec::new();
    let verdict = format!("{}: {}", scene.address(), if row.exit == 0 { "READY" } else { "NOT READY" });
    let causes = causes(row, &scene);
    let codes = causes.iter().filter_map(|told| told.split(' ').nth(1)).map(|code| format!("({code})"));
    for words in codes.chain([verdict]).filter(|words| !text.stdout.contains(words)) {
        faults.push(format!("without --json it does not say {words}:\n{}", text.stdout));
    }
    if examined.causes() != causes {
        faults.push(format!("causes: {:?} instead of {causes:?}", examined.causes()));
    }
    if (examined.ended.code, text.code) != (row.exit, row.exit) {
        faults.push(format!("exit codes {} and {} instead of {}", examined.ended.code, text.code, row.exit));
    }
    for part in row.says {
        let part = part.replace("@name@", &scene.stack.name).replace("@address@", &scene.address());
        if !examined.ended.stdout.contains(&part) {
            faults.push(format!("it does not say: {part}"));
        }
    }
    if !faults.is_empty() {
        faults.push(format!("{}{}", examined.ended.stdout, examined.ended.stderr));
    }
    faults.into_iter().map(|fault| format!("{}: {fault}", row.what)).collect()
}

#[test]
fn every_cause_is_told_by_its_code_and_a_healthy_stack_is_not_suspected() {
    // The one that takes a minute first.
    let rows: Vec<&Row> =
        [BELOW_THE_WIRE, PORT, LOG_IN, SESSION, SILENT].into_iter().flatten().rev().collect();
    let (next, found) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(row) = rows.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let faults = faults(row);
                    found.lock().unwrap().extend(faults);
                }
            });
        }
    });
    let found = found.into_inner().unwrap();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[cfg(unix)]
#[test]
fn an_engine_that_one_may_not_use_is_told_as_such() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    use std::os::unix::process::CommandExt;

    let scene = Scene::new("denied");
    let open = tempfile::tempdir_in("/tmp").unwrap();
    let all = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(open.path(), all.clone()).unwrap();
    let program = open.path().join("openbell");
    // Copied by another process: a file that this one writes is busy while any of its children is being made.
    let mut copy = std::process::Command::new("cp");
    copy.arg(crate::support::command::container_binary()).arg(&program);
    assert!(copy.status().unwrap().success());
    std::fs::set_permissions(&program, all).unwrap();
    let mut command = std::process::Command::new(&program);
    command.args(["diagnose", "--json", "--timeout", "1s", "--address", &scene.address()]);
    command.current_dir(open.path());
    let socket = open.path().join("docker.sock");
    let _engine = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    if std::fs::metadata("/proc/self").unwrap().uid() == 0 {
        // Of root's rights nothing is left, and the engine's own socket is denied.
        command.uid(65_534).gid(65_534);
    } else {
        std::fs::set_permissions(&socket, std::fs::Permissions::from_mode(0o0)).unwrap();
        command.args(["--docker-host", &format!("unix://{}", socket.display())]);
    }
    let examined = Examined::by(&mut command);
    // Nobody declared that the gateway is in a container: that nothing listens may be all.
    let both = ["possible docker::no_permission", "possible broker::refused"];
    assert_eq!(examined.causes(), both, "{}", examined.ended.stdout);
    assert_eq!(examined.ended.code, 5);
}
