//! The test tool that a command starts, directly or through other programs: package managers, interpreters, wrappers, and the
//! scripts of a `package.json`.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::Path;

use serde::Deserialize;

use super::known::{Known, is_known, known};

/// A test tool that `run` knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tool {
    Pytest,
    Jest,
    Vitest,
    Nextest,
    Go,
    Playwright,
    /// One whose command is not changed.
    Other(Known),
}

/// A command that starts a test tool.
#[derive(Debug)]
pub(super) struct Launch {
    pub(super) tool: Tool,
    /// The words after its name.
    pub(super) own: Vec<String>,
    pub(super) place: Place,
}

/// Where a command takes further arguments for its tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// After the tool's name, which is the word of this index.
    Behind(usize),
    /// At its end: a package manager adds them to its script.
    End,
    /// At its end, behind `--`.
    EndBehindDashes,
}

/// Options of Python's package managers whose value is a word of its own.
const WITH_VALUE: [&str; 14] = [
    "--with",
    "--with-editable",
    "--with-requirements",
    "--extra",
    "--group",
    "--only-group",
    "--package",
    "--python",
    "-p",
    "--project",
    "--directory",
    "--env-file",
    "-C",
    "-e",
];

/// Programs that start the command in their arguments.
const WRAPPERS: [&str; 10] = [
    "env",
    "cross-env",
    "xvfb-run",
    "timeout",
    "time",
    "nice",
    "ionice",
    "nohup",
    "stdbuf",
    "dotenv",
];

/// Package managers of Python that have `run`.
const PYTHON_RUNNERS: [&str; 6] = ["uv", "poetry", "pipenv", "hatch", "pdm", "rye"];

/// The tool that a command starts in `directory`.
pub(super) fn launched(words: &[String], directory: &Path) -> Option<Launch> {
    if let Some((tool, at)) = tool(words) {
        let own = words.get(at + 1..).unwrap_or_default().to_vec();
        return Some(Launch { tool, own, place: Place::Behind(at) });
    }
    script(words, directory)
}

/// The tool that a script of `package.json` starts.
fn script(words: &[String], directory: &Path) -> Option<Launch> {
    #[derive(Deserialize)]
    struct Package {
        #[serde(default)]
        scripts: BTreeMap<String, String>,
    }
    let word = |index: usize| words.get(index).map(String::as_str).unwrap_or_default();
    let manager = stem(word(0));
    let (name, rest) = match (manager.as_str(), word(1)) {
        ("npm" | "pnpm", "test" | "t" | "tst") => ("test", 2),
        ("npm", "run" | "run-script") | ("yarn" | "pnpm" | "bun", "run") => (word(2), 3),
        ("yarn" | "pnpm", name) => (name, 2),
        _ => return None,
    };
    let text = std::fs::read_to_string(directory.join("package.json")).ok()?;
    let mut package: Package = serde_json::from_str(&text).ok()?;
    let text = package.scripts.remove(name)?;
    // Further arguments go to the last command.
    let last = text.split("&&").last()?;
    if last.contains(['|', '>', '<', ';', '&', '$', '`', '(', '"', '\'', '\\']) {
        return None;
    }
    let started: Vec<String> = last.split_whitespace().map(ToOwned::to_owned).collect();
    let (tool, at) = tool(&started)?;
    let given = words.get(rest..).unwrap_or_default();
    let needs_dashes = manager == "npm" && !given.iter().any(|word| word == "--");
    let mut own = started.get(at + 1..).unwrap_or_default().to_vec();
    own.extend(given.iter().filter(|word| *word != "--").cloned());
    let place = if needs_dashes { Place::EndBehindDashes } else { Place::End };
    Some(Launch { tool, own, place })
}

