//! Ports of live trading in a playbook whose mode is paper.
//!
//! Which port means what: TWS and the gateway listen on 4001 and 7496 for live, on 4002 and 7497 for paper; the image
//! of gnzsnz puts socat before them, at 4003 and 7498 for live, at 4004 and 7499 for paper.

use super::Check;
use crate::document::escaped;

/// Live ports of a gateway or TWS itself.
const LIVE: &[u16] = &[4001, 7496];

/// Live ports of socat in the image of gnzsnz.
const LIVE_SOCAT: &[u16] = &[4003, 7498];

impl Check<'_> {
    /// The port of the address, where nothing says what is behind it, and what the gateway's container publishes.
    pub(super) fn live_ports(&mut self) {
        let playbook = self.playbook;
        let port =
            playbook.connection.address.rsplit_once(':').and_then(|(_, port)| port.parse::<u16>().ok());
        let mut behind = false;
        for (key, format) in &playbook.containers {
            let image = format.image.as_deref().unwrap_or_default();
            let gnzsnz = image.contains("gnzsnz/ib-gateway") || image.contains("gnzsnz/tws-rdesktop");
            for (place, published) in format.ports.iter().enumerate() {
                let published = published.get();
                let gateway = port == Some(published.host_port);
                behind |= gateway;
                let inside = published.container_port;
                let live =
                    (gateway || gnzsnz) && LIVE.contains(&inside) || gnzsnz && LIVE_SOCAT.contains(&inside);
                if live {
                    let message =
                        format!("port {inside} in {key} is that of live trading, and the mode is paper");
                    let paper = inside + 1;
                    let help = format!(
                        "publish the paper port: {}:{}:{paper}; live trading is not possible in this version",
                        published.host, published.host_port
                    );
                    let at = format!("/containers/{}/ports/{place}", escaped(key));
                    self.problem("safety::live_port", &at, message, &help);
                }
            }
        }
        if let Some(port) = port.filter(|port| !behind && LIVE.contains(port)) {
            let message = format!("port {port} is that of live trading, and the mode is paper");
            let help =
                format!("the paper port is {}; live trading is not possible in this version", port + 1);
            self.problem("safety::live_port", "/connection/address", message, &help);
        }
    }
}
