//! The order of steps: what waits for what, and which playbooks of that kind are right.

use openbell::playbook::{Inputs, Plan, load, variants};
use proptest::prelude::*;

use crate::support::plan::{plan, steps};

fn after(plan: &Plan, id: &str) -> Vec<String> {
    let step = plan.steps.iter().find(|step| step.id == id).unwrap();
    step.after.iter().map(|place| plan.steps[*place].id.clone()).collect()
}

#[test]
fn without_needs_a_step_waits_for_all_before_it() {
    let plan = steps(
        "  - { id: a, do: { engine: {} } }
  - { id: b, needs: [], do: { engine: {} } }
  - { id: c, needs: [a], do: { engine: {} } }
  - { id: d, do: { engine: {} } }
  - { id: e, do: { engine: {} } }
  - { id: f, needs: [b], do: { engine: {} } }
  - { id: g, do: { engine: {} } }",
    );
    assert!(after(&plan, "a").is_empty() && after(&plan, "b").is_empty());
    assert_eq!(after(&plan, "c"), ["a"]);
    assert_eq!(after(&plan, "d"), ["a", "b", "c"]);
    assert_eq!(after(&plan, "e"), ["d"], "what d waits for is over by then");
    assert_eq!(after(&plan, "f"), ["b"]);
    assert_eq!(after(&plan, "g"), ["e", "f"]);
}

#[test]
fn a_step_may_need_one_further_down() {
    let plan = steps(
        "  - { id: late, needs: [early], do: { engine: {} } }
  - { id: early, needs: [], do: { engine: {} } }",
    );
    assert_eq!(after(&plan, "late"), ["early"]);
}

#[test]
fn gates_and_the_network_count_through_needs() {
    let plan = steps(
        "  - { id: network, do: { network: {} } }
  - { id: gateway, do: { start: { container: gateway } } }
  - { id: api, needs: [gateway], do: { ready: {} } }
  - { id: aside, needs: [], do: { engine: {} } }
  - { id: checked, needs: [api], do: { account: {} } }
  - { id: bot, needs: [checked], do: { start: { container: bot } } }
  - { id: bot-again, needs: [bot], do: { start: { container: bot } } }",
    );
    assert_eq!(plan.steps.len(), 7);
}

#[test]
fn what_is_held_may_be_stopped_at_the_end() {
    let text = format!(
        "{}\nsteps:\n  - {{ id: engine, do: {{ engine: {{}} }} }}\nfinally:\n  - {{ id: bot-stops, do: {{ stop: {{ container: bot }} }} }}\n",
        crate::support::plan::STACK
    );
    let plan = plan(&text);
    assert_eq!(plan.finally[0].action.name(), "stop");
    assert_eq!(
        plan.finally[0].within,
        plan.stack.container("bot").unwrap().spec.stop_grace + std::time::Duration::from_mins(1)
    );
}

#[test]
fn variants_side_by_side_need_their_own() {
    let variant = |id: &str, name: &str, port: u16, container: &str| {
        let mut made = plan(&format!(
            "version: 1\nname: {name}\nconnection: {{ address: \"127.0.0.1:{port}\", client_id: [1] }}\n\
             containers: {{ gateway: {{ image: g, {container} ports: [\"127.0.0.1:{port}:4004\"] }} }}\n\
             steps: [ {{ id: engine, do: {{ engine: {{}} }} }} ]\n"
        ));
        made.variant = Some(id.to_owned());
        made
    };
    let fine = [variant("a", "x-a", 4102, ""), variant("b", "x-b", 4103, "")];
    assert!(variants(&fine).is_empty());
    let named = "container_name: gw,";
    let bad =
        [variant("a", "x-a", 4102, named), variant("b", "x-b", 4102, ""), variant("c", "x-c", 4104, named)];
    let told: Vec<_> =
        variants(&bad).into_iter().map(|clash| (clash.pointer, clash.code, clash.message)).collect();
    let told: Vec<_> =
        told.iter().map(|(at, code, message)| (at.as_str(), *code, message.as_str())).collect();
    assert_eq!(
        told,
        [
            (
                "/matrix/1",
                "playbook::client_id_clash",
                "`a` and `b` both use the client id 1 at 127.0.0.1:4102"
            ),
            ("/matrix/1", "playbook::port_clash", "`a` and `b` both publish the host port 4102"),
            ("/matrix/2", "playbook::container_name", "`a` and `c` both have a container named gw"),
        ]
    );
}

/// Whether some order carries out every step, worked out the slow way.
fn can_be_carried_out(needs: &[Option<Vec<usize>>]) -> bool {
    let mut done = vec![false; needs.len()];
    loop {
        let ready = |place: usize| match &needs[place] {
            Some(needs) => needs.iter().all(|need| done[*need]),
            None => done[..place].iter().all(|done| *done),
        };
        let Some(next) = (0..needs.len()).find(|place| !done[*place] && ready(*place)) else {
            return done.iter().all(|done| *done);
        };
        done[next] = true;
    }
}

fn written(needs: &[Option<Vec<usize>>]) -> String {
    let step = |(place, needs): (usize, &Option<Vec<usize>>)| {
        let needs = needs.as_ref().map_or_else(String::new, |needs| {
            let ids: Vec<_> = needs.iter().map(|need| format!("s{need}")).collect();
            format!("needs: [{}], ", ids.join(", "))
        });
        format!("  - {{ id: s{place}, {needs}do: {{ engine: {{}} }} }}\n")
    };
    let steps: String = needs.iter().enumerate().map(step).collect();
    format!(
        "version: 1\nname: x\nconnection: {{ address: \"127.0.0.1:4002\", client_id: [1] }}\nsteps:\n{steps}"
    )
}

fn some_needs() -> impl Strategy<Value = Vec<Option<Vec<usize>>>> {
    (1_usize..8).prop_flat_map(|count| {
        let one = proptest::option::weighted(0.8, proptest::collection::btree_set(0..count, 0..3));
        let all = proptest::collection::vec(one, count);
        all.prop_map(|all| {
            let without_self = |(place, needs): (usize, Option<std::collections::BTreeSet<usize>>)| {
                needs.map(|needs| needs.into_iter().filter(|need| *need != place).collect())
            };
            all.into_iter().enumerate().map(without_self).collect()
        })
    })
}

proptest! {
    #[test]
    fn a_loop_is_told_exactly_when_no_order_works(needs in some_needs()) {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("playbook.yaml");
        std::fs::write(&file, written(&needs)).unwrap();
        match load(&file, &Inputs::default()) {
            Ok(loaded) => {
                prop_assert!(can_be_carried_out(&needs));
                // What is left out of `after` follows from the rest.
                let after: Vec<_> = loaded.plans[0].steps.iter().map(|step| Some(step.after.clone())).collect();
                prop_assert!(can_be_carried_out(&after));
            }
            Err(problems) => {
                prop_assert!(!can_be_carried_out(&needs), "{problems:?}");
                let told: Vec<_> = problems.iter().map(|problem| problem.code.as_str()).collect();
                prop_assert!(told.iter().all(|code| *code == "playbook::needs_loop"), "{told:?}");
            }
        }
    }
}
