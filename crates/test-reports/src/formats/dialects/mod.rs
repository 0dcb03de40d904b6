//! The dialects of XML reports: JUnit's, xUnit.net's, NUnit's, Visual Studio's (TRX) and TestNG's.
//!
//! They differ in the names of things and agree in their shape: suites, cases inside, and in a case a failure or a
//! reason with a message and a trace. So there is one reader, and a [`Dialect`] says what elements and attributes mean.

mod junit;
#[cfg(test)]
mod junit_tests;
mod nunit;
mod reader;
mod testng;
#[cfg(test)]
mod tests;
mod trx;
mod xunit;

pub(crate) use junit::unknown_outcome;
pub(super) use reader::read;

use super::model::{Attribute, Format, Outcome, RerunWhen};
use super::xml::attributes::Tag;

/// What an element is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Role {
    /// Nothing of its own: what is inside counts as if it were outside.
    #[default]
    Transparent,
    /// Nothing, nor is anything inside.
    Ignored,
    /// Part of the text around it, which was not escaped.
    Text,
    Suite,
    /// A class inside a suite: its name is the classname of the cases inside.
    Class,
    Case,
    /// Something that ran and is not a test: if it failed, the run has an error.
    Hook,
    /// What a child says about the case (or suite) around it, which decides; all inside is the text of the detail.
    Verdict(Outcome),
    /// A further run of the case around it; its content is like that of a verdict.
    Rerun(RerunWhen, Outcome),
    /// What is wrong with the case (or suite, or run) around it, with a message and a trace inside.
    Failure,
    /// Why a case was not run, with a message inside.
    Reason,
    /// The message of a failure or reason.
    Message,
    /// The stack trace of a failure.
    Trace,
    /// Console output.
    Console,
    /// A name and a value about the case or suite.
    Property,
    /// The path of a file that belongs to the case, as text or attribute.
    Attachment,
    /// A parameter that the test was called with.
    Parameter,
    /// A test, described apart from its results.
    Definition,
    /// The method in a definition.
    Method,
}

/// What an attribute of a case is.
enum CaseField {
    Name,
    Classname,
    /// The classname if there is no other.
    Class,
    /// The duration, in the notation that the function reads.
    Duration(fn(&str) -> Option<f64>),
    File,
    Line,
    /// Kept as written.
    Other,
}

/// What is particular to a format.
struct Dialect {
    format: Format,
    /// What an element is, by its name, by its tag and by what is around it.
    role: fn(name: &str, tag: &Tag<'_>, around: Role) -> Role,
    /// What an attribute of a case is, by its name.
    field: fn(name: &str) -> CaseField,
    /// The outcome that the other attributes of a case say; none if its children decide.
    outcome: fn(&[Attribute]) -> Option<Outcome>,
    /// The attribute of a failure that holds the type of the error.
    error_type: &'static str,
    /// The error that a failure inside a suite or hook is, by the attributes of that suite or hook.
    suite_error: fn(role: Role, &[Attribute]) -> Option<Outcome>,
}

/// The dialect of `format`.
fn of(format: Format) -> &'static Dialect {
    match format {
        Format::Xunit => &xunit::DIALECT,
        Format::Nunit => &nunit::DIALECT,
        Format::Trx => &trx::DIALECT,
        Format::Testng => &testng::DIALECT,
        // Other formats than JUnit's are not XML.
        _ => &junit::DIALECT,
    }
}

/// Takes the value of the attribute `name` out of `attributes`.
fn take(attributes: &mut Vec<Attribute>, name: &str) -> Option<Box<str>> {
    let at = attributes.iter().position(|attribute| &*attribute.name == name)?;
    Some(attributes.remove(at).value)
}

/// Which of two statements about one case counts: the greater. A skip outweighs a pass: `status="run"
/// result="skipped"` was not executed to its end.
fn weight(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Passed => 0,
        Outcome::Skipped => 1,
        Outcome::Failed => 2,
        Outcome::Errored => 3,
    }
}
