//! `tq-import.toml`: the settings that belong to a repository.
//!
//! It is part of the branch that is built, so it can hold nothing that a stranger's branch must
//! not decide: no token, no certificate authority, no unencrypted host, no soft exit codes.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use clap::ValueEnum;
use toml::de::{DeTable, DeValue};

use super::source::{ConfigError, Source, Sourced};
use crate::cli::args::values::{AdoptArg, CreateLimit, GroupByArg, duration};
use crate::cli::args::words::nearest;
use test_reports::formats::Size;
use test_reports::record::Split;

/// The name of the file.
pub const FILE_NAME: &str = "tq-import.toml";

/// No settings file is longer than this.
const SIZE_LIMIT: usize = 1024 * 1024;

/// What a `tq-import.toml` says. Nothing is checked beyond types.
#[derive(Clone, Debug, Default)]
pub(super) struct ProjectFile {
    /// There is one which may name a project, and what it says is not known.
    pub(super) may_name_project: bool,
    /// The project by name or id.
    pub(super) project: Option<Sourced<String>>,
    /// The server.
    pub(super) host: Option<Sourced<String>>,
    /// The namespace.
    pub(super) namespace: Option<Sourced<String>>,
    /// The folder of new tests.
    pub(super) folder: Option<Sourced<String>>,
    /// `group_by`
    pub(super) group_by: Option<Sourced<GroupByArg>>,
    /// `split`: a text, or false.
    pub(super) split: Option<Sourced<Split>>,
    /// `merge_parameters`
    pub(super) merge_parameters: Option<Sourced<bool>>,
    /// `by_configuration`
    pub(super) by_configuration: Option<Sourced<bool>>,
    /// `id_property`
    pub(super) id_property: Option<Sourced<String>>,
    /// `reruns`
    pub(super) reruns: Option<Sourced<bool>>,
    /// `adopt`
    pub(super) adopt: Option<Sourced<AdoptArg>>,
    /// `no_steps`
    pub(super) no_steps: Option<Sourced<bool>>,
    /// `create_limit`
    pub(super) create_limit: Option<Sourced<CreateLimit>>,
    /// `strict`
    pub(super) strict: Option<Sourced<bool>>,
    /// `allow_empty`
    pub(super) allow_empty: Option<Sourced<bool>>,
    /// `min_tests`
    pub(super) min_tests: Option<Sourced<usize>>,
    /// `max_file_size`
    pub(super) max_file_size: Option<Sourced<Size>>,
    /// `max_value_size`
    pub(super) max_value_size: Option<Sourced<Size>>,
    /// `max_cases`
    pub(super) max_cases: Option<Sourced<usize>>,
    /// `fail_on_test_failure`
    pub(super) fail_on_test_failure: Option<Sourced<bool>>,
    /// `exclude`: patterns of reports.
    pub(super) exclude: Option<Sourced<Vec<String>>>,
    /// `ignore`: patterns of tests.
    pub(super) ignore: Option<Sourced<Vec<String>>>,
    /// `concurrency`
    pub(super) concurrency: Option<Sourced<usize>>,
    /// `batch_size`
    pub(super) batch_size: Option<Sourced<usize>>,
    /// `timeout`
    pub(super) timeout: Option<Sourced<Duration>>,
    /// `retries`
    pub(super) retries: Option<Sourced<u32>>,
    /// `deadline`
    pub(super) deadline: Option<Sourced<Duration>>,
}

const KEYS: &[&str] = &[
    "project",
    "host",
    "namespace",
    "folder",
    "group_by",
    "split",
    "merge_parameters",
    "by_configuration",
    "id_property",
    "reruns",
    "adopt",
    "no_steps",
    "create_limit",
    "strict",
    "allow_empty",
    "min_tests",
    "max_file_size",
    "max_value_size",
    "max_cases",
    "fail_on_test_failure",
    "exclude",
    "ignore",
    "concurrency",
    "batch_size",
    "timeout",
    "retries",
    "deadline",
];

