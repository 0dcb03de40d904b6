//! Container, name and folder of the cases of each tool.

mod further;
mod named;

use super::{CaseMapper, MappedCase};
use crate::formats::model::{Case, Format, Outcome, Report};
use crate::formats::read_one;
use crate::options::{GroupBy, IdentityOptions, Split};

fn report(xml: &str) -> Report {
    read_one(xml, "report.xml")
}

/// One line per case: `container + container: name @ folder / folder`.
fn lines_with(xml: &str, options: &IdentityOptions) -> Vec<String> {
    let report = report(xml);
    let mut lines = Vec::new();
    CaseMapper::new(&report, options).for_each(|_, _, mapped| {
        lines.push(match mapped {
            MappedCase::Test(test) => {
                format!(
                    "{}: {} @ {}",
                    test.container.join(" + "),
                    test.name,
                    test.folder.join(" / ")
                )
            }
            MappedCase::RunError(name) => format!("run error: {name}"),
            MappedCase::NoTest => "no test".to_owned(),
            MappedCase::Finding => "finding".to_owned(),
        });
    });
    lines
}

fn lines(xml: &str) -> Vec<String> {
    lines_with(xml, &IdentityOptions::default())
}

fn tool(xml: &str) -> &'static str {
    super::detect(&report(xml)).name
}

fn pytest(cases: &str) -> String {
    format!(
        "<testsuites name='pytest tests'><testsuite name='pytest'>{cases}</testsuite></testsuites>"
    )
}

// Python

#[test]
fn pytest_is_recognised_under_any_suite_name() {
    let order =
        "errors='0' failures='0' skipped='0' tests='1' time='1' timestamp='2026' hostname='vm'";
    let case = "<testcase classname='tests.test_cart' name='test_adds[1]'/>";
    assert_eq!(
        tool(&format!(
            "<testsuites><testsuite name='mine' {order}>{case}</testsuite></testsuites>"
        )),
        "pytest"
    );
    let other = "<testcase classname='checks.cart' name='check_total'/>";
    assert_eq!(tool(&format!("<testsuite name='mine' {order}>{other}</testsuite>")), "pytest");
    assert_eq!(tool("<testsuite name='pytest' tests='1'/>"), "pytest");
    assert_eq!(
        tool(&format!(
            "<testsuites name='pytest tests'><testsuite name='mine'>{case}</testsuite></testsuites>"
        )),
        "pytest"
    );
}

#[test]
fn pytest_keeps_parameters_and_splits_the_classname_into_folders() {
    let xml = pytest("<testcase classname='tests.test_cart.TestAdd' name='test_add[a b-1]'/>");
    assert_eq!(
        lines(&xml),
        ["tests.test_cart.TestAdd: test_add[a b-1] @ tests / test_cart / TestAdd"]
    );
}

#[test]
fn pytest_collection_errors_are_run_errors_and_skipped_modules_are_ignored() {
    let xml = pytest(
        "<testcase classname='' name='broken.test_a'><error message='collection failure'/></testcase>\
         <testcase classname='' name='tests.test_b'><skipped message='collection skipped'/></testcase>\
         <testcase classname='pytest' name='internal'><error message='internal error'/></testcase>\
         <testcase name='test_c' file='tests/test_c.py'/>",
    );
    assert_eq!(
        lines(&xml),
        ["run error: broken.test_a", "no test", "run error: pytest: internal", ": test_c @ "]
    );
}

#[test]
fn unittest_subtests_belong_to_their_method() {
    let xml = "<testsuites><testsuite name='t.Cart-20261123165022'>\
        <testcase classname='t.Cart' name='test_sub [msg] (i=1)'><failure/></testcase>\
        <testcase classname='t.Cart' name='test_plain'/>\
        </testsuite><testsuite name='unittest.suite._ErrorHolder-20261123165022'>\
        <testcase classname='' name='setUpClass (t.Shop)'><error/></testcase></testsuite></testsuites>";
    assert_eq!(tool(xml), "unittest-xml-reporting");
    assert_eq!(
        lines(xml),
        [
            "t.Cart: test_sub @ t / Cart",
            "t.Cart: test_plain @ t / Cart",
            "run error: setUpClass (t.Shop)",
        ]
    );
}

#[test]
fn nose2_splits_the_name_of_a_class_set_up_at_the_dot() {
    let xml = "<testsuite name='nose2-junit'>\
        <testcase classname='setUpClass (test_ut' name='TestSetupFails)'><error/></testcase></testsuite>";
    assert_eq!(lines(xml), ["run error: setUpClass (test_ut.TestSetupFails)"]);
}

// JVM

#[test]
fn jvm_tests_have_their_class_as_container_and_never_the_suite() {
    let gradle = "<testsuite name='x' tests='1' skipped='0' failures='0' errors='0' timestamp='t' hostname='h' time='1'>\
        <testcase name='passes()' classname='com.acme.Cart$Inner$Deep'/>\
        <testcase name='repeated()[2]' classname='Cart'/>\
        <testcase name='adds(String)[1]' classname='com.acme.Cart'/></testsuite>";
    assert_eq!(tool(gradle), "Gradle");
    assert_eq!(
        lines(gradle),
        [
            "com.acme.Cart$Inner$Deep: passes @ com.acme / Cart / Inner / Deep",
            "Cart: repeated[2] @ Cart",
            "com.acme.Cart: adds(String)[1] @ com.acme / Cart",
        ]
    );
}

#[test]
fn surefire_classes_that_fail_before_their_first_test_are_run_errors() {
    let xml = "<testsuite name='a.B' xsi:noNamespaceSchemaLocation='x/surefire-test-report.xsd'>\
        <testcase name='' classname='a.B'><error message='no database'/></testcase>\
        <testcase name='a.B' classname='a.B'><error message='no database'/></testcase>\
        <testcase name='a.B' classname='a.B'><skipped/></testcase>\
        <testcase name='initializationError' classname='a.B'><error/></testcase>\
        <testcase name='works'/></testsuite>";
    assert_eq!(tool(xml), "surefire");
    assert_eq!(
        lines(xml),
        [
            "run error: a.B",
            "run error: a.B",
            "no test",
            "run error: a.B: initializationError",
            "a.B: works @ a / B",
        ]
    );
}

#[test]
fn both_files_of_ant_yield_the_same_class() {
    let single = "<testsuite errors='0' failures='0' hostname='h' name='com.acme.A' skipped='0' tests='1' time='1' timestamp='t'>\
        <properties><property name='ant.version' value='1.10'/></properties>\
        <testcase classname='com.acme.A' name='t'/></testsuite>";
    let merged = "<testsuites><testsuite errors='0' failures='0' hostname='h' id='0' name='A' package='com.acme' skipped='0' tests='1' time='1' timestamp='t'>\
        <testcase classname='com.acme.A' name='t'/></testsuite></testsuites>";
    assert_eq!(lines(single), lines(merged));
    assert_eq!((tool(single), tool(merged)), ("ant", "ant"));
}

#[test]
fn testng_skips_and_set_ups_are_recognised() {
    let xml = "<testsuite hostname='h' ignored='0' name='Default test'>\
        <testcase classname='a.B' name='skips'><error type='org.testng.SkipException'/></testcase>\
        <testcase classname='a.B' name='setUp' is-config='true'><failure/></testcase></testsuite>";
    assert_eq!(lines(xml), ["a.B: skips @ a / B", "run error: a.B: setUp"]);
    let report = report(xml);
    let mut outcomes = Vec::new();
    CaseMapper::new(&report, &IdentityOptions::default()).for_each(|_, _, mapped| {
        if let MappedCase::Test(test) = mapped {
            outcomes.push(test.outcome);
        }
    });
    assert_eq!(outcomes, [crate::formats::model::Outcome::Skipped]);
}

