//! The records of tests about which there is more to say than how their only case ended.

use std::sync::Arc;

use rayon::prelude::*;

use super::builder::TestCases;
use super::changing::has_changing_part;
use super::executions;
use super::index::TestIndex;
use super::metadata::add_metadata;
use super::warnings::Warnings;
use super::{Details, TestClass, TestRecord};
use crate::formats::index_of;
use crate::formats::model::{Outcome, Seconds};
use crate::text;
use crate::tools::CaseMapper;

/// Tests that one thread finishes at a time.
const SHARE: usize = 1024;

/// Finishes the records in the `index`, and adds their warnings to `warnings`.
pub(super) fn finish(
    index: &mut TestIndex,
    mappers: &[CaseMapper<'_>],
    warnings: &mut Warnings,
    is_parallel: bool,
) {
    let mut records = std::mem::take(&mut index.records);
    let finish = |(records, tests): (&mut [TestRecord], &[TestCases])| {
        let (mut finisher, mut warnings) =
            (Finisher { index, mappers, moved: None }, Warnings::default());
        for (record, test) in records.iter_mut().zip(tests) {
            if test.is_eloquent {
                *record = finisher.finish(record, test, &mut warnings);
            }
        }
        warnings
    };
    let shares = records.par_chunks_mut(SHARE).zip(index.cases.par_chunks(SHARE));
    let found: Vec<Warnings> = match is_parallel {
        true => shares.map(finish).collect(),
        false => vec![finish((&mut records, &index.cases))],
    };
    found.into_iter().for_each(|later| warnings.append(later));
    index.records = records;
}

struct Finisher<'f, 'a> {
    index: &'f TestIndex,
    mappers: &'f [CaseMapper<'a>],
    /// The class of the last test whose file is not that of its first case, and that class with this file: the next test mostly
    /// has the same two.
    moved: Option<[Arc<TestClass>; 2]>,
}

impl Finisher<'_, '_> {
    /// The finished record of a `test`, from that of its first case.
    fn finish(
        &mut self,
        record: &TestRecord,
        test: &TestCases,
        warnings: &mut Warnings,
    ) -> TestRecord {
        let mappers = self.mappers;
        let first_mapper = &mappers[test.first.file as usize];
        let options = first_mapper.options();
        let cases = self.index.cases_of(test);
        let merged = executions::merge(cases, mappers, options);
        let (first_report, first_case) = test.first.find(mappers);
        let name = &record.name;
        if merged.rows > 1 {
            let tool = first_mapper.tool_of(test.first.case as usize);
            warnings.rows(first_report, tool, name, &merged);
        }
        if let Some([one, other]) = merged.unrelated {
            let paths = [one, other].map(|occurrence| occurrence.find(mappers).0.shown_path());
            warnings.unrelated(name, record.identity, &paths);
        }
        if has_changing_part(name, first_report, first_case) {
            warnings.changing(name, first_report);
        }
        let mapper = &mappers[merged.deciding.file as usize];
        let (_, deciding) = merged.deciding.find(mappers);
        let detail = deciding.detail().filter(|_| merged.outcome != Outcome::Passed);
        let (file, line) = mapper.location(deciding, detail);
        let mut details = Details {
            attempts: merged.attempts,
            message: detail
                .and_then(|detail| mapper.message(merged.deciding.case as usize, detail)),
            kind: detail.and_then(|detail| detail.kind.as_deref()).map(str::to_owned),
            trace: detail.and_then(|detail| detail.text.clone()).filter(|text| !text.is_empty()),
            full_name: test.is_long.then(|| name.clone()),
            divided: merged.divided,
            ..Details::default()
        };
        details.kind.take_if(|kind| kind.is_empty());
        add_metadata(name, cases, mappers, options, &mut details, warnings);
        let has_details = details != Details::default();
        TestRecord {
            identity: record.identity,
            name: if test.is_long {
                text::fit_name(name).into_owned().into()
            } else {
                name.clone()
            },
            class: self.class(&record.class, file),
            // A sum may be too large for a number.
            duration: merged.duration.and_then(|seconds| Seconds::new(seconds.min(f64::MAX))),
            line,
            cases: index_of(cases.len()),
            group: record.group,
            outcome: merged.outcome,
            flaky: merged.flaky,
            details: if has_details { Arc::new(details) } else { Arc::clone(&record.details) },
        }
    }

    /// The `class`, in the source `file`.
    fn class(&mut self, class: &Arc<TestClass>, file: Option<String>) -> Arc<TestClass> {
        if class.file.as_deref() == file.as_deref() {
            return Arc::clone(class);
        }
        match &self.moved {
            Some([before, moved])
                if Arc::ptr_eq(before, class) && moved.file.as_deref() == file.as_deref() =>
            {
                Arc::clone(moved)
            }
            _ => {
                let moved = TestClass { file: file.map(Arc::from), ..TestClass::clone(class) };
                let moved = Arc::new(moved);
                self.moved = Some([Arc::clone(class), Arc::clone(&moved)]);
                moved
            }
        }
    }
}
