//! Properties, tags, attachments, defects and steps of a test, and the row of the project that its report names.

use std::collections::{HashMap, HashSet};

use super::builder::Occurrence;
use super::warnings::Warnings;
use super::{Details, IdentityOptions, Pin, StepText};
use crate::formats::model::{Property, Suite, Tag};
use crate::text;
use crate::tools::CaseMapper;

/// Adds what the `cases` of the test called `name` and the suites around them say to `details`.
pub(super) fn add_metadata(
    name: &str,
    cases: &[Occurrence],
    mappers: &[CaseMapper<'_>],
    options: &IdentityOptions,
    details: &mut Details,
    warnings: &mut Warnings,
) {
    let mut collector = MetadataCollector {
        test: name,
        details,
        id_property: &options.id_property,
        seen: HashSet::new(),
        steps: HashMap::new(),
        warnings,
    };
    let mut seen_suites = HashSet::new();
    for occurrence in cases {
        let (report, case) = occurrence.find(mappers);
        collector.steps.values_mut().for_each(|step| step.here = 0);
        // Most tests have one case, and need no memory of what was seen.
        if cases.len() == 1 || seen_suites.insert((occurrence.file, case.suite)) {
            collector.properties(&report.root.properties, true);
            for suite in report.suite_chain(case.suite) {
                collector.properties(&suite.properties, true);
                collector.tags(&suite.tags);
            }
        }
        if let Some(extra) = &case.extra {
            collector.properties(&extra.properties, false);
            collector.tags(&extra.tags);
        }
    }
}

struct MetadataCollector<'a> {
    /// The name of the test, for warnings.
    test: &'a str,
    details: &'a mut Details,
    id_property: &'a str,
    /// Names and values of properties so far: rows and executions repeat them.
    seen: HashSet<(Box<str>, Box<str>)>,
    /// A test may do one step several times, and its executions repeat all of them.
    steps: HashMap<(Box<str>, Box<str>), Times>,
    warnings: &'a mut Warnings,
}

/// How often a step was named.
#[derive(Clone, Copy, Debug, Default)]
struct Times {
    /// By the current case.
    here: usize,
    /// At most by one case.
    most: usize,
}

impl MetadataCollector<'_> {
    fn properties(&mut self, properties: &[Property], are_of_suite: bool) {
        for property in properties {
            self.property(property, are_of_suite);
        }
    }

    /// Many tools describe the whole machine in the properties of a suite. Only known ones apply to the cases inside.
    fn property(&mut self, property: &Property, is_of_suite: bool) {
        let (name, value) = (&*property.name, &*property.value);
        let meaning = Meaning::of(name, self.id_property);
        if is_of_suite && meaning == Meaning::Other {
            return;
        }
        let key = || (name.into(), value.into());
        let is_new = match meaning {
            Meaning::Step => {
                let times = self.steps.entry(key()).or_default();
                times.here += 1;
                let is_new = times.here > times.most;
                times.most = times.most.max(times.here);
                is_new
            }
            _ => self.seen.insert(key()),
        };
        if !is_new {
            return;
        }
        match meaning {
            Meaning::Pin => self.pin(value),
            Meaning::Attachment => push_new(&mut self.details.attachments, value),
            Meaning::Defect => push_new(&mut self.details.defects, value),
            Meaning::Step => {
                let step = text::clean(value);
                if !step.is_empty() {
                    self.details.steps.push(StepText { step, ..StepText::placeholder() });
                }
            }
            Meaning::Documented | Meaning::Other => self.details.properties.push(property.clone()),
        }
    }

    fn tags(&mut self, tags: &[Tag]) {
        for tag in tags {
            match tag {
                Tag::Property(property) => self.property(property, false),
                Tag::Attachment(path) => push_new(&mut self.details.attachments, path),
                Tag::Defect(key) => push_new(&mut self.details.defects, key),
                Tag::Test(test) => self.pin(test),
            }
        }
    }

    fn pin(&mut self, named: &str) {
        match (pin(named), self.details.pinned) {
            (None, _) => self.warnings.bad_pin(named, self.test),
            (Some(new), Some(old)) if new != old => self.warnings.second_pin(named, self.test),
            (new, _) => self.details.pinned = new,
        }
    }
}

/// What a suite says about the tests inside, such as NUnit about a fixture. Its `Description` describes the fixture.
const APPLIES_INSIDE: [&str; 7] =
    ["owner", "precondition", "requirement", "label", "tag", "category", "marker"];

/// What the name of a property means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    Pin,
    Attachment,
    Defect,
    Step,
    /// A property of a suite describes the tests inside: a name that reports for test management use.
    Documented,
    Other,
}

impl Meaning {
    fn of(name: &str, id_property: &str) -> Self {
        let is = |word: &str| {
            name.strip_prefix(word)
                .is_some_and(|rest| !rest.starts_with(|next: char| next.is_ascii_alphabetic()))
        };
        let is_documented = || {
            ["priority", "description", "author"].contains(&name)
                || APPLIES_INSIDE.iter().any(|known| name.eq_ignore_ascii_case(known))
                || name.starts_with("url:")
                || name.starts_with("html:")
        };
        match name {
            "" => Self::Other,
            _ if name == id_property => Self::Pin,
            _ if is("attachment") => Self::Attachment,
            _ if is("defect") => Self::Defect,
            _ if is("step") => Self::Step,
            _ if is_documented() => Self::Documented,
            _ => Self::Other,
        }
    }
}

/// Whether a suite says something about the tests inside.
pub(super) fn describes_tests(suite: &Suite, options: &IdentityOptions) -> bool {
    !suite.tags.is_empty() || describe_tests(&suite.properties, options)
}

/// Whether `properties` of a suite or a document say something about the tests inside.
pub(super) fn describe_tests(properties: &[Property], options: &IdentityOptions) -> bool {
    let mut meanings =
        properties.iter().map(|property| Meaning::of(&property.name, &options.id_property));
    meanings.any(|meaning| meaning != Meaning::Other)
}

fn push_new(list: &mut Vec<String>, text: &str) {
    let text = text::clean(text);
    if !text.is_empty() && !list.contains(&text) {
        list.push(text);
    }
}

/// `TC-5117` is a key, `4711` an id.
fn pin(named: &str) -> Option<Pin> {
    let named = named.trim();
    match named.get(..3) {
        Some(start) if start.eq_ignore_ascii_case("TC-") => {
            named.get(3..)?.parse().ok().map(Pin::Key)
        }
        _ => named.parse().ok().map(Pin::Id),
    }
}
