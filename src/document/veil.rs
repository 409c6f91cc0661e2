//! Secrets in a text that is shown with its problems: a person may paste that anywhere.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::secret_name::{SECRET_WORDS, holds_path};

/// `KEY: value` where the key speaks of a secret, in block or flow style.
static SECRET: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(&format!(
        r#"(?im)([A-Z0-9_.-]*{SECRET_WORDS}[A-Z0-9_]*)(["']?[ \t]*:[ \t]*)("[^"\n]*"|'[^'\n]*'|[^\s{{\[&*|>"'][^,}}\n]*)"#,
    ))
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
    SECRET.replace_all(text, veil).into_owned()
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
