//! The real world: every port with its adapter.

use std::path::PathBuf;
use std::sync::Arc;

use super::Surroundings;
use crate::adapters::{api_client, docker, files, http, ibc, net, probe};
use crate::ports::World;
use crate::ports::broker::ProbeIds;

/// The world through this machine's engine, network and disk.
pub(super) fn world(docker_host: Option<String>, container_binary: PathBuf, around: &Surroundings) -> World {
    World {
        docker: Arc::new(docker::Bollard::new(docker_host)),
        broker: Arc::new(api_client::Ibapi),
        probe: Arc::new(probe::WireProbe),
        // Two runs after one another should not ask for the same ids: the gateway releases them late.
        probe_ids: Arc::new(ProbeIds::starting_at(
            around.now.subsec_nanosecond().unsigned_abs() / 7 + std::process::id(),
        )),
        ibc: Arc::new(ibc::CommandPort),
        net: Arc::new(net::Tcp),
        http: Arc::new(http::Reqwest::default()),
        files: Arc::new(files::Disk::new(container_binary, around.environment)),
    }
}
