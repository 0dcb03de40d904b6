//! `tq-import.toml`: the settings that belong to a repository.
//!
//! The file is part of the branch under test. It cannot hold anything that a stranger's branch must not decide: no token,
//! no certificate authority, no unencrypted host, no soft exit codes.
//!
//! There is no list of keys: a key is known once [`ProjectFile::read`] was called for it.

use std::collections::BTreeSet;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use serde::Deserialize as _;
use toml::Value;
use toml::de::{DeTable, ValueDeserializer};

use super::resolver::{ConfigError, Setting, Source, Sourced};
use crate::cli::args::words::nearest;

/// The name of the file.
pub const FILE_NAME: &str = "tq-import.toml";

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
    /// Errors and their lines; line 0 is the file as a whole.
    errors: Vec<(usize, ConfigError)>,
}

#[derive(Debug)]
struct Entry {
    key: String,
    line: usize,
    /// None for a value that TOML allows and no setting has, such as a number of more than 64 bits.
    value: Option<Value>,
}

impl ProjectFile {
    /// Reads the nearest file from `directory` up to `top`.
    pub(super) fn find(directory: &Path, top: &Path) -> Self {
        let mut shown = PathBuf::from(FILE_NAME);
        for above in directory.ancestors().take_while(|above| above.starts_with(top)) {
            let path = above.join(FILE_NAME);
            if path.symlink_metadata().is_ok() {
                let above = (above != directory).then(|| above.to_owned());
                let mut file = Self { path: Some(shown), above, ..Self::default() };
                match read_file(&path) {
                    Ok(text) => file.parse(&text),
                    Err(error) => file.error(0, &format!("cannot be read: {error}"), None),
                }
                return file;
            }
            shown = Path::new("..").join(shown);
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
            if !self.errors.iter().any(|(other, _)| *other == line) {
                self.error(line, &message, None);
            }
        }
        for (key, value) in table.into_inner() {
            let line = line_at(key.span().start);
            // The parser guesses what a broken line means.
            if !self.errors.iter().any(|(broken, _)| *broken == line) {
                let value = Value::deserialize(ValueDeserializer::from(value)).ok();
                self.entries.push(Entry { key: key.into_inner().into_owned(), line, value });
            }
        }
    }

    /// The value of the setting `name`. A value of another type is an error, and none.
    pub(super) fn read<T: Setting>(&mut self, name: &str) -> Option<Sourced<T>> {
        let key = name.replace('-', "_");
        let index = self.entries.iter().position(|entry| entry.key == key);
        let entry = index.map(|index| self.entries.swap_remove(index));
        self.known_keys.insert(key);
        let Entry { key, line, value } = entry?;
        let Some(value) = value.as_ref().and_then(T::from_toml) else {
            self.error(line, &format!("`{key}` must be {}", T::expected()), None);
            return None;
        };
        Some(Sourced { value, source: Source::File { path: self.path.clone()?, line } })
    }

    /// Whether the file has this key, or a syntax error that may hide it.
    pub(super) fn may_have(&self, key: &str) -> bool {
        !self.errors.is_empty() || self.entries.iter().any(|entry| entry.key == key)
    }

    /// Every error in the order of the lines. Keys that were not read are errors, too.
    pub(super) fn into_errors(mut self) -> Vec<ConfigError> {
        for Entry { key, line, .. } in std::mem::take(&mut self.entries) {
            let (message, hint) = unknown_key(&key, &self.known_keys);
            self.error(line, &message, Some(hint));
        }
        self.errors.sort_by_key(|(line, _)| *line);
        self.errors.into_iter().map(|(_, error)| error).collect()
    }

    fn error(&mut self, line: usize, message: &str, hint: Option<String>) {
        let path = self.path.as_deref().unwrap_or(Path::new(FILE_NAME)).display();
        let place = if line == 0 { path.to_string() } else { format!("{path}:{line}") };
        let message = format!("{place}: {message}");
        self.errors.push((line, ConfigError { message, hint }));
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

/// Message and hint for a key that is not a setting.
fn unknown_key(key: &str, known: &BTreeSet<String>) -> (String, String) {
    let folded = key.to_lowercase().replace('-', "_");
    if ["token", "password", "secret"].iter().any(|word| folded.contains(word)) {
        return (
            format!("`{key}`: a token does not belong in a file of the repository"),
            "set TQ_ACCESS_TOKEN, or name a file outside the repository with --token-file; if the token was committed, revoke it".to_owned(),
        );
    }
    if ["ca_cert", "insecure_http", "soft_fail"].contains(&&*folded) {
        let option = folded.replace('_', "-");
        return (
            format!("`{key}` cannot be set in a file"),
            format!("a branch must not decide this: use the option --{option} in the pipeline"),
        );
    }
    if ["moved", "new_namespace"].contains(&&*folded) {
        let option = folded.replace('_', "-");
        return (
            format!("`{key}` cannot be set in a file"),
            format!("it is about the reports of one import: use the option --{option}"),
        );
    }
    if ["build", "attempt", "run_id", "run_name", "compare"].contains(&&*folded) {
        let option = folded.replace('_', "-");
        return (
            format!("`{key}` cannot be set in a file"),
            format!("it is another one for each build: use the option --{option} in the pipeline"),
        );
    }
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let hint = match nearest(key, &known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the keys are {}", known.join(", ")),
    };
    (format!("unknown key `{key}`"), hint)
}
