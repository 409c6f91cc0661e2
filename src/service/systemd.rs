//! Units of systemd. What each directive is for stands in the unit itself, for who reads it there.
//!
//! Three kinds of quoting in one file (systemd.syntax(7), systemd.service(5)): a command line knows quotes, backslashes,
//! `%` and `$`; lists of paths the same without `$`; other settings take the rest of the line as it is but for `%`.

use minijinja::context;

use super::{Credential, Places, Service, ServiceError, System, mark, rendered};

const SYSTEM: &str = include_str!("system.service.jinja");
const USER: &str = include_str!("user.service.jinja");

/// The unit's text.
///
/// # Errors
/// systemd takes no program whose path has quotes or backslashes.
pub(super) fn unit(service: &Service, system: System, places: &Places) -> Result<String, ServiceError> {
    if service.program.contains(['"', '\'', '\\']) {
        let how = "systemd starts no program whose path has quotes or backslashes";
        return Err(ServiceError::Path { path: service.program.clone(), how });
    }
    let mut command = vec![quoted(&service.program)];
    command.extend(service.arguments(places).iter().map(|argument| quoted(argument).replace('$', "$$")));
    let directory = service.playbook.rsplit_once('/').map_or("/", |(before, _)| before);
    let values = context! {
        marks => mark::lines(&service.playbook),
        title => unspecified(&service.title()),
        name => &service.name,
        command => command.join(" "),
        directory => quoted(if directory.is_empty() { "/" } else { directory }),
        credentials => service.credentials.iter().map(credential).collect::<Vec<_>>(),
        user => &service.user,
        local_engine => service.local_engine,
        in_home => service.in_home,
        of_others => service.of_others,
    };
    Ok(rendered(if system == System::SystemdUser { USER } else { SYSTEM }, values))
}

/// A setting that hands a secret over.
fn credential(credential: &Credential) -> String {
    let encrypted = std::path::Path::new(&credential.path).extension().is_some_and(|end| end == "cred");
    let setting = if encrypted { "LoadCredentialEncrypted" } else { "LoadCredential" };
    format!("{setting}={}:{}", credential.name, unspecified(&credential.path))
}

/// One word of a list: in quotes where it needs them, and nothing in it a specifier.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/_.:,=@+-".contains(c);
    let escaped = unspecified(&word.replace('\\', "\\\\").replace('"', "\\\""));
    if !word.is_empty() && word.chars().all(plain) { escaped } else { format!("\"{escaped}\"") }
}

/// Nothing in it a specifier (systemd.unit(5)).
fn unspecified(text: &str) -> String {
    text.replace('%', "%%")
}
