//! What a search finds: the server looks in its index and tests with this, the browser tests what it has.
//!
//! Texts are *folded* first: decomposed (Unicode's NFKD), in lower case, without accents. What is dropped are the marks that
//! people leave out when they type: those of Latin, Greek and Cyrillic letters, Hebrew points, Arabic vowels, and what has no
//! width. Vowel signs and tones of Indic scripts and Thai are letters and stay, as do the voicing marks of kana. Some letters
//! that do not decompose are spelled out: `ß` is `ss`, `ø` is `o`, the dotless `ı` is `i`.
//!
//! A task is found when every word of the search is in its title, description or one of its tags:
//!
//! - a word of three characters or more anywhere, also inside of another word;
//! - a shorter one at the start of a word, since it would be inside of nearly everything;
//! - unless it begins with a character that stands for itself, a symbol or one of a script that has no spaces between words
//!   (Chinese, Japanese, Thai …): then anywhere too.

use std::collections::BTreeSet;

use super::Task;

/// Longest search text, in Unicode characters.
pub const SEARCH_MAX: usize = 200;
/// Most words of a search.
pub const WORDS_MAX: usize = 10;
/// From how many characters on a word is found inside of others; also the length of the pieces that an index has of texts.
const PIECE: usize = 3;

/// A search that has been read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    /// Folded.
    words: Vec<String>,
}

impl Search {
    /// Reads what somebody typed. `None` where no word is in it; an error says what it must be.
    pub fn read(text: &str) -> Result<Option<Self>, &'static str> {
        const LIMITS: &str = "q has at most 10 words and 200 characters, none of them NUL.";
        // Before anything else, so that nothing longer is ever folded.
        if text.chars().nth(SEARCH_MAX).is_some() || text.contains('\0') {
            return Err(LIMITS);
        }
        // “#work” is how a list shows the tag “work”.
        let without_hash = |word: &str| word.strip_prefix('#').filter(|rest| !rest.is_empty()).unwrap_or(word).to_owned();
        let mut words: Vec<String> = fold(text).split_whitespace().map(without_hash).collect();
        if words.len() > WORDS_MAX {
            return Err(LIMITS);
        }
        words.sort_unstable();
        words.dedup();
        Ok((!words.is_empty()).then_some(Self { words }))
    }

    /// Whether it finds a task.
    pub fn finds(&self, task: &Task) -> bool {
        self.finds_in(&folded(&task.title, task.description.as_deref(), &task.tags))
    }

    /// Whether it finds a text that has been folded by [`folded`].
    pub fn finds_in(&self, text: &str) -> bool {
        self.words.iter().all(|word| is_in(word, text))
    }

    /// Pieces of its words that the [`pieces`] of every text have in which it is found.
    pub fn pieces(&self) -> BTreeSet<&str> {
        let mut found = BTreeSet::new();
        for word in &self.words {
            let starts: Vec<usize> = word.char_indices().map(|(at, _)| at).collect();
            if starts.len() < PIECE {
                found.insert(word.as_str());
                continue;
            }
            // The last, and as few before it as leave out no character of the word.
            let last = starts.len() - PIECE;
            let mut at = 0;
            loop {
                let piece = piece(&word[starts[at]..]);
                found.insert(piece);
                if at == last {
                    break;
                }
                at = last.min(at + piece.chars().count().max(PIECE - 1));
            }
        }
        found
    }
}

/// A task's title, description and tags, folded, each on a line of its own, so that no word is found across two of them.
pub fn folded(title: &str, description: Option<&str>, tags: &[String]) -> String {
    let mut whole = fold(title);
    for part in description.into_iter().chain(tags.iter().map(String::as_str)) {
        whole.push('\n');
        whole.push_str(&fold(part));
    }
    whole
}

