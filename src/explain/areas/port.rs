//! Published ports.

use crate::explain::{Area, Entry, Step};

pub(super) const AREA: Area = Area { title: "Published ports", about: ABOUT, entries: ENTRIES };

const ABOUT: &str = "Between a client and the gateway there are two mappings: Docker's (host port to container \
    port) and the image's forwarder (container port to the gateway's own). In the usual image that is 4002 on the \
    host, 4004 in the container, 4002 inside for paper; 4001, 4003, 4001 for live.";

const ENTRIES: &[Entry] = &[
    Entry {
        code: "port::not_published",
        meaning: "The container of the gateway runs, but its API port is not published on this machine. Only \
            containers on the same network reach it.",
        told_by: "The engine's port map of the running container has no entry for the port of `connection.address`; \
            connecting is refused (`broker::refused`). A port that is published and refused all the same belongs, as \
            a rule, to a container that has stopped.",
        remedy: &[
            Step::run("See what is published.", "docker port GATEWAY"),
            Step::say(
                "Publish it in the playbook or the compose file: `ports: [\"127.0.0.1:4002:4004\"]` for paper. \
                Keep the 127.0.0.1: an API port open to the network can trade.",
            ),
            Step::run("Have the container recreated.", "openbell run PLAYBOOK"),
        ],
        links: &["https://github.com/gnzsnz/ib-gateway-docker"],
    },
    Entry {
        code: "port::wrong_container_port",
        meaning: "The published port leads to the gateway's own port in the container, 4002 or 4001, and not to the \
            forwarder in front of it, 4004 or 4003. The gateway serves its own port to 127.0.0.1 inside the \
            container only, so nobody outside gets a session.",
        told_by: "The port map reads `4002->4002` (or `4001->4001`) and the image is the usual one. TCP connects, \
            because docker-proxy accepts; then a reset, silence or a close after START_API, for ever, while \"Login \
            has completed\" is in the log.",
        remedy: &[
            Step::run("See the map.", "docker port GATEWAY"),
            Step::say("Write `127.0.0.1:4002:4004` for paper, `127.0.0.1:4001:4003` for live."),
            Step::run("Have the container recreated.", "openbell run PLAYBOOK"),
            Step::say("Containers on the same network use `gateway:4004`, without any mapping."),
        ],
        links: &[
            "https://github.com/gnzsnz/ib-gateway-docker",
            "https://github.com/gnzsnz/ib-gateway-docker/issues/34",
        ],
    },
    Entry {
        code: "port::taken",
        meaning: "A port that a container is to publish is already in use on this machine: a second gateway, a TWS, \
            or an old copy of the stack.",
        told_by: "Something listens on the host port before the container is started, and it is not this container. \
            When only the engine notices, at the start, it is `docker::port_taken`.",
        remedy: &[
            Step::run("Find who has it.", "ss -ltnp 'sport = :4002'"),
            Step::run("Among containers:", "docker ps --filter publish=4002"),
            Step::say("Stop it, or publish another host port and write that into `connection.address`."),
        ],
        links: &[],
    },
    Entry {
        code: "port::loopback_in_container",
        meaning: "A variable of a container names 127.0.0.1 or localhost as the gateway's host. Inside a container \
            that is the container itself, where no gateway listens.",
        told_by: "The container's environment has a host variable of that value, and the container has a network of \
            its own (not `network_mode: host`). The bot's log says \"Connection refused\" within a millisecond, \
            while the same address works on the host.",
        remedy: &[
            Step::run(
                "See the variable.",
                "docker inspect -f '{{range .Config.Env}}{{println .}}{{end}}' BOT | grep -iE 'host|addr'",
            ),
            Step::say("Write the gateway's name and its container port: `gateway` and `4004` for paper."),
            Step::run("Have the bot recreated.", "openbell run PLAYBOOK"),
        ],
        links: &[],
    },
];