#[test]
fn the_suite_per_class_row_agrees_with_the_general_rule_on_identities() {
    let of = |suite: &str| {
        format!("<testsuite name='{suite}'><testcase classname='{suite}' name='t'/></testsuite>")
    };
    assert_eq!(tool(&of("a.B")), "JUnit");
    assert_eq!(lines(&of("a.B")), ["a.B: t @ a / B"]);
    assert_eq!(tool(&of("B")), "unknown");
    assert_eq!(lines(&of("B")), ["B: t @ B"]);
}

// JavaScript

fn jest(suite: &str, cases: &str) -> String {
    format!(
        "<testsuites name='jest tests'><testsuite name='{suite}'>{cases}</testsuite></testsuites>"
    )
}

#[test]
fn jest_default_templates_yield_the_full_title_once() {
    let xml = jest(
        "Cart",
        "<testcase classname='Cart adds' name='Cart adds'/>\
         <testcase classname=' top level' name=' top level'/>\
         <testcase classname='Cartoon is drawn' name='Cartoon is drawn'/>\
         <testcase classname='Cart adds' name='Cart adds' file='/ci/src/cart.test.js'/>",
    );
    assert_eq!(
        lines(&xml),
        [
            ": Cart adds @ Cart",
            ": top level @ ",
            ": Cartoon is drawn @ ",
            "cart.test.js: Cart adds @ Cart",
        ]
    );
}

#[test]
fn jest_templates_with_a_path_as_suite_yield_file_and_groups() {
    let xml = jest(
        "__tests__\\cart.test.js",
        "<testcase classname='Cart › add' name='one'/>\
         <testcase classname='Cart one' name='one'/>\
         <testcase classname='Cart one' name='Cart one'/>\
         <testcase classname='' name='one'/>",
    );
    assert_eq!(
        lines(&xml),
        [
            "__tests__/cart.test.js + Cart › add: one @ __tests__ / cart.test.js / Cart / add",
            "__tests__/cart.test.js + Cart: one @ __tests__ / cart.test.js / Cart",
            "__tests__/cart.test.js: Cart one @ __tests__ / cart.test.js",
            "__tests__/cart.test.js: one @ __tests__ / cart.test.js",
        ]
    );
}

#[test]
fn a_jest_file_that_fails_to_run_is_a_run_error() {
    let xml = jest(
        "a.test.js",
        "<testcase classname='Test suite failed to run' name='a.test.js'><error/></testcase>",
    );
    assert_eq!(lines(&xml), ["run error: Test suite failed to run: a.test.js"]);
}

#[test]
fn vitest_tests_are_identified_by_file_and_full_chain() {
    let xml = "<testsuites name='vitest tests'><testsuite name='test/a.test.ts'>\
        <testcase classname='test/a.test.ts' name='cart &gt; add &gt; one'/>\
        <testcase classname='test/a.test.ts' name='one'/></testsuite></testsuites>";
    assert_eq!(
        lines(xml),
        [
            "test/a.test.ts: cart > add > one @ test / a.test.ts / cart / add",
            "test/a.test.ts: one @ test / a.test.ts",
        ]
    );
}

#[test]
fn vitest_hooks_and_files_that_fail_to_load_are_run_errors() {
    let xml = "<testsuites name='vitest tests'><testsuite name='a.test.ts'>\
        <testcase classname='a.test.ts' name='login'><failure/></testcase>\
        <testcase classname='a.test.ts' name='login &gt; works'><skipped/></testcase>\
        <testcase classname='a.test.ts' name='login'><failure message='beforeAll'/></testcase></testsuite>\
        <testsuite name='b.test.ts'><testcase classname='b.test.ts' name='b.test.ts'><failure/></testcase></testsuite></testsuites>";
    assert_eq!(
        lines(xml),
        [
            // A failing test with the name of a group is a test, because other cases follow it.
            "a.test.ts: login @ a.test.ts",
            "a.test.ts: login > works @ a.test.ts / login",
            "run error: a.test.ts: login",
            "run error: b.test.ts",
        ]
    );
}

const MOCHA_DEFAULT: &str = "<testsuites name='Mocha Tests'><testsuite name='Root Suite' timestamp='t' tests='1' time='1' failures='0'><testcase name='root' classname='root'/></testsuite>\
    <testsuite name='Customer' timestamp='t' tests='1' time='1' failures='0'><testcase name='Customer has a name' classname='has a name'/></testsuite>\
    <testsuite name='address' timestamp='t' tests='1' time='1' failures='0'><testcase name='Customer address create' classname='create'/></testsuite>\
    <testsuite name='create' timestamp='t' tests='1' time='1' failures='0'><testcase name='create create' classname='create'/>\
    <testcase name='create &quot;before all&quot; hook for &quot;create&quot;' classname='&quot;before all&quot; hook for &quot;create&quot;'><failure/></testcase></testsuite></testsuites>";

const MOCHA_JENKINS: &str = "<testsuites name='Mocha Tests'><testsuite name='' timestamp='t' tests='1' time='1' failures='0'><testcase name='root' classname=''/></testsuite>\
    <testsuite name='Root Suite.Customer' timestamp='t' tests='1' time='1' failures='0'><testcase name='has a name' classname='Customer'/></testsuite>\
    <testsuite name='Root Suite.Customer.address' timestamp='t' tests='1' time='1' failures='0'><testcase name='create' classname='Customer.address'/></testsuite>\
    <testsuite name='Root Suite.create' timestamp='t' tests='1' time='1' failures='0'><testcase name='create' classname='create'/>\
    <testcase name='&quot;before all&quot; hook for &quot;create&quot;' classname='create'><failure/></testcase></testsuite></testsuites>";

#[test]
fn mocha_groups_and_title_are_found_in_every_mode() {
    assert_eq!(
        lines(MOCHA_DEFAULT),
        [
            ": root @ ",
            "Customer: has a name @ Customer",
            "Customer address: create @ Customer / address",
            "create: create @ create",
            "run error: create \"before all\" hook for \"create\"",
        ]
    );
    assert_eq!(
        lines(MOCHA_JENKINS),
        [
            ": root @ ",
            "Customer: has a name @ Customer",
            "Customer.address: create @ Customer / address",
            "create: create @ create",
            "run error: create: \"before all\" hook for \"create\"",
        ]
    );
}

#[test]
fn mocha_with_name_and_classname_switched_yields_the_same_test() {
    let xml = "<testsuites name='Mocha Tests'><testsuite name='Customer'>\
        <testcase name='has a name' classname='Customer has a name'/></testsuite></testsuites>";
    assert_eq!(lines(xml), ["Customer: has a name @ Customer"]);
}

#[test]
fn node_tests_are_identified_by_chain_and_quotes_are_decoded_twice() {
    let xml = "<testsuites><testcase name='alone' classname='test'/>\
        <testsuite name='outer &amp;quot;q&amp;quot;' disabled='0'><testsuite name='inner' disabled='0'>\
        <testcase name='&amp;quot;a&amp;quot; &amp; &lt;b>' classname='test'/></testsuite></testsuite></testsuites>";
    assert_eq!(tool(xml), "node:test");
    assert_eq!(
        lines(xml),
        [": alone @ ", "outer \"q\" + inner: \"a\" & <b> @ outer \"q\" / inner"]
    );
}

#[test]
fn tap_numbers_are_removed_from_titles() {
    let xml = "<testsuites><testsuite name='t'><testcase name='#1 adds'/><testcase name='#2'/></testsuite></testsuites>";
    assert_eq!(tool(xml), "tape");
    assert_eq!(lines(xml), ["t: adds @ t", "t: test 2 @ t"]);
}

#[test]
fn numbers_written_by_the_author_stay_in_the_title() {
    let xml = "<testsuites><testsuite name='s' disabled='0'><testcase name='2 - 1' classname='test'/>\
        <testcase name='3 - 1' classname='test'/></testsuite></testsuites>";
    assert_eq!(tool(xml), "node:test");
    assert_eq!(lines(xml), ["s: 2 - 1 @ s", "s: 3 - 1 @ s"]);
}

