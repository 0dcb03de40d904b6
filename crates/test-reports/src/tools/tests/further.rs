//! Tools outside of the main languages' own runners.

use super::{lines, lines_with, tool};
use crate::options::IdentityOptions;

fn suite(attributes: &str, cases: &str) -> String {
    format!("<testsuites><testsuite {attributes}>{cases}</testsuite></testsuites>")
}

#[test]
fn hosts_and_arguments_of_ansible_are_no_part_of_a_task() {
    let case = |place: &str, name: &str| {
        format!("<testcase classname='{place}' name='{name}' time='0.1'/>")
    };
    let cases = [
        case(
            "roles/web/tasks/main.yml:3",
            "[web1] Shop: web : install nginx name=nginx, state=present",
        ),
        case(
            "roles/web/tasks/main.yml:9",
            "[ip-10-0-0-1.ec2.internal] Shop: web : install nginx name=nginx",
        ),
        case(
            "roles/web/tasks/main.yml:12",
            "[web1] Shop: web : ansible.builtin.command _raw_params=ls",
        ),
        case("roles/web/tasks/main.yml:14", "[web1] Shop: web : command _raw_params=true"),
        case("site.yml:4", "[web1] Shop: waits 1 s"),
    ];
    let xml = suite("name='site'", &cases.concat());
    assert_eq!(tool(&xml), "Ansible");
    let installs = "site + roles/web/tasks/main.yml: Shop: web : install nginx @ site / roles / web / tasks / main.yml";
    assert_eq!(
        lines(&xml),
        [
            installs,
            installs,
            "site + roles/web/tasks/main.yml: Shop: web : ansible.builtin.command _raw_params=ls @ site / roles / web / tasks / main.yml",
            "site + roles/web/tasks/main.yml: Shop: web : command _raw_params=true @ site / roles / web / tasks / main.yml",
            "site.yml: Shop: waits 1 s @ site.yml",
        ]
    );
    let by_host = IdentityOptions { by_configuration: true, ..IdentityOptions::default() };
    assert!(lines_with(&xml, &by_host)[4].starts_with("site.yml: Shop: waits 1 s [web1]"));
    // With the file as the class.
    let classes = suite("name='site'", &case("/etc/shop/site", "[web1] Shop: opens msg=x"));
    assert_eq!(tool(&classes), "Ansible");
}

#[test]
fn terraform_runs_belong_to_their_file() {
    let cases = "<testcase name='adds' classname='tests/cart.tftest.hcl' time='0.1'/>";
    let xml =
        suite("name='tests/cart.tftest.hcl' tests='1' skipped='0' failures='0' errors='0'", cases);
    assert_eq!(tool(&xml), "Terraform");
    assert_eq!(lines(&xml), ["tests/cart.tftest.hcl: adds @ tests / cart.tftest.hcl"]);
    let json = xml.replace(".hcl", ".json").replace("tests/", "./tests/");
    assert_eq!(lines(&json), ["tests/cart.tftest.json: adds @ tests / cart.tftest.json"]);
}

#[test]
fn expectations_of_testthat_are_one_test() {
    let xml = suite(
        "name='cart' timestamp='t' hostname='h' tests='3' skipped='0' failures='0' errors='1' time='1'",
        "<testcase time='0.1' classname='cart' name='it_adds_1.5_kg'/><testcase time='0.1' classname='cart' name='it_adds_1.5_kg'/>\
         <testcase time='0.1' classname='cart' name='_unnamed_'><error message='no'/></testcase>",
    );
    assert_eq!(tool(&xml), "testthat");
    assert_eq!(
        lines(&xml),
        [
            "cart: it_adds_1.5_kg @ cart",
            "cart: it_adds_1.5_kg @ cart",
            "run error: cart: _unnamed_"
        ]
    );
}

#[test]
fn sessions_of_intern_are_executions() {
    let session = |name: &str| {
        suite(
            &format!("name='{name}' failures='0' skipped='0' tests='2' time='1'"),
            "<testsuite name='Cart' failures='0' skipped='0' tests='1' time='1'><testcase name='adds' time='0' status='0'/></testsuite>\
             <testcase name='opens' time='0' status='1'><failure/></testcase>",
        )
    };
    for name in ["node", "chrome 137.0.2062.102 on Linux", "my session"] {
        let xml = session(name);
        assert_eq!(tool(&xml), "intern");
        assert_eq!(lines(&xml), ["Cart: adds @ Cart", ": opens @ "], "{name}");
    }
}

