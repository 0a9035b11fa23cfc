//! What is read of a note, which links it has, and that nothing of it is lost.

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
