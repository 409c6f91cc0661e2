//! The composition root: the one place that sees every layer. Wires and decides nothing.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme};
use tokio::runtime::{Builder, Runtime};

use crate::cli::{Cli, Command, Notify, NotifyCommand};
use crate::exit::Exit;
use crate::sim::cli::SimArguments;
use crate::sim::{self, SimError};
use crate::visible;

mod calendar;
mod diagnose;
mod down;
mod edit;
mod explain;
mod exposure;
mod healthcheck;
mod init;
mod lint;
mod matrix;
mod migrate;
mod notify;
mod pause;
mod plan;
mod probe;
mod reading;
mod records;
mod remembered;
mod report;
mod run;
mod schema;
mod service;
mod shell;
mod stop;
mod validate;
mod watch;
mod world;

/// What the program is given by the system, read once by `main`.
pub struct Surroundings {
    /// The time of day at the start.
    pub now: Timestamp,
    /// The zone of this machine, asked for where it is told.
    pub zone: fn() -> TimeZone,
    /// The time of day, whenever it is asked.
    pub clock: fn() -> Timestamp,
    /// stderr is a terminal.
    pub terminal: bool,
    /// Colours are wanted on stderr.
    pub colours: bool,
    /// Colours are wanted on stdout.
    pub output_colours: bool,
    /// This program's own file.
    pub own_binary: PathBuf,
    /// The environment.
    pub environment: fn(&str) -> Option<String>,
}

/// What the command runs on. A stand-in, a probe and a watch are light: one thread does, whatever the number of processors.
///
/// # Errors
/// When the system gives no threads or no way to wait for sockets.
pub fn runtime(cli: &Cli) -> io::Result<Runtime> {
    let mut builder = match cli.command {
        Command::Sim(_) | Command::Probe(_) | Command::Watch(_) => Builder::new_current_thread(),
        _ => Builder::new_multi_thread(),
    };
    builder.enable_all().build()
}

/// Carries out a command line.
pub async fn main(cli: Cli, around: &Surroundings) -> ExitCode {
    let exit = match cli.command {
        Command::Run(arguments) => run::run(arguments, around).await,
        Command::Plan(arguments) => plan::plan(arguments, around).await,
        Command::Get(arguments) => edit::get(&arguments, around),
        Command::Set(arguments) => edit::set(&arguments, around),
        Command::Unset(arguments) => edit::unset(&arguments, around),
        Command::Edit(arguments) => edit::edit(&arguments, around),
        Command::Undo(arguments) => edit::undo(&arguments, around),
        Command::Audit(arguments) => edit::audit(&arguments, around),
        Command::Init(arguments) => init::init(arguments, around).await,
        Command::Lint(arguments) => lint::lint(&arguments, around),
        Command::Migrate(arguments) => migrate::migrate(&arguments, around),
        Command::Completions(arguments) => shell::completions(&arguments, around),
        Command::Man(arguments) => shell::man(&arguments, around),
        Command::Validate(arguments) => validate::validate(&arguments, around),
        Command::Probe(arguments) => probe::probe(&arguments, around).await,
        Command::Schema(arguments) => schema::schema(&arguments),
        Command::Explain(arguments) => explain::explain(&arguments),
        Command::Diagnose(arguments) => Box::pin(diagnose::diagnose(arguments, around)).await,
        Command::Calendar(arguments) => calendar::calendar(&arguments, around),
        Command::Watch(arguments) => Box::pin(watch::watch(arguments, around)).await,
        Command::Service(arguments) => service::service(&arguments, around),
        Command::Notify(Notify { command: NotifyCommand::Test(arguments) }) => {
            notify::test(&arguments, around).await
        }
        Command::Down(arguments) => down::down(arguments, around).await,
        Command::Report(arguments) => report::report(&arguments, around),
        Command::Pause(arguments) => pause::pause(&arguments, around),
        Command::Resume(arguments) => pause::resume(&arguments, around),
        Command::Sim(arguments) => return stand_in(arguments, around).await,
    };
    exit.into()
}

/// A stand-in's end is its own: a script can name the exit code.
async fn stand_in(arguments: SimArguments, around: &Surroundings) -> ExitCode {
    match sim::run(arguments, around.environment).await {
        Ok(()) => Exit::Green.into(),
        Err(SimError::Script(problems)) => {
            tell(&problems, around);
            Exit::Invalid.into()
        }
        Err(error) => {
            say(&format!("{error}"));
            ExitCode::from(error.exit_code())
        }
    }
}

/// A text for people. It may repeat what others wrote.
fn say(text: &str) {
    say_coloured(&visible::text(text));
}

/// A text for people, with colours, and with nothing else that a terminal obeys.
fn say_coloured(text: &str) {
    // Without a reader on stderr there is nobody to tell that.
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// An error for people: code, message, place in the file, help.
fn tell(error: &dyn Diagnostic, around: &Surroundings) {
    let rendered = |theme: GraphicalTheme| {
        let mut text = String::new();
        let handler = GraphicalReportHandler::new_themed(theme).with_width(100).with_links(false);
        // A journal, a log and a pipe have no width.
        let handler = handler.with_wrap_lines(around.terminal);
        if handler.render_report(&mut text, error).is_err() {
            text = error.to_string();
        }
        text
    };
    // It may repeat what others wrote. Colours are control characters too: where there are any others, it has none.
    let plain = rendered(GraphicalTheme::unicode_nocolor());
    let visible = visible::text(&plain);
    let text = if around.colours && visible == plain { rendered(GraphicalTheme::unicode()) } else { visible };
    say_coloured(text.trim_end());
}
