//! What is told when the program itself fails: which version, and where in its source. Never what it was about: a message
//! may hold a value that was just being looked at, and a secret among them, before anything could take it out.

use std::io::Write;
use std::panic::{Location, PanicHookInfo, set_hook};

/// What it is called.
const CODE: &str = "program::crashed";

/// Has every crash told in two lines on stderr, without its message and without a backtrace, whatever `RUST_BACKTRACE`
/// says. The exit code stays what it is: 101.
pub fn keep_to_the_place() {
    set_hook(Box::new(tell));
}

fn tell(crash: &PanicHookInfo<'_>) {
    let text = words(crash.location());
    // Without a reader on stderr there is nobody to tell.
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

fn words(place: Option<&Location<'_>>) -> String {
    let place = place.map_or_else(
        || "an unknown place".to_owned(),
        |place| format!("{}:{}:{}", within(place.file()), place.line(), place.column()),
    );
    let version = env!("CARGO_PKG_VERSION");
    format!(
        "openbell {version} crashed at {place} ({CODE})\n\
         what it was about is not shown, as it may hold a secret; more: openbell explain {CODE}\n"
    )
}

/// The file without the directories of whoever built the program.
fn within(file: &str) -> &str {
    // Built on Windows they are separated as they are there.
    let inside = [("/registry/src/", '/'), ("\\registry\\src\\", '\\')];
    let crates = inside.iter().find_map(|(registry, separator)| {
        let (_, path) = file.rsplit_once(registry)?;
        path.split_once(*separator)
    });
    crates.map_or(file, |(_, path)| path)
}
