//! The identity line: the last line of a description, which ties a row of TestQuality to a test or folder.

use std::borrow::Cow;
use std::fmt;

use test_reports::identity::{Identity, NamespaceMark};
use test_reports::text;

/// The longest container and name together, with the separator, or the longest path, in characters. The whole line has at most 255.
const WHAT_CHARS: usize = 200;

/// Between container and name.
const SEPARATOR: &str = " :: ";

/// The known wordings of the line of a test. The first one is written: the identity comes before the text, so that a server
/// that shortens descriptions cannot cut it off. The others are recognised, so that duplicates of another version
/// can be deleted. When the wording changes, the former one stays in this list.
const TEST_WORDINGS: &[&str] =
    &["Automated test ({ids}): {what}", "Automated test: {what} ({ids})"];

/// The known wordings of the line of a folder.
const FOLDER_WORDINGS: &[&str] =
    &["Automated tests ({ids}): {what}", "Automated tests: {what} ({ids})"];

/// What identities and namespace marks start with.
const MARKS: [&str; 2] = ["tqi-", "tqn-"];

/// An identity line, such as
/// `Automated test (tqi-9f86d081884c7d65 tqn-1b2c3d4e): demo-crate :: tests::fails`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityLine {
    wordings: &'static [&'static str],
    /// Container and name, or the path of a folder; not shortened.
    parts: Vec<String>,
    identity: Identity,
    namespace: NamespaceMark,
}

impl IdentityLine {
    /// The line of a test.
    #[must_use]
    pub fn of_test<S: AsRef<str>>(
        container: &[S],
        name: &str,
        identity: Identity,
        namespace: NamespaceMark,
    ) -> Self {
        let container = Some(join(container)).filter(|container| !container.is_empty());
        Self {
            wordings: TEST_WORDINGS,
            parts: container.into_iter().chain([name.to_owned()]).collect(),
            identity,
            namespace,
        }
    }

    /// The line of a folder that an import creates.
    #[must_use]
    pub fn of_folder<S: AsRef<str>>(
        path: &[S],
        identity: Identity,
        namespace: NamespaceMark,
    ) -> Self {
        Self { wordings: FOLDER_WORDINGS, parts: vec![join(path)], identity, namespace }
    }

    /// Whether `description` holds nothing else than this line, in any known wording, shortened by us, cut at its end by the
    /// server, or neither, whatever markup an editor added.
    #[must_use]
    pub fn is_all_of(&self, description: &str) -> bool {
        let identity = self.identity.to_string();
        let written = text::clean(&self.to_string());
        let full = text::clean(&self.parts.join(SEPARATOR));
        [text::clean(description), text::clean(&without_markup(description))].iter().any(|plain| {
            let is_cut = || {
                let start = plain.trim_end_matches(['.', '…', ' ']);
                start.contains(&identity) && written.starts_with(start)
            };
            self.wordings.iter().any(|wording| {
                let wording = self.with_ids(wording);
                let (before, after) = wording.split_once("{what}").unwrap_or_default();
                let shown = plain.strip_prefix(before).and_then(|text| text.strip_suffix(after));
                shown.is_some_and(|shown| shortens(&inert(shown), &inert(&full)))
            }) || is_cut()
        })
    }

    fn with_ids(&self, wording: &str) -> String {
        wording.replace("{ids}", &format!("{} {}", self.identity, self.namespace))
    }

    /// `description` with this line below it.
    #[must_use]
    pub fn append_to(&self, description: &str) -> String {
        match description.trim_end() {
            "" => self.to_string(),
            text => format!("{text}\n\n{self}"),
        }
    }
}

impl fmt::Display for IdentityLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.parts.as_slice() {
            [container, name] => {
                let (container, name) = shorten_both(container, name);
                format!("{container}{SEPARATOR}{name}")
            }
            parts => shorten(&parts.join(SEPARATOR), WHAT_CHARS).into_owned(),
        };
        // Last, because names may hold `{ids}`.
        f.write_str(&self.with_ids(self.wordings[0]).replace("{what}", &inert(&what)))
    }
}

fn join<S: AsRef<str>>(parts: &[S]) -> String {
    parts.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(" / ")
}

/// `what` without marks: the last identity in a description counts, and a test's name may hold one.
fn inert(what: &str) -> Cow<'_, str> {
    if MARKS.iter().all(|mark| !what.contains(mark)) {
        return Cow::Borrowed(what);
    }
    // A hyphen that does not break looks the same.
    Cow::Owned(
        MARKS
            .iter()
            .fold(what.to_owned(), |text, mark| text.replace(mark, &mark.replace('-', "\u{2011}"))),
    )
}

