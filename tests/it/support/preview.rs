//! What `plan` foresees of the shared stack in a world of fakes.

use openbell::engine;
use openbell::event::{Doing, Foreseen, Preview, StepPreview};
use openbell::playbook::Plan;
use openbell::report::PlanReport;

use super::plan::{STACK, plan, run, steps};
use super::world::Fakes;

/// Everything a start-up does, once.
pub const ALL: &str = r"
- { id: engine, do: { engine: {} } }
- { id: network, do: { network: {} } }
- { id: image, do: { image: { container: gateway } } }
- { id: gateway, do: { start: { container: gateway } } }
- { id: api, do: { ready: {} } }
- { id: account, do: { account: {} } }
- { id: bot, do: { start: { container: bot } } }
- { id: env, do: { env: { container: bot } } }
- { id: absent, do: { absent: { container: bot, path: /data/gameplan.json } } }
- { id: strategy, do: { strategy: {} } }
- { id: log, do: { log: { container: bot, contains: safe mode } } }
";

/// What only a run does.
pub const REST: &str = r#"
- { id: session, do: { session: {} } }
- { id: look, do: { exec: { container: bot, command: ["true"] } } }
- { id: steady, do: { stable: { for: 5m } } }
"#;

/// Fakes with the images of the stack.
pub fn fakes() -> Fakes {
    let fakes = Fakes::new();
    for name in ["gateway", "bot"] {
        fakes.engine.image(name);
    }
    let log =
        ["Defaulting to Strategy C (Cash Preservation)", "Strategy C active", "Bot operational in safe mode"];
    fakes.engine.with(|state| state.logs.insert("stack-bot".into(), log.map(str::to_owned).into()));
    fakes
}

/// Fakes in which the stack runs.
pub async fn up() -> Fakes {
    let fakes = fakes();
    let told = run(&steps(ALL), &fakes).await;
    assert_eq!(told.verdict, openbell::event::Verdict::Green, "{:#?}", told.report);
    fakes
}

/// Looks, and holds the world to be what it was.
pub async fn look(plan: &Plan, fakes: &Fakes) -> Preview {
    let before =
        fakes.engine.with(|state| (state.changes.clone(), state.commands.clone(), state.containers.clone()));
    let preview = engine::preview(plan, &fakes.world, &|_| {}).await;
    let after =
        fakes.engine.with(|state| (state.changes.clone(), state.commands.clone(), state.containers.clone()));
    assert_eq!(before, after, "a plan changes nothing");
    preview
}

pub fn step<'a>(preview: &'a Preview, id: &str) -> &'a StepPreview {
    preview.steps.iter().find(|step| step.id == id).unwrap()
}

pub fn doing(preview: &Preview, id: &str) -> Doing {
    match &step(preview, id).foreseen {
        Foreseen::Change { changes, .. } => changes[0].what,
        other => panic!("{id}: {other:?}"),
    }
}

pub fn code<'a>(preview: &'a Preview, id: &str) -> &'a str {
    match &step(preview, id).foreseen {
        Foreseen::DoesNotHold { why, .. } | Foreseen::Refused { why, .. } => &why.code,
        other => panic!("{id}: {other:?}"),
    }
}

/// The page for people.
pub fn page(preview: &Preview) -> String {
    PlanReport::new("stack".into(), "2026-11-23T06:00:00.000Z".into(), vec![preview.clone()]).page(false)
}

/// The stack with other words in it.
pub fn changed(from: &str, to: &str) -> Plan {
    let text = format!("{STACK}\nsteps:\n{ALL}");
    assert!(text.contains(from));
    plan(&text.replace(from, to))
}
