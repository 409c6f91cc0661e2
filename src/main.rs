//! Arguments, log, clock and environment in; an exit code out. Everything else is the library's.
#![expect(clippy::disallowed_methods, reason = "this is where the clock and the environment enter")]

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::Parser;
use openbell::app::{Surroundings, main as carry_out, runtime};
use openbell::cli::Cli;
use openbell::crash::keep_to_the_place;
use tracing_subscriber::filter::{EnvFilter, FilterFn};
use tracing_subscriber::prelude::*;

fn main() -> ExitCode {
    keep_to_the_place();
    let cli = Cli::parse();
    let terminal = std::io::stderr().is_terminal();
    let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()); // no-color.org
    // Asking a Windows console whether it can show colours also switches them on there.
    let colours = terminal && !no_colour && console::Term::stderr().features().colors_supported();
    let output_colours = !no_colour && console::Term::stdout().features().colors_supported();
    if let Some(filter) = &cli.log {
        // Other crates log request bodies, and those hold the environment of containers: only our own log is shown.
        let ours = FilterFn::new(|about| about.target().starts_with("openbell"));
        let lines = tracing_subscriber::fmt::layer()
            .with_ansi(colours)
            .with_writer(std::io::stderr)
            .with_filter(ours);
        tracing_subscriber::registry().with(EnvFilter::builder().parse_lossy(filter)).with(lines).init();
    }
    let around = Surroundings {
        now: jiff::Timestamp::now(),
        clock: jiff::Timestamp::now,
        zone: jiff::tz::TimeZone::system,
        terminal,
        colours,
        output_colours,
        own_binary: std::env::current_exe().unwrap_or_default(),
        environment: |name| std::env::var(name).ok(),
    };
    let Ok(runtime) = runtime(&cli) else { return ExitCode::FAILURE };
    let code = runtime.block_on(carry_out(cli, &around));
    // A name server that keeps silent must not keep a program that is done.
    runtime.shutdown_background();
    code
}
