//! `openbell completions` and `openbell man`.

use std::io::{self, Write};
use std::path::Path;

use super::{Surroundings, say};
use crate::cli::{Completions, Man};
use crate::exit::Exit;

pub(super) fn completions(arguments: &Completions, _: &Surroundings) -> Exit {
    printed(&arguments.shell.script())
}

pub(super) fn man(arguments: &Man, _: &Surroundings) -> Exit {
    let Ok(pages) = Man::pages() else { return Exit::Failed };
    match &arguments.directory {
        None => pages.first().map_or(Exit::Failed, |(_, page)| printed(page)),
        Some(directory) => match written(directory, &pages) {
            Ok(()) => {
                say(&format!("{} pages in {}", pages.len(), directory.display()));
                Exit::Green
            }
            Err(error) => {
                say(&format!("the pages cannot be written to {}: {error}", directory.display()));
                Exit::Failed
            }
        },
    }
}

fn printed(bytes: &[u8]) -> Exit {
    io::stdout().lock().write_all(bytes).map_or(Exit::Failed, |()| Exit::Green)
}

fn written(directory: &Path, pages: &[(String, Vec<u8>)]) -> io::Result<()> {
    std::fs::create_dir_all(directory)?;
    pages.iter().try_for_each(|(name, page)| std::fs::write(directory.join(name), page))
}
