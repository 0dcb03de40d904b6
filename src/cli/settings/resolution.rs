//! How one value is chosen among flag, environment and file, and what is remembered of it.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use super::environment::Environment;
use super::locations::repository_root;
use super::project_file::ProjectFile;
use super::source::{ConfigError, InvalidSettings, Provenance, Source, Sourced};

/// Settings while they are put together. Faults are gathered, so that all are told at once.
pub(super) struct Resolution<'a> {
    pub(super) environment: &'a Environment,
    pub(super) file: ProjectFile,
    pub(super) root: Option<PathBuf>,
    pub(super) errors: Vec<ConfigError>,
    pub(super) warnings: Vec<String>,
    pub(super) provenance: Vec<Provenance>,
    /// No token was given at all.
    pub(super) lacks_token: bool,
    /// `TQ_*` is ignored: an import into the sandbox.
    ignores_variables: bool,
}

impl<'a> Resolution<'a> {
    pub(super) fn new(environment: &'a Environment, ignores_variables: bool) -> Self {
        let mut errors = Vec::new();
        let root = repository_root(&environment.directory);
        let file = ProjectFile::find(&environment.directory, root.as_deref(), &mut errors)
            .unwrap_or_default();
        if !ignores_variables {
            // Without its namespace, a project would be imported a second time.
            let unreadable = environment.unreadable.iter();
            errors.extend(unreadable.map(|name| ConfigError::new(format!("{name} is not UTF-8"))));
        }
        Self {
            environment,
            file,
            root,
            errors,
            warnings: Vec::new(),
            provenance: Vec::new(),
            lacks_token: false,
            ignores_variables,
        }
    }

    /// Without `tq-import.toml`: what is resolved has nothing to do with a repository's tests.
    pub(super) fn without_files(environment: &'a Environment) -> Self {
        Self {
            environment,
            file: ProjectFile::default(),
            root: repository_root(&environment.directory),
            errors: Vec::new(),
            warnings: Vec::new(),
            provenance: Vec::new(),
            lacks_token: false,
            ignores_variables: true,
        }
    }

    /// The repository's root, else the working directory.
    pub(super) fn working_tree(&self) -> &Path {
        self.root.as_deref().unwrap_or(&self.environment.directory)
    }

    pub(super) fn error(&mut self, error: ConfigError) {
        self.errors.push(error);
    }

    /// A `TQ_*` variable, if it is set and not empty.
    pub(super) fn variable(&self, name: &'static str) -> Option<Sourced<String>> {
        if self.ignores_variables {
            return None;
        }
        self.environment
            .get(name)
            .map(|value| Sourced { value: value.to_owned(), source: Source::Variable(name) })
    }

    /// Remembers what was chosen, and where it came from.
    pub(super) fn note<T>(
        &mut self,
        name: &'static str,
        chosen: Sourced<T>,
        show: impl FnOnce(&T) -> String,
    ) -> T {
        self.provenance.push(Provenance {
            name,
            value: show(&chosen.value),
            source: chosen.source,
        });
        chosen.value
    }

    /// A switch: the option, else what the file says, else off.
    pub(super) fn switch(
        &mut self,
        flag: &'static str,
        given: bool,
        file: Option<Sourced<bool>>,
    ) -> bool {
        let chosen = if given { Some(Sourced::flag(flag, true)) } else { file };
        chosen.is_some_and(|chosen| self.note(bare(flag), chosen, ToString::to_string))
    }

    /// A value: the option, else what the file says.
    pub(super) fn value<T: Clone>(
        &mut self,
        flag: &'static str,
        given: Option<&T>,
        file: Option<Sourced<T>>,
        show: impl FnOnce(&T) -> String,
    ) -> Option<T> {
        let chosen = given.cloned().map(|value| Sourced::flag(flag, value)).or(file)?;
        Some(self.note(bare(flag), chosen, show))
    }

    /// A number within a range: the option, else what the file says, else the default.
    pub(super) fn number<T: Copy + PartialOrd + Display>(
        &mut self,
        flag: &'static str,
        given: Option<T>,
        file: Option<Sourced<T>>,
        default: T,
        range: RangeInclusive<T>,
    ) -> T {
        let Some(chosen) = given.map(|value| Sourced::flag(flag, value)).or(file) else {
            return default;
        };
        if range.contains(&chosen.value) {
            return self.note(bare(flag), chosen, ToString::to_string);
        }
        let Sourced { value, source } = chosen;
        let (low, high) = range.into_inner();
        self.error(ConfigError::new(format!(
            "{} must be {low} to {high}, not {value} ({source})",
            bare(flag)
        )));
        default
    }

    /// `settings`, unless there were faults.
    pub(super) fn finish<T>(self, settings: Option<T>) -> Result<(T, Notes), InvalidSettings> {
        match settings {
            Some(settings) if self.errors.is_empty() => {
                Ok((settings, Notes { warnings: self.warnings, provenance: self.provenance }))
            }
            _ => Err(InvalidSettings(self.errors)),
        }
    }
}

/// The setting's name: the option without its dashes.
fn bare(flag: &'static str) -> &'static str {
    flag.trim_start_matches('-')
}

/// What there is to say about settings that are in order.
#[derive(Clone, Debug, Default)]
pub struct Notes {
    /// What a person should know.
    pub warnings: Vec<String>,
    /// Every setting that was not left to its default, and the host: for `-v`.
    pub provenance: Vec<Provenance>,
}
