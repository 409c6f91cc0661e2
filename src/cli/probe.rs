//! `openbell probe`, and what a gateway's address and a client id have to be.

use clap::{Args, ValueEnum};

use crate::period::Period;

pub(super) const HELP: &str = "Exit codes: 0 ready, 1 not ready, 2 usage, 130 interrupted. One handshake at a time, kept for \
the whole timeout, closed cleanly, under a client id from 9000 to 9099; a tenth of a second beyond the timeout is left for \
the goodbye. The rungs: tcp (something accepts), version (the gateway answers), session (accounts and next order id), \
request (it tells the time), farms (its data farms are connected).";

/// `openbell probe`.
#[derive(Debug, Args)]
pub struct Probe {
    /// The gateway's API
    #[arg(long, env = "OPENBELL_ADDRESS", default_value = "127.0.0.1:4002", value_name = "HOST:PORT",
          allow_hyphen_values = true, value_parser = address)]
    pub address: String,
    /// The client id, never 0 [default: one from 9000 to 9099, the next one when it is in use]
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = client_id)]
    pub client_id: Option<i32>,
    /// How long the whole of it may take [default: 10s, in a printed health check 30s]
    #[arg(long, value_name = "SPAN", allow_hyphen_values = true, value_parser = some_time)]
    pub timeout: Option<Period>,
    /// The rung that is enough
    #[arg(long, value_enum, default_value_t, value_name = "RUNG")]
    pub stage: ProbeStage,
    /// Print one line of JSON instead (`openbell schema probe`)
    #[arg(long)]
    pub json: bool,
    /// Ask nobody: print a health check for a Compose file, for a gateway's container
    #[arg(long, conflicts_with_all = ["json", "client_id"])]
    pub print_healthcheck: bool,
}

/// A rung at which a probe can stop.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub enum ProbeStage {
    /// Something accepts TCP, which proves nothing.
    Tcp,
    /// The gateway sent its version.
    Version,
    /// Accounts and next order id arrived.
    Session,
    /// A request was answered.
    #[default]
    Request,
    /// The gateway's data farms are connected.
    Farms,
}

/// `host:port`; an IPv6 host in brackets.
pub(super) fn address(text: &str) -> Result<String, String> {
    let example = "such as 127.0.0.1:4002";
    if let Some((scheme, _)) = text.split_once("://") {
        return Err(format!("the TWS API has no scheme: leave `{scheme}://` out, {example}"));
    }
    let (host, port) = text.rsplit_once(':').ok_or_else(|| format!("not host:port, {example}"))?;
    if host.is_empty() {
        return Err(format!("it names no host, {example}"));
    }
    if !matches!(port.parse::<u16>(), Ok(1..)) || port.starts_with('+') {
        return Err(format!("`{port}` is not a port from 1 to 65535, {example}"));
    }
    match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(inner) if inner.parse::<std::net::Ipv6Addr>().is_ok() => return Ok(text.to_owned()),
        Some(_) => return Err("what is in brackets is not an IPv6 address, such as [::1]:4002".to_owned()),
        None if host.contains(':') => {
            return Err("an IPv6 address goes in brackets, such as [::1]:4002".to_owned());
        }
        None => {}
    }
    if host.starts_with('-') || !host.chars().all(|c| c.is_ascii_alphanumeric() || ".-_".contains(c)) {
        return Err(format!("`{host}` is neither a host name nor an address, {example}"));
    }
    Ok(text.to_owned())
}

pub(super) fn client_id(text: &str) -> Result<i32, String> {
    match text.parse::<i32>() {
        Ok(0) => Err("client id 0 is refused: it is the one that binds manual orders; use another, or none to leave the \
                      choice to openbell"
            .to_owned()),
        Ok(id @ 1..) => Ok(id),
        Ok(_) | Err(_) => Err("a client id is a whole number from 1 to 2147483647".to_owned()),
    }
}

pub(super) fn some_time(text: &str) -> Result<Period, String> {
    match text.parse::<Period>() {
        Ok(span) if span.get().is_zero() => Err("no time to ask in; such as 10s".to_owned()),
        other => other,
    }
}
