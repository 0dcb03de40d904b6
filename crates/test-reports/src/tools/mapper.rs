//! From the cases of one report to tests, run errors and findings.

use std::collections::{HashMap, HashSet};

use super::context::CaseContext;
use super::location::{self, Sources, TestLocation};
use super::{NotATest, Tool, detect};
use crate::formats::model::{Case, Outcome, Report, Suite, SuiteIndex};
use crate::mapping::{GroupBy, IdentityOptions};
use crate::text;

/// What a case element is.
#[derive(Clone, Debug, PartialEq)]
pub enum MappedCase {
    /// A test, or a part of one.
    Test(MappedTest),
    /// Something that failed outside every test, and what it is called.
    RunError(String),
    /// Neither a test nor an error: a set-up that passed, a class that is skipped as a whole.
    NoTest,
    /// A linter's finding.
    Finding,
}

/// A test with what identifies it and where a new one is put.
#[derive(Clone, Debug, PartialEq)]
pub struct MappedTest {
    /// The cleaned parts of the container; they enter the identity.
    pub container: Vec<String>,
    /// The cleaned name, whole; it enters the identity.
    pub name: String,
    /// The folders from below the root folder, outermost first, `--folder` included.
    pub folder: Vec<String>,
    /// How it ended, where the tool knows better than the element.
    pub outcome: Outcome,
    /// It is a part of a test that has no case of its own when it passes.
    pub is_subtest: bool,
}

/// Maps the cases of one report.
pub struct CaseMapper<'a> {
    report: &'a Report,
    mapping: &'a IdentityOptions,
    tool: &'static Tool,
    /// The cleaned name of each suite.
    suite_names: Vec<String>,
    hooks: HashSet<usize>,
    ordinals: HashMap<usize, usize>,
}

impl<'a> CaseMapper<'a> {
    /// Finds out who wrote `report`.
    #[must_use]
    pub fn new(report: &'a Report, mapping: &'a IdentityOptions) -> Self {
        let tool = detect(report);
        Self {
            report,
            mapping,
            tool,
            suite_names: report.suites.iter().map(|suite| text::clean(&suite.name)).collect(),
            hooks: (tool.hooks)(report),
            ordinals: (tool.ordinals)(report),
        }
    }

    /// Who wrote the report.
    #[must_use]
    pub fn tool(&self) -> &'static Tool {
        self.tool
    }

    /// Calls `each` with every case element, in document order, and what it is.
    pub fn for_each(&self, mut each: impl FnMut(usize, &'a Case, MappedCase)) {
        let mut around = Around::default();
        for (index, case) in self.report.cases.iter().enumerate() {
            let mapped = self.with_context(case, &mut around, |context| self.map(index, context));
            each(index, case, mapped);
        }
    }

    /// Browser, project or device of a case.
    #[must_use]
    pub fn configuration(&self, case: &Case) -> Option<String> {
        self.with_context(case, &mut Around::default(), |context| {
            (self.tool.configuration)(context)
        })
    }

    fn with_context<T>(
        &self,
        case: &Case,
        around: &mut Around<'a>,
        use_it: impl FnOnce(&CaseContext<'_>) -> T,
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
        use_it(&CaseContext {
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

    fn map(&self, index: usize, context: &CaseContext<'_>) -> MappedCase {
        let context = &CaseContext { ordinal: self.ordinals.get(&index).copied(), ..*context };
        let is_nameless = context.name.is_empty() && context.classname.is_empty();
        let noise = if self.hooks.contains(&index) || is_nameless {
            Some(NotATest::SetupOrHook)
        } else {
            (self.tool.noise)(context)
        };
        match noise {
            Some(NotATest::LintFinding) => MappedCase::Finding,
            Some(NotATest::SetupOrHook) if context.failed() => {
                MappedCase::RunError(self.error_name(context))
            }
            Some(NotATest::SetupOrHook) => MappedCase::NoTest,
            None => MappedCase::Test(self.placed(context)),
        }
    }

    /// Hook, suite or class, with what it belongs to.
    fn error_name(&self, context: &CaseContext<'_>) -> String {
        let around = if context.classname.is_empty() {
            (self.tool.suite_label)(context.suite_name())
        } else {
            context.classname
        };
        match (around, context.name) {
            ("", "") => "a case without name and classname".to_owned(),
            (around, "") => around.to_owned(),
            ("", name) => name.to_owned(),
            // What stands in both is said once.
            (around, name) if location::begins_with(name, around) || name.ends_with(around) => {
                name.to_owned()
            }
            // nose2: `setUpClass (module` and `Class)`.
            (around, name) if around.contains(" (") && name.ends_with(')') => {
                format!("{around}.{name}")
            }
            (around, name) => format!("{around}: {name}"),
        }
    }

    fn placed(&self, context: &CaseContext<'_>) -> MappedTest {
        let TestLocation { mut container, mut name, folder, is_subtest, is_skipped } =
            (self.tool.locate)(context);
        container.retain_mut(|part| {
            trim(part);
            !part.is_empty()
        });
        trim(&mut name);
        if name.is_empty() {
            name = context.classname.to_owned();
        }
        if self.mapping.merge_parameters {
            self.tool.parameters.strip(&mut container, &mut name);
        }
        if self.mapping.by_configuration
            && let Some(configuration) = (self.tool.configuration)(context)
        {
            name = format!("{name} [{}]", text::clean(&configuration));
        }
        let file = (self.mapping.group_by == GroupBy::File).then(|| context.file()).flatten();
        let labels: Vec<&str> = match self.mapping.group_by {
            GroupBy::Suite => {
                context.chain.iter().map(|name| (self.tool.suite_label)(name)).collect()
            }
            _ => Vec::new(),
        };
        let folder = location::folder(
            &self.mapping.folder,
            self.mapping.group_by,
            &self.mapping.split,
            &Sources {
                suites: &labels,
                classname: context.classname,
                file: file.as_deref(),
                auto: &folder,
            },
        );
        MappedTest {
            container,
            name,
            folder,
            outcome: if is_skipped { Outcome::Skipped } else { context.case.outcome },
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
