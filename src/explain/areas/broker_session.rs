//! What an API session shows, and how it ends.

use crate::explain::{Area, Entry, Step};

pub(super) const AREA: Area = Area { title: "The API port: the session", about: ABOUT, entries: ENTRIES };

const ABOUT: &str = "The handshake is done. What the session shows, and how it ends.";

const ENTRIES: &[Entry] = &[
    Entry {
        code: "broker::no_accounts",
        meaning: "The session has no account. The gateway sent an empty list, which it does while its log-in is not \
            complete.",
        told_by: "A managed-accounts frame came and holds no name (empty, or a comma alone). API clients return \
            success for such a session, so this is checked by openbell itself. No such frame at all is \
            `broker::mute`.",
        remedy: &[
            Step::say("Wait: the list fills when the log-in completes."),
            Step::run(
                "If it lasts, read the log for a pending dialog.",
                "docker logs --since 15m GATEWAY 2>&1 | grep -iE 'login|dialog'",
            ),
            Step::run("Restart the gateway if nothing is pending.", "docker restart -t 90 GATEWAY"),
        ],
        links: &[],
    },
    Entry {
        code: "broker::no_next_id",
        meaning: "The session shows accounts but no usable next order id. No order could be numbered, and bots wait \
            for this id before they call themselves connected.",
        told_by: "The next valid id is 0 or negative, or a client returned without one. Accounts alone, with silence \
            after them, is `broker::mute` at the accounts rung; that was seen with build 10.41.",
        remedy: &[
            Step::say("Wait for the log-in to complete."),
            Step::run("If it lasts, restart the gateway.", "docker restart -t 90 GATEWAY"),
        ],
        links: &["https://github.com/heshiming/ibga/issues/24"],
    },
    Entry {
        code: "broker::half_open",
        meaning: "The session is open, but requests are not answered. The gateway accepted the client and is stuck \
            behind it.",
        told_by: "Version, accounts and next id came; a request for the time (or for the ids) had no answer within \
            10 s. TCP is still up and `is_connected()` of the client stays true, so port checks and connection flags \
            see nothing wrong. If a lost connection to IBKR had been reported, it would be \
            `broker::connectivity_lost`.",
        remedy: &[
            Step::say(
                "Wait half a minute and look again: gateways do not answer a time request that follows another \
                within about four seconds.",
            ),
            Step::run("See whether the gateway lost its own connection.", "docker logs --since 15m GATEWAY"),
            Step::run(
                "If it lasts, restart the gateway; have a second factor ready.",
                "docker restart -t 90 GATEWAY",
            ),
            Step::say(
                "Give the bot a heartbeat of its own: ask for the time every 30 s and reconnect after two \
                misses.",
            ),
        ],
        links: &[
            "https://github.com/TraderAlice/OpenAlice/issues/294",
            "https://github.com/ib-api-reloaded/ib_async/issues/84",
        ],
    },
    Entry {
        code: "broker::connectivity_lost",
        meaning: "The gateway told its clients that it lost its own connection to IBKR. The API session stays open, \
            but nothing behind it works until the connection is back.",
        told_by: "A system message 1100 (id -1) in an open session. The bot's TCP connection is untouched, so this \
            is not `broker::dropped`. As a rule 1101 or 1102 follows by itself. Causes named by IBKR: the internet \
            line, the nightly reset of the servers, a competing session.",
        remedy: &[
            Step::say(
                "Wait for 1101 or 1102 (`broker::connectivity_restored`). Inside a maintenance window that can \
                take its whole length: see `gateway::maintenance`.",
            ),
            Step::run("Check this machine's own line.", "ping -c 3 www.interactivebrokers.com"),
            Step::say("See whether the same user was logged in elsewhere (`gateway::existing_session`)."),
        ],
        links: &[
            "https://interactivebrokers.github.io/tws-api/message_codes.html",
            "https://www.interactivebrokers.com/en/software/systemStatus.php",
        ],
    },
    Entry {
        code: "broker::connectivity_restored",
        meaning: "The gateway's connection to IBKR is back. After message 1101 the subscriptions to data are lost \
            and have to be asked for again; after 1102 they were kept.",
        told_by: "Message 1101 or 1102 after 1100 in the same session. It is news, not a fault: it names the end of \
            `broker::connectivity_lost`.",
        remedy: &[
            Step::say("After 1102: nothing to do."),
            Step::run(
                "After 1101: let the bot ask for its market data again, or restart it.",
                "docker restart BOT",
            ),
        ],
        links: &["https://interactivebrokers.github.io/tws-api/message_codes.html"],
    },
    Entry {
        code: "broker::dropped",
        meaning: "An API session that was open ended without our asking. The gateway restarted, closed the session, \
            or the path to it broke.",
        told_by: "End of stream or a reset after accounts had arrived. Before the version frame the same event is \
            `broker::nothing_behind`, directly after START_API `broker::not_accepted`. Clients that reconnect by \
            themselves hide it: their log has it.",
        remedy: &[
            Step::run(
                "Read what the gateway did at that moment.",
                "docker logs --timestamps --since 15m GATEWAY",
            ),
            Step::say(
                "\"IBC returned exit status\" or \"IBC will restart shortly\" there: it restarted \
                (`gateway::restarting`).",
            ),
            Step::run(
                "Compare the container's start with the time of the drop.",
                "docker inspect -f '{{.State.StartedAt}} restarts={{.RestartCount}}' GATEWAY",
            ),
        ],
        links: &[],
    },
    Entry {
        code: "broker::farms_broken",
        meaning: "The session works, but the gateway's connection to a data farm is broken. Quotes, history or \
            contract data will be missing.",
        told_by: "A notice 2103 (market data), 2105 (historical data) or 2157 (security definitions) and no later \
            2104, 2106 or 2158 for the same farm. Codes 2107 and 2108 say inactive until needed, 2119 connecting: \
            those are no faults. Code 2110 is the gateway's connection to its server.",
        remedy: &[
            Step::say("Wait: the matching 2104, 2106 or 2158 comes by itself as a rule."),
            Step::say(
                "Check the state of IBKR's systems, and whether a maintenance window is open \
                (`gateway::maintenance`).",
            ),
            Step::run(
                "If one farm stays broken while others work, restart the gateway.",
                "docker restart -t 90 GATEWAY",
            ),
        ],
        links: &[
            "https://interactivebrokers.github.io/tws-api/message_codes.html",
            "https://www.interactivebrokers.com/en/software/systemStatus.php",
        ],
    },
    Entry {
        code: "broker::farms_unknown",
        meaning: "The session is ready, but the gateway has not yet said anything about its data farms. A request \
            for data that is made now may get no answer.",
        told_by: "Accounts, id and a time request were answered; no notice 2103 to 2108, 2119, 2157 or 2158 has come \
            on this connection. A real gateway sends 2104, 2106 and 2158 directly after the next valid id. A farm \
            reported as broken is `broker::farms_broken`.",
        remedy: &[
            Step::say("Wait some seconds and look again."),
            Step::say(
                "If the bot needs data at once, let it wait for 2104 and 2106 before its first request.",
            ),
        ],
        links: &["https://interactivebrokers.github.io/tws-api/error_handling.html"],
    },
    Entry {
        code: "broker::no_data",
        meaning: "The session is ready, but the request for data that the playbook asked for had no answer. Orders \
            and account data may work; what needs quotes or history will not.",
        told_by: "The rungs up to the time request were climbed; the data request after it timed out without an \
            error frame. With a broken farm reported it is `broker::farms_broken`. Requests made before 2104 and \
            2106 may never be answered.",
        remedy: &[
            Step::say("Ask again once 2104 and 2106 have been seen."),
            Step::run(
                "See whether a competing session takes the data: error 10197 in the bot's log.",
                "docker logs --since 15m BOT 2>&1 | grep 10197",
            ),
            Step::say("Check the market data subscriptions of that user at IBKR."),
        ],
        links: &["https://interactivebrokers.github.io/tws-api/error_handling.html"],
    },
    Entry {
        code: "broker::read_only",
        meaning: "The API of the gateway is in read-only mode. Account data and prices work; orders, and requests \
            for open orders, are refused.",
        told_by: "Error 321 with the text \"The API interface is currently in Read-Only mode.\" It is an answer, so \
            the session works. `ib_insync` and `ib_async` ask for open orders while they connect and log the error \
            then.",
        remedy: &[
            Step::say("For a bot that must not trade this is a good state: leave it."),
            Step::run(
                "If the bot needs orders, or cannot connect without asking for them, set `READ_ONLY_API: \"no\"` for \
                the gateway's container and have it recreated.",
                "openbell run PLAYBOOK",
            ),
            Step::say("In TWS, it is Global Configuration, API, Settings, Read-Only API."),
        ],
        links: &[
            "https://github.com/IbcAlpha/IBC/issues/10",
            "https://github.com/IbcAlpha/IBC/issues/341",
            "https://github.com/erdewit/ib_insync/issues/1",
        ],
    },
    Entry {
        code: "broker::clock_skew",
        meaning: "The clock of the gateway and the clock of this machine differ by more than 5 s. Times in logs do \
            not match, and a bot that acts by the clock acts at the wrong moment.",
        told_by: "The answer to the time request is compared with this machine's clock, less the round trip. A time \
            zone is not a skew: the answer is in seconds since 1970. On a desktop it is seen after sleep or \
            hibernation.",
        remedy: &[
            Step::run("Look at this machine's clock first.", "timedatectl status"),
            Step::run("See the clock of the containers.", "docker exec GATEWAY date -u; date -u"),
            Step::run(
                "Docker Desktop after a sleep of the machine: restart Docker Desktop, then run the playbook.",
                "openbell run PLAYBOOK",
            ),
        ],
        links: &["https://github.com/docker/for-win/issues/10347"],
    },
    Entry {
        code: "broker::live_account",
        meaning: "The gateway is logged in to a live account where a paper account is expected. Nothing that is held \
            is started.",
        told_by: "The managed accounts of the session name an account that does not begin with `DU` or `DF`: live \
            ones begin with `U`, `F` (advisor) or `I`. It is read from the session, not from the port or from a \
            setting: port 4002 proves nothing.",
        remedy: &[
            Step::run("Do not start the bot. Stop it if somebody did.", "docker stop BOT"),
            Step::run(
                "Set `TRADING_MODE: paper` and the paper user for the gateway's container, then have it recreated.",
                "openbell run PLAYBOOK",
            ),
            Step::say("Check the user name in the secret file: live and paper have different users."),
        ],
        links: &["https://github.com/antequant/ib-gateway-docker/issues/6"],
    },
    Entry {
        code: "broker::paper_account",
        meaning: "The gateway is logged in to a paper account where a live one is expected. Nothing would reach the \
            market.",
        told_by: "The managed accounts of the session begin with `DU` or `DF`. It is the reverse of \
            `broker::live_account`.",
        remedy: &[
            Step::run(
                "Check the trading mode and the user of the gateway's container.",
                "docker inspect -f '{{range .Config.Env}}{{println .}}{{end}}' GATEWAY | grep TRADING_MODE",
            ),
            Step::say("If paper is what you want, expect it: `safety: { accounts: [\"DU*\", \"DF*\"] }`."),
        ],
        links: &[],
    },
    Entry {
        code: "broker::still_there",
        meaning: "The gateway is to be gone, and its port still answers. What waits for its end is not over yet.",
        told_by: "A TCP connection to the gateway's address is still accepted. docker-proxy accepts as long as the \
            container runs, so the container may be on its way down.",
        remedy: &[
            Step::run("See what still runs.", "docker ps --filter name=GATEWAY"),
            Step::run(
                "A gateway needs up to 90 s to log out: let the stop have that long.",
                "docker stop -t 90 GATEWAY",
            ),
            Step::run(
                "If no container of yours runs, something else has the port.",
                "ss -ltnp 'sport = :4002'",
            ),
        ],
        links: &[],
    },
];
