//! `path=value` and `path value` on the command line.

use crate::edit::Change;

/// The changes that the arguments of `set` ask for.
pub(super) fn changes(arguments: &[String]) -> Result<Vec<Change>, String> {
    if let [path, value] = arguments
        && equals(path).is_none()
    {
        return Ok(vec![Change::Set { path: path.clone(), value: value.clone() }]);
    }
    let change = |argument: &String| match equals(argument) {
        Some(at) if at > 0 => {
            Ok(Change::Set { path: argument[..at].to_owned(), value: argument[at + 1..].to_owned() })
        }
        _ => Err(format!("`{argument}` is not path=value, such as connection.timeout=90s")),
    };
    arguments.iter().map(change).collect()
}

/// The first `=` outside of a quoted key.
fn equals(argument: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in argument.char_indices() {
        match (quote, c) {
            (None, '=') => return Some(at),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
    }
    None
}
