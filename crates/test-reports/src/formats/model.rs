//! What every reader produces: the report as written, nothing interpreted.
//!
//! A reader keeps the author's words. It does not merge cases, does not decide what a tool means by a suite name, and
//! does not clean text: control characters of the document are still in the strings here. [`crate::tools`] and
//! [`crate::record`] do all that.
//!
//! JSON lines carry whatever derives `Deserialize` here (see `lines`): fields are only ever added.

use std::io;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use super::arena::Text;
use super::limits::LimitExceeded;
pub use super::small::{CaseIndex, Seconds};
use crate::text::RepositoryRoot;

/// The state of one test case, attempt or record.
///
/// Ordered from best to worst: of several rows the greatest decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Not executed: skipped, ignored, disabled, pending, inconclusive, aborted by an assumption.
    Skipped,
    /// Executed, and nothing went wrong.
    Passed,
    /// An assertion did not hold.
    Failed,
    /// Something else broke: an exception, a crash, a failing set-up of this case.
    Errored,
}

/// The format of a report file, detected by its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Format {
    /// JUnit-style XML: `testsuites`, `testsuite`, `testrun`.
    Junit,
    /// xUnit.net, versions 1 to 3: `assemblies`, `assembly`.
    Xunit,
    /// NUnit 3 and 2: `test-run`, `test-results`.
    Nunit,
    /// Visual Studio and `dotnet test`: `TestRun`.
    Trx,
    /// TestNG's own results: `testng-results`.
    Testng,
    /// The output of `cargo test`.
    Libtest,
    /// Boost.Test's own log or report: `TestLog`, `TestResult`.
    Boost,
    /// Buck: `tests`.
    Buck,
    /// Catch2's own format: `Catch`, `Catch2TestRun`.
    Catch2,
    /// Check: `testsuites` in a namespace of its own.
    Check,
    /// CppUnit, AUnit and EmbUnit: `TestRun`.
    Cppunit,
    /// CTest's `Test.xml`: `Site`.
    Ctest,
    /// CUnit: `CUNIT_TEST_RUN_REPORT`.
    Cunit,
    /// doctest's own format: `doctest`.
    Doctest,
    /// FPCUnit: `TestResults`.
    Fpcunit,
    /// GLib's gtester: `gtester`.
    Gtester,
    /// The export of IntelliJ's test runner: `testrun`.
    Intellij,
    /// MbUnit 2: `report-result`.
    Mbunit,
    /// Parasoft C/C++test: `ResultsSession`.
    Parasoft,
    /// Qt Test's own format, whole or light: `TestCase`.
    Qttest,
    /// Robot Framework's `output.xml`: `robot`.
    Robot,
    /// SonarQube's generic test execution: `testExecutions`.
    Sonar,
    /// UnitTest++: `unittest-results`.
    Unittestpp,
    /// The lines of JSON that libtest and cargo-nextest write.
    #[serde(rename = "libtest-json")]
    LibtestJson,
    /// `go test -json`, and the text of `go test -v`.
    #[serde(rename = "go-test")]
    GoTest,
    /// `dart test --reporter json` and `flutter test --machine`.
    #[serde(rename = "dart-test")]
    DartTest,
    /// The Common Test Report Format.
    Ctrf,
    /// `jest --json`.
    Jest,
    /// Vitest's reporter `json`.
    Vitest,
    /// Mocha's reporter `json`.
    Mocha,
    /// Mocha's reporter `json-stream`.
    #[serde(rename = "mocha-stream")]
    MochaStream,
    /// Playwright's reporter `json`.
    Playwright,
    /// pytest-json-report.
    #[serde(rename = "pytest-json-report")]
    Pytest,
    /// pytest-reportlog.
    #[serde(rename = "pytest-reportlog")]
    Reportlog,
    /// Newman's reporter `json`.
    #[serde(rename = "newman-json")]
    NewmanJson,
    /// RSpec's formatter `json`.
    #[serde(rename = "rspec-json")]
    RspecJson,
    /// TestCafe's reporter `json`.
    #[serde(rename = "testcafe-json")]
    TestcafeJson,
    /// WebdriverIO's reporter `json`.
    #[serde(rename = "webdriverio-json")]
    WebdriverioJson,
    /// The summary of k6 as JSON.
    #[serde(rename = "k6-summary")]
    K6Summary,
    /// The JSON of Cucumber and behave.
    Cucumber,
    /// Cucumber's messages.
    #[serde(rename = "cucumber-messages")]
    CucumberMessages,
    /// Results for Allure: a file per test.
    Allure,
    /// GoogleTest's JSON.
    #[serde(rename = "googletest-json")]
    GoogletestJson,
    /// Robot Framework's JSON.
    #[serde(rename = "robot-json")]
    RobotJson,
    /// The Test Anything Protocol, versions 12 to 14, and the output of `prove -v`.
    Tap,
    /// Service messages for TeamCity.
    Teamcity,
    /// The log of XCTest.
    #[serde(rename = "xctest-log")]
    Xctest,
}

