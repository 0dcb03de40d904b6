//! The `[[import]]` tables of `tq-import.toml`: the reports of several packages, each with settings of its own.
//!
//! A table sets what its package needs. For what it does not set, the option, the variable or the key above all tables
//! counts. Lists (`exclude`, `ignore`, `root`) are added to those above. An option replaces a key of a table, but not
//! `namespace` and `folder`: one value for all tables would make one package of them, so it is an error.

use std::path::{Path, PathBuf};

use glob::Pattern;

use super::mapping::{cleaned_namespace, folder_path, property_name, repository_roots};
use super::resolver::{ConfigError, Resolver, Setting, Source, Sourced};
use super::{PROJECT_FILE, Reading, Settings, absolute, pattern};
use crate::cli::args::MappingArgs;
use crate::cli::args::values::GroupByArg;
use test_reports::options::{IdentityOptions, Split};
use test_reports::record::TestRecord;

/// An `[[import]]` table.
#[derive(Clone, Debug)]
pub struct ImportTable {
    /// Files, directories, patterns and `!pattern`, relative to the directory of `tq-import.toml`.
    pub files: Vec<String>,
    /// Patterns of reports to leave out, besides those of the import, checked.
    pub exclude: Vec<String>,
    /// Patterns of tests to leave out.
    pub ignore: Vec<Pattern>,
    /// How cases become tests.
    pub identity: IdentityOptions,
}

impl Settings {
    /// How cases become tests, for each group of reports: for each table, or once without tables.
    pub fn identities(&self) -> impl Iterator<Item = &IdentityOptions> {
        let alone = self.tables.is_empty().then_some(&self.identity);
        alone.into_iter().chain(self.tables.iter().map(|table| &table.identity))
    }

    /// The namespace of a test.
    #[must_use]
    pub fn namespace_of(&self, test: &TestRecord) -> &str {
        let options = self.identities().nth(usize::from(test.group));
        options.map_or("", |options| &options.namespace)
    }

    /// The namespaces, each once, in the order of the tables.
    #[must_use]
    pub fn namespaces(&self) -> Vec<&str> {
        let mut namespaces: Vec<&str> = Vec::new();
        for options in self.identities() {
            if !namespaces.contains(&options.namespace.as_str()) {
                namespaces.push(&options.namespace);
            }
        }
        namespaces
    }

    /// The patterns of tests to leave out of a group of reports.
    #[must_use]
    pub fn ignore_of(&self, group: usize) -> &[Pattern] {
        self.tables.get(group).map_or(&self.reading.ignore, |table| &table.ignore)
    }

    /// Whether arguments name reports, and so choose among those of the tables.
    #[must_use]
    pub fn chooses_reports(&self) -> bool {
        self.reading.reports.iter().any(|report| !report.starts_with('!'))
    }

    /// `[[import]] 2 (namespace shop-api)`, for messages.
    #[must_use]
    pub fn table_name(&self, index: usize) -> String {
        let namespace = self.tables.get(index).map_or("", |table| &table.identity.namespace);
        match namespace {
            "" => format!("[[import]] {} (no namespace)", index + 1),
            namespace => format!("[[import]] {} (namespace {namespace})", index + 1),
        }
    }

    /// The directory of `tq-import.toml`, which `files` of a table are relative to.
    #[must_use]
    pub fn tables_base(&self, directory: &Path) -> PathBuf {
        directory.join(self.tables_prefix().unwrap_or_default())
    }

    /// How that directory is written before a path, such as `../`; none if it is the working directory.
    #[must_use]
    pub fn tables_prefix(&self) -> Option<&str> {
        self.project_file.as_ref()?.to_str()?.strip_suffix(PROJECT_FILE).filter(|up| !up.is_empty())
    }
}

/// Reads all tables. `reading` and `identity` hold what is set outside of them.
pub(super) fn tables(
    from: &mut Resolver<'_>,
    args: &MappingArgs,
    reading: &Reading,
    identity: &IdentityOptions,
) -> Vec<ImportTable> {
    let mut tables = Vec::new();
    for index in 0..from.file.tables() {
        from.file.enter(Some(index));
        tables.push(table(from, args, reading, identity));
    }
    from.file.enter(None);
    tables
}

