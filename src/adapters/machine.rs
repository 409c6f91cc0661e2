//! Which boot of the machine this is, from Linux's `/proc`. Other systems are not asked.

use std::fs;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};

use crate::ports::machine::Boot;

/// Clock ticks in a second, as `/proc` counts them on every architecture of Linux: `USER_HZ`, see `proc_pid_stat(5)`.
const TICKS: i64 = 100;
/// The first process of a machine is there within moments; that of a container begins later than this.
const AT_ONCE: SignedDuration = SignedDuration::from_secs(5);

/// The boot that this is.
pub fn boot() -> Boot {
    if cfg!(target_os = "linux") { boot_of(Path::new("/proc")) } else { Boot::default() }
}

/// The boot that a `/proc` tells of. It is the machine's in a container too: there, the start of the first process counts
/// instead, which is that of the container.
pub fn boot_of(proc: &Path) -> Boot {
    let id = fs::read_to_string(proc.join("sys/kernel/random/boot_id")).ok();
    let id = id.map(|id| id.trim().to_owned()).filter(|id| !id.is_empty());
    let stat = fs::read_to_string(proc.join("stat")).unwrap_or_default();
    let machine = stat.lines().find_map(|line| line.strip_prefix("btime "));
    let machine = machine.and_then(|seconds| Timestamp::from_second(seconds.trim().parse().ok()?).ok());
    let after = fs::read_to_string(proc.join("1/stat")).ok().as_deref().and_then(started);
    match (machine, after) {
        (Some(machine), Some(after)) if after > AT_ONCE => {
            let container = machine.checked_add(after).ok();
            Boot {
                id: id.map(|id| format!("{id}+{}", after.as_secs())),
                powered_on: container.or(Some(machine)),
                why: container.map(|at| {
                    format!(
                        "this is a container that was started at {at:.0}; its machine runs since {machine}"
                    )
                }),
            }
        }
        (machine, _) => Boot { id, powered_on: machine, why: None },
    }
}

/// How long after the machine a process was started: field 22 of its `stat`. The second field, its name, may hold anything.
fn started(stat: &str) -> Option<SignedDuration> {
    let (_, fields) = stat.rsplit_once(')')?;
    let ticks: i64 = fields.split_ascii_whitespace().nth(22 - 3)?.parse().ok()?;
    Some(SignedDuration::from_millis(ticks.checked_mul(1000 / TICKS)?))
}
