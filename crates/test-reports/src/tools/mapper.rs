//! From the cases of one report to tests, run errors and findings.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use super::context::CaseContext;
use super::local_paths::LocalPaths;
use super::location::{self, Locate, TestLocation, TestName};
use super::part::{Part, PartTools};
use super::{NotATest, Tool, detect_parts, main_tool, source_location, volatile};
use crate::formats::model::{Case, Detail, Outcome, Report, Suite, SuiteIndex};
use crate::identity::{ContainerHash, Identity};
use crate::options::{GroupBy, IdentityOptions};
use crate::text;

/// What a case element is.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum MappedCase<'m> {
    /// A test, or a part of one.
    Test(MappedTest<'m>),
    /// A failure outside every test, with its name.
    RunError(String),
    /// Neither a test nor an error: a set-up that passed, a class that was skipped as a whole.
    NoTest,
    /// A finding of a linter.
    Finding,
}

/// A test, with what identifies it and where a new one is placed.
///
/// Consecutive tests of one class share `container` and `folder`: the same allocations, not only equal ones.
#[derive(Clone, Debug, PartialEq)]
pub struct MappedTest<'m> {
    /// The identity: a hash of [`IdentityOptions::namespace`], `container` and `name`.
    pub identity: Identity,
    /// The cleaned parts of the container.
    pub container: &'m Arc<[String]>,
    /// The cleaned name in full.
    pub name: Cow<'m, str>,
    /// The folders, outermost first, starting with [`IdentityOptions::folder`].
    pub folder: &'m Arc<[String]>,
    /// The result, corrected where the tool's row knows better than the element.
    pub outcome: Outcome,
    /// Whether it is a part of a test, which has no case of its own when it passes.
    pub is_subtest: bool,
}

/// Container and folder of the last test, which the next one mostly shares.
struct Home {
    /// Both as the tool's row says.
    written: TestLocation,
    container: Arc<[String]>,
    folder: Arc<[String]>,
    hash: ContainerHash,
}

/// The longest message, in characters.
const MESSAGE_CHARS: usize = 2_000;

/// Maps the cases of one report.
pub struct CaseMapper<'a> {
    report: &'a Report,
    options: &'a IdentityOptions,
    group: u16,
    /// The tool of most cases.
    tool: &'static Tool,
    parts: Vec<(Part<'a>, &'static Tool)>,
    tools: PartTools,
    /// The cleaned name of each suite.
    suite_names: Vec<String>,
    paths: LocalPaths<'a>,
    /// The path of the report, after a `/` if it is known to be relative to the repository root.
    report_path: String,
    hooks: HashSet<usize>,
    ordinals: HashMap<usize, usize>,
}

impl<'a> CaseMapper<'a> {
    /// Detects the tools that wrote the parts of `report`.
    #[must_use]
    pub fn new(report: &'a Report, options: &'a IdentityOptions) -> Self {
        let parts = detect_parts(report);
        Self {
            report,
            options,
            group: 0,
            tool: main_tool(&parts),
            tools: PartTools::new(&parts),
            suite_names: report.suites.iter().map(|suite| text::clean(&suite.name)).collect(),
            hooks: parts.iter().flat_map(|(part, tool)| (tool.hooks)(part)).collect(),
            ordinals: parts.iter().flat_map(|(part, tool)| (tool.ordinals)(part)).collect(),
            paths: LocalPaths::new(report, options),
            report_path: match options.root.below(&report.path) {
                Some(path) => format!("/{path}"),
                None => report.path.to_string(),
            },
            parts,
        }
    }

