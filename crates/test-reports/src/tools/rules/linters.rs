//! Linters and scanners, whose findings are not tests.
//!
//! They are recognised by their names, and by the shape of what they write: cases that all failed, and whose names or
//! classnames are positions in files. A test that fails must not look like that: it would be lost. So each shape demands
//! several facts, and a suite that has what only runners of tests write (when and where it ran, how long a case took) is
//! no linter's.

use super::{all_cases, root_attribute, suite_name_of};
use crate::formats::model::{Case, Detail, Outcome, Seconds, Suite};
use crate::tools::part::Part;
use crate::tools::volatile::{has_extension, without_line};

/// Names of linters in the name of the root, or in the name or package of a suite. Letters and digits only.
const LINTERS: [&str; 76] = [
    "eslint",
    "ruff",
    "mypy",
    "stylelint",
    "tslint",
    "htmlhint",
    "jshint",
    "jscs",
    "csslint",
    "pylint",
    "flake8",
    "bandit",
    "black",
    "isort",
    "pycodestyle",
    "pydocstyle",
    "shellcheck",
    "hadolint",
    "yamllint",
    "ansiblelint",
    "rubocop",
    "phpstan",
    "phpcs",
    "phpcodesniffer",
    "phpcsfixer",
    "phpmd",
    "psalm",
    "golangcilint",
    "gosec",
    "swiftlint",
    "swiftformat",
    "ktlint",
    "detekt",
    "cppcheck",
    "cpplint",
    "clangtidy",
    "tflint",
    "tfsec",
    "terrascan",
    "checkov",
    "kics",
    "trivy",
    "grype",
    "gitleaks",
    "trufflehog",
    "semgrep",
    "spectral",
    "biome",
    "oxlint",
    "oxc",
    "luacheck",
    "markdownlint",
    "cfnlint",
    "cloudformationlint",
    "kubeconform",
    "kubeval",
    "kubelinter",
    "kubescore",
    "scsslint",
    "sasslint",
    "credo",
    "actionlint",
    "clippy",
    "codespell",
    "djlint",
    "dotenvlinter",
    "erblint",
    "hamllint",
    "jsonlint",
    "osvscanner",
    "pipaudit",
    "protolint",
    "puppetlint",
    "pyright",
    "solhint",
    "zizmor",
];

/// Words that may follow the name of a linter.
const SUFFIXES: [&str; 14] = [
    "report",
    "results",
    "result",
    "rules",
    "issues",
    "findings",
    "errors",
    "warnings",
    "cli",
    "cli2",
    "formatter",
    "junit",
    "check",
    "scan",
];

pub(in crate::tools) fn is_written_by(part: &Part<'_>) -> bool {
    let has_mark = |name: &str| {
        let last = name.rsplit('.').next().unwrap_or_default();
        (name.contains('.') && is_linter(last)) || is_linter(name)
    };
    let is_named = || {
        root_attribute(part, "name").is_some_and(is_linter)
            || part.suites.iter().any(|suite| is_linter(&suite.name))
    };
    part.suites.iter().any(|suite| suite.attribute("package").is_some_and(has_mark))
        // A group of tests may be about `eslint`, or be called `Black`.
        || (is_named()
            && ((!is_run(part) && !took_time(part))
                || part.cases.iter().any(|case| has_place(part, case))))
        || (!is_run(part) && has_shape_of_findings(part))
}

/// Whether a suite says when or where it ran, or a case what it did, as runners of tests do.
fn is_run(part: &Part<'_>) -> bool {
    let is_run = |suite: &Suite| {
        ["timestamp", "hostname"].iter().any(|name| suite.attribute(name).is_some())
    };
    part.suites.iter().any(is_run)
        || part.cases.iter().any(|case| {
            ["timestamp", "assertions"].iter().any(|name| case.attribute(name).is_some())
        })
}

/// Whether a case took time, which linters do not measure.
fn took_time(part: &Part<'_>) -> bool {
    part.cases.iter().any(|case| case.duration.map(Seconds::get).is_some_and(|time| time > 0.0))
}

/// Whether the name or classname of a case is a file, a position or the code of a rule, or it names a linter itself.
fn has_place(part: &Part<'_>, case: &Case) -> bool {
    let finding = Finding::new(case, suite_name_of(part, case));
    let is_test = |file: &str| {
        let file = file.to_ascii_lowercase();
        ["test", "spec"].iter().any(|word| file.contains(word))
    };
    // PHP CS Fixer names a case after its file.
    let is_file_without_extension = case.file.as_deref().is_some_and(|file| {
        file.strip_prefix(finding.name).is_some_and(|rest| rest.starts_with('.'))
    });
    // mypy counts its run as one case, `mypy-py3_11-linux`.
    let is_run_of_mypy = finding.suite == "mypy" && finding.name.starts_with("mypy-py");
    if is_file_without_extension || is_run_of_mypy || finding.name == "All OK" {
        return true;
    }
    [finding.name, finding.classname].into_iter().any(|text| {
        is_position(text)
            || is_code(text)
            || (is_linter(text) && text != finding.suite)
            || (is_file(text) && !is_test(text))
    })
}

