//! Which remedies fit what was found, and which would do harm.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use super::harm::{self, Bar, STUCK, UNTRUSTED};
use super::remedy::{Measure, Remedy, RemedyError};
use super::{Target, containers, jts_ini};
use crate::diagnosis::Diagnosis;
use crate::evidence::{Asked, Certainty, Evidence, Finding, Trial, is_held_by_its_owner};
use crate::ladder::Rung;
use crate::ports::broker::ApiSettings;
use crate::ports::docker::Container;

/// The operators' own steps when a gateway is slow.
const TIMEOUTS: [Duration; 3] = [Duration::from_mins(1), Duration::from_secs(90), Duration::from_mins(2)];
/// How long a gateway has to log out when nobody said.
const GRACE: Duration = Duration::from_secs(90);
/// Server versions whose settings can be changed through the API.
const TAKES_SETTINGS: u32 = 221;
/// Ids that are tried at most.
const MOST_IDS: usize = 10;

/// Silence, or a session that is not complete: patience may be all it takes.
const SILENCE: &[&str] = &[
    "broker::mute",
    "broker::flooded",
    "broker::no_accounts",
    "broker::no_next_id",
    "gateway::not_logged_in",
    "gateway::two_factor_pending",
    "gateway::unavailable",
    "gateway::accept_dialog",
    "gateway::wedged",
    "gateway::restarting",
    "gateway::maintenance",
];
const IN_USE: &[&str] = &["broker::client_id_in_use", "broker::client_ids_in_use"];
const READ_ONLY: &[&str] = &["broker::read_only"];
/// The remedies that fit the causes found, in the order of the ladder. Those that cannot be carried out here are among
/// them, with the reason. Nothing fits a cause that a person must mend.
pub fn remedies(target: &Target, evidence: &Evidence, findings: &[Finding]) -> Vec<Remedy> {
    if harm::for_a_person(findings).is_some() {
        return Vec::new();
    }
    let found = Found { target, evidence, findings };
    [found.longer_timeouts(), found.next_ids(), found.trusted_ips(), found.read_only_off(), found.restarts()]
        .into_iter()
        .flatten()
        .collect()
}

struct Found<'a> {
    target: &'a Target,
    evidence: &'a Evidence,
    findings: &'a [Finding],
}

