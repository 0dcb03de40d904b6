use crate::formats::model::{
    Attribute, Case, CaseIndex, Format, Outcome, Property, Report, RerunWhen, Seconds, Tag,
};
use crate::formats::read_one;

fn sound(xml: &str) -> Report {
    let report = read_one(xml, "r.xml");
    assert_eq!(report.damage, None, "{xml}");
    assert_eq!(report.recovered, [], "{xml}");
    report
}

fn outcomes(report: &Report) -> Vec<Outcome> {
    report.cases.iter().map(|case| case.outcome).collect()
}

/// Name and classname.
fn named(case: &Case) -> (&str, &str) {
    (case.name.as_deref().unwrap_or("?"), case.classname.as_deref().unwrap_or("?"))
}

fn message(case: &Case) -> Option<&str> {
    case.detail()?.message.as_deref()
}

#[test]
fn xunit_net_has_types_methods_reasons_and_traits() {
    let report = sound(
        "<assemblies><assembly name='/x/a.dll'><errors><error type='assembly-cleanup' name='Fixture'>\
         <failure exception-type='E'><message>gone</message></failure></error></errors><collection name='c'>\
         <test name='N.C.Ok(i: 1)' type='N.C' method='Ok' time='0.5' result='Pass' source-file='C.cs' source-line='7'>\
         <traits><trait name='Category' value='fast'/></traits><output>[[DEFECT|D-1]]</output></test>\
         <test name='N.C.Bad' type='N.C' method='Bad' result='Fail'><failure exception-type='X'>\
         <message><![CDATA[no < way]]></message><stack-trace>at N.C</stack-trace></failure></test>\
         <test name='N.C.Off' type='N.C' result='Skip'><reason>later</reason></test>\
         <test name='N.C.Not' type='N.C' result='NotRun'/></collection></assembly></assemblies>",
    );
    assert_eq!(report.format, Format::Xunit);
    assert_eq!(
        outcomes(&report),
        [Outcome::Passed, Outcome::Failed, Outcome::Skipped, Outcome::Skipped]
    );
    let ok = &report.cases[0];
    assert_eq!(named(ok), ("N.C.Ok(i: 1)", "N.C"));
    assert_eq!(
        (ok.duration, ok.file.as_deref(), ok.line),
        (Seconds::new(0.5), Some("C.cs"), Some(7))
    );
    assert_eq!(ok.attribute("method"), Some("Ok"));
    let extra = ok.extra.as_ref().unwrap();
    assert_eq!(extra.properties, [Property { name: "Category".into(), value: "fast".into() }]);
    assert_eq!(extra.tags, [Tag::Defect("D-1".into())]);
    let bad = report.cases[1].detail().unwrap();
    assert_eq!(bad.message.as_deref(), Some("no < way"));
    assert_eq!(bad.kind.as_deref(), Some("X"));
    assert_eq!(bad.text.as_deref(), Some("at N.C"));
    assert_eq!(message(&report.cases[2]), Some("later"));
    assert_eq!(report.suites.len(), 2);
    assert_eq!(report.suite_errors.len(), 1);
    assert_eq!(report.suite_errors[0].detail.message.as_deref(), Some("Fixture: gone"));
}

#[test]
fn xunit_net_1_has_classes_for_suites() {
    let report = sound(
        "<assembly name='a.dll'><class name='N.C'><test name='N.C.Ok' type='N.C' result='Pass'/></class></assembly>",
    );
    assert_eq!(named(&report.cases[0]), ("N.C.Ok", "N.C"));
    let chain: Vec<&str> =
        report.suite_chain(report.cases[0].suite).iter().map(|suite| &*suite.name).collect();
    assert_eq!(chain, ["a.dll", "N.C"]);
}

