//! The table of producers. Its order matters: the first fingerprint that fits is taken.

use crate::formats::model::Format;

use super::evidence::Evidence;
use super::{CasesAre, EqualCases, Place, Producer, View, place};

const fn row(
    name: &'static str,
    fingerprint: fn(&Evidence<'_>) -> bool,
    place: fn(&View<'_>) -> Place,
) -> Producer {
    Producer { name, equal_cases: EqualCases::Rows, cases_are: CasesAre::Tests, fingerprint, place }
}

const fn attempts(equal_cases: EqualCases, row: Producer) -> Producer {
    Producer { equal_cases, ..row }
}

const fn findings(name: &'static str, fingerprint: fn(&Evidence<'_>) -> bool) -> Producer {
    Producer { cases_are: CasesAre::Findings, ..row(name, fingerprint, place::general) }
}

/// Every producer, the general rule last.
pub static PRODUCERS: &[Producer] = &[
    row("xunit.net", |e| e.format() == Format::Xunit, place::xunit_net),
    row("nunit", |e| e.format() == Format::Nunit, place::nunit),
    row("trx", |e| e.format() == Format::Trx, place::trx),
    row("testng", |e| e.format() == Format::Testng, place::jvm),
    findings("eslint", |e| {
        e.suites().any(|suite| suite.attribute("package") == Some("org.eslint"))
    }),
    findings("ruff", |e| e.root_name() == "ruff"),
    findings("mypy", |e| e.first_suite() == "mypy" && e.root_element() == "testsuite"),
    attempts(EqualCases::BareAttempts, row("pytest", is_pytest, place::dotted_class)),
    row("unittest-xml-reporting", is_unittest_xml, place::dotted_class),
    row(
        "nose",
        |e| matches!(e.first_suite(), "nose2-junit" | "nosetests" | "pynose"),
        place::dotted_class,
    ),
    row(
        "cargo-nextest",
        |e| e.root_name() == "nextest-run" || e.root("uuid").is_some(),
        place::nextest,
    ),
    row(
        "libtest",
        |e| {
            e.first_suite() == "test"
                && e.suites().any(|suite| suite.attribute("package") == Some("test"))
        },
        place::libtest,
    ),
    row("cargo2junit", |e| e.first_suite().starts_with("cargo test #"), place::libtest),
    row("jest-junit", |e| e.root_name() == "jest tests", place::jest),
    row("bun", |e| e.root_name() == "bun test", place::suite_chain),
    row("mocha", is_mocha, place::mocha),
    row(
        "node:test",
        |e| e.every_case(|case, _| case.classname.as_deref() == Some("test")),
        place::node_test,
    ),
    row("playwright", is_playwright, place::playwright),
    row("vitest", is_vitest, place::file_and_chain),
    attempts(EqualCases::Attempts, row("go", |e| e.has_property("go.version"), place::go)),
    row("phpunit", |e| e.suite_has("assertions") && !e.suite_has("filepath"), place::phpunit),
    row("minitest", |e| e.suite_has("filepath") && e.case_has("assertions"), place::rspec),
    row(
        "rspec",
        |e| e.first_suite().starts_with("rspec") && e.root_element() == "testsuite",
        place::rspec,
    ),
    row("googletest", |e| e.root_name() == "AllTests", place::googletest),
    row(
        "cucumber",
        |e| {
            matches!(e.first_suite(), "Cucumber" | "cucumber-js") && e.root_element() == "testsuite"
        },
        place::feature,
    ),
    row("behave", is_behave, place::feature),
    row("ctest", is_ctest, place::name_only),
    row(
        "bats",
        |e| {
            e.every_case(|case, suite| {
                suite.is_some_and(|suite| {
                    suite.name.ends_with(".bats") && case.classname.as_deref() == Some(&suite.name)
                })
            })
        },
        place::suite_file,
    ),
    row("robot", is_robot, place::robot),
    row("surefire", |e| e.suites().any(is_surefire_schema), place::jvm),
    row("junit-platform", |e| e.suites().any(|suite| suite.name.starts_with("JUnit ")), place::jvm),
    row("ant", is_ant, place::jvm),
    row("gradle", is_gradle, place::jvm),
    row("unknown", |_| true, place::general),
];

fn is_pytest(e: &Evidence<'_>) -> bool {
    e.root_name() == "pytest tests" || e.first_suite() == "pytest"
}

/// `test_cart.Cart-20261123165022`: the class and 14 digits.
fn is_unittest_xml(e: &Evidence<'_>) -> bool {
    e.every_case(|case, suite| {
        let Some((class, stamp)) = suite.and_then(|suite| suite.name.rsplit_once('-')) else {
            return false;
        };
        stamp.len() == 14
            && stamp.bytes().all(|byte| byte.is_ascii_digit())
            && case.classname.as_deref().is_some_and(|classname| {
                classname == class || classname.is_empty() || !classname.contains('.')
            })
    })
}

fn is_mocha(e: &Evidence<'_>) -> bool {
    e.root_name() == "Mocha Tests"
        || e.suites().any(|suite| &*suite.name == "Root Suite" || suite.name.starts_with("Root Suite."))
        // Jenkins mode.
        || e.suites().any(|suite| suite.name.starts_with("Root.") && suite.attribute("file").is_some())
}

/// `id` and `name` are written on the root even when they are empty; suites bear the project as host.
fn is_playwright(e: &Evidence<'_>) -> bool {
    e.root("id").is_some()
        && e.root("name").is_some()
        && e.every_case(|case, suite| {
            suite.is_some_and(|suite| {
                suite.attribute("hostname").is_some()
                    && case.classname.as_deref() == Some(&suite.name)
            })
        })
}

/// A suite for each test file, whatever the whole is called.
fn is_vitest(e: &Evidence<'_>) -> bool {
    e.root_name() == "vitest tests"
        || e.every_case(|case, suite| {
            suite.is_some_and(|suite| {
                case.classname.as_deref() == Some(&suite.name)
                    && suite.attribute("hostname").is_some()
                    && place::looks_like_path(&suite.name)
            })
        })
}

/// Every case bears its status, and the suite is the classname.
fn is_behave(e: &Evidence<'_>) -> bool {
    e.root_element() == "testsuite"
        && e.every_case(|case, suite| {
            matches!(
                case.attribute("status"),
                Some(
                    "passed"
                        | "failed"
                        | "error"
                        | "skipped"
                        | "undefined"
                        | "untested"
                        | "hook_error"
                        | "cleanup_error"
                        | "pending"
                        | "pending_warn"
                        | "undefined_warn"
                        | "xfailed"
                        | "xpassed"
                )
            ) && suite.is_some_and(|suite| case.classname.as_deref() == Some(&suite.name))
        })
}

/// Name and classname are the same, and every case bears a status.
fn is_ctest(e: &Evidence<'_>) -> bool {
    e.every_case(|case, _| {
        matches!(case.attribute("status"), Some("run" | "fail" | "notrun" | "disabled"))
            && case.classname.as_deref() == case.name.as_deref()
    })
}

/// The classname is the chain of suites, joined by dots, and there are nested suites.
fn is_robot(e: &Evidence<'_>) -> bool {
    e.root_element() == "testsuite"
        && e.suites().any(|suite| suite.parent.is_some())
        && e.every_case(|case, suite| {
            suite.is_some_and(|suite| {
                case.classname.as_deref().is_some_and(|classname| {
                    classname
                        .strip_suffix(&*suite.name)
                        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
                })
            })
        })
}

fn is_surefire_schema(suite: &crate::formats::model::Suite) -> bool {
    suite
        .attribute("xsi:noNamespaceSchemaLocation")
        .is_some_and(|schema| schema.contains("surefire-test-report"))
}

/// ant writes class and package apart in its merged file.
fn is_ant(e: &Evidence<'_>) -> bool {
    e.suite_has("package")
        && e.every_case(|case, suite| {
            suite.is_some_and(|suite| {
                let package = suite.attribute("package").unwrap_or_default();
                let class = if package.is_empty() {
                    suite.name.to_string()
                } else {
                    format!("{package}.{}", suite.name)
                };
                case.classname.as_deref() == Some(&class)
            })
        })
}

/// A suite for each class, called after it: Gradle, ant's single files, sbt, scalatest, Bazel's JUnit runner.
fn is_gradle(e: &Evidence<'_>) -> bool {
    e.suite_has("timestamp")
        && e.every_case(|case, suite| {
            suite.is_some_and(|suite| {
                case.classname.as_deref() == Some(&suite.name)
                    && suite.name.contains('.')
                    && !suite.name.contains(['/', ' ', '\\'])
            })
        })
}