impl ProjectFile {
    /// The nearest file from `directory` up to `root`, and what it says. Without a repository only
    /// `directory` itself is looked at: what lies above may belong to somebody else.
    pub(super) fn find(
        directory: &Path,
        root: Option<&Path>,
        errors: &mut Vec<ConfigError>,
    ) -> Option<Self> {
        let top = root.unwrap_or(directory);
        let mut shown = PathBuf::new();
        for above in directory.ancestors() {
            let path = above.join(FILE_NAME);
            let shown_path = shown.join(FILE_NAME);
            // Only a regular file: a FIFO would block.
            if path.symlink_metadata().is_ok() && !path.is_file() {
                let shown = shown_path.display();
                errors.push(ConfigError::new(format!("{shown} is no file that can be read")));
                return None;
            }
            if path.is_file() {
                match std::fs::read(&path) {
                    Ok(content) => {
                        let mut file = Self::parse(content, &shown_path, errors);
                        if above != directory {
                            file.exclude_below(above);
                        }
                        return Some(file);
                    }
                    Err(error) => {
                        let shown = shown_path.display();
                        errors.push(ConfigError::new(format!("cannot read {shown}: {error}")));
                        return None;
                    }
                }
            }
            if above == top {
                break;
            }
            shown.push("..");
        }
        None
    }

    /// Patterns with a path are meant from where the file is, not from a directory below.
    fn exclude_below(&mut self, directory: &Path) {
        let place = directory.canonicalize().unwrap_or_else(|_| directory.to_owned());
        let patterns = self.exclude.iter_mut().flat_map(|exclude| &mut exclude.value);
        for pattern in patterns.filter(|pattern| pattern.contains('/')) {
            let place = glob::Pattern::escape(&place.to_string_lossy());
            *pattern = format!("{place}/{}", pattern.trim_start_matches("./"));
        }
    }

    /// What `content` says; `path` is how messages name the file.
    pub(super) fn parse(content: Vec<u8>, path: &Path, errors: &mut Vec<ConfigError>) -> Self {
        let mut file = Self { may_name_project: true, ..Self::default() };
        let shown = path.display();
        if content.len() > SIZE_LIMIT {
            errors.push(ConfigError::new(format!("{shown} is larger than 1 MiB")));
            return file;
        }
        let Ok(text) = String::from_utf8(content) else {
            errors.push(ConfigError::new(format!("{shown} is not UTF-8")));
            return file;
        };
        let table = match DeTable::parse(&text) {
            Ok(table) => table,
            Err(error) => {
                let line = error.span().map_or(1, |span| line_at(&text, span.start));
                // Only the parser's words, never the line itself: it may hold a secret.
                let why = error.message().lines().collect::<Vec<_>>().join("; ");
                errors.push(ConfigError::new(format!("{shown}:{line}: {why}")));
                return file;
            }
        };
        // The table is sorted by key; faults are told in the order of the lines.
        let mut entries: Vec<_> = table.get_ref().iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        for (key, value) in entries {
            let mut entry = Setting {
                key: key.get_ref(),
                value: value.get_ref(),
                source: Source::File {
                    path: path.to_owned(),
                    line: line_at(&text, key.span().start),
                },
                errors,
            };
            file.take(&mut entry);
        }
        file.may_name_project = table.get_ref().contains_key("project") && file.project.is_none();
        file
    }

