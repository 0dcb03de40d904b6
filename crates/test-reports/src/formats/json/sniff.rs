//! Tells reports from other JSON by the keys at the beginning.

use std::collections::HashSet;

use serde::de::{
    Deserialize as _, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor,
};

use super::input::JsonInput;
use crate::formats::limits::Limits;
use crate::formats::model::Format;

/// Keys are collected this deep.
const DEEPEST: usize = 4;
/// At most this many keys are collected.
const MOST: usize = 2000;
/// Bytes of the longest value that is collected.
const LONGEST: usize = 64;

/// The format of the report that begins with `head`, which may be cut anywhere.
pub(crate) fn format_at(head: &[u8]) -> Option<Format> {
    let mut paths = Paths::default();
    let input = JsonInput::new(head, &Limits::default());
    let mut deserializer = serde_json::Deserializer::from_reader(input);
    // An error is where the beginning ends.
    let _ =
        Collect { paths: &mut paths, path: String::new(), depth: 0 }.deserialize(&mut deserializer);
    paths.format()
}

/// The paths of keys, `results.tests[].name`, and short values, `reportFormat=CTRF`.
#[derive(Default)]
struct Paths(HashSet<String>);

impl Paths {
    fn insert(&mut self, path: String) {
        if self.0.len() < MOST {
            self.0.insert(path);
        }
    }

    fn has(&self, path: &str) -> bool {
        self.0.contains(path)
    }

    fn any(&self, paths: &[&str]) -> bool {
        paths.iter().any(|path| self.has(path))
    }

    fn all(&self, paths: &[&str]) -> bool {
        paths.iter().all(|path| self.has(path))
    }

    fn starts(&self, start: &str) -> bool {
        self.0.iter().any(|path| path.starts_with(start))
    }

    /// Newman's run comes behind the collection, maybe far. A collection without a run begins with its `info`.
    fn is_newman(&self) -> bool {
        const ITEMS: [&str; 3] =
            ["collection.item[].item", "collection.item[].request", "collection.item[].event"];
        self.any(&ITEMS)
            && (self.any(&["run.executions", "run.stats"]) || !self.has("collection.info"))
    }

    fn format(&self) -> Option<Format> {
        const ENVELOPES: [&str; 8] = [
            "meta.protocolVersion",
            "gherkinDocument",
            "pickle",
            "testRunStarted",
            "testCaseStarted",
            "testStepFinished",
            "source.mediaType",
            "stepDefinition",
        ];
        const ALLURE: [&str; 9] = [
            "historyId",
            "testCaseId",
            "labels",
            "statusDetails",
            "stage",
            "fullName",
            "children",
            "befores",
            "afters",
        ];
        const ROBOT: [&str; 4] = [
            "tests[].elapsed_time",
            "suites[].tests[].elapsed_time",
            "suites[].suites[].tests",
            "suites[].suites[].suites",
        ];
        const DART: [[&str; 2]; 5] = [
            ["type=start", "protocolVersion"],
            ["type=suite", "suite.path"],
            ["type=group", "group.suiteID"],
            ["type=testStart", "test.suiteID"],
            ["type=testDone", "testID"],
        ];
        let libtest = ["type=suite", "type=test", "type=bench"];
        Some(if self.has("Action") && self.any(&["Package", "ImportPath"]) {
            Format::GoTest
        } else if self.any(&libtest) && self.has("event") {
            Format::LibtestJson
        } else if DART.iter().any(|keys| self.all(keys)) {
            Format::DartTest
        } else if self.has("$report_type") {
            Format::Reportlog
        } else if self.any(&ENVELOPES) {
            Format::CucumberMessages
        } else if self.all(&["[]=start", "[].total"])
            || (self.any(&["[]=pass", "[]=fail"]) && self.has("[].fullTitle"))
        {
            Format::MochaStream
        } else if self.has("reportFormat=CTRF")
            || self.all(&["results.tool", "results.summary"])
            || self.all(&["results.tool", "results.tests"])
        {
            Format::Ctrf
        } else if self.any(&["numTotalTests", "numFailedTests"]) {
            // Jest and Vitest write the same document, Vitest without these numbers.
            match self.any(&["numRuntimeErrorTestSuites", "openHandles", "wasInterrupted"]) {
                true => Format::Jest,
                false => Format::Vitest,
            }
        } else if self.all(&["stats.passes", "stats.suites"]) {
            Format::Mocha
        } else if self.any(&["config.rootDir", "suites[].specs"]) {
            Format::Playwright
        } else if self.all(&["exitcode", "root"]) || self.all(&["exitcode", "collectors"]) {
            Format::Pytest
        } else if self.has("testsuites[].testsuite") || self.all(&["testsuites", "disabled"]) {
            Format::GoogletestJson
        } else if (self.has("suite") && (self.has("rpa") || self.starts("generator=Robot")))
            || (self.all(&["name", "source"]) && self.any(&ROBOT))
        {
            Format::RobotJson
        } else if self.has("uuid") && self.any(&ALLURE) {
            Format::Allure
        } else if self.is_newman() {
            Format::NewmanJson
        } else if self.has("examples[].full_description") || self.all(&["examples", "summary_line"])
        {
            Format::RspecJson
        } else if self.all(&["userAgents", "fixtures"]) {
            Format::TestcafeJson
        } else if self.has("capabilities") && self.any(&["suites[].sessionId", "suites[].hooks"]) {
            Format::WebdriverioJson
        } else if self.all(&["root_group", "metrics"])
            || self.all(&["root_group.path", "root_group.checks"])
            || self.all(&["metrics.iterations", "metrics.data_received"])
        {
            Format::K6Summary
        } else if self.has("[].elements") || self.all(&["[].keyword", "[].uri"]) {
            Format::Cucumber
        } else {
            return None;
        })
    }
}

/// Collects the paths below `path`.
struct Collect<'a> {
    paths: &'a mut Paths,
    path: String,
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for Collect<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.depth > DEEPEST {
            return IgnoredAny::deserialize(deserializer).map(drop);
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Collect<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("any value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            let path = match self.path.is_empty() {
                true => key,
                false => format!("{}.{key}", self.path),
            };
            self.paths.insert(path.clone());
            map.next_value_seed(Collect { paths: self.paths, path, depth: self.depth + 1 })?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let path = format!("{}[]", self.path);
        loop {
            let (path, depth) = (path.clone(), self.depth + 1);
            if seq.next_element_seed(Collect { paths: self.paths, path, depth })?.is_none() {
                return Ok(());
            }
        }
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        if text.len() <= LONGEST {
            self.paths.insert(format!("{}={text}", self.path));
        }
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}
