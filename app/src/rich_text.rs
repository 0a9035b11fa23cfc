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

mod link;

use std::ops::Range;

pub use self::link::is_safe;
use self::link::{address_len, bracketed};

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
    Mark(Option<FaceChange>),
}

#[derive(Clone, Copy)]
enum FaceChange {
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
            } else if let Some(face) = apply_mark(&mut face, &kind) {
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
        if let Some(shown) = apply_mark(&mut face, &kind) {
            // Inside of what is bold, bold words end nothing.
            let shown = Face { strong: shown.strong || outer.strong, emphasis: shown.emphasis || outer.emphasis, ..shown };
            found.push(run(source, range, shown));
        }
    }
    found
}

/// The face of what a piece shows; a mark shows nothing, and turns the face.
fn apply_mark(face: &mut Face, kind: &PieceKind) -> Option<Face> {
    match kind {
        PieceKind::Mark(Some(FaceChange::Strong(on))) => face.strong = *on,
        PieceKind::Mark(Some(FaceChange::Emphasis(on))) => face.emphasis = *on,
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
        let turn = |kind: usize, on: bool| Some(if MARKS[kind].1 == 2 { FaceChange::Strong(on) } else { FaceChange::Emphasis(on) });
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

#[cfg(test)]
mod tests;
