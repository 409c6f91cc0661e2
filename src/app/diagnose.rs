//! `openbell diagnose`: one look at everything that can say why a gateway is not ready, in words or as JSON.

use std::io::{self, Read, Seek, Write};
use std::path::Path;

use jiff::Timestamp;
use miette::{Diagnostic, MietteDiagnostic};
use secrecy::ExposeSecret;
use tokio::time::Instant;

use super::reading::inputs;
use super::remembered::{self, Remembered};
use super::world::world;
use super::{Surroundings, say, tell};
use crate::cli::{Diagnose, Expect, Fix};
use crate::diagnose::{self, Consent, Examination, Named, RemedyError, Sight, Target};
use crate::diagnosis::{Class, Diagnosis};
use crate::edit::{self, ProposalError};
use crate::engine::{self, Bounds, Progress};
use crate::evidence::{Certainty, Evidence};
use crate::exit::Exit;
use crate::playbook::{self, Inputs, Plan};
use crate::ports::World;
use crate::ports::broker::AccountPattern;
use crate::redact::Redactor;
use crate::secret_name::may_be_secret;

/// So much of a log file is read, from its end, in bytes.
const MOST_OF_A_LOG: u64 = 32 * 1024 * 1024;
/// Keys of an examination whose texts are words of its own: codes, rungs, how sure, how it ended.
const WORDS: &[&str] = &["code", "rung", "certainty", "class", "remedy", "consent", "after"];

pub(super) async fn diagnose(arguments: Diagnose, around: &Surroundings) -> Exit {
    let read = |file: &Path| playbook::load(file, &inputs(&arguments.reading, around));
    let plan: Option<Plan> = match arguments.playbook.as_deref().map(read).transpose() {
        Ok(loaded) => loaded.and_then(|loaded| loaded.plans.into_iter().next()),
        Err(problems) => {
            tell(&problems, around);
            return Exit::Invalid;
        }
    };
    let _taken = match taken(&arguments, plan.as_ref(), around) {
        Ok(taken) => taken,
        Err(exit) => return exit,
    };
    let world = world(arguments.engine.docker_host.clone(), around.own_binary.clone(), around);
    let plan = match plan {
        Some(plan) => Some(engine::named(&plan, &world).await.into_owned()),
        None => None,
    };
    let target = match target(&arguments, plan.as_ref()) {
        Ok(target) => target,
        Err(why) => {
            say(&why);
            return Exit::Usage;
        }
    };
    let stop = super::stop::on_signal();
    let began = Instant::now();
    let sight = tokio::select! {
        biased;
        () = stop.cancelled() => return Exit::Interrupted,
        sight = Sight::of(&world, &target, around.now) => sight,
    };
    let redactor = redactor(plan.as_ref(), &world, &sight.evidence);
    let Some(fix) = arguments.fix else {
        let examination = Examination::of(&sight.evidence, sight.findings, sight.ladder, began.elapsed());
        return show(&examination, &redactor, arguments.json, around);
    };
    let bounds = Bounds { consent: fix.into(), within: arguments.within.get(), stop: &stop };
    let mut examination = mended(&world, &target, sight, bounds, &redactor, (around.now, began)).await;
    if let Some(error) = RemedyError::none_worked(&target.address, &examination.tried)
        && !examination.ready
    {
        tell(&without_secrets(&error, &redactor), around);
    }
    if let Err(error) = propose(&arguments, &inputs(&arguments.reading, around), &mut examination) {
        tell(&without_secrets(&error, &redactor), around);
    }
    let exit = show(&examination, &redactor, arguments.json, around);
    if stop.is_cancelled() { Exit::Interrupted } else { exit }
}

/// The playbook, for a remedy that nobody else may act beside.
fn taken(arguments: &Diagnose, plan: Option<&Plan>, around: &Surroundings) -> Result<Vec<Remembered>, Exit> {
    match (arguments.fix, &arguments.playbook, plan) {
        (Some(_), Some(file), Some(plan)) => {
            let whose = (file.as_path(), "diagnose --fix");
            remembered::take(std::slice::from_ref(plan), whose, &arguments.state, None, around)
        }
        _ => Ok(Vec::new()),
    }
}

/// Shows the examination without secrets, or not at all.
fn show(examination: &Examination, redactor: &Redactor, json: bool, around: &Surroundings) -> Exit {
    match redacted(examination, redactor) {
        Ok(examination) => print(&examination, json, around),
        Err(error) => {
            say(&format!("the examination could not be cleaned of secrets, so it is not shown: {error}"));
            Exit::Failed
        }
    }
}

/// What was seen, what was tried because of it, and how it stands after that.
async fn mended(
    world: &World,
    target: &Target,
    sight: Sight,
    bounds: Bounds<'_>,
    redactor: &Redactor,
    (at, began): (Timestamp, Instant),
) -> Examination {
    let ladder = diagnose::remedies(target, &sight.evidence, &sight.findings);
    let told = |progress: Progress<'_>| {
        if let Progress::Begins(measure) = progress {
            say(&redactor.text(&format!("trying: {} ({})", measure.words(), measure.cost())));
        }
    };
    let look_again = async |target: &Target| {
        let now = at.checked_add(began.elapsed()).unwrap_or(at);
        Sight::of(world, target, now).await
    };
    let mended = engine::mend(world, target, &ladder, bounds, &told, look_again).await;
    let first = Examination::of(&sight.evidence, sight.findings, sight.ladder, began.elapsed());
    let examination = match mended.now {
        Some(now) => first.followed_by(now, began.elapsed()),
        None => first,
    };
    Examination { tried: mended.tried, ..examination }
}

