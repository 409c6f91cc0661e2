//! The Docker engine through bollard: requests as [`Docker`] names them, answers in its plain types, errors by
//! meaning. Nothing outside this folder names the crate.

use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;
use bollard::query_parameters as query;

use crate::ports::docker::{
    Container, ContainerSpec, ContainerWatch, Docker, DockerError, Engine, ExecOutput, Image, ImageBuild,
    LogLine, LogWord, Network, NetworkSpec, PathInContainer, WordsOfLine,
};

mod build;
mod connection;
mod context;
mod create;
mod exec;
mod file;
mod lines;
mod logs;
mod meaning;
mod read;
mod watch;
mod words;

use connection::Connection;
use meaning::Doing;

/// Time for a request that reads or makes one object.
const REQUEST: Duration = Duration::from_secs(30);

/// A Docker engine, connected to at the first request and at every one after a failure to connect.
pub struct Bollard {
    connection: Connection,
    /// What logs were found to say so far.
    heard: words::Heard,
}

impl Bollard {
    /// The engine at `host` (the value of `DOCKER_HOST`), or where this system's engine usually listens.
    pub fn new(host: Option<String>) -> Self {
        Self { connection: Connection::new(host), heard: words::Heard::default() }
    }

    /// Whether `host` can be the address of an engine. Connects to nothing.
    ///
    /// # Errors
    /// [`DockerError::BadHost`].
    pub fn is_address(host: &str) -> Result<(), DockerError> {
        match bollard::Docker::connect_with_host(host)
            .map_err(|error| meaning::of(host, Doing::Connect, error))
        {
            Err(error @ DockerError::BadHost { .. }) => Err(error),
            // Whether anybody is there is another question.
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// One request under its own deadline; an object that is not there is `None`.
    async fn find<T>(
        &self,
        doing: Doing<'_>,
        request: impl AsyncFnOnce(bollard::Docker) -> Result<T, bollard::errors::Error>,
    ) -> Result<Option<T>, DockerError> {
        let client = self.connection.client().await?;
        tracing::debug!("{doing}");
        match tokio::time::timeout(REQUEST, request(client)).await {
            Ok(Ok(answer)) => Ok(Some(answer)),
            Ok(Err(error)) if meaning::is_missing(&error) => Ok(None),
            Ok(Err(error)) => Err(self.connection.meaning(doing, error).await),
            Err(_) => Err(self.connection.timeout(doing, REQUEST)),
        }
    }

    /// One request under a deadline.
    async fn ask<T>(
        &self,
        doing: Doing<'_>,
        limit: Duration,
        request: impl AsyncFnOnce(bollard::Docker) -> Result<T, bollard::errors::Error>,
    ) -> Result<T, DockerError> {
        let client = self.connection.client().await?;
        tracing::debug!("{doing}");
        match tokio::time::timeout(limit, request(client)).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(self.connection.meaning(doing, error).await),
            Err(_) => Err(self.connection.timeout(doing, limit)),
        }
    }

    /// One container, running or not.
    async fn inspect(&self, name: &str) -> Result<Option<Container>, DockerError> {
        let doing = Doing::Container { verb: "inspect", name };
        let found = self.find(doing, async |client| client.inspect_container(name, None).await).await?;
        Ok(found.map(read::container))
    }

    /// The containers on such a list, running or not.
    async fn inspect_all(
        &self,
        options: query::ListContainersOptionsBuilder,
    ) -> Result<Vec<Container>, DockerError> {
        let options = options.all(true).build();
        let doing = Doing::List { what: "containers" };
        let list =
            self.ask(doing, REQUEST, async |client| client.list_containers(Some(options)).await).await?;
        let mut containers = Vec::new();
        for id in list.into_iter().filter_map(|summary| summary.id) {
            // One that went away since the list was made is no longer there to be listed.
            containers.extend(self.inspect(&id).await?);
        }
        Ok(containers)
    }
}

fn label_filter(label: &str, value: &str) -> HashMap<String, Vec<String>> {
    HashMap::from([("label".to_owned(), vec![format!("{label}={value}")])])
}

#[async_trait]
impl Docker for Bollard {
    async fn engine(&self) -> Result<Engine, DockerError> {
        self.connection.engine().await
    }