    /// The tool that wrote most cases of the report.
    #[must_use]
    pub fn tool(&self) -> &'static Tool {
        self.tool
    }

    /// The tool that wrote the case with this index.
    pub(crate) fn tool_of(&self, case: usize) -> &'static Tool {
        self.tools.of_case(case)
    }

    /// The tools of the parts that have cases.
    pub(crate) fn tools(&self) -> impl Iterator<Item = &'static Tool> {
        self.parts.iter().filter(|(part, _)| !part.cases.is_empty()).map(|(_, tool)| *tool)
    }

    pub(crate) fn report(&self) -> &'a Report {
        self.report
    }

    /// The same mapper, for a report of the group with this index.
    pub(crate) fn in_group(self, group: u16) -> Self {
        Self { group, ..self }
    }

    /// The index of the group that the report is in.
    pub(crate) fn group(&self) -> u16 {
        self.group
    }

    pub(crate) fn options(&self) -> &'a IdentityOptions {
        self.options
    }

    /// Calls `each` with the index of every case, the case, and what it is, in document order.
    pub fn for_each(&self, each: impl FnMut(usize, &'a Case, MappedCase<'_>)) {
        self.for_each_in(0..self.report.cases.len(), each);
    }

    /// As [`Self::for_each`], of the cases with these indices.
    pub(crate) fn for_each_in(
        &self,
        indices: Range<usize>,
        mut each: impl FnMut(usize, &'a Case, MappedCase<'_>),
    ) {
        let is_before =
            |(part, _): &(Part<'_>, _)| part.first_case + part.cases.len() <= indices.start;
        let first = self.parts.partition_point(is_before);
        let parts = self.parts[first..].iter();
        // Consecutive cases mostly share their suite and classname.
        let (mut last, mut classname) = ("", Cow::Borrowed(""));
        for (part, tool) in parts.take_while(|(part, _)| part.first_case < indices.end) {
            let start = indices.start.saturating_sub(part.first_case);
            let end = (indices.end - part.first_case).min(part.cases.len());
            let mut index = part.first_case + start;
            let mut home = None;
            for cases in part.cases[start..end].chunk_by(|a, b| a.suite == b.suite) {
                let (suites, chain) = self.suites_around(cases[0].suite);
                let mut is_new = true;
                for case in cases {
                    let written = case.classname.as_deref().unwrap_or_default();
                    if written != last {
                        (last, classname) = (written, text::cleaned(written));
                        is_new = true;
                    }
                    if is_new || self.options.group_by == GroupBy::File {
                        self.leave_class(tool, &mut home);
                        is_new = false;
                    }
                    let context = CaseContext {
                        part,
                        case,
                        name: &text::cleaned(case.name.as_deref().unwrap_or_default()),
                        classname: &classname,
                        suites: &suites,
                        chain: &chain,
                        paths: &self.paths,
                        ordinal: self.ordinals.get(&index).copied(),
                    };
                    each(index, case, self.map(index, tool, &context, &mut home));
                    index += 1;
                }
            }
        }
    }

    /// Forgets the home of the last case, if the next one, of another suite or class, may have another although the tool's
    /// row says the same.
    fn leave_class(&self, tool: &Tool, home: &mut Option<Home>) {
        let is_compared = matches!(tool.locate, Locate::Case(_))
            && matches!(self.options.group_by, GroupBy::Auto | GroupBy::Flat);
        if !is_compared {
            *home = None;
        }
    }

    /// The browser, project or device of the case with this index.
    #[must_use]
    pub fn configuration(&self, index: usize) -> Option<String> {
        let after = self.parts.partition_point(|(part, _)| part.first_case <= index);
        let (part, tool) = self.parts[..after].last()?;
        let case = self.report.cases.get(index)?;
        let (suites, chain) = self.suites_around(case.suite);
        (tool.configuration)(&CaseContext {
            part,
            case,
            name: &text::clean(case.name.as_deref().unwrap_or_default()),
            classname: &text::clean(case.classname.as_deref().unwrap_or_default()),
            suites: &suites,
            chain: &chain,
            paths: &self.paths,
            ordinal: None,
        })
    }

    /// What a failure, error or skip of the case with this index says, without control characters, in at most
    /// [`MESSAGE_CHARS`] characters.
    pub(crate) fn message(&self, case: usize, detail: &Detail) -> Option<String> {
        message(self.tool_of(case), detail)
    }

    /// As [`Self::message`], of a suite.
    pub(crate) fn suite_message(
        &self,
        suite: Option<SuiteIndex>,
        detail: &Detail,
    ) -> Option<String> {
        message(self.tools.of_suite(suite), detail)
    }

    /// File and line of a case: where it failed in the file that the report names, or else where it starts. The file is
    /// relative to the repository root.
    pub(crate) fn location(
        &self,
        case: &Case,
        detail: Option<&Detail>,
    ) -> (Option<String>, Option<u32>) {
        let written = case.file.as_deref().and_then(path_of_php).or_else(|| {
            let suites = self.report.suite_chain(case.suite);
            let named = |suite: &&'a Suite| {
                let file = suite.attribute("file").or(suite.attribute("filepath"))?;
                path_of_php(file)
            };
            suites.iter().rev().find_map(named)
        });
        let line = case.line.or_else(|| case.attribute("lineno")?.parse().ok());
        // Some classnames are a place: `roles/cart/tasks/main.yml:3`.
        let place = || case.classname.as_deref().and_then(volatile::place);
        let (written, line) = match written {
            Some(file) => (Some(file), line),
            None => place().map_or((None, None), |(file, line)| (Some(file), Some(line))),
        };
        let file = written.map(|file| self.paths.relative(file)).filter(|file| !file.is_empty());
        let line = line.filter(|_| file.is_some());
        let (file, failed_at) = match detail {
            Some(detail) => {
                let (file, line) = self.location_in(detail, file);
                (file.or_else(|| self.named_after_file(case)), line)
            }
            None => (file, None),
        };
        let line = failed_at.or(line);
        self.in_repository(file, line, case.classname.as_deref().unwrap_or_default())
    }

    /// As [`Self::location`], of a suite.
    pub(crate) fn suite_location(&self, detail: &Detail) -> (Option<String>, Option<u32>) {
        let (file, line) = self.location_in(detail, None);
        self.in_repository(file, line, "")
    }

    /// The file after which the class of a case is named.
    fn named_after_file(&self, case: &Case) -> Option<String> {
        let classname = case.classname.as_deref()?;
        let is_path = classname.contains('/') && !classname.contains(char::is_whitespace);
        (is_path && volatile::has_extension(classname)).then(|| self.paths.relative(classname))
    }

    /// The path of `file` in the repository, if its files are known. Without it, the line says nothing.
    fn in_repository(
        &self,
        file: Option<String>,
        line: Option<u32>,
        classname: &str,
    ) -> (Option<String>, Option<u32>) {
        let Some(tracked) = &self.options.tracked else {
            return (file, line);
        };
        let file = file.and_then(|file| {
            let found = tracked.find(&file, &self.report_path, classname).map(str::to_owned);
            // A new file is not tracked yet.
            found.or_else(|| self.paths.is_in_repository(&file).then_some(file))
        });
        let line = line.filter(|_| file.is_some());
        (file, line)
    }

    /// File and line that a failure names; only the line where the `file` is known.
    fn location_in(&self, detail: &Detail, file: Option<String>) -> (Option<String>, Option<u32>) {
        // Where tests ran in a directory of the repository, one of the two may be relative to that.
        let is_end = |path: &str, end: &str| {
            path.strip_suffix(end).is_some_and(|above| above.is_empty() || above.ends_with('/'))
        };
        let is_wanted = |path: &str| {
            file.as_ref().is_none_or(|file| {
                let path = self.paths.relative(path);
                is_end(&path, file) || (path.contains('/') && is_end(file, &path))
            })
        };
        let texts = [detail.text.as_deref(), detail.message.as_deref()];
        let found = texts.into_iter().flatten().find_map(|text| source_location(text, is_wanted));
        let line = found.map(|(_, line)| line);
        (file.or_else(|| found.map(|(path, _)| self.paths.relative(path))), line)
    }

    /// The suites around `innermost`, outermost first, and their cleaned names.
    fn suites_around(&self, innermost: Option<SuiteIndex>) -> (Vec<&'a Suite>, Vec<&str>) {
        let (mut suites, mut names) = (Vec::new(), Vec::new());
        let mut next = innermost.map(|index| index as usize);
        while let Some((suite, name)) =
            next.and_then(|index| Some((self.report.suites.get(index)?, &self.suite_names[index])))
        {
            suites.push(suite);
            names.push(name.as_str());
            next = suite.parent.map(|index| index as usize);
        }
        suites.reverse();
        names.reverse();
        (suites, names)
    }

    fn map<'m>(
        &self,
        index: usize,
        tool: &Tool,
        context: &CaseContext<'m>,
        home: &'m mut Option<Home>,
    ) -> MappedCase<'m> {
        let is_nameless = context.name.is_empty() && context.classname.is_empty();
        let is_hook = || !self.hooks.is_empty() && self.hooks.contains(&index);
        let not_a_test = if is_nameless || is_hook() {
            Some(NotATest::SetupOrHook)
        } else {
            (tool.not_a_test)(context)
        };
        match not_a_test {
            Some(NotATest::LintFinding) => MappedCase::Finding,
            Some(NotATest::SetupOrHook) if context.failed() => {
                MappedCase::RunError(error_name(tool, context))
            }
            Some(NotATest::SetupOrHook) => MappedCase::NoTest,
            None => MappedCase::Test(self.map_test(tool, context, home)),
        }
    }

    fn map_test<'m>(
        &self,
        tool: &Tool,
        context: &CaseContext<'m>,
        home: &'m mut Option<Home>,
    ) -> MappedTest<'m> {
        let TestName { name, is_subtest, is_skipped } = match tool.locate {
            Locate::Class { home: find, name } => {
                if home.is_none() {
                    *home = Some(self.home(tool, context, find(context)));
                }
                name(context)
            }
            Locate::Case(locate) => {
                let mut found = locate(context);
                let name = TestName {
                    name: Cow::Owned(std::mem::take(&mut found.name)),
                    is_subtest: found.is_subtest,
                    is_skipped: found.is_skipped,
                };
                let is_same = |home: &Home| {
                    home.written.container == found.container && home.written.folder == found.folder
                };
                if !home.as_ref().is_some_and(is_same) {
                    *home = Some(self.home(tool, context, found));
                }
                name
            }
        };
        let mut name = trimmed(name);
        if name.is_empty() {
            name = Cow::Borrowed(context.classname);
        }
        if self.options.merge_parameters {
            let length = tool.parameters.strip_name(&name).len();
            if length < name.len() {
                name = Cow::Owned(name[..length].to_owned());
            }
        }
        if self.options.by_configuration
            && let Some(configuration) = (tool.configuration)(context)
        {
            name = Cow::Owned(format!("{name} [{}]", text::clean(&configuration)));
        }
        let Home { written: _, container, folder, hash } =
            home.get_or_insert_with(|| self.home(tool, context, TestLocation::default()));
        MappedTest {
            identity: hash.test(&name),
            container,
            name,
            folder,
            outcome: match context.case.outcome {
                _ if is_skipped => Outcome::Skipped,
                // It passed when it ran again, although the case keeps the failure.
                Outcome::Failed | Outcome::Errored
                    if context.case.attribute("flaky") == Some("true") =>
                {
                    Outcome::Passed
                }
                outcome => outcome,
            },
            is_subtest,
        }
    }

    /// Container and folder without what differs between machines, from what the tool's row says.
    fn home(&self, tool: &Tool, context: &CaseContext<'_>, written: TestLocation) -> Home {
        let parts = written.container.iter();
        let parts = parts.map(|part| volatile::without_machine(part.trim(), context.paths));
        let mut container: Vec<String> = parts.filter(|part| !part.is_empty()).collect();
        if self.options.merge_parameters {
            tool.parameters.strip_container(&mut container);
        }
        let mut levels = written.folder.clone();
        levels.iter_mut().for_each(|level| level.make_stable(context.paths));
        let folder = location::folder(self.options, tool, context, &levels);
        Home {
            hash: ContainerHash::new(&self.options.namespace, &container),
            container: container.into(),
            folder: folder.into(),
            written,
        }
    }
}

