//! `openbell service` on a whole host with systemd: what systemd makes of the unit, and what is left of it.
#![cfg(target_os = "linux")]

use std::time::Duration;

use serde_json::Value;

use crate::support::command::Ended;
use crate::support::host::{DESK, Host};

const REHEARSAL: &str = "/srv/desk/playbooks/rehearsal.yaml";
const UNIT: &str = "openbell-rehearsal.service";
const FILE: &str = "/etc/systemd/system/openbell-rehearsal.service";

/// Everything that a service could leave behind.
fn traces(host: &Host) -> String {
    host.shell(
        "find /etc/systemd /run/systemd/system /var/lib/openbell /root/.config | sort
         systemctl list-unit-files 'openbell-*' --no-legend || true
         systemctl list-units --all 'openbell-*' --no-legend || true",
    )
}

fn says(host: &Host, command: &[&str], code: i32) -> String {
    let ended = host.exec(&[&["openbell", "service"], command].concat());
    assert_eq!(ended.code, code, "{command:?}: {}{}", ended.stdout, ended.stderr);
    ended.stderr
}

/// The exposure that `systemd-analyze security` measures, 0 to 10.
fn exposure(host: &Host, file: &str) -> f64 {
    let table = host.succeeds(&["systemd-analyze", "security", "--offline=true", "--no-pager", file]);
    let line = table.lines().find(|line| line.contains("Overall exposure level")).unwrap();
    line.rsplit_once(": ").unwrap().1.split(' ').next().unwrap().parse().unwrap()
}

#[test]
#[expect(clippy::print_stdout, reason = "the measured exposure is worth a line")]
fn a_service_is_installed_once_and_leaves_nothing() {
    let host = Host::start("install");
    host.shell("mkdir -p /var/lib/openbell /root/.config");
    let before = traces(&host);
    let dry = host.exec(&["openbell", "service", "install", REHEARSAL, "--dry-run"]);
    assert_eq!(dry.code, 0, "{}", dry.stderr);
    assert!(dry.stderr.contains(&format!("would be done: {FILE} written")), "{}", dry.stderr);
    assert_eq!(traces(&host), before, "a dry run changes nothing");

    let first = says(&host, &["install", REHEARSAL, "--no-start"], 0);
    for part in [&format!("{FILE} written")[..], "systemd has read it", "enabled: it starts with the machine"]
    {
        assert!(first.contains(part), "{first}");
    }
    assert_eq!(host.succeeds(&["cat", FILE]), dry.stdout);
    assert_eq!(host.succeeds(&["stat", "-c", "%a %U", FILE]).trim(), "644 root");
    assert_eq!(host.succeeds(&["systemctl", "is-enabled", UNIT]).trim(), "enabled");
    let verified = host.exec(&["systemd-analyze", "verify", FILE]);
    assert_eq!((verified.code, verified.stderr.as_str()), (0, ""), "{}", verified.stdout);
    let measured = exposure(&host, FILE);
    println!("systemd-analyze security: {measured}");
    assert!(measured <= 4.0, "{measured}");

    let second = says(&host, &["install", REHEARSAL, "--no-start"], 0);
    assert_eq!(second.trim(), format!("{UNIT} is installed already, unchanged"));
    let third = says(&host, &["install", REHEARSAL, "--no-start", "--var", "room=1"], 0);
    assert!(third.contains("written anew") && !third.contains("enabled"), "{third}");

    host.shell(&format!("sed -i 's/WatchdogSec=60/WatchdogSec=61/' {FILE}"));
    let by_hand = says(&host, &["install", REHEARSAL, "--no-start"], 2);
    assert!(by_hand.contains("service::changed_by_hand"), "{by_hand}");
    says(&host, &["install", REHEARSAL, "--no-start", "--force"], 0);
    host.shell(&format!("cp {REHEARSAL} {DESK}/playbooks/other.yaml"));
    let other = says(&host, &["install", "/srv/desk/playbooks/other.yaml", "--no-start"], 2);
    assert!(other.contains("service::name_taken") && other.contains(REHEARSAL), "{other}");

    let removed = says(&host, &["uninstall", REHEARSAL], 0);
    assert!(removed.contains("disabled") && removed.contains(&format!("{FILE} removed")), "{removed}");
    assert_eq!(traces(&host), before);
    let again = says(&host, &["uninstall", REHEARSAL], 0);
    assert_eq!(again.trim(), format!("{UNIT} is not installed"));
    assert_eq!(host.exec(&["openbell", "service", "status", REHEARSAL]).code, 1);

    host.shell(&format!("printf '[Service]\\nExecStart=/bin/true\\n' >{FILE}"));
    for command in [&["install", REHEARSAL, "--force"][..], &["uninstall", REHEARSAL]] {
        let foreign = says(&host, command, 2);
        assert!(foreign.contains("service::not_ours"), "{foreign}");
    }
    host.shell(&format!("rm {FILE}"));
    refused_to_users(&host, &before);
}

