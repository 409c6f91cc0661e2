//! What this machine is called.

/// The machine's name, for people; `this machine` where the system does not tell.
pub fn name(environment: fn(&str) -> Option<String>) -> String {
    // Of a container it is the container's own, unless somebody says better.
    let told = environment("OPENBELL_HOST").or_else(system).or_else(|| environment("COMPUTERNAME"));
    told.filter(|name| !name.is_empty()).unwrap_or_else(|| "this machine".to_owned())
}

#[cfg(unix)]
fn system() -> Option<String> {
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    (!name.is_empty()).then_some(name)
}

#[cfg(not(unix))]
fn system() -> Option<String> {
    None
}
