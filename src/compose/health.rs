//! Health checks and spans of time.

use std::time::Duration;

use super::load::Loader;
use super::parts::{HealthCheck, Test};
use super::problem::ComposeProblems;
use super::tree::{Is, Value};

/// The health check of a service.
pub(super) fn healthcheck(
    loader: &Loader<'_>,
    service: &Value,
) -> Result<Option<HealthCheck>, ComposeProblems> {
    let Some(check) = service.get("healthcheck").filter(|check| !check.is_null()) else { return Ok(None) };
    let time = |key: &str| {
        check.get(key).filter(|value| !value.is_null()).map(|value| span(loader, value)).transpose()
    };
    let test = if check.get("disable").is_some_and(Value::yes) {
        Some(Test::Disabled)
    } else {
        check.get("test").filter(|test| !test.is_null()).map(|value| test(loader, value)).transpose()?
    };
    let retries = check.get("retries").and_then(Value::text);
    let retries = retries.map(|text| {
        text.parse().map_err(|_| loader.wrong(&check.place, "`retries` is a number", "such as 3"))
    });
    Ok(Some(HealthCheck {
        test,
        interval: time("interval")?,
        timeout: time("timeout")?,
        retries: retries.transpose()?,
        start_period: time("start_period")?,
        start_interval: time("start_interval")?,
        test_place: check.get("test").map_or_else(|| check.place.clone(), |test| test.place.clone()),
        place: service.entry("healthcheck").map_or_else(|| check.place.clone(), |entry| entry.place.clone()),
    }))
}

fn test(loader: &Loader<'_>, value: &Value) -> Result<Test, ComposeProblems> {
    let Is::List(items) = &value.is else { return Ok(Test::Shell(value.text().unwrap_or_default())) };
    let words: Vec<String> = items.iter().filter_map(Value::text).collect();
    let help = "begin the list with CMD, CMD-SHELL or NONE";
    match words.split_first() {
        Some((first, rest)) => Ok(match first.as_str() {
            "NONE" => Test::Disabled,
            "CMD-SHELL" => Test::Shell(rest.join(" ")),
            "CMD" => Test::Command(rest.to_vec()),
            _ => return Err(loader.wrong(&value.place, "the first word says how the check is run", help)),
        }),
        None => Ok(Test::Disabled),
    }
}

/// A span of time such as `1m30s`.
pub(super) fn span(loader: &Loader<'_>, value: &Value) -> Result<Duration, ComposeProblems> {
    let text = value.text().unwrap_or_default();
    duration(&text).ok_or_else(|| {
        let message = format!("`{text}` is no span of time");
        loader.wrong(&value.place, &message, "write it with its unit, such as 90s or 1m30s")
    })
}

/// Numbers with units, from weeks to nanoseconds; fractions are possible.
fn duration(text: &str) -> Option<Duration> {
    if text == "0" {
        return Some(Duration::ZERO);
    }
    let mut rest = text.strip_prefix('+').unwrap_or(text);
    let mut seconds = 0.0_f64;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..digits].parse().ok()?;
        let unit_end = rest[digits..]
            .find(|c: char| c.is_ascii_digit() || c == '.')
            .map_or(rest.len(), |length| digits + length);
        let unit = match &rest[digits..unit_end] {
            "w" => 604_800.0,
            "d" => 86_400.0,
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 1e-3,
            "us" | "µs" | "μs" => 1e-6,
            "ns" => 1e-9,
            _ => return None,
        };
        seconds += number * unit;
        rest = &rest[unit_end..];
    }
    let whole = Duration::try_from_secs_f64(seconds).ok()?;
    // What floats cannot hold exactly is nothing a person meant.
    Some(Duration::from_nanos(u64::try_from((whole.as_nanos() + 5) / 10 * 10).ok()?))
}
