//! What belongs to live trading in a playbook whose mode is paper, and the other way round: ports and accounts.
//!
//! Which port means what: TWS and the gateway listen on 4001 and 7496 for live, on 4002 and 7497 for paper; the image
//! of gnzsnz puts socat before them, at 4003 and 7498 for live, at 4004 and 7499 for paper.

use super::Check;
use crate::document::escaped;
use crate::playbook::Mode;
use crate::steps::safety::{has_socat, is_of};

impl Check<'_> {
    /// The first of the two keys of live trading.
    pub(super) fn is_live(&self) -> bool {
        self.playbook.safety.mode == Mode::Live
    }

    /// The port of the address, where nothing says what is behind it, and what the gateway's container publishes.
    pub(super) fn live_ports(&mut self) {
        let playbook = self.playbook;
        let port =
            playbook.connection.address.rsplit_once(':').and_then(|(_, port)| port.parse::<u16>().ok());
        let mut behind = false;
        for (key, format) in &playbook.containers {
            let socat = has_socat(format.image.as_deref().unwrap_or_default());
            for (place, published) in format.ports.iter().enumerate() {
                let published = published.get();
                let gateway = port == Some(published.host_port);
                behind |= gateway;
                let inside = published.container_port;
                if (gateway || socat) && is_of(!self.is_live(), inside, socat) {
                    let right = if self.is_live() { inside - 1 } else { inside + 1 };
                    let published = format!("{}:{}", published.host, published.host_port);
                    let at = format!("/containers/{}/ports/{place}", escaped(key));
                    self.wrong_port(&format!("port {inside} in {key}"), &at, |mode| {
                        format!("publish the {mode} port: {published}:{right}")
                    });
                }
            }
        }
        if let Some(port) = port.filter(|port| !behind && is_of(!self.is_live(), *port, false)) {
            let right = if self.is_live() { port - 1 } else { port + 1 };
            let help = |mode: &str| format!("the {mode} port is {right}");
            self.wrong_port(&format!("port {port}"), "/connection/address", help);
        }
    }

    fn wrong_port(&mut self, what: &str, at: &str, help: impl Fn(&str) -> String) {
        if self.is_live() {
            let message = format!("{what} is that of paper trading, and the mode is live");
            self.problem("safety::paper_port", at, message, &help("live"));
        } else {
            let message = format!("{what} is that of live trading, and the mode is paper");
            self.problem("safety::live_port", at, message, &help("paper"));
        }
    }

    /// In paper mode no live account can be allowed; in live mode each is named whole, so that it can be armed.
    pub(super) fn accounts(&mut self) {
        let accounts = &self.playbook.safety.accounts;
        let live = || accounts.iter().enumerate().filter(|(_, pattern)| !pattern.is_paper());
        if !self.is_live() {
            for (place, pattern) in live() {
                let message = format!("`{pattern}` allows live accounts, and the mode is paper");
                let help = "paper accounts begin with DU or DF; live trading takes two keys, `safety.mode: live` and `run --arm-live`";
                self.problem("safety::live_account", &format!("/safety/accounts/{place}"), message, help);
            }
            return;
        }
        for (place, pattern) in live().filter(|(_, pattern)| pattern.is_open()) {
            let message = format!("`{pattern}` allows more than one live account");
            let help = "name each live account whole, such as U1234567: these and no others can be armed";
            self.problem("safety::open_live_account", &format!("/safety/accounts/{place}"), message, help);
        }
        if live().next().is_none() && !accounts.is_empty() {
            let message = "the mode is live, and no live account is allowed".to_owned();
            let help = "name the live account whole: `accounts: [U1234567]`";
            self.problem("safety::no_live_account", "/safety/mode", message, help);
        }
    }
}
