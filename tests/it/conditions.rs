//! Conditions: what an expression over variables and earlier steps says.

use std::collections::BTreeMap;

use openbell::diagnosis::Failure;
use openbell::playbook::{Condition, ConditionError, StepSeen};
use proptest::prelude::*;
use serde_json::json;

use crate::support::plan::plan;

fn seen(outcome: &'static str, changed: bool, facts: &serde_json::Value) -> StepSeen {
    StepSeen { outcome, changed, facts: facts.as_object().unwrap().clone() }
}

fn answer(text: &str) -> Result<bool, ConditionError> {
    let variables = BTreeMap::from([
        ("region".to_owned(), "eu".to_owned()),
        ("count".to_owned(), "3".to_owned()),
        ("empty".to_owned(), String::new()),
    ]);
    let steps = BTreeMap::from([
        (
            "gateway".to_owned(),
            seen("passed", true, &json!({ "port": 4002, "farms": ["usfarm"], "paper": true })),
        ),
        ("bot-image".to_owned(), seen("failed", false, &json!({}))),
        ("2fa".to_owned(), seen("skipped", false, &json!({}))),
    ]);
    Condition::new(text)?.holds(&variables, &steps)
}

#[test]
fn what_is_so_holds() {
    for text in [
        "true",
        "not false",
        r#"vars.region == "eu""#,
        r#"vars["region"] == 'eu'"#,
        r#"vars.region in ["eu", "us"]"#,
        "vars.count | int > 2",
        r#"vars.region | upper == "EU""#,
        r#"vars.region is startingwith("e")"#,
        "steps.gateway.changed",
        r#"steps.gateway.outcome == "passed""#,
        "steps.gateway.facts.port == 4002",
        r#""usfarm" in steps.gateway.facts.farms"#,
        "steps.gateway.facts.farms | length == 1",
        "steps.gateway.facts.paper",
        r#"steps.bot_image.outcome == "failed""#,
        r#"steps["bot-image"].outcome == "failed""#,
        r#"steps["2fa"].outcome == "skipped""#,
        "not steps.bot_image.changed",
        "steps.gateway.facts.nothing is undefined",
        "steps.gateway.facts.nothing | default(7) == 7",
        r#"steps.bot_image.outcome == "passed" and steps.bot_image.facts.x > 1 or steps.gateway.changed"#,
        r#"steps.never_came.outcome == "skipped""#,
        r#"vars.region == "eu" if steps.gateway.changed else false"#,
        r#""vars.nowhere and steps" != vars.region"#,
    ] {
        assert_eq!(answer(text), Ok(true), "{text}");
        assert_eq!(answer(&format!("not ({text})")), Ok(false), "{text}");
    }
}

#[test]
fn what_is_not_there_is_not_guessed() {
    for text in [
        "steps.gateway.facts.nothing == 1",
        "steps.gateway.facts.nothing",
        "not steps.gateway.facts.nothing",
        "steps.never_came.facts.port == 4002",
        "steps.bot_image.facts.x > 1",
    ] {
        let Err(error) = answer(text) else { panic!("{text} has an answer") };
        let Failure { why, again, .. } = error.into();
        assert_eq!((why.code.as_str(), again), ("step::when", None), "{text}");
        assert!(why.message.contains(text) && why.message.contains("undefined"), "{}", why.message);
    }
}

#[test]
fn only_true_and_false_are_answers() {
    for (text, kind) in [
        ("vars.region", "string"),
        ("vars.empty", "string"),
        ("1", "number"),
        ("0", "number"),
        ("[]", "sequence"),
        ("none", "none"),
        ("steps.gateway.facts", "map"),
        ("steps.gateway.facts.farms", "sequence"),
        (r#""false""#, "string"),
    ] {
        assert_eq!(
            answer(text),
            Err(ConditionError::NotBool { expression: text.to_owned(), kind: kind.to_owned() }),
            "{text}"
        );
    }
}

#[test]
fn what_is_no_expression_is_told_when_it_is_read() {
    for text in ["", " ", "vars.region ==", "{{ vars.region }}", "vars.region = 3", "\"", "a b", "(", "1 +"] {
        assert!(matches!(Condition::new(text), Err(ConditionError::Syntax { .. })), "{text}");
    }
    for text in [
        "region",
        "vars",
        "steps.gateway",
        "steps",
        "steps.gateway.nothing",
        "steps[vars.region].changed",
        "vars.region | shout",
        "vars.region is odd",
        "range(3) == 3",
        "namespace()",
        "vars.region.upper() == \"EU\"",
    ] {
        assert!(
            matches!(Condition::new(text), Err(ConditionError::Name { .. })),
            "{text}: {:?}",
            Condition::new(text)
        );
    }
}

#[test]
fn the_place_within_the_expression_is_told() {
    let Err(ConditionError::Name { at, .. }) = Condition::new("vars.region == \"é\" and steps.x.nope")
    else {
        panic!("that was read");
    };
    assert_eq!(&"vars.region == \"é\" and steps.x.nope"[at], "nope");
}

#[test]
fn a_plan_has_its_conditions() {
    let plan = plan(
        "version: 1\nname: x\nvars: { region: eu }\nconnection: { address: \"127.0.0.1:4002\", client_id: [1] }\n\
         steps:\n  - { id: engine, do: { engine: {} } }\n\
         \x20 - { id: api, when: 'vars.region == \"eu\" and not steps.engine.changed', do: { ready: {} } }\n\
         finally:\n  - { id: look, when: steps.api.outcome != \"passed\", do: { engine: {} } }\n",
    );
    let steps = BTreeMap::from([("engine".to_owned(), seen("passed", false, &json!({})))]);
    let condition = plan.steps[1].when.as_ref().unwrap();
    assert_eq!(condition.text(), "vars.region == \"eu\" and not steps.engine.changed");
    assert_eq!(condition.holds(&plan.variables, &steps), Ok(true));
    assert!(plan.steps[0].when.is_none());
    assert_eq!(plan.finally[0].when.as_ref().unwrap().holds(&plan.variables, &steps), Ok(true));
}

#[test]
fn an_expression_cannot_eat_the_machine() {
    for text in [
        r#""a" * 100000000000 == "b""#,
        "9 ** 9 ** 9 ** 9 > 1",
        "[0] * 10000000000 | length > 1",
        "9999999999999999999999 * 9999999999999999999999 > 1",
    ] {
        // An error or an answer, at once.
        drop(answer(text));
    }
    let deep = format!("{}true{}", "(".repeat(20_000), ")".repeat(20_000));
    assert!(Condition::new(&deep).is_err());
    for chain in ["not ", "-", "1 + ", "true and ", "1 if ", "vars.region ~ "] {
        drop(answer(&(chain.repeat(996 / chain.len()) + "true")));
        assert!(Condition::new(&(chain.repeat(20_000) + "true")).is_err(), "{chain}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "(vars|steps|not |and |or |\\.|\\[|\\]|\"|'|\\||is |in |region|gateway|facts|changed| |==|\\(|\\)|1|é|\\\\){0,12}") {
        drop(answer(&text));
    }
}
