//! What `openbell diagnose` shows of a container that was given secrets, and that says them.

use crate::support::scene::Scene;

/// A password, and an account, as a gateway's log may have them.
const SECRETS: [&str; 2] = ["hunter2secret", "DU1234567"];

#[test]
fn no_secret_of_a_container_is_shown_whatever_else_its_secrets_are() {
    let scene = Scene::new("secrets");
    scene.stack.playbook("ready", &[]);
    let log = "version: 1\nphases: [{ clients: { door: mute }, log: [\"IBC: Login failed\", \
               \"IBC: Login error message: bad hunter2secret for DU1234567\"] }]\n";
    let file = scene.stack.write("script.yaml", log);
    let mount = format!("{}:/script.yaml:ro", file.display());
    // Words of the examination's own are secrets here: hiding them would spoil it, and must not uncover the rest.
    let given = [
        "-v",
        &mount,
        "-e",
        "TWS_PASSWORD=hunter2secret",
        "-e",
        "KEY_STORE=engine",
        "-e",
        "VNC_PASSWORD=version",
    ];
    scene.gateway(&given, &["--script", "/script.yaml"]);
    scene.logged("gateway", "Login error message");
    let address = scene.address();
    for arguments in [
        &["diagnose", "playbook.yaml", "--timeout", "1s"][..],
        &["diagnose", "playbook.yaml", "--timeout", "1s", "--json"],
        &["diagnose", "--address", &address, "--timeout", "1s", "--json"],
        &["diagnose", "--address", &address, "--timeout", "1s", "--fix", "all"],
        &["--log", "trace", "diagnose", "--address", &address, "--timeout", "1s"],
    ] {
        let output = scene.command(arguments).output().unwrap();
        let told = [output.stdout, output.stderr].concat();
        let told = String::from_utf8(told).unwrap();
        assert!(told.contains("gateway::login_failed"), "{arguments:?}: {told}");
        assert!(told.contains("Login error message: bad *** for DU***567"), "{arguments:?}: {told}");
        for secret in SECRETS {
            assert!(!told.contains(secret), "{arguments:?} shows {secret}: {told}");
        }
    }
}