// Browsers

const PLAYWRIGHT: &str = "<testsuites id='' name=''><testsuite name='a.spec.ts' timestamp='t' hostname='firefox' tests='1' failures='0' skipped='0' time='1' errors='0'>\
    <testcase name='Todo › adds' classname='a.spec.ts'/></testsuite></testsuites>";

#[test]
fn the_browser_enters_a_name_only_by_option() {
    assert_eq!(lines(PLAYWRIGHT), ["a.spec.ts: Todo › adds @ a.spec.ts / Todo"]);
    let options = IdentityOptions { by_configuration: true, ..IdentityOptions::default() };
    assert_eq!(
        lines_with(PLAYWRIGHT, &options),
        ["a.spec.ts: Todo › adds [firefox] @ a.spec.ts / Todo"]
    );
}

#[test]
fn karma_browsers_are_removed_from_the_group() {
    let xml = "<testsuite name='Chrome 54.0.2840 (Mac OS X 10.11.6)' package='modules' timestamp='t' id='0' hostname='h' tests='1' errors='0' failures='0' time='1'>\
        <testcase name='Batch adds' classname='Chrome_54_0_2840_(Mac_OS_X_10_11_6).modules.Batch'/></testsuite>";
    assert_eq!(lines(xml), ["modules.Batch: Batch adds @ modules.Batch"]);
    let options = IdentityOptions { by_configuration: true, ..IdentityOptions::default() };
    assert_eq!(lines_with(xml, &options), ["modules.Batch: Batch adds [Chrome] @ modules.Batch"]);
}

#[test]
fn webdriverio_and_testcafe_tests_have_their_file_as_container() {
    let wdio = "<testsuites><testsuite name='Login'><properties><property name='specId' value='0'/>\
        <property name='capabilities' value='chrome.123_0.windows'/><property name='file' value='file:///ci/x/login.js'/></properties>\
        <testcase classname='chrome.123_0.windows.Login' name='works'/></testsuite></testsuites>";
    assert_eq!(lines(wdio), ["login.js: Login works @ login.js / Login"]);
    let testcafe = "<testsuite name='TestCafe Tests: Firefox 60 / Linux'><testcase classname='Login' file='/ci/a.js' name='works'/></testsuite>";
    assert_eq!(lines(testcafe), ["a.js: Login works @ a.js / Login"]);
}

// Rust, Go, PHP, Ruby

#[test]
fn a_nextest_binary_id_is_not_split() {
    let xml = "<testsuites name='shop' uuid='u'><testsuite name='shop::bin/till' tests='1' errors='0' failures='0'>\
        <testcase name='m::deep::works' classname='shop::bin/till' timestamp='t'/></testsuite>\
        <testsuite name='@setup-script:db'><testcase name='db' classname='@setup-script:db'><failure/></testcase></testsuite></testsuites>";
    assert_eq!(tool(xml), "cargo-nextest");
    assert_eq!(
        lines(xml),
        [
            "shop::bin/till: m::deep::works @ shop::bin/till / m / deep",
            "run error: @setup-script:db: db"
        ]
    );
}

#[test]
fn cargo_test_output_yields_the_names_of_nextest() {
    let text = "     Running unittests src/lib.rs (target/debug/deps/shop-0123456789abcdef)\n\n\
        running 1 test\ntest m::deep::works - should panic ... ok\n\n\
        test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\n\n   Doc-tests shop\n\n\
        running 4 tests\ntest src\\lib.rs - f (line 9) ... ok\ntest src\\lib.rs - f (line 2) - compile ... ok\n\
        test src\\lib.rs - (line 1) ... ok\ntest src\\a\\b.rs - S::g (line 7) ... ok\n\n\
        test result: ok. 4 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\n";
    assert_eq!(tool(text), "libtest");
    assert_eq!(
        lines(text),
        [
            "shop: m::deep::works @ shop / m / deep",
            "shop::doc: src/lib.rs - f #2 @ shop::doc",
            "shop::doc: src/lib.rs - f @ shop::doc",
            "shop::doc: src/lib.rs @ shop::doc",
            "shop::doc: src/a/b.rs - S::g @ shop::doc",
        ]
    );
}

#[test]
fn libtest_and_cargo2junit_yield_the_same_names() {
    let libtest = "<testsuites><testsuite name='test' package='test' id='0' errors='0' failures='0' tests='1' skipped='0'>\
        <testcase classname='tests::deep' name='works'/><testcase classname='crate' name='top'/>\
        <testcase classname='integration' name='m::works'/><testcase classname='src/lib.rs' name='f (line 2)'/></testsuite></testsuites>";
    let cargo2junit = "<testsuites><testsuite name='cargo test #0'>\
        <testcase classname='tests::deep' name='works'/><testcase classname='' name='top'/>\
        <testcase classname='m' name='works'/><testcase classname='' name='src/lib.rs - f (line 2)'/></testsuite></testsuites>";
    let expected = [
        ": tests::deep::works @ tests / deep",
        ": top @ ",
        ": m::works @ m",
        ": src/lib.rs - f @ ",
    ];
    assert_eq!(lines(libtest), expected);
    assert_eq!(lines(cargo2junit), expected);
}

#[test]
fn go_tests_have_the_full_import_path_as_container() {
    let of = |suite: &str, classname: &str| {
        format!(
            "<testsuites><testsuite tests='1' failures='0' time='1' name='{suite}' timestamp='t'>\
             <testcase classname='{classname}' name='TestSub/one/two'/></testsuite></testsuites>"
        )
    };
    for xml in [
        of("x.io/shop/cart", "x.io/shop/cart"),
        of("x.io/shop/cart", "cart"),
        of("cart", "x.io/shop/cart"),
    ] {
        assert_eq!(tool(&xml), "gotestsum");
        assert_eq!(lines(&xml), ["x.io/shop/cart: TestSub/one/two @ x.io/shop/cart"]);
    }
}

#[test]
fn failed_go_packages_are_run_errors() {
    let xml = "<testsuites><testsuite name='x.io/a'><properties><property name='go.version' value='1.22'/></properties>\
        <testcase classname='' name='TestMain'><failure/></testcase>\
        <testcase classname='x.io/a' name='TestMain'/>\
        <testcase classname='x.io/a' name='[build failed]'><failure/></testcase>\
        <testcase classname='x.io/a' name='Failure'><error/></testcase></testsuite></testsuites>";
    assert_eq!(
        lines(xml),
        [
            "run error: x.io/a: TestMain",
            "x.io/a: TestMain @ x.io/a",
            "run error: x.io/a: [build failed]",
            "run error: x.io/a: Failure",
        ]
    );
}

#[test]
fn both_spellings_of_a_phpunit_class_are_equal() {
    let xml = "<testsuites><testsuite name='' assertions='1'><testsuite name='My\\Ns\\BetaTest' file='/ci/x' assertions='1'>\
        <testcase name='testA with data set #0' class='My\\Ns\\BetaTest' classname='My.Ns.BetaTest' assertions='1'/>\
        <testcase name='testA' classname='My.Ns.BetaTest' assertions='1'/></testsuite>\
        <testcase name='/ci/tests/a.phpt' assertions='1' file='/ci/tests/a.phpt'/>\
        <testcase name='Error' assertions='0'><error/></testcase></testsuite></testsuites>";
    assert_eq!(
        lines(xml),
        [
            "My.Ns.BetaTest: testA with data set #0 @ My / Ns / BetaTest",
            "My.Ns.BetaTest: testA @ My / Ns / BetaTest",
            ": a.phpt @ ",
            "run error: Error",
        ]
    );
}

