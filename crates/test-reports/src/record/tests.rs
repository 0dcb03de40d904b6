//! Cases that are attempts, rows and executions of one test.

use super::{
    Divided, IdentityOptions, Pin, Records, ReportGroup, TestRecord, collect, collect_groups,
};
use crate::formats::model::Outcome::{Errored, Failed, Passed, Skipped};
use crate::formats::read_one;
use crate::identity::Identity;

fn records_with(files: &[(&str, &str)], options: &IdentityOptions) -> Records {
    let reports: Vec<_> = files.iter().map(|(path, xml)| read_one(xml, path)).collect();
    collect(&reports, options)
}

fn records(files: &[&str]) -> Records {
    let names = ["a.xml", "b.xml", "c.xml"];
    let files: Vec<(&str, &str)> = names.into_iter().zip(files.iter().copied()).collect();
    records_with(&files, &IdentityOptions::default())
}

/// The only test of one file.
fn only(xml: &str) -> TestRecord {
    let mut records = records(&[xml]);
    assert_eq!(records.tests.len(), 1, "{records:?}");
    records.tests.remove(0)
}

fn pytest(cases: &str) -> String {
    format!(
        "<testsuites name='pytest tests'><testsuite name='pytest'>{cases}</testsuite></testsuites>"
    )
}

fn surefire(cases: &str) -> String {
    format!("<testsuite name='a.B' hostname='h'>{cases}</testsuite>")
}

#[test]
fn bare_pytest_reruns_count_as_failed() {
    let bare = "<testcase classname='t' name='a' time='1'/>";
    let flaky = only(&pytest(&bare.repeat(3)));
    assert_eq!((flaky.outcome, flaky.flaky, flaky.cases), (Passed, true, 3));
    let attempts: Vec<_> = flaky.details.attempts.iter().map(|attempt| attempt.outcome).collect();
    assert_eq!(attempts, [Failed, Failed, Passed]);
    assert_eq!(flaky.seconds(), Some(3.0));
    // "Any pass wins" would turn this one green.
    let failing = only(&pytest(&format!(
        "{bare}<testcase classname='t' name='a'><failure message='no'/></testcase>"
    )));
    assert_eq!((failing.outcome, failing.flaky), (Failed, false));
    assert_eq!(failing.details.message.as_deref(), Some("no"));
}

#[test]
fn a_sum_of_durations_is_a_number() {
    let longest = format!("<testcase classname='t' name='a' time='{}'/>", f64::MAX);
    let test = only(&pytest(&longest.repeat(2)));
    assert_eq!(test.seconds(), Some(f64::MAX));
}

#[test]
fn a_failing_teardown_belongs_to_the_failed_test() {
    let test = only(&pytest(
        "<testcase classname='t' name='a'><failure message='assert 0'/></testcase>\
         <testcase classname='t' name='a'><error message='failed on teardown with x'/></testcase>",
    ));
    assert_eq!((test.outcome, test.details.attempts.len(), test.cases), (Errored, 0, 2));
}

#[test]
fn a_failing_teardown_follows_a_passed_test() {
    let teardown = "<testcase classname='t' name='a' time='1'>\
                    <error message='failed on teardown with &quot;OSError: gone&quot;'/></testcase>";
    let bare = "<testcase classname='t' name='a'/>";
    for cases in [teardown.to_owned(), format!("{bare}{teardown}")] {
        let test = only(&pytest(&cases));
        let attempts: Vec<_> =
            test.details.attempts.iter().map(|attempt| attempt.outcome).collect();
        assert_eq!((test.outcome, test.flaky, test.seconds()), (Errored, false, Some(1.0)));
        assert_eq!(attempts, [Passed, Errored]);
        assert_eq!(test.details.message.as_deref(), Some("OSError: gone"));
    }
}

#[test]
fn the_last_go_rerun_decides() {
    let go = |cases: &str| {
        format!(
            "<testsuites><testsuite name='x.io/a'><properties><property name='go.version' value='1'/></properties>{cases}</testsuite></testsuites>"
        )
    };
    let failed = "<testcase classname='x.io/a' name='TestA'><failure message='Failed'/></testcase>";
    let passed = "<testcase classname='x.io/a' name='TestA'/>";
    let flaky = only(&go(&format!("{failed}{passed}")));
    assert_eq!((flaky.outcome, flaky.flaky), (Passed, true));
    let twice = only(&go(&passed.repeat(2)));
    assert_eq!((twice.outcome, twice.flaky), (Passed, false));
    let worse = only(&go(&format!("{passed}{failed}")));
    assert_eq!((worse.outcome, worse.flaky), (Failed, false));
}

