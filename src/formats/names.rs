//! Strings that a report repeats in thousands of elements, kept once.

use std::collections::HashSet;
use std::sync::Arc;

/// Gives equal strings the same allocation.
#[derive(Debug, Default)]
pub(crate) struct Names {
    known: HashSet<Arc<str>>,
    /// Class names come in runs: comparing with the last one is cheaper than hashing.
    last: Option<Arc<str>>,
}

impl Names {
    /// `name`, shared with all equal ones.
    pub(crate) fn intern(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.known.get(name) {
            return Arc::clone(known);
        }
        let fresh: Arc<str> = Arc::from(name);
        self.known.insert(Arc::clone(&fresh));
        fresh
    }

    /// Like [`Names::intern`], for what is likely the same as the last time.
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
