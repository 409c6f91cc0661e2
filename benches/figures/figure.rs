//! A figure: what was measured, what was promised, and the Markdown both become.

use std::time::Duration;

use crate::spread::Spread;

/// A row of the table.
pub(crate) struct Figure {
    /// What is measured.
    pub(crate) name: &'static str,
    /// What was found.
    pub(crate) measured: String,
    /// What it is held to.
    pub(crate) target: Target,
    /// How it was measured, in half a line.
    pub(crate) how: String,
}

/// What a figure is held to.
pub(crate) enum Target {
    /// A limit, and whether what was found is within it.
    Limit { written: String, reached: bool },
    /// Nothing: the row stands beside another one.
    Beside,
    /// It would have one, but there is no figure.
    NotMeasured,
}

impl Target {
    /// A longest time for the median run.
    pub(crate) fn median(found: &Spread, limit: Duration) -> Self {
        Self::Limit {
            written: format!("median ≤ {}", whole(&span(limit))), reached: found.median() <= limit
        }
    }

    /// A longest time for all but the slowest hundredth of the runs.
    pub(crate) fn p99(found: &Spread, limit: Duration) -> Self {
        Self::Limit {
            written: format!("p99 ≤ {}", whole(&span(limit))),
            reached: found.percentile(99) <= limit,
        }
    }

    /// A largest size.
    pub(crate) fn size(bytes: u64, limit: u64) -> Self {
        Self::Limit { written: format!("≤ {}", whole(&megabytes(limit))), reached: bytes <= limit }
    }

    fn cells(&self) -> (&str, &'static str) {
        match self {
            Self::Limit { written, reached: true } => (written, "yes"),
            Self::Limit { written, reached: false } => (written, "**no**"),
            Self::Beside => ("comparison", "–"),
            Self::NotMeasured => ("–", "not measured"),
        }
    }
}

impl Figure {
    /// A row that says why there is no figure.
    pub(crate) fn not_measured(name: &'static str, why: String) -> Self {
        Self { name, measured: "–".to_owned(), target: Target::NotMeasured, how: why }
    }
}

/// The table.
pub(crate) fn table(figures: &[Figure]) -> String {
    let head = ["| figure | measured | target | reached |".to_owned(), "|---|---|---|---|".to_owned()];
    let rows = figures.iter().map(|figure| {
        let (target, reached) = figure.target.cells();
        format!("| {} | {} | {target} | {reached} |", figure.name, figure.measured)
    });
    head.into_iter().chain(rows).collect::<Vec<_>>().join("\n")
}

/// How each figure was measured.
pub(crate) fn methods(figures: &[Figure]) -> String {
    let lines: Vec<String> =
        figures.iter().map(|figure| format!("- {}: {}.", figure.name, figure.how)).collect();
    lines.join("\n")
}

/// A limit has no decimals to show.
fn whole(text: &str) -> String {
    text.replace(".00 ", " ").replace(".0 ", " ")
}

/// A span of time in the unit that suits it.
pub(crate) fn span(span: Duration) -> String {
    let seconds = span.as_secs_f64();
    if seconds >= 1.0 {
        format!("{seconds:.2} s")
    } else if seconds >= 0.001 {
        format!("{:.1} ms", seconds * 1e3)
    } else {
        format!("{:.1} µs", seconds * 1e6)
    }
}

/// Bytes in units of 10⁶.
pub(crate) fn megabytes(bytes: u64) -> String {
    let tenths = (bytes + 50_000) / 100_000;
    format!("{}.{} MB", tenths / 10, tenths % 10)
}
