//! What the user decided about identities and folders: read by [`crate::tools`] and [`crate::record`].

use crate::formats::model::Report;
use crate::text::RepositoryRoot;

/// How cases are turned into records: what enters identities and where new tests are placed.
#[derive(Clone, Debug, Default)]
pub struct IdentityOptions {
    /// Enters every identity. Cleaned; empty when none was given.
    pub namespace: String,
    /// Folders below the root folder under which new folders and tests are placed (cleaned names).
    pub folder: Vec<String>,
    /// What the folder of a new test is made from.
    pub group_by: GroupBy,
    /// Where a classname is cut into levels.
    pub split: Split,
    /// `test[a]`, `test(1, 2)` … become one test.
    pub merge_parameters: bool,
    /// Browser, project or device joins the name.
    pub by_configuration: bool,
    /// Later files are re-executions of earlier ones.
    pub reruns: bool,
    /// The property that pins a test (`testquality_test` unless told otherwise).
    pub id_property: String,
    /// For absolute paths in reports.
    pub root: RepositoryRoot,
}

impl IdentityOptions {
    /// What absolute paths in `report` begin with.
    #[must_use]
    pub fn root_of<'a>(&'a self, report: &'a Report) -> &'a RepositoryRoot {
        report.written_below.as_ref().unwrap_or(&self.root)
    }
}

/// `--group-by`: what the folder of a *new* test is made from. Never enters an identity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GroupBy {
    /// By the tool's row in the table.
    #[default]
    Auto,
    /// The chain of suites.
    Suite,
    /// The classname.
    Classname,
    /// The file.
    File,
    /// No folder below `--folder`.
    Flat,
}

/// `--split D`, `--no-split`: where a classname is cut into folder levels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Split {
    /// As the tool's row says.
    #[default]
    Auto,
    /// At this text.
    At(String),
    /// Nowhere: the classname is one folder.
    Never,
}
