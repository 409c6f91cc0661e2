//! Reading the sockets of a container: by its own `cat`, or through the kernel of the engine's machine.

use std::sync::Arc;

use openbell::adapters::docker::Bollard;
use openbell::adapters::files::Disk;
use openbell::ports::World;
use openbell::ports::docker::{Docker, ExecOutput};
use openbell::steps::container_sockets::sockets;

use crate::docker_watch::run;
use crate::support::engine::made;
use crate::support::stack::Stack;
use crate::support::world::Fakes;

#[tokio::test]
async fn those_of_an_image_without_programs_are_read_through_its_process() {
    let stack = Stack::new("sockets");
    let docker = Arc::new(Bollard::new(None));
    let name = run(&stack, "gateway", &["-p", &format!("127.0.0.1:{}:4002", stack.port)], &[]);
    crate::docker_watch::until_logged(&docker, &name, "ready at").await;
    let container = docker.container(&name).await.unwrap().unwrap();
    let world = World { docker, files: Arc::new(Disk::new("x".into(), |_| None)), ..Fakes::new().world };
    let read = sockets(&world, &container).await.unwrap();
    // 4002, listening; the table of IPv6 stands behind that of IPv4.
    assert!(read.contains("00000000:0FA2 00000000:0000 0A"), "{read}");
    assert_eq!(read.matches("local_address").count(), 2, "{read}");
}

#[tokio::test]
async fn the_containers_own_cat_is_asked_first_and_a_process_only_on_this_machine() {
    let fakes = Fakes::new();
    let mut container = made("bot");
    container.pid = Some(4711);
    let hidden = sockets(&fakes.world, &container).await.unwrap_err();
    assert_eq!(hidden.why.code, "sockets::hidden");
    assert!(hidden.why.evidence[1].contains("fake is not known to be on this machine"), "{hidden:?}");

    fakes.engine.with(|state| state.host = Some("unix:///var/run/docker.sock".into()));
    assert!(sockets(&fakes.world, &container).await.unwrap().contains("process 4711"));

    // A kernel without IPv6: `cat` fails after it has read the first table.
    let output =
        "  sl  local_address rem_address\ncat: /proc/net/tcp6: No such file or directory\n".to_owned();
    fakes.engine.with(|state| state.exec = Some(ExecOutput { exit_code: 1, output: output.clone() }));
    assert_eq!(sockets(&fakes.world, &container).await.unwrap(), output);
}
