//! TRX, the format of Visual Studio and `dotnet test`: `TestRun`.

use super::{CaseField, Dialect, Role, Unit};
use crate::formats::model::{Attribute, Format, Outcome, find_attribute};
use crate::formats::xml::attributes::Tag;

pub(super) const DIALECT: Dialect = Dialect {
    format: Format::Trx,
    role,
    field,
    outcome,
    error_type: "",
    suite_error,
    is_certain: |case, has_word| has_word || case.outcome >= Outcome::Failed,
    interprets: false,
    ..super::DIALECT
};

fn role(name: &str, _: &Tag<'_>, around: Role) -> Role {
    match name {
        // Data-driven tests hold the results of their rows in `InnerResults`.
        "UnitTestResult"
        | "TestResult"
        | "GenericTestResult"
        | "WebTestResult"
        | "ManualTestResult"
        | "TestResultAggregation" => Role::Case,
        "ErrorInfo" => Role::Failure,
        "Message" if around == Role::Failure => Role::Message,
        "StackTrace" => Role::Trace,
        "StdOut" | "StdErr" | "DebugTrace" => Role::Console,
        "ResultFile" => Role::Attachment,
        "RunInfo" => Role::Hook,
        "Text" if around == Role::Hook => Role::Failure,
        "UnitTest" => Role::Definition,
        "TestMethod" if around == Role::Definition => Role::Method,
        "TestEntries" | "TestLists" | "TestSettings" => Role::Ignored,
        _ => Role::Transparent,
    }
}

/// The class is in the test's definition, which comes before or after the results.
fn field(name: &str) -> CaseField {
    match name {
        "testName" => CaseField::Name,
        "duration" => CaseField::Duration(Unit::Clock),
        _ => CaseField::Other,
    }
}

fn outcome(_: &str, attributes: &[Attribute]) -> Option<Outcome> {
    Some(match find_attribute(attributes, "outcome") {
        Some("Passed" | "Completed" | "Warning" | "PassedButRunAborted") => Outcome::Passed,
        Some("Failed" | "Timeout") => Outcome::Failed,
        // What was not run to an end: a `RunInfo` has the run's own error.
        Some(
            "NotExecuted" | "Inconclusive" | "NotRunnable" | "Aborted" | "Pending" | "InProgress"
            | "Disconnected",
        ) => Outcome::Skipped,
        // `Error` is the format's default value, and left out when it is meant.
        _ => Outcome::Errored,
    })
}

fn suite_error(role: Role, attributes: &[Attribute]) -> Option<Outcome> {
    let word = find_attribute(attributes, "outcome");
    match (role, word) {
        (Role::Hook, Some("Error" | "Failed" | "Timeout" | "Aborted")) => Some(Outcome::Errored),
        _ => None,
    }
}
