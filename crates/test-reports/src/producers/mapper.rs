//! From the cases of one report to tests, run errors and findings.

use std::collections::{HashMap, HashSet};

use super::place::{self, Place, Sources};
use super::written::Written;
use super::{Noise, Producer, detect};
use crate::formats::model::{Case, Outcome, Report, Suite, SuiteIndex};
use crate::mapping::{GroupBy, Mapping};
use crate::text;

/// What a case element is.
#[derive(Clone, Debug, PartialEq)]
pub enum Mapped {
    /// A test, or a part of one.
    Test(Placed),
    /// Something that failed outside every test, and what it is called.
    RunError(String),
    /// Neither a test nor an error: a set-up that passed, a class that is skipped as a whole.
    NoTest,
    /// A linter's finding.
    Finding,
}

/// A test with what identifies it and where a new one is put.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    /// The cleaned parts of the container; they enter the identity.
    pub container: Vec<String>,
    /// The cleaned name, whole; it enters the identity.
    pub name: String,
    /// The folders from below the root folder, outermost first, `--folder` included.
    pub folder: Vec<String>,
    /// How it ended, where the producer knows better than the element.
    pub outcome: Outcome,
    /// It is a part of a test that has no case of its own when it passes.
    pub is_subtest: bool,
}

/// Maps the cases of one report.
pub struct Mapper<'a> {
    report: &'a Report,
    mapping: &'a Mapping,
    producer: &'static Producer,
    /// The cleaned name of each suite.
    suite_names: Vec<String>,
    hooks: HashSet<usize>,
    ordinals: HashMap<usize, usize>,
}

impl<'a> Mapper<'a> {
    /// Finds out who wrote `report`.
    #[must_use]
    pub fn new(report: &'a Report, mapping: &'a Mapping) -> Self {
        let producer = detect(report);
        Self {
            report,
            mapping,
            producer,
            suite_names: report.suites.iter().map(|suite| text::clean(&suite.name)).collect(),
            hooks: (producer.hooks)(report),
            ordinals: (producer.ordinals)(report),
        }
    }

    /// Who wrote the report.
    #[must_use]
    pub fn producer(&self) -> &'static Producer {
        self.producer
    }

    /// Calls `each` with every case element, in document order, and what it is.
    pub fn for_each(&self, mut each: impl FnMut(usize, &'a Case, Mapped)) {
        let mut around = Around::default();
        for (index, case) in self.report.cases.iter().enumerate() {
            let mapped = self.with_written(case, &mut around, |written| self.map(index, written));
            each(index, case, mapped);
        }
    }

    /// Browser, project or device of a case.
    #[must_use]
    pub fn configuration(&self, case: &Case) -> Option<String> {
        self.with_written(case, &mut Around::default(), |written| {
            (self.producer.configuration)(written)
        })
    }

    fn with_written<T>(
        &self,
        case: &Case,
        around: &mut Around<'a>,
        use_it: impl FnOnce(&Written<'_>) -> T,
    ) -> T {
        if around.suite != Some(case.suite) {
            around.suite = Some(case.suite);
            around.chain(self.report, case.suite);
        }
        // Runs of cases share their classname.
        let classname = case.classname.as_deref().unwrap_or_default();
        if around.raw_classname.as_deref() != Some(classname) {
            around.raw_classname = Some(classname.to_owned());
            around.classname = text::clean(classname);
        }
        let chain: Vec<&str> =
            around.indices.iter().map(|&index| self.suite_names[index].as_str()).collect();
        use_it(&Written {
            report: self.report,
            case,
            name: &text::clean(case.name.as_deref().unwrap_or_default()),
            classname: &around.classname,
            suites: &around.suites,
            chain: &chain,
            root: self.mapping.root_of(self.report),
            ordinal: None,
        })
    }

    fn map(&self, index: usize, written: &Written<'_>) -> Mapped {
        let written = &Written { ordinal: self.ordinals.get(&index).copied(), ..*written };
        let is_nameless = written.name.is_empty() && written.classname.is_empty();
        let noise = if self.hooks.contains(&index) || is_nameless {
            Some(Noise::Scaffold)
        } else {
            (self.producer.noise)(written)
        };
        match noise {
            Some(Noise::Finding) => Mapped::Finding,
            Some(Noise::Scaffold) if written.failed() => Mapped::RunError(self.error_name(written)),
            Some(Noise::Scaffold) => Mapped::NoTest,
            None => Mapped::Test(self.placed(written)),
        }
    }

    /// Hook, suite or class, with what it belongs to.
    fn error_name(&self, written: &Written<'_>) -> String {
        let around = if written.classname.is_empty() {
            (self.producer.suite_label)(written.suite_name())
        } else {
            written.classname
        };
        match (around, written.name) {
            ("", "") => "a case without name and classname".to_owned(),
            (around, "") => around.to_owned(),
            ("", name) => name.to_owned(),
            // What stands in both is said once.
            (around, name) if place::begins_with(name, around) || name.ends_with(around) => {
                name.to_owned()
            }
            // nose2: `setUpClass (module` and `Class)`.
            (around, name) if around.contains(" (") && name.ends_with(')') => {
                format!("{around}.{name}")
            }
            (around, name) => format!("{around}: {name}"),
        }
    }

    fn placed(&self, written: &Written<'_>) -> Placed {
        let Place { mut container, mut name, folder, is_subtest, is_skipped } =
            (self.producer.place)(written);
        container.retain_mut(|part| {
            trim(part);
            !part.is_empty()
        });
        trim(&mut name);
        if name.is_empty() {
            name = written.classname.to_owned();
        }
        if self.mapping.merge_parameters {
            self.producer.parameters.strip(&mut container, &mut name);
        }
        if self.mapping.by_configuration
            && let Some(configuration) = (self.producer.configuration)(written)
        {
            name = format!("{name} [{}]", text::clean(&configuration));
        }
        let file = (self.mapping.group_by == GroupBy::File).then(|| written.file()).flatten();
        let labels: Vec<&str> = match self.mapping.group_by {
            GroupBy::Suite => {
                written.chain.iter().map(|name| (self.producer.suite_label)(name)).collect()
            }
            _ => Vec::new(),
        };
        let folder = place::folder(
            &self.mapping.folder,
            self.mapping.group_by,
            &self.mapping.split,
            &Sources {
                suites: &labels,
                classname: written.classname,
                file: file.as_deref(),
                auto: &folder,
            },
        );
        Placed {
            container,
            name,
            folder,
            outcome: if is_skipped { Outcome::Skipped } else { written.case.outcome },
            is_subtest,
        }
    }
}

fn trim(text: &mut String) {
    let trimmed = text.trim();
    if trimmed.len() < text.len() {
        *text = trimmed.to_owned();
    }
}

/// The suites around the last case, and its classname: the next case mostly has the same.
#[derive(Default)]
struct Around<'a> {
    suite: Option<Option<SuiteIndex>>,
    suites: Vec<&'a Suite>,
    indices: Vec<usize>,
    raw_classname: Option<String>,
    classname: String,
}

impl<'a> Around<'a> {
    fn chain(&mut self, report: &'a Report, innermost: Option<SuiteIndex>) {
        self.suites.clear();
        self.indices.clear();
        let mut next = innermost;
        while let Some((index, suite)) =
            next.and_then(|index| Some((index as usize, report.suites.get(index as usize)?)))
        {
            self.suites.push(suite);
            self.indices.push(index);
            next = suite.parent;
        }
        self.suites.reverse();
        self.indices.reverse();
    }
}
