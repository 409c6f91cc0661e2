//! Maintenance as written in a playbook, and the calendar that it means.

use std::borrow::Cow;

use jiff::civil::{Time, Weekday};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::evidence::maintenance::{Calendar, Region, Rule, Until};

/// When maintenance is expected.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MaintenanceFormat {
    /// Where the account's servers are, which decides IBKR's windows. Default: us.
    #[serde(default)]
    pub region: RegionText,
    /// Windows of your own, beside those of the region.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub windows: Vec<WindowFormat>,
    /// Leave the region's windows out: only `windows` count, and without any there is no maintenance. Default: false.
    #[serde(default)]
    pub replace: bool,
}

/// Where the account's servers are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RegionText {
    /// North America.
    #[default]
    Us,
    /// Europe.
    Europe,
    /// Asia.
    Asia,
}

/// A window that comes again, by the clocks of a place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WindowFormat {
    /// What it is called in messages.
    pub name: String,
    /// By whose clocks, summer time included: a name of the time zone database.
    pub zone: String,
    /// The days on which it begins, by the clocks of `zone`. Default: every day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<Vec<WeekdayText>>,
    /// When it begins, `HH:MM`.
    pub from: ClockTime,
    /// When it ends, `HH:MM`: past midnight when that is not later than `from`. With a day before it, such as
    /// `sun 02:00`, on the next such day.
    pub until: EndTime,
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum WeekdayText {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

/// A time of day as written: `23:30`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(extend("pattern" = r"^(?:[01][0-9]|2[0-3]):[0-5][0-9]$"))]
pub struct ClockTime(Time);

/// A time of day as written, with or without the day: `02:00`, `sun 02:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(extend("pattern" = r"^(?:(?:mon|tue|wed|thu|fri|sat|sun) )?(?:[01][0-9]|2[0-3]):[0-5][0-9]$"))]
pub struct EndTime(Option<WeekdayText>, ClockTime);

impl MaintenanceFormat {
    /// The calendar that it means.
    pub(super) fn calendar(&self) -> Calendar {
        let regional = if self.replace { Vec::new() } else { Region::from(self.region).rules() };
        Calendar::new(regional.into_iter().chain(self.windows.iter().map(WindowFormat::rule)).collect())
    }
}

impl WindowFormat {
    fn rule(&self) -> Rule {
        let days = self.days.iter().flatten().map(|day| Weekday::from(*day)).collect();
        let EndTime(day, ClockTime(time)) = self.until;
        Rule {
            name: Cow::Owned(self.name.clone()),
            zone: Cow::Owned(self.zone.clone()),
            days: Cow::Owned(days),
            from: self.from.0,
            until: day.map_or(Until::At(time), |day| Until::On(day.into(), time)),
        }
    }
}

impl EndTime {
    /// The day that is written before the time.
    pub const fn day(self) -> Option<WeekdayText> {
        self.0
    }

    /// The time of day.
    pub const fn time(self) -> ClockTime {
        self.1
    }
}

impl From<RegionText> for Region {
    fn from(region: RegionText) -> Self {
        match region {
            RegionText::Us => Self::Us,
            RegionText::Europe => Self::Europe,
            RegionText::Asia => Self::Asia,
        }
    }
}

impl WeekdayText {
    const ALL: [Self; 7] = [Self::Mon, Self::Tue, Self::Wed, Self::Thu, Self::Fri, Self::Sat, Self::Sun];

    /// As it is written.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Mon => "mon",
            Self::Tue => "tue",
            Self::Wed => "wed",
            Self::Thu => "thu",
            Self::Fri => "fri",
            Self::Sat => "sat",
            Self::Sun => "sun",
        }
    }
}

impl From<WeekdayText> for Weekday {
    fn from(day: WeekdayText) -> Self {
        match day {
            WeekdayText::Mon => Self::Monday,
            WeekdayText::Tue => Self::Tuesday,
            WeekdayText::Wed => Self::Wednesday,
            WeekdayText::Thu => Self::Thursday,
            WeekdayText::Fri => Self::Friday,
            WeekdayText::Sat => Self::Saturday,
            WeekdayText::Sun => Self::Sunday,
        }
    }
}

/// The time that exactly five characters mean.
fn clock(text: &str) -> Option<ClockTime> {
    let number = |digits: &str| match digits.as_bytes() {
        [b'0'..=b'9', b'0'..=b'9'] => digits.parse::<i8>().ok(),
        _ => None,
    };
    let (hours, minutes) = text.split_once(':')?;
    Time::new(number(hours)?, number(minutes)?, 0, 0).ok().map(ClockTime)
}

impl TryFrom<String> for ClockTime {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        clock(&text).ok_or_else(|| {
            let why = match text.split_once(' ') {
                Some((_, time)) if clock(time).is_some() => ": the day belongs into `days`",
                _ if text == "24:00" => ": midnight is 00:00",
                _ => "",
            };
            format!("`{text}` is not a time of day{why}; write HH:MM, such as 23:30")
        })
    }
}

impl From<ClockTime> for String {
    fn from(ClockTime(time): ClockTime) -> Self {
        time.strftime("%H:%M").to_string()
    }
}

impl TryFrom<String> for EndTime {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let advice = || {
            let midnight = if text.ends_with("24:00") { ": midnight is 00:00" } else { "" };
            let form = "write HH:MM with a day (mon to sun) before it or without";
            format!("`{text}` is not a time of day{midnight}; {form}, such as 02:00 or sun 02:00")
        };
        let (day, time) = match text.split_once(' ') {
            Some((word, time)) => {
                let day = WeekdayText::ALL.into_iter().find(|day| day.word() == word);
                (Some(day.ok_or_else(advice)?), time)
            }
            None => (None, text.as_str()),
        };
        Ok(Self(day, clock(time).ok_or_else(advice)?))
    }
}

impl From<EndTime> for String {
    fn from(EndTime(day, time): EndTime) -> Self {
        let day = day.map_or_else(Self::new, |day| format!("{} ", day.word()));
        day + &Self::from(time)
    }
}
