//! What the Docker engine tells of a container beyond its state: news, files, restarts, and where it is.

#[cfg(unix)]
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::time::Duration;

use openbell::adapters::docker::Bollard;
use openbell::diagnosis::Diagnosis;
use openbell::ports::docker::{Container, ContainerWatch, Docker, HealthStatus, News};
use tokio::time::timeout;

use crate::support::stack::{IMAGE, Stack};

/// Longer than an engine takes for anything here.
const PATIENCE: Duration = Duration::from_mins(1);

fn engine(stack: &Stack) -> Bollard {
    Bollard::new(stack.engine.clone())
}

/// Makes a container of this stack; its name.
pub(crate) fn make(stack: &Stack, verb: &[&str], key: &str, options: &[&str], arguments: &[&str]) -> String {
    let name = stack.container(key);
    let label = format!("openbell.playbook={}", stack.name);
    let mut command = verb.to_vec();
    command.extend(["--name", &name, "--label", &label]);
    command.extend(options);
    command.push(IMAGE);
    command.extend(arguments);
    let made = stack.docker(&command);
    assert_eq!(made.trim().len(), 64, "{made}");
    name
}

pub(crate) fn run(stack: &Stack, key: &str, options: &[&str], arguments: &[&str]) -> String {
    make(stack, &["run", "-d"], key, options, arguments)
}

async fn inspect(docker: &Bollard, name: &str) -> Container {
    docker.container(name).await.unwrap().unwrap()
}

/// What is told until the wanted thing is.
async fn until(watch: &mut dyn ContainerWatch, mut wanted: impl FnMut(&News) -> bool) -> Vec<News> {
    let mut told = Vec::new();
    let telling = async {
        loop {
            let news = watch.next().await;
            let done = wanted(&news);
            told.push(news);
            if done {
                break;
            }
        }
    };
    let in_time = timeout(PATIENCE, telling).await;
    assert!(in_time.is_ok(), "it was not told: {told:?}");
    told
}

fn says(part: &'static str) -> impl Fn(&News) -> bool {
    move |news| matches!(news, News::Line(line) if line.text.contains(part))
}

/// Death, start and lines of a container are told on this stack's engine, and nothing of what was before.
pub(crate) async fn a_life_is_told(stack: &Stack) {
    let docker = engine(stack);
    let name = run(stack, "watched", &[], &["--script", "ready"]);
    until_logged(&docker, &name, "ready at").await;
    let container = inspect(&docker, &name).await;
    let mut watch = docker.watch(&container).await.unwrap();

    docker.restart(&name, Duration::from_secs(10)).await.unwrap();
    // Events and lines come by two ways: either may be the last.
    let (mut started, mut listens) = (false, false);
    let both = |news: &News| {
        started |= *news == News::Started;
        listens |= says("listening on")(news);
        started && listens
    };
    let told = until(watch.as_mut(), both).await;
    let place = |wanted: &dyn Fn(&News) -> bool| told.iter().position(wanted);
    let ended = place(&|news| *news == News::Ended).unwrap_or_else(|| panic!("{told:?}"));
    let started = place(&|news| *news == News::Started).unwrap_or_else(|| panic!("{told:?}"));
    assert!(ended < started, "{told:?}");
    assert!(place(&says("sim: stopped")).unwrap() < place(&says("listening on")).unwrap(), "{told:?}");
    assert_eq!(told.iter().filter(|news| says("listening on")(news)).count(), 1, "{told:?}");
    let again = inspect(&docker, &name).await;
    assert!(again.is_running() && again.started_at != container.started_at);

    stack.docker(&["kill", &name]);
    until(watch.as_mut(), |news| *news == News::Ended).await;
    stack.docker(&["rm", &name]);
    until(watch.as_mut(), |news| *news == News::Ended).await;
}

