//! The Docker engine: what openbell asks of it, in the words of the field.
//!
//! Every call is one request (or one exchange); none waits for a condition.

use std::time::Duration;

use async_trait::async_trait;

mod error;
mod spec;
mod state;
mod watch;

pub use error::DockerError;
pub use spec::{
    ContainerSpec, EnvValue, HealthCheck, ImageBuild, Mount, NetworkSpec, PublishedPort, RestartPolicy,
    is_path,
};
pub use state::{
    Address, Container, Engine, ExecOutput, Health, HealthStatus, Image, LogLine, LogWord, MOST_LOG_LINES,
    MOST_OUTPUT, Network, PathInContainer, Status, WordsOfLine,
};

pub use watch::{ContainerWatch, News};

/// A Docker engine. Objects are named by name or id; an object that is not there is `None`, not an error.
#[async_trait]
pub trait Docker: Send + Sync {
    /// Which engine answers, after agreeing on an API version.
    async fn engine(&self) -> Result<Engine, DockerError>;
    /// The network of that name.
    async fn network(&self, name: &str) -> Result<Option<Network>, DockerError>;
    /// Makes a user-defined bridge network.
    async fn create_network(&self, spec: &NetworkSpec) -> Result<(), DockerError>;
    /// Removes a network.
    async fn remove_network(&self, name: &str) -> Result<(), DockerError>;
    /// The networks with this label.
    async fn networks_labelled(&self, label: &str, value: &str) -> Result<Vec<Network>, DockerError>;
    /// The image of that name.
    async fn image(&self, name: &str) -> Result<Option<Image>, DockerError>;
    /// Builds an image from a context.
    async fn build(&self, build: ImageBuild) -> Result<(), DockerError>;
    /// Removes an image by name.
    async fn remove_image(&self, name: &str) -> Result<(), DockerError>;
    /// The images with this label, as `name:tag`, or by id where no name is left.
    async fn images_labelled(&self, label: &str, value: &str) -> Result<Vec<String>, DockerError>;
    /// The container of that name, running or not.
    async fn container(&self, name: &str) -> Result<Option<Container>, DockerError>;
    /// The containers with this label, running or not.
    async fn containers_labelled(&self, label: &str, value: &str) -> Result<Vec<Container>, DockerError>;
    /// Makes a container without starting it.
    async fn create(&self, spec: &ContainerSpec) -> Result<(), DockerError>;
    /// Starts a container; one that runs already is fine.
    async fn start(&self, name: &str) -> Result<(), DockerError>;
    /// Stops a container: SIGTERM, then SIGKILL after `grace`; one that is stopped already is fine.
    async fn stop(&self, name: &str, grace: Duration) -> Result<(), DockerError>;
    /// Removes a stopped container. Its volumes stay: they are data.
    async fn remove(&self, name: &str) -> Result<(), DockerError>;
    /// What a container logged since it was last started, oldest first.
    async fn logs_since_start(&self, container: &Container) -> Result<Vec<LogLine>, DockerError>;
    /// Every word that a container's log has had since it was last started, each once, the oldest first, however long the
    /// log is. `question` names what is looked for: what was read for it once need not be read again.
    async fn log_words(
        &self,
        container: &Container,
        question: &str,
        words: &WordsOfLine,
    ) -> Result<Vec<LogWord>, DockerError>;
    /// Runs a command in a running container, to its end or at most `limit`.
    async fn exec(&self, name: &str, command: &[String], limit: Duration) -> Result<ExecOutput, DockerError>;
    /// The same as `user[:group]`, by name or by number.
    async fn exec_as(
        &self,
        name: &str,
        user: &str,
        command: &[String],
        limit: Duration,
    ) -> Result<ExecOutput, DockerError>;
    /// Whether a path exists in a container, volumes included, running or not.
    async fn path(&self, name: &str, path: &str) -> Result<PathInContainer, DockerError>;
    /// All containers, running or not.
    async fn containers(&self) -> Result<Vec<Container>, DockerError>;
    /// Ends a container with SIGKILL, at once; one that has ended is fine. The engine does not restart it by itself.
    async fn kill(&self, name: &str) -> Result<(), DockerError>;
    /// Stops a container and starts it again.
    async fn restart(&self, name: &str, grace: Duration) -> Result<(), DockerError>;
    /// A regular file in a container, volumes included, running or not; `None` when there is none. At most 1 MiB is
    /// read.
    async fn file(&self, name: &str, path: &str) -> Result<Option<Vec<u8>>, DockerError>;
    /// Replaces a regular file in a container; owner, group and mode stay as they are.
    async fn replace_file(&self, name: &str, path: &str, content: &[u8]) -> Result<(), DockerError>;
    /// What happens to a container from now on: its events, and what it logs.
    async fn watch(&self, container: &Container) -> Result<Box<dyn ContainerWatch>, DockerError>;
}
