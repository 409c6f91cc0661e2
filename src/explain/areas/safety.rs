//! The safe state.

use crate::explain::{Area, Entry, Step};

pub(super) const AREA: Area = Area { title: "Safety", about: ABOUT, entries: ENTRIES };

const ABOUT: &str = "The safe state is not proven. What is held back does not run, or is stopped; the run ends with \
    exit code 4. What cannot be checked counts as broken.";

const ENTRIES: &[Entry] = &[
    Entry {
        code: "safety::account",
        meaning: "The live session shows an account that the playbook does not allow. Nothing that is held is \
            started.",
        told_by: "The managed accounts of the session, each compared with `safety.accounts`. Not the port and not a \
            setting: what the gateway itself says. Accounts that begin with `DU` or `DF` are paper, all others are \
            live.",
        remedy: &[
            Step::run(
                "Do not widen the list to get on. Find out which log-in this is.",
                "docker inspect -f '{{range .Config.Env}}{{println .}}{{end}}' GATEWAY | grep TRADING_MODE",
            ),
            Step::run(
                "Log the gateway in to the paper account: paper user, `TRADING_MODE: paper`. Then run again.",
                "openbell run PLAYBOOK",
            ),
            Step::say("If it is a paper account of yours that the list lacks, add it to `safety.accounts`."),
        ],
        links: &[],
    },
    Entry {
        code: "safety::env",
        meaning: "A variable that makes the safe state has another value in the container, or is not set there.",
        told_by: "Read from the running object: `docker inspect` for the value the container was made with, \
            `/proc/*/environ` for what its processes have, which an entry point may have changed. The files that \
            describe it do not count.",
        remedy: &[
            Step::run(
                "See the value the container was made with.",
                "docker inspect -f '{{range .Config.Env}}{{println .}}{{end}}' CONTAINER | grep '^NAME='",
            ),
            Step::run(
                "See the value its main process has.",
                "docker exec CONTAINER sh -c 'tr \"\\0\" \"\\n\" </proc/1/environ' | grep '^NAME='",
            ),
            Step::run(
                "Correct it where it is set (playbook, entry point, `.env` file), and have the container recreated.",
                "openbell run PLAYBOOK",
            ),
        ],
        links: &[],
    },
    Entry {
        code: "safety::present",
        meaning: "A file exists in the container that must not be there, such as a gameplan that would make the bot \
            trade.",
        told_by: "The engine was asked for the path in the container itself, volumes and mounts included. The size \
            is shown as evidence.",
        remedy: &[
            Step::run("See what it is, without starting the bot.", "docker cp CONTAINER:PATH - | tar -tv"),
            Step::run(
                "Find where it comes from: the image, a volume or a mounted directory.",
                "docker inspect -f '{{json .Mounts}}' CONTAINER",
            ),
            Step::run("Remove it there, and run again.", "openbell run PLAYBOOK"),
        ],
        links: &[],
    },
    Entry {
        code: "safety::strategy",
        meaning: "The bot says that it runs another strategy than the declared default. It is stopped.",
        told_by: "What `strategy.evidence` finds (a line of its log since its start, an endpoint, a file) names another \
            strategy, whatever it said before or later. The line is shown.",
        remedy: &[
            Step::run(
                "Find out why it left the default: a gameplan file, a command line, another image.",
                "docker inspect -f '{{json .Config.Cmd}} {{.Config.Image}}' BOT",
            ),
            Step::say(
                "If the declared default is what is wrong, correct `strategy.default`; decide that when awake.",
            ),
        ],
        links: &[],
    },
    Entry {
        code: "safety::strategy_unproven",
        meaning: "The bot has not said since its start which strategy it runs. Without its word the safe state is not \
            proven.",
        told_by: "No line of the log since the start matches `strategy.evidence.log`; or the endpoint answers with \
            another status than 200 or without that field; or the file is not there, was written before the start, or \
            does not say it. Another strategy is `safety::strategy`. What is there instead is shown.",
        remedy: &[
            Step::run("Read the log since the start.", "docker logs --tail 100 BOT"),
            Step::say("Compare it with the pattern; it needs one pair of parentheses around the name."),
            Step::say("A bot that is still connecting says nothing yet: look at why it does not connect."),
        ],
        links: &[],
    },
    Entry {
        code: "safety::unproven",
        meaning: "A part of the safe state could not be checked, so it counts as broken.",
        told_by: "The check itself failed: the gateway or the engine did not answer, or a container is missing. The \
            reason is shown below it with a code of its own, which is the one to look up.",
        remedy: &[
            Step::run("Look up the code that is shown as the reason.", "openbell explain CODE"),
            Step::run("Mend that, and run again.", "openbell run PLAYBOOK"),
        ],
        links: &[],
    },
    Entry {
        code: "safety::hidden",
        meaning: "The path that must be empty lies on a file system in memory (tmpfs) of the container. The engine \
            does not show what is in there.",
        told_by: "The container has a tmpfs mount at the path or above it.",
        remedy: &[
            Step::run(
                "See its mounts in memory.",
                "docker inspect -f '{{json .HostConfig.Tmpfs}}' CONTAINER",
            ),
            Step::say("Make the container without that tmpfs: it would start empty each time anyway."),
        ],
        links: &[],
    },
    Entry {
        code: "safety::broken",
        meaning: "A safety step of this run failed, so what is held does not run, whatever else can be proven.",
        told_by: "It follows from another failure of the same run; that one has the evidence.",
        remedy: &[
            Step::run("Read the first failed step in the report.", "ls -t reports | head -1"),
            Step::run("Look up its code.", "openbell explain CODE"),
        ],
        links: &[],
    },
    Entry {
        code: "safety::not_safe",
        meaning: "The playbook sets `DRY_RUN` or `TRADING_MODE` to a value that is not the safe state, or hides it as a \
            secret.",
        told_by: "Found in the text of the playbook and its compose files, before anything is started. Anything but `true` \
            for `DRY_RUN` and `paper` for `TRADING_MODE` counts, names in any case; with `safety.mode: live` only \
            `TRADING_MODE` counts, and has to be `live`.",
        remedy: &[Step::run(
            "Write `DRY_RUN: \"true\"` and `TRADING_MODE: paper`.",
            "openbell validate PLAYBOOK",
        )],
        links: &[],
    },
    Entry {
        code: "safety::no_accounts",
        meaning: "The list of allowed accounts is empty, so nothing could ever run.",
        told_by: "`safety.accounts` is `[]` in the playbook.",
        remedy: &[Step::run(
            "Write `accounts: [\"DU*\", \"DF*\"]`, or your own paper account.",
            "openbell validate PLAYBOOK",
        )],
        links: &[],
    },
    Entry {
        code: "safety::live_account",
        meaning: "The playbook allows a live account, and its mode is paper.",
        told_by: "A pattern in `safety.accounts` does not begin with `DU` or `DF`. That a live account is logged in \
            is another code, `safety::account`.",
        remedy: &[Step::run(
            "Allow paper accounts only: `[\"DU*\", \"DF*\"]`.",
            "openbell validate PLAYBOOK",
        )],
        links: &[],
    },
    Entry {
        code: "safety::contradiction",
        meaning: "The playbook expects of a container's environment what its own declaration makes impossible, or \
            would show a secret; or of a read-only API that it tells the open orders, which it does not.",
        told_by: "The same variable has one value under `safety.env` and another under `containers`; or it is read \
            from a secret there, and comparing it would show it. Or `open_orders: none` stands beside `read_only: true`.",
        remedy: &[Step::run(
            "Make the two agree, or leave the variable out of `safety.env`.",
            "openbell validate PLAYBOOK",
        )],
        links: &[],
    },
    Entry {
        code: "safety::restart",
        meaning: "A held container has a restart policy. The engine would then start it by itself after a crash or a \
            reboot, without the gate.",
        told_by: "`restart` is set on a container that is held: every one but the gateway, unless it says `held: \
            false`.",
        remedy: &[Step::run(
            "Leave `restart` out for it: after a reboot or a crash, openbell starts it, through the gate.",
            "openbell validate PLAYBOOK",
        )],
        links: &[],
    },
    Entry {
        code: "safety::not_held",
        meaning: "A container waits for a gate and is not held at the same time, so the gate would hold nothing.",
        told_by: "It has `hold_until` and `held: false`.",
        remedy: &[
            Step::say("Leave `held: false` out, so that its safe state is proven before it runs."),
            Step::say("Or leave `hold_until` out, if it is to run whatever is not proven."),
        ],
        links: &[],
    },
    Entry {
        code: "safety::inline_secret",
        meaning: "A secret is written into the playbook, where everybody who reads it sees it.",
        told_by: "The name of the variable speaks of a secret (PASSWORD, SECRET, TOKEN, API_KEY and the like) and it \
            has a value, written there or put there by `${…}`. Names that end in `_FILE` hold a path and are fine.",
        remedy: &[
            Step::run("Put it into a file that only you can read.", "install -m 600 /dev/null secrets/NAME"),
            Step::say("Write `NAME: { file: ../secrets/NAME }` in the playbook."),
            Step::say(
                "Or keep it elsewhere: `{ env: NAME }`, `{ credential: NAME }`, `{ docker_secret: NAME }`.",
            ),
            Step::say("If the playbook was shared or committed, change the secret."),
        ],
        links: &[],
    },
    Entry {
        code: "safety::conditional_gate",
        meaning: "A container is held until a step that a condition can skip. A skipped step counts as done, so the \
            gate would stand open.",
        told_by: "A step that is named under `hold_until` has a `when`.",
        remedy: &[Step::run(
            "Take the condition out of the gate, or hold the container until another step.",
            "openbell validate PLAYBOOK",
        )],
        links: &[],
    },
    Entry {
        code: "safety::late_drill",
        meaning: "A drill stands in `on_failure` or `finally`, where nobody waits for the stack any more.",
        told_by: "Found in the playbook, before anything is started (exit code 3).",
        remedy: &[Step::say("Move it to `steps`.")],
        links: &[],
    },
    Entry {
        code: "safety::late_start",
        meaning: "A held container would be started at the end of a run, where its gates do not stand.",
        told_by: "A `start` of a held container in `on_failure` or `finally`. Every container is held but the gateway \
            and those that say `held: false`.",
        remedy: &[Step::run(
            "Start it in `steps`. At the end it can be stopped: `do: { stop: { container: bot } }`.",
            "openbell validate PLAYBOOK",
        )],
        links: &[],
    },
    Entry {
        code: "safety::live_port",
        meaning: "The playbook speaks to a port of live trading, and its mode is paper.",
        told_by: "Port 4001 or 7496 behind `connection.address`, or one that the image of gnzsnz has for live trading \
            (4003 and 7498 are its socat's). Going by the port alone: which account is logged in is another code, \
            `safety::account`.",
        remedy: &[Step::run(
            "Use the paper ports: 4002 of a gateway, 7497 of TWS, 4004 inside the image of gnzsnz.",
            "openbell validate PLAYBOOK",
        )],
        links: &["https://github.com/gnzsnz/ib-gateway-docker"],
    },
    Entry {
        code: "safety::client_id_zero",
        meaning: "The playbook gives somebody client id 0. That is the id that binds manual orders, and it is \
            refused.",
        told_by: "The id 0 under `connection.client_id` or `client_ids`, or in a variable of a container such as `CLIENT_ID`.",
        remedy: &[Step::run("Use another id, such as 100.", "openbell validate PLAYBOOK")],
        links: &["https://interactivebrokers.github.io/tws-api/connection.html"],
    },
    Entry {
        code: "safety::client_id_master",
        meaning: "Somebody of the stack is given the master client id of the gateway, which sees the orders of all \
            others. A held container is not started.",
        told_by: "The id is also that of a container's variable such as `TWS_MASTER_CLIENT_ID`; or the running gateway \
            tells it (server version 219 and newer), which is asked before a held container is started. `diagnose` \
            tells it as `broker::master_client_id`.",
        remedy: &[
            Step::say("Use another id, or leave the master client id out."),
            Step::say(
                "In the gateway: Configure, API, Settings, Master API client ID. It stays there when a variable is gone.",
            ),
        ],
        links: &["https://interactivebrokers.github.io/tws-api/connection.html"],
    },
    Entry {
        code: "safety::takes_orders",
        meaning: "The playbook says that the gateway's API is read-only, and it is not, or does not say so.",
        told_by: "A question for the open orders: a read-only API refuses it (error 321), another one answers it. No \
            answer counts as not proven.",
        remedy: &[
            Step::say(
                "Set `READ_ONLY_API: \"yes\"` in the gateway's environment, in the playbook, and run again.",
            ),
            Step::say("If the API is meant to take orders, take `read_only: true` out of `safety`."),
        ],
        links: &[],
    },
];