fn table(
    from: &mut Resolver<'_>,
    args: &MappingArgs,
    reading: &Reading,
    base: &IdentityOptions,
) -> ImportTable {
    let files = files(from);
    let exclude: Vec<String> = own(from, "exclude", false).unwrap_or_default();
    let exclude = absolute(from, exclude);
    for written in &exclude {
        pattern(from, "exclude", written);
    }
    let ignored: Vec<String> = own(from, "ignore", false).unwrap_or_default();
    let mut ignore = reading.ignore.clone();
    ignore.extend(ignored.iter().filter_map(|ignored| pattern(from, "ignore", ignored)));
    let namespace = of_package(from, "namespace", args.namespace.is_some(), "TQ_NAMESPACE");
    let namespace = namespace.map(|written| cleaned_namespace(from, &written));
    let folder = of_package(from, "folder", args.folder.is_some(), "TQ_FOLDER");
    let id_property: Option<String> = own(from, "id-property", args.id_property.is_some());
    let id_property = id_property.map(|name| property_name(from, &name));
    let root: Vec<String> = own(from, "root", false).unwrap_or_default();
    let mut roots = repository_roots(from, &root);
    roots.extend(base.roots.iter().cloned());
    let group_by: Option<GroupByArg> = own(from, "group-by", args.group_by.is_some());
    let split: Option<Split> = own(from, "split", args.split.is_some() || args.no_split);
    let mut switch = |name, is_given: bool, base: bool| own(from, name, is_given).unwrap_or(base);
    let identity = IdentityOptions {
        merge_parameters: switch("merge-parameters", args.merge_parameters, base.merge_parameters),
        by_configuration: switch("by-configuration", args.by_configuration, base.by_configuration),
        reruns: switch("reruns", args.reruns, base.reruns),
        namespace: namespace.unwrap_or_else(|| base.namespace.clone()),
        folder: folder.map_or_else(|| base.folder.clone(), |folder| folder_path(&folder)),
        group_by: group_by.map_or(base.group_by, Into::into),
        split: split.unwrap_or_else(|| base.split.clone()),
        id_property: id_property.unwrap_or_else(|| base.id_property.clone()),
        root: base.root.clone(),
        tracked: base.tracked.clone(),
        roots,
    };
    ImportTable { files, exclude, ignore, identity }
}

/// The reports of the current table.
fn files(from: &mut Resolver<'_>) -> Vec<String> {
    let is_named = from.file.table_has("files");
    let files: Vec<String> = own(from, "files", false).unwrap_or_default();
    let names_any = files.iter().any(|file| !file.starts_with('!'));
    if !is_named || (!names_any && !files.is_empty()) {
        from.file.table_error(
            "the [[import]] table names no reports",
            "name them, for example files = [\"reports/**/*.xml\"]",
        );
    }
    if let Some(file) = files.iter().find(|file| file.trim().is_empty() || *file == "-") {
        from.file.table_error(
            &format!("{file:?} in `files` is not a report of the repository"),
            "name files, directories or patterns, relative to the directory of this file",
        );
    }
    for file in files.iter().filter(|file| file.contains(['*', '?', '['])) {
        pattern(from, "files", file.strip_prefix('!').unwrap_or(file));
    }
    files
}

/// The key `name` of the current table, unless the option is given.
fn own<T: Setting>(from: &mut Resolver<'_>, name: &'static str, is_given: bool) -> Option<T> {
    Some(read(from, name)?.value).filter(|_| !is_given)
}

/// The key `name`, which no option and no variable may set for all tables.
fn of_package(
    from: &mut Resolver<'_>,
    name: &'static str,
    is_given: bool,
    variable: &'static str,
) -> Option<String> {
    let Sourced { value, source } = read(from, name)?;
    let other = match is_given {
        true => Some(format!("--{name}")),
        false => from.variable(variable).map(|_| variable.to_owned()),
    };
    if let Some(other) = other {
        from.error(
            ConfigError::new(format!(
                "{other} cannot be combined with `{name}` of an [[import]] table ({source})"
            ))
            .hint(format!("leave {other} out: each table says which {name} its tests have")),
        );
    }
    Some(value)
}

fn read<T: Setting>(from: &mut Resolver<'_>, name: &'static str) -> Option<Sourced<T>> {
    let found: Sourced<T> = from.file.read(name)?;
    let Sourced { value, source } = &found;
    from.note(name, value.shown(), Source::clone(source));
    Some(found)
}
