//! What the notices of a gateway say about its own connections: to IBKR, and to the data farms (IB's message codes).

use std::collections::BTreeMap;

/// What the gateway says beside a restored connection when it is so.
const ALL_CONNECTED: &str = "All data farms are connected";

/// The connections as the notices tell them so far.
#[derive(Default)]
pub(super) struct Farms {
    /// The code by which the gateway said that it lost IBKR; `None` while it has not, or has it back.
    pub(super) lost: Option<i32>,
    /// Each farm's last word, by the farm's name: its code, and whether that is good.
    farms: BTreeMap<String, (i32, Word)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    Good,
    Connecting,
    Broken,
}

impl Farms {
    pub(super) fn note(&mut self, code: i32, text: &str) {
        let word = match code {
            1100 | 2110 => {
                // What was said of the farms before counts no more.
                self.lost = Some(code);
                self.farms.clear();
                return;
            }
            1101 | 1102 => {
                self.lost = None;
                if let Some((_, names)) = text.split_once(ALL_CONNECTED) {
                    self.farms.clear();
                    let names = names.trim_start_matches(':').trim_end_matches('.').split(';');
                    let good = names.map(|name| (name.trim().to_owned(), (code, Word::Good)));
                    self.farms.extend(good);
                }
                return;
            }
            // Inactive farms are there on demand.
            2104 | 2106 | 2158 | 2107 | 2108 => Word::Good,
            2119 => Word::Connecting,
            2103 | 2105 | 2157 => Word::Broken,
            _ => return,
        };
        self.farms.insert(name(text).to_owned(), (code, word));
    }

    /// At least one farm is connected, and none is broken or about to be connected.
    pub(super) fn are_well(&self) -> bool {
        self.lost.is_none()
            && !self.farms.is_empty()
            && self.farms.values().all(|(_, word)| *word == Word::Good)
    }

    /// The broken ones with their codes; `None` when no farm is broken.
    pub(super) fn broken(&self) -> Option<String> {
        let broken = self.farms.iter().filter(|(_, (_, word))| *word == Word::Broken);
        let named: Vec<String> = broken.map(|(name, (code, _))| format!("{name} ({code})")).collect();
        (!named.is_empty()).then(|| named.join(", "))
    }
}

/// The farm that a notice is about: `Market data farm connection is OK:usfarm`, and where it is inactive `Market data farm
/// connection is inactive but should be available upon demand.usfarm`.
fn name(text: &str) -> &str {
    let ends = [text.rsplit_once(':'), text.rsplit_once("demand.")];
    ends.into_iter().flatten().next().map_or("", |(_, name)| name.trim())
}