/// The tool that a command runs, and the index of its name.
fn tool(words: &[String]) -> Option<(Tool, usize)> {
    let mut at = 0;
    // Programs that start another one.
    loop {
        let program = stem(words.get(at)?);
        let next = |index: usize| words.get(at + index).map(String::as_str).unwrap_or_default();
        let from = |index: usize| words.iter().enumerate().skip(at + index);
        at = match (program.as_str(), next(1)) {
            ("npx" | "bunx" | "uvx", _) => at + 1 + options(words, at + 1),
            ("pnpm" | "yarn" | "npm", "exec") => at + 2 + usize::from(next(2) == "--"),
            ("bundle", "exec") => at + 2,
            ("pnpm" | "yarn", "jest" | "vitest" | "playwright") => at + 1,
            ("pnpm" | "yarn", name) if name != "test" && is_known(name) => at + 1,
            (runner, "run") if PYTHON_RUNNERS.contains(&runner) => {
                let mut is_value = false;
                let is_option = |word: &&String| {
                    let is_option = is_value || word.starts_with('-');
                    is_value = !is_value && WITH_VALUE.contains(&word.as_str());
                    is_option
                };
                at + 2 + words.iter().skip(at + 2).take_while(is_option).count()
            }
            ("yarn" | "pnpm" | "bun", "run") if is_known(next(2)) => at + 2,
            (python, _) if is_python(python) || python == "coverage" => {
                // Behind a script, the options are its own.
                let mut words = from(1).take_while(|(_, word)| !word.ends_with(".py"));
                words.find(|(_, word)| *word == "-m").map(|(index, _)| index + 1)?
            }
            ("node" | "perl" | "ruby", script) if !script.starts_with('-') => at + 1,
            ("php", _) => {
                // `php -d memory_limit=1G vendor/bin/phpunit`
                let mut is_value = false;
                let script = from(1).find(|(_, word)| {
                    let is_script = !is_value && !word.starts_with('-');
                    is_value = ["-d", "-c"].contains(&word.as_str());
                    is_script
                });
                script?.0
            }
            (wrapper, _) if WRAPPERS.contains(&wrapper) => wrapped(words, at + 1)?,
            _ if is_assignment(&words[at]) => at + 1,
            _ => break,
        };
    }
    let program = stem(words.get(at)?);
    let arguments = words.get(at + 1..).unwrap_or_default();
    let first = arguments.first().map(String::as_str).unwrap_or_default();
    let tool = match program.as_str() {
        "pytest" | "py.test" => Tool::Pytest,
        "jest" => Tool::Jest,
        "vitest" if !matches!(first, "watch" | "bench" | "list" | "init" | "dev") => Tool::Vitest,
        "playwright" if first == "test" => Tool::Playwright,
        "go" if first == "test" => Tool::Go,
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
        name => Tool::Other(known(name, arguments)?),
    };
    Some((tool, at))
}

/// The index of the program that a wrapper starts, whose own words begin at `from`: options, their values, variables, numbers.
fn wrapped(words: &[String], from: usize) -> Option<usize> {
    let mut may_be_value = false;
    for (index, word) in words.iter().enumerate().skip(from) {
        if is_program(word) {
            return Some(index);
        }
        let is_option = word.starts_with('-');
        let is_own = is_option
            || is_assignment(word)
            || word.starts_with(|first: char| first.is_ascii_digit());
        if !is_own && !may_be_value {
            return None;
        }
        may_be_value = is_option;
    }
    None
}

/// Whether `program` is an interpreter of Python: `python3.12`.
fn is_python(program: &str) -> bool {
    let version = program.strip_prefix("python");
    program == "py"
        || version.is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || c == '.'))
}

/// Whether a word is the name of a program that is known here, behind the options of a wrapper.
fn is_program(word: &str) -> bool {
    let name = stem(word);
    let is_other = matches!(
        name.as_str(),
        "pytest"
            | "py.test"
            | "jest"
            | "vitest"
            | "playwright"
            | "go"
            | "cargo"
            | "cargo-nextest"
            | "npx"
            | "bunx"
            | "uvx"
            | "npm"
            | "pnpm"
            | "yarn"
            | "node"
            | "php"
            | "bundle"
            | "coverage"
    ) || is_python(&name);
    let name = name.as_str();
    is_other || is_known(name) || PYTHON_RUNNERS.contains(&name) || WRAPPERS.contains(&name)
}

/// Whether a word sets a variable of the environment, as in `CI=1 jest`.
fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    })
}

/// The number of options from word `from` on, with the values of those that name a package.
fn options(words: &[String], from: usize) -> usize {
    let mut is_value = false;
    let is_own = |word: &&String| {
        let is_own = is_value || word.starts_with('-');
        is_value = !is_value && ["-p", "--package", "--from", "--with"].contains(&word.as_str());
        is_own
    };
    words.iter().skip(from).take_while(is_own).count()
}

/// The name of a program without its directory and the endings of Windows and JavaScript.
fn stem(word: &str) -> String {
    let name = Path::new(word).file_name().and_then(OsStr::to_str).unwrap_or(word);
    let endings = [".exe", ".cmd", ".bat", ".js", ".mjs", ".phar"];
    let bare = endings.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name);
    // `npx mocha@10`
    let bare = bare.split_once('@').map_or(bare, |(name, _)| name);
    bare.to_ascii_lowercase()
}
