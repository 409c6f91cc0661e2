//! Workflow commands of GitHub Actions: each problem becomes a mark at its line.

use super::Looked;
use crate::document::Located;

/// A line for each problem. `%`, line ends, and in properties `:` and `,` are escaped as the commands want it.
pub fn github(looked: &[Looked]) -> String {
    looked.iter().flat_map(Looked::found).map(|located| command(located) + "\n").collect()
}

fn command(located: &Located) -> String {
    let problem = &located.problem;
    let mut properties = vec![format!("file={}", property(&located.file.replace('\\', "/")))];
    if let Some((from, to)) = located.from {
        properties.push(format!("line={}", from.line));
        properties.push(format!("endLine={}", to.line));
        // Columns mean something within one line only.
        if from.line == to.line {
            properties.push(format!("col={}", from.column));
            properties.push(format!("endColumn={}", to.column));
        }
    }
    properties.push(format!("title={}", property(&problem.code)));
    let help = problem.help.as_ref().map(|help| format!("\n{help}")).unwrap_or_default();
    let text = data(&format!("{}{help}", problem.message));
    format!("::{} {}::{text}", problem.severity.word(), properties.join(","))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
