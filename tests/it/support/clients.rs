//! Python's clients of the TWS API: nobody here wrote them, and a bot is likely to use one.

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::OnceLock;
use std::time::Duration;

use serde_json::Value;
use tokio::process::Command;

use super::command::project;
use crate::stage::Stage;

/// The id that they connect with where it does not matter.
pub const CLIENT_ID: u32 = 77;

/// A client, and the server versions that it speaks.
pub struct Client {
    pub name: &'static str,
    script: &'static str,
    pub oldest: u32,
    pub newest: u32,
}

const fn client(name: &'static str, script: &'static str, oldest: u32, newest: u32) -> Client {
    Client { name, script, oldest, newest }
}

pub const IB_INSYNC: Client = client("ib_insync", "insync.py", 157, 176);
pub const IB_ASYNC: Client = client("ib_async", "insync.py", 157, 178);
pub const IBAPI_9_81: Client = client("ibapi-9.81", "official.py", 100, 157);
pub const IBAPI_STABLE: Client = client("ibapi-stable", "official.py", 100, 226);
pub const IBAPI_LATEST: Client = client("ibapi-latest", "official.py", 100, 226);
pub const NAUTILUS: Client = client("nautilus-ibapi", "official.py", 100, 225);

impl Client {
    /// What it saw at each of the gateways, in their order.
    ///
    /// It idles for that long after all that clients ask, or only connects when that is zero. `patience` is how
    /// long connecting may take.
    pub async fn visit(&self, stages: &[Stage], idle: Duration, patience: Duration) -> Vec<Value> {
        self.visit_as(CLIENT_ID, stages, idle, patience).await
    }

    /// As [`Self::visit`], with that client id.
    pub async fn visit_as(
        &self,
        id: u32,
        stages: &[Stage],
        idle: Duration,
        patience: Duration,
    ) -> Vec<Value> {
        let ports: Vec<String> = stages.iter().map(|stage| stage.address.port().to_string()).collect();
        let ran = Command::new(python())
            .arg(project().join("tests/clients").join(self.script))
            .args(["127.0.0.1", &ports.join(","), &id.to_string()])
            .args([idle.as_secs_f64().to_string(), patience.as_secs_f64().to_string()])
            .env("PYTHONPATH", folder(self.name))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output()
            .await
            .unwrap();
        let said = String::from_utf8(ran.stdout).unwrap();
        let seen: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let of = |stage: &Stage| seen.iter().find(|one| one["port"] == stage.address.port()).cloned();
        stages
            .iter()
            .map(|stage| of(stage).unwrap_or_else(|| panic!("{}", String::from_utf8_lossy(&ran.stderr))))
            .collect()
    }
}

fn python() -> String {
    std::env::var("PYTHON").unwrap_or_else(|_| "python3".into())
}

/// Where a client and what it needs are, made by the parts script when they are not there yet.
fn folder(name: &str) -> PathBuf {
    static MADE: OnceLock<String> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        let script = project().join("tests/parts/clients.sh");
        let ran = std::process::Command::new("bash").arg(script).output().unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        String::from_utf8(ran.stdout).unwrap()
    });
    let folder = made.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('\t'));
    folder.unwrap_or_else(|| panic!("the parts script knows no {name}")).into()
}
