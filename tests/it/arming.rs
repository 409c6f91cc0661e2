//! Live trading takes two keys, and one of them alone starts nothing.

use std::path::PathBuf;

use openbell::event::Verdict;
use openbell::ports::broker::AccountId;

use crate::support::command::{Ended, run as openbell};
use crate::support::plan::{STACK, Told, plan, run, steps};
use crate::support::world::{Fakes, ProbeAnswer};

const LIVE: &str = r#"version: 1
name: desk
within: 10m
connection: { address: "127.0.0.1:4001", client_id: [101] }
safety: { mode: live, accounts: [U2222222, U3333333] }
containers:
  gateway: { image: gateway, env: { TRADING_MODE: live } }
  bot: { image: bot, env: { TRADING_MODE: live } }
steps: [ { id: engine, within: 1s, do: { engine: {} } } ]
"#;

struct Desk {
    directory: tempfile::TempDir,
}

impl Desk {
    fn of(text: &str) -> Self {
        let desk = Self { directory: tempfile::tempdir().unwrap() };
        std::fs::write(desk.path("desk.yaml"), text).unwrap();
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn try_it(&self, command: &str, reports: &str, arguments: &[&str]) -> Ended {
        let (playbook, reports) = (self.path("desk.yaml"), self.path(reports));
        let mut all =
            vec![command, playbook.to_str().unwrap(), "--docker-host", "unix:///nowhere/docker.sock"];
        if command == "run" {
            all.extend(["--reports", reports.to_str().unwrap()]);
        }
        all.extend(arguments);
        openbell(&all)
    }

    /// Refused by `run` and by `plan`, with this code, before anything is done. The report of the run says why.
    #[track_caller]
    fn refused(&self, arguments: &[&str], code: &str) {
        for command in ["run", "plan"] {
            let ended = self.try_it(command, "none", arguments);
            assert_eq!(ended.code, 4, "{command} {arguments:?}: {}", ended.stderr);
            assert!(ended.stderr.contains(code), "{command} {arguments:?}: {}", ended.stderr);
            for account in ["2222222", "3333333", "1111111"] {
                assert!(!ended.stderr.contains(account), "an account is shown: {}", ended.stderr);
            }
            assert_eq!(command == "plan", ended.stderr.contains("`run` would refuse"), "{}", ended.stderr);
        }
        self.reported(arguments, code);
    }

    /// What machines are told of a refusal: a report for each run, and the document of a plan.
    #[track_caller]
    fn reported(&self, arguments: &[&str], code: &str) {
        let runs = std::fs::read_dir(self.path("none")).unwrap().map(|run| run.unwrap().path());
        let reports = runs.map(|run| run.join("report.json")).filter(|path| path.exists());
        let mut count = 0;
        for path in reports {
            let text = std::fs::read_to_string(&path).unwrap();
            let report: serde_json::Value = serde_json::from_str(&text).unwrap();
            assert_eq!(
                (&report["verdict"], &report["why"]["code"]),
                (&"safety".into(), &code.into()),
                "{report}"
            );
            assert_eq!(report["steps"][0]["outcome"], "skipped", "{report}");
            assert!(!["2222222", "3333333", "1111111"].iter().any(|id| text.contains(id)), "{text}");
            count += 1;
        }
        assert!(count > 0, "no report of {arguments:?}");
        std::fs::remove_dir_all(self.path("none")).unwrap();
        let planned = self.try_it("plan", "none", &[arguments, &["--json"]].concat());
        let plan: serde_json::Value = serde_json::from_str(&planned.stdout).unwrap();
        assert_eq!(
            (&plan["outcome"], &plan["refused"]["code"]),
            (&"not_safe".into(), &code.into()),
            "{plan}"
        );
        assert!(!self.path("none").exists(), "a plan leaves nothing");
    }

    /// Goes on to the first step, where there is no engine.
    #[track_caller]
    fn goes_on(&self, arguments: &[&str]) {
        let ended = self.try_it("run", "reports", arguments);
        assert_eq!(ended.code, 5, "{arguments:?}: {}", ended.stderr);
    }
}

#[test]
fn one_key_alone_starts_nothing() {
    let live = Desk::of(LIVE);
    live.refused(&[], "safety::live_not_armed");
    live.refused(&["--arm-live", "U1111111"], "safety::armed_not_allowed");
    live.refused(&["--arm-live", "U2222222", "--arm-live", "U1111111"], "safety::armed_not_allowed");
    live.refused(&["--arm-live", "DU2222222"], "safety::armed_paper_account");
    for text in
        ["U*", "", "U123", "u2222222", " U2222222", "U2222222*", "2222222", "U12345x7", "U2222222,U3333333"]
    {
        live.refused(&["--arm-live", text], "safety::armed_no_account");
    }
    live.goes_on(&["--arm-live", "U2222222", "--arm-live", "U3333333"]);
    live.goes_on(&["--arm-live", "U2222222"]);

    let paper = LIVE.replace("mode: live, accounts: [U2222222, U3333333]", "mode: paper");
    let paper = Desk::of(&paper.replace("4001", "4002").replace("TRADING_MODE: live", "TRADING_MODE: paper"));
    paper.refused(&["--arm-live", "U2222222"], "safety::armed_but_paper");
    paper.goes_on(&[]);
}

#[test]
fn the_typed_account_is_no_default_and_no_variable() {
    let live = Desk::of(LIVE);
    let mut command = crate::support::command::openbell(&["run", live.path("desk.yaml").to_str().unwrap()]);
    command.current_dir(live.directory.path());
    for name in ["OPENBELL_ARM_LIVE", "ARM_LIVE", "OPENBELL_ARM_LIVE_FILE"] {
        command.env(name, "U2222222");
    }
    let ended = Ended::from(command.output().unwrap());
    assert_eq!(ended.code, 4, "{}", ended.stderr);
    assert!(ended.stderr.contains("safety::live_not_armed"), "{}", ended.stderr);
}

#[test]
fn in_a_matrix_every_live_plan_has_to_be_armed() {
    let text = LIVE.replace(
        "name: desk\n",
        "name: desk\nmatrix: [{ id: a, vars: { A: U2222222, P: \"4001\" } }, { id: b, vars: { A: U3333333, P: \"7496\" } }]\n",
    );
    let live = Desk::of(
        &text
            .replace("127.0.0.1:4001", "127.0.0.1:${P}")
            .replace("[U2222222, U3333333]", "[\"${A}\"]")
            .replace("image: bot", "image: bot, container_name: \"bot-${A}\"")
            .replace("image: gateway,", "image: gateway, container_name: \"gateway-${A}\","),
    );
    live.refused(&["--arm-live", "U2222222"], "safety::live_not_armed");
    live.goes_on(&["--arm-live", "U2222222", "--arm-live", "U3333333"]);
}

#[cfg(unix)]
mod file {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};

