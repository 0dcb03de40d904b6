//! From what stands on the command line to the report files, each once, in a stable order.
//!
//! | `<REPORT>` | what it stands for |
//! | --- | --- |
//! | an existing file | that file, whatever it is called: `named` |
//! | an existing directory | the `*.xml`, `*.trx`, `*.jsonl` and `*.gz` below it |
//! | a pattern (`*`, `?`, `[…]`, `**`) | the files that match, and what directories that match hold |
//! | `-` | standard input |
//! | `!…` | what is not wanted, as `--exclude` |
//!
//! What exists is never taken for a pattern, so that a file called `[x].xml` can be named. Links to files are
//! followed, links to directories are not: they may lead in circles. `.git`, `node_modules`, `.venv` and `vendor`
//! are entered only if the pattern names them. A pattern without `/` excludes at any depth.

mod excludes;

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use glob::{MatchOptions, Pattern, PatternError};
use walkdir::{DirEntry, WalkDir};

use excludes::Excludes;

/// Directories full of other people's files.
const NEVER_ENTERED: [&str; 4] = [".git", "node_modules", ".venv", "vendor"];

/// What is taken for a report in a directory.
const EXTENSIONS: [&str; 4] = ["xml", "trx", "jsonl", "gz"];

/// `*` and `?` stay within one component of a path; a leading dot is nothing special.
const MATCHING: MatchOptions = MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: false,
};

/// Where the bytes of a report come from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// Standard input.
    Stdin,
    /// A file.
    File(PathBuf),
}

/// How a report came to be in the list. The smaller one stays when a file is both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// Somebody wrote its path (or `-`): if it is no report, that is an error.
    Named,
    /// A directory or a pattern held it: XML of another kind is skipped and counted.
    Found,
}

/// One report to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// The path as its user would write it, with `/`, or `-`.
    pub display: String,
    /// Where to read.
    pub source: Source,
    /// Named or found.
    pub origin: Origin,
    /// Which `<REPORT>` stands for it, counted from 0: the first, if several do.
    pub argument: usize,
}

/// What the command line stands for.
#[derive(Debug, Default)]
pub struct Discovered {
    /// The reports, sorted by [`Input::display`], each file once.
    pub inputs: Vec<Input>,
    /// Directories and patterns that gave no report, as written.
    pub unmatched: Vec<String>,
    /// What could not be looked at. The rest of the reports is complete without it.
    pub errors: Vec<DiscoverError>,
}

/// Why a `<REPORT>` could not be used.
#[derive(Debug, thiserror::Error)]
pub enum DiscoverError {
    /// It is no pattern, and there is no such path.
    #[error("no such file or directory: {path}")]
    Missing {
        /// The path as given.
        path: String,
    },
    /// It is a named pipe, a device or a socket: reading it could wait for ever.
    #[error("{path} is {kind}, not a file")]
    Special {
        /// The path as given.
        path: String,
        /// What it is.
        kind: &'static str,
    },
    /// It cannot be understood as a pattern.
    #[error("{pattern} is no valid pattern")]
    Pattern {
        /// The pattern as given.
        pattern: String,
        /// Why, and where in it.
        source: PatternError,
    },
    /// The system does not let us look.
    #[error("cannot look into {path}")]
    Unreadable {
        /// What was to be looked at.
        path: String,
        /// What the system says.
        source: io::Error,
    },
}

impl DiscoverError {
    /// The path or pattern as given.
    #[must_use]
    pub fn path(&self) -> &str {
        match self {
            Self::Missing { path } | Self::Special { path, .. } | Self::Unreadable { path, .. } => {
                path
            }
            Self::Pattern { pattern, .. } => pattern,
        }
    }
}

/// Finds the reports that `patterns` stand for, without those that `!` patterns or `excludes` name. Relative
/// paths start at `base`, the working directory.
#[must_use]
pub fn discover(base: &Path, patterns: &[String], excludes: &[String]) -> Discovered {
    let mut result = Discovered::default();
    let negative = patterns.iter().filter_map(|pattern| pattern.strip_prefix('!'));
    let excludes = negative.chain(excludes.iter().map(String::as_str));
    let excludes = Rc::new(Excludes::new(base, excludes, &mut result.errors));
    let mut search =
        Search { base, excludes, argument: 0, found: HashMap::new(), directory: None, result };
    for (argument, pattern) in patterns.iter().enumerate() {
        if !pattern.starts_with('!') {
            search.argument = argument;
            search.include(pattern);
        }
    }
    search.finish()
}

