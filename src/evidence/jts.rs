//! `jts.ini`: the few facts of it that decide who may connect, and the same text with other trusted addresses.
//!
//! Owns the form of the file: sections in brackets, `key=value`. Writes nothing; who does keeps the rest byte for byte.

use std::net::IpAddr;

/// The section of the gateway's own settings.
const SECTION: &str = "IBGateway";
/// The addresses that may connect without a question on the screen.
const TRUSTED: &str = "TrustedIPs";

/// What `[IBGateway]` says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JtsIni {
    /// `TrustedIPs`; `None` when the key is missing, empty when its value is.
    pub trusted_ips: Option<Vec<String>>,
    /// `LocalServerPort`: the port the API listens on.
    pub local_server_port: Option<u16>,
    /// `ApiOnly`.
    pub api_only: Option<bool>,
}

impl JtsIni {
    /// Reads the text. Of a key that stands twice, the last counts.
    pub fn read(text: &str) -> Self {
        let mut facts = Self::default();
        for (key, value) in settings(text) {
            if key.eq_ignore_ascii_case(TRUSTED) {
                facts.trusted_ips = Some(addresses(value));
            } else if key.eq_ignore_ascii_case("LocalServerPort") {
                facts.local_server_port = value.parse().ok();
            } else if key.eq_ignore_ascii_case("ApiOnly") {
                facts.api_only = value.to_ascii_lowercase().parse().ok();
            }
        }
        facts
    }
}

/// Whether an address is among those that are trusted.
pub fn trusts(trusted: &[String], ip: IpAddr) -> bool {
    trusted.iter().any(|one| one.parse() == Ok(ip) || ip.is_loopback() && one == "localhost")
}

/// The same text with these trusted addresses, all else byte for byte: line ends, comments, order. A missing key is put
/// below the head of its section, a missing section at the end.
pub fn with_trusted_ips(text: &str, trusted: &[String]) -> String {
    let value = trusted.join(",");
    let mut out = String::with_capacity(text.len() + value.len());
    let (mut inside, mut done, mut below_head) = (false, false, None);
    for line in text.split_inclusive('\n') {
        let (body, end) = line.split_at(line.trim_end_matches(['\r', '\n']).len());
        if let Some(name) = section(body) {
            inside = name.eq_ignore_ascii_case(SECTION);
        }
        let key = body.split_once('=').filter(|(key, _)| inside && key.trim().eq_ignore_ascii_case(TRUSTED));
        if let Some((key, _)) = key {
            out.push_str(key);
            out.push('=');
            out.push_str(&value);
            out.push_str(end);
            done = true;
        } else {
            out.push_str(line);
        }
        if inside && section(body).is_some() && below_head.is_none() {
            below_head = Some((out.len(), end.to_owned()));
        }
    }
    if done {
        return out;
    }
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    match below_head {
        Some((place, end)) if end.is_empty() => out.insert_str(place, &format!("{newline}{TRUSTED}={value}")),
        Some((place, end)) => out.insert_str(place, &format!("{TRUSTED}={value}{end}")),
        None => {
            if !out.is_empty() && !out.ends_with('\n') {
                out.push_str(newline);
            }
            return format!("{out}[{SECTION}]{newline}{TRUSTED}={value}{newline}");
        }
    }
    out
}

/// The keys and values of the gateway's section.
fn settings(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut inside = false;
    text.lines().filter_map(move |line| {
        if let Some(name) = section(line) {
            inside = name.eq_ignore_ascii_case(SECTION);
        }
        let (key, value) = line.split_once('=').filter(|_| inside)?;
        Some((key.trim(), value.trim()))
    })
}

fn section(line: &str) -> Option<&str> {
    line.trim().strip_prefix('[')?.strip_suffix(']').map(str::trim)
}

fn addresses(value: &str) -> Vec<String> {
    let parts = value.split([',', ';', ' ']).map(str::trim);
    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}
