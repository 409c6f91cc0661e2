//! What a simulated gateway can be: ahead of its time, a dialog on its screen, trusting nobody.

use std::time::{Duration, SystemTime};

use openbell::adapters::api_client::Ibapi;
use openbell::ports::broker::{Broker, BrokerError, Connect};
use openbell::sim::gateway::Settings;
use openbell::wire::client::handshake;
use openbell::wire::server::parse_version;

use crate::stage::Stage;
use crate::support::http;

fn connect(stage: &Stage) -> Connect {
    Connect { address: stage.address.to_string(), client_id: 101, timeout: Duration::from_secs(5) }
}

#[tokio::test]
async fn its_clock_is_ahead_or_behind() {
    for (preset, off) in [("skew:90s", 90), ("behind:10m", -600), ("ready", 0)] {
        let stage = Stage::with(preset).await;
        let told = Ibapi.session(&connect(&stage)).await.unwrap().gateway_time;
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
        let ahead = told - i64::try_from(now).unwrap();
        assert!((ahead - off).abs() <= 20, "{preset}: {ahead} s");
    }
    // The version reply has the same clock: a day ahead is another date.
    let stage = Stage::with("skew:24h").await;
    let mut client = stage.connect().await;
    client.send(&handshake(100, 226)).await;
    let reply = parse_version(&client.frame().await.unwrap()).unwrap().1;
    let today = Stage::with("ready").await;
    let mut client = today.connect().await;
    client.send(&handshake(100, 226)).await;
    assert!(reply[..8] > parse_version(&client.frame().await.unwrap()).unwrap().1[..8], "{reply}");
}

#[tokio::test]
async fn a_dialog_keeps_it_mute() {
    let stage = Stage::with("accept-dialog").await;
    let mut client = stage.connect().await;
    client.send(&handshake(100, 226)).await;
    client.assert_silence().await;
    let line = "IBC: detected dialog entitled: Accept incoming connection; event=Opened";
    stage.log.show_in_order(&["IBC: Login has completed", line]).await;
}

#[tokio::test]
async fn who_is_not_trusted_is_closed_after_the_version_until_somebody_trusts_them() {
    let control = Some("127.0.0.1:0".parse().unwrap());
    let script = "untrusted".parse().unwrap();
    let stage = Stage::of(Settings { control, ..Settings::scripted(script) }).await;
    let control = stage.control().await;
    let error = Ibapi.session(&connect(&stage)).await.unwrap_err();
    assert!(matches!(error, BrokerError::NothingBehind { .. }), "{error:?}");
    stage.log.show_in_order(&["Ignoring API request", "since API is not accepted"]).await;
    let trust = async |ips: &str| {
        let url = format!("{control}/trusted-ips");
        http::client().post(url).body(ips.to_owned()).send().await.unwrap().status()
    };
    assert_eq!(trust("localhost").await, reqwest::StatusCode::BAD_REQUEST);
    assert_eq!(trust("10.0.0.1, 127.0.0.1").await, reqwest::StatusCode::NO_CONTENT);
    Ibapi.session(&connect(&stage)).await.unwrap();
    let settings = Ibapi.settings(&connect(&stage)).await.unwrap().unwrap();
    assert_eq!(settings.trusted_ips, ["10.0.0.1", "127.0.0.1"]);
}

/// Linux has the whole of 127.0.0.0/8: clients can come from several addresses.
#[cfg(target_os = "linux")]
mod from_elsewhere {
    use openbell::wire::client::start_api;
    use openbell::wire::server::Incoming;
    use tokio::net::TcpSocket;

    use openbell::ports::broker::SettingsChange;

    use super::*;
    use crate::stage::Client;

    /// A client from that address, its session asked for.
    async fn from(stage: &Stage, address: &str) -> Client {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(format!("{address}:0").parse().unwrap()).unwrap();
        let mut client = Client { stream: socket.connect(stage.address).await.unwrap(), version: 0 };
        client.send(&handshake(100, 226)).await;
        client.version().await;
        client.send(&start_api(226, 7)).await;
        client
    }

    #[tokio::test]
    async fn an_edit_of_the_trusted_addresses_is_followed() {
        let stage = Stage::with("untrusted-remote").await;
        from(&stage, "127.0.0.2").await.assert_closed().await;
        let settings = Ibapi.settings(&connect(&stage)).await.unwrap().unwrap();
        assert_eq!(settings.trusted_ips, ["127.0.0.1"]);
        let trusted_ips = Some(vec!["127.0.0.1".to_owned(), "127.0.0.2".to_owned()]);
        let change = SettingsChange { trusted_ips, ..SettingsChange::default() };
        assert_eq!(Ibapi.change_settings(&connect(&stage), &change).await.unwrap(), ["trustedIPs"]);
        let greeting = from(&stage, "127.0.0.2").await.next().await;
        assert_eq!(greeting, Incoming::ManagedAccounts(vec!["DU1234567".into()]));
        // Without `strict`, as by default, everybody is let in.
        let stage = Stage::with("ready").await;
        let greeting = from(&stage, "127.0.0.2").await.next().await;
        assert_eq!(greeting, Incoming::ManagedAccounts(vec!["DU1234567".into()]));
    }
}
