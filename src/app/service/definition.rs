//! From a command line and a playbook to what the service is; what a service could not carry out is refused here.

use std::path::{Path, PathBuf};

use crate::adapters::docker::Bollard;
use crate::app::run::arm;
use crate::app::{Surroundings, say, tell};
use crate::cli::{ArmingArgs, At, Definition};
use crate::exit::Exit;
use crate::playbook::{self, Inputs, Plan};
use crate::ports::secrets::SecretSource;
use crate::secret_name::may_be_secret;
use crate::service::{Credential, Places, Service, ServiceError, Start, System};

use super::refused;

/// Where home directories are, as systemd's `ProtectHome` understands it.
const HOMES: &[&str] = &["/home", "/root", "/run/user"];
/// What a start of the machine empties.
const TEMPORARY: &[&str] = &["/tmp", "/var/tmp", "/run", "/dev/shm"];

/// The service, and where its things are. The playbook is read as the service will read it: without the environment of
/// the one who installs it.
pub(super) fn of(
    definition: &Definition,
    system: System,
    around: &Surroundings,
) -> Result<(Service, Places), Exit> {
    let told = |error| refused(&error, around);
    let reading = &definition.reading;
    let inputs = Inputs {
        variables: reading.variables.clone(),
        env_file: reading.env_file.clone(),
        only: reading.only.clone(),
        ..Inputs::default()
    };
    let mut loaded = playbook::load(&definition.playbook, &inputs).map_err(|problems| {
        tell(&problems, around);
        Exit::Invalid
    })?;
    let arming = ArmingArgs { arm_live: Vec::new(), arm_live_file: definition.arm_live_file.clone() };
    arm(&arming, &mut loaded.plans, around).map_err(|error| {
        tell(&error, around);
        Exit::Safety
    })?;
    secrets(definition, &loaded.plans, system).map_err(told)?;
    let read = read_by_it(definition, &loaded.plans, around);
    let places = Places::of(system, &loaded.name, around.environment).map_err(told)?;
    let description = loaded.plans.first().map(|plan| plan.description.clone()).unwrap_or_default();
    let service = Service {
        name: loaded.name,
        description: description.split_whitespace().collect::<Vec<_>>().join(" "),
        program: program(definition, system, around).map_err(told)?,
        playbook: shown(&definition.playbook, system).map_err(told)?,
        options: options(definition, system).map_err(told)?,
        credentials: credentials(definition, system).map_err(told)?,
        user: definition.run_as.clone().or_else(|| user(system, around)),
        local_engine: is_local(definition.engine.docker_host.as_deref()),
        in_home: read.iter().any(|path| HOMES.iter().any(|home| path.starts_with(home))),
        of_others: system == System::Systemd && read.iter().any(|path| !root_may_read(path)),
        start: match definition.at {
            At::LogOn => Start::LogOn,
            At::StartUp => Start::StartUp,
            At::Both => Start::Both,
        },
    };
    if let Some(host) = definition.engine.docker_host.as_deref().filter(|host| !host.is_empty()) {
        // What is none on this system may be one where the service will be.
        if !system.is_elsewhere() {
            Bollard::is_address(host).map_err(|error| {
                tell(&error, around);
                Exit::Usage
            })?;
        }
        say(&format!("the Docker engine of the service: {host}"));
    }
    Ok((service, places))
}

/// The program that the service starts: this one; where it is meant for a machine of another kind, the usual place there.
fn program(definition: &Definition, system: System, around: &Surroundings) -> Result<String, ServiceError> {
    match &definition.program {
        Some(program) => shown(program, system),
        None if system.is_elsewhere() => Ok(system.usual_program().to_owned()),
        None => shown(&around.own_binary, system),
    }
}

/// The further options of `watch`.
fn options(definition: &Definition, system: System) -> Result<Vec<String>, ServiceError> {
    let mut options = Vec::new();
    let mut option = |name: &str, value: String| options.extend([name.to_owned(), value]);
    let reading = &definition.reading;
    if let Some(file) = &definition.arm_live_file {
        option("--arm-live-file", shown(file, system)?);
    }
    if let Some(file) = &reading.env_file {
        option("--env-file", shown(file, system)?);
    }
    for (name, value) in &reading.variables {
        if may_be_secret(name) {
            return Err(ServiceError::SecretVariable { name: name.clone() });
        }
        option("--var", format!("{name}={value}"));
    }
    if let Some(only) = &reading.only {
        option("--only", only.clone());
    }
    if let Some(host) = &definition.engine.docker_host {
        option("--docker-host", host.clone());
    }
    Ok(options)
}

