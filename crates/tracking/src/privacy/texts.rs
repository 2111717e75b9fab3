//! What is taken out of texts and addresses: values of parameters that name persons, e-mail addresses, numbers of
//! payment cards and tokens.

use std::borrow::Cow;

/// What stands for what was taken out.
const PARAMETER: &str = "[masked]";
const EMAIL: &str = "[email]";
const CARD: &str = "[card]";
const TOKEN: &str = "[token]";

/// How an at sign stands in texts and in parameters, encoded once and twice.
const AT: [&str; 3] = ["@", "%40", "%2540"];
/// Digits of a payment card's number.
const CARD_DIGITS_MAX: usize = 19;
const CARD_DIGITS: std::ops::RangeInclusive<usize> = 13..=CARD_DIGITS_MAX;
/// Characters that a token has at least.
const TOKEN_CHARS_MIN: usize = 20;
/// Hexadecimal digits from which on a word is taken for a token or a hash of something secret.
const HEX_TOKEN_CHARS_MIN: usize = 32;
/// Characters of the parts of a signed token.
const JWT_PART_CHARS_MIN: usize = 10;
/// How tokens of well-known services begin, and how long they are at least.
const TOKEN_STARTS: [(&str, usize); 11] = [
    ("ghp_", 30),
    ("gho_", 30),
    ("ghs_", 30),
    ("github_pat_", 40),
    ("glpat-", 20),
    ("sk_live_", 20),
    ("sk_test_", 20),
    ("rk_live_", 20),
    ("xoxb-", 24),
    ("xoxp-", 24),
    ("AKIA", 20),
];

/// Takes one kind of thing out of a text; nothing when there is none in it.
type Step = fn(&str) -> Option<String>;

/// What is taken out of texts.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TextMask {
    /// Names of parameters in lower case; their values are not kept.
    pub parameters: Vec<String>,
    pub emails: bool,
    pub cards: bool,
    pub tokens: bool,
}

impl TextMask {
    /// Whether there is anything to take out of any text.
    pub fn is_off(&self) -> bool {
        self.parameters.is_empty() && !self.any_pattern()
    }

    fn any_pattern(&self) -> bool {
        self.emails || self.cards || self.tokens
    }

    /// A text without what must not be kept.
    pub fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut kept = Cow::Borrowed(text);
        let steps: [(bool, Step); 3] = [(self.emails, emails), (self.cards, cards), (self.tokens, tokens)];
        for (_, step) in steps.into_iter().filter(|(on, _)| *on) {
            if let Some(masked) = step(&kept) {
                kept = Cow::Owned(masked);
            }
        }
        kept
    }

    /// An address without what must not be kept. Its host stays; who is named before the host goes.
    pub fn url<'a>(&self, url: &'a str) -> Cow<'a, str> {
        if self.is_off() {
            return Cow::Borrowed(url);
        }
        let start = url.find("//").map_or(0, |at| at + 2);
        let end = if start == 0 { 0 } else { url[start..].find(['/', '?', '#']).map_or(url.len(), |at| start + at) };
        let authority = &url[start..end];
        let host = match authority.rsplit_once('@') {
            Some((_, host)) if self.any_pattern() => host,
            _ => authority,
        };
        let rest = &url[end..];
        let without = self.without_parameters(rest);
        let masked = self.text(&without);
        if host.len() == authority.len() && masked == rest {
            return Cow::Borrowed(url);
        }
        Cow::Owned(format!("{}{host}{masked}", &url[..start]))
    }

    fn without_parameters<'a>(&self, rest: &'a str) -> Cow<'a, str> {
        if self.parameters.is_empty() || !rest.contains('=') {
            return Cow::Borrowed(rest);
        }
        let mut out = String::with_capacity(rest.len());
        let mut changed = false;
        for piece in rest.split_inclusive(['?', '&', ';', '#']) {
            let (pair, mark) = match piece.char_indices().next_back() {
                Some((at, '?' | '&' | ';' | '#')) => piece.split_at(at),
                _ => (piece, ""),
            };
            match pair.split_once('=') {
                Some((name, value)) if !value.is_empty() && self.names(name) => {
                    changed = true;
                    out.push_str(name);
                    out.push('=');
                    out.push_str(PARAMETER);
                }
                _ => out.push_str(pair),
            }
            out.push_str(mark);
        }
        if changed { Cow::Owned(out) } else { Cow::Borrowed(rest) }
    }

    /// Whether a parameter's value is taken out. The key of an array does not matter.
    fn names(&self, name: &str) -> bool {
        let decoded = crate::query::decode(name.as_bytes());
        let plain = decoded.split('[').next().unwrap_or_default().trim().to_lowercase();
        self.parameters.contains(&plain)
    }
}

