//! The keys that Compose knows, and where: what it refuses by its schema is refused here too, all at once.
//!
//! As of the Compose specification of 2026: <https://github.com/compose-spec/compose-spec>.

use std::path::Path;

use super::file::Source;
use super::problem::{self, ComposeProblems};
use super::scalar::Scalar;
use super::tree::{Entry, Is, Value};
use crate::document::nearest;

/// The keys of a mapping, and what stands below some of them.
struct Keys {
    /// Told in the message: what has these keys.
    of: &'static str,
    known: &'static [&'static str],
    below: &'static [(&'static str, Below)],
}

/// How keys are found below a key.
enum Below {
    /// The value has them.
    Here(&'static Keys),
    /// Each entry of it has them: the names are free.
    Named(&'static Keys),
    /// Each item of a list that is a mapping has them.
    Items(&'static Keys),
}

use Below::{Here, Items, Named};

#[rustfmt::skip]
static ROOT: Keys = Keys {
    of: "a compose file",
    known: &["version", "name", "include", "services", "models", "networks", "volumes", "secrets", "configs"],
    below: &[
        ("services", Named(&SERVICE)), ("networks", Named(&NETWORK)), ("volumes", Named(&VOLUME)),
        ("secrets", Named(&SECRET)), ("configs", Named(&CONFIG)),
    ],
};

#[rustfmt::skip]
static SERVICE: Keys = Keys {
    of: "a service",
    known: &[
        "annotations", "attach", "blkio_config", "build", "cap_add", "cap_drop", "cgroup", "cgroup_parent", "command",
        "configs", "container_name", "cpu_count", "cpu_percent", "cpu_period", "cpu_quota", "cpu_rt_period",
        "cpu_rt_runtime", "cpu_shares", "cpus", "cpuset", "credential_spec", "depends_on", "deploy", "develop",
        "device_cgroup_rules", "devices", "dns", "dns_opt", "dns_search", "domainname", "entrypoint", "env_file",
        "environment", "expose", "extends", "external_links", "extra_hosts", "gpus", "group_add", "healthcheck",
        "hostname", "image", "init", "ipc", "isolation", "label_file", "labels", "links", "logging", "mac_address",
        "mem_limit", "mem_reservation", "mem_swappiness", "memswap_limit", "models", "network_mode", "networks",
        "oom_kill_disable", "oom_score_adj", "pid", "pids_limit", "platform", "ports", "post_start", "pre_start",
        "pre_stop", "privileged", "profiles", "provider", "pull_policy", "pull_refresh_after", "read_only", "restart",
        "runtime", "scale", "secrets", "security_opt", "shm_size", "stdin_open", "stop_grace_period", "stop_signal",
        "storage_opt", "sysctls", "tmpfs", "tty", "ulimits", "use_api_socket", "user", "userns_mode", "uts", "volumes",
        "volumes_from", "working_dir",
    ],
    below: &[
        ("build", Here(&BUILD)), ("healthcheck", Here(&HEALTHCHECK)), ("logging", Here(&LOGGING)),
        ("deploy", Here(&DEPLOY)), ("ports", Items(&PORT)), ("volumes", Items(&MOUNT)), ("secrets", Items(&GRANT)),
        ("configs", Items(&GRANT)), ("env_file", Items(&ENV_FILE)), ("depends_on", Named(&DEPENDENCY)),
        ("networks", Named(&MEMBER)),
    ],
};

#[rustfmt::skip]
static BUILD: Keys = Keys {
    of: "`build`",
    known: &[
        "additional_contexts", "args", "cache_from", "cache_to", "context", "dockerfile", "dockerfile_inline",
        "entitlements", "extra_hosts", "isolation", "labels", "network", "no_cache", "no_cache_filter", "platforms",
        "privileged", "provenance", "pull", "sbom", "secrets", "shm_size", "ssh", "tags", "target", "ulimits",
    ],
    below: &[],
};

#[rustfmt::skip]
static DEPLOY: Keys = Keys {
    of: "`deploy`",
    known: &[
        "endpoint_mode", "labels", "mode", "placement", "replicas", "resources", "restart_policy", "rollback_config",
        "update_config",
    ],
    below: &[],
};

#[rustfmt::skip]
static NETWORK: Keys = Keys {
    of: "a network",
    known: &[
        "attachable", "driver", "driver_opts", "enable_ipv4", "enable_ipv6", "external", "internal", "ipam", "labels",
        "name",
    ],
    below: &[],
};

#[rustfmt::skip]
static MEMBER: Keys = Keys {
    of: "a network of a service",
    known: &[
        "aliases", "driver_opts", "gw_priority", "interface_name", "ipv4_address", "ipv6_address",
        "link_local_ips", "mac_address", "priority",
    ],
    below: &[],
};

const fn plain(of: &'static str, known: &'static [&'static str]) -> Keys {
    Keys { of, known, below: &[] }
}

static HEALTHCHECK: Keys = plain(
    "`healthcheck`",
    &["disable", "interval", "retries", "start_interval", "start_period", "test", "timeout"],
);
static LOGGING: Keys = plain("`logging`", &["driver", "options"]);
static PORT: Keys =
    plain("a port", &["app_protocol", "host_ip", "mode", "name", "protocol", "published", "target"]);
static MOUNT: Keys = plain(
    "a volume of a service",
    &["bind", "consistency", "image", "read_only", "source", "target", "tmpfs", "type", "volume"],
);
static GRANT: Keys = plain("a secret or config of a service", &["source", "target", "uid", "gid", "mode"]);
static ENV_FILE: Keys = plain("an env file", &["path", "required", "format"]);
static DEPENDENCY: Keys = plain("a dependency", &["condition", "required", "restart"]);
static VOLUME: Keys = plain("a volume", &["driver", "driver_opts", "external", "labels", "name"]);
static SECRET: Keys = plain(
    "a secret",
    &["driver", "driver_opts", "environment", "external", "file", "labels", "name", "template_driver"],
);
static CONFIG: Keys =
    plain("a config", &["content", "environment", "external", "file", "labels", "name", "template_driver"]);

/// Keys of a service that have one value.
#[rustfmt::skip]
const SCALARS: [&str; 11] = [
    "image", "container_name", "user", "restart", "network_mode", "hostname", "working_dir", "stop_grace_period",
    "stop_signal", "platform", "pull_policy",
];

/// Keys of a service that have a list.
#[rustfmt::skip]
const LISTS: [&str; 10] = [
    "ports", "volumes", "secrets", "configs", "profiles", "links", "expose", "devices", "cap_add", "security_opt",
];

/// Keys of a service that have a list or a mapping.
const MANY: [&str; 4] = ["environment", "labels", "depends_on", "networks"];

/// Refuses the keys that Compose does not know, and values of another form than Compose takes.
pub(super) fn check(tree: &Value, file: &Path, sources: &[Source]) -> Result<(), ComposeProblems> {
    let mut found = Vec::new();
    keys(tree, &ROOT, &mut found);
    for service in tree.get("services").map(Value::entries).unwrap_or_default() {
        service.value.entries().iter().for_each(|entry| form(entry, &mut found));
    }
    problem::all(file, sources, found)
}

fn keys(value: &Value, keys: &'static Keys, found: &mut Vec<problem::Found>) {
    for entry in value.entries().iter().filter(|entry| !entry.key.starts_with("x-")) {
        if !keys.known.contains(&entry.key.as_str()) {
            let help = nearest(&entry.key, keys.known).map_or_else(
                || "take it out, or begin it with `x-`: Compose refuses the file because of it".to_owned(),
                |near| format!("did you mean `{near}`? Compose refuses the file because of it"),
            );
            let message = format!("`{}` is no key of {}", entry.key, keys.of);
            found.push(problem::Found {
                code: "compose::unknown_key",
                message,
                help,
                place: entry.place.clone(),
            });
        }
        let Some((_, below)) = keys.below.iter().find(|(key, _)| *key == entry.key) else { continue };
        match below {
            Here(inner) => self::keys(&entry.value, inner, found),
            Named(inner) => {
                for named in entry.value.entries() {
                    self::keys(&named.value, inner, found);
                }
            }
            Items(inner) => {
                for item in entry.value.items() {
                    self::keys(item, inner, found);
                }
            }
        }
    }
}

/// Whether the value of a key of a service has a form that is read.
fn form(entry: &Entry, found: &mut Vec<problem::Found>) {
    let key = entry.key.as_str();
    let wanted = match &entry.value.is {
        Is::Scalar(Scalar::Null) => return,
        Is::Scalar(_) | Is::Map(_) if LISTS.contains(&key) => "a list",
        Is::Scalar(_) if MANY.contains(&key) => "a list or a mapping",
        Is::List(_) | Is::Map(_) if SCALARS.contains(&key) => "one value",
        _ => return,
    };
    found.push(problem::Found {
        code: "compose::wrong_value",
        message: format!("`{key}` is {wanted}"),
        help: "Compose does not take it in this form either".to_owned(),
        place: entry.value.place.clone(),
    });
}