#[test]
fn the_line_of_an_rspec_example_without_description_is_removed() {
    let xml = "<testsuite name='rspec2'><testcase classname='spec.a_spec' name='A example at ./spec/a_spec.rb:12'/>\
        <testcase classname='spec.a_spec' name='runs at 12:30'/></testsuite>";
    assert_eq!(
        lines(xml),
        [
            "spec.a_spec: A example at ./spec/a_spec.rb @ spec / a_spec",
            "spec.a_spec: runs at 12:30 @ spec / a_spec"
        ]
    );
}

// Scenarios, C and C++, the shell

#[test]
fn names_of_features_are_not_split() {
    let behave = "<testsuite name='a.Alpha 1.2' tests='1' errors='0' failures='0' skipped='0' time='1' timestamp='t' hostname='h'>\
        <testcase classname='a.Alpha 1.2' name='row -- @1.1 set' status='passed'/></testsuite>";
    assert_eq!(tool(behave), "behave");
    assert_eq!(lines(behave), ["a.Alpha 1.2: row -- @1.1 set @ a.Alpha 1.2"]);
    let cucumber = "<testsuite name='Cucumber'><testcase classname='Alpha' name='row - set - #1.1: x'/></testsuite>";
    assert_eq!(lines(cucumber), ["Alpha: row - set - #1.1: x @ Alpha"]);
}

#[test]
fn robot_tests_are_identified_by_chain() {
    let xml = "<testsuite name='Shop'><testsuite name='V1.2 Cart'><testcase classname='Shop.V1.2 Cart' name='Adds'/></testsuite></testsuite>";
    assert_eq!(tool(xml), "Robot Framework");
    assert_eq!(lines(xml), ["Shop + V1.2 Cart: Adds @ Shop / V1.2 Cart"]);
}

#[test]
fn a_disabled_googletest_is_the_same_test() {
    let of = |suite: &str, name: &str| {
        format!(
            "<testsuites name='AllTests'><testsuite name='{suite}' disabled='0'>\
             <testcase classname='{suite}' name='{name}' status='run' result='completed'/></testsuite></testsuites>"
        )
    };
    assert_eq!(lines(&of("Inst/Cart", "Adds/0")), ["Inst/Cart: Adds/0 @ Inst / Cart"]);
    assert_eq!(lines(&of("Typed/1", "Is")), ["Typed/1: Is @ Typed"]);
    assert_eq!(lines(&of("DISABLED_Cart", "Adds")), lines(&of("Cart", "DISABLED_Adds")));
    let options = IdentityOptions { merge_parameters: true, ..IdentityOptions::default() };
    assert_eq!(lines_with(&of("Inst/Cart", "Adds/0"), &options), ["Cart: Adds @ Inst / Cart"]);
}

#[test]
fn ctest_has_no_container_and_bats_has_the_file() {
    let ctest = "<testsuite name='Linux-c++'><testcase name='a.b' classname='a.b' status='fail'><failure/></testcase></testsuite>";
    assert_eq!(lines(ctest), [": a.b @ "]);
    let bats = "<testsuites><testsuite name='./sub/b.bats'><testcase classname='./sub/b.bats' name='works'/></testsuite></testsuites>";
    assert_eq!(lines(bats), ["sub/b.bats: works @ sub / b.bats"]);
}

#[test]
fn line_numbers_of_perl_are_removed() {
    let xml = "<testsuites><testsuite name='a_t'><testcase name='1 - passes'/><testcase name='2'/>\
        <testcase name='3 - 4 - 1 is 3'/></testsuite></testsuites>";
    assert_eq!(tool(xml), "perl TAP");
    assert_eq!(lines(xml), ["a_t: passes @ a_t", "a_t: test 2 @ a_t", "a_t: 4 - 1 is 3 @ a_t"]);
}

#[test]
fn newman_tests_are_identified_by_request() {
    let xml = "<testsuites name='Shop'><testsuite name='GET / cart' id='0b6a1f36-5d5e-4b0a-9d2c-0f4b8e1c2d3e' timestamp='t' tests='1' failures='0' errors='0' time='1'>\
        <testcase name='is 200' classname='Shop'/></testsuite></testsuites>";
    assert_eq!(lines(xml), ["GET / cart: is 200 @ Shop / GET / cart"]);
}

#[test]
fn linter_findings_are_not_tests() {
    for xml in [
        "<testsuites><testsuite package='org.eslint' name='a.js'><testcase name='org.eslint.no-undef'><failure/></testcase></testsuite></testsuites>",
        "<testsuites name='ruff'><testsuite name='a.py'><testcase name='org.ruff.F401'><failure/></testcase></testsuite></testsuites>",
        "<testsuite name='mypy'><testcase name='mypy'><failure/></testcase></testsuite>",
    ] {
        assert_eq!(lines(xml), ["finding"]);
    }
}

// .NET

#[test]
fn nunit_full_names_are_split_outside_of_parameters() {
    let xml = "<test-run><test-suite type='Assembly' name='/ci/Shop.dll'><test-suite type='ParameterizedMethod' name='Adds'>\
        <test-case name='Adds(1.5,&quot;a.b(&quot;)' fullname='Shop.Cart&lt;System.Int32&gt;.Adds(1.5,&quot;a.b(&quot;)' result='Passed'/>\
        </test-suite></test-suite></test-run>";
    assert_eq!(
        lines(xml),
        ["Shop.Cart<System.Int32>: Adds(1.5,\"a.b(\") @ Shop / Cart<System.Int32>"]
    );
}

#[test]
fn xunit_and_trx_tests_have_the_bare_type_as_container() {
    let xunit = "<assemblies><assembly name='/ci/Shop.dll'><collection name='Test collection for Shop.Cart'>\
        <test name='Shop.Cart+Inner.Adds(i: 1)' type='Shop.Cart+Inner' result='Pass'/></collection></assembly></assemblies>";
    assert_eq!(lines(xunit), ["Shop.Cart+Inner: Adds(i: 1) @ Shop / Cart / Inner"]);
    let trx = "<TestRun><Results><UnitTestResult testId='1' testName='Shop.Cart.Adds' outcome='Passed'/></Results>\
        <TestDefinitions><UnitTest id='1'><TestMethod className='Shop.Cart, Shop, Version=1.0.0.0' name='Adds'/></UnitTest></TestDefinitions></TestRun>";
    assert_eq!(lines(trx), ["Shop.Cart: Adds @ Shop / Cart"]);
}

// The general rule

#[test]
fn the_general_rule_drops_repetitions() {
    let of = |outer: &str, inner: &str, classname: &str| {
        format!(
            "<testsuites><testsuite name='{outer}'><testsuite name='{inner}'><testcase classname='{classname}' name='t'/></testsuite></testsuite></testsuites>"
        )
    };
    assert_eq!(lines(&of("A", "A sub", "A sub")), ["A sub: t @ A sub"]);
    assert_eq!(lines(&of("A", "B", "C")), ["A + B + C: t @ A / B / C"]);
    // `Suite10` does not begin with `Suite1`.
    assert_eq!(lines(&of("Suite1", "", "Suite10")), ["Suite1 + Suite10: t @ Suite1 / Suite10"]);
}

#[test]
fn a_chain_that_the_classname_repeats_counts_once() {
    let of = |outer: &str, inner: &str, classname: &str| {
        let inner = format!(
            "<testsuite name='{inner}'><testcase classname='{classname}' name='t'/></testsuite>"
        );
        let xml = if outer.is_empty() {
            format!("<testsuites>{inner}</testsuites>")
        } else {
            format!("<testsuites><testsuite name='{outer}'>{inner}</testsuite></testsuites>")
        };
        lines(&xml)[0].split(": t @").next().unwrap().to_owned()
    };
    for separator in [".", " ", "/", "::", " &gt; "] {
        let joined = format!("All{separator}Price list");
        assert_eq!(of("All", "Price list", &joined), "All + Price list");
        assert_eq!(
            of("All", "Price list", &format!("{joined}{separator}x")),
            "All + Price list + x"
        );
        assert_eq!(
            of("All", "Price list", &format!("Top{separator}{joined}")),
            "Top + All + Price list"
        );
    }
    // The outermost suite was the document element.
    assert_eq!(of("", "Price list", "All.Price list"), "All + Price list");
    assert_eq!(of("", "CartTest", "shop.CartTest"), "shop.CartTest");
    assert_eq!(of("", "Cart", "OtherCart"), "Cart + OtherCart");
}