/// What was found.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Directory,
    File,
    /// A link to a file or nowhere, or what nobody looked at yet.
    Link,
}

struct Search<'a> {
    base: &'a Path,
    excludes: Rc<Excludes>,
    /// The one that is looked at.
    argument: usize,
    /// By canonical path; standard input has none.
    found: HashMap<Option<PathBuf>, Input>,
    /// The directory of the last file that was no link, and its canonical path.
    directory: Option<(PathBuf, PathBuf)>,
    result: Discovered,
}

impl Search<'_> {
    fn include(&mut self, text: &str) {
        if text == "-" {
            let input = Input {
                display: "-".to_owned(),
                source: Source::Stdin,
                origin: Origin::Named,
                argument: self.argument,
            };
            self.found.insert(None, input);
            return;
        }
        let path = self.base.join(text);
        match fs::metadata(&path) {
            Ok(metadata) if metadata.is_dir() => self.directory(text, &path),
            Ok(metadata) => match special(&metadata) {
                Some(kind) => {
                    self.result.errors.push(DiscoverError::Special { path: text.to_owned(), kind })
                }
                None => {
                    self.add(slashes(text), path, Origin::Named, Kind::Link);
                }
            },
            Err(_) if text.contains(['*', '?', '[']) => self.pattern(text),
            Err(error) if is_absent(&error) => {
                self.result.errors.push(DiscoverError::Missing { path: text.to_owned() })
            }
            Err(source) => self.unreadable(text.to_owned(), source),
        }
    }

    fn directory(&mut self, text: &str, path: &Path) {
        let prefix = slashes(text);
        let prefix = match prefix.trim_end_matches('/') {
            "" => "/",
            "." => "",
            other => other,
        };
        if !self.reports_below(prefix, path, &[]) {
            self.result.unmatched.push(text.to_owned());
        }
    }

    /// Adds all reports below `path`, which is displayed as `prefix`. False if there are none.
    fn reports_below(&mut self, prefix: &str, path: &Path, entered: &[&str]) -> bool {
        self.walk(prefix, path, entered, usize::MAX, |search, relative, path, kind| {
            kind != Kind::Directory
                && is_report(path)
                && search.add(join(prefix, relative), path.to_owned(), Origin::Found, kind)
        })
    }

    fn pattern(&mut self, text: &str) {
        let normal = slashes(text);
        // Only what stands behind the first component with a wildcard needs walking.
        let split = normal
            .split_inclusive('/')
            .take_while(|component| !component.contains(['*', '?', '[']))
            .map(str::len)
            .sum();
        let (prefix, rest) = normal.split_at_checked(split).unwrap_or(("", &normal));
        let pattern = match Pattern::new(rest) {
            Ok(pattern) => pattern,
            Err(source) => {
                self.result
                    .errors
                    .push(DiscoverError::Pattern { pattern: text.to_owned(), source });
                return;
            }
        };
        let components: Vec<&str> = rest.split('/').collect();
        let depth = if components.contains(&"**") { usize::MAX } else { components.len() };
        let start = self.base.join(prefix);
        let prefix = if prefix == "/" { prefix } else { prefix.trim_end_matches('/') };
        let matched = start.is_dir()
            && self.walk(prefix, &start, &components, depth, |search, relative, path, kind| {
                if !pattern.matches_with(relative, MATCHING) {
                    return false;
                }
                let display = join(prefix, relative);
                if kind == Kind::Directory {
                    search.reports_below(&display, path, &components)
                } else {
                    search.add(display, path.to_owned(), Origin::Found, kind)
                }
            });
        if !matched {
            self.result.unmatched.push(text.to_owned());
        }
    }

    /// Calls `visit` with the path below `start` (with `/`), the whole path, and what it is; true if any call was. Directories in [`NEVER_ENTERED`] are entered only if they are in `entered`.
    fn walk(
        &mut self,
        prefix: &str,
        start: &Path,
        entered: &[&str],
        depth: usize,
        mut visit: impl FnMut(&mut Self, &str, &Path, Kind) -> bool,
    ) -> bool {
        let mut any = false;
        let excludes = Rc::clone(&self.excludes);
        let is_wanted = |entry: &DirEntry| {
            let below = entry.path().strip_prefix(start).unwrap_or(entry.path());
            let canonical = || entry.path().canonicalize().unwrap_or_else(|_| entry.path().into());
            excludes.are_none() || !excludes.is_excluded(&join(prefix, &shown(below)), &canonical())
        };
        let entries = WalkDir::new(start)
            .min_depth(1)
            .max_depth(depth)
            .sort_by_file_name()
            .into_iter()
            .filter_entry(|entry| {
                let name = entry.file_name().to_string_lossy();
                let never = entry.depth() > 0
                    && entry.file_type().is_dir()
                    && NEVER_ENTERED.contains(&&*name);
                (!never || entered.contains(&&*name))
                    && (entry.depth() == 0 || !entry.file_type().is_dir() || is_wanted(entry))
            });
        for entry in entries {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let path = error.path().map_or_else(|| prefix.to_owned(), shown);
                    self.unreadable(path, error.into());
                    continue;
                }
            };
            let Ok(relative) = entry.path().strip_prefix(start) else {
                continue;
            };
            let relative = shown(relative);
            if entry.file_type().is_dir() {
                any |= visit(self, &relative, entry.path(), Kind::Directory);
            } else if entry.file_type().is_file() {
                any |= visit(self, &relative, entry.path(), Kind::File);
            } else if fs::metadata(entry.path()).is_ok_and(|metadata| !metadata.is_file()) {
                // A pipe or a device that nobody named, or a link to a directory.
            } else {
                // What cannot be looked at, and links that lead nowhere, are told when they are read.
                any |= visit(self, &relative, entry.path(), Kind::Link);
            }
        }
        any
    }

    /// Adds a file unless it is excluded. True if it is in the list now, or was excluded on purpose.
    fn add(&mut self, display: String, path: PathBuf, origin: Origin, kind: Kind) -> bool {
        let canonical = self.canonical(&path, kind);
        if self.excludes.is_excluded(&display, &canonical) {
            return true;
        }
        let argument = self.argument;
        let input = Input { display, source: Source::File(path), origin, argument };
        self.found
            .entry(Some(canonical))
            .and_modify(|known| {
                // The named path stays; else the first in the order of names, whatever came first.
                if (input.origin, &input.display) < (known.origin, &known.display) {
                    *known = Input { argument: known.argument, ..input.clone() };
                }
            })
            .or_insert(input);
        true
    }

    /// The one path of a file. Of the many files of a directory that are no links, the directory is asked for once.
    fn canonical(&mut self, path: &Path, kind: Kind) -> PathBuf {
        let whole = || path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let (Kind::File, Some(parent), Some(name)) = (kind, path.parent(), path.file_name()) else {
            return whole();
        };
        if let Some((_, canonical)) = self.directory.as_ref().filter(|(last, _)| last == parent) {
            return canonical.join(name);
        }
        let Ok(canonical) = parent.canonicalize() else {
            return whole();
        };
        let path = canonical.join(name);
        self.directory = Some((parent.to_owned(), canonical));
        path
    }

    fn unreadable(&mut self, path: String, source: io::Error) {
        self.result.errors.push(DiscoverError::Unreadable { path, source });
    }

    fn finish(self) -> Discovered {
        let mut result = self.result;
        result.inputs = self.found.into_values().collect();
        result.inputs.sort_by(|a, b| a.display.cmp(&b.display));
        result
    }
}

