//! The TCP sockets of a container: who listens where, who is connected, what was never taken up.
//!
//! Owns the form of `/proc/net/tcp` and `/proc/net/tcp6` (proc(5) and the kernel's `proc_net_tcp`): addresses in
//! hexadecimal, each 32-bit word in the byte order of a little-endian machine, states as numbers. For a listening socket
//! the receive queue is the number of connections that wait to be accepted.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// `TCP_ESTABLISHED`, `TCP_CLOSE_WAIT` and `TCP_LISTEN` of the kernel.
const ESTABLISHED: &str = "01";
const CLOSE_WAIT: &str = "08";
const LISTEN: &str = "0A";

/// What the two files say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sockets {
    /// Who listens.
    pub listeners: Vec<Listener>,
    /// Connections that stand.
    pub established: Vec<Connection>,
    /// Connections that the other side has closed and this side has not.
    pub close_wait: Vec<Connection>,
}

/// A socket that listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listener {
    /// On which address.
    pub ip: IpAddr,
    /// On which port.
    pub port: u16,
    /// Connections that wait to be accepted.
    pub pending: u32,
}

/// A connection, seen from this side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Connection {
    /// The port on this side.
    pub local_port: u16,
    /// The address of the other side.
    pub remote: IpAddr,
    /// The port of the other side.
    pub remote_port: u16,
}

/// From where a listener can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// On every address.
    Any,
    /// From the same machine or container only.
    Loopback,
    /// On one address.
    Other,
}

impl Listener {
    /// From where it can be reached.
    pub fn reach(&self) -> Reach {
        match self.ip {
            ip if ip.is_unspecified() => Reach::Any,
            ip if ip.is_loopback() => Reach::Loopback,
            _ => Reach::Other,
        }
    }
}

impl Sockets {
    /// The text of one of the files, or of both. `None` when it is neither: without the head line nothing was read, and
    /// that is not the same as nobody listening.
    pub fn parse(text: &str) -> Option<Self> {
        let mut sockets = Self::default();
        for line in text.lines() {
            sockets.take(line);
        }
        text.contains("local_address").then_some(sockets)
    }

    /// The listeners on a port.
    pub fn listeners_on(&self, port: u16) -> impl Iterator<Item = &Listener> {
        self.listeners.iter().filter(move |listener| listener.port == port)
    }

    /// Whether something outside the container can reach a listener on that port.
    pub fn is_open(&self, port: u16) -> bool {
        self.listeners_on(port).any(|listener| listener.reach() != Reach::Loopback)
    }

    /// Connections that wait to be accepted on a port.
    pub fn pending(&self, port: u16) -> u32 {
        self.listeners_on(port).fold(0, |sum, listener| sum.saturating_add(listener.pending))
    }

    /// The connections that stand on a port.
    pub fn peers(&self, port: u16) -> impl Iterator<Item = &Connection> {
        self.established.iter().filter(move |connection| connection.local_port == port)
    }

    /// How many connections on a port were closed by the other side only.
    pub fn left_open(&self, port: u16) -> usize {
        self.close_wait.iter().filter(|connection| connection.local_port == port).count()
    }

    /// `sl local_address rem_address st tx_queue:rx_queue …`; anything else is passed over.
    fn take(&mut self, line: &str) -> Option<()> {
        let mut fields = line.split_ascii_whitespace().skip(1);
        let (ip, port) = endpoint(fields.next()?)?;
        let (remote, remote_port) = endpoint(fields.next()?)?;
        let connection = Connection { local_port: port, remote, remote_port };
        match fields.next()? {
            LISTEN => {
                let (_, waiting) = fields.next()?.split_once(':')?;
                let pending = u32::from_str_radix(waiting, 16).ok()?;
                self.listeners.push(Listener { ip, port, pending });
            }
            ESTABLISHED => self.established.push(connection),
            CLOSE_WAIT => self.close_wait.push(connection),
            _ => {}
        }
        Some(())
    }
}

/// `0100007F:0FA2` is 127.0.0.1:4002. An IPv4 address in IPv6 is that IPv4 address.
fn endpoint(text: &str) -> Option<(IpAddr, u16)> {
    let (address, port) = text.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    let mut words = Vec::with_capacity(4);
    for word in address.as_bytes().chunks(8) {
        let word = std::str::from_utf8(word).ok().filter(|word| word.len() == 8)?;
        words.push(u32::from_str_radix(word, 16).ok()?.to_le_bytes());
    }
    let ip = match words[..] {
        [v4] => IpAddr::V4(Ipv4Addr::from(v4)),
        [_, _, _, _] => {
            let bytes: [u8; 16] = words.concat().try_into().ok()?;
            Ipv6Addr::from(bytes).to_canonical()
        }
        _ => return None,
    };
    Some((ip, port))
}
