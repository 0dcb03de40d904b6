//! Builds a report from what a reader of JSON or text finds.

use std::collections::HashMap;
use std::sync::Arc;

use super::cases::{index_of, remove_cases};
use super::limits::{Limit, Limits};
use super::model::{
    Attribute, Case, CaseExtra, Detail, Flaw, Format, Outcome, Position, Property, Report, Seconds,
    Suite, SuiteError, SuiteIndex, Tag,
};
use super::names::Names;
use super::tags::{TagReader, tags_in_name};

/// Bytes of the longest text of a failure that is kept.
pub(crate) const LONGEST_TEXT: usize = 64 * 1024;

/// A case as a reader found it.
#[derive(Debug, Default)]
pub(crate) struct NewCase<'a> {
    pub(crate) suite: Option<SuiteIndex>,
    /// Empty where there is none.
    pub(crate) name: &'a str,
    pub(crate) classname: Option<&'a str>,
    pub(crate) file: Option<&'a str>,
    pub(crate) line: Option<u32>,
    pub(crate) seconds: Option<f64>,
    pub(crate) outcome: Outcome,
    pub(crate) extra: CaseExtra,
    pub(crate) position: Position,
}

/// A report that is being read.
#[derive(Debug)]
pub(crate) struct ReportBuilder {
    report: Report,
    limits: Limits,
    names: Names,
    /// Suites by parent and name.
    suites: HashMap<(Option<SuiteIndex>, Arc<str>), SuiteIndex>,
    /// Cases that turned out to be incomplete.
    gone: Vec<u32>,
}

impl ReportBuilder {
    /// A report in `format`, whose document is called `element`.
    pub(crate) fn new(path: Arc<str>, format: Format, element: &str, limits: &Limits) -> Self {
        let mut report = Report::new(path, format);
        report.root.element = element.into();
        Self {
            report,
            limits: *limits,
            names: Names::of_thread(),
            suites: HashMap::new(),
            gone: Vec::new(),
        }
    }

    /// How much is read.
    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Adds an attribute of the document.
    pub(crate) fn root_attribute(&mut self, name: &str, value: &str) {
        let attribute = Attribute { name: self.names.intern(name), value: value.into() };
        self.report.root.attributes.push(attribute);
    }

    /// Adds an attribute of the document, unless it has one of this name.
    pub(crate) fn set_root_attribute(&mut self, name: &str, value: &str) {
        if self.report.root.attributes.iter().all(|attribute| &*attribute.name != name) {
            self.root_attribute(name, value);
        }
    }

    /// The suite of this name inside `parent`, which is added if there is none.
    pub(crate) fn suite(&mut self, parent: Option<SuiteIndex>, name: &str) -> SuiteIndex {
        let key = (parent, self.names.intern(name));
        if let Some(&known) = self.suites.get(&key) {
            return known;
        }
        let suite = self.new_suite(parent, name);
        self.suites.insert(key, suite);
        suite
    }