#[test]
fn nunit_3_has_names_categories_and_set_up_errors() {
    let report = sound(
        "<test-run><command-line><![CDATA[nunit]]></command-line>\
         <test-suite type='TestFixture' name='C' fullname='N.C' result='Failed' site='SetUp'>\
         <failure><message>no database</message></failure>\
         <test-case name='A(1)' fullname='N.C.A(1)' classname='N.C' result='Failed' label='Error' duration='0.1'>\
         <properties><property name='Category' value='slow'/></properties><failure><message>boom</message>\
         <stack-trace>at C</stack-trace></failure><assertions><assertion><message>boom</message></assertion>\
         </assertions><attachments><attachment><filePath>/tmp/a.png</filePath></attachment></attachments></test-case>\
         <test-case name='B' classname='N.C' result='Skipped' label='Ignored'><reason><message>later</message></reason>\
         </test-case><test-case name='D' classname='N.C' result='Inconclusive'/>\
         <test-case name='E' classname='N.C' result='Warning'/></test-suite>\
         <test-suite name='F' result='Failed' site='Child'><failure><message>One or more</message></failure>\
         </test-suite></test-run>",
    );
    assert_eq!(report.format, Format::Nunit);
    assert_eq!(
        outcomes(&report),
        [Outcome::Failed, Outcome::Skipped, Outcome::Skipped, Outcome::Passed]
    );
    let failed = &report.cases[0];
    assert_eq!(named(failed), ("A(1)", "N.C"));
    assert_eq!(failed.duration, Seconds::new(0.1));
    assert_eq!(failed.attribute("fullname"), Some("N.C.A(1)"));
    assert_eq!(message(failed), Some("boom"));
    let extra = failed.extra.as_ref().unwrap();
    assert_eq!(extra.properties.len(), 1);
    assert_eq!(extra.tags, [Tag::Attachment("/tmp/a.png".into())]);
    assert_eq!(message(&report.cases[1]), Some("later"));
    let errors: Vec<Option<&str>> =
        report.suite_errors.iter().map(|error| error.detail.message.as_deref()).collect();
    assert_eq!(errors, [Some("no database")]);
}

#[test]
fn nunit_2_writes_the_outcome_in_three_ways() {
    let report = sound(
        "<test-results><test-suite name='C' executed='True'><results>\
         <test-case name='N.C.A' executed='True' result='Success' success='True' time='0,25'/>\
         <test-case name='N.C.B' executed='True' result='Error' success='False'/>\
         <test-case name='N.C.C' executed='False' result='Ignored'><reason><message>r</message></reason></test-case>\
         <test-case name='N.C.D' executed='False'/><test-case name='N.C.E' executed='True' success='False'/>\
         <test-case name='N.C.F' executed='True'><failure><message>f</message></failure></test-case>\
         <test-case name='N.C.G' executed='True'><categories><category name='x'/></categories></test-case>\
         </results></test-suite></test-results>",
    );
    use Outcome::{Errored, Failed, Passed, Skipped};
    assert_eq!(outcomes(&report), [Passed, Errored, Skipped, Skipped, Failed, Failed, Passed]);
    assert_eq!(report.cases[0].duration, Seconds::new(0.25));
    assert_eq!(message(&report.cases[2]), Some("r"));
    assert_eq!(message(&report.cases[5]), Some("f"));
    let properties = &report.cases[6].extra.as_ref().unwrap().properties;
    assert_eq!((&*properties[0].name, &*properties[0].value), ("category", "x"));
}

#[test]
fn trx_finds_the_class_in_a_definition_before_or_after_the_results() {
    let definitions = "<TestDefinitions><UnitTest name='A' id='1'><Execution id='e'/>\
         <TestMethod className='N.C, a, Version=1.0.0.0' name='A'/></UnitTest></TestDefinitions>";
    let results = "<Results><UnitTestResult testId='1' testName='A' outcome='Failed' duration='00:00:01.5'><Output>\
         <StdOut>[[ATTACHMENT|a.png]]</StdOut><ErrorInfo><Message>m</Message><StackTrace>s</StackTrace></ErrorInfo>\
         </Output><ResultFiles><ResultFile path='b.png'/></ResultFiles></UnitTestResult>\
         <UnitTestResult testId='2' testName='B' outcome='NotExecuted'/>\
         <UnitTestResult testId='3' testName='D' outcome='Passed'><InnerResults>\
         <UnitTestResult testId='3' testName='D (Data Row 0)' outcome='Timeout'/></InnerResults></UnitTestResult>\
         <UnitTestResult testId='4' testName='E'/></Results>";
    let summary = "<ResultSummary outcome='Failed'><RunInfos><RunInfo outcome='Error'><Text>host died</Text></RunInfo>\
         <RunInfo outcome='Warning'><Text>late</Text></RunInfo></RunInfos></ResultSummary>";
    for content in [[definitions, results, summary], [results, definitions, summary]] {
        let report = sound(&format!("<TestRun xmlns='urn:x'>{}</TestRun>", content.concat()));
        assert_eq!(report.format, Format::Trx);
        use Outcome::{Errored, Failed, Passed, Skipped};
        assert_eq!(outcomes(&report), [Failed, Skipped, Passed, Failed, Errored]);
        let failed = &report.cases[0];
        assert_eq!(named(failed), ("A", "N.C, a, Version=1.0.0.0"));
        assert_eq!(failed.duration, Seconds::new(1.5));
        assert_eq!(message(failed), Some("m"));
        assert_eq!(
            failed.extra.as_ref().unwrap().tags,
            [Tag::Attachment("a.png".into()), Tag::Attachment("b.png".into())]
        );
        assert_eq!(report.cases[1].classname, None);
        assert_eq!(report.cases[3].parent_case, CaseIndex::new(2));
        let errors: Vec<Option<&str>> =
            report.suite_errors.iter().map(|error| error.detail.message.as_deref()).collect();
        assert_eq!(errors, [Some("host died")]);
    }
}