#[test]
fn rerun_and_flaky_children_are_attempts() {
    let flaky = only(&surefire(
        "<testcase classname='a.B' name='t' time='1'><flakyFailure message='one' time='2'/><flakyError message='two'/></testcase>",
    ));
    assert_eq!((flaky.outcome, flaky.flaky, flaky.seconds()), (Passed, true, Some(3.0)));
    assert_eq!(flaky.details.message, None);
    let attempts: Vec<_> = flaky.details.attempts.iter().map(|attempt| attempt.outcome).collect();
    assert_eq!(attempts, [Failed, Errored, Passed]);
    let failing = only(&surefire(
        "<testcase classname='a.B' name='t'><failure message='first'/><rerunFailure message='second'/></testcase>",
    ));
    assert_eq!(
        (failing.outcome, failing.flaky, failing.details.attempts.len()),
        (Failed, false, 2)
    );
    assert_eq!(failing.details.message.as_deref(), Some("first"));
}

#[test]
fn the_worst_row_decides_and_rows_are_never_flaky() {
    let rows = surefire(
        "<testcase classname='a.B' name='t' time='1'/>\
         <testcase classname='a.B' name='t' time='2'><failure message='no'/></testcase>\
         <testcase classname='a.B' name='t' time='4'><skipped/></testcase>",
    );
    let records = records(&[&rows]);
    let test = &records.tests[0];
    assert_eq!(
        (test.outcome, test.flaky, test.cases, test.seconds()),
        (Failed, false, 3, Some(7.0))
    );
    assert_eq!((records.seen, records.merged, records.excluded), (3, 2, 0));
    assert_eq!(records.warnings.len(), 1, "{:?}", records.warnings);
    let green = only(&surefire(&"<testcase classname='a.B' name='t'/>".repeat(2)));
    assert_eq!((green.outcome, green.flaky), (Passed, false));
}

#[test]
fn names_that_differ_only_before_cleaning_are_rows_with_a_warning() {
    let records = records(&[&surefire(
        "<testcase classname='a.B' name='t  x'/><testcase classname='a.B' name='t x'><failure/></testcase>",
    )]);
    assert_eq!((records.tests.len(), records.tests[0].outcome), (1, Failed));
    assert!(records.warnings[0].contains("spelled differently"), "{:?}", records.warnings);
}

#[test]
fn the_worst_execution_decides_and_skips_in_other_shards_do_not_count() {
    let passed = surefire("<testcase classname='a.B' name='t' time='1'/>");
    let failed = surefire("<testcase classname='a.B' name='t' time='2'><failure/></testcase>");
    let skipped = surefire("<testcase classname='a.B' name='t'><skipped/></testcase>");
    let outcome = |files: &[&str]| {
        let records = records(files);
        (records.tests[0].outcome, records.tests[0].flaky, records.warnings.len())
    };
    assert_eq!(outcome(&[&failed, &passed]), (Failed, false, 0));
    assert_eq!(outcome(&[&passed, &skipped]), (Passed, false, 0));
    assert_eq!(outcome(&[&skipped, &skipped]), (Skipped, false, 0));
}

#[test]
fn with_reruns_the_last_file_decides() {
    let passed = surefire("<testcase classname='a.B' name='t' time='1'/>");
    let failed = surefire("<testcase classname='a.B' name='t' time='2'><failure/></testcase>");
    let skipped = surefire("<testcase classname='a.B' name='t'><skipped/></testcase>");
    let options = IdentityOptions { reruns: true, ..IdentityOptions::default() };
    let outcome = |files: &[(&str, &str)]| {
        let test = records_with(files, &options).tests.remove(0);
        (test.outcome, test.flaky)
    };
    // In the order given, not by path.
    assert_eq!(outcome(&[("b.xml", &failed), ("a.xml", &passed)]), (Passed, true));
    assert_eq!(outcome(&[("a.xml", &passed), ("b.xml", &failed)]), (Failed, false));
    assert_eq!(outcome(&[("a.xml", &passed), ("b.xml", &skipped)]), (Passed, false));
}

