//! What a note says, as it is shown: links, and of Markdown bold, italics, code and lists.
//!
//! ```text
//! line    = { " " } ("- " | "* " | number ". ") inlines       an item of a list
//!         | inlines                                           a line of a paragraph
//! inline  = "**" inlines "**" | "__" inlines "__" | "*" inlines "*" | "_" inlines "_"
//!         | "`" code "`" | "``" code "``" | "[" inlines "](" url ")" | url | text
//! url     = ("http" | "https") "://" host … | "mailto:" name "@" …
//! ```
//!
//! A backslash before one of ``* _ ` [`` keeps it as it is. What is not understood stays text: nothing that was written is
//! lost but the marks themselves. Every step goes forward, so that a note takes a time that grows with its length and not
//! faster, whatever it says.
//!
//! By hand, since `pulldown-cmark` 0.13 without its HTML is 59 kB in brotli, of the 200 that all of the page may have; and
//! which addresses may become links would have to be said here all the same.

use std::ops::Range;

/// Longest number of an item; longer ones are text.
const NUMBER_MAX: usize = 9;

/// Lines that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block<'a> {
    /// Lines of text, with their line feeds.
    Paragraph(Vec<Inline<'a>>),
    /// Items with a point before each.
    Points(Vec<Vec<Inline<'a>>>),
    /// Items with the number that was written before each.
    Numbered(Vec<(u32, Vec<Inline<'a>>)>),
}

/// A part of a line. Emphasis is a property of the parts and no part around them: so the tree has two levels, however deep
/// the source goes, and no component has to draw itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inline<'a> {
    /// Text in one face.
    Text(Run<'a>),
    /// Leads elsewhere.
    Link {
        /// Where, as it was written; [`is_safe`] holds of it.
        url: &'a str,
        /// What stands there: the address itself, or the words that were given.
        words: Vec<Run<'a>>,
    },
}

/// Text in one face.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run<'a> {
    /// The text.
    pub text: &'a str,
    /// How it looks.
    pub face: Face,
}

/// How a text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Face {
    /// Bold.
    pub strong: bool,
    /// Italic.
    pub emphasis: bool,
    /// As a program writes.
    pub code: bool,
}

/// Reads a note.
pub fn read(source: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    // Where the lines of the paragraph are that has begun.
    let mut paragraph: Vec<Range<usize>> = Vec::new();
    let mut start = 0;
    for line in source.split_inclusive('\n') {
        let end = start + line.trim_end_matches(['\n', '\r']).len();
        if let Some((number, text)) = item(&source[start..end]) {
            end_paragraph(source, &mut paragraph, &mut blocks);
            let content = inlines(source, std::iter::once(end - text.len()..end));
            match (number, blocks.last_mut()) {
                (None, Some(Block::Points(items))) => items.push(content),
                (Some(number), Some(Block::Numbered(items))) => items.push((number, content)),
                (None, _) => blocks.push(Block::Points(vec![content])),
                (Some(number), _) => blocks.push(Block::Numbered(vec![(number, content)])),
            }
        } else {
            paragraph.push(start..end);
        }
        start += line.len();
    }
    end_paragraph(source, &mut paragraph, &mut blocks);
    blocks
}

/// The lines become a paragraph. Empty ones at its ends only keep it apart from a list.
fn end_paragraph<'a>(source: &'a str, lines: &mut Vec<Range<usize>>, blocks: &mut Vec<Block<'a>>) {
    let is_blank = |line: &Range<usize>| source[line.clone()].trim().is_empty();
    let first = lines.iter().position(|line| !is_blank(line));
    if let (Some(first), Some(last)) = (first, lines.iter().rposition(|line| !is_blank(line))) {
        blocks.push(Block::Paragraph(inlines(source, lines[first..=last].iter().cloned())));
    }
    lines.clear();
}

