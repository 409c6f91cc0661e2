//! Why a stack is not armed for live trading, in words. Accounts are masked.

use miette::Diagnostic;
use thiserror::Error;

use crate::ports::broker::AccountId;

/// Why nothing is started: the two keys are not both there, or do not belong together.
#[derive(Debug, Error, Diagnostic)]
pub enum ArmingError {
    /// The playbook is live, and nobody armed it.
    #[error("the mode of {playbook} is live, and no account of it is armed: nothing was started")]
    #[diagnostic(
        code(safety::live_not_armed),
        help(
            "live takes two keys: `safety.mode: live`, and `run --arm-live ACCOUNT` for each live account, or `--arm-live-file FILE`, as `watch` and a service need it"
        )
    )]
    Not {
        /// The playbook.
        playbook: String,
    },
    /// An account was armed for a playbook that is not live.
    #[error("an account is armed for live trading, and the mode of {playbook} is paper: nothing was started")]
    #[diagnostic(
        code(safety::armed_but_paper),
        help("leave the arming out, or check that this is the playbook that was meant")
    )]
    ButPaper {
        /// The playbook.
        playbook: String,
    },
    /// The arming file does not name an account any more that it armed.
    #[error("the arming file does not name the account {account} any more")]
    #[diagnostic(
        code(safety::arming_taken_back),
        help("where that was not meant: write the account into the file again, then `openbell resume`")
    )]
    TakenBack {
        /// The account, masked.
        account: AccountId,
    },
    /// An armed account is not one of the playbook's.
    #[error("the armed account {account} is not among the playbook's `safety.accounts`: nothing was started")]
    #[diagnostic(
        code(safety::armed_not_allowed),
        help("arm the live accounts that `safety.accounts` names, and no other")
    )]
    NotAllowed {
        /// The account, masked.
        account: AccountId,
    },
    /// A paper account needs no arming.
    #[error("the armed account {account} is a paper account")]
    #[diagnostic(
        code(safety::armed_paper_account),
        help("arm live accounts; a paper account needs no arming, and `safety.mode: paper`")
    )]
    Paper {
        /// The account, masked.
        account: AccountId,
    },
    /// It is not the id of an account. It is not repeated: it may be a mistyped one.
    #[error("what is armed ({length} characters) is not a whole account id")]
    #[diagnostic(
        code(safety::armed_no_account),
        help(
            "type the account as the gateway shows it: capital letters and digits, such as U and seven digits; no pattern"
        )
    )]
    NoAccount {
        /// How long it is.
        length: usize,
    },
    /// The file cannot be read, or is no file.
    #[error("the arming file {path} cannot serve as a key: {how}")]
    #[diagnostic(
        code(safety::arming_file),
        help("make it a regular file that openbell may read, owned by root, mode 0640 or 0600")
    )]
    File {
        /// Its path.
        path: String,
        /// What is wrong.
        how: String,
    },
    /// Somebody but root could have written it.
    #[error("the arming file {path} could have been written by somebody else than root: {how}")]
    #[diagnostic(
        code(safety::arming_file_open),
        help("`chown root FILE && chmod 0640 FILE`, after reading what it says")
    )]
    Open {
        /// Its path.
        path: String,
        /// Owner or mode.
        how: String,
    },
    /// It does not say what it has to.
    #[error("the arming file {path} does not say what it has to: {how}")]
    #[diagnostic(
        code(safety::arming_format),
        help("lines of `account: ACCOUNT` and one of `expires: 2026-12-24T18:00:00Z`; # begins a comment")
    )]
    Format {
        /// Its path.
        path: String,
        /// What is wrong.
        how: String,
    },
    /// Its time is over.
    #[error("the arming file {path} expired at {expires}")]
    #[diagnostic(
        code(safety::arming_expired),
        help("have whoever may decide it write a new one, with a near end")
    )]
    Expired {
        /// Its path.
        path: String,
        /// When.
        expires: String,
    },
    /// Its time would be over before the run is.
    #[error(
        "the arming expires at {expires}, and {playbook} may take {within_s} s: it could outlast its arming"
    )]
    #[diagnostic(
        code(safety::arming_too_short),
        help("have the file written anew, or give the run less time with `--within`")
    )]
    TooShort {
        /// The playbook.
        playbook: String,
        /// The run's deadline.
        within_s: u64,
        /// When.
        expires: String,
    },
    /// This system cannot say who owns a file in a way that is understood here.
    #[error("an arming file is not possible on this system")]
    #[diagnostic(
        code(safety::arming_unsupported),
        help("type the account: `openbell run PLAYBOOK --arm-live ACCOUNT`")
    )]
    Unsupported,
}
