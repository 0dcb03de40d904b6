//! `tq-import.toml`: the settings that belong to a repository.
//!
//! The file is part of the branch under test. It cannot hold anything that a stranger's branch must not decide: no token,
//! no certificate authority, no unencrypted host, no soft exit codes.
//!
//! There is no list of keys: a key is known once [`ProjectFile::read`] was called for it, and a key of an `[[import]]` table
//! once it was called within a table.

use std::collections::BTreeSet;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use serde::Deserialize as _;
use toml::Spanned;
use toml::Value;
use toml::de::{DeString, DeTable, DeValue, ValueDeserializer};

use super::resolver::{ConfigError, Setting, Source, Sourced};
use crate::cli::args::words::nearest;

/// The name of the file.
pub const FILE_NAME: &str = "tq-import.toml";

/// The key of the tables that name reports.
const TABLES: &str = "import";

/// The longest file that is read, in bytes.
const SIZE_LIMIT: u64 = 1024 * 1024;

/// The contents of a `tq-import.toml`; empty if there is none.
#[derive(Debug, Default)]
pub(super) struct ProjectFile {
    /// The path in messages, relative to the working directory; none if there is no file.
    pub(super) path: Option<PathBuf>,
    /// The directory of the file, if it is not the working directory.
    pub(super) above: Option<PathBuf>,
    /// What was not read yet.
    entries: Vec<Entry>,
    known_keys: BTreeSet<String>,
    /// The `[[import]]` tables.
    tables: Vec<Table>,
    /// The table that [`Self::read`] reads; none: the keys above all tables.
    current: Option<usize>,
    known_table_keys: BTreeSet<String>,
    /// Whether there is a key `import` that is not a list of tables.
    has_other_import: bool,
    /// Errors and their places.
    errors: Vec<(Place, ConfigError)>,
}

/// Line and column, from 1. Line 0 is the file as a whole; messages name the column only within tables.
type Place = (usize, Option<usize>);

/// An `[[import]]` table.
#[derive(Debug)]
struct Table {
    place: Place,
    /// What was not read yet.
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    key: String,
    place: Place,
    /// None for a value that TOML allows and no setting has, such as a number of more than 64 bits.
    value: Option<Value>,
}

impl ProjectFile {
    /// Reads the nearest file from `directory` up to `top`.
    pub(super) fn find(directory: &Path, top: &Path) -> Self {
        let mut shown = FILE_NAME.to_owned();
        for above in directory.ancestors().take_while(|above| above.starts_with(top)) {
            let path = above.join(FILE_NAME);
            if path.symlink_metadata().is_ok() {
                let above = (above != directory).then(|| above.to_owned());
                let mut file = Self { path: Some(shown.into()), above, ..Self::default() };
                match read_file(&path) {
                    Ok(text) => file.parse(&text),
                    Err(error) => file.error((0, None), &format!("cannot be read: {error}"), None),
                }
                return file;
            }
            // `/` on every system, because it is written before the names of reports.
            shown.insert_str(0, "../");
        }
        Self::default()
    }

