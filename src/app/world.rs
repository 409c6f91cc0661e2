//! The real world: every port with its adapter.

use std::path::PathBuf;
use std::sync::Arc;

use crate::adapters::{docker, files, http, ibapi, net, probe};
use crate::ports::World;
use crate::ports::broker::ProbeIds;

/// The world through this machine's engine, network and disk.
pub(super) fn world(docker_host: Option<String>, container_binary: PathBuf) -> World {
    World {
        docker: Arc::new(docker::Bollard::new(docker_host)),
        broker: Arc::new(ibapi::Ibapi),
        probe: Arc::new(probe::WireProbe),
        // Two runs after one another should not ask for the same ids: the gateway releases them late.
        probe_ids: Arc::new(ProbeIds::starting_at(std::process::id())),
        net: Arc::new(net::Tcp),
        http: Arc::new(http::Reqwest::default()),
        files: Arc::new(files::Disk { own_binary: container_binary }),
    }
}
