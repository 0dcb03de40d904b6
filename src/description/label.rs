//! Reads what a line says about its test.

use std::ops::Range;

use test_reports::identity::{Identity, IdentityGroup};

use super::{SEPARATOR, TEST_WORDINGS, what_chars, without_entities};

/// Container and name of a test, as its line has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label<'a> {
    /// The parts of the container, with ` / ` between; empty if there are none.
    pub container: &'a str,
    /// The name.
    pub name: &'a str,
    /// Whether they are the parts of an identity of the row: neither shortened nor edited.
    pub is_proven: bool,
}

impl<'a> Label<'a> {
    /// Splits a label. Container and name may hold the separator: the hash tells where it is, if the namespace is one of
    /// `namespaces`. Otherwise the first separator counts.
    #[must_use]
    pub fn split(label: &'a str, identities: &[Identity], namespaces: &[&str]) -> Self {
        let at = |index: usize| Self {
            container: label.get(..index).unwrap_or_default(),
            name: label.get(index + SEPARATOR.len()..).unwrap_or_default(),
            is_proven: true,
        };
        let whole = Self { container: "", name: label, is_proven: true };
        let splits = label.match_indices(SEPARATOR).map(|(index, _)| at(index)).chain([whole]);
        let is_proven = |label: &Self| {
            let several: Vec<&str> = match label.container {
                "" => Vec::new(),
                container => container.split(" / ").collect(),
            };
            [several, vec![label.container]].iter().any(|container| {
                namespaces.iter().any(|namespace| {
                    identities.contains(&Identity::of_test(namespace, container, label.name))
                })
            })
        };
        splits.clone().find(is_proven).unwrap_or_else(|| {
            let first = splits.into_iter().next().unwrap_or(whole);
            Self { is_proven: false, ..first }
        })
    }
}

/// What the identity line in `description` says about its test, in any known wording; none if it is not a line of a test.
#[must_use]
pub fn label_in(description: &str) -> Option<String> {
    let group = IdentityGroup::last_in(description)?;
    Some(OwnLine::of(description, &group, TEST_WORDINGS)?.what)
}

/// The identity line in a description.
pub(super) struct OwnLine {
    /// Its bytes.
    pub(super) range: Range<usize>,
    /// What it says about the test.
    pub(super) what: String,
    /// Whether it is inside markup, so that its text is escaped.
    pub(super) is_markup: bool,
    wording: &'static str,
}

impl OwnLine {
    /// The line around `group`, in one of the `wordings`.
    pub(super) fn of(
        description: &str,
        group: &IdentityGroup,
        wordings: &[&'static str],
    ) -> Option<Self> {
        let (head, tail) =
            (description.get(..group.span.start)?, description.get(group.span.end..)?);
        wordings.iter().find_map(|wording| {
            let (before, after) = wording.split_once("{ids}")?;
            let (start, raw, length) = if let Some(after) = after.strip_suffix("{what}") {
                // The identities come first, and the text goes on to the end of the line.
                let start = head.len() - head.ends_with(before).then_some(before.len())?;
                let tail = tail.strip_prefix(after)?;
                let is_markup = head.get(..start)?.ends_with('>');
                let ends = |c: char| c == '\n' || c == '\r' || (is_markup && c == '<');
                let raw = tail.split(ends).next()?.trim_end();
                (start, raw, after.len() + raw.len())
            } else {
                let (before, between) = before.split_once("{what}")?;
                let start = head.rfind(before)?;
                let raw = head.get(start + before.len()..)?.strip_suffix(between)?;
                tail.starts_with(after).then_some((start, raw, after.len()))?
            };
            let is_markup = head.get(..start)?.ends_with('>');
            let is_line = !raw.contains(['\n', '\r']);
            let what = if is_markup { without_entities(raw.to_owned()) } else { raw.to_owned() };
            is_line.then(|| Self {
                range: start..group.span.end + length,
                what: what.trim().to_owned(),
                is_markup,
                wording,
            })
        })
    }

    /// Whether nobody edited it: its text gives an identity of the `group`, or has the length to which long texts are shortened.
    pub(super) fn is_as_written(&self, group: &IdentityGroup, namespaces: &[&str]) -> bool {
        let is_shortened = self.what.contains('…')
            && self.what.chars().count() == what_chars(self.wording, group.identities.len());
        is_shortened || Label::split(&self.what, &group.identities, namespaces).is_proven
    }
}
