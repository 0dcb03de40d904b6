//! `.testquality`: the dotenv-style file of the vendor's CLI in the working directory. Read, never
//! written.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::source::{ConfigError, Source, Sourced};

/// The name of the file.
pub(super) const FILE_NAME: &str = ".testquality";

/// A dotenv file is small; what is larger is something else.
const SIZE_LIMIT: u64 = 64 * 1024;

/// What a `.testquality` says.
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
    /// The file in `directory`, if there is one.
    pub(super) fn find(
        directory: &Path,
        errors: &mut Vec<ConfigError>,
        warnings: &mut Vec<String>,
    ) -> Self {
        let path = directory.join(FILE_NAME);
        let Ok(metadata) = std::fs::metadata(&path) else {
            return Self::default();
        };
        // A directory of that name is no business of ours; a FIFO would block.
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
        if file.token.is_some() && super::locations::others_can_read(&metadata) {
            warnings.push(format!(
                "{FILE_NAME} holds a token and can be read by every user of this machine (chmod 600 {FILE_NAME})"
            ));
        }
        file
    }

    /// Lines `KEY=value`, `export KEY="value"`; comments, other keys and other lines do not matter.
    #[must_use]
    pub(super) fn parse(text: &str) -> Self {
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