/// Every secret comes from where a service has it, and every credential is one that the playbook wants.
fn secrets(definition: &Definition, plans: &[Plan], system: System) -> Result<(), ServiceError> {
    let given = |name: &str| definition.credentials.iter().any(|(given, _)| given == name);
    let mut wanted = Vec::new();
    for source in plans.iter().flat_map(Plan::named_secrets) {
        match source {
            SecretSource::Credential(name) if !system.is_systemd() => {
                return Err(ServiceError::CredentialSystemd { name });
            }
            SecretSource::Credential(name) if !given(&name) => {
                return Err(ServiceError::Credential { name });
            }
            SecretSource::Credential(name) => wanted.push(name),
            from @ (SecretSource::Env(_) | SecretSource::DockerSecret(_)) => {
                return Err(ServiceError::SecretPlace { from: from.to_string() });
            }
            SecretSource::File(_) => {}
        }
    }
    match definition.credentials.iter().find(|(name, _)| !wanted.contains(name)) {
        Some((name, _)) => Err(ServiceError::CredentialUnknown { name: name.clone() }),
        None => Ok(()),
    }
}

fn credentials(definition: &Definition, system: System) -> Result<Vec<Credential>, ServiceError> {
    let credential = |(name, path): &(String, PathBuf)| {
        readable(path)?;
        Ok(Credential { name: name.clone(), path: shown(path, system)? })
    };
    definition.credentials.iter().map(credential).collect()
}

/// Everything that is known to be read by the service itself.
fn read_by_it(definition: &Definition, plans: &[Plan], around: &Surroundings) -> Vec<PathBuf> {
    let program = definition.program.clone().unwrap_or_else(|| around.own_binary.clone());
    let mut read = vec![program, definition.playbook.clone()];
    read.extend(definition.arm_live_file.clone());
    read.extend(definition.reading.env_file.clone());
    let containers = plans.iter().flat_map(|plan| plan.stack.containers.values());
    read.extend(containers.filter_map(|container| Some(container.build.as_ref()?.context.clone())));
    read.extend(plans.iter().flat_map(Plan::named_secrets).filter_map(|source| match source {
        SecretSource::File(path) => Some(path),
        _ => None,
    }));
    let socket = definition.engine.docker_host.as_deref().and_then(|host| host.strip_prefix("unix://"));
    read.extend(socket.map(PathBuf::from));
    // Links are followed: what they lead to has to be there as well.
    let followed =
        |path: PathBuf| dunce::canonicalize(&path).or_else(|_| std::path::absolute(&path)).unwrap_or(path);
    read.into_iter().map(followed).collect()
}

/// The absolute path as a text. One that is absolute where the service will be stays as it is.
fn shown(path: &Path, system: System) -> Result<String, ServiceError> {
    if let Some(text) = path.to_str().filter(|text| system.is_absolute(text)) {
        return Ok(text.to_owned());
    }
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    absolute.to_str().map(str::to_owned).ok_or_else(|| ServiceError::Path {
        path: absolute.to_string_lossy().into_owned(),
        how: "it is not UTF-8",
    })
}

fn readable(path: &Path) -> Result<(), ServiceError> {
    std::fs::File::open(path)
        .map(drop)
        .map_err(|source| ServiceError::Unreadable { path: path.display().to_string(), source })
}

/// What the service starts is there, and is there after a restart of the machine.
pub(super) fn lasting(service: &Service, system: System) -> Result<(), ServiceError> {
    readable(Path::new(&service.program))?;
    for path in [&service.program, &service.playbook] {
        let real = Path::new(path).canonicalize().unwrap_or_else(|_| path.into());
        let user = real.starts_with("/run/user") || !system.is_systemd();
        if !user && TEMPORARY.iter().any(|directory| real.starts_with(directory)) {
            return Err(ServiceError::Temporary { path: path.clone() });
        }
    }
    Ok(())
}

/// The engine of this system, which is a service too; not one elsewhere.
fn is_local(docker_host: Option<&str>) -> bool {
    docker_host
        .is_none_or(|host| ["unix:///var/run/docker.sock", "unix:///run/docker.sock", ""].contains(&host))
}

/// Windows wants to know whose task it is.
fn user(system: System, around: &Surroundings) -> Option<String> {
    if system != System::Windows {
        return None;
    }
    let (domain, name) = ((around.environment)("USERDOMAIN")?, (around.environment)("USERNAME")?);
    Some(format!("{domain}\\{name}"))
}

/// Whether root without any capability can reach and read it: as its owner, by its group, or as anybody.
#[cfg(unix)]
fn root_may_read(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let may = |path: &Path, bit: u32| {
        // What is not there now is told at the start.
        std::fs::metadata(path).map_or(true, |found| {
            let shift = match (found.uid(), found.gid()) {
                (0, _) => 6,
                (_, 0) => 3,
                _ => 0,
            };
            found.mode() & (bit << shift) != 0
        })
    };
    may(path, 4) && path.ancestors().skip(1).all(|directory| may(directory, 1))
}

#[cfg(not(unix))]
fn root_may_read(_: &Path) -> bool {
    true
}
