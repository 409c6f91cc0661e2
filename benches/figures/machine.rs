//! When and where the figures were measured.

use std::fmt;
use std::fs;

use jiff::Timestamp;

/// The date, the machine and its engine.
pub(crate) struct Machine {
    at: Timestamp,
    load_before: String,
    docker: String,
}

impl Machine {
    /// What is there now. The load is noted before the measurements add to it.
    pub(crate) async fn of_now() -> Self {
        Self { at: Timestamp::now(), load_before: load(), docker: docker().await }
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.at.strftime("%Y-%m-%d %H:%M:%S UTC");
        let processor = named("/proc/cpuinfo", "model name");
        let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
        let kernel = first_line("/proc/sys/kernel/osrelease");
        writeln!(f, "Measured {at}, openbell {}.", env!("CARGO_PKG_VERSION"))?;
        writeln!(
            f,
            "Machine: {processor}, {cores} cores, {} of memory; Linux {kernel}; {}.",
            memory(),
            self.docker
        )?;
        write!(f, "Load average (1, 5, 15 min): before {}, after {}.", self.load_before, load())
    }
}

/// The engine's version and storage driver.
async fn docker() -> String {
    let asked = async { bollard::Docker::connect_with_defaults()?.negotiate_version().await?.info().await };
    match asked.await {
        Ok(info) => {
            let known = |text: Option<String>| text.unwrap_or_else(|| "unknown".to_owned());
            format!("Docker engine {}, storage driver {}", known(info.server_version), known(info.driver))
        }
        Err(_) => "no Docker engine".to_owned(),
    }
}

/// The value of a line `name : value` in one of the system's files.
fn named(file: &str, name: &str) -> String {
    let text = fs::read_to_string(file).unwrap_or_default();
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.split_once(':'));
    value.map_or_else(|| "unknown".to_owned(), |(_, value)| value.trim().to_owned())
}

fn memory() -> String {
    let total = named("/proc/meminfo", "MemTotal");
    match total.trim_end_matches(" kB").parse::<u64>() {
        Ok(kibibytes) => format!("{} GiB", (kibibytes + (1 << 19)) >> 20),
        Err(_) => total,
    }
}

fn load() -> String {
    let line = first_line("/proc/loadavg");
    line.split_whitespace().take(3).collect::<Vec<_>>().join(" ")
}

fn first_line(file: &str) -> String {
    let text = fs::read_to_string(file).unwrap_or_default();
    text.lines().next().unwrap_or("unknown").to_owned()
}