    use super::{Desk, LIVE};

    const GOOD: &str = "# until Christmas\naccount: U2222222\naccount: U3333333 # the other\n\nexpires: 2126-12-24T18:00:00Z\n";

    fn write(desk: &Desk, text: &str, mode: u32) -> String {
        let path = desk.path("armed");
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        path.to_str().unwrap().to_owned()
    }

    #[test]
    fn a_file_arms_only_when_it_is_roots_own_and_holds() {
        let desk = Desk::of(LIVE);
        let armed = |text: &str, mode: u32| write(&desk, text, mode);
        let file = armed(GOOD, 0o640);
        let path = desk.path("armed");
        if std::fs::metadata(&path).unwrap().uid() != 0 {
            // Whoever is not root cannot make one.
            desk.refused(&["--arm-live-file", &file], "safety::arming_file_open");
            return;
        }
        desk.goes_on(&["--arm-live-file", &file]);
        for mode in [0o660, 0o602, 0o666, 0o777, 0o620] {
            desk.refused(&["--arm-live-file", &armed(GOOD, mode)], "safety::arming_file_open");
        }
        chown(&path, Some(1000), None).unwrap();
        desk.refused(&["--arm-live-file", &file], "safety::arming_file_open");
        std::fs::remove_file(&path).unwrap();
        desk.refused(&["--arm-live-file", &file], "safety::arming_file");
        desk.refused(&["--arm-live-file", desk.directory.path().to_str().unwrap()], "safety::arming_file");
        desk.refused(&["--arm-live-file", "/dev/zero"], "safety::arming_file");
        armed(GOOD, 0o600);
        let link = desk.path("link");
        symlink(&path, &link).unwrap();
        desk.refused(&["--arm-live-file", link.to_str().unwrap()], "safety::arming_file");

        let says = |from: &str, to: &str, code: &str| {
            assert!(GOOD.contains(from));
            desk.refused(&["--arm-live-file", &armed(&GOOD.replace(from, to), 0o600)], code);
        };
        says("2126", "2016", "safety::arming_expired");
        says("U3333333", "U1111111", "safety::armed_not_allowed");
        says("U3333333", "DU3333333", "safety::armed_paper_account");
        says("U3333333", "U*", "safety::armed_no_account");
        for (from, to) in [
            ("expires", "expired"),
            ("account: U2222222\naccount: U3333333 # the other\n", ""),
            ("expires: 2126-12-24T18:00:00Z\n", ""),
            (
                "expires: 2126-12-24T18:00:00Z\n",
                "expires: 2126-12-24T18:00:00Z\nexpires: 2127-12-24T18:00:00Z\n",
            ),
            ("2126-12-24T18:00:00Z", "tomorrow"),
            ("2126-12-24T18:00:00Z", "2126-12-24"),
        ] {
            says(from, to, "safety::arming_format");
        }
        let soon = jiff::Timestamp::now() + jiff::SignedDuration::from_mins(5);
        says("2126-12-24T18:00:00Z", &soon.to_string(), "safety::arming_too_short");
        armed(&GOOD.replace("2126-12-24T18:00:00Z", &soon.to_string()), 0o600);
        desk.goes_on(&["--arm-live-file", &file, "--within", "1m"]);
        let both = desk.try_it("run", "both", &["--arm-live-file", &file, "--arm-live", "U2222222"]);
        assert_eq!(both.code, 2, "{}", both.stderr);
    }
}