/// Nothing is there, or a file stands where a directory should be.
fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::InvalidInput
    )
}

fn is_report(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| {
        EXTENSIONS.iter().any(|known| extension.eq_ignore_ascii_case(known))
    })
}

/// What a file is that is neither a regular file nor a directory.
#[cfg(unix)]
fn special(metadata: &fs::Metadata) -> Option<&'static str> {
    use std::os::unix::fs::FileTypeExt;

    let kind = metadata.file_type();
    if kind.is_file() {
        None
    } else if kind.is_fifo() {
        Some("a named pipe")
    } else if kind.is_socket() {
        Some("a socket")
    } else {
        Some("a device")
    }
}

/// What a file is that is neither a regular file nor a directory.
#[cfg(not(unix))]
fn special(metadata: &fs::Metadata) -> Option<&'static str> {
    (!metadata.is_file()).then_some("a device")
}

/// `path` as text, with `/`.
fn shown(path: &Path) -> String {
    slashes(&path.to_string_lossy())
}

/// On Windows both separators are written; elsewhere `\` is a character like any other.
fn slashes(text: &str) -> String {
    if cfg!(windows) { text.replace('\\', "/") } else { text.to_owned() }
}

fn join(prefix: &str, relative: &str) -> String {
    match prefix {
        "" => relative.to_owned(),
        prefix if prefix.ends_with('/') => format!("{prefix}{relative}"),
        prefix => format!("{prefix}/{relative}"),
    }
}

#[cfg(test)]
mod tests;
