//! Running a stand-in as a program: arguments and signals in, an end out.

use std::io::{self, Write};
use std::net::SocketAddr;

use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::bot::{self, BotError, Configuration, ConfigurationError, Pace};
use super::cli::{SimArguments, StandIn};
use super::gateway::{self, GatewayError, Settings};
use super::log::Log;
use super::script::GROUPS;
use crate::document::Problems;

/// Why a stand-in ended that was not asked to.
#[derive(Debug, thiserror::Error)]
pub enum SimError {
    /// The gateway could not be played.
    #[error(transparent)]
    Gateway(#[from] GatewayError),
    /// The script is none.
    #[error(transparent)]
    Script(#[from] Problems),
    /// The environment does not configure a bot.
    #[error(transparent)]
    Configuration(#[from] ConfigurationError),
    /// The bot ended by itself.
    #[error(transparent)]
    Bot(#[from] BotError),
    /// The signals that end a program cannot be listened for, or the list cannot be written.
    #[error("the system refused what the stand-in needs")]
    Io(#[from] io::Error),
}

impl SimError {
    /// What the process tells its caller: what the script says; 4 when running would not be safe; else 1.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Gateway(GatewayError::Exit { code }) => *code,
            Self::Bot(BotError::Refused(_)) => 4,
            _ => 1,
        }
    }
}

/// Runs a stand-in until it is done, or until SIGTERM or an interrupt. The environment, which configures
/// the bot, is read through `environment`.
///
/// # Errors
/// See [`SimError`].
pub async fn run(
    arguments: SimArguments,
    environment: impl Fn(&str) -> Option<String>,
) -> Result<(), SimError> {
    let stop = stop_on_signal()?;
    let log = Log::stdout();
    let ended = stand_in(arguments.stand_in, environment, &log, stop).await;
    log.finish();
    ended
}

async fn stand_in(
    stand_in: StandIn,
    environment: impl Fn(&str) -> Option<String>,
    log: &Log,
    stop: CancellationToken,
) -> Result<(), SimError> {
    match stand_in {
        StandIn::Gateway(arguments) if arguments.list => Ok(list_presets(&mut io::stdout())?),
        StandIn::Gateway(arguments) if arguments.print => {
            Ok(io::stdout().write_all(arguments.script.to_yaml()?.as_bytes())?)
        }
        StandIn::Gateway(arguments) => {
            Ok(gateways(arguments.gateways, &arguments.settings()?, log, stop).await?)
        }
        StandIn::Bot(arguments) => {
            let configuration =
                Configuration::from_environment(environment)?.misbehaving(arguments.misbehave);
            Ok(bot::run(&configuration, Pace::default(), log, &stop).await?)
        }
    }
}

/// Plays one gateway, or several at consecutive ports until the first of them ends.
async fn gateways(
    count: u16,
    settings: &Settings,
    log: &Log,
    stop: CancellationToken,
) -> Result<(), GatewayError> {
    if count == 1 {
        return gateway::run(settings.clone(), log.clone(), stop).await;
    }
    let first = settings.listen.port();
    let last = first
        .checked_add(count - 1)
        .filter(|_| first > 0)
        .ok_or(GatewayError::NoSuchPort { first, count })?;
    // All are bound before any is played: one that cannot be bound must not leave others behind.
    let mut listeners = Vec::new();
    for port in first..=last {
        let address = SocketAddr::new(settings.listen.ip(), port);
        let bound = TcpListener::bind(address).await;
        listeners.push(bound.map_err(|source| GatewayError::Listen { address, source })?);
    }
    let mut playing = JoinSet::new();
    for (port, listener) in (first..=last).zip(listeners) {
        let log = log.named(&port.to_string());
        playing.spawn(gateway::serve(listener, settings.clone(), log, stop.clone()));
    }
    let mut ended = Ok(());
    while let Some(one) = playing.join_next().await {
        stop.cancel();
        if let (Ok(Err(error)), true) = (one, ended.is_ok()) {
            ended = Err(error);
        }
    }
    ended
}

fn list_presets(out: &mut impl Write) -> io::Result<()> {
    for group in GROUPS {
        writeln!(out, "{}:", group.title)?;
        for preset in group.presets {
            writeln!(out, "  {:<24} {}", preset.form, preset.does)?;
        }
    }
    writeln!(
        out,
        "\nSeveral with commas between them: --script mute:6s,live. As a file: --script mute:6s,live --print."
    )
}

/// A token that is cancelled by the first SIGTERM or interrupt.
///
/// Asked for explicitly: the first process of a container has no default action for SIGTERM.
fn stop_on_signal() -> io::Result<CancellationToken> {
    let stop = CancellationToken::new();
    let cancel = stop.clone();
    #[cfg(unix)]
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::spawn(async move {
        #[cfg(unix)]
        tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
        cancel.cancel();
    });
    Ok(stop)
}
