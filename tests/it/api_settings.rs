//! A gateway's data and API settings through the client that bots use.

use std::time::Duration;

use openbell::adapters::api_client::Ibapi;
use openbell::diagnosis::Diagnosis;
use openbell::ports::broker::{Broker, BrokerError, Connect, SettingsChange};

use crate::stage::Stage;

fn connect(stage: &Stage) -> Connect {
    Connect { address: stage.address.to_string(), client_id: 9000, timeout: Duration::from_secs(5) }
}

#[tokio::test]
async fn a_little_history_comes_and_a_competing_session_takes_it_away() {
    let stage = Stage::with("ready").await;
    assert_eq!(Ibapi.data(&connect(&stage)).await.unwrap(), 6);

    let stage = Stage::with("competing").await;
    let error = Ibapi.data(&connect(&stage)).await.unwrap_err();
    let BrokerError::NoData { words: Some(words), .. } = &error else { panic!("{error:?}") };
    assert!(words.starts_with("162 ") && words.contains("different IP address"), "{words}");

    let stage = Stage::scripted("clients: { requests: mute }\n").await;
    let patience = Duration::from_millis(700);
    let error = Ibapi.data(&Connect { timeout: patience, ..connect(&stage) }).await.unwrap_err();
    assert!(matches!(error, BrokerError::NoData { words: None, waited_ms: 600.., .. }), "{error:?}");
}

#[tokio::test]
async fn the_settings_are_told_where_the_server_is_new_enough() {
    let stage = Stage::with("ready").await;
    let settings = Ibapi.settings(&connect(&stage)).await.unwrap().unwrap();
    assert_eq!(settings.read_only, Some(false));
    assert_eq!(settings.port, Some(i32::from(stage.address.port())));
    assert_eq!(settings.trusted_ips, ["127.0.0.1"]);
    assert_eq!((settings.localhost_only, settings.master_client_id), (Some(false), None));
    assert_eq!(settings.auto_logoff_time.as_deref(), Some("23:45"));

    let stage = Stage::with("old:218").await;
    assert_eq!(Ibapi.settings(&connect(&stage)).await.unwrap(), None);
    let stage = Stage::scripted("clients: { requests: mute }\n").await;
    let patience = Duration::from_millis(700);
    let error = Ibapi.settings(&Connect { timeout: patience, ..connect(&stage) }).await.unwrap_err();
    assert_eq!(Diagnosis::of(&error).code, "broker::half_open");
}

#[tokio::test]
async fn settings_are_changed_and_warnings_accepted() {
    let stage = Stage::with("ready").await;
    let connect = connect(&stage);
    let change = |read_only, trusted: Option<&[&str]>| SettingsChange {
        read_only,
        trusted_ips: trusted.map(|ips| ips.iter().map(|ip| (*ip).to_owned()).collect()),
    };
    let both = change(Some(true), Some(&["127.0.0.1", "172.17.0.1"]));
    assert_eq!(Ibapi.change_settings(&connect, &both).await.unwrap(), ["readOnlyApi", "trustedIPs"]);
    let settings = Ibapi.settings(&connect).await.unwrap().unwrap();
    assert_eq!(settings.read_only, Some(true));
    assert_eq!(settings.trusted_ips, ["127.0.0.1", "172.17.0.1"]);
    assert_eq!(Ibapi.change_settings(&connect, &both).await.unwrap(), Vec::<String>::new());
    // The gateway warns of this one.
    let off = change(Some(false), None);
    assert_eq!(Ibapi.change_settings(&connect, &off).await.unwrap(), ["readOnlyApi"]);

    for wrong in [&["localhost"][..], &[]] {
        let error = Ibapi.change_settings(&connect, &change(None, Some(wrong))).await.unwrap_err();
        assert_eq!(Diagnosis::explained(&error).code, "broker::change_refused");
        assert!(Diagnosis::explained(&error).evidence[0].contains("trusted"), "{error:?}");
    }
    let settings = Ibapi.settings(&connect).await.unwrap().unwrap();
    assert_eq!(settings.trusted_ips, ["127.0.0.1", "172.17.0.1"]);

    let stage = Stage::with("old:220").await;
    let error = Ibapi.change_settings(&self::connect(&stage), &off).await.unwrap_err();
    assert_eq!(Diagnosis::of(&error).code, "broker::change_refused");
}
