//! Plain TCP.

use crate::explain::{Area, Entry, Step};

pub(super) const AREA: Area = Area { title: "Plain TCP", about: ABOUT, entries: ENTRIES };

const ABOUT: &str = "The step `port`: does something accept? That proves nothing about what is behind it.";

const ENTRIES: &[Entry] = &[
    Entry {
        code: "net::refused",
        meaning: "Nothing listens at the address that the step looks at.",
        told_by: "ECONNREFUSED (111; 10061 on Windows) at once. For the gateway's API port the same event is told as \
            `broker::refused`.",
        remedy: &[
            Step::run("See whether the container runs and publishes the port.", "docker ps"),
            Step::run("See what listens on this machine.", "ss -ltn"),
            Step::say("If the service is slow to start, give the step more time: `within: 2m`."),
        ],
        links: &[],
    },
    Entry {
        code: "net::unresolved",
        meaning: "The host name in the address has no IP address.",
        told_by: "The lookup fails before any connection. Names of containers resolve only inside the network of the \
            stack.",
        remedy: &[
            Step::run("Ask the resolver.", "getent hosts NAME"),
            Step::say("From this machine use 127.0.0.1 and the published port."),
        ],
        links: &[],
    },
    Entry {
        code: "net::unreachable",
        meaning: "No connection came about, and nobody refused it: the host is down, a firewall drops the packets, \
            or there is no route.",
        told_by: "EHOSTUNREACH (113), ENETUNREACH (101), or no answer within 5 s.",
        remedy: &[
            Step::run("Try it by hand.", "nc -vz -w 5 HOST PORT"),
            Step::say("Check the route and the firewall between this machine and the address."),
        ],
        links: &[],
    },
];