    /// The innermost suite of a chain of names.
    pub(crate) fn chain<'a>(
        &mut self,
        names: impl IntoIterator<Item = &'a str>,
    ) -> Option<SuiteIndex> {
        names.into_iter().fold(None, |parent, name| Some(self.suite(parent, name)))
    }

    /// Adds a suite, also if there is one of this name.
    pub(crate) fn new_suite(&mut self, parent: Option<SuiteIndex>, name: &str) -> SuiteIndex {
        let suite = Suite { parent, name: self.names.intern(name), ..Suite::default() };
        self.report.suites.push(suite);
        index_of(self.report.suites.len() - 1)
    }

    /// Names a suite whose name comes after its cases.
    pub(crate) fn name_suite(&mut self, suite: SuiteIndex, name: &str) {
        let name = self.names.intern(name);
        if let Some(suite) = self.report.suites.get_mut(suite as usize) {
            suite.name = name;
        }
    }

    /// Adds an attribute of a suite.
    pub(crate) fn suite_attribute(&mut self, suite: SuiteIndex, name: &str, value: &str) {
        let attribute = Attribute { name: self.names.intern(name), value: value.into() };
        if let Some(suite) = self.report.suites.get_mut(suite as usize) {
            suite.attributes.push(attribute);
        }
    }

    /// Adds a property of a suite.
    pub(crate) fn suite_property(&mut self, suite: SuiteIndex, name: &str, value: &str) {
        let property = Property { name: self.names.intern(name), value: value.into() };
        if let Some(suite) = self.report.suites.get_mut(suite as usize) {
            suite.properties.push(property);
        }
    }

    /// An attribute of a case.
    pub(crate) fn attribute(&mut self, name: &str, value: &str) -> Attribute {
        Attribute { name: self.names.intern(name), value: value.into() }
    }

    /// A property of a case.
    pub(crate) fn property(&mut self, name: &str, value: &str) -> Property {
        Property { name: self.names.intern(name), value: value.into() }
    }

    /// Whether no further case may be added.
    pub(crate) fn is_full(&self) -> bool {
        self.report.damage.as_ref().is_some_and(|damage| damage.limit.is_some())
    }

    /// The number of cases so far.
    pub(crate) fn case_count(&self) -> usize {
        self.report.cases.len()
    }

    /// Adds a case. One that exceeds a limit is damage, and so is everything after it.
    pub(crate) fn case(&mut self, case: NewCase<'_>) {
        if self.is_full() {
            return;
        }
        let longest = case.name.len().max(case.classname.map_or(0, str::len));
        let exceeded = if self.report.cases.len() >= self.limits.cases {
            self.limits.cases_exceeded()
        } else if longest >= self.limits.value_size {
            self.limits.value_exceeded(Limit::NameSize)
        } else {
            self.push(case);
            return;
        };
        self.damage(Flaw::exceeded(case.position, exceeded));
    }

    fn push(&mut self, case: NewCase<'_>) {
        let NewCase { suite, name, classname, file, line, seconds, outcome, extra, position } =
            case;
        let mut extra = extra;
        extra.tags.splice(..0, tags_in_name(name));
        let CaseExtra { detail, reruns, attributes, properties, tags } = &extra;
        let is_plain = detail.is_none()
            && reruns.is_empty()
            && attributes.is_empty()
            && properties.is_empty()
            && tags.is_empty();
        self.report.cases.push(Case {
            suite,
            parent_case: None,
            name: (!name.is_empty()).then(|| self.names.keep(name)),
            classname: classname.map(|name| self.names.intern_run(name)),
            file: file.filter(|file| !file.is_empty()).map(|file| self.names.intern(file)),
            line,
            duration: seconds.and_then(Seconds::new),
            outcome,
            extra: (!is_plain).then(|| Box::new(extra)),
            position,
        });
    }

    /// The cases from index `start` on.
    pub(crate) fn cases_from(&mut self, start: usize) -> &mut [Case] {
        self.report.cases.get_mut(start..).unwrap_or_default()
    }

    /// Sets the classname of the case with this index.
    pub(crate) fn rename_class(&mut self, index: usize, name: &str) {
        let name = self.names.intern_run(name);
        if let Some(case) = self.report.cases.get_mut(index) {
            case.classname = Some(name);
        }
    }

    /// Forgets all cases from index `start` on: what identifies them is lost.
    pub(crate) fn forget_cases(&mut self, start: usize) {
        self.gone.extend(index_of(start)..index_of(self.report.cases.len()));
    }

    /// Adds an error outside of cases.
    pub(crate) fn error(
        &mut self,
        suite: Option<SuiteIndex>,
        outcome: Outcome,
        detail: Detail,
        position: Position,
    ) {
        // A run cannot have as many errors; a damaged one may.
        const MOST: usize = 10_000;
        if self.report.suite_errors.len() < MOST {
            self.report.suite_errors.push(SuiteError { suite, outcome, detail, position });
        }
    }

    /// Notes that cases may be missing. The first place counts.
    pub(crate) fn damage(&mut self, flaw: Flaw) {
        self.report.damage.get_or_insert(flaw);
    }

    /// Notes a flaw that costs no case.
    pub(crate) fn recover(&mut self, flaw: Flaw) {
        if self.report.recovered.iter().all(|known| known.message != flaw.message) {
            self.report.recovered.push(flaw);
        }
    }

    /// Notes that the run ended before all tests had been executed.
    pub(crate) fn stop_early(&mut self) {
        self.report.stopped_early = true;
    }

    /// The report.
    pub(crate) fn finish(self) -> Report {
        let Self { mut report, names, gone, .. } = self;
        remove_cases(&mut report.cases, gone);
        report.cases.shrink_to_fit();
        names.leave();
        report
    }
}

/// The tags in a console output.
pub(crate) fn tags_in_output(output: &str) -> Vec<Tag> {
    if !output.contains("[[") {
        return Vec::new();
    }
    let mut reader = TagReader::default();
    reader.cdata(output.as_bytes());
    reader.take(&mut super::recovery::FlawSet::default())
}

/// `text` cut to what is kept of a failure, without white space around it; none if nothing is left.
pub(crate) fn kept<T: for<'t> From<&'t str>>(text: &str) -> Option<T> {
    let text = text.trim();
    let mut end = text.len().min(LONGEST_TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).filter(|text| !text.is_empty()).map(Into::into)
}

/// What a failure says. None if it says nothing.
pub(crate) fn detail(
    message: Option<&str>,
    kind: Option<&str>,
    text: Option<&str>,
) -> Option<Box<Detail>> {
    let [message, kind] = [message, kind].map(|words| words.and_then(kept));
    let text = text.and_then(kept);
    (message.is_some() || kind.is_some() || text.is_some())
        .then(|| Box::new(Detail { message, kind, text }))
}