/// An error in words that may be read by everybody.
fn without_secrets(error: &dyn Diagnostic, redactor: &Redactor) -> MietteDiagnostic {
    let Diagnosis { code, message, help, causes, .. } = Diagnosis::of(error);
    let message = [vec![message], causes].concat().join(": ");
    let told = MietteDiagnostic::new(redactor.text(&message)).with_code(code);
    match help {
        Some(help) => told.with_help(redactor.text(&help)),
        None => told,
    }
}

impl From<Fix> for Consent {
    fn from(fix: Fix) -> Self {
        match fix {
            Fix::Safe => Self::Safe,
            Fix::All => Self::All,
        }
    }
}

/// The change of the playbook that would make what worked unnecessary next time, as a diff. Nothing is written.
fn propose(
    arguments: &Diagnose,
    inputs: &Inputs,
    examination: &mut Examination,
) -> Result<(), ProposalError> {
    let Some(file) = &arguments.playbook else { return Ok(()) };
    let worked = examination.tried.iter().find(|tried| tried.worked());
    let Some(proposal) = worked.and_then(|tried| tried.proposal.as_ref()) else { return Ok(()) };
    let edits: Vec<_> = proposal.edits.iter().map(|edit| (edit.at.as_str(), edit.value.as_str())).collect();
    examination.proposal = edit::propose(file, &edits, inputs)?;
    Ok(())
}

/// Whom to look at: the playbook's stack, or the address.
fn target(arguments: &Diagnose, plan: Option<&Plan>) -> Result<Target, String> {
    let patience = arguments.timeout.get();
    let mut target = match (plan, &arguments.address) {
        (Some(plan), _) => {
            let mut target = Target::of(&plan.stack, &plan.maintenance, patience);
            target.expected.least_server_version = plan.least_server_version();
            target
        }
        (None, Some(address)) => Target::at(address, patience),
        (None, None) => return Err("name a playbook, or an address with --address".to_owned()),
    };
    if target.port().is_none_or(|port| port == 0) {
        return Err(format!("`{}` is not host:port, such as 127.0.0.1:4002", target.address));
    }
    if let Some(name) = &arguments.container {
        target.expected.in_a_container = true;
        target.gateway = Some(Named { key: name.clone(), name: name.clone(), image: None });
    }
    if !arguments.client_id.is_empty() {
        target.expected.client_ids.clone_from(&arguments.client_id);
    }
    if let Some(expect) = arguments.expect {
        target.expected.accounts = patterns(expect);
    }
    if let Some(version) = arguments.server_version {
        target.expected.least_server_version = Some(version);
    }
    if let Some(file) = &arguments.gateway_log {
        target.log = Some(log_file(file).map_err(|error| format!("{}: {error}", file.display()))?);
    }
    target.data = arguments.data;
    if arguments.ibc.is_some() {
        target.ibc.clone_from(&arguments.ibc);
    }
    target.jts_ini.clone_from(&arguments.jts_ini);
    Ok(target)
}

/// The end of a log file. A device or a pipe never ends, and is none.
fn log_file(file: &Path) -> io::Result<String> {
    if !std::fs::metadata(file)?.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    let mut open = std::fs::File::open(file)?;
    let length = open.metadata()?.len();
    open.seek(io::SeekFrom::Start(length.saturating_sub(MOST_OF_A_LOG)))?;
    let mut text = Vec::new();
    open.take(MOST_OF_A_LOG).read_to_end(&mut text)?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

fn patterns(expect: Expect) -> Vec<AccountPattern> {
    let patterns: &[&str] = match expect {
        Expect::Paper => &["DU*", "DF*"],
        Expect::Live => &["U*", "F*", "I*"],
    };
    patterns.iter().filter_map(|pattern| AccountPattern::try_from((*pattern).to_owned()).ok()).collect()
}

/// Knows the secrets of the playbook, and those that the containers were given.
fn redactor(plan: Option<&Plan>, world: &World, evidence: &Evidence) -> Redactor {
    let sources = plan.into_iter().flat_map(Plan::secrets);
    let named = sources.filter_map(|from| world.files.secret(&from).ok());
    let named = named.map(|secret| secret.expose_secret().to_owned());
    let seen = evidence.gateway.iter().chain(&evidence.others);
    let containers = seen.filter_map(|item| item.container.is()?.as_ref()).chain(&evidence.publishers);
    let given = containers.flat_map(|container| &container.env).filter_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        may_be_secret(name).then(|| value.to_owned())
    });
    let composed = plan.into_iter().flat_map(Plan::composed_secrets).map(str::to_owned);
    Redactor::new(named.chain(given).chain(composed))
}

/// The examination without secrets.
///
/// # Errors
/// When it cannot be cleaned: then nothing of it may be shown.
fn redacted(examination: &Examination, redactor: &Redactor) -> Result<Examination, serde_json::Error> {
    let mut value = serde_json::to_value(examination)?;
    redactor.json_but(&mut value, WORDS);
    serde_json::from_value(value)
}

fn print(examination: &Examination, json: bool, around: &Surroundings) -> Exit {
    let text = if json {
        serde_json::to_string_pretty(examination).unwrap_or_default() + "\n"
    } else {
        diagnose::words(examination, around.output_colours)
    };
    // A reader that went away does not change what was found.
    let _ = io::stdout().lock().write_all(text.as_bytes());
    let hindrances = || examination.causes.iter().filter(|cause| cause.certainty != Certainty::Notice);
    if examination.ready {
        Exit::Green
    } else if hindrances().any(|cause| cause.class == Class::Safety) {
        Exit::Safety
    } else if hindrances().next().is_some_and(|cause| cause.class == Class::Engine) {
        Exit::Engine
    } else {
        Exit::Failed
    }
}