    fn take(&mut self, entry: &mut Setting<'_>) {
        match entry.key {
            "project" => self.project = entry.project(),
            "host" => self.host = entry.text(),
            "namespace" => self.namespace = entry.text(),
            "folder" => self.folder = entry.text(),
            "group_by" => self.group_by = entry.choice(),
            "split" => self.split = entry.split(),
            "merge_parameters" => self.merge_parameters = entry.boolean(),
            "by_configuration" => self.by_configuration = entry.boolean(),
            "id_property" => self.id_property = entry.text(),
            "reruns" => self.reruns = entry.boolean(),
            "adopt" => self.adopt = entry.choice(),
            "no_steps" => self.no_steps = entry.boolean(),
            "create_limit" => self.create_limit = entry.create_limit(),
            "strict" => self.strict = entry.boolean(),
            "allow_empty" => self.allow_empty = entry.boolean(),
            "min_tests" => self.min_tests = entry.number(),
            "max_file_size" => self.max_file_size = entry.size(),
            "max_value_size" => self.max_value_size = entry.size(),
            "max_cases" => self.max_cases = entry.number(),
            "fail_on_test_failure" => self.fail_on_test_failure = entry.boolean(),
            "exclude" => self.exclude = entry.texts(),
            "ignore" => self.ignore = entry.texts(),
            "concurrency" => self.concurrency = entry.number(),
            "batch_size" => self.batch_size = entry.number(),
            "timeout" => self.timeout = entry.duration(),
            "retries" => self.retries = entry.number(),
            "deadline" => self.deadline = entry.duration(),
            unknown => {
                let error = unknown_key(unknown, &entry.source);
                entry.errors.push(error);
            }
        }
    }
}

fn unknown_key(key: &str, source: &Source) -> ConfigError {
    let folded = key.to_lowercase();
    if folded.contains("token") || folded.contains("password") || folded.contains("secret") {
        return ConfigError::new(format!("{source}: `{key}`: a token does not belong in a file of the repository"))
            .hint("set TQ_ACCESS_TOKEN, or name a file outside of the repository with --token-file; if the token was committed, revoke it");
    }
    match folded.replace('-', "_").as_str() {
        "ca_cert" | "insecure_http" | "soft_fail" => {
            let option = folded.replace('_', "-");
            return ConfigError::new(format!("{source}: `{key}` cannot be set in a file")).hint(
                format!("a branch must not decide this: use the option --{option} in the pipeline"),
            );
        }
        _ => {}
    }
    let error = ConfigError::new(format!("{source}: unknown key `{key}`"));
    match nearest(key, KEYS) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error.hint(format!("the keys are {}", KEYS.join(", "))),
    }
}

/// One key and its value, and where to complain.
struct Setting<'a> {
    key: &'a str,
    value: &'a DeValue<'a>,
    source: Source,
    errors: &'a mut Vec<ConfigError>,
}

