//! Test tools that need no report argument: their own option writes a report into a temporary directory, or the place of
//! their reports is known.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::cli::cargo::is_cargo_test;
use crate::discover::{Discovered, Input, Origin, Source};

/// A tool that this module knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tool {
    Pytest,
    Jest,
    Vitest,
    Nextest,
    Go,
    Playwright,
    Maven,
    Gradle,
    Mocha,
    Dotnet,
}

/// What has to be done so that a command's report is found.
#[derive(Debug)]
pub(super) enum Reporting {
    /// The command was changed; the report will be here.
    Added(AddedReport),
    /// The tool writes reports that match these patterns.
    Patterns(&'static [&'static str]),
    /// The tool is known, and this is what to type.
    Advice(&'static str),
}

/// A report that the command writes because of what was added to it.
#[derive(Debug)]
pub(super) struct AddedReport {
    /// The name of the report in messages, such as `pytest`.
    pub(super) name: &'static str,
    /// The command with its further arguments.
    pub(super) command: Vec<OsString>,
    /// Environment variables that the command needs.
    pub(super) variables: Vec<(&'static str, OsString)>,
    /// The report.
    pub(super) path: PathBuf,
    /// What happens to the standard output, if it is the report.
    pub(super) output: Option<Shown>,
    /// Deleted when this is dropped.
    _directory: TempDir,
}

/// What is shown of a standard output that is a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// Nothing: people read the standard error.
    Nothing,
    /// What `go test` prints without `-json`; `verbose` if it was called with `-v`.
    Go { verbose: bool },
}

impl AddedReport {
    /// Adds the report to those that were `found`. Returns a warning if there is none.
    pub(super) fn add_to(&self, found: &mut Discovered) -> Option<String> {
        let is_empty = std::fs::metadata(&self.path).is_ok_and(|metadata| metadata.len() == 0);
        if is_empty || !self.path.exists() {
            return Some(format!("{} wrote no report", self.name));
        }
        found.inputs.push(Input {
            display: self.name.to_owned(),
            source: Source::File(self.path.clone()),
            origin: Origin::Named,
            argument: 0,
        });
        None
    }
}

/// How the report of `command`, which runs in `directory`, is found; none if the tool is not known.
///
/// # Errors
/// If there is no temporary directory.
pub(super) fn reporting(command: &[OsString], directory: &Path) -> io::Result<Option<Reporting>> {
    if is_cargo_test(command) {
        return Ok(None);
    }
    let words: Vec<String> =
        command.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    let Some((tool, at)) = tool(&words) else { return Ok(None) };
    let rest = words.get(at + 1..).unwrap_or_default();
    let own = rest.split(|word| word == "--").next().unwrap_or_default();
    let has = |option: &str| own.iter().any(|word| names(word, option));
    Ok(Some(match tool {
        Tool::Pytest
            if has("--junitxml")
                || has("--junit-xml")
                || configures(directory, &PYTEST, "--junit") =>
        {
            Reporting::Advice(
                "pytest writes a report already: name the file of --junitxml before `--`: tq-import run junit.xml -- pytest \
                 --junitxml=junit.xml",
            )
        }
        Tool::Jest if has("--json") || has("--outputFile") => Reporting::Advice(
            "name the file of --outputFile before `--`: tq-import run jest.json -- npx jest --json --outputFile=jest.json",
        ),
        Tool::Vitest if has("--reporter") || configures(directory, &VITEST, "reporters") => {
            Reporting::Advice(
                "reporters are set already, so none is added; add one: tq-import run vitest.xml -- npx vitest run \
                 --reporter=default --reporter=junit --outputFile.junit=vitest.xml",
            )
        }
        Tool::Playwright if has("--reporter") || configures(directory, &PLAYWRIGHT, "reporter") => {
            Reporting::Advice(
                "reporters are set already, so none is added; add ['junit', { outputFile: 'results.xml' }] to those of \
                 playwright.config, then: tq-import run results.xml -- npx playwright test",
            )
        }
        Tool::Nextest if has("--message-format") => Reporting::Advice(
            "a profile with junit.path writes a report: tq-import run target/nextest/ci/junit.xml -- cargo nextest run \
             --profile ci",
        ),
        Tool::Mocha => Reporting::Advice(
            "tq-import run mocha.json -- npx mocha --reporter json --reporter-option output=mocha.json",
        ),
        Tool::Dotnet => {
            Reporting::Advice("tq-import run '**/TestResults/*.trx' -- dotnet test --logger trx")
        }
        Tool::Maven => Reporting::Patterns(&[
            "**/target/surefire-reports/TEST-*.xml",
            "**/target/failsafe-reports/TEST-*.xml",
        ]),
        Tool::Gradle => Reporting::Patterns(&["**/build/test-results/**/TEST-*.xml"]),
        Tool::Pytest | Tool::Jest | Tool::Vitest | Tool::Playwright | Tool::Nextest | Tool::Go => {
            Reporting::Added(added(tool, command, at, own)?)
        }
    }))
}

