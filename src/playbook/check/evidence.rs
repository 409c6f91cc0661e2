//! What is to prove the strategy must be able to: one source, a pattern with one group, an endpoint of the bot's own.

use regex::Regex;

use super::Check;
use crate::playbook::{EvidenceFormat, PortText};

/// Where the evidence stands.
const AT: &str = "/strategy/evidence";

impl Check<'_> {
    pub(super) fn strategy(&mut self) {
        let Some(strategy) = &self.playbook.strategy else { return };
        let evidence = &strategy.evidence;
        self.reference(&format!("{AT}/container"), &evidence.container);
        let sources = [evidence.log.is_some(), evidence.http.is_some(), evidence.file.is_some()];
        if sources.iter().filter(|named| **named).count() > 1 {
            let message = "the strategy has more than one evidence".to_owned();
            self.problem("playbook::evidence", AT, message, "write one of `log`, `http` and `file`");
        }
        if let Some(pattern) = evidence.log() {
            self.pattern(&format!("{AT}/log"), pattern);
        }
        self.endpoint(evidence);
        self.file(evidence);
    }

    fn pattern(&mut self, at: &str, text: &str) {
        match Regex::new(text) {
            Ok(pattern) if pattern.captures_len() == 2 => {}
            Ok(pattern) => {
                let message = format!("the pattern has {} groups, not one", pattern.captures_len() - 1);
                let help =
                    "put the strategy's name in one pair of parentheses, such as Strategy (\\w+) active";
                self.problem("playbook::pattern", at, message, help);
            }
            Err(error) => {
                let message = format!("not a regular expression: {error}");
                self.problem("playbook::pattern", at, message, "see docs.rs/regex, Syntax");
            }
        }
    }

    /// What answers at a port that nobody publishes for the bot may be anybody's.
    fn endpoint(&mut self, evidence: &EvidenceFormat) {
        let Some(http) = &evidence.http else { return };
        self.pointer(&format!("{AT}/http/field"), &http.field);
        let Some(container) = self.playbook.containers.get(&evidence.container) else { return };
        let rest = http.url.strip_prefix("http://").or_else(|| http.url.strip_prefix("https://"));
        let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
        let (host, port) = host.rsplit_once(':').unwrap_or_default();
        let here = host == "localhost" || host.starts_with("127.") || host == "[::1]";
        let answers = |published: &PortText| {
            let published = published.get();
            Ok(published.host_port) == port.parse() && (here || host == published.host)
        };
        if !container.ports.iter().any(answers) {
            let message = format!("nothing says that `{}` is answered by {}", http.url, evidence.container);
            let help = "write it whole, such as http://127.0.0.1:8080/status, with a port that the container publishes";
            self.problem("playbook::evidence", &format!("{AT}/http/url"), message, help);
        }
    }

    fn file(&mut self, evidence: &EvidenceFormat) {
        let Some(file) = &evidence.file else { return };
        if !file.path.starts_with('/') {
            let message = format!("`{}` is not an absolute path", file.path);
            self.problem("playbook::path", &format!("{AT}/file/path"), message, "such as /data/state.json");
        }
        match (&file.field, &file.pattern) {
            (Some(field), None) => self.pointer(&format!("{AT}/file/field"), field),
            (None, Some(pattern)) => self.pattern(&format!("{AT}/file/pattern"), pattern),
            (Some(_), Some(_)) | (None, None) => {
                let message = "the file is read in one way, by `field` or by `pattern`".to_owned();
                let help = "`field: /strategy` for JSON, `pattern: 'strategy=(\\w+)'` for lines";
                self.problem("playbook::evidence", &format!("{AT}/file"), message, help);
            }
        }
    }

    fn pointer(&mut self, at: &str, field: &str) {
        if !field.starts_with('/') {
            let message = format!("`{field}` is not a JSON pointer");
            self.problem("playbook::evidence", at, message, "begin with a slash, such as /strategy");
        }
    }
}
