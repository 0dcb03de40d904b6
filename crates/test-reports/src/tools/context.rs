//! A case with its surroundings, as the rules look at it.

use crate::formats::model::{Case, Outcome, Report, Suite};
use crate::text::{self, RepositoryRoot};

/// A case as context, its texts cleaned.
pub(super) struct CaseContext<'a> {
    pub(super) report: &'a Report,
    pub(super) case: &'a Case,
    /// The name, cleaned; empty when there is none.
    pub(super) name: &'a str,
    /// The classname, cleaned; empty when there is none.
    pub(super) classname: &'a str,
    /// The suites around it, outermost first.
    pub(super) suites: &'a [&'a Suite],
    /// Their names, cleaned; empty where there are none.
    pub(super) chain: &'a [&'a str],
    pub(super) root: &'a RepositoryRoot,
    /// Which of several that are called the same it is, from 1, where the tool counts them.
    pub(super) ordinal: Option<usize>,
}

impl<'a> CaseContext<'a> {
    /// The name of the innermost suite, cleaned.
    pub(super) fn suite_name(&self) -> &'a str {
        self.chain.last().copied().unwrap_or_default()
    }

    /// Whether it failed or errored.
    pub(super) fn failed(&self) -> bool {
        self.case.outcome >= Outcome::Failed
    }

    /// An attribute of the innermost suite that has it.
    pub(super) fn suite_attribute(&self, name: &str) -> Option<&'a str> {
        let mut inside_out = self.suites.iter().rev();
        inside_out.find_map(|suite| suite.attribute(name))
    }

    /// A property of the innermost suite that has it.
    pub(super) fn suite_property(&self, name: &str) -> Option<&'a str> {
        let mut inside_out = self.suites.iter().rev();
        inside_out.find_map(|suite| {
            let mut properties = suite.properties.iter();
            let found = properties.find(|property| &*property.name == name)?;
            Some(&*found.value)
        })
    }

    /// A path without the machine.
    pub(super) fn path(&self, path: &str) -> String {
        text::clean(&self.root.relative(path))
    }

    /// The file that the case names, without the machine.
    pub(super) fn case_file(&self) -> Option<String> {
        let file = self.case.file.as_deref()?;
        Some(self.path(file)).filter(|file| !file.is_empty())
    }

    /// The file that the case or a suite around it names, without the machine.
    pub(super) fn file(&self) -> Option<String> {
        self.case_file().or_else(|| {
            let named =
                self.suite_attribute("file").or_else(|| self.suite_attribute("filepath"))?;
            Some(self.path(named)).filter(|file| !file.is_empty())
        })
    }
}