/// Whether `name` is that of a linter: alone, with its version, or with words such as `report`.
fn is_linter(name: &str) -> bool {
    let name = name.strip_prefix("org.").unwrap_or(name);
    // `flake8.shop/cart.py`
    if let Some((linter, file)) = name.split_once('.')
        && has_extension(file)
        && LINTERS.contains(&linter)
    {
        return true;
    }
    let mut joined = String::new();
    let mut found = false;
    for word in
        name.split(|next: char| !next.is_ascii_alphanumeric()).filter(|word| !word.is_empty())
    {
        let word = word.to_ascii_lowercase();
        let is_version =
            word.trim_start_matches('v').starts_with(|next: char| next.is_ascii_digit());
        if !found {
            joined.push_str(&word);
            found = LINTERS.contains(&joined.as_str());
        } else if LINTERS.contains(&format!("{joined}{word}").as_str()) {
            joined.push_str(&word);
        } else if !is_version && !SUFFIXES.contains(&word.as_str()) {
            return false;
        }
    }
    found
}

fn has_shape_of_findings(part: &Part<'_>) -> bool {
    const SHAPES: [fn(&Finding<'_>) -> bool; 8] = [
        position_as_name,
        position_as_classname,
        line_in_text,
        rule_of_file,
        severity_in_name,
        file_and_position,
        kind_of_manifest,
        position_in_message,
    ];
    SHAPES
        .iter()
        .any(|shape| all_cases(part, |case| shape(&Finding::new(case, suite_name_of(part, case)))))
}

/// A case that may be a finding.
struct Finding<'a> {
    suite: &'a str,
    classname: &'a str,
    name: &'a str,
    outcome: Outcome,
    message: &'a str,
    kind: &'a str,
    text: &'a str,
    /// It took time, which linters do not measure.
    took_time: bool,
}

impl<'a> Finding<'a> {
    fn new(case: &'a Case, suite: &'a str) -> Self {
        let of = |part: fn(&Detail) -> Option<&str>| {
            case.detail().and_then(part).unwrap_or_default().trim()
        };
        Self {
            suite: suite.trim(),
            classname: case.classname.as_deref().unwrap_or_default().trim(),
            name: case.name.as_deref().unwrap_or_default().trim(),
            outcome: case.outcome,
            message: of(|detail| detail.message.as_deref()),
            kind: of(|detail| detail.kind.as_deref()),
            text: of(|detail| detail.text.as_deref()),
            took_time: case.duration.map(Seconds::get).is_some_and(|seconds| seconds > 0.0),
        }
    }

    fn failed(&self) -> bool {
        self.outcome >= Outcome::Failed
    }
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && !text.contains(char::is_whitespace)
}

/// Whether `text` is a file with a line.
fn is_position(text: &str) -> bool {
    is_word(text) && without_line(text).len() < text.len()
}

fn is_file(text: &str) -> bool {
    let last = text.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    is_word(text) && (has_extension(text) || last.ends_with("dockerfile") || last == "makefile")
}

/// PHPStan, Psalm, pylint, luacheck: the classname is a rule (`C0114`, `UndefinedClass`) or the file.
fn position_as_name(finding: &Finding<'_>) -> bool {
    let classname = finding.classname;
    let is_rule = is_word(classname)
        && (classname.contains(|next: char| next.is_ascii_digit() || "-/".contains(next))
            || classname.starts_with(|first: char| first.is_ascii_uppercase()));
    finding.outcome != Outcome::Passed
        && !finding.took_time
        && is_position(finding.name)
        && (classname.is_empty() || is_rule || without_line(finding.name) == classname)
}

/// PHP_CodeSniffer writes `Rule at shop/cart.php (3:1)`, golangci-lint the position as classname and in its message.
fn position_as_classname(finding: &Finding<'_>) -> bool {
    let file = without_line(finding.classname);
    let has_column = file.len() + 2 < finding.classname.len()
        && finding.classname[file.len() + 1..].contains(':');
    let is_golangci = is_word(finding.name)
        && is_position(finding.classname)
        && (has_column || finding.suite == file)
        && [finding.message, finding.text].iter().any(|text| text.contains(finding.classname));
    let is_sniffer = finding.name.rsplit_once(" (").is_some_and(|(start, position)| {
        let position = position.strip_suffix(')').and_then(|position| position.split_once(':'));
        let is_number =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        position.is_some_and(|(line, column)| is_number(line) && is_number(column))
            && start
                .split_once(" at ")
                .is_some_and(|(rule, file)| is_word(rule) && has_extension(file))
    });
    finding.failed() && (is_golangci || is_sniffer)
}

