//! The names in a report: those that thousands of elements repeat are kept once, all others side by side.

use std::cell::Cell;
use std::collections::HashSet;
use std::sync::Arc;

use super::arena::Arena;
use super::model::Text;

/// Keeps equal strings in one allocation, and many short ones in a common one.
#[derive(Debug, Default)]
pub(crate) struct Names {
    known: HashSet<Arc<str>>,
    /// Classnames come in runs: comparing with the last one is cheaper than hashing.
    last: Option<Arc<str>>,
    arena: Arena,
}

/// If there are more names than this, none is kept for the next file.
const MOST_KEPT: usize = 10_000;

thread_local! {
    static KEPT: Cell<Option<Names>> = const { Cell::new(None) };
}

impl Names {
    /// The names that the last file of this thread left: the files of one directory have many in common.
    pub(crate) fn of_thread() -> Self {
        KEPT.take().unwrap_or_default()
    }

    /// Leaves the names for the next file. All texts can be read from now on.
    pub(crate) fn leave(mut self) {
        self.arena = Arena::default();
        if self.known.len() <= MOST_KEPT {
            KEPT.set(Some(self));
        }
    }

    /// `name`, which hardly ever repeats. It cannot be read before [`Names::leave`].
    pub(crate) fn keep(&mut self, name: &str) -> Text {
        self.arena.keep(name)
    }

    /// `name`, shared with all equal names.
    pub(crate) fn intern(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.known.get(name) {
            return Arc::clone(known);
        }
        let fresh: Arc<str> = Arc::from(name);
        self.known.insert(Arc::clone(&fresh));
        fresh
    }

    /// Like [`Names::intern`], for a name that is probably the same as last time.
    pub(crate) fn intern_run(&mut self, name: &str) -> Arc<str> {
        if let Some(last) = &self.last
            && **last == *name
        {
            return Arc::clone(last);
        }
        let found = self.intern(name);
        self.last = Some(Arc::clone(&found));
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_names_share_one_allocation() {
        let mut names = Names::default();
        let first = names.intern("com.acme.A");
        names.intern_run("com.acme.B");
        assert!(Arc::ptr_eq(&first, &names.intern_run("com.acme.A")));
        assert!(Arc::ptr_eq(&first, &names.intern_run("com.acme.A")));
        assert!(Arc::ptr_eq(&first, &names.intern("com.acme.A")));
    }
}