#[test]
fn deno_steps_are_tests_of_their_file() {
    let case = |file: &str, name: &str| {
        suite(
            &format!("name='{file}' tests='1' disabled='0' errors='0' failures='0'"),
            &format!("<testcase name='{name}' classname='{file}' time='0.1' line='5' col='6'/>"),
        )
    };
    let xml = case("./test/cart_test.ts", "cart &gt; adds");
    assert_eq!(tool(&xml), "Deno");
    assert_eq!(lines(&xml), ["test/cart_test.ts: cart > adds @ test / cart_test.ts / cart"]);
    let elsewhere = case("file:///srv/shop/test/cart_test.ts", "adds");
    assert_eq!(lines(&elsewhere), ["cart_test.ts: adds @ cart_test.ts"]);
}

#[test]
fn cpputest_groups_do_not_depend_on_their_file() {
    let attributes =
        "errors='0' failures='0' hostname='localhost' name='Cart' tests='1' time='0' timestamp='t'";
    let case = |class: &str, file: &str| {
        suite(
            attributes,
            &format!(
                "<testcase classname='{class}' name='adds' assertions='1' time='0' file='{file}' line='3'/>"
            ),
        )
    };
    assert_eq!(tool(&case("Cart", "a.cpp")), "CppUTest");
    assert_eq!(lines(&case("Cart", "a.cpp")), lines(&case("Cart", "/w/b.cpp")));
    assert_eq!(lines(&case("shop.Cart", "a.cpp")), ["shop.Cart: adds @ shop.Cart"]);
}

#[test]
fn tasty_groups_are_the_container() {
    let xml = suite(
        "name='Shop' tests='2'",
        "<testsuite name='Cart.v2' tests='1'><testcase name='adds' time='0.0' classname='Shop.Cart.v2'/></testsuite>\
         <testcase name='opens' time='0.0' classname='Shop'/>",
    );
    assert_eq!(tool(&xml), "tasty");
    assert_eq!(lines(&xml), ["Shop + Cart.v2: adds @ Shop / Cart.v2", "Shop: opens @ Shop"]);
}

#[test]
fn paths_of_godot_are_relative_to_the_project() {
    // GUT, after the source of its exporter: inner classes are suites of their own.
    let gut = |script: &str| {
        suite(
            &format!("name='{script}' tests='1' failures='0' skipped='0' time='0.1'"),
            &format!(
                "<testcase name='test_adds' assertions='1' status='pass' classname='{script}' time='0.1'/>"
            ),
        )
    };
    assert_eq!(
        lines(&gut("res://test/unit/test_cart.gd")),
        ["test/unit/test_cart.gd: test_adds @ test / unit / test_cart.gd"]
    );
    let inner = lines(&gut("res://test/unit/test_cart.gd.TestFull"));
    assert!(inner[0].starts_with("test/unit/test_cart.gd.TestFull: test_adds"), "{inner:?}");
    // gdUnit4: the directory is the package.
    let gdunit = suite(
        "id='0' name='cart_test' package='res://test/unit' timestamp='t' hostname='localhost' tests='1' failures='0' errors='0' skipped='0' flaky='0' time='0.1'",
        "<testcase name='test_adds' classname='cart_test' time='0.1'/>",
    );
    assert_eq!(lines(&gdunit), ["test/unit + cart_test: test_adds @ test / unit / cart_test"]);
}

#[test]
fn a_classname_that_is_the_name_adds_nothing() {
    // Katalon, after published reports: the class is the test case.
    let xml = suite(
        "name='Test Suites/Smoke' id='Test Suites/Smoke' hostname='me - laptop' timestamp='t'",
        "<properties><property name='browser' value='Chrome 120.0.6099.109'/></properties>\
         <testcase name='Test Cases/Cart/adds' classname='Test Cases/Cart/adds' status='PASSED' time='1'/>",
    );
    assert_eq!(lines(&xml), ["Test Suites/Smoke: Test Cases/Cart/adds @ Test Suites / Smoke"]);
    assert_eq!(lines("<testcase name='adds' classname='adds'/>"), ["adds: adds @ adds"]);
}

