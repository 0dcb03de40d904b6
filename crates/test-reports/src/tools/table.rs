//! The table of tools: how each is recognised, and what its reports mean.

use std::collections::{HashMap, HashSet};

use super::location::Locate;
use super::parameters::Parameters;
use super::rules::{
    acceptance, bazel, browsers, devices, dotnet, elixir, erlang, frameworks, functional, general,
    gherkin, ginkgo, go, godot, infrastructure, javascript, jvm, karate, linters, native, own, php,
    python, ruby, rust, tap, testthat, unity, written,
};
use super::{NotATest, Repeats, Tool, messages};
use crate::formats::model::Format;

/// The defaults of all rows.
const ROW: Tool = Tool {
    name: "",
    repeats: Repeats::Rows,
    advice: None,
    is_written_by: |_| false,
    root_names: &[],
    locate: Locate::Case(general::locate),
    not_a_test: |_| None,
    hooks: |_| HashSet::new(),
    ordinals: |_| HashMap::new(),
    configuration: general::configuration,
    suite_label: general::suite_label,
    parameters: Parameters::None,
    message: messages::written,
};

/// The rule for reports of unrecognised tools.
pub(super) static UNKNOWN: Tool = Tool {
    name: "unknown",
    not_a_test: general::not_a_test,
    parameters: Parameters::Brackets,
    message: messages::of_any_tool,
    ..ROW
};

const DOTNET: Tool = Tool { parameters: Parameters::Brackets, ..ROW };

const PYTHON: Tool = Tool {
    locate: python::LOCATE,
    not_a_test: python::not_a_test,
    parameters: Parameters::Brackets,
    message: messages::python,
    ..ROW
};

const RUST: Tool = Tool { message: messages::rust, ..ROW };

const GO: Tool = Tool {
    locate: go::LOCATE,
    not_a_test: go::not_a_test,
    repeats: Repeats::Attempts,
    message: messages::go,
    ..ROW
};

const RUBY: Tool = Tool { locate: Locate::Case(ruby::locate), ..ROW };

const JVM: Tool = Tool {
    locate: jvm::LOCATE,
    not_a_test: jvm::not_a_test,
    parameters: Parameters::Brackets,
    message: messages::jvm,
    ..ROW
};

const TESTNG: Tool = Tool {
    name: "TestNG",
    not_a_test: jvm::testng_not_a_test,
    configuration: jvm::testng_test,
    ..JVM
};

const TAP: Tool = Tool { message: messages::tap, ..ROW };

const PHPUNIT: Tool = Tool {
    name: "PHPUnit",
    locate: Locate::Case(php::phpunit),
    not_a_test: php::not_a_test,
    parameters: Parameters::DataSet,
    message: messages::phpunit,
    ..ROW
};

const DART: Tool = Tool {
    name: "Dart",
    locate: Locate::Case(devices::dart),
    not_a_test: devices::dart_not_a_test,
    configuration: devices::platform,
    message: devices::dart_message,
    ..ROW
};

const CUCUMBER: Tool = Tool {
    name: "Cucumber",
    locate: Locate::Case(gherkin::locate),
    parameters: Parameters::Outline,
    message: messages::cucumber,
    ..ROW
};

