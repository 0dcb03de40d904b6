//! `tq-import init`: writes a `tq-import.toml` to the working directory.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Context as _;

use crate::summary::escape;
use test_reports::text;

use super::args::InitArgs;
use super::exit::ExitCode;
use super::settings::{Environment, PROJECT_FILE, repository_root};
use super::streams::Streams;

/// Writes the file, unless it exists.
pub(super) fn run(args: &InitArgs, environment: &Environment) -> ExitCode {
    let streams = Streams::default();
    let settings = InitialSettings::new(args, environment);
    let path = environment.directory.join(PROJECT_FILE);
    match write_new(&path, &settings.file()) {
        Ok(true) => {}
        Ok(false) => {
            let hint = "edit it, or delete it first; nothing was changed";
            streams.error_text(&format!("{PROJECT_FILE} exists already"), Some(hint));
            return ExitCode::Usage;
        }
        Err(error) => {
            streams.error(&error, None);
            return ExitCode::Incomplete;
        }
    }
    if let Some(above) = shadowed(environment) {
        streams.warning(&format!(
            "{} no longer applies here: only the nearest file counts",
            above.display()
        ));
    }
    streams.print(&settings.report())
}

/// The settings in the file.
struct InitialSettings {
    project: Option<String>,
    namespace: String,
    folder: Option<String>,
}

impl InitialSettings {
    fn new(args: &InitArgs, environment: &Environment) -> Self {
        let choose = |flag: &Option<String>, names: &[&str]| {
            let variable = || names.iter().find_map(|name| environment.get(name));
            let value = text::clean(flag.as_deref().or_else(variable)?);
            (!value.is_empty()).then_some(value)
        };
        let namespace = choose(&args.namespace, &["TQ_NAMESPACE"]);
        Self {
            project: choose(&args.project, &["TQ_PROJECT", "TQ_PROJECT_ID"]),
            namespace: namespace.unwrap_or_else(|| repository_name(&environment.directory)),
            folder: choose(&args.folder, &["TQ_FOLDER"]),
        }
    }

    /// The file's text.
    fn file(&self) -> String {
        let mut file = "# Settings of tq-import for this repository. Options and TQ_* variables override them.\n\
                        # Do not put a token here: set TQ_ACCESS_TOKEN.\n\n"
            .to_owned();
        let mut add = |key: &str, value: Option<&str>, example: &str| {
            // Writing to a string cannot fail.
            let _ = match value {
                Some(value) => writeln!(file, "{key} = {}", toml_text(value)),
                None => writeln!(file, "# {key} = {}", toml_text(example)),
            };
        };
        add("project", self.project.as_deref(), "the project's name or id");
        add("namespace", Some(&self.namespace), "");
        add("folder", self.folder.as_deref(), "Automated");
        file.push_str(
            "\n# The namespace is part of every test's identity: if it changes, all tests are imported as new tests.\n\
             # New folders and tests are placed in `folder`; existing ones are not moved.\n\
             # ignore = [\"load/*\"]           # tests to leave out: folder/name\n\
             # fail_on_test_failure = true   # exit code 4 when a test failed\n\
             # Several packages: one [[import]] table each, with files, namespace and folder; see docs/configuration.md.\n",
        );
        file
    }

    /// The result, with the next steps.
    fn report(&self) -> String {
        let mut report = format!("wrote {PROJECT_FILE}: ");
        let namespace = escape::terminal(&self.namespace);
        let _ = match &self.project {
            Some(project) => {
                writeln!(report, "project {}, namespace {namespace}", escape::terminal(project))
            }
            None => writeln!(report, "namespace {namespace}; no project yet: set it in the file"),
        };
        report.push_str(
            "next: run `tq-import doctor` to check token and project, and `tq-import --dry-run 'reports/**/*.xml'` to \
             see what an import would change\n",
        );
        report
    }
}

/// A TOML string.
fn toml_text(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// The name of the repository: that of its remote, else that of its directory.
fn repository_name(directory: &Path) -> String {
    let output = Command::new("git")
        .args(["config", "--get", "remote.origin.url"])
        .current_dir(directory)
        .env_remove("TQ_ACCESS_TOKEN")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output();
    let url = output.ok().and_then(|output| String::from_utf8(output.stdout).ok());
    let last = url.as_deref().and_then(|url| {
        let name = url.trim().trim_end_matches('/').rsplit(['/', ':', '\\']).next()?;
        let name = text::clean(name.strip_suffix(".git").unwrap_or(name));
        (!name.is_empty()).then_some(name)
    });
    last.unwrap_or_else(|| {
        let name = repository_root(directory).unwrap_or(directory).file_name().unwrap_or_default();
        text::clean(&name.to_string_lossy())
    })
}

/// The file that an import from here has read until now.
fn shadowed(environment: &Environment) -> Option<std::path::PathBuf> {
    let root = repository_root(&environment.directory)?;
    let above = environment.directory.ancestors().skip(1);
    let mut files =
        above.take_while(|above| above.starts_with(root)).map(|above| above.join(PROJECT_FILE));
    files.find(|file| file.is_file())
}

/// Writes a new file atomically; returns false if it exists.
fn write_new(path: &Path, text: &str) -> anyhow::Result<bool> {
    let cannot = || format!("cannot write {}", path.display());
    let mut builder = tempfile::Builder::new();
    // Unlike a temporary file, others may read it.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(std::fs::Permissions::from_mode(0o644));
    }
    let directory = path.parent().unwrap_or(Path::new("."));
    let mut file = builder.prefix(".tq-import-").tempfile_in(directory).with_context(cannot)?;
    file.write_all(text.as_bytes()).with_context(cannot)?;
    match file.persist_noclobber(path) {
        Ok(_) => Ok(true),
        Err(error) if path.symlink_metadata().is_ok() => {
            drop(error);
            Ok(false)
        }
        Err(error) => Err(error.error).with_context(cannot),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn initial(project: Option<&str>, namespace: &str) -> InitialSettings {
        InitialSettings {
            project: project.map(str::to_owned),
            namespace: namespace.to_owned(),
            folder: Some("Automated/\"Web\"".to_owned()),
        }
    }

    #[test]
    fn the_file_is_valid_toml_with_the_settings() {
        for text in ["Shop", "a \"b\" 'c' \\ \u{e4}\n", "# no comment", "007"] {
            let file: toml::Table = initial(Some(text), text).file().parse().unwrap();
            assert_eq!(file["project"].as_str(), Some(text));
            assert_eq!(file["namespace"].as_str(), Some(text));
            assert_eq!(file["folder"].as_str(), Some("Automated/\"Web\""));
        }
    }

    #[test]
    fn without_a_project_its_line_is_a_comment() {
        let file = initial(None, "shop").file();
        assert!(file.contains("\n# project = \""), "{file}");
        assert!(!file.parse::<toml::Table>().unwrap().contains_key("project"));
    }
}
