//! A whole Debian host of its own for a test: systemd as process 1 and a Docker engine inside, in a container. It can be
//! rebooted, and its power can be cut. Removed at the end with all it has.

use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use super::command::{Ended, container_binary, project};

/// What an init needs, and a Docker engine inside; `--privileged` is not to be had everywhere.
const RIGHTS: &[&str] = &[
    "SYS_ADMIN",
    "NET_ADMIN",
    "SYS_PTRACE",
    "SYS_TIME",
    "SYS_BOOT",
    "SYS_NICE",
    "DAC_READ_SEARCH",
    "IPC_LOCK",
    "LINUX_IMMUTABLE",
    "SYSLOG",
    "AUDIT_CONTROL",
    "BLOCK_SUSPEND",
];

/// Where the project's playbooks and what they build are on a host.
pub const DESK: &str = "/srv/desk";

/// A host.
pub struct Host {
    name: String,
}

impl Host {
    /// Starts a host that has the program, the playbooks and what they are built from, and waits until its engine answers.
    pub fn start(what: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let host = Self { name: format!("ob-host-{what}-{}-{count}", std::process::id()) };
        let mut arguments = vec!["run", "-d", "--name", &host.name, "--hostname", "desk"];
        // How systemd is told to shut down (systemd(1)), and how long it has for that.
        arguments.extend(["--stop-signal", "SIGRTMIN+3", "--stop-timeout", "60"]);
        arguments.extend(RIGHTS.iter().flat_map(|right| ["--cap-add", right]));
        let unconfined = ["seccomp=unconfined", "systempaths=unconfined"];
        arguments.extend(unconfined.iter().flat_map(|option| ["--security-opt", option]));
        arguments.extend(["/run", "/run/lock", "/tmp"].iter().flat_map(|path| ["--tmpfs", path]));
        arguments.extend(["-v", "/sys/fs/cgroup:/sys/fs/cgroup:rw", "--cgroupns=host"]);
        arguments.extend(["-v", "/var/lib/docker", image()]);
        docker(&arguments);
        host.wait();
        host.succeeds(&["mkdir", "-p", "/usr/local/bin", DESK]);
        host.copy(container_binary(), "/usr/local/bin/openbell");
        for directory in ["playbooks", "docker"] {
            host.copy(&project().join(directory), DESK);
        }
        host
    }

    /// Copies a file or a directory into the host.
    pub fn copy(&self, from: &Path, to: &str) {
        docker(&["cp", from.to_str().unwrap(), &format!("{}:{to}", self.name)]);
        // What is copied keeps its owner's number, which is nobody's there.
        self.succeeds(&["chown", "-R", "root:root", to]);
    }

    /// Runs a command as root.
    pub fn exec(&self, command: &[&str]) -> Ended {
        let mut docker = Command::new("docker");
        docker.args(["exec", &self.name]).args(command).output().unwrap().into()
    }

    /// Runs a command that has to end well; what it printed.
    #[track_caller]
    pub fn succeeds(&self, command: &[&str]) -> String {
        let ended = self.exec(command);
        assert_eq!(ended.code, 0, "{command:?}: {}{}", ended.stdout, ended.stderr);
        ended.stdout
    }

    /// Runs a script of the shell that has to end well; what it printed.
    #[track_caller]
    pub fn shell(&self, script: &str) -> String {
        self.succeeds(&["bash", "-euc", script])
    }

    /// Shuts it down in good order and starts it again.
    pub fn reboot(&self) {
        docker(&["restart", &self.name]);
        self.wait();
    }

    /// Ends everything on it at once, with nothing written any more, and starts it again.
    pub fn power_cut(&self) {
        docker(&["kill", &self.name]);
        docker(&["start", &self.name]);
        self.wait();
    }

    /// Waits until something is as it should be.
    #[track_caller]
    pub fn until(&self, what: &str, within: Duration, mut holds: impl FnMut(&Self) -> bool) {
        let begun = Instant::now();
        while !holds(self) {
            if begun.elapsed() > within {
                let journal = self.exec(&["journalctl", "-b", "--no-pager", "-n", "60"]).stdout;
                panic!("not within {within:?}: {what}\n{journal}");
            }
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    /// Until systemd and the engine answer. A service that starts with the host may still be starting.
    fn wait(&self) {
        self.until("systemd and Docker answer", Duration::from_mins(2), |host| {
            host.exec(&["systemctl", "is-active", "--quiet", "docker.service"]).code == 0
                && host.exec(&["docker", "version"]).code == 0
        });
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let _ = Command::new("docker").args(["rm", "-f", "-v", &self.name]).output();
    }
}

fn docker(arguments: &[&str]) {
    let output = Command::new("docker").args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// The image, made by the parts script when it is not there yet.
fn image() -> &'static str {
    static IMAGE: OnceLock<String> = OnceLock::new();
    IMAGE.get_or_init(|| {
        let script = project().join("tests/parts/host-image.sh");
        let made = Command::new("bash").arg(script).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        String::from_utf8(made.stdout).unwrap().trim().to_owned()
    })
}