#[test]
fn reruns_are_ordered_by_time_stamps_that_can_be_compared() {
    let options = IdentityOptions { reruns: true, ..IdentityOptions::default() };
    // Two files in this order, with a failure in the first and a pass in the second.
    let outcome = |first: &str, second: &str| {
        let xml = |stamp: &str, state: &str| {
            format!(
                "<testsuites><testsuite name='a.B' {stamp}><testsuite name='a.B'>\
                 <testcase classname='a.B' name='t'>{state}</testcase></testsuite></testsuite></testsuites>"
            )
        };
        let (first, second) = (xml(first, "<failure/>"), xml(second, ""));
        let test = records_with(&[("1.xml", &first), ("2.xml", &second)], &options).tests.remove(0);
        let attempts = test.details.attempts.iter().map(|attempt| attempt.outcome).collect();
        (test.outcome, test.flaky, attempts)
    };
    let (as_given, reversed) =
        ((Passed, true, vec![Failed, Passed]), (Failed, false, vec![Passed, Failed]));
    for (first, second, expected) in [
        ("timestamp='2025-01-02T00:00:00'", "timestamp='2025-01-01T00:00:00'", &reversed),
        ("timestamp='2025-01-01T00:00:00'", "timestamp='2025-01-02T00:00:00'", &as_given),
        // Instants, not texts.
        ("timestamp='2025-01-01T12:00:00+02:00'", "timestamp='2025-01-01T10:30:00Z'", &as_given),
        ("timestamp='2025-01-01T12:00:00Z'", "timestamp='2025-01-01T13:00:00.5+02:00'", &reversed),
        ("start-time='2025-01-02 00:00:00Z'", "start-time='2025-01-01 00:00:00Z'", &reversed),
        // Cannot be compared: a local time and an instant, no time stamp, not a time stamp, equal ones.
        ("timestamp='2025-01-02T00:00:00'", "timestamp='2025-01-01T00:00:00Z'", &as_given),
        ("timestamp='2025-01-02T00:00:00'", "", &as_given),
        ("timestamp='yesterday'", "timestamp='2025-01-01T00:00:00'", &as_given),
        ("timestamp='2025-01-01T00:00:00'", "timestamp='2025-01-01T00:00:00'", &as_given),
    ] {
        assert_eq!(&outcome(first, second), expected, "{first} {second}");
    }
}

#[test]
fn browsers_in_one_file_are_executions() {
    let suite = |host: &str, state: &str| {
        format!(
            "<testsuite name='a.spec.ts' timestamp='t' hostname='{host}' tests='1' failures='0' skipped='0' time='1' errors='0'>\
             <testcase classname='a.spec.ts' name='adds' time='1'>{state}</testcase></testsuite>"
        )
    };
    let xml = format!(
        "<testsuites id='' name=''>{}{}</testsuites>",
        suite("firefox", ""),
        suite("webkit", "<failure/>")
    );
    let records = records(&[&xml]);
    let test = &records.tests[0];
    assert_eq!((test.outcome, test.details.attempts.len(), test.seconds()), (Failed, 2, Some(1.0)));
    assert_eq!(records.warnings, Vec::<String>::new());
    let in_browsers =
        Divided { failed: vec!["webkit".to_owned()], passed: vec!["firefox".to_owned()] };
    assert_eq!(test.details.divided, Some(in_browsers));
}

