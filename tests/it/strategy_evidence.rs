//! Where a bot says which strategy it runs: its log, an endpoint of its own, or a file that it has written since its
//! start. The log's own cases are with the ways around.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use openbell::event::Verdict;
use openbell::ports::http::{Http, HttpAnswer, HttpError, HttpRequest, SendError};

use crate::insync;
use crate::support::plan::{STACK, START, Told, fakes, plan, run};
use crate::support::stack::free_port;
use crate::support::world::Fakes;

/// The stack whose strategy is proven so.
fn stack(evidence: &str) -> String {
    STACK
        .replace("evidence: { container: bot }", &format!("evidence: {{ container: bot, {evidence} }}"))
        .replace("bot: { image: bot,", "bot: { image: bot, ports: [\"127.0.0.1:8080:80\"],")
}

async fn told(evidence: &str, fakes: &Fakes) -> Told {
    let steps = format!("{START}\n- {{ id: strategy, within: 5s, do: {{ strategy: {{}} }} }}");
    run(&plan(&format!("{}\nsteps:\n{steps}", stack(evidence))), fakes).await
}

/// A web server of one page.
struct Page(Mutex<Option<(u16, &'static str)>>);

#[async_trait]
impl Http for Page {
    async fn get(&self, url: &str, timeout: Duration) -> Result<HttpAnswer, HttpError> {
        assert_eq!(url, "http://127.0.0.1:8080/status");
        let answer = *self.0.lock().unwrap();
        let timed_out = || HttpError::Timeout { url: url.to_owned(), timeout };
        answer
            .map(|(status, body)| HttpAnswer { status, body: body.to_owned(), retry_after: None })
            .ok_or_else(timed_out)
    }

    async fn send(&self, _: &HttpRequest, _: Duration) -> Result<HttpAnswer, SendError> {
        unreachable!("a run sends nothing")
    }
}

const HTTP: &str = "http: { url: \"http://127.0.0.1:8080/status\", field: /bot/strategy }";

async fn answers(answer: Option<(u16, &'static str)>) -> (Told, Fakes) {
    let mut fakes = fakes();
    fakes.world.http = Arc::new(Page(Mutex::new(answer)));
    (told(HTTP, &fakes).await, fakes)
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_names_the_default_and_nothing_else_will_do() {
    let (told, _) = answers(Some((200, r#"{"bot": {"strategy": "C"}}"#))).await;
    assert_eq!(told.verdict, Verdict::Green, "{:?}", told.report.why);
    assert_eq!(told.step("strategy").facts["strategy"], "C");
    for (answer, code) in [
        (Some((200, r#"{"bot": {"strategy": "A"}}"#)), "safety::strategy"),
        (Some((200, r#"{"bot": {"strategy": "c"}}"#)), "safety::strategy"),
        (Some((200, r#"{"bot": {"strategy": ["C"]}}"#)), "safety::strategy_unproven"),
        (Some((200, r#"{"bot": {}}"#)), "safety::strategy_unproven"),
        (Some((200, "Strategy C active")), "safety::strategy_unproven"),
        (Some((503, r#"{"bot": {"strategy": "C"}}"#)), "safety::strategy_unproven"),
        (None, "safety::unproven"),
    ] {
        let (told, fakes) = answers(answer).await;
        assert_ne!(told.verdict, Verdict::Green, "{answer:?}");
        assert_eq!(told.code("strategy"), code, "{answer:?}");
        assert!(!fakes.engine.is_running("stack-bot"), "{answer:?}");
    }
}

/// A file in the bot, with its content and when it was written. The bot is started at second 02.
async fn file(reading: &str, content: &str, modified: &str) -> (Told, Fakes) {
    let fakes = fakes();
    fakes.engine.with(|state| {
        let at = ("stack-bot".to_owned(), "/data/state.json".to_owned());
        state.files.insert(at.clone(), content.as_bytes().to_vec());
        state.modified.insert(at, modified.to_owned());
    });
    (told(&format!("file: {{ path: /data/state.json, {reading} }}"), &fakes).await, fakes)
}

const NOW: &str = "2026-11-22T00:00:03.5Z";

#[tokio::test(start_paused = true)]
async fn a_file_that_was_written_since_the_start_names_the_default() {
    for (reading, content) in [
        ("field: /strategy", r#"{"strategy": "C"}"#),
        ("pattern: 'strategy=(\\w+)'", "# state\nstrategy=C\n"),
    ] {
        let (told, _) = file(reading, content, NOW).await;
        assert_eq!(told.verdict, Verdict::Green, "{reading}: {:?}", told.report.steps);
    }
    for (reading, content, modified, code) in [
        ("field: /strategy", r#"{"strategy": "A"}"#, NOW, "safety::strategy"),
        ("field: /strategy", r#"{"strategy": "C"}"#, "2026-11-22T00:00:01Z", "safety::strategy_unproven"),
        ("field: /strategy", r#"{"strategy": "C"}"#, "", "safety::strategy_unproven"),
        ("field: /strategy", "{", NOW, "safety::strategy_unproven"),
        ("pattern: 'strategy=(\\w+)'", "strategy=A\nstrategy=C\n", NOW, "safety::strategy"),
        ("pattern: 'strategy=(\\w+)'", "", NOW, "safety::strategy_unproven"),
    ] {
        let (told, fakes) = file(reading, content, modified).await;
        assert_eq!(told.code("strategy"), code, "{content} {modified}");
        assert!(!fakes.engine.is_running("stack-bot"), "{content} {modified}");
    }
    let fakes = fakes();
    let told = told("file: { path: /data/state.json, field: /strategy }", &fakes).await;
    assert_eq!(told.code("strategy"), "safety::strategy_unproven");
    let evidence = &told.step("strategy").failure.as_ref().unwrap().why.evidence;
    assert_eq!(evidence[0], "file: nothing stands at /data/state.json");
}

#[tokio::test(start_paused = true)]
async fn what_the_last_run_of_the_container_wrote_is_no_word_of_this_one() {
    let (told, fakes) = file("field: /strategy", r#"{"strategy": "C"}"#, NOW).await;
    assert_eq!(told.verdict, Verdict::Green);
    fakes.engine.with(|state| {
        let bot = state.containers.get_mut("stack-bot").unwrap();
        (bot.finished_at, bot.started_at) =
            ("2026-11-22T00:00:03.6Z".into(), "2026-11-22T00:00:03.7Z".into());
    });
    let told = self::told("file: { path: /data/state.json, field: /strategy }", &fakes).await;
    assert_eq!(told.code("strategy"), "safety::strategy_unproven");
}

/// A bot whose log has these lines.
async fn logged(pattern: &str, lines: Vec<String>) -> (Told, Fakes) {
    let fakes = fakes();
    fakes.engine.with(|state| state.logs.insert("stack-bot".into(), lines));
    (told(&format!("log: '{pattern}'"), &fakes).await, fakes)
}

#[tokio::test(start_paused = true)]
async fn another_strategy_hides_in_no_part_of_a_line() {
    let anywhere = r"Strategy (\w+) active";
    for (pattern, line) in [
        (anywhere, "Strategy C active, Strategy A active"),
        (anywhere, "Strategy A active, Strategy C active"),
        (anywhere, "Strategy C active\rStrategy A active"),
        (anywhere, "Strategy A active\rStrategy C active"),
        (r"^Strategy (\w+) active$", "Strategy C active\rStrategy A active"),
        (r"^Strategy (\w+) active$", "Strategy A active\rnothing"),
        // What the pattern skips before and after its group is read too.
        (r"^.*Strategy (\w+) active", "Strategy A active, Strategy C active"),
        (r".*Strategy (\w+) active", "Strategy C active, Strategy A active, Strategy C active"),
        (r"Strategy (\w+).*", "Strategy C active, Strategy A active"),
    ] {
        let lines = vec!["Strategy C active".to_owned(), line.to_owned()];
        let (told, fakes) = logged(pattern, lines).await;
        assert_eq!(told.code("strategy"), "safety::strategy", "{pattern}: {line}");
        assert!(!fakes.engine.is_running("stack-bot"), "{pattern}: {line}");
    }
    for (pattern, line) in [
        (anywhere, "Strategy C active\r"),
        (anywhere, "Strategy C active: Strategy C active"),
        (r"(\w+)\s*$", "it is C"),
        (r"^.*Strategy (\w+) active.*$", "12:00 Strategy C active, good"),
    ] {
        let (told, _) = logged(pattern, vec![line.to_owned()]).await;
        assert_eq!(told.verdict, Verdict::Green, "{pattern}: {line} {:?}", told.report.steps);
    }
}

/// The Python bot, which writes a file beside its log and serves it.
#[test]
fn a_file_and_an_endpoint_of_a_real_bot_prove_its_strategy() {
    let serve = "mkdir /state; cd /state; python3 -m http.server 8080 >/dev/null 2>&1 & \
                 sleep 1; echo '{\"strategy\": \"'$IS'\"}' >/state/state.json; exec python3 -u /bot.py";
    let port = free_port();
    let entry = format!("    entrypoint: {}\n", serde_json::json!(["sh", "-c", serve]));
    let entry = format!("{entry}    ports: [\"127.0.0.1:{port}:8080\"]\n    env: {{ IS: C, IBKR_HOST");
    let file = "evidence: { container: bot, file: { path: /state/state.json, field: /strategy } }";
    let http = format!(
        "evidence: {{ container: bot, http: {{ url: \"http://127.0.0.1:{port}/state.json\", field: /strategy }} }}"
    );
    let stack = insync::stack(
        "said",
        "ready",
        &[("    env: { IBKR_HOST", entry.as_str()), ("evidence: { container: bot }", file)],
    );
    let ran = stack.run();
    ran.exits(0);
    let line = ran.step("strategy")["facts"]["line"].as_str().unwrap().to_owned();
    assert_eq!(line, "/strategy of /state/state.json is C");
    let path = stack.directory.path().join("playbook.yaml");
    let text = std::fs::read_to_string(&path).unwrap().replace(file, &http);
    stack.write("playbook.yaml", &text);
    let ran = stack.run();
    ran.exits(0);
    assert!(ran.step("strategy")["facts"]["line"].as_str().unwrap().ends_with("/state.json is C"));
    stack.write("playbook.yaml", &text.replace("IS: C", "IS: A"));
    let ran = stack.run();
    ran.exits(4);
    assert_eq!(ran.code("strategy"), "safety::strategy", "{}", ran.ended.stderr);
    assert!(!stack.is_running("bot"));
    assert_eq!(stack.openbell(&["down", "playbook.yaml"]).code, 0);
}
