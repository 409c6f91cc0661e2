//! `openbell schema`.

use std::io::{self, Write};

use schemars::generate::SchemaSettings;

use crate::cli::{Schema, SchemaOf};
use crate::event::Event;
use crate::exit::Exit;
use crate::sim::script;
use crate::{playbook, report};

pub(super) fn schema(arguments: &Schema) -> Exit {
    let schema = match arguments.of {
        SchemaOf::Playbook => playbook::schema(),
        SchemaOf::Report => report::schema(),
        SchemaOf::Script => script::schema(),
        SchemaOf::Event => {
            SchemaSettings::draft07().into_generator().into_root_schema_for::<Event>().to_value()
        }
    };
    match writeln!(io::stdout().lock(), "{schema:#}") {
        Ok(()) => Exit::Green,
        Err(_) => Exit::Failed,
    }
}