#[test]
fn a_test_that_failed_only_in_some_reports_says_in_which() {
    let report = |state: &str| {
        format!(
            "<testsuite name='a.B'><testcase classname='a.B' name='t' time='1'>{state}</testcase></testsuite>"
        )
    };
    let [passed, failed, skipped] = ["", "<failure/>", "<skipped/>"].map(report);
    let divided = |files: &[(&str, &str)], options: &IdentityOptions| {
        records_with(files, options).tests[0].details.divided.clone()
    };
    let usual = IdentityOptions::default();
    let files = [("linux/a.xml", &*passed), ("macos/a.xml", &skipped), ("windows/a.xml", &failed)];
    let names = |name: &str| vec![name.to_owned()];
    let expected = Divided { failed: names("windows/a.xml"), passed: names("linux/a.xml") };
    assert_eq!(divided(&files, &usual), Some(expected));
    assert_eq!(divided(&files[..2], &usual), None);
    assert_eq!(divided(&files[1..], &usual), None);
    // Later reports are repetitions of earlier ones.
    assert_eq!(divided(&files, &IdentityOptions { reruns: true, ..usual }), None);
    // Rows of one report are no configurations.
    let rows = "<testsuite name='a.B'><testcase classname='a.B' name='t'/><testcase classname='a.B' name='t'><failure/></testcase></testsuite>";
    assert_eq!(divided(&[("a.xml", rows)], &IdentityOptions::default()), None);
}

#[test]
fn a_file_and_its_merged_copy_count_once() {
    let case = "<testcase classname='a.B' name='t' time='1'><failure message='no'>trace</failure></testcase>";
    let single = format!("<testsuite name='a.B'>{case}</testsuite>");
    let merged = format!(
        "<testsuites><testsuite name='B' package='a' id='0' hostname='h' ignored='0'>{case}</testsuite></testsuites>"
    );
    let records = records(&[&single, &merged]);
    let test = &records.tests[0];
    assert_eq!((test.details.attempts.len(), test.seconds(), test.cases), (0, Some(1.0), 2));
    assert_eq!((records.seen, records.merged), (2, 1));
}

#[test]
fn the_file_of_cypress_root_suite_tells_equal_tests_apart() {
    let cypress = |file: &str| {
        format!(
            "<testsuite name='Root Suite' timestamp='t' tests='0' file='{file}' time='0' failures='0'/>\
             <testsuite name='Cart' timestamp='t' tests='1' time='1' failures='0'><testcase name='Cart adds' time='1' classname='adds'/>\
             </testsuite>"
        )
    };
    let (a, b) = (cypress("e2e/a.cy.js"), cypress("e2e/b.cy.js"));
    let report = |suites: &str| format!("<testsuites name='Mocha Tests'>{suites}</testsuites>");
    let two = records(&[&report(&a), &report(&b)]);
    assert_eq!((two.tests.len(), two.warnings.len()), (2, 0), "{:?}", two.warnings);
    for file in ["e2e/a.cy.js", "e2e/b.cy.js"] {
        assert!(two.tests.iter().any(|test| *test.class.container == [file, "Cart"]), "{two:?}");
    }
    assert_eq!(*two.tests[0].class.folder, ["Cart"]);
    // One file that both were merged into.
    let merged = records(&[&report(&format!("{a}{b}"))]);
    let identities = |records: &Records| -> Vec<Identity> {
        records.tests.iter().map(|test| test.identity).collect()
    };
    assert_eq!(identities(&merged), identities(&two));
}

#[test]
fn equal_tests_of_two_files_cause_a_warning_although_only_a_package_names_the_file() {
    let gauge = |file: &str| {
        format!(
            "<testsuites><testsuite id='1' tests='1' failures='0' package='{file}' timestamp='t' name='Cart' hostname='h'>\
             <testcase classname='Cart' name='adds' time='1'/></testsuite></testsuites>"
        )
    };
    let warnings = |a: &str, b: &str| records(&[a, b]).warnings;
    let found = warnings(&gauge("/ci/shop/a/cart.spec"), &gauge("/ci/shop/b/cart.spec"));
    assert!(found[0].starts_with("different reports contain 1 test"), "{found:?}");
}

#[test]
fn files_that_pest_names_are_paths_or_none() {
    let pest = |file: &str| {
        let xml = format!(
            "<testsuites><testsuite name='Tests\\CartTest' assertions='1'>\
             <testcase name='it adds' file=\"{file}\" class='Tests\\CartTest' assertions='1'/></testsuite></testsuites>"
        );
        records(&[&xml]).tests[0].class.file.as_deref().map(str::to_owned)
    };
    let path = Some("tests/Unit/CartTest.php".to_owned());
    assert_eq!(pest("tests/Unit/CartTest.php"), path);
    assert_eq!(pest("tests/Unit/CartTest.php::it adds"), path);
    assert_eq!(pest("Cart (Tests\\Cart)::Adds"), None);
    assert_eq!(
        pest("/srv/vendor/pestphp/pest/src/Factories/TestCaseFactory.php(196) : eval()'d code"),
        None
    );
}

