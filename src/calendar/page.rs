//! The agenda for people: how it stands, and a paragraph for each day.

use console::{Style, StyledObject, measure_text_width};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::{Agenda, ClockChange, Day, Now};
use crate::evidence::maintenance::Window;

/// What the weekly event means, in the place where it is told once.
const REAUTHENTICATION: &str = "re-authentication: the weekly tokens end. The first start or restart of a gateway after it \
    is a full log-in,\nwith the second factor where the account has one.";

/// The text, with colours where they are wanted.
pub fn page(agenda: &Agenda, colours: bool) -> String {
    let page = Page { agenda, colours };
    let mut lines = vec![page.head()];
    lines.extend(agenda.now.iter().flat_map(|now| page.now(now)));
    for day in &agenda.days {
        lines.push(String::new());
        lines.extend(page.day(day));
    }
    if agenda.days.iter().any(|day| !day.reauthentications.is_empty()) {
        lines.push(String::new());
        lines.push(page.dim(REAUTHENTICATION).to_string());
    }
    lines.join("\n") + "\n"
}

struct Page<'a> {
    agenda: &'a Agenda,
    colours: bool,
}

impl Page<'_> {
    fn style(&self, style: Style) -> Style {
        style.force_styling(self.colours)
    }

    fn bold<'a>(&self, text: &'a str) -> StyledObject<&'a str> {
        self.style(Style::new().bold()).apply_to(text)
    }

    fn dim<'a>(&self, text: &'a str) -> StyledObject<&'a str> {
        self.style(Style::new().dim()).apply_to(text)
    }

    fn yellow(&self, text: String) -> StyledObject<String> {
        self.style(Style::new().yellow()).apply_to(text)
    }

    fn head(&self) -> String {
        let Agenda { about, days, zone, .. } = self.agenda;
        let about = self.bold(about);
        let unknown =
            if zone.is_unknown() { " (the zone of this machine is not known; --zone names one)" } else { "" };
        match (days.first(), days.last()) {
            (Some(first), Some(last)) => {
                let (first, last) = (dated(first.date), dated(last.date));
                let days =
                    if first == last { format!("on {first}") } else { format!("from {first} to {last}") };
                format!("{about}: maintenance {days}, times in {}{unknown}", self.agenda.zone_name())
            }
            _ => format!("{about}: no such days"),
        }
    }

    /// How it stands, a line each.
    fn now(&self, now: &Now) -> Vec<String> {
        let at = self.agenda.local(now.at);
        let at = format!("now {} {}", dated(at.date()), self.clock(now.at));
        let mut lines = vec![match &now.open {
            Some(open) => {
                let left = span(open.until.duration_since(now.at));
                let until = self.when(open.until, at_day(self, now.at));
                self.yellow(format!("{at}: inside {}, ends in {left} ({until})", open.name)).to_string()
            }
            None => format!("{at}: no window is open"),
        }];
        let ahead = |what: &str, at: Timestamp| {
            format!("{what} {}, in {}", self.when(at, at_day(self, now.at)), span(at.duration_since(now.at)))
        };
        lines.extend(now.next.as_ref().map(|next| ahead(&format!("next: {},", next.name), next.from)));
        lines.extend(now.reauthentication.map(|at| ahead("weekly re-authentication:", at)));
        lines
    }

    fn day(&self, day: &Day) -> Vec<String> {
        let changes: Vec<String> = day.changes.iter().map(|change| self.change(change)).collect();
        let marks =
            if changes.is_empty() { String::new() } else { format!("  {}", self.yellow(changes.join("; "))) };
        let head = format!("{}{marks}", self.bold(&dated(day.date)));
        let mut windows: Vec<_> =
            day.windows.iter().filter(|window| !self.is_told_before(window, day)).collect();
        if windows.is_empty() {
            windows = day.windows.iter().collect();
        }
        let windows = windows.into_iter().map(|window| (window.from.max(day.from), self.window(window, day)));
        let ends = day
            .reauthentications
            .iter()
            .map(|at| (*at, (self.clock(*at), "weekly re-authentication".to_owned())));
        let mut rows: Vec<_> = windows.chain(ends).collect();
        rows.sort_by_key(|(at, _)| *at);
        let width = rows.iter().map(|(_, (time, _))| measure_text_width(time)).max().unwrap_or_default();
        let today = self.agenda.now.as_ref().is_some_and(|now| day.from <= now.at && now.at < day.until);
        let none = if today { "no more maintenance" } else { "no maintenance" };
        let nothing = rows.is_empty().then(|| format!("  {}", self.dim(none)));
        // Columns of all days stand below each other, but where a time needs more room.
        let width = width.max("00:00–00:00".chars().count());
        let rows = rows.iter().map(|(_, (time, what))| {
            let blanks = " ".repeat(width - measure_text_width(time));
            format!("  {time}{blanks}  {what}")
        });
        std::iter::once(head).chain(rows).chain(nothing).collect()
    }

    /// A short window past midnight is told once, on the day on which it begins.
    fn is_told_before(&self, window: &Window, day: &Day) -> bool {
        let first = self.agenda.days.first().is_some_and(|first| window.from < first.from);
        is_short(window) && !first && window.from < day.from
    }

    /// When it is open on that day, and what it is.
    fn window(&self, window: &Window, day: &Day) -> (String, String) {
        let (from, until) = (self.clock(window.from), self.clock(window.until));
        let (since, to) = (self.when(window.from, day.date), self.when(window.until, day.date));
        let name = &window.name;
        match (window.from >= day.from, window.until <= day.until) {
            (true, ends) if ends || is_short(window) => (format!("{from}–{until}"), name.clone()),
            (true, _) => (format!("from {from}"), format!("{name}, to {to}")),
            (false, true) => (format!("until {until}"), format!("{name}, since {since}")),
            (false, false) => ("all day".to_owned(), format!("{name}, since {since}, to {to}")),
        }
    }

    fn change(&self, change: &ClockChange) -> String {
        let ClockChange { at, zones, by } = change;
        let way = if by.is_negative() { "back" } else { "forward" };
        let how = format!("clocks go {way} {}", span(by.abs()));
        let own = self.agenda.zone.iana_name().unwrap_or("local time");
        let others: Vec<&str> = zones.iter().map(String::as_str).filter(|zone| *zone != own).collect();
        let here = zones.len() > others.len();
        match (here, others.join(", ")) {
            (true, others) => {
                let before =
                    self.agenda.local(*at).datetime().saturating_sub(*by).strftime("%H:%M").to_string();
                let also = if others.is_empty() { others } else { format!(", also in {others}") };
                format!("{how} at {before}{also}")
            }
            (false, others) => format!("{how} in {others}, at {} here", self.clock(*at)),
        }
    }

    /// The time of day; with the name of its offset, when the clocks show it twice.
    fn clock(&self, at: Timestamp) -> String {
        let local = self.agenda.local(at);
        let time = local.strftime("%H:%M").to_string();
        let twice = self.agenda.zone.to_ambiguous_timestamp(local.datetime()).is_ambiguous();
        if twice { format!("{time} {}", local.strftime("%Z")) } else { time }
    }

    /// A moment as seen from a day: with the weekday when it is another day, with the date when that is not enough.
    fn when(&self, at: Timestamp, from: Date) -> String {
        let date = self.agenda.local(at).date();
        let clock = self.clock(at);
        match (date - from).get_days().abs() {
            0 => clock,
            1..7 => format!("{} {clock}", date.strftime("%a")),
            _ => format!("{} {clock}", dated(date)),
        }
    }
}

/// Less than half a day: it is clear on which side of midnight it ends.
fn is_short(window: &Window) -> bool {
    window.until.duration_since(window.from) < SignedDuration::from_hours(12)
}

fn at_day(page: &Page<'_>, at: Timestamp) -> Date {
    page.agenda.local(at).date()
}

fn dated(date: Date) -> String {
    date.strftime("%a %Y-%m-%d").to_string()
}

/// A span for people, rounded up to whole minutes.
fn span(length: SignedDuration) -> String {
    let minutes = (length.as_secs() + 59) / 60;
    let (days, hours, minutes) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
    match (days, hours, minutes) {
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, 0) => format!("{hours} h"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, 0, _) => format!("{days} d"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}
