//! The changes as a tree: a sign in the first column, folders indented.

use std::borrow::Cow;

use anstyle::Style;

use super::{Detail, TextOptions};
use crate::summary::layout::{ERROR, FAINT, NEW, OK, PLAIN, Page, WARN, count, piece, styled};
use crate::summary::tree::Tree;
use crate::summary::{Change, ChangeAction, ChangeKind, escape};

/// Lines of the tree that are shown without `-v`.
const SHOWN: usize = 60;

/// The number of changes of each kind (which explains the signs), then the tree.
pub(super) fn changes(page: &mut Page, changes: &[Change], options: &TextOptions) {
    use ChangeAction::{
        Adopt, Create, Delete, Move, Place, Relink, Restore, Retire, Unlink, Update,
    };
    for action in [Create, Adopt, Relink, Update, Place, Restore, Move, Retire, Unlink, Delete] {
        let kinds = [
            (ChangeKind::Folder, "folder"),
            (ChangeKind::Test, "test"),
            (ChangeKind::Step, "step"),
        ];
        let parts = counts(changes.iter(), action, &kinds);
        if !parts.is_empty() {
            let (sign, style, word) = sign(action);
            let label = styled(style, &format!("{sign} {word}"));
            page.line(&label, 11, &[piece(PLAIN, parts.join(", "))]);
        }
    }
    page.gap();
    let mut lines = Vec::new();
    collect(&Tree::new(changes, |change| &change.path), 0, &mut lines);
    let full = options.detail == Detail::Full;
    let shown = if full { lines.len() } else { lines.len().min(SHOWN) };
    for line in &lines[..shown] {
        print(page, line, full);
    }
    let hidden = lines[shown..].iter().filter(|line| line.change.is_some()).count();
    if hidden > 0 {
        let text = format!("… and {} (-v shows all)", count(hidden, "more change"));
        page.line("", 2, &[piece(FAINT, text)]);
    }
}

/// How many `changes` are `action`s on rows of each of the `kinds`, such as `2 tests`.
pub(super) fn counts<'a>(
    changes: impl Iterator<Item = &'a Change> + Clone,
    action: ChangeAction,
    kinds: &[(ChangeKind, &str)],
) -> Vec<String> {
    let of =
        |kind| changes.clone().filter(move |change| change.action == action && change.kind == kind);
    let counts = kinds.iter().map(|(kind, noun)| (of(*kind).count(), noun));
    counts.filter(|(number, _)| *number > 0).map(|(number, noun)| count(number, noun)).collect()
}

/// A line of the tree: a change, or a folder that only leads to changes.
struct Line<'a> {
    depth: usize,
    name: Cow<'a, str>,
    change: Option<&'a Change>,
}

fn collect<'a>(folder: &Tree<'a, Change>, depth: usize, lines: &mut Vec<Line<'a>>) {
    let inside = folder.items.iter().filter(|change| change.kind != ChangeKind::Folder);
    lines.extend(inside.map(|change| Line {
        depth,
        name: Cow::Borrowed(&change.name),
        change: Some(change),
    }));
    for (name, folder) in &folder.folders {
        let change = folder.items.iter().rfind(|change| change.kind == ChangeKind::Folder).copied();
        lines.push(Line { depth, name: Cow::Owned(format!("{name}/")), change });
        collect(folder, depth + 1, lines);
    }
}

fn print(page: &mut Page, Line { depth, name, change }: &Line<'_>, full: bool) {
    let (indent, name) = (2 + 2 * depth, escape::terminal(name));
    let Some(Change { action, kind, path: _, name: _, identity, reason, row: _ }) = change else {
        return page.line("", indent, &[piece(FAINT, name)]);
    };
    let (sign, style, _) = sign(*action);
    let mut pieces = Vec::new();
    if *kind == ChangeKind::Step {
        pieces.push(piece(FAINT, "step: "));
    }
    pieces.push(piece(PLAIN, name));
    // The reason matters where a person's test is changed.
    if (full || *action != ChangeAction::Create) && !reason.is_empty() {
        pieces.push(piece(FAINT, format!("  ({})", escape::terminal(reason))));
    }
    if let Some(identity) = identity.filter(|_| full || *kind == ChangeKind::Step) {
        pieces.push(piece(FAINT, format!("  {identity}")));
    }
    page.hanging_line(&styled(style, sign), indent, indent + 4, &pieces);
}

fn sign(action: ChangeAction) -> (&'static str, Style, &'static str) {
    match action {
        ChangeAction::Create => ("+", OK, "create"),
        ChangeAction::Adopt => ("~", WARN, "adopt"),
        ChangeAction::Relink => ("~", WARN, "relink"),
        ChangeAction::Unlink => ("~", WARN, "unlink"),
        ChangeAction::Update => ("~", NEW, "update"),
        ChangeAction::Place => (">", NEW, "place"),
        ChangeAction::Retire => (">", WARN, "retire"),
        ChangeAction::Restore => (">", NEW, "restore"),
        ChangeAction::Move => (">", NEW, "move"),
        ChangeAction::Delete => ("-", ERROR, "delete"),
    }
}
