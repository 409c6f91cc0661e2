//! What happens to a container, told as it happens.

use async_trait::async_trait;

use super::LogLine;

/// A container that is being watched.
#[async_trait]
pub trait ContainerWatch: Send {
    /// The next thing that happens. Pends for ever once the engine tells no more: a watch only ever shortens a wait.
    async fn next(&mut self) -> News;
}

/// Something that happened to a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// It was started.
    Started,
    /// Its main process ended, or it was stopped, paused or removed.
    Ended,
    /// The engine's view of its health changed.
    Health,
    /// It logged a line.
    Line(LogLine),
}
