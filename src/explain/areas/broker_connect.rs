//! The API port of the gateway, up to the session.

use crate::explain::{Area, Entry, Step};

pub(super) const AREA: Area = Area { title: "The API port: connecting", about: ABOUT, entries: ENTRIES };

const ABOUT: &str = "What a handshake with the TWS API meets, from TCP to the session. Two kinds of failure look \
    alike to a bot and are told apart here: a port with nothing behind it answers at once (refused, reset, closed), \
    a gateway that is not ready stays silent.";

const ENTRIES: &[Entry] = &[
    Entry {
        code: "broker::refused",
        meaning: "Nothing listens at the address of the gateway. The container does not run, its API port is not \
            published, or the address or port is wrong.",
        told_by: "`connect` fails at once with ECONNREFUSED (111; 10061 on Windows). A port that docker-proxy or \
            socat holds open would accept and then close: that is `broker::nothing_behind`. No answer at all, until \
            a timeout, is `broker::unreachable`.",
        remedy: &[
            Step::run(
                "See whether the container runs and what it publishes.",
                "docker ps -a --filter name=GATEWAY",
            ),
            Step::run(
                "Compare the published port with `connection.address` of the playbook: 4002 for paper and 4001 for \
                live in the usual image.",
                "docker port GATEWAY",
            ),
            Step::run("If it has exited, read how.", "docker logs --tail 50 GATEWAY"),
            Step::say(
                "From inside a container, use the gateway's name in place of 127.0.0.1: see \
                `port::loopback_in_container`.",
            ),
        ],
        links: &[
            "https://interactivebrokers.github.io/tws-api/connection.html",
            "https://github.com/gnzsnz/ib-gateway-docker/issues/34",
        ],
    },
    Entry {
        code: "broker::unreachable",
        meaning: "No TCP connection to the gateway's host came about, and nobody refused it either. The packets do \
            not arrive, or the answers do not come back.",
        told_by: "`connect` fails with EHOSTUNREACH (113), ENETUNREACH (101) or another error of the network, or is \
            not answered within 5 s: firewalls drop packets without a word. A host that answers `refused` at once is \
            `broker::refused`; a name without an address is `broker::unresolved`.",
        remedy: &[
            Step::run("See whether the host is reached at all.", "ping -c 3 HOST"),
            Step::run("Try the port alone.", "nc -vz -w 5 HOST 4002"),
            Step::say(
                "Look for a firewall or a VPN between this machine and the host, and whether the host has the \
                address you think it has.",
            ),
        ],
        links: &[],
    },
    Entry {
        code: "broker::unresolved",
        meaning: "The host name in the gateway's address has no IP address. Nothing was sent to anybody.",
        told_by: "The lookup of the name fails before any connection (\"failed to lookup address information\"). \
            Names of containers, such as `gateway`, resolve only inside the network of the stack: on the host itself \
            the published port of 127.0.0.1 is meant.",
        remedy: &[
            Step::run("Ask the resolver yourself.", "getent hosts NAME"),
            Step::say("On the host, write 127.0.0.1 and the published port into `connection.address`."),
            Step::run(
                "Inside a container, see whether it is on the stack's network.",
                "docker inspect -f '{{json .NetworkSettings.Networks}}' CONTAINER",
            ),
        ],
        links: &[],
    },
    Entry {
        code: "broker::nothing_behind",
        meaning: "Something accepts the connection and closes it again before the gateway has said anything. It is \
            the forwarder in front of the gateway: docker-proxy, or the socat of the image. The gateway itself does \
            not listen yet, or the forwarder leads to the wrong port.",
        told_by: "TCP connects, then a reset or an end of stream within milliseconds, before the version frame. \
            Where nothing shows who listens there, another server is told as possible too, such as `broker::tls`. \
            `ib_insync` prints \"Peer closed connection. clientId N already in use?\" for this, which is a guess and \
            here a wrong one. A gateway that is up but not ready does not close: it stays mute (`broker::mute`).",
        remedy: &[
            Step::say("In the first minutes after a start: wait. The image listens before the gateway does."),
            Step::run(
                "If it lasts, see whether the gateway inside still starts, or failed.",
                "docker logs --tail 50 GATEWAY",
            ),
            Step::run(
                "Check the port map. In the usual image the container port is 4004 for paper and 4003 for live, not \
                4002 and 4001.",
                "docker port GATEWAY",
            ),
            Step::say("See `port::wrong_container_port` if the map says 4002->4002."),
        ],
        links: &[
            "https://github.com/gnzsnz/ib-gateway-docker/issues/34",
            "https://github.com/gnzsnz/ib-gateway-docker/issues/268",
        ],
    },
    Entry {
        code: "broker::mute",
        meaning: "The gateway's port accepts and then says nothing. The gateway process is up, but it does not serve \
            the API: a log-in, a second factor or a dialog is pending, or it is wedged.",
        told_by: "The connection stays open and the next frame does not come. The rung reached says how far it got. \
            No version frame: not logged in, a dialog, or wedged. Version but no accounts, or accounts but no next \
            valid id: the session is not complete. It is not a port without a gateway (those close at once, \
            `broker::nothing_behind`) and not error 326, which is a message. A bot's only sign of all of these is a \
            `TimeoutError`.",
        remedy: &[
            Step::run(
                "Read the stage of the log-in in the container's log.",
                "docker logs --since 15m GATEWAY 2>&1 | grep -E 'Login|Second Factor|dialog|exit'",
            ),
            Step::say(
                "\"Second Factor Authentication initiated\" without \"Login has completed\": confirm it in \
                IBKR Mobile (`gateway::two_factor_pending`).",
            ),
            Step::say(
                "No such line: look at the gateway's screen (VNC, port 5900 in the usual image if \
                `VNC_SERVER_PASSWORD` is set) for a dialog.",
            ),
            Step::say("\"Login has completed\" minutes ago: see `gateway::wedged`."),
            Step::say(
                "Do not hammer the port with short attempts meanwhile: abandoned handshakes can wedge a \
                gateway.",
            ),
        ],
        links: &[
            "https://github.com/erdewit/ib_insync/issues/386",
            "https://github.com/erdewit/ib_insync/issues/578",
            "https://github.com/ib-api-reloaded/ib_async/issues/18",
        ],
    },
    Entry {
        code: "broker::not_accepted",
        meaning: "The gateway answered the handshake and then closed the connection without a reason. It does not \
            accept this API client: its address is not among the trusted IPs, or the API is not enabled.",
        told_by: "The version frame came, START_API was sent, and the end of the stream followed about half a second \
            later, again and again, with no error frame. With a client id that is taken, error 326 would have come \
            first (`broker::client_id_in_use`). The gateway's own log then has \"Ignoring API request ... since API \
            is not accepted\".",
        remedy: &[
            Step::run("Read the trusted addresses.", "docker exec GATEWAY cat /home/ibgateway/Jts/jts.ini"),
            Step::say(
                "`TrustedIPs=127.0.0.1` is right where socat forwards inside the container. Then publish \
                socat's port (4004 for paper), not the gateway's own: see `port::wrong_container_port`.",
            ),
            Step::say(
                "Where the gateway is reached directly, add the client's address to TrustedIPs and restart the \
                gateway.",
            ),
            Step::say(
                "In TWS, check Global Configuration, API, Settings: `Enable ActiveX and Socket Clients`.",
            ),
        ],
        links: &[
            "https://github.com/ib-api-reloaded/ib_async/issues/143",
            "https://github.com/stoqey/ib/issues/162",
        ],
    },
    Entry {
        code: "broker::not_tws",
        meaning: "Something answers at the address, and it is not a TWS API. The port belongs to another service.",
        told_by: "The first bytes are no frame of the TWS API: a length above 16 MiB, text such as `HTTP/1.1`, or a \
            frame without a version in it. The bytes are shown as evidence. A TLS server has a code of its own, \
            `broker::tls`. It is permanent: waiting does not help.",
        remedy: &[
            Step::run("Find out who has the port.", "ss -ltnp 'sport = :4002'"),
            Step::say(
                "Correct `connection.address`: the gateway's API is at 4002 (paper) or 4001 (live), TWS at \
                7497 and 7496. Port 5900 is its screen, not its API.",
            ),
        ],
        links: &[],
    },
    Entry {
        code: "broker::garbled",
        meaning: "The gateway answered with its version, and a message after that cannot be read: its bytes are not \
            what the version promises.",
        told_by: "A good version frame came, and then a frame that is too long or does not hold what its message id \
            says. The bytes are shown as evidence. A service that is no gateway fails before the version frame: that \
            is `broker::not_tws`.",
        remedy: &[
            Step::say("Try once more: the next connection begins anew."),
            Step::run(
                "Compare the gateway's version with what openbell knows: server versions 100 to 226.",
                "openbell probe --address 127.0.0.1:4002",
            ),
            Step::say("Leave out whatever sits between, such as a proxy or a tunnel, and look again."),
        ],
        links: &[],
    },
    Entry {
        code: "broker::tls",
        meaning: "A TLS server answers at the address. The TWS API of a gateway is plain TCP, so this is another \
            service, or a tunnel that expects TLS in front of the gateway.",
        told_by: "The first bytes are a TLS record (`15 03`, an alert about our plain text) in place of a version \
            frame. A TLS server that closes without an alert cannot be told from a port with nothing behind it \
            (`broker::nothing_behind`): then both are told as possible.",
        remedy: &[
            Step::run("See what it presents itself as.", "openssl s_client -connect HOST:PORT </dev/null"),
            Step::say(
                "Correct `connection.address`. The Client Portal Gateway, which speaks HTTPS (port 5000 as a \
                rule), is another product and has no TWS API.",
            ),
            Step::say("If a tunnel (stunnel, SSH) is meant to be there, connect to its plain end."),
        ],
        links: &[],
    },
    Entry {
        code: "broker::server_too_old",
        meaning: "The gateway works, but its server version is below what the API client needs. The Rust client \
            needs 213; gateway builds from 10.40 on have that, build 10.37 has 203.",
        told_by: "The version frame came and names the server version. Clients with a lower floor connect to the \
            same gateway without trouble: `ib_insync` needs 157, the probe of openbell 100. It is permanent until \
            the gateway is updated.",
        remedy: &[
            Step::run(
                "Use a newer gateway image and start it anew.",
                "docker pull ghcr.io/gnzsnz/ib-gateway:stable",
            ),
            Step::say(
                "Or be content with the raw probe, if your bot's client is: write `ready: { client: probe }` \
                and `stable: { for: 5m, session: false }` in the playbook.",
            ),
        ],
        links: &["https://github.com/wboayue/rust-ibapi"],
    },
    Entry {
        code: "broker::flooded",
        meaning: "The gateway sends message after message and never the accounts and the next order id. The session \
            is not usable, although the connection looks busy.",
        told_by: "Hundreds of frames arrived and none of them were managed accounts and next valid id: a flood of \
            notices. It is not silence (`broker::mute`). The Rust client gives up after 100 frames and returns a \
            session with no accounts and order id 0, without any error: a bot that does not check believes that it \
            is connected.",
        remedy: &[
            Step::say("Wait once: floods of farm notices come while the gateway connects to its servers."),
            Step::run("If it lasts, read which notices they are.", "docker logs --since 10m GATEWAY"),
            Step::run("Restart the gateway if it does not end.", "docker restart -t 90 GATEWAY"),
        ],
        links: &[],
    },
];