pub(crate) async fn until_logged(docker: &Bollard, name: &str, part: &str) {
    let shown = async {
        loop {
            let lines = docker.logs_since_start(&inspect(docker, name).await).await.unwrap();
            if lines.iter().any(|line| line.text.contains(part)) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, shown).await.expect("it was logged");
}

#[tokio::test]
async fn death_start_and_lines_are_told_as_they_happen() {
    a_life_is_told(&Stack::new("watch")).await;
}

#[tokio::test]
async fn a_container_that_does_not_run_yet_is_watched_too() {
    let stack = Stack::new("watch-created");
    let docker = engine(&stack);
    let name = make(&stack, &["create"], "later", &[], &["--script", "ready"]);
    let mut watch = docker.watch(&inspect(&docker, &name).await).await.unwrap();
    // Nobody listens for a while: nothing is lost by that.
    assert!(timeout(Duration::from_millis(200), watch.next()).await.is_err());
    docker.start(&name).await.unwrap();
    let told = until(watch.as_mut(), says("ready at")).await;
    assert!(told.contains(&News::Started), "{told:?}");
    stack.docker(&["pause", &name]);
    until(watch.as_mut(), |news| *news == News::Ended).await;
    stack.docker(&["unpause", &name]);
}

#[tokio::test]
async fn a_container_is_shown_with_its_process_its_places_and_its_health() {
    let stack = Stack::new("shown");
    let docker = engine(&stack);
    let health =
        ["--health-cmd", "x", "--health-interval", "1s", "--health-retries", "1", "--expose", "9000"];
    let options = [&health[..], &["--expose", "4002"]].concat();
    let name = run(&stack, "checked", &options, &["--script", "ready"]);
    let mut watch = docker.watch(&inspect(&docker, &name).await).await.unwrap();
    let mut container = inspect(&docker, &name).await;
    if container.health.as_ref().is_none_or(|health| health.status != HealthStatus::Unhealthy) {
        until(watch.as_mut(), |news| *news == News::Health).await;
        container = inspect(&docker, &name).await;
    }
    let health = container.health.clone().unwrap();
    // The image has no shell: that is what the check says.
    assert_eq!(health.status, HealthStatus::Unhealthy);
    assert!(
        health.log.iter().all(|(code, output)| *code != 0 && output.contains("no such file")),
        "{health:?}"
    );
    assert_eq!(health.log.last().unwrap().1, health.last_output);
    let said = |format: &str| stack.docker(&["inspect", "-f", format, &name]).trim().to_owned();
    assert_eq!(container.pid.unwrap().to_string(), said("{{.State.Pid}}"));
    let address = &container.addresses[..];
    assert_eq!(address.len(), 1);
    assert_eq!((address[0].network.as_str(), container.host_network), ("bridge", false));
    assert_eq!(address[0].ip.to_string(), said("{{.NetworkSettings.Networks.bridge.IPAddress}}"));
    assert_eq!(container.exposed, [4002, 9000]);

    let listen = format!("127.0.0.1:{}", stack.port);
    let own = run(&stack, "own", &["--network", "host"], &["--listen", &listen]);
    let own = inspect(&docker, &own).await;
    assert!(own.host_network && own.health.is_none());
    let all: Vec<String> = docker.containers().await.unwrap().into_iter().map(|found| found.id).collect();
    assert!(all.contains(&own.id) && all.contains(&container.id));

    docker.stop(&name, Duration::from_secs(5)).await.unwrap();
    let stopped = inspect(&docker, &name).await;
    assert_eq!((stopped.pid, stopped.addresses), (None, vec![]));
    assert!(docker.containers().await.unwrap().iter().any(|found| found.id == stopped.id));
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_is_read_and_replaced_and_stays_whose_it_is() {
    let stack = Stack::new("file");
    let docker = engine(&stack);
    let volume = format!("{}:/volume", stack.directory.path().join("volume").display());
    std::fs::create_dir(stack.directory.path().join("volume")).unwrap();
    let name = make(&stack, &["create"], "filed", &["-v", &volume], &["--script", "ready"]);
    let ini = stack.write("jts.ini", "[IBGateway]\nTrustedIPs=\n");
    std::fs::set_permissions(&ini, PermissionsExt::from_mode(0o640)).unwrap();
    chown(&ini, Some(1000), Some(1001)).unwrap();
    let link = stack.directory.path().join("link.ini");
    symlink("volume/jts.ini", &link).unwrap();
    let large = stack.write("large", &"x".repeat(3 << 20));
    stack.docker(&["cp", "-a", &ini.display().to_string(), &format!("{name}:/volume/jts.ini")]);
    stack.docker(&["cp", "-a", &link.display().to_string(), &format!("{name}:/link.ini")]);
    stack.docker(&["cp", &large.display().to_string(), &format!("{name}:/large")]);

    for running in [false, true] {
        if running {
            docker.start(&name).await.unwrap();
        }
        for path in ["/volume/jts.ini", "/link.ini"] {
            let content = docker.file(&name, path).await.unwrap().unwrap();
            assert!(content.starts_with(b"[IBGateway]\nTrustedIPs="), "{path}");
            let changed = format!("[IBGateway]\nTrustedIPs={path}{running}\n");
            docker.replace_file(&name, path, changed.as_bytes()).await.unwrap();
            assert_eq!(docker.file(&name, "/volume/jts.ini").await.unwrap().unwrap(), changed.as_bytes());
        }
        assert_eq!(docker.file(&name, "/large").await.unwrap().unwrap().len(), 1 << 20);
        assert_eq!(docker.file(&name, "/volume").await.unwrap(), None);
        assert_eq!(docker.file(&name, "/volume/none.ini").await.unwrap(), None);
    }
    let there = std::fs::metadata(stack.directory.path().join("volume/jts.ini")).unwrap();
    assert_eq!((there.mode() & 0o7777, there.uid(), there.gid()), (0o640, 1000, 1001));

    let missing = docker.replace_file(&name, "/volume/none.ini", b"x").await.unwrap_err();
    assert_eq!(Diagnosis::of(&missing).code, "docker::no_file");
    let nobody = docker.file("openbell-nobody", "/jts.ini").await.unwrap_err();
    assert_eq!(Diagnosis::of(&nobody).code, "docker::no_container");
    let nobody = docker.restart("openbell-nobody", Duration::ZERO).await.unwrap_err();
    assert_eq!(Diagnosis::of(&nobody).code, "docker::no_container");
}
