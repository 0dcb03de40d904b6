//! A case with its surroundings, as the rules see it.

use super::part::Part;
use crate::formats::model::{Case, Outcome, Suite};
use crate::text::{self, RepositoryRoot};

/// A case with its surroundings. Texts are cleaned.
pub(super) struct CaseContext<'a> {
    pub(super) part: &'a Part<'a>,
    pub(super) case: &'a Case,
    /// Empty when there is none.
    pub(super) name: &'a str,
    /// Empty when there is none.
    pub(super) classname: &'a str,
    /// The suites around the case, outermost first.
    pub(super) suites: &'a [&'a Suite],
    /// Their names, each of which may be empty.
    pub(super) chain: &'a [&'a str],
    pub(super) root: &'a RepositoryRoot,
    /// The number of the case among those with the same name, from 1, where the tool's row counts them.
    pub(super) ordinal: Option<usize>,
}

impl<'a> CaseContext<'a> {
    /// The name of the innermost suite.
    pub(super) fn suite_name(&self) -> &'a str {
        self.chain.last().copied().unwrap_or_default()
    }

    /// Whether the case failed or errored.
    pub(super) fn failed(&self) -> bool {
        self.case.outcome >= Outcome::Failed
    }

    /// An attribute of the innermost suite that has it.
    pub(super) fn suite_attribute(&self, name: &str) -> Option<&'a str> {
        self.suites.iter().rev().find_map(|suite| suite.attribute(name))
    }

    /// A property of the innermost suite that has it.
    pub(super) fn suite_property(&self, name: &str) -> Option<&'a str> {
        self.suites.iter().rev().find_map(|suite| super::rules::property(suite, name))
    }

    /// `path` relative to the repository root.
    pub(super) fn path(&self, path: &str) -> String {
        text::clean(&self.root.relative(path))
    }

    /// The file that the case names, relative to the repository root.
    pub(super) fn case_file(&self) -> Option<String> {
        let file = self.path(self.case.file.as_deref()?);
        Some(file).filter(|file| !file.is_empty())
    }

    /// The file that the case or a suite around it names, relative to the repository root.
    pub(super) fn file(&self) -> Option<String> {
        self.case_file().or_else(|| {
            let file = self.suite_attribute("file").or_else(|| self.suite_attribute("filepath"))?;
            Some(self.path(file)).filter(|file| !file.is_empty())
        })
    }
}
