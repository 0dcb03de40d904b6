//! Paths of one report, made independent of the machine on which it was written.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use crate::formats::model::Report;
use crate::options::IdentityOptions;
use crate::text::RepositoryRoot;

/// The deepest directory below which a file of the repository is looked for.
const DEEPEST: usize = 32;

/// Makes the paths of one report relative to the repository root.
pub(super) struct LocalPaths<'a> {
    options: &'a IdentityOptions,
    /// That of the machine that wrote the report.
    root: &'a RepositoryRoot,
    /// Results for absolute paths outside of all known directories.
    found: Mutex<HashMap<String, Option<String>>>,
}

impl<'a> LocalPaths<'a> {
    pub(super) fn new(report: &'a Report, options: &'a IdentityOptions) -> Self {
        Self { options, root: options.root_of(report), found: Mutex::default() }
    }

    /// A path of the report, relative to the repository root.
    ///
    /// An absolute path is cut at the first directory of [`IdentityOptions::roots`] that it is below, else at the
    /// repository root, else where the repository has the rest of it, else as [`RepositoryRoot::relative`] says.
    pub(super) fn relative(&self, path: &str) -> String {
        let known = self.options.roots.iter().chain([self.root]);
        if let Some(below) = known.clone().find_map(|root| root.below(path)) {
            return below;
        }
        if self.options.root.is_known() && RepositoryRoot::is_absolute(path) {
            let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
            let found = found.entry(path.to_owned()).or_insert_with(|| self.in_repository(path));
            if let Some(found) = found {
                return found.clone();
            }
        }
        self.root.relative(path)
    }

    /// Whether `path` is below a directory of [`IdentityOptions::roots`].
    pub(super) fn is_below_root(&self, path: &str) -> bool {
        self.options.roots.iter().any(|root| root.below(path).is_some())
    }

    /// Whether the repository has a file at `path`, which is relative to its root.
    pub(super) fn is_in_repository(&self, path: &str) -> bool {
        let root = &self.options.root;
        root.is_known()
            && !RepositoryRoot::is_absolute(path)
            && !path.split('/').any(|part| part == "..")
            && Path::new(root.path()).join(path).is_file()
    }

    /// The longest end of an absolute path that is a file of this repository, if that includes a directory.
    fn in_repository(&self, path: &str) -> Option<String> {
        let path = RepositoryRoot::normalised(path);
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        if parts.contains(&"..") || parts.len() > DEEPEST {
            return None;
        }
        let ends = (0..parts.len().saturating_sub(1)).map(|start| parts[start..].join("/"));
        ends.skip(1).find(|end| Path::new(self.options.root.path()).join(end).is_file())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::formats::read_one;

    #[test]
    fn absolute_paths_are_cut_at_a_named_root_or_where_the_repository_has_the_rest() {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir(directory.path().join("src")).unwrap();
        fs::write(directory.path().join("src/a.test.js"), "").unwrap();
        let report = read_one("<testsuite/>", "r.xml");
        let root = RepositoryRoot::new(directory.path());
        let found = IdentityOptions { root, ..IdentityOptions::default() };
        let paths = LocalPaths::new(&report, &found);
        assert_eq!(paths.relative("/app/src/a.test.js"), "src/a.test.js");
        assert_eq!(paths.relative("C:\\w\\1\\src\\a.test.js"), "src/a.test.js");
        assert_eq!(paths.relative("/app/lib/b.test.js"), "b.test.js");
        assert_eq!(paths.relative("/app/../src/a.test.js"), "a.test.js");
        let here = directory.path().join("src/a.test.js");
        assert_eq!(paths.relative(&here.to_string_lossy()), "src/a.test.js");

        let roots = ["/app", "/srv/web/"].map(|path| RepositoryRoot::new(Path::new(path)));
        let named = IdentityOptions { roots: roots.into(), ..IdentityOptions::default() };
        let paths = LocalPaths::new(&report, &named);
        assert_eq!(paths.relative("/app/lib/b.test.js"), "lib/b.test.js");
        assert_eq!(paths.relative("file:///srv/web/c.js"), "c.js");
        assert_eq!(paths.relative("/application/d.js"), "d.js");
    }
}
