//! What a stack is like before the kill, and what is killed.

use std::time::Duration;

/// What the stack is like before what is killed, and what is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Before {
    /// Nothing is there.
    Nothing,
    /// All runs as declared.
    Whole,
    /// The bot was stopped, and the gateway is gone.
    Stopped,
    /// All runs, and the gateway is declared otherwise: it is made anew.
    OtherGateway,
    /// All runs, and the gateway that is declared now logs in to a live account.
    Live,
    /// The bot's container has `DRY_RUN=false`, under the labels of openbell's own.
    UnsafeEnv,
    /// The gameplan is there.
    Gameplan,
    /// All runs, and `down` is killed.
    Down,
    /// All runs, and a run is killed that drills the gateway and the bot.
    Drilled,
    /// All runs, and the run is killed while its report is written.
    Reporting,
    /// Nothing is there of two stacks, and the run of both is killed.
    Matrix,
    /// The bot was stopped, and the gateway is gone; a watch is killed that brings them up.
    Watched,
    /// All runs and is watched, the gateway ends, and the watch is killed while it brings everything back.
    Recovering,
}

use Before::{
    Down, Drilled, Gameplan, Live, Matrix, Nothing, OtherGateway, Recovering, Reporting, Stopped, UnsafeEnv,
    Watched, Whole,
};

pub(super) const ALL: [Before; 13] = [
    Nothing,
    Recovering,
    Live,
    Drilled,
    Watched,
    UnsafeEnv,
    Whole,
    Matrix,
    OtherGateway,
    Down,
    Reporting,
    Gameplan,
    Stopped,
];

impl Before {
    /// Whether a watch is killed.
    pub(super) fn watches(self) -> bool {
        matches!(self, Watched | Recovering)
    }

    /// About how long what is killed takes, until one that was not killed has shown it.
    pub(super) fn takes(self) -> Duration {
        Duration::from_millis(match self {
            Gameplan => 500,
            Whole | Down => 800,
            Live | UnsafeEnv | Stopped => 1_500,
            Nothing | OtherGateway => 2_500,
            // These go on; so long something happens.
            Watched | Recovering => 3_000,
            Drilled | Matrix => 4_000,
            // From the end of the run on.
            Reporting => 30,
        })
    }
}
