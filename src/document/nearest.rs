//! What was probably meant.

/// What is longer is no slip of anything known.
const LONGEST: usize = 64;

/// The known word that differs in at most half of its letters.
pub fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    if word.len() > LONGEST {
        return None;
    }
    let distance = |candidate: &&str| strsim::levenshtein(word, candidate);
    let near = known.iter().filter(|known| known.len() <= LONGEST).min_by_key(|known| distance(known))?;
    (distance(near) * 2 <= near.chars().count()).then_some(near)
}
