//! What is not wanted: `!pattern`, `--exclude`, `exclude` of the settings file.

use std::path::{Path, PathBuf};

use glob::Pattern;

use super::{DiscoverError, MATCHING, slashes};

/// What is not wanted.
pub(super) struct Excludes {
    /// The working directory, without links.
    base: PathBuf,
    excludes: Vec<Exclude>,
}

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
        let mut excludes = Vec::new();
        for text in texts {
            let text = slashes(text);
            let text = text.strip_prefix("./").unwrap_or(&text).trim_end_matches('/');
            if text.is_empty() {
                continue;
            }
            if let Ok(path) = base.join(text).canonicalize() {
                excludes.push(Exclude::Path(path));
            }
            match Pattern::new(text) {
                Ok(pattern) => {
                    excludes.push(Exclude::Pattern { pattern, name_only: !text.contains('/') })
                }
                Err(source) => {
                    errors.push(DiscoverError::Pattern { pattern: text.to_owned(), source })
                }
            }
        }
        Self { base: base.canonicalize().unwrap_or_else(|_| base.to_owned()), excludes }
    }

    /// Whether everything is wanted.
    pub(super) fn are_none(&self) -> bool {
        self.excludes.is_empty()
    }

    /// Whether a path is not wanted: as it was written, from the working directory, or as a whole.
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
}
