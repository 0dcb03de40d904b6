//! Tools whose identities are mostly those of the general rule, and whose rows tell their names, folders and messages.

use super::{lines, report, tool};
use crate::formats::model::Report;
use crate::tools::CaseMapper;

/// A suite with `attributes`, which have `more` in front, and `cases`.
fn suite(attributes: &str, cases: &str) -> String {
    format!("<testsuites><testsuite {attributes}>{cases}</testsuite></testsuites>")
}

/// What the first failure, error or skip of a report says.
fn message(xml: &str) -> String {
    let report: Report = report(xml);
    let options = crate::options::IdentityOptions::default();
    let mapper = CaseMapper::new(&report, &options);
    let details = report.cases.iter().enumerate();
    let mut found = details.filter_map(|(at, case)| mapper.message(at, case.detail()?));
    found.next().unwrap()
}

/// One sample for each tool: attributes of the suite, cases, and the first line of what it is read as.
const SAMPLES: [(&str, &str, &str, &str); 17] = [
    (
        "Alcotest",
        "package='shop' id='0' name='Cart tests' timestamp='t' hostname='localhost' tests='1' failures='0' errors='0' skipped='0' time='0.'",
        "<properties></properties><testcase name='adds' classname='Cart tests.price' time='0.'/>",
        "shop + Cart tests.price: adds @ shop / Cart tests / price",
    ),
    // Identifiers look like a class, but the package tells two programs apart.
    (
        "Alcotest",
        "package='shop' id='0' name='cart' timestamp='t' hostname='localhost' tests='1' failures='0' errors='0' time='0'",
        "<testcase name='adds' classname='cart.price' time='0'/>",
        "shop + cart.price: adds @ shop / cart / price",
    ),
    (
        "Alcotest",
        "package='cart' id='0' name='cart' timestamp='t' hostname='localhost' tests='1' failures='0' errors='0' time='0'",
        "<testcase name='adds' classname='cart.price' time='0'/>",
        "cart.price: adds @ cart / price",
    ),
    (
        "hspec",
        "name='Cart/when full' package='Cart/when full' id='0' time='0.1' timestamp='t' hostname='localhost' tests='1' failures='0' errors='0' skipped='0'",
        "<testcase file='test/CartSpec.hs' line='3' name='refuses' classname='Cart/when full' time='0.1'/>",
        "test/CartSpec.hs + Cart/when full: refuses @ Cart / when full",
    ),
    (
        "hspec",
        "name='Cart' package='Cart' id='0' time='0.1' timestamp='t' hostname='localhost' tests='1' failures='0' errors='0' skipped='0'",
        "<testcase name='refuses' classname='Cart' time='0.1'/>",
        "Cart: refuses @ Cart",
    ),
    (
        "Dart",
        "errors='0' failures='0' tests='1' skipped='0' name='cart'",
        "<properties><property name='platform' value='chrome'/></properties><testcase classname='cart' name='Cart adds' time='0.1'/>",
        "cart: Cart adds @ cart",
    ),
    (
        "Ceedling",
        "name='test/unit/test_cart' tests='1' failures='0' skipped='0' errors='0' time='0.1'",
        "<testcase name='test_adds' time='0.001'/>",
        "test/unit/test_cart: test_adds @ test / unit / test_cart",
    ),
    (
        "Ceedling",
        "name='test_cart' tests='1' failures='0' skipped='0' time='0.1'",
        "<testcase name='test_adds(1, 2)'/>",
        "test_cart: test_adds(1, 2) @ test_cart",
    ),
    (
        "Unity",
        "errors='0' skipped='0' failures='0' tests='1' name='unity'",
        "<testcase classname='test_cart' name='test_adds' time='0'/>",
        "unity + test_cart: test_adds @ test_cart",
    ),
    (
        "Unity",
        "name='Gift' tests='2' failures='0' skips='0'",
        "<testcase classname='Cart' name='adds'/><testcase classname='Gift' name='wraps'/>",
        "Cart: adds @ Cart",
    ),
    (
        "GUT",
        "name='test/unit/test_cart.gd' tests='1' failures='0' skipped='0' time='0.1'",
        "<testcase name='test_adds' assertions='1' status='pass' classname='test/unit/test_cart.gd' time='0.1'/>",
        "test/unit/test_cart.gd: test_adds @ test / unit / test_cart.gd",
    ),
    (
        "GUT",
        "name='res://test/unit/test_cart.gd.TestWhenFull' tests='1' failures='0'",
        "<testcase name='test_adds' assertions='1' status='no asserts' classname='res://test/unit/test_cart.gd.TestWhenFull'/>",
        "test/unit/test_cart.gd.TestWhenFull: test_adds @ test / unit / test_cart.gd / TestWhenFull",
    ),
    (
        "gdUnit4",
        "id='0' name='cart_test' package='test' timestamp='t' hostname='localhost' tests='1' failures='0' errors='0' skipped='0' flaky='0' time='0.1'",
        "<testcase name='test_adds:0 [1, 2]' classname='cart_test' time='0.1'/>",
        "test + cart_test: test_adds:0 [1, 2] @ test / cart_test",
    ),
    (
        "Gauge",
        "id='1' tests='1' failures='0' package='specs/cart.md' time='1' timestamp='t' name='Cart' errors='0' hostname='h'",
        "<testcase classname='Cart' name='adds a pear 2' time='0.1'/>",
        "specs/cart.md + Cart: adds a pear 2 @ specs / cart.md / Cart",
    ),
    (
        "Katalon",
        "name='Smoke' tests='1' failures='0' errors='0' time='2' timestamp='t' hostname='me - pc' id='Test Suites/Web/Smoke'",
        "<testcase name='Test Cases/Cart/adds' classname='Test Cases/Cart/adds' status='PASSED'/>",
        "Test Suites/Web/Smoke: Test Cases/Cart/adds @ Test Suites / Web / Smoke",
    ),
    (
        "helm-unittest",
        "id='0' tests='1' failures='0' errors='0' package='' time='0.1' name='tests/service_test.yaml' timestamp='t' hostname='h'",
        "<properties><property name='helm-unittest.version' value='1.6'/></properties><testcase classname='service_test.yaml' name='listens' time='0.1'/>",
        "tests/service_test.yaml: listens @ tests / service_test.yaml",
    ),
    (
        "k6",
        "name='load of orders' tests='1' failures='0'",
        "<testcase name='http_req_duration{name:GET /orders} - p(95)&lt;500'/>",
        "load of orders: http_req_duration{name:GET /orders} - p(95)<500 @ load of orders",
    ),
];

