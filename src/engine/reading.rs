//! A Docker engine that can only be read: whatever would change something is refused before it is asked for.
//!
//! What a plan sees of the engine. That it changes nothing does not hang on the care of each kind of step.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::ports::World;
use crate::ports::docker::{
    Container, ContainerSpec, ContainerWatch, Docker, DockerError, Engine, ExecOutput, Image, ImageBuild,
    LogLine, LogWord, Network, NetworkSpec, PathInContainer, WordsOfLine,
};

/// The same world, with an engine that can only be read.
pub(super) fn reading(world: &World) -> World {
    World { docker: Arc::new(Reading(world.docker.clone())), ..world.clone() }
}

struct Reading(Arc<dyn Docker>);

/// Never seen by a person: no step asks for it when it is previewed.
fn refused<T>(doing: &str) -> Result<T, DockerError> {
    let reason = "a plan changes nothing".to_owned();
    Err(DockerError::Refused { doing: doing.to_owned(), status: 0, reason })
}

#[async_trait]
impl Docker for Reading {
    async fn engine(&self) -> Result<Engine, DockerError> {
        self.0.engine().await
    }

    async fn network(&self, name: &str) -> Result<Option<Network>, DockerError> {
        self.0.network(name).await
    }

    async fn create_network(&self, _: &NetworkSpec) -> Result<(), DockerError> {
        refused("create a network")
    }

    async fn remove_network(&self, _: &str) -> Result<(), DockerError> {
        refused("remove a network")
    }

    async fn networks_labelled(&self, label: &str, value: &str) -> Result<Vec<Network>, DockerError> {
        self.0.networks_labelled(label, value).await
    }

    async fn image(&self, name: &str) -> Result<Option<Image>, DockerError> {
        self.0.image(name).await
    }

    async fn build(&self, _: ImageBuild) -> Result<(), DockerError> {
        refused("build an image")
    }

    async fn remove_image(&self, _: &str) -> Result<(), DockerError> {
        refused("remove an image")
    }

    async fn images_labelled(&self, label: &str, value: &str) -> Result<Vec<String>, DockerError> {
        self.0.images_labelled(label, value).await
    }

    async fn container(&self, name: &str) -> Result<Option<Container>, DockerError> {
        self.0.container(name).await
    }

    async fn containers_labelled(&self, label: &str, value: &str) -> Result<Vec<Container>, DockerError> {
        self.0.containers_labelled(label, value).await
    }

    async fn create(&self, _: &ContainerSpec) -> Result<(), DockerError> {
        refused("create a container")
    }

    async fn start(&self, _: &str) -> Result<(), DockerError> {
        refused("start a container")
    }

    async fn stop(&self, _: &str, _: Duration) -> Result<(), DockerError> {
        refused("stop a container")
    }

    async fn remove(&self, _: &str) -> Result<(), DockerError> {
        refused("remove a container")
    }

    async fn logs_since_start(&self, container: &Container) -> Result<Vec<LogLine>, DockerError> {
        self.0.logs_since_start(container).await
    }

    async fn log_words(
        &self,
        container: &Container,
        question: &str,
        words: &WordsOfLine,
    ) -> Result<Vec<LogWord>, DockerError> {
        self.0.log_words(container, question, words).await
    }

    async fn exec(&self, _: &str, _: &[String], _: Duration) -> Result<ExecOutput, DockerError> {
        refused("run a command in a container")
    }

    async fn exec_as(&self, _: &str, _: &str, _: &[String], _: Duration) -> Result<ExecOutput, DockerError> {
        refused("run a command in a container")
    }

    async fn path(&self, name: &str, path: &str) -> Result<PathInContainer, DockerError> {
        self.0.path(name, path).await
    }

    async fn containers(&self) -> Result<Vec<Container>, DockerError> {
        self.0.containers().await
    }

    async fn kill(&self, _: &str) -> Result<(), DockerError> {
        refused("kill a container")
    }

    async fn restart(&self, _: &str, _: Duration) -> Result<(), DockerError> {
        refused("restart a container")
    }

    async fn file(&self, name: &str, path: &str) -> Result<Option<Vec<u8>>, DockerError> {
        self.0.file(name, path).await
    }

    async fn replace_file(&self, _: &str, _: &str, _: &[u8]) -> Result<(), DockerError> {
        refused("replace a file in a container")
    }

    async fn watch(&self, container: &Container) -> Result<Box<dyn ContainerWatch>, DockerError> {
        self.0.watch(container).await
    }
}
