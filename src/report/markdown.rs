//! The report as Markdown, to be pasted into a board or a commit.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{Environment, context};

use super::{Report, words};
use crate::visible;

/// The template. A cell of a table may hold neither a bar nor a line end.
const TEMPLATE: &str = include_str!("report.md.jinja");

/// The report as Markdown.
pub fn markdown(report: &Report) -> String {
    let mut environment = Environment::new();
    if let Ok(syntax) = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build() {
        environment.set_syntax(syntax);
    }
    environment.add_filter("cell", |text: String| text.replace('|', "\\|").replace(['\r', '\n'], " "));
    environment.add_filter("span", words::span);
    environment.add_filter("fact", fact);
    // What others wrote is shown, and not obeyed by the terminal that shows the file.
    let report = visible::value(serde_json::to_value(report).unwrap_or_default());
    let rendered = environment.render_str(TEMPLATE, context! { r => Value::from(Serde(&report)) });
    rendered.unwrap_or_else(|error| format!("the report could not be shown: {error}\n"))
}

/// A fact's value in one line.
#[expect(clippy::needless_pass_by_value, reason = "the signature of a filter")]
fn fact(value: Value) -> String {
    words::fact(&serde_json::to_value(&value).unwrap_or_default())
}
