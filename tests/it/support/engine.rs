//! A Docker engine in memory: containers, networks and images that exist, and what was asked of it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use openbell::ports::docker::{
    Container, ContainerSpec, ContainerWatch, Docker, DockerError, Engine, EnvValue, ExecOutput, Image,
    ImageBuild, LogLine, LogWord, Network, NetworkSpec, News, PathInContainer, RestartPolicy, Status,
    WordsOfLine,
};
use secrecy::ExposeSecret;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

#[derive(Default)]
pub struct State {
    pub containers: BTreeMap<String, Container>,
    pub networks: BTreeSet<String>,
    pub images: BTreeMap<String, Image>,
    pub logs: BTreeMap<String, Vec<String>>,
    pub paths: BTreeSet<(String, String)>,
    /// Content of files, by container and path.
    pub files: BTreeMap<(String, String), Vec<u8>>,
    /// When they were written.
    pub modified: BTreeMap<(String, String), String>,
    /// It does not answer at all.
    pub away: bool,
    /// What requests for the engine's version answer before it answers well.
    pub unreachable: VecDeque<DockerError>,
    /// Containers that end the moment they are started.
    pub dies: BTreeSet<String>,
    /// Containers that cannot be stopped.
    pub unstoppable: BTreeSet<String>,
    /// Where it says that it is; else `fake`.
    pub host: Option<String>,
    /// What commands in containers give; else there is no such program.
    pub exec: Option<ExecOutput>,
    /// The environments that the processes of a container have, where there is a shell to look with.
    pub processes: BTreeMap<String, Vec<String>>,
    /// What every look shows once so many were taken.
    pub settles: Option<(usize, Vec<String>)>,
    /// Paths that only a command in the container sees.
    pub inside: BTreeSet<(String, String)>,
    /// Commands in containers get no answer.
    pub mute_exec: bool,
    /// What happens to whatever is watched, each that long after the watch began.
    pub news: VecDeque<(Duration, News)>,
    /// Those who listen to a container.
    listeners: Vec<(String, UnboundedSender<News>)>,
    /// Commands that were run in containers.
    pub commands: Vec<String>,
    /// Requests that change something, in order.
    pub changes: Vec<String>,
    /// The time of day, where it matters; else starts are a second apart.
    pub clock: Option<Box<dyn Fn() -> String + Send>>,
    /// When a container was last started.
    pub started: BTreeMap<String, tokio::time::Instant>,
    /// When a container was last stopped.
    pub stopped: BTreeMap<String, tokio::time::Instant>,
    starts: u32,
}

impl State {
    /// Tells everybody who listens to the container.
    pub fn tell(&mut self, container: &str, news: &News) {
        // Some have gone.
        self.listeners.retain(|(name, listener)| name != container || listener.send(news.clone()).is_ok());
    }

    /// A container ends by itself.
    pub fn ends(&mut self, name: &str, exit_code: i64) {
        if let Some(container) = self.containers.get_mut(name) {
            (container.status, container.exit_code) = (Status::Exited, exit_code);
        }
        self.tell(name, &News::Ended);
    }

    /// The container starts anew, by itself; `told` says whether anybody hears of it.
    pub fn restarts(&mut self, container: &str, told: bool) {
        self.starts += 1;
        let started_at = format!("2026-11-22T00:00:{:02}Z", self.starts);
        self.containers.get_mut(container).unwrap().started_at = started_at;
        if told {
            self.tell(container, &News::Ended);
            self.tell(container, &News::Started);
        }
    }

    /// Gives a container a shell, and its processes these variables.
    pub fn shell(&mut self, container: &str, env: &[&str]) {
        self.paths.insert((container.to_owned(), "/bin/sh".to_owned()));
        self.processes.insert(container.to_owned(), env.iter().map(|pair| (*pair).to_owned()).collect());
    }

