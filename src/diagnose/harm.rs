//! What bars a restart, whatever it might mend: another log-in would do harm, or one may be in progress.

use super::remedy::{Measure, RemedyError};
use crate::diagnosis::Diagnosis;
use crate::evidence::{Certainty, Finding};

/// A restart may help.
pub(super) const STUCK: &[&str] = &[
    "gateway::wedged",
    "broker::half_open",
    "broker::connectivity_lost",
    "broker::no_accounts",
    "broker::no_next_id",
    "broker::dropped",
    "broker::mute",
];
/// The gateway trusts too few addresses.
pub(super) const UNTRUSTED: &[&str] = &["gateway::untrusted_ip", "broker::not_accepted"];
/// A log-in is in progress, or about to be.
const LOGGING_IN: &[&str] = &[
    "gateway::not_logged_in",
    "gateway::two_factor_pending",
    "gateway::accept_dialog",
    "gateway::unavailable",
    "gateway::restarting",
];
const PENDING: &str = "gateway::two_factor_pending";
/// Another log-in would do harm, and why.
const HARM: &[(&str, &str)] = &[
    (
        "gateway::login_failed",
        "the log-in was refused: another one with the same credentials can lock the account",
    ),
    ("gateway::locked", "the account is locked: another log-in prolongs that"),
    (
        "gateway::two_factor_timed_out",
        "the second factor was not given in time: another log-in asks for it again",
    ),
    (PENDING, "the second factor is being waited for: another log-in asks for it again"),
    ("gateway::existing_session", "another session has the user: another log-in would fight with it"),
    ("gateway::maintenance", "IBKR's servers are in maintenance: a log-in now fails and is counted"),
    (
        "broker::live_account",
        "this is a live account: what happens to its sessions is for a person to decide",
    ),
    ("container::foreign", "the container is not of this playbook"),
];
/// What only a person can mend: kinds of code, and codes.
const FOR_A_PERSON: &[&str] = &[
    "docker::",
    "port::",
    "broker::tls",
    "broker::not_tws",
    "broker::unresolved",
    "broker::unreachable",
    "broker::server_too_old",
];
const SEE_FIRST: &str = "see to that first; the gateway may be restarted by hand when it is";

/// Why something must not be done.
#[derive(Debug)]
pub(super) struct Bar<'a> {
    /// What was found.
    pub(super) because: &'a Diagnosis,
    /// Why that is in the way.
    pub(super) reason: String,
    /// What to do instead.
    pub(super) help: String,
}

/// What bars a remedy by what is true now; `None` where nothing does, or where it restarts nothing.
pub fn barred_now(measure: &Measure, findings: &[Finding]) -> Option<(Diagnosis, RemedyError)> {
    if !measure.restarts() {
        return None;
    }
    let doubt = || match measure {
        Measure::TrustedIpsInFile { .. } => not_surely_untrusted(findings),
        _ => may_log_in(findings),
    };
    let bar = for_a_person(findings).or_else(|| harm(findings)).or_else(doubt)?;
    let why = RemedyError::NotPossible { name: measure.name(), reason: bar.reason, help: bar.help };
    Some((bar.because.clone(), why))
}

/// What is certain, and only a person can mend.
pub(super) fn for_a_person(findings: &[Finding]) -> Option<Bar<'_>> {
    let personal = |finding: &&Finding| {
        finding.certainty == Certainty::Certain
            && FOR_A_PERSON.iter().any(|code| finding.why.code.starts_with(code))
    };
    let because = &findings.iter().find(personal)?.why;
    let reason = format!("a person has to see to this first: {}", because.message);
    let help = because.help.clone().unwrap_or_else(|| SEE_FIRST.to_owned());
    Some(Bar { because, reason, help })
}

/// Why another log-in would do harm, however sure that is. That a second factor may be needed some day is no harm.
pub(super) fn harm(findings: &[Finding]) -> Option<Bar<'_>> {
    let pending = |finding: &&Finding| finding.certainty != Certainty::Notice || finding.why.code != PENDING;
    findings.iter().filter(pending).find_map(|finding| {
        let (_, reason) = HARM.iter().find(|(code, _)| *code == finding.why.code)?;
        Some(Bar { because: &finding.why, reason: (*reason).to_owned(), help: SEE_FIRST.to_owned() })
    })
}

/// A log-in is in progress, or may be, and it is not sure that the gateway is stuck.
pub(super) fn may_log_in(findings: &[Finding]) -> Option<Bar<'_>> {
    let hinders = || findings.iter().filter(|finding| finding.certainty != Certainty::Notice);
    let certain = |finding: &Finding| finding.certainty == Certainty::Certain;
    let among = |finding: &Finding, codes: &[&str]| codes.contains(&finding.why.code.as_str());
    let log_in = hinders().find(|finding| among(finding, LOGGING_IN))?;
    let stuck = hinders().find(|finding| among(finding, STUCK));
    if hinders().any(|finding| certain(finding) && among(finding, STUCK)) {
        return None;
    }
    let decided_by = stuck.and_then(|stuck| stuck.decided_by.as_ref()).or(log_in.decided_by.as_ref());
    let help = decided_by.map_or_else(
        || "wait for the log-in; its log or its screen (VNC) tells how far it is".to_owned(),
        |decides| format!("what decides: {decides}"),
    );
    let reason = "it may be logging in: another log-in would do harm".to_owned();
    Some(Bar { because: &log_in.why, reason, help })
}

/// It is not sure that an address is not trusted: a restart for its sake may be for nothing.
pub(super) fn not_surely_untrusted(findings: &[Finding]) -> Option<Bar<'_>> {
    let untrusted = |finding: &&Finding| UNTRUSTED.contains(&finding.why.code.as_str());
    if findings.iter().filter(untrusted).any(|finding| finding.certainty == Certainty::Certain) {
        return None;
    }
    let first = findings.iter().find(untrusted).or(findings.first())?;
    let help = first.decided_by.as_ref().map_or_else(
        || "see which address the gateway refuses in its log".to_owned(),
        |decides| format!("what decides: {decides}"),
    );
    let reason = "it needs a restart, and it is not sure that an address is not trusted".to_owned();
    Some(Bar { because: &first.why, reason, help })
}