/// Writes a text anew with these stretches of bytes replaced; nothing when there are none.
fn replaced(text: &str, stretches: &[(usize, usize)], by: &str) -> Option<String> {
    if stretches.is_empty() {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for (from, until) in stretches {
        out.push_str(&text[done..*from]);
        out.push_str(by);
        done = *until;
    }
    out.push_str(&text[done..]);
    Some(out)
}

/// The next sign of an address from there on. The text is looked through once, however many of them there are.
fn next_sign(text: &str, from: usize) -> Option<(usize, &'static str)> {
    let marks = memchr::memchr2_iter(b'@', b'%', text.as_bytes().get(from..)?);
    marks.map(|mark| from + mark).find_map(|at| Some((at, *AT.iter().find(|sign| text[at..].starts_with(**sign))?)))
}

fn emails(text: &str) -> Option<String> {
    if memchr::memchr2(b'@', b'%', text.as_bytes()).is_none() || !AT.iter().any(|at| text.contains(at)) {
        return None;
    }
    let local = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '+' | '-' | '%' | '\'' | '!' | '~');
    let domain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-');
    let (mut found, mut from) = (Vec::new(), 0);
    while let Some((at, sign)) = next_sign(text, from) {
        let after = at + sign.len();
        let begin = text[from..at].char_indices().rev().take_while(|(_, c)| local(*c)).last();
        let begin = begin.map_or(at, |(place, _)| from + place);
        let end = text[after..].find(|c| !domain(c)).map_or(text.len(), |length| after + length);
        let name = text[after..end].trim_end_matches(['.', '-']);
        let top = name.rsplit_once('.').filter(|(host, _)| !host.is_empty()).map_or("", |(_, top)| top);
        let is_host = top.chars().count() >= 2 && top.chars().any(char::is_alphabetic);
        from = after;
        if begin < at && is_host {
            from = after + name.len();
            found.push((begin, from));
        }
    }
    replaced(text, &found, EMAIL)
}

/// Whether the check digit of a card's number is right, and the number is one that is given out.
fn is_card(digits: &[u8]) -> bool {
    let double = |digit: u32| if digit > 4 { 2 * digit - 9 } else { 2 * digit };
    let digit = |byte: &u8| u32::from(byte - b'0');
    let sum: u32 =
        digits.iter().rev().enumerate().map(|(nth, b)| if nth % 2 == 1 { double(digit(b)) } else { digit(b) }).sum();
    matches!(digits[0], b'2'..=b'6') && sum.is_multiple_of(10)
}

fn cards(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let (mut found, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let (mut digits, mut count) = ([bytes[at]; CARD_DIGITS_MAX + 1], 1);
        let (mut end, mut next) = (at + 1, at + 1);
        while next < bytes.len() && count < digits.len() {
            // Groups of digits are parted by one sign.
            let gap = match &bytes[next..] {
                [b'%', b'2', b'0', b'0'..=b'9', ..] => 3,
                [b' ' | b'-' | b'+' | b'.', b'0'..=b'9', ..] => 1,
                [b'0'..=b'9', ..] => 0,
                _ => break,
            };
            digits[count] = bytes[next + gap];
            count += 1;
            next += gap + 1;
            end = next;
        }
        let alone = at == 0 || !bytes[at - 1].is_ascii_alphanumeric();
        if alone && CARD_DIGITS.contains(&count) && is_card(&digits[..count]) {
            found.push((at, end));
        }
        at = end;
    }
    replaced(text, &found, CARD)
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')
}

fn is_hex_token(part: &str) -> bool {
    part.len() >= HEX_TOKEN_CHARS_MIN
        && part.bytes().all(|b| b.is_ascii_hexdigit())
        && part.bytes().any(|b| b.is_ascii_digit())
        && part.bytes().any(|b| b.is_ascii_alphabetic())
}

