//! Secrets in the text of a compose file, or of a file of settings, that is shown with what is wrong with it.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::secret_name::may_be_secret;

/// `KEY: ` and `KEY=`, the key in quotes or not.
static KEY: LazyLock<Regex> = LazyLock::new(|| pattern(r#"([A-Za-z0-9_.-]+)(["']?[ \t]*[:=][ \t]*)"#));

/// `--key value` as words of one line, of a list in brackets, or of a list with a line for each.
static ARGUMENT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?:^|[\s"'\[,])(--?[A-Za-z0-9_-]+)(["']?[ \t]*,?[ \t]*(?:\r?\n[ \t]*-[ \t]+)?["']?)([^\s"'\[{,-])"#,
    )
});

/// The password in an address.
static ADDRESS: LazyLock<Regex> = LazyLock::new(|| pattern(r#"://[^\s/@:"']*:([^\s@/"']+)@"#));

/// What only names a variable.
static VARIABLE: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\$(\w+|\{\w+\})$"));

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a constant pattern is valid")
}

/// The text with every secret value starred out, byte for byte as long: places in it stay what they are. What stands
/// behind a value stays.
pub fn veiled(text: &str) -> String {
    let mut hidden: Vec<Range<usize>> = Vec::new();
    for found in KEY.captures_iter(text) {
        let (Some(key), Some(whole)) = (found.get(1), found.get(0)) else { continue };
        if secret(key.as_str()) {
            hidden.extend(value(text, key.start(), &found[2], whole.end()));
        }
    }
    for found in ARGUMENT.captures_iter(text) {
        if let Some(first) = found.get(3).filter(|_| secret(&found[1]) && !found[2].is_empty()) {
            let quote = found[2].chars().last().filter(|c| ['"', '\''].contains(c));
            let ends = |c: char| quote.map_or("\"',]}".contains(c) || c.is_whitespace(), |quote| c == quote);
            hidden.push(first.start()..until(text, first.start(), ends));
        }
    }
    hidden.extend(ADDRESS.captures_iter(text).filter_map(|found| found.get(1)).map(|word| word.range()));
    hidden.retain(|place| !text.get(place.clone()).is_some_and(|value| VARIABLE.is_match(value.trim())));
    starred(text, &hidden)
}

/// Whether a key or an option may stand before a secret.
fn secret(key: &str) -> bool {
    let option = key.trim_start_matches('-');
    let short = option.len() < key.len()
        && ["pw", "user", "username"].contains(&option.to_ascii_lowercase().as_str());
    short || may_be_secret(option)
}

/// The first place from here on at which this is so.
fn until(text: &str, from: usize, ends: impl Fn(char) -> bool) -> usize {
    text.get(from..).and_then(|rest| rest.find(ends)).map_or(text.len(), |length| from + length)
}

/// Where the value of a key stands: in quotes, to the end of the line, or to the end of a part of it.
fn value(text: &str, key: usize, sign: &str, from: usize) -> Option<Range<usize>> {
    let line = text.get(..key)?.rfind('\n').map_or(0, |end| end + 1);
    let before = text.get(line..key)?;
    let first = text.get(from..)?.chars().next()?;
    let rest = text.get(from..until(text, from, |c| c == '\n'))?.trim();
    let colon = sign.contains(':');
    if colon && (rest.is_empty() || rest.starts_with(['|', '>'])) {
        return below(text, before, until(text, from, |c| c == '\n'), rest.is_empty());
    }
    if ['[', '{', '*'].contains(&first) {
        return None;
    }
    if ['"', '\''].contains(&first) {
        let end = until(text, from + 1, |c| c == first);
        return Some(from + 1..end);
    }
    let quote =
        before.chars().last().filter(|c| ['"', '\''].contains(c)).filter(|quote| !sign.contains(*quote));
    let begins = before.trim_matches([' ', '\t', '-', '"', '\'']).is_empty();
    let inner = before.trim_end().ends_with(['[', '{', ',']);
    let end = match quote {
        Some(quote) => until(text, from, |c| c == quote || c == '\n'),
        None if begins => {
            let end = until(text, from, |c| c == '\n');
            text.get(from..end).and_then(|value| value.find(" #")).map_or(end, |comment| from + comment)
        }
        None if inner || colon => until(text, from, |c| ",]}\n".contains(c)),
        None => until(text, from, |c| "\"',]}".contains(c) || c.is_whitespace()),
    };
    Some(from..end)
}

/// A value in the lines below its key.
fn below(text: &str, before: &str, from: usize, plain: bool) -> Option<Range<usize>> {
    let indent = |line: &str| line.len() - line.trim_start_matches([' ', '-']).len();
    let own = before.len();
    let mut end = from;
    for line in text.get(from..)?.split_inclusive('\n').skip(1) {
        let structure = plain && (line.contains([':', '=']) || line.trim_start().starts_with('-'));
        if !line.trim().is_empty() && (indent(line) <= own || structure) {
            break;
        }
        end += line.len();
    }
    Some(from..end)
}

fn starred(text: &str, hidden: &[Range<usize>]) -> String {
    let mut bytes = vec![false; text.len()];
    for place in hidden {
        if let Some(part) = bytes.get_mut(place.clone()) {
            part.fill(true);
        }
    }
    let mut shown = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        if bytes.get(at).is_some_and(|hidden| *hidden) && !c.is_whitespace() {
            shown.extend(std::iter::repeat_n('*', c.len_utf8()));
        } else {
            shown.push(c);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::veiled;

    #[test]
    fn a_secret_is_starred_out_and_what_stands_behind_it_is_not() {
        for (text, shown) in [
            ("TWS_PASSWORD: a b # note", "TWS_PASSWORD: * * # note"),
            ("- TWS_PASSWORD=abc", "- TWS_PASSWORD=***"),
            ("- \"TWS_PASSWORD=abc\" # x", "- \"TWS_PASSWORD=***\" # x"),
            ("env: { DB_PASSWORD: abc, PORT: 4002 }", "env: { DB_PASSWORD: ***, PORT: 4002 }"),
            ("env: { \"DB_PASSWORD\": \"abc\", PORT: 1 }", "env: { \"DB_PASSWORD\": \"***\", PORT: 1 }"),
            ("env: [DB_PASSWORD=abc, PORT=1]", "env: [DB_PASSWORD=***, PORT=1]"),
            ("command: bot --pw=abc --client-id 7", "command: bot --pw=*** --client-id 7"),
            ("command: bot --password abc --id 7", "command: bot --password *** --id 7"),
            ("command: [bot, --pw, abc, --id]", "command: [bot, --pw, ***, --id]"),
            ("command: [\"--pw\", \"a b\", \"-v\"]", "command: [\"--pw\", \"* *\", \"-v\"]"),
            ("  - --token\n  - abc\n  - x", "  - --token\n  - ***\n  - x"),
            ("TOKEN: |\n  abc\n  def\nX: 1", "TOKEN: |\n  ***\n  ***\nX: 1"),
            ("TOKEN:\n  abc\nX: 1", "TOKEN:\n  ***\nX: 1"),
            ("TOKEN: ${TOKEN}", "TOKEN: ${TOKEN}"),
            ("TOKEN: ${TOKEN:-abc}", "TOKEN: *************"),
            ("URL: a://b:${PASSWORD:-x}@c/d", "URL: a://b:**************@c/d"),
            ("TWS_PASSWORD_FILE: /run/x", "TWS_PASSWORD_FILE: /run/x"),
            ("user: \"1000:1000\"", "user: \"1000:1000\""),
            ("TWS_PASSWORD: é\r\nX: 1", "TWS_PASSWORD: **\r\nX: 1"),
        ] {
            assert_eq!(veiled(text), shown);
            assert_eq!(veiled(text).len(), text.len());
        }
    }
}