/// Nobody but root installs a service of the machine; without a systemctl there is no service.
fn refused_to_users(host: &Host, before: &str) {
    let as_trader =
        format!("setpriv --reuid 1000 --regid 1000 --clear-groups openbell service install {REHEARSAL} 2>&1");
    let told = host.succeeds(&["bash", "-c", &format!("{as_trader}; test $? = 1")]);
    assert!(told.contains("service::not_root"), "{told}");
    let without =
        format!("PATH=/nowhere /usr/local/bin/openbell service install {REHEARSAL} 2>&1; test $? = 1");
    let told = host.succeeds(&["bash", "-c", &without]);
    assert!(told.contains("service::no_tool"), "{told}");
    // Whom it is to run as has to be there, and to be let in by the engine.
    host.succeeds(&["useradd", "--no-create-home", "desk"]);
    for (user, code) in [("nosuch", "service::no_user"), ("desk", "service::no_engine_rights")] {
        let told = says(host, &["install", REHEARSAL, "--run-as", user], 2);
        assert!(told.contains(code) && told.contains(user), "{told}");
    }
    host.succeeds(&["usermod", "--append", "--groups", "docker", "desk"]);
    says(host, &["install", REHEARSAL, "--run-as", "desk", "--dry-run"], 0);
    assert_eq!(traces(host), before);
}

/// A playbook in a directory whose name has all that systemd gives a meaning, and options like it. `echo` is started
/// instead of openbell, and systemd's own journal tells what it was given.
#[test]
fn systemd_reads_every_path_and_option_back_as_it_was() {
    let host = Host::start("quoting");
    let odd = "/srv/a b%n$HOME ${X} é \"q\" 'r' \\t;#/x";
    host.succeeds(&["mkdir", "-p", odd]);
    let playbook = format!("{odd}/re hearsal%.yaml");
    host.shell(&format!("sed 's#\\.\\./docker#{DESK}/docker#' {REHEARSAL} >/srv/copy.yaml"));
    host.succeeds(&["mv", "/srv/copy.yaml", &playbook]);
    host.succeeds(&["mkdir", "/srv/é %n $HOME"]);
    host.succeeds(&["cp", "/bin/echo", "/srv/é %n $HOME/echo"]);
    let program = "/srv/é %n $HOME/echo";
    let option = "room=100%% %h $HOME ${HOME} $$ \\ \\n \"'";
    says(&host, &["install", &playbook, "--program", program, "--var", option], 0);
    let verified = host.exec(&["systemd-analyze", "verify", FILE]);
    assert_eq!((verified.code, verified.stderr.as_str()), (0, ""), "{}", host.succeeds(&["cat", FILE]));
    let state = "/var/lib/openbell/rehearsal";
    let expected = format!("watch {playbook} --reports {state}/reports --state {state} --var {option}");
    host.until(&expected, Duration::from_secs(30), |host| journal(host).lines().any(|line| line == expected));
    let status = host.exec(&["openbell", "service", "status", &playbook, "--json"]);
    assert_eq!(status.code, 1, "a program that ends without a word is no service: {}", status.stdout);
    let status: Value = serde_json::from_str(&status.stdout).unwrap();
    assert_eq!(status["service"]["installed"], true);
    assert_eq!(status["service"]["enabled"], true);
    assert_eq!(status["healthy"], false);
    assert_eq!(status["reports"].as_array().unwrap().len(), 0);
    let left = says(&host, &["uninstall", &playbook], 0);
    assert!(left.contains(&format!("left: {state}, its state and reports")), "{left}");
    let purged = says(&host, &["uninstall", "--name", "rehearsal", "--purge"], 0);
    assert!(purged.contains(&format!("{state} removed")), "{purged}");
    assert_ne!(host.exec(&["test", "-e", "/var/lib/openbell"]).code, 0);
}

