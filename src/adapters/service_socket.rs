//! What a service tells the systemd that started it: one datagram for each thing, to the socket in `NOTIFY_SOCKET`
//! (`sd_notify(3)`). Where nobody asks for it, on other systems too, nothing is sent.
//!
//! No crate: the ones there are read and change the environment of the process themselves.

use std::time::Duration;

/// The line to who started this service.
#[derive(Debug, Default)]
pub struct ServiceSocket {
    #[cfg(target_os = "linux")]
    socket: Option<(std::os::unix::net::UnixDatagram, std::os::unix::net::SocketAddr)>,
    watchdog: Option<Duration>,
}

impl ServiceSocket {
    /// From the environment that systemd gave. What cannot be understood is no socket: a start-up does not fail by that.
    pub fn of(environment: impl Fn(&str) -> Option<String>) -> Self {
        let number = |name: &str| environment(name)?.parse::<u64>().ok();
        // It may be meant for another process, from which this one inherited it.
        let mine = number("WATCHDOG_PID").is_none_or(|pid| pid == u64::from(std::process::id()));
        let limit = number("WATCHDOG_USEC").filter(|limit| *limit > 0 && mine);
        Self {
            #[cfg(target_os = "linux")]
            socket: environment("NOTIFY_SOCKET").and_then(|address| linux::open(&address)),
            watchdog: limit.map(|microseconds| Duration::from_micros(microseconds) / 2),
        }
    }

    /// The start-up is done: whoever waits for the service may go on.
    pub fn ready(&self) {
        self.send("READY=1");
    }

    /// What it does now, in one line, for `systemctl status`.
    pub fn status(&self, text: &str) {
        let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        self.send(&format!("STATUS={line}"));
    }

    /// It is alive. Without this within the unit's `WatchdogSec` it is killed and started anew.
    pub fn watchdog(&self) {
        self.send("WATCHDOG=1");
    }

    /// It is about to end.
    pub fn stopping(&self) {
        self.send("STOPPING=1");
    }

    /// How often to call [`Self::watchdog`]: half of the unit's limit, as `sd_watchdog_enabled(3)` advises. `None` when
    /// nobody watches.
    pub fn watchdog_interval(&self) -> Option<Duration> {
        self.watchdog
    }

    #[cfg(target_os = "linux")]
    fn send(&self, message: &str) {
        if let Some((socket, address)) = &self.socket {
            // A systemd that is busy or gone must not stop a trading stack.
            let _ = socket.send_to_addr(message.as_bytes(), address);
        }
    }

    #[cfg(not(target_os = "linux"))]
    #[expect(clippy::unused_self, reason = "there is nobody to tell")]
    fn send(&self, _: &str) {}
}

#[cfg(target_os = "linux")]
mod linux {
    use std::os::linux::net::SocketAddrExt;
    use std::os::unix::net::{SocketAddr, UnixDatagram};

    /// A path, or `@name` in the abstract name space.
    pub(super) fn open(address: &str) -> Option<(UnixDatagram, SocketAddr)> {
        let address = match address.strip_prefix('@') {
            Some(name) => SocketAddr::from_abstract_name(name).ok()?,
            None if address.starts_with('/') => SocketAddr::from_pathname(address).ok()?,
            None => return None,
        };
        let socket = UnixDatagram::unbound().ok()?;
        socket.set_nonblocking(true).ok()?;
        Some((socket, address))
    }
}
