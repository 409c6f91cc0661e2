//! The machine that openbell runs on: which of its boots this is.

use jiff::Timestamp;

/// Since when the machine runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Boot {
    /// Which boot it is; none where the system does not tell. In a container, which start of that container.
    pub id: Option<String>,
    /// When it was powered on, by the clock as it is now; none where the system does not tell.
    pub powered_on: Option<Timestamp>,
    /// Why another time counts than the machine's own, for a person.
    pub why: Option<String>,
}
