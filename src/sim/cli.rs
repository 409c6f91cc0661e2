//! The command lines of the stand-ins: clap types only, and what they mean as settings.

use std::net::SocketAddr;

use clap::{Args, Subcommand};

use super::gateway::Settings;
use super::script::Script;

/// `openbell sim …`
#[derive(Debug, Args)]
pub struct SimArguments {
    /// Which stand-in
    #[command(subcommand)]
    pub stand_in: StandIn,
}

/// The stand-ins.
#[derive(Debug, Subcommand)]
pub enum StandIn {
    /// Plays an IB Gateway for API clients, healthy or with scripted faults
    Gateway(GatewayArguments),
    /// Plays a trading bot in safe mode; configured by its environment alone
    Bot,
}

/// `openbell sim gateway …`
#[derive(Debug, Args)]
pub struct GatewayArguments {
    /// Where to listen
    #[arg(long, value_name = "ADDRESS", default_value = "0.0.0.0:4002")]
    pub listen: SocketAddr,
    /// What goes wrong, and when: presets with commas between them, see --list
    #[arg(long, value_name = "PRESETS", default_value = "ready")]
    pub script: Script,
    /// The highest server version it speaks [default: 226]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(100..=1000))]
    pub server_version: Option<u32>,
    /// The accounts of its log-in, with commas between them [default: DU1234567]
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub accounts: Option<Vec<String>>,
    /// Lists the presets and ends
    #[arg(long)]
    pub list: bool,
}

impl GatewayArguments {
    /// The settings these arguments stand for; an option given beats what the script says.
    pub fn settings(self) -> Settings {
        let mut settings = Settings::scripted(self.script);
        settings.listen = self.listen;
        settings.server_version = self.server_version.unwrap_or(settings.server_version);
        settings.accounts = self.accounts.unwrap_or(settings.accounts);
        settings
    }
}
