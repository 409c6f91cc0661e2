//! The roll-up of several runs: the table, the file, the exit code.

use openbell::event::Verdict;
use openbell::exit::Exit;
use openbell::ports::docker::DockerError;
use openbell::report::{Report, Rollup, VariantReport, write_rollup};

use crate::support::plan::{run, steps};
use crate::support::world::Fakes;

async fn report(variant: &str, fakes: &Fakes) -> Report {
    let text = "- { id: engine, do: { engine: {} } }\n- { id: net, do: { network: {} } }";
    let told = run(&steps(text), fakes).await;
    Report { variant: Some(variant.to_owned()), run: format!("run-{variant}"), ..told.report }
}

async fn rollup() -> Rollup {
    let sick = Fakes::new();
    sick.engine.with(|state| state.unreachable.push_back(DockerError::NoPermission { host: "x".into() }));
    let reports = [report("eu", &Fakes::new()).await, report("us-east", &sick).await];
    Rollup {
        rollup: 1,
        run: "20261122T000000Z-000002".into(),
        playbook: "stack".into(),
        openbell: "0.0.0".into(),
        verdict: Verdict::Engine,
        started: "2026-11-22T00:00:00.000Z".into(),
        took_ms: 0.0,
        variants: reports.iter().map(|report| VariantReport::of(report, true)).collect(),
    }
}

#[tokio::test(start_paused = true)]
async fn the_table_has_a_line_for_each_variant_and_names_the_first_failure() {
    insta::assert_snapshot!("rollup_table", rollup().await.table());
}

#[tokio::test(start_paused = true)]
async fn a_rollup_is_written_whole_and_names_the_reports() {
    let directory = tempfile::tempdir().unwrap();
    let rollup = rollup().await;
    let place = write_rollup(&rollup, directory.path()).unwrap();
    let text = std::fs::read_to_string(place.join("rollup.json")).unwrap();
    assert_eq!(serde_json::from_str::<Rollup>(&text).unwrap(), rollup);
    assert_eq!(rollup.variants[0].report.as_deref(), Some("../run-eu/report.json"));
    assert!(write_rollup(&rollup, directory.path()).is_err(), "nothing is written over");
}

#[test]
fn the_gravest_exit_code_is_told() {
    use Exit::{Busy, Deadline, Engine, Failed, Green, Interrupted, Pending, Report, Safety};
    let order = [Green, Pending, Busy, Report, Interrupted, Deadline, Failed, Engine, Safety];
    for (place, exit) in order.iter().enumerate() {
        assert_eq!(Exit::gravest(order[..=place].iter().copied()), *exit);
        assert_eq!(Exit::gravest(order[..=place].iter().rev().copied()), *exit);
    }
    assert_eq!(Exit::gravest([]), Green);
}
