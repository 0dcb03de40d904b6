//! `.testquality`: the dotenv-style file of the vendor's CLI in the working directory. It is never written.

use std::fs::Metadata;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::resolver::{ConfigError, Source, Sourced};

const FILE_NAME: &str = ".testquality";

/// The most that is read, in bytes: a dotenv file is small.
const SIZE_LIMIT: u64 = 64 * 1024;

/// The contents of a `.testquality`.
#[derive(Clone, Default)]
pub(super) struct VendorFile {
    /// `TQ_ACCESS_TOKEN`
    pub(super) token: Option<Sourced<String>>,
    /// `TQ_HOST`
    pub(super) host: Option<Sourced<String>>,
    /// `TQ_PROJECT_ID`
    pub(super) project: Option<Sourced<String>>,
}

impl VendorFile {
    /// Reads the file in `directory`, if it exists.
    pub(super) fn find(
        directory: &Path,
        errors: &mut Vec<ConfigError>,
        warnings: &mut Vec<String>,
    ) -> Self {
        let path = directory.join(FILE_NAME);
        let Ok(metadata) = std::fs::metadata(&path) else {
            return Self::default();
        };
        // A FIFO would block.
        if !metadata.is_file() {
            return Self::default();
        }
        let mut text = String::new();
        let read = std::fs::File::open(&path)
            .and_then(|file| file.take(SIZE_LIMIT).read_to_string(&mut text));
        if let Err(error) = read {
            errors.push(ConfigError::new(format!("cannot read {FILE_NAME}: {error}")));
            return Self::default();
        }
        let file = Self::parse(&text);
        if file.token.is_some() && others_can_read(&metadata) {
            warnings.push(format!(
                "{FILE_NAME} holds a token, and every user of this machine can read it (chmod 600 {FILE_NAME})"
            ));
        }
        file
    }

    /// Reads lines `KEY=value` and `export KEY="value"`; other keys and lines are ignored.
    fn parse(text: &str) -> Self {
        let mut file = Self::default();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim_start_matches('\u{feff}').trim();
            let line = line.strip_prefix("export ").unwrap_or(line);
            let Some((key, value)) = line.split_once('=') else {
                continue;
            };
            let value = unquoted(value.trim());
            if value.is_empty() {
                continue;
            }
            let sourced = Sourced {
                value: value.to_owned(),
                source: Source::File { path: PathBuf::from(FILE_NAME), line: index + 1 },
            };
            match key.trim() {
                "TQ_ACCESS_TOKEN" => file.token = Some(sourced),
                "TQ_HOST" => file.host = Some(sourced),
                "TQ_PROJECT_ID" => file.project = Some(sourced),
                _ => {}
            }
        }
        file
    }
}

fn unquoted(value: &str) -> &str {
    for quote in ['"', '\''] {
        if let Some(rest) = value.strip_prefix(quote)
            && let Some((inner, _)) = rest.split_once(quote)
        {
            return inner.trim();
        }
    }
    // A comment starts at ` #`; `#` inside a word belongs to the value.
    value.find(" #").map_or(value, |comment| value[..comment].trim_end())
}

/// Whether every user of the machine may read the file. Unknown, hence false, on systems other than Unix.
pub(super) fn others_can_read(metadata: &Metadata) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        metadata.is_file() && metadata.mode() & 0o004 != 0
    }
    #[cfg(not(unix))]
    {
        let _ = metadata;
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dotenv_lines() {
        let file = VendorFile::parse(
            "# for the vendor's CLI\n\
             TQ_ACCESS_TOKEN=\"canary\" # a comment\r\n\
             export TQ_HOST = 'https://api.testquality.com'\n\
             TQ_PROJECT_ID=12080 # Shop\n\
             OTHER=x\n\
             nonsense\n\
             TQ_HOST=\n",
        );
        assert_eq!(file.token.unwrap().value, "canary");
        let host = file.host.unwrap();
        assert_eq!(host.value, "https://api.testquality.com");
        assert_eq!(host.source.to_string(), ".testquality:3");
        assert_eq!(file.project.unwrap().value, "12080");
    }
}