    async fn network(&self, name: &str) -> Result<Option<Network>, DockerError> {
        let doing = Doing::Network { verb: "inspect", name };
        let found = self.find(doing, async |client| client.inspect_network(name, None).await).await?;
        Ok(found.map(read::network))
    }

    async fn create_network(&self, spec: &NetworkSpec) -> Result<(), DockerError> {
        let doing = Doing::Network { verb: "create", name: &spec.name };
        self.ask(doing, REQUEST, async |client| client.create_network(create::network(spec)).await).await?;
        Ok(())
    }

    async fn remove_network(&self, name: &str) -> Result<(), DockerError> {
        let doing = Doing::Network { verb: "remove", name };
        self.find(doing, async |client| client.remove_network(name).await).await.map(drop)
    }

    async fn networks_labelled(&self, label: &str, value: &str) -> Result<Vec<Network>, DockerError> {
        let filters = label_filter(label, value);
        let options = query::ListNetworksOptionsBuilder::default().filters(&filters).build();
        let doing = Doing::List { what: "networks" };
        let list = self.ask(doing, REQUEST, async |client| client.list_networks(Some(options)).await).await?;
        Ok(list.into_iter().map(read::listed_network).collect())
    }

    async fn image(&self, name: &str) -> Result<Option<Image>, DockerError> {
        let doing = Doing::Image { verb: "inspect", name };
        let found = self.find(doing, async |client| client.inspect_image(name).await).await?;
        Ok(found.map(read::image))
    }

    async fn build(&self, build: ImageBuild) -> Result<(), DockerError> {
        self.build_image(build).await
    }

    async fn remove_image(&self, name: &str) -> Result<(), DockerError> {
        let doing = Doing::Image { verb: "remove", name };
        let options = None::<query::RemoveImageOptions>;
        self.find(doing, async |client| client.remove_image(name, options, None).await).await.map(drop)
    }

    async fn images_labelled(&self, label: &str, value: &str) -> Result<Vec<String>, DockerError> {
        let filters = label_filter(label, value);
        let options = query::ListImagesOptionsBuilder::default().filters(&filters).build();
        let doing = Doing::List { what: "images" };
        let list = self.ask(doing, REQUEST, async |client| client.list_images(Some(options)).await).await?;
        let names = |image: bollard::models::ImageSummary| {
            let mut tags = image.repo_tags;
            tags.retain(|tag| tag != "<none>:<none>");
            // An image that was replaced by a newer build has no name left.
            if tags.is_empty() { vec![image.id] } else { tags }
        };
        Ok(list.into_iter().flat_map(names).collect())
    }

    async fn container(&self, name: &str) -> Result<Option<Container>, DockerError> {
        self.inspect(name).await
    }

    async fn containers_labelled(&self, label: &str, value: &str) -> Result<Vec<Container>, DockerError> {
        let filters = label_filter(label, value);
        self.inspect_all(query::ListContainersOptionsBuilder::default().filters(&filters)).await
    }

    async fn create(&self, spec: &ContainerSpec) -> Result<(), DockerError> {
        let doing = Doing::Create { name: &spec.name, image: &spec.image, network: &spec.network };
        let options = query::CreateContainerOptionsBuilder::default().name(&spec.name).build();
        let body = create::container(spec);
        self.ask(doing, REQUEST, async |client| client.create_container(Some(options), body).await).await?;
        Ok(())
    }

    async fn start(&self, name: &str) -> Result<(), DockerError> {
        let doing = Doing::Container { verb: "start", name };
        self.ask(doing, REQUEST, async |client| client.start_container(name, None).await).await
    }

