//! The catalogue: one file for each area, in the order of the page.

mod broker_clients;
mod broker_connect;
mod broker_session;
mod calendar;
mod compose;
mod container;
mod docker;
mod drill;
mod edit;
mod gateway;
mod ibc;
mod init;
mod lint;
mod migrate;
mod net;
mod notify;
mod playbook;
mod playbook_form;
mod playbook_order;
mod playbook_sources;
mod port;
mod program;
mod report;
mod safety;
mod safety_declared;
mod safety_live;
mod script;
mod script_form;
mod secrets;
mod service;
mod state;
mod steps;
mod watch;

use super::Area;

/// Every area.
pub(super) const AREAS: &[Area] = &[
    broker_connect::AREA,
    broker_session::AREA,
    broker_clients::AREA,
    gateway::AREA,
    ibc::AREA,
    port::AREA,
    net::AREA,
    docker::AREA,
    container::AREA,
    steps::AREA,
    drill::AREA,
    watch::AREA,
    safety::AREA,
    safety_declared::AREA,
    safety_live::AREA,
    secrets::AREA,
    playbook::AREA,
    playbook_order::AREA,
    playbook_form::AREA,
    migrate::AREA,
    lint::AREA,
    edit::AREA,
    playbook_sources::AREA,
    compose::AREA,
    init::AREA,
    notify::AREA,
    script::AREA,
    script_form::AREA,
    report::AREA,
    service::AREA,
    state::AREA,
    calendar::AREA,
    program::AREA,
];
