//! `openbell calendar`: the coming days, in words or as JSON.

use std::io::{self, Write};

use super::reading::inputs;
use super::{Surroundings, say, tell};
use crate::calendar::{self, Agenda, AgendaReport, CalendarError, Span};
use crate::cli::{Calendar as Arguments, RegionName};
use crate::evidence::maintenance::{Calendar, Region, zone};
use crate::exit::Exit;
use crate::playbook;

pub(super) fn calendar(arguments: &Arguments, around: &Surroundings) -> Exit {
    let zone = match arguments.zone.as_deref().map(zone).transpose() {
        Ok(zone) => zone.unwrap_or_else(around.zone),
        Err(error) => {
            tell(&CalendarError::from(error), around);
            return Exit::Usage;
        }
    };
    let Some((about, calendar)) = which(arguments, around) else { return Exit::Invalid };
    // Of a day that is named it is told what is planned, whenever it is asked.
    let (first, now) = match arguments.from {
        Some(date) => (date, None),
        None => (around.now.to_zoned(zone.clone()).date(), Some(around.now)),
    };
    let agenda = Agenda::of(&about, &calendar, &Span { zone, first, days: arguments.days, now });
    let text = if arguments.json {
        serde_json::to_string_pretty(&AgendaReport::from(&agenda)).map(|text| text + "\n").unwrap_or_default()
    } else {
        calendar::page(&agenda, around.output_colours)
    };
    // A reader that went away does not change the calendar.
    let _ = io::stdout().lock().write_all(text.as_bytes());
    Exit::Green
}

/// Whose calendar, and it; nothing when the playbook is not valid, which is told.
fn which(arguments: &Arguments, around: &Surroundings) -> Option<(String, Calendar)> {
    let Some(file) = &arguments.playbook else {
        let region = Region::from(arguments.region.unwrap_or_default());
        return Some((format!("region {}", region.name()), Calendar::of(region)));
    };
    let plans = match playbook::load(file, &inputs(&arguments.reading, around)) {
        Ok(loaded) => loaded.plans,
        Err(problems) => {
            tell(&problems.undone(""), around);
            return None;
        }
    };
    let first = plans.first()?;
    if plans.iter().any(|plan| plan.maintenance != first.maintenance) {
        say(&format!(
            "the calendars of the variants differ; this is that of {}, --only ID shows another",
            first.name
        ));
    }
    Some((first.name.clone(), first.maintenance.clone()))
}

impl From<RegionName> for Region {
    fn from(region: RegionName) -> Self {
        match region {
            RegionName::Us => Self::Us,
            RegionName::Europe => Self::Europe,
            RegionName::Asia => Self::Asia,
        }
    }
}
