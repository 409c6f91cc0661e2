//! Client ids.

use crate::explain::{Area, Entry, Step};

pub(super) const AREA: Area = Area { title: "The API port: client ids", about: ABOUT, entries: ENTRIES };

const ABOUT: &str = "Every API client has an id, and the gateway admits one client for each id at a time. Who has \
    which is the ledger of the playbook: `client_ids`.";

const ENTRIES: &[Entry] = &[
    Entry {
        code: "broker::client_id_in_use",
        meaning: "Another client is connected with this client id, or was until a moment ago. The gateway admits one \
            client for each id.",
        told_by: "Error 326 (\"Unable to connect as the client id is already in use. Retry with a unique client \
            id.\"), then the connection is closed. The message is the proof: a close without it is \
            `broker::not_accepted` or `broker::nothing_behind`, even where `ib_insync` guesses \"clientId N already \
            in use?\". After a crash the id can stay taken until the gateway notices the dead connection.",
        remedy: &[
            Step::run(
                "See who is connected: other bots, a notebook, a monitor.",
                "docker ps --format '{{.Names}}'",
            ),
            Step::say(
                "Stop that client, or wait a minute or two: the same id is tried again with growing pauses.",
            ),
            Step::say(
                "Or declare more ids, tried in order: `client_id: [100, 101, 102]`. Do not take a random one: \
                every crash then leaves another id behind.",
            ),
            Step::run(
                "Ids 9000 to 9099 are openbell's own. If those are in use as well, the gateway refuses every client: \
                restart it.",
                "docker restart -t 90 GATEWAY",
            ),
        ],
        links: &[
            "https://github.com/ib-api-reloaded/ib_async/issues/152",
            "https://github.com/nautechsystems/nautilus_trader/issues/4210",
        ],
    },
    Entry {
        code: "broker::client_ids_in_use",
        meaning: "Every client id that the playbook declares is in use. None of them could be taken.",
        told_by: "Each id in `connection.client_id` was answered with error 326 in turn. One id alone is \
            `broker::client_id_in_use`.",
        remedy: &[
            Step::run(
                "Find the clients that hold them: an old copy of the bot is the usual one.",
                "docker ps --format '{{.Names}}\\t{{.Status}}'",
            ),
            Step::run("Stop what is not needed, and run again.", "openbell run PLAYBOOK"),
            Step::say(
                "Or declare another id under `connection.client_id`, and write its owner into `client_ids`.",
            ),
        ],
        links: &["https://github.com/ib-api-reloaded/ib_async/issues/152"],
    },
    Entry {
        code: "broker::client_id_zero",
        meaning: "A client uses client id 0. Id 0 is special: it receives, and can bind, the orders that a person \
            enters by hand. A bot must not have it.",
        told_by: "The id 0 is written in a container's environment or seen in its log, as in \"(clientId=0, ...)\". \
            In a playbook the same is refused as `safety::client_id_zero`. `ib_insync` asks for automatic binding of \
            orders with id 0 only.",
        remedy: &[
            Step::say(
                "Give the bot another id, such as 100, where its environment is set, and the same one under \
                `client_ids`.",
            ),
            Step::run("Have it recreated.", "openbell run PLAYBOOK"),
        ],
        links: &["https://interactivebrokers.github.io/tws-api/connection.html"],
    },
    Entry {
        code: "broker::master_client_id",
        meaning: "A client uses the gateway's master client id. The client with that id receives the orders and \
            trades of every other client.",
        told_by: "The setting `Master API client ID` of the gateway equals an id in use. Another client's orders in \
            a bot's log are the sign of it.",
        remedy: &[
            Step::say(
                "In the gateway: Configure, Settings, API, Settings, `Master API client ID`: clear it, unless \
                a monitor is meant to have it.",
            ),
            Step::say("Or give the bot another id, where its environment is set and under `client_ids`."),
        ],
        links: &["https://api.lynx.academy/OrderManagement"],
    },
    Entry {
        code: "broker::foreign_client",
        meaning: "A client is connected to the gateway that nobody declared. It takes a client id, and it can trade.",
        told_by: "A connection to the API port, or a client id in use, belongs to none of the owners under \
            `client_ids` and not to openbell's own ids 9000 to 9099. A declared client that is connected twice is \
            `broker::client_id_in_use`.",
        remedy: &[
            Step::run(
                "See who is connected to the port on this machine.",
                "ss -tnp '( dport = :4002 or sport = :4002 )'",
            ),
            Step::run(
                "See which containers share the gateway's network.",
                "docker network inspect -f '{{range .Containers}}{{println .Name .IPv4Address}}{{end}}' NETWORK",
            ),
            Step::say("Stop it, or write it into the ledger: `client_ids: { monitor: 110 }`."),
        ],
        links: &[],
    },
    Entry {
        code: "broker::still_held",
        meaning: "A client id is to be free, and the gateway still holds it. A real gateway releases an id about \
            half a second after its client is gone, or only when it notices that the connection is dead.",
        told_by: "A handshake with that id is still answered with error 326, although its client was stopped.",
        remedy: &[
            Step::say("Wait: it ends by itself as a rule, within two minutes."),
            Step::run("See whether the client is really gone.", "docker ps --filter name=BOT"),
            Step::run(
                "If it stays held, restart the gateway: that releases every id.",
                "docker restart -t 90 GATEWAY",
            ),
        ],
        links: &[
            "https://github.com/ib-api-reloaded/ib_async/issues/152",
            "https://github.com/nautechsystems/nautilus_trader/pull/3796",
        ],
    },
    Entry {
        code: "broker::change_refused",
        meaning: "The gateway was asked to change one of its API settings, and did not.",
        told_by: "Its own answer to the request (server version 221 and newer), shown in the message.",
        remedy: &[
            Step::say(
                "Its words say why. The same settings are in the gateway's dialog: Configure, Settings, API.",
            ),
            Step::say(
                "Or set them where the container gets them: `READ_ONLY_API`, and `TrustedIPs` in `jts.ini`.",
            ),
        ],
        links: &[],
    },
    Entry {
        code: "broker::still_running",
        meaning: "The gateway is to be gone, and its container still runs. What waits for its end is not over yet.",
        told_by: "The engine's state of the gateway's container. While it runs, its port is not touched.",
        remedy: &[Step::run(
            "Stop it, with the time a gateway needs to log out.",
            "docker stop -t 90 GATEWAY",
        )],
        links: &[],
    },
];
