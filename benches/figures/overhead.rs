//! What the engine itself costs: a long chain of steps whose condition holds already.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use openbell::ports::World;
use openbell::ports::docker::{
    Container, ContainerSpec, ContainerWatch, Docker, DockerError, Engine, ExecOutput, Image, ImageBuild,
    LogLine, LogWord, Network, NetworkSpec, PathInContainer, WordsOfLine,
};
use serde_json::{Value, json};

use crate::figure::{Figure, Target};
use crate::spread::Spread;
use crate::{fixtures, runs};

const STEPS: u32 = 1000;
const RUNS: usize = 50;
const LIMIT: Duration = Duration::from_micros(50);

pub(crate) async fn measure() -> Figure {
    let steps: Vec<Value> =
        (0..STEPS).map(|n| json!({ "id": format!("s{n}"), "do": { "network": {} } })).collect();
    let plan = fixtures::plan(&fixtures::playbook(fixtures::NOWHERE, &steps.into()));
    let world = World { docker: Arc::new(NetworkIsThere), ..fixtures::world() };
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let done = runs::green(&plan, &world).await;
        assert_eq!(done.events, 2 + 2 * plan.steps.len(), "every event is heard");
        times.push(done.took / STEPS);
    }
    let spread = Spread::of(times);
    Figure {
        name: "engine overhead a step",
        measured: spread.median_and_max(),
        target: Target::median(&spread, LIMIT),
        how: format!(
            "`engine::run` over {STEPS} `network` steps that find their network at once, with a listener; {RUNS} runs"
        ),
    }
}

/// An engine that has every network, and is asked for nothing else.
struct NetworkIsThere;

const NOT_ASKED: &str = "a `network` step asks for nothing else when its network is there";

#[async_trait]
impl Docker for NetworkIsThere {
    async fn network(&self, name: &str) -> Result<Option<Network>, DockerError> {
        Ok(Some(Network { name: name.to_owned(), labels: BTreeMap::new() }))
    }
    async fn engine(&self) -> Result<Engine, DockerError> {
        unreachable!("{NOT_ASKED}")
    }
    async fn create_network(&self, _: &NetworkSpec) -> Result<(), DockerError> {
        unreachable!("{NOT_ASKED}")
    }
    async fn remove_network(&self, _: &str) -> Result<(), DockerError> {
        unreachable!("{NOT_ASKED}")
    }
    async fn networks_labelled(&self, _: &str, _: &str) -> Result<Vec<Network>, DockerError> {
        unreachable!("{NOT_ASKED}")
    }
    async fn image(&self, _: &str) -> Result<Option<Image>, DockerError> {
        unreachable!("{NOT_ASKED}")
    }
    async fn build(&self, _: ImageBuild) -> Result<(), DockerError> {
        unreachable!("{NOT_ASKED}")
    }
    async fn remove_image(&self, _: &str) -> Result<(), DockerError> {
        unreachable!("{NOT_ASKED}")
    }
    async fn images_labelled(&self, _: &str, _: &str) -> Result<Vec<String>, DockerError> {
        unreachable!("{NOT_ASKED}")
    }
    async fn container(&self, _: &str) -> Result<Option<Container>, DockerError> {
        unreachable!("{NOT_ASKED}")
    }
    async fn containers(&self) -> Result<Vec<Container>, DockerError> {
        unreachable!("{NOT_ASKED}")
    }
    async fn containers_labelled(&self, _: &str, _: &str) -> Result<Vec<Container>, DockerError> {
        unreachable!("{NOT_ASKED}")
    }
    async fn create(&self, _: &ContainerSpec) -> Result<(), DockerError> {
        unreachable!("{NOT_ASKED}")
    }
    async fn start(&self, _: &str) -> Result<(), DockerError> {
        unreachable!("{NOT_ASKED}")
    }
    async fn stop(&self, _: &str, _: Duration) -> Result<(), DockerError> {
        unreachable!("{NOT_ASKED}")
    }
    async fn kill(&self, _: &str) -> Result<(), DockerError> {
        unreachable!("{NOT_ASKED}")
    }
    async fn restart(&self, _: &str, _: Duration) -> Result<(), DockerError> {
        unreachable!("{NOT_ASKED}")
    }
    async fn remove(&self, _: &str) -> Result<(), DockerError> {
        unreachable!("{NOT_ASKED}")
    }
    async fn logs_since_start(&self, _: &Container) -> Result<Vec<LogLine>, DockerError> {
        unreachable!("{NOT_ASKED}")
    }
    async fn log_words(&self, _: &Container, _: &str, _: &WordsOfLine) -> Result<Vec<LogWord>, DockerError> {
        unreachable!("{NOT_ASKED}")
    }
    async fn exec(&self, _: &str, _: &[String], _: Duration) -> Result<ExecOutput, DockerError> {
        unreachable!("{NOT_ASKED}")
    }
    async fn exec_as(&self, _: &str, _: &str, _: &[String], _: Duration) -> Result<ExecOutput, DockerError> {
        unreachable!("{NOT_ASKED}")
    }
    async fn path(&self, _: &str, _: &str) -> Result<PathInContainer, DockerError> {
        unreachable!("{NOT_ASKED}")
    }
    async fn file(&self, _: &str, _: &str) -> Result<Option<Vec<u8>>, DockerError> {
        unreachable!("{NOT_ASKED}")
    }
    async fn replace_file(&self, _: &str, _: &str, _: &[u8]) -> Result<(), DockerError> {
        unreachable!("{NOT_ASKED}")
    }
    async fn watch(&self, _: &Container) -> Result<Box<dyn ContainerWatch>, DockerError> {
        unreachable!("{NOT_ASKED}")
    }
}
