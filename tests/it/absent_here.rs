//! Paths of this machine that must not exist: looked at wherever the safe state is, a link not followed.

use std::path::PathBuf;
use std::sync::Arc;

use openbell::adapters::files::Disk;
use openbell::event::Verdict;
use openbell::playbook::Plan;

use crate::support::plan::{STACK, START, Told, fakes, plan, run};
use crate::support::world::Fakes;

/// A world with this machine's own files, and a directory for them.
struct Machine {
    fakes: Fakes,
    directory: tempfile::TempDir,
}

impl Machine {
    fn new() -> Self {
        let mut fakes = fakes();
        fakes.world.files = Arc::new(Disk::new(PathBuf::new(), |_| None));
        Self { fakes, directory: tempfile::tempdir().unwrap() }
    }

    fn gameplan(&self) -> PathBuf {
        self.directory.path().join("data").join("gameplan.json")
    }

    /// The shared stack, which says that no gameplan is there, with these steps.
    fn plan(&self, steps: &str) -> Plan {
        let host = format!("absent: [ {{ host: '{}' }}, ", self.gameplan().display());
        plan(&format!("{}\nsteps:\n{steps}", STACK.replace("absent: [ ", &host)))
    }

    fn write(&self) {
        std::fs::create_dir_all(self.directory.path().join("data")).unwrap();
        std::fs::write(self.gameplan(), "{}").unwrap();
    }

    async fn refused(&self, code: &str) -> Told {
        let told = run(&self.plan(START), &self.fakes).await;
        assert_eq!((told.verdict, told.code("bot")), (Verdict::Safety, code));
        assert!(!self.fakes.engine.is_running("stack-bot"));
        told
    }
}

#[tokio::test(start_paused = true)]
async fn where_nothing_stands_the_bot_runs() {
    let machine = Machine::new();
    assert_eq!(run(&machine.plan(START), &machine.fakes).await.verdict, Verdict::Green);
    assert!(machine.fakes.engine.is_running("stack-bot"));
}

#[tokio::test(start_paused = true)]
async fn a_file_of_the_host_keeps_the_bot_from_starting_and_is_named() {
    let machine = Machine::new();
    machine.write();
    let told = machine.refused("safety::present_on_host").await;
    let why = &told.step("bot").failure.as_ref().unwrap().why;
    assert!(why.message.contains(&machine.gameplan().display().to_string()), "{}", why.message);
    assert_eq!(why.evidence, ["2 bytes"]);
}

#[cfg(unix)]
#[tokio::test(start_paused = true)]
async fn a_link_that_leads_nowhere_counts_and_what_cannot_be_looked_at_too() {
    let machine = Machine::new();
    std::fs::create_dir(machine.directory.path().join("data")).unwrap();
    std::os::unix::fs::symlink("/nowhere/at/all", machine.gameplan()).unwrap();
    machine.refused("safety::present_on_host").await;
    // A file where the directory should be: even root cannot look into it.
    let machine = Machine::new();
    std::fs::write(machine.directory.path().join("data"), "").unwrap();
    let told = machine.refused("safety::unproven").await;
    let evidence = &told.step("bot").failure.as_ref().unwrap().why.evidence;
    assert!(evidence[0].starts_with("files::unseen"), "{evidence:?}");
}

#[tokio::test(start_paused = true)]
async fn a_bot_that_runs_is_stopped_for_it_before_any_step() {
    let machine = Machine::new();
    assert_eq!(run(&machine.plan(START), &machine.fakes).await.verdict, Verdict::Green);
    machine.write();
    let told = run(&machine.plan("- { id: net, do: { network: {} } }"), &machine.fakes).await;
    assert_eq!(told.verdict, Verdict::Safety);
    assert!(told.report.stopped[0].because.contains("exists on this machine"), "{:?}", told.report.stopped);
    assert!(!machine.fakes.engine.is_running("stack-bot"));
}

#[tokio::test(start_paused = true)]
async fn it_breaks_a_window_that_is_watched() {
    let machine = Machine::new();
    let plan = machine.plan(&format!("{START}\n- {{ id: steady, do: {{ stable: {{ for: 60s }} }} }}"));
    let later = async {
        tokio::time::sleep(std::time::Duration::from_secs(12)).await;
        machine.write();
    };
    let (told, ()) = tokio::join!(run(&plan, &machine.fakes), later);
    assert_eq!((told.verdict, told.code("steady")), (Verdict::Safety, "safety::present_on_host"));
    assert!(!machine.fakes.engine.is_running("stack-bot"));
}

#[tokio::test(start_paused = true)]
async fn a_preview_says_it_of_a_bot_that_is_still_to_be_made() {
    let machine = Machine::new();
    machine.write();
    let preview = openbell::engine::preview(&machine.plan(START), &machine.fakes.world, &|_| {}).await;
    let told = format!("{preview:?}");
    assert!(told.contains("safety::present_on_host"), "{told}");
}
