//! What an error of bollard means in the words of the port.

use std::error::Error as _;
use std::fmt;
use std::io::ErrorKind;

use bollard::errors::Error;

use crate::ports::docker::DockerError;

/// What was being asked, for messages.
#[derive(Clone, Copy)]
pub(super) enum Doing<'a> {
    Connect,
    Time,
    List { what: &'a str },
    Network { verb: &'a str, name: &'a str },
    Image { verb: &'a str, name: &'a str },
    Create { name: &'a str, image: &'a str, network: &'a str },
    Container { verb: &'a str, name: &'a str },
}

impl fmt::Display for Doing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connect => f.write_str("ask for its version"),
            Self::Time => f.write_str("ask for its time"),
            Self::List { what } => write!(f, "list {what}"),
            Self::Network { verb, name } => write!(f, "{verb} the network {name}"),
            Self::Image { verb, name } => write!(f, "{verb} the image {name}"),
            Self::Create { name, .. } => write!(f, "create the container {name}"),
            Self::Container { verb, name } => write!(f, "{verb} the container {name}"),
        }
    }
}

/// The engine says that there is no such object.
pub(super) fn is_missing(error: &Error) -> bool {
    matches!(error, Error::DockerResponseServerError { status_code: 404, .. })
}

/// The meaning of an error.
pub(super) fn of(host: &str, doing: Doing<'_>, error: Error) -> DockerError {
    let host = host.to_owned();
    match error {
        Error::DockerResponseServerError { status_code, message } => answered(doing, status_code, message),
        Error::UnsupportedURISchemeError { .. }
        | Error::URLParseError { .. }
        | Error::InvalidURIError { .. }
        | Error::InvalidURIPartsError { .. } => DockerError::BadHost { host },
        Error::JsonDataError { message, .. } => DockerError::NotAnEngine { host, reason: message },
        Error::RequestTimeoutError => DockerError::Timeout { host, seconds: 0, doing: doing.to_string() },
        Error::DockerStreamError { error } => {
            DockerError::Refused { doing: doing.to_string(), status: 200, reason: error }
        }
        other => match io_kind(&other) {
            Some(ErrorKind::PermissionDenied) => DockerError::NoPermission { host },
            Some(_) => DockerError::Unreachable { host, reason: innermost(&other) },
            None if matches!(other, Error::SocketNotFoundError(_)) => {
                DockerError::Unreachable { host, reason: other.to_string() }
            }
            None => DockerError::NotAnEngine { host, reason: innermost(&other) },
        },
    }
}

/// The engine answered, and it was no.
fn answered(doing: Doing<'_>, status: u16, reason: String) -> DockerError {
    let taken =
        ["port is already allocated", "address already in use"].iter().any(|words| reason.contains(words));
    match doing {
        Doing::Container { name, .. } if taken => {
            DockerError::PortTaken { container: name.to_owned(), address: port_in(&reason) }
        }
        Doing::Container { name, .. } if status == 404 && reason.contains("network") => {
            DockerError::NoNetwork { network: format!("of the container {name}") }
        }
        Doing::Container { name, .. } if status == 404 => {
            DockerError::NoContainer { container: name.to_owned() }
        }
        Doing::Container { name, .. } if status == 409 && reason.contains("not running") => {
            DockerError::NotRunning { container: name.to_owned() }
        }
        Doing::Create { network, .. } if status == 404 && reason.contains("network") => {
            DockerError::NoNetwork { network: network.to_owned() }
        }
        Doing::Create { image, .. } if status == 404 => DockerError::NoImage { image: image.to_owned() },
        Doing::Create { name, .. } if status == 409 => DockerError::NameTaken { container: name.to_owned() },
        Doing::Create { name, .. } if reason.contains("bind source path does not exist") => {
            let path = reason.rsplit(": ").next().unwrap_or_default().trim().to_owned();
            DockerError::NoMountSource { container: name.to_owned(), path }
        }
        Doing::Network { name, .. } if reason.contains("active endpoints") => {
            DockerError::NetworkInUse { network: name.to_owned() }
        }
        _ => DockerError::Refused { doing: doing.to_string(), status, reason },
    }
}

/// The address in `Bind for 127.0.0.1:4002 failed` or `listen tcp4 127.0.0.1:4002: bind: …`.
fn port_in(reason: &str) -> String {
    let words = reason.split_whitespace().map(|word| word.trim_end_matches([':', ',']));
    let address = |word: &&str| word.parse::<std::net::SocketAddr>().is_ok_and(|address| address.port() != 0);
    words.rev().find(address).map_or_else(|| format!("a port ({reason})"), str::to_owned)
}

/// The kind of the first I/O error in the chain of causes.
fn io_kind(error: &Error) -> Option<ErrorKind> {
    if let Error::IOError { err } = error {
        return Some(err.kind());
    }
    let mut source = error.source();
    while let Some(cause) = source {
        if let Some(io) = cause.downcast_ref::<std::io::Error>() {
            return Some(io.kind());
        }
        source = cause.source();
    }
    None
}

/// The last cause, which is the one the system gave.
fn innermost(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = cause.to_string();
        source = cause.source();
    }
    text
}
