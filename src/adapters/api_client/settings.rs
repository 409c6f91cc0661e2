//! The gateway's API settings, told and changed.

use ibapi::config::{ApiConfig, ApiSettings as Told, ConfigWarning, UpdateConfigResponse};
use ibapi::{Client, Error};
use tokio::time::{Instant, timeout};

use super::patience;
use crate::ports::broker::{ApiSettings, BrokerError, Connect, SettingsChange};

/// The server version from which on settings can be asked for.
const TELLS: i32 = 219;
/// The server version from which on settings can be changed.
const CHANGES: i32 = 221;
/// How often an edit is sent: once, and again with what it is warned of.
const ROUNDS: usize = 3;

/// What the gateway tells of its settings; `None` when it tells nothing.
pub(super) async fn read(client: &Client, connect: &Connect) -> Result<Option<ApiSettings>, BrokerError> {
    if client.server_version() < TELLS {
        return Ok(None);
    }
    let asked = Instant::now();
    match timeout(patience(connect), client.config()).await {
        Ok(Ok(config)) => {
            let logoff = config.lock_and_exit.and_then(|settings| settings.auto_logoff_time);
            Ok(config.api.and_then(|api| api.settings).map(|told| settings(told, logoff)))
        }
        Ok(Err(Error::ServerVersion(..) | Error::Notice(_))) => Ok(None),
        Err(_) | Ok(Err(Error::Timeout)) => Err(half_open(connect, asked)),
        Ok(Err(error)) => {
            Err(BrokerError::Dropped { address: connect.address.clone(), how: error.to_string() })
        }
    }
}

fn settings(told: Told, auto_logoff_time: Option<String>) -> ApiSettings {
    ApiSettings {
        read_only: told.read_only_api,
        port: told.socket_port,
        master_client_id: told.master_client_id,
        localhost_only: told.allow_localhost_only,
        trusted_ips: told.trusted_ips,
        auto_logoff_time,
    }
}

/// Changes settings. A gateway that warns has changed nothing: the same edit is sent again, with its warnings accepted
/// (`ibapi::config::UpdateConfigResponse`).
pub(super) async fn change(
    client: &Client,
    connect: &Connect,
    change: &SettingsChange,
) -> Result<Vec<String>, BrokerError> {
    let refused = |words: String| BrokerError::ChangeRefused { address: connect.address.clone(), words };
    if client.server_version() < CHANGES {
        let words = format!("server version {}, {CHANGES} or newer is needed", client.server_version());
        return Err(refused(words));
    }
    // A list without entries is not told from no list.
    if change.trusted_ips.as_ref().is_some_and(Vec::is_empty) {
        return Err(refused("the API cannot empty the list of trusted IPs".to_owned()));
    }
    let mut accepted: Vec<ConfigWarning> = Vec::new();
    for _ in 0..ROUNDS {
        let asked = Instant::now();
        let edit = client.update_config().api(edit(change)).accept_warnings(accepted.clone());
        let answer = match timeout(patience(connect), edit.submit()).await {
            Ok(Ok(answer)) => answer,
            Err(_) | Ok(Err(Error::Timeout)) => return Err(half_open(connect, asked)),
            Ok(Err(Error::Notice(notice))) => return Err(refused(super::words(&Error::Notice(notice)))),
            Ok(Err(error)) => {
                return Err(BrokerError::Dropped {
                    address: connect.address.clone(),
                    how: error.to_string(),
                });
            }
        };
        if is_error(&answer) {
            return Err(refused(words(&answer)));
        }
        if answer.warnings.is_empty() {
            return Ok(answer.changed_fields);
        }
        accepted.extend(answer.warnings);
    }
    let warned = accepted.into_iter().filter_map(|warning| warning.message.or(warning.title));
    Err(refused(format!("it goes on warning: {}", warned.collect::<Vec<_>>().join("; "))))
}

fn edit(change: &SettingsChange) -> ApiConfig {
    let settings = Told {
        read_only_api: change.read_only,
        trusted_ips: change.trusted_ips.clone().unwrap_or_default(),
        ..Told::default()
    };
    ApiConfig { settings: Some(settings), precautions: None }
}

fn is_error(answer: &UpdateConfigResponse) -> bool {
    let failed = answer.status.as_deref().is_some_and(|status| status.eq_ignore_ascii_case("error"));
    failed || !answer.errors.is_empty()
}

/// What the gateway says of an edit it does not make.
fn words(answer: &UpdateConfigResponse) -> String {
    if answer.errors.is_empty() {
        return answer.message.clone().unwrap_or_else(|| "it gives no reason".to_owned());
    }
    answer.errors.join("; ")
}

fn half_open(connect: &Connect, asked: Instant) -> BrokerError {
    BrokerError::HalfOpen { address: connect.address.clone(), waited_ms: asked.elapsed().as_millis() }
}
