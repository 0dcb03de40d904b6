//! Which tool wrote a report, and what that means: where a test's container and name are, what its folder is called,
//! which cases are no tests.
//!
//! Everything that is known about a tool is one row of the table. A new tool is one row, its report below `testdata/`
//! and one test; the rows of a family share the functions in `rules`.
//!
//! Container and name make the identity of a test: once released, what a row makes of them is frozen. The folder is
//! only the place where a *new* test is put, and may get better.

mod mapper;
mod parameters;
mod place;
mod rules;
mod written;

use std::collections::{HashMap, HashSet};

use crate::formats::model::{Format, Report};

pub use mapper::{Mapped, Mapper, Placed};
use parameters::Parameters;
use place::Place;
use rules::{
    browsers, dotnet, general, gherkin, go, javascript, jvm, linters, native, php, python, ruby,
    rust, tap,
};
use written::Written;

/// A tool that writes reports, and how to read what it means.
pub struct Producer {
    /// What it is called in summaries, such as `pytest`.
    pub name: &'static str,
    /// What several equal cases in one file are.
    pub repeats: Repeats,
    /// What to do when many tests of one report have the same name.
    pub advice: Option<&'static str>,
    /// Whether a report is its work. By content only, and by such content as every shard of a report has.
    fingerprint: fn(&Report) -> bool,
    /// Container, name and folder of a case.
    place: fn(&Written<'_>) -> Place,
    /// Whether a case is no test.
    noise: fn(&Written<'_>) -> Option<Noise>,
    /// Cases that are no tests, where only the whole report can tell.
    hooks: fn(&Report) -> HashSet<usize>,
    /// Which of several that are called the same a case is, from 1, where only the whole report can tell.
    ordinals: fn(&Report) -> HashMap<usize, usize>,
    /// Browser, project or device of a case.
    configuration: fn(&Written<'_>) -> Option<String>,
    /// What a suite's name says to a person; empty when it is a constant, a build, a browser, a time stamp.
    suite_label: fn(&str) -> &str,
    /// How a data row is marked in names.
    parameters: Parameters,
}

/// What several cases in one file are that are equal as written.
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
enum Noise {
    /// It stands for a collection, a set-up, a hook: an error if it failed, else nothing.
    Scaffold,
    /// It is a finding of a linter.
    Finding,
}

/// What a row means that does not say otherwise.
const ROW: Producer = Producer {
    name: "",
    repeats: Repeats::Rows,
    advice: None,
    fingerprint: |_| false,
    place: general::place,
    noise: |_| None,
    hooks: |_| HashSet::new(),
    ordinals: |_| HashMap::new(),
    configuration: general::configuration,
    suite_label: general::suite_label,
    parameters: Parameters::None,
};

/// The rule for reports of nobody we know.
static UNKNOWN: Producer = Producer {
    name: "unknown",
    fingerprint: |_| true,
    noise: general::noise,
    parameters: Parameters::Brackets,
    ..ROW
};

/// One row for each tool; the first whose fingerprint holds is the one.
static TABLE: &[Producer] = &[
    Producer {
        name: "xUnit.net",
        fingerprint: |report| report.format == Format::Xunit,
        place: dotnet::xunit,
        noise: dotnet::xunit_noise,
        ..DOTNET
    },
    Producer {
        name: "NUnit",
        fingerprint: |report| report.format == Format::Nunit,
        place: dotnet::nunit,
        ..DOTNET
    },
    Producer {
        name: "TRX",
        fingerprint: |report| report.format == Format::Trx,
        place: dotnet::trx,
        ..DOTNET
    },
    Producer {
        name: "TestNG",
        fingerprint: |report| report.format == Format::Testng,
        noise: jvm::testng_noise,
        configuration: jvm::testng_test,
        ..JVM
    },
    Producer {
        name: "libtest",
        fingerprint: |report| report.format == Format::Libtest,
        place: rust::libtest_text,
        ordinals: rust::doc_tests_of_suites,
        ..ROW
    },
    Producer {
        name: "linter",
        fingerprint: linters::fingerprint,
        noise: |_| Some(Noise::Finding),
        ..ROW
    },
    Producer {
        name: "pytest",
        fingerprint: python::is_pytest,
        repeats: Repeats::BareAttempts,
        ..PYTHON
    },
    Producer {
        name: "unittest-xml-reporting",
        fingerprint: python::is_unittest_xml_reporting,
        suite_label: python::unittest_label,
        ..PYTHON
    },
    Producer {
        name: "nose2",
        fingerprint: python::is_nose2,
        parameters: Parameters::Number,
        ..PYTHON
    },
    Producer { name: "nose", fingerprint: python::is_nose, ..PYTHON },
    Producer {
        name: "cargo-nextest",
        fingerprint: rust::is_nextest,
        place: rust::nextest,
        noise: rust::nextest_noise,
        ..ROW
    },
    Producer {
        name: "cargo2junit",
        fingerprint: rust::is_cargo2junit,
        place: rust::libtest,
        ordinals: rust::doc_tests,
        ..ROW
    },
    Producer {
        name: "libtest",
        fingerprint: rust::is_libtest,
        place: rust::libtest,
        ordinals: rust::doc_tests,
        ..ROW
    },
    Producer { name: "gotestsum", fingerprint: go::is_gotestsum, ..GO },
    Producer { name: "go-junit-report", fingerprint: go::is_go_junit_report, ..GO },
    Producer {
        name: "bun",
        fingerprint: javascript::is_bun,
        place: javascript::chain,
        noise: javascript::bun_noise,
        ..ROW
    },
    Producer {
        name: "jest-junit",
        fingerprint: javascript::is_jest,
        place: javascript::jest,
        noise: javascript::jest_noise,
        advice: Some("jest-junit's option `addFileAttribute` tells tests of different files apart"),
        ..ROW
    },
    Producer {
        name: "Qt Test",
        fingerprint: native::is_qt,
        place: native::qt,
        noise: native::qt_noise,
        parameters: Parameters::Brackets,
        ..ROW
    },
    Producer {
        name: "vitest",
        fingerprint: javascript::is_vitest,
        place: javascript::vitest,
        noise: javascript::vitest_noise,
        hooks: javascript::vitest_hooks,
        ..ROW
    },
    Producer {
        name: "mocha",
        fingerprint: javascript::is_mocha,
        place: javascript::mocha,
        noise: javascript::mocha_noise,
        ..ROW
    },
    Producer {
        name: "node:test",
        fingerprint: javascript::is_node,
        place: javascript::node,
        noise: javascript::node_noise,
        ..ROW
    },
    Producer {
        name: "Playwright",
        fingerprint: browsers::is_playwright,
        place: browsers::playwright,
        configuration: browsers::host,
        ..ROW
    },
    Producer {
        name: "Karma",
        fingerprint: browsers::is_karma,
        place: browsers::karma,
        configuration: browsers::karma_browser,
        suite_label: |_| "",
        ..ROW
    },
    Producer {
        name: "WebdriverIO",
        fingerprint: browsers::is_webdriverio,
        place: browsers::webdriverio,
        noise: browsers::webdriverio_noise,
        configuration: browsers::capabilities,
        ..ROW
    },
    Producer {
        name: "TestCafe",
        fingerprint: browsers::is_testcafe,
        place: browsers::testcafe,
        configuration: browsers::testcafe_browser,
        ..ROW
    },
    Producer {
        name: "testem",
        fingerprint: browsers::is_testem,
        place: browsers::testem,
        noise: javascript::hook_noise,
        configuration: browsers::testem_browser,
        suite_label: |_| "",
        ..ROW
    },
    Producer { name: "RSpec", fingerprint: ruby::is_rspec, ..RUBY },
    Producer { name: "minitest", fingerprint: ruby::is_minitest, place: ruby::minitest, ..RUBY },
    Producer {
        name: "PHPUnit",
        fingerprint: php::is_phpunit,
        place: php::phpunit,
        noise: php::noise,
        parameters: Parameters::DataSet,
        ..ROW
    },
    Producer {
        name: "GoogleTest",
        fingerprint: native::is_googletest,
        place: native::googletest,
        parameters: Parameters::Index,
        ..ROW
    },
    Producer {
        name: "CTest",
        fingerprint: tap::is_ctest,
        place: tap::ctest,
        suite_label: |_| "",
        ..ROW
    },
    Producer { name: "bats", fingerprint: tap::is_bats, place: tap::bats, ..ROW },
    Producer { name: "perl TAP", fingerprint: tap::is_perl, place: tap::perl, ..ROW },
    Producer { name: "busted", fingerprint: tap::is_busted, place: tap::busted, ..ROW },
    Producer { name: "node-tap", fingerprint: tap::is_node_tap, place: tap::node_tap, ..ROW },
    Producer { name: "tap-junit", fingerprint: tap::is_tap_junit, place: tap::tap_junit, ..ROW },
    Producer { name: "ava", fingerprint: tap::is_ava, place: tap::ava, ..ROW },
    Producer { name: "tape", fingerprint: tap::is_tape, place: tap::tape, ..ROW },
    Producer {
        name: "behave",
        fingerprint: gherkin::is_behave,
        place: gherkin::place,
        parameters: Parameters::Outline,
        ..ROW
    },
    Producer {
        name: "Cucumber",
        fingerprint: gherkin::is_cucumber,
        place: gherkin::place,
        parameters: Parameters::Outline,
        ..ROW
    },
    Producer {
        name: "Robot Framework",
        fingerprint: general::is_robot,
        place: general::chain_only,
        ..ROW
    },
    Producer { name: "Newman", fingerprint: general::is_newman, place: general::newman, ..ROW },
    Producer {
        name: "Maestro",
        fingerprint: general::is_maestro,
        place: native::suite_or_classname,
        configuration: general::device,
        ..ROW
    },
    Producer {
        name: "Catch2",
        fingerprint: native::is_catch2,
        place: native::suite_or_classname,
        ..ROW
    },
    Producer { name: "Boost.Test", fingerprint: native::is_boost, ..ROW },
    Producer { name: "CUnit", fingerprint: native::is_cunit, place: native::cunit, ..ROW },
    Producer { name: "doctest", fingerprint: native::is_doctest, place: native::doctest, ..ROW },
    Producer { name: "Meson", fingerprint: native::is_meson, place: native::meson, ..ROW },
    Producer {
        name: "Criterion",
        fingerprint: native::is_criterion,
        place: native::suite_or_classname,
        ..ROW
    },
    Producer {
        name: "cmocka",
        fingerprint: native::is_cmocka,
        place: native::suite_or_classname,
        ..ROW
    },
    Producer { name: "XCTest", fingerprint: native::is_xctest, place: native::xctest, ..ROW },
    Producer {
        name: "TestNG",
        fingerprint: jvm::is_testng,
        noise: jvm::testng_noise,
        configuration: jvm::testng_test,
        ..JVM
    },
    Producer { name: "Gradle", fingerprint: jvm::is_gradle, ..JVM },
    Producer { name: "JUnit Platform", fingerprint: jvm::is_junit_platform, ..JVM },
    Producer { name: "ant", fingerprint: jvm::is_ant, ..JVM },
    Producer { name: "surefire", fingerprint: jvm::is_surefire, ..JVM },
    // Last of all: a suite for each class is how many tools write, and what this row makes of it is what the general
    // rule makes of it, but for the folder.
    Producer { name: "JUnit", fingerprint: jvm::is_suite_per_class, ..JVM },
];

const DOTNET: Producer = Producer { parameters: Parameters::Brackets, ..ROW };

const PYTHON: Producer = Producer {
    place: python::place,
    noise: python::noise,
    parameters: Parameters::Brackets,
    ..ROW
};

const GO: Producer =
    Producer { place: go::place, noise: go::noise, repeats: Repeats::Attempts, ..ROW };

const RUBY: Producer = Producer { place: ruby::place, ..ROW };

const JVM: Producer =
    Producer { place: jvm::place, noise: jvm::noise, parameters: Parameters::Brackets, ..ROW };

/// The tool that wrote `report`, told by its content and never by its path.
///
/// Several documents in one file have one producer.
#[must_use]
pub fn detect(report: &Report) -> &'static Producer {
    TABLE.iter().find(|producer| (producer.fingerprint)(report)).unwrap_or(&UNKNOWN)
}

/// The names of all rows of the table.
pub fn names() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|producer| producer.name)
}

impl Producer {
    /// Whether this is the rule for reports of nobody we know.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        std::ptr::eq(self, &UNKNOWN)
    }
}

impl std::fmt::Debug for Producer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Producer").field(&self.name).finish()
    }
}

#[cfg(test)]
mod tests;
