//! The state of containers.

use crate::explain::{Area, Entry, Step};

pub(super) const AREA: Area = Area { title: "Containers", about: ABOUT, entries: ENTRIES };

const ABOUT: &str = "The state of a container, as the engine tells it.";

const ENTRIES: &[Entry] = &[
    Entry {
        code: "container::exited",
        meaning: "The container has ended. What is in it does not run.",
        told_by: "The engine says `exited` or `dead`, with the exit code and the end of the log since its last \
            start. 137 is a kill (128 + 9), 143 a stop (128 + 15), 126 and 127 a command that cannot be run or is \
            not there. A gateway that ends with 87 is `gateway::two_factor_timed_out`; a kill for want of memory is \
            `container::oom_killed`.",
        remedy: &[
            Step::run("Read the end of its log.", "docker logs --tail 100 CONTAINER"),
            Step::run(
                "See what the engine says of it.",
                "docker inspect -f '{{.State.ExitCode}} oom={{.State.OOMKilled}} {{.State.Error}} {{.State.FinishedAt}}' CONTAINER",
            ),
            Step::run(
                "Mend the cause, then run the playbook: it starts the container again, through the gate.",
                "openbell run PLAYBOOK",
            ),
        ],
        links: &[],
    },
    Entry {
        code: "container::restarting",
        meaning: "The container ends and is started again by the engine, again and again.",
        told_by: "The engine says `restarting`, with a count of restarts and the last exit code. A gateway in such a \
            loop makes a log-in each time: IBKR locks users for that.",
        remedy: &[
            Step::run(
                "Stop the loop first.",
                "docker update --restart=no CONTAINER && docker stop -t 90 CONTAINER",
            ),
            Step::run("Read how the runs ended.", "docker logs --tail 100 CONTAINER"),
            Step::run("Mend the cause, then run the playbook.", "openbell run PLAYBOOK"),
        ],
        links: &["https://github.com/Voyz/ibeam/issues/221"],
    },
    Entry {
        code: "container::paused",
        meaning: "The container is paused: its processes are frozen. Its ports accept and nothing answers.",
        told_by: "The engine says `paused`. Without asking the engine it looks like a gateway that is mute.",
        remedy: &[
            Step::run("Let it go on.", "docker unpause CONTAINER"),
            Step::say(
                "Find out who paused it: a backup is a usual one. API sessions may be half open afterwards: \
                restart what used them.",
            ),
        ],
        links: &[],
    },
    Entry {
        code: "container::foreign",
        meaning: "A container of that name exists, this playbook did not make it, and it is not as declared. \
            openbell neither changes nor adopts it.",
        told_by: "The labels of openbell are missing or name another playbook, and the differences are listed: \
            image, command, environment, ports, mounts and so on. A foreign container that matches in all of them is \
            adopted as it is.",
        remedy: &[
            Step::run(
                "See what it is.",
                "docker inspect -f '{{.Created}} {{.Config.Image}} {{json .Config.Labels}}' CONTAINER",
            ),
            Step::run(
                "If it is the old stack, remove it; volumes stay.",
                "docker stop -t 90 CONTAINER && docker rm CONTAINER",
            ),
            Step::say("Or declare it as it is, or give yours another `container_name`."),
        ],
        links: &[],
    },
    Entry {
        code: "container::undeclared",
        meaning: "A step names a container that the playbook does not declare. The check of the playbook should have \
            refused that before the run: this is a bug in openbell.",
        told_by: "Seen only when a checked plan leads nowhere. A playbook with the same mistake is refused as \
            `playbook::no_container`.",
        remedy: &[
            Step::say("Report it with the playbook."),
            Step::run(
                "Until then, check the spelling of the container in the step.",
                "openbell validate PLAYBOOK",
            ),
        ],
        links: &[],
    },
    Entry {
        code: "container::oom_killed",
        meaning: "The kernel killed the container's main process because memory ran out: its own limit, or the \
            machine's.",
        told_by: "`OOMKilled` is true in the engine's state; the exit code is 137. With 137 and `OOMKilled` false, \
            somebody or something else killed it (`docker kill`, a stop that took too long): `container::exited`.",
        remedy: &[
            Step::run(
                "See the state and the limit.",
                "docker inspect -f 'oom={{.State.OOMKilled}} limit={{.HostConfig.Memory}}' CONTAINER",
            ),
            Step::run("See who uses the memory.", "docker stats --no-stream"),
            Step::say(
                "For a gateway, give Java less or the container more: the image takes `JAVA_HEAP_SIZE`, in MB.",
            ),
            Step::run(
                "Look for the kernel's own line.",
                "journalctl -k --since -1h | grep -i 'out of memory'",
            ),
        ],
        links: &["https://github.com/gnzsnz/ib-gateway-docker"],
    },
    Entry {
        code: "container::unhealthy",
        meaning: "The container runs, and its health check fails. Docker itself does nothing about it: an unhealthy \
            container is not restarted.",
        told_by: "The engine's health status is `unhealthy`: the check failed as often in a row as its `retries`. \
            `starting` is not yet a verdict. A step that waits for it says `health::not_healthy`; while `stable` \
            watches, it is `stable::unhealthy`.",
        remedy: &[
            Step::run(
                "Read what the check said.",
                "docker inspect -f '{{range .State.Health.Log}}{{.ExitCode}} {{.Output}}{{println}}{{end}}' CONTAINER",
            ),
            Step::run(
                "Run the check's command by hand.",
                "docker inspect -f '{{.Config.Healthcheck.Test}}' CONTAINER",
            ),
            Step::say(
                "A check that proves only an open port is wrong both ways for a gateway: replace it by one \
                that asks for the API.",
            ),
        ],
        links: &["https://github.com/moby/moby/issues/28400"],
    },
    Entry {
        code: "container::not_started",
        meaning: "The container exists and was never started.",
        told_by: "The engine says `created`; there is no start time and no log. A held container stays so until its \
            gate is green: that is then the reason, and it is named by the step that failed.",
        remedy: &[
            Step::run(
                "See which step held it back: the report lists it, with the reason.",
                "ls -t reports | head -1",
            ),
            Step::run(
                "Run the playbook: it starts the container as soon as the gate allows.",
                "openbell run PLAYBOOK",
            ),
            Step::say("Do not start it by hand: that goes around the gate."),
        ],
        links: &[],
    },
    Entry {
        code: "health::none",
        meaning: "The step `healthy` asks for a health check, and the container has none.",
        told_by: "The engine's description of the container has no health status at all, neither from the image nor \
            from the declaration.",
        remedy: &[
            Step::say("Declare a `healthcheck` for the container in the playbook."),
            Step::say("Or use `ready`, `log` or `http` in place of `healthy`."),
        ],
        links: &[],
    },
    Entry {
        code: "health::not_healthy",
        meaning: "The health check of the container has not passed yet, or fails.",
        told_by: "The status is `starting` or `unhealthy`; the number of failures in a row and the output of the \
            last check are shown as evidence.",
        remedy: &[
            Step::run(
                "Read the output of the last checks.",
                "docker inspect -f '{{json .State.Health}}' CONTAINER",
            ),
            Step::say("While it is `starting`, give the step more time: a gateway needs minutes."),
            Step::say("If it is `unhealthy`, see `container::unhealthy`."),
        ],
        links: &[],
    },
    Entry {
        code: "sockets::hidden",
        meaning: "The TCP sockets of the gateway's container could not be read, so who listens in it and who is \
            connected to it is not known.",
        told_by: "The container has no `cat` to show `/proc/net/tcp` with, and its main process cannot be looked at \
            from here: the engine is on another machine, or this user may not. What was tried is shown as evidence.",
        remedy: &[
            Step::run(
                "On the engine's machine, as root, look yourself.",
                "cat /proc/PID/net/tcp /proc/PID/net/tcp6",
            ),
            Step::say("The other evidence still counts; only causes that rest on sockets stay undecided."),
        ],
        links: &[],
    },
];
