//! What container, name and folder are for each tool, in words. The documentation's table is generated from this.

/// Tools that share their rules, and what these make of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Description {
    /// Names of tools, as [`names`](super::names) lists them.
    pub tools: &'static [&'static str],
    /// What the container is.
    pub container: &'static str,
    /// What the name is.
    pub name: &'static str,
    /// Which folder a new test goes into.
    pub folder: &'static str,
}

const fn row(
    tools: &'static [&'static str],
    container: &'static str,
    name: &'static str,
    folder: &'static str,
) -> Description {
    Description { tools, container, name, folder }
}

/// One row for each group of tools, in the order of the documentation.
const ROWS: &[Description] = &[
    row(
        &["pytest", "unittest-xml-reporting", "nose2", "nose"],
        "classname",
        "name with `[parameters]`",
        "classname, cut at `.`",
    ),
    row(
        &["surefire", "Gradle", "ant", "JUnit Platform", "TestNG", "ScalaTest", "JUnit"],
        "class",
        "method without an empty `()`, with parameters",
        "package, class, nested classes",
    ),
    row(&["Flank"], "class; devices are executions", "method", "package, class"),
    row(
        &["jest-junit"],
        "file and describes where the suite is the file, else the file if the report names it",
        "title, or full title",
        "path and describes, or the suite if the title starts with it",
    ),
    row(&["Jest"], "file", "full title", "path, describes"),
    row(&["vitest"], "file", "`describe > describe > title`", "path, describes"),
    row(&["mocha"], "chain of describes", "title", "the chain"),
    row(
        &["node:test", "bun"],
        "file, if the report names it, and the chain of suites",
        "name",
        "the chain",
    ),
    row(&["node-tap", "tape"], "chain of suites", "name without its number", "the chain"),
    row(
        &["TAP"],
        "chain of subtests; with `prove`, the file",
        "description, or `test 3`",
        "the chain",
    ),
    row(&["tap-junit"], "suite, unless it is a constant", "name", "the same"),
    row(&["ava"], "nothing", "full title without its number", "titles"),
    row(
        &["Playwright", "WebdriverIO", "Karma", "TestCafe", "@web/test-runner"],
        "file, or suite; browsers are executions",
        "full title",
        "path, describes",
    ),
    row(&["testem"], "nothing", "full title", "none"),
    row(
        &["cargo-nextest", "cargo2junit"],
        "binary, if the report names it",
        "function path; further doc-tests of one item get `#2`, `#3` …",
        "binary, modules",
    ),
    row(
        &["libtest"],
        "binary, if the report names it; in the output of `cargo test` under cargo-nextest's name: `shop`, `shop::it`, \
         `shop::bin/till`, and `shop::doc` for doc-tests",
        "function path; further doc-tests of one item get `#2`, `#3` …",
        "binary, modules",
    ),
    row(
        &["gotestsum", "go-junit-report", "go test"],
        "import path",
        "`TestAdd/zero`",
        "import path",
    ),
    row(&["Ginkgo"], "package, suite", "full text without `[It]`", "path, suite"),
    row(&["Bazel"], "nothing", "target without the number of its shard", "package"),
    row(&["PHPUnit"], "class", "method with data set", "namespaces, class"),
    row(&["RSpec"], "classname", "description without a line", "classname, cut at `.`"),
    row(
        &["minitest"],
        "classname",
        "description without the number of an `it`",
        "classname, cut at `.`",
    ),
    row(&["busted"], "file without the line", "full title", "path"),
    row(&["Cucumber", "behave"], "feature", "scenario", "feature"),
    row(
        &["Karate"],
        "feature file",
        "scenario without its number and line, with the number of its row",
        "path",
    ),
    row(&["Robot Framework"], "chain of suites", "name", "the chain"),
    row(&["GoogleTest"], "suite", "name without `DISABLED_`", "prefix, suite"),
    row(
        &["Catch2", "Criterion", "cmocka", "CUnit", "Qt Test", "UnitTest++", "FPCUnit"],
        "suite or classname",
        "name",
        "the same",
    ),
    row(&["Boost.Test"], "module, classname", "name", "the same"),
    row(&["doctest"], "source file", "name", "path"),
    row(&["Check"], "suite, test case", "function", "the same"),
    row(&["CppUnit"], "class, if the name has one", "method", "namespaces, class"),
    row(&["gtester"], "program", "path", "program, path"),
    row(&["Parasoft C/C++test"], "suite", "name without it", "the same"),
    row(&["SonarQube"], "file", "name", "path"),
    row(
        &["IntelliJ", "Buck"],
        "class, or else the chain of suites",
        "name",
        "package, class, nested classes",
    ),
    row(&["Meson"], "project, suite (and the TAP program)", "name", "the same"),
    row(&["CTest"], "nothing", "name", "none"),
    row(&["bats"], "file", "name", "path"),
    row(&["perl TAP"], "suite", "name without its number", "suite"),
    row(&["XCTest"], "module and class", "method", "module, class"),
    row(
        &["Maestro"],
        "suite, unless it is the default; devices are executions",
        "flow",
        "the suite",
    ),
    row(&["twister"], "scenario, unless it is the name; platforms are executions", "name", "path"),
    row(
        &["intern"],
        "chain of suites without the session; sessions are executions",
        "name",
        "the chain",
    ),
    row(&["Deno"], "file", "`test > step`", "path, tests"),
    row(&["Terraform"], "file", "run", "path"),
    row(
        &["Ansible"],
        "playbook, file; hosts are executions",
        "play, role and task without arguments",
        "the same",
    ),
    row(&["testthat"], "context", "test; its expectations are one test", "the context"),
    row(&["CppUTest"], "package and group", "name", "the same"),
    row(&["tasty"], "chain of groups", "name", "the chain"),
    row(&["Alcotest"], "package, suite and group", "name", "package, suite, group"),
    row(&["hspec"], "groups (and the file, if all cases name it)", "name", "groups"),
    row(&["Dart"], "path with dots; platforms are executions", "full title", "path"),
    row(&["Ceedling"], "source file without its extension", "function", "path"),
    row(&["Unity"], "source file or group", "function", "the same"),
    row(&["GUT"], "script, and the class inside it", "function", "path, class"),
    row(
        &["gdUnit4"],
        "directory, suite; equal cases are attempts",
        "function with its parameters",
        "path, suite",
    ),
    row(
        &["Gauge"],
        "specification: file, heading",
        "scenario, with the number of its row",
        "path, heading",
    ),
    row(
        &["Katalon"],
        "path of the test suite, `Test Suites/Smoke`",
        "path of the test case",
        "path of the suite",
    ),
    row(&["helm-unittest"], "suite", "name", "the suite"),
    row(&["k6"], "suite", "metric and threshold", "the suite"),
    row(&["Newman"], "request", "assertion", "collection, request"),
    row(&["Common Test"], "suite, groups", "test case", "suite, groups"),
    row(&["eunit"], "module", "function and description without the line", "module"),
    row(&["xUnit.net"], "type", "display name without the type", "namespaces, class"),
    row(
        &["NUnit"],
        "full name without the name: the fixture with its arguments",
        "name with arguments",
        "namespaces, class",
    ),
    row(&["MbUnit"], "class", "method with arguments", "namespaces, class"),
    row(&["TRX"], "class without its assembly", "method with arguments", "namespaces, class"),
    row(&["linter"], "", "", "findings are not tests: they are counted as excluded"),
    row(&["ExUnit"], "module without `Elixir.`", "name", "module, cut at `.`"),
    row(
        &["Allure"],
        "as its framework's reports have it: classname, file, or chain of suites",
        "name",
        "the same",
    ),
    row(&["tq-import"], "as the report says that it was converted from", "the same", "the same"),
    row(&["CTRF"], "file and suites, as far as the report names them", "name", "the same"),
    row(&["TeamCity"], "chain of suites", "name", "the chain"),
    row(
        &["unknown"],
        "chain of suites, then the classname; without lines, dates, hosts, browsers",
        "name",
        "the same",
    ),
];

/// What container, name and folder are for each tool.
#[must_use]
pub fn descriptions() -> &'static [Description] {
    ROWS
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_tool_is_described_once() {
        let described: Vec<&str> = ROWS.iter().flat_map(|row| row.tools).copied().collect();
        let unique: BTreeSet<&str> = described.iter().copied().collect();
        assert_eq!(described.len(), unique.len());
        let known: BTreeSet<&str> = crate::tools::names().chain(["unknown"]).collect();
        assert_eq!(unique, known);
    }
}