    /// What a look from the inside of a container prints.
    fn looked(&self, container: &str, command: &[String]) -> Option<String> {
        let env = self.processes.get(container)?;
        if command.iter().any(|word| word.contains("/environ")) {
            let looks = self.commands.iter().filter(|command| command.contains("/environ")).count();
            let settled = self.settles.as_ref().filter(|(after, _)| looks > *after);
            let env = settled.map_or(env, |(_, env)| env);
            return Some(format!("{}\0openbell-end=\0", env.join("\0")));
        }
        let at = (container.to_owned(), command.last()?.clone());
        Some(
            if self.inside.contains(&at) { "openbell-stands\nopenbell-end=\n" } else { "openbell-end=\n" }
                .to_owned(),
        )
    }
}

/// A container to which things happen: in time, and when they are told.
struct Watched(VecDeque<(tokio::time::Instant, News)>, UnboundedReceiver<News>);

impl Watched {
    async fn in_time(news: &mut VecDeque<(tokio::time::Instant, News)>) -> News {
        let Some((at, _)) = news.front() else { return std::future::pending().await };
        tokio::time::sleep_until(*at).await;
        news.pop_front().unwrap().1
    }
}

#[async_trait]
impl ContainerWatch for Watched {
    async fn next(&mut self) -> News {
        tokio::select! {
            Some(told) = self.1.recv() => told,
            news = Self::in_time(&mut self.0) => news,
        }
    }
}

/// The engine.
#[derive(Default)]
pub struct FakeEngine(Mutex<State>);

impl FakeEngine {
    /// Looks at or changes the state.
    pub fn with<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.0.lock().unwrap())
    }

    pub fn image(&self, name: &str) {
        let image = Image {
            id: format!("sha256:{name}"),
            repo_digests: vec![],
            labels: BTreeMap::new(),
            env: vec![],
            entrypoint: vec![],
            command: vec![],
            user: String::new(),
        };
        self.with(|state| state.images.insert(name.to_owned(), image));
    }

    pub fn changes(&self) -> Vec<String> {
        self.with(|state| state.changes.clone())
    }

    pub fn is_running(&self, name: &str) -> bool {
        self.with(|state| state.containers.get(name).is_some_and(Container::is_running))
    }
}

/// A container that was made and never started.
pub fn made(name: &str) -> Container {
    Container {
        id: format!("id-{name}"),
        name: name.to_owned(),
        image: String::new(),
        image_id: String::new(),
        labels: BTreeMap::new(),
        env: vec![],
        entrypoint: vec![],
        command: vec![],
        user: String::new(),
        restart: RestartPolicy::No,
        ports: vec![],
        mounts: vec![],
        tmpfs: vec![],
        networks: vec![],
        addresses: vec![],
        host_network: false,
        network_of: None,
        stop_grace: None,
        check: None,
        exposed: vec![],
        pid: None,
        status: Status::Created,
        started_at: String::new(),
        finished_at: String::new(),
        exit_code: 0,
        oom_killed: false,
        error: String::new(),
        restarts: 0,
        health: None,
        tty: false,
    }
}

fn made_as(spec: &ContainerSpec) -> Container {
    let value = |value: &EnvValue| match value {
        EnvValue::Plain(text) => text.clone(),
        EnvValue::Secret { value, .. } => value.as_ref().unwrap().expose_secret().to_owned(),
    };
    Container {
        image: spec.image.clone(),
        image_id: format!("sha256:{}", spec.image),
        labels: spec.labels.clone(),
        env: spec.env.iter().map(|(name, text)| format!("{name}={}", value(text))).collect(),
        entrypoint: spec.entrypoint.clone().unwrap_or_default(),
        command: spec.command.clone().unwrap_or_default(),
        user: spec.user.clone().unwrap_or_default(),
        restart: spec.restart,
        ports: spec.ports.clone(),
        mounts: spec.mounts.clone(),
        networks: vec![spec.network.clone()],
        ..made(&spec.name)
    }
}

fn no_answer(doing: &str) -> DockerError {
    DockerError::Timeout { host: "fake".into(), seconds: 30, doing: doing.into() }
}

