//! The part of a text that is shown with a problem: its lines, however long, cut to what a person can look at.

use std::ops::Range;
use std::sync::Arc;

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use super::problems::Position;
use crate::visible::is_unfit;

/// Bytes of a line that are shown; of a longer one, so many around what is marked.
const WIDEST: usize = 240;

/// Bytes of them before what is marked.
const BEFORE: usize = 60;

/// Bytes of a sentence about a problem.
const LONGEST: usize = 1_000;

/// What stands where something was cut off.
const CUT: &str = "…";

/// A text as it is shown, and what to mark in it.
#[derive(Debug)]
pub(super) struct Shown {
    name: String,
    text: Arc<str>,
    /// Where the problem really is.
    from: Position,
    /// What is marked.
    pub(super) place: Range<usize>,
    /// What is marked beside it, with what is said there.
    pub(super) also: Vec<(Range<usize>, String)>,
}

impl Shown {
    /// What is shown of a text for marks in it.
    pub(super) fn of(
        name: &str,
        text: &Arc<str>,
        from: Position,
        place: Range<usize>,
        also: Vec<(Range<usize>, String)>,
    ) -> Self {
        let marks: Vec<&Range<usize>> =
            std::iter::once(&place).chain(also.iter().map(|(at, _)| at)).collect();
        let name = name.to_owned();
        match Excerpt::of(text, &marks) {
            None => Self { name, text: Arc::clone(text), from, place, also },
            Some(excerpt) => {
                let moved = |at: &Range<usize>| excerpt.place(at.start)..excerpt.place(at.end);
                let place = moved(&place);
                let also = also.iter().map(|(at, label)| (moved(at), label.clone())).collect();
                Self { name, text: excerpt.text.into(), from, place, also }
            }
        }
    }
}

impl SourceCode for Shown {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let contents = self.text.read_span(span, before, after)?;
        // The heading says a place for people and editors, who count characters of the file, not bytes of what is shown.
        let heading = (before, after) == (0, 0) && span.offset() == self.place.start;
        let column = if heading { self.from.column - 1 } else { contents.column() };
        let (data, at, line) = (contents.data(), *contents.span(), contents.line());
        let count = contents.line_count();
        let contents = MietteSpanContents::new_named(self.name.clone(), data, at, line, column, count);
        Ok(Box::new(contents.with_language("YAML")))
    }
}

/// A text whose long lines are cut.
struct Excerpt {
    text: String,
    /// Where a kept part stood, and where it stands now.
    kept: Vec<(Range<usize>, usize)>,
}

impl Excerpt {
    /// The lines around the marks; nothing when none of them is too long.
    fn of(text: &str, marks: &[&Range<usize>]) -> Option<Self> {
        let first = marks.iter().map(|mark| mark.start).min()?;
        let last = marks.iter().map(|mark| mark.end).max()?;
        // With the line before and the one after.
        let start = line_start(text, line_start(text, first).saturating_sub(1));
        let end = line_end(text, (line_end(text, last) + 1).min(text.len()));
        let lines = text.get(start..end)?;
        if lines.split('\n').all(|line| line.len() <= WIDEST) {
            return None;
        }
        // The numbers of the lines stay what they are.
        let mut excerpt =
            Self { text: "\n".repeat(text.get(..start)?.matches('\n').count()), kept: Vec::new() };
        let mut at = start;
        for line in lines.split('\n') {
            if at > start {
                excerpt.text.push('\n');
            }
            excerpt.line(text, at..at + line.len(), marks);
            at += line.len() + 1;
        }
        Some(excerpt)
    }

    fn line(&mut self, text: &str, line: Range<usize>, marks: &[&Range<usize>]) {
        let mut part = line.clone();
        if line.len() > WIDEST {
            let marked = marks.iter().find(|mark| line.start <= mark.start && mark.start <= line.end);
            let from = marked.map_or(line.start, |mark| mark.start.saturating_sub(BEFORE).max(line.start));
            let from = from.min(line.end - WIDEST);
            part = boundary(text, from)..boundary(text, from + WIDEST);
        }
        if part.start > line.start {
            self.text.push_str(CUT);
        }
        self.kept.push((part.clone(), self.text.len()));
        self.text.push_str(text.get(part.clone()).unwrap_or_default());
        if part.end < line.end {
            self.text.push_str(CUT);
        }
    }

    /// Where a place of the text is now; what was cut off is where the cut is.
    fn place(&self, place: usize) -> usize {
        let next = self.kept.partition_point(|(part, _)| part.start <= place);
        match self.kept.get(next.saturating_sub(1)) {
            Some((part, now)) => now + place.clamp(part.start, part.end) - part.start,
            None => 0,
        }
    }
}

fn line_start(text: &str, at: usize) -> usize {
    text.as_bytes()[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1)
}

fn line_end(text: &str, at: usize) -> usize {
    text.as_bytes()[at..].iter().position(|byte| *byte == b'\n').map_or(text.len(), |length| at + length)
}

fn boundary(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// What is said of a problem, harmless and no longer than anybody reads: it may repeat a word of the file.
pub(super) fn sentence(text: &str) -> String {
    let mut sentence = harmless(text);
    if sentence.len() > LONGEST {
        sentence.truncate(boundary(&sentence, LONGEST));
        sentence.push_str(CUT);
    }
    sentence
}

/// A text without what a terminal would obey or that makes it look like another, byte for byte as long: what is marked in it
/// stays where it is.
pub(super) fn harmless(text: &str) -> String {
    let mut harmless = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' => harmless.push(c),
            _ if is_unfit(c) && c.len_utf8() == char::REPLACEMENT_CHARACTER.len_utf8() => {
                harmless.push(char::REPLACEMENT_CHARACTER);
            }
            _ if is_unfit(c) => harmless.extend(std::iter::repeat_n('?', c.len_utf8())),
            _ => harmless.push(c),
        }
    }
    harmless
}
