//! The captured bytes under `tests/it/fixtures`, decoded.

use serde_json::Value;

/// One entry of a transcript.
pub(crate) struct Entry {
    pub(crate) from_client: bool,
    pub(crate) bytes: Vec<u8>,
    pub(crate) note: String,
}

/// The frames of a transcript, in order, without its notes.
pub(crate) fn transcript(name: &str) -> Vec<Entry> {
    let entries: Vec<Value> = serde_json::from_str(&read(name)).unwrap();
    entries
        .iter()
        .filter(|entry| entry["dir"] != "note")
        .map(|entry| Entry {
            from_client: entry["dir"] == "c2s",
            bytes: from_hex(entry["hex"].as_str().unwrap()),
            note: entry["note"].as_str().unwrap().to_owned(),
        })
        .collect()
}

/// The frames captured from a real gateway at one server version.
pub(crate) struct Leg {
    pub(crate) answers: Vec<Vec<u8>>,
    pub(crate) asks_time: Vec<u8>,
    pub(crate) time: Vec<u8>,
}

pub(crate) fn live(server_version: &str) -> Leg {
    let file: Value = serde_json::from_str(&read("live_frames.json")).unwrap();
    let leg = &file["legs"][server_version];
    Leg {
        answers: leg["s"].as_array().unwrap().iter().map(from_base64).collect(),
        asks_time: from_base64(&leg["c_currentTime"]),
        time: from_base64(&leg["s_currentTime"]),
    }
}

fn read(name: &str) -> String {
    std::fs::read_to_string(format!("{}/tests/it/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn from_hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

fn from_base64(value: &Value) -> Vec<u8> {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bits = 0_u32;
    let mut count = 0;
    let mut bytes = Vec::new();
    for letter in value.as_str().unwrap().bytes().filter(|letter| *letter != b'=') {
        let digit = ALPHABET.iter().position(|known| *known == letter).unwrap();
        bits = (bits << 6) | u32::try_from(digit).unwrap();
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from((bits >> count) & 0xff).unwrap());
        }
    }
    bytes
}