/// What follows the mark of an item, and its number where it has one.
fn item(line: &str) -> Option<(Option<u32>, &str)> {
    let line = line.trim_start_matches([' ', '\t']);
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = match digits {
        0 => (None, line.strip_prefix(['-', '*'])?),
        1..=NUMBER_MAX => (Some(line[..digits].parse().ok()?), line[digits..].strip_prefix('.')?),
        _ => return None,
    };
    // A number is shown as a number: `007. ` is more than that.
    let is_plain = digits < 2 || !line.starts_with('0');
    rest.strip_prefix(' ').map(str::trim_start).filter(|text| is_plain && !text.is_empty()).map(|text| (number, text))
}

/// A part of the source that has been told from the others.
struct Piece {
    range: Range<usize>,
    kind: PieceKind,
}

enum PieceKind {
    Text,
    Code,
    /// What is between the brackets, and the address.
    Link(Range<usize>, Range<usize>),
    /// Where a face begins or ends, once its other end is found; text until then.
    Mark(Option<Turn>),
}

#[derive(Clone, Copy)]
enum Turn {
    Strong(bool),
    Emphasis(bool),
}

/// What has been read of some lines. Text in one face is one part, as long as nothing stands between.
struct Inlines<'a> {
    source: &'a str,
    found: Vec<Inline<'a>>,
    /// The text that may go on, and its face.
    text: Range<usize>,
    face: Face,
}

impl Inlines<'_> {
    fn push_text(&mut self, range: Range<usize>, face: Face) {
        if self.face == face && self.text.end == range.start {
            self.text.end = range.end;
        } else {
            self.end_text();
            (self.text, self.face) = (range, face);
        }
    }

    fn end_text(&mut self) {
        if !self.text.is_empty() {
            self.found.push(Inline::Text(run(self.source, self.text.clone(), self.face)));
        }
        self.text.start = self.text.end;
    }

    fn push_link(&mut self, words: Range<usize>, url: Range<usize>, face: Face) {
        self.end_text();
        let words = if words == url { vec![run(self.source, words, face)] } else { runs(self.source, words, face) };
        self.found.push(Inline::Link { url: &self.source[url], words });
    }
}

/// The parts of some lines. No part but text goes on in the next line.
fn inlines(source: &str, lines: impl IntoIterator<Item = Range<usize>>) -> Vec<Inline<'_>> {
    let mut inlines = Inlines { source, found: Vec::new(), text: 0..0, face: Face::default() };
    let mut end_before = None;
    for line in lines {
        if let Some(end) = end_before.replace(line.end) {
            inlines.push_text(end..line.start, Face::default());
        }
        let mut face = Face::default();
        for Piece { range, kind } in pieces(source, line, true) {
            if let PieceKind::Link(words, url) = kind {
                inlines.push_link(words, url, face);
            } else if let Some(face) = turned(&mut face, &kind) {
                inlines.push_text(range, face);
            }
        }
    }
    inlines.end_text();
    inlines.found
}

/// The words of a link, which hold no other.
fn runs(source: &str, range: Range<usize>, outer: Face) -> Vec<Run<'_>> {
    let mut face = outer;
    let mut found = Vec::new();
    for Piece { range, kind } in pieces(source, range, false) {
        if let Some(shown) = turned(&mut face, &kind) {
            // Inside of what is bold, bold words end nothing.
            let shown = Face { strong: shown.strong || outer.strong, emphasis: shown.emphasis || outer.emphasis, ..shown };
            found.push(run(source, range, shown));
        }
    }
    found
}

/// The face of what a piece shows; a mark shows nothing, and turns the face.
fn turned(face: &mut Face, kind: &PieceKind) -> Option<Face> {
    match kind {
        PieceKind::Mark(Some(Turn::Strong(on))) => face.strong = *on,
        PieceKind::Mark(Some(Turn::Emphasis(on))) => face.emphasis = *on,
        PieceKind::Code => return Some(Face { code: true, ..*face }),
        PieceKind::Text | PieceKind::Mark(None) | PieceKind::Link(..) => return Some(*face),
    }
    None
}

