//! Entries for a terminal.

use std::fmt::{self, Display, Formatter, Write};

use super::{Entry, all};

/// Columns that text is wrapped at; commands and links are never broken.
const WIDTH: usize = 96;

/// An entry as text to be read.
pub fn text(entry: &Entry) -> impl Display {
    fmt::from_fn(move |f| {
        writeln!(f, "{}\n", entry.code)?;
        paragraph(f, "  ", "  ", entry.meaning)?;
        writeln!(f, "\nTold by")?;
        paragraph(f, "  ", "  ", entry.told_by)?;
        writeln!(f, "\nWhat to do")?;
        for (number, step) in (1..).zip(entry.remedy) {
            paragraph(f, &format!("  {number}. "), "     ", step.say)?;
            if let Some(command) = step.run {
                writeln!(f, "       {command}")?;
            }
        }
        if !entry.links.is_empty() {
            writeln!(f, "\nMore")?;
        }
        entry.links.iter().try_for_each(|link| writeln!(f, "  {link}"))
    })
}

/// Every code with the beginning of its meaning, a line each.
pub fn list() -> impl Display {
    let width = all().map(|entry| entry.code.len()).max().unwrap_or_default();
    fmt::from_fn(move |f| {
        all().try_for_each(|entry| writeln!(f, "{:<width$}  {}", entry.code, entry.in_short()))
    })
}

/// A paragraph, wrapped between words.
fn paragraph(f: &mut Formatter<'_>, first: &str, others: &str, text: &str) -> fmt::Result {
    let mut line = first.to_owned();
    let mut empty = true;
    for word in text.split(' ') {
        if !empty && line.chars().count() + 1 + word.chars().count() > WIDTH {
            writeln!(f, "{line}")?;
            others.clone_into(&mut line);
            empty = true;
        }
        let space = if empty { "" } else { " " };
        write!(line, "{space}{word}")?;
        empty = false;
    }
    writeln!(f, "{line}")
}
