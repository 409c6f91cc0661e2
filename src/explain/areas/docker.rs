//! The Docker engine.

use crate::explain::{Area, Entry, Step};

pub(super) const AREA: Area = Area { title: "The Docker engine", about: ABOUT, entries: ENTRIES };

const ABOUT: &str = "What the engine answers, or that it does not. Codes up to `docker::too_new` mean that there is \
    no engine to work with: the run ends with exit code 5.";

const ENTRIES: &[Entry] = &[
    Entry {
        code: "docker::unreachable",
        meaning: "No Docker engine answers at the address. It is not running yet, or it listens somewhere else.",
        told_by: "The socket does not exist (ENOENT, 2) or nobody listens behind it (ECONNREFUSED, 111). A socket \
            that exists and may not be used is `docker::no_permission`. After power-on this is normal for some time: \
            Docker Desktop starts only when its user logs in.",
        remedy: &[
            Step::run("On Linux:", "sudo systemctl start docker"),
            Step::say("On a desktop: start Docker Desktop, and let it start at log-in."),
            Step::run("See where the `docker` command looks.", "docker context ls"),
            Step::run(
                "If the engine is elsewhere, say so.",
                "export DOCKER_HOST=unix:///path/to/docker.sock",
            ),
            Step::say("At boot, give the step `engine` time: `within: 10m`."),
        ],
        links: &["https://github.com/docker/for-win/issues/6670"],
    },
    Entry {
        code: "docker::no_permission",
        meaning: "The engine's socket is there, and this user may not use it.",
        told_by: "EACCES (13) when the socket is opened. `sudo docker ps` works where `docker ps` does not.",
        remedy: &[
            Step::run("Join the group, then log out and in again.", "sudo usermod -aG docker \"$USER\""),
            Step::say(
                "Or run openbell as the user of the boot service. Membership of the group `docker` is as good \
                as root on that machine.",
            ),
        ],
        links: &["https://docs.docker.com/engine/install/linux-postinstall/"],
    },
    Entry {
        code: "docker::bad_host",
        meaning: "The address of the engine has a form that openbell cannot use.",
        told_by: "Told before anything is connected. `DOCKER_HOST` or `--docker-host` has another scheme than \
            `unix://`, `tcp://` or, on Windows, `npipe://`; `ssh://` is not supported.",
        remedy: &[
            Step::run("See what is set.", "echo \"$DOCKER_HOST\""),
            Step::say(
                "Write `unix:///var/run/docker.sock`, `tcp://host:port` or, on Windows, \
                `npipe:////./pipe/docker_engine`; or unset it.",
            ),
        ],
        links: &[],
    },
    Entry {
        code: "docker::not_an_engine",
        meaning: "Something answers at the engine's address, and it is not a Docker engine.",
        told_by: "The answer to the version request is not the JSON that an engine gives. The beginning of the \
            answer is shown as evidence.",
        remedy: &[
            Step::run("Ask it yourself.", "curl -s http://HOST:PORT/version"),
            Step::say(
                "Correct `DOCKER_HOST`: it leads to another service, or to a proxy in front of the engine.",
            ),
        ],
        links: &[],
    },
    Entry {
        code: "docker::too_old",
        meaning: "The engine speaks only API versions below 1.41, the oldest that openbell uses.",
        told_by: "The engine's own answer to the version request. Engine 20.10 is the first with API 1.41.",
        remedy: &[
            Step::run("See what it has.", "docker version"),
            Step::say("Install engine 20.10 or newer."),
        ],
        links: &[],
    },
    Entry {
        code: "docker::too_new",
        meaning: "The engine no longer speaks any API version that this openbell knows.",
        told_by: "The engine names its least API version, and it is above openbell's highest.",
        remedy: &[
            Step::say("Install a newer openbell."),
            Step::run(
                "Until then, lower `min-api-version` in the engine's daemon.json and restart it.",
                "sudo systemctl restart docker",
            ),
        ],
        links: &[],
    },
    Entry {
        code: "docker::timeout",
        meaning: "The engine accepted a request and did not answer it in time. It is overloaded, stuck, or waits for \
            a disk.",
        told_by: "The connection works, the answer does not come within the limit; the request is named. An engine \
            that is not there at all is `docker::unreachable`.",
        remedy: &[
            Step::run("See whether it answers anybody.", "timeout 10 docker ps"),
            Step::run("See what the machine is busy with.", "uptime; df -h /var/lib/docker"),
            Step::run(
                "Restart it if it stays stuck; containers with a restart policy come back by themselves.",
                "sudo systemctl restart docker",
            ),
        ],
        links: &[],
    },
    Entry {
        code: "docker::no_image",
        meaning: "The image that a container is made from is not on this machine. openbell never pulls by itself: \
            what runs should be what was tested.",
        told_by: "The engine answers 404 for the image.",
        remedy: &[
            Step::run("Fetch it.", "docker pull IMAGE"),
            Step::run("Or build it, if it is yours.", "docker build -t IMAGE DIRECTORY"),
            Step::say("Or declare a `build` for the container, so that openbell does."),
        ],
        links: &[],
    },
    Entry {
        code: "docker::build_failed",
        meaning: "The image could not be built. Nothing was started from it; an image of the same name from before \
            is untouched.",
        told_by: "The build's own output; its last lines are shown as evidence, the last of them is the reason as a \
            rule.",
        remedy: &[
            Step::run("Build it by hand to see everything.", "docker build DIRECTORY"),
            Step::run("A base image that is missing has to be pulled first.", "docker pull BASE_IMAGE"),
            Step::run("For \"no space left on device\":", "docker system df"),
        ],
        links: &[],
    },
    Entry {
        code: "docker::no_container",
        meaning: "There is no container of that name.",
        told_by: "The engine answers 404 for the container. One that exists and has ended is `container::exited`.",
        remedy: &[
            Step::run("List what there is.", "docker ps -a"),
            Step::say("Put a `start` step for it before the step that needs it."),
        ],
        links: &[],
    },
    Entry {
        code: "docker::not_running",
        meaning: "The container exists and was never started, or has stopped while something was asked of it.",
        told_by: "Its state is `created`, or the engine answers 409 \"is not running\". With an exit code to tell it \
            is `container::exited`.",
        remedy: &[
            Step::run("See its state.", "docker ps -a --filter name=CONTAINER"),
            Step::run("Read how it ended.", "docker logs --tail 50 CONTAINER"),
            Step::run("Let openbell start it, through the gate.", "openbell run PLAYBOOK"),
        ],
        links: &[],
    },
    Entry {
        code: "docker::no_network",
        meaning: "The network of the stack does not exist.",
        told_by: "The engine answers 404 and names the network, on making or starting a container.",
        remedy: &[
            Step::say("Put `- { id: network, do: { network: {} } }` before the first `start`."),
            Step::run("List what there is.", "docker network ls"),
        ],
        links: &[],
    },
    Entry {
        code: "docker::name_taken",
        meaning: "The name of a container is taken by another one that appeared meanwhile.",
        told_by: "The engine answers 409 when the container is made. A container that was there before and differs \
            is `container::foreign`.",
        remedy: &[
            Step::run("See it.", "docker ps -a --filter name=CONTAINER"),
            Step::say("See whether somebody else brings the same stack up: Compose, a second openbell."),
            Step::run("Give yours another `container_name`, or remove the other one.", "docker rm CONTAINER"),
        ],
        links: &[],
    },
    Entry {
        code: "docker::network_in_use",
        meaning: "The network cannot be removed: containers are attached to it that this playbook did not make.",
        told_by: "The engine's answer speaks of active endpoints.",
        remedy: &[
            Step::run(
                "See which.",
                "docker network inspect -f '{{range .Containers}}{{println .Name}}{{end}}' NETWORK",
            ),
            Step::run(
                "Stop or disconnect them, then run `down` again.",
                "docker network disconnect NETWORK CONTAINER",
            ),
        ],
        links: &[],
    },
    Entry {
        code: "docker::no_mount_source",
        meaning: "A file or directory that a container mounts does not exist on this machine.",
        told_by: "The engine answers \"bind source path does not exist\" and names the path. It sees its own \
            machine: with a remote engine, or Docker Desktop, the path has to exist (and be shared) there.",
        remedy: &[
            Step::run("See whether it is there.", "ls -ld PATH"),
            Step::say("Make it first. Paths in `volumes` that begin with `.` are relative to the playbook."),
        ],
        links: &[],
    },
    Entry {
        code: "docker::port_taken",
        meaning: "A port that the container publishes is in use on this machine, so the container could not be \
            started.",
        told_by: "The engine answers \"port is already allocated\" or \"address already in use\" (EADDRINUSE, 98), \
            and names the address.",
        remedy: &[
            Step::run("Find who has it.", "ss -ltnp"),
            Step::run("Among containers:", "docker ps --format '{{.Names}}\\t{{.Ports}}'"),
            Step::say("Stop that, or publish another host port; `connection.address` has to follow."),
        ],
        links: &[],
    },
    Entry {
        code: "docker::refused",
        meaning: "The engine refused a request for a reason of its own.",
        told_by: "An HTTP status and the engine's own words, both shown as evidence. Statuses above 500 are tried \
            again; all others are final.",
        remedy: &[
            Step::say(
                "Read the words: they name what is wrong in the declaration of the container, as a rule.",
            ),
            Step::run("See the engine's log for more.", "journalctl -u docker --since -15m"),
        ],
        links: &[],
    },
    Entry {
        code: "docker::no_file",
        meaning: "A file in a container that was to be read or replaced is not there.",
        told_by: "The engine's archive API says that there is no regular file at that path.",
        remedy: &[Step::run("See what is there.", "docker exec CONTAINER ls -l PATH")],
        links: &[],
    },
];
