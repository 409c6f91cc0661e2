//! What is in the accounts: a million dollars, no positions, no orders.

use crate::wire::server::Figure;

const fn figure(key: &'static str, value: &'static str, currency: &'static str) -> Figure<'static> {
    Figure { key, value, currency }
}

const fn usd(key: &'static str, value: &'static str) -> Figure<'static> {
    figure(key, value, "USD")
}

/// Said first when account updates begin: the values that follow can be believed.
pub(super) const READY: Figure<'static> = figure("AccountReady", "true", "");

/// What the account is worth in all.
pub(super) const WORTH: Figure<'static> = usd("NetLiquidation", "1000000.00");

/// The values of an account. A summary is asked for them by their keys; account updates send them all.
///
/// The keys are the tags of the official Python client and those that `ib_insync` asks for; of the Reg T
/// values the official client misspells the tags, and is answered under the spelling that it knows.
pub(super) const VALUES: [Figure<'static>; 37] = [
    figure("AccountType", "INDIVIDUAL", ""),
    WORTH,
    usd("TotalCashValue", "1000000.00"),
    usd("SettledCash", "1000000.00"),
    usd("AccruedCash", "0.00"),
    usd("BuyingPower", "4000000.00"),
    usd("EquityWithLoanValue", "1000000.00"),
    // The older clients leave `Day` out.
    usd("PreviousEquityWithLoanValue", "1000000.00"),
    usd("PreviousDayEquityWithLoanValue", "1000000.00"),
    usd("GrossPositionValue", "0.00"),
    usd("RegTEquity", "1000000.00"),
    usd("RegTMargin", "0.00"),
    usd("ReqTEquity", "1000000.00"),
    usd("ReqTMargin", "0.00"),
    usd("SMA", "1000000.00"),
    usd("InitMarginReq", "0.00"),
    usd("MaintMarginReq", "0.00"),
    usd("AvailableFunds", "1000000.00"),
    usd("ExcessLiquidity", "1000000.00"),
    figure("Cushion", "1", ""),
    usd("FullInitMarginReq", "0.00"),
    usd("FullMaintMarginReq", "0.00"),
    usd("FullAvailableFunds", "1000000.00"),
    usd("FullExcessLiquidity", "1000000.00"),
    // 0 is the gateway's word for: no change of the margin is known of.
    figure("LookAheadNextChange", "0", ""),
    usd("LookAheadInitMarginReq", "0.00"),
    usd("LookAheadMaintMarginReq", "0.00"),
    usd("LookAheadAvailableFunds", "1000000.00"),
    usd("LookAheadExcessLiquidity", "1000000.00"),
    figure("HighestSeverity", "0", ""),
    // -1 is the gateway's word for: as many day trades as wanted.
    figure("DayTradesRemaining", "-1", ""),
    figure("DayTradesRemainingT+1", "-1", ""),
    figure("DayTradesRemainingT+2", "-1", ""),
    figure("DayTradesRemainingT+3", "-1", ""),
    figure("DayTradesRemainingT+4", "-1", ""),
    figure("Leverage", "0.00", ""),
    figure("NLVAndMarginInReview", "false", ""),
];

/// The ledger of one currency, by key and value. The amounts are in that currency.
pub(super) const LEDGER: [(&str, &str); 12] = [
    ("CashBalance", "1000000.00"),
    ("TotalCashBalance", "1000000.00"),
    ("NetLiquidationByCurrency", "1000000.00"),
    ("StockMarketValue", "0.00"),
    ("OptionMarketValue", "0.00"),
    ("FutureOptionValue", "0.00"),
    ("FuturesPNL", "0.00"),
    ("AccruedCash", "0.00"),
    ("NetDividend", "0.00"),
    ("UnrealizedPnL", "0.00"),
    ("RealizedPnL", "0.00"),
    ("ExchangeRate", "1.00"),
];

/// The currencies that have a ledger: the base one under its own name, and under the name of all together.
pub(super) const LEDGERS: [&str; 2] = ["BASE", "USD"];