#[test]
fn file_and_package_tell_suites_of_the_same_name_apart() {
    let case = |attribute: &str, classname: &str| {
        lines(&format!(
            "<testsuites><testsuite name='shop'><testcase name='t' classname='{classname}' {attribute}/></testsuite></testsuites>"
        ))
    };
    assert_eq!(
        case("file='web/cart.rb'", "Cart")[0],
        "web/cart.rb + shop + Cart: t @ web / cart.rb / shop / Cart"
    );
    assert_eq!(case("file='web/cart.rb'", "web.Cart")[0], "web.Cart: t @ web.Cart");
    let package = "<testsuites><testsuite name='shop' package='web'><testcase name='t'/></testsuite></testsuites>";
    assert_eq!(lines(package), ["web + shop: t @ web / shop"]);
    // Some tools write the file only where a case failed.
    let failed = "<testsuite name='s'><testcase name='a' file='x.rb'><failure/></testcase><testcase name='b'/></testsuite>";
    assert_eq!(lines(failed), ["s: a @ s", "s: b @ s"]);
}

#[test]
fn a_jvm_test_is_the_same_under_every_row() {
    let suites = [
        (
            "Gradle",
            "tests='1' skipped='0' failures='0' errors='0' timestamp='t' hostname='h' time='1'",
            "",
        ),
        ("surefire", "xsi:noNamespaceSchemaLocation='x/surefire-test-report.xsd'", ""),
        ("ant", "", "<properties><property name='ant.version' value='1'/></properties>"),
        ("JUnit", "tests='1'", ""),
        ("unknown", "tests='1' version='2'", "<testcase name='x' classname='other'/>"),
    ];
    for (name, attributes, first) in suites {
        let xml = format!(
            "<testsuites><testsuite name='com.acme.Cart' {attributes}>{first}<testcase name='adds()' classname='com.acme.Cart'/>\
             <testcase name='repeated()[2]' classname='com.acme.Cart'/></testsuite></testsuites>"
        );
        assert_eq!(tool(&xml), name);
        let names: Vec<String> = lines(&xml)
            .iter()
            .filter_map(|line| line.split(" @").next().map(str::to_owned))
            .filter(|line| !line.ends_with(": x"))
            .collect();
        assert_eq!(names, ["com.acme.Cart: adds", "com.acme.Cart: repeated[2]"], "{name}");
    }
}

/// Names as runners of the JVM and other languages write them, below classes with and without a package: the rows
/// `Gradle`, `surefire`, `ant` and `JUnit` and the general rule make the same of each.
#[test]
fn every_shape_of_a_name_is_the_same_under_every_row() {
    let classes =
        ["com.acme.CartTest", "com.acme.CartTest$WhenFull", "CartTest", "CartTest$WhenFull"];
    let names = [
        "adds",
        "adds()",
        "adds 2.5 pears()",
        "adds(int)[1]",
        "adds()[2]",
        "[1] 2, pear",
        "repetition 1 of 3",
        "adds[0: 1+1=2]",
        "1 - adds",
        "#1 adds",
        "fügt hinzu()",
        "DISABLED_adds",
        "test_0001_adds",
        "adds > twice",
        "Cart adds",
        "adds:1",
        "adds with data set #0",
    ];
    let writers = [
        ("tests='1' skipped='0' failures='0' errors='0' timestamp='t' hostname='h' time='1'", ""),
        ("xsi:noNamespaceSchemaLocation='x/surefire-test-report.xsd'", ""),
        ("", "<properties><property name='ant.version' value='1'/></properties>"),
        ("tests='1'", ""),
        ("tests='1' version='2'", "<testcase name='x' classname='other'/>"),
    ];
    for class in classes {
        for name in names {
            let made: Vec<String> = writers
                .iter()
                .map(|(attributes, first)| {
                    let outer = class.split('$').next().unwrap_or_default();
                    let xml = format!(
                        "<testsuites><testsuite name='{outer}' {attributes}>{first}<testcase name='{name}' classname='{class}'/></testsuite></testsuites>"
                    );
                    let line = lines(&xml).pop().unwrap();
                    line.rsplit_once(" @ ").unwrap().0.to_owned()
                })
                .collect();
            assert!(made.iter().all(|line| *line == made[0]), "{class} {name}: {made:#?}");
        }
    }
}

#[test]
fn a_spec_of_ginkgo_is_the_same_beside_other_cases() {
    let suite = |cases: &str| {
        format!(
            "<testsuites><testsuite name='Cart Suite' package='/w/cart'>{cases}</testsuite></testsuites>"
        )
    };
    let spec = "<testcase name='[It] Cart adds' classname='Cart Suite'/>";
    let alone = lines(&suite(spec));
    assert_eq!(alone, ["cart + Cart Suite: Cart adds @ cart / Cart Suite"]);
    let other = "<testcase name='lints' classname='Cart Suite'/>";
    assert_eq!(lines(&suite(&format!("{other}{spec}")))[1..], alone);
}

#[test]
fn each_suite_has_the_tool_that_wrote_it() {
    let xml = "<testsuites name='jest tests'>\
        <testsuite name='Cart' errors='0' failures='0' skipped='0' timestamp='t' time='1' tests='1'><testcase classname='Cart adds' name='Cart adds'/></testsuite>\
        <testsuite name='pytest' tests='1'><testcase classname='tests.test_a' name='test_ok'/></testsuite>\
        <testsuite name='x.io/cart'><properties><property name='go.version' value='1'/></properties><testcase classname='cart' name='TestAdd'/></testsuite>\
        <testsuite name='s'><testcase classname='c' name='t'/></testsuite></testsuites>";
    assert_eq!(
        lines(xml),
        [
            ": Cart adds @ Cart",
            "tests.test_a: test_ok @ tests / test_a",
            "x.io/cart: TestAdd @ x.io/cart",
            "s + c: t @ s / c",
        ]
    );
}

#[test]
fn the_general_rule_shortens_paths_of_files_but_not_routes() {
    let of = |suite: &str| format!("<testsuite name='{suite}'><testcase name='t'/></testsuite>");
    assert_eq!(lines(&of("/home/ci/shop/a.lua")), ["a.lua: t @ a.lua"]);
    assert_eq!(lines(&of(".\\tests\\a.lua")), ["tests/a.lua: t @ tests / a.lua"]);
    assert_eq!(lines(&of("/api/v1/users")), ["/api/v1/users: t @ /api/v1/users"]);
    assert_eq!(lines(&of("GET /a.json works")), ["GET /a.json works: t @ GET /a.json works"]);
}

#[test]
fn a_case_without_a_name_uses_the_classname() {
    let xml = "<testsuite name='s'><testcase classname='c'/><testcase/><testcase><failure/></testcase></testsuite>";
    assert_eq!(lines(xml), ["s + c: c @ s / c", "no test", "run error: s"]);
}

#[test]
fn volatile_text_stays_in_names() {
    let xml = pytest("<testcase classname='t' name='fails for: 2020-02-20T10:00:00'/>");
    assert_eq!(lines(&xml), ["t: fails for: 2020-02-20T10:00:00 @ t"]);
}

// Options

