//! An examination for a person: where the gateway stands, what is the matter, what to do, what was looked at.

use std::fmt::Write;

use console::Style;

use super::{After, Cause, Examination, Tried};
use crate::evidence::Certainty;
use crate::ladder::Rung;
use crate::visible;

/// The text, with colours where they are wanted.
pub fn words(examination: &Examination, colours: bool) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write(&mut text, examination, &Colours(colours));
    text
}

struct Colours(bool);

impl Colours {
    fn of(&self, style: Style) -> Style {
        style.force_styling(self.0)
    }
}

fn write(text: &mut String, examination: &Examination, colours: &Colours) -> std::fmt::Result {
    let (good, bad) = (colours.of(Style::new().green().bold()), colours.of(Style::new().red().bold()));
    let mended = examination.tried.iter().any(Tried::worked);
    let by_itself = examination.tried.iter().any(|tried| tried.after == After::BecameReady);
    let verdict = match (examination.ready, mended) {
        (true, true) => good.apply_to("READY after a remedy"),
        (true, false) if by_itself => good.apply_to("READY, became so meanwhile"),
        (true, false) => good.apply_to("READY"),
        (false, true) => bad.apply_to("NOT READY, though a remedy worked"),
        (false, false) => bad.apply_to("NOT READY"),
    };
    writeln!(text, "{}: {verdict}{}", examination.address, standing(examination))?;
    ladder(text, examination, colours)?;
    let (notices, causes): (Vec<_>, Vec<_>) =
        examination.causes.iter().partition(|cause| cause.certainty == Certainty::Notice);
    let possible = causes.iter().filter(|cause| cause.certainty == Certainty::Possible).count();
    if possible > 1 && possible == causes.len() {
        writeln!(text, "\n{possible} causes fit what was seen; each says what would decide.")?;
    }
    for (place, found) in causes.iter().enumerate() {
        writeln!(text)?;
        cause(text, &format!("{}.", place + 1), found, colours)?;
    }
    for notice in notices {
        writeln!(text)?;
        cause(text, "note:", notice, colours)?;
    }
    remedies(text, examination, colours)?;
    writeln!(text, "\nlooked at:")?;
    let width = examination.seen.iter().map(|seen| seen.what.chars().count()).max().unwrap_or_default();
    for seen in &examination.seen {
        let what = format!("{:width$}", seen.what);
        writeln!(text, "  {}  {}", colours.of(Style::new().dim()).apply_to(what), one_line(&seen.saw))?;
    }
    Ok(())
}

fn standing(examination: &Examination) -> String {
    match examination.stands_at() {
        _ if examination.ready => String::new(),
        Some(rung) if rung >= Rung::Request => ", though requests are answered".to_owned(),
        Some(rung) => {
            let missing = rung.next().map_or("", Rung::missing);
            format!(", stands at {rung}: no {missing}")
        }
        None => ", not even a connection".to_owned(),
    }
}

fn ladder(text: &mut String, examination: &Examination, colours: &Colours) -> std::fmt::Result {
    let (good, bad) = (colours.of(Style::new().green()), colours.of(Style::new().red()));
    write!(text, " ")?;
    for reached in &examination.ladder {
        write!(text, " {} {} {:.0} ms", good.apply_to("✓"), reached.rung, reached.after_ms)?;
    }
    let next = examination.stands_at().map_or(Some(Rung::Engine), Rung::next);
    if let (false, Some(next)) = (examination.ready, next)
        && next <= Rung::Farms
    {
        write!(text, " {} {next}", bad.apply_to("✗"))?;
    }
    writeln!(text)
}

fn cause(text: &mut String, mark: &str, found: &Cause, colours: &Colours) -> std::fmt::Result {
    let (bold, dim, cyan) =
        (colours.of(Style::new().bold()), colours.of(Style::new().dim()), colours.of(Style::new().cyan()));
    let why = &found.why;
    let sure = if found.certainty == Certainty::Possible { "possible: " } else { "" };
    writeln!(text, "{mark} {sure}{} ({})", bold.apply_to(visible::text(&why.message)), why.code)?;
    if let Some(decided_by) = &found.decided_by {
        writeln!(text, "   {} {}", cyan.apply_to("decides:"), visible::text(decided_by))?;
    }
    if let Some(help) = &why.help {
        writeln!(text, "   {} {}", cyan.apply_to("help:"), visible::text(help))?;
    }
    // Behind the help, which may speak of what is below.
    for line in why.causes.iter().map(|line| format!("cause: {line}")).chain(why.evidence.iter().cloned()) {
        writeln!(text, "   {} {}", dim.apply_to("|"), one_line(&line))?;
    }
    writeln!(text, "   {} openbell explain {}", cyan.apply_to("more:"), why.code)
}

fn remedies(text: &mut String, examination: &Examination, colours: &Colours) -> std::fmt::Result {
    for (place, before) in examination.before.iter().enumerate() {
        let lead = if place == 0 { "\nwhat was found before the remedies:\n" } else { "" };
        writeln!(text, "{lead}  {} ({})", one_line(&before.message), before.code)?;
    }
    if !examination.tried.is_empty() {
        writeln!(text, "\nremedies:")?;
    }
    for tried in &examination.tried {
        remedy(text, tried, colours)?;
    }
    match &examination.proposal {
        Some(diff) => {
            writeln!(text, "\nto keep it so, change the playbook (nothing was written):")?;
            diff.lines().try_for_each(|line| writeln!(text, "  {}", one_line(line)))
        }
        None => Ok(()),
    }
}

fn remedy(text: &mut String, tried: &Tried, colours: &Colours) -> std::fmt::Result {
    let (good, bad, dim) =
        (colours.of(Style::new().green()), colours.of(Style::new().red()), colours.of(Style::new().dim()));
    let what = tried.what.as_ref().map_or_else(|| tried.remedy.replace('_', " "), |what| one_line(what));
    let seconds = tried.took_ms / 1000.0;
    match &tried.after {
        After::Worked => writeln!(text, "  {} {what}: worked, after {seconds:.1} s", good.apply_to("✓"))?,
        After::BecameReady if tried.did.is_empty() => {
            writeln!(text, "  - {what}: not needed: it became ready meanwhile")?;
        }
        After::BecameReady => {
            writeln!(text, "  {} {what}: answered at once: it became ready meanwhile", good.apply_to("✓"))?;
        }
        After::DidNotHelp { why } => {
            let (cross, why) = (bad.apply_to("✗"), one_line(&why.message));
            writeln!(text, "  {cross} {what}: did not help, after {seconds:.1} s: {why}")?;
        }
        After::NotTried { because } => writeln!(text, "  - {what}: not tried: {}", visible::text(because))?,
        After::NotPossible { why } => writeln!(text, "  - {}", one_line(&why.message))?,
        After::Interrupted => writeln!(text, "  - {what}: interrupted after {seconds:.1} s")?,
    }
    for did in tried.did.iter().filter(|did| **did != what) {
        writeln!(text, "    {} {}", dim.apply_to("|"), one_line(did))?;
    }
    if let Some(proposal) = &tried.proposal {
        writeln!(text, "    {} {}", dim.apply_to("for good:"), one_line(&proposal.words))?;
    }
    Ok(())
}

/// The beginning of a text of somebody else.
fn one_line(text: &str) -> String {
    visible::line(&text.chars().take(300).collect::<String>())
}
