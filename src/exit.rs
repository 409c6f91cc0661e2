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
    /// The report could not be written.
    Report = 6,
    /// A deadline passed.
    Deadline = 124,
    /// Ended by Ctrl-C or SIGTERM; containers were left as they are.
    Interrupted = 130,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
