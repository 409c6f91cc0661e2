//! What the measurements are made with: playbooks, the adapters, a port nobody uses, the program.

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use openbell::adapters::{api_client, docker, files, http, ibc, net, probe};
use openbell::playbook::{self, Plan};
use openbell::ports::World;
use openbell::ports::broker::ProbeIds;
use serde_json::{Value, json};

use crate::shipped::OPENBELL;

/// The repository.
pub(crate) const HOME: &str = env!("CARGO_MANIFEST_DIR");

/// An address at which nobody is asked: the plan is given another, or has no step that asks.
pub(crate) const NOWHERE: &str = "127.0.0.1:9";

/// The world as the product sees it.
pub(crate) fn world() -> World {
    World {
        docker: Arc::new(engine()),
        broker: Arc::new(api_client::Ibapi),
        probe: Arc::new(probe::WireProbe),
        probe_ids: Arc::new(ProbeIds::default()),
        ibc: Arc::new(ibc::CommandPort),
        net: Arc::new(net::Tcp),
        http: Arc::new(http::Reqwest::default()),
        files: Arc::new(files::Disk::new(OPENBELL.clone(), |_| None)),
    }
}

/// The Docker engine that the program would use too.
pub(crate) fn engine() -> docker::Bollard {
    docker::Bollard::new(std::env::var("DOCKER_HOST").ok())
}

/// A playbook of these steps that talks to the gateway at `address`.
pub(crate) fn playbook(address: &str, steps: &Value) -> Value {
    json!({
        "version": 1,
        "name": "figures",
        "connection": { "address": address, "client_id": [101] },
        "steps": steps,
    })
}

/// One step that waits for a rung: a `ready` step's body.
pub(crate) fn ready(body: &Value) -> Value {
    json!([{ "id": "api", "do": { "ready": body } }])
}

/// Writes a playbook. JSON is YAML.
pub(crate) fn write(playbook: &Value, directory: &Path) -> PathBuf {
    let file = directory.join("playbook.yaml");
    std::fs::write(&file, format!("{playbook:#}\n")).expect("the temporary directory takes a file");
    file
}

/// The checked plan of a playbook.
pub(crate) fn plan(playbook: &Value) -> Plan {
    let directory = tempfile::tempdir().expect("a temporary directory can be made");
    let file = write(playbook, directory.path());
    let loaded =
        playbook::load(&file, &playbook::Inputs::default()).expect("the bench's own playbook is valid");
    loaded.plans.into_iter().next().expect("a playbook has a plan")
}

/// A port that is free now, for what has to be told one.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a free port");
    listener.local_addr().expect("a bound socket has an address").port()
}
