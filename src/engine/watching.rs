//! News of the container a step depends on: it shortens a wait, it never lengthens one.

use std::time::Duration;

use tokio::time::Instant;

use super::waiting::until;
use crate::ports::World;
use crate::ports::docker::ContainerWatch;
use crate::steps::{Action, Reaction, Stack, StackContainer};

/// How long to leave an engine alone that has no such container yet.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// What is watched while a step waits.
pub(super) struct Watcher<'a> {
    world: &'a World,
    stack: &'a Stack,
    action: &'a Action,
    container: &'a StackContainer,
    open: Option<Box<dyn ContainerWatch>>,
    /// What was told before the watch began is known.
    caught_up: bool,
}

impl<'a> Watcher<'a> {
    /// The watcher of a step, if it depends on a container.
    pub(super) fn of(action: &'a Action, stack: &'a Stack, world: &'a World) -> Option<Self> {
        let container = action.watched(stack)?;
        Some(Self { world, stack, action, container, open: None, caught_up: true })
    }

    /// The next thing that happens, by its meaning for the step. Nothing is lost when it is not waited for.
    pub(super) async fn next(&mut self) -> Reaction {
        loop {
            if !self.caught_up {
                let reaction = self.action.catch_up(self.world, self.stack).await;
                self.caught_up = true;
                return reaction;
            }
            if let Some(watch) = &mut self.open {
                let news = watch.next().await;
                return self.action.react(self.stack, &news);
            }
            if let Ok(Some(container)) = self.world.docker.container(&self.container.spec.name).await {
                self.open = self.world.docker.watch(&container).await.ok();
            }
            if self.open.is_some() {
                self.caught_up = false;
            } else {
                until(Instant::now() + LOOK_AGAIN).await;
            }
        }
    }
}

/// The next reaction, or none ever where nothing is watched.
pub(super) async fn reaction(watcher: &mut Option<Watcher<'_>>) -> Reaction {
    match watcher {
        Some(watcher) => watcher.next().await,
        None => std::future::pending().await,
    }
}