#[test]
fn subtests_cause_no_warning_about_rows() {
    let xml = "<testsuites><testsuite name='t.Cart-20261123165022'>\
        <testcase classname='t.Cart' name='test_sub (i=1)'><failure/></testcase>\
        <testcase classname='t.Cart' name='test_sub (i=2)'><failure/></testcase></testsuite></testsuites>";
    let records = records(&[xml]);
    assert_eq!((records.tests.len(), records.tests[0].name.as_str()), (1, "test_sub"));
    assert_eq!(records.warnings, Vec::<String>::new());
}

#[test]
fn run_errors_are_excluded_and_suite_errors_are_not_cases() {
    let xml = pytest(
        "<testcase classname='' name='tests.test_a'><error message='collection failure'>tests/test_a.py:3: in x</error></testcase>\
         <testcase classname='t' name='b'/><error message='set-up of the suite'/>",
    );
    let records = records(&[&xml]);
    assert_eq!((records.seen, records.tests.len(), records.merged, records.excluded), (2, 1, 0, 1));
    let [case, suite] = records.run_errors.as_slice() else {
        panic!("{:?}", records.run_errors);
    };
    assert!(case.is_case && !suite.is_case);
    assert_eq!((case.file.as_deref(), case.line), (Some("tests/test_a.py"), Some(3)));
    assert_eq!(suite.message.as_deref(), Some("set-up of the suite"));
    let file = &records.files[0];
    assert_eq!((file.tests, file.errors, file.suite_errors, file.tool), (2, 1, 1, "pytest"));
}

#[test]
fn hooks_of_unknown_tools_are_run_errors_or_nothing() {
    for name in ["BeforeAll", "Suite Setup", "Cart \"before all\" hook for adds"] {
        let report = |state: &str| {
            let name = name.replace('"', "&quot;");
            format!(
                "<testsuite name='s'><testcase name='{name}'>{state}</testcase><testcase name='t'/></testsuite>"
            )
        };
        for (state, errors) in [("", 0), ("<failure message='no'/>", 1)] {
            let records = records(&[&report(state)]);
            assert_eq!((records.tests.len(), records.run_errors.len()), (1, errors), "{name}");
        }
    }
}

#[test]
fn cases_without_any_name_cause_a_warning() {
    let records =
        records(&["<testsuite name='s'><testcase/><testcase><error/></testcase></testsuite>"]);
    assert_eq!(
        (records.seen, records.tests.len(), records.excluded, records.run_errors.len()),
        (2, 0, 2, 1)
    );
    assert!(
        records.warnings.iter().any(|line| line.contains("1 case without a test")),
        "{:?}",
        records.warnings
    );
}

#[test]
fn many_unrecognised_files_cause_one_warning() {
    let xml = "<testsuite name='s'><testcase name='t'/></testsuite>";
    let records = records(&[xml, xml, xml]);
    assert_eq!(records.warnings.len(), 1, "{:?}", records.warnings);
    assert!(records.warnings[0].contains("3 reports"));
}

#[test]
fn properties_and_tags_are_sorted_by_meaning() {
    let test = only(
        "<testsuite name='s'><properties><property name='java.home' value='/usr'/><property name='author' value='Ada'/>\
         <property name='testquality_test' value='TC-12'/></properties>\
         <testcase name='pays [[DEFECT|AB-1]]'><properties><property name='step' value='open the cart'/>\
         <property name='step[passed]' value='pay'/><property name='attachment' value='/ci/a.png'/>\
         <property name='stepping' value='x'/><property name='case_id' value='7'/></properties>\
         <system-out>[[ATTACHMENT|b.png]] [[PROPERTY|priority=high]]</system-out></testcase></testsuite>",
    );
    assert_eq!(test.name, "pays");
    assert_eq!(test.details.pinned, Some(Pin::Key(12)));
    assert_eq!(test.details.defects, ["AB-1"]);
    assert_eq!(test.details.attachments, ["/ci/a.png", "b.png"]);
    let steps: Vec<&str> = test.details.steps.iter().map(|step| step.step.as_str()).collect();
    assert_eq!(steps, ["open the cart", "pay"]);
    let mut properties: Vec<&str> =
        test.details.properties.iter().map(|property| &*property.name).collect();
    properties.sort_unstable();
    assert_eq!(properties, ["author", "case_id", "priority", "stepping"]);
}

