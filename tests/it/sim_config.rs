//! The configuration, read and edited by a real client: the Rust `ibapi`.

use std::time::Duration;

use ibapi::config::{ApiConfig, ApiSettings, LockAndExit, MessageSetting};
use ibapi::{Client, Error};
use openbell::sim::gateway::Settings;
use openbell::wire::config::{Key, Update, Value};
use openbell::wire::message::request;
use openbell::wire::server::Incoming;
use openbell::wire::{Dialect, frame};

use crate::stage::Stage;

async fn client(stage: &Stage, id: i32) -> Client {
    Client::builder()
        .address(stage.address.to_string())
        .client_id(id)
        .max_reconnect_attempts(0)
        .one_shot_timeout(Duration::from_secs(5))
        .connect()
        .await
        .unwrap()
}

fn api(settings: ApiSettings) -> ApiConfig {
    ApiConfig { settings: Some(settings), precautions: None }
}

async fn settings(client: &Client) -> ApiSettings {
    client.config().await.unwrap().api.unwrap().settings.unwrap()
}

#[tokio::test]
async fn it_is_read() {
    let stage = Stage::with("ready").await;
    let config = client(&stage, 1).await.config().await.unwrap();
    assert_eq!(config.lock_and_exit.unwrap().auto_logoff_time.as_deref(), Some("23:45"));
    assert!(config.messages.iter().any(|message| message.id == Some(131) && message.enabled == Some(true)));
    let api = config.api.unwrap();
    assert_eq!(api.precautions.unwrap().bypass_order_precautions, Some(false));
    let settings = api.settings.unwrap();
    assert_eq!(settings.socket_port, Some(i32::from(stage.address.port())));
    assert_eq!(settings.read_only_api, Some(false));
    assert_eq!(settings.trusted_ips, ["127.0.0.1"]);
    assert_eq!(settings.master_client_id, None);
}

#[tokio::test]
async fn an_edit_is_seen_by_everyone() {
    let stage = Stage::with("ready").await;
    let (editor, other) = (client(&stage, 1).await, client(&stage, 2).await);
    let outcome = editor
        .update_config()
        .api(api(ApiSettings {
            trusted_ips: vec!["10.0.0.7".into(), "::1".into()],
            master_client_id: Some(7),
            socket_port: Some(i32::from(stage.address.port())),
            ..ApiSettings::default()
        }))
        .lock_and_exit(LockAndExit { auto_logoff_time: Some("11:45 PM".into()), ..LockAndExit::default() })
        .submit()
        .await
        .unwrap();
    assert_eq!(outcome.status.as_deref(), Some("ok"));
    assert_eq!(outcome.changed_fields, ["autoLogoffTime", "masterClientId", "trustedIPs"]);
    assert!(outcome.errors.is_empty() && outcome.warnings.is_empty());
    let settings = settings(&other).await;
    assert_eq!(settings.trusted_ips, ["10.0.0.7", "::1"]);
    assert_eq!(settings.master_client_id, Some(7));
}

#[tokio::test]
async fn an_edit_with_a_mistake_changes_nothing() {
    let stage = Stage::with("ready").await;
    let client = client(&stage, 1).await;
    let before = client.config().await.unwrap();
    let outcome = client
        .update_config()
        .api(api(ApiSettings {
            trusted_ips: vec!["localhost".into()],
            socket_port: Some(70_000),
            master_client_id: Some(3),
            ..ApiSettings::default()
        }))
        .lock_and_exit(LockAndExit { auto_logoff_time: Some("24:00".into()), ..LockAndExit::default() })
        .message(MessageSetting { id: Some(5), enabled: Some(false), ..MessageSetting::default() })
        .submit()
        .await
        .unwrap();
    assert_eq!(outcome.status.as_deref(), Some("error"));
    assert_eq!(
        outcome.errors,
        [
            "autoLogoffTime cannot be '24:00'",
            "socketPort cannot be 70000",
            "trustedIPs cannot be 'localhost'",
            "there is no message 5"
        ]
    );
    assert_eq!(client.config().await.unwrap(), before);
}