fn missing(name: &str) -> DockerError {
    DockerError::NoContainer { container: name.to_owned() }
}

#[async_trait]
impl Docker for FakeEngine {
    async fn engine(&self) -> Result<Engine, DockerError> {
        if self.with(|state| state.away) {
            return Err(no_answer("version"));
        }
        if let Some(error) = self.with(|state| state.unreachable.pop_front()) {
            return Err(error);
        }
        let host = self.with(|state| state.host.clone()).unwrap_or_else(|| "fake".into());
        Ok(Engine { version: "20.10".into(), api: "1.41".into(), host })
    }

    async fn network(&self, name: &str) -> Result<Option<Network>, DockerError> {
        let network = || Network { name: name.to_owned(), labels: BTreeMap::new() };
        Ok(self.with(|state| state.networks.contains(name).then(network)))
    }

    async fn create_network(&self, spec: &NetworkSpec) -> Result<(), DockerError> {
        self.with(|state| {
            state.networks.insert(spec.name.clone());
            state.changes.push(format!("create network {}", spec.name));
        });
        Ok(())
    }

    async fn remove_network(&self, name: &str) -> Result<(), DockerError> {
        self.with(|state| state.networks.remove(name));
        Ok(())
    }

    async fn networks_labelled(&self, _: &str, _: &str) -> Result<Vec<Network>, DockerError> {
        Ok(Vec::new())
    }

    async fn image(&self, name: &str) -> Result<Option<Image>, DockerError> {
        Ok(self.with(|state| state.images.get(name).cloned()))
    }

    async fn build(&self, build: ImageBuild) -> Result<(), DockerError> {
        let image = Image {
            id: format!("sha256:{}", build.name),
            repo_digests: vec![],
            labels: build.labels,
            env: vec![],
            entrypoint: vec![],
            command: vec![],
            user: String::new(),
        };
        self.with(|state| {
            state.changes.push(format!("build {}", build.name));
            state.images.insert(build.name, image);
        });
        Ok(())
    }

    async fn remove_image(&self, name: &str) -> Result<(), DockerError> {
        self.with(|state| state.images.remove(name));
        Ok(())
    }

    async fn images_labelled(&self, _: &str, _: &str) -> Result<Vec<String>, DockerError> {
        Ok(Vec::new())
    }

    async fn container(&self, name: &str) -> Result<Option<Container>, DockerError> {
        Ok(self.with(|state| state.containers.get(name).cloned()))
    }

    async fn containers_labelled(&self, _: &str, _: &str) -> Result<Vec<Container>, DockerError> {
        Ok(Vec::new())
    }

    async fn create(&self, spec: &ContainerSpec) -> Result<(), DockerError> {
        self.with(|state| {
            state.changes.push(format!("create {}", spec.name));
            state.containers.insert(spec.name.clone(), made_as(spec));
        });
        Ok(())
    }

    async fn start(&self, name: &str) -> Result<(), DockerError> {
        self.with(|state| {
            state.changes.push(format!("start {name}"));
            state.starts += 1;
            let (starts, dies) = (state.starts, state.dies.contains(name));
            let container = state.containers.get_mut(name).ok_or_else(|| missing(name))?;
            container.status = if dies { Status::Exited } else { Status::Running };
            container.exit_code = i64::from(dies);
            container.started_at = format!("2026-11-22T00:00:{starts:02}Z");
            if let Some(clock) = &state.clock {
                container.started_at = clock();
            }
            state.started.insert(name.to_owned(), tokio::time::Instant::now());
            state.tell(name, &News::Started);
            Ok(())
        })
    }

    async fn stop(&self, name: &str, _: Duration) -> Result<(), DockerError> {
        self.with(|state| {
            state.changes.push(format!("stop {name}"));
            if state.unstoppable.contains(name) {
                return Err(no_answer("stop"));
            }
            state.containers.get_mut(name).ok_or_else(|| missing(name))?.status = Status::Exited;
            state.stopped.insert(name.to_owned(), tokio::time::Instant::now());
            state.tell(name, &News::Ended);
            Ok(())
        })
    }

