//! Keeps the token out of everything that is written.
//!
//! A server, or a proxy before it, may repeat the token in an error message, an address or a name. Every text passes
//! [`redact`] right before it is written, and a server's message before it is shortened: a part of a token is a secret, too.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::ops::Range;
use std::sync::OnceLock;

/// The shortest part of a token that is hidden, in bytes. A token that is shorter hides nothing: it cannot be told from words.
const GRAM: usize = 8;

/// What is written instead.
const HIDDEN: &str = "***";

/// The token of this process.
static REDACTOR: OnceLock<Redactor> = OnceLock::new();

/// From now on, [`redact`] hides `secret`. A process has one token: a second one is ignored.
pub(super) fn hide(secret: &str) {
    REDACTOR.get_or_init(|| Redactor::new(secret));
}

/// `text` with `***` for the token and its parts of at least 8 characters: as it is, in Base64, or escaped for JSON, URLs or HTML.
#[must_use]
pub fn redact(text: &str) -> Cow<'_, str> {
    REDACTOR.get().map_or(Cow::Borrowed(text), |redactor| redactor.redact(text))
}

/// Finds the parts of a secret.
struct Redactor {
    grams: HashSet<[u8; GRAM]>,
    /// A bit for each pair of bytes in a gram, so that most of a text is skipped.
    pairs: Vec<u64>,
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

impl Redactor {
    /// A redactor for `secret`, of printable ASCII characters.
    fn new(secret: &str) -> Self {
        let mut redactor = Self { grams: HashSet::new(), pairs: vec![0; (1 << 16) / 64] };
        if secret.len() >= GRAM {
            for form in forms(secret) {
                redactor.add(form.as_bytes());
            }
        }
        redactor
    }

    fn add(&mut self, form: &[u8]) {
        for gram in form.windows(GRAM) {
            self.grams.extend(<[u8; GRAM]>::try_from(gram));
            for pair in gram.windows(2) {
                let (index, bit) = place(pair);
                if let Some(bits) = self.pairs.get_mut(index) {
                    *bits |= bit;
                }
            }
        }
    }

    fn has_pair(&self, pair: &[u8]) -> bool {
        let (index, bit) = place(pair);
        self.pairs.get(index).is_some_and(|bits| bits & bit != 0)
    }

    fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let hidden = self.find(text.as_bytes());
        if hidden.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut shown = String::with_capacity(text.len());
        let mut end = 0;
        for range in hidden {
            // Grams are ASCII, so these are boundaries of characters.
            shown.push_str(text.get(end..range.start).unwrap_or_default());
            shown.push_str(HIDDEN);
            end = range.end;
        }
        shown.push_str(text.get(end..).unwrap_or_default());
        Cow::Owned(shown)
    }

    /// What has to be hidden, in order, without overlaps.
    fn find(&self, text: &[u8]) -> Vec<Range<usize>> {
        let mut found: Vec<Range<usize>> = Vec::new();
        let mut at = 0;
        while let Some(window) = text.get(at..at + GRAM) {
            if !self.has_pair(&window[GRAM - 2..]) {
                // No gram contains this pair: the next one begins within it.
                at += GRAM - 1;
                continue;
            }
            if self.grams.contains(window) {
                match found.last_mut() {
                    Some(last) if last.end >= at => last.end = at + GRAM,
                    _ => found.push(at..at + GRAM),
                }
            }
            at += 1;
        }
        found
    }
}

/// The place of a pair of bytes in [`Redactor::pairs`].
fn place(pair: &[u8]) -> (usize, u64) {
    let number = pair.iter().fold(0, |number, byte| number << 8 | usize::from(*byte));
    (number / 64, 1 << (number % 64))
}

/// The ways in which servers, and our own writers, may write `secret`.
fn forms(secret: &str) -> Vec<String> {
    let escaped = |escape: &dyn Fn(char) -> String| secret.chars().map(escape).collect::<String>();
    let is_plain = |character: char| character.is_ascii_alphanumeric();
    let json = |character: char| match character {
        '"' | '\\' => format!("\\{character}"),
        _ => character.to_string(),
    };
    let html = |character: char, quote: &str| match character {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '"' => "&quot;".to_owned(),
        '\'' => quote.to_owned(),
        _ => character.to_string(),
    };
    let mut forms = vec![
        secret.to_owned(),
        secret.to_ascii_lowercase(),
        escaped(&json),
        // As PHP and JavaScript libraries write JSON.
        escaped(&|character| if character == '/' { "\\/".to_owned() } else { json(character) }),
        escaped(&|character| match character {
            '<' | '>' | '&' | '\'' | '"' => format!("\\u{:04x}", u32::from(character)),
            _ => json(character),
        }),
        escaped(&|character| match character {
            '<' | '>' | '&' | '\'' | '"' => format!("\\u{:04X}", u32::from(character)),
            '/' => "\\/".to_owned(),
            _ => json(character),
        }),
    ];
    for quote in ["&#39;", "&#039;", "&#x27;", "&apos;"] {
        forms.push(escaped(&|character| html(character, quote)));
    }
    // URLs leave different characters as they are.
    for unreserved in ["-_.~", "-_.*", "-_.!~*'()", "-_.~:/?#[]@!$&'()*+,;="] {
        let plain = |character| is_plain(character) || unreserved.contains(character);
        let percent = |character: char, upper: bool| match (plain(character), upper) {
            (true, _) => character.to_string(),
            (false, true) => format!("%{:02X}", u32::from(character)),
            (false, false) => format!("%{:02x}", u32::from(character)),
        };
        forms.push(escaped(&|character| percent(character, true)));
        forms.push(escaped(&|character| percent(character, false)));
    }
    // Our Markdown has references for what may be markup.
    forms.push(escaped(&|character| {
        if is_plain(character) || ".,;/()?%+-=".contains(character) {
            character.to_string()
        } else {
            format!("&#{};", u32::from(character))
        }
    }));
    for before in 0..3 {
        let encoded = base64_within(secret.as_bytes(), before);
        forms.push(encoded.replace('+', "-").replace('/', "_"));
        forms.push(encoded);
    }
    forms
}