/// ESLint and those that imitate it: the text starts with `line 3, col 5`, `Line 3`, `warning:\nLine:3`.
fn line_in_text(finding: &Finding<'_>) -> bool {
    let text = finding.text.to_ascii_lowercase();
    let text =
        ["warning:", "error:"].iter().find_map(|level| text.strip_prefix(level)).unwrap_or(&text);
    let has_line = text.trim_start().strip_prefix("line").is_some_and(|rest| {
        rest.trim_start_matches([' ', ':']).starts_with(|next: char| next.is_ascii_digit())
    });
    let files = [finding.suite, finding.classname, finding.name];
    let has_file = files.iter().any(|text| is_file(text))
        || (is_word(finding.suite) && finding.suite.contains('/'));
    finding.failed() && !finding.took_time && has_line && has_file
}

/// markdownlint, hadolint, shellcheck: `MD013/line-length`, `DL3008`, `SC2086` with the file as classname.
fn rule_of_file(finding: &Finding<'_>) -> bool {
    let file = finding.classname.to_ascii_lowercase();
    let is_test = ["test", "spec", "feature", "bats"].iter().any(|word| file.contains(word));
    // tflint repeats the rule.
    let has_rule = finding.text.contains(&format!("\nRule: {}\n", finding.name));
    finding.failed()
        && !finding.took_time
        && is_file(finding.classname)
        && ((is_code(finding.name) && !is_test) || has_rule)
}

/// Whether `text` starts with the code of a rule.
fn is_code(text: &str) -> bool {
    let code = text.split(['/', ' ', ':']).next().unwrap_or_default();
    let letters = code.trim_end_matches(|next: char| next.is_ascii_digit());
    (1..=6).contains(&letters.len())
        && letters.bytes().all(|byte| byte.is_ascii_uppercase())
        && (3..=5).contains(&(code.len() - letters.len()))
        // Test cases have numbers too.
        && !["T", "TC", "TEST", "AC", "REQ", "US", "UC", "BUG"].contains(&letters)
}

/// Trivy writes `[HIGH] CVE-2026-1234`, checkov `[NONE][CKV_AWS_21] Ensure …`.
fn severity_in_name(finding: &Finding<'_>) -> bool {
    const LEVELS: [&str; 7] = ["CRITICAL", "HIGH", "MEDIUM", "LOW", "UNKNOWN", "INFO", "NONE"];
    let Some((level, rest)) = finding.name.strip_prefix('[').and_then(|rest| rest.split_once(']'))
    else {
        return finding.classname.starts_with("checkov.");
    };
    // Titles of tests contain priorities and numbers too: only known kinds of rules count.
    const RULES: [&str; 15] = [
        "CVE-", "GHSA-", "AVD-", "CKV", "BC_", "DS0", "DS-", "KSV", "RHSA-", "ELSA-", "ALAS",
        "DLA-", "DSA-", "USN-", "TEMP-",
    ];
    let rule = rest.trim_start_matches([' ', '[']);
    LEVELS.contains(&level)
        && (RULES.iter().any(|start| rule.starts_with(start)) || finding.kind == "description")
}

/// gosec: the name is the file, the text its position in brackets.
fn file_and_position(finding: &Finding<'_>) -> bool {
    finding.failed()
        && !finding.took_time
        && finding.classname.is_empty()
        && has_extension(finding.name)
        && finding.text.contains(&format!("[{}:", finding.name))
}

/// buf: the suite is the file, the name starts with the rule, `PACKAGE_DEFINED_3_1`, which is the type of the failure.
fn position_in_message(finding: &Finding<'_>) -> bool {
    let position =
        finding.message.strip_prefix(finding.suite).and_then(|rest| rest.strip_prefix(':'));
    finding.failed()
        && !finding.took_time
        && finding.classname.is_empty()
        && is_file(finding.suite)
        && is_word(finding.kind)
        && finding.name.starts_with(finding.kind)
        && position.is_some_and(|rest| rest.starts_with(|next: char| next.is_ascii_digit()))
}

/// kubeconform: the suite is a manifest, the classname is `Deployment@apps/v1`.
fn kind_of_manifest(finding: &Finding<'_>) -> bool {
    let is_manifest = [".yaml", ".yml", ".json"].iter().any(|end| finding.suite.ends_with(end));
    is_manifest
        && finding.classname.split_once('@').is_some_and(|(kind, version)| {
            kind.starts_with(|first: char| first.is_ascii_uppercase())
                && kind.bytes().all(|byte| byte.is_ascii_alphanumeric())
                && is_word(version)
        })
}

#[cfg(test)]
mod tests;
