//! The figures openbell promises, measured: `cargo bench` prints one Markdown table, the machine it was measured on,
//! and how.
//!
//! Owns the order of the measurements; each figure has a module of its own. Everything made on the way (processes,
//! containers, networks, images, files) goes away with the value that stands for it, also after an error or Ctrl-C.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a bench is a program of its own: it reads the clock and prints"
)]

use std::process::ExitCode;
use std::sync::LazyLock;

use figure::Figure;
use machine::Machine;
use rehearsal::Stage;

mod compose;
mod figure;
mod fixtures;
mod fleet;
mod machine;
mod overhead;
mod probe;
mod process;
mod program;
mod readiness;
mod reading;
mod rehearsal;
mod runs;
mod shipped;
mod simulator;
mod spread;
mod watching;

#[tokio::main]
async fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    if let (Some(fleet::AS_CLIENTS), Some(gateways)) = (arguments.next().as_deref(), arguments.next()) {
        return fleet::play_clients(gateways.parse().expect("a number of gateways follows")).await;
    }
    // `cargo test --benches` builds without optimisation: figures of that would mislead.
    if !std::env::args().any(|argument| argument == "--bench") {
        return ExitCode::SUCCESS;
    }
    eprintln!("release build");
    LazyLock::force(&shipped::OPENBELL);
    let machine = Machine::of_now().await;
    let (figures, shares) = tokio::select! {
        measured = Box::pin(measure()) => measured,
        _ = tokio::signal::ctrl_c() => return ExitCode::from(130),
    };
    println!("{}\n", figure::table(&figures));
    if !shares.is_empty() {
        println!("Where the time of the median rehearsal goes: {shares}.\n");
    }
    println!("{machine}\n");
    println!("{}", figure::methods(&figures));
    ExitCode::SUCCESS
}

/// Every figure, in the order of the table, and where the rehearsal's time goes.
async fn measure() -> (Vec<Figure>, String) {
    let mut figures = Vec::new();
    eprintln!("engine overhead");
    figures.push(overhead::measure().await);
    for course in &readiness::COURSES {
        eprintln!("how soon the gateway is known to be ready");
        figures.push(readiness::measure(course).await);
    }
    let mut shares = String::new();
    match Stage::set().await {
        Ok(stage) => {
            eprintln!("rehearsal");
            let (figure, by_step) = rehearsal::measure(&stage).await;
            figures.push(figure);
            shares = by_step;
            eprintln!("the like through Compose");
            figures.push(compose::measure(&stage).await);
            eprintln!("a watch that has nothing to do");
            figures.extend(watching::measure(&stage).await);
        }
        Err(why) => {
            let why = format!("not measured: {why}");
            figures.push(Figure::not_measured(rehearsal::NAME, why.clone()));
            figures.push(Figure::not_measured(compose::NAME, why));
        }
    }
    eprintln!("the program itself");
    figures.extend(program::measure().await);
    eprintln!("the reading of playbooks");
    figures.extend(reading::measure().await);
    eprintln!("the probe");
    figures.push(probe::measure().await);
    eprintln!("simulated gateways");
    figures.extend(fleet::measure().await);
    (figures, shares)
}
