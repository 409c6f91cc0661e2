//! The program as it ships.
//!
//! Not the one Cargo builds along with a bench: that has the features of the dev-dependencies in it, and is larger.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use serde_json::Value;

/// The program, built at first use as `cargo build --release` builds it.
pub(crate) static OPENBELL: LazyLock<PathBuf> = LazyLock::new(build);

fn build() -> PathBuf {
    let mut cargo = Command::new(env!("CARGO"));
    // What Cargo tells this process about itself would make `ring` build anew.
    let told = |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
    for (name, _) in std::env::vars().filter(|(name, _)| told(name)) {
        cargo.env_remove(name);
    }
    let built = cargo
        .args(["build", "--release", "--bin", "openbell", "--message-format", "json-render-diagnostics"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stderr(Stdio::inherit())
        .output()
        .expect("Cargo, which built this bench, can be run");
    assert!(built.status.success(), "the release build ended with {}", built.status);
    let messages = String::from_utf8_lossy(&built.stdout);
    messages.lines().find_map(executable).expect("Cargo says where the program is")
}

/// The file a message of Cargo's speaks of, if it is a program.
fn executable(message: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(message).ok()?;
    Some(message["executable"].as_str()?.into())
}
