//! `/proc/net/tcp` and `/proc/net/tcp6`, as kernels write them.

use openbell::evidence::sockets::{Reach, Sockets};
use proptest::prelude::*;

const HEAD: &str =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";

fn sockets(lines: &[&str]) -> Sockets {
    Sockets::parse(&format!("{HEAD}{}", lines.join("\n"))).unwrap()
}

#[test]
fn listeners_are_told_with_their_reach_and_backlog() {
    let read = sockets(&[
        "   0: 0100007F:0FA2 00000000:0000 0A 00000000:00000003 00:00000000 00000000  1000        0 1 1 0000 100 0 0 10 0",
        "   1: 00000000:0FA4 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 2 1 0000 100 0 0 10 0",
        "   2: 030012AC:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 3 1 0000 100 0 0 10 0",
    ]);
    let told: Vec<_> = read
        .listeners
        .iter()
        .map(|listener| (listener.ip.to_string(), listener.port, listener.pending, listener.reach()))
        .collect();
    assert_eq!(
        told,
        [
            ("127.0.0.1".to_owned(), 4002, 3, Reach::Loopback),
            ("0.0.0.0".to_owned(), 4004, 0, Reach::Any),
            ("172.18.0.3".to_owned(), 8080, 0, Reach::Other),
        ]
    );
    assert_eq!(
        (read.pending(4002), read.is_open(4002), read.is_open(4004), read.is_open(1)),
        (3, false, true, false)
    );
}

#[test]
fn addresses_of_ipv6_are_read_and_mapped_ones_are_ipv4() {
    let read = sockets(&[
        "   0: 00000000000000000000000000000000:0FA2 00000000000000000000000000000000:0000 0A 00000000:00000000 0",
        "   1: 00000000000000000000000001000000:0FA3 00000000000000000000000000000000:0000 0A 00000000:00000000 0",
        "   2: 0000000000000000FFFF0000030012AC:0FA2 0000000000000000FFFF0000040012AC:D431 01 00000000:00000000 0",
        "   3: 0000000000000000FFFF00000100007F:0FA2 0000000000000000FFFF00000100007F:D432 08 00000000:00000001 0",
    ]);
    assert_eq!(read.listeners[0].reach(), Reach::Any);
    assert_eq!(
        (read.listeners[1].ip.to_string(), read.listeners[1].reach()),
        ("::1".to_owned(), Reach::Loopback)
    );
    let peers: Vec<_> = read.peers(4002).map(|peer| (peer.remote.to_string(), peer.remote_port)).collect();
    assert_eq!(peers, [("172.18.0.4".to_owned(), 0xD431)]);
    assert_eq!((read.left_open(4002), read.left_open(4003)), (1, 0));
}

#[test]
fn nothing_read_is_not_nobody_listening() {
    assert_eq!(Sockets::parse(""), None);
    assert_eq!(Sockets::parse("cat: /proc/net/tcp: No such file or directory"), None);
    assert_eq!(Sockets::parse(HEAD), Some(Sockets::default()));
}

proptest! {
    #[test]
    fn any_text_is_read(text in ".{0,200}") {
        let read = sockets(&[&text]);
        prop_assert!(read.listeners.len() <= text.lines().count());
    }

    #[test]
    fn any_address_is_read(address in "[0-9A-Fa-f]{0,40}", port in "[0-9A-F]{0,6}", state in "0[0-9A-F]", queue in "[0-9A-F]{0,10}") {
        let read = sockets(&[&format!("0: {address}:{port} {address}:{port} {state} 0:{queue} 0")]);
        let all = read.listeners.len() + read.established.len() + read.close_wait.len();
        prop_assert!(all == 0 || address.len() == 8 || address.len() == 32);
    }
}
