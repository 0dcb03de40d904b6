use crate::formats::model::{
    Case, CaseIndex, Format, Outcome, Position, Property, Report, RerunWhen, Seconds, Tag,
};
use crate::formats::{ReadError, read, read_one};

fn report(xml: &str) -> Report {
    read_one(xml, "r.xml")
}

/// The report, which has neither damage nor flaws.
fn sound(xml: &str) -> Report {
    let report = report(xml);
    assert_eq!(report.damage, None, "{xml}");
    assert_eq!(report.recovered, [], "{xml}");
    report
}

/// The one case of a suite that holds `content`.
fn case(content: &str) -> Case {
    let mut report = report(&format!("<testsuite>{content}</testsuite>"));
    assert_eq!(report.cases.len(), 1, "{content}");
    report.cases.remove(0)
}

fn names(report: &Report) -> Vec<&str> {
    report.cases.iter().map(|case| case.name.as_deref().unwrap_or("?")).collect()
}

fn recovered(report: &Report) -> Vec<&str> {
    report.recovered.iter().map(|flaw| &*flaw.message).collect()
}

#[test]
fn every_root_of_junit_is_read() {
    for (xml, suites) in [
        ("<testsuites><testsuite name='s'><testcase name='a'/></testsuite></testsuites>", 1),
        ("<testsuite name='s'><testcase name='a'/></testsuite>", 1),
        ("<testsuite><testsuite><testcase name='a'/></testsuite></testsuite>", 2),
        ("<testsuites><testcase name='a'/></testsuites>", 0),
        ("<testrun name='r' project='p'><testsuite><testcase name='a'/></testsuite></testrun>", 1),
        (
            "<j:testsuites xmlns:j='urn:j'><j:testsuite><j:testcase name='a'/></j:testsuite></j:testsuites>",
            1,
        ),
        ("<testsuite><groups><testcase name='a'/></groups></testsuite>", 1),
    ] {
        let report = sound(xml);
        assert_eq!(report.format, Format::Junit);
        assert_eq!(names(&report), ["a"], "{xml}");
        assert_eq!(report.suites.len(), suites, "{xml}");
    }
    assert!(sound("<testsuites/>").cases.is_empty());
}

#[test]
fn suites_keep_their_parents_and_attributes() {
    let report = sound(
        "<testsuites name='all' time='1'><testsuite name='a' hostname='h' tests='99'>\
         <testsuite name='b'><testcase name='x'/></testsuite><testcase name='y'/></testsuite></testsuites>",
    );
    assert_eq!(&*report.root.element, "testsuites");
    assert_eq!(report.root.attributes.len(), 2);
    let chain: Vec<&str> =
        report.suite_chain(report.cases[0].suite).iter().map(|suite| &*suite.name).collect();
    assert_eq!(chain, ["a", "b"]);
    assert_eq!(report.cases[1].suite, Some(0));
    assert_eq!(report.suites[0].attribute("hostname"), Some("h"));
    assert_eq!(report.suites[0].attribute("tests"), Some("99"));
    assert_eq!(report.suites[0].attribute("name"), None);
    assert!(sound("<testsuite name='a' time='1'/>").root.attributes.is_empty());
}

#[test]
fn a_case_has_its_attributes() {
    let case = case(
        "<testcase name='a &lt;b&gt;' classname='C' file='f.py' line='7' time='1,234.5' assertions='2'/>",
    );
    assert_eq!(case.name.as_deref(), Some("a <b>"));
    assert_eq!(case.classname.as_deref(), Some("C"));
    assert_eq!(case.file.as_deref(), Some("f.py"));
    assert_eq!(case.line, Some(7));
    assert_eq!(case.duration, Seconds::new(1234.5));
    assert_eq!(case.outcome, Outcome::Passed);
    assert_eq!(case.attribute("assertions"), Some("2"));
    assert_eq!(case.position, Position { line: 1, column: 12 });
}

#[test]
fn a_passing_case_with_the_usual_attributes_is_small() {
    assert!(case("<testcase name='a' classname='b' time='0.1'/>").extra.is_none());
}

#[test]
fn absent_is_not_empty() {
    let bare = case("<testcase/>");
    assert_eq!((bare.name, bare.classname), (None, None));
    let empty = case("<testcase name='' classname=''/>");
    assert_eq!(empty.name.as_deref(), Some(""));
    assert_eq!(empty.classname.as_deref(), Some(""));
}

