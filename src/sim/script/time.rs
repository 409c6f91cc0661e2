//! Lengths of time as presets write them: `500ms`, `6s`, `2m`.

use std::time::Duration;

/// Longer than any rehearsal; keeps sums of times far from overflow.
const LONGEST: Duration = Duration::from_hours(24 * 7);

/// `None` when the text is no such length of time, or is more than a week.
pub(in crate::sim) fn parse(text: &str) -> Option<Duration> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (amount, unit) = text.split_at(digits);
    let amount: u64 = amount.parse().ok()?;
    let time = match unit {
        "ms" => Duration::from_millis(amount),
        "s" => Duration::from_secs(amount),
        "m" => Duration::from_secs(amount.checked_mul(60)?),
        _ => return None,
    };
    (time <= LONGEST).then_some(time)
}