#[test]
fn group_by_and_split_change_only_folders() {
    let xml =
        pytest("<testcase classname='tests.test_cart' name='test_a' file='tests/test_cart.py'/>");
    let with = |group_by, split| {
        lines_with(
            &xml,
            &IdentityOptions {
                group_by,
                split,
                folder: vec!["Shop".to_owned()],
                ..IdentityOptions::default()
            },
        )
    };
    assert_eq!(
        with(GroupBy::Auto, Split::Auto),
        ["tests.test_cart: test_a @ Shop / tests / test_cart"]
    );
    assert_eq!(
        with(GroupBy::Auto, Split::Never),
        ["tests.test_cart: test_a @ Shop / tests.test_cart"]
    );
    assert_eq!(
        with(GroupBy::Auto, Split::At("_".to_owned())),
        ["tests.test_cart: test_a @ Shop / tests.test / cart"]
    );
    assert_eq!(
        with(GroupBy::File, Split::Auto),
        ["tests.test_cart: test_a @ Shop / tests / test_cart.py"]
    );
    assert_eq!(
        with(GroupBy::Classname, Split::Auto),
        ["tests.test_cart: test_a @ Shop / tests / test_cart"]
    );
    assert_eq!(with(GroupBy::Flat, Split::Auto), ["tests.test_cart: test_a @ Shop"]);
    // The suite is a constant: the rule of the tool applies.
    assert_eq!(
        with(GroupBy::Suite, Split::Auto),
        ["tests.test_cart: test_a @ Shop / tests / test_cart"]
    );
}

#[test]
fn time_stamps_are_removed_from_folders() {
    let xml = "<testsuites><testsuite name='t.Cart-20261123165022'><testcase classname='t.Cart' name='a'/></testsuite></testsuites>";
    let options = IdentityOptions { group_by: GroupBy::Suite, ..IdentityOptions::default() };
    assert_eq!(lines_with(xml, &options), ["t.Cart: a @ t.Cart"]);
}

#[test]
fn parameters_are_merged_only_where_the_tool_marks_them() {
    let options = IdentityOptions { merge_parameters: true, ..IdentityOptions::default() };
    let xml = pytest(
        "<testcase classname='t' name='test_a[x(1)]'/><testcase classname='t' name='test_b'/>",
    );
    assert_eq!(lines_with(&xml, &options), ["t: test_a @ t", "t: test_b @ t"]);
    let xml = jest("Cart", "<testcase classname='Cart adds (fast)' name='Cart adds (fast)'/>");
    assert_eq!(lines_with(&xml, &options), [": Cart adds (fast) @ Cart"]);
    let xml =
        "<testsuite name='Cucumber'><testcase classname='A' name='row - #1.1: x'/></testsuite>";
    assert_eq!(lines_with(xml, &options), ["A: row @ A"]);
}

#[test]
fn tags_and_colours_are_removed_from_names() {
    let xml = pytest("<testcase classname='t' name='adds [[TEST|TC-5]] \u{1b}[31mred\u{1b}[0m'/>");
    assert_eq!(lines(&xml), ["t: adds red @ t"]);
}

#[test]
fn a_case_in_a_missing_suite_is_mapped() {
    let report = Report {
        cases: vec![Case { name: Some("t".into()), suite: Some(7), ..Case::default() }],
        ..Report::new("r.xml".into(), Format::Junit)
    };
    let options = IdentityOptions::default();
    let mut seen = 0;
    CaseMapper::new(&report, &options).for_each(|_, _, mapped| {
        assert!(matches!(mapped, MappedCase::Test(test) if test.name == "t"));
        seen += 1;
    });
    assert_eq!(seen, 1);
}

// Further tools

#[test]
fn line_numbers_are_removed_from_classnames_of_busted() {
    let xml = "<testsuites><testsuite name='Run 1 of 1'>\
        <testcase classname='spec/cart_spec.lua:4' name='Cart adds'/></testsuite></testsuites>";
    assert_eq!(tool(xml), "busted");
    assert_eq!(lines(xml), ["spec/cart_spec.lua: Cart adds @ spec / cart_spec.lua"]);
}

#[test]
fn node_tap_marks_skips_by_properties() {
    let xml = "<testsuites name='TAP Tests'><testsuite name='test/a.js'><testsuite name='adds'>\
        <testcase id='1' name='once' classname='test/a.js &gt; adds' file='test/a.js' line='4'><failure/></testcase></testsuite>\
        <testcase id='2' name='later' classname='test/a.js'><properties><property name='skip' value='x'/></properties></testcase>\
        </testsuite></testsuites>";
    assert_eq!(tool(xml), "node-tap");
    assert_eq!(
        lines(xml),
        ["test/a.js + adds: once @ test / a.js / adds", "test/a.js: later @ test / a.js"]
    );
    let (report, options) = (report(xml), IdentityOptions::default());
    let mut outcomes = Vec::new();
    CaseMapper::new(&report, &options).for_each(|_, _, mapped| match mapped {
        MappedCase::Test(test) => outcomes.push(test.outcome),
        other => panic!("{other:?}"),
    });
    assert_eq!(outcomes, [Outcome::Failed, Outcome::Skipped]);
}

#[test]
fn tap_comments_are_groups() {
    let suite = |name: &str| {
        lines(&format!(
            "<testsuites><testsuite name='{name}'><testcase name='#1 adds'/></testsuite></testsuites>"
        ))
    };
    assert_eq!(suite("shop.# TODO gift wrap"), ["shop + gift wrap: adds @ shop / gift wrap"]);
    assert_eq!(suite("# gift wrap"), ["gift wrap: adds @ gift wrap"]);
    assert_eq!(suite("Default"), [": adds @ "]);
}

#[test]
fn the_constant_suite_of_tap_junit_is_dropped() {
    let xml = "<testsuites tests='1' name='x.xml' failures='0'><testsuite name='Tap-Junit-Suite' tests='1' skipped='0' failures='0'>\
        <testcase name='adds' id='1'/></testsuite></testsuites>";
    assert_eq!(tool(xml), "tap-junit");
    assert_eq!(lines(xml), [": adds @ "]);
}

#[test]
fn the_number_of_a_minitest_it_is_removed() {
    let xml = "<testsuite name='Cart' skipped='0' failures='0' errors='0' tests='2' assertions='2' time='0.1'>\
        <testcase name='test_0002_is empty' classname='Cart' assertions='1'/>\
        <testcase name='test_adds' classname='Cart' assertions='1'/></testsuite>";
    assert_eq!(tool(xml), "minitest");
    assert_eq!(lines(xml), ["Cart: is empty @ Cart", "Cart: test_adds @ Cart"]);
}

#[test]
fn qt_set_ups_are_not_tests() {
    let xml = "<testsuite name='Cart'><properties><property name='QtVersion' value='5'/></properties>\
        <testcase result='pass' name='initTestCase'/><testcase name='later'/><testcase result='fail' name='cleanupTestCase'><failure/></testcase></testsuite>";
    assert_eq!(lines(xml), ["no test", "Cart: later @ Cart", "run error: Cart: cleanupTestCase"]);
}

#[test]
fn doctest_tests_have_their_file_as_container() {
    let xml = "<testsuites><testsuite name='./build/shop' doctest_version='2.4.9'>\
        <testcase classname='src/cart.cpp' name='adds' status='run'/></testsuite></testsuites>";
    assert_eq!(tool(xml), "doctest");
    assert_eq!(lines(xml), ["src/cart.cpp: adds @ src / cart.cpp"]);
}

#[test]
fn meson_suites_are_read_from_names() {
    let xml = "<testsuites tests='2' errors='0' failures='0'><testsuite name='shop.io' tests='1' errors='0' failures='0' skipped='0' time='1'>\
        <testcase name='shop.io:cart / adds' classname='shop.io'/></testsuite>\
        <testsuite name='shop.io.shop.io:cart / lines' tests='1' errors='0' failures='0' skipped='0' time='1'>\
        <testcase name='1 - tea' classname='shop.io.shop.io:cart / lines'/></testsuite></testsuites>";
    assert_eq!(tool(xml), "Meson");
    assert_eq!(
        lines(xml),
        [
            "shop.io + cart: adds @ shop.io / cart",
            "shop.io + cart + lines: tea @ shop.io / cart / lines"
        ]
    );
}

