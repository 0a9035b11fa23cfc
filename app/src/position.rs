//! Places in an order that a person makes: texts of ASCII letters and digits that sort byte by byte, with room for another
//! between any two, so that moving one task changes no other (fractional indexing).

/// Longest position, in bytes.
pub const POSITION_MAX: usize = 255;
/// In ascending order.
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Whether this can be a position.
pub fn is_position(text: &str) -> bool {
    (1..=POSITION_MAX).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// Where a new task stands: before all that are older. Made from its id, which ascends, by turning every hexadecimal digit
/// over.
pub fn of_id(id: &str) -> String {
    id.chars().filter_map(|c| c.to_digit(16)).filter_map(|digit| char::from_digit(15 - digit, 16)).map(|c| c.to_ascii_uppercase()).collect()
}

/// Before all that are there at this moment, in milliseconds since 1970, and after those that come later.
pub fn first_at(millis: i64) -> String {
    of_id(&format!("{millis:012x}"))
}

/// A position between two: after `low`, where there is one, and before `high`, where there is one. `None` where there is no
/// room, since they are out of order or too long.
pub fn between(low: &str, high: Option<&str>) -> Option<String> {
    let digit = |text: &str, at: usize| text.as_bytes().get(at).map(|byte| DIGITS.iter().position(|digit| digit == byte).unwrap_or(0));
    if high.is_some_and(|high| high <= low) {
        return None;
    }
    let mut found = String::new();
    // Beyond the first difference, nothing above holds any more.
    let mut high = high;
    for at in 0..POSITION_MAX {
        let below = digit(low, at).unwrap_or(0);
        let above = high.map_or(Some(DIGITS.len()), |high| digit(high, at))?;
        if above > below + 1 {
            found.push(DIGITS[usize::midpoint(below, above)].into());
            return Some(found);
        }
        found.push(DIGITS[below].into());
        if above > below {
            high = None;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_room_between_any_two() {
        let mut positions = vec![of_id("019aa000-0000-7000-8000-000000000001"), of_id("019a9fff-0000-7000-8000-000000000001")];
        assert!(positions[0] < positions[1], "the newer one is first");
        // Always at the same place, from above and from below: the worst that dragging can do.
        for step in 0..300 {
            let middle = between(&positions[0], Some(&positions[1])).expect("there is room");
            assert!(positions[0] < middle && middle < positions[1] && is_position(&middle), "{positions:?} {middle}");
            positions[step % 2] = middle;
        }
        let after = between(&positions[1], None).expect("there is room");
        assert!(after > positions[1]);
    }

    #[test]
    fn what_is_first_now_is_before_the_old_and_after_the_new() {
        let (old, new) = (of_id("019aa000-0000-7000-8000-000000000001"), of_id("019aa000-00ff-7000-8000-000000000001"));
        let now = first_at(0x019a_a000_0080);
        let moved = between(&now, Some(&old)).expect("there is room");
        assert!(new < moved && moved < old);
    }

    #[test]
    fn between_two_out_of_order_there_is_none() {
        assert_eq!(between("b", Some("a")), None);
        assert_eq!(between("a", Some("a")), None);
        assert_eq!(between(&"z".repeat(POSITION_MAX), None), None);
    }
}