/// The name of a hook with the class or suite that it belongs to.
fn error_name(tool: &Tool, context: &CaseContext<'_>) -> String {
    let owner = if context.classname.is_empty() {
        (tool.suite_label)(context.suite_name())
    } else {
        context.classname
    };
    match (owner, context.name) {
        ("", "") => "a case without name and classname".to_owned(),
        (owner, "") => owner.to_owned(),
        ("", name) => name.to_owned(),
        (owner, name) if location::begins_with(name, owner) || name.ends_with(owner) => {
            name.to_owned()
        }
        // nose2: `setUpClass (module` and `Class)`.
        (owner, name) if owner.contains(" (") && name.ends_with(')') => {
            format!("{owner}.{name}")
        }
        (owner, name) => format!("{owner}: {name}"),
    }
}

fn message(tool: &Tool, detail: &Detail) -> Option<String> {
    let message = text::printable(&tool.message(detail)?);
    Some(text::cut(message.trim(), MESSAGE_CHARS).into_owned())
}

fn trimmed(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) if text.trim().len() < text.len() => Cow::Owned(text.trim().to_owned()),
        owned => owned,
    }
}

/// The path in an attribute `file`. Pest appends the name of the test, has the names of classes instead of paths, and evaluates
/// code that is in no file.
fn path_of_php(file: &str) -> Option<&str> {
    if file.ends_with(" : eval()'d code") {
        return None;
    }
    match file.split_once("::") {
        Some((path, _)) if path.ends_with(".php") => Some(path),
        Some((class, _)) if class.ends_with(')') && class.contains('\\') => None,
        _ => Some(file),
    }
}
