//! The line of a folder that a person made and that imports put tests into: it holds an identity for each namespace that uses
//! the folder. Its wording differs from that of a folder that an import created: only a folder that is not an import's own is
//! found by its name by other namespaces.

use std::ops::Range;

use test_reports::identity::{Identity, IdentityGroup};
use test_reports::text;

use super::{MAX_IDENTITIES, without_markup, without_range};

/// The known wordings of the line, before and after the identities. The first one is written.
const WORDINGS: &[(&str, &str)] = &[("Automated tests are imported into this folder (", ")")];

/// The identities of a folder that was linked, one for each path under which an import found it; empty if `description` is not
/// that of a linked folder.
#[must_use]
pub fn linked_identities(description: &str) -> Vec<Identity> {
    let group = IdentityGroup::last_in(description).filter(|group| is_linked(description, group));
    group.map_or_else(Vec::new, |group| group.identities)
}

/// `description` with the `identities` in the line of a linked folder; those that exceed [`MAX_IDENTITIES`] are left out. None if
/// there is nothing to add.
#[must_use]
pub fn link_folder(description: &str, identities: &[Identity]) -> Option<String> {
    let group = IdentityGroup::last_in(description).filter(|group| is_linked(description, group));
    let mut all = group.as_ref().map_or_else(Vec::new, |group| group.identities.clone());
    let before = all.len();
    for identity in identities {
        if !all.contains(identity) && all.len() < MAX_IDENTITIES {
            all.push(*identity);
        }
    }
    if all.len() == before {
        return None;
    }
    let ids: Vec<String> = all.iter().map(Identity::to_string).collect();
    let ids = ids.join(" ");
    if let Some(IdentityGroup { span, .. }) = group {
        let start = description.get(..span.start)?;
        return Some(format!("{start}{ids}{}", description.get(span.end..)?));
    }
    let (start, end) = WORDINGS.first()?;
    let line = format!("{start}{ids}{end}");
    Some(match description.trim_end() {
        "" => line,
        text => format!("{text}\n\n{line}"),
    })
}

/// `description` whose line of a linked folder no longer has the identities `lost`; without the line if it has no others. None if
/// it has none of them, or if somebody edited the line.
#[must_use]
pub fn unlink_folder(description: &str, lost: &[Identity]) -> Option<String> {
    let group = IdentityGroup::last_in(description)?;
    let line = line_around(description, &group)?;
    let kept = group.identities.iter().filter(|identity| !lost.contains(identity));
    let kept: Vec<String> = kept.map(Identity::to_string).collect();
    if kept.len() == group.identities.len() {
        None
    } else if kept.is_empty() {
        without_range(description, line)
    } else {
        let start = description.get(..group.span.start)?;
        Some(format!("{start}{}{}", kept.join(" "), description.get(group.span.end..)?))
    }
}

/// Whether `group` is in the line of a linked folder, whatever markup an editor added.
fn is_linked(description: &str, group: &IdentityGroup) -> bool {
    let head = description.get(..group.span.start).unwrap_or_default();
    let tail = description.get(group.span.end..).unwrap_or_default();
    let plain = text::clean(&without_markup(head));
    WORDINGS.iter().any(|(start, end)| {
        let tail = without_markup(tail);
        plain.ends_with(start) && tail.trim_start().starts_with(end)
    })
}