/// The characters that Base64 has for `bytes` alone if `before` bytes precede them.
fn base64_within(bytes: &[u8], before: usize) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits = |at: usize| {
        let byte = (at / 8).checked_sub(before).and_then(|index| bytes.get(index))?;
        Some(byte >> (7 - at % 8) & 1)
    };
    let groups = (before + bytes.len()) * 8 / 6;
    let character = |group: usize| {
        let index = (group * 6..group * 6 + 6)
            .try_fold(0, |index, at| Some(index << 1 | usize::from(bits(at)?)))?;
        ALPHABET.get(index).map(|byte| char::from(*byte))
    };
    (0..groups).filter_map(character).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "12|ca/na+ry<9f86&d081'884c\"7d65=";

    #[test]
    fn every_form_of_a_secret_is_hidden() {
        let redactor = Redactor::new(SECRET);
        for form in [
            SECRET,
            "12|ca\\/na+ry<9f86&d081'884c\\\"7d65=",
            "12|ca/na+ry\\u003c9f86\\u0026d081\\u0027884c\\u00227d65=",
            "12%7Cca%2Fna%2Bry%3C9f86%26d081%27884c%227d65%3D",
            "12%7cca%2fna%2bry%3c9f86%26d081%27884c%227d65%3d",
            "12|ca/na+ry&lt;9f86&amp;d081&#039;884c&quot;7d65=",
            "12&#124;ca/na+ry&#60;9f86&#38;d081&#39;884c&#34;7d65=",
        ] {
            assert_eq!(redactor.redact(&format!("a {form} b")), "a *** b", "{form}");
        }
        assert_eq!(redactor.redact("nothing to hide: 12|ca"), "nothing to hide: 12|ca");
        assert_eq!(redactor.redact(&format!("ä{SECRET}ö{SECRET}")), "ä***ö***");
        assert_eq!(format!("{redactor:?}"), "***");
    }

    #[test]
    fn base64_of_a_secret_is_hidden_whatever_surrounds_it() {
        assert_eq!(base64_within(b"Man", 0), "TWFu");
        assert_eq!(base64_within(b"Ma", 0), "TW");
        // Of "xMan" and "xyMan": eE1hbg==, eHlNYW4=.
        assert_eq!(base64_within(b"Man", 1), "1hb");
        assert_eq!(base64_within(b"Man", 2), "NYW");
        let redactor = Redactor::new("canary-9f86d081884c7d65");
        // base64 of "Bearer canary-9f86d081884c7d65", of "x:canary-9f86d081884c7d65", and of the token alone.
        for encoded in [
            "QmVhcmVyIGNhbmFyeS05Zjg2ZDA4MTg4NGM3ZDY1",
            "eDpjYW5hcnktOWY4NmQwODE4ODRjN2Q2NQ==",
            "Y2FuYXJ5LTlmODZkMDgxODg0YzdkNjU=",
        ] {
            let shown = redactor.redact(encoded).into_owned();
            assert!(shown.contains("***") && shown.len() < 18, "{encoded}: {shown}");
        }
    }

    #[test]
    fn parts_are_hidden_and_short_secrets_are_not() {
        let redactor = Redactor::new("canary-9f86d081884c7d65");
        assert_eq!(redactor.redact("canary-9f86d08…"), "***…");
        assert_eq!(redactor.redact("x1884c7d65 y"), "x*** y");
        assert_eq!(redactor.redact("4c7d65"), "4c7d65");
        let short = Redactor::new("secret");
        assert_eq!(short.redact("a secret is a secret"), "a secret is a secret");
        let long = "nothing here ".repeat(1000) + "canary-9f86d081884c7d65";
        assert!(redactor.redact(&long).ends_with("here ***"));
    }
}
