//! Which variables are secrets, and the files they are to be kept in.

use crate::compose::{Service, Variable};
use crate::secret_name::{is_secret_address, may_be_secret, speaks_of_secret};

/// Names that contain a word of secrets and are none.
const NONE: [&str; 5] = ["_PATH", "_TIMEOUT", "_LENGTH", "_TTL", "_EXPIRY"];

/// Whether a variable is to be kept in a file. Rather one too many: a file is never wrong.
pub(super) fn secret(variable: &Variable) -> bool {
    let Some(value) = variable.value.as_deref().filter(|value| !value.is_empty()) else { return false };
    // To bypass is no pass.
    let name = variable.name.to_ascii_uppercase().replace("BYPASS", "BY");
    let none = NONE.iter().any(|end| name.ends_with(end));
    // The playbook's own check knows no such exceptions.
    speaks_of_secret(&name) || (may_be_secret(&name) && !none) || is_secret_address(value)
}

/// Whether a secret's name stands before a value that is blank: the playbook wants none written there either.
pub(super) fn blank_secret(variable: &Variable) -> bool {
    let filled = Variable { value: Some("x".to_owned()), ..variable.clone() };
    variable.value.as_deref().unwrap_or_default().is_empty() && secret(&filled)
}

/// The file of a secret, relative to the playbook: named after the variable, and after the service when two services have
/// one of that name with another value.
pub(super) fn file(variable: &Variable, service: &Service, others: &[&Service]) -> String {
    let clash = others.iter().any(|other| {
        other.name != service.name
            && other.env(&variable.name).is_some_and(|value| Some(value) != variable.value.as_deref())
    });
    let plain = |text: &str| -> String {
        let fits = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
        text.chars().map(fits).collect()
    };
    let name = plain(&variable.name);
    if clash { format!("secrets/{}_{name}", plain(&service.name)) } else { format!("secrets/{name}") }
}
