//! What a log has said since a container's start, however long it is: read once, and then only what came since.

use std::collections::HashMap;
use std::sync::Mutex;

use jiff::{SignedDuration, Timestamp};

use super::Bollard;
use super::logs::{begins, kept};
use crate::ports::docker::{Container, DockerError, LogWord, MOST_LOG_LINES, WordsOfLine};

/// Entries of stdout and stderr may be written down so much later than they are stamped.
const LATE: SignedDuration = SignedDuration::from_secs(5);

/// Most words that are kept: whoever asks wants to hear one.
const MOST_WORDS: usize = 100;

/// What was found so far, by container and question.
#[derive(Default)]
pub(super) struct Heard(Mutex<HashMap<(String, String), Found>>);

/// What was found in one run of a container.
#[derive(Clone, Default)]
struct Found {
    begins: Option<Timestamp>,
    /// Until then everything was read.
    until: Option<Timestamp>,
    words: Vec<LogWord>,
}

impl Bollard {
    pub(super) async fn words_of_log(
        &self,
        container: &Container,
        question: &str,
        words: &WordsOfLine,
    ) -> Result<Vec<LogWord>, DockerError> {
        let begins = begins(container);
        let key = (container.id.clone(), question.to_owned());
        let known = self.heard.0.lock().ok().and_then(|heard| heard.get(&key).cloned());
        let known = known.filter(|known| known.begins == begins);
        let before = known.unwrap_or_else(|| Found { begins, ..Found::default() });
        let from = before.until.and_then(|until| until.checked_sub(LATE).ok()).max(begins);
        // An engine finds the end of a log at once, and reads all of it for anything else.
        let (mut entries, mut found) = (0, before.clone());
        for last in [Some(MOST_LOG_LINES), None] {
            if last.is_none() && entries < MOST_LOG_LINES {
                break;
            }
            found = before.clone();
            let (read, until) = self
                .each_line(container, from, last, |at, text| {
                    if begins.is_none_or(|begins| at > begins) {
                        for word in words(text) {
                            let new = found.words.iter().all(|known| known.word != word);
                            if new && found.words.len() < MOST_WORDS {
                                found.words.push(LogWord { word, line: kept((at, text)) });
                            }
                        }
                    }
                })
                .await?;
            found.until = until.or(before.until);
            entries = read;
        }
        if let Ok(mut heard) = self.heard.0.lock() {
            heard.insert(key, found.clone());
        }
        Ok(found.words)
    }
}
