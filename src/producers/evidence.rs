//! What fingerprints look at: facts of a whole report, gathered once.

use crate::formats::model::{Case, Format, Report, Suite, find_attribute};

/// How many cases and suites are looked at: a tool writes all of a file in one manner.
const LOOKED_AT: usize = 64;

/// The beginning of a report.
pub(crate) struct Evidence<'a> {
    report: &'a Report,
}

impl<'a> Evidence<'a> {
    pub(super) fn of(report: &'a Report) -> Self {
        Self { report }
    }

    pub(super) fn format(&self) -> Format {
        self.report.format
    }

    /// An attribute of the document element.
    pub(super) fn root(&self, name: &str) -> Option<&'a str> {
        find_attribute(&self.report.root.attributes, name)
    }

    /// The `name` of a `testsuites` root.
    pub(super) fn root_name(&self) -> &'a str {
        self.root("name").unwrap_or_default()
    }

    pub(super) fn root_element(&self) -> &'a str {
        &self.report.root.element
    }

    pub(super) fn suites(&self) -> impl Iterator<Item = &'a Suite> + use<'a> {
        self.report.suites.iter().take(LOOKED_AT)
    }

    pub(super) fn cases(&self) -> impl Iterator<Item = &'a Case> + use<'a> {
        self.report.cases.iter().take(LOOKED_AT)
    }

    /// Cases with the innermost suite around each.
    pub(super) fn cases_in_suites(
        &self,
    ) -> impl Iterator<Item = (&'a Case, Option<&'a Suite>)> + use<'a> {
        let report = self.report;
        self.cases()
            .map(move |case| (case, case.suite.and_then(|index| report.suites.get(index as usize))))
    }

    /// The name of the first suite.
    pub(super) fn first_suite(&self) -> &'a str {
        self.report.suites.first().map_or("", |suite| &*suite.name)
    }

    /// Whether any suite bears an attribute.
    pub(super) fn suite_has(&self, attribute: &str) -> bool {
        self.suites().any(|suite| suite.attribute(attribute).is_some())
    }

    /// Whether any case bears an attribute that the model has no field for.
    pub(super) fn case_has(&self, attribute: &str) -> bool {
        self.cases().any(|case| case.attribute(attribute).is_some())
    }

    /// Whether any suite has a property of this name.
    pub(super) fn has_property(&self, name: &str) -> bool {
        self.suites().any(|suite| suite.properties.iter().any(|property| &*property.name == name))
    }

    /// Whether `holds` for every case, and there is one.
    pub(super) fn every_case(&self, holds: impl Fn(&Case, Option<&Suite>) -> bool) -> bool {
        !self.report.cases.is_empty()
            && self.cases_in_suites().all(|(case, suite)| holds(case, suite))
    }
}