#[test]
fn class_is_the_classname_if_there_is_no_other() {
    assert_eq!(case("<testcase class='A'/>").classname.as_deref(), Some("A"));
    let both = case("<testcase class='A' classname='B'/>");
    assert_eq!(both.classname.as_deref(), Some("B"));
    assert_eq!(both.attribute("class"), Some("A"));
}

#[test]
fn children_decide_the_state() {
    for (children, outcome) in [
        ("", Outcome::Passed),
        ("<failure/>", Outcome::Failed),
        ("<error/>", Outcome::Errored),
        ("<skipped/>", Outcome::Skipped),
        ("<aborted type='A'/>", Outcome::Skipped),
        ("<warning>w</warning>", Outcome::Passed),
        ("<passed/>", Outcome::Passed),
        ("<skipped/><failure/>", Outcome::Failed),
        ("<error/><failure/><skipped/>", Outcome::Errored),
        ("<failure/><error/>", Outcome::Errored),
        ("<flakyFailure/>", Outcome::Passed),
        ("<failure/><rerunFailure/>", Outcome::Failed),
        ("<x><failure/></x>", Outcome::Failed),
        ("<system-out><failure/></system-out>", Outcome::Passed),
        ("<failure>a <error/> b</failure>", Outcome::Failed),
    ] {
        let found = case(&format!("<testcase name='a'>{children}</testcase>"));
        assert_eq!(found.outcome, outcome, "{children}");
    }
}

#[test]
fn attributes_decide_the_state_where_no_child_does() {
    for (attributes, outcome) in [
        ("status='run'", Outcome::Passed),
        ("status='PASSED'", Outcome::Passed),
        ("status='notrun'", Outcome::Skipped),
        ("status='disabled'", Outcome::Skipped),
        ("status='untested'", Outcome::Skipped),
        ("status='pending'", Outcome::Skipped),
        ("status='failed'", Outcome::Failed),
        ("status='error'", Outcome::Errored),
        ("status='run' result='skipped'", Outcome::Skipped),
        ("status='notrun' result='suppressed'", Outcome::Skipped),
        ("result='completed'", Outcome::Passed),
        ("failure='sub fails'", Outcome::Failed),
        ("skipped='true'", Outcome::Skipped),
        ("ignored='false'", Outcome::Passed),
        ("skips='0'", Outcome::Passed),
        ("skip='because'", Outcome::Skipped),
        ("status='200'", Outcome::Passed),
    ] {
        assert_eq!(case(&format!("<testcase {attributes}/>")).outcome, outcome, "{attributes}");
    }
    assert_eq!(case("<testcase status='failed'><skipped/></testcase>").outcome, Outcome::Skipped);
    assert_eq!(case("<testcase status='notrun'><failure/></testcase>").outcome, Outcome::Failed);
    assert_eq!(case("<testcase status='failed'><passed/></testcase>").outcome, Outcome::Passed);
    let failure = case("<testcase failure='sub &amp; fails'/>");
    assert_eq!(failure.detail().unwrap().message.as_deref(), Some("sub & fails"));
}

#[test]
fn the_deciding_child_has_the_detail() {
    let found = case(
        "<testcase><failure message='one' type='T'> a &lt;\n<![CDATA[<b> &amp;]]> </failure>\
         <failure message='two'/><skipped message='three'/></testcase>",
    );
    let detail = found.detail().unwrap();
    assert_eq!(detail.message.as_deref(), Some("one"));
    assert_eq!(detail.kind.as_deref(), Some("T"));
    assert_eq!(detail.text.as_deref(), Some("a <\n<b> &amp;"));
    let bare = case("<testcase><skipped> \n </skipped></testcase>");
    assert_eq!(bare.detail().unwrap().text, None);
}

