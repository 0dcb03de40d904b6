//! The dialects of XML reports: JUnit's, and those of test frameworks with a format of their own.
//!
//! They differ in the names of things and agree in their shape: suites, cases inside, and in a case a failure or a
//! reason with a message and a trace. So there is one reader, and a [`Dialect`] says what elements and attributes mean.

mod boost;
mod buck;
mod catch2;
mod check;
mod cppunit;
mod ctest;
mod cunit;
mod fpcunit;
mod gtester;
mod intellij;
mod junit;
#[cfg(test)]
mod junit_tests;
mod mbunit;
mod nunit;
mod parasoft;
mod qttest;
mod reader;
mod robot;
mod sonar;
mod testng;
#[cfg(test)]
mod tests;
mod trx;
mod unittestpp;
mod xunit;

pub(crate) use junit::unknown_outcome;
pub(super) use reader::{read, read_piece};

use super::model::{Attribute, Case, Detail, Format, Outcome, Report, RerunWhen};
use super::time::{clock, seconds};
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
    /// Nothing of its own, except that it says how the cases directly inside ended.
    Cases(Outcome),
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
    /// The message of a failure or reason, or of the case around it.
    Message,
    /// The stack trace of a failure, or of the case around it.
    Trace,
    /// Text that is a field of the case around it, as if it were an attribute.
    Field(CaseField),
    /// Its attributes are attributes of the case around it.
    Attributes,
    /// How long the class around it took, in milliseconds: the duration of its only case.
    ClassDuration,
    /// A step of the case around it. All inside is ignored.
    Step,
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

/// What an attribute of a case is, or the text of an element inside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CaseField {
    Name,
    Classname,
    /// The classname if there is no other.
    Class,
    Duration(Unit),
    File,
    Line,
    /// The type of its failure.
    Kind,
    /// The name of the suite around it.
    SuiteName,
    /// Kept under this name. Only for elements.
    Kept(&'static str),
    /// Kept as written. Only for attributes.
    Other,
}

/// The notation of a duration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Seconds,
    Milliseconds,
    Microseconds,
    /// `hh:mm:ss.fff`
    Clock,
}

impl Unit {
    /// The seconds that `text` says.
    fn seconds(self, text: &str) -> Option<f64> {
        match self {
            Unit::Seconds => seconds(text),
            Unit::Milliseconds => Some(seconds(text)? / 1e3),
            Unit::Microseconds => Some(seconds(text)? / 1e6),
            Unit::Clock => clock(text),
        }
    }
}

/// What is particular to a format.
struct Dialect {
    format: Format,
    /// What an element is, by its name, by its tag and by what is around it.
    role: fn(name: &str, tag: &Tag<'_>, around: Role) -> Role,
    /// What an attribute of a case is, by its name.
    field: fn(name: &str) -> CaseField,
    /// The outcome that the name of a case's element and its other attributes say; none if its children decide.
    outcome: fn(name: &str, &[Attribute]) -> Option<Outcome>,
    /// The attribute of a suite that holds its name.
    suite_name: &'static str,
    /// The attribute of a failure that holds its message.
    message: &'static str,
    /// The attribute of a failure that holds the type of the error.
    error_type: &'static str,
    /// The error that a failure inside a suite or hook is, by the attributes of that suite or hook.
    suite_error: fn(role: Role, &[Attribute]) -> Option<Outcome>,
    /// Whether everything about a case is in its start tag, except what a failure says: a case that is cut behind it
    /// is kept.
    is_certain: fn(&Case, has_word: bool) -> bool,
    /// Whether the attributes of a verdict are attributes of the case.
    keeps_verdicts: bool,
    /// Whether names and details are read again when the end of a case was read. Otherwise they are kept as they come.
    interprets: bool,
    /// Interprets what was kept of a case, when all of it was read.
    complete_case: fn(&mut Case),
    /// Whether a case is a further statement about the one directly before it.
    continues: fn(before: &Case, &Case) -> bool,
    /// Corrects the report when all of it was read.
    complete: fn(&mut Report),
}

/// What most dialects have in common.
const DIALECT: Dialect = Dialect {
    format: Format::Junit,
    role: |_, _, _| Role::Transparent,
    field: |_| CaseField::Other,
    outcome: |_, _| None,
    suite_name: "name",
    message: "message",
    error_type: "type",
    suite_error: |_, _| None,
    is_certain: |_, _| false,
    keeps_verdicts: false,
    interprets: true,
    complete_case: |_| {},
    continues: |_, _| false,
    complete: |_| {},
};

/// The dialect of `format`.
fn of(format: Format) -> &'static Dialect {
    match format {
        Format::Junit | Format::Libtest => &junit::DIALECT,
        Format::Boost => &boost::DIALECT,
        Format::Buck => &buck::DIALECT,
        Format::Catch2 => &catch2::CATCH2,
        Format::Check => &check::DIALECT,
        Format::Cppunit => &cppunit::DIALECT,
        Format::Ctest => &ctest::DIALECT,
        Format::Cunit => &cunit::DIALECT,
        Format::Doctest => &catch2::DOCTEST,
        Format::Fpcunit => &fpcunit::DIALECT,
        Format::Gtester => &gtester::DIALECT,
        Format::Intellij => &intellij::DIALECT,
        Format::Mbunit => &mbunit::DIALECT,
        Format::Parasoft => &parasoft::DIALECT,
        Format::Qttest => &qttest::DIALECT,
        Format::Robot => &robot::DIALECT,
        Format::Sonar => &sonar::DIALECT,
        Format::Unittestpp => &unittestpp::DIALECT,
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

/// Takes the value of the attribute `name` out of the attributes of `case`.
fn take_from(case: &mut Case, name: &str) -> Option<Box<str>> {
    take(&mut case.extra.as_mut()?.attributes, name)
}

/// Whether an attribute of this name has this value on a tag.
fn has(tag: &Tag<'_>, name: &str, value: &str) -> bool {
    tag.attributes().any(|attribute| attribute == (name, value))
}

/// The detail of a case, to be written.
fn detail_of(case: &mut Case) -> &mut Detail {
    case.extra.get_or_insert_default().detail.get_or_insert_default()
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
