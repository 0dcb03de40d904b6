//! What a report says about a test besides its outcome: properties, tags, steps, where it is.

use std::collections::HashSet;

use super::builder::TestBuilder;
use super::location::find_location;
use super::warnings::Warnings;
use super::{IdentityOptions, Pin, StepText, TestRecord};
use crate::formats::model::{Case, Detail, Property, Report, Tag};
use crate::text::{self, RepositoryRoot};

/// The property that pins a test unless `--id-property` names another.
const ID_PROPERTY: &str = "testquality_test";

/// Fills in what the suites around the cases of `builder` and the cases themselves say.
pub(super) fn describe(
    builder: &TestBuilder,
    reports: &[Report],
    mapping: &IdentityOptions,
    record: &mut TestRecord,
    warnings: &mut Warnings,
) {
    let mut gathered = MetadataCollector {
        record,
        id_property: if mapping.id_property.is_empty() {
            ID_PROPERTY
        } else {
            &mapping.id_property
        },
        seen: HashSet::new(),
        warnings,
    };
    let mut surroundings = HashSet::new();
    for occurrence in builder.occurrences() {
        let report = &reports[occurrence.file as usize];
        let case = &report.cases[occurrence.case as usize];
        // Most tests are one case, and need no memory of what was seen.
        if builder.more.is_empty() || surroundings.insert((occurrence.file, case.suite)) {
            gathered.properties(&report.root.properties, true);
            for suite in report.suite_chain(case.suite) {
                gathered.properties(&suite.properties, true);
                gathered.tags(&suite.tags);
            }
        }
        if let Some(extra) = &case.extra {
            gathered.properties(&extra.properties, false);
            gathered.tags(&extra.tags);
        }
    }
}

struct MetadataCollector<'a> {
    record: &'a mut TestRecord,
    id_property: &'a str,
    /// What was gathered already: rows and executions repeat it.
    seen: HashSet<(Box<str>, Box<str>)>,
    warnings: &'a mut Warnings,
}

impl MetadataCollector<'_> {
    /// Of a suite, only what means something holds for the cases inside: many tools write down the whole machine.
    fn properties(&mut self, properties: &[Property], of_suite: bool) {
        for property in properties {
            let meaning = meaning(&property.name, self.id_property);
            if of_suite && meaning == Meaning::None {
                continue;
            }
            if self.is_new(&property.name, &property.value) {
                self.property(property, meaning);
            }
        }
    }

    fn is_new(&mut self, name: &str, value: &str) -> bool {
        self.seen.insert((name.into(), value.into()))
    }

    fn property(&mut self, property: &Property, meaning: Meaning) {
        match meaning {
            Meaning::Attachment => self.attachment(&property.value),
            Meaning::Defect => self.defect(&property.value),
            Meaning::Step => {
                let step = text::clean(&property.value);
                if !step.is_empty() {
                    self.record.details.steps.push(StepText { step, ..StepText::placeholder() });
                }
            }
            Meaning::Id => self.pin(&property.value),
            Meaning::None | Meaning::Kept => self.record.details.properties.push(property.clone()),
        }
    }

    fn tags(&mut self, tags: &[Tag]) {
        for tag in tags {
            match tag {
                Tag::Property(property) => {
                    if self.is_new(&property.name, &property.value) {
                        self.property(property, meaning(&property.name, self.id_property));
                    }
                }
                Tag::Attachment(path) => self.attachment(path),
                Tag::Defect(key) => self.defect(key),
                Tag::Test(test) => self.pin(test),
            }
        }
    }

    fn attachment(&mut self, path: &str) {
        // As written: it is needed to find the file.
        let path = text::clean(path);
        if !path.is_empty() && !self.record.details.attachments.contains(&path) {
            self.record.details.attachments.push(path);
        }
    }

    fn defect(&mut self, key: &str) {
        let key = text::clean(key);
        if !key.is_empty() && !self.record.details.defects.contains(&key) {
            self.record.details.defects.push(key);
        }
    }

    fn pin(&mut self, named: &str) {
        match (pin(named), self.record.details.pinned) {
            (None, _) => self.warnings.bad_pin(named, &self.record.name),
            (Some(new), Some(old)) if new != old => {
                self.warnings.second_pin(named, &self.record.name)
            }
            (new, _) => self.record.details.pinned = new,
        }
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

/// What the name of a property means to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    None,
    /// Nothing yet, but documented.
    Kept,
    Attachment,
    Defect,
    Step,
    Id,
}

fn meaning(name: &str, id_property: &str) -> Meaning {
    if name == id_property {
        return Meaning::Id;
    }
    let is = |word: &str| {
        name.strip_prefix(word)
            .is_some_and(|rest| !rest.starts_with(|next: char| next.is_ascii_alphabetic()))
    };
    if is("attachment") {
        Meaning::Attachment
    } else if is("defect") {
        Meaning::Defect
    } else if is("step") {
        Meaning::Step
    } else if ["priority", "description", "author"].contains(&name)
        || name.starts_with("url:")
        || name.starts_with("html:")
    {
        Meaning::Kept
    } else {
        Meaning::None
    }
}

/// The file and the line of a case: what it says, and else what its failure says.
pub(super) fn location(
    report: &Report,
    case: &Case,
    detail: Option<&Detail>,
    root: &RepositoryRoot,
) -> (Option<String>, Option<u32>) {
    let written = case.file.as_deref().or_else(|| {
        let chain = report.suite_chain(case.suite);
        chain
            .iter()
            .rev()
            .find_map(|suite| suite.attribute("file").or_else(|| suite.attribute("filepath")))
    });
    let file = written.map(|file| root.relative(file)).filter(|file| !file.is_empty());
    let line =
        case.line.or_else(|| case.attribute("lineno")?.parse().ok()).filter(|_| file.is_some());
    match (file, line, detail.filter(|detail| has_words(detail))) {
        (Some(file), None, Some(detail)) => location_in(detail, Some(file), root),
        (None, _, Some(detail)) => location_in(detail, None, root),
        (file, line, _) => (file, line),
    }
}

/// The place that a failure names; only its line where the `file` is known.
pub(super) fn location_in(
    detail: &Detail,
    file: Option<String>,
    root: &RepositoryRoot,
) -> (Option<String>, Option<u32>) {
    let texts = [detail.text.as_deref(), detail.message.as_deref()];
    let found = texts.into_iter().flatten().find_map(|text| {
        find_location(text, |path| file.as_ref().is_none_or(|file| root.relative(path) == *file))
    });
    match (file, found) {
        (Some(file), found) => (Some(file), found.map(|(_, line)| line)),
        (None, Some((path, line))) => (Some(root.relative(path)), Some(line)),
        (None, None) => (None, None),
    }
}

/// Whether `detail` says anything.
fn has_words(detail: &Detail) -> bool {
    super::message(detail).is_some()
}