/// A place in a report file.
///
/// Both numbers start at 1; columns count characters of the decoded text, tabs as one. Both are 0 if a file could not be
/// read at all, and neither exceeds `u32::MAX`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Position {
    /// Line number, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

impl Position {
    /// The place, or the nearest one that can be represented.
    #[must_use]
    pub fn at(line: u64, column: u64) -> Self {
        let narrow = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        Self { line: narrow(line), column: narrow(column) }
    }
}

/// Something in a file that the format does not allow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flaw {
    /// Where it was noticed.
    #[serde(flatten)]
    pub position: Position,
    /// What is wrong, in one line, lower case, without a final dot.
    pub message: String,
    /// The limit that was exceeded, if that is what is wrong.
    #[serde(skip)]
    pub limit: Option<LimitExceeded>,
}

impl Flaw {
    /// A flaw that is not about a limit.
    #[must_use]
    pub fn new(position: Position, message: impl Into<String>) -> Self {
        Self { position, message: message.into(), limit: None }
    }

    /// The damage of a report that exceeds a limit.
    #[must_use]
    pub(crate) fn exceeded(position: Position, limit: LimitExceeded) -> Self {
        Self { position, message: limit.to_string(), limit: Some(limit) }
    }

    /// The damage of a file that breaks off with an error.
    #[must_use]
    pub(crate) fn unread(position: Position, error: &io::Error) -> Self {
        let limit = error.get_ref().and_then(|cause| cause.downcast_ref()).copied();
        Self { position, message: format!("cannot be read further: {error}"), limit }
    }
}

/// One report file as it was read.
#[derive(Clone, Debug)]
pub struct Report {
    /// The path as the user would write it (relative where it was given so), or `-`.
    pub path: Arc<str>,
    /// The JSON lines that it was read from; none if the report itself was read.
    pub shard: Option<Arc<str>>,
    /// The repository root on the machine that wrote the JSON lines: absolute paths begin with it.
    pub written_below: Option<RepositoryRoot>,
    /// The format of the content.
    pub format: Format,
    /// The document element, the first one if there are several.
    pub root: Root,
    /// Whether the run ended before all tests had been executed, although nothing in the file is missing.
    pub stopped_early: bool,
    /// Every suite, parents before their children.
    pub suites: Vec<Suite>,
    /// Every case element in document order.
    pub cases: Vec<Case>,
    /// `<error>` and `<failure>` elements of suites, not of cases.
    pub suite_errors: Vec<SuiteError>,
    /// Flaws that cost no case: a warning, not damage.
    pub recovered: Vec<Flaw>,
    /// The first place from which on a case or its state may be missing.
    pub damage: Option<Flaw>,
}

/// The document element of a report.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Root {
    /// The element's name, such as `testsuites`.
    pub element: Box<str>,
    /// Its attributes as written. Empty when the root is a `testsuite` (see [`Report::suites`]).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<Attribute>,
    /// Properties directly below a `testsuites` root.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub properties: Vec<Property>,
}

/// A name and a value, both as written (entities resolved).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribute {
    /// The attribute's name.
    pub name: Arc<str>,
    /// Its value.
    pub value: Box<str>,
}

/// A `<property>`: `value` is the attribute, or the element's text where there is no attribute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Property {
    /// The property's name.
    pub name: Arc<str>,
    /// The property's value.
    pub value: Text,
}

/// A tag `[[KIND|…]]` found in a name or in console output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tag {
    /// `[[ATTACHMENT|path]]`
    Attachment(Box<str>),
    /// `[[DEFECT|key]]`
    Defect(Box<str>),
    /// `[[TEST|TC-5117]]` or `[[TEST|4711]]`
    Test(Box<str>),
    /// `[[PROPERTY|name=value]]` or `[[PROPERTY|name]]value[[/PROPERTY]]`
    Property(Property),
}

/// Index into [`Report::suites`].
pub type SuiteIndex = u32;

/// A suite element.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Suite {
    /// The suite around this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<SuiteIndex>,
    /// `name`, empty when absent.
    pub name: Arc<str>,
    /// Every other attribute as written, counts included (`tests`, `hostname`, `timestamp`, `package`, `file` …).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<Attribute>,
    /// Properties of this suite, which hold for all cases inside.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub properties: Vec<Property>,
    /// Tags found in this suite's own console output.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
}

impl Suite {
    /// The value of attribute `name`, if it was written.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        find_attribute(&self.attributes, name)
    }
}

/// A case element with everything that was written about it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Case {
    /// The innermost suite around it; none for a case directly below `testsuites`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suite: Option<SuiteIndex>,
    /// The case element around it (clojure.test nests cases), as an index into [`Report::cases`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_case: Option<CaseIndex>,
    /// `name`; none when the attribute is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Text>,
    /// `classname` (also `class`); none when the attribute is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classname: Option<Arc<str>>,
    /// `file`, if written on the case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<Arc<str>>,
    /// `line`, if written on the case and a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Duration in seconds; none when absent or not a finite number of at least 0.
    #[serde(rename = "duration_s", default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<Seconds>,
    /// The one state of this element: children beat attributes, error beats failure beats skipped.
    #[serde(rename = "state")]
    pub outcome: Outcome,
    /// What few cases have, kept apart so that a passing case is small.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extra: Option<Box<CaseExtra>>,
    /// Where the element begins.
    pub position: Position,
}

