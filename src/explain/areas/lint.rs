//! What hurts in the files around a playbook.

use crate::explain::{Area, Entry, Step};

pub(super) const AREA: Area = Area { title: "The files around a playbook", about: ABOUT, entries: ENTRIES };

const ABOUT: &str = "What `openbell lint` finds in compose files, env files, `jts.ini` and IBC's \
    `config.ini`. Nothing that runs is asked, and nothing is changed.";

const ENTRIES: &[Entry] = &[
    Entry {
        code: "lint::port_only_health",
        meaning: "The health check of a gateway only tests that something accepts connections. It says \
            healthy while the gateway waits for its log-in, and while it is wedged.",
        told_by: "The test of the service runs nc, ss, netstat, lsof, telnet or /dev/tcp, or asks an API \
            port with curl.",
        remedy: &[
            Step::say("Let the check speak to the API: `openbell probe` is made to be one."),
            Step::run("Try it by hand first.", "openbell probe --address 127.0.0.1:4002"),
        ],
        links: &[],
    },
    Entry {
        code: "lint::stop_grace",
        meaning: "A gateway is killed before it had time to log out. Its session stays open at the broker, \
            and the next log-in meets it.",
        told_by: "`stop_grace_period` of a gateway is missing, which means 10 s, or shorter than 90 s.",
        remedy: &[Step::say("Write `stop_grace_period: 90s` for the gateway.")],
        links: &[],
    },
    Entry {
        code: "lint::port_mapping",
        meaning: "A port is published that leads past the image's own port forward. It accepts connections \
            and never becomes an API.",
        told_by: "The image is one whose ports are known: gnzsnz/ib-gateway (4003 live, 4004 paper) or \
            extrange/ibkr (8888), and another port of the container is published.",
        remedy: &[Step::say("Publish the forwarded port, such as `127.0.0.1:4002:4004`.")],
        links: &[],
    },
    Entry {
        code: "lint::public_port",
        meaning: "The API or the screen of a gateway is open to everyone who reaches this machine. The API \
            knows no password.",
        told_by: "A port of the API, of VNC or of noVNC is published without a host address, or on 0.0.0.0 \
            or `::`.",
        remedy: &[Step::say(
            "Put 127.0.0.1 before it, such as `127.0.0.1:4002:4004`; reach it from elsewhere through \
                an SSH tunnel.",
        )],
        links: &[],
    },
    Entry {
        code: "lint::vnc_without_password",
        meaning: "The screen of a gateway is published, and nothing says a password for it.",
        told_by: "A port of VNC or noVNC is published and no variable with VNC and PASS in its name has a \
            value. Images that start no screen without a password are left out.",
        remedy: &[Step::say("Set the password of the screen from a secret, or do not publish its port.")],
        links: &[],
    },
    Entry {
        code: "lint::client_id_clash",
        meaning: "Two services, or a service and somebody else in the ledger of a playbook, have the same \
            client id. The gateway refuses the second with error 326.",
        told_by: "Variables that end in CLIENT_ID are compared with each other and with `client_ids` of \
            the playbooks beside. With several gateways in one file it is not looked at.",
        remedy: &[Step::say("Give each an id of its own, and write it into `client_ids` of the playbook.")],
        links: &[],
    },
    Entry {
        code: "lint::client_id_zero",
        meaning: "A service has the client id 0, which sees the orders of everybody, those of the screen \
            included.",
        told_by: "A variable that ends in CLIENT_ID is 0, or an entry of a playbook's ledger is.",
        remedy: &[Step::say("Give it an id from 1 up, such as 100.")],
        links: &[],
    },
    Entry {
        code: "lint::blank_variable",
        meaning: "A variable without which the gateway cannot log in is blank. Compose starts it all the \
            same.",
        told_by: "The name of the user or the password is empty after substitution, and no file is given \
            instead. Its value is never shown.",
        remedy: &[
            Step::say("Set it in `.env` beside the compose file, or give a file with it."),
            Step::run("See what Compose makes of it; this shows secrets.", "docker compose config"),
        ],
        links: &[],
    },
    Entry {
        code: "lint::unset_variable",
        meaning: "A variable of a service is blank because the variable that it is made from is set nowhere.",
        told_by: "The value is `${NAME}` without a default, and neither `.env` nor the environment has NAME.",
        remedy: &[Step::say(
            "Set it in `.env`, correct its name, or write `${NAME:-}` where it may be blank.",
        )],
        links: &[],
    },
    Entry {
        code: "lint::quoted_value",
        meaning: "A setting has quotes in its value. IBC and env files in the list form take them as a \
            part of it.",
        told_by: "The value begins and ends with the same quote after everything that Compose does.",
        remedy: &[Step::say(
            "In the list form quote the whole entry: `\"AUTO_RESTART_TIME=11:45 PM\"`. In an ini file \
                write no quotes.",
        )],
        links: &[],
    },
    Entry {
        code: "lint::restart_time",
        meaning: "The time of the nightly restart is not written as IBC reads it. The gateway is then shut \
            down and does not come back.",
        told_by: "AutoRestartTime is not two digits, a colon, two digits, a blank, and AM or PM.",
        remedy: &[Step::say("Write it as `09:05 PM`: with the zero, the blank and capitals.")],
        links: &[],
    },
    Entry {
        code: "lint::live",
        meaning: "A gateway logs in to a live account, because it is told to or because nobody says \
            otherwise.",
        told_by: "The trading mode is live or both, or is not given to an image whose default is live \
            (extrange/ibkr, IBC's own configuration); or jts.ini says tradingMode=l or has the port of live \
            trading, 4001 or 7496, as LocalServerPort.",
        remedy: &[Step::say("Write TRADING_MODE: paper, or IBC_TradingMode: paper for extrange/ibkr.")],
        links: &[],
    },
    Entry {
        code: "lint::takes_orders",
        meaning: "The API of a gateway takes orders, because its read-only mode is off.",
        told_by: "ReadOnlyApi in jts.ini is false, or in IBC's config.ini no.",
        remedy: &[Step::say(
            "Where nothing is to be traded write ReadOnlyApi=true in jts.ini, ReadOnlyApi=yes in config.ini.",
        )],
        links: &[],
    },
    Entry {
        code: "lint::password_in_arguments",
        meaning: "A password is among the arguments of a program. Everyone on the machine can read them.",
        told_by: "`command` or `entrypoint` has an option such as `--pw` with something behind it, or an address \
            with a password in it.",
        remedy: &[Step::say("Give it as a file: a secret of Compose, and TWS_PASSWORD_FILE.")],
        links: &[],
    },
    Entry {
        code: "lint::restart_with_2fa",
        meaning: "The engine and IBC both restart a gateway whose second factor was not confirmed. Each \
            time is a log-in, and the broker locks the account after some.",
        told_by: "`restart` is always or unless-stopped, and TWOFA_TIMEOUT_ACTION is restart or \
            RELOGIN_AFTER_TWOFA_TIMEOUT is yes.",
        remedy: &[Step::say(
            "Let one of the two restart it, and a bounded number of times: `restart: on-failure:3`.",
        )],
        links: &[],
    },
    Entry {
        code: "lint::moving_tag",
        meaning: "The image of a gateway or a bot is taken by a tag that moves, so that the next pull brings \
            another program.",
        told_by: "The tag is latest, stable or the like, or there is none, and the image is not built \
            here.",
        remedy: &[Step::say("Name a version, such as `:10.37.1n`, or a digest.")],
        links: &[],
    },
    Entry {
        code: "lint::existing_session",
        meaning: "Another log-in takes the session away from the gateway, or a dialog waits for a person.",
        told_by: "The action for an existing session is set, and is neither primary nor primaryoverride; \
            or it is not, and the default is manual.",
        remedy: &[Step::say(
            "Write EXISTING_SESSION_DETECTED_ACTION: primary, or \
                ExistingSessionDetectedAction=primary.",
        )],
        links: &[],
    },
    Entry {
        code: "lint::trusted_ips",
        meaning: "No address is trusted by the gateway, so that it asks on its screen about each client.",
        told_by: "TrustedIPs in jts.ini is there and empty.",
        remedy: &[Step::say("Write TrustedIPs=127.0.0.1; images with a port forward connect from there.")],
        links: &[],
    },
    Entry {
        code: "lint::not_dry_run",
        meaning: "A bot is not in its dry run, or nobody can tell.",
        told_by: "DRY_RUN of a service is anything but `true`.",
        remedy: &[Step::say("Write DRY_RUN: \"true\" until a person has approved anything else.")],
        links: &[],
    },
    Entry {
        code: "lint::start_order",
        meaning: "A service starts as soon as the container of the gateway does, which is long before the \
            gateway is ready.",
        told_by: "`depends_on` names a gateway without `condition: service_healthy`.",
        remedy: &[
            Step::say(
                "Write `condition: service_healthy`, and give the gateway a health check that speaks to \
                its API.",
            ),
            Step::say("Or let openbell start it: its gates hold after a reboot too."),
        ],
        links: &[],
    },
];
