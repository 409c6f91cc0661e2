//! The messages about accounts: values, summary, and the ends of their lists.

use crate::wire::dialect::Dialect;
use crate::wire::message::{answer, since};

/// One figure of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figure<'a> {
    /// Which figure, such as `NetLiquidation`.
    pub key: &'a str,
    /// The figure as text; not always a number.
    pub value: &'a str,
    /// Its currency; empty when it has none.
    pub currency: &'a str,
}

fn form(server_version: u32) -> Dialect {
    Dialect::of_message(server_version, since::ACCOUNTS)
}

/// One value of the account update subscription.
pub fn account_value(server_version: u32, account: &str, figure: Figure<'_>) -> Vec<u8> {
    form(server_version).message(
        answer::ACCOUNT_VALUE,
        |text| {
            text.add(2).add(figure.key).add(figure.value).add(figure.currency).add(account);
        },
        |message| {
            message.string(1, figure.key).string(2, figure.value);
            message.string(3, figure.currency).string(4, account);
        },
    )
}

/// When the values were taken, as `HH:MM` in the gateway's zone.
pub fn account_update_time(server_version: u32, time: &str) -> Vec<u8> {
    form(server_version).message(
        answer::ACCOUNT_UPDATE_TIME,
        |text| {
            text.add(1).add(time);
        },
        |message| {
            message.string(1, time);
        },
    )
}

/// All values of the account have been sent once.
pub fn account_download_end(server_version: u32, account: &str) -> Vec<u8> {
    form(server_version).message(
        answer::ACCOUNT_DOWNLOAD_END,
        |text| {
            text.add(1).add(account);
        },
        |message| {
            message.string(1, account);
        },
    )
}

/// One value of an account summary.
pub fn account_summary(server_version: u32, request: i64, account: &str, figure: Figure<'_>) -> Vec<u8> {
    form(server_version).message(
        answer::ACCOUNT_SUMMARY,
        |text| {
            text.add(1).add(request).add(account);
            text.add(figure.key).add(figure.value).add(figure.currency);
        },
        |message| {
            message.number(1, request).string(2, account);
            message.string(3, figure.key).string(4, figure.value).string(5, figure.currency);
        },
    )
}

/// One value for a request over several accounts or models.
pub fn account_update_multi(server_version: u32, request: i64, account: &str, figure: Figure<'_>) -> Vec<u8> {
    form(server_version).message(
        answer::ACCOUNT_UPDATE_MULTI,
        |text| {
            text.add(1).add(request).add(account).add("");
            text.add(figure.key).add(figure.value).add(figure.currency);
        },
        |message| {
            message.number(1, request).string(2, account).string(3, "");
            message.string(4, figure.key).string(5, figure.value).string(6, figure.currency);
        },
    )
}
