//! What a compose file is read with.

/// The surroundings of Compose: the process's environment and what its command line would say.
#[derive(Clone, Debug)]
pub struct Environment {
    /// The environment of the process. It goes before `.env`.
    pub variable: fn(&str) -> Option<String>,
    /// Profiles that are on, beside those of `COMPOSE_PROFILES`; `*` for all.
    pub profiles: Vec<String>,
}

impl Default for Environment {
    /// Nothing is set.
    fn default() -> Self {
        Self { variable: |_| None, profiles: Vec::new() }
    }
}