impl Setting<'_> {
    fn wrong<T>(&mut self, must: &str) -> Option<Sourced<T>> {
        self.errors
            .push(ConfigError::new(format!("{}: `{}` must be {must}", self.source, self.key)));
        None
    }

    #[expect(clippy::unnecessary_wraps, reason = "every reader of a value gives an option")]
    fn right<T>(&self, value: T) -> Option<Sourced<T>> {
        Some(Sourced { value, source: self.source.clone() })
    }

    fn text(&mut self) -> Option<Sourced<String>> {
        match self.value.as_str() {
            Some(text) => self.right(text.to_owned()),
            None => self.wrong("a string"),
        }
    }

    fn texts(&mut self) -> Option<Sourced<Vec<String>>> {
        let texts: Option<Vec<String>> = self.value.as_array().and_then(|array| {
            array.iter().map(|element| element.get_ref().as_str().map(str::to_owned)).collect()
        });
        match texts {
            Some(texts) => self.right(texts),
            None => self.wrong("a list of strings"),
        }
    }

    fn boolean(&mut self) -> Option<Sourced<bool>> {
        match self.value.as_bool() {
            Some(value) => self.right(value),
            None => self.wrong("true or false"),
        }
    }

    fn integer(&self) -> Option<i64> {
        let integer = self.value.as_integer()?;
        i64::from_str_radix(integer.as_str(), integer.radix()).ok()
    }

    fn number<T: TryFrom<i64>>(&mut self) -> Option<Sourced<T>> {
        match self.integer().and_then(|number| T::try_from(number).ok()) {
            Some(number) => self.right(number),
            None => self.wrong("a number of at least 0"),
        }
    }

    /// A name, or an id that may be written as a number.
    fn project(&mut self) -> Option<Sourced<String>> {
        match (self.value.as_str(), self.integer()) {
            (Some(name), _) => self.right(name.to_owned()),
            (None, Some(id)) => self.right(id.to_string()),
            (None, None) => self.wrong("a project's name or id"),
        }
    }

    fn size(&mut self) -> Option<Sourced<Size>> {
        match self.value.as_str().and_then(|text| text.parse().ok()) {
            Some(size) => self.right(size),
            None => self.wrong("a size such as \"512MiB\""),
        }
    }

    fn split(&mut self) -> Option<Sourced<Split>> {
        match (self.value.as_str(), self.value.as_bool()) {
            (Some(text), _) if !text.is_empty() => self.right(Split::At(text.to_owned())),
            (None, Some(false)) => self.right(Split::Never),
            _ => self.wrong("the text to split at, or false"),
        }
    }

    fn choice<T: ValueEnum>(&mut self) -> Option<Sourced<T>> {
        let chosen = self.value.as_str().and_then(|text| T::from_str(text, false).ok());
        if let Some(chosen) = chosen {
            return self.right(chosen);
        }
        let names: Vec<String> = T::value_variants()
            .iter()
            .filter_map(T::to_possible_value)
            .map(|value| format!("\"{}\"", value.get_name()))
            .collect();
        self.wrong(&format!("one of {}", names.join(", ")))
    }

    fn create_limit(&mut self) -> Option<Sourced<CreateLimit>> {
        let written = match (self.value.as_str(), self.integer()) {
            (Some(text), _) => Some(text.to_owned()),
            (None, number) => number.map(|number| number.to_string()),
        };
        match written.and_then(|text| CreateLimit::from_str(&text).ok()) {
            Some(limit) => self.right(limit),
            None => self.wrong("a number of tests, or a share such as \"50%\""),
        }
    }

    fn duration(&mut self) -> Option<Sourced<Duration>> {
        match self.value.as_str().and_then(|text| duration(text).ok()) {
            Some(time) => self.right(time),
            None => self.wrong("a time such as \"30s\" or \"15m\""),
        }
    }
}

