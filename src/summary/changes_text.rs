//! The change plan as a tree: a mark in the first column, folders indented.

use std::collections::BTreeMap;

use anstyle::Style;

use super::escape;
use super::layout::{
    Detail, ERROR, FAINT, NEW, OK, PLAIN, Page, TextOptions, WARN, count, piece, styled,
};
use super::{Change, ChangeAction, ChangeKind};

/// Lines of the tree that are shown unless everything is asked for.
const SHOWN: usize = 60;

/// `changes`, first in numbers (which is the legend too), then as a tree.
pub(super) fn changes(page: &mut Page, changes: &[Change], options: &TextOptions) {
    let actions = [
        ChangeAction::Create,
        ChangeAction::Adopt,
        ChangeAction::Place,
        ChangeAction::Move,
        ChangeAction::Delete,
    ];
    for action in actions {
        let kinds = [
            (ChangeKind::Folder, "folder"),
            (ChangeKind::Test, "test"),
            (ChangeKind::Step, "step"),
        ];
        let parts: Vec<String> = kinds
            .into_iter()
            .map(|(kind, noun)| {
                let of_kind = |change: &&Change| change.action == action && change.kind == kind;
                (changes.iter().filter(of_kind).count(), noun)
            })
            .filter(|(number, _)| *number > 0)
            .map(|(number, noun)| count(number, noun))
            .collect();
        if !parts.is_empty() {
            let (mark, style, word) = mark(action);
            let label = styled(style, &format!("{mark} {word}"));
            page.line(&label, 11, &[piece(PLAIN, parts.join(", "))]);
        }
    }
    page.gap();
    let mut tree = Folder::default();
    for change in changes {
        let folder = change
            .path
            .iter()
            .fold(&mut tree, |folder, name| folder.folders.entry(name).or_default());
        if change.kind == ChangeKind::Folder {
            folder.own = Some(change);
        } else {
            folder.changes.push(change);
        }
    }
    let mut left = match options.detail {
        Detail::Full => usize::MAX,
        Detail::Brief | Detail::Normal => SHOWN,
    };
    let hidden = tree.print(page, 0, &mut left, options);
    if hidden > 0 {
        let text = format!("… and {} (-v shows all)", count(hidden, "more change"));
        page.line("", 2, &[piece(FAINT, text)]);
    }
}

#[derive(Default)]
struct Folder<'a> {
    own: Option<&'a Change>,
    folders: BTreeMap<&'a str, Folder<'a>>,
    changes: Vec<&'a Change>,
}

impl Folder<'_> {
    /// Prints what is below; returns how many changes there was no line left for.
    fn print(
        &self,
        page: &mut Page,
        depth: usize,
        left: &mut usize,
        options: &TextOptions,
    ) -> usize {
        let mut hidden = 0;
        for change in &self.changes {
            if *left == 0 {
                hidden += 1;
                continue;
            }
            *left -= 1;
            print_change(page, change, &change.name, depth, options);
        }
        for (name, folder) in &self.folders {
            if *left == 0 {
                hidden += folder.changes_below();
                continue;
            }
            *left -= 1;
            let name = format!("{name}/");
            match folder.own {
                Some(change) => print_change(page, change, &name, depth, options),
                None => page.line("", 2 + 2 * depth, &[piece(FAINT, escape::terminal(&name))]),
            }
            hidden += folder.print(page, depth + 1, left, options);
        }
        hidden
    }

    fn changes_below(&self) -> usize {
        let below: usize = self.folders.values().map(Folder::changes_below).sum();
        usize::from(self.own.is_some()) + self.changes.len() + below
    }
}

fn print_change(page: &mut Page, change: &Change, name: &str, depth: usize, options: &TextOptions) {
    let Change { action, kind, path: _, name: _, identity, reason } = change;
    let (sign, style, _) = mark(*action);
    let mut pieces = Vec::new();
    if *kind == ChangeKind::Step {
        pieces.push(piece(FAINT, "step: "));
    }
    pieces.push(piece(PLAIN, escape::terminal(name)));
    // Why something is created is told by the sign; why a person's test is touched matters.
    let full = options.detail == Detail::Full;
    if (full || *action != ChangeAction::Create) && !reason.is_empty() {
        pieces.push(piece(FAINT, format!("  ({})", escape::terminal(reason))));
    }
    if let Some(identity) = identity.filter(|_| full || *kind == ChangeKind::Step) {
        pieces.push(piece(FAINT, format!("  {identity}")));
    }
    let indent = 2 + 2 * depth;
    page.hanging_line(&styled(style, sign), indent, indent + 4, &pieces);
}

fn mark(action: ChangeAction) -> (&'static str, Style, &'static str) {
    match action {
        ChangeAction::Create => ("+", OK, "create"),
        ChangeAction::Adopt => ("~", WARN, "adopt"),
        ChangeAction::Place => (">", NEW, "place"),
        ChangeAction::Move => (">", NEW, "move"),
        ChangeAction::Delete => ("-", ERROR, "delete"),
    }
}
