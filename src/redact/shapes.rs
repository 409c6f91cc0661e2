//! What is a secret by its shape alone, whoever wrote it: nobody had to declare it.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::MASK;
use crate::secret_name::{SECRET_WORDS, holds_path};

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a constant pattern is valid")
}

/// `Authorization: Bearer TOKEN`, `proxy-authorization=Basic …`: all that stands there, to the quote or the end of the line.
static AUTHORIZATION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i)\b([A-Z0-9_.-]*AUTHORIZATION\\?["']?\s*[=:]\s*)(?:\\?["']?Digest\b[^\r\n]*|(\\?["'])[^"'\\\r\n]*|[^"'\s][^"'\\\r\n]*)"#,
    )
});

/// The same where the header's name is not said.
static SCHEME: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\b((?:Bearer|Basic)\s+)[A-Z0-9+/._~=-]{16,}"));

/// `KEY=value` where the key speaks of a secret.
static ASSIGNMENT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r#"(?i)\b([A-Z0-9_.-]*{SECRET_WORDS}[A-Z0-9_]*)(["']?\s*[=:]\s*)("[^"]*"|'[^']*'|[^\s,;]+)"#
    ))
});

/// `PIN=value`, `CARD_PIN: value`.
static PIN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r#"(?i)\b((?:[A-Z0-9_.-]*[_.-])?PIN["']?\s*[=:]\s*)("[^"]*"|'[^']*'|[^\s,;]+)"#)
});

/// The password in an address, or a long word in place of a user.
static ADDRESS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"(://)(?:([^\s:/@"']*:)[^\s/"']+|[^\s:/@"']{16,})@"#));

/// The path of a webhook.
static WEBHOOK: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"(?i)(/api/webhooks/|hooks\.slack\.com/services/)[^\s"',;]+"#));

/// Tokens that say themselves what they are: JSON web tokens and those of well-known services.
static TOKEN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"\b(?:eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?",
        r"|sk-[A-Za-z0-9_-]{16,}|[rs]k_(?:live|test)_[A-Za-z0-9]{16,}",
        r"|gh[oprsu]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{20,}",
        r"|xox[a-z]-[A-Za-z0-9-]{10,}|(?:AKIA|ASIA)[A-Z0-9]{16}|AIza[A-Za-z0-9_-]{35})"
    ))
});

/// The text without what is a secret by its shape.
pub(super) fn without(text: &str) -> String {
    let quoted = |found: &Captures<'_>| {
        let quote = found.get(2).map_or("", |quote| quote.as_str());
        format!("{}{quote}{MASK}", &found[1])
    };
    let text = AUTHORIZATION.replace_all(text, quoted);
    let named = format!("${{1}}{MASK}");
    let text = SCHEME.replace_all(&text, named.as_str());
    let text = ASSIGNMENT.replace_all(&text, |found: &Captures<'_>| {
        // A path to a secret is not a secret: `TWS_PASSWORD_FILE=/run/secrets/tws`.
        // What is starred already keeps what stands around it.
        if holds_path(&found[1]) || found[3].trim_matches(['"', '\'', '\\', ')', '}', ']']) == MASK {
            found[0].to_owned()
        } else {
            format!("{}{}{MASK}", &found[1], &found[2])
        }
    });
    let text = PIN.replace_all(&text, named.as_str());
    let address = format!("${{1}}${{2}}{MASK}@");
    let text = ADDRESS.replace_all(&text, address.as_str());
    let text = WEBHOOK.replace_all(&text, named.as_str());
    TOKEN.replace_all(&text, MASK).into_owned()
}
