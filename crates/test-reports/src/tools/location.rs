//! Where a test belongs, and which folder a new test goes into.

use std::borrow::Cow;

use super::context::CaseContext;
use super::local_paths::LocalPaths;
use super::{Tool, volatile};
use crate::options::{GroupBy, IdentityOptions, Split};
use crate::text;

/// What a tool's row makes of a case.
#[derive(Debug, Default)]
pub(super) struct TestLocation {
    /// The parts of the container. Empty ones are dropped.
    pub(super) container: Vec<String>,
    /// The name. If it is empty, the classname is used.
    pub(super) name: String,
    /// The folder of a new test, outermost level first.
    pub(super) folder: Vec<Level>,
    /// Whether it is a part of a test, which has no case of its own when it passes.
    pub(super) is_subtest: bool,
    /// Whether it was not executed although its state says otherwise.
    pub(super) is_skipped: bool,
}

/// How a tool's row finds out where a test belongs.
#[derive(Clone, Copy)]
pub(super) enum Locate {
    /// From each case.
    Case(fn(&CaseContext<'_>) -> TestLocation),
    /// Container and folder follow from suites and classname alone, so that consecutive cases need them only once.
    Class {
        /// Container and folder; its other fields do not count.
        home: fn(&CaseContext<'_>) -> TestLocation,
        /// The rest, of each case.
        name: for<'c> fn(&CaseContext<'c>) -> TestName<'c>,
    },
}

/// What a [`TestLocation`] says of a single case.
#[derive(Debug, Default)]
pub(super) struct TestName<'a> {
    /// [`TestLocation::name`].
    pub(super) name: Cow<'a, str>,
    /// [`TestLocation::is_subtest`].
    pub(super) is_subtest: bool,
    /// [`TestLocation::is_skipped`].
    pub(super) is_skipped: bool,
}

impl TestName<'_> {
    /// The same test in the container and folder of `home`.
    pub(super) fn in_home(self, home: TestLocation) -> TestLocation {
        let Self { name, is_subtest, is_skipped } = self;
        TestLocation { name: name.into_owned(), is_subtest, is_skipped, ..home }
    }
}

/// One or more folders of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Level {
    /// One folder.
    One(String),
    /// A classname or file, which [`Split`] may cut in another way.
    Classname(String, Cut),
    /// Titles of groups, outermost first, and the separator between them.
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
    /// Java: into package, class and each nested class.
    Class,
    /// .NET: at each `.` and `+` outside of brackets.
    Type,
}

impl Level {
    /// Removes what differs between machines.
    pub(super) fn make_stable(&mut self, paths: &LocalPaths<'_>) {
        let (Level::One(name) | Level::Classname(name, _) | Level::Titles(name, _)) = self;
        *name = volatile::without_machine(name, paths);
    }

    /// Appends the folders of this level to `path`.
    pub(super) fn push_to(&self, path: &mut Vec<String>, split: &Split) {
        match (self, split) {
            (Level::One(name), _) | (Level::Classname(name, _), Split::Never) => push(path, name),
            (Level::Titles(titles, separator), _) => push_all(path, titles.split(separator)),
            (Level::Classname(name, _), Split::At(separator)) if !separator.is_empty() => {
                push_all(path, name.split(separator.as_str()));
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
    let (mut start, mut parts) = (0, Vec::new());
    for (at, _) in outside_brackets(name).filter(|(_, next)| ['.', '+'].contains(next)) {
        parts.push(&name[start..at]);
        start = at + 1;
    }
    parts.push(&name[start..]);
    parts
}

/// The characters of a type or method of .NET that are outside of brackets and quotes, with their positions.
pub(super) fn outside_brackets(text: &str) -> impl Iterator<Item = (usize, char)> {
    let (mut depth, mut quoted, mut escaped, mut before) = (0_u32, false, false, ' ');
    let mut literal = 0;
    text.char_indices().filter(move |&(at, next)| {
        let last = std::mem::replace(&mut before, next);
        if at < literal {
            return false;
        }
        match next {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            // `Adds('(')`
            '\'' if depth > 0 => {
                let end = text[at + 1..].char_indices().nth(1).filter(|(_, end)| *end == '\'');
                literal = end.map_or(0, |(length, _)| at + length + 2);
            }
            '(' | '[' => depth += 1,
            // Not the sign in `a < b`.
            '<' if last.is_alphanumeric() || depth > 0 => depth += 1,
            ')' | '>' | ']' => depth = depth.saturating_sub(1),
            _ => return depth == 0,
        }
        false
    })
}

/// Appends a folder, unless it is empty or repeats its parent.
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

/// The folders of a new test, outermost first. Where a report lacks what `group_by` asks for (a file, a classname), the
/// `levels` of the tool's row are used.
pub(super) fn folder(
    options: &IdentityOptions,
    tool: &Tool,
    case: &CaseContext<'_>,
    levels: &[Level],
) -> Vec<String> {
    let classname = case.classname;
    let chosen = match options.group_by {
        GroupBy::Flat => return options.folder.clone(),
        GroupBy::Auto => Vec::new(),
        GroupBy::Suite => {
            let labels = case.chain.iter().map(|name| (tool.suite_label)(name).to_owned());
            without_repetition(labels).into_iter().map(Level::One).collect()
        }
        GroupBy::Classname if classname.is_empty() => Vec::new(),
        GroupBy::Classname => {
            let cut = levels.iter().find_map(|level| match level {
                Level::Classname(name, cut) if name == classname => Some(*cut),
                _ => None,
            });
            vec![Level::Classname(
                classname.to_owned(),
                cut.unwrap_or_else(|| usual_cut(classname)),
            )]
        }
        GroupBy::File => {
            case.file().map(|file| Level::Classname(file, Cut::Slashes)).into_iter().collect()
        }
    };
    let mut path = options.folder.clone();
    let mut below = Vec::new();
    for level in if chosen.is_empty() { levels } else { &chosen } {
        level.push_to(&mut below, &options.split);
    }
    path.append(&mut below);
    path
}

/// Where the classname of an unrecognised tool is cut. Sentences are not cut.
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

/// `parts` without empty ones and without those that the next part equals or begins with.
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

/// Whether `text` begins with `start` and its last word ends there.
pub(super) fn begins_with(text: &str, start: &str) -> bool {
    text.strip_prefix(start)
        .is_some_and(|rest| !rest.starts_with(|next: char| next.is_alphanumeric() || next == '_'))
}

/// `text` without `end` and the space in front of it, if it ends so.
pub(super) fn before<'a>(text: &'a str, end: &str) -> Option<&'a str> {
    let start = text.strip_suffix(end)?;
    if start.is_empty() { Some(start) } else { start.strip_suffix(' ') }
}
