//! What openbell tells the systemd that started it, as a real socket hears it.
#![cfg(target_os = "linux")]

use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;

use openbell::adapters::service_socket::ServiceSocket;

fn heard(socket: &UnixDatagram) -> String {
    let mut bytes = [0; 4096];
    socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let length = socket.recv(&mut bytes).unwrap();
    String::from_utf8(bytes[..length].to_vec()).unwrap()
}

fn given(pairs: &[(&str, &str)]) -> ServiceSocket {
    ServiceSocket::of(|name| {
        pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    })
}

fn tells(service: &ServiceSocket, socket: &UnixDatagram) {
    service.ready();
    assert_eq!(heard(socket), "READY=1");
    service.status("4 of 4 hold\nREADY=1");
    assert_eq!(heard(socket), "STATUS=4 of 4 hold READY=1", "one line is one assignment");
    service.watchdog();
    assert_eq!(heard(socket), "WATCHDOG=1");
    service.stopping();
    assert_eq!(heard(socket), "STOPPING=1");
}

#[test]
fn a_socket_with_a_path_hears_everything() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    tells(&given(&[("NOTIFY_SOCKET", path.to_str().unwrap())]), &socket);
}

#[test]
fn a_socket_in_the_abstract_name_space_hears_everything() {
    let name = format!("openbell-test-{}", std::process::id());
    let socket = UnixDatagram::bind_addr(&SocketAddr::from_abstract_name(&name).unwrap()).unwrap();
    tells(&given(&[("NOTIFY_SOCKET", &format!("@{name}"))]), &socket);
}

#[test]
fn nobody_there_and_nobody_asking_change_nothing() {
    for address in ["", "/nowhere/notify", "notify", "vsock:2:1", "@"] {
        let service = given(&[("NOTIFY_SOCKET", address)]);
        service.ready();
        service.stopping();
    }
    given(&[]).ready();
}

#[test]
fn a_systemd_that_does_not_listen_holds_nothing_up() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("notify");
    let _socket = UnixDatagram::bind(&path).unwrap();
    let service = given(&[("NOTIFY_SOCKET", path.to_str().unwrap())]);
    // More than any queue holds.
    for _ in 0..100_000 {
        service.watchdog();
    }
}

#[test]
fn the_watchdog_is_answered_twice_within_its_limit_and_only_by_whom_it_is_for() {
    let own = std::process::id().to_string();
    let limit = ("WATCHDOG_USEC", "60000000");
    assert_eq!(given(&[limit]).watchdog_interval(), Some(Duration::from_secs(30)));
    assert_eq!(given(&[limit, ("WATCHDOG_PID", &own)]).watchdog_interval(), Some(Duration::from_secs(30)));
    assert_eq!(given(&[limit, ("WATCHDOG_PID", "1")]).watchdog_interval(), None);
    for wrong in ["0", "", "soon", "-1"] {
        assert_eq!(given(&[("WATCHDOG_USEC", wrong)]).watchdog_interval(), None, "{wrong}");
    }
    assert_eq!(given(&[]).watchdog_interval(), None);
}