/// NUnit writes the categories of a fixture and of a test as properties of each; a fixture's description is not that of its tests.
#[test]
fn categories_of_a_fixture_apply_to_its_tests() {
    let test = only(
        "<test-run id='2'><test-suite type='TestFixture' name='CartTests' fullname='Shop.CartTests'><properties>\
         <property name='Category' value='Slow'/><property name='Description' value='Carts.'/><property name='_PID' value='7'/></properties>\
         <test-case name='Adds' fullname='Shop.CartTests.Adds' classname='Shop.CartTests' result='Passed'><properties>\
         <property name='Category' value='Web'/><property name='Description' value='Adds.'/></properties></test-case></test-suite></test-run>",
    );
    let properties = test.details.properties.iter();
    let properties: Vec<String> =
        properties.map(|property| format!("{}={}", property.name, property.value)).collect();
    assert_eq!(properties, ["Category=Slow", "Category=Web", "Description=Adds."]);
}

#[test]
fn only_the_first_pin_of_a_test_counts() {
    let pinned = |name: &str| {
        only(&format!("<testsuite name='s'><testcase name='t [[TEST|{name}]]'/></testsuite>"))
            .details
            .pinned
    };
    assert_eq!(pinned("TC-5117"), Some(Pin::Key(5117)));
    assert_eq!(pinned("4711"), Some(Pin::Id(4711)));
    assert_eq!(pinned("JIRA-1"), None);
    let records = records(&[
        "<testsuite name='s'><testcase name='t [[TEST|TC-1]] [[TEST|TC-2]]'/></testsuite>",
    ]);
    assert_eq!(records.tests[0].details.pinned, Some(Pin::Key(1)));
    assert!(records.warnings.iter().any(|line| line.contains("TC-2")), "{:?}", records.warnings);
}

#[test]
fn rows_do_not_repeat_steps() {
    let case = "<testcase name='t'><properties><property name='step' value='pay'/></properties></testcase>";
    assert_eq!(
        only(&format!("<testsuite name='s'>{case}{case}</testsuite>")).details.steps.len(),
        1
    );
}

#[test]
fn a_step_that_a_test_does_twice_is_two_steps() {
    let case = |steps: &[&str]| {
        let steps = steps.iter().map(|step| format!("<property name='step' value='{step}'/>"));
        format!(
            "<testcase name='t'><properties>{}</properties></testcase>",
            steps.collect::<String>()
        )
    };
    let (one, other) = (case(&["next", "pay", "next"]), case(&["next", "next", "next", "pay"]));
    for (cases, expected) in [
        ([&one, &one], &["next", "pay", "next"][..]),
        ([&one, &other], &["next", "pay", "next", "next"]),
        ([&other, &one], &["next", "next", "next", "pay"]),
    ] {
        let test = only(&format!("<testsuite name='s'>{}{}</testsuite>", cases[0], cases[1]));
        let steps: Vec<&str> = test.details.steps.iter().map(|step| &*step.step).collect();
        assert_eq!(steps, expected);
    }
}

#[test]
fn a_message_is_the_attribute_or_the_first_informative_line() {
    let message = |inner: &str| {
        only(&format!("<testsuite name='s'><testcase name='t'>{inner}</testcase></testsuite>"))
            .details
            .message
            .clone()
    };
    assert_eq!(message("<failure message=' a&#10;b '>c</failure>").as_deref(), Some("a\nb"));
    assert_eq!(
        message("<failure message=''>\n\n  Error: x\n  at y</failure>").as_deref(),
        Some("Error: x")
    );
    assert_eq!(
        message("<failure>My\\Test::testA\nno match</failure>").as_deref(),
        Some("no match")
    );
    assert_eq!(
        message("<failure><![CDATA[\u{1b}[31mred\u{1b}[0m]]></failure>").as_deref(),
        Some("red")
    );
    assert_eq!(message("<skipped message='later'/>").as_deref(), Some("later"));
    assert_eq!(message("<failure/>"), None);
}

