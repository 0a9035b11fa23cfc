//! A day of the calendar, without a time and without a time zone.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use time::{Date, Month};

/// 1970-01-01 as [`Date::to_julian_day`] counts.
const JULIAN_DAY_OF_1970: i32 = 2_440_588;

/// Days since 1970-01-01, in the Gregorian calendar of the years 0001 to 9999. Written as `2027-01-31`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema), schema(value_type = String, format = Date, example = "2027-01-31"))]
pub struct Day(i32);

impl Day {
    /// 0001-01-01.
    pub const MIN: Self = Self(-719_162);
    /// 9999-12-31.
    pub const MAX: Self = Self(2_932_896);

    /// The day of a moment, in milliseconds since 1970 on the clock of the place.
    pub fn of_millis(millis: i64) -> Self {
        let days = millis.div_euclid(86_400_000).clamp(Self::MIN.0.into(), Self::MAX.0.into());
        i32::try_from(days).map_or(Self::MAX, Self)
    }

    /// So many days later, or as late as can be.
    #[must_use]
    pub const fn plus(self, days: i32) -> Self {
        let day = self.0.saturating_add(days);
        if day < Self::MIN.0 {
            Self::MIN
        } else if day > Self::MAX.0 {
            Self::MAX
        } else {
            Self(day)
        }
    }

    /// How many days later than `other`.
    pub const fn since(self, other: Self) -> i32 {
        self.0 - other.0
    }

    /// 0 on a Monday, 6 on a Sunday.
    pub const fn weekday(self) -> usize {
        self.date().weekday().number_days_from_monday() as usize
    }

    /// Year, month and day.
    pub const fn civil(self) -> (i32, i32, i32) {
        let (year, month, day) = self.date().to_calendar_date();
        (year, month as i32, day as i32)
    }

    /// The inverse of [`Self::civil`], if there is such a day.
    pub fn of_civil(year: i32, month: i32, day: i32) -> Option<Self> {
        let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
        let date = Date::from_calendar_date(year, month, day.try_into().ok()?).ok()?;
        let found = Self(date.to_julian_day() - JULIAN_DAY_OF_1970);
        // A `Date` may be of the years -9999 to 0 too; a `Day` has none of them.
        (found >= Self::MIN).then_some(found)
    }

    const fn date(self) -> Date {
        match Date::from_julian_day(self.0 + JULIAN_DAY_OF_1970) {
            Ok(date) => date,
            // Never: every `Day` is from `MIN` to `MAX`, which `Date` has.
            Err(_) => Date::MAX,
        }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.civil();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

/// What to say of a text that is no day.
const NOT_A_DAY: &str = "Give a day of the calendar, like 2027-01-31.";

impl FromStr for Day {
    /// What to say about another text.
    type Err = &'static str;

    /// Reads what `Display` writes, nothing else. `time` has no well-known format of a date alone that refuses other forms:
    /// its `Iso8601` also takes `20270131`, `2027-031` and weeks.
    fn from_str(text: &str) -> Result<Self, &'static str> {
        let number = |from: usize, to: usize| -> Option<i32> {
            let digits = text.get(from..to)?;
            digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok())?
        };
        let has_its_form = text.len() == 10 && text.as_bytes()[4] == b'-' && text.as_bytes()[7] == b'-';
        let day = || Self::of_civil(number(0, 4)?, number(5, 7)?, number(8, 10)?);
        has_its_form.then(day).flatten().ok_or(NOT_A_DAY)
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_written_and_read_back() {
        for (day, text) in [
            (Day(0), "1970-01-01"),
            (Day(-1), "1969-12-31"),
            (Day(11_016), "2000-02-29"),
            (Day(20_849), "2027-01-31"),
            (Day::MIN, "0001-01-01"),
            (Day::MAX, "9999-12-31"),
        ] {
            assert_eq!(day.to_string(), text);
            assert_eq!(text.parse(), Ok(day));
        }
        assert_eq!((Day(0).weekday(), Day(20_849).weekday()), (3, 6));
        assert_eq!((Day::MAX.plus(1), Day::MIN.plus(-1)), (Day::MAX, Day::MIN));
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for text in [
            "",
            "2027-02-29",
            "2027-00-10",
            "2027-13-01",
            "2027-1-31",
            "0000-01-01",
            "2027/01/31",
            "+027-01-31",
            "é27-01-31",
            "2027-01-31T",
        ] {
            assert_eq!(text.parse::<Day>(), Err(NOT_A_DAY), "{text}");
        }
    }
}
