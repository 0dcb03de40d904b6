//! Test tools that need no report argument: their own option writes a report into a temporary directory, or the place of
//! their reports is known.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::cli::cargo::is_cargo_test;
use crate::discover::{Discovered, Input, Origin, Source};

use super::known::{Known, ROBOT};
use super::launch::{Launch, Place, Tool, launched};

/// What has to be done so that a command's report is found.
#[derive(Debug)]
pub(super) enum Reporting {
    /// The command was changed; the report will be here.
    Added(AddedReport),
    /// The tool writes reports that match these patterns.
    Patterns(&'static [&'static str]),
    /// The tool is known, and this is what to type.
    Advice(String),
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

/// How the report of `command`, which runs in `directory`, is found; none if the tool is not known. `pytest_options` is the value
/// of `PYTEST_ADDOPTS`.
///
/// # Errors
/// If there is no temporary directory.
pub(super) fn reporting(
    command: &[OsString],
    directory: &Path,
    pytest_options: Option<&str>,
) -> io::Result<Option<Reporting>> {
    if is_cargo_test(command) {
        return Ok(None);
    }
    let words: Vec<String> =
        command.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    let Some(launch) = launched(&words, directory) else { return Ok(None) };
    let tool = launch.tool;
    let own = launch.own.split(|word| word == "--").next().unwrap_or_default();
    let has = |option: &str| own.iter().any(|word| names(word, option));
    let advice = |what: &str| Reporting::Advice(what.to_owned());
    Ok(Some(match tool {
        Tool::Pytest
            if has("--junitxml")
                || has("--junit-xml")
                || pytest_options.is_some_and(|options| options.contains("--junit"))
                || configures(directory, &PYTEST, "--junit") =>
        {
            advice(
                "pytest writes a report already: name the file of --junitxml before `--`: tq-import run junit.xml -- pytest \
                 --junitxml=junit.xml",
            )
        }
        Tool::Jest if has("--json") || has("--outputFile") => advice(
            "name the file of --outputFile before `--`: tq-import run jest.json -- npx jest --json --outputFile=jest.json",
        ),
        Tool::Vitest if has("--reporter") || configures(directory, &VITEST, "reporters") => advice(
            "reporters are set already, so none is added; add one: tq-import run vitest.xml -- npx vitest run \
                 --reporter=default --reporter=junit --outputFile.junit=vitest.xml",
        ),
        Tool::Playwright if has("--reporter") || configures(directory, &PLAYWRIGHT, "reporter") => {
            advice(
                "reporters are set already, so none is added; add ['junit', { outputFile: 'results.xml' }] to those of \
                 playwright.config, then: tq-import run results.xml -- npx playwright test",
            )
        }
        Tool::Nextest if has("--message-format") => advice(
            "a profile with junit.path writes a report: tq-import run target/nextest/ci/junit.xml -- cargo nextest run \
             --profile ci",
        ),
        Tool::Other(Known::Writes(patterns))
            if patterns == ROBOT
                && ["-d", "--outputdir", "-o", "--output"].iter().any(|option| has(option)) =>
        {
            advice(
                "name its output.xml before `--`: tq-import run results/output.xml -- robot --outputdir results tests",
            )
        }
        Tool::Other(Known::Writes(patterns)) => Reporting::Patterns(patterns),
        Tool::Other(Known::Type(command)) => {
            let mut options =
                command.split(' ').filter(|word| word.starts_with("--") && word.len() > 2);
            match options.any(|option| has(option.split('=').next().unwrap_or(option))) {
                true => Reporting::Advice(format!(
                    "name the report that it writes before `--`: {command}"
                )),
                false => advice(command),
            }
        }
        Tool::Pytest | Tool::Jest | Tool::Vitest | Tool::Playwright | Tool::Nextest | Tool::Go => {
            Reporting::Added(added(&launch, command, own)?)
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

/// `command` with the arguments that make its tool write a report. `own` are the options of the tool.
fn added(launch: &Launch, command: &[OsString], own: &[String]) -> io::Result<AddedReport> {
    let tool = launch.tool;
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
    let mut command = command.to_vec();
    let behind = match launch.place {
        // Right behind the tool's name and command, because a later `--` ends the options.
        Place::Behind(at) => match tool {
            Tool::Playwright | Tool::Nextest | Tool::Go => at + 2,
            Tool::Vitest if own.first().is_some_and(|word| !word.starts_with('-')) => at + 2,
            _ => at + 1,
        },
        Place::End => command.len(),
        Place::EndBehindDashes => {
            command.push("--".into());
            command.len()
        }
    };
    let behind = behind.min(command.len());
    command.splice(behind..behind, arguments);
    Ok(AddedReport { name, command, variables, path, output, _directory: temporary })
}

/// Whether `word` is `option`, or `option=value`.
fn names(word: &str, option: &str) -> bool {
    word.strip_prefix(option).is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<OsString> {
        line.split(' ').map(OsString::from).collect()
    }

    fn of(line: &str) -> Option<Reporting> {
        let directory = tempfile::tempdir().unwrap();
        reporting(&words(line), directory.path(), None).unwrap()
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
            (
                "uv run --frozen --with pytest -- pytest -q",
                "uv run --frozen --with pytest -- pytest --junitxml=FILE -q",
            ),
            ("coverage run -m pytest a", "coverage run -m pytest --junitxml=FILE a"),
            ("python -X dev -m pytest", "python -X dev -m pytest --junitxml=FILE"),
            ("env A=b timeout 60 pytest", "env A=b timeout 60 pytest --junitxml=FILE"),
            ("xvfb-run -a npx jest", "xvfb-run -a npx jest --json --outputFile=FILE"),
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
            ("python3.12 -m pytest", "python3.12 -m pytest --junitxml=FILE"),
            ("npx jest@29 src", "npx jest@29 --json --outputFile=FILE src"),
            ("npx -p jest jest", "npx -p jest jest --json --outputFile=FILE"),
            ("nice -n 10 pytest", "nice -n 10 pytest --junitxml=FILE"),
            (
                "timeout -k 5 60 env -u A B=1 pytest",
                "timeout -k 5 60 env -u A B=1 pytest --junitxml=FILE",
            ),
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
            "bun install",
            "php artisan migrate",
            "npx cypress open",
            "ng build",
            "node server.js",
            "timeout 60 make jest",
            "nice make tap",
            "python3 tool.py -m pytest",
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
            "node --test",
            "bundle exec rspec -f d",
            "php vendor/bin/phpunit",
            "php -d memory_limit=1G vendor/bin/phpunit",
            "node --import tsx --test",
            "npx mocha@10",
            "yarn run mocha",
            "ng test",
            "robot -d results tests",
            "php artisan test",
            "yarn cypress run",
            "poetry run behave",
            "xvfb-run -a npx cypress run",
        ] {
            assert!(
                matches!(of(line), Some(Reporting::Advice(text)) if text.contains("tq-import run")),
                "{line}"
            );
        }
        for line in [
            "./mvnw verify",
            "gradle test",
            "uv run robot tests",
            "sbt test",
            "bazel --config=ci test //...",
        ] {
            assert!(matches!(of(line), Some(Reporting::Patterns(_))), "{line}");
        }
    }

    #[test]
    fn reporters_of_a_configuration_are_not_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let of = |line: &str| reporting(&words(line), directory.path(), None).unwrap();
        let write =
            |name: &str, text: &str| std::fs::write(directory.path().join(name), text).unwrap();
        write("playwright.config.ts", "export default { retries: 2 }");
        assert!(matches!(of("npx playwright test"), Some(Reporting::Added(_))));
        write("playwright.config.ts", "export default { reporter: 'html' }");
        write("vite.config.js", "export default { test: { reporters: ['dot'] } }");
        assert!(matches!(of("npx playwright test"), Some(Reporting::Advice(_))));
        assert!(matches!(of("npx vitest run"), Some(Reporting::Advice(_))));
        let set = reporting(&words("pytest"), directory.path(), Some("--junitxml=a.xml")).unwrap();
        assert!(matches!(set, Some(Reporting::Advice(_))));
        write("pyproject.toml", "[tool.pytest.ini_options]\naddopts = '-q'");
        assert!(matches!(of("pytest"), Some(Reporting::Added(_))));
        write("pyproject.toml", "[tool.pytest.ini_options]\naddopts = '--junitxml=a.xml'");
        assert!(matches!(of("pytest"), Some(Reporting::Advice(_))));
    }

    #[test]
    fn a_script_of_a_package_gets_options_at_its_end() {
        let directory = tempfile::tempdir().unwrap();
        let changed = |script: &str, line: &str| -> Option<String> {
            let json =
                serde_json::json!({"scripts": {"test": script, "unit": "npm run x && npm test"}});
            std::fs::write(directory.path().join("package.json"), json.to_string()).unwrap();
            let Some(Reporting::Added(added)) =
                reporting(&words(line), directory.path(), None).unwrap()
            else {
                return None;
            };
            let all: Vec<String> =
                added.command.iter().map(|word| word.to_string_lossy().into_owned()).collect();
            Some(all.join(" ").replace(&*added.path.to_string_lossy(), "FILE"))
        };
        let jest = " --json --outputFile=FILE";
        for (script, line, expected) in [
            ("jest", "npm test", format!("npm test --{jest}")),
            ("tsc -b && NODE_ENV=test jest --ci", "npm run test", format!("npm run test --{jest}")),
            ("cross-env A=b jest", "npm t -- -t adds", format!("npm t -- -t adds{jest}")),
            ("jest", "yarn test", format!("yarn test{jest}")),
            ("jest", "pnpm run test -t adds", format!("pnpm run test -t adds{jest}")),
            ("node node_modules/.bin/jest", "bun run test", format!("bun run test{jest}")),
            ("playwright test", "npm test", "npm test -- --reporter=list,json".to_owned()),
        ] {
            assert_eq!(changed(script, line), Some(expected), "{script}");
        }
        for (script, line) in [
            ("jest | tee log", "npm test"),
            ("jest > log", "npm test"),
            ("jest --json", "npm test"),
            ("react-scripts test", "npm test"),
            ("jest", "npm install"),
            ("jest", "npm run unit"),
            ("jest", "npm run other"),
            ("vitest watch", "yarn test"),
        ] {
            assert_eq!(changed(script, line), None, "{script}");
        }
    }
}
