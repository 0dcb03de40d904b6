//! Reports to leave out: `!pattern`, `--exclude`, `exclude` of the settings file.

use std::cell::LazyCell;
use std::path::{Path, PathBuf};

use glob::Pattern;

use super::{DiscoverError, MATCHING, braces, compile, slashes};

/// Which files and members of archives are left out.
#[derive(Debug, Default)]
pub struct Excludes {
    /// The working directory, without links.
    base: PathBuf,
    excludes: Vec<Exclude>,
}

#[derive(Debug)]
enum Exclude {
    /// This path and all below it.
    Path(PathBuf),
    /// Paths that match, and all below them. `name_only`: matched against the last component.
    Pattern { pattern: Pattern, name_only: bool },
}

impl Excludes {
    pub(super) fn new<'a>(
        base: &Path,
        texts: impl Iterator<Item = &'a str>,
        errors: &mut Vec<DiscoverError>,
    ) -> Self {
        let canonical = base.canonicalize().unwrap_or_else(|_| base.to_owned());
        let mut excludes = Self { base: canonical, excludes: Vec::new() };
        for text in texts {
            if excludes.add(base, text, errors) {
                continue;
            }
            let parts = braces::split(text);
            if parts.len() > 1 {
                for part in parts {
                    excludes.add(base, part.strip_prefix('!').unwrap_or(part), errors);
                }
            }
        }
        excludes
    }

    /// Adds a path and what it matches as a pattern. True if there is such a path.
    fn add(&mut self, base: &Path, text: &str, errors: &mut Vec<DiscoverError>) -> bool {
        let text = slashes(text);
        let text = text.strip_prefix("./").unwrap_or(&text).trim_end_matches('/');
        if text.is_empty() {
            return false;
        }
        match compile(text) {
            Ok(patterns) => self.excludes.extend(patterns.into_iter().map(|pattern| {
                let name_only = !pattern.as_str().contains('/');
                Exclude::Pattern { pattern, name_only }
            })),
            Err(error) => errors.push(error),
        }
        let path = base.join(text).canonicalize();
        let exists = path.is_ok();
        self.excludes.extend(path.map(Exclude::Path));
        exists
    }

    /// Whether nothing is left out.
    pub(super) fn are_none(&self) -> bool {
        self.excludes.is_empty()
    }

    /// Whether a path is left out: as it was written, from the working directory, or as a whole.
    pub(super) fn is_excluded(&self, display: &str, canonical: &Path) -> bool {
        if self.excludes.is_empty() {
            return false;
        }
        let display = display.strip_prefix("./").unwrap_or(display);
        let below = canonical.strip_prefix(&self.base).unwrap_or(canonical);
        self.excludes.iter().any(|exclude| match exclude {
            Exclude::Path(path) => canonical.starts_with(path),
            Exclude::Pattern { pattern, name_only } => {
                [Path::new(display), below, canonical].iter().any(|path| {
                    path.ancestors().any(|path| {
                        let path =
                            if *name_only { path.file_name().map(Path::new) } else { Some(path) };
                        path.is_some_and(|path| pattern.matches_path_with(path, MATCHING))
                    })
                })
            }
        })
    }

    /// Whether a member of the archive at `path` is left out: an archive is taken for a directory.
    pub fn of_members<'a>(
        &'a self,
        display: &'a str,
        path: &'a Path,
    ) -> impl Fn(&str) -> bool + use<'a> {
        let canonical = LazyCell::new(|| path.canonicalize().unwrap_or_else(|_| path.to_owned()));
        move |member| {
            !self.are_none()
                && self.is_excluded(&format!("{display}/{member}"), &canonical.join(member))
        }
    }
}
