//! The bot's life: connect, check, go to Strategy C, idle, and again when the link is lost.

use ibapi::Client;

use super::configuration::Configuration;
use super::error::BotError;
use super::misbehaviour::Kind;
use super::safety::{check_accounts, check_environment, check_gameplan};
use super::session;
use super::{Log, Pace};
use crate::sim::clock::pause;

/// How often a connection is tried before the bot gives up.
const ATTEMPTS: u32 = 30;

/// What a bot says that trades; this one only says it.
const OTHER_STRATEGY: &str = "Strategy A active: Trading enabled";

/// Never ends well by itself: ends with an error, or is dropped from outside.
pub(super) async fn live(configuration: &Configuration, pace: Pace, log: &Log) -> Result<(), BotError> {
    let said = if configuration.begins_with(Kind::DryRunFalse) { "false" } else { &configuration.dry_run };
    log.line(format_args!("Environment: DRY_RUN={said}"));
    check_environment(configuration)?;
    check_gameplan(configuration).await?;
    log.line(format_args!(
        "Gateway connection config: {}:{} (clientId={}, timeout={}s)",
        configuration.host,
        configuration.port,
        configuration.client_id,
        configuration.connect_timeout.as_secs()
    ));
    loop {
        let client = connect(configuration, pace, log).await?;
        let operating = match operate(configuration, &client, log).await {
            Ok(()) => idle(configuration, &client, pace, log).await,
            refused => refused,
        };
        session::close(&client, pace).await;
        log.line("Disconnected");
        operating?;
        pause(pace.between_attempts).await;
    }
}

async fn connect(configuration: &Configuration, pace: Pace, log: &Log) -> Result<Client, BotError> {
    for attempt in 1..=ATTEMPTS {
        log.line(format_args!("Gateway check attempt {attempt}/{ATTEMPTS}"));
        if configuration.begins_with(Kind::Hang) {
            std::future::pending::<()>().await;
        }
        let error = match session::connect(configuration, pace).await {
            Ok(client) => return Ok(client),
            Err(error) => error,
        };
        if error.is_refusal() {
            log.line(format_args!("ConnectionRefusedError: API connection failed ({error})"));
        } else {
            log.line("Connected");
            log.line("Disconnected");
            log.line(format_args!("TimeoutError: API connection failed ({error})"));
        }
        if let Some(version) = error.too_old() {
            return Err(BotError::GatewayTooOld(version));
        }
        if attempt < ATTEMPTS {
            pause(pace.between_attempts).await;
        }
    }
    Err(BotError::GaveUp { attempts: ATTEMPTS })
}

/// Checks what the connection shows, and takes up the one strategy this bot has.
async fn operate(configuration: &Configuration, client: &Client, log: &Log) -> Result<(), BotError> {
    log.line("IBKR Gateway connected successfully");
    let accounts = client.handshake_managed_accounts();
    check_accounts(accounts)?;
    log.line(format_args!("Account: {} (Paper Trading)", accounts.join(",")));
    log.line(format_args!("Connection established, client ID: {}", configuration.client_id));
    check_gameplan(configuration).await?;
    if configuration.begins_with(Kind::OtherStrategy) {
        log.line(OTHER_STRATEGY);
    } else {
        log.line(format_args!("No gameplan file found at {}", configuration.gameplan.display()));
        log.line("Defaulting to Strategy C (Cash Preservation)");
        log.line("Strategy C active: No trading, monitoring only");
    }
    log.line("Bot operational in safe mode");
    Ok(())
}

/// Idles until the link is lost; misbehaves in between, if it is to.
async fn idle(configuration: &Configuration, client: &Client, pace: Pace, log: &Log) -> Result<(), BotError> {
    let planned = configuration.misbehaviour.and_then(|wrong| Some((wrong.kind, wrong.due()?)));
    if let Some((kind, due)) = planned {
        tokio::select! {
            () = session::hold(client, pace) => return Ok(()),
            () = pause(due) => {}
        }
        match kind {
            Kind::Exit => return Err(BotError::Misbehaved),
            Kind::Silent => {
                session::close(client, pace).await;
                std::future::pending::<()>().await;
            }
            Kind::DryRunFalse => log.line("Environment: DRY_RUN=false"),
            Kind::OtherStrategy => log.line(OTHER_STRATEGY),
            // Never due: they are over before there is a connection.
            Kind::ClientIdZero | Kind::Hang => {}
        }
    }
    session::hold(client, pace).await;
    Ok(())
}
