//! A little history, to see whether the gateway has any data.

use ibapi::contracts::Contract;
use ibapi::market_data::TradingHours;
use ibapi::market_data::historical::{BarSize, ToDuration, WhatToShow};
use ibapi::{Client, Error};
use tokio::time::{Instant, timeout};

use super::patience;
use crate::ports::broker::{BrokerError, Connect};

/// How much is asked for.
const SECONDS: i32 = 30;

/// Half a minute of bars of EUR.USD, with the parameters of `Watchdog.probeContract` in `ib_insync` 0.9.86: `30 S`,
/// `5 secs`, `MIDPOINT`, not only regular hours. Currencies on IDEALPRO need no subscription.
pub(super) async fn bars(client: &Client, connect: &Connect) -> Result<usize, BrokerError> {
    let asked = Instant::now();
    let contract = Contract::forex("EUR", "USD").on_exchange("IDEALPRO").build();
    let waiting = client
        .historical_data(&contract, BarSize::Sec5)
        .what_to_show(WhatToShow::MidPoint)
        .trading_hours(TradingHours::Extended)
        .duration(SECONDS.seconds())
        .fetch();
    let none = |words: Option<String>| BrokerError::NoData {
        address: connect.address.clone(),
        waited_ms: asked.elapsed().as_millis(),
        words,
    };
    match timeout(patience(connect), waiting).await {
        Ok(Ok(data)) if data.bars.is_empty() => Err(none(None)),
        Ok(Ok(data)) => Ok(data.bars.len()),
        Err(_) | Ok(Err(Error::Timeout)) => Err(none(None)),
        Ok(Err(error)) if error.is_connection_lost() => {
            Err(BrokerError::Dropped { address: connect.address.clone(), how: error.to_string() })
        }
        // 162 from the service of historical data, 10197 while another session of the user has the data, and so on.
        Ok(Err(error)) => Err(none(Some(super::words(&error)))),
    }
}