/// What the journal has of the unit since the host was started.
fn journal(host: &Host) -> String {
    host.succeeds(&["journalctl", "-b", "-u", UNIT, "-o", "cat", "--no-pager"])
}

/// `echo` is started instead of openbell, and the journal tells that it was.
#[test]
fn an_installed_service_starts_with_the_host_also_after_a_power_cut() {
    let host = Host::start("boot");
    host.succeeds(&["cp", "/bin/echo", "/usr/local/bin/echo"]);
    says(&host, &["install", REHEARSAL, "--program", "/usr/local/bin/echo", "--no-start"], 0);
    let unit = host.succeeds(&["cat", FILE]);
    let started = format!("watch {REHEARSAL} --reports");
    assert!(!journal(&host).contains(&started), "it was not to be started");
    // With nothing written by anybody but the installation itself.
    host.power_cut();
    assert_eq!(host.succeeds(&["cat", FILE]), unit);
    host.until("it starts with the host", Duration::from_mins(1), |host| journal(host).contains(&started));
    host.reboot();
    host.until("it starts again", Duration::from_mins(1), |host| journal(host).contains(&started));
    says(&host, &["uninstall", REHEARSAL], 0);
    host.reboot();
    assert!(!journal(&host).contains(&started), "what is removed does not start");
}

/// Runs a command with everything of the unit that limits what a program may do.
fn with_its_rights(host: &Host, command: &[&str]) -> Ended {
    let unit = host.succeeds(&["cat", FILE]);
    let limits = unit.lines().skip_while(|line| !line.starts_with("StateDirectory=")).filter(|line| {
        line.starts_with(|first: char| first.is_ascii_uppercase()) && !line.starts_with("WantedBy=")
    });
    let limits: Vec<&str> = limits.flat_map(|line| ["-p", line]).collect();
    assert!(limits.len() > 50, "{limits:?}");
    host.exec(&[&["systemd-run", "--pipe", "--wait", "--quiet"], &limits[..], command].concat())
}

#[test]
fn the_service_can_read_what_it_is_given_and_nothing_in_homes_otherwise() {
    let host = Host::start("reading");
    host.succeeds(&["cp", "/bin/echo", "/usr/local/bin/echo"]);
    let private = "/home/trader/desk/playbooks/rehearsal.yaml";
    host.shell(&format!(
        "cp -r {DESK} /home/trader/; chown -R trader:trader /home/trader; chmod 700 /home/trader"
    ));
    let validate = ["openbell", "validate", private];
    says(&host, &["install", REHEARSAL, "--no-start"], 0);
    assert_ne!(with_its_rights(&host, &validate).code, 0, "not the rights of a playbook elsewhere");
    says(&host, &["install", private, "--no-start", "--force"], 0);
    let ended = with_its_rights(&host, &validate);
    assert_eq!(ended.code, 0, "{}{}", ended.stdout, ended.stderr);
    assert_ne!(with_its_rights(&host, &["touch", "/home/trader/x"]).code, 0, "it is not to write there");
    let measured = exposure(&host, FILE);
    assert!(measured <= 4.0, "{measured}");

    // A secret of root's, handed over by systemd; a live playbook would be armed by a file of the same kind.
    let (directory, playbook) = ("/etc/desk 5% é", "/etc/desk 5% é/desk.yaml");
    host.shell(&format!(
        "umask 077; mkdir '{directory}'; echo s3cret >'{directory}/tws'
         sed 's#DRY_RUN: \"true\"$#&\\n      TWS_PASSWORD: {{ credential: tws }}#; s#\\.\\./docker#{DESK}/docker#' {REHEARSAL} >'{playbook}'
         grep -q credential '{playbook}'"
    ));
    let missing = says(&host, &["install", playbook, "--force"], 2);
    assert!(missing.contains("service::credential"), "{missing}");
    let credential = format!("tws={directory}/tws");
    let echo = ["--program", "/usr/local/bin/echo"];
    says(&host, &[&["install", playbook, "--force", "--credential", &credential], &echo[..]].concat(), 0);
    assert!(!host.succeeds(&["cat", FILE]).contains("s3cret"));
    // systemd starts nothing when it cannot load a credential.
    let started = format!("watch {playbook} --reports");
    host.until("it has its credential", Duration::from_secs(30), |host| journal(host).contains(&started));
    says(&host, &["uninstall", playbook], 0);
}

