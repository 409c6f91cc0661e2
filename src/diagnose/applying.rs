//! Carrying a remedy out, once. Whether it helped is seen afterwards, by those who wait.

use std::net::IpAddr;
use std::time::Duration;

use super::remedy::{Measure, RemedyError};
use super::{Target, containers, jts_ini};
use crate::diagnosis::Failure;
use crate::evidence::Asked;
use crate::ports::World;
use crate::ports::broker::{Connect, SettingsChange};

/// What was done to the world, and whether it could be done to its end.
#[derive(Debug)]
pub struct Applied {
    /// What was done, in order.
    pub did: Vec<String>,
    /// Whether that was all of it.
    pub end: Result<(), Failure>,
}

/// Carries a remedy out, once. Not to be cut off: a gateway that was stopped must be started again.
pub async fn apply(world: &World, target: &Target, measure: &Measure) -> Applied {
    let mut did = Vec::new();
    let end = match measure {
        // What these do is to look again, in another way.
        Measure::LongerTimeout(_) | Measure::NextClientId(_) => Ok(()),
        Measure::TrustedIps(ips) => {
            let change = SettingsChange { trusted_ips: Some(ips.clone()), ..SettingsChange::default() };
            change_settings(world, target, &change, &mut did).await
        }
        Measure::ReadOnlyOff => {
            let change = SettingsChange { read_only: Some(false), ..SettingsChange::default() };
            change_settings(world, target, &change, &mut did).await
        }
        Measure::TrustedIpsInFile { container, ips, grace } => {
            trust_in_file(world, target, (container, *grace), ips, &mut did).await
        }
        Measure::SoftRestart { ibc } => soft_restart(world, ibc, &mut did).await,
        Measure::ContainerRestart { container, grace } => {
            did.push(format!("asked for a restart of {container}"));
            world.docker.restart(container, *grace).await.map_err(Failure::from)
        }
    };
    Applied { did, end }
}

async fn change_settings(
    world: &World,
    target: &Target,
    change: &SettingsChange,
    did: &mut Vec<String>,
) -> Result<(), Failure> {
    let connect = Connect {
        address: target.address.clone(),
        client_id: world.probe_ids.next(),
        timeout: target.patience,
    };
    let changed = world.broker.change_settings(&connect, change).await?;
    did.extend(changed.iter().map(|name| format!("changed the gateway's setting {name}")));
    Ok(())
}

async fn soft_restart(world: &World, ibc: &str, did: &mut Vec<String>) -> Result<(), Failure> {
    let words = world.ibc.restart(ibc).await?;
    let words = words.trim();
    let answer = if words.is_empty() { String::new() } else { format!(": {words}") };
    did.push(format!("told IBC at {ibc} to restart the gateway{answer}"));
    Ok(())
}

/// The file is changed while the gateway is down, so that it is not written over at the end of a session and is read at
/// the next start. The gateway is started again whatever becomes of the file.
async fn trust_in_file(
    world: &World,
    target: &Target,
    (container, grace): (&str, Duration),
    ips: &[IpAddr],
    did: &mut Vec<String>,
) -> Result<(), Failure> {
    world.docker.stop(container, grace).await?;
    did.push(format!("stopped {container}"));
    let written = write(world, target, container, ips, did).await;
    world.docker.start(container).await?;
    did.push(format!("started {container}"));
    written
}

async fn write(
    world: &World,
    target: &Target,
    name: &str,
    ips: &[IpAddr],
    did: &mut Vec<String>,
) -> Result<(), Failure> {
    let Some(container) = world.docker.container(name).await? else {
        return Err(not_possible(format!("there is no container {name} any more")));
    };
    let (path, text) = match containers::jts_ini(world, target, &container).await {
        Asked::Is(Some(found)) => found,
        Asked::Is(None) => return Err(not_possible(format!("{name} has no jts.ini any more"))),
        Asked::Failed(failure) => return Err(failure),
        Asked::Not(why) => return Err(not_possible(why)),
    };
    // The gateway may have changed it at its end.
    let missing = jts_ini::untrusted(&text, ips);
    let text = jts_ini::trusting(&text, &missing)
        .ok_or_else(|| not_possible(format!("{path} has no section [IBGateway]")))?;
    world.docker.replace_file(name, &path, text.as_bytes()).await?;
    did.push(format!("changed TrustedIPs in {path}"));
    Ok(())
}

fn not_possible(reason: String) -> Failure {
    let help = "add the address to TrustedIPs in jts.ini by hand".to_owned();
    RemedyError::NotPossible { name: "trusted_ips", reason, help }.into()
}