fn line_at(text: &str, offset: usize) -> usize {
    let before = text.as_bytes().get(..offset).unwrap_or_default();
    1 + before.iter().filter(|&&byte| byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> (ProjectFile, Vec<String>) {
        let mut errors = Vec::new();
        let file = ProjectFile::parse(text.into(), Path::new(FILE_NAME), &mut errors);
        let lines = errors
            .into_iter()
            .map(|error| match error.hint {
                Some(hint) => format!("{}\n  hint: {hint}", error.message),
                None => error.message,
            })
            .collect();
        (file, lines)
    }

    #[test]
    fn every_key_is_read() {
        let (file, errors) = parsed(
            r#"
            project = 12080
            host = "https://eu.testquality.com"
            namespace = "shop"
            folder = "Automated/Web"
            group_by = "file"
            split = false
            merge_parameters = true
            by_configuration = true
            id_property = "tq"
            reruns = true
            adopt = "none"
            no_steps = true
            create_limit = "25%"
            strict = true
            allow_empty = false
            min_tests = 10
            fail_on_test_failure = true
            exclude = ["old/*"]
            ignore = ["lint/*", "flaky*"]
            max_file_size = "8GiB"
            max_value_size = "2 MiB"
            max_cases = 6_000_000
            concurrency = 4
            batch_size = 100
            timeout = "10s"
            retries = 2
            deadline = "5m"
            "#,
        );
        assert_eq!(errors, Vec::<String>::new());
        let ProjectFile {
            project,
            host,
            namespace,
            folder,
            group_by,
            split,
            merge_parameters,
            by_configuration,
            id_property,
            reruns,
            adopt,
            no_steps,
            create_limit,
            strict,
            allow_empty,
            min_tests,
            max_file_size,
            max_value_size,
            max_cases,
            fail_on_test_failure,
            exclude,
            ignore,
            concurrency,
            batch_size,
            timeout,
            retries,
            deadline,
            may_name_project: _,
        } = file;
        assert_eq!(project.unwrap().value, "12080");
        assert_eq!(host.unwrap().source.to_string(), "tq-import.toml:3");
        assert_eq!(namespace.unwrap().value, "shop");
        assert_eq!(folder.unwrap().value, "Automated/Web");
        assert_eq!(group_by.unwrap().value, GroupByArg::File);
        assert_eq!(split.unwrap().value, Split::Never);
        assert!(merge_parameters.unwrap().value);
        assert!(by_configuration.unwrap().value);
        assert_eq!(id_property.unwrap().value, "tq");
        assert!(reruns.unwrap().value);
        assert_eq!(adopt.unwrap().value, AdoptArg::None);
        assert!(no_steps.unwrap().value);
        assert_eq!(create_limit.unwrap().value, CreateLimit::Percent(25));
        assert!(strict.unwrap().value);
        assert!(!allow_empty.unwrap().value);
        assert_eq!(min_tests.unwrap().value, 10);
        assert_eq!(max_file_size.unwrap().value, Size(8 << 30));
        assert_eq!(max_value_size.unwrap().value, Size(2 << 20));
        assert_eq!(max_cases.unwrap().value, 6_000_000);
        assert!(fail_on_test_failure.unwrap().value);
        assert_eq!(exclude.unwrap().value, ["old/*"]);
        assert_eq!(ignore.unwrap().value.len(), 2);
        assert_eq!(concurrency.unwrap().value, 4);
        assert_eq!(batch_size.unwrap().value, 100);
        assert_eq!(timeout.unwrap().value, Duration::from_secs(10));
        assert_eq!(retries.unwrap().value, 2);
        assert_eq!(deadline.unwrap().value, Duration::from_secs(300));
        assert_eq!(KEYS.len(), 27);
    }

    #[test]
    fn all_faults_are_told_at_once_with_their_lines() {
        let (_, errors) = parsed(
            "projct = \"Shop\"\n\
             token = \"canary\"\n\
             group_by = \"colour\"\n\
             strict = \"yes\"\n\
             ignore = [1]\n\
             timeout = 30\n\
             max_file_size = 7\n\
             batch_size = -1\n\
             ca-cert = \"x.pem\"\n\
             zzzzzzzzz = 1\n",
        );
        let text = errors.join("\n");
        assert!(!text.contains("canary"));
        insta::assert_snapshot!(text, @r#"
        tq-import.toml:1: unknown key `projct`
          hint: did you mean `project`?
        tq-import.toml:2: `token`: a token does not belong in a file of the repository
          hint: set TQ_ACCESS_TOKEN, or name a file outside of the repository with --token-file; if the token was committed, revoke it
        tq-import.toml:3: `group_by` must be one of "auto", "suite", "classname", "file", "flat"
        tq-import.toml:4: `strict` must be true or false
        tq-import.toml:5: `ignore` must be a list of strings
        tq-import.toml:6: `timeout` must be a time such as "30s" or "15m"
        tq-import.toml:7: `max_file_size` must be a size such as "512MiB"
        tq-import.toml:8: `batch_size` must be a number of at least 0
        tq-import.toml:9: `ca-cert` cannot be set in a file
          hint: a branch must not decide this: use the option --ca-cert in the pipeline
        tq-import.toml:10: unknown key `zzzzzzzzz`
          hint: the keys are project, host, namespace, folder, group_by, split, merge_parameters, by_configuration, id_property, reruns, adopt, no_steps, create_limit, strict, allow_empty, min_tests, max_file_size, max_value_size, max_cases, fail_on_test_failure, exclude, ignore, concurrency, batch_size, timeout, retries, deadline
        "#);
    }

    #[test]
    fn a_syntax_error_names_its_line_and_shows_nothing_of_it() {
        let (_, errors) = parsed("namespace = \"shop\"\n\ntoken = canary\n");
        assert_eq!(errors.len(), 1);
        assert!(errors[0].starts_with("tq-import.toml:3: "), "{errors:?}");
        assert!(!errors[0].contains("canary"), "{errors:?}");
    }
}
