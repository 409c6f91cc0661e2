//! Which names speak of a secret: of environment variables, keys and fields.
//!
//! The one place that knows; who redacts, veils or refuses asks here.

/// What a name that speaks of a secret contains, as part of a regular expression without groups. Any case.
pub const SECRET_WORDS: &str =
    r"(?:PASSWORD|PASSWD|PASSPHRASE|PASS\b|PWD\b|SECRET|TOKEN|API_?KEY|PRIVATE_?KEY|AUTHORIZATION)";

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
    "AUTHORIZATION",
];

/// What only the end of a name says: a password, not that something passes or where somebody works.
const ENDS: &[&str] = &["PASS", "PWD"];

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
    let ends = ENDS.iter().any(|end| {
        name.strip_suffix(end).is_some_and(|before| before.is_empty() || before.ends_with(['_', '-', '.']))
    });
    // The shell's working directory.
    let ends = ends && !matches!(name.as_str(), "PWD" | "OLD_PWD");
    !holds_path(&name) && (ends || WORDS.iter().any(|word| name.contains(word)))
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

/// Whether an address of the web can stand where everybody may read it: that of a service on this machine or in a private
/// network, with nothing in it that looks like a token. Whoever knows any other can write there.
///
/// ```
/// use openbell::secret_name::may_stand_plain;
///
/// assert!(may_stand_plain("http://127.0.0.1:8080/alerts"));
/// assert!(may_stand_plain("http://ntfy:80/alerts"));
/// assert!(!may_stand_plain("https://ntfy.sh/alerts"));
/// assert!(!may_stand_plain("http://127.0.0.1/hooks/5f2b9a7c0d1e4f63a8b7"));
/// ```
pub fn may_stand_plain(address: &str) -> bool {
    let Some((_, rest)) = address.split_once("://") else { return false };
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let name = match host.strip_prefix('[') {
        Some(six) => six.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    let near = match name.parse() {
        Ok(std::net::IpAddr::V4(address)) => address.is_loopback() || address.is_private(),
        Ok(std::net::IpAddr::V6(address)) => address.is_loopback() || address.is_unique_local(),
        // A name without a dot is one of this machine's, or of a network of containers.
        Err(_) => !name.contains('.') && !name.is_empty(),
    };
    near && !rest.contains(['?', '#', '@']) && !path.split('/').any(is_like_token)
}

/// Whether a part of an address looks like a token: long, of letters and digits. Five words with dashes are none.
fn is_like_token(part: &str) -> bool {
    let digits = part.bytes().filter(u8::is_ascii_digit).count();
    part.len() >= 16 && digits >= 3
}

/// The place of the first argument of a command that holds a secret: `--password=word`, what follows `--password`, or an
/// address with a password in it. Of an argument that is a line for a shell, the words count.
///
/// ```
/// use openbell::secret_name::secret_argument;
///
/// let arguments = ["bot", "--token", "word"].map(str::to_owned);
/// assert_eq!(secret_argument(&arguments), Some(2));
/// assert_eq!(secret_argument(&["sh", "-c", "bot --token word"].map(str::to_owned)), Some(2));
/// assert_eq!(secret_argument(&["--password-file=/run/secrets/word".to_owned()]), None);
/// ```
pub fn secret_argument(arguments: &[String]) -> Option<usize> {
    let names_secret = |argument: &str| {
        let name = argument.trim_start_matches('-').replace('-', "_");
        argument.starts_with('-') && (speaks_of_secret(&name) || name.eq_ignore_ascii_case("pw"))
    };
    arguments.iter().enumerate().find_map(|(place, argument)| {
        let given =
            argument.split_once('=').is_some_and(|(name, value)| names_secret(name) && !value.is_empty());
        let next = arguments.get(place + 1).filter(|next| !next.is_empty() && !next.starts_with('-'));
        if given || is_secret_address(argument) || in_shell_line(argument) {
            Some(place)
        } else if names_secret(argument) && next.is_some() {
            Some(place + 1)
        } else {
            None
        }
    })
}

/// Whether an argument of several words, such as what stands after `sh -c`, holds a secret. What the shell puts in when it
/// runs, as in `"$WORD"`, is none.
fn in_shell_line(argument: &str) -> bool {
    if !argument.contains(char::is_whitespace) {
        return false;
    }
    let word = |word: &str| {
        let word = word.trim_matches(['"', '\'', ';']);
        // A dash is no value.
        if word.contains(['$', '`']) { "-" } else { word }.to_owned()
    };
    secret_argument(&argument.split_whitespace().map(word).collect::<Vec<_>>()).is_some()
}

/// Whether the value under such a name is the path of a file.
pub fn holds_path(name: &str) -> bool {
    name.to_ascii_uppercase().ends_with("_FILE")
}
