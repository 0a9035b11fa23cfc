//! Forms with a file (RFC 7578), read whole from a body of a bounded size.

/// A member of a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its value, or the content of its file.
    pub value: &'a [u8],
}

/// The boundary that a `Content-Type` names (RFC 2046, section 5.1.1); `None` where it is not that of such a form.
pub fn boundary(content_type: &str) -> Option<&str> {
    let (kind, parameters) = content_type.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let values = parameters.split(';').filter_map(|parameter| parameter.split_once('='));
    let boundary = values.into_iter().find(|(name, _)| name.trim().eq_ignore_ascii_case("boundary"))?.1.trim().trim_matches('"');
    (1..=70).contains(&boundary.len()).then_some(boundary)
}

/// The members of a form; `None` for a body that breaks off or is none.
pub fn members<'a>(body: &'a [u8], boundary: &str) -> Option<Vec<Member<'a>>> {
    let delimiter = format!("\r\n--{boundary}");
    // The first has no line before it.
    let mut rest = body.strip_prefix(&delimiter.as_bytes()[2..])?;
    let mut members = Vec::new();
    loop {
        if rest.starts_with(b"--") {
            return Some(members);
        }
        rest = rest.strip_prefix(b"\r\n")?;
        let end = find(rest, delimiter.as_bytes())?;
        let (part, after) = rest.split_at(end);
        rest = &after[delimiter.len()..];
        let head = find(part, b"\r\n\r\n")?;
        let name = std::str::from_utf8(&part[..head]).ok()?.lines().find_map(name_in)?;
        members.push(Member { name, value: &part[head + 4..] });
    }
}

/// The name in a line `Content-Disposition: form-data; name="…"`.
fn name_in(line: &str) -> Option<&str> {
    let (header, value) = line.split_once(':')?;
    if !header.eq_ignore_ascii_case("content-disposition") {
        return None;
    }
    value.split(';').find_map(|parameter| parameter.trim().strip_prefix("name=\"")?.strip_suffix('"'))
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    let first = *needle.first()?;
    let mut from = 0;
    while let Some(at) = haystack[from..].iter().position(|byte| *byte == first) {
        if haystack[from + at..].starts_with(needle) {
            return Some(from + at);
        }
        from += at + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_boundary_is_that_of_a_form_with_a_file() {
        assert_eq!(boundary("multipart/form-data; boundary=----WebKitFormBoundaryx"), Some("----WebKitFormBoundaryx"));
        assert_eq!(boundary("Multipart/Form-Data; charset=utf-8; Boundary=\"a b\""), Some("a b"));
        for text in [
            "",
            "multipart/form-data",
            "multipart/form-data; boundary=",
            "text/plain; boundary=x",
            &format!("multipart/form-data; boundary={}", "x".repeat(71)),
        ] {
            assert_eq!(boundary(text), None, "{text}");
        }
    }

    #[test]
    fn members_are_read_byte_for_byte() {
        let body = b"--b\r\nContent-Disposition: form-data; name=\"format\"\r\n\r\ntodoist\r\n\
            --b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a; name=.csv\"\r\nContent-Type: text/csv\r\n\r\n\r\n--c\r\n\xff\r\n\r\n--b--\r\n";
        let expected = [Member { name: "format", value: b"todoist" }, Member { name: "file", value: b"\r\n--c\r\n\xff\r\n" }];
        assert_eq!(members(body, "b"), Some(expected.to_vec()));
        assert_eq!(members(b"--b--", "b"), Some(vec![]));
        for broken in [&body[..], b"", b"--b", b"x--b--", b"--b\r\nno head\r\n--b--", b"--b\r\nA: b\r\n\r\nx\r\n--b--"] {
            assert!(members(&broken[..broken.len().saturating_sub(9)], "b").is_none() || broken == b"--b--");
        }
    }
}