/// Both in at most [`WHAT_CHARS`] characters with the separator; a short one leaves its room to the other.
fn shorten_both<'a>(one: &'a str, other: &'a str) -> (Cow<'a, str>, Cow<'a, str>) {
    let most = WHAT_CHARS - SEPARATOR.len();
    let (first, second) = (one.chars().count(), other.chars().count());
    let room = |of_other: usize| (most / 2).max(most.saturating_sub(of_other));
    (shorten(one, room(second)), shorten(other, room(first)))
}

/// `text` in at most `chars` characters; its middle becomes `…`, because both ends tell more.
fn shorten(text: &str, chars: usize) -> Cow<'_, str> {
    let count = text.chars().count();
    if count <= chars {
        return Cow::Borrowed(text);
    }
    let end = chars / 2;
    let start = chars.saturating_sub(end + 1);
    let at = |index: usize| text.char_indices().nth(index).map_or(text.len(), |(at, _)| at);
    Cow::Owned(format!("{}…{}", &text[..at(start)], &text[at(count - end)..]))
}

/// Whether `shown` is `full`, each `…` in it standing for any text.
fn shortens(shown: &str, full: &str) -> bool {
    let mut pieces = shown.split('…');
    let first = pieces.next().unwrap_or_default();
    let Some(last) = pieces.next_back() else {
        return first == full;
    };
    let mut rest = full.strip_prefix(first);
    for piece in pieces {
        rest = rest.and_then(|rest| rest.split_once(piece)).map(|(_, rest)| rest);
    }
    rest.is_some_and(|rest| rest.ends_with(last))
}

