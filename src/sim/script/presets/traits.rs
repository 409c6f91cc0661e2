//! The presets that decide what the gateway is.

use super::Takes::{Nothing, Time, Version};
use super::{Preset, row};

pub(super) const PRESETS: &[Preset] = &[
    row(
        "wedge",
        "wedge",
        "accepts nobody any more once a client has given up a handshake it began",
        Nothing,
        "gateway: { wedges: true }",
    ),
    row("skew", "skew:90s", "its clock is that far ahead", Time, "gateway: { clock_ahead: $ }"),
    row("behind", "behind:90s", "its clock is that far behind", Time, "gateway: { clock_behind: $ }"),
    row("old", "old:178", "is a gateway of that server version", Version, "gateway: { server_version: $ }"),
    row(
        "live",
        "live",
        "is logged in to a live account, U1234567",
        Nothing,
        "gateway: { accounts: [U1234567] }",
    ),
    row(
        "advisor",
        "advisor",
        "is logged in to an advisor's accounts, in a list that ends in a comma",
        Nothing,
        "gateway: { accounts: [DF1234567, DU1234567, DU1234568], trailing_comma: true }",
    ),
    row(
        "mixed",
        "mixed",
        "is logged in to an advisor's accounts, of which one is live",
        Nothing,
        "gateway: { accounts: [DF1234567, DU1234567, U1234568], trailing_comma: true }",
    ),
];