#[test]
fn a_location_is_that_of_the_failure_or_else_of_the_case() {
    let place = |attributes: &str, inner: &str| {
        let test = only(&format!(
            "<testsuite name='s'><testcase name='t' {attributes}>{inner}</testcase></testsuite>"
        ));
        (test.class.file.clone(), test.line)
    };
    let failure = "<failure>x\ntests/util.lua:3: in f\ntests/a.lua:7: in t</failure>";
    assert_eq!(
        place("file='tests/a.lua' line='5'", failure),
        (Some("tests/a.lua".into()), Some(7))
    );
    assert_eq!(
        place("file='tests/a.lua' line='5'", "<failure>no</failure>"),
        (Some("tests/a.lua".into()), Some(5))
    );
    assert_eq!(place("file='tests/a.lua'", failure), (Some("tests/a.lua".into()), Some(7)));
    assert_eq!(place("", failure), (Some("tests/util.lua".into()), Some(3)));
    assert_eq!(place("", ""), (None, None));
}

#[test]
fn a_long_name_is_shortened_after_the_identity_was_computed() {
    let long = |end: &str| {
        only(&format!(
            "<testsuite name='s'><testcase name='{}{end}'/></testsuite>",
            "x".repeat(300)
        ))
    };
    let (one, two) = (long("1"), long("2"));
    assert_ne!(one.identity, two.identity);
    assert_ne!(one.name, two.name);
    assert_eq!(one.name.chars().count(), 255);
}

#[test]
fn the_message_of_a_rust_panic_is_not_its_thread() {
    let nextest = "<testsuite name='shop'><testcase classname='shop' name='total'>\
        <failure message=\"thread 'total' (466) panicked at src/lib.rs:9:62\" type='test failure'>\
        thread 'total' (466) panicked at src/lib.rs:9:62:\nassertion `left == right` failed\n  left: 1</failure></testcase></testsuite>";
    assert_eq!(only(nextest).details.message.as_deref(), Some("assertion `left == right` failed"));
    let one_line = "<testsuite name='shop'><testcase classname='shop' name='total'>\
        <failure message=\"thread 'total' panicked at src/lib.rs:9:62\"/></testcase></testsuite>";
    assert_eq!(
        only(one_line).details.message.as_deref(),
        Some("thread 'total' panicked at src/lib.rs:9:62")
    );
}

#[test]
fn an_unknown_status_is_passed_with_a_warning_and_a_crash_is_an_error() {
    let xml = |status: &str| {
        format!("<testsuite name='s'><testcase name='a' status='{status}'/></testsuite>")
    };
    for status in ["panicked", "interrupted", "killed", "timedout", "cancelled"] {
        assert_eq!(only(&xml(status)).outcome, Errored, "{status}");
    }
    for status in ["passed", "run", "0", ""] {
        assert_eq!(only(&xml(status)).outcome, Passed, "{status}");
        assert!(!records(&[&xml(status)]).warnings.iter().any(|line| line.contains("status")));
    }
    let records = records(&[&xml("wobbly")]);
    assert_eq!(records.tests[0].outcome, Passed);
    assert!(
        records.warnings.iter().any(|line| line.contains("`wobbly`")),
        "{:?}",
        records.warnings
    );
}

#[test]
fn a_report_that_announces_tests_and_holds_none_causes_a_warning() {
    let warning = |xml: &str| {
        let warnings =
            records(&[xml, "<testsuite name='t'><testcase name='b'/></testsuite>"]).warnings;
        warnings.into_iter().find(|line| line.starts_with("no test case was read"))
    };
    let empty = "<testsuites><testsuite name='s' tests='47'/></testsuites>";
    assert!(warning(empty).unwrap().contains("announces 47"));
    assert!(warning("<testsuites tests='3'/>").unwrap().contains("announces 3"));
    for fine in [
        "<testsuites tests='0'/>",
        "<testsuite name='s' tests='0'/>",
        "<testsuite name='s' tests='2'><testsuite name='i'><testcase name='a'/></testsuite></testsuite>",
    ] {
        assert_eq!(warning(fine), None, "{fine}");
    }
}

