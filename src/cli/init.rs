//! `tq-import init`: writes a `tq-import.toml` into the working directory.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Context as _;

use crate::summary::escape;
use test_reports::text;

use super::args::InitArgs;
use super::exit::ExitCode;
use super::output::Streams;
use super::settings::{Environment, PROJECT_FILE};

/// Writes the file, unless there is one.
pub(super) fn run(args: &InitArgs, environment: &Environment) -> ExitCode {
    let streams = Streams::default();
    let settings = Chosen::new(args, environment);
    let path = environment.directory.join(PROJECT_FILE);
    match write_new(&path, &settings.file()) {
        Ok(true) => {}
        Ok(false) => {
            let error = anyhow::anyhow!("{PROJECT_FILE} is there already");
            streams.error(&error, Some("edit it, or delete it first; nothing was changed"));
            return ExitCode::Usage;
        }
        Err(error) => {
            streams.error(&error, None);
            return ExitCode::Incomplete;
        }
    }
    if let Some(above) = shadowed(environment) {
        streams.warning(&format!(
            "{} is no longer read from here: of several files the nearest counts",
            above.display()
        ));
    }
    match streams.result(&settings.report()) {
        Ok(()) => ExitCode::Done,
        Err(error) => {
            streams
                .error(&anyhow::Error::new(error).context("cannot write to standard output"), None);
            ExitCode::Incomplete
        }
    }
}

/// What goes into the file.
struct Chosen {
    project: Option<String>,
    namespace: String,
    folder: Option<String>,
}

impl Chosen {
    fn new(args: &InitArgs, environment: &Environment) -> Self {
        let chosen = |flag: &Option<String>, names: &[&str]| {
            let variable = || names.iter().find_map(|name| environment.get(name));
            let value = text::clean(flag.as_deref().or_else(variable)?);
            (!value.is_empty()).then_some(value)
        };
        let namespace = chosen(&args.namespace, &["TQ_NAMESPACE"]);
        Self {
            project: chosen(&args.project, &["TQ_PROJECT", "TQ_PROJECT_ID"]),
            namespace: namespace.unwrap_or_else(|| repository_name(&environment.directory)),
            folder: chosen(&args.folder, &["TQ_FOLDER"]),
        }
    }

    /// The file's text.
    fn file(&self) -> String {
        let mut file = "# Settings of tq-import for this repository; options and TQ_* variables come before them.\n\
                        # A token has no place here: set TQ_ACCESS_TOKEN.\n\n"
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
            "\n# The namespace enters every test's identity: with another one, the same tests are other tests.\n\
             # New folders and tests are placed in `folder`; those that exist stay where they are.\n\
             # ignore = [\"load/*\"]           # tests to leave out: folder/name\n\
             # fail_on_test_failure = true   # exit code 4 when a test failed\n",
        );
        file
    }

    /// What was written, and what to do next.
    fn report(&self) -> String {
        let mut report = format!("wrote {PROJECT_FILE}: ");
        let namespace = escape::terminal(&self.namespace);
        let _ = match &self.project {
            Some(project) => {
                writeln!(report, "project {}, namespace {namespace}", escape::terminal(project))
            }
            None => writeln!(report, "namespace {namespace}, no project yet: name it in there"),
        };
        report.push_str(
            "next: `tq-import doctor` checks token and project; `tq-import --dry-run 'reports/**/*.xml'` shows what \
             an import would change\n",
        );
        report
    }
}

/// A text as TOML writes it.
fn toml_text(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// The name of the repository around `directory`: of where it comes from, else of its own directory.
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
        let root = directory.ancestors().find(|above| above.join(".git").exists());
        let name = root.unwrap_or(directory).file_name().unwrap_or_default();
        text::clean(&name.to_string_lossy())
    })
}

/// The file that an import from here would have read until now.
fn shadowed(environment: &Environment) -> Option<std::path::PathBuf> {
    let root = environment.directory.ancestors().find(|above| above.join(".git").exists())?;
    let above = environment.directory.ancestors().skip(1);
    let mut files =
        above.take_while(|above| above.starts_with(root)).map(|above| above.join(PROJECT_FILE));
    files.find(|file| file.is_file())
}

/// Writes a file that is whole from its first moment on; false if there is one.
fn write_new(path: &Path, text: &str) -> anyhow::Result<bool> {
    let cannot = || format!("cannot write {}", path.display());
    let mut builder = tempfile::Builder::new();
    // What people and other programs may read, unlike other temporary files.
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

    fn chosen(project: Option<&str>, namespace: &str) -> Chosen {
        Chosen {
            project: project.map(str::to_owned),
            namespace: namespace.to_owned(),
            folder: Some("Automated/\"Web\"".to_owned()),
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        for text in ["Shop", "a \"b\" 'c' \\ \u{e4}\n", "# no comment", "007"] {
            let file: toml::Table = chosen(Some(text), text).file().parse().unwrap();
            assert_eq!(file["project"].as_str(), Some(text));
            assert_eq!(file["namespace"].as_str(), Some(text));
            assert_eq!(file["folder"].as_str(), Some("Automated/\"Web\""));
        }
    }

    #[test]
    fn without_a_project_its_line_waits_to_be_filled_in() {
        let file = chosen(None, "shop").file();
        assert!(file.contains("\n# project = \""), "{file}");
        assert!(!file.parse::<toml::Table>().unwrap().contains_key("project"));
    }
}
