//! The command lines of the stand-ins: clap types only, and what they mean as settings.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use clap::{Args, Subcommand};

use super::bot::{FORMS, Misbehaviour};
use super::gateway::Settings;
use super::script::{ScriptSource, is_account};
use crate::document::Problems;

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
    /// Plays a trading bot in safe mode, and never trades
    #[command(after_help = bot_help())]
    Bot(BotArguments),
}

/// `openbell sim gateway …`
#[derive(Debug, Args)]
pub struct GatewayArguments {
    /// Where to listen: a port of all addresses, or an address
    #[arg(long, value_name = "PORT|ADDRESS", default_value = "0.0.0.0:4002", value_parser = listen)]
    pub listen: SocketAddr,
    /// What goes wrong, and when: a file, or presets with commas between them, see --list
    #[arg(long, value_name = "FILE|PRESETS", default_value = "ready")]
    pub script: ScriptSource,
    /// The highest server version it speaks [default: 226]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(100..=1000))]
    pub server_version: Option<u32>,
    /// The accounts of its log-in, with commas between them [default: DU1234567]
    #[arg(long, value_name = "LIST", value_parser = accounts)]
    pub accounts: Option<Accounts>,
    /// Where its control port listens, for HTTP: a port of this machine, or an address [default: nowhere]
    #[arg(long, value_name = "PORT|ADDRESS", value_parser = control)]
    pub control: Option<SocketAddr>,
    /// Where its IBC takes commands (RESTART, STOP): a port of this machine, or an address [default: nowhere]
    #[arg(long, value_name = "PORT|ADDRESS", value_parser = commands)]
    pub command_port: Option<SocketAddr>,
    /// Takes its trusted IPs from this jts.ini, as it is at the start, and lets nobody else in
    #[arg(long, value_name = "PATH", value_parser = trusted)]
    pub jts_ini: Option<TrustedIps>,
    /// So many of them, at consecutive ports from that of --listen on
    #[arg(long, value_name = "NUMBER", default_value_t = 1, conflicts_with_all = ["control", "command_port"],
          value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub gateways: u16,
    /// Lists the presets and ends
    #[arg(long)]
    pub list: bool,
    /// Prints the script as a file would hold it and ends
    #[arg(long, conflicts_with_all = ["server_version", "accounts", "jts_ini"])]
    pub print: bool,
}

impl GatewayArguments {
    /// The settings these arguments stand for; an option given beats what the script says.
    ///
    /// # Errors
    /// Every problem of a script file.
    pub fn settings(&self) -> Result<Settings, Problems> {
        let mut script = self.script.load()?;
        let traits = &mut script.gateway;
        traits.server_version = self.server_version.unwrap_or(traits.server_version);
        if let Some(Accounts { names, trailing_comma }) = self.accounts.clone() {
            (traits.accounts, traits.trailing_comma) = (names, trailing_comma);
        }
        if let Some(TrustedIps(ips)) = &self.jts_ini {
            (script.gateway.api.trusted_ips, script.gateway.api.strict) = (ips.clone(), true);
        }
        let (control, command_port) = (self.control, self.command_port);
        Ok(Settings { listen: self.listen, control, command_port, script })
    }
}

/// The accounts of a log-in.
#[derive(Clone, Debug)]
pub struct Accounts {
    /// Their names.
    pub names: Vec<String>,
    /// Whether the list ends in a comma, as some gateways write it.
    pub trailing_comma: bool,
}

fn accounts(list: &str) -> Result<Accounts, String> {
    let (list, trailing_comma) = list.strip_suffix(',').map_or((list, false), |list| (list, true));
    let names: Vec<String> = list.split(',').map(str::to_owned).collect();
    match names.iter().find(|name| !is_account(name)) {
        Some(wrong) => Err(format!("`{wrong}` is no account; such as DU1234567, or DF1234567,DU1234567")),
        None => Ok(Accounts { names, trailing_comma }),
    }
}

/// The addresses that a `jts.ini` trusts.
#[derive(Clone, Debug)]
pub struct TrustedIps(Vec<IpAddr>);

/// `TrustedIPs` under `[IBGateway]`; nobody where it is not said.
fn trusted(path: &str) -> Result<TrustedIps, String> {
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    let mut inside = false;
    let mut ips = Vec::new();
    for line in text.lines().map(str::trim) {
        inside = if line.starts_with('[') { line == "[IBGateway]" } else { inside };
        let Some(list) = line.strip_prefix("TrustedIPs=").filter(|_| inside) else { continue };
        for ip in list.split(',').filter(|ip| !ip.is_empty()) {
            ips.push(ip.parse().map_err(|_| format!("`{ip}` in TrustedIPs is no address"))?);
        }
    }
    Ok(TrustedIps(ips))
}

/// A gateway's port: a number alone is a port of all addresses.
fn listen(text: &str) -> Result<SocketAddr, String> {
    address(text, Ipv4Addr::UNSPECIFIED, 4002)
}

/// A control port: a number alone is a port of this machine, for this machine.
fn control(text: &str) -> Result<SocketAddr, String> {
    address(text, Ipv4Addr::LOCALHOST, 4080)
}

/// A command port, likewise: IBC's own configuration has 7462.
fn commands(text: &str) -> Result<SocketAddr, String> {
    address(text, Ipv4Addr::LOCALHOST, 7462)
}

fn address(text: &str, host: Ipv4Addr, example: u16) -> Result<SocketAddr, String> {
    if let Ok(port) = text.parse::<u16>() {
        return Ok(SocketAddr::from((host, port)));
    }
    let why = || format!("neither a port, such as {example}, nor an address, such as 127.0.0.1:{example}");
    text.parse().map_err(|_| why())
}

/// `openbell sim bot …`
#[derive(Debug, Args)]
pub struct BotArguments {
    /// Does this wrong; a time such as `5s` says how long after it is operational
    #[arg(long, value_name = "KIND[:TIME]")]
    pub misbehave: Option<Misbehaviour>,
}

/// What the bot reads, what it can do wrong, and how it ends.
fn bot_help() -> String {
    let forms = FORMS.iter().map(|form| {
        let written = format!("{}{}", form.name, if form.timed { "[:TIME]" } else { "" });
        format!("  {written:<24} {}", form.does)
    });
    let forms = forms.collect::<Vec<_>>().join("\n");
    format!("{BOT_ENVIRONMENT}\nMisbehaviour, to try out who watches the bot:\n{forms}\n\n{BOT_EXITS}")
}

const BOT_ENVIRONMENT: &str = "\
Environment:
  GATEWAY_HOST, GATEWAY_PORT  where the gateway is [default: gateway, 4002]
  CLIENT_ID                   not 0 [default: 100]
  CONNECT_TIMEOUT             of each of its 30 attempts, in seconds [default: 60]
  DRY_RUN, TRADING_MODE       `true` and `paper`, or it refuses to run
  GAMEPLAN                    a file that must not be there [default: /data/gameplan.json]
";

const BOT_EXITS: &str = "Exit codes: 0 stopped on request, 1 no connection, gateway too old, a number of the environment not \
valid, or told to, 2 usage, 4 refused because it would not be safe.";
