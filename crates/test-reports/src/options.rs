//! Options of the mapping from test cases to tests: what identifies a test, and which folder a new one goes into.

use std::sync::Arc;

use crate::formats::model::Report;
use crate::text::RepositoryRoot;
use crate::tracked::TrackedFiles;

/// The default of [`IdentityOptions::id_property`].
pub const DEFAULT_ID_PROPERTY: &str = "testquality_test";

/// How test cases become tests.
///
/// `namespace`, `merge_parameters`, `by_configuration`, `root` and `roots` change identities; the other fields do not.
#[derive(Clone, Debug)]
pub struct IdentityOptions {
    /// Part of every identity, so that repositories with equal test names stay apart. Cleaned; empty: no namespace.
    pub namespace: String,
    /// Folders (cleaned names, outermost first) that new folders and tests are placed in.
    pub folder: Vec<String>,
    /// What the folder of a new test is derived from.
    pub group_by: GroupBy,
    /// Where a classname is split into folder levels.
    pub split: Split,
    /// Data rows such as `test[a]` and `test(1, 2)` become one test.
    pub merge_parameters: bool,
    /// The browser, project or device becomes part of the name, as ` [firefox]`.
    pub by_configuration: bool,
    /// Later executions of a test replace earlier ones: by the time stamps of their suites, or else by the order of the
    /// reports.
    pub reruns: bool,
    /// The property whose value pins a test to a row of the project. Empty: no property does.
    pub id_property: String,
    /// The root of the repository: absolute paths in reports are made relative to it.
    pub root: RepositoryRoot,
    /// The files of the repository, in which the files of tests are looked up. None: they are as reports say.
    pub tracked: Option<Arc<TrackedFiles>>,
    /// Other directories that absolute paths in reports are made relative to, such as `/app` in a container. The first
    /// one that a path is below counts.
    pub roots: Vec<RepositoryRoot>,
}

impl Default for IdentityOptions {
    fn default() -> Self {
        Self {
            namespace: String::new(),
            folder: Vec::new(),
            group_by: GroupBy::default(),
            split: Split::default(),
            merge_parameters: false,
            by_configuration: false,
            reruns: false,
            id_property: DEFAULT_ID_PROPERTY.to_owned(),
            root: RepositoryRoot::default(),
            tracked: None,
            roots: Vec::new(),
        }
    }
}

impl IdentityOptions {
    /// The repository root for absolute paths in `report`: that of the machine that wrote it, if known.
    #[must_use]
    pub fn root_of<'a>(&'a self, report: &'a Report) -> &'a RepositoryRoot {
        report.written_below.as_ref().unwrap_or(&self.root)
    }
}

/// What the folder of a new test is derived from. It never changes an identity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum GroupBy {
    /// The rule of the tool that wrote the report.
    #[default]
    Auto,
    /// The chain of suites.
    Suite,
    /// The classname.
    Classname,
    /// The source file.
    File,
    /// Nothing: all new tests go into [`IdentityOptions::folder`].
    Flat,
}

/// Where a classname is split into folder levels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Split {
    /// As the rule of the tool says.
    #[default]
    Auto,
    /// At this separator.
    At(String),
    /// Nowhere: the classname is one folder.
    Never,
}
