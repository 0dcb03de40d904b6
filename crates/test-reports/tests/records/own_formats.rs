//! What a framework writes in its own format has the identities of what it writes in JUnit's.

use std::collections::BTreeSet;

use test_reports::record::{IdentityOptions, collect};

use crate::single::read_file;

/// Container and name of the tests in a report below `testdata/`.
fn tests(path: &str) -> BTreeSet<(Vec<String>, String)> {
    let report = read_file(&crate::repository("testdata").join(path), path).unwrap();
    let records = collect(&[report], &IdentityOptions::default());
    records
        .tests
        .into_iter()
        .map(|test| (test.class.container.to_vec(), test.name.to_string()))
        .collect()
}

/// Container and name of the only test in a text.
fn test(text: &str) -> (String, String) {
    let report = crate::single::read(text.as_bytes(), "r.xml").unwrap();
    let records = collect(&[report], &IdentityOptions::default());
    let [test] = &records.tests[..] else { panic!("{text}") };
    (test.class.container.join(" | "), test.name.to_string())
}

#[test]
fn tools_without_a_report_in_testdata_name_class_and_method() {
    for (text, container, name) in [
        (
            "<tests><test name='shop.CartTest'><testresult name='adds' suite='shop.CartTest' status='PASS'/></test></tests>",
            "shop.CartTest",
            "adds",
        ),
        (
            "<testrun footerText='IDEA'><suite name='CartTest'><test name='adds()' status='passed' \
             locationUrl='java:test://shop.CartTest/adds'/></suite></testrun>",
            "shop.CartTest",
            "adds",
        ),
        (
            "<testrun footerText='IDEA'><suite name='Cart'><suite name='when full'><test name='adds more' status='passed'/>\
             </suite></suite></testrun>",
            "Cart | when full",
            "adds more",
        ),
        (
            "<report-result><assembly name='a'><fixture name='CartTests' type='Shop.CartTests'>\
             <run name='CartTests.Adds(1.5)' result='success'/></fixture></assembly></report-result>",
            "Shop.CartTests",
            "Adds(1.5)",
        ),
        (
            "<ResultsSession><Exec><ExecViol testCaseId='1' cat='6' testName='Suite_cart::adds'/></Exec></ResultsSession>",
            "Suite_cart",
            "adds",
        ),
        (
            "<ResultsSession><TestSuite name='tests'><TestSuite name='Suite_cart'><Test id='1' pass='1' name='adds'/>\
             </TestSuite></TestSuite></ResultsSession>",
            "Suite_cart",
            "adds",
        ),
        (
            "<TestCase name='Cart'><Environment><QtVersion>6.5.0</QtVersion></Environment><TestFunction name='adds'>\
             <Incident type='pass'><DataTag>one</DataTag></Incident></TestFunction></TestCase>",
            "Cart",
            "adds(one)",
        ),
    ] {
        assert_eq!(test(text), (container.to_owned(), name.to_owned()), "{text}");
    }
}

/// Reports of one run: as JUnit, and in the framework's own format.
const SAME: [(&str, &str); 5] = [
    ("boost-test/shop.xml", "boost-test/log.xml"),
    ("ctest/shop.xml", "ctest/Test.xml"),
    ("qttest/shop.xml", "qttest/qttest.xml"),
    ("robotframework/shop.xml", "robotframework/output.xml"),
    ("robotframework/shop.xml", "robotframework/legacy.xml"),
];

#[test]
fn both_formats_of_a_run_have_the_same_tests() {
    for (junit, own) in SAME {
        assert!(!tests(junit).is_empty(), "{junit}");
        assert_eq!(tests(own), tests(junit), "{own}");
    }
}

/// The reports whose own format says less or more, and by which names they differ.
#[test]
fn other_formats_differ_only_where_one_of_them_says_more() {
    let names = |of: &BTreeSet<(Vec<String>, String)>| -> BTreeSet<String> {
        of.iter().map(|(_, name)| name.split('/').next().unwrap().to_owned()).collect()
    };
    // Boost.Test's report has no tests that are disabled.
    let (junit, own) = (tests("boost-test/shop.xml"), tests("boost-test/report.xml"));
    assert!(own.is_subset(&junit));
    assert_eq!(junit.difference(&own).map(|(_, name)| name).collect::<Vec<_>>(), ["gift_wrap"]);
    // In JUnit's format, Catch2 and doctest write a case for each section, and Catch2 the class of a fixture.
    let (junit, own) = (tests("catch2/shop.xml"), tests("catch2/catch2.xml"));
    assert_eq!(names(&own), names(&junit));
    let plain = |(container, name): &&(Vec<String>, String)| {
        !name.contains('/') && container != &["shop.Customer"]
    };
    assert!(junit.iter().filter(plain).count() >= 4);
    assert!(junit.iter().filter(plain).all(|test| own.contains(test)));
    let (junit, own) = (tests("doctest/shop.xml"), tests("doctest/doctest.xml"));
    let skipped: Vec<String> = names(&own).difference(&names(&junit)).cloned().collect();
    assert_eq!(skipped, ["is wrapped"]);
    assert!(junit.iter().filter(|(_, name)| !name.contains('/')).all(|test| own.contains(test)));
    // The light variant of Qt Test has no name of the test object.
    let (whole, light) = (tests("qttest/qttest.xml"), tests("qttest/light.xml"));
    assert_eq!(names(&whole), names(&light));
    assert!(light.iter().all(|(container, _)| container.is_empty()));
}