impl Found<'_> {
    /// The first cause that is one of these; what is only worth a notice is none.
    fn cause(&self, codes: &[&str]) -> Option<&Diagnosis> {
        let hinders = |finding: &&Finding| finding.certainty != Certainty::Notice;
        let causes = self.findings.iter().filter(hinders).map(|finding| &finding.why);
        causes.into_iter().find(|why| codes.contains(&why.code.as_str()))
    }

    fn longer_timeouts(&self) -> Vec<Remedy> {
        let Some(because) = self.cause(SILENCE) else { return Vec::new() };
        let longer = TIMEOUTS.into_iter().filter(|timeout| *timeout > self.target.patience);
        longer.map(|timeout| fits(Measure::LongerTimeout(timeout), because)).collect()
    }

    /// The declared ids that were not refused when they were tried.
    fn next_ids(&self) -> Vec<Remedy> {
        let Some(because) = self.cause(IN_USE).or_else(|| self.first_id_is_lost()) else {
            return Vec::new();
        };
        let refused =
            |id: &i32| self.evidence.trials.iter().any(|trial| trial.client_id == *id && trial.why.is_some());
        let declared = self.target.expected.client_ids.iter().copied();
        let left: Vec<i32> = declared.filter(|id| !refused(id)).take(MOST_IDS).collect();
        if left.is_empty() {
            let reason = "no declared client id is left that was not refused".to_owned();
            let help = "declare more ids in `connection.client_id`, or stop the clients that hold them";
            return vec![barred("next_client_id", reason, help, because)];
        }
        left.into_iter().map(|id| fits(Measure::NextClientId(id), because)).collect()
    }

    /// The first of the declared ids is held by somebody whose it is not. Another one works, but a client that knows only
    /// the first does not get in.
    fn first_id_is_lost(&self) -> Option<&Diagnosis> {
        let first = *self.target.expected.client_ids.first()?;
        let refused = |trial: &Trial| {
            let code = trial.why.as_ref().map(|why| why.code.as_str());
            trial.client_id == first && code.is_some_and(|code| IN_USE.contains(&code))
        };
        if !self.evidence.trials.iter().any(refused) || is_held_by_its_owner(self.evidence, first) {
            return None;
        }
        self.findings.iter().map(|finding| &finding.why).find(|why| IN_USE.contains(&why.code.as_str()))
    }

    fn trusted_ips(&self) -> Vec<Remedy> {
        let Some(because) = self.cause(UNTRUSTED) else { return Vec::new() };
        let wanted = self.seen_by_the_gateway();
        let measure = match self.takes_settings() {
            Some(settings) => through_the_api(settings, &wanted),
            None => self.through_the_file(&wanted),
        };
        let help = "see which address the gateway refuses in its log, and add it to TrustedIPs by hand";
        vec![measure.map_or_else(
            |reason| barred("trusted_ips", reason, help, because),
            |measure| fits(measure, because),
        )]
    }

    /// The addresses from which the stack's clients reach the gateway, as it sees them: never all there are.
    fn seen_by_the_gateway(&self) -> Vec<IpAddr> {
        let networks = self.gateway().map(|gateway| gateway.networks.as_slice()).unwrap_or_default();
        let others = self.evidence.others.iter().filter_map(containers::container);
        let shared = others
            .flat_map(|container| &container.addresses)
            .filter(|address| networks.contains(&address.network) && !address.ip.is_unspecified())
            .map(|address| address.ip);
        let mut all = vec![IpAddr::V4(Ipv4Addr::LOCALHOST)];
        for ip in shared {
            if !all.contains(&ip) {
                all.push(ip);
            }
        }
        all
    }

    /// The gateway's settings, where it is new enough to have them changed and sessions can be opened to do it.
    fn takes_settings(&self) -> Option<&ApiSettings> {
        let seen = &self.evidence.climb.as_ref()?.seen;
        let new = seen.server_version.is_some_and(|version| version >= TAKES_SETTINGS);
        let open = seen.highest() >= Some(Rung::NextId);
        if new && open { self.evidence.settings.is()?.as_ref() } else { None }
    }

    fn through_the_file(&self, wanted: &[IpAddr]) -> Result<Measure, String> {
        if let Some(bar) = harm::harm(self.findings) {
            return Err(format!("it needs a restart, and {}", bar.reason));
        }
        if let Some(bar) = harm::not_surely_untrusted(self.findings) {
            return Err(bar.reason);
        }
        let container = self.gateway().ok_or("there is no container of the gateway to look into")?;
        let text = match &self.evidence.jts_ini {
            Asked::Is(Some(text)) => text,
            Asked::Is(None) => {
                return Err(format!("{} has no jts.ini where it is looked for", container.name));
            }
            Asked::Failed(failure) => return Err(failure.why.message.clone()),
            Asked::Not(why) => return Err(format!("jts.ini was not looked at: {why}")),
        };
        let ips = jts_ini::untrusted(text, wanted);
        if ips.is_empty() {
            return Err("jts.ini trusts every address of the stack already".to_owned());
        }
        if jts_ini::trusting(text, &ips).is_none() {
            return Err("jts.ini has no section [IBGateway]".to_owned());
        }
        Ok(Measure::TrustedIpsInFile { container: container.name.clone(), ips, grace: self.grace() })
    }

    /// Only where somebody declared that orders are to be taken.
    fn read_only_off(&self) -> Vec<Remedy> {
        let declared = self.target.expected.read_only == Some(false);
        let Some(because) = self.cause(READ_ONLY).filter(|_| declared) else { return Vec::new() };
        let live = harm::harm(self.findings).filter(|bar| bar.because.code == "broker::live_account");
        let help =
            "turn it off by hand: `Read-Only API` in the gateway's settings, or READ_ONLY_API of its image";
        let bar = |reason: &str| vec![barred("read_only_off", reason.to_owned(), help, because)];
        match (live, self.takes_settings()) {
            (Some(_), _) => bar("this is a live account: whether it takes orders is for a person to decide"),
            (None, None) => {
                bar("the gateway does not let its settings be changed (server version 221 and newer do)")
            }
            (None, Some(_)) => vec![fits(Measure::ReadOnlyOff, because)],
        }
    }

    fn restarts(&self) -> Vec<Remedy> {
        let because = self.cause(STUCK);
        // Nobody thinks of a restart where nothing is the matter.
        let matters = |bar: &Bar<'_>| because.is_some() || self.cause(&[&bar.because.code]).is_some();
        let bar = harm::harm(self.findings).filter(matters);
        let bar = bar.or_else(|| because.and_then(|_| harm::may_log_in(self.findings)));
        if let Some(Bar { because, reason, help }) = bar {
            return vec![barred("container_restart", reason, &help, because)];
        }
        let Some(because) = because else { return Vec::new() };
        let by_ibc = if let Some(ibc) = &self.target.ibc {
            fits(Measure::SoftRestart { ibc: ibc.clone() }, because)
        } else {
            let help = "turn IBC's command port on: `openbell explain ibc::refused` tells how";
            barred("soft_restart", "no address of IBC's command port is known".to_owned(), help, because)
        };
        let by_docker = if let Some(container) = self.gateway() {
            let container = container.name.clone();
            fits(Measure::ContainerRestart { container, grace: self.grace() }, because)
        } else {
            let help = "restart the gateway by hand, or name its container";
            barred("container_restart", "no container of the gateway was found".to_owned(), help, because)
        };
        vec![by_ibc, by_docker]
    }

    fn gateway(&self) -> Option<&Container> {
        containers::container(self.evidence.gateway.as_ref()?)
    }

    fn grace(&self) -> Duration {
        self.target.stop_grace.unwrap_or(GRACE)
    }
}

fn through_the_api(settings: &ApiSettings, wanted: &[IpAddr]) -> Result<Measure, String> {
    let mut all = settings.trusted_ips.clone();
    let missing = wanted.iter().map(ToString::to_string).filter(|ip| !settings.trusted_ips.contains(ip));
    all.extend(missing);
    if all.len() == settings.trusted_ips.len() {
        return Err("the gateway trusts every address of the stack already".to_owned());
    }
    Ok(Measure::TrustedIps(all))
}

fn fits(measure: Measure, because: &Diagnosis) -> Remedy {
    Remedy { name: measure.name(), measure: Ok(measure), because: because.clone() }
}

fn barred(name: &'static str, reason: String, help: &str, because: &Diagnosis) -> Remedy {
    let why = RemedyError::NotPossible { name, reason, help: help.to_owned() };
    Remedy { name, measure: Err(why), because: because.clone() }
}
