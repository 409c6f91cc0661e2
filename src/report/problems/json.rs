//! One JSON object for all files.

use serde_json::{Value, json};

use super::Looked;
use crate::document::Located;

/// `{files: [{file, valid, count, problems: [{code, message, help, severity, file, line, column, end_line,
/// end_column}]}]}`. Lines and columns count from 1, columns in characters; they are null for problems of a whole file.
/// `count` is the number of problems, of which at most fifty are told; 51 stands for all numbers above.
pub fn json(looked: &[Looked]) -> Value {
    let files = looked.iter().map(|one| {
        json!({
            "file": one.file,
            "valid": one.is_valid(),
            "count": one.problems.as_ref().map_or(0, crate::document::Problems::count),
            "problems": one.found().map(problem).collect::<Vec<_>>(),
        })
    });
    json!({ "files": files.collect::<Vec<_>>() })
}

fn problem(located: &Located) -> Value {
    let (from, to) = located.from.unzip();
    json!({
        "code": located.problem.code,
        "severity": located.problem.severity.word(),
        "message": located.problem.message,
        "help": located.problem.help,
        "file": located.file,
        "line": from.map(|at| at.line),
        "column": from.map(|at| at.column),
        "end_line": to.map(|at| at.line),
        "end_column": to.map(|at| at.column),
    })
}