#[test]
fn reruns_and_flaky_runs_are_kept_in_order() {
    let found = case(
        "<testcase name='a'><flakyFailure message='m' type='T' time='0.5'><stackTrace><![CDATA[at x]]></stackTrace>\
         <system-out>noise [[DEFECT|D-1]]</system-out></flakyFailure><flakyError>old style</flakyError></testcase>",
    );
    let extra = found.extra.unwrap();
    assert_eq!(extra.detail, None);
    let [first, second] = &extra.reruns[..] else { panic!("two reruns, found {:?}", extra.reruns) };
    assert_eq!((first.when, first.outcome), (RerunWhen::Before, Outcome::Failed));
    assert_eq!(first.detail.message.as_deref(), Some("m"));
    assert_eq!(first.detail.text.as_deref(), Some("at x"));
    assert_eq!(first.duration, Some(0.5));
    assert_eq!(second.outcome, Outcome::Errored);
    assert_eq!(second.detail.text.as_deref(), Some("old style"));
    assert_eq!(extra.tags, [Tag::Defect("D-1".into())]);

    let failed = case("<testcase><failure message='f'/><rerunError type='R'/></testcase>");
    assert_eq!(failed.extra.as_ref().unwrap().reruns[0].when, RerunWhen::After);
    assert_eq!(failed.detail().unwrap().message.as_deref(), Some("f"));
}

#[test]
fn properties_have_a_value_or_a_text_at_every_level() {
    let property = |name: &str, value: &str| Property { name: name.into(), value: value.into() };
    let report = sound(
        "<testsuites><properties><property name='r' value='0'/></properties><testsuite>\
         <properties><property name='a' value='1'/><property name='a' value='2'/></properties>\
         <testcase><properties><property name='t'> text\n&amp; more </property><property name='e'/>\
         <property name='v' value=''>ignored</property></properties></testcase></testsuite></testsuites>",
    );
    assert_eq!(report.root.properties, [property("r", "0")]);
    assert_eq!(report.suites[0].properties, [property("a", "1"), property("a", "2")]);
    assert_eq!(
        report.cases[0].extra.as_ref().unwrap().properties,
        [property("t", "text\n& more"), property("e", ""), property("v", "")]
    );
}

#[test]
fn errors_of_suites_are_kept_apart() {
    let report = sound(
        "<testsuites>\n<testsuite name='s'><error message='set-up' type='E'>boom</error><testcase name='a'/>\
         </testsuite><failure/><skipped/></testsuites>",
    );
    assert_eq!(report.cases[0].outcome, Outcome::Passed);
    let [error, failure] = &report.suite_errors[..] else {
        panic!("two errors, found {:?}", report.suite_errors)
    };
    assert_eq!((error.suite, error.outcome), (Some(0), Outcome::Errored));
    assert_eq!(error.detail.text.as_deref(), Some("boom"));
    assert_eq!(error.position, Position { line: 2, column: 21 });
    assert_eq!((failure.suite, failure.outcome), (None, Outcome::Failed));
}

#[test]
fn a_case_may_hold_cases() {
    let report = sound(
        "<testsuite name='s'><testcase name='a'><testcase name='b'><failure/></testcase><error/></testcase>\
         <testcase name='c'/></testsuite>",
    );
    assert_eq!(names(&report), ["a", "b", "c"]);
    let states: Vec<Outcome> = report.cases.iter().map(|case| case.outcome).collect();
    assert_eq!(states, [Outcome::Errored, Outcome::Failed, Outcome::Passed]);
    let parents: Vec<Option<u32>> =
        report.cases.iter().map(|case| case.parent_case.map(CaseIndex::get)).collect();
    assert_eq!(parents, [None, Some(0), None]);
    assert_eq!(report.cases[1].suite, Some(0));
}

#[test]
fn tags_are_read_in_names_and_console_output() {
    let report = sound(
        "<testsuite><system-out>[[PROPERTY|os=linux]]</system-out><testcase name='a [[TEST|TC-1]]'>\
         <system-out><![CDATA[<no> markup [[ATTACHMENT|a&b.png]]]]></system-out>\
         <system-err>[[ATTACHMENT|a&amp;b.log]]</system-err></testcase></testsuite>",
    );
    assert_eq!(report.cases[0].name.as_deref(), Some("a [[TEST|TC-1]]"));
    assert_eq!(
        report.cases[0].extra.as_ref().unwrap().tags,
        [
            Tag::Test("TC-1".into()),
            Tag::Attachment("a&b.png".into()),
            Tag::Attachment("a&b.log".into()),
        ]
    );
    assert_eq!(
        report.suites[0].tags,
        [Tag::Property(Property { name: "os".into(), value: "linux".into() })]
    );
}

