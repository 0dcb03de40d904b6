//! The changes as a tree: a sign in the first column, folders indented.

use anstyle::Style;

use super::{Detail, TextOptions};
use crate::summary::layout::{ERROR, FAINT, NEW, OK, PLAIN, Page, WARN, count, piece, styled};
use crate::summary::tree::Tree;
use crate::summary::{Change, ChangeAction, ChangeKind, escape};

/// Lines of the tree that are shown without `-v`.
const SHOWN: usize = 60;

/// The number of changes of each kind (which explains the signs), then the tree.
pub(super) fn changes(page: &mut Page, changes: &[Change], options: &TextOptions) {
    use ChangeAction::{Adopt, Create, Delete, Move, Place};
    for action in [Create, Adopt, Place, Move, Delete] {
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
            let (sign, style, word) = sign(action);
            let label = styled(style, &format!("{sign} {word}"));
            page.line(&label, 11, &[piece(PLAIN, parts.join(", "))]);
        }
    }
    page.gap();
    let full = options.detail == Detail::Full;
    let mut printer =
        Printer { page, full, left: if full { usize::MAX } else { SHOWN }, hidden: 0 };
    printer.folder(&Tree::new(changes, |change| &change.path), 0);
    let hidden = printer.hidden;
    if hidden > 0 {
        let text = format!("… and {} (-v shows all)", count(hidden, "more change"));
        page.line("", 2, &[piece(FAINT, text)]);
    }
}

struct Printer<'p> {
    page: &'p mut Page,
    full: bool,
    /// Lines that may still be printed.
    left: usize,
    /// Changes for which no line was left.
    hidden: usize,
}

impl Printer<'_> {
    fn folder(&mut self, folder: &Tree<'_, Change>, depth: usize) {
        for change in folder.items.iter().filter(|change| change.kind != ChangeKind::Folder) {
            if self.takes_line(1) {
                self.change(change, &change.name, depth);
            }
        }
        for (name, folder) in &folder.folders {
            if !self.takes_line(0) {
                self.hidden += folder.all().len();
                continue;
            }
            let name = format!("{name}/");
            match folder.items.iter().rfind(|change| change.kind == ChangeKind::Folder) {
                Some(change) => self.change(change, &name, depth),
                None => {
                    let pieces = [piece(FAINT, escape::terminal(&name))];
                    self.page.line("", 2 + 2 * depth, &pieces);
                }
            }
            self.folder(folder, depth + 1);
        }
    }

    /// Takes one of the lines that are left, or hides `changes`.
    fn takes_line(&mut self, changes: usize) -> bool {
        if self.left == 0 {
            self.hidden += changes;
            return false;
        }
        self.left -= 1;
        true
    }

    fn change(&mut self, change: &Change, name: &str, depth: usize) {
        let Change { action, kind, path: _, name: _, identity, reason } = change;
        let (sign, style, _) = sign(*action);
        let mut pieces = Vec::new();
        if *kind == ChangeKind::Step {
            pieces.push(piece(FAINT, "step: "));
        }
        pieces.push(piece(PLAIN, escape::terminal(name)));
        // The reason matters where a person's test is changed.
        if (self.full || *action != ChangeAction::Create) && !reason.is_empty() {
            pieces.push(piece(FAINT, format!("  ({})", escape::terminal(reason))));
        }
        if let Some(identity) = identity.filter(|_| self.full || *kind == ChangeKind::Step) {
            pieces.push(piece(FAINT, format!("  {identity}")));
        }
        let indent = 2 + 2 * depth;
        self.page.hanging_line(&styled(style, sign), indent, indent + 4, &pieces);
    }
}

fn sign(action: ChangeAction) -> (&'static str, Style, &'static str) {
    match action {
        ChangeAction::Create => ("+", OK, "create"),
        ChangeAction::Adopt => ("~", WARN, "adopt"),
        ChangeAction::Place => (">", NEW, "place"),
        ChangeAction::Move => (">", NEW, "move"),
        ChangeAction::Delete => ("-", ERROR, "delete"),
    }
}
