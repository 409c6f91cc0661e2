//! Which names speak of a secret: of environment variables, keys and fields.
//!
//! The one place that knows; who redacts, veils or refuses asks here.

/// What a name that speaks of a secret contains, as part of a regular expression without groups. Any case.
pub const SECRET_WORDS: &str = "(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|API_?KEY|PRIVATE_?KEY)";

/// The same for [`speaks_of_secret`].
const WORDS: &[&str] = &[
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "SECRET",
    "TOKEN",
    "API_KEY",
    "APIKEY",
    "PRIVATE_KEY",
    "PRIVATEKEY",
];

/// Whether a name speaks of a secret. One that ends in `_FILE` holds a path, which is none.
///
/// ```
/// use openbell::secret_name::speaks_of_secret;
///
/// assert!(speaks_of_secret("TWS_PASSWORD"));
/// assert!(!speaks_of_secret("TWS_PASSWORD_FILE"));
/// ```
pub fn speaks_of_secret(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    !holds_path(&name) && WORDS.iter().any(|word| name.contains(word))
}

/// What else the names of secrets, or of the users they belong to, contain in files that others wrote.
const LOOSE_WORDS: &[&str] =
    &["PASS", "PWD", "KEY", "CRED", "AUTH", "PRIVATE", "USERID", "USER_ID", "LOGINID", "WEBHOOK", "DSN"];

/// Whether the value under a name of somebody else's making may be a secret: better one too many.
///
/// ```
/// use openbell::secret_name::may_be_secret;
///
/// assert!(may_be_secret("DISCORD_WEBHOOK"));
/// assert!(!may_be_secret("TRADING_MODE"));
/// ```
pub fn may_be_secret(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    speaks_of_secret(name) || (!holds_path(&upper) && LOOSE_WORDS.iter().any(|word| upper.contains(word)))
}

/// Whether a value is an address with a password in it, or one that is itself a secret.
///
/// ```
/// use openbell::secret_name::is_secret_address;
///
/// assert!(is_secret_address("postgres://bot:word@db/journal"));
/// assert!(!is_secret_address("http://gateway:4002/"));
/// ```
pub fn is_secret_address(value: &str) -> bool {
    let Some((_, rest)) = value.split_once("://") else { return false };
    rest.split('/').next().is_some_and(|host| host.contains('@')) || value.contains("/api/webhooks/")
}

/// Whether the value under such a name is the path of a file.
pub fn holds_path(name: &str) -> bool {
    name.to_ascii_uppercase().ends_with("_FILE")
}
