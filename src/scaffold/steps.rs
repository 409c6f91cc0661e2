//! The steps of a playbook: engine, network, images, then each start in its order with the gates before those that are
//! held.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::compose::Service;

use super::Roles;
use super::draft::Notes;
use super::order::Planned;
use super::text::{scalar, starts};

/// Ids that the gates and the ends have.
const TAKEN: [&str; 8] = ["engine", "network", "api", "session", "account", "steady", "safety", "images"];

/// The section `steps`.
pub(super) fn steps(
    planned: &[Planned<'_>],
    roles: &Roles,
    asserted: &[(String, Vec<(String, &'static str)>)],
    notes: &mut Notes<'_>,
) -> String {
    let names = planned.iter().filter_map(|step| match step {
        Planned::Start(service) => Some(service.name.as_str()),
        Planned::Gates => None,
    });
    let mut steps = Steps {
        starts: names.collect(),
        text: head(),
        used: TAKEN.iter().map(|id| (*id).to_owned()).collect(),
    };
    if starts(planned) {
        steps.add("network", "", "network: {}");
    }
    let once = runs_once(planned);
    for step in planned {
        match step {
            Planned::Gates => steps.gates(),
            Planned::Start(service) if once.contains(service.name.as_str()) => {
                let what = format!("{}: start", service.name);
                let why = "it runs once and ends, and openbell has no step for that: `docker compose run --rm` it before";
                notes.left_out(&service.place, what, why);
            }
            Planned::Start(service) => steps.start(service, &once, asserted),
        }
    }
    if roles.bot.is_some() || roles.gateway.is_some() {
        steps.text += "  # Everything stays connected for a while: then it is up.\n";
        steps.add("steady", "", "stable: { for: 5m }");
    }
    steps.text
}

fn head() -> String {
    "\n# Carried out in this order; each step waits for its own condition, never for a time.\nsteps:\n  - id: engine\n    within: 10m # after a reboot the engine takes its time\n    do: { engine: {} }\n".to_owned()
}

/// The services that another waits for to be done.
fn runs_once<'a>(planned: &[Planned<'a>]) -> BTreeSet<&'a str> {
    let services = planned.iter().filter_map(|step| match step {
        Planned::Start(service) => Some(*service),
        Planned::Gates => None,
    });
    services
        .flat_map(|service| &service.depends_on)
        .filter(|on| on.condition == "service_completed_successfully")
        .map(|on| on.service.as_str())
        .collect()
}

struct Steps<'a> {
    /// The services that the playbook starts: those of profiles that are off are none.
    starts: BTreeSet<&'a str>,
    text: String,
    used: BTreeSet<String>,
}

impl Steps<'_> {
    fn add(&mut self, id: &str, within: &str, action: &str) {
        let _ = writeln!(self.text, "  - id: {}", scalar(id));
        if !within.is_empty() {
            let _ = writeln!(self.text, "    within: {within}");
        }
        let _ = writeln!(self.text, "    do: {{ {action} }}");
    }

    /// An id that no step has yet.
    fn id(&mut self, wanted: &str) -> String {
        let fits = |c: char| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '-' };
        let plain: String = wanted.chars().map(fits).collect();
        let mut id = plain.clone();
        let mut count = 2;
        while !self.used.insert(id.clone()) {
            id = format!("{plain}-{count}");
            count += 1;
        }
        id
    }

    fn gates(&mut self) {
        self.text += "  # The gates: the API answers, a session opens, the account is a paper account.\n";
        self.add("api", "5m # 15m where a second factor has to be confirmed", "ready: {}");
        self.add("session", "2m", "session: {}");
        self.add("account", "", "account: {}");
    }

    fn start(
        &mut self,
        service: &Service,
        once: &BTreeSet<&str>,
        asserted: &[(String, Vec<(String, &'static str)>)],
    ) {
        let name = scalar(&service.name);
        for on in &service.depends_on {
            let starts = self.starts.contains(on.service.as_str());
            if on.condition == "service_healthy" && starts && !once.contains(on.service.as_str()) {
                let healthy = format!("{}-healthy", on.service);
                if !self.used.contains(&healthy) {
                    let id = self.id(&healthy);
                    self.add(&id, "5m", &format!("healthy: {{ container: {} }}", scalar(&on.service)));
                }
            }
        }
        let image = self.id(&format!("{}-image", service.name));
        self.add(&image, "", &format!("image: {{ container: {name} }}"));
        let start = self.id(&service.name);
        self.add(&start, "3m", &format!("start: {{ container: {name} }}"));
        if asserted.iter().any(|(container, _)| *container == service.name) {
            let env = self.id(&format!("{}-env", service.name));
            self.add(&env, "", &format!("env: {{ container: {name} }}"));
        }
    }
}
