//! Which texts of a note become links, and which addresses may be one.

use std::ops::Range;

/// `[words](url)` from here: the words and the address. Words that look like an address must be that very one.
pub(super) fn bracketed(text: &str, at: usize) -> Option<(Range<usize>, Range<usize>)> {
    let start = at + 1;
    let end = start + text[start..].find(['[', ']'])?;
    let url_start = end + text[end..].strip_prefix("](").map(|_| 2)?;
    let url = url_start..url_start + address_len(&text[url_start..]);
    let words = &text[start..end];
    let is_honest = !looks_like_address(words) || leads_to(&text[url.clone()], words);
    let is_link = !words.trim().is_empty() && text[url.end..].starts_with(')') && is_safe(&text[url.clone()]) && is_honest;
    is_link.then_some((start..end, url))
}

/// Whether a reader takes these words for an address.
fn looks_like_address(words: &str) -> bool {
    words.contains("://") || words.contains('.') && !words.trim().contains(char::is_whitespace)
}

/// Whether an address is the one that the words name, with or without its scheme, or a place below it.
fn leads_to(url: &str, words: &str) -> bool {
    let bare = url.split_once("://").map_or(url, |(_, rest)| rest);
    [url, bare]
        .into_iter()
        .any(|url| url.strip_prefix(words.trim()).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#'])))
}

/// How long the address is that begins here; 0 where none does. What ends a sentence is no part of it, nor is a parenthesis
/// that was opened before it.
pub(super) fn address_len(text: &str) -> usize {
    let begins = |scheme: &str| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    if !["http://", "https://", "mailto:"].into_iter().any(begins) {
        return 0;
    }
    let mut depth = 0_usize;
    let mut end = text.len();
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' if depth == 0 => {
                end = at;
                break;
            }
            ')' => depth -= 1,
            '<' | '>' | '"' | '`' | '[' | ']' | '“' | '”' | '„' | '«' | '»' | '。' | '，' | '、' | '）' | '」' => {
                end = at;
                break;
            }
            c if c.is_whitespace() || c.is_control() => {
                end = at;
                break;
            }
            _ => {}
        }
    }
    text[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '’', '*', '_', '~', '|', '…', '(']).len()
}

/// Whether this can be followed without a surprise: a host or a mailbox and nothing before it that looks like one, and no
/// character that turns or hides others.
pub fn is_safe(url: &str) -> bool {
    let hides = |c: char| {
        c.is_control()
            || c.is_whitespace()
            || matches!(c, '\\' | '<' | '>' | '"' | '`' | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{feff}')
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
    };
    let Some((scheme, rest)) = url.split_once(':').filter(|_| !url.contains(hides)) else { return false };
    let is_host =
        |host: &str| host.starts_with(char::is_alphanumeric) && host.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '.' | '_'));
    match scheme.to_ascii_lowercase().as_str() {
        "http" | "https" => rest.strip_prefix("//").is_some_and(|rest| {
            let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
            let (host, port) = authority.split_once(':').unwrap_or((authority, ""));
            is_host(host) && port.len() <= 5 && port.bytes().all(|byte| byte.is_ascii_digit())
        }),
        "mailto" => {
            let mailbox = rest.split('?').next().unwrap_or_default();
            mailbox.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !name.contains(['/', '%', ',']) && is_host(host))
        }
        _ => false,
    }
}