impl Default for Outcome {
    /// A case that says nothing has passed.
    fn default() -> Self {
        Outcome::Passed
    }
}

/// What only some cases have.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct CaseExtra {
    /// The child element that decided the outcome.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Box<Detail>>,
    /// Rerun and flaky children in document order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reruns: Vec<Rerun>,
    /// Attributes that no field above holds (`assertions`, `status`, `group` …), as written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<Attribute>,
    /// Properties of the case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub properties: Vec<Property>,
    /// Tags found in its console output and names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
}

/// `<failure>`, `<error>`, `<skipped>` and their relatives.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detail {
    /// `message` attribute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Box<str>>,
    /// `type` attribute.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Box<str>>,
    /// The element's text, trimmed at both ends, cut to 64 KiB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Arc<str>>,
}

/// One further execution of the case, written as a child element.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rerun {
    /// When it ran, relative to the case's own state.
    pub when: RerunWhen,
    /// [`Outcome::Failed`] or [`Outcome::Errored`].
    #[serde(rename = "state")]
    pub outcome: Outcome,
    /// Message, type and stack trace.
    pub detail: Detail,
    /// Its duration in seconds, if written.
    #[serde(rename = "duration_s", default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<f64>,
}

/// Which element a [`Rerun`] was written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RerunWhen {
    /// `rerunFailure`/`rerunError`: it ran again *after* the recorded failure and failed again.
    After,
    /// `flakyFailure`/`flakyError`: it failed *before* the recorded pass.
    Before,
}

/// An error that belongs to a suite and to no case.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SuiteError {
    /// The suite; none directly below `testsuites`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suite: Option<SuiteIndex>,
    /// Failed or errored.
    #[serde(rename = "state")]
    pub outcome: Outcome,
    /// Message, type, text.
    pub detail: Detail,
    /// Where the element begins.
    pub position: Position,
}

impl Report {
    /// An empty report.
    #[must_use]
    pub fn new(path: Arc<str>, format: Format) -> Self {
        Self {
            path,
            shard: None,
            written_below: None,
            format,
            root: Root::default(),
            stopped_early: false,
            suites: Vec::new(),
            cases: Vec::new(),
            suite_errors: Vec::new(),
            recovered: Vec::new(),
            damage: None,
        }
    }

    /// A file that could not be understood: damage, and no case.
    #[must_use]
    pub fn unreadable(path: Arc<str>, flaw: Flaw) -> Self {
        Self { damage: Some(flaw), ..Self::new(path, Format::Junit) }
    }

    /// The path, after the shard that it was read from: what a person needs to find it.
    #[must_use]
    pub fn shown_path(&self) -> Arc<str> {
        shown_path(self.shard.as_deref(), &self.path)
    }

    /// Moves everything down by `lines`, which were read before the report.
    pub(crate) fn move_down(&mut self, lines: usize) {
        let lines = u32::try_from(lines).unwrap_or(u32::MAX);
        let cases = self.cases.iter_mut().map(|case| &mut case.position);
        let errors = self.suite_errors.iter_mut().map(|error| &mut error.position);
        let flaws =
            self.recovered.iter_mut().chain(&mut self.damage).map(|flaw| &mut flaw.position);
        for position in cases.chain(errors).chain(flaws) {
            position.line = position.line.saturating_add(lines);
        }
    }

    /// The outermost suite around `suite`.
    #[must_use]
    pub fn outermost(&self, suite: Option<SuiteIndex>) -> Option<SuiteIndex> {
        let mut outermost = suite?;
        while let Some(parent) = self.suites.get(outermost as usize)?.parent {
            outermost = parent;
        }
        Some(outermost)
    }

    /// The names of the suites around `suite`, outermost first, as written.
    #[must_use]
    pub fn suite_chain(&self, suite: Option<SuiteIndex>) -> Vec<&Suite> {
        let mut chain = Vec::new();
        let mut next = suite;
        while let Some(found) = next.and_then(|index| self.suites.get(index as usize)) {
            chain.push(found);
            next = found.parent;
        }
        chain.reverse();
        chain
    }
}

impl Case {
    /// The detail of the child that decided the outcome, if there is one.
    #[must_use]
    pub fn detail(&self) -> Option<&Detail> {
        self.extra.as_ref().and_then(|extra| extra.detail.as_deref())
    }

    /// The value of the attribute `name`, if no field holds it.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.extra.as_ref().and_then(|extra| find_attribute(&extra.attributes, name))
    }
}

/// `path` after the `shard` that it was read from.
#[must_use]
pub fn shown_path(shard: Option<&str>, path: &Arc<str>) -> Arc<str> {
    match shard {
        Some(shard) => Arc::from(format!("{shard}:{path}")),
        None => Arc::clone(path),
    }
}

/// The value of the attribute `name` in `attributes`.
#[must_use]
pub fn find_attribute<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a str> {
    attributes.iter().find(|attribute| &*attribute.name == name).map(|attribute| &*attribute.value)
}
