//! testthat of R, whose reporter writes a case for each expectation.

use super::{all_cases, all_named_like_suite, in_container};
use crate::formats::model::Detail;
use crate::tools::NotATest;
use crate::tools::context::CaseContext;
use crate::tools::location::{Cut, TestLocation};
use crate::tools::messages;
use crate::tools::part::Part;

/// Everything in a name that is no letter, digit or dot is one `_`.
pub(in crate::tools) fn is_testthat(part: &Part<'_>) -> bool {
    const ATTRIBUTES: [&str; 7] =
        ["timestamp", "hostname", "tests", "skipped", "failures", "errors", "time"];
    let is_word = |text: &str| {
        text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    };
    part.has(&ATTRIBUTES)
        && !part.has_package()
        && all_named_like_suite(part)
        && all_cases(part, |case| {
            let name = case.name.as_deref().unwrap_or_default();
            let classname = case.classname.as_deref().unwrap_or_default();
            case.file.is_none()
                && is_word(name)
                && name.contains('_')
                && is_word(classname)
                && !classname.contains('.')
        })
}

/// The context, mostly the file without `test-`. All cases of a name are one test.
pub(in crate::tools) fn locate(case: &CaseContext<'_>) -> TestLocation {
    TestLocation { is_subtest: true, ..in_container(case.classname, case.name, Cut::Nowhere) }
}

/// An error outside of tests.
pub(in crate::tools) fn not_a_test(case: &CaseContext<'_>) -> Option<NotATest> {
    (case.name == "_unnamed_").then_some(NotATest::SetupOrHook)
}

/// The attribute repeats the text with the place behind it.
pub(in crate::tools) fn message(detail: &Detail) -> Option<&str> {
    let words = detail.text.as_deref().filter(|text| !text.trim().is_empty());
    words.map(str::trim).or_else(|| messages::written(detail).map(without_place))
}

/// Words without ` ('test-cart.R:13')` at their end.
fn without_place(words: &str) -> &str {
    match words.rsplit_once(" (") {
        Some((start, place)) if place.contains(".R:") && place.ends_with(')') => start,
        _ => words,
    }
}
