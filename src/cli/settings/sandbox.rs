//! Settings of `tq-import sandbox`, and the database of the working tree.

use std::borrow::Cow;
use std::net::SocketAddr;
use std::path::{MAIN_SEPARATOR, Path, PathBuf};

use sha2::{Digest, Sha256};

use super::connection::token_file;
use super::environment::Environment;
use super::resolver::{ConfigError, Resolver, Source};
use super::terminal::{self, Terminal};
use crate::api::token::Token;
use crate::cli::args::values::ReadyFormat;
use crate::cli::args::{SandboxArgs, SandboxCommand};

/// Settings of `sandbox`.
#[derive(Clone, Debug)]
pub struct SandboxSettings {
    /// The database file.
    pub db: PathBuf,
    /// What to do.
    pub action: SandboxAction,
    /// What is shown, and how.
    pub terminal: Terminal,
    /// Warnings about the settings.
    pub warnings: Vec<String>,
}

/// What `sandbox` does.
#[derive(Clone, Debug)]
pub enum SandboxAction {
    /// Serve the API.
    Serve {
        /// The address to listen on.
        listen: SocketAddr,
        /// The token to expect; none: generate one and print it.
        token: Option<Token>,
        /// The name of the project in a new database, if given.
        project: Option<String>,
        /// Rules for simulated faults.
        faults: Vec<String>,
        /// The format of the line that announces the server.
        format: ReadyFormat,
    },
    /// Delete the database.
    Reset,
}

impl SandboxSettings {
    /// The settings of `sandbox`. The only variable that counts is `TQ_SANDBOX_TOKEN`; files are not read.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn resolve(
        args: &SandboxArgs,
        environment: &Environment,
    ) -> Result<Self, Vec<ConfigError>> {
        let mut from = Resolver::without_file(environment);
        let db = database(&mut from, args.db.as_deref());
        let action = match args.command {
            Some(SandboxCommand::Reset) => SandboxAction::Reset,
            None => SandboxAction::Serve {
                listen: args.listen,
                token: token(&mut from, args.token_file.as_deref()),
                project: args.project.clone(),
                faults: args.fault.clone(),
                format: args.format,
            },
        };
        let terminal = terminal::terminal(&mut from, args.terminal);
        let Resolver { errors, warnings, .. } = from;
        match db {
            Some(db) if errors.is_empty() => Ok(Self { db, action, terminal, warnings }),
            _ => Err(errors),
        }
    }
}

fn token(from: &mut Resolver<'_>, file: Option<&Path>) -> Option<Token> {
    let text = match file {
        Some(path) => token_file(from, path)?,
        None => from.environment.get("TQ_SANDBOX_TOKEN")?.to_owned(),
    };
    Token::new(text).map_err(|error| from.error(ConfigError::new(error.to_string()))).ok()
}

/// The database `named`, else that of the working tree.
pub(super) fn database(from: &mut Resolver<'_>, named: Option<&Path>) -> Option<PathBuf> {
    if !cfg!(feature = "sandbox") {
        from.error(ConfigError::new("this build has no sandbox"));
        return None;
    }
    let (db, source) = match (named, &from.environment.user_data) {
        (Some(db), _) => (from.environment.directory.join(db), Source::Option("sandbox")),
        (None, Some(data)) => (default_database(data, &from.working_tree), Source::Default),
        (None, None) => {
            from.error(
                ConfigError::new("there is no home directory for the sandbox's database")
                    .hint("name a file, such as --sandbox=sandbox.db"),
            );
            return None;
        }
    };
    from.note("sandbox", db.display().to_string(), source);
    Some(db)
}

/// The database of the working tree at `tree`, below `user_data`.
///
/// The name starts with the directory's, for people; the hash of the whole path distinguishes trees of the same name.
fn default_database(user_data: &Path, tree: &Path) -> PathBuf {
    let tree = tree.canonicalize().unwrap_or_else(|_| tree.to_owned());
    let digest = Sha256::digest(tree.as_os_str().as_encoded_bytes());
    let hash: String = digest[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    let name = tree.file_name().unwrap_or_default().to_string_lossy();
    let name: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' })
        .take(40)
        .collect();
    user_data.join("tq-import").join("sandbox").join(format!("{name}-{hash}.db"))
}

/// The command that shows the database `named`, or that of the working tree, for people to copy.
pub(super) fn look(called: &str, named: Option<&Path>) -> String {
    let is_path = called.contains(['/', MAIN_SEPARATOR]);
    let program = if is_path { quoted(called) } else { "tq-import".into() };
    let Some(db) = named else { return format!("{program} sandbox") };
    let db = db.to_string_lossy();
    // A leading dash would make it an option.
    let here = if db.starts_with('-') { "./" } else { "" };
    format!("{program} sandbox --db {}", quoted(&format!("{here}{db}")))
}

/// Characters without a special meaning in any shell.
const PLAIN: &str = "/._-+:=@%,";

/// `word`, quoted for the shell of this system.
fn quoted(word: &str) -> Cow<'_, str> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || PLAIN.contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        Cow::Borrowed(word)
    } else if cfg!(windows) {
        // File names cannot hold double quotes there.
        Cow::Owned(format!("\"{word}\""))
    } else {
        Cow::Owned(format!("'{}'", word.replace('\'', r"'\''")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_working_tree_has_its_own_database() {
        let data = Path::new("/data");
        let one = default_database(data, Path::new("/no/such/a/shop web"));
        let two = default_database(data, Path::new("/no/such/b/shop web"));
        assert_ne!(one, two);
        assert_eq!(one, default_database(data, Path::new("/no/such/a/shop web")));
        assert!(one.starts_with("/data/tq-import/sandbox"));
        let name = one.file_name().unwrap().to_str().unwrap();
        assert!(name.starts_with("shop-web-") && name.ends_with(".db"), "{name}");
    }

    #[cfg(unix)]
    #[test]
    fn the_command_can_be_copied() {
        assert_eq!(look("tq-import", None), "tq-import sandbox");
        assert_eq!(look("", None), "tq-import sandbox");
        for (called, db, expected) in [
            ("tq-import", "x.db", "tq-import sandbox --db x.db"),
            ("target/debug/tq-import", "x.db", "target/debug/tq-import sandbox --db x.db"),
            ("/my bin/tq-import", "x.db", "'/my bin/tq-import' sandbox --db x.db"),
            ("tq-import", "my db", "tq-import sandbox --db 'my db'"),
            ("tq-import", "it's.db", r"tq-import sandbox --db 'it'\''s.db'"),
            ("tq-import", "~/$x.db", "tq-import sandbox --db '~/$x.db'"),
            ("tq-import", "-x.db", "tq-import sandbox --db ./-x.db"),
        ] {
            assert_eq!(look(called, Some(Path::new(db))), expected);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_quoted_word_is_one_word_to_the_shell() {
        for word in ["", "a b", "it's", "$(x)`y`\"\\", "*?[a]{b}", "a\nb", "#x", "~", "ä"] {
            let command = format!("printf %s {}", quoted(word));
            let output = std::process::Command::new("sh").args(["-c", &command]).output().unwrap();
            assert_eq!(String::from_utf8(output.stdout).unwrap(), word, "{command}");
        }
    }
}