#[test]
fn failed_hooks_of_every_tool_are_run_errors() {
    let bun = "<testsuites name='bun test'><testsuite name='a.test.ts' file='a.test.ts'><testsuite name='by drone'>\
        <testcase name='(unnamed)'><failure/></testcase></testsuite></testsuite></testsuites>";
    assert_eq!(lines(bun), ["run error: by drone: (unnamed)"]);
    let webdriverio = "<testsuites><testsuite name='Admin'><properties><property name='specId' value='0'/>\
        <property name='capabilities' value='chrome'/></properties>\
        <testcase classname='chrome.Admin' name='before all hook for Admin'><error/></testcase></testsuite></testsuites>";
    assert_eq!(lines(webdriverio), ["run error: chrome.Admin: before all hook for Admin"]);
    let mocha = "<assemblies><assembly><collection name='Admin'>\
        <test name='Admin \"before all\" hook for \"logs in\"' result='Fail'/><test name='Admin logs in' result='Pass'/>\
        </collection></assembly></assemblies>";
    assert_eq!(
        lines(mocha),
        ["run error: Admin \"before all\" hook for \"logs in\"", ": Admin logs in @ Admin"]
    );
}

#[test]
fn other_tools_that_write_dotnet_formats_are_recognised() {
    let pytest = "<test-run><test-suite type='Assembly' name='tests/test_cart.py'>\
        <test-case name='n' fullname='tests/test_cart.py::TestCart::test_adds[1.5]' result='Passed'/></test-suite></test-run>";
    assert_eq!(
        lines(pytest),
        ["tests.test_cart.TestCart: test_adds[1.5] @ tests / test_cart / TestCart"]
    );
    let jest = |class: &str| {
        format!(
            "<TestRun><TestDefinitions><UnitTest id='1'><TestMethod name='n' className='{class}'/></UnitTest></TestDefinitions>\
             <Results><UnitTestResult testId='1' testName='cart / adds' outcome='Passed'/></Results></TestRun>"
        )
    };
    assert_eq!(lines(&jest("cart")), ["cart: adds @ cart"]);
    assert_eq!(lines(&jest("No suite")), [": cart / adds @ "]);
}

#[test]
fn old_ruby_cucumber_is_recognised() {
    let xml = "<testsuite failures='0' errors='0' skipped='0' tests='1' time='1' name='Cart'>\
        <testcase classname='Cart' name='adds (outline example : | 2 |)'/></testsuite>";
    assert_eq!(tool(xml), "Cucumber");
    let options = IdentityOptions { merge_parameters: true, ..IdentityOptions::default() };
    assert_eq!(lines_with(xml, &options), ["Cart: adds @ Cart"]);
}

#[test]
fn doc_tests_of_one_item_are_numbered_by_line() {
    let xml = "<testsuites><testsuite name='cargo test #4'>\
        <testcase classname='' name='src/lib.rs - gross (line 17)'/><testcase classname='' name='src/lib.rs - gross (line 9)'/>\
        <testcase classname='src/lib.rs - Cart' name='add (line 38)'/><testcase classname='' name='src/lib.rs - (line 3)'/>\
        </testsuite></testsuites>";
    assert_eq!(
        names(xml),
        ["src/lib.rs - gross #2", "src/lib.rs - gross", "src/lib.rs - Cart::add", "src/lib.rs"]
    );
}

/// The names of all tests.
fn names(xml: &str) -> Vec<String> {
    let (report, options) = (report(xml), IdentityOptions::default());
    let mut names = Vec::new();
    CaseMapper::new(&report, &options).for_each(|_, _, mapped| match mapped {
        MappedCase::Test(test) => names.push(test.name.into_owned()),
        other => panic!("{other:?}"),
    });
    names
}

#[test]
fn the_dot_before_cunit_suites_is_removed() {
    let xml = "<testsuites errors='0' failures='0' tests='0' name=''><testsuite errors='0' failures='0' tests='1' name='cart'>\
        <testcase classname='.cart' name='takes ten percent' time='0'/></testsuite></testsuites>";
    assert_eq!(tool(xml), "CUnit");
    assert_eq!(lines(xml), ["cart: takes ten percent @ cart"]);
}

#[test]
fn boost_tests_have_module_and_suite_as_container() {
    let xml = "<testsuite tests='1' skipped='0' errors='0' failures='0' id='0' name='shop' time='0.1'>\
        <testcase assertions='1' classname='cart' name='adds' time='0.1'/></testsuite>";
    assert_eq!(tool(xml), "Boost.Test");
    assert_eq!(lines(xml), ["shop + cart: adds @ shop / cart"]);
}

#[test]
fn results_are_removed_from_testcafe_names() {
    let xml = "<testsuite name='TestCafe Tests: Chrome 156.0 / Debian'>\
        <testcase classname='Cart' file='/w/cart.js' name='adds (unstable) (screenshots: /w/out/1 (2).png)'/>\
        <testcase classname='Cart' file='/w/cart.js' name='adds (two)'/></testsuite>";
    assert_eq!(names(xml), ["Cart adds", "Cart adds (two)"]);
}

#[test]
fn karma_browsers_are_removed_in_every_format() {
    let browser = "Chrome Headless 156.0.0.0 (Linux 0.0.0)";
    let junit = format!(
        "<testsuite name='{browser}' package='' timestamp='t' id='0' hostname='h' tests='1' errors='0' failures='0' time='1'>\
         <testcase name='Cart adds' classname='{}..Cart'/></testsuite>",
        browser.replace([' ', '.'], "_")
    );
    assert_eq!(lines(&junit), ["Cart: Cart adds @ Cart"]);
    let trx = format!(
        "<TestRun><TestDefinitions><UnitTest id='1'><TestMethod name='n' className='Cart'/></UnitTest></TestDefinitions>\
         <Results><UnitTestResult testId='1' testName='{browser}_adds' outcome='Passed'/></Results></TestRun>"
    );
    assert_eq!(lines(&trx), ["Cart: adds @ Cart"]);
    let nunit = format!(
        "<test-results><test-suite type='TestFixture' name='{browser}'><results><test-case name='adds' executed='True' success='True'/></results></test-suite></test-results>"
    );
    assert_eq!(lines(&nunit), [": adds @ "]);
}

#[test]
fn the_browser_in_testem_classnames_is_ignored() {
    let xml = "<testsuite name='Testem Tests' tests='1'><testcase classname='Chrome 156.0' name='Cart adds '/>\
        <testcase classname='Chrome 156.0' name='Cart \"before all\" hook'><error/></testcase></testsuite>";
    assert_eq!(tool(xml), "testem");
    assert_eq!(lines(xml)[0], ": Cart adds @ ");
}

#[test]
fn ava_suites_are_ignored() {
    let xml = "<testsuites><testsuite name='# 2 tests remaining in test/depot.js'>\
        <testcase name='#1 cart › discount › ten percent'/></testsuite></testsuites>";
    assert_eq!(tool(xml), "ava");
    assert_eq!(lines(xml), [": cart › discount › ten percent @ cart / discount"]);
}

// Erlang, Ginkgo, Karate, Bazel, Firebase Test Lab