fn run(source: &str, range: Range<usize>, face: Face) -> Run<'_> {
    Run { text: &source[range], face }
}

/// The kinds of marks, and how long each is.
const MARKS: [(u8, usize); 4] = [(b'*', 1), (b'*', 2), (b'_', 1), (b'_', 2)];

/// Tells the parts of a line apart.
fn pieces(source: &str, line: Range<usize>, has_links: bool) -> Vec<Piece> {
    let text = &source[..line.end];
    let bytes = text.as_bytes();
    let mut found: Vec<Piece> = Vec::new();
    // The marks that have begun and not ended, the innermost last: one of each kind at most.
    let mut open: Vec<(usize, usize)> = Vec::new();
    // From where on there is no run of one or of two backticks any more.
    let mut no_backticks = [usize::MAX; 2];
    let mut plain = line.start;
    let mut at = line.start;
    while at < line.end {
        // Where the part begins and ends, and what it is with the marks around it.
        let (range, kind, end) = match bytes[at] {
            b'\\' if bytes[at + 1..].first().is_some_and(|next| b"*_`[".contains(next)) => {
                push_plain(&mut found, plain..at);
                plain = at + 1;
                at += 2;
                continue;
            }
            b'`' => {
                let length = run_len(bytes, at);
                let close = no_backticks.get_mut(length - 1).and_then(|none_from| closing_backticks(text, at + length, length, none_from));
                let Some(close) = close else {
                    at += length;
                    continue;
                };
                (at + length..close, PieceKind::Code, close + length)
            }
            b'[' if has_links => {
                let Some((words, url)) = bracketed(text, at) else {
                    at += 1;
                    continue;
                };
                let end = url.end + 1;
                (at..end, PieceKind::Link(words, url), end)
            }
            b'h' | b'H' | b'm' | b'M' if has_links && !text[line.start..at].ends_with(char::is_alphanumeric) => {
                let url = at..at + address_len(&text[at..]);
                if !is_safe(&text[url.clone()]) {
                    at = url.end.max(at + 1);
                    continue;
                }
                (url.clone(), PieceKind::Link(url.clone(), url.clone()), url.end)
            }
            b'*' | b'_' => {
                let end = at + run_len(bytes, at);
                if end - at <= 3 {
                    push_plain(&mut found, plain..at);
                    marks(text, &line, at..end, &mut found, &mut open);
                    plain = end;
                }
                at = end;
                continue;
            }
            _ => {
                at += 1;
                continue;
            }
        };
        push_plain(&mut found, plain..at);
        found.push(Piece { range, kind });
        (at, plain) = (end, end);
    }
    push_plain(&mut found, plain..line.end);
    found
}

/// How many of the same byte follow one another here.
fn run_len(bytes: &[u8], at: usize) -> usize {
    bytes[at..].iter().take_while(|&&byte| byte == bytes[at]).count()
}

fn push_plain(found: &mut Vec<Piece>, range: Range<usize>) {
    if !range.is_empty() {
        found.push(Piece { range, kind: PieceKind::Text });
    }
}

/// Where the next run of just so many backticks begins. One that is not found is not looked for again.
fn closing_backticks(text: &str, from: usize, length: usize, none_from: &mut usize) -> Option<usize> {
    if from >= *none_from {
        return None;
    }
    let mut at = from;
    while let Some(next) = text[at..].find('`') {
        at += next;
        let found = run_len(text.as_bytes(), at);
        if found == length {
            return Some(at);
        }
        at += found;
    }
    *none_from = from;
    None
}

