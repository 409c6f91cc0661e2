//! The arming file: `account: …` lines and one `expires: …`, root's and nobody else's to write.

use std::path::Path;

use jiff::Timestamp;

use super::{Arming, ArmingError};

/// More than any such file needs.
#[cfg(unix)]
const LARGEST: u64 = 64 * 1024;

/// What a file arms.
///
/// # Errors
/// Anything about it that is not as it must be.
pub(super) fn read(path: &Path, now: Timestamp) -> Result<Arming, ArmingError> {
    let text = content(path)?;
    let arming = parse(path, &text)?;
    match arming.expires {
        Some(expires) if expires <= now => {
            Err(ArmingError::Expired { path: path.display().to_string(), expires: expires.to_string() })
        }
        _ => Ok(arming),
    }
}

#[cfg(not(unix))]
fn content(_: &Path) -> Result<String, ArmingError> {
    Err(ArmingError::Unsupported)
}

/// The text of a file that only root can have written. The file is judged as it is opened, not as its path was.
#[cfg(unix)]
fn content(path: &Path) -> Result<String, ArmingError> {
    use std::io::Read;
    use std::os::unix::fs::MetadataExt;

    let shown = || path.display().to_string();
    let unfit = |how: String| ArmingError::File { path: shown(), how };
    let failed = |error: std::io::Error| unfit(error.to_string());
    let named = std::fs::symlink_metadata(path).map_err(failed)?;
    if !named.is_file() {
        return Err(unfit("it is not a regular file".to_owned()));
    }
    let file = std::fs::File::open(path).map_err(failed)?;
    let opened = file.metadata().map_err(failed)?;
    if !opened.is_file() || (opened.dev(), opened.ino()) != (named.dev(), named.ino()) {
        return Err(unfit("it was replaced while it was opened".to_owned()));
    }
    if opened.uid() != 0 {
        let how = format!("it is owned by user {}", opened.uid());
        return Err(ArmingError::Open { path: shown(), how });
    }
    if opened.mode() & 0o022 != 0 {
        let how = format!("its mode is {:04o}", opened.mode() & 0o7777);
        return Err(ArmingError::Open { path: shown(), how });
    }
    let mut text = String::new();
    file.take(LARGEST).read_to_string(&mut text).map_err(failed)?;
    Ok(text)
}

fn parse(path: &Path, text: &str) -> Result<Arming, ArmingError> {
    let wrong = |how: String| ArmingError::Format { path: path.display().to_string(), how };
    let mut arming = Arming::default();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.split_once('#').map_or(line, |(before, _)| before).trim();
        if line.is_empty() {
            continue;
        }
        match line.split_once(':').map(|(key, value)| (key.trim(), value.trim())) {
            Some(("account", account)) => arming.add(account)?,
            Some(("expires", _)) if arming.expires.is_some() => {
                return Err(wrong(format!("line {number} is a second `expires`")));
            }
            Some(("expires", at)) => {
                let at: Timestamp = at
                    .parse()
                    .map_err(|_| wrong(format!("line {number} has no time such as 2026-12-24T18:00:00Z")))?;
                arming.expires = Some(at);
            }
            // The line is not repeated: it may be a mistyped account.
            Some(_) | None => return Err(wrong(format!("line {number} is neither `account` nor `expires`"))),
        }
    }
    if arming.accounts.is_empty() {
        return Err(wrong("it names no `account`".to_owned()));
    }
    if arming.expires.is_none() {
        return Err(wrong("it does not say when it `expires`".to_owned()));
    }
    Ok(arming)
}