#[test]
fn each_tool_is_told_by_what_it_always_writes() {
    for (name, attributes, cases, expected) in SAMPLES {
        for more in ["", "retries='0' ", "log='suite.log' ", "disabled='0' ", "x-seed='7' "] {
            let xml = suite(&format!("{more}{attributes}"), cases);
            assert_eq!(tool(&xml), name, "{xml}");
            assert_eq!(lines(&xml)[0], expected);
        }
    }
}

#[test]
fn reports_that_only_resemble_theirs_have_other_tools() {
    let junit = "tests='1' failures='0' errors='0' skipped='0' time='0.1' timestamp='t' hostname='h' id='0' package='shop'";
    for (xml, expected) in [
        // A package that is not the suite, a time, a class.
        (
            suite(
                &format!("name='CartTest' {junit}"),
                "<testcase classname='shop.CartTest' name='adds' time='0.1'/>",
            ),
            "ant",
        ),
        (
            suite(
                &format!("name='cart' {junit}"),
                "<testcase classname='cart' name='adds' time='0.1'/>",
            ),
            "unknown",
        ),
        // A title with a dash is no threshold.
        (suite("name='s'", "<testcase name='cart - adds'/><testcase name='rate - x'/>"), "unknown"),
        // Titles are no functions.
        (
            suite(
                "name='test_cart' tests='1' failures='0' skipped='0' time='1'",
                "<testcase name='adds a pear'/>",
            ),
            "unknown",
        ),
        (suite("name='a.gd'", "<testcase classname='a.gd' name='adds'/>"), "unknown"),
    ] {
        assert_eq!(tool(&xml), expected, "{xml}");
    }
}

#[test]
fn a_suite_that_unity_names_after_the_end_of_its_tests_is_no_container() {
    let of = |suite_name: &str| {
        let attributes = format!(
            "disabled='0' errors='0' failures='0' name='{suite_name}' skipped='0' tests='1' time='0'"
        );
        lines(&suite(&attributes, "<testcase name='test_adds' classname='test_cart'/>"))
    };
    assert_eq!(of("build/test_cart.testpass"), ["test_cart: test_adds @ test_cart"]);
    assert_eq!(of("build/test_cart.testpass"), of("out/test_cart.testfail"));
}

#[test]
fn suites_of_katalon_in_two_folders_are_two() {
    let of = |id: &str| {
        let cases = "<testcase name='Test Cases/Cart/adds' classname='Test Cases/Cart/adds'/>";
        lines(&suite(&format!("name='Smoke' id='{id}'"), cases))
    };
    assert_ne!(of("Test Suites/Web/Smoke"), of("Test Suites/API/Smoke"));
}

