//! Which tool wrote a report, and what that means for each case: its container and name, which make the
//! identity, and the folder of a new test.
//!
//! One table ([`table`]) holds a row for each producer. A row's fingerprint looks at content only, never at
//! file names; the first row that matches is taken, and the last one matches everything. Containers and names
//! are frozen; folders are only a place.

mod evidence;
mod place;
mod run_errors;
mod table;

use crate::formats::model::{Case, Report, Suite};
use crate::record::{GroupBy, Mapping, Split};
use crate::text;

use evidence::Evidence;
pub use table::PRODUCERS;

/// One row of the table.
#[derive(Debug)]
pub struct Producer {
    /// What it is called in summaries, such as `pytest`.
    pub name: &'static str,
    /// What several cases with the same suites, classname and name in one file are.
    pub equal_cases: EqualCases,
    /// Whether a case element is a test at all, or a linter's finding.
    pub cases_are: CasesAre,
    fingerprint: fn(&Evidence<'_>) -> bool,
    place: fn(&View<'_>) -> Place,
}

/// What equal cases in one file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EqualCases {
    /// Attempts of one execution, the verdict last.
    Attempts,
    /// Attempts, of which all but the last failed although they are written as passed.
    BareAttempts,
    /// Rows of one test.
    Rows,
}

/// What a case element is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CasesAre {
    /// A test.
    Tests,
    /// A finding of a linter, which is excluded.
    Findings,
}

/// A case with everything around it that a row may look at.
pub(crate) struct View<'a> {
    case: &'a Case,
    /// The suites around it, outermost first.
    suites: &'a [&'a Suite],
    mapping: &'a Mapping,
}

/// Where a case belongs. Texts are as written; [`map`] cleans them.
#[derive(Debug, Default)]
pub(crate) struct Place {
    container: Vec<String>,
    name: String,
    folder: Vec<String>,
}

/// What a case is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mapped {
    /// A test.
    Test {
        /// Cleaned; enters the identity.
        container: Vec<String>,
        /// Cleaned; enters the identity.
        name: String,
        /// Cleaned names from below the root folder, `--folder` included.
        folder: Vec<String>,
    },
    /// Something that went wrong outside every test.
    RunError,
    /// No test, and nothing went wrong either: a module that was skipped whole, a linter's finding.
    Excluded,
}

/// The producer of `report`.
#[must_use]
pub fn detect(report: &Report) -> &'static Producer {
    let evidence = Evidence::of(report);
    let last = &PRODUCERS[PRODUCERS.len() - 1];
    PRODUCERS.iter().find(|producer| (producer.fingerprint)(&evidence)).unwrap_or(last)
}

/// What `case` is, which `producer` wrote below `suites` (outermost first).
#[must_use]
pub fn map(producer: &Producer, case: &Case, suites: &[&Suite], mapping: &Mapping) -> Mapped {
    if producer.cases_are == CasesAre::Findings {
        return Mapped::Excluded;
    }
    let view = View { case, suites, mapping };
    match run_errors::judge(&view, producer) {
        run_errors::Judgement::Test => {}
        run_errors::Judgement::RunError => return Mapped::RunError,
        run_errors::Judgement::NoTest => return Mapped::Excluded,
    }
    let Place { container, name, folder } = (producer.place)(&view);
    let clean_all = |parts: Vec<String>| -> Vec<String> {
        parts.iter().map(|part| text::clean(part)).filter(|part| !part.is_empty()).collect()
    };
    let container = clean_all(container);
    let mut name = text::clean(&name);
    if name.is_empty() {
        name = text::clean(view.classname());
    }
    if mapping.merge_parameters {
        name = place::without_parameters(&name);
    }
    if mapping.by_configuration
        && let Some(configuration) = view.configuration()
    {
        name = format!("{name} [{configuration}]");
    }
    let folder = clean_all(view.folder(folder));
    let folder = mapping
        .folder
        .iter()
        .cloned()
        .chain(folder.iter().map(|name| text::fit_name(name).into_owned()))
        .collect();
    Mapped::Test { container, name, folder }
}

impl View<'_> {
    /// The case's name, empty when absent.
    pub(crate) fn name(&self) -> &str {
        self.case.name.as_deref().unwrap_or_default()
    }

    /// The case's classname, empty when absent.
    pub(crate) fn classname(&self) -> &str {
        self.case.classname.as_deref().unwrap_or_default()
    }

    /// The file of the case or of the nearest suite that names one, relative to the repository root.
    pub(crate) fn file(&self) -> Option<String> {
        let written = self
            .case
            .file
            .as_deref()
            .or_else(|| self.suites.iter().rev().find_map(|suite| suite.attribute("file")))?;
        Some(self.path(written)).filter(|path| !path.is_empty())
    }

    /// A path of the report, independent of the machine.
    pub(crate) fn path(&self, written: &str) -> String {
        self.mapping.root.relative(&text::clean(written))
    }

    /// Names of the suites around the case, outermost first, empty ones left out.
    pub(crate) fn suite_names(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.suites.iter().map(|suite| &*suite.name).filter(|name| !name.trim().is_empty())
    }

    /// Name of the innermost suite, empty when there is none.
    pub(crate) fn suite_name(&self) -> &str {
        self.suites.last().map_or("", |suite| &*suite.name)
    }

    /// What tells this execution of the test from others: project, device or browser.
    pub(crate) fn configuration(&self) -> Option<String> {
        configuration_of(self.suites)
    }

    /// The folder by `--group-by` and `--split`; `auto` is what the producer's row says.
    fn folder(&self, auto: Vec<String>) -> Vec<String> {
        let classname = || match &self.mapping.split {
            Split::Never => vec![self.classname().to_owned()],
            Split::At(delimiter) if !delimiter.is_empty() => {
                place::split(self.classname(), delimiter)
            }
            Split::At(_) | Split::Auto => place::split(self.classname(), "."),
        };
        match self.mapping.group_by {
            GroupBy::Flat => Vec::new(),
            GroupBy::Suite => self.suite_names().map(str::to_owned).collect(),
            GroupBy::File => self.file().map(|file| place::split(&file, "/")).unwrap_or_default(),
            GroupBy::Classname => classname(),
            // A folder that is made from the classname is cut where the user says.
            GroupBy::Auto
                if self.mapping.split != Split::Auto
                    && place::is_from_classname(&auto, self.classname()) =>
            {
                classname()
            }
            GroupBy::Auto => auto,
        }
    }
}

/// Browser, project, device or host of the innermost suite that names one.
#[must_use]
pub fn configuration_of(suites: &[&Suite]) -> Option<String> {
    suites.iter().rev().find_map(|suite| {
        let property = |name: &str| {
            suite
                .properties
                .iter()
                .find(|property| &*property.name == name)
                .map(|property| &*property.value)
        };
        let written = property("browser.fullName")
            .or_else(|| property("capabilities"))
            .or_else(|| property("device"))
            .or_else(|| suite.attribute("hostname"))?;
        Some(text::clean(written)).filter(|configuration| !configuration.is_empty())
    })
}

#[cfg(test)]
mod tests;