/// Ends what a run of one to three marks ends, and begins with the rest what it can begin.
fn marks(text: &str, line: &Range<usize>, run: Range<usize>, found: &mut Vec<Piece>, open: &mut Vec<(usize, usize)>) {
    let mark = text.as_bytes()[run.start];
    let before = text[line.start..run.start].chars().next_back();
    let after = text[run.end..line.end].chars().next();
    let is_word = |side: Option<char>| side.is_some_and(char::is_alphanumeric);
    let is_space = |side: Option<char>| side.is_none_or(char::is_whitespace);
    // Within a word, as in `2*3*4` and `snake_case`, only two stars are marks.
    let is_within_word = |length: usize| mark == b'*' && length == 2;
    let mut at = run.start;
    while at < run.end {
        let left = run.end - at;
        let is_fitting = |kind: usize| MARKS[kind].0 == mark && MARKS[kind].1 <= left;
        let ends = |&(kind, _): &(usize, usize)| is_fitting(kind) && (!is_word(after) || is_within_word(MARKS[kind].1));
        let ended = if is_space(before) { None } else { open.iter().rposition(ends) };
        let turn = |kind: usize, on: bool| Some(if MARKS[kind].1 == 2 { Turn::Strong(on) } else { Turn::Emphasis(on) });
        if let Some(ended) = ended {
            let (kind, piece) = open[ended];
            // What began within and has not ended stays text.
            open.truncate(ended);
            found[piece].kind = PieceKind::Mark(turn(kind, true));
            found.push(Piece { range: at..at + MARKS[kind].1, kind: PieceKind::Mark(turn(kind, false)) });
            at += MARKS[kind].1;
            continue;
        }
        let length = left.min(2);
        if !is_space(after) && (!is_word(before) || is_within_word(length)) {
            let kind = MARKS.iter().position(|kind| *kind == (mark, length)).unwrap_or(0);
            open.retain(|(other, _)| *other != kind);
            open.push((kind, found.len()));
        }
        found.push(Piece { range: at..at + length, kind: PieceKind::Mark(None) });
        at += length;
    }
}

