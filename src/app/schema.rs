//! `openbell schema`.

use std::io::{self, Write};

use super::service::Status;
use crate::calendar::AgendaReport;
use crate::cli::{Schema, SchemaOf};
use crate::diagnose::Examination;
use crate::document::schema_of;
use crate::event::{Entry, Event};
use crate::exit::Exit;
use crate::notify::Notification;
use crate::report::{BootReport, Comparison, PlanReport, ProbeReport, Rollup, RunRow};
use crate::sim::script;
use crate::{playbook, report};

pub(super) fn schema(arguments: &Schema) -> Exit {
    let schema = match arguments.of {
        SchemaOf::Playbook => playbook::schema(),
        SchemaOf::Report => report::schema(),
        SchemaOf::Rollup => schema_of::<Rollup>(),
        SchemaOf::Script => script::schema(),
        SchemaOf::Examination => schema_of::<Examination>(),
        SchemaOf::Calendar => schema_of::<AgendaReport>(),
        SchemaOf::Event => schema_of::<Event>(),
        SchemaOf::Entry => schema_of::<Entry>(),
        SchemaOf::Notification => schema_of::<Notification>(),
        SchemaOf::Plan => schema_of::<PlanReport>(),
        SchemaOf::Probe => schema_of::<ProbeReport>(),
        SchemaOf::Runs => schema_of::<Vec<RunRow>>(),
        SchemaOf::Comparison => schema_of::<Comparison>(),
        SchemaOf::Boots => schema_of::<Vec<BootReport>>(),
        SchemaOf::Status => schema_of::<Status>(),
    };
    match writeln!(io::stdout().lock(), "{schema:#}") {
        Ok(()) => Exit::Green,
        Err(_) => Exit::Failed,
    }
}
