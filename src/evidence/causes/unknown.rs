//! What fits nothing that is known.

use miette::Diagnostic;
use thiserror::Error;

use crate::diagnosis::{Explain, Pace};
use crate::ladder::Rung;

/// Something is wrong, and no cause that is known fits.
#[derive(Debug, Error, Diagnostic)]
#[error("something is wrong at {address}, and no known cause fits: {symptom}")]
#[diagnostic(
    code(diagnose::unknown),
    help(
        "look at the gateway's log and screen; please report it with the evidence below, so that it gets a name"
    )
)]
pub struct Unknown {
    /// The gateway's address.
    pub address: String,
    /// What was seen.
    pub symptom: String,
    /// The rung that was not reached.
    pub rung: Option<Rung>,
    /// More of what was seen.
    pub evidence: Vec<String>,
}

impl Explain for Unknown {
    fn again(&self) -> Option<Pace> {
        Some(Pace::Slow)
    }

    fn evidence(&self) -> Vec<String> {
        self.evidence.clone()
    }

    fn rung(&self) -> Option<Rung> {
        self.rung
    }
}