const START: &str = "- { id: net, do: { network: {} } }
- { id: gateway, do: { start: { container: gateway } } }
- { id: bot, do: { start: { container: bot } } }";

/// A live stack whose session shows these accounts, with these armed.
async fn live(shows: &[&'static str], armed: &[&str]) -> (Told, Fakes) {
    let text = STACK
        .replace("safety:\n", "safety:\n  mode: live\n  accounts: [U2222222, U3333333, DU1111111]\n")
        .replace("4002", "4001");
    let mut plan = plan(&format!("{text}\nsteps:\n{START}"));
    plan.stack.safety.armed = armed.iter().map(|account| AccountId::new(*account)).collect();
    let fakes = Fakes::new();
    fakes.engine.image("gateway");
    fakes.engine.image("bot");
    let says = vec!["Strategy C active: No trading, monitoring only".to_owned()];
    fakes.engine.with(|state| state.logs.insert("stack-bot".into(), says));
    (0..9).for_each(|_| fakes.gateway.probes.push(ProbeAnswer::Ready(shows.to_vec())));
    (run(&plan, &fakes).await, fakes)
}

#[tokio::test(start_paused = true)]
async fn the_session_shows_exactly_the_armed_accounts() {
    let (told, fakes) = live(&["U2222222"], &["U2222222"]).await;
    assert_eq!(told.verdict, Verdict::Green, "{:?}", told.report.steps);
    assert!(fakes.engine.is_running("stack-bot"));
    for (shows, armed) in [
        (&["U2222222"][..], &["U3333333"][..]),
        (&["U2222222", "U3333333"], &["U2222222"]),
        (&["U2222222"], &["U2222222", "U3333333"]),
        (&["DU1111111"], &["U2222222"]),
    ] {
        let (told, fakes) = live(shows, armed).await;
        assert_eq!(told.verdict, Verdict::Safety, "{shows:?} {armed:?}: {:?}", told.report.steps);
        assert_eq!(told.code("bot"), "safety::armed_account_differs", "{shows:?}");
        assert!(!fakes.engine.changes().contains(&"start stack-bot".to_owned()), "{shows:?} {armed:?}");
        let text = openbell::report::markdown(&told.report);
        assert!(!text.contains("2222222") && !text.contains("3333333"), "{text}");
    }
    let (told, _) = live(&["U2222222", "U9999999"], &["U2222222"]).await;
    assert_eq!((told.verdict, told.code("bot")), (Verdict::Safety, "safety::account"));
}

#[tokio::test(start_paused = true)]
async fn the_engine_itself_refuses_a_live_plan_that_nobody_armed() {
    let (told, fakes) = live(&["U2222222"], &[]).await;
    assert_eq!(told.verdict, Verdict::Safety);
    assert_eq!(told.report.why.as_ref().unwrap().code, "safety::live_not_armed");
    assert!(told.report.steps.iter().all(|step| step.attempts == 0), "{:?}", told.report.steps);
    assert!(fakes.engine.changes().is_empty() && fakes.gateway.asked.lock().unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn arming_does_not_make_a_paper_plan_live() {
    let mut plan = steps(START);
    plan.stack.safety.armed = vec![AccountId::new("U2222222")];
    plan.stack.safety.accounts = vec!["U2222222".to_owned().try_into().unwrap()];
    let fakes = Fakes::new();
    fakes.engine.image("gateway");
    fakes.engine.image("bot");
    (0..9).for_each(|_| fakes.gateway.probes.push(ProbeAnswer::Ready(vec!["U2222222"])));
    let told = run(&plan, &fakes).await;
    assert_eq!((told.verdict, told.code("bot")), (Verdict::Safety, "safety::account"));
}