#[test]
fn testng_omits_set_up_methods_and_joins_retries() {
    let report = sound(
        "<testng-results total='99'><suite name='S'><groups/><test name='T'><class name='N.C'>\
         <test-method name='before' is-config='true' status='PASS'/>\
         <test-method name='broken' is-config='true' status='FAIL'><exception class='E'><message>boom</message>\
         </exception></test-method>\
         <test-method name='a' status='SKIP' retried='true' duration-ms='5'><params><param index='0'><value>o@1</value>\
         </param></params><exception class='E'><message>once</message></exception></test-method>\
         <test-method name='a' status='PASS' duration-ms='1500' signature='a()'><params>\
         <param index='0'><value>o@2</value></param><param index='1'><value is-null='true'/></param></params>\
         </test-method><test-method name='b' status='FAIL'><exception class='X'><message>m</message>\
         <full-stacktrace><![CDATA[at C]]></full-stacktrace></exception><reporter-output/></test-method>\
         </class></test></suite></testng-results>",
    );
    assert_eq!(report.format, Format::Testng);
    assert_eq!(outcomes(&report), [Outcome::Passed, Outcome::Failed]);
    let retried = &report.cases[0];
    assert_eq!(named(retried), ("a(o@2, null)", "N.C"));
    assert_eq!(retried.duration, Seconds::new(1.5));
    let rerun = &retried.extra.as_ref().unwrap().reruns[0];
    assert_eq!((rerun.when, rerun.outcome), (RerunWhen::Before, Outcome::Failed));
    assert_eq!(rerun.detail.message.as_deref(), Some("once"));
    let failed = report.cases[1].detail().unwrap();
    assert_eq!((failed.kind.as_deref(), failed.text.as_deref()), (Some("X"), Some("at C")));
    assert_eq!(report.suite_errors[0].detail.message.as_deref(), Some("broken: boom"));
    assert_eq!(report.root.attributes, [Attribute { name: "total".into(), value: "99".into() }]);
}

#[test]
fn a_retry_without_a_repetition_is_a_case() {
    let report = sound(
        "<testng-results><suite name='S'><test name='T'><class name='C'>\
         <test-method name='a' status='SKIP' retried='true'/><test-method name='b' status='PASS'/>\
         </class></test></suite></testng-results>",
    );
    assert_eq!(outcomes(&report), [Outcome::Passed, Outcome::Skipped]);
}

#[test]
fn cut_files_keep_cases_whose_outcome_is_certain() {
    for (xml, cases) in [
        (
            "<assemblies><assembly name='a'><test name='a' result='Pass'/><test name='b' result='Fail'><fail",
            2,
        ),
        ("<test-run><test-suite><test-case name='a' result='Passed'/><test-case name='b'>", 1),
        (
            "<TestRun><Results><UnitTestResult testName='a' outcome='Passed'/><UnitTestResult testName='b'>",
            2,
        ),
        ("<testng-results><suite><test><class name='C'><test-method name='a' status='PASS'/>", 1),
    ] {
        let report = read_one(xml, "cut.xml");
        assert_eq!(report.cases.len(), cases, "{xml}");
        assert!(report.damage.is_some(), "{xml}");
    }
}
