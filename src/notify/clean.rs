//! Texts that others wrote, made fit to be shown: no control characters, no tricks with the direction of writing, no more
//! than fits.

use crate::diagnosis::Diagnosis;
use crate::redact::Redactor;
use crate::visible::is_unfit;

/// What stands where something was left out.
const MORE: &str = " …";
/// Most characters of a sentence of a diagnosis.
const SENTENCE: usize = 1000;
/// Most characters of a line of evidence.
const LINE: usize = 200;
/// Most lines of evidence, and most causes.
const LINES: usize = 5;

/// A text without secrets and without anything that is not shown as what it is. Line ends stay.
pub(super) fn clean(text: &str, redactor: &Redactor) -> String {
    // Cut first, generously: a secret at the end of what is kept should still be found as a whole.
    redactor.text(&visible(&cut(text, 32 * SENTENCE)))
}

/// The text without control characters, invisible ones and those that turn the direction of writing.
pub(super) fn visible(text: &str) -> String {
    let shown = |c: char| match c {
        '\n' | '\u{2028}' | '\u{2029}' => Some('\n'),
        c if c.is_control() => Some(' '),
        c if is_unfit(c) => None,
        c => Some(c),
    };
    text.chars().filter_map(shown).collect()
}

/// The text on one line.
pub(super) fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The beginning of a text, of at most so many characters.
pub(super) fn cut(text: &str, most: usize) -> String {
    if text.chars().nth(most).is_none() {
        return text.to_owned();
    }
    let kept = most.saturating_sub(MORE.chars().count());
    text.chars().take(kept).chain(MORE.chars()).collect()
}

/// A diagnosis that is fit to be kept and sent: clean and short.
pub(super) fn diagnosis(why: &Diagnosis, redactor: &Redactor) -> Diagnosis {
    let sentence = |text: &String| cut(clean(text, redactor).trim(), SENTENCE);
    let line = |text: &String| cut(&on_one_line(&clean(text, redactor)), LINE);
    Diagnosis {
        code: cut(&visible(&why.code), 100),
        rung: why.rung,
        message: sentence(&why.message),
        help: why.help.as_ref().map(sentence),
        causes: why.causes.iter().take(LINES).map(line).collect(),
        evidence: why.evidence.iter().take(LINES).map(line).collect(),
    }
}
