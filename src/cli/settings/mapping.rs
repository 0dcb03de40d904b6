//! What is read, and how cases become tests.

use glob::Pattern;

use super::resolution::Resolution;
use super::source::{ConfigError, Sourced};
use crate::cli::args::words::hint_for;
use crate::cli::args::{MappingArgs, ReadingArgs};
use test_reports::formats::{Limits, Size};
use test_reports::record::{IdentityOptions, Split};
use test_reports::text;

/// The property that pins a test, unless told otherwise.
pub const DEFAULT_ID_PROPERTY: &str = "testquality_test";

/// Which reports are read, and when there is too little in them.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// Files, directories, patterns, `-`, and `!pattern`, as written.
    pub reports: Vec<String>,
    /// Patterns of reports to leave out (`--exclude` and `exclude`), checked.
    pub exclude: Vec<String>,
    /// Patterns of tests to leave out (`ignore`).
    pub ignore: Vec<Pattern>,
    /// No report, and no test, is fine.
    pub allow_empty: bool,
    /// Fewer tests than this is exit code 3.
    pub min_tests: usize,
    /// Damage stops before anything is written.
    pub strict: bool,
    /// How much of a file is read.
    pub limits: Limits,
}

/// Notes every report that does not exist and looks like a command word; whether there was one.
pub(super) fn reject_subcommand_typos(resolution: &mut Resolution<'_>, reports: &[String]) -> bool {
    let mut found = false;
    for report in reports {
        let exists = resolution.environment.directory.join(report).exists();
        if let Some(hint) = hint_for(report).filter(|_| !exists) {
            let error = ConfigError::new(format!("there is no report {report:?}"));
            resolution.error(error.hint(hint));
            found = true;
        }
    }
    found
}

pub(super) fn reading(resolution: &mut Resolution<'_>, args: &ReadingArgs) -> Reading {
    let ReadingArgs {
        reports,
        exclude,
        allow_empty,
        min_tests,
        strict,
        max_file_size,
        max_value_size,
        max_cases,
    } = args;
    let sizes = (*max_file_size, *max_value_size);
    let mut all_excluded = resolution
        .file
        .exclude
        .clone()
        .map(|patterns| resolution.note("exclude", patterns, |patterns| patterns.join(", ")))
        .unwrap_or_default();
    all_excluded.extend(exclude.iter().cloned());
    if reports.iter().any(|report| report.trim().is_empty()) {
        // It would be the working directory and all below it.
        resolution.error(ConfigError::new("a report has no name").hint(
            "a variable that is not set, perhaps: write . for everything below this directory",
        ));
    }
    for excluded in &all_excluded {
        pattern(resolution, "exclude", excluded);
    }
    let ignore = resolution.file.ignore.clone();
    let ignore = ignore
        .map(|patterns| resolution.note("ignore", patterns, |patterns| patterns.join(", ")))
        .unwrap_or_default()
        .iter()
        .filter_map(|ignored| pattern(resolution, "ignore", ignored))
        .collect();
    let file = resolution.file.clone();
    let reading = Reading {
        reports: reports.clone(),
        exclude: all_excluded,
        ignore,
        allow_empty: resolution.switch("--allow-empty", *allow_empty, file.allow_empty),
        min_tests: resolution.number("--min-tests", *min_tests, file.min_tests, 0, 0..=usize::MAX),
        strict: resolution.switch("--strict", *strict, file.strict),
        limits: limits(resolution, sizes, *max_cases),
    };
    if reading.allow_empty && reading.min_tests > 0 {
        resolution.error(
            ConfigError::new(format!("allow-empty contradicts min-tests {}", reading.min_tests))
                .hint("leave out one of them"),
        );
    }
    reading
}

/// No value is longer: what holds one counts in 32 bits.
const LONGEST_VALUE: Size = Size(1 << 30);

