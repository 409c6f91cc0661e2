//! The variables that make the safe state, wherever a service has them.

use crate::compose::{Origin, Service, Variable};

use super::draft::Notes;

/// What a variable has to be in the safe state; `None` for one that has no part in it.
pub(super) fn wanted(name: &str) -> Option<&'static str> {
    match name.to_ascii_uppercase().as_str() {
        "DRY_RUN" => Some("true"),
        "TRADING_MODE" => Some("paper"),
        _ => None,
    }
}

/// Whether a variable makes a program trade live under another name than the usual one, such as `IBC_TradingMode`.
pub(super) fn live(variable: &Variable) -> bool {
    let name = variable.name.to_ascii_uppercase().replace('_', "");
    let value = variable.value.as_deref().unwrap_or_default().trim().to_ascii_lowercase();
    wanted(&variable.name).is_none()
        && name.ends_with("TRADINGMODE")
        && ["live", "both"].contains(&value.as_str())
}

/// What becomes of such a variable.
pub(super) enum Standing {
    /// It is safe, and is asserted.
    Safe,
    /// It is blank, and the safe value is written.
    Blank,
    /// It is not safe: no playbook can be made.
    Unsafe,
}

/// How a variable stands to the safe state.
pub(super) fn standing(variable: &Variable, wanted: &str) -> Standing {
    match variable.value.as_deref() {
        Some(value) if value == wanted => Standing::Safe,
        None | Some("") => Standing::Blank,
        Some(_) => Standing::Unsafe,
    }
}

/// Says why a variable keeps a playbook from being made.
pub(super) fn refuse(notes: &mut Notes<'_>, service: &Service, variable: &Variable, wanted: &str) {
    let what = format!("{}.environment.{}", service.name, variable.name);
    let name = &variable.name;
    let is = match variable.value.as_deref().map(str::trim) {
        None | Some("") => "it is blank".to_owned(),
        Some(value) if means_true(value) && wanted == "true" => {
            format!("it is `{value}`, and what is proven is the text `true`")
        }
        Some(value) => format!("it is `{value}`"),
    };
    let write = match variable.origin {
        Origin::EnvFile => format!("write {name}={wanted} there"),
        Origin::Written => format!("write {name}: \"{wanted}\" there, or {name}={wanted} in a list"),
        Origin::Substituted => format!(
            "write {name}: \"{wanted}\" there, or set the variable in it to {wanted} in `.env` and the environment"
        ),
        Origin::Passed => format!("set {name}={wanted} in `.env` and the environment"),
    };
    let why = format!("{is}: no playbook can bring that up in its safe state; {write}, and ask again");
    notes.unsafe_state(&variable.place, what, &why);
}

/// What many a program takes for true.
fn means_true(value: &str) -> bool {
    ["1", "true", "yes", "on", "y", "t"].contains(&value.to_ascii_lowercase().as_str())
}