/// Files that may set the reporters of a tool, or the report.
const PYTEST: [&str; 4] = ["pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg"];
const VITEST: [&str; 2] = ["vitest.config.", "vite.config."];
const PLAYWRIGHT: [&str; 1] = ["playwright.config."];

/// Whether a file in `directory` that begins with one of `names` contains `key`.
fn configures(directory: &Path, names: &[&str], key: &str) -> bool {
    let files = std::fs::read_dir(directory).into_iter().flatten().flatten();
    files
        .filter(|file| {
            let name = file.file_name().to_string_lossy().into_owned();
            names.iter().any(|begin| name.starts_with(begin))
        })
        .any(|file| std::fs::read_to_string(file.path()).is_ok_and(|text| text.contains(key)))
}

/// `command` with the arguments that make `tool`, whose name is word `at`, write a report. `own` are the words after it.
fn added(tool: Tool, command: &[OsString], at: usize, own: &[String]) -> io::Result<AddedReport> {
    let temporary = tempfile::Builder::new().prefix("tq-import-").tempdir()?;
    let (name, file) = match tool {
        Tool::Pytest => ("pytest", "pytest.xml"),
        Tool::Jest => ("jest", "jest.json"),
        Tool::Vitest => ("vitest", "vitest.json"),
        Tool::Playwright => ("playwright", "playwright.json"),
        Tool::Nextest => ("cargo nextest", "nextest.json"),
        _ => ("go test", "go.json"),
    };
    let path = temporary.path().join(file);
    let with = |prefix: &str| {
        let mut word = OsString::from(prefix);
        word.push(&path);
        word
    };
    let (mut arguments, mut variables, mut output) = (Vec::new(), Vec::new(), None);
    match tool {
        Tool::Pytest => arguments.push(with("--junitxml=")),
        Tool::Jest => arguments.extend(["--json".into(), with("--outputFile=")]),
        Tool::Vitest => arguments.extend([
            "--reporter=default".into(),
            "--reporter=json".into(),
            with("--outputFile.json="),
        ]),
        Tool::Playwright => {
            arguments.push("--reporter=list,json".into());
            // Versions before 1.43 read the older name.
            let names = ["PLAYWRIGHT_JSON_OUTPUT_FILE", "PLAYWRIGHT_JSON_OUTPUT_NAME"];
            variables.extend(names.map(|name| (name, path.clone().into_os_string())));
        }
        Tool::Nextest => {
            arguments.extend(["--message-format".into(), "libtest-json-plus".into()]);
            variables.push(("NEXTEST_EXPERIMENTAL_LIBTEST_JSON", "1".into()));
            output = Some(Shown::Nothing);
        }
        _ => {
            arguments.push("-json".into());
            let verbose = own.iter().any(|word| names(word, "-v") || names(word, "--v"));
            output = Some(Shown::Go { verbose });
        }
    }
    // Right behind the tool's name and command, because a later `--` ends the options.
    let behind = match tool {
        Tool::Playwright | Tool::Nextest | Tool::Go => at + 2,
        Tool::Vitest if own.first().is_some_and(|word| !word.starts_with('-')) => at + 2,
        _ => at + 1,
    };
    let mut command = command.to_vec();
    let behind = behind.min(command.len());
    command.splice(behind..behind, arguments);
    Ok(AddedReport { name, command, variables, path, output, _directory: temporary })
}

/// Whether `word` is `option`, or `option=value`.
fn names(word: &str, option: &str) -> bool {
    word.strip_prefix(option).is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
}

/// The tool that a command runs, and the index of its name.
fn tool(words: &[String]) -> Option<(Tool, usize)> {
    let mut at = 0;
    // Programs that start another one.
    loop {
        let program = stem(words.get(at)?);
        let next = |index: usize| words.get(at + index).map(String::as_str).unwrap_or_default();
        at += match (program.as_str(), next(1)) {
            ("npx" | "bunx", _) => 1 + options(words, at + 1),
            ("pnpm" | "yarn" | "npm", "exec") => 2 + usize::from(next(2) == "--"),
            ("pnpm" | "yarn", "jest" | "vitest" | "playwright" | "mocha") => 1,
            ("uv" | "poetry" | "pipenv" | "hatch" | "pdm", "run") => 2,
            ("python" | "python3" | "py", "-m") => 2,
            ("node", script) if !script.starts_with('-') => 1,
            _ => break,
        };
    }
    let program = stem(words.get(at)?);
    let mut further = words.iter().skip(at + 1).map(String::as_str);
    let first = further.next().unwrap_or_default();
    let tool = match program.as_str() {
        "pytest" | "py.test" => Tool::Pytest,
        "jest" => Tool::Jest,
        "vitest" if !matches!(first, "watch" | "bench" | "list" | "init" | "dev") => Tool::Vitest,
        "playwright" if first == "test" => Tool::Playwright,
        "mocha" => Tool::Mocha,
        "go" if first == "test" => Tool::Go,
        "dotnet" if first == "test" => Tool::Dotnet,
        "mvn" | "mvnw" => Tool::Maven,
        "gradle" | "gradlew" => Tool::Gradle,
        "cargo" => {
            let nextest = words.iter().skip(at).position(|word| word == "nextest")?;
            let at = at + nextest;
            let runs = words.get(at + 1).is_some_and(|word| word == "run" || word == "r");
            return (nextest <= 2 && runs).then_some((Tool::Nextest, at));
        }
        "cargo-nextest" => {
            let at = at + usize::from(first == "nextest");
            let runs = words.get(at + 1).is_some_and(|word| word == "run" || word == "r");
            return runs.then_some((Tool::Nextest, at));
        }
        _ => return None,
    };
    Some((tool, at))
}