/// Everything that an index must know of a text that has been folded, for [`Search::pieces`] to be among it: where words start,
/// one and two characters; from each letter on, three; from each other character on, one and two.
pub fn pieces(text: &str, mut take: impl FnMut(&str)) {
    for run in text.split_whitespace() {
        let mut before = None;
        for (at, c) in run.char_indices() {
            let rest = &run[at..];
            let mut ends = rest.char_indices().map(|(at, c)| at + c.len_utf8());
            let (one, two, three) = (ends.next(), ends.next(), ends.next());
            let is_start = !is_letter(c) || before.is_none_or(|before| !is_letter(before));
            for end in [one.filter(|_| is_start), two.filter(|_| is_start), three.filter(|_| is_letter(c))].into_iter().flatten() {
                take(&rest[..end]);
            }
            before = Some(c);
        }
    }
}

/// The piece that stands for the start of a text of at least three characters.
fn piece(text: &str) -> &str {
    let count = if text.chars().next().is_some_and(is_letter) { PIECE } else { PIECE - 1 };
    text.char_indices().nth(count).map_or(text, |(end, _)| &text[..end])
}

fn is_in(word: &str, text: &str) -> bool {
    let is_short = word.chars().nth(PIECE - 1).is_none();
    if !is_short || !word.chars().next().is_some_and(is_letter) {
        return text.contains(word);
    }
    text.match_indices(word).any(|(at, _)| text[..at].chars().next_back().is_none_or(|before| !is_letter(before)))
}

/// A text as it is compared: see the top of this file.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut folded = String::with_capacity(text.len());
    for c in decomposed_in_lower_case(text).chars() {
        match c {
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'ø' => folded.push('o'),
            'đ' => folded.push('d'),
            'ł' => folded.push('l'),
            'ı' => folded.push('i'),
            // At the end of a word it is written like that.
            'ς' => folded.push('σ'),
            c if is_dropped(c) => {}
            c => folded.push(c),
        }
    }
    folded
}

/// In the browser its own tables do it, which the WASM would have to bring along.
#[cfg(target_arch = "wasm32")]
fn decomposed_in_lower_case(text: &str) -> String {
    js_sys::JsString::from(text).normalize("NFKD").to_lower_case().into()
}

#[cfg(not(target_arch = "wasm32"))]
fn decomposed_in_lower_case(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization as _;

    text.nfkd().collect::<String>().to_lowercase()
}

