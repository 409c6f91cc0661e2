//! From the command line to what a playbook is read with.

use super::Surroundings;
use crate::cli::Reading;
use crate::playbook::Inputs;

/// The inputs that the arguments and the surroundings make.
pub(super) fn inputs(reading: &Reading, around: &Surroundings) -> Inputs {
    Inputs {
        variables: reading.variables.clone(),
        env_file: reading.env_file.clone(),
        environment: around.environment,
        only: reading.only.clone(),
    }
}