    async fn remove(&self, name: &str) -> Result<(), DockerError> {
        self.with(|state| {
            state.changes.push(format!("remove {name}"));
            state.containers.remove(name);
        });
        Ok(())
    }

    async fn logs_since_start(&self, container: &Container) -> Result<Vec<LogLine>, DockerError> {
        let lines = self.with(|state| state.logs.get(&container.name).cloned().unwrap_or_default());
        Ok(lines.into_iter().map(|text| LogLine { at: "2026-11-22T00:00:30Z".into(), text }).collect())
    }

    async fn log_words(
        &self,
        container: &Container,
        _: &str,
        words: &WordsOfLine,
    ) -> Result<Vec<LogWord>, DockerError> {
        let lines = self.logs_since_start(container).await?;
        let found = |line: LogLine| {
            words(&line.text).into_iter().map(move |word| LogWord { word, line: line.clone() })
        };
        Ok(lines.into_iter().flat_map(found).collect())
    }

    async fn exec(&self, name: &str, command: &[String], _: Duration) -> Result<ExecOutput, DockerError> {
        self.with(|state| state.commands.push(format!("{name}: {}", command.join(" "))));
        if self.with(|state| state.mute_exec) {
            return Err(no_answer("run a command in"));
        }
        if let Some(said) = self.with(|state| state.looked(name, command)) {
            return Ok(ExecOutput { exit_code: 0, output: said });
        }
        let missing = || ExecOutput { exit_code: 127, output: "not found".into() };
        Ok(self.with(|state| state.exec.clone()).unwrap_or_else(missing))
    }

    async fn exec_as(
        &self,
        name: &str,
        user: &str,
        command: &[String],
        limit: Duration,
    ) -> Result<ExecOutput, DockerError> {
        self.exec(&format!("{name} as {user}"), command, limit).await
    }

    async fn path(&self, name: &str, path: &str) -> Result<PathInContainer, DockerError> {
        let at = (name.to_owned(), path.to_owned());
        Ok(self.with(|state| {
            let modified = state.modified.get(&at).cloned().unwrap_or_default();
            let present = state.paths.contains(&at) || state.files.contains_key(&at);
            if present { PathInContainer::Present { size: 2, modified } } else { PathInContainer::Absent }
        }))
    }

    async fn containers(&self) -> Result<Vec<Container>, DockerError> {
        Ok(self.with(|state| state.containers.values().cloned().collect()))
    }

    async fn kill(&self, name: &str) -> Result<(), DockerError> {
        self.with(|state| {
            state.changes.push(format!("kill {name}"));
            state.containers.get_mut(name).ok_or_else(|| missing(name))?.status = Status::Exited;
            Ok(())
        })
    }

    async fn restart(&self, name: &str, grace: Duration) -> Result<(), DockerError> {
        self.stop(name, grace).await?;
        self.start(name).await
    }

    async fn file(&self, name: &str, path: &str) -> Result<Option<Vec<u8>>, DockerError> {
        Ok(self.with(|state| state.files.get(&(name.to_owned(), path.to_owned())).cloned()))
    }

    async fn replace_file(&self, name: &str, path: &str, content: &[u8]) -> Result<(), DockerError> {
        self.with(|state| {
            state.changes.push(format!("replace {path} in {name}"));
            state.files.insert((name.to_owned(), path.to_owned()), content.to_owned());
        });
        Ok(())
    }

    async fn watch(&self, container: &Container) -> Result<Box<dyn ContainerWatch>, DockerError> {
        let now = tokio::time::Instant::now();
        let (listener, told) = unbounded_channel();
        let news = self.with(|state| {
            state.listeners.push((container.name.clone(), listener));
            state.news.clone()
        });
        Ok(Box::new(Watched(news.into_iter().map(|(after, news)| (now + after, news)).collect(), told)))
    }
}
