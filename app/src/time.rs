//! The one notion of time: milliseconds since 1970 in UTC, RFC 3339 with three fractional digits on the wire.

use std::{fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::day::Day;

const DAY_MS: i64 = 86_400_000;

/// Milliseconds since 1970-01-01T00:00:00Z. Written as `2026-01-31T08:05:00.123Z`: exactly three digits, which
/// JavaScript's `Date`, Python and the Better Auth client all read alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema), schema(value_type = String, format = DateTime, example = "2026-01-31T08:05:00.123Z"))]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Whole seconds since 1970, as JWT's `NumericDate` counts (RFC 7519, section 2).
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// The date alone, as `2026-01-31`.
    pub fn date(self) -> String {
        Day::of_millis(self.0).to_string()
    }
}

impl std::ops::Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, length: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(length.as_millis()).unwrap_or(i64::MAX)))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.text()).unwrap_or_default())
    }
}

impl Timestamp {
    /// Not by `time`'s `Rfc3339`, which leaves out zeros at the end of the fraction (`.12Z`, and `Z` alone on a whole second).
    /// Digit by digit: a list of twenty tasks has sixty of them, and one `write!` for each was a tenth of the work.
    fn text(self) -> [u8; 24] {
        let in_day = self.0.rem_euclid(DAY_MS);
        let (year, month, day) = Day::of_millis(self.0).civil();
        let parts = [(0, 4, year.into()), (5, 7, month.into()), (8, 10, day.into()), (11, 13, in_day / 3_600_000)];
        let rest = [(14, 16, in_day / 60_000 % 60), (17, 19, in_day / 1000 % 60), (20, 23, in_day % 1000)];
        let mut text = *b"0000-00-00T00:00:00.000Z";
        for (from, to, mut number) in parts.into_iter().chain(rest) {
            for digit in text[from..to].iter_mut().rev() {
                *digit = b"0123456789"[usize::try_from(number % 10).unwrap_or(0)];
                number /= 10;
            }
        }
        text
    }
}

/// How far the clock of a place is ahead of UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct UtcOffset {
    /// At most a day.
    pub minutes: i64,
}

impl UtcOffset {
    /// The day that it is there.
    pub fn day(self, now: Timestamp) -> Day {
        Day::of_millis(now.0 + self.minutes * 60_000)
    }
}

impl FromStr for UtcOffset {
    /// What to say about another text.
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let minutes = text
            .parse()
            .ok()
            .filter(|minutes| (-1440..=1440).contains(minutes))
            .ok_or("utc_offset is a number of minutes from -1440 to 1440.")?;
        Ok(Self { minutes })
    }
}

/// What to say of a text that is no timestamp.
const NOT_A_TIMESTAMP: &str = "not a date and time like 2026-01-31T08:05:00.123Z";

impl FromStr for Timestamp {
    /// What to say about another text.
    type Err = &'static str;

    /// Reads what `Display` writes, nothing else: `Rfc3339` also takes other offsets, more or fewer digits, lower case, any
    /// separator and leap seconds, hence the comparison.
    fn from_str(text: &str) -> Result<Self, &'static str> {
        let moment = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| NOT_A_TIMESTAMP)?;
        let time = Self(moment.unix_timestamp() * 1000 + i64::from(moment.millisecond()));
        if time.text() == text.as_bytes() { Ok(time) } else { Err(NOT_A_TIMESTAMP) }
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(std::str::from_utf8(&self.text()).unwrap_or_default())
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_is_written_with_three_digits_and_read_back() {
        for (millis, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_399_999, "2000-02-28T23:59:59.999Z"),
            (951_868_800_000, "2000-03-01T00:00:00.000Z"),
            (1_798_704_300_123, "2026-12-31T08:05:00.123Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(Timestamp(millis).to_string(), text);
            assert_eq!(text.parse(), Ok(Timestamp(millis)));
        }
    }

    #[test]
    fn what_is_no_timestamp_is_refused() {
        for text in [
            "",
            "2026-02-30T00:00:00.000Z",
            "2026-01-01T00:00:00Z",
            "2026-01-01T24:00:00.000Z",
            "2026-01-01 00:00:00.000Z",
            "é026-01-01T00:00:00.000Z",
        ] {
            assert_eq!(text.parse::<Timestamp>(), Err(NOT_A_TIMESTAMP), "{text}");
        }
    }
}
