//! What steps expect.

use crate::explain::{Area, Entry, Step};

pub(super) const AREA: Area = Area { title: "Steps", about: ABOUT, entries: ENTRIES };

const ABOUT: &str = "What a step expects of the stack and does not find.";

const ENTRIES: &[Entry] = &[
    Entry {
        code: "ready::no_bot",
        meaning: "The stage `bot` of readiness is asked for, and nothing in the playbook says which container is the \
            bot.",
        told_by: "Found in the declaration, before anything is asked. No container can be taken for the bot without \
            guessing.",
        remedy: &[
            Step::say("Name the bot where the stage is asked for, or under `strategy.evidence.container`."),
            Step::run("Check the playbook.", "openbell validate PLAYBOOK"),
        ],
        links: &[],
    },
    Entry {
        code: "log::not_seen",
        meaning: "The line that the step waits for has not appeared in the container's log since its start.",
        told_by: "Only lines since the last start count: a line of yesterday's run proves nothing. The end of the \
            log is shown as evidence. A container that has ended is `container::exited`.",
        remedy: &[
            Step::run(
                "Read the log since the start.",
                "docker logs --since \"$(docker inspect -f '{{.State.StartedAt}}' CONTAINER)\" CONTAINER",
            ),
            Step::say(
                "Compare the text of the step letter by letter: it is searched as it stands, not as a pattern.",
            ),
            Step::say("If the bot is only slow, give the step more time with `within`."),
            Step::say("Python that holds its output back shows nothing: set `PYTHONUNBUFFERED: \"1\"`."),
        ],
        links: &[],
    },
    Entry {
        code: "exec::exit_code",
        meaning: "A command that the step ran inside a container ended with another exit code than expected.",
        told_by: "The exit code and the end of the output are shown. 126 and 127 mean that the command cannot be run \
            or is not in the container; 137 that it was killed.",
        remedy: &[
            Step::run("Run it by hand.", "docker exec CONTAINER COMMAND"),
            Step::say("If the other exit code is right, write it: `exit_code: 3`."),
        ],
        links: &[],
    },
    Entry {
        code: "exec::output",
        meaning: "A command ended as expected, and its output lacks the text that the step expects.",
        told_by: "Both stdout and stderr are searched; the end of the output is shown as evidence.",
        remedy: &[
            Step::run("Run it by hand.", "docker exec CONTAINER COMMAND"),
            Step::say("Compare the expected text with the output letter by letter."),
        ],
        links: &[],
    },
    Entry {
        code: "http::bad_url",
        meaning: "The URL of the step cannot be asked for.",
        told_by: "Told before anything is connected: the scheme or the host is missing.",
        remedy: &[Step::say("Write it whole, such as `http://127.0.0.1:8080/health`.")],
        links: &[],
    },
    Entry {
        code: "http::unreachable",
        meaning: "There was no HTTP answer: no connection, or it broke.",
        told_by: "A refused connection, an unknown name or a broken one; the cause is below the message. A service \
            that accepts and stays silent is `http::timeout`.",
        remedy: &[
            Step::run("Ask it yourself.", "curl -v URL"),
            Step::run("See whether the service runs and its port is published.", "docker ps"),
        ],
        links: &[],
    },
    Entry {
        code: "http::timeout",
        meaning: "The service accepted the connection and gave no answer within 10 s.",
        told_by: "Connected, and then silence. It is overloaded, stuck, or waits for something itself, such as the \
            gateway.",
        remedy: &[
            Step::run("Ask it yourself.", "curl -v --max-time 10 URL"),
            Step::run("Read its log.", "docker logs --tail 50 CONTAINER"),
        ],
        links: &[],
    },
    Entry {
        code: "http::status",
        meaning: "The endpoint answered with another status than expected.",
        told_by: "Status and the beginning of the body are shown. 503 is a service's way to say \"not yet\"; 301 and \
            302 are told as they are, redirects are not followed.",
        remedy: &[
            Step::run("Read what it says.", "curl -i URL"),
            Step::run("Read the service's log.", "docker logs --tail 50 CONTAINER"),
        ],
        links: &[],
    },
    Entry {
        code: "http::body",
        meaning: "The endpoint answered with the right status, and its body lacks the expected text.",
        told_by: "The beginning of the body is shown as evidence.",
        remedy: &[Step::run("Compare it with the text of the step.", "curl -s URL")],
        links: &[],
    },
    Entry {
        code: "http::not_json",
        meaning: "Fields of a JSON body are expected, and the body is no JSON.",
        told_by: "The beginning of the body is shown: `<html>` points to an error page, or to a proxy that answers \
            in the service's place.",
        remedy: &[
            Step::run("See the whole of it.", "curl -i URL"),
            Step::say("Correct the URL, or leave `json` out of the step."),
        ],
        links: &[],
    },
    Entry {
        code: "http::field",
        meaning: "A field of the JSON body has another value than expected, or is missing.",
        told_by: "The pointer, the value seen and the one expected are told. Numbers and texts differ: `1` is not \
            `\"1\"`.",
        remedy: &[
            Step::run("See the body.", "curl -s URL | python3 -m json.tool"),
            Step::run(
                "What the service says of itself is the reason: read its log.",
                "docker logs --tail 50 CONTAINER",
            ),
        ],
        links: &[],
    },
    Entry {
        code: "stable::restarted",
        meaning: "A container restarted while it was being watched. The stack is not steady.",
        told_by: "Its start time, its id or its count of restarts changed; looked at the moment it ends or starts. Both start times are \
            shown.",
        remedy: &[
            Step::run("Read how its previous run ended.", "docker logs --timestamps --tail 200 CONTAINER"),
            Step::run(
                "See its exit code and whether it was memory.",
                "docker inspect -f '{{.State.ExitCode}} oom={{.State.OOMKilled}} restarts={{.RestartCount}}' CONTAINER",
            ),
        ],
        links: &[],
    },
    Entry {
        code: "stable::unhealthy",
        meaning: "The health check of a container began to fail while it was being watched.",
        told_by: "The status went to `unhealthy` within the window; the output of the last check is shown.",
        remedy: &[
            Step::run("Read the last checks.", "docker inspect -f '{{json .State.Health}}' CONTAINER"),
            Step::run("Read its log of that time.", "docker logs --since 15m CONTAINER"),
        ],
        links: &[],
    },
    Entry {
        code: "stable::error_logged",
        meaning: "A container logged a text that must not appear while it is being watched.",
        told_by: "A line of its log within the window contains one of the texts under `errors`. The line is shown.",
        remedy: &[
            Step::run("Read what led to it.", "docker logs --timestamps --since 15m CONTAINER"),
            Step::say("If the line is harmless, write a text that it does not contain."),
        ],
        links: &[],
    },
    Entry {
        code: "stable::not_over",
        meaning: "Time ran out while the window of `stable` was still open. Until then nothing had broken.",
        told_by: "The deadline of the step or of the run came before the end of the window. A breach has a code of \
            its own, such as `stable::restarted` or `broker::dropped`.",
        remedy: &[
            Step::say("Leave `within` out of the step, or make it longer than `for`."),
            Step::say("If the run's own deadline was it, raise the `within` at the top of the playbook."),
        ],
        links: &[],
    },
    Entry {
        code: "engine::no_answer",
        meaning: "An attempt of a step gave no answer until its time was over, and there is no earlier reason to \
            tell.",
        told_by: "Nothing came back, neither success nor failure: what was asked hangs. It is the last resort among \
            the reasons: any other is told in its place.",
        remedy: &[
            Step::run("See whether the engine answers.", "timeout 10 docker ps"),
            Step::run(
                "See whether the gateway answers: its container, its log.",
                "docker logs --tail 20 GATEWAY",
            ),
            Step::say("Give the step more than a second or two: `within: 60s`."),
        ],
        links: &[],
    },
    Entry {
        code: "engine::turn",
        meaning: "The step waited for its turn at the gateway until its time was over: a gateway bears one handshake \
            at a time, and another step, or the run of another variant, had its own.",
        told_by: "Steps that run at once take turns at an address, in the order in which they come. Whoever had the \
            turn is named. A gateway that is silent keeps the one who waits for it busy, and so everybody behind.",
        remedy: &[
            Step::say("Look at the step that is named: what it waits for is the cause."),
            Step::say("Let the step wait for that one with `needs`: its time begins only then."),
            Step::say("Or give it more time with `within`."),
        ],
        links: &[],
    },
    Entry {
        code: "run::deadline",
        meaning: "The deadline of the whole run passed. What had been started was left as it is, except held \
            containers whose safe state is in doubt.",
        told_by: "The shares of the steps in the time are listed, the largest first: that is where it went. A step \
            that ran out of its own time is told with its own reason; the exit code is 124 here.",
        remedy: &[
            Step::say("Look at the step with the largest share, and at its last reason."),
            Step::run(
                "If the time was simply short, give the run more.",
                "openbell run --within 45m PLAYBOOK",
            ),
        ],
        links: &[],
    },
];
