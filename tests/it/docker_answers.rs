//! What an engine answers only now and then, played back: the real one cannot be made to.

use openbell::adapters::docker::Bollard;
use openbell::ports::docker::Docker;
use serde_json::json;
use wiremock::matchers::{method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

/// One chunk of a log stream: stdout, with its length, as the engine frames it.
fn chunk(line: &str) -> Vec<u8> {
    let mut chunk = vec![1, 0, 0, 0];
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
