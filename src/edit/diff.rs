//! What differs between two texts of a file, as people read it.

use std::path::Path;

use similar::TextDiff;

/// A unified diff.
pub(super) fn diff(file: &Path, before: &str, after: &str) -> String {
    let name = file.display().to_string();
    TextDiff::from_lines(before, after).unified_diff().header(&name, &name).to_string()
}

/// A unified diff in colours.
pub fn coloured(diff: &str) -> String {
    let line = |line: &str| {
        let colour = match line.get(..1) {
            _ if line.starts_with("+++") || line.starts_with("---") => "1",
            Some("+") => "32",
            Some("-") => "31",
            Some("@") => "36",
            _ => return line.to_owned(),
        };
        // The line end stays outside of the colour.
        let body = line.trim_end_matches(['\r', '\n']);
        format!("\u{1b}[{colour}m{body}\u{1b}[0m{}", &line[body.len()..])
    };
    diff.split_inclusive('\n').map(line).collect()
}