#[test]
fn a_user_has_services_of_their_own() {
    let host = Host::start("user");
    host.shell("cp /bin/echo /usr/local/bin/echo; chown -R trader:trader /home/trader; loginctl enable-linger trader");
    host.until("the user's systemd", Duration::from_mins(1), |host| {
        host.exec(&["systemctl", "is-active", "--quiet", "user@1000.service"]).code == 0
    });
    let as_trader = |command: &[&str]| {
        let who =
            ["setpriv", "--reuid", "1000", "--regid", "1000", "--init-groups", "env", "HOME=/home/trader"];
        let ended = host.exec(&[&who[..], &["XDG_RUNTIME_DIR=/run/user/1000"], command].concat());
        assert_eq!(ended.code, 0, "{command:?}: {}{}", ended.stdout, ended.stderr);
        ended.stderr + &ended.stdout
    };
    let before = host.shell("find /home/trader -type f");
    let install = ["openbell", "service", "install", REHEARSAL, "--user", "--program", "/usr/local/bin/echo"];
    as_trader(&install);
    let file = "/home/trader/.config/systemd/user/openbell-rehearsal.service";
    as_trader(&["systemd-analyze", "--user", "verify", file]);
    let state = "/home/trader/.local/state/openbell/rehearsal";
    let started = format!("watch {REHEARSAL} --reports {state}/reports --state {state}");
    host.until("it is started", Duration::from_secs(30), |host| {
        host.succeeds(&["journalctl", "_UID=1000", "-o", "cat", "--no-pager"]).contains(&started)
    });
    assert_eq!(host.succeeds(&["stat", "-c", "%a %U", state]).trim(), "700 trader");
    let again = as_trader(&[&install[..], &["--no-start"]].concat());
    assert_eq!(again.trim(), format!("{UNIT} is installed already, unchanged"));
    as_trader(&["openbell", "service", "uninstall", REHEARSAL, "--user", "--purge"]);
    assert_eq!(host.shell("find /home/trader -type f"), before);
}

/// The last report is joined with the service, also one of a run by hand.
#[test]
fn the_start_up_is_green_within_the_rights_of_the_service() {
    let host = Host::start("rights");
    says(&host, &["install", REHEARSAL, "--no-start"], 0);
    let run = ["openbell", "run", REHEARSAL, "--reports", "/var/lib/openbell/rehearsal/reports"];
    let ran = with_its_rights(&host, &run);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let status = host.exec(&["openbell", "service", "status", REHEARSAL]);
    assert_eq!(status.code, 1, "green, and not active: {}", status.stdout);
    assert!(status.stdout.starts_with(&format!("{UNIT}: inactive (dead)")), "{}", status.stdout);
    assert!(status.stdout.contains("last report: GREEN, started 2"), "{}", status.stdout);
    let by_others = host.exec(&[
        "setpriv",
        "--reuid",
        "1000",
        "--regid",
        "1000",
        "--clear-groups",
        "openbell",
        "service",
        "status",
        REHEARSAL,
    ]);
    assert_eq!(by_others.code, 1);
    assert!(by_others.stderr.contains("service::reports"), "{}", by_others.stderr);
    // Who may not see what the service has does nothing beside it.
    for command in ["pause $P 30m --reason router", "resume $P", "run $P"] {
        let line = format!("cd /tmp; P={REHEARSAL}; openbell {command}");
        let user =
            ["setpriv", "--reuid", "1000", "--regid", "1000", "--init-groups", "env", "HOME=/home/trader"];
        let beside = host.exec(&[&user[..], &["bash", "-c", &line]].concat());
        assert_ne!(beside.code, 0, "{command}: {}", beside.stdout);
        assert!(beside.stderr.contains("state::unreadable"), "{command}: {}", beside.stderr);
    }
}
