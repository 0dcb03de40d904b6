//! The line that ties a row of TestQuality to a test: how it is written and recognised.

use test_reports::identity::{Identity, NamespaceMark};
use test_reports::text;

/// The longest container or name in a description line, in characters.
const LINE_PART_CHARS: usize = 200;

/// The line that stands last in the description of a test:
/// `Automated test: demo-crate :: tests::fails (tqi-9f86d081884c7d65 tqn-1b2c3d4e)`.
#[must_use]
pub fn test_line<S: AsRef<str>>(
    container: &[S],
    name: &str,
    identity: Identity,
    namespace: NamespaceMark,
) -> String {
    let name = text::cut(name, LINE_PART_CHARS);
    let container = join(container);
    if container.is_empty() {
        format!("Automated test: {name} ({identity} {namespace})")
    } else {
        format!("Automated test: {container} :: {name} ({identity} {namespace})")
    }
}

/// The line that stands last in the description of a folder that we created.
#[must_use]
pub fn folder_line<S: AsRef<str>>(
    path: &[S],
    identity: Identity,
    namespace: NamespaceMark,
) -> String {
    format!("Automated tests: {} ({identity} {namespace})", join(path))
}

/// Whether `description` holds `line` and nothing else, whatever an editor wrapped around it or escaped in it.
#[must_use]
pub fn is_only(description: &str, line: &str) -> bool {
    let line = text::clean(line);
    text::clean(description) == line || text::clean(&unwrapped(description)) == line
}

/// HTML as its text: tags out, the usual entities in.
fn unwrapped(html: &str) -> String {
    let mut shown = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        let (before, tag) = rest.split_at(start);
        shown.push_str(before);
        match tag.find('>') {
            Some(end) => rest = tag.get(end + 1..).unwrap_or_default(),
            None => {
                shown.push_str(tag);
                rest = "";
            }
        }
    }
    shown.push_str(rest);
    [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&nbsp;", " "),
        ("&amp;", "&"),
    ]
    .iter()
    .fold(shown, |shown, (entity, character)| shown.replace(entity, character))
}

fn join<S: AsRef<str>>(parts: &[S]) -> String {
    let joined = parts.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(" / ");
    text::cut(&joined, LINE_PART_CHARS).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_editor_wraps_around_our_line_is_not_a_persons() {
        let line = "Automated test: a<b> :: \"x\" & 'y' (tqi-0123456789abcdef tqn-01234567)";
        for description in [
            line.to_owned(),
            format!("  {line}\r\n"),
            line.replace(' ', "  "),
            format!(
                "<p>{}</p>\n<p><br></p>",
                line.replace('&', "&amp;")
                    .replace('<', "&lt;")
                    .replace('>', "&gt;")
                    .replace('"', "&quot;")
            ),
            format!(
                "<div>{}&nbsp;</div>",
                line.replace('<', "&lt;").replace('>', "&gt;").replace('\'', "&#39;")
            ),
        ] {
            assert!(is_only(&description, line), "{description}");
        }
        for description in
            ["", "Mine.", &format!("Mine. {line}"), &format!("{line} Mine."), &line[1..]]
        {
            assert!(!is_only(description, line), "{description}");
        }
        assert!(is_only("a < b", "a < b"), "a tag that does not end is text");
    }

    #[test]
    fn a_line_says_where_a_test_is_from() {
        let identity = Identity::of_test("shop", &["cart", "api"], "adds");
        let mark = NamespaceMark::of("shop");
        assert_eq!(
            test_line(&["cart", "api"], "adds", identity, mark),
            format!("Automated test: cart / api :: adds ({identity} {mark})")
        );
        let line = folder_line(&["cart", "api"], identity, mark);
        assert_eq!(line, format!("Automated tests: cart / api ({identity} {mark})"));
    }
}
