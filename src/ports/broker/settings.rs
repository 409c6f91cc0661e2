//! The API settings of a gateway, as far as they decide who may connect and what they may do.

/// The settings as the gateway tells them (`reqConfig`, server version 219 and newer). What it does not tell is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApiSettings {
    /// The API refuses orders.
    pub read_only: Option<bool>,
    /// The port the API listens on.
    pub port: Option<i32>,
    /// The client id that sees the orders of all others.
    pub master_client_id: Option<i32>,
    /// Only clients on the gateway's own machine may connect.
    pub localhost_only: Option<bool>,
    /// The addresses that may connect without a question on the screen.
    pub trusted_ips: Vec<String>,
    /// When the gateway logs off or restarts by itself, as it writes it.
    pub auto_logoff_time: Option<String>,
}

/// What is to be changed; what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SettingsChange {
    /// The API refuses orders, or takes them.
    pub read_only: Option<bool>,
    /// The addresses that may connect without a question, all of them.
    pub trusted_ips: Option<Vec<String>>,
}