#[test]
fn groups_have_their_own_options_and_share_the_tests_of_one_namespace() {
    let options = |namespace: &str, folder: &str| IdentityOptions {
        namespace: namespace.to_owned(),
        folder: vec![folder.to_owned()],
        ..IdentityOptions::default()
    };
    let suite = |names: &[&str]| {
        let cases: String = names.iter().map(|name| format!("<testcase name='{name}'/>")).collect();
        [read_one(&format!("<testsuite name='cart'>{cases}</testsuite>"), "a.xml")]
    };
    let (web, api, more) = (suite(&["adds", "pays"]), suite(&["adds"]), suite(&["adds", "opens"]));
    let all = [options("z", "Web"), options("a", "Api"), options("z", "More")];
    let groups = [&web, &api, &more].into_iter().zip(&all);
    let groups: Vec<ReportGroup<'_>> =
        groups.map(|(reports, options)| ReportGroup { reports, options }).collect();
    let records = collect_groups(&groups);
    let found: Vec<(u16, String, &str)> = records
        .tests
        .iter()
        .map(|test| (test.group, test.class.folder.join("/"), test.name.as_str()))
        .collect();
    // By namespace in the order of the groups, then by folder. The first group places a test of several.
    let expected = [
        (2, "More/cart", "opens"),
        (0, "Web/cart", "adds"),
        (0, "Web/cart", "pays"),
        (1, "Api/cart", "adds"),
    ];
    assert_eq!(found, expected.map(|(group, folder, name)| (group, folder.to_owned(), name)));
    assert_eq!((records.seen, records.merged), (5, 1));
    let files: Vec<u16> = records.files.iter().map(|file| file.group).collect();
    assert_eq!(files, [0, 1, 2]);
    assert_eq!(records.tests[3].identity, Identity::of_test("a", &["cart"], "adds"));
    let alone = collect(&api, &all[1]);
    assert_eq!(alone.tests[0].identity, records.tests[3].identity);
}

#[test]
fn many_cases_give_the_same_records_in_one_thread_and_in_several() {
    const CASES: usize = 5000;
    let suite = |class: &str, failing: usize| {
        let cases = (0..CASES).rev().map(|number| {
            let failure = if number == failing { "<failure message='no'/>" } else { "" };
            format!("<testcase classname='{class}' name='adds {number:04}'>{failure}</testcase>")
        });
        let cases: String = cases.collect();
        format!("<testsuite name='{class}' hostname='h'>{cases}</testsuite>\n")
    };
    // The cases of one test are far apart, and in the middle there is another class.
    let [first, other, second] = [suite("a.B", 1), suite("a.A", 2), suite("a.B", 3)];
    let xml = format!("<testsuites>{first}{other}{second}</testsuites>");
    let reports = [read_one(&xml, "a.xml"), read_one("<testsuites/>", "b.xml")];
    let collected = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| collect(&reports, &IdentityOptions::default()))
    };
    let records = collected(1);
    assert_eq!(format!("{records:?}"), format!("{:?}", collected(4)));
    assert_eq!((records.seen, records.tests.len(), records.merged), (3 * CASES, 2 * CASES, CASES));
    let is_sorted = |pair: &[TestRecord]| {
        (&pair[0].class.folder, &pair[0].name) < (&pair[1].class.folder, &pair[1].name)
    };
    assert!(records.tests.windows(2).all(is_sorted));
    let failed = records.tests.iter().filter(|test| test.outcome == Failed);
    let failed: Vec<_> = failed
        .map(|test| (test.class.container.join(""), test.name.as_str(), test.cases))
        .collect();
    let expected = [("a.A", "adds 0002", 1), ("a.B", "adds 0001", 2), ("a.B", "adds 0003", 2)];
    assert_eq!(failed, expected.map(|(class, name, cases)| (class.to_owned(), name, cases)));
    assert_eq!(records.files[0].failures, 3);
    let warning = "10,000 cases share names and count as 5,000 tests; the worst result wins (first: `adds 4999` in a.xml)";
    assert!(records.warnings.iter().any(|line| line.contains(warning)), "{:?}", records.warnings);
}
