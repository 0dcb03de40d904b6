//! ExUnit, by way of the package `junit_formatter`.

use super::{all_cases, in_container};
use crate::tools::context::CaseContext;
use crate::tools::location::{Cut, TestLocation};
use crate::tools::part::Part;

pub(in crate::tools) fn is_exunit(part: &Part<'_>) -> bool {
    all_cases(part, |case| {
        let classname = case.classname.as_deref().unwrap_or_default();
        let name = case.name.as_deref().unwrap_or_default();
        classname.starts_with("Elixir.")
            && ["test ", "doctest ", "property "].iter().any(|kind| name.starts_with(kind))
    })
}

pub(in crate::tools) fn locate(case: &CaseContext<'_>) -> TestLocation {
    let module = case.classname.strip_prefix("Elixir.").unwrap_or(case.classname);
    in_container(module, case.name, Cut::Dots)
}
