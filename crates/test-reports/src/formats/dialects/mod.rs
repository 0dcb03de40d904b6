//! The readers of the other XML formats: xUnit.net, NUnit, Visual Studio's TRX and TestNG.
//!
//! They differ in the names of things and agree in their shape: suites, cases inside, and in a case a failure or
//! a reason with a message and a trace. So there is one reader, and a [`Dialect`] says what an element is.

mod closing;
mod nunit;
mod testng;
#[cfg(test)]
mod tests;
mod trx;
mod xunit;

mod reader;

pub(super) use reader::read;

use super::markup::Tag;
use super::model::{Attribute, Format, Outcome, find_attribute};

/// What an element is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// Nothing of its own; what is inside counts as if it were outside.
    Transparent,
    /// Nothing, and so is all that is inside.
    Ignored,
    Suite,
    /// A class inside of a suite: its name is the classname of the cases inside.
    Class,
    Case,
    /// Something that ran and is no test: if it failed, the run has an error.
    Hook,
    /// What is wrong with the case (or suite, or run) around it.
    Failure,
    /// Why a case was not run.
    Reason,
    /// The message of a failure or reason.
    Message,
    /// The stack trace of a failure.
    Trace,
    /// Console output.
    Console,
    /// A name and a value about the case or suite.
    Property,
    /// The path of a file that belongs to the case, as text.
    Attachment,
    /// A parameter that the test was called with.
    Parameter,
    /// What is known of a test apart from its results.
    Definition,
    /// The method in a definition.
    Method,
}

/// One of the formats.
struct Dialect {
    format: Format,
    /// What an element is, by its tag and by what is around it.
    role: fn(tag: &Tag<'_>, around: Role) -> Role,
    /// A case from the attributes of its element. What goes into fields is taken out of them; the rest stays.
    case: fn(&mut AttributeMap) -> CaseParts,
    /// Whether a hook or a suite of these attributes bears an error of its own that its `Failure` tells of.
    suite_error: fn(role: Role, attributes: &[Attribute]) -> Option<Outcome>,
}

/// What a dialect makes of the attributes of a case.
#[derive(Default)]
struct CaseParts {
    name: Option<Box<str>>,
    classname: Option<Box<str>>,
    file: Option<Box<str>>,
    line: Option<u32>,
    duration: Option<f64>,
    /// None: a failure inside decides.
    outcome: Option<Outcome>,
}

/// The attributes of an element, to be taken apart.
struct AttributeMap(Vec<Attribute>);

impl AttributeMap {
    /// Takes the attribute `name` out.
    fn take(&mut self, name: &str) -> Option<Box<str>> {
        let at = self.0.iter().position(|attribute| &*attribute.name == name)?;
        Some(self.0.remove(at).value)
    }

    /// Looks at the attribute `name`.
    fn get(&self, name: &str) -> Option<&str> {
        find_attribute(&self.0, name)
    }
}
