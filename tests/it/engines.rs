//! The same start-up on Docker engines 20.10, 26.1 and 28.5, side by side.

use std::collections::BTreeMap;
use std::process::Command;

use crate::support::command::project;
use crate::support::stack::Stack;

/// The newer engines' addresses by name, started by the parts script. The script leaves a running engine alone.
fn newer_engines() -> Vec<(String, String)> {
    let script = project().join("tests/parts/engines.sh");
    let output = Command::new("bash").arg(script).arg("start").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .filter_map(|line| line.split_once('\t'))
        .map(|(name, host)| (name.into(), host.into()))
        .collect()
}

/// Stops them, even when a test failed.
struct Stop;

impl Drop for Stop {
    fn drop(&mut self) {
        let script = project().join("tests/parts/engines.sh");
        let _ = Command::new("bash").arg(script).arg("stop").output();
    }
}

#[test]
#[expect(clippy::print_stdout, reason = "which engines were really there is worth a line")]
fn the_start_up_is_the_same_on_engines_20_10_26_1_and_28_5() {
    let _stop = Stop;
    let mut engines = vec![("usual".to_owned(), None)];
    engines.extend(newer_engines().into_iter().map(|(name, host)| (name, Some(host))));
    assert_eq!(engines.len(), 3, "{engines:?}");
    let mut seen = BTreeMap::new();
    for (name, host) in engines {
        let stack = Stack::on("engines", host);
        stack.playbook("mute:1s", &[]);
        let first = stack.run();
        first.exits(0);
        assert!(stack.is_running("bot"), "{name}");
        let second = stack.run();
        second.exits(0);
        assert_eq!(second.report["changes"], 0, "{name}: {}", second.ended.stderr);
        assert_eq!(stack.openbell(&["down", "playbook.yaml"]).code, 0, "{name}");
        tokio::runtime::Runtime::new().unwrap().block_on(crate::docker_watch::a_life_is_told(&stack));
        let facts = &first.step("engine")["facts"];
        println!("engine {} API {}: up, adopted, down", facts["engine_version"], facts["engine_api"]);
        seen.insert(facts["engine_api"].as_str().unwrap().to_owned(), name);
    }
    let versions: Vec<&str> = seen.keys().map(String::as_str).collect();
    assert_eq!(&versions[1..], ["1.45", "1.51"], "{seen:?}");
}
