//! TestCafe's reporter `json`: fixtures, each with its tests. A test is one for all browsers.
//!
//! The suite is named after the browsers and fixtures are classnames, as in TestCafe's reports in JUnit's format.

use serde::Deserialize;
use serde::de::MapAccess;

use super::Document;
use super::elements::{Each, Object, Objects, skip};
use super::place::Place;
use super::values::{Flag, Lenient, List, Message, Number, Words};
use crate::formats::builder::{NewCase, ReportBuilder, detail};
use crate::formats::model::{
    CaseExtra, Outcome, Position, Report, Rerun, RerunWhen, SuiteIndex, Tag,
};

pub(super) struct Reader {
    builder: ReportBuilder,
    place: Place,
    suite: Option<SuiteIndex>,
    fixture: Words,
    file: Words,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Test {
    name: Words,
    errs: List<Message>,
    duration_ms: Number,
    skipped: Flag,
    /// It failed in one round of the quarantine and passed in others.
    unstable: Flag,
    screenshot_path: Words,
}

impl Reader {
    pub(super) fn new(builder: ReportBuilder, place: Place) -> Self {
        let (fixture, file) = (Words::default(), Words::default());
        Self { builder, place, suite: None, fixture, file }
    }
}

impl Document for Reader {
    fn finish(self) -> Report {
        self.builder.finish()
    }
}

impl Object for Reader {
    fn field<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "userAgents" => {
                let browsers: List<Words> = map.next_value()?;
                let browsers: Vec<&str> = browsers.0.iter().filter_map(Words::get).collect();
                let name = format!("TestCafe Tests: {}", browsers.join(", "));
                self.suite = Some(self.builder.suite(None, &name));
                Ok(())
            }
            "fixtures" => map.next_value_seed(Objects(&mut Fixtures(self))),
            _ => skip(&self.place, map),
        }
    }
}

struct Fixtures<'a>(&'a mut Reader);

impl Object for Fixtures<'_> {
    fn start(&mut self) {
        (self.0.fixture, self.0.file) = (Words::default(), Words::default());
    }

    fn field<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        let Reader { builder, place, suite, fixture, file } = self.0;
        match key {
            "name" => *fixture = map.next_value()?,
            "path" => *file = map.next_value()?,
            "tests" => {
                map.next_value_seed(Each::new(place, |test: Lenient<Test>, position| {
                    builder.case(new_case(*suite, fixture, file, &test, position));
                }))?;
            }
            _ => skip(place, map)?,
        }
        Ok(())
    }
}

fn new_case<'a>(
    suite: Option<SuiteIndex>,
    fixture: &'a Words,
    file: &'a Words,
    test: &'a Test,
    position: Position,
) -> NewCase<'a> {
    let errors: Vec<&str> = test.errs.0.iter().filter_map(|error| error.get()).collect();
    let outcome = match (test.skipped.0, errors.is_empty()) {
        (true, _) => Outcome::Skipped,
        (false, true) => Outcome::Passed,
        (false, false) => Outcome::Failed,
    };
    // What the failed rounds said is not written.
    let rerun = || Rerun {
        when: RerunWhen::Before,
        outcome: Outcome::Failed,
        detail: Default::default(),
        duration: None,
    };
    let is_flaky = test.unstable.0 && outcome == Outcome::Passed;
    let screenshots = test.screenshot_path.get().map(|path| Tag::Attachment(path.into()));
    NewCase {
        suite,
        name: test.name.text(),
        classname: fixture.get(),
        file: file.get(),
        seconds: test.duration_ms.thousandths(),
        outcome,
        extra: CaseExtra {
            detail: detail(None, None, Some(&errors.join("\n\n"))),
            reruns: is_flaky.then(rerun).into_iter().collect(),
            tags: screenshots.into_iter().collect(),
            ..CaseExtra::default()
        },
        position,
        ..NewCase::default()
    }
}
