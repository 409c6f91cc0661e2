//! The gateway's log-in.

use crate::explain::{Area, Entry, Step};

pub(super) const AREA: Area = Area { title: "The gateway's log-in", about: ABOUT, entries: ENTRIES };

const ABOUT: &str = "Why a gateway is up and not ready. The evidence is the log of its container since its last \
    start (the lines of IBC) together with what the API port does: a line in the log explains, it never proves.";

const ENTRIES: &[Entry] = &[
    Entry {
        code: "gateway::not_logged_in",
        meaning: "The gateway runs and has not logged in yet. It opens the API port early and serves it only after \
            the log-in.",
        told_by: "The port accepts and stays mute (`broker::mute`), and the log since the container's start has \
            neither \"Login has completed\" nor a line of a failed log-in, a second factor or a dialog. With one of \
            those lines the code is that one's.",
        remedy: &[
            Step::say("Wait: a start takes a minute or two."),
            Step::run("Follow it.", "docker logs -f --since 5m GATEWAY"),
            Step::say(
                "If nothing moves for five minutes, look at the gateway's screen over VNC, and check that user \
                and password are set.",
            ),
        ],
        links: &["https://github.com/erdewit/ib_insync/issues/386"],
    },
    Entry {
        code: "gateway::two_factor_pending",
        meaning: "The gateway waits for the second factor. Somebody has to confirm it in IBKR Mobile; it waits 180 s \
            as a rule.",
        told_by: "\"Second Factor Authentication initiated\" is the last stage in the log since the start, and no \
            \"Login has completed\" follows. The API port is mute. Paper log-ins need no second factor: a request \
            for one suggests that a live user logs in.",
        remedy: &[
            Step::say("Open IBKR Mobile and confirm the request now."),
            Step::say(
                "If it came too late, see `gateway::two_factor_timed_out` before you start another log-in.",
            ),
            Step::say("Give the step time where a person has to act: `within: 15m` on `ready`."),
        ],
        links: &[
            "https://github.com/IbcAlpha/IBC/blob/master/userguide.md",
            "https://github.com/IbcAlpha/IBC/issues/182",
        ],
    },
    Entry {
        code: "gateway::two_factor_timed_out",
        meaning: "Nobody confirmed the second factor in time, or the log-in did not complete after it. IBC gave up, \
            or starts the log-in anew.",
        told_by: "\"Exiting after error with exit code=1111\" or \"Exiting with exit code=1111\" in the log; the \
            container's exit code is 87 (1111 modulo 256). Code 1112, seen as 88, is the log-in dialog that never \
            appeared. With `TWOFA_TIMEOUT_ACTION=restart` the script loops (\"IBC will restart shortly\") and the \
            container never exits: each turn is one more log-in.",
        remedy: &[
            Step::run("Have the phone in hand, then start the gateway once.", "docker start GATEWAY"),
            Step::say("Confirm in IBKR Mobile within three minutes."),
            Step::say(
                "Set `TWOFA_TIMEOUT_ACTION: exit` for unattended machines: a loop of log-ins at night locks \
                the account.",
            ),
            Step::say("Set `AUTO_RESTART_TIME`, so that the nightly restart needs no second factor."),
        ],
        links: &[
            "https://github.com/IbcAlpha/IBC/blob/master/userguide.md",
            "https://github.com/QuantConnect/Lean.Brokerages.InteractiveBrokers/issues/262",
        ],
    },
    Entry {
        code: "gateway::login_failed",
        meaning: "IBKR refused the log-in: user or password is wrong, or the user may not log in this way. Trying \
            again with the same data brings a lock-out nearer.",
        told_by: "\"Login failed\" or \"Login error message:\" in the log since the start, with IBKR's own words \
            after it. Too many of them is `gateway::locked`; a service that is down is `gateway::unavailable`.",
        remedy: &[
            Step::run("Stop further attempts.", "docker stop -t 90 GATEWAY"),
            Step::run(
                "Read IBKR's words.",
                "docker logs GATEWAY 2>&1 | grep -A 5 -E 'Login failed|Login error message'",
            ),
            Step::run(
                "Check the secret files: the right user for paper or live, no blank and no second line in them.",
                "wc -lc secrets/*",
            ),
            Step::run(
                "Log in once by hand on IBKR's website with the same data, then start the gateway again.",
                "docker start GATEWAY",
            ),
        ],
        links: &["https://github.com/IbcAlpha/IBC/blob/master/userguide.md"],
    },
    Entry {
        code: "gateway::locked",
        meaning: "There were too many failed log-ins, and IBKR makes this user wait. Every attempt before the time \
            is over can make it longer.",
        told_by: "\"Too many failed login attempts. Please wait ...\" in the log or on the screen, with the time to \
            wait.",
        remedy: &[
            Step::run(
                "Stop the gateway, and everything that restarts it.",
                "docker update --restart=no GATEWAY && docker stop -t 90 GATEWAY",
            ),
            Step::say("Wait the time that is named, and a little longer."),
            Step::say("Correct the cause first (`gateway::login_failed`), then log in once by hand."),
            Step::say("If the user stays locked, IBKR's client service has to unlock it."),
        ],
        links: &["https://github.com/Voyz/ibeam/issues/221", "https://github.com/Voyz/ibeam/issues/130"],
    },
    Entry {
        code: "gateway::unavailable",
        meaning: "IBKR's log-in service is not available at the moment. Nothing is wrong with this machine.",
        told_by: "\"The system is not currently available.\" in the log. Inside the maintenance windows it is \
            expected: `gateway::maintenance`.",
        remedy: &[
            Step::say("Look at IBKR's system status page."),
            Step::say(
                "Wait some minutes before the next log-in: at most 3 in a row, and at most 5 in 24 hours.",
            ),
        ],
        links: &["https://www.interactivebrokers.com/en/software/systemStatus.php"],
    },
    Entry {
        code: "gateway::existing_session",
        meaning: "The same user is logged in somewhere else: a TWS, a phone, another gateway. One of the two \
            sessions has to give way.",
        told_by: "\"End this session and let the other session proceed\" or a dialog about an existing session in \
            the log. For data alone the sign is error 10197 in the bot's log.",
        remedy: &[
            Step::say("Log the other session out, or use a second user of the same account for the machine."),
            Step::say(
                "Set `EXISTING_SESSION_DETECTED_ACTION: primary` for the gateway's container: once logged in, \
                it keeps its session.",
            ),
            Step::run(
                "A session that is `primary` already wins over a new one, even over another `primary`: look for a \
                second gateway.",
                "docker ps --filter ancestor=ghcr.io/gnzsnz/ib-gateway:stable",
            ),
        ],
        links: &[
            "https://github.com/IbcAlpha/IBC/issues/45",
            "https://github.com/IbcAlpha/IBC/issues/251",
            "https://github.com/gnzsnz/ib-gateway-docker/issues/269",
        ],
    },
    Entry {
        code: "gateway::accept_dialog",
        meaning: "The gateway asks on its screen whether it may accept an incoming connection, and nobody answers. \
            Until then the connection stays mute.",
        told_by: "The port accepts and is mute although \"Login has completed\" is in the log, and a dialog about an \
            incoming connection was detected. A connection from a trusted address needs no dialog; without a dialog \
            it is `gateway::wedged`.",
        remedy: &[
            Step::say("For now, press OK in the dialog over VNC."),
            Step::say(
                "For good, connect from a trusted address: in the usual image by way of its forwarder \
                (container port 4004 for paper), which comes from 127.0.0.1. Trusted addresses get no dialog.",
            ),
            Step::run(
                "Or set `TWS_ACCEPT_INCOMING: accept` for the gateway's container (the image's default is `manual`) \
                and have it recreated; then everybody who reaches the port is let in.",
                "openbell run PLAYBOOK",
            ),
        ],
        links: &[
            "https://github.com/ib-api-reloaded/ib_async/issues/18",
            "https://github.com/IbcAlpha/IBC/blob/master/resources/config.ini",
        ],
    },
    Entry {
        code: "gateway::untrusted_ip",
        meaning: "The gateway does not trust the address that the API client comes from, and closes its connections.",
        told_by: "`broker::not_accepted` again and again, and the client's address is not in `TrustedIPs` of \
            jts.ini; the gateway's log has \"Ignoring API request ... since API is not accepted\".",
        remedy: &[
            Step::run(
                "Read what is trusted.",
                "docker exec GATEWAY grep TrustedIPs /home/ibgateway/Jts/jts.ini",
            ),
            Step::say(
                "In the usual image leave it at 127.0.0.1 and connect to container port 4004 (paper) or 4003 \
                (live): its forwarder connects from there.",
            ),
            Step::run(
                "Otherwise add the address of the client to `TrustedIPs`, and restart the gateway.",
                "docker restart -t 90 GATEWAY",
            ),
        ],
        links: &[
            "https://github.com/ib-api-reloaded/ib_async/issues/143",
            "https://github.com/IbcAlpha/IBC/issues/195",
        ],
    },
    Entry {
        code: "gateway::wedged",
        meaning: "The gateway is logged in and no longer takes API connections. Its system accepts them, the gateway \
            never does. It does not recover by itself; sessions that were open may even go on working.",
        told_by: "Mute at the version frame long after \"Login has completed\", with no dialog and no second factor \
            pending. Inside the container, connections pile up in CLOSE_WAIT and the accept queue of the API port is \
            full; socat logs \"Connection timed out\" for 127.0.0.1.",
        remedy: &[
            Step::run(
                "Count the connections in CLOSE_WAIT (state 08).",
                "docker exec GATEWAY sh -c 'cat /proc/net/tcp /proc/net/tcp6 | grep -c \" 08 \"'",
            ),
            Step::say(
                "Stop what makes handshakes and gives them up: health checks and bots with short timeouts.",
            ),
            Step::run(
                "If IBC's command port is on, restart the gateway through it: no second factor is needed then.",
                "docker exec GATEWAY bash -c 'exec 3<>/dev/tcp/127.0.0.1/7462; echo RESTART >&3; head -1 <&3'",
            ),
            Step::run(
                "Otherwise restart the container, with the phone in hand.",
                "docker restart -t 90 GATEWAY",
            ),
        ],
        links: &[
            "https://github.com/gnzsnz/ib-gateway-docker/issues/336",
            "https://github.com/gnzsnz/ib-gateway-docker/issues/324",
            "https://github.com/nautechsystems/nautilus_trader/issues/4796",
        ],
    },
    Entry {
        code: "gateway::restarting",
        meaning: "The gateway is restarting: by its daily schedule, by IBC or by hand. Sessions drop, and the API is \
            back after its log-in.",
        told_by: "\"IBC returned exit status\" and \"IBC will restart shortly\" in the log, or the gateway's process \
            is younger than its container. The daily restart keeps the log-in; after Sunday 01:00 New York time the \
            token is dead, and the next start is a full log-in with second factor.",
        remedy: &[
            Step::say("Wait: give it ten minutes."),
            Step::say(
                "On a Sunday, or if \"Second Factor Authentication initiated\" appears, confirm it in IBKR \
                Mobile.",
            ),
            Step::run(
                "If it restarts again and again, read the reason.",
                "docker logs --since 1h GATEWAY 2>&1 | grep -E 'exit code|exit status|restart'",
            ),
        ],
        links: &[
            "https://ibkrguides.com/traderworkstation/auto-restart-considerations.htm",
            "https://github.com/IbcAlpha/IBC/issues/269",
            "https://github.com/gnzsnz/ib-gateway-docker/issues/15",
        ],
    },
    Entry {
        code: "gateway::maintenance",
        meaning: "This is inside one of IBKR's maintenance windows, or one of the playbook's own. Log-ins can fail and connections drop, and it \
            says nothing about your stack.",
        told_by: "The clock: 23:45 to 00:45 New York time every night (15 minutes more on both sides), Friday 23:00 \
            to Sunday 02:00 New York time; for Europe 05:45 to 06:45 CET; for Asia 16:30 to 17:00 New York and 20:15 \
            to 21:00 Hong Kong time; and what `maintenance.windows` of the playbook says. Outside of them the same symptom has another code.",
        remedy: &[
            Step::run("See when it ends, and when the next one is.", "openbell calendar PLAYBOOK"),
            Step::say(
                "Wait for the end of the window. Inside of it, wait at least 480 s before a new log-in.",
            ),
            Step::say(
                "Do not restart the gateway meanwhile: each restart is a log-in, and log-ins are counted.",
            ),
            Step::say("See IBKR's system status page if it lasts longer."),
        ],
        links: &["https://www.interactivebrokers.com/en/software/systemStatus.php"],
    },
];
