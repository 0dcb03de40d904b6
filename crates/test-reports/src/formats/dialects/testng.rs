//! `testng-results.xml`.

use super::{AttributeMap, CaseParts, Dialect, Role};
use crate::formats::markup::Tag;
use crate::formats::model::{Attribute, Format, Outcome, find_attribute};
use crate::formats::time::seconds;

pub(super) const DIALECT: Dialect = Dialect { format: Format::Testng, role, case, suite_error };

fn role(tag: &Tag<'_>, around: Role) -> Role {
    match tag.name() {
        "suite" | "test" => Role::Suite,
        "class" => Role::Class,
        "test-method" if is_set_up(tag) => Role::Hook,
        "test-method" => Role::Case,
        "exception" => Role::Failure,
        "message" if around == Role::Failure => Role::Message,
        "full-stacktrace" | "short-stacktrace" => Role::Trace,
        "value" => Role::Parameter,
        "reporter-output" => Role::Console,
        "groups" => Role::Ignored,
        _ => Role::Transparent,
    }
}

/// Set-up and tear-down methods are written like tests, with `is-config`.
fn is_set_up(tag: &Tag<'_>) -> bool {
    tag.attributes().any(|attribute| attribute == ("is-config", "true"))
}

fn case(written: &mut AttributeMap) -> CaseParts {
    let milliseconds = written.take("duration-ms").as_deref().and_then(seconds);
    CaseParts {
        name: written.take("name"),
        duration: milliseconds.map(|milliseconds| milliseconds / 1000.0),
        outcome: Some(match written.get("status") {
            Some("FAIL") => Outcome::Failed,
            Some("SKIP") => Outcome::Skipped,
            _ => Outcome::Passed,
        }),
        ..CaseParts::default()
    }
}

fn suite_error(role: Role, attributes: &[Attribute]) -> Option<Outcome> {
    let failed = role == Role::Hook && find_attribute(attributes, "status") == Some("FAIL");
    failed.then_some(Outcome::Errored)
}
