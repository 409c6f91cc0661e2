//! The exit codes, documented once.

/// What the process tells its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Every check is green.
    Green = 0,
    /// A step failed.
    Failed = 1,
    /// The command line was wrong (clap's own code for it).
    Usage = 2,
    /// A playbook, or a script of the simulated gateway, is invalid; nothing was started.
    Invalid = 3,
    /// The safe state is not proven; held containers are not running.
    Safety = 4,
    /// The Docker engine could not be reached.
    Engine = 5,
    /// The report could not be written, or what is remembered between runs.
    Report = 6,
    /// Another instance has the playbook; nothing was started.
    Busy = 7,
    /// `plan`: nothing was changed, and `run` would change something.
    Pending = 10,
    /// A deadline passed.
    Deadline = 124,
    /// Ended by Ctrl-C or SIGTERM; containers were left as they are.
    Interrupted = 130,
}

impl Exit {
    /// Of several, the one to tell: the first of these that occurs. 4 safety, 5 engine, 1 failed, 124 deadline,
    /// 130 interrupted, 6 report, 7 busy, 3 invalid, 2 usage, 10 pending, 0 green. Green when there are none.
    pub fn gravest(all: impl IntoIterator<Item = Self>) -> Self {
        const ORDER: [Exit; 10] = [
            Exit::Safety,
            Exit::Engine,
            Exit::Failed,
            Exit::Deadline,
            Exit::Interrupted,
            Exit::Report,
            Exit::Busy,
            Exit::Invalid,
            Exit::Usage,
            Exit::Pending,
        ];
        let all: Vec<Self> = all.into_iter().collect();
        ORDER.into_iter().find(|exit| all.contains(exit)).unwrap_or(Self::Green)
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