/// Whether a character is left out: by ranges rather than by Unicode's tables, so that both sides are of one mind.
const fn is_dropped(c: char) -> bool {
    matches!(c,
        // Soft hyphen; combining marks of Latin, Greek and Cyrillic.
        '\u{ad}' | '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}'
        // Hebrew points.
        | '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}' | '\u{5c2}' | '\u{5c4}' | '\u{5c5}' | '\u{5c7}'
        // Arabic vowels, and the stroke that makes words longer.
        | '\u{610}'..='\u{61a}' | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{6d6}'..='\u{6dc}' | '\u{6df}'..='\u{6e4}'
        | '\u{6e7}' | '\u{6e8}' | '\u{6ea}'..='\u{6ed}'
        // More combining marks, and those of symbols.
        | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}'
        // Without width: joiners, marks of direction, variants of a character.
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// Whether a character is part of words that spaces separate: no symbol, and not of a script without spaces.
fn is_letter(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric();
    }
    !(c.is_whitespace()
        || matches!(c,
            '\u{80}'..='\u{bf}' | '×' | '÷'
            // Thai, Lao, Tibetan, Burmese, Khmer and their neighbours.
            | '\u{e00}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{1950}'..='\u{19ff}' | '\u{1a20}'..='\u{1aaf}'
            | '\u{a9e0}'..='\u{a9ff}' | '\u{aa60}'..='\u{aadf}'
            // Punctuation, arrows, signs, shapes, dingbats.
            | '\u{2000}'..='\u{2bff}' | '\u{2e00}'..='\u{2e7f}'
            // Chinese and Japanese with their punctuation and radicals, Yi; not Korean, which has spaces.
            | '\u{2e80}'..='\u{312f}' | '\u{3190}'..='\u{a4cf}' | '\u{f900}'..='\u{faff}' | '\u{fe10}'..='\u{fe6f}'
            | '\u{1b000}'..='\u{1b2ff}' | '\u{20000}'..='\u{3ffff}'
            // Private, specials, music, emoji.
            | '\u{e000}'..='\u{f8ff}' | '\u{fff0}'..='\u{ffff}' | '\u{1d000}'..='\u{1d24f}' | '\u{1f000}'..='\u{1fbff}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(search: &str, text: &str) -> bool {
        Search::read(search).expect("within the limits").expect("a word").finds_in(&fold(text))
    }

    /// The search, and texts that it finds, and that it does not.
    #[rustfmt::skip]
    const TABLE: &[(&str, &[&str], &[&str])] = &[
        ("milk",       &["Milk", "buttermilk", "MILKSHAKE", "oat-milk"],     &["mil", "m ilk"]),
        ("two words",  &["words, two", "twofold wordsmith"],                 &["two", "words"]),
        ("uber",       &["Über", "U\u{308}ber", "Zauber", "ÜBER"],           &["ober"]),
        ("über",       &["uber", "Über", "ÜBER"],                            &["ober"]),
        ("strasse",    &["Straße", "STRASSE", "STRAẞE"],                     &["strase"]),
        ("straße",     &["Strasse", "Straße"],                               &["strase"]),
        ("istanbul",   &["İstanbul", "ISTANBUL", "ıstanbul", "Istanbul"],    &["stanbul"]),
        ("ısparta",    &["ISPARTA", "Isparta"],                              &["sparta"]),
        ("ΟΔΟΣ",       &["οδός", "οδοσ"],                                    &["οδο"]),
        ("елка",       &["Ёлка", "ёлка"],                                    &["лка"]),
        ("smorrebrod", &["Smørrebrød"],                                      &["smrrebrd"]),
        ("ﬁle",        &["file", "profiles"],                                &["fle"]),
        ("１２３",      &["123", "0123"],                                      &["12"]),
        ("שלום",       &["שָׁלוֹם"],                                             &["שלו"]),
        ("محمد",       &["مُحَمَّد", "محـــمد"],                                  &["محم"]),
        // Short: at the start of a word.
        ("a",          &["a", "xy a", "(a)", "b-a", "Äpfel", "1 a2"],        &["ba", "1a", "éa"]),
        ("to",         &["to", "tomorrow", "go to"],                         &["into", "potato"]),
        ("7",          &["7 eggs", "no. 7"],                                 &["17", "a7"]),
        // Scripts without spaces: anywhere.
        ("牛",         &["买牛奶", "牛"],                                      &["奶"]),
        ("牛奶",       &["买牛奶", "牛奶和面包"],                                 &["牛 奶", "奶牛"]),
        ("買牛奶",     &["去買牛奶吧"],                                        &["買羊奶"]),
        ("東京",       &["京都と東京へ"],                                      &["京東"]),
        ("ﾄｳｷｮｳ",      &["トウキョウ"],                                         &["とうきょう"]),
        ("นม",         &["ซื้อนมสด"],                                          &["ซื้อ"]),
        ("ซื้อ",        &["ไปซื้อนม"],                                          &["ซอ"]),
        ("हिन्दी",       &["हिन्दी में"],                                          &["हन्द"]),
        // Korean has spaces, and a syllable that is being typed is found.
        ("한국",       &["대한국민", "한국어"],                                 &["한"]),
        ("하",         &["한국"],                                             &["국"]),
        // Symbols.
        ("🥛",         &["milk🥛", "🥛🥛"],                                    &["🍞"]),
        ("❤",          &["❤\u{fe0f}", "a❤b"],                                &["♥"]),
        ("%",          &["100%", "% off"],                                   &["100"]),
        ("_",          &["snake_case"],                                      &["snake"]),
        ("c++",        &["C++ course"],                                      &["c+ course"]),
        ("\"a b\"",    &["say \"a b\""],                                     &["a b"]),
        ("NEAR(a b)",  &["near(a b)"],                                       &["a b near"]),
        ("a* OR -b",   &["a* or -b"],                                        &["a or b"]),
        ("'; DROP",    &["'; drop"],                                         &["drop"]),
    ];

    #[test]
    fn words_are_found_whatever_their_case_and_accents() {
        for &(search, found, not_found) in TABLE {
            for text in found {
                assert!(finds(search, text), "{search:?} is in {text:?}");
            }
            for text in not_found {
                assert!(!finds(search, text), "{search:?} is not in {text:?}");
            }
        }
    }

    #[test]
    fn words_may_be_in_different_members_and_none_is_across_two() {
        let text = folded("Buy milk", Some("at the\ncorner"), &["Home".into(), "7th street".into()]);
        let finds = |search: &str| Search::read(search).expect("good").expect("a word").finds_in(&text);
        assert!(finds("milk corner home 7th") && finds("street") && finds("HOME bu"));
        assert!(!finds("milkat") && !finds("cornerhome") && !finds("milk office"));
    }

    #[test]
    fn a_search_has_at_most_ten_words_and_two_hundred_characters() {
        let words = |count: usize| vec!["a"; count].join(" ");
        assert!(Search::read(&words(10)).is_ok_and(|search| search.is_some()));
        assert!(Search::read(&words(11)).is_err());
        assert!(Search::read(&"🦀".repeat(200)).is_ok_and(|search| search.is_some()));
        assert!(Search::read(&"🦀".repeat(201)).is_err());
        assert!(Search::read(&" ".repeat(201)).is_err());
        assert!(Search::read("a\0b").is_err());
        for nothing in ["", "  ", "\u{301}", "\u{3000}\n\t"] {
            assert_eq!(Search::read(nothing), Ok(None), "{nothing:?}");
        }
    }

    /// The same pseudo-random numbers at each run.
    fn numbers() -> impl FnMut(usize) -> usize {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        move |below| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from(state >> 33).unwrap_or(0) % below
        }
    }

    #[test]
    fn whatever_is_found_has_the_pieces_of_the_search() {
        const LETTERS: [&str; 24] = [
            "a",
            "b",
            "A",
            "é",
            "e\u{301}",
            "ß",
            "İ",
            " ",
            "\n",
            "-",
            "%",
            "牛",
            "奶",
            "か",
            "\u{3099}",
            "ซื้",
            "นม",
            "한",
            "🥛",
            "\u{200d}",
            "\u{fdfa}",
            "7",
            "Ω",
            "ﬃ",
        ];
        let mut number = numbers();
        let mut found = 0;
        for _ in 0..50_000 {
            let mut make = |most: usize| (0..=number(most)).map(|_| LETTERS[number(LETTERS.len())]).collect::<String>();
            let (title, mut wanted) = (make(14), make(5));
            if number(2) == 0 {
                // Something that is there, for it to be found often enough.
                let (from, count) = (number(8), number(6));
                wanted = title.chars().skip(from).take(count).collect();
            }
            let Ok(Some(search)) = Search::read(&wanted) else { continue };
            let text = folded(&title, None, &[]);
            let mut known = BTreeSet::new();
            pieces(&text, |piece| {
                known.insert(piece.to_owned());
            });
            let has_all = search.pieces().iter().all(|piece| known.contains(*piece));
            if search.finds_in(&text) {
                found += 1;
                assert!(has_all, "{wanted:?} in {title:?}: {:?} of {known:?}", search.pieces());
            } else if search.words.iter().all(|word| word.chars().count() < PIECE) {
                // Of short words the index says it all.
                assert!(!has_all, "{wanted:?} is not in {title:?}");
            }
        }
        assert!(found > 5_000, "{found}");
    }

    #[test]
    fn what_is_folded_stays_as_it_is_when_it_is_folded_again() {
        for &(search, texts, others) in TABLE {
            for text in texts.iter().chain(others).chain([&search]) {
                assert_eq!(fold(&fold(text)), fold(text), "{text:?}");
            }
        }
        assert_eq!(fold("ABC def"), "abc def");
    }
}