    fn parse(&mut self, text: &str) {
        let line_at = |offset: usize| {
            let before = text.as_bytes().get(..offset).unwrap_or_default();
            1 + before.iter().filter(|&&byte| byte == b'\n').count()
        };
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            let line = line_at(error.span().map_or(0, |span| span.start));
            // Only the parser's words, never the line itself: it may hold a secret.
            let message = error.message().lines().collect::<Vec<_>>().join("; ");
            if !self.errors.iter().any(|((other, _), _)| *other == line) {
                self.error((line, None), &message, None);
            }
        }
        let column_at = |offset: usize| {
            let before = text.get(..offset).unwrap_or_default();
            1 + before.rsplit('\n').next().unwrap_or_default().chars().count()
        };
        let in_table = |offset| (line_at(offset), Some(column_at(offset)));
        for (key, value) in table.into_inner() {
            if key.get_ref() == TABLES {
                match value.into_inner() {
                    DeValue::Array(items) if items.iter().all(|item| item.get_ref().is_table()) => {
                        for item in items {
                            let place = in_table(item.span().start);
                            let mut entries = Vec::new();
                            if let DeValue::Table(table) = item.into_inner() {
                                for (key, value) in table {
                                    let place = in_table(key.span().start);
                                    entries.extend(self.entry(key, value, place));
                                }
                            }
                            self.tables.push(Table { place, entries });
                        }
                    }
                    _ => {
                        self.has_other_import = true;
                        let hint =
                            "write each table below a line [[import]], in two pairs of brackets";
                        let message = "`import` must be a list of tables";
                        self.error(in_table(key.span().start), message, Some(hint.to_owned()));
                    }
                }
                continue;
            }
            let place = (line_at(key.span().start), None);
            self.entries.extend(self.entry(key, value, place));
        }
    }

    /// A key, unless its line is broken: the parser guesses what that means.
    fn entry(
        &self,
        key: Spanned<DeString<'_>>,
        value: Spanned<DeValue<'_>>,
        place: Place,
    ) -> Option<Entry> {
        if self.errors.iter().any(|((broken, _), _)| *broken == place.0) {
            return None;
        }
        let value = Value::deserialize(ValueDeserializer::from(value)).ok();
        Some(Entry { key: key.into_inner().into_owned(), place, value })
    }

    /// The number of `[[import]]` tables.
    pub(super) fn tables(&self) -> usize {
        self.tables.len()
    }

    /// Whether there may be `[[import]]` tables: also with an error that may hide one.
    pub(super) fn may_have_tables(&self) -> bool {
        !self.tables.is_empty() || self.has_other_import || !self.errors.is_empty()
    }

    /// Whether the current table has this key.
    pub(super) fn table_has(&self, key: &str) -> bool {
        let table = self.current.and_then(|index| self.tables.get(index));
        table.is_some_and(|table| table.entries.iter().any(|entry| entry.key == key))
    }

    /// Makes [`Self::read`] read the table with this index; none: the keys above all tables.
    pub(super) fn enter(&mut self, table: Option<usize>) {
        self.current = table;
    }

    /// Adds an error about the current table as a whole.
    pub(super) fn table_error(&mut self, message: &str, hint: &str) {
        let place = self.current.and_then(|index| self.tables.get(index)).map(|table| table.place);
        self.error(place.unwrap_or((0, None)), message, Some(hint.to_owned()));
    }

    /// The value of the setting `name`. A value of another type is an error, and none.
    pub(super) fn read<T: Setting>(&mut self, name: &str) -> Option<Sourced<T>> {
        let key = name.replace('-', "_");
        let (entries, known) = match self.current.and_then(|index| self.tables.get_mut(index)) {
            Some(table) => (&mut table.entries, &mut self.known_table_keys),
            None => (&mut self.entries, &mut self.known_keys),
        };
        let index = entries.iter().position(|entry| entry.key == key);
        let entry = index.map(|index| entries.swap_remove(index));
        known.insert(key);
        let Entry { key, place, value } = entry?;
        let Some(value) = value.as_ref().and_then(T::from_toml) else {
            self.error(place, &format!("`{key}` must be {}", T::expected()), None);
            return None;
        };
        Some(Sourced { value, source: Source::File { path: self.path.clone()?, line: place.0 } })
    }

    /// Whether the file has this key, or a syntax error that may hide it.
    pub(super) fn may_have(&self, key: &str) -> bool {
        !self.errors.is_empty() || self.entries.iter().any(|entry| entry.key == key)
    }

    /// Every error in the order of the lines. Keys that were not read are errors, too.
    pub(super) fn into_errors(mut self) -> Vec<ConfigError> {
        self.known_keys.insert(TABLES.to_owned());
        for Entry { key, place, .. } in std::mem::take(&mut self.entries) {
            let (message, hint) = unknown_key(&key, &self.known_keys);
            self.error(place, &message, Some(hint));
        }
        for table in std::mem::take(&mut self.tables) {
            for Entry { key, place, .. } in table.entries {
                let (message, hint) = match self.known_keys.contains(&key) {
                    true => not_of_table(&key, &self.known_table_keys),
                    false => unknown_key(&key, &self.known_table_keys),
                };
                self.error(place, &message, Some(hint));
            }
        }
        self.errors.sort_by_key(|(place, _)| *place);
        self.errors.into_iter().map(|(_, error)| error).collect()
    }

    fn error(&mut self, place: Place, message: &str, hint: Option<String>) {
        let path = self.path.as_deref().unwrap_or(Path::new(FILE_NAME)).display();
        let shown = match place {
            (0, _) => path.to_string(),
            (line, None) => format!("{path}:{line}"),
            (line, Some(column)) => format!("{path}:{line}:{column}"),
        };
        let message = format!("{shown}: {message}");
        self.errors.push((place, ConfigError { message, hint }));
    }
}

fn read_file(path: &Path) -> io::Result<String> {
    // A FIFO would block.
    if !path.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    let mut text = String::new();
    std::fs::File::open(path)?.take(SIZE_LIMIT + 1).read_to_string(&mut text)?;
    if text.len() as u64 > SIZE_LIMIT {
        return Err(io::Error::other("larger than 1 MiB"));
    }
    Ok(text)
}

/// Message and hint for a key of an `[[import]]` table that is a setting of the whole import.
fn not_of_table(key: &str, known: &BTreeSet<String>) -> (String, String) {
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    (
        format!("`{key}` cannot be set for one [[import]] table"),
        format!(
            "it applies to the whole import: write it above the first [[import]]; the keys of a table are {}",
            known.join(", ")
        ),
    )
}

/// Message and hint for a key that is not a setting.
fn unknown_key(key: &str, known: &BTreeSet<String>) -> (String, String) {
    let folded = key.to_lowercase().replace('-', "_");
    if ["ca_cert", "insecure_http", "soft_fail", "without_token"].contains(&&*folded) {
        let option = folded.replace('_', "-");
        return (
            format!("`{key}` cannot be set in a file"),
            format!("a branch must not decide this: use the option --{option} in the pipeline"),
        );
    }
    if ["token", "password", "secret"].iter().any(|word| folded.contains(word)) {
        return (
            format!("`{key}`: a token does not belong in a file of the repository"),
            "set TQ_ACCESS_TOKEN, or name a file outside the repository with --token-file; if the token was committed, revoke it".to_owned(),
        );
    }
    if ["moved", "new_namespace"].contains(&&*folded) {
        let option = folded.replace('_', "-");
        return (
            format!("`{key}` cannot be set in a file"),
            format!("it applies to the reports of one import: use the option --{option}"),
        );
    }
    if ["build", "attempt", "run_id", "run_name", "compare"].contains(&&*folded) {
        let option = folded.replace('_', "-");
        return (
            format!("`{key}` cannot be set in a file"),
            format!("it differs for each build: use the option --{option} in the pipeline"),
        );
    }
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let hint = match nearest(key, &known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the keys are {}", known.join(", ")),
    };
    (format!("unknown key `{key}`"), hint)
}
