//! The identity line: the last line of a description, which ties a row of TestQuality to a test or folder.

use std::fmt;

use test_reports::identity::{Identity, NamespaceMark};
use test_reports::text;

/// The longest container, path or name in a line, in characters.
const PART_CHARS: usize = 200;

/// The known wordings of the line of a test. The first one is written; the others are recognised, so that duplicates
/// of another version can be deleted. When the wording changes, the former one stays in this list.
const TEST_WORDINGS: &[&str] =
    &["Automated test: {what} ({ids})", "Automated test ({ids}): {what}"];

/// The known wordings of the line of a folder.
const FOLDER_WORDINGS: &[&str] =
    &["Automated tests: {what} ({ids})", "Automated tests ({ids}): {what}"];

/// An identity line, such as
/// `Automated test: demo-crate :: tests::fails (tqi-9f86d081884c7d65 tqn-1b2c3d4e)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityLine {
    wordings: &'static [&'static str],
    /// Container and name, or the path of a folder; not shortened.
    parts: Vec<String>,
    ids: String,
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
            ids: format!("{identity} {namespace}"),
        }
    }

    /// The line of a folder that an import creates.
    #[must_use]
    pub fn of_folder<S: AsRef<str>>(
        path: &[S],
        identity: Identity,
        namespace: NamespaceMark,
    ) -> Self {
        Self {
            wordings: FOLDER_WORDINGS,
            parts: vec![join(path)],
            ids: format!("{identity} {namespace}"),
        }
    }

    /// Whether `description` holds nothing else than this line, in any known wording, shortened or not, whatever
    /// markup an editor added.
    #[must_use]
    pub fn is_all_of(&self, description: &str) -> bool {
        let what = text::clean(&self.parts.join(" :: "));
        let plain = [text::clean(description), text::clean(&without_markup(description))];
        self.wordings.iter().any(|wording| {
            let wording = wording.replace("{ids}", &self.ids);
            let (before, after) = wording.split_once("{what}").unwrap_or_default();
            plain.iter().any(|text| {
                let shown = text.strip_prefix(before).and_then(|text| text.strip_suffix(after));
                shown.is_some_and(|shown| shortens(shown, &what))
            })
        })
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
        let what: Vec<_> = self.parts.iter().map(|part| text::cut(part, PART_CHARS)).collect();
        let wording = self.wordings[0].replace("{ids}", &self.ids);
        // Last, because names may hold `{ids}`.
        f.write_str(&wording.replace("{what}", &what.join(" :: ")))
    }
}

fn join<S: AsRef<str>>(parts: &[S]) -> String {
    parts.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(" / ")
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
        assert_eq!(text, "Automated test: a<b> :: \"x\" & 'y' (tqi-0123456789abcdef tqn-01234567)");
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
            format!("Automated test: cart / api :: adds ({identity} {mark})")
        );
        let line = IdentityLine::of_folder(&["cart", "api"], identity, mark);
        assert_eq!(line.to_string(), format!("Automated tests: cart / api ({identity} {mark})"));
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