fn limits(
    resolution: &mut Resolution<'_>,
    (file_size, value_size): (Option<Size>, Option<Size>),
    cases: Option<usize>,
) -> Limits {
    let file = resolution.file.clone();
    let default = Limits::default();
    let show = ToString::to_string;
    let file_size =
        resolution.value("--max-file-size", file_size.as_ref(), file.max_file_size, show);
    let value_size =
        resolution.value("--max-value-size", value_size.as_ref(), file.max_value_size, show);
    if value_size.is_some_and(|size| size.0 > LONGEST_VALUE.0) {
        resolution.error(ConfigError::new(format!("max-value-size goes up to {LONGEST_VALUE}")));
    }
    Limits {
        file_size: file_size.map_or(default.file_size, |size| size.0),
        value_size: value_size
            .and_then(|size| usize::try_from(size.0).ok())
            .unwrap_or(default.value_size),
        cases: resolution.number(
            "--max-cases",
            cases,
            file.max_cases,
            default.cases,
            1..=u32::MAX as usize / 2,
        ),
    }
}

fn pattern(resolution: &mut Resolution<'_>, name: &str, written: &str) -> Option<Pattern> {
    match Pattern::new(written) {
        Ok(pattern) => Some(pattern),
        Err(error) => {
            resolution.error(ConfigError::new(format!(
                "{name}: {written:?} is no glob pattern: {error}"
            )));
            None
        }
    }
}

pub(super) fn mapping(resolution: &mut Resolution<'_>, args: &MappingArgs) -> IdentityOptions {
    let MappingArgs {
        namespace,
        folder,
        group_by,
        split: _,
        no_split: _,
        merge_parameters,
        by_configuration,
        id_property,
        reruns,
    } = args;
    let file = resolution.file.clone();
    let namespace =
        text_value(resolution, "--namespace", "TQ_NAMESPACE", namespace, file.namespace);
    let namespace = namespace.map(|written| {
        let cleaned = text::clean(&written);
        if cleaned.is_empty() && !written.is_empty() {
            resolution.error(ConfigError::new(
                "the namespace holds nothing but characters that are not printed",
            ));
        }
        cleaned
    });
    let folder = text_value(resolution, "--folder", "TQ_FOLDER", folder, file.folder);
    let id_property = resolution
        .value("--id-property", id_property.as_ref(), file.id_property, String::clone)
        .unwrap_or_else(|| DEFAULT_ID_PROPERTY.to_owned());
    if id_property.trim().is_empty() {
        resolution.error(ConfigError::new("id-property is empty"));
    }
    let group_by = resolution
        .value("--group-by", group_by.as_ref(), file.group_by, |by| {
            format!("{by:?}").to_lowercase()
        })
        .map(Into::into)
        .unwrap_or_default();
    IdentityOptions {
        namespace: namespace.unwrap_or_default(),
        folder: folder.as_deref().map(folder_names).unwrap_or_default(),
        group_by,
        split: split(resolution, args),
        merge_parameters: resolution.switch(
            "--merge-parameters",
            *merge_parameters,
            file.merge_parameters,
        ),
        by_configuration: resolution.switch(
            "--by-configuration",
            *by_configuration,
            file.by_configuration,
        ),
        reruns: resolution.switch("--reruns", *reruns, file.reruns),
        id_property: id_property.trim().to_owned(),
        root: text::RepositoryRoot::new(resolution.working_tree()),
    }
}

fn text_value(
    resolution: &mut Resolution<'_>,
    flag: &'static str,
    variable: &'static str,
    given: &Option<String>,
    file: Option<Sourced<String>>,
) -> Option<String> {
    let fallback = resolution.variable(variable).or(file);
    resolution.value(flag, given.as_ref(), fallback, String::clone)
}

fn split(resolution: &mut Resolution<'_>, args: &MappingArgs) -> Split {
    let given = match (&args.split, args.no_split) {
        (Some(_), true) => {
            resolution.error(ConfigError::new("--split and --no-split contradict each other"));
            None
        }
        (Some(text), false) if text.is_empty() => {
            resolution.error(ConfigError::new("--split is empty").hint("--no-split cuts nowhere"));
            None
        }
        (Some(text), false) => Some(Split::At(text.clone())),
        (None, true) => Some(Split::Never),
        (None, false) => None,
    };
    let file = resolution.file.split.clone();
    resolution
        .value("--split", given.as_ref(), file, |split| match split {
            Split::Auto => "auto".to_owned(),
            Split::At(text) => format!("at {text:?}"),
            Split::Never => "never".to_owned(),
        })
        .unwrap_or_default()
}

/// The folders that `A/B` names.
fn folder_names(path: &str) -> Vec<String> {
    path.split('/')
        .map(text::clean)
        .filter(|name| !name.is_empty())
        .map(|name| text::fit_name(&name).into_owned())
        .collect()
}
