//! `maintenance:` in a playbook, and what it means for those who ask.

use jiff::Timestamp;
use openbell::evidence::maintenance::{Calendar, Region};
use openbell::playbook::{self, Inputs, Plan, check_part};

use crate::support::evidence::Given;

const REST: &str = "connection: { address: \"127.0.0.1:4002\", client_id: [1] }\n\
    steps: [{ id: engine, do: { engine: {} } }]\n";

fn plan(maintenance: &str) -> Plan {
    let text = format!("version: 1\nname: paper\n{maintenance}{REST}");
    let loaded = playbook::load_text("/playbook.yaml".as_ref(), &text, &Inputs::default());
    loaded.unwrap_or_else(|problems| panic!("{:?}", problems.lines().collect::<Vec<_>>())).plans.remove(0)
}

fn names(calendar: &Calendar) -> Vec<&str> {
    calendar.rules().iter().map(|rule| &*rule.name).collect()
}

#[test]
fn without_the_section_the_windows_are_those_of_the_us() {
    assert_eq!(plan("").maintenance, Calendar::of(Region::Us));
    assert_eq!(plan("maintenance: {}\n").maintenance, Calendar::default());
    assert_eq!(plan("maintenance: { region: asia }\n").maintenance, Calendar::of(Region::Asia));
}

const OWN: &str = "  windows:\n    \
    - { name: upgrade, zone: Europe/Zurich, days: [wed, thu], from: 23:00, until: 01:30 }\n    \
    - { name: move, zone: asia/hong_kong, days: [fri], from: \"23:00\", until: \"sun 02:00\" }\n";

#[test]
fn own_windows_come_beside_those_of_the_region_or_instead_of_them() {
    let beside = plan(&format!("maintenance:\n  region: europe\n{OWN}")).maintenance;
    assert_eq!(names(&beside), ["nightly maintenance (Europe)", "weekly maintenance", "upgrade", "move"]);
    let instead = plan(&format!("maintenance:\n  region: europe\n  replace: true\n{OWN}")).maintenance;
    assert_eq!(names(&instead), ["upgrade", "move"]);
    assert!(names(&plan("maintenance: { replace: true }\n").maintenance).is_empty());
    let open = |at: &str| {
        let window = instead.open_at(at.parse().unwrap())?;
        Some(format!("{} {} {}", window.name, window.from, window.until))
    };
    // Wednesday 23:30 in Zurich, in summer; Saturday noon in Hong Kong.
    assert_eq!(
        open("2026-06-10T21:30:00Z").as_deref(),
        Some("upgrade 2026-06-10T21:00:00Z 2026-06-10T23:30:00Z")
    );
    assert_eq!(
        open("2026-06-13T04:00:00Z").as_deref(),
        Some("move 2026-06-12T15:00:00Z 2026-06-13T18:00:00Z")
    );
    assert_eq!(open("2026-06-12T21:30:00Z").map(|_| ()), Some(()));
    assert_eq!(open("2026-06-09T21:30:00Z"), None);
}

#[test]
fn variables_stand_for_its_values() {
    let text = "vars: { WHERE: asia, TOWN: Hong_Kong, END: \"sun 02:00\" }\nmaintenance:\n  region: ${WHERE}\n  windows:\n    \
        - { name: own, zone: \"Asia/${TOWN}\", days: [fri], from: \"23:00\", until: \"${END}\" }\n";
    assert_eq!(names(&plan(text).maintenance).len(), 4);
}

#[test]
fn a_part_with_a_wrong_window_is_wrong_wherever_it_is_included() {
    let part =
        "version: 1\nmaintenance: { windows: [{ name: a, zone: EST, from: \"23:00\", until: \"23:00\" }] }\n";
    let problems = check_part("/part.yaml".as_ref(), part).unwrap_err();
    let codes: Vec<_> = problems.iter().map(|problem| problem.code.as_str()).collect();
    assert_eq!(codes, ["playbook::zone", "playbook::window"]);
}

#[test]
fn a_diagnosis_goes_by_the_calendar_of_the_playbook() {
    let at: Timestamp = "2026-06-10T21:30:00Z".parse().unwrap();
    let told = |calendar: Calendar| {
        let mut given = Given::well().refused();
        (given.0.now, given.0.expected.maintenance) = (at, calendar);
        let found = openbell::evidence::findings(&given.0);
        found
            .into_iter()
            .find(|finding| finding.why.code == "gateway::maintenance")
            .map(|finding| finding.why.message)
    };
    assert_eq!(told(Calendar::default()), None);
    let own = plan(&format!("maintenance:\n{OWN}")).maintenance;
    assert_eq!(
        told(own).as_deref(),
        Some("a maintenance window is open until 2026-06-10T23:30:00Z: upgrade")
    );
}

#[test]
fn the_target_of_a_playbook_has_its_calendar() {
    let plan = plan("maintenance: { region: asia }\n");
    let patience = std::time::Duration::from_secs(1);
    let target = openbell::diagnose::Target::of(&plan.stack, &plan.maintenance, patience);
    assert_eq!(target.expected.maintenance, Calendar::of(Region::Asia));
}