/// The number of options from word `from` on. A package manager's own option with a value apart is not known.
fn options(words: &[String], from: usize) -> usize {
    words.iter().skip(from).take_while(|word| word.starts_with('-')).count()
}

/// The name of a program without its directory and the endings of Windows and JavaScript.
fn stem(word: &str) -> String {
    let name = Path::new(word).file_name().and_then(OsStr::to_str).unwrap_or(word);
    let endings = [".exe", ".cmd", ".bat", ".js", ".mjs"];
    let bare = endings.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name);
    bare.to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<OsString> {
        line.split(' ').map(OsString::from).collect()
    }

    fn of(line: &str) -> Option<Reporting> {
        let directory = tempfile::tempdir().unwrap();
        reporting(&words(line), directory.path()).unwrap()
    }

    /// The changed command, with `FILE` for the path of the report.
    fn changed(line: &str) -> String {
        let Some(Reporting::Added(added)) = of(line) else { panic!("{line}") };
        let text: Vec<String> =
            added.command.iter().map(|word| word.to_string_lossy().into_owned()).collect();
        text.join(" ").replace(&*added.path.to_string_lossy(), "FILE")
    }

    #[test]
    fn options_are_added_behind_the_name_of_the_tool() {
        for (line, expected) in [
            ("pytest -q tests", "pytest --junitxml=FILE -q tests"),
            ("uv run pytest", "uv run pytest --junitxml=FILE"),
            ("python3 -m pytest -k a", "python3 -m pytest --junitxml=FILE -k a"),
            ("npx --yes jest src", "npx --yes jest --json --outputFile=FILE src"),
            ("npm exec -- jest", "npm exec -- jest --json --outputFile=FILE"),
            (
                "node node_modules/jest/bin/jest.js",
                "node node_modules/jest/bin/jest.js --json --outputFile=FILE",
            ),
            (
                "npx vitest run",
                "npx vitest run --reporter=default --reporter=json --outputFile.json=FILE",
            ),
            (
                "pnpm vitest",
                "pnpm vitest --reporter=default --reporter=json --outputFile.json=FILE",
            ),
            ("npx playwright test a", "npx playwright test --reporter=list,json a"),
            (
                "cargo +1.85 nextest run -p a -- --ignored",
                "cargo +1.85 nextest run --message-format libtest-json-plus -p a -- --ignored",
            ),
            ("go test ./...", "go test -json ./..."),
        ] {
            assert_eq!(changed(line), expected);
        }
    }

    #[test]
    fn other_commands_stay_as_they_are() {
        for line in [
            "make test",
            "npm test",
            "cargo test",
            "cargo nextest list",
            "go build",
            "npx",
            "node -e 1",
            "npx playwright install",
        ] {
            assert!(of(line).is_none(), "{line}");
        }
        for line in [
            "pytest --junitxml=a.xml",
            "npx jest --json",
            "npx vitest run --reporter=dot",
            "npx playwright test --reporter=html",
            "cargo nextest run --message-format human",
            "npx mocha",
            "dotnet test",
        ] {
            assert!(
                matches!(of(line), Some(Reporting::Advice(text)) if text.contains("tq-import run")),
                "{line}"
            );
        }
        for line in ["./mvnw verify", "gradle test"] {
            assert!(matches!(of(line), Some(Reporting::Patterns(_))), "{line}");
        }
    }

    #[test]
    fn reporters_of_a_configuration_are_not_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let of = |line: &str| reporting(&words(line), directory.path()).unwrap();
        let write =
            |name: &str, text: &str| std::fs::write(directory.path().join(name), text).unwrap();
        write("playwright.config.ts", "export default { retries: 2 }");
        assert!(matches!(of("npx playwright test"), Some(Reporting::Added(_))));
        write("playwright.config.ts", "export default { reporter: 'html' }");
        write("vite.config.js", "export default { test: { reporters: ['dot'] } }");
        assert!(matches!(of("npx playwright test"), Some(Reporting::Advice(_))));
        assert!(matches!(of("npx vitest run"), Some(Reporting::Advice(_))));
        write("pyproject.toml", "[tool.pytest.ini_options]\naddopts = '-q'");
        assert!(matches!(of("pytest"), Some(Reporting::Added(_))));
        write("pyproject.toml", "[tool.pytest.ini_options]\naddopts = '--junitxml=a.xml'");
        assert!(matches!(of("pytest"), Some(Reporting::Advice(_))));
    }
}
