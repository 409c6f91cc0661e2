//! What an engine answers only now and then, played back: the real one cannot be made to.

use openbell::adapters::docker::Bollard;
use openbell::ports::docker::Docker;
use serde_json::json;
use wiremock::matchers::{method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

/// One chunk of a log stream: stdout, with its length, as the engine frames it.
fn chunk(line: &str) -> Vec<u8> {
    of(1, line)
}

/// The same of stdout (1) or stderr (2).
fn of(stream: u8, line: &str) -> Vec<u8> {
    let mut chunk = vec![stream, 0, 0, 0];
    chunk.extend(u32::try_from(line.len()).unwrap().to_be_bytes());
    chunk.extend(line.as_bytes());
    chunk
}

/// Seen on engine 20.10 in 1 of 60 starts on a busy machine: the end is stamped by the runtime, the start by the
/// engine, and a program that fails at once has ended before it started.
#[tokio::test]
async fn a_container_that_ended_before_its_noted_start_keeps_its_last_words() {
    let engine = MockServer::start().await;
    let version = json!({ "Version": "20.10.24", "ApiVersion": "1.41", "MinAPIVersion": "1.12" });
    Mock::given(path("/version"))
        .respond_with(ResponseTemplate::new(200).set_body_json(version))
        .mount(&engine)
        .await;
    let inspected = json!({
        "Id": "abc", "Name": "/gateway", "Image": "sha256:1",
        "State": {
            "Status": "exited", "Running": false, "ExitCode": 1, "Error": "", "OOMKilled": false,
            "StartedAt": "2026-11-23T01:05:50.100884Z", "FinishedAt": "2026-11-23T01:05:50.1Z",
        },
    });
    Mock::given(method("GET"))
        .and(path("/containers/gateway/json"))
        .respond_with(ResponseTemplate::new(200).set_body_json(inspected))
        .mount(&engine)
        .await;
    let mut log = chunk("2026-11-23T01:05:50.099Z cannot listen on 1.2.3.4:4002\n");
    log.extend(chunk("2026-11-23T01:05:50.100Z the end\n"));
    Mock::given(method("GET"))
        .and(path("/containers/abc/logs"))
        .and(query_param("since", "1795395948"))
        .respond_with(ResponseTemplate::new(200).set_body_bytes(log))
        .mount(&engine)
        .await;

    let docker = Bollard::new(Some(format!("tcp://{}", engine.address())));
    let container = docker.container("gateway").await.unwrap().unwrap();
    let lines = docker.logs_since_start(&container).await.unwrap();
    let texts: Vec<_> = lines.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(texts, ["cannot listen on 1.2.3.4:4002", "the end"]);
}

const RUNNING: &str = "2026-11-23T01:00:00Z";

/// What is asked for, what is answered, and how often.
type Answer<'a> = (&'a [(&'a str, &'a str)], Vec<u8>, u64);

/// An engine with a container that has run since then, and logs what these answers say to these queries.
async fn logs(answers: Vec<Answer<'_>>) -> (MockServer, Bollard) {
    let engine = MockServer::start().await;
    let version = json!({ "Version": "20.10.24", "ApiVersion": "1.41", "MinAPIVersion": "1.12" });
    let answer = |body| ResponseTemplate::new(200).set_body_json(body);
    Mock::given(path("/version")).respond_with(answer(version)).mount(&engine).await;
    let state = json!({
        "Status": "running", "Running": true, "ExitCode": 0, "Error": "", "OOMKilled": false,
        "StartedAt": RUNNING, "FinishedAt": "0001-01-01T00:00:00Z",
    });
    let inspected = json!({ "Id": "abc", "Name": "/bot", "Image": "sha256:1", "State": state });
    Mock::given(path("/containers/bot/json")).respond_with(answer(inspected)).mount(&engine).await;
    for (query, body, times) in answers {
        let mut mock = Mock::given(method("GET")).and(path("/containers/abc/logs"));
        for (name, value) in query {
            mock = mock.and(query_param(*name, *value));
        }
        let mock = mock.respond_with(ResponseTemplate::new(200).set_body_bytes(body)).expect(times);
        mock.mount(&engine).await;
    }
    let docker = Bollard::new(Some(format!("tcp://{}", engine.address())));
    (engine, docker)
}

/// As an engine tells a line of more than 16 KB: in parts, each with its time, of which only the last has an end.
#[tokio::test]
async fn a_long_line_is_put_together() {
    let filler = "x".repeat(16 * 1024 - 14);
    let (first, rest) = (format!("{filler}Strategy A act"), "ive");
    assert_eq!(first.len(), 16 * 1024);
    let mut log = chunk(&format!("2026-11-23T01:00:01.000000001Z {first}"));
    log.extend(of(2, "2026-11-23T01:00:01.000000002Z of the other stream\n"));
    log.extend(chunk(&format!("2026-11-23T01:00:01.000000003Z {rest}\n")));
    log.extend(chunk("2026-11-23T01:00:02Z next\n"));
    log.extend(chunk("2026-11-23T01:00:03Z without an end"));
    let (_engine, docker) = logs(vec![(&[], log, 1)]).await;
    let container = docker.container("bot").await.unwrap().unwrap();
    let lines = docker.logs_since_start(&container).await.unwrap();
    let texts: Vec<_> = lines.iter().map(|line| line.text.trim_start_matches('x')).collect();
    assert_eq!(texts, ["of the other stream", "Strategy A active", "next", "without an end"]);
    assert_eq!(lines[1].text.len(), 16 * 1024 + 3);

    // A terminal has no streams: the times of the parts stand in the line.
    let log = format!("2026-11-23T01:00:01.000000001Z {first}2026-11-23T01:00:01.000000003Z {rest}\r\n");
    let (_engine, docker) = logs(vec![(&[], log.into_bytes(), 1)]).await;
    let lines = docker.logs_since_start(&container).await.unwrap();
    assert_eq!(lines.len(), 1);
    assert!(lines[0].text.ends_with("xStrategy A active"), "{}", &lines[0].text[16_300..]);
}

/// What was said before the last 20,000 lines counts as well, and is not read twice.
#[tokio::test]
async fn the_words_of_a_log_are_found_however_long_it_is() {
    let line = |number: u32, text: &str| {
        chunk(&format!("2026-11-23T01:{:02}:{:02}Z {text}\n", number / 1000, number / 100 % 10))
    };
    let noise: Vec<u8> = (1..20_001).flat_map(|number| line(number, "noise")).collect();
    let all = [line(0, "Strategy A active"), noise.clone(), line(20_001, "Strategy C active")].concat();
    let last = [noise, line(20_001, "Strategy C active")].concat();
    let answers: Vec<Answer<'_>> = vec![
        // Five seconds before the last line of the first answer.
        (&[("tail", "20000"), ("since", "1795396795")], line(21_000, "Strategy B active"), 1),
        (&[("tail", "20000")], last, 1),
        (&[("tail", "all")], all, 1),
    ];
    let (_engine, docker) = logs(answers).await;
    let container = docker.container("bot").await.unwrap().unwrap();
    let find = |line: &str| {
        line.strip_prefix("Strategy ").into_iter().map(|rest| rest[..1].to_owned()).collect::<Vec<_>>()
    };
    let words = async || {
        let found = docker.log_words(&container, "strategy", &find).await.unwrap();
        found.into_iter().map(|found| found.word).collect::<String>()
    };
    assert_eq!(words().await, "AC");
    assert_eq!(words().await, "ACB");
}