#[test]
fn a_package_that_is_a_part_of_a_word_tells_suites_apart() {
    let of = |package: &str| {
        let attributes = format!("name='cart_test' package='{package}'");
        lines(&suite(&attributes, "<testcase classname='cart_test' name='adds'/>"))
    };
    assert_ne!(of("test"), of("cart"));
    assert_eq!(of("cart_test"), ["cart_test: adds @ cart_test"]);
}

#[test]
fn a_specification_of_gauge_that_cannot_be_read_is_a_run_error() {
    let attributes = "id='1' tests='0' failures='1' package='specs/cart.spec' time='1' timestamp='t' name='Cart' errors='0' hostname='h'";
    let xml = suite(
        attributes,
        "<testcase classname='Cart' name='Cart' time='0'><failure message='Parse/Validation Errors' \
         type='Parse/Validation Errors'>[Parse Error] no steps</failure></testcase>",
    );
    assert_eq!(lines(&xml), ["run error: Cart"]);
    assert_eq!(message(&xml), "[Parse Error] no steps");
    // A scenario may have the name of its specification.
    let scenario = xml.replace("Parse/Validation Errors", "Step Execution Failure: 'x'");
    let scenario =
        scenario.replace("'x''", "&apos;x&apos;'").replace("Failure: 'x", "Failure: &apos;x");
    assert_eq!(lines(&scenario), ["specs/cart.spec + Cart: Cart @ specs / cart.spec / Cart"]);
}

#[test]
fn attempts_of_gdunit_are_no_rows() {
    let xml = suite(
        "id='0' name='cart_test' package='test' timestamp='t' hostname='localhost' tests='2' failures='1' errors='0' skipped='0' flaky='1' time='0.1'",
        "<testcase name='test_adds' classname='cart_test' time='0.1'><failure message='FAILED: res://test/cart_test.gd:12' type='FAILURE'/></testcase>\
         <testcase name='test_adds' classname='cart_test' time='0.1'/>",
    );
    let report = report(&xml);
    let options = crate::options::IdentityOptions::default();
    let records = crate::record::collect(&[report], &options);
    let [test] = &records.tests[..] else { panic!("{:?}", records.tests) };
    assert!(test.flaky, "{test:?}");
    assert_eq!(test.outcome, crate::formats::model::Outcome::Passed);
}

#[test]
fn messages_say_what_failed() {
    let samples = |name: &str| {
        SAMPLES.into_iter().find(|sample| sample.0 == name).map(|(_, attributes, cases, _)| {
            let case = cases.split("<testcase").last().unwrap().trim_end_matches("/>");
            (attributes, cases.replace(&format!("<testcase{case}/>"), "") + "<testcase" + case)
        })
    };
    let with = |name: &str, detail: &str| {
        let (attributes, cases) = samples(name).unwrap();
        let xml = suite(attributes, &format!("{cases}>{detail}</testcase>"));
        assert_eq!(tool(&xml), name);
        message(&xml).lines().next().unwrap().to_owned()
    };
    for (name, detail, expected) in [
        (
            "Alcotest",
            "<error message='test crashed' type='exception raised'>Alcotest assertion failure\nFile \"a.ml\", line 20, character 6:\n\
             FAIL the total\n\n   Expected: `3'\n   Received: `2'\n</error>",
            "the total, Expected: `3', Received: `2'",
        ),
        (
            "Alcotest",
            "<error message='test crashed' type='exception raised'>Invalid_argument(\"7\")</error>",
            "Invalid_argument(\"7\")",
        ),
        ("hspec", "<failure type='error'>test/CartSpec.hs:16:3\nno cart</failure>", "no cart"),
        (
            "Dart",
            "<failure message='1 failure, see stacktrace for details'>Failure:\\n\\nExpected: &lt;3>\n  Actual: &lt;2>\n</failure>",
            "Expected: <3>, Actual: <2>",
        ),
        ("Dart", "<error message='Bad state: no cart'>a.dart 7:5</error>", "Bad state: no cart"),
        (
            "GUT",
            "<failure message='failed'>[2] expected to equal [3]</failure>",
            "[2] expected to equal [3]",
        ),
        ("GUT", "<skipped message='pending'>no printer</skipped>", "no printer"),
        (
            "gdUnit4",
            "<error message='ERROR: res://test/cart_test.gd:12' type='ABORT'>no cart</error>",
            "no cart",
        ),
        (
            "Gauge",
            "<failure message='Take \"a\"&#10;Step Execution Failure: &apos;it isn&apos;t there&apos;' type='x'>at a</failure>",
            "it isn't there",
        ),
        (
            "Gauge",
            "<failure message='Multiple failures' type='x'>Take\nStep Execution Failure: 'empty'\nat a\n\nStep Execution Failure: 'b'\n</failure>",
            "empty",
        ),
        (
            "Katalon",
            "<failure type='FAILED' message='Test Cases/Cart/adds FAILED.&#10;Reason:&#10;com.kms.katalon.core.exception.StepFailedException: \
             Unable to click on: a&#10;&#9;at com.kms.A.b(A.groovy:1)&#10;'/>",
            "Unable to click on: a",
        ),
        (
            "Katalon",
            "<error type='ERROR' message='Test Cases/Cart/adds FAILED.&#10;Reason:&#10;java.lang.IllegalStateException: no cart&#10;'/>",
            "java.lang.IllegalStateException: no cart",
        ),
        (
            "helm-unittest",
            "<failure message='Failed' type=''>&#9;&#9; - asserts[0] `equal` fail &#10;&#9;&#9;&#9; Path:&#9;spec.replicas &#10;</failure>",
            "asserts[0] `equal` fail",
        ),
        (
            "Unity",
            "<failure type='ASSERT FAILED'> Expected 3 Was 2 at line: 12</failure>",
            "Expected 3 Was 2",
        ),
        ("k6", "<failure message='failed, count: 3, rate: 0.1'/>", "failed, count: 3, rate: 0.1"),
    ] {
        assert_eq!(with(name, detail), expected, "{name}");
    }
}

