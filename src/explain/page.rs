//! All entries as one page of Markdown: `docs/diagnoses.md`.

use std::fmt::{self, Display, Formatter};

use super::{Area, Entry, areas, find};

const HEAD: &str = "\
<!-- Generated: openbell explain --markdown > docs/diagnoses.md -->

# Diagnoses

Every code that openbell shows, what it means, by what evidence it is told apart from its neighbours, and what to do.
`openbell explain CODE` prints one of them. Words in capitals in a command, such as `GATEWAY` or `PLAYBOOK`, stand for
your own names.

## Contents
";

/// The whole page.
pub fn page() -> impl Display {
    fmt::from_fn(|f| {
        writeln!(f, "{HEAD}")?;
        areas().iter().try_for_each(|area| contents(f, area))?;
        areas().iter().try_for_each(|area| section(f, area))
    })
}

/// The name of a code's place on the page.
fn anchor(code: &str) -> String {
    code.replace("::", "-")
}

/// The same of an area: its title in small letters, with nothing but letters and dashes.
fn area_anchor(area: &Area) -> String {
    let words: Vec<String> = area
        .title
        .split(' ')
        .map(|word| word.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase())
        .collect();
    format!("area-{}", words.join("-"))
}

fn contents(f: &mut Formatter<'_>, area: &Area) -> fmt::Result {
    writeln!(f, "- [{}](#{})", area.title, area_anchor(area))?;
    area.entries.iter().try_for_each(|entry| writeln!(f, "  - [`{}`](#{})", entry.code, anchor(entry.code)))
}

fn section(f: &mut Formatter<'_>, area: &Area) -> fmt::Result {
    writeln!(f, "\n<a id=\"{}\"></a>\n\n## {}\n\n{}", area_anchor(area), area.title, area.about)?;
    area.entries.iter().try_for_each(|entry| one(f, entry))
}

fn one(f: &mut Formatter<'_>, entry: &Entry) -> fmt::Result {
    writeln!(
        f,
        "\n<a id=\"{}\"></a>\n\n### `{}`\n\n{}\n",
        anchor(entry.code),
        entry.code,
        linked(entry.meaning)
    )?;
    writeln!(f, "**Told by:** {}\n\n**What to do:**\n", linked(entry.told_by))?;
    for (number, step) in (1..).zip(entry.remedy) {
        writeln!(f, "{number}. {}", linked(step.say))?;
        if let Some(command) = step.run {
            writeln!(f, "   ```sh\n   {command}\n   ```")?;
        }
    }
    if !entry.links.is_empty() {
        writeln!(f, "\n**More:**\n")?;
    }
    entry.links.iter().try_for_each(|link| writeln!(f, "- <{link}>"))
}

/// A text in which every code leads to its own place.
fn linked(text: &str) -> String {
    let parts = text.split('`').enumerate().map(|(place, part)| match (place % 2, find(part)) {
        (0, _) => part.to_owned(),
        (_, Some(entry)) => format!("[`{part}`](#{})", anchor(entry.code)),
        (_, None) => format!("`{part}`"),
    });
    parts.collect()
}