    async fn stop(&self, name: &str, grace: Duration) -> Result<(), DockerError> {
        let doing = Doing::Container { verb: "stop", name };
        let seconds = i32::try_from(grace.as_secs()).unwrap_or(i32::MAX);
        let options = query::StopContainerOptionsBuilder::default().t(seconds).build();
        let limit = grace + REQUEST;
        self.ask(doing, limit, async |client| client.stop_container(name, Some(options)).await).await
    }

    async fn remove(&self, name: &str) -> Result<(), DockerError> {
        let doing = Doing::Container { verb: "remove", name };
        let options = query::RemoveContainerOptionsBuilder::default().v(false).build();
        self.find(doing, async |client| client.remove_container(name, Some(options)).await).await.map(drop)
    }

    async fn logs_since_start(&self, container: &Container) -> Result<Vec<LogLine>, DockerError> {
        self.read_logs(container).await
    }

    async fn log_words(
        &self,
        container: &Container,
        question: &str,
        words: &WordsOfLine,
    ) -> Result<Vec<LogWord>, DockerError> {
        self.words_of_log(container, question, words).await
    }

    async fn exec(&self, name: &str, command: &[String], limit: Duration) -> Result<ExecOutput, DockerError> {
        self.run_in_container(name, None, command, limit).await
    }

    async fn exec_as(
        &self,
        name: &str,
        user: &str,
        command: &[String],
        limit: Duration,
    ) -> Result<ExecOutput, DockerError> {
        self.run_in_container(name, Some(user), command, limit).await
    }

    async fn path(&self, name: &str, path: &str) -> Result<PathInContainer, DockerError> {
        let doing = Doing::Container { verb: "look for a path in", name };
        let options = query::ContainerArchiveInfoOptionsBuilder::default().path(path).build();
        let request =
            async |client: bollard::Docker| client.get_container_archive_info(name, Some(options)).await;
        match self.find(doing, request).await? {
            Some(stat) => {
                let modified = stat.modification_time.unwrap_or_default();
                Ok(PathInContainer::Present { size: stat.size, modified })
            }
            // The answer to a HEAD request has no body: a missing container looks like a missing path.
            None => match self.container(name).await? {
                Some(_) => Ok(PathInContainer::Absent),
                None => Err(DockerError::NoContainer { container: name.to_owned() }),
            },
        }
    }

    async fn containers(&self) -> Result<Vec<Container>, DockerError> {
        self.inspect_all(query::ListContainersOptionsBuilder::default()).await
    }

    async fn kill(&self, name: &str) -> Result<(), DockerError> {
        let doing = Doing::Container { verb: "kill", name };
        let options = query::KillContainerOptionsBuilder::default().signal("SIGKILL").build();
        match self.ask(doing, REQUEST, async |client| client.kill_container(name, Some(options)).await).await
        {
            Err(DockerError::NotRunning { .. }) => Ok(()),
            killed => killed,
        }
    }

    async fn restart(&self, name: &str, grace: Duration) -> Result<(), DockerError> {
        let doing = Doing::Container { verb: "restart", name };
        let seconds = i32::try_from(grace.as_secs()).unwrap_or(i32::MAX);
        let options = query::RestartContainerOptionsBuilder::default().t(seconds).build();
        let limit = grace + REQUEST;
        self.ask(doing, limit, async |client| client.restart_container(name, Some(options)).await).await
    }

    async fn file(&self, name: &str, path: &str) -> Result<Option<Vec<u8>>, DockerError> {
        self.read_file(name, path).await
    }

    async fn replace_file(&self, name: &str, path: &str, content: &[u8]) -> Result<(), DockerError> {
        self.write_file(name, path, content).await
    }

    async fn watch(&self, container: &Container) -> Result<Box<dyn ContainerWatch>, DockerError> {
        Ok(Box::new(self.watch_container(container).await?))
    }
}