#[test]
fn other_tools_need_no_row_of_their_own() {
    let cases = [
        // junit_alcotest: the classname is the suite and the group.
        (
            suite(
                "package='shop' id='0' name='Cart tests' timestamp='t' hostname='localhost' tests='1' failures='0' errors='0' time='0'",
                "<testcase name='adds' classname='Cart tests.Basic tests' time='0'/>",
            ),
            "shop + Cart tests.Basic tests: adds",
        ),
        // k6-summary
        (
            suite(
                "name='k6 thresholds' tests='1' failures='0'",
                "<testcase name='http_req_duration - p(95)&lt;500'/>",
            ),
            "k6 thresholds: http_req_duration - p(95)<500",
        ),
        // swift-testing, in the suite that XCTest has too.
        (
            suite(
                "name='TestResults' errors='0' tests='1' failures='0' skipped='0' time='1'",
                "<testcase classname='ShopTests.CartTests' name='adds(count:)' time='0.1'/>",
            ),
            "ShopTests.CartTests: adds(count:)",
        ),
        // Ceedling
        (
            suite(
                "name='test/test_cart' tests='1' failures='0' skipped='0' errors='0' time='0'",
                "<testcase name='test_adds' time='0.000'/>",
            ),
            "test/test_cart: test_adds",
        ),
        // Gauge
        (
            suite(
                "id='1' tests='1' failures='0' package='specs/cart.spec' time='1' timestamp='t' name='Cart' errors='0' skipped='0' hostname='h'",
                "<testcase classname='Cart' name='adds a pear' time='0.1'/>",
            ),
            "specs/cart.spec + Cart: adds a pear",
        ),
        // ScalaTest, Spock, Kotest: a class of the JVM, with titles as names.
        (
            suite(
                "errors='0' failures='0' hostname='h' name='shop.CartSpec' tests='1' time='1' timestamp='t'",
                "<properties><property name='java.version' value='17'/></properties><testcase name='A Cart should add 2.5 pears' classname='shop.CartSpec' time='0.1'/>",
            ),
            "shop.CartSpec: A Cart should add 2.5 pears",
        ),
        (
            suite(
                "name='shop.CartSpec' tests='1' skipped='0' failures='0' errors='0' timestamp='t' hostname='h' time='1'",
                "<testcase name='adds [a: 1, b: 2, #0]' classname='shop.CartSpec' time='0.1'/>",
            ),
            "shop.CartSpec: adds [a: 1, b: 2, #0]",
        ),
        // tojunit of Dart and Flutter: the classname is the path.
        (
            suite(
                "errors='0' failures='0' tests='1' skipped='0' name='test.cart' timestamp='t'",
                "<properties><property name='platform' value='vm'/></properties><testcase classname='test.cart' name='Cart adds' time='0.1'/>",
            ),
            "test.cart: Cart adds",
        ),
        // helm-unittest
        (
            suite(
                "tests='1' failures='0' time='0.1' name='deployment'",
                "<properties><property name='helm-unittest.version' value='1.6'/></properties><testcase classname='deployment' name='renders' time='0.1'/>",
            ),
            "deployment: renders",
        ),
        // rules_go: the classname is the end of the import path.
        (
            suite(
                "errors='0' failures='0' skipped='0' tests='1' time='0.1' name='shop.example/shop/cart' timestamp='t'",
                "<testcase classname='cart' name='TestAdds/zero' time='0.1'/>",
            ),
            "shop.example/shop/cart: TestAdds/zero",
        ),
        // Unity's scripts
        (
            suite(
                "name='Unity' tests='1' failures='0' errors='0' skips='0'",
                "<testcase classname='test_cart' name='test_adds'/>",
            ),
            "Unity + test_cart: test_adds",
        ),
    ];
    for (xml, expected) in cases {
        let found = lines(&xml);
        assert!(found[0].starts_with(&format!("{expected} @ ")), "{expected}\n{found:?}");
    }
}

#[test]
fn scenarios_of_codeception_belong_to_their_feature() {
    let xml = suite(
        "name='acceptance' tests='2' assertions='3' errors='0' failures='0' skipped='0' time='0.2' useless='0'",
        "<testcase feature='adds a pear' assertions='1' time='0.1' name='Checkout: adds a pear' file='tests/acceptance/checkout.feature'/>\
         <testcase name='signIn' class='SignInCest' file='tests/acceptance/SignInCest.php' feature='sign in' assertions='1' time='0.1'/>",
    );
    assert_eq!(
        lines(&xml),
        [
            "tests/acceptance/checkout.feature: Checkout: adds a pear @ tests / acceptance / checkout.feature",
            "SignInCest: signIn @ SignInCest",
        ]
    );
}