/// HTML as plain text: tags removed, common entities replaced.
fn without_markup(html: &str) -> String {
    let mut plain = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once('<') {
        plain.push_str(before);
        rest = match tag.split_once('>') {
            Some((_, after)) => after,
            None => {
                plain.push('<');
                plain.push_str(tag);
                ""
            }
        };
    }
    plain.push_str(rest);
    [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&nbsp;", " "),
        ("&amp;", "&"),
    ]
    .iter()
    .fold(plain, |plain, (entity, character)| plain.replace(entity, character))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(container: &[&str], name: &str) -> IdentityLine {
        let identity = Identity::in_description("tqi-0123456789abcdef").unwrap();
        let mark = NamespaceMark::in_description("tqn-01234567").unwrap();
        IdentityLine::of_test(container, name, identity, mark)
    }

    #[test]
    fn markup_of_an_editor_is_ignored() {
        let line = line(&["a<b>"], "\"x\" & 'y'");
        let text = line.to_string();
        assert_eq!(text, "Automated test (tqi-0123456789abcdef tqn-01234567): a<b> :: \"x\" & 'y'");
        for description in [
            text.clone(),
            format!("  {text}\r\n"),
            text.replace(' ', "  "),
            format!(
                "<p>{}</p>\n<p><br></p>",
                text.replace('&', "&amp;")
                    .replace('<', "&lt;")
                    .replace('>', "&gt;")
                    .replace('"', "&quot;")
            ),
            format!(
                "<div>{}&nbsp;</div>",
                text.replace('<', "&lt;").replace('>', "&gt;").replace('\'', "&#39;")
            ),
        ] {
            assert!(line.is_all_of(&description), "{description}");
        }
        for description in
            ["", "Mine.", &format!("Mine. {text}"), &format!("{text} Mine."), &text[1..]]
        {
            assert!(!line.is_all_of(description), "{description}");
        }
    }

    #[test]
    fn an_unclosed_tag_is_text() {
        let line = line(&[], "a < b");
        assert!(line.is_all_of(&line.to_string()));
    }

    #[test]
    fn a_line_names_container_and_name_or_path() {
        let identity = Identity::of_test("shop", &["cart", "api"], "adds");
        let mark = NamespaceMark::of("shop");
        let line = IdentityLine::of_test(&["cart", "api"], "adds", identity, mark);
        assert_eq!(
            line.to_string(),
            format!("Automated test ({identity} {mark}): cart / api :: adds")
        );
        let line = IdentityLine::of_folder(&["cart", "api"], identity, mark);
        assert_eq!(line.to_string(), format!("Automated tests ({identity} {mark}): cart / api"));
    }

    /// Rows in projects carry these wordings: a change needs an entry in the list of former ones.
    #[test]
    fn the_wording_is_frozen() {
        assert_eq!(
            line(&["demo-crate"], "tests::fails").to_string(),
            "Automated test (tqi-0123456789abcdef tqn-01234567): demo-crate :: tests::fails"
        );
        assert_eq!(TEST_WORDINGS[1..], ["Automated test: {what} ({ids})"]);
        assert_eq!(FOLDER_WORDINGS[1..], ["Automated tests: {what} ({ids})"]);
    }

    #[test]
    fn a_server_that_cuts_descriptions_leaves_the_identity() {
        let path = "com/acme/billing/".repeat(40);
        for (container, name) in [(&*path, "adds"), ("cart", &*path), (&path, &path)] {
            let line = line(&[container], name);
            let text = line.to_string();
            assert!(text.chars().count() <= 255, "{} {text}", text.chars().count());
            assert!(text.contains('…'), "{text}");
            for length in [100, 191, 255] {
                let cut: String = text.chars().take(length).collect();
                assert_eq!(Identity::in_description(&cut), Some(line.identity), "{cut}");
                assert_eq!(NamespaceMark::in_description(&cut), Some(line.namespace), "{cut}");
                for left in [cut.clone(), format!("{cut}…"), format!("<p>{cut}...</p>")] {
                    assert!(line.is_all_of(&left), "{left}");
                }
                assert!(!line.is_all_of(&format!("{cut} Mine.")), "{cut}");
            }
            assert!(!line.is_all_of("Automated test"), "an identity is needed");
        }
    }

    #[test]
    fn a_name_that_holds_an_identity_is_not_taken_for_one() {
        let line = line(&["ids"], "reads (tqi-fedcba9876543210 tqn-76543210)");
        let text = line.to_string();
        assert_eq!(Identity::in_description(&text), Some(line.identity), "{text}");
        assert_eq!(NamespaceMark::in_description(&text), Some(line.namespace), "{text}");
        assert!(line.is_all_of(&text));
        for wording in TEST_WORDINGS {
            let former = line.with_ids(wording).replace("{what}", &line.parts.join(" :: "));
            assert!(line.is_all_of(&former), "{former}");
        }
    }

    #[test]
    fn a_long_text_loses_its_middle() {
        assert_eq!(shorten("abcdefgh", 8), "abcdefgh");
        assert_eq!(shorten("abcdefghi", 8), "abc…fghi");
        assert_eq!(shorten("äöüäöüäöü", 4), "ä…öü");
        let (one, other) = ("x".repeat(150), "y".repeat(40));
        assert_eq!(shorten_both(&one, &other), (Cow::from(&one), Cow::from(&other)));
        let (long, short) = ("x".repeat(400), "y".repeat(50));
        let (one, other) = shorten_both(&long, &short);
        assert_eq!((one.chars().count(), other.chars().count()), (WHAT_CHARS - 4 - 50, 50));
        let (one, other) = shorten_both(&long, &long);
        assert_eq!((one.chars().count(), other.chars().count()), (98, 98));
    }

    #[test]
    fn every_known_wording_is_recognised_for_the_same_test_only() {
        let long = "x".repeat(300);
        let shortened = format!("{}…{}", &long[..100], &long[..100]);
        for (container, shown) in [("cart", "cart"), (&long, &long), (&long, &shortened)] {
            let line = line(&[container], "adds {ids}");
            assert!(line.is_all_of(&line.to_string()));
            for wording in TEST_WORDINGS {
                let description = wording
                    .replace("{ids}", "tqi-0123456789abcdef tqn-01234567")
                    .replace("{what}", &format!("{shown} :: adds {{ids}}"));
                assert!(line.is_all_of(&description), "{description}");
                for other in [
                    description.replace("adds", "removes"),
                    description.replace("tqi-0", "tqi-1"),
                    description.replace("tqn-0", "tqn-1"),
                    description.replace("Automated test", "Automated tests"),
                    format!("Mine. {description}"),
                    format!("{description} Mine."),
                ] {
                    assert!(!line.is_all_of(&other), "{other}");
                }
            }
        }
    }

    #[test]
    fn an_ellipsis_shortens() {
        for (shown, full, expected) in [
            ("abc", "abc", true),
            ("abc", "abcd", false),
            ("a…", "abc", true),
            ("a…c", "abc", true),
            ("a…b…d", "abcd", true),
            ("…", "abc", true),
            ("a…x…d", "abcd", false),
            ("b…", "abc", false),
            ("a…b", "abc", false),
        ] {
            assert_eq!(shortens(shown, full), expected, "{shown} {full}");
        }
    }

    #[test]
    fn a_line_is_appended_below_a_persons_text() {
        let line = line(&[], "adds");
        assert_eq!(line.append_to(""), line.to_string());
        assert_eq!(line.append_to("  See the wiki.\n"), format!("  See the wiki.\n\n{line}"));
    }
}
