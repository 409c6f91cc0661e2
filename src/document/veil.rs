//! Secrets in a text that is shown with its problems: a person may paste that anywhere.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::secret_name::{SECRET_WORDS, holds_path, may_stand_plain};

/// `KEY: value` where the key speaks of a secret, in block or flow style.
static SECRET: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(&format!(
        r#"(?im)([A-Z0-9_.-]*{SECRET_WORDS}[A-Z0-9_]*)(["']?[ \t]*:[ \t]*)("[^"\n]*"|'[^'\n]*'|[^\s{{\[&*|>"'][^,}}\n]*)"#,
    ))
    .expect("a constant pattern is valid")
});

/// The password in an address.
static ADDRESS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"(://[^\s:/@"']*:)([^\s/@"']+)@"#).expect("a constant pattern is valid"));

/// The path of an address under the key `url`: of a webhook it is the secret.
static WEBHOOK: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?im)(\burl["']?[ \t]*:[ \t]*["']?)((?:[a-z]+://)?[^\s/"'{},\[\]]+/)([^\s"',}\]]+)"#)
        .expect("a constant pattern is valid")
});

/// `--password word`, in a line or as two items of a list.
static ARGUMENT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r#"(?i)((?:--?[A-Z0-9_-]*(?:PASSWORD|PASSWD|PASSPHRASE|PW|PASS|SECRET|TOKEN|API[_-]?KEY)["']?(?:[ \t]*,[ \t]*|[= ]))["']?)([^\s"',\]@-][^\s"',\]@]*)"#,
    )
    .expect("a constant pattern is valid")
});

/// The text with every secret value starred out, byte for byte as long: places in it stay what they are.
pub(super) fn veiled(text: &str) -> String {
    let veil = |found: &Captures<'_>| {
        // A path to a secret is none.
        if holds_path(&found[1]) {
            return found[0].to_owned();
        }
        format!("{}{}{}", &found[1], &found[2], "*".repeat(found[3].len()))
    };
    let text = SECRET.replace_all(text, veil);
    let argument = |found: &Captures<'_>| format!("{}{}", &found[1], "*".repeat(found[2].len()));
    let webhook = |found: &Captures<'_>| {
        if may_stand_plain(&format!("{}{}", &found[2], &found[3])) {
            return found[0].to_owned();
        }
        format!("{}{}{}", &found[1], &found[2], "*".repeat(found[3].len()))
    };
    let text = WEBHOOK.replace_all(&text, webhook);
    let text = ARGUMENT.replace_all(&text, argument);
    let address = |found: &Captures<'_>| format!("{}{}@", &found[1], "*".repeat(found[2].len()));
    ADDRESS.replace_all(&text, address).into_owned()
}

/// Lines of `NAME=value` without any value: what an env file holds is for programs. A line without `=` may be a value
/// that was broken off.
pub(super) fn veiled_lines(text: &str) -> String {
    let veil = |line: &str| {
        let (line, end) = line.strip_suffix('\n').map_or((line, ""), |line| (line, "\n"));
        let (line, end) = line.strip_suffix('\r').map_or((line, end), |line| (line, "\r\n"));
        match line.split_once('=') {
            _ if line.starts_with('#') => format!("#{}{end}", "*".repeat(line.len() - 1)),
            Some((name, value)) => format!("{name}={}{end}", "*".repeat(value.len())),
            None => format!("{}{end}", "*".repeat(line.len())),
        }
    };
    text.split_inclusive('\n').map(veil).collect()
}
