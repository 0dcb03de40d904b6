//! TRX, the format of Visual Studio and `dotnet test`.

use super::{AttributeMap, CaseParts, Dialect, Role};
use crate::formats::markup::Tag;
use crate::formats::model::{Attribute, Format, Outcome, find_attribute};
use crate::formats::time::clock;

pub(super) const DIALECT: Dialect = Dialect { format: Format::Trx, role, case, suite_error };

fn role(tag: &Tag<'_>, around: Role) -> Role {
    match tag.name() {
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

/// The class stands in the test's definition, which comes before or after the results.
fn case(written: &mut AttributeMap) -> CaseParts {
    CaseParts {
        name: written.take("testName"),
        duration: written.take("duration").as_deref().and_then(clock),
        outcome: Some(match written.get("outcome") {
            Some("Passed" | "Completed" | "Warning" | "PassedButRunAborted") => Outcome::Passed,
            Some("Failed" | "Timeout") => Outcome::Failed,
            // What was not run to an end: the run's own error is told by a `RunInfo`.
            Some(
                "NotExecuted" | "Inconclusive" | "NotRunnable" | "Aborted" | "Pending"
                | "InProgress" | "Disconnected",
            ) => Outcome::Skipped,
            // `Error` is the format's default value, and left out when it is meant.
            _ => Outcome::Errored,
        }),
        ..CaseParts::default()
    }
}

fn suite_error(role: Role, attributes: &[Attribute]) -> Option<Outcome> {
    let word = find_attribute(attributes, "outcome");
    match (role, word) {
        (Role::Hook, Some("Error" | "Failed" | "Timeout" | "Aborted")) => Some(Outcome::Errored),
        _ => None,
    }
}
