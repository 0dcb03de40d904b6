//! Where a test belongs, and how the folder of a new test is made from that.

use crate::mapping::{GroupBy, Split};
use crate::text;

/// What a rule makes of a case.
#[derive(Debug, Default)]
pub(super) struct TestLocation {
    /// The container's parts. Empty parts are dropped.
    pub(super) container: Vec<String>,
    /// The name; empty: the classname is taken.
    pub(super) name: String,
    /// The folder of a new test, from the outside in.
    pub(super) folder: Vec<Level>,
    /// It is a part of a test that has no case of its own when it passes.
    pub(super) is_subtest: bool,
    /// It was not executed, whatever its state says.
    pub(super) is_skipped: bool,
}

/// A part of a folder's path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Level {
    /// One folder.
    One(String),
    /// A classname or file, which `--split` and `--no-split` cut otherwise.
    Classname(String, Cut),
    /// Titles of groups, the outermost first, with a text between them.
    Titles(String, &'static str),
}

/// Where a classname is cut into folders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// Nowhere.
    Nowhere,
    /// At each `.`.
    Dots,
    /// At each `/`.
    Slashes,
    /// Java: the package, the class, each nested class.
    Class,
    /// .NET: at each `.` and `+` that is not within brackets.
    Type,
}

impl Level {
    /// Appends the folders of this level to `path`.
    pub(super) fn push_to(&self, path: &mut Vec<String>, split: &Split) {
        match (self, split) {
            (Level::One(name), _) | (Level::Classname(name, _), Split::Never) => push(path, name),
            (Level::Titles(titles, between), _) => push_all(path, titles.split(between)),
            (Level::Classname(name, _), Split::At(between)) if !between.is_empty() => {
                push_all(path, name.split(between.as_str()));
            }
            (Level::Classname(name, cut), _) => match cut {
                Cut::Nowhere => push(path, name),
                Cut::Dots => push_all(path, name.split('.')),
                Cut::Type => push_all(path, type_parts(name).into_iter()),
                Cut::Slashes => push_all(path, name.split('/')),
                Cut::Class => {
                    let (outer, nested) = name.split_once('$').unwrap_or((name, ""));
                    match outer.rsplit_once('.') {
                        Some((package, class)) => push_all(path, [package, class].into_iter()),
                        None => push(path, outer),
                    }
                    push_all(path, nested.split('$'));
                }
            },
        }
    }
}

fn push_all<'a>(path: &mut Vec<String>, names: impl Iterator<Item = &'a str>) {
    names.for_each(|name| push(path, name));
}

fn type_parts(name: &str) -> Vec<&str> {
    let (mut depth, mut start, mut parts) = (0_u32, 0, Vec::new());
    for (at, character) in name.char_indices() {
        match character {
            '(' | '<' | '[' => depth += 1,
            ')' | '>' | ']' => depth = depth.saturating_sub(1),
            '.' | '+' if depth == 0 => {
                parts.push(&name[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&name[start..]);
    parts
}

/// Appends a folder, unless it adds nothing.
pub(super) fn push(path: &mut Vec<String>, name: &str) {
    let name = name.trim();
    if name.is_empty() {
        return;
    }
    let name = text::fit_name(name);
    if path.last().is_none_or(|last| *last != name) {
        path.push(name.into_owned());
    }
}

/// What [`GroupBy`] chooses from.
pub(super) struct Sources<'a> {
    pub(super) suites: &'a [&'a str],
    pub(super) classname: &'a str,
    pub(super) file: Option<&'a str>,
    pub(super) auto: &'a [Level],
}

/// The folders below `--folder`, outermost first. Where a report does not say what is asked for (no file, no
/// classname), the tool's own rule places.
pub(super) fn folder(
    prefix: &[String],
    group_by: GroupBy,
    split: &Split,
    from: &Sources<'_>,
) -> Vec<String> {
    let mut path = prefix.to_vec();
    let mut below = Vec::new();
    let chosen: Vec<Level> = match group_by {
        GroupBy::Flat => return path,
        GroupBy::Auto => Vec::new(),
        GroupBy::Suite => without_repetition(from.suites.iter().map(|name| (*name).to_owned()))
            .into_iter()
            .map(Level::One)
            .collect(),
        GroupBy::Classname if from.classname.is_empty() => Vec::new(),
        GroupBy::Classname => {
            let cut = from.auto.iter().find_map(|level| match level {
                Level::Classname(name, cut) if name == from.classname => Some(*cut),
                _ => None,
            });
            let cut = cut.unwrap_or_else(|| usual_cut(from.classname));
            vec![Level::Classname(from.classname.to_owned(), cut)]
        }
        GroupBy::File => from
            .file
            .map(|file| Level::Classname(file.to_owned(), Cut::Slashes))
            .into_iter()
            .collect(),
    };
    let levels = if chosen.is_empty() { from.auto } else { &chosen };
    for level in levels {
        level.push_to(&mut below, split);
    }
    path.append(&mut below);
    path
}

/// Where a classname of nobody we know is cut: sentences are not.
fn usual_cut(classname: &str) -> Cut {
    if classname.contains(char::is_whitespace) {
        Cut::Nowhere
    } else if classname.contains('/') {
        Cut::Slashes
    } else if classname.contains('$') {
        Cut::Class
    } else {
        Cut::Dots
    }
}

/// Parts without those that say nothing new: empty ones, and those that the next one repeats or begins with.
pub(super) fn without_repetition(parts: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for part in parts {
        if part.is_empty() {
            continue;
        }
        if kept.last().is_some_and(|last| begins_with(&part, last)) {
            kept.pop();
        }
        kept.push(part);
    }
    kept
}

/// Whether `text` is `start`, or `start` and something that is no continuation of its last word.
pub(super) fn begins_with(text: &str, start: &str) -> bool {
    text.strip_prefix(start)
        .is_some_and(|rest| !rest.starts_with(|next: char| next.is_alphanumeric() || next == '_'))
}

/// What stands before `end` and white space, if `text` is that.
pub(super) fn before<'a>(text: &'a str, end: &str) -> Option<&'a str> {
    let start = text.strip_suffix(end)?;
    if start.is_empty() { Some(start) } else { start.strip_suffix(' ') }
}
