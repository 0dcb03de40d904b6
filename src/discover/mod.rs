//! From the `<REPORT>`s of the command line to report files, each once, in natural order.
//!
//! | `<REPORT>` | the files it names |
//! | --- | --- |
//! | an existing file | that file, whatever it is called |
//! | an existing directory | the reports and archives below it, by [`paths::is_report_name`]; JSON and TAP by their beginning |
//! | a pattern (`*`, `?`, `[…]`, `**`, `{a,b}`) | the files that match, and the reports below matching directories |
//! | a list (`a.xml,b/*.xml`) | the files of its parts |
//! | `-` | standard input |
//! | `!…` | files to leave out, as with `--exclude` |
//!
//! An existing path is never taken for a pattern or a list, so that a file called `[x].xml` can be named. Links to
//! files are followed, links to directories are not: they may lead in circles. Directories full of other people's
//! files, such as `node_modules`, are entered only if the pattern names them. A pattern without `/` excludes at any
//! depth.

mod braces;
mod excludes;

use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use glob::{MatchOptions, Pattern, PatternError};
use test_reports::formats::head;
use test_reports::paths;
use walkdir::{DirEntry, WalkDir};

pub use excludes::Excludes;

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

/// How a report was found. The smaller one counts when a file was found in both ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// By its path, or as `-`: anything but a report is an error.
    Named,
    /// In a directory or by a pattern: XML of another kind is skipped and counted.
    Found,
}

/// One report to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// The path as its user would write it, with `/`, or `-`.
    pub display: String,
    /// Where to read.
    pub source: Source,
    /// How it was found.
    pub origin: Origin,
    /// The number of the first `<REPORT>`, or part of one, that names it, in the order given.
    pub argument: usize,
}

/// The files that the command line names.
#[derive(Debug, Default)]
pub struct Discovered {
    /// The reports, in natural order of [`Input::display`], each file once.
    pub inputs: Vec<Input>,
    /// Directories and patterns without a report, as written.
    pub unmatched: Vec<String>,
    /// Files whose names are those of reports in JSON or text and whose beginning is not, each once.
    pub foreign: HashSet<PathBuf>,
    /// `<REPORT>`s that could not be used. The other reports are complete.
    pub errors: Vec<DiscoverError>,
    /// Members of archives to leave out.
    pub excludes: Arc<Excludes>,
}

/// Why a `<REPORT>` could not be used.
#[derive(Debug, thiserror::Error)]
pub enum DiscoverError {
    /// It is not a pattern, and no such path exists.
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
        /// Its kind, with an article.
        kind: &'static str,
    },
    /// It is not a valid pattern.
    #[error("{pattern} is not a valid glob pattern")]
    Pattern {
        /// The pattern as given.
        pattern: String,
        /// The mistake and its place.
        source: PatternError,
    },
    /// The system does not let us read the path.
    #[error("{path} cannot be read")]
    Unreadable {
        /// The path.
        path: String,
        /// The system's error.
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

/// Finds the reports that `patterns` name, without those that `!` patterns or `excludes` name. Relative paths start at
/// `base`, the working directory.
#[must_use]
pub fn discover(base: &Path, patterns: &[String], excludes: &[String]) -> Discovered {
    let mut result = Discovered::default();
    let parts = patterns.iter().flat_map(|pattern| match pattern.starts_with('!') {
        true => vec![pattern.as_str()],
        false => braces::split(pattern),
    });
    let negative = parts.filter_map(|part| part.strip_prefix('!'));
    let excludes = negative.chain(excludes.iter().map(String::as_str));
    result.excludes = Arc::new(Excludes::new(base, excludes, &mut result.errors));
    let mut search = Search { base, argument: 0, found: HashMap::new(), directory: None, result };
    for pattern in patterns.iter().filter(|pattern| !pattern.starts_with('!')) {
        search.include(pattern);
    }
    search.finish()
}

/// The glob patterns that `text` expands to.
fn compile(text: &str) -> Result<Vec<Pattern>, DiscoverError> {
    let invalid = |source| DiscoverError::Pattern { pattern: text.to_owned(), source };
    let expanded = braces::expand(text)
        .ok_or_else(|| invalid(PatternError { pos: 0, msg: "it expands to too many patterns" }))?;
    expanded.iter().map(|pattern| Pattern::new(pattern).map_err(invalid)).collect()
}

/// What was found.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Directory,
    File,
    /// A link to a file or nowhere, or a path that nobody looked at yet.
    Link,
}

