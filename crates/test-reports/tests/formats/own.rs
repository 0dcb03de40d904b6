//! Formats that a single framework writes: one small report of each, after the source of the framework.

use test_reports::formats::model::{Case, Format, Outcome, Report};

use crate::single::read;
use Outcome::{Errored, Failed, Passed, Skipped};

/// A report, its format, and the names and outcomes of its cases.
struct Sample(Format, &'static str, &'static [(&'static str, Outcome)]);

const SAMPLES: [Sample; 21] = [
    Sample(
        Format::Boost,
        "<TestLog><BuildInfo platform=\"linux\" boost=\"1.74\"/><TestSuite name=\"shop\"><TestSuite name=\"cart\">\
         <TestCase name=\"adds\" file=\"c.cpp\" line=\"3\"><Info><![CDATA[check passed]]></Info><TestingTime>1500000</TestingTime></TestCase>\
         <TestCase name=\"wrong\"><Warning file=\"c.cpp\" line=\"4\">late</Warning><Error file=\"c.cpp\" line=\"4\"><![CDATA[1 != 2]]>\
         <Context><Frame>row 3</Frame></Context></Error><Error>2 != 3</Error></TestCase>\
         <TestCase name=\"ends\"><FatalError>critical check</FatalError></TestCase>\
         <TestCase name=\"throws\"><Error>1 != 2</Error><Exception>boom<LastCheckpoint>here</LastCheckpoint></Exception></TestCase>\
         <TestCase name=\"off\" skipped=\"yes\" reason=\"disabled\"/></TestSuite></TestSuite></TestLog>",
        &[
            ("adds", Passed),
            ("wrong", Failed),
            ("ends", Failed),
            ("throws", Errored),
            ("off", Skipped),
        ],
    ),
    Sample(
        Format::Boost,
        "<TestResult><TestSuite name=\"shop\" result=\"failed\"><TestCase name=\"adds\" result=\"passed\"></TestCase>\
         <TestCase name=\"wrong\" result=\"failed\"></TestCase><TestCase name=\"throws\" result=\"aborted\"></TestCase>\
         <TestCase name=\"off\" result=\"skipped\"/></TestSuite></TestResult>",
        &[("adds", Passed), ("wrong", Failed), ("throws", Errored), ("off", Skipped)],
    ),
    Sample(
        Format::Buck,
        "<tests><test name=\"shop.CartTest\" status=\"FAIL\"><testresult name=\"adds\" suite=\"shop.CartTest\" status=\"PASS\" time=\"1500\">\
         </testresult><testresult name=\"wrong\" suite=\"shop.CartTest\" status=\"FAIL\" time=\"2\"><message>1 != 2</message>\
         <stacktrace>at CartTest</stacktrace><stdout>out</stdout></testresult><testresult name=\"off\" status=\"DISABLED\"/>\
         <testresult name=\"old\" success=\"false\"/><testresult name=\"needs\" status=\"ASSUMPTION_VIOLATION\"/></test></tests>",
        &[
            ("adds", Passed),
            ("wrong", Failed),
            ("off", Skipped),
            ("old", Failed),
            ("needs", Skipped),
        ],
    ),
    Sample(
        Format::Catch2,
        "<Catch2TestRun name=\"shop\" rng-seed=\"1\" xml-format-version=\"3\" catch2-version=\"3.5.2\"><TestCase name=\"adds\" \
         tags=\"[cart]\" filename=\"c.cpp\" line=\"3\"><Section name=\"part\"><OverallResults successes=\"1\" failures=\"0\" \
         expectedFailures=\"0\" skipped=\"false\"/></Section><OverallResult success=\"true\" skips=\"0\" durationInSeconds=\"1.5\"/></TestCase>\
         <TestCase name=\"wrong\"><Expression success=\"true\" type=\"CHECK\"><Original>1</Original><Expanded>1</Expanded></Expression>\
         <Expression success=\"false\" type=\"CHECK\"><Original>a == b</Original><Expanded>1 == 2</Expanded></Expression>\
         <OverallResult success=\"false\"/></TestCase><TestCase name=\"throws\"><Exception>boom</Exception>\
         <OverallResult success=\"false\"><StdOut>out</StdOut></OverallResult></TestCase><TestCase name=\"known\">\
         <Expression success=\"false\"><Original>a</Original></Expression><OverallResult success=\"true\"/></TestCase>\
         <TestCase name=\"skips\"><Skip filename=\"c.cpp\" line=\"9\">no scanner</Skip><OverallResult success=\"true\" skips=\"1\"/></TestCase>\
         <OverallResults successes=\"2\" failures=\"2\" expectedFailures=\"1\"/></Catch2TestRun>",
        &[
            ("adds", Passed),
            ("wrong", Failed),
            ("throws", Failed),
            ("known", Skipped),
            ("skips", Skipped),
        ],
    ),
    Sample(
        Format::Check,
        "<?xml version=\"1.0\"?><testsuites xmlns=\"http://check.sourceforge.net/ns\"><datetime>now</datetime><suite><title>Cart</title>\
         <test result=\"success\"><path>.</path><fn>c.c:3</fn><id>adds</id><iteration>0</iteration><duration>1.5</duration>\
         <description>core</description><message>Passed</message></test><test result=\"failure\"><fn>c.c:4</fn><id>wrong</id>\
         <duration>-1</duration><description>core</description><message>1 != 2</message></test><test result=\"error\"><id>crashes</id>\
         <message>signal 11</message></test></suite><duration>2</duration></testsuites>",
        &[("adds", Passed), ("wrong", Failed), ("crashes", Errored)],
    ),
    Sample(
        Format::Cppunit,
        "<TestRun><FailedTests><FailedTest id=\"2\"><Name>Cart::wrong</Name><FailureType>Assertion</FailureType><Location>\
         <File>c.cpp</File><Line>4</Line></Location><Message>1 != 2</Message></FailedTest><FailedTest id=\"3\"><Name>Cart::throws</Name>\
         <FailureType>Error</FailureType><Message>boom</Message></FailedTest></FailedTests><SuccessfulTests><Test id=\"1\">\
         <Name>Cart::adds</Name><Time>1.5</Time></Test></SuccessfulTests><SkippedTests><Test id=\"4\"><Name>Cart::off</Name></Test></SkippedTests>\
         <Statistics><Tests>4</Tests></Statistics></TestRun>",
        &[
            ("Cart::wrong", Failed),
            ("Cart::throws", Errored),
            ("Cart::adds", Passed),
            ("Cart::off", Skipped),
        ],
    ),
    // EmbUnit.
    Sample(
        Format::Cppunit,
        "<?xml version=\"1.0\"?><TestRun><counter><Test id=\"1\"><Name>adds</Name></Test><FailedTest id=\"2\"><Name>wrong</Name>\
         <Location><File>c.c</File><Line>4</Line></Location><Message>1 != 2</Message></FailedTest></counter><Statistics><Tests>2</Tests>\
         </Statistics></TestRun>",
        &[("adds", Passed), ("wrong", Failed)],
    ),
    Sample(
        Format::Ctest,
        "<Site BuildName=\"b\" Generator=\"ctest-3.25.1\"><Testing><TestList><Test>./adds</Test></TestList><Test Status=\"passed\">\
         <Name>adds</Name><Path>.</Path><FullName>./adds</FullName><Results><NamedMeasurement type=\"numeric/double\" \
         name=\"Execution Time\"><Value>1.5</Value></NamedMeasurement><Measurement><Value>out</Value></Measurement></Results></Test>\
         <Test Status=\"failed\"><Name>crashes</Name><Results><NamedMeasurement name=\"Exit Code\"><Value>SEGFAULT</Value></NamedMeasurement>\
         <NamedMeasurement name=\"Completion Status\"><Value>Completed</Value></NamedMeasurement></Results></Test>\
         <Test Status=\"notrun\"><Name>off</Name><Results><NamedMeasurement name=\"Completion Status\"><Value>Disabled</Value>\
         </NamedMeasurement></Results></Test><Test Status=\"notrun\"><Name>missing</Name><Results>\
         <NamedMeasurement name=\"Completion Status\"><Value>Unable to find executable</Value></NamedMeasurement></Results></Test>\
         <Test Status=\"notrun\"><Name>skips</Name><Results><NamedMeasurement name=\"Completion Status\">\
         <Value>SKIP_RETURN_CODE=77</Value></NamedMeasurement></Results></Test></Testing></Site>",
        &[
            ("adds", Passed),
            ("crashes", Failed),
            ("off", Skipped),
            ("missing", Failed),
            ("skips", Skipped),
        ],
    ),
    Sample(
        Format::Cunit,
        "<CUNIT_TEST_RUN_REPORT><CUNIT_HEADER/><CUNIT_RESULT_LISTING><CUNIT_RUN_SUITE><CUNIT_RUN_SUITE_SUCCESS><SUITE_NAME> Cart \
         </SUITE_NAME><CUNIT_RUN_TEST_RECORD><CUNIT_RUN_TEST_SUCCESS><TEST_NAME> adds </TEST_NAME></CUNIT_RUN_TEST_SUCCESS>\
         </CUNIT_RUN_TEST_RECORD><CUNIT_RUN_TEST_RECORD><CUNIT_RUN_TEST_FAILURE><TEST_NAME> wrong </TEST_NAME><FILE_NAME> c.c </FILE_NAME>\
         <LINE_NUMBER> 4 </LINE_NUMBER><CONDITION> 1 == 2 </CONDITION></CUNIT_RUN_TEST_FAILURE></CUNIT_RUN_TEST_RECORD>\
         <CUNIT_RUN_TEST_RECORD><CUNIT_RUN_TEST_FAILURE><TEST_NAME> wrong </TEST_NAME><CONDITION> 2 == 3 </CONDITION>\
         </CUNIT_RUN_TEST_FAILURE></CUNIT_RUN_TEST_RECORD></CUNIT_RUN_SUITE_SUCCESS></CUNIT_RUN_SUITE><CUNIT_RUN_SUITE>\
         <CUNIT_RUN_SUITE_FAILURE><SUITE_NAME> Till </SUITE_NAME><FAILURE_REASON> Suite Initialization Failed </FAILURE_REASON>\
         </CUNIT_RUN_SUITE_FAILURE></CUNIT_RUN_SUITE></CUNIT_RESULT_LISTING></CUNIT_TEST_RUN_REPORT>",
        &[("adds", Passed), ("wrong", Failed), ("?", Errored)],
    ),
    Sample(
        Format::Doctest,
        "<doctest binary=\"./shop\" version=\"2.4.9\"><Options order_by=\"file\"/><TestSuite><TestCase name=\"adds\" filename=\"c.cpp\" \
         line=\"3\"><OverallResultsAsserts successes=\"1\" failures=\"0\" test_case_success=\"true\" duration=\"1.5\"/></TestCase>\
         <TestCase name=\"wrong\"><SubCase name=\"part\"><Expression success=\"false\" type=\"CHECK\"><Original>a == b</Original>\
         <Expanded>1 == 2</Expanded></Expression></SubCase><OverallResultsAsserts test_case_success=\"false\"/></TestCase>\
         <TestCase name=\"told\"><Message type=\"WARNING\"><Text>hm</Text></Message><OverallResultsAsserts test_case_success=\"true\"/></TestCase>\
         <TestCase name=\"known\" should_fail=\"true\"><Exception crash=\"false\">boom</Exception>\
         <OverallResultsAsserts test_case_success=\"true\"/></TestCase><TestCase name=\"off\" skipped=\"true\"/></TestSuite></doctest>",
        &[
            ("adds", Passed),
            ("wrong", Failed),
            ("told", Passed),
            ("known", Skipped),
            ("off", Skipped),
        ],
    ),
    Sample(
        Format::Fpcunit,
        "<TestResults><TestListing><TestSuite Name=\"\"><TestSuite Name=\"TCart\"><Test Name=\"adds\" Result=\"OK\" \
         ElapsedTime=\"00:00:01.500\"/><Test Name=\"wrong\" Result=\"Failed\"><Message>TCart.wrong: 1</Message>\
         <ExceptionClass>EAssertionFailedError</ExceptionClass><ExceptionMessage>1 != 2</ExceptionMessage></Test>\
         <Test Name=\"raises\" Result=\"Error\"><LineNumber>4</LineNumber></Test><Test Name=\"off\" Result=\"Ignored\"/>\
         </TestSuite></TestSuite></TestListing><Title/></TestResults>",
        &[("adds", Passed), ("wrong", Failed), ("raises", Errored), ("off", Skipped)],
    ),
    Sample(
        Format::Gtester,
        "<gtester><testbinary path=\"./shop\"><binary file=\"./shop\"/><testcase path=\"/cart/adds\"><duration>1.5</duration>\
         <status exit-status=\"0\" n-forks=\"0\" result=\"success\"/></testcase><testcase path=\"/cart/wrong\"><error>1 != 2</error>\
         <duration>0</duration><status exit-status=\"-256\" result=\"failed\"/></testcase><testcase path=\"/cart/skips\">\
         <status exit-status=\"1\" result=\"success\"/></testcase><testcase path=\"/cart/off\" skipped=\"1\"/>\
         <testcase path=\"/cart/dies\"><message>hm</message></testcase><duration>2</duration></testbinary></gtester>",
        &[
            ("/cart/adds", Passed),
            ("/cart/wrong", Failed),
            ("/cart/skips", Skipped),
            ("/cart/off", Skipped),
            ("/cart/dies", Errored),
        ],
    ),
    Sample(
        Format::Intellij,
        "<testrun duration=\"20\" footerText=\"Generated by IntelliJ IDEA\" name=\"All\"><count name=\"total\" value=\"4\"/>\
         <config name=\"All\"><method/></config><root name=\"x\"/><suite locationUrl=\"java:suite://shop.CartTest\" name=\"CartTest\" \
         status=\"failed\"><test duration=\"1500\" locationUrl=\"java:test://shop.CartTest/adds\" name=\"adds()\" status=\"passed\">\
         <output type=\"stdout\">out</output></test><test duration=\"2\" locationUrl=\"java:test://shop.CartTest/wrong\" name=\"wrong()\" status=\"failed\">\
         <output type=\"stderr\">1 != 2</output></test><test duration=\"0\" name=\"breaks\" status=\"error\"/><test duration=\"0\" name=\"off\" status=\"ignored\"/>\
         </suite></testrun>",
        &[("adds()", Passed), ("wrong()", Failed), ("breaks", Errored), ("off", Skipped)],
    ),
    Sample(
        Format::Mbunit,
        "<report-result date=\"2012-11-13\"><counter run-count=\"3\"/><assemblies><assembly name=\"Shop.Tests\"><namespaces>\
         <namespace name=\"Shop\"><fixtures><fixture name=\"CartTests\" type=\"Shop.CartTests\"><runs><run name=\"CartTests.Adds\" \
         result=\"success\" duration=\"1.5\"><console-out/></run><run name=\"CartTests.Wrong(1)\" result=\"failure\"><exception type=\"E\">\
         <properties><property name=\"a\" value=\"b\"/></properties><message>1 != 2</message><source>x</source><stack-trace>at Shop</stack-trace>\
         </exception></run><run name=\"CartTests.Off\" result=\"ignore\"/></runs><set-up name=\"Open\" result=\"failure\"><exception type=\"E\">\
         <message>no database</message></exception></set-up></fixture></fixtures></namespace></namespaces></assembly></assemblies>\
         </report-result>",
        &[("CartTests.Adds", Passed), ("CartTests.Wrong(1)", Failed), ("CartTests.Off", Skipped)],
    ),
    Sample(
        Format::Parasoft,
        "<ResultsSession toolName=\"C++test\" toolVer=\"9.5\"><Exec><ExecViols><ExecViol cat=\"0\" ln=\"4\" locFile=\"/c.cpp\" \
         testId=\"T2\" testCaseId=\"2\" testName=\"Cart::wrong\"><Thr><ThrPart clName=\"Assertion failed\" detMsg=\"1 != 2\"><Trace ln=\"4\"/>\
         </ThrPart></Thr></ExecViol></ExecViols></Exec><ExecutedTestsDetails><Total><Project><TestSuite name=\"Cart\"><Test id=\"T1\" \
         name=\"Cart::adds\" pass=\"1\" fail=\"0\" time=\"0:00:01.500\"/><Test id=\"T2\" name=\"Cart::wrong\" pass=\"0\" fail=\"1\"/></TestSuite>\
         </Project></Total></ExecutedTestsDetails></ResultsSession>",
        &[("Cart::adds", Passed), ("Cart::wrong", Failed)],
    ),
    // Versions before 9.
    Sample(
        Format::Parasoft,
        "<ResultsSession toolName=\"C++test\" toolVer=\"7.1\"><Exec><ExecViols><ExecViol cat=\"6\" testCaseId=\"1\" testName=\"Cart::adds\">\
         <Thr><ThrPart clName=\"Outcome\" detMsg=\"1\"/></Thr></ExecViol><ExecViol cat=\"0\" testCaseId=\"2\" testName=\"Cart::wrong\"/>\
         <ExecViol cat=\"6\" testCaseId=\"2\" testName=\"Cart::wrong\"/></ExecViols></Exec></ResultsSession>",
        &[("Cart::adds", Passed), ("Cart::wrong", Failed)],
    ),
    Sample(
        Format::Qttest,
        "<?xml version=\"1.0\"?><TestCase name=\"Cart\"><Environment><QtVersion>6.5.0</QtVersion></Environment><TestFunction name=\"adds\">\
         <Message type=\"qdebug\"><Description>out</Description></Message><Incident type=\"pass\" file=\"\" line=\"0\"/>\
         <Duration msecs=\"1500\"/></TestFunction><TestFunction name=\"rows\"><Incident type=\"pass\"><DataTag><![CDATA[one]]></DataTag></Incident>\
         <Incident type=\"fail\" file=\"c.cpp\" line=\"4\"><DataTag><![CDATA[two]]></DataTag><Description>1 != 2</Description></Incident>\
         <Message type=\"skip\"><DataTag>three</DataTag><Description>no scanner</Description></Message></TestFunction>\
         <TestFunction name=\"known\"><Incident type=\"xfail\"><Description>bug</Description></Incident><Incident type=\"pass\"/>\
         </TestFunction><TestFunction name=\"fixed\"><Incident type=\"xpass\"/></TestFunction><Duration msecs=\"9\"/></TestCase>",
        &[
            ("adds", Passed),
            ("rows", Passed),
            ("rows", Failed),
            ("rows", Skipped),
            ("known", Passed),
            ("fixed", Failed),
        ],
    ),
    Sample(
        Format::Robot,
        "<robot generator=\"Robot 7.5\" schemaversion=\"5\"><suite id=\"s1\" name=\"Shop\"><kw name=\"Open\" type=\"SETUP\">\
         <status status=\"FAIL\"/></kw><test id=\"s1-t1\" name=\"Adds\" line=\"3\"><kw name=\"Put Into Cart\"><kw name=\"Log\">\
         <status status=\"FAIL\"/></kw><arg>tea</arg><status status=\"FAIL\">inner</status></kw><for><iter><status status=\"FAIL\"/></iter></for>\
         <tag>fast</tag><status status=\"PASS\" start=\"now\" elapsed=\"1.5\"/></test><test id=\"s1-t2\" name=\"Wrong\">\
         <status status=\"FAIL\" elapsed=\"0\">1 != 2</status></test><test id=\"s1-t3\" name=\"Off\"><status status=\"SKIP\">later</status></test>\
         <status status=\"FAIL\">Suite setup failed</status></suite><statistics><suite><stat name=\"x\">y</stat></suite></statistics>\
         <errors/></robot>",
        &[("Adds", Passed), ("Wrong", Failed), ("Off", Skipped)],
    ),
    // Before version 7.
    Sample(
        Format::Robot,
        "<robot generated=\"20200101\" generator=\"Robot 3.1\"><suite id=\"s1\" name=\"Shop\"><test id=\"s1-t1\" name=\"Adds\">\
         <kw name=\"Log\" library=\"BuiltIn\" type=\"kw\"><arguments><arg>tea</arg></arguments><status status=\"PASS\"/></kw>\
         <tags><tag>fast</tag></tags><status status=\"PASS\" endtime=\"20200102 00:00:00.500\" starttime=\"20200101 23:59:59.000\" \
         critical=\"yes\"></status></test></suite></robot>",
        &[("Adds", Passed)],
    ),
    Sample(
        Format::Sonar,
        "<testExecutions version=\"1\"><file path=\"src/cart.ts\"><testCase name=\"adds\" duration=\"1500\"/><testCase name=\"wrong\" \
         duration=\"2\"><failure message=\"1 != 2\">at cart</failure></testCase><testCase name=\"breaks\"><error message=\"boom\"/></testCase>\
         <testCase name=\"off\"><skipped message=\"later\"/></testCase></file></testExecutions>",
        &[("adds", Passed), ("wrong", Failed), ("breaks", Errored), ("off", Skipped)],
    ),
    Sample(
        Format::Unittestpp,
        "<unittest-results tests=\"2\" failedtests=\"1\" failures=\"2\" time=\"2\"><test suite=\"Cart\" name=\"adds\" time=\"1.5\"/>\
         <test suite=\"Cart\" name=\"wrong\" time=\"0\"><failure message=\"c.cpp(4) : 1 != 2\"/><failure message=\"c.cpp(5) : no\"/></test>\
         </unittest-results>",
        &[("adds", Passed), ("wrong", Failed)],
    ),
];

fn cases(report: &Report) -> Vec<(&str, Outcome)> {
    report.cases.iter().map(|case| (case.name.as_deref().unwrap_or("?"), case.outcome)).collect()
}

#[test]
fn each_format_is_recognised_by_its_content_and_read() {
    for Sample(format, text, expected) in &SAMPLES {
        let report = read(text.as_bytes(), "-").unwrap();
        assert_eq!(report.format, *format, "{text}");
        assert_eq!(cases(&report), *expected, "{format:?}");
        assert_eq!((&report.damage, &report.recovered[..]), (&None, &[][..]), "{format:?}");
        let slow = report.cases.iter().find_map(|case| case.duration);
        let tells_times = !matches!(report.cases.len(), 4 if text.starts_with("<TestResult>"))
            && ["1.5", "1500", "00:01.5"].iter().any(|time| text.contains(time));
        if tells_times {
            assert_eq!(slow.map(|slow| slow.get()), Some(1.5), "{format:?}");
        }
    }
}

#[test]
fn a_failure_says_what_went_wrong() {
    for Sample(format, text, _) in &SAMPLES {
        let report = read(text.as_bytes(), "-").unwrap();
        for case in report.cases.iter().filter(|case| case.outcome == Failed) {
            let Some(detail) = case.detail() else { continue };
            let texts = [detail.message.as_deref(), detail.text.as_deref()];
            let told = texts.into_iter().flatten().collect::<String>();
            let is_known =
                ["1 != 2", "1 == 2", "critical check", "boom", "SEGFAULT", "Unable to find"]
                    .iter()
                    .any(|words| told.contains(words));
            assert!(is_known, "{format:?} {:?}: {told:?}", case.name);
        }
    }
}

#[test]
fn what_else_a_format_says_is_kept() {
    let find = |start: &str| {
        let found = SAMPLES.iter().find(|Sample(_, text, _)| text.starts_with(start));
        read(found.unwrap().1.as_bytes(), "-").unwrap()
    };
    let robot = find("<robot generator=\"Robot 7.5");
    let properties = &robot.cases[0].extra.as_ref().unwrap().properties;
    let properties: Vec<_> =
        properties.iter().map(|property| (&*property.name, &*property.value)).collect();
    assert_eq!(properties, [("step1", "Put Into Cart"), ("tag", "fast")]);
    assert_eq!(robot.cases[0].line, Some(3));
    let old = find("<robot generated");
    assert_eq!(old.cases[0].extra.as_ref().unwrap().properties.len(), 2);
    let mbunit = find("<report-result");
    assert_eq!(mbunit.suite_errors[0].detail.message.as_deref(), Some("Open: no database"));
    let check = find("<?xml version=\"1.0\"?><testsuites");
    let place = (check.cases[1].file.as_deref(), check.cases[1].line);
    assert_eq!((place, &*check.suites[0].name), ((Some("c.c"), Some(4)), "Cart"));
    let cunit = find("<CUNIT");
    assert_eq!((&*cunit.suites[0].name, cunit.cases[1].line), ("Cart", Some(4)));
    let boost = find("<TestLog");
    let detail = boost.cases[1].detail().unwrap();
    // The first of several failures, each part of it on its own line.
    assert_eq!(detail.text.as_deref(), Some("1 != 2\nrow 3"));
    assert_eq!(boost.cases[4].detail().unwrap().message.as_deref(), Some("disabled"));
    // A passing case has nothing that its fields do not hold.
    let ctest = find("<Site");
    let attributes = &ctest.cases[0].extra.as_ref().unwrap().attributes;
    assert_eq!(attributes.iter().map(|it| &*it.name).collect::<Vec<_>>(), ["Status"]);
    assert_eq!(
        ctest.cases[3].detail().unwrap().message.as_deref(),
        Some("Unable to find executable")
    );
    let sonar = find("<testExecutions");
    assert_eq!(sonar.cases[0].file.as_deref(), Some("src/cart.ts"));
    let parasoft = find("<ResultsSession toolName=\"C++test\" toolVer=\"9.5");
    assert_eq!(parasoft.cases[1].detail().unwrap().kind.as_deref(), Some("Assertion failed"));
}

#[test]
fn a_run_of_parasoft_that_broke_off_is_a_run_error() {
    let report = read(
        "<ResultsSession><Exec><ExecViols><ExecViol cat='5' testCaseId='1' testName='S::a'/></ExecViols><TestingProcessProblems>\
         <ErrorList><Error val='cannot link'/></ErrorList></TestingProcessProblems></Exec></ResultsSession>"
            .as_bytes(),
        "-",
    )
    .unwrap();
    assert_eq!(report.cases.len(), 0);
    assert_eq!(report.suite_errors[0].detail.message.as_deref(), Some("cannot link"));
}

#[test]
fn a_report_that_is_cut_at_any_byte_is_damaged_and_has_no_other_cases() {
    for Sample(format, text, _) in &SAMPLES {
        let whole = read(text.as_bytes(), "-").unwrap();
        // Parasoft lists tests after what went wrong in them.
        let place = |case: &Case| (*format != Format::Parasoft).then_some(case.position);
        let whole: Vec<_> =
            whole.cases.iter().map(|case| (&case.name, case.outcome, place(case))).collect();
        let mut most = 0;
        for length in 1..text.len() {
            let Ok(cut) = read(&text.as_bytes()[..length], "-") else {
                assert_eq!(most, 0, "{format:?} cut at {length}");
                continue;
            };
            assert!(cut.damage.is_some(), "{format:?} cut at {length}");
            for case in &cut.cases {
                let case = (&case.name, case.outcome, place(case));
                assert!(whole.contains(&case), "{format:?} cut at {length}: {case:?}");
            }
            assert!(cut.cases.len() >= most, "{format:?} cut at {length}");
            most = cut.cases.len();
        }
        assert!(most + 1 >= whole.len(), "{format:?}: {most} of {}", whole.len());
    }
}

#[test]
fn a_report_whose_beginning_is_lost_is_not_taken_for_something_else() {
    // What is inside MbUnit's document looks like a report of xUnit.net without tests.
    for Sample(format, text, expected) in
        SAMPLES.iter().filter(|Sample(format, ..)| *format != Format::Mbunit)
    {
        // All of them are one line of ASCII.
        let whole = read(text.as_bytes(), "-").unwrap();
        let last = whole.cases.last().unwrap().position.column as usize;
        for start in 1..last {
            match read(&text.as_bytes()[start..], "-") {
                Ok(report) => assert!(
                    report.damage.is_some() || cases(&report) == *expected,
                    "{format:?} from {start}: {}",
                    &text[start..]
                ),
                Err(error) => assert!(
                    !error.is_foreign(),
                    "{format:?} from {start}: {error}: {}",
                    &text[start..]
                ),
            }
        }
    }
}

#[test]
fn how_the_bytes_arrive_makes_no_difference() {
    for Sample(format, text, _) in &SAMPLES {
        let whole = read(text.as_bytes(), "-").unwrap();
        for size in [1, 7, 64] {
            let drip = text
                .as_bytes()
                .chunks(size)
                .fold(Box::new(std::io::empty()) as Box<dyn std::io::Read>, |before, piece| {
                    Box::new(std::io::Read::chain(before, piece))
                });
            let drip = read(drip, "-").unwrap();
            assert_eq!(format!("{:?}", drip.cases), format!("{:?}", whole.cases), "{format:?}");
        }
    }
}

#[test]
fn documents_with_the_same_root_are_not_mistaken_for_reports() {
    for text in [
        // CTest writes the results of its other steps with the same document element.
        "<Site BuildName='b' Generator='ctest'><Build><StartBuildTime>1</StartBuildTime></Build></Site>",
        "<Site BuildName='b'><Coverage/></Site>",
        "<robot name='r2d2'><arm/></robot>",
        "<tests><test name='a'/></tests>",
        "<Environment><Variable/></Environment>",
        "<TestResults><row/></TestResults>",
    ] {
        let error = read(text.as_bytes(), "a.xml").unwrap_err();
        assert!(error.is_foreign(), "{text}: {error}");
    }
}

#[test]
fn output_before_a_report_is_noise() {
    for Sample(format, text, expected) in &SAMPLES {
        // Names that are common words are looked for only at the start of a file.
        if ["<Site", "<robot", "<tests", "<TestResult", "<testrun"]
            .iter()
            .any(|start| text.starts_with(start))
        {
            continue;
        }
        let noisy = format!("Running tests ...\n{text}\nDone.\n");
        let report = read(noisy.as_bytes(), "-").unwrap();
        assert_eq!(report.format, *format);
        assert_eq!(cases(&report), *expected, "{format:?}");
        assert_eq!(report.damage, None, "{format:?}");
    }
}