#[test]
fn failed_hooks_of_unknown_tools_are_run_errors() {
    let of = |name: &str| {
        let case = format!("<testcase classname='Cart' name='{name}'><failure/></testcase>");
        lines(&suite("name='s'", &case)).remove(0)
    };
    for name in ["before_all", "{after_all}", "OneTimeSetUp", "Suite Setup", "setUpBeforeClass"] {
        assert_eq!(of(name), format!("run error: Cart: {name}"));
    }
    assert_eq!(
        of("Cart \"before all\" hook for \"adds\""),
        "run error: Cart \"before all\" hook for \"adds\""
    );
    assert!(of("Setup").starts_with("s + Cart: Setup"));
}

#[test]
fn a_chain_that_the_classname_repeats_counts_once_with_any_separator() {
    let of = |classname: &str| {
        let inner = format!(
            "<testsuite name='Cart'><testcase classname='{classname}' name='adds'/></testsuite>"
        );
        lines(&suite("name='All'", &inner)).remove(0)
    };
    for separator in
        [".", " ", "/", "::", ": ", " - ", " / ", " | ", " → ", " -&gt; ", " &gt; ", " › "]
    {
        assert!(of(&format!("All{separator}Cart")).starts_with("All + Cart: adds"), "{separator}");
    }
}

#[test]
fn titles_with_dots_do_not_hide_file_and_package() {
    let of = |attributes: &str, case: &str| {
        let case = format!("<testcase classname='Cart.price' name='adds' {case}/>");
        lines(&suite(&format!("name='s' {attributes}"), &case)).remove(0)
    };
    assert_ne!(of("", "file='a_spec.rb'"), of("", "file='b_spec.rb'"));
    assert_ne!(of("package='web'", ""), of("package='api'", ""));
    // A module is named after its file.
    let module =
        "<testcase classname='tests.test_cart' name='Adds a pear' file='tests/test_cart.py'/>";
    assert!(lines(&suite("name='s'", module))[0].starts_with("tests.test_cart: "));
    let class = "<testcase classname='shop.CartTest' name='adds' file='a.java'/>";
    assert!(lines(&suite("name='s'", class))[0].starts_with("shop.CartTest: "));
}

#[test]
fn words_below_a_named_root_are_relative() {
    let roots =
        ["/app", "C:\\ci"].map(|root| crate::text::RepositoryRoot::new(std::path::Path::new(root)));
    let options = crate::options::IdentityOptions {
        roots: roots.into(),
        ..crate::options::IdentityOptions::default()
    };
    let of = |classname: &str| {
        let case = format!("<testcase classname='{classname}' name='adds'/>");
        super::lines_with(&suite("name='s'", &case), &options).remove(0)
    };
    let relative = of("test/a.test.js &gt; Cart");
    assert_eq!(of("/app/test/a.test.js &gt; Cart"), relative);
    assert_eq!(of("C:\\ci\\test\\a.test.js &gt; Cart"), relative);
    // A route of an API.
    assert!(of("GET /application/a").contains("GET /application/a"));
}