/// The bytes of the line around `group`, if it is as it was written: at the start of a line or paragraph, with nothing after it.
fn line_around(description: &str, group: &IdentityGroup) -> Option<Range<usize>> {
    let (head, tail) = (description.get(..group.span.start)?, description.get(group.span.end..)?);
    WORDINGS.iter().find_map(|(start, end)| {
        let before = head.strip_suffix(start)?;
        let after = tail.strip_prefix(end)?;
        let is_markup = before.ends_with('>');
        let begins = before.is_empty() || before.ends_with('\n') || is_markup;
        let rest = after.trim_start_matches([' ', '\t']);
        let ends = rest.is_empty()
            || rest.starts_with(['\n', '\r'])
            || (is_markup && rest.starts_with('<'));
        (begins && ends).then_some(before.len()..group.span.end + end.len())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::description::IdentityLine;
    use test_reports::identity::NamespaceMark;

    fn ids<const N: usize>(namespaces: [&str; N]) -> [Identity; N] {
        namespaces.map(|namespace| Identity::of_folder(namespace, &["Cart"]))
    }

    #[test]
    fn a_folder_gets_one_line_for_all_namespaces() {
        let [a, b] = ids(["a", "b"]);
        let first = link_folder("", &[a]).unwrap();
        assert_eq!(first, format!("Automated tests are imported into this folder ({a})"));
        let both = link_folder(&first, &[b]).unwrap();
        assert_eq!(both, format!("Automated tests are imported into this folder ({a} {b})"));
        assert_eq!(link_folder(&both, &[a, b]), None, "it has both");
        assert_eq!(linked_identities(&both), [a, b]);
        assert_eq!(unlink_folder(&both, &[a]).unwrap(), link_folder("", &[b]).unwrap());
        assert_eq!(unlink_folder(&first, &[a]).unwrap(), "");
        assert_eq!(unlink_folder(&first, &[b]), None);
    }

    #[test]
    fn what_people_wrote_stays() {
        let [a, b] = ids(["a", "b"]);
        for text in ["Mine.", "<p>See the <b>wiki</b>.</p>", "Mine tqi-0123456789abcdef.", "a\n\nb"]
        {
            let linked = link_folder(text, &[a, b]).unwrap();
            assert!(linked.starts_with(&format!("{text}\n\nAutomated tests are")), "{linked}");
            assert_eq!(linked_identities(&linked), [a, b]);
            let one = unlink_folder(&linked, &[a]).unwrap();
            assert_eq!(unlink_folder(&one, &[b]).unwrap(), text);
        }
        let line = link_folder("", &[a]).unwrap();
        for (before, after) in
            [("<p>Mine.</p><p>", "</p>"), ("Above.\n\n", "\n\nBelow."), ("<div>", "</div>")]
        {
            let edited = format!("{before}{line}{after}");
            assert_eq!(linked_identities(&edited), [a], "{edited}");
            let both = link_folder(&edited, &[b]).unwrap();
            assert_eq!(both, edited.replace(&a.to_string(), &format!("{a} {b}")));
        }
        let wrapped = format!("<p>Mine.</p><p>{line}</p>");
        assert_eq!(unlink_folder(&wrapped, &[a]).unwrap(), "<p>Mine.</p>");
        assert_eq!(unlink_folder(&format!("{line} Ask Ann."), &[a]), None, "somebody edited it");
        assert_eq!(unlink_folder(&format!("Note: {line}"), &[a]), None, "somebody edited it");
    }

    #[test]
    fn folders_of_imports_are_not_linked() {
        let [a] = ids(["a"]);
        let created = IdentityLine::of_folder(&["Cart"], a, NamespaceMark::of("a")).to_string();
        let retired = IdentityLine::of_retired(&["Cart"], a, NamespaceMark::of("a")).to_string();
        for description in [created, retired, format!("See {a}"), "Mine.".to_owned()] {
            assert!(linked_identities(&description).is_empty(), "{description}");
        }
    }

    #[test]
    fn a_folder_has_at_most_eight_identities() {
        let all: Vec<Identity> =
            (0..9).map(|n| Identity::of_folder(&n.to_string(), &["Cart"])).collect();
        let full = link_folder("", &all).unwrap();
        assert_eq!(linked_identities(&full), all[..MAX_IDENTITIES]);
        assert_eq!(link_folder(&full, &all[MAX_IDENTITIES..]), None);
        assert!(full.chars().count() <= 255, "{full}");
    }
}
