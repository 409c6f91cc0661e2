//! Supervision that could not be kept up, or could not help.

use std::time::Duration;

use super::Check;
use crate::playbook::{RestartFormat, RungFormat, WatchFormat};

/// Gateways leave a second question for the time within about four seconds unanswered.
const LEAST_BEAT: Duration = Duration::from_secs(5);
/// The API client gives an answer up after this time.
const LONGEST_ANSWER: Duration = Duration::from_secs(10);
/// Each proof is a handshake with the gateway.
const LEAST_PROVE: Duration = Duration::from_secs(5);

impl Check<'_> {
    /// The section `watch`.
    pub(super) fn watch(&mut self) {
        let watch = &self.playbook.watch;
        let beat = &watch.heartbeat;
        if beat.every.get() < LEAST_BEAT {
            let message = format!("a gateway does not answer every {}", beat.every);
            self.problem("watch::too_often", "/watch/heartbeat/every", message, "at least 5s, such as 30s");
        }
        if beat.timeout.get().is_zero() || beat.timeout.get() > LONGEST_ANSWER {
            let message = format!("an answer cannot be waited for {}", beat.timeout);
            self.problem("watch::no_time", "/watch/heartbeat/timeout", message, "above 0s, at most 10s");
        }
        if beat.misses == 0 {
            let message = "no missed answer at all would be a lost session".to_owned();
            self.problem("watch::no_time", "/watch/heartbeat/misses", message, "at least 1, such as 2");
        }
        if watch.prove.get() < LEAST_PROVE {
            let message = format!("every {} is too often: each proof is a handshake", watch.prove);
            self.problem("watch::too_often", "/watch/prove", message, "at least 5s, such as 30s");
        }
        let log_ins = &watch.log_ins;
        if log_ins.in_a_row == 0 || log_ins.at_most == 0 || log_ins.per.get().is_zero() {
            let message = "a gateway that may never log in never starts".to_owned();
            self.problem("watch::no_budget", "/watch/log_ins", message, "at least 1 each, such as 3 and 5");
        }
        self.ladder();
    }

    fn ladder(&mut self) {
        let rungs = &self.playbook.watch.recovery;
        let declared = *rungs != WatchFormat::default().recovery;
        let mut highest = None;
        for (place, rung) in rungs.iter().enumerate() {
            let at = format!("/watch/recovery/{place}");
            let (height, name) = rung.height();
            if highest.is_some_and(|highest| height <= highest) {
                let message = format!("`{name}` comes after what does more harm, or twice");
                let help = "each once, in this order: reconnect, wait, soft_restart, restart";
                self.problem("watch::order", &at, message, help);
            }
            highest = highest.max(Some(height));
            match rung {
                RungFormat::SoftRestart(restart) => {
                    if declared && self.playbook.connection.ibc.is_none() {
                        let message = "IBC cannot be told to restart the gateway".to_owned();
                        let help = "write `connection.ibc`, such as 127.0.0.1:7462, or leave this rung out";
                        self.problem("watch::no_command_port", &at, message, help);
                    }
                    self.restart(&format!("{at}/{name}"), restart);
                }
                RungFormat::Restart(restart) => self.restart(&format!("{at}/{name}"), restart),
                RungFormat::Reconnect(_) | RungFormat::Wait(_) => {}
            }
        }
    }

    fn restart(&mut self, at: &str, restart: &RestartFormat) {
        if restart.within.is_some_and(|within| within.get().is_zero()) {
            self.problem(
                "watch::no_time",
                &format!("{at}/within"),
                "a restart needs time".to_owned(),
                "such as 5m",
            );
        }
        if restart.at_most == 0 || restart.per.get().is_zero() {
            let message = "a rung that may never be tried is no rung".to_owned();
            self.problem("watch::no_budget", at, message, "leave it out, or allow at least one");
        }
    }
}

impl RungFormat {
    fn height(&self) -> (u8, &'static str) {
        match self {
            Self::Reconnect(_) => (0, "reconnect"),
            Self::Wait(_) => (1, "wait"),
            Self::SoftRestart(_) => (2, "soft_restart"),
            Self::Restart(_) => (3, "restart"),
        }
    }
}