#[test]
fn comments_instructions_and_doctypes_are_skipped() {
    let report = sound(
        "<?xml version='1.0'?><!-- <testcase name='no'/> --><!DOCTYPE testsuite [<!-- don't --> \
         <!ENTITY a \"<testcase name='no'/>]>\">\n<!ELEMENT b (c)>]><testsuite><!-- </testsuite> -->\
         <?php </testsuite> ?><testcase name='a'><system-out><!-- </system-out> --></system-out></testcase>\
         </testsuite><!-- end -->",
    );
    assert_eq!(names(&report), ["a"]);
}

#[test]
fn declared_entities_are_never_expanded() {
    let report = report(
        "<!DOCTYPE t [<!ENTITY lol 'lol'><!ENTITY lol2 '&lol;&lol;'><!ENTITY x SYSTEM 'file:///etc/passwd'>]>\
         <testsuite><testcase name='&lol2;&x;'/></testsuite>",
    );
    assert_eq!(names(&report), ["&lol2;&x;"]);
    assert_eq!(recovered(&report), ["entity that is not predefined, kept as text"]);
}

#[test]
fn positions_are_right_behind_skipped_output() {
    let output = "é漢 [[ ]] line of output\n".repeat(20_000);
    let report = sound(&format!(
        "<testsuite>\n<testcase name='a'><system-out><![CDATA[{output}]]></system-out></testcase>\n\
         é <testcase name='b'/></testsuite>"
    ));
    assert_eq!(report.cases[0].position, Position { line: 2, column: 1 });
    assert_eq!(report.cases[1].position, Position { line: 20_003, column: 3 });
}

#[test]
fn equal_names_of_attributes_and_classes_share_memory() {
    let report = sound(
        "<testsuite><testcase classname='C' id='1'/><testcase classname='D' id='2'/><testcase classname='C' id='3'/>\
         </testsuite>",
    );
    let class = |index: usize| report.cases[index].classname.as_ref().unwrap();
    assert!(std::sync::Arc::ptr_eq(class(0), class(2)));
}

#[test]
fn duplicate_attributes_count_once_and_are_noted() {
    for xml in [
        "<testsuite><testcase name='a' name='b'/></testsuite>",
        "<testsuite><testcase name='a' id='1' id='2'/></testsuite>",
        "<testsuite><testcase name='a'><failure message='1' message='2'/></testcase></testsuite>",
        "<testsuite name='a' name='b'><testcase name='a'/></testsuite>",
    ] {
        let report = report(xml);
        assert_eq!(names(&report), ["a"]);
        assert_eq!(recovered(&report), ["attribute written twice, the first counts"], "{xml}");
        assert_eq!(report.damage, None);
    }
}

#[test]
fn text_that_was_not_escaped_is_read() {
    let report = report(
        "<testsuite><testcase name='a'><failure>1 < 2 <br> & <b>bold</b> <p></failure></testcase>\
         <testcase name='b'><system-out><li>x</system-out></testcase></testsuite>",
    );
    assert_eq!(report.damage, None);
    assert_eq!(names(&report), ["a", "b"]);
    assert_eq!(report.cases[0].detail().unwrap().text.as_deref(), Some("1 < 2  & bold"));
    assert_eq!(
        recovered(&report),
        [
            "`<` that begins no markup",
            "`&` that begins no reference",
            "element in a text that is not closed"
        ]
    );
}

#[test]
fn other_xml_is_not_called_a_report() {
    let error = |text: &str| read(text.as_bytes(), "r.xml").unwrap_err();
    assert!(matches!(error(""), ReadError::Empty { .. }));
    assert!(matches!(error(" \n\t"), ReadError::Empty { .. }));
    assert!(matches!(error("<?xml version='1.0'?>\n"), ReadError::Cut { .. }));
    assert!(matches!(error("<testsui"), ReadError::Cut { .. }));
    assert!(matches!(error("<?xml vers"), ReadError::Cut { .. }));
    assert!(matches!(error("level=info <b>"), ReadError::NotXml { .. }));
    assert!(matches!(error("\u{0}\u{1}PK"), ReadError::NotXml { .. }));
    let other = error("<?xml version='1.0'?><!-- c --><project><testsuite/></project>");
    assert!(other.is_foreign());
    let says =
        "r.xml is not a test report: its document element is `project`, which is not that of JUnit";
    assert!(other.to_string().starts_with(says), "{other}");
}
