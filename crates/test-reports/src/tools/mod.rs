//! Which tool wrote a report, and what that means: where a test's container and name are, what its folder is called,
//! which cases are no tests.
//!
//! Everything that is known about a tool is one row of the table. A new tool is one row, its report below `testdata/`
//! and one test; the rows of a family share the functions in `rules`.
//!
//! Container and name make the identity of a test: once released, what a row makes of them is frozen. The folder is
//! only the place where a *new* test is put, and may get better.

mod context;
mod location;
mod mapper;
mod parameters;
mod rules;

use std::collections::{HashMap, HashSet};

use crate::formats::model::{Format, Report};

use context::CaseContext;
use location::TestLocation;
pub use mapper::{CaseMapper, MappedCase, MappedTest};
use parameters::Parameters;
use rules::{
    browsers, dotnet, general, gherkin, go, javascript, jvm, linters, native, php, python, ruby,
    rust, tap,
};

/// A tool that writes reports, and how to read what it means.
pub struct Tool {
    /// What it is called in summaries, such as `pytest`.
    pub name: &'static str,
    /// What several equal cases in one file are.
    pub repeats: Repeats,
    /// What to do when many tests of one report have the same name.
    pub advice: Option<&'static str>,
    /// Whether a report is its work. By content only, and by such content as every shard of a report has.
    is_written_by: fn(&Report) -> bool,
    /// Container, name and folder of a case.
    locate: fn(&CaseContext<'_>) -> TestLocation,
    /// Whether a case is no test.
    noise: fn(&CaseContext<'_>) -> Option<NotATest>,
    /// Cases that are no tests, where only the whole report can tell.
    hooks: fn(&Report) -> HashSet<usize>,
    /// Which of several that are called the same a case is, from 1, where only the whole report can tell.
    ordinals: fn(&Report) -> HashMap<usize, usize>,
    /// Browser, project or device of a case.
    configuration: fn(&CaseContext<'_>) -> Option<String>,
    /// What a suite's name says to a person; empty when it is a constant, a build, a browser, a time stamp.
    suite_label: fn(&str) -> &str,
    /// How a data row is marked in names.
    parameters: Parameters,
}

/// What several cases in one file are that are equal as context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeats {
    /// Rows of one test: the worst decides.
    Rows,
    /// Executions of one test one after the other: the last decides.
    Attempts,
    /// The same, and all but the last have failed although they look as if they had passed (pytest).
    BareAttempts,
}

/// Why a case element is no test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NotATest {
    /// It stands for a collection, a set-up, a hook: an error if it failed, else nothing.
    SetupOrHook,
    /// It is a finding of a linter.
    LintFinding,
}

/// What a row means that does not say otherwise.
const ROW: Tool = Tool {
    name: "",
    repeats: Repeats::Rows,
    advice: None,
    is_written_by: |_| false,
    locate: general::locate,
    noise: |_| None,
    hooks: |_| HashSet::new(),
    ordinals: |_| HashMap::new(),
    configuration: general::configuration,
    suite_label: general::suite_label,
    parameters: Parameters::None,
};

/// The rule for reports of nobody we know.
static UNKNOWN: Tool = Tool {
    name: "unknown",
    is_written_by: |_| true,
    noise: general::noise,
    parameters: Parameters::Brackets,
    ..ROW
};

/// One row for each tool; the first whose is_written_by holds is the one.
static TABLE: &[Tool] = &[
    Tool {
        name: "xUnit.net",
        is_written_by: |report| report.format == Format::Xunit,
        locate: dotnet::xunit,
        noise: dotnet::xunit_noise,
        ..DOTNET
    },
    Tool {
        name: "NUnit",
        is_written_by: |report| report.format == Format::Nunit,
        locate: dotnet::nunit,
        ..DOTNET
    },
    Tool {
        name: "TRX",
        is_written_by: |report| report.format == Format::Trx,
        locate: dotnet::trx,
        ..DOTNET
    },
    Tool {
        name: "TestNG",
        is_written_by: |report| report.format == Format::Testng,
        noise: jvm::testng_noise,
        configuration: jvm::testng_test,
        ..JVM
    },
    Tool {
        name: "libtest",
        is_written_by: |report| report.format == Format::Libtest,
        locate: rust::libtest_text,
        ordinals: rust::doc_tests_of_suites,
        ..ROW
    },
    Tool {
        name: "linter",
        is_written_by: linters::is_written_by,
        noise: |_| Some(NotATest::LintFinding),
        ..ROW
    },
    Tool {
        name: "pytest",
        is_written_by: python::is_pytest,
        repeats: Repeats::BareAttempts,
        ..PYTHON
    },
    Tool {
        name: "unittest-xml-reporting",
        is_written_by: python::is_unittest_xml_reporting,
        suite_label: python::unittest_label,
        ..PYTHON
    },
    Tool {
        name: "nose2",
        is_written_by: python::is_nose2,
        parameters: Parameters::Number,
        ..PYTHON
    },
    Tool { name: "nose", is_written_by: python::is_nose, ..PYTHON },
    Tool {
        name: "cargo-nextest",
        is_written_by: rust::is_nextest,
        locate: rust::nextest,
        noise: rust::nextest_noise,
        ..ROW
    },
    Tool {
        name: "cargo2junit",
        is_written_by: rust::is_cargo2junit,
        locate: rust::libtest,
        ordinals: rust::doc_tests,
        ..ROW
    },
    Tool {
        name: "libtest",
        is_written_by: rust::is_libtest,
        locate: rust::libtest,
        ordinals: rust::doc_tests,
        ..ROW
    },
    Tool { name: "gotestsum", is_written_by: go::is_gotestsum, ..GO },
    Tool { name: "go-junit-report", is_written_by: go::is_go_junit_report, ..GO },
    Tool {
        name: "bun",
        is_written_by: javascript::is_bun,
        locate: javascript::chain,
        noise: javascript::bun_noise,
        ..ROW
    },
    Tool {
        name: "jest-junit",
        is_written_by: javascript::is_jest,
        locate: javascript::jest,
        noise: javascript::jest_noise,
        advice: Some("jest-junit's option `addFileAttribute` tells tests of different files apart"),
        ..ROW
    },
    Tool {
        name: "Qt Test",
        is_written_by: native::is_qt,
        locate: native::qt,
        noise: native::qt_noise,
        parameters: Parameters::Brackets,
        ..ROW
    },
    Tool {
        name: "vitest",
        is_written_by: javascript::is_vitest,
        locate: javascript::vitest,
        noise: javascript::vitest_noise,
        hooks: javascript::vitest_hooks,
        ..ROW
    },
    Tool {
        name: "mocha",
        is_written_by: javascript::is_mocha,
        locate: javascript::mocha,
        noise: javascript::mocha_noise,
        ..ROW
    },
    Tool {
        name: "node:test",
        is_written_by: javascript::is_node,
        locate: javascript::node,
        noise: javascript::node_noise,
        ..ROW
    },
    Tool {
        name: "Playwright",
        is_written_by: browsers::is_playwright,
        locate: browsers::playwright,
        configuration: browsers::host,
        ..ROW
    },
    Tool {
        name: "Karma",
        is_written_by: browsers::is_karma,
        locate: browsers::karma,
        configuration: browsers::karma_browser,
        suite_label: |_| "",
        ..ROW
    },
    Tool {
        name: "WebdriverIO",
        is_written_by: browsers::is_webdriverio,
        locate: browsers::webdriverio,
        noise: browsers::webdriverio_noise,
        configuration: browsers::capabilities,
        ..ROW
    },
    Tool {
        name: "TestCafe",
        is_written_by: browsers::is_testcafe,
        locate: browsers::testcafe,
        configuration: browsers::testcafe_browser,
        ..ROW
    },
    Tool {
        name: "testem",
        is_written_by: browsers::is_testem,
        locate: browsers::testem,
        noise: javascript::hook_noise,
        configuration: browsers::testem_browser,
        suite_label: |_| "",
        ..ROW
    },
    Tool { name: "RSpec", is_written_by: ruby::is_rspec, ..RUBY },
    Tool { name: "minitest", is_written_by: ruby::is_minitest, locate: ruby::minitest, ..RUBY },
    Tool {
        name: "PHPUnit",
        is_written_by: php::is_phpunit,
        locate: php::phpunit,
        noise: php::noise,
        parameters: Parameters::DataSet,
        ..ROW
    },
    Tool {
        name: "GoogleTest",
        is_written_by: native::is_googletest,
        locate: native::googletest,
        parameters: Parameters::Index,
        ..ROW
    },
    Tool {
        name: "CTest",
        is_written_by: tap::is_ctest,
        locate: tap::ctest,
        suite_label: |_| "",
        ..ROW
    },
    Tool { name: "bats", is_written_by: tap::is_bats, locate: tap::bats, ..ROW },
    Tool { name: "perl TAP", is_written_by: tap::is_perl, locate: tap::perl, ..ROW },
    Tool { name: "busted", is_written_by: tap::is_busted, locate: tap::busted, ..ROW },
    Tool { name: "node-tap", is_written_by: tap::is_node_tap, locate: tap::node_tap, ..ROW },
    Tool { name: "tap-junit", is_written_by: tap::is_tap_junit, locate: tap::tap_junit, ..ROW },
    Tool { name: "ava", is_written_by: tap::is_ava, locate: tap::ava, ..ROW },
    Tool { name: "tape", is_written_by: tap::is_tape, locate: tap::tape, ..ROW },
    Tool {
        name: "behave",
        is_written_by: gherkin::is_behave,
        locate: gherkin::locate,
        parameters: Parameters::Outline,
        ..ROW
    },
    Tool {
        name: "Cucumber",
        is_written_by: gherkin::is_cucumber,
        locate: gherkin::locate,
        parameters: Parameters::Outline,
        ..ROW
    },
    Tool {
        name: "Robot Framework",
        is_written_by: general::is_robot,
        locate: general::chain_only,
        ..ROW
    },
    Tool { name: "Newman", is_written_by: general::is_newman, locate: general::newman, ..ROW },
    Tool {
        name: "Maestro",
        is_written_by: general::is_maestro,
        locate: native::suite_or_classname,
        configuration: general::device,
        ..ROW
    },
    Tool {
        name: "Catch2",
        is_written_by: native::is_catch2,
        locate: native::suite_or_classname,
        ..ROW
    },
    Tool { name: "Boost.Test", is_written_by: native::is_boost, ..ROW },
    Tool { name: "CUnit", is_written_by: native::is_cunit, locate: native::cunit, ..ROW },
    Tool { name: "doctest", is_written_by: native::is_doctest, locate: native::doctest, ..ROW },
    Tool { name: "Meson", is_written_by: native::is_meson, locate: native::meson, ..ROW },
    Tool {
        name: "Criterion",
        is_written_by: native::is_criterion,
        locate: native::suite_or_classname,
        ..ROW
    },
    Tool {
        name: "cmocka",
        is_written_by: native::is_cmocka,
        locate: native::suite_or_classname,
        ..ROW
    },
    Tool { name: "XCTest", is_written_by: native::is_xctest, locate: native::xctest, ..ROW },
    Tool {
        name: "TestNG",
        is_written_by: jvm::is_testng,
        noise: jvm::testng_noise,
        configuration: jvm::testng_test,
        ..JVM
    },
    Tool { name: "Gradle", is_written_by: jvm::is_gradle, ..JVM },
    Tool { name: "JUnit Platform", is_written_by: jvm::is_junit_platform, ..JVM },
    Tool { name: "ant", is_written_by: jvm::is_ant, ..JVM },
    Tool { name: "surefire", is_written_by: jvm::is_surefire, ..JVM },
    // Last of all: a suite for each class is how many tools write, and what this row makes of it is what the general
    // rule makes of it, but for the folder.
    Tool { name: "JUnit", is_written_by: jvm::is_suite_per_class, ..JVM },
];

const DOTNET: Tool = Tool { parameters: Parameters::Brackets, ..ROW };

const PYTHON: Tool =
    Tool { locate: python::locate, noise: python::noise, parameters: Parameters::Brackets, ..ROW };

const GO: Tool = Tool { locate: go::locate, noise: go::noise, repeats: Repeats::Attempts, ..ROW };

const RUBY: Tool = Tool { locate: ruby::locate, ..ROW };

const JVM: Tool =
    Tool { locate: jvm::locate, noise: jvm::noise, parameters: Parameters::Brackets, ..ROW };

/// The tool that wrote `report`, told by its content and never by its path.
///
/// Several documents in one file have one tool.
#[must_use]
pub fn detect(report: &Report) -> &'static Tool {
    TABLE.iter().find(|tool| (tool.is_written_by)(report)).unwrap_or(&UNKNOWN)
}

/// The names of all rows of the table.
pub fn names() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|tool| tool.name)
}

impl Tool {
    /// Whether this is the rule for reports of nobody we know.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        std::ptr::eq(self, &UNKNOWN)
    }
}

impl std::fmt::Debug for Tool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Tool").field(&self.name).finish()
    }
}

#[cfg(test)]
mod tests;
