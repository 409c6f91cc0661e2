//! Windows of maintenance: places that exist, and windows that begin and end.

use super::Check;
use crate::document::nearest;
use crate::evidence::maintenance::zone;
use crate::playbook::WindowFormat;

/// Characters of a name: it stands in the middle of sentences.
const LONGEST_NAME: usize = 60;

impl Check<'_> {
    pub(super) fn maintenance(&mut self) {
        let windows = self.playbook.maintenance.as_ref().map_or(&[][..], |maintenance| &maintenance.windows);
        for (place, window) in windows.iter().enumerate() {
            let pointer = format!("/maintenance/windows/{place}");
            self.window_name(window, &format!("{pointer}/name"));
            if !self.enough("playbook::zone")
                && let Err(error) = zone(&window.zone)
            {
                let help = error.help(|word, known| nearest(word, known).map(str::to_owned));
                self.problem("playbook::zone", &format!("{pointer}/zone"), error.to_string(), &help);
            }
            self.window_days(window, &pointer);
            self.window_end(window, &format!("{pointer}/until"));
        }
    }

    fn window_name(&mut self, window: &WindowFormat, at: &str) {
        let name = &window.name;
        if name.trim().is_empty() || name.chars().any(char::is_control) || name.chars().count() > LONGEST_NAME
        {
            let message = "this cannot be the name of a window".to_owned();
            let help = format!("a few words on one line, at most {LONGEST_NAME} characters");
            self.problem("playbook::window", at, message, &help);
        }
    }

    fn window_days(&mut self, window: &WindowFormat, pointer: &str) {
        let Some(days) = &window.days else { return };
        if days.is_empty() {
            let message = format!("`{}` begins on no day", window.name);
            let help = "name the days, such as [fri], or leave `days` out for every day";
            self.problem("playbook::window", &format!("{pointer}/days"), message, help);
        }
        for (place, day) in days.iter().enumerate() {
            if days[..place].contains(day) {
                let message = format!("`{}` is named twice", day.word());
                self.problem("playbook::window", &format!("{pointer}/days/{place}"), message, "name it once");
            }
        }
    }

    fn window_end(&mut self, window: &WindowFormat, at: &str) {
        let WindowFormat { name, from, until, days, .. } = window;
        let same = until.time() == *from;
        match (until.day(), days) {
            (None, _) if same => {
                let message = format!("`{name}` ends when it begins, after nothing or a whole day");
                self.problem("playbook::window", at, message, "let it end a minute earlier, or later");
            }
            (Some(_), None) => {
                let message =
                    format!("`{name}` begins every day and ends once a week: it would never be over");
                self.problem(
                    "playbook::window",
                    at,
                    message,
                    "add `days`, those on which it begins, such as [fri]",
                );
            }
            (Some(end), Some(days)) if same && days.contains(&end) => {
                let message = format!("`{name}` lasts a whole week: it would never be over");
                self.problem("playbook::window", at, message, "let it end a minute earlier, or later");
            }
            _ => {}
        }
    }
}
