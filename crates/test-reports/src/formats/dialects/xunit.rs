//! xUnit.net: `assemblies`, `assembly` and `collection` (version 1: `class`), `test`.

use super::{AttributeMap, CaseParts, Dialect, Role};
use crate::formats::markup::Tag;
use crate::formats::model::{Attribute, Format, Outcome};
use crate::formats::time::seconds;

pub(super) const DIALECT: Dialect = Dialect { format: Format::Xunit, role, case, suite_error };

fn role(tag: &Tag<'_>, around: Role) -> Role {
    match tag.name() {
        "assembly" | "collection" | "class" => Role::Suite,
        "test" => Role::Case,
        // Clean-up that went wrong stands beside the tests.
        "error" => Role::Hook,
        "failure" => Role::Failure,
        "reason" if around == Role::Case => Role::Reason,
        "message" => Role::Message,
        "stack-trace" => Role::Trace,
        "output" => Role::Console,
        "trait" => Role::Property,
        "attachments" => Role::Ignored,
        _ => Role::Transparent,
    }
}

fn case(written: &mut AttributeMap) -> CaseParts {
    CaseParts {
        name: written.take("name"),
        classname: written.take("type"),
        file: written.take("source-file"),
        line: written.take("source-line").and_then(|line| line.trim().parse().ok()),
        duration: written.take("time").as_deref().and_then(seconds),
        outcome: match written.get("result") {
            Some("Fail") => Some(Outcome::Failed),
            Some("Skip" | "NotRun") => Some(Outcome::Skipped),
            _ => Some(Outcome::Passed),
        },
    }
}

fn suite_error(role: Role, _: &[Attribute]) -> Option<Outcome> {
    (role == Role::Hook).then_some(Outcome::Errored)
}
