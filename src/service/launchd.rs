//! Jobs of launchd, as property lists (launchd.plist(5)).

use minijinja::context;

use super::task::xml;
use super::{Places, Service, System, mark, rendered};

const JOB: &str = include_str!("job.plist.jinja");

/// The job's text.
pub(super) fn job(service: &Service, system: System, places: &Places) -> String {
    let mut arguments = vec![xml(&service.program)];
    arguments.extend(service.arguments(places).iter().map(|argument| xml(argument)));
    let values = context! {
        marks => mark::lines(&xml(&service.playbook)),
        label => &places.unit,
        arguments => arguments,
        state => xml(&places.state),
        log => xml(&places.log),
        user => service.user.as_deref().filter(|_| system == System::Launchd).map(xml),
    };
    rendered(JOB, values)
}
