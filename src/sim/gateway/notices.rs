//! The messages that are about no request: data farms, the connection to IBKR, the rate of messages.
//!
//! Codes: <https://interactivebrokers.github.io/tws-api/message_codes.html>. Texts as in captures of real gateways where
//! there are any, else as documented.

use crate::sim::clock;
use crate::sim::script::{Connectivity, Farms, Notice};
use crate::wire::server;

fn notice(code: i32, message: &str) -> Notice {
    Notice { code, message: message.to_owned(), id: -1 }
}

/// The frames of notices that are sent now.
pub(super) fn frames<'a>(version: u32, notices: impl IntoIterator<Item = &'a Notice>) -> Vec<u8> {
    let frame = |Notice { code, message, id }: &Notice| {
        server::error(version, *id, *code, message, clock::epoch_millis())
    };
    notices.into_iter().flat_map(frame).collect()
}

/// What is said about the farms of a usual log-in.
pub(super) fn of_farms(farms: Farms) -> Vec<Notice> {
    match farms {
        Farms::Ok => vec![
            notice(2104, "Market data farm connection is OK:usfarm.nj"),
            notice(2104, "Market data farm connection is OK:usfarm"),
            notice(2106, "HMDS data farm connection is OK:ushmds"),
            notice(2158, "Sec-def data farm connection is OK:secdefil"),
        ],
        Farms::Broken => vec![
            notice(2103, "Market data farm connection is broken:usfarm.nj"),
            notice(2103, "Market data farm connection is broken:usfarm"),
            notice(2105, "HMDS data farm connection is broken:ushmds"),
            notice(2157, "Sec-def data farm connection is broken:secdefil"),
        ],
        Farms::Inactive => vec![
            notice(
                2108,
                "Market data farm connection is inactive but should be available upon demand.usfarm",
            ),
            notice(2107, "HMDS data farm connection is inactive but should be available upon demand.ushmds"),
        ],
        Farms::Connecting => vec![
            notice(2119, "Market data farm is connecting:usfarm.nj"),
            notice(2119, "Market data farm is connecting:usfarm"),
        ],
    }
}

/// What is said about the connection to IBKR when it changes.
pub(super) fn of_connectivity(connectivity: Connectivity) -> Notice {
    match connectivity {
        Connectivity::Lost => notice(1100, "Connectivity between IBKR and Trader Workstation has been lost."),
        Connectivity::RestoredDataLost => {
            notice(1101, "Connectivity between IBKR and Trader Workstation has been restored - data lost.")
        }
        Connectivity::Restored => notice(
            1102,
            "Connectivity between IBKR and Trader Workstation has been restored - data maintained. All data farms \
             are connected: usfarm.nj; usfarm; ushmds; secdefil.",
        ),
        Connectivity::Broken => notice(
            2110,
            "Connectivity between Trader Workstation and server is broken. It will be restored automatically.",
        ),
    }
}

/// What a session that begins now is told about the connection: nothing unless it is away.
pub(super) fn of_a_new_session(connectivity: Option<Connectivity>) -> Option<Notice> {
    connectivity.filter(|now| now.is_away()).map(of_connectivity)
}

/// That the limit is near.
pub(super) fn of_rate(most: u32) -> Notice {
    notice(0, &format!("Approaching max rate of {most} messages per second"))
}

/// That the limit was passed, for the so-manieth time.
pub(super) fn of_excess(most: u32, received: usize, times: u32) -> Notice {
    let text =
        format!("Max rate of messages per second has been exceeded:max={most} rec={received} ({times})");
    notice(100, &text)
}