/// A token of three parts that says of itself what it is.
fn is_signed(word: &str) -> bool {
    word.starts_with("eyJ")
        && word.split('.').count() >= 2
        && word.split('.').take(2).all(|part| part.len() >= JWT_PART_CHARS_MIN)
}

fn tokens(text: &str) -> Option<String> {
    if text.len() < TOKEN_CHARS_MIN {
        return None;
    }
    let mut found = Vec::new();
    let mut from = 0;
    for word in text.split(|c| !is_word(c)) {
        let start = from;
        from = start + word.len() + text[start + word.len()..].chars().next().map_or(0, char::len_utf8);
        if word.len() < TOKEN_CHARS_MIN {
            continue;
        }
        let known = TOKEN_STARTS.iter().any(|(begin, chars)| word.starts_with(begin) && word.len() >= *chars);
        if known || is_signed(word) {
            found.push((start, start + word.len()));
            continue;
        }
        let mut part_start = start;
        for part in word.split(['_', '-', '.']) {
            if is_hex_token(part) {
                found.push((part_start, part_start + part.len()));
            }
            part_start += part.len() + 1;
        }
    }
    replaced(text, &found, TOKEN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask() -> TextMask {
        TextMask { parameters: vec!["email".into(), "phone".into()], emails: true, cards: true, tokens: true }
    }

    #[test]
    fn persons_are_taken_out_of_texts() {
        for (text, kept) in [
            ("Mail to ann.o+x@mail.example.org, please", "Mail to [email], please"),
            ("a@b.co and c@d.museum.", "[email] and [email]."),
            ("björn@bücher.example", "[email]"),
            ("@handle and 5 @ 3.50", "@handle and 5 @ 3.50"),
            ("user@host", "user@host"),
            ("%@%40@%2540ann%40mail.example@", "%@%40@%2540[email]@"),
            ("Card 4111 1111 1111 1111 ok", "Card [card] ok"),
            ("4111-1111-1111-1111", "[card]"),
            ("4111111111111112", "4111111111111112"),
            ("order 1795000000000", "order 1795000000000"),
            ("id eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcdefghij x", "id [token] x"),
            ("key 0123456789abcdef0123456789abcdef", "key [token]"),
            ("ghp_abcdefghijklmnopqrstuvwxyz0123456789", "[token]"),
            ("a-long-title-of-an-article-about-many-things-2026", "a-long-title-of-an-article-about-many-things-2026"),
            ("äöü😀 plain", "äöü😀 plain"),
        ] {
            assert_eq!(mask().text(text), kept, "{text}");
            assert_eq!(TextMask::default().text(text), text);
        }
    }

    /// A value has a MiB; whatever looked through all of it again for each sign would take minutes.
    #[test]
    fn promise_68_signs_by_the_million_cost_one_look() {
        for sign in ["@", "%", "%40", "a@", "@a.b", "4", "4111 ", "a=b&", "e."] {
            let text = sign.repeat((1 << 20) / sign.len());
            assert!(!mask().text(&text).is_empty(), "{sign}");
            assert!(!mask().url(&format!("http://e.org/?{text}")).is_empty(), "{sign}");
        }
    }

    #[test]
    fn persons_are_taken_out_of_addresses() {
        for (url, kept) in [
            ("https://a.example/p?Email=x&b=2#c", "https://a.example/p?Email=[masked]&b=2#c"),
            ("https://a.example/p?email[0]=x&phone=", "https://a.example/p?email[0]=[masked]&phone="),
            ("https://a.example/p?b=a%40b.example&c=1", "https://a.example/p?b=[email]&c=1"),
            ("https://a.example/p?b=a%2540b.example", "https://a.example/p?b=[email]"),
            ("https://u:p@a.example/p", "https://a.example/p"),
            ("https://a.example/#phone=1", "https://a.example/#phone=[masked]"),
            ("https://a.example/maps/@52.5,13.4,15z", "https://a.example/maps/@52.5,13.4,15z"),
            ("mailto:ann@mail.example", "[email]"),
            ("https://a.example/plain?x=1", "https://a.example/plain?x=1"),
        ] {
            assert_eq!(mask().url(url).replace("mailto:[email]", "[email]"), kept, "{url}");
            assert_eq!(TextMask::default().url(url), url);
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_can_be_masked(text in ".{0,200}") {
            let _ = (mask().text(&text), mask().url(&text));
        }
    }
}
