//! A command written as one line, split into words as Compose splits it: quotes and backslashes count, variables do not.

/// The words; `None` when a quote stays open or a bracket stands where a shell would be needed.
pub(super) fn words(line: &str) -> Option<Vec<String>> {
    let mut state = State::default();
    for c in line.chars() {
        if !state.take(c)? {
            break;
        }
    }
    state.end()
}

#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each quote is open or not, whatever the others are")]
struct State {
    words: Vec<String>,
    word: String,
    /// The word counts even if it is empty, as `''` does.
    begun: bool,
    escaped: bool,
    single: bool,
    double: bool,
    /// Within backquotes.
    back: bool,
    /// Within `$(…)`.
    dollar: bool,
}

impl State {
    /// Whether the command goes on; `None` when it is none.
    fn take(&mut self, c: char) -> Option<bool> {
        let quoted = self.single || self.double || self.back || self.dollar;
        if self.escaped {
            self.escaped = false;
            self.push(c);
            return Some(true);
        }
        match c {
            '\\' if !self.single => self.escaped = true,
            ' ' | '\t' | '\r' | '\n' if !quoted => self.next(),
            '`' if !self.single && !self.double && !self.dollar => {
                self.back = !self.back;
                self.push(c);
            }
            '(' if !self.single && !self.double && !self.back => {
                if self.dollar || !self.word.ends_with('$') {
                    return None;
                }
                self.dollar = true;
                self.word.push(c);
            }
            ')' if !self.single && !self.double && !self.back => {
                self.dollar = !self.dollar;
                self.push(c);
            }
            '"' if !self.single && !self.dollar => {
                self.begun |= self.double;
                self.double = !self.double;
            }
            '\'' if !self.double && !self.dollar => {
                self.begun |= self.single;
                self.single = !self.single;
            }
            // What a shell would do with these, Compose does not: the command ends.
            ';' | '&' | '|' | '<' | '>' if !quoted => return Some(false),
            other => self.push(other),
        }
        Some(true)
    }

    fn push(&mut self, c: char) {
        self.word.push(c);
        self.begun = true;
    }

    fn next(&mut self) {
        if self.begun {
            self.words.push(std::mem::take(&mut self.word));
            self.begun = false;
        }
    }

    fn end(mut self) -> Option<Vec<String>> {
        self.next();
        let closed = !(self.escaped || self.single || self.double || self.back || self.dollar);
        closed.then_some(self.words)
    }
}
