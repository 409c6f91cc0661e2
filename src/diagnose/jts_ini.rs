//! `jts.ini`, the gateway's own settings file, as far as it decides whom the gateway trusts.

use std::net::IpAddr;

const SECTION: &str = "[IBGateway]";
const KEY: &str = "TrustedIPs";

/// The addresses that are not among the trusted ones yet. A file without the section trusts nobody.
pub(super) fn untrusted(text: &str, wanted: &[IpAddr]) -> Vec<IpAddr> {
    let trusted = line(text).map(|(_, value)| listed(value)).unwrap_or_default();
    wanted.iter().copied().filter(|ip| !trusted.contains(&ip.to_string().as_str())).collect()
}

/// The text with these addresses added to the trusted ones; nothing else changes. `None` when it has no section of a
/// gateway: then it is not the file it should be.
pub(super) fn trusting(text: &str, ips: &[IpAddr]) -> Option<String> {
    let added: Vec<String> = ips.iter().map(ToString::to_string).collect();
    if let Some((at, value)) = line(text) {
        let mut all = listed(value);
        all.extend(added.iter().map(String::as_str));
        return Some(format!("{}{}{}", &text[..at], all.join(","), &text[at + value.len()..]));
    }
    let (start, header) = lines(text).find(|(_, line)| is_section(line))?;
    let end = start + header.len();
    let stop = if header.ends_with("\r\n") { "\r\n" } else { "\n" };
    let missing = if header.ends_with('\n') { "" } else { stop };
    Some(format!("{}{missing}{KEY}={}{stop}{}", &text[..end], added.join(","), &text[end..]))
}

/// Where the value of the key begins, and the value.
fn line(text: &str) -> Option<(usize, &str)> {
    let section = lines(text).skip_while(|(_, line)| !is_section(line)).skip(1);
    let mut section = section.take_while(|(_, line)| !line.starts_with('['));
    section.find_map(|(start, line)| {
        let (name, value) = line.split_once('=')?;
        let place = start + name.len() + 1;
        (name.trim() == KEY).then(|| (place, value.trim_end_matches(['\r', '\n'])))
    })
}

fn is_section(line: &str) -> bool {
    line.trim().eq_ignore_ascii_case(SECTION)
}

/// The lines with their ends, each with the place where it begins.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split_inclusive('\n').scan(0, |start, line| {
        let at = *start;
        *start += line.len();
        Some((at, line))
    })
}

fn listed(value: &str) -> Vec<&str> {
    value.split(',').map(str::trim).filter(|ip| !ip.is_empty()).collect()
}
