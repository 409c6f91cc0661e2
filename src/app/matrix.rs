//! The end of the runs of a matrix: one table, one file, one exit code.

use std::io::{self, Write};
use std::time::Duration;

use super::run::{Told, gravest};
use super::{Surroundings, say, tell};
use crate::cli::Run;
use crate::exit::Exit;
use crate::report::{self, Rollup, VariantReport};

/// Tells how the runs went together. The exit code is the gravest of theirs.
pub(super) fn roll_up(
    run: String,
    playbook: &str,
    took: Duration,
    runs: &[Told],
    arguments: &Run,
    around: &Surroundings,
) -> Exit {
    let exits = runs.iter().map(|told| told.exit);
    let row = |told: &Told| Some(VariantReport::of(told.report.as_ref()?, told.written));
    let variants: Vec<VariantReport> = runs.iter().filter_map(row).collect();
    let verdicts: Vec<_> = variants.iter().map(|variant| variant.verdict).collect();
    let openbell = env!("CARGO_PKG_VERSION").to_owned();
    let rollup = Rollup {
        rollup: 1,
        run,
        playbook: playbook.to_owned(),
        openbell,
        verdict: gravest(&verdicts),
        started: format!("{:.3}", around.now),
        took_ms: (took.as_secs_f64() * 1_000_000.0).round() / 1000.0,
        variants,
    };
    say(rollup.table().trim_end());
    if arguments.json
        && let Ok(text) = serde_json::to_string_pretty(&rollup)
    {
        // A reader that went away does not change how the runs went.
        let _ = writeln!(io::stdout().lock(), "{text}");
    }
    match report::write_rollup(&rollup, &arguments.reports) {
        Ok(directory) => {
            if !arguments.json {
                // For machines: where the roll-up is.
                let _ = writeln!(io::stdout().lock(), "{}", directory.join("rollup.json").display());
            }
            Exit::gravest(exits)
        }
        Err(error) => {
            tell(&error, around);
            Exit::gravest(exits.chain([Exit::Report]))
        }
    }
}
