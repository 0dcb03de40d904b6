//! The identity line: the last line of a description, which ties a row of TestQuality to a test or folder.

mod label;
mod linked;

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use test_reports::identity::{Identity, IdentityGroup, NamespaceMark};
use test_reports::text;

pub use label::{Label, label_in};
pub use linked::{link_folder, linked_identities, unlink_folder};

/// The longest container and name together, with the separator, or the longest path, in characters.
const WHAT_CHARS: usize = 200;

/// The longest line, in characters: a line with many identities says less about the test.
pub(crate) const LINE_CHARS: usize = 255;

/// How many identities a row has at most: the current one and its aliases.
pub const MAX_IDENTITIES: usize = 8;

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

/// The known wordings of the line of the folder that `retire` moves tests to.
const RETIRED_WORDINGS: &[&str] = &["Retired automated tests ({ids}): {what}"];

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
    /// Former identities of the row, latest first.
    aliases: Vec<Identity>,
    namespace: NamespaceMark,
    /// What the report says about the test: it is above the line of a test that an import creates.
    above: String,
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
            aliases: Vec::new(),
            namespace,
            above: String::new(),
        }
    }

    /// The line of a folder that an import creates.
    #[must_use]
    pub fn of_folder<S: AsRef<str>>(
        path: &[S],
        identity: Identity,
        namespace: NamespaceMark,
    ) -> Self {
        let (parts, aliases) = (vec![join(path)], Vec::new());
        let above = String::new();
        Self { wordings: FOLDER_WORDINGS, parts, identity, aliases, namespace, above }
    }

    /// The line of the folder for retired tests.
    #[must_use]
    pub fn of_retired<S: AsRef<str>>(
        path: &[S],
        identity: Identity,
        namespace: NamespaceMark,
    ) -> Self {
        Self { wordings: RETIRED_WORDINGS, ..Self::of_folder(path, identity, namespace) }
    }

    /// The line with former identities of the row, latest first. Only the first [`MAX_IDENTITIES`] in all are kept.
    #[must_use]
    pub fn with_aliases(mut self, aliases: impl IntoIterator<Item = Identity>) -> Self {
        for alias in aliases {
            let is_known = alias == self.identity || self.aliases.contains(&alias);
            if !is_known && self.aliases.len() + 1 < MAX_IDENTITIES {
                self.aliases.push(alias);
            }
        }
        self
    }

    /// The line below `text`, which a report says about the test.
    #[must_use]
    pub fn below(self, text: String) -> Self {
        Self { above: text, ..self }
    }

    /// The description of a test that an import creates.
    #[must_use]
    pub fn description(&self) -> String {
        self.append_to(&self.above)
    }

    /// Whether `description` holds nothing else than this line, below the text of the report if there is one: in any known wording,
    /// shortened by us, cut at its end by the server, or neither, whatever markup an editor added.
    #[must_use]
    pub fn is_all_of(&self, description: &str) -> bool {
        let identity = self.identity.to_string();
        let written = text::clean(&self.to_string());
        let full = text::clean(&self.parts.join(SEPARATOR));
        let plain = [text::clean(description), text::clean(&without_markup(description))];
        let above = [text::clean(&self.above), text::clean(&without_markup(&self.above))];
        plain.iter().zip(&above).any(|(plain, above)| {
            let plain = plain.strip_prefix(above.as_str()).map_or(plain.as_str(), str::trim_start);
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
        wording.replace("{ids}", &self.group())
    }

    /// The group of identities, with the namespace mark.
    fn group(&self) -> String {
        let ids = std::iter::once(&self.identity).chain(&self.aliases);
        let ids: Vec<String> = ids.map(Identity::to_string).collect();
        format!("{} {}", ids.join(" "), self.namespace)
    }

    /// What the line says about the test or folder: container and name, shortened.
    #[must_use]
    pub fn what(&self) -> String {
        let most = what_chars(self.wordings[0], 1 + self.aliases.len());
        let what = match self.parts.as_slice() {
            [container, name] => {
                let (container, name) = shorten_both(container, name, most);
                format!("{container}{SEPARATOR}{name}")
            }
            parts => shorten(&parts.join(SEPARATOR), most).into_owned(),
        };
        inert(&what).into_owned()
    }

    /// `description` with this line in place of the one that it has, or below it if it has none. What a person added to the line
    /// stays: then only the identities are replaced. `namespaces` are those that the line may have been written for.
    #[must_use]
    pub fn replace_in(&self, description: &str, namespaces: &[&str]) -> String {
        let Some(group) = IdentityGroup::last_in(description) else {
            return self.append_to(description);
        };
        let line = label::OwnLine::of(description, &group, self.wordings);
        let (range, new) = match line.filter(|line| line.is_as_written(&group, namespaces)) {
            Some(line) if line.is_markup => (line.range, escape(&self.to_string())),
            Some(line) => (line.range, self.to_string()),
            None => (group.span, self.group()),
        };
        let before = description.get(..range.start).unwrap_or_default();
        let after = description.get(range.end..).unwrap_or_default();
        format!("{before}{new}{after}")
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
        // Last, because names may hold `{ids}`.
        f.write_str(&self.with_ids(self.wordings[0]).replace("{what}", &self.what()))
    }
}

/// Whether `description` is that of a folder for retired tests.
#[must_use]
pub fn is_of_retired(description: &str) -> bool {
    IdentityGroup::last_in(description)
        .is_some_and(|group| label::OwnLine::of(description, &group, RETIRED_WORDINGS).is_some())
}

/// `description` without the identity line of a test; none if it has none that nobody edited. `namespaces` are those that the line may
/// have been written for.
#[must_use]
pub fn without_line(description: &str, namespaces: &[&str]) -> Option<String> {
    let group = IdentityGroup::last_in(description)?;
    let line = label::OwnLine::of(description, &group, TEST_WORDINGS)?;
    if !line.is_as_written(&group, namespaces) {
        return None;
    }
    without_range(description, line.range)
}

/// `description` without the line at `range`.
fn without_range(description: &str, range: Range<usize>) -> Option<String> {
    let before = description.get(..range.start)?;
    let after = description.get(range.end..)?;
    // The paragraph that an editor made of the line goes with it.
    let paragraph = before.strip_suffix("<p>").zip(after.strip_prefix("</p>"));
    let (before, after) = paragraph.unwrap_or((before, after));
    if after.trim().is_empty() {
        return Some(before.trim_end().to_owned());
    }
    Some(format!("{}{after}", before.trim_end_matches(['\n', '\r'])))
}

/// `description` whose identity line no longer has the identities `lost`, and is unchanged otherwise.
#[must_use]
pub fn without_identities(description: &str, lost: &[Identity]) -> String {
    let Some(IdentityGroup { identities, span }) = IdentityGroup::last_in(description) else {
        return description.to_owned();
    };
    let kept: Vec<String> =
        identities.iter().filter(|id| !lost.contains(id)).map(Identity::to_string).collect();
    let group = description.get(span.clone()).unwrap_or_default();
    let last = identities.last().map(Identity::to_string).unwrap_or_default();
    let mark = group.rsplit_once(&last).map_or("", |(_, mark)| mark);
    let before = description.get(..span.start).unwrap_or_default();
    let after = description.get(span.end..).unwrap_or_default();
    format!("{before}{}{mark}{after}", kept.join(" "))
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

/// How many characters a line with this number of identities has for container and name.
fn what_chars(wording: &str, identities: usize) -> usize {
    let ids = identities * "tqi-0123456789abcdef ".len() + "tqn-01234567".len();
    let head = wording.len() + ids - "{ids}".len() - "{what}".len();
    WHAT_CHARS.min(LINE_CHARS.saturating_sub(head))
}

/// Both in at most `most` characters with the separator; a short one leaves its room to the other.
fn shorten_both<'a>(one: &'a str, other: &'a str, most: usize) -> (Cow<'a, str>, Cow<'a, str>) {
    let most = most.saturating_sub(SEPARATOR.len());
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
    without_entities(plain)
}

/// The reverse of [`without_entities`], for a line inside markup.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Common entities replaced.
fn without_entities(text: String) -> String {
    [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&nbsp;", " "),
        ("&amp;", "&"),
    ]
    .iter()
    .fold(text, |plain, (entity, character)| plain.replace(entity, character))
}

#[cfg(test)]
mod tests;