#[tokio::test]
async fn an_edit_that_loosens_safety_has_to_be_meant() {
    let stage = Stage::with("ready").await;
    let client = client(&stage, 1).await;
    let read_only = |on| api(ApiSettings { read_only_api: Some(on), ..ApiSettings::default() });
    let outcome = client.update_config().api(read_only(true)).submit().await.unwrap();
    assert_eq!(outcome.changed_fields, ["readOnlyApi"]);
    let outcome = client.update_config().api(read_only(false)).submit().await.unwrap();
    assert_eq!(outcome.status.as_deref(), Some("warning"));
    assert_eq!(outcome.warnings.len(), 1);
    assert_eq!(settings(&client).await.read_only_api, Some(true));
    let outcome = client
        .update_config()
        .api(read_only(false))
        .accept_warnings(outcome.warnings)
        .submit()
        .await
        .unwrap();
    assert_eq!((outcome.status.as_deref(), outcome.warnings.len()), (Some("ok"), 0));
    assert_eq!(settings(&client).await.read_only_api, Some(false));
}

#[tokio::test]
async fn a_prompt_that_is_off_warns_no_more() {
    let stage = Stage::with("ready").await;
    let client = client(&stage, 1).await;
    let local = |on| api(ApiSettings { allow_localhost_only: Some(on), ..ApiSettings::default() });
    let off = MessageSetting { id: Some(9002), enabled: Some(false), ..MessageSetting::default() };
    let outcome = client.update_config().api(local(true)).message(off).submit().await.unwrap();
    assert_eq!(outcome.changed_fields, ["allowLocalhostOnly", "message 9002"]);
    let outcome = client.update_config().api(local(false)).submit().await.unwrap();
    assert_eq!(outcome.status.as_deref(), Some("ok"));
}

#[tokio::test]
async fn read_only_mode_refuses_the_open_orders() {
    let stage = Stage::with("ready").await;
    let mut raw = stage.session(226, 2).await;
    let mut update = Update::default();
    update.settings.set(Key::READ_ONLY_API, Value::Flag(true));
    raw.send(&Dialect::Protobuf.message(request::UPDATE_CONFIG, |_| {}, |message| update.write(message)))
        .await;
    assert_eq!(raw.next().await, Incoming::Other(111));
    for request in [5_u32, 16] {
        raw.send(&frame(&(request + 200).to_be_bytes())).await;
        let Incoming::Error { id: 2_147_483_647, code: 321, message } = raw.next().await else {
            panic!("open orders are shown in read-only mode");
        };
        assert!(message.contains("Read-Only"), "{message}");
        raw.assert_silence().await;
    }
}

#[tokio::test]
async fn it_is_offered_to_newer_clients_only() {
    for (server_version, reads, edits) in [(218, false, false), (220, true, false), (221, true, true)] {
        let mut settings = Settings::default();
        settings.script.gateway.server_version = server_version;
        let stage = Stage::of(settings).await;
        let client = client(&stage, 1).await;
        let read = client.config().await;
        assert_eq!(read.is_ok(), reads, "{server_version}");
        assert!(reads || matches!(read, Err(Error::ServerVersion(219, 218, _))));
        let edited = client.update_config().reset_api_order_sequence().submit().await;
        assert_eq!(edited.is_ok(), edits, "{server_version}");
    }
}

#[tokio::test]
async fn what_is_no_edit_gets_an_error() {
    let stage = Stage::with("ready").await;
    let mut raw = stage.session(226, 1).await;
    let mut payload = 309_u32.to_be_bytes().to_vec();
    payload.extend_from_slice(b"\x08\x05\x20\x01");
    raw.send(&frame(&payload)).await;
    assert!(matches!(raw.next().await, Incoming::Error { id: 5, code: 320, .. }));
}