#[test]
fn ginkgo_nodes_of_the_suite_are_set_ups() {
    let xml = "<testsuites><testsuite name='Cart Suite' package='/home/ci/work/shop/cart'>\
        <testcase name='[BeforeSuite]' classname='Cart Suite'/>\
        <testcase name='[SynchronizedBeforeSuite]' classname='Cart Suite'/>\
        <testcase name='[It] Cart [slow] adds' classname='Cart Suite'/>\
        <testcase name='[DeferCleanup (Suite)]' classname='Cart Suite'><failure/></testcase>\
        <testcase name='[ReportAfterSuite] writes' classname='Cart Suite'><failure/></testcase>\
        </testsuite></testsuites>";
    assert_eq!(tool(xml), "Ginkgo");
    assert_eq!(
        lines(xml),
        [
            "no test",
            "no test",
            "cart + Cart Suite: Cart [slow] adds @ cart / Cart Suite",
            "run error: Cart Suite: [DeferCleanup (Suite)]",
            "run error: Cart Suite: [ReportAfterSuite] writes",
        ]
    );
}

#[test]
fn common_test_groups_are_part_of_the_container() {
    let xml = "<testsuites><testsuite hostname='vm' name='cart_SUITE' log='suite.html'>\
        <testcase name='init_per_suite' log='a'/>\
        <testcase group='fast.small' name='adds' log='b'/>\
        <testcase name='end_per_suite' log='c'><failure message='Test end_per_suite in cart_SUITE failed!'>badmatch</failure></testcase>\
        </testsuite></testsuites>";
    assert_eq!(tool(xml), "Common Test");
    assert_eq!(
        lines(xml),
        [
            "no test",
            "cart_SUITE + fast.small: adds @ cart_SUITE / fast / small",
            "run error: cart_SUITE: end_per_suite",
        ]
    );
}

#[test]
fn eunit_names_have_no_lines() {
    let xml = "<testsuite name='module &apos;cart_tests&apos;'>\
        <testcase time='0.1' name='cart_tests:12 adds_test'/>\
        <testcase time='0.1' name='cart_tests:14 -adds_test_/0-fun-5- (a pear)'/>\
        <testcase time='0' name='fixture setup [1,2]'><error/></testcase></testsuite>";
    assert_eq!(tool(xml), "eunit");
    assert_eq!(
        lines(xml),
        [
            "cart_tests: adds_test @ cart_tests",
            "cart_tests: adds_test_ (a pear) @ cart_tests",
            "run error: module 'cart_tests': fixture setup [1,2]",
        ]
    );
}

#[test]
fn karate_scenarios_have_no_numbers() {
    let xml = "<testsuite name='src/test/java/shop/cart.feature'>\
        <testcase classname='src.test.java.shop.cart' name='[1:6] add an article'/>\
        <testcase classname='src.test.java.shop.cart' name='[2.1:14] remove a pear'/>\
        <testcase classname='src.test.java.shop.cart' name='[3:20] '/></testsuite>";
    assert_eq!(tool(xml), "Karate");
    assert_eq!(
        lines(xml),
        [
            "src/test/java/shop/cart.feature: add an article @ src / test / java / shop / cart.feature",
            "src/test/java/shop/cart.feature: remove a pear [1] @ src / test / java / shop / cart.feature",
            "src/test/java/shop/cart.feature: scenario 3 @ src / test / java / shop / cart.feature",
        ]
    );
}

#[test]
fn devices_of_flank_and_shards_of_bazel_are_executions() {
    let flank = "<testsuites><testsuite name='Pixel2-30-en-portrait' flakes='1'>\
        <testcase name='opens' classname='shop.app.CartTest' flaky='true'><failure/></testcase>\
        </testsuite></testsuites>";
    assert_eq!(tool(flank), "Flank");
    assert_eq!(lines(flank), ["shop.app.CartTest: opens @ shop.app / CartTest"]);
    let bazel = "<testsuites><testsuite name='shop/cart_test_shard_1/3'>\
        <testcase name='shop/cart_test_shard_1/3' status='run' duration='1' time='1'/></testsuite></testsuites>";
    assert_eq!(tool(bazel), "Bazel");
    assert_eq!(lines(bazel), [": shop/cart_test @ shop"]);
}

#[test]
fn browsers_of_web_test_runner_and_platforms_of_twister_are_executions() {
    let web = "<testsuites><testsuite name='Chromium_playwright_/test/cart.test.js'><properties>\
        <property name='test.fileName' value='test/cart.test.js'/><property name='browser.name' value='Chromium'/>\
        <property name='browser.launcher' value='playwright'/></properties>\
        <testcase name='adds' classname='cart when full'/></testsuite></testsuites>";
    assert_eq!(tool(web), "@web/test-runner");
    assert_eq!(
        lines(web),
        ["test/cart.test.js: cart when full adds @ test / cart.test.js / cart when full"]
    );
    let suites = "<testsuites><testsuite name='tests/kernel/fifo.basic'><properties>\
        <property name='platform' value='qemu_x86'/><property name='architecture' value='x86'/></properties>\
        <testcase classname='fifo.basic' name='fifo.basic.put'/></testsuite></testsuites>";
    assert_eq!(tool(suites), "twister");
    assert_eq!(
        lines(suites),
        ["tests/kernel/fifo.basic: fifo.basic.put @ tests / kernel / fifo.basic"]
    );
    let platforms = "<testsuites><testsuite name='qemu_x86'>\
        <testcase classname='qemu_x86:fifo.basic' name='fifo.basic'/></testsuite></testsuites>";
    assert_eq!(tool(platforms), "twister");
    assert_eq!(lines(platforms), [": fifo.basic @ "]);
}

#[test]
fn exunit_modules_have_no_prefix() {
    let xml = "<testsuites><testsuite name='Elixir.Shop.CartTest'>\
        <testcase classname='Elixir.Shop.CartTest' name='test adds'/></testsuite></testsuites>";
    assert_eq!(tool(xml), "ExUnit");
    assert_eq!(lines(xml), ["Shop.CartTest: test adds @ Shop / CartTest"]);
}

#[test]
fn a_name_behind_the_fixture_of_nunit_is_not_split() {
    let xml = "<test-results><test-suite type='Namespace' name='Ferry'><results><test-suite type='TestFixture' name='DeckTests(1,&quot;a.b&quot;)'><results>\
        <test-case name='Ferry.DeckTests(1,&quot;a.b&quot;).named. case' executed='True' result='Success'/>\
        <test-case name='Ferry.DeckTests(1,&quot;a.b&quot;).Rows(1.5d)' executed='True' result='Success'/>\
        </results></test-suite></results></test-suite></test-results>";
    let names: Vec<String> = lines(xml)
        .iter()
        .filter_map(|line| line.rsplit_once(" @ "))
        .map(|(test, _)| test.to_owned())
        .collect();
    assert_eq!(
        names,
        ["Ferry.DeckTests(1,\"a.b\"): named. case", "Ferry.DeckTests(1,\"a.b\"): Rows(1.5d)"]
    );
}

#[test]
fn names_of_nunit_may_contain_dots() {
    let version_3 = "<test-run><test-suite type='TestFixture' name='PriceTests'>\
        <test-case name='rounds 1.5 up' fullname='Shop.PriceTests.rounds 1.5 up' classname='Shop.PriceTests' result='Passed'/>\
        <test-case name='Adds(&quot;a.b&quot;)' fullname='Shop.PriceTests.Adds(&quot;a.b&quot;)' result='Passed'/>\
        </test-suite></test-run>";
    let expected = [
        "Shop.PriceTests: rounds 1.5 up @ Shop / PriceTests",
        "Shop.PriceTests: Adds(\"a.b\") @ Shop / PriceTests",
    ];
    assert_eq!(lines(version_3), expected);
    let version_2 = "<test-results><test-suite name='Shop'><results><test-suite name='PriceTests'><results>\
        <test-case name='Shop.PriceTests.rounds 1.5 up' success='True'/>\
        <test-case name='Shop.PriceTests.Adds(&quot;a.b&quot;)' success='True'/>\
        </results></test-suite></results></test-suite></test-results>";
    assert_eq!(lines(version_2), expected);
}
