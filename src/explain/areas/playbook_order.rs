//! What the order, the conditions and the deadlines of a playbook mean.

use crate::explain::{Area, Entry, Step};

pub(super) const AREA: Area =
    Area { title: "Playbook: order and conditions", about: ABOUT, entries: ENTRIES };

const ABOUT: &str = "Which step waits for which (`needs`), which one is skipped (`when`), and how long each may take. \
    Told with the place in the file before anything is started (exit code 3), but for `step::when`.";

const ENTRIES: &[Entry] = &[
    Entry {
        code: "playbook::no_step",
        meaning: "A step or a condition names a step that is not there.",
        told_by: "No step of the same list has that id. `on_failure` and `finally` are lists of their own; their \
            conditions may also ask about `steps`.",
        remedy: &[
            Step::say("Correct the spelling: it is the `id` of the step."),
            Step::say("In a condition, `steps.bot_image` means the id `bot-image`."),
        ],
        links: &[],
    },
    Entry {
        code: "playbook::needs_itself",
        meaning: "A step waits for itself, so it would never start.",
        told_by: "Its own id stands in its `needs`.",
        remedy: &[Step::say("Leave it out; `needs: []` starts at once.")],
        links: &[],
    },
    Entry {
        code: "playbook::needs_twice",
        meaning: "A step names another one twice in its `needs`.",
        told_by: "The second of the two is the place that is shown.",
        remedy: &[Step::say("Leave one of them out.")],
        links: &[],
    },
    Entry {
        code: "playbook::needs_loop",
        meaning: "Steps wait for each other in a circle, so none of them could ever start.",
        told_by: "The loop is drawn: each step in it waits for the next. A step without `needs` waits for every step \
            above it in the file.",
        remedy: &[Step::say("Take one of the steps of the loop out of the `needs` of another.")],
        links: &[],
    },
    Entry {
        code: "playbook::container_fight",
        meaning: "Two steps start or stop the same container, and neither waits for the other, so chance would decide \
            what is left.",
        told_by: "Two `start` or `stop` steps name the container, and no chain of `needs` leads from one to the other.",
        remedy: &[Step::say("Let one wait for the other: add its id to the `needs`.")],
        links: &[],
    },
    Entry {
        code: "playbook::when_syntax",
        meaning: "A condition is no expression.",
        told_by: "`when` could not be read; the place within it is shown where it is known.",
        remedy: &[
            Step::say("Write a comparison: `vars.region == \"eu\"`, `steps.gateway.changed`."),
            Step::say(
                "Texts stand in quotes, so put the whole into the other kind: `when: 'vars.region == \"eu\"'`.",
            ),
        ],
        links: &["https://docs.rs/minijinja/latest/minijinja/syntax/index.html#expressions"],
    },
    Entry {
        code: "playbook::when_name",
        meaning: "A condition names something that no condition can speak of.",
        told_by: "It is neither `vars.NAME`, nor `steps.ID.outcome`, `changed` or `facts`, nor one of the few tests \
            and filters there are.",
        remedy: &[
            Step::say(
                "A variable is `vars.NAME`; a step is `steps.ID.changed`, `steps[\"bot-image\"].outcome`.",
            ),
            Step::say("Filters: `default`, `float`, `int`, `length`, `lower`, `trim`, `upper`."),
            Step::say("Tests: `is defined`, `is undefined`, `is startingwith(…)`, `is endingwith(…)`."),
        ],
        links: &[],
    },
    Entry {
        code: "playbook::when_step",
        meaning: "A condition asks about a step that may not be over when it is asked.",
        told_by: "The step with the condition does not wait for the one that it asks about, or it is itself the one.",
        remedy: &[Step::say("Add the step to the `needs`, or ask about one that is over.")],
        links: &[],
    },
    Entry {
        code: "playbook::no_variable",
        meaning: "A condition names a variable that the playbook does not declare.",
        told_by: "There is no such key under `vars`.",
        remedy: &[Step::say("Declare it under `vars` with what it is unless somebody says otherwise.")],
        links: &[],
    },
    Entry {
        code: "step::when",
        meaning: "A condition had no answer when its turn came, so its step could be neither carried out nor skipped.",
        told_by: "Its value was neither true nor false, or it needed something that was not there, such as a fact of a \
            step that was skipped.",
        remedy: &[
            Step::say("Compare the value: `vars.region == \"eu\"`, not `vars.region`."),
            Step::say(
                "Ask for the outcome first: `steps.api.outcome == \"passed\" and steps.api.facts.attempts > 1`.",
            ),
            Step::say("Or say what counts without it: `steps.api.facts.attempts | default(0) > 1`."),
        ],
        links: &[],
    },
    Entry {
        code: "playbook::never_waits",
        meaning: "A step has a deadline and never waits: what it looks for is there at once, or never.",
        told_by: "`within` on a `network` step, or on an `image` step whose container has no `build` (images are never \
            pulled).",
        remedy: &[Step::say("Leave `within` out.")],
        links: &[],
    },
    Entry {
        code: "playbook::run_deadline",
        meaning: "A step may take longer than the whole run, so its own deadline says nothing.",
        told_by: "Its `within`, or the `for` of a `stable` step, is longer than the `within` at the top (30m without \
            it). The sum of all deadlines may be longer: they are upper bounds.",
        remedy: &[Step::say("Make it shorter."), Step::say("Or raise `within` at the top of the playbook.")],
        links: &[],
    },
    Entry {
        code: "playbook::variant",
        meaning: "Two entries of the matrix have the same id. The run and the report of each bear it.",
        told_by: "The second of the two is the place that is shown.",
        remedy: &[Step::say("Give each entry an id of its own, such as `alpha`.")],
        links: &[],
    },
    Entry {
        code: "playbook::variable_name",
        meaning: "A variable's name could not be written between `${` and `}`.",
        told_by: "A key under `vars` has something else than letters, digits and `_`, or begins with a digit.",
        remedy: &[Step::say("Write it as `BOT_ID`.")],
        links: &[],
    },
    Entry {
        code: "playbook::env_name",
        meaning: "A variable of a container's environment has no name that a system could hold.",
        told_by: "The key under `env` is empty or has `=` in it.",
        remedy: &[Step::say("Write `NAME: value` rather than `NAME=value`.")],
        links: &[],
    },
];