struct Search<'a> {
    base: &'a Path,
    /// The number of the `<REPORT>` at hand, or of the part of it.
    argument: usize,
    /// By canonical path, which is written in one way only; standard input has none.
    found: HashMap<Option<OsString>, Input>,
    /// The directory of the last file that was not a link, and its canonical path.
    directory: Option<(PathBuf, PathBuf)>,
    result: Discovered,
}

impl Search<'_> {
    /// Adds the files of a `<REPORT>`, or notes that it names none.
    fn include(&mut self, text: &str) {
        self.argument += 1;
        if self.names_files(text) {
            return;
        }
        let mut missing = braces::split(text);
        let parts = missing.len();
        missing.retain(|part| {
            self.argument += 1;
            parts == 1 || !(part.starts_with('!') || self.names_files(part))
        });
        match missing.len() == parts {
            true => self.note_missing(text),
            false => missing.into_iter().for_each(|part| self.note_missing(part)),
        }
    }

    fn note_missing(&mut self, text: &str) {
        if text.contains(['*', '?', '[', '{']) {
            self.result.unmatched.push(text.to_owned());
        } else {
            self.result.errors.push(DiscoverError::Missing { path: text.to_owned() });
        }
    }

    /// Adds the files that `text` names as a path or a pattern. False if it names none.
    fn names_files(&mut self, text: &str) -> bool {
        if text == "-" {
            let input = Input {
                display: "-".to_owned(),
                source: Source::Stdin,
                origin: Origin::Named,
                argument: self.argument,
            };
            self.found.insert(None, input);
            return true;
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
            Err(error) if text.contains(['*', '?', '[']) || is_absent(&error) => {
                return self.pattern(text);
            }
            Err(source) => self.unreadable(text.to_owned(), source),
        }
        true
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

    /// Adds all reports below `path`, which messages call `prefix`. False if none exists.
    fn reports_below(&mut self, prefix: &str, path: &Path, entered: &[&str]) -> bool {
        self.walk(prefix, path, entered, usize::MAX, |search, relative, path, kind| {
            kind != Kind::Directory
                && paths::is_report_name(relative)
                && search.add(join(prefix, relative), path.to_owned(), Origin::Found, kind)
        })
    }

    /// Adds the files that match. False if none does.
    fn pattern(&mut self, text: &str) -> bool {
        let expanded = match braces::expand(text) {
            Some(expanded) if expanded.len() > 1 => expanded,
            _ if !text.contains(['*', '?', '[']) => return false,
            _ => return self.glob(text),
        };
        let missing: Vec<&String> =
            expanded.iter().filter(|pattern| !self.names_files(pattern)).collect();
        let any = missing.len() < expanded.len();
        if any {
            self.result.unmatched.extend(missing.into_iter().cloned());
        }
        any
    }

    /// Adds the files that match a pattern without braces. False if none does.
    fn glob(&mut self, text: &str) -> bool {
        let normal = slashes(text);
        // Only components from the first one with a wildcard on need walking.
        let split = normal
            .split_inclusive('/')
            .take_while(|component| !component.contains(['*', '?', '[']))
            .map(str::len)
            .sum();
        let (prefix, rest) = normal.split_at_checked(split).unwrap_or(("", &normal));
        let pattern = match Pattern::new(rest) {
            Ok(pattern) => pattern,
            Err(source) => {
                let pattern = text.to_owned();
                self.result.errors.push(DiscoverError::Pattern { pattern, source });
                return true;
            }
        };
        let components: Vec<&str> = rest.split('/').collect();
        let depth = if components.contains(&"**") { usize::MAX } else { components.len() };
        let start = self.base.join(prefix);
        let prefix = if prefix == "/" { prefix } else { prefix.trim_end_matches('/') };
        start.is_dir()
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
            })
    }

    /// Calls `visit` with the path below `start` (with `/`), the whole path, and its kind. True if any call returned
    /// true. Directories full of other people's files are entered only if they are in `entered`.
    fn walk(
        &mut self,
        prefix: &str,
        start: &Path,
        entered: &[&str],
        depth: usize,
        mut visit: impl FnMut(&mut Self, &str, &Path, Kind) -> bool,
    ) -> bool {
        let mut any = false;
        let excludes = Arc::clone(&self.result.excludes);
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
                let foreign = entry.depth() > 0
                    && entry.file_type().is_dir()
                    && paths::is_foreign_directory(&name);
                (!foreign || entered.contains(&&*name))
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
                // Reading reports files that cannot be read and links that lead nowhere.
                any |= visit(self, &relative, entry.path(), Kind::Link);
            }
        }
        any
    }

    /// Adds a file unless it is excluded. True in both cases: a file that was excluded on purpose is not missing. False for
    /// a file that nobody named and that is not a report, although other files of this extension are.
    fn add(&mut self, display: String, path: PathBuf, origin: Origin, kind: Kind) -> bool {
        let canonical = self.canonical(&path, kind);
        if self.result.excludes.is_excluded(&display, &canonical) {
            return true;
        }
        if origin == Origin::Found && paths::is_common_name(&display) && !may_be_report(&path) {
            self.result.foreign.insert(canonical);
            return false;
        }
        let argument = self.argument;
        let input = Input { display, source: Source::File(path), origin, argument };
        self.found
            .entry(Some(canonical.into_os_string()))
            .and_modify(|known| {
                // The named path stays, else the first name, whichever was found first.
                if (input.origin, &input.display) < (known.origin, &known.display) {
                    *known = Input { argument: known.argument, ..input.clone() };
                }
            })
            .or_insert(input);
        true
    }

    /// The one path of a file. Files of one directory that are not links share one look-up.
    fn canonical(&mut self, path: &Path, kind: Kind) -> PathBuf {
        // A link that leads nowhere has only the path that was written, but that in one way.
        let whole = || path.canonicalize().unwrap_or_else(|_| path.components().collect());
        let (Kind::File, Some(parent), Some(name)) = (kind, path.parent(), path.file_name()) else {
            return whole();
        };
        // Paths of one directory are written alike, and texts are compared faster than paths.
        let is_last = |(last, _): &&(PathBuf, PathBuf)| last.as_os_str() == parent.as_os_str();
        if let Some((_, canonical)) = self.directory.as_ref().filter(is_last) {
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
        result.inputs.sort_by(|a, b| paths::natural_order(&a.display, &b.display));
        result
    }
}

/// Whether the file at `path` begins as a report in JSON or text does. Also true if it cannot be read, which is reported
/// when it is read as a whole.
fn may_be_report(path: &Path) -> bool {
    fs::File::open(path).and_then(head::is_report).unwrap_or(true)
}

/// Whether no such path exists, or a file is where a directory should be.
fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound
            | io::ErrorKind::NotADirectory
            | io::ErrorKind::InvalidInput
            // A list may be longer than a name.
            | io::ErrorKind::InvalidFilename
    )
}

/// The kind of a file that is neither a regular file nor a directory.
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

/// The kind of a file that is neither a regular file nor a directory.
#[cfg(not(unix))]
fn special(metadata: &fs::Metadata) -> Option<&'static str> {
    (!metadata.is_file()).then_some("a device")
}

/// `path` as text, with `/`.
fn shown(path: &Path) -> String {
    slashes(&path.to_string_lossy())
}

/// Replaces `\` by `/` on Windows, where people write both. Elsewhere `\` is a character like any other.
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