/// One row per tool. The first row that recognises a part of a report is its tool; the comment names the source of the
/// facts. Names and properties that only one tool writes come first, then shapes, then shapes that many tools write.
pub(super) static TABLE: &[Tool] = &[
    // Written by [`crate::write`].
    Tool {
        name: "tq-import",
        is_written_by: written::is_written,
        locate: Locate::Case(written::locate),
        not_a_test: written::not_a_test,
        message: |detail| detail.message.as_deref(),
        ..ROW
    },
    // XUnit.net's documented XML format; testdata/mocha-xunit for other writers of it.
    Tool {
        name: "xUnit.net",
        is_written_by: |report| report.format == Format::Xunit,
        locate: Locate::Case(dotnet::xunit),
        not_a_test: dotnet::xunit_not_a_test,
        ..DOTNET
    },
    // testdata/nunit2, testdata/pytest-nunit; NUnit's documented formats 2 and 3.
    Tool {
        name: "NUnit",
        is_written_by: |report| report.format == Format::Nunit,
        locate: Locate::Case(dotnet::nunit),
        ..DOTNET
    },
    // testdata/jest-trx; the schema of Visual Studio's test results.
    Tool {
        name: "TRX",
        is_written_by: |report| report.format == Format::Trx,
        locate: Locate::Case(dotnet::trx),
        ..DOTNET
    },
    // testdata/testng.
    Tool { is_written_by: |report| report.format == Format::Testng, ..TESTNG },
    // testdata/boost-test/log.xml, report.xml.
    Tool {
        name: "Boost.Test",
        is_written_by: |report| report.format == Format::Boost,
        locate: Locate::Case(frameworks::boost),
        ..ROW
    },
    // testdata/catch2/catch2.xml.
    Tool {
        name: "Catch2",
        is_written_by: |report| report.format == Format::Catch2,
        locate: Locate::Case(frameworks::catch2),
        ..ROW
    },
    // testdata/doctest/doctest.xml.
    Tool {
        name: "doctest",
        is_written_by: |report| report.format == Format::Doctest,
        locate: Locate::Case(frameworks::doctest),
        ..ROW
    },
    // testdata/qttest/qttest.xml, light.xml.
    Tool {
        name: "Qt Test",
        is_written_by: |report| report.format == Format::Qttest,
        locate: Locate::Case(frameworks::qt),
        not_a_test: native::qt_not_a_test,
        parameters: Parameters::Brackets,
        ..ROW
    },
    // The documentation of Dart's JSON reporter.
    Tool { is_written_by: |report| report.format == Format::DartTest, ..DART },
    // testdata/ctest/Test.xml.
    Tool {
        name: "CTest",
        is_written_by: |report| report.format == Format::Ctest,
        locate: Locate::Case(tap::ctest),
        ..ROW
    },
    // testdata/robotframework/output.xml.
    Tool {
        name: "Robot Framework",
        is_written_by: |report| report.format == Format::Robot,
        locate: Locate::Case(general::locate),
        ..ROW
    },
    // testdata/cunit.
    Tool {
        name: "CUnit",
        is_written_by: |report| report.format == Format::Cunit,
        locate: Locate::Case(frameworks::suite),
        ..ROW
    },
    // testdata/check.
    Tool {
        name: "Check",
        is_written_by: |report| report.format == Format::Check,
        locate: Locate::Case(frameworks::check),
        ..ROW
    },
    // testdata/cppunit, aunit. EmbUnit writes the same format.
    Tool {
        name: "CppUnit",
        is_written_by: |report| report.format == Format::Cppunit,
        locate: Locate::Case(frameworks::cppunit),
        ..ROW
    },
    // testdata/unittestpp.
    Tool {
        name: "UnitTest++",
        is_written_by: |report| report.format == Format::Unittestpp,
        locate: Locate::Case(frameworks::unittestpp),
        ..ROW
    },
    // testdata/gtester.
    Tool {
        name: "gtester",
        is_written_by: |report| report.format == Format::Gtester,
        locate: Locate::Case(frameworks::gtester),
        ..ROW
    },
    // testdata/fpcunit.
    Tool {
        name: "FPCUnit",
        is_written_by: |report| report.format == Format::Fpcunit,
        locate: Locate::Case(frameworks::suite),
        ..ROW
    },
    // The schema of MbUnit 2's reports.
    Tool {
        name: "MbUnit",
        is_written_by: |report| report.format == Format::Mbunit,
        locate: Locate::Case(frameworks::mbunit),
        ..DOTNET
    },
    // Published reports of Parasoft C/C++test.
    Tool {
        name: "Parasoft C/C++test",
        is_written_by: |report| report.format == Format::Parasoft,
        locate: Locate::Case(frameworks::parasoft),
        ..ROW
    },
    // The source of IntelliJ's export of test results.
    Tool {
        name: "IntelliJ",
        is_written_by: |report| report.format == Format::Intellij,
        locate: Locate::Case(frameworks::intellij),
        ..JVM
    },
    // testdata/catch2/sonar.xml, and the documentation of SonarQube.
    Tool {
        name: "SonarQube",
        is_written_by: |report| report.format == Format::Sonar,
        locate: Locate::Case(frameworks::sonar),
        ..ROW
    },
    // The source of Buck.
    Tool {
        name: "Buck",
        is_written_by: |report| report.format == Format::Buck,
        locate: jvm::LOCATE,
        ..JVM
    },
    // testdata/libtest-text.
    Tool {
        name: "libtest",
        is_written_by: |report| report.format == Format::Libtest,
        locate: Locate::Case(rust::libtest_text),
        ordinals: rust::doc_tests_of_suites,
        ..RUST
    },
    // testdata/nextest.
    Tool {
        name: "cargo-nextest",
        is_written_by: own::is_nextest,
        locate: Locate::Case(rust::nextest),
        ..RUST
    },
    // testdata/libtest-json.
    Tool {
        name: "libtest",
        is_written_by: |report| report.format == Format::LibtestJson,
        locate: Locate::Case(rust::libtest_text),
        ordinals: rust::doc_tests_of_suites,
        ..RUST
    },
    // testdata/gotestsum.
    Tool { name: "go test", is_written_by: |report| report.format == Format::GoTest, ..GO },
    // testdata/jest.
    Tool {
        name: "Jest",
        is_written_by: |report| report.format == Format::Jest || own::is_ctrf_of_jest(report),
        locate: Locate::Case(|case| match case.part.format {
            Format::Jest => own::jest(case),
            _ => own::ctrf_of_jest(case),
        }),
        not_a_test: own::failed_file,
        message: messages::jest,
        ..ROW
    },
    // testdata/vitest.
    Tool {
        name: "vitest",
        is_written_by: |report| report.format == Format::Vitest,
        locate: Locate::Case(own::vitest),
        not_a_test: own::failed_file,
        ..ROW
    },
    // testdata/mocha.
    Tool {
        name: "mocha",
        is_written_by: |report| matches!(report.format, Format::Mocha | Format::MochaStream),
        locate: Locate::Case(javascript::titles),
        not_a_test: javascript::titles_not_a_test,
        ..ROW
    },
    // testdata/playwright.
    Tool {
        name: "Playwright",
        is_written_by: |report| report.format == Format::Playwright,
        locate: Locate::Case(own::playwright),
        configuration: own::project,
        message: messages::playwright,
        ..ROW
    },
    // Published reports of playwright-ctrf-json-reporter.
    Tool {
        name: "Playwright",
        is_written_by: own::is_ctrf_of_playwright,
        locate: Locate::Case(own::ctrf_of_playwright),
        configuration: own::ctrf_project,
        message: messages::playwright,
        ..ROW
    },
    // testdata/pytest.
    Tool {
        name: "pytest",
        is_written_by: |report| {
            matches!(report.format, Format::Pytest | Format::Reportlog)
                || own::is_ctrf_of_pytest(report)
        },
        locate: Locate::Case(own::pytest),
        message: messages::pytest,
        ..PYTHON
    },
    // testdata/behave.
    Tool {
        name: "behave",
        is_written_by: own::is_behave,
        locate: Locate::Case(own::behave),
        parameters: Parameters::Outline,
        ..ROW
    },
    // testdata/cucumber.
    Tool {
        is_written_by: |report| {
            matches!(report.format, Format::Cucumber | Format::CucumberMessages)
        },
        ..CUCUMBER
    },
    // testdata/pytest; the source of Allure's adapters.
    Tool {
        name: "Allure",
        is_written_by: |report| report.format == Format::Allure,
        locate: Locate::Case(own::allure),
        configuration: own::allure_project,
        message: messages::of_any_tool,
        ..ROW
    },
    // The schema of the Common Test Report Format.
    Tool {
        name: "CTRF",
        is_written_by: |report| report.format == Format::Ctrf,
        locate: Locate::Case(own::ctrf),
        configuration: own::ctrf_browser,
        message: messages::of_any_tool,
        ..ROW
    },
    // GoogleTest's documentation of its JSON.
    Tool {
        name: "GoogleTest",
        is_written_by: |report| report.format == Format::GoogletestJson,
        locate: Locate::Case(native::googletest),
        parameters: Parameters::Index,
        message: messages::after_place,
        ..ROW
    },
    // testdata/robotframework.
    Tool {
        name: "Robot Framework",
        is_written_by: |report| report.format == Format::RobotJson,
        locate: Locate::Case(own::chain),
        ..ROW
    },
    // testdata/node-test, tap, tap-formatter-junit.
    Tool {
        name: "TAP",
        is_written_by: |report| report.format == Format::Tap,
        locate: Locate::Case(own::chain),
        not_a_test: |case| {
            javascript::hook_not_a_test(case).or_else(|| javascript::node_not_a_test(case))
        },
        ..TAP
    },
    // The output of PHPUnit 9 with --log-teamcity.
    Tool { is_written_by: php::is_teamcity, ..PHPUNIT },
    // The documentation of TeamCity's service messages.
    Tool {
        name: "TeamCity",
        is_written_by: |report| report.format == Format::Teamcity,
        message: messages::of_any_tool,
        ..ROW
    },
    // The source of swift-corelibs-xctest.
    Tool {
        name: "XCTest",
        is_written_by: |report| report.format == Format::Xctest,
        locate: Locate::Case(native::xctest),
        ..ROW
    },
    // testdata/eslint, mypy, ruff; further names from the documentation of their JUnit output.
    Tool {
        name: "linter",
        is_written_by: linters::is_written_by,
        not_a_test: |_| Some(NotATest::LintFinding),
        ..ROW
    },
    // testdata/unittest-xml-reporting.
    Tool {
        name: "unittest-xml-reporting",
        is_written_by: python::is_unittest_xml_reporting,
        suite_label: python::unittest_label,
        ..PYTHON
    },
    // testdata/nose2.
    Tool {
        name: "nose2",
        is_written_by: python::is_nose2,
        parameters: Parameters::Number,
        message: messages::nose2,
        ..PYTHON
    },
    // testdata/pynose; nose wrote the same suite name.
    Tool { name: "nose", is_written_by: python::is_nose, ..PYTHON },
    // testdata/cargo2junit.
    Tool {
        name: "cargo2junit",
        is_written_by: rust::is_cargo2junit,
        locate: Locate::Case(rust::libtest),
        ordinals: rust::doc_tests,
        message: messages::cargo2junit,
        ..RUST
    },
    // testdata/libtest-junit.
    Tool {
        name: "libtest",
        is_written_by: rust::is_libtest,
        locate: Locate::Case(rust::libtest),
        ordinals: rust::doc_tests,
        ..RUST
    },
    // testdata/qttest.
    Tool {
        name: "Qt Test",
        is_written_by: native::is_qt,
        locate: Locate::Case(native::qt),
        not_a_test: native::qt_not_a_test,
        parameters: Parameters::Brackets,
        ..ROW
    },
    // testdata/karma.
    Tool {
        name: "Karma",
        is_written_by: browsers::is_karma,
        locate: Locate::Case(browsers::karma),
        configuration: browsers::karma_browser,
        suite_label: |_| "",
        ..ROW
    },
    // testdata/webdriverio.
    Tool {
        name: "WebdriverIO",
        is_written_by: browsers::is_webdriverio,
        locate: Locate::Case(browsers::webdriverio),
        not_a_test: browsers::webdriverio_not_a_test,
        configuration: browsers::capabilities,
        ..ROW
    },
    // testdata/testcafe.
    Tool {
        name: "TestCafe",
        is_written_by: browsers::is_testcafe,
        locate: Locate::Case(browsers::testcafe),
        configuration: browsers::testcafe_browser,
        ..ROW
    },
    // testdata/testem.
    Tool {
        name: "testem",
        is_written_by: browsers::is_testem,
        locate: Locate::Case(browsers::testem),
        not_a_test: javascript::hook_not_a_test,
        configuration: browsers::testem_browser,
        suite_label: |_| "",
        ..ROW
    },
    // Ginkgo's reporter of JUnit files.
    Tool {
        name: "Ginkgo",
        is_written_by: ginkgo::is_ginkgo,
        locate: Locate::Case(ginkgo::locate),
        not_a_test: ginkgo::not_a_test,
        ..ROW
    },
    // Karate's JUnit reports.
    Tool {
        name: "Karate",
        is_written_by: karate::is_karate,
        locate: Locate::Case(karate::locate),
        parameters: Parameters::Brackets,
        ..ROW
    },
    // testdata/common-test, and the source of cth_surefire.
    Tool {
        name: "Common Test",
        is_written_by: erlang::is_common_test,
        locate: Locate::Case(erlang::common_test),
        not_a_test: erlang::common_test_not_a_test,
        message: erlang::common_test_message,
        ..ROW
    },
    // testdata/eunit, and the source of eunit_surefire.
    Tool {
        name: "eunit",
        is_written_by: erlang::is_eunit,
        locate: Locate::Case(erlang::eunit),
        not_a_test: erlang::eunit_not_a_test,
        message: erlang::eunit_message,
        ..ROW
    },
    // The source of @web/test-runner-junit-reporter.
    Tool {
        name: "@web/test-runner",
        is_written_by: browsers::is_web_test_runner,
        locate: Locate::Case(browsers::web_test_runner),
        configuration: browsers::web_test_runner_browser,
        suite_label: |_| "",
        message: messages::jest,
        ..ROW
    },
    // testdata/intern.
    Tool {
        name: "intern",
        is_written_by: browsers::is_intern,
        locate: Locate::Case(browsers::intern),
        configuration: browsers::session,
        ..ROW
    },
    // testdata/deno.
    Tool {
        name: "Deno",
        is_written_by: javascript::is_deno,
        locate: Locate::Case(javascript::vitest),
        ..ROW
    },
    // testdata/terraform.
    Tool {
        name: "Terraform",
        is_written_by: infrastructure::is_terraform,
        locate: Locate::Case(infrastructure::terraform),
        message: infrastructure::terraform_message,
        ..ROW
    },
    // testdata/ansible.
    Tool {
        name: "Ansible",
        is_written_by: infrastructure::is_ansible,
        locate: Locate::Case(infrastructure::ansible),
        configuration: infrastructure::ansible_host,
        ..ROW
    },
    // testdata/cpputest.
    Tool {
        name: "CppUTest",
        is_written_by: native::is_cpputest,
        locate: Locate::Case(native::suite_or_classname),
        message: messages::after_place,
        ..ROW
    },
    // testdata/testthat.
    Tool {
        name: "testthat",
        is_written_by: testthat::is_testthat,
        locate: Locate::Case(testthat::locate),
        not_a_test: testthat::not_a_test,
        message: testthat::message,
        ..ROW
    },
    // The source of Zephyr's twister.
    Tool {
        name: "twister",
        is_written_by: devices::is_twister,
        locate: Locate::Case(devices::twister),
        configuration: devices::platform,
        ..ROW
    },
    // The source of junitreport for Dart and Flutter.
    Tool { is_written_by: devices::is_dart, ..DART },
    // The source of helm-unittest.
    Tool {
        name: "helm-unittest",
        is_written_by: infrastructure::is_helm_unittest,
        locate: Locate::Case(infrastructure::helm_unittest),
        message: infrastructure::helm_unittest_message,
        ..ROW
    },
    // The source of k6-summary.
    Tool { name: "k6", is_written_by: infrastructure::is_k6, ..ROW },
    // Published reports of Katalon Studio 6 to 11.
    Tool {
        name: "Katalon",
        is_written_by: acceptance::is_katalon,
        locate: Locate::Case(acceptance::katalon),
        message: acceptance::katalon_message,
        ..ROW
    },
    // The source of Gauge's plug-in xml-report.
    Tool {
        name: "Gauge",
        is_written_by: acceptance::is_gauge,
        locate: Locate::Case(acceptance::gauge),
        not_a_test: acceptance::gauge_not_a_test,
        message: acceptance::gauge_message,
        ..ROW
    },
    // The source of GUT, versions 7 and 9.
    Tool {
        name: "GUT",
        is_written_by: godot::is_gut,
        locate: Locate::Case(godot::gut),
        message: godot::gut_message,
        ..ROW
    },
    // The source of gdUnit4. A test that is tried again has a case for each attempt.
    Tool {
        name: "gdUnit4",
        repeats: Repeats::Attempts,
        is_written_by: godot::is_gdunit,
        locate: Locate::Case(godot::gdunit),
        message: godot::gdunit_message,
        ..ROW
    },
    // The source of Ceedling 0.31 and 1.0.
    Tool {
        name: "Ceedling",
        is_written_by: unity::is_ceedling,
        locate: Locate::Case(unity::ceedling),
        ..ROW
    },
    // The source of Unity's scripts stylize_as_junit and parse_output.
    Tool {
        name: "Unity",
        is_written_by: unity::is_unity,
        locate: Locate::Case(unity::unity),
        message: unity::unity_message,
        ..ROW
    },
    // The source of junit_alcotest.
    Tool {
        name: "Alcotest",
        is_written_by: functional::is_alcotest,
        locate: Locate::Case(functional::alcotest),
        message: functional::alcotest_message,
        ..ROW
    },
    // The source of hspec-junit-formatter.
    Tool {
        name: "hspec",
        is_written_by: functional::is_hspec,
        locate: Locate::Case(functional::hspec),
        message: messages::after_place,
        ..ROW
    },
    // The formatter junit_formatter of Elixir.
    Tool {
        name: "ExUnit",
        is_written_by: elixir::is_exunit,
        locate: Locate::Case(elixir::locate),
        ..ROW
    },
    // Flank's merged report, with suites as Firebase Test Lab names its devices.
    Tool {
        name: "Flank",
        is_written_by: devices::is_flank,
        locate: jvm::LOCATE,
        configuration: devices::device,
        suite_label: |_| "",
        ..JVM
    },
    // The script test-setup.sh and the runners of Bazel.
    Tool {
        name: "Bazel",
        is_written_by: bazel::is_bazel,
        locate: Locate::Case(bazel::locate),
        ..ROW
    },
    // testdata/rspec.
    Tool { name: "RSpec", is_written_by: ruby::is_rspec, ..RUBY },
    // testdata/busted.
    Tool {
        name: "busted",
        is_written_by: tap::is_busted,
        locate: Locate::Case(tap::busted),
        message: messages::after_place,
        ..ROW
    },
    // testdata/cucumber.
    Tool { is_written_by: gherkin::is_cucumber, ..CUCUMBER },
    // Maestro's documentation of its JUnit reports.
    Tool {
        name: "Maestro",
        is_written_by: general::is_maestro,
        locate: Locate::Case(general::maestro),
        configuration: general::device,
        ..ROW
    },
    // testdata/catch2.
    Tool {
        name: "Catch2",
        is_written_by: native::is_catch2,
        locate: Locate::Case(native::suite_or_classname),
        message: messages::catch2,
        ..ROW
    },
    // testdata/doctest.
    Tool {
        name: "doctest",
        is_written_by: native::is_doctest,
        locate: Locate::Case(native::doctest),
        ..ROW
    },
    // Published reports of swift-corelibs-xctest and SwiftPM.
    Tool {
        name: "XCTest",
        is_written_by: native::is_xctest,
        locate: Locate::Case(native::xctest),
        ..ROW
    },
    // The reports that TestNG's JUnitReportReporter writes.
    Tool { is_written_by: jvm::is_testng, ..TESTNG },
    // testdata/junit-platform.
    Tool { name: "JUnit Platform", is_written_by: jvm::is_junit_platform, ..JVM },
    // testdata/ant.
    Tool { name: "ant", is_written_by: jvm::is_ant, ..JVM },
    // The sources of ScalaTest's JUnitXmlReporter and of sbt. Spock's reports are Gradle's or surefire's, and Kotest's have
    // the attributes of Gradle's: only failures say whose they are, which is too late.
    Tool { name: "ScalaTest", is_written_by: jvm::is_scalatest, ..JVM },
    // testdata/surefire.
    Tool { name: "surefire", is_written_by: jvm::is_surefire, root_names: &["testrun"], ..JVM },
    // testdata/node-test.
    Tool {
        name: "node:test",
        is_written_by: javascript::is_node,
        locate: Locate::Case(javascript::node),
        not_a_test: javascript::node_not_a_test,
        ..ROW
    },
    // testdata/ctest.
    Tool {
        name: "CTest",
        is_written_by: tap::is_ctest,
        locate: Locate::Case(tap::ctest),
        suite_label: |_| "",
        ..ROW
    },
    // testdata/pytest, and pytest's junitxml module for names of other versions.
    Tool {
        name: "pytest",
        is_written_by: python::is_pytest,
        root_names: &["pytest tests"],
        repeats: Repeats::BareAttempts {
            teardown: &["failed on teardown", "test teardown failure"],
        },
        message: messages::pytest,
        ..PYTHON
    },
    // testdata/nextest.
    Tool {
        name: "cargo-nextest",
        is_written_by: rust::is_nextest,
        root_names: &["nextest-run"],
        locate: Locate::Case(rust::nextest),
        not_a_test: rust::nextest_not_a_test,
        ..RUST
    },
    // Go-junit-report's source; its suites are those of gotestsum.
    Tool { name: "go-junit-report", is_written_by: go::is_go_junit_report, ..GO },
    // testdata/gotestsum.
    Tool { name: "gotestsum", is_written_by: go::is_gotestsum, ..GO },
    // testdata/bun.
    Tool {
        name: "bun",
        is_written_by: javascript::is_bun,
        root_names: &["bun test"],
        locate: Locate::Case(javascript::chain),
        not_a_test: javascript::bun_not_a_test,
        message: messages::jest,
        ..ROW
    },
    // testdata/playwright.
    Tool {
        name: "Playwright",
        is_written_by: browsers::is_playwright,
        locate: Locate::Case(browsers::playwright),
        configuration: browsers::host,
        message: messages::playwright,
        ..ROW
    },
    // testdata/vitest.
    Tool {
        name: "vitest",
        is_written_by: javascript::is_vitest,
        root_names: &["vitest tests"],
        locate: Locate::Case(javascript::vitest),
        not_a_test: javascript::vitest_not_a_test,
        hooks: javascript::vitest_hooks,
        ..ROW
    },
    // testdata/jest; templates from the documentation of jest-junit.
    Tool {
        name: "jest-junit",
        is_written_by: javascript::is_jest,
        root_names: &["jest tests"],
        locate: Locate::Case(javascript::titles),
        not_a_test: javascript::titles_not_a_test,
        advice: Some("jest-junit's option `addFileAttribute` tells tests of different files apart"),
        message: messages::jest,
        ..ROW
    },
    // testdata/mocha, and the modes in the documentation of mocha-junit-reporter.
    Tool {
        name: "mocha",
        is_written_by: javascript::is_mocha,
        root_names: &["Mocha Tests", "Root Suite"],
        locate: Locate::Case(javascript::mocha),
        not_a_test: javascript::titles_not_a_test,
        ..ROW
    },
    // testdata/minitest.
    Tool {
        name: "minitest",
        is_written_by: ruby::is_minitest,
        locate: Locate::Case(ruby::minitest),
        message: messages::minitest,
        ..RUBY
    },
    // testdata/boost-test.
    Tool {
        name: "Boost.Test",
        is_written_by: native::is_boost,
        locate: Locate::Case(native::boost),
        ..ROW
    },
    // testdata/tap.
    Tool {
        name: "node-tap",
        is_written_by: tap::is_node_tap,
        root_names: &["TAP Tests"],
        locate: Locate::Case(tap::node_tap),
        ..TAP
    },
    // testdata/phpunit.
    Tool { is_written_by: php::is_phpunit, ..PHPUNIT },
    // testdata/googletest.
    Tool {
        name: "GoogleTest",
        is_written_by: native::is_googletest,
        locate: Locate::Case(native::googletest),
        parameters: Parameters::Index,
        message: messages::after_place,
        ..ROW
    },
    // testdata/bats.
    Tool { name: "bats", is_written_by: tap::is_bats, locate: Locate::Case(tap::bats), ..TAP },
    // testdata/tap-formatter-junit.
    Tool { name: "perl TAP", is_written_by: tap::is_perl, locate: Locate::Case(tap::perl), ..TAP },
    // testdata/ava.
    Tool { name: "ava", is_written_by: tap::is_ava, locate: Locate::Case(tap::ava), ..TAP },
    // testdata/tape/tap-xunit.xml.
    Tool { name: "tape", is_written_by: tap::is_tape, locate: Locate::Case(tap::tape), ..TAP },
    // testdata/tape/tap-junit.xml.
    Tool {
        name: "tap-junit",
        is_written_by: tap::is_tap_junit,
        locate: Locate::Case(tap::tap_junit),
        ..TAP
    },
    // testdata/behave.
    Tool {
        name: "behave",
        is_written_by: gherkin::is_behave,
        locate: Locate::Case(gherkin::locate),
        parameters: Parameters::Outline,
        ..ROW
    },
    // testdata/tasty.
    Tool { name: "tasty", is_written_by: native::is_tasty, message: messages::after_place, ..ROW },
    // testdata/robotframework.
    Tool { name: "Robot Framework", is_written_by: general::is_robot, ..ROW },
    // testdata/newman.
    Tool {
        name: "Newman",
        is_written_by: general::is_newman,
        locate: Locate::Case(general::newman),
        ..ROW
    },
    // The damaged report of CUnit below tests/damaged.
    Tool {
        name: "CUnit",
        is_written_by: native::is_cunit,
        locate: Locate::Case(native::cunit),
        ..ROW
    },
    // testdata/meson.
    Tool {
        name: "Meson",
        is_written_by: native::is_meson,
        locate: Locate::Case(native::meson),
        ..ROW
    },
    // testdata/criterion.
    Tool {
        name: "Criterion",
        is_written_by: native::is_criterion,
        root_names: &["Criterion Tests"],
        locate: Locate::Case(native::suite_or_classname),
        ..ROW
    },
    // testdata/gradle.
    Tool {
        name: "Gradle",
        is_written_by: jvm::is_gradle,
        advice: Some(
            "if they are retries, set `reports.junitXml.mergeReruns = true` for Gradle's test task",
        ),
        ..JVM
    },
    // testdata/cucumber-ruby.
    Tool {
        is_written_by: gherkin::is_cucumber_ruby,
        locate: Locate::Case(general::locate),
        ..CUCUMBER
    },
    // testdata/cmocka.
    Tool {
        name: "cmocka",
        is_written_by: native::is_cmocka,
        locate: Locate::Case(native::suite_or_classname),
        ..ROW
    },
    // Many tools write a suite for each class; this row differs from the general rule only in the folder.
    // Last, because it recognises the reports of many others.
    Tool { name: "JUnit", is_written_by: jvm::is_suite_per_class, ..JVM },
];