/// `[words](url)` from here: the words and the address. Words that look like an address must be that very one.
fn bracketed(text: &str, at: usize) -> Option<(Range<usize>, Range<usize>)> {
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
fn address_len(text: &str) -> usize {
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

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;

    /// The tree in letters: `<b>`, `<i>`, `<c>`, `<a url>`; `/` ends each, `¶` a block, `•` an item.
    fn drawn(source: &str) -> String {
        let run = |run: &Run| {
            let Face { strong, emphasis, code } = run.face;
            let marks = [(strong, "<b>"), (emphasis, "<i>"), (code, "<c>")].into_iter().filter(|(is_so, _)| *is_so);
            let (begin, end) = marks.fold((String::new(), String::new()), |(begin, end), (_, mark)| (begin + mark, end + "/"));
            format!("{begin}{}{end}", run.text)
        };
        let inlines = |inlines: &[Inline]| -> String {
            let each = inlines.iter().map(|inline| match inline {
                Inline::Text(text) => run(text),
                Inline::Link { url, words } => format!("<a {url}>{}/", words.iter().map(run).collect::<String>()),
            });
            each.collect()
        };
        let blocks = read(source).into_iter().map(|block| match block {
            Block::Paragraph(text) => inlines(&text),
            Block::Points(items) => items.iter().fold(String::new(), |all, item| all + "•" + &inlines(item)),
            Block::Numbered(items) => items.iter().fold(String::new(), |all, (number, item)| format!("{all}{number}•{}", inlines(item))),
        });
        blocks.collect::<Vec<_>>().join("¶")
    }

    #[rustfmt::skip]
    const TABLE: &[(&str, &str)] = &[
        ("",                                   ""),
        (" \n ",                               ""),
        ("Photos, 60 euros",                   "Photos, 60 euros"),
        ("one\r\ntwo\n\nthree\n",              "one\r\ntwo\n\nthree"),
        ("a **b** c",                          "a <b>b/ c"),
        ("a __b__ *c* _d_",                    "a <b>b/ <i>c/ <i>d/"),
        ("***both*** **a *b* c**",             "<b><i>both// <b>a /<b><i>b//<b> c/"),
        ("*one* and *two*",                    "<i>one/ and <i>two/"),
        ("*no end",                            "*no end"),
        ("*no *end*",                          "*no <i>end/"),
        ("*one\ntwo*",                         "*one\ntwo*"),
        ("2 * 3 * 4, 2*3*4, snake_case_name",  "2 * 3 * 4, 2*3*4, snake_case_name"),
        ("pass**word**s",                      "pass<b>word/s"),
        ("**** ----- ___",                     "**** ----- ___"),
        (r"\*no\* \_no\_ \`no` \[a](http://b)", "*no* _no_ `no` [a](<a http://b>http://b/)"),
        (r"C:\dir \\host\share",               r"C:\dir \\host\share"),
        ("run `cargo *test*` and `` a`b ``",   "run <c>cargo *test*/ and <c> a`b /"),
        ("**`x`** `no ```no``",                "<b><c>x// `no ```no``"),
        ("- a\n* b\n  - *c*\ntext\n- d",       "•a•b•<i>c/¶text¶•d"),
        ("1. a\n2. b\n9. c\n- d",              "1•a2•b9•c¶•d"),
        ("-a\n1.a\n- \n007. a\n1234567890. a", "-a\n1.a\n- \n007. a\n1234567890. a"),
        ("see https://example.com/a_b_c.",     "see <a https://example.com/a_b_c>https://example.com/a_b_c/."),
        ("(http://a.example/x_(y))",           "(<a http://a.example/x_(y)>http://a.example/x_(y)/)"),
        ("**https://a.example**",              "<a https://a.example><b>https://a.example//"),
        ("HTTPS://A.example:8080/?q=1#x",      "<a HTTPS://A.example:8080/?q=1#x>HTTPS://A.example:8080/?q=1#x/"),
        ("mailto:ada@example.com, you",        "<a mailto:ada@example.com>mailto:ada@example.com/, you"),
        ("https://пример.example/путь",        "<a https://пример.example/путь>https://пример.example/путь/"),
        ("[the *form*](https://a.example/f)",  "<a https://a.example/f>the <i>form//"),
        ("**[a](http://b.example)**",          "<a http://b.example><b>a//"),
        ("[x] [y](z) [](http://a)",            "[x] [y](z) [](<a http://a>http://a/)"),
        ("xhttp://a.example",                  "xhttp://a.example"),
    ];

    #[test]
    fn markdown_is_read_and_what_is_none_stays_text() {
        for &(source, tree) in TABLE {
            assert_eq!(drawn(source), tree, "{source:?}");
        }
    }

    #[test]
    fn words_that_name_an_address_lead_to_that_one_or_nowhere() {
        let is_link = |source: &str| {
            let blocks = read(source);
            matches!(&blocks[..], [Block::Paragraph(text)] if matches!(&text[..], [Inline::Link { .. }]))
        };
        for source in [
            "[a.example](https://a.example)",
            "[a.example](https://a.example/b)",
            "[https://a.example/](https://a.example/)",
            "[the office](https://a.example)",
        ] {
            assert!(is_link(source), "{source}");
        }
        for source in [
            "[bank.example](https://evil.example)",
            "[bank.example](https://bank.example.evil.example)",
            "[https://a.example](https://b.example)",
        ] {
            assert!(!is_link(source), "{source}");
        }
    }

    #[test]
    fn what_is_no_honest_address_is_no_link() {
        for url in [
            "javascript:alert(1)",
            "JaVaScRiPt://a.example/%0aalert(1)",
            "data:text/html,<script>alert(1)</script>",
            "vbscript:x",
            "file:///etc/passwd",
            "ftp://a.example",
            "//a.example",
            "/tasks",
            "http:a.example",
            "http:///a.example",
            "https://",
            "https://bank.example@evil.example/",
            "https://bank.example:pass@evil.example",
            "https://a.example:port",
            "https://bank.example\\@evil.example",
            "https://bank.example%2f.evil.example",
            "https://a.example/\u{202e}gpj.exe",
            "https://a\u{200b}.example",
            "https://a.example/\u{2066}x",
            "https://.example",
            "mailto:",
            "mailto:ada",
            "mailto:@example.com",
            "mailto:a,b@example.com",
            "mailto:?bcc=ada@example.com",
        ] {
            assert!(!is_safe(url), "{url:?}");
            for source in [url.to_owned(), format!("[words]({url})")] {
                let tree = drawn(&source);
                assert!(!tree.contains(&format!("<a {url}>")) && !tree.contains(">words/"), "{source:?} {tree}");
            }
        }
        // Words that name another address than that which they lead to are shown as they were written.
        let tree = drawn("[https://bank.example](https://evil.example)");
        assert_eq!(tree, "[<a https://bank.example>https://bank.example/](<a https://evil.example>https://evil.example/)");
    }

    /// Numbers that look random and are the same each time (Knuth's MMIX).
    fn numbers(seed: u64) -> impl FnMut(usize) -> usize {
        let mut state = seed;
        move |below| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(state >> 33).unwrap_or(0) % below
        }
    }

    /// What a tree shows and where it leads, without white space and what may be a mark.
    fn letters(text: &str) -> String {
        text.chars().filter(|c| !c.is_whitespace() && !"*_`[]()\\-.".contains(*c)).collect()
    }

    fn shown(source: &str) -> String {
        let mut shown = String::new();
        for block in read(source) {
            let items = match block {
                Block::Paragraph(text) => vec![(None, text)],
                Block::Points(items) => items.into_iter().map(|item| (None, item)).collect(),
                Block::Numbered(items) => items.into_iter().map(|(number, item)| (Some(number), item)).collect(),
            };
            for (number, inlines) in items {
                if let Some(number) = number {
                    write!(shown, "{number}").expect("a string takes all");
                }
                for inline in inlines {
                    match inline {
                        Inline::Text(run) => shown.push_str(run.text),
                        Inline::Link { url, words } => {
                            assert!(is_safe(url), "{url:?} of {source:?}");
                            for run in &words {
                                shown.push_str(run.text);
                            }
                            if words.iter().map(|run| run.text).collect::<String>() != url {
                                shown.push_str(url);
                            }
                        }
                    }
                }
            }
        }
        shown
    }

    #[test]
    fn no_letter_is_lost_whatever_is_written() {
        const PARTS: [&str; 33] = [
            "*",
            "**",
            "***",
            "_",
            "__",
            "`",
            "``",
            "```",
            "[",
            "]",
            "](",
            ")",
            "(",
            "\\",
            "- ",
            "1. ",
            "\n",
            "\r\n",
            " ",
            "http://",
            "https://a.example",
            "mailto:a@b",
            "javascript:",
            "@",
            "word",
            "ÄÖ",
            "שלום",
            "🚂",
            "e\u{301}",
            "\u{202e}",
            "\0",
            "\u{2028}",
            "中文",
        ];
        let mut number = numbers(7);
        for _ in 0..20_000 {
            let source: String = (0..number(24)).map(|_| PARTS[number(PARTS.len())]).collect();
            assert_eq!(letters(&shown(&source)), letters(&source), "{source:?}");
        }
    }

    #[test]
    fn a_note_that_is_long_and_hostile_is_read_and_loses_nothing() {
        // In steps that grew with the square of its length, this would take minutes.
        for part in [
            "*",
            "* a",
            "**a ",
            "_a *b ",
            "`",
            "`a``b",
            "[",
            "[a](",
            "[a](http://b",
            "http://",
            "http://a@",
            "(",
            "http://a(",
            "mailto:",
            "- ",
            "1. a\n",
            "a",
            "\\*",
        ] {
            let source = part.repeat(50_000);
            assert_eq!(letters(&shown(&source)), letters(&source), "{part:?}");
        }
    }
}
