//! `openbell calendar`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use jiff::civil::Date;

use super::Reading;

/// `openbell calendar`.
#[derive(Debug, Args)]
pub struct Calendar {
    /// The playbook whose `maintenance` counts. Default: the region's windows alone.
    pub playbook: Option<PathBuf>,
    /// How many days, the first one included.
    #[arg(long, value_name = "N", default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..=366))]
    pub days: u16,
    /// The first day, such as 2026-11-01. Default: today, with how it stands now.
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub from: Option<Date>,
    /// Where the account's servers are. Default: us; a playbook says it itself.
    #[arg(long, value_enum, conflicts_with = "playbook")]
    pub region: Option<RegionName>,
    /// The zone in which times are told, such as Europe/Zurich. Default: this machine's.
    #[arg(long, value_name = "ZONE")]
    pub zone: Option<String>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// What the playbook is read with.
    #[command(flatten)]
    pub reading: Reading,
}

/// Where the account's servers are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum RegionName {
    /// North America.
    #[default]
    Us,
    /// Europe.
    Europe,
    /// Asia.
    Asia,
}

fn date(text: &str) -> Result<Date, String> {
    let written = text.len() == "2026-11-01".len();
    text.parse().ok().filter(|_| written).ok_or_else(|| "a date is written as 2026-11-01".to_owned())
}
