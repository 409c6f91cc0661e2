//! The bot's life: connect, check, go to Strategy C, idle, and again when the link is lost.

use ibapi::Client;

use super::configuration::Configuration;
use super::error::BotError;
use super::safety::{check_accounts, check_environment, check_gameplan};
use super::session;
use super::{Log, Pace};
use crate::sim::clock::pause;

/// How often a connection is tried before the bot gives up.
const ATTEMPTS: u32 = 30;

/// Never ends well by itself: ends with an error, or is dropped from outside.
pub(super) async fn live(configuration: &Configuration, pace: Pace, log: &Log) -> Result<(), BotError> {
    log.line(format_args!("Environment: DRY_RUN={}", configuration.dry_run));
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
        let operating = operate(configuration, &client, log).await;
        if operating.is_ok() {
            session::hold(&client, pace).await;
        }
        session::close(&client, pace).await;
        log.line("Disconnected");
        operating?;
        pause(pace.between_attempts).await;
    }
}

async fn connect(configuration: &Configuration, pace: Pace, log: &Log) -> Result<Client, BotError> {
    for attempt in 1..=ATTEMPTS {
        log.line(format_args!("Gateway check attempt {attempt}/{ATTEMPTS}"));
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
    log.line(format_args!("No gameplan file found at {}", configuration.gameplan.display()));
    log.line("Defaulting to Strategy C (Cash Preservation)");
    log.line("Strategy C active: No trading, monitoring only");
    log.line("Bot operational in safe mode");
    Ok(())
}
