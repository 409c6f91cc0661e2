//! Ports: `[address:][host:]container[/protocol]` with ranges, and the long form.

use std::net::IpAddr;

use super::load::Loader;
use super::parts::Port;
use super::problem::ComposeProblems;
use super::tree::Value;

/// The published ports of a service, each range told one by one; of two that are the same, the later.
pub(super) fn ports(loader: &Loader<'_>, service: &Value) -> Result<Vec<Port>, ComposeProblems> {
    let mut found: Vec<Port> = Vec::new();
    for item in service.get("ports").map(Value::items).unwrap_or_default() {
        let help = "write [address:][host port:]container port, such as 127.0.0.1:4002:4004";
        let wrong =
            |why: &str| loader.wrong(&item.place, &format!("this port cannot be published: {why}"), help);
        let ports = if item.is_map() { long(item) } else { short(item) }.map_err(|why| wrong(&why))?;
        for port in ports {
            let same = |other: &&mut Port| {
                (&other.host_ip, &other.published, other.target, &other.protocol)
                    == (&port.host_ip, &port.published, port.target, &port.protocol)
            };
            match found.iter_mut().find(same) {
                Some(earlier) => *earlier = port,
                None => found.push(port),
            }
        }
    }
    Ok(found)
}

fn long(item: &Value) -> Result<Vec<Port>, String> {
    let text = |key: &str| item.get(key).and_then(Value::text).filter(|text| !text.is_empty());
    let target = text("target").ok_or("it has no target")?;
    let target = target.parse().map_err(|_| format!("`{target}` is no port"))?;
    Ok(vec![Port {
        host_ip: text("host_ip"),
        published: text("published"),
        target,
        protocol: text("protocol").unwrap_or_else(|| "tcp".to_owned()),
        place: item.place.clone(),
    }])
}

fn short(item: &Value) -> Result<Vec<Port>, String> {
    let text = item.text().ok_or("it is empty")?;
    let (body, protocol) = text.split_once('/').unwrap_or((&text, "tcp"));
    let protocol = protocol.to_lowercase();
    if !["tcp", "udp", "sctp"].contains(&protocol.as_str()) {
        return Err(format!("`{protocol}` is no protocol"));
    }
    let mut parts: Vec<&str> = body.split(':').collect();
    let container = parts.pop().unwrap_or_default();
    let host = parts.pop().unwrap_or_default();
    let address = parts.join(":");
    let address = address.trim_start_matches('[').trim_end_matches(']').to_owned();
    if !address.is_empty() && address.parse::<IpAddr>().is_err() {
        return Err(format!("`{address}` is no address"));
    }
    let targets = range(container)?;
    let published = if host.is_empty() { None } else { Some(range(host)?) };
    let count = targets.1 - targets.0;
    if let Some(published) = published
        && published.1 - published.0 != count
        && count != 0
    {
        return Err("its two ranges are not equally long".to_owned());
    }
    let one = |offset: u16| Port {
        host_ip: Some(address.clone()).filter(|address| !address.is_empty()),
        published: published.map(|(first, last)| {
            if count == 0 && first != last { format!("{first}-{last}") } else { (first + offset).to_string() }
        }),
        target: targets.0 + offset,
        protocol: protocol.clone(),
        place: item.place.clone(),
    };
    Ok((0..=count).map(one).collect())
}

/// First and last of `4001-4004`, or of one port.
fn range(text: &str) -> Result<(u16, u16), String> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let port = |digits: &str| digits.parse::<u16>().map_err(|_| format!("`{text}` is no port"));
    let (first, last) = (port(first)?, port(last)?);
    if last < first { Err(format!("`{text}` runs backwards")) } else { Ok((first, last)) }
}
