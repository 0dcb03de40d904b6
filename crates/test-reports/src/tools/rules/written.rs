//! Reports that [`crate::write`] wrote: what identifies a test stands in them as it is.

use super::{any_property, owned, root_attribute};
use crate::formats::model::Format;
use crate::tools::NotATest;
use crate::tools::context::CaseContext;
use crate::tools::location::{Level, TestLocation};
use crate::tools::part::Part;
use crate::write::{CONTAINER, FOLDER, RUN_ERRORS, TOOL};

pub(in crate::tools) fn is_written(part: &Part<'_>) -> bool {
    match part.format {
        Format::Junit => any_property(part, CONTAINER) || any_property(part, RUN_ERRORS),
        Format::Ctrf => root_attribute(part, "tool") == Some(TOOL),
        _ => false,
    }
}

pub(in crate::tools) fn locate(case: &CaseContext<'_>) -> TestLocation {
    let container = match case.part.format {
        Format::Junit => values(case, CONTAINER),
        _ => case.chain.iter().map(|part| owned(part)).collect(),
    };
    let folder = match case.suite_property(FOLDER) {
        None => container.clone(),
        Some(_) => values(case, FOLDER),
    };
    TestLocation {
        container,
        name: owned(case.name),
        folder: folder.into_iter().map(Level::One).collect(),
        ..TestLocation::default()
    }
}

/// The values of a property of the innermost suite, in their order.
fn values(case: &CaseContext<'_>, name: &str) -> Vec<String> {
    let properties = case.suites.last().map_or(&[][..], |suite| &suite.properties);
    let named = properties.iter().filter(|property| &*property.name == name);
    named.map(|property| owned(&property.value)).filter(|value| !value.is_empty()).collect()
}

pub(in crate::tools) fn not_a_test(case: &CaseContext<'_>) -> Option<NotATest> {
    let is_tagged = || {
        let properties = case.case.extra.iter().flat_map(|extra| &extra.properties);
        properties.into_iter().any(|tag| &*tag.name == "tag" && &*tag.value == RUN_ERRORS)
    };
    (case.suite_property(RUN_ERRORS).is_some() || is_tagged()).then_some(NotATest::SetupOrHook)
}
